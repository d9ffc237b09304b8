"""Fine-tune a transformer on the rows of data, and tag those of its test set with it.

Change the parameters below, and run it again: python train.py MODEL
MODEL is a folder, for which no network is needed, or a name that transformers downloads.
"""

import json
import os
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

if len(sys.argv) != 2:
    sys.exit("usage: python train.py MODEL\nMODEL is a folder, or a name that transformers downloads.")
if Path(sys.argv[1]).is_dir():
    os.environ["HF_HUB_OFFLINE"] = "1"  # read when the packages are imported

try:
    import accelerate  # noqa: F401 - the trainer needs it
    import torch
    from datasets import Dataset
    from pyarrow import parquet
    from seqeval.metrics import f1_score, precision_score, recall_score
    from transformers import (
        AutoModelForTokenClassification,
        AutoTokenizer,
        DataCollatorForTokenClassification,
        EvalPrediction,
        Trainer,
        TrainingArguments,
    )
except ModuleNotFoundError as error:
    sys.exit(f"{error.name} is not installed. This installs what is needed: pip install -r requirements.txt")

FOLDER = Path(__file__).resolve().parent
MODEL = FOLDER / "model"
PARAMETERS = {
    "num_train_epochs": 5,
    "learning_rate": 5e-5,
    "per_device_train_batch_size": 16,
    "per_device_eval_batch_size": 32,
    "seed": 0,
}
LONGEST = 512  # pieces that the model gets at once; a sentence with more is divided
IGNORED = -100  # the tag of what the loss leaves out


def read_parts() -> dict[str, Dataset]:
    """Return the parts of the data. They are in memory: `datasets` caches no copy of them."""
    return {file.stem: Dataset(parquet.read_table(file)) for file in sorted((FOLDER / "data").glob("*.parquet"))}


def encode(rows: dict[str, list[Any]], indices: list[int], tokenizer: Any, longest: int) -> dict[str, list[Any]]:
    """Cut the tokens of sentences into pieces, and these into inputs of at most `longest` pieces.

    An input has the index of its sentence and, for each piece that begins a token, the token's index and tag; else
    IGNORED.
    """
    encoded = tokenizer(
        rows["tokens"],
        is_split_into_words=True,
        truncation=True,
        max_length=longest,
        return_overflowing_tokens=True,
    )
    columns: dict[str, list[Any]] = {name: encoded[name] for name in ("input_ids", "attention_mask")}
    columns |= {"sentence": [], "token_indices": [], "labels": []}
    previous = (-1, -1)  # sentence and token of the last piece: a token may go on in the next input
    for number, row in enumerate(encoded["overflow_to_sample_mapping"]):
        token_indices = []
        for token in encoded.word_ids(number):
            begins = token is not None and (row, token) != previous
            token_indices.append(token if begins else IGNORED)
            if begins:
                previous = (row, token)
        tags = rows["ner_tags"][row]
        columns["sentence"].append(indices[row])
        columns["token_indices"].append(token_indices)
        columns["labels"].append([IGNORED if token == IGNORED else tags[token] for token in token_indices])
    return columns


def read_tags(rows: Iterable[Any], inputs: Iterable[Any], prediction: Any, names: list[str]) -> list[dict[str, Any]]:
    """Return the sentences with the tags that the model gives their tokens; one without any piece has the tag O."""
    sentences = [
        {
            "uid": row["uid"],
            "start": row["start"],
            "tokens": row["tokens"],
            "expected": [names[tag] for tag in row["ner_tags"]],
            "predicted": ["O"] * len(row["tokens"]),
        }
        for row in rows
    ]
    for item, tags, labels in zip(inputs, prediction.predictions, prediction.label_ids, strict=True):
        predicted = sentences[item["sentence"]]["predicted"]
        tokens = [token for token in item["token_indices"] if token != IGNORED]
        for token, tag in zip(tokens, tags[labels != IGNORED], strict=True):
            predicted[token] = names[tag]
    return sentences


def load_model(names: list[str]) -> tuple[Any, Any]:
    """Return the tokenizer and the model, with a head for these tags; end this program if they cannot be had."""
    try:
        tokenizer = AutoTokenizer.from_pretrained(sys.argv[1], add_prefix_space=True)
        model = AutoModelForTokenClassification.from_pretrained(
            sys.argv[1],
            id2label=dict(enumerate(names)),
            label2id={name: tag for tag, name in enumerate(names)},
            ignore_mismatched_sizes=True,  # a model that has other labels gets a new head
        )
    except (OSError, ValueError) as error:  # ValueError: the files are those of something else
        sys.exit(f"The model {sys.argv[1]} cannot be loaded: {error}")
    if not tokenizer.is_fast:
        sys.exit(f"The model {sys.argv[1]} has no fast tokenizer: only such a one says which token a piece is of.")
    return tokenizer, model


def limit_length(tokenizer: Any, model: Any) -> int:
    """Return how many pieces the model takes at once, at most LONGEST."""
    return min(LONGEST, tokenizer.model_max_length, getattr(model.config, "max_position_embeddings", LONGEST))


def choose_tags(logits: torch.Tensor, _labels: torch.Tensor) -> torch.Tensor:
    """Return the best tag of each piece."""
    return logits.argmax(dim=-1)


def build_metrics(names: list[str]) -> Callable[[EvalPrediction], dict[str, float]]:
    """Return a function that scores the spans that are predicted for the development set after each epoch."""

    def compute(prediction: EvalPrediction) -> dict[str, float]:
        expected, predicted = [], []
        for tags, labels in zip(prediction.predictions, prediction.label_ids, strict=True):
            expected.append([names[tag] for tag in labels[labels != IGNORED]])
            predicted.append([names[tag] for tag in tags[labels != IGNORED]])
        scores = {"precision": precision_score, "recall": recall_score, "f1": f1_score}
        return {name: float(score(expected, predicted, zero_division=0)) for name, score in scores.items()}

    return compute


def main() -> None:
    """Train, and write the predictions."""
    parts = read_parts()
    names = parts["train"].features["ner_tags"].feature.names
    tokenizer, model = load_model(names)
    arguments = {"tokenizer": tokenizer, "longest": limit_length(tokenizer, model)}
    inputs = {
        part: rows.map(
            encode, batched=True, with_indices=True, remove_columns=rows.column_names, fn_kwargs=arguments, desc=part
        )
        for part, rows in parts.items()
    }
    trainer = Trainer(
        model=model,
        args=TrainingArguments(
            str(MODEL),
            report_to=[],
            save_strategy="no",
            eval_strategy="epoch" if "dev" in inputs else "no",
            logging_strategy="epoch",
            **PARAMETERS,
        ),
        train_dataset=inputs["train"],
        eval_dataset=inputs.get("dev"),
        data_collator=DataCollatorForTokenClassification(tokenizer),
        preprocess_logits_for_metrics=choose_tags,
        compute_metrics=build_metrics(names),
    )
    trainer.train()
    trainer.save_model(str(MODEL))
    tokenizer.save_pretrained(str(MODEL))
    sentences = read_tags(parts["test"], inputs["test"], trainer.predict(inputs["test"]), names)
    with (FOLDER / "predictions.jsonl").open("w", encoding="utf-8", newline="\n") as file:
        for sentence in sentences:
            file.write(json.dumps(sentence, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
