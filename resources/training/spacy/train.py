"""Train a pipeline of spaCy on data/train.spacy and data/dev.spacy, and find entities in data/test.spacy with it.

Change config.cfg, and run it again: python train.py
"""

import json
import os
import runpy
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

try:
    import regex  # noqa: F401 - the tokenizer needs it
    import spacy
    from spacy.cli import app
    from spacy.tokens import Doc, DocBin, Span
    from spacy.vocab import Vocab
except ModuleNotFoundError as error:
    sys.exit(f"{error.name} is not installed. This installs what is needed: pip install -r requirements.txt")

FOLDER = Path(__file__).resolve().parent
DATA = FOLDER / "data"
TOKENIZER = DATA / "tokenizer.py"


def train() -> None:
    """Train the pipeline in `model`, as `spacy train` does in a program of its own."""
    os.chdir(FOLDER)  # the paths in config.cfg begin here
    command = ["train", "config.cfg", "--output", "model", "--code", str(TOKENIZER), *sys.argv[1:]]
    app(command, standalone_mode=False)


def read_tags(tokens: Span) -> list[str]:
    """Return the tag of each token, in IOB2."""
    return [f"{token.ent_iob_}-{token.ent_type_}" if token.ent_type_ else "O" for token in tokens if not token.is_space]


def read_test_set(vocab: Vocab) -> Iterator[Doc]:
    """Yield the documents of the test set: a file, or of more than 1,000 articles a folder of files."""
    path = DATA / "test.spacy"
    for file in sorted(path.glob("*.spacy")) if path.is_dir() else [path]:
        yield from DocBin().from_disk(file).get_docs(vocab)


def find_lines(document: Doc, tagged: Doc) -> Iterator[tuple[int, int]]:
    """Yield the range of each sentence; those that an entity joins are one, since `spacy evaluate` counts it once."""
    entities = [*document.ents, *tagged.ents]
    inner = {index for entity in entities for index in range(entity.start + 1, entity.end)}
    starts = [sentence.start for sentence in document.sents if sentence.start not in inner]
    yield from zip(starts, [*starts[1:], len(document)], strict=True)


def predict() -> Iterator[dict[str, Any]]:
    """Yield the sentences of the test set with the tags that the pipeline gives them."""
    runpy.run_path(str(TOKENIZER))  # registers the tokenizer
    pipeline = spacy.load(FOLDER / "model" / "model-best")
    for document in read_test_set(pipeline.vocab):
        words, spaces = [token.text for token in document], [bool(token.whitespace_) for token in document]
        tagged, offsets = pipeline(Doc(pipeline.vocab, words, spaces)), document.user_data["offsets"]
        for start, end in find_lines(document, tagged):
            tokens = [token for token in document[start:end] if not token.is_space]
            if tokens:
                yield {
                    "uid": document.user_data["uid"],
                    "start": offsets[tokens[0].i],
                    "tokens": [token.text for token in tokens],
                    "expected": read_tags(document[start:end]),
                    "predicted": read_tags(tagged[start:end]),
                }


def main() -> None:
    """Train, and write the predictions."""
    train()
    sentences = list(predict())
    with (FOLDER / "predictions.jsonl").open("w", encoding="utf-8", newline="\n") as file:
        for sentence in sentences:
            file.write(json.dumps(sentence, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
