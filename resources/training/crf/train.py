"""Train a conditional random field on data/train.conll, and tag data/test.conll with it.

Change the features below, and run it again: python train.py
"""

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

try:
    import pycrfsuite
except ModuleNotFoundError as error:
    sys.exit(f"{error.name} is not installed. This installs what is needed: pip install -r requirements.txt")

FOLDER = Path(__file__).resolve().parent
DATA = FOLDER / "data"
MODEL = "model.crfsuite"
PARAMETERS = {"c1": 0.1, "c2": 0.01, "max_iterations": 100, "feature.possible_transitions": True}


def read_part(part: str) -> Iterator[dict[str, Any]]:
    """Yield the sentences of a part, each with its tokens and tags and its place in the corpus."""
    lines = (DATA / f"{part}.conll").read_text(encoding="utf-8").split("\n")
    report = json.loads((FOLDER / "data.report.json").read_text(encoding="utf-8"))
    for article in report["index"]:
        if article["part"] != part:
            continue
        for first_line, start, _end in article["sentences"]:
            rows = []
            for line in lines[first_line - 1 :]:
                if not line:
                    break
                rows.append(line.split(" "))
            tokens, tags = [row[0] for row in rows], [row[-1] for row in rows]
            yield {"uid": article["uid"], "start": start, "tokens": tokens, "expected": tags}


def build_features(tokens: list[str]) -> list[list[str]]:
    """Return the features of each token: its letters, and its neighbours."""
    padded = ["<<", "<", *tokens, ">", ">>"]
    return [
        [
            f"word={token}",
            *(f"begins={token[:length]}" for length in (1, 2, 3)),
            *(f"ends={token[-length:]}" for length in (1, 2, 3)),
            f"digit={token[0].isdigit()}",
            *(f"{place}={padded[index + 2 + place]}" for place in (-2, -1, 1, 2)),
            f"before={padded[index + 1]}|{token}",
            f"after={token}|{padded[index + 3]}",
        ]
        for index, token in enumerate(tokens)
    ]


def main() -> None:
    """Train, and write the predictions."""
    trainer = pycrfsuite.Trainer(params=PARAMETERS, verbose=False)
    for sentence in read_part("train"):
        trainer.append(build_features(sentence["tokens"]), sentence["expected"])
    os.chdir(FOLDER)  # whose name may have characters that CRFsuite cannot open
    trainer.train(MODEL)
    tagger = pycrfsuite.Tagger()
    tagger.open(MODEL)
    sentences = [
        {**sentence, "predicted": tagger.tag(build_features(sentence["tokens"]))} for sentence in read_part("test")
    ]
    with (FOLDER / "predictions.jsonl").open("w", encoding="utf-8", newline="\n") as file:
        for sentence in sentences:
            file.write(json.dumps(sentence, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
