"""That the labels of the news fit the articles and the label set: spans are of known labels, trimmed and distinct."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from labelled_corpora import NEWS_LABELS, SEEN_NEWS_LABELS, WRITTEN_NEWS

from annotator.model.labels import default_labels
from annotator.text.visible import trim_invisible


def test_each_article_of_the_sample_is_labelled_and_every_third_was_kept_from_rule_writers(shared: Path) -> None:
    articles = _read_rows(shared / "data" / "articles" / "marsum.jsonl")
    digests = [(row["id"], hashlib.sha256(row["text"].encode()).hexdigest()) for row in articles]
    kept, seen = ([(row["id"], row["sha256"]) for row in _read_rows(path)] for path in (NEWS_LABELS, SEEN_NEWS_LABELS))
    assert kept == digests[::3]
    assert seen == [digest for digest in digests if digest not in kept]


@pytest.mark.parametrize("path", [NEWS_LABELS, SEEN_NEWS_LABELS], ids=lambda path: path.stem)
def test_each_span_is_trimmed_and_within_its_article(path: Path, shared: Path) -> None:
    texts = {row["id"]: row["text"] for row in _read_rows(shared / "data" / "articles" / "marsum.jsonl")}
    for row in _read_rows(path):
        _check_edges(texts[row["id"]], row)


def test_each_span_of_the_written_news_is_trimmed_and_no_text_is_there_twice() -> None:
    rows = _read_rows(WRITTEN_NEWS)
    for row in rows:
        _check_edges(row["text"], row)
    assert len({row["text"] for row in rows}) == len({row["id"] for row in rows}) == len(rows)


@pytest.mark.parametrize("path", [NEWS_LABELS, SEEN_NEWS_LABELS, WRITTEN_NEWS], ids=lambda path: path.stem)
def test_spans_are_sorted_distinct_and_of_the_default_labels(path: Path) -> None:
    known = {label.name for label in default_labels().labels}
    labels = set()
    for row in _read_rows(path):
        assert row["spans"] == sorted(map(list, {tuple(span) for span in row["spans"]})), row["id"]
        labels |= {label for _start, _end, label in row["spans"]}
    assert labels == known


def _check_edges(text: str, row: dict[str, Any]) -> None:
    for start, end, _label in row["spans"]:
        assert 0 <= start < end <= len(text), row["id"]
        assert trim_invisible(text, start, end) == (start, end), row["id"]


def _read_rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
