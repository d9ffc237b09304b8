"""That the labels of the news fit the articles and the label set: spans are of known labels, trimmed and distinct."""

import hashlib
import json
from pathlib import Path

from annotator.model.labels import default_labels
from annotator.text.visible import trim_invisible

_LABELS = Path(__file__).parent / "news_labels.jsonl"


def test_each_labelled_article_is_a_third_one_of_the_sample(shared: Path) -> None:
    articles = [json.loads(line) for line in _read_lines(shared / "data" / "articles" / "marsum.jsonl")]
    digests = [(row["id"], hashlib.sha256(row["text"].encode()).hexdigest()) for row in articles[::3]]
    assert [(row["id"], row["sha256"]) for row in map(json.loads, _read_lines(_LABELS))] == digests


def test_each_span_is_trimmed_and_within_its_article(shared: Path) -> None:
    articles = map(json.loads, _read_lines(shared / "data" / "articles" / "marsum.jsonl"))
    texts = {row["id"]: row["text"] for row in articles}
    for row in map(json.loads, _read_lines(_LABELS)):
        for start, end, _label in row["spans"]:
            assert 0 <= start < end <= len(texts[row["id"]]), row["id"]
            assert trim_invisible(texts[row["id"]], start, end) == (start, end), row["id"]


def test_spans_are_sorted_distinct_and_of_the_default_labels() -> None:
    known = {label.name for label in default_labels().labels}
    labels = set()
    for row in map(json.loads, _read_lines(_LABELS)):
        assert row["spans"] == sorted(map(list, {tuple(span) for span in row["spans"]})), row["id"]
        labels |= {label for _start, _end, label in row["spans"]}
    assert labels == known


def _read_lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines()
