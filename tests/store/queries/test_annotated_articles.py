"""Whole articles, many at a time."""

from pathlib import Path

import pytest
from msgspec.structs import replace

from annotator.model.labels import Colour, Label, LabelSet
from annotator.model.records import DONE, FLAGGED, Article, Draft, Note, Span, Status, Zone, article_uid
from annotator.store.corpus import Corpus
from annotator.store.queries import annotated_articles
from annotator.store.queries.annotated_articles import drafts
from annotator.store.queries.article_list import done

LABELS = LabelSet((Label("DATE", {}, Colour("#8f6a0a", "#ecc04c")),))
WHO = ("سلمى", "Anas")


def article(number: int) -> Draft:
    text = f"قالت {number} أمس"
    uid = article_uid(text)
    spans = [Span(f"{who}{number}-{end}", uid, who, "DATE", 0, end, None, "x") for who in WHO for end in (4, 6)]
    return Draft(
        Article(uid, text, "t", "2024", "s", "u"),
        (Zone(f"b{number}", uid, "body", 5, 6), Zone(f"h{number}", uid, "headline", 0, 4)),
        tuple(spans[: number % 5]),
        tuple(Status(uid, who, DONE if number % 2 else FLAGGED) for who in WHO[: number % 3]),
        tuple(Note(uid, who, f"note {number}") for who in WHO[: number % 4]),
    )


@pytest.mark.parametrize("at_once", [1, 4, 100])
def test_articles_come_with_all_that_is_known_of_them_in_the_order_asked(
    at_once: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(annotated_articles, "_AT_ONCE", at_once)
    with Corpus.create(tmp_path / "a.corpus", LABELS) as corpus:
        for number in range(9):
            corpus.add(article(number))
        for annotator in (None, *WHO, "nobody"):
            numbers = [9, 1, 2, 3, 8, 4]
            found = list(drafts(corpus, numbers, annotator))
            assert found == [corpus.whole(number, annotator) for number in numbers]
        first = next(drafts(corpus, [2]))
        assert first.article == replace(article(1).article, id=2)
        assert [zone.kind for zone in first.zones] == ["headline", "body"]
        assert list(drafts(corpus, [])) == []


def test_who_is_done_with_what(tmp_path: Path) -> None:
    with Corpus.create(tmp_path / "a.corpus", LABELS) as corpus:
        for number in range(9):
            corpus.add(article(number))
        assert done(corpus, WHO[0]) == [2, 6, 8]  # 1, 5 and 7
        assert done(corpus, WHO[1]) == [6]
        assert done(corpus, None) == [2, 6, 8]
        assert done(corpus, "nobody") == []
