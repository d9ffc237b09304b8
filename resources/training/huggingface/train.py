"""Fine-tune a transformer on the rows of data, and tag those of its test set with it.

Change the parameters below, and run it again: python train.py MODEL
MODEL is a folder, or a name that transformers downloads.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy
from datasets import Dataset, load_dataset
from transformers import (
    AutoModelForTokenClassification,
    AutoTokenizer,
    DataCollatorForTokenClassification,
    Trainer,
    TrainingArguments,
)

FOLDER = Path(__file__).resolve().parent
MODEL = FOLDER / "model"
PARAMETERS = {
    "num_train_epochs": 5,
    "learning_rate": 5e-5,
    "per_device_train_batch_size": 16,
    "per_device_eval_batch_size": 32,
    "seed": 0,
}
LONGEST = 512  # pieces of a sentence; what is beyond is cut off, and tagged O
IGNORED = -100  # the tag of what the loss leaves out


def align(rows: dict[str, list[Any]], tokenizer: Any) -> Any:
    """Cut the tokens of sentences into pieces; the first piece of a token has its tag."""
    encoded = tokenizer(rows["tokens"], is_split_into_words=True, truncation=True, max_length=LONGEST)
    encoded["labels"] = [
        [
            IGNORED if word is None or word == previous else tags[word]
            for previous, word in zip([None, *words], words, strict=False)
        ]
        for tags, words in ((tags, encoded.word_ids(index)) for index, tags in enumerate(rows["ner_tags"]))
    ]
    return encoded


def predict(trainer: Trainer, encoded: Dataset, rows: Dataset, names: list[str]) -> Iterator[dict[str, Any]]:
    """Yield the sentences of the test set with the tags that the model gives them."""
    logits = trainer.predict(encoded).predictions
    for row, pieces, sentence in zip(rows, encoded, logits, strict=True):
        best = numpy.argmax(sentence, axis=-1)
        tags = [names[best[place]] for place, tag in enumerate(pieces["labels"]) if tag != IGNORED]
        yield {
            "uid": row["uid"],
            "start": row["start"],
            "tokens": row["tokens"],
            "expected": [names[tag] for tag in row["ner_tags"]],
            "predicted": tags + ["O"] * (len(row["tokens"]) - len(tags)),
        }


def main() -> None:
    """Train, and write the predictions."""
    parts = load_dataset(str(FOLDER / "data"))
    names = parts["train"].features["ner_tags"].feature.names
    tokenizer = AutoTokenizer.from_pretrained(sys.argv[1], add_prefix_space=True)
    model = AutoModelForTokenClassification.from_pretrained(
        sys.argv[1], id2label=dict(enumerate(names)), label2id={name: tag for tag, name in enumerate(names)}
    )
    encoded = parts.map(align, batched=True, fn_kwargs={"tokenizer": tokenizer})
    trainer = Trainer(
        model=model,
        args=TrainingArguments(str(MODEL), report_to=[], save_strategy="no", **PARAMETERS),
        train_dataset=encoded["train"],
        data_collator=DataCollatorForTokenClassification(tokenizer),
    )
    trainer.train()
    trainer.save_model(str(MODEL))
    tokenizer.save_pretrained(str(MODEL))
    with (FOLDER / "predictions.jsonl").open("w", encoding="utf-8", newline="\n") as file:
        for sentence in predict(trainer, encoded["test"], parts["test"], names):
            file.write(json.dumps(sentence, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
