"""A corpus with two articles that Sanae and Salma have labelled."""

from pathlib import Path

import pytest
from builders import create_corpus, label_words
from library.news import HEADLINE, PLAIN, TEXT

from annotator.model.records import DONE, AnnotatedArticle, Article, Note, Span, Status, Zone, article_uid


@pytest.fixture(autouse=True)
def _english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANNOTATOR_LANGUAGE", "en")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return the corpus file."""
    uid = article_uid(TEXT)
    spans: list[Span] = [
        *label_words(TEXT, [("وزارة العدل", "INSTITUTION"), ("خطة العمل", "PLAN")], "Sanae"),
        *label_words(TEXT, [("وزارة العدل", "INSTITUTION")], "Salma"),
    ]
    zones = (
        Zone("z1", uid, "headline", 0, len(HEADLINE)),
        Zone("z2", uid, "body", len(HEADLINE) + 1, len(TEXT)),
    )
    first = AnnotatedArticle(
        Article(uid, TEXT, published="2024-07-09", source="agency"),
        zones,
        tuple(spans),
        (Status(uid, "Sanae", DONE), Status(uid, "Salma", DONE)),
        (Note(uid, "Salma", "مراجعة"),),
    )
    file = tmp_path / "news.corpus"
    create_corpus(file, first, PLAIN).close()
    return file
