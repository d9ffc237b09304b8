"""Print precision, recall and F1 of predictions.jsonl by label, with seqeval; they are those of scores.json."""

import json
import os
import sys
from pathlib import Path

try:
    from seqeval.metrics import classification_report
except ModuleNotFoundError as error:
    sys.exit(f"{error.name} is not installed. This installs what is needed: pip install -r requirements.txt")

PREDICTIONS = Path(__file__).resolve().parent / "predictions.jsonl"


def main() -> None:
    """Print the table."""
    if not PREDICTIONS.exists():
        sys.exit("There are no predictions yet: train.py writes them.")
    with PREDICTIONS.open(encoding="utf-8") as file:
        sentences = [json.loads(line) for line in file]
    expected, predicted = ([sentence[key] for sentence in sentences] for key in ("expected", "predicted"))
    if not any(tag != "O" for tags in (*expected, *predicted) for tag in tags):
        sys.exit("The test set has no span, and none is predicted.")
    try:
        print(classification_report(expected, predicted, digits=3, zero_division=0), flush=True)
    except BrokenPipeError:  # as with `| head`: discard what Python would flush at its end
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


if __name__ == "__main__":
    main()
