"""Tests of loading many articles."""

from pathlib import Path

import pytest
from builders import build_label_set
from msgspec.structs import replace

from annotator.model.records import DONE, FLAGGED, AnnotatedArticle, Article, Note, Span, Status, Zone, article_uid
from annotator.store.corpus import Corpus
from annotator.store.queries.article_list import list_done_articles

LABELS = build_label_set("DATE")
ANNOTATORS = ("سلمى", "Anas")


def make_article(number: int) -> AnnotatedArticle:
    text = f"قالت {number} أمس"
    uid = article_uid(text)
    spans = [
        Span(f"{annotator}{number}-{end}", uid, annotator, "DATE", 0, end, None, "x")
        for annotator in ANNOTATORS
        for end in (4, 6)
    ]
    return AnnotatedArticle(
        Article(uid, text, "t", "2024", "s", "u"),
        (Zone(f"b{number}", uid, "body", 5, 6), Zone(f"h{number}", uid, "headline", 0, 4)),
        tuple(spans[: number % 5]),
        tuple(Status(uid, annotator, DONE if number % 2 else FLAGGED) for annotator in ANNOTATORS[: number % 3]),
        tuple(Note(uid, annotator, f"note {number}") for annotator in ANNOTATORS[: number % 4]),
    )


@pytest.mark.parametrize("batch_size", [1, 4, 100])
def test_articles_are_loaded_in_the_given_order_as_by_load_article(
    batch_size: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("annotator.store.corpus._ARTICLES_AT_ONCE", batch_size)
    with Corpus.create(tmp_path / "a.corpus", LABELS) as corpus:
        for number in range(9):
            corpus.add(make_article(number))
        for annotator in (None, *ANNOTATORS, "nobody"):
            numbers = [9, 1, 2, 3, 8, 4]
            loaded = list(corpus.load_articles(numbers, annotator))
            assert loaded == [corpus.load_article(number, annotator) for number in numbers]
        first = next(corpus.load_articles([2]))
        assert first.article == replace(make_article(1).article, id=2)
        assert [zone.kind for zone in first.zones] == ["headline", "body"]
        assert list(corpus.load_articles([])) == []


def test_done_articles_are_listed_by_annotator(tmp_path: Path) -> None:
    with Corpus.create(tmp_path / "a.corpus", LABELS) as corpus:
        for number in range(9):
            corpus.add(make_article(number))
        assert list_done_articles(corpus, ANNOTATORS[0]) == [2, 6, 8]  # 1, 5 and 7
        assert list_done_articles(corpus, ANNOTATORS[1]) == [6]
        assert list_done_articles(corpus, None) == [2, 6, 8]
        assert list_done_articles(corpus, "nobody") == []
