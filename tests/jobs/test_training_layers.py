"""What the memory counts in the layers that teach."""

from pathlib import Path

from builders import create_corpus
from suggest.suggesting import LABELS

from annotator.jobs.training_layers import load_counts
from annotator.model.records import (
    BOILERPLATE,
    DONE,
    IN_PROGRESS,
    AnnotatedArticle,
    Article,
    Span,
    Status,
    Zone,
    article_uid,
    new_uid,
)
from annotator.suggest.memory import Count

SANAE, OMAR = "Sanae", "Omar"
FORM = "المغرب"
LABELLED, UNLABELLED = "عاد المغرب", "إلى المغرب"


def layer(text: str, annotator: str, state: str = DONE, zones: tuple[Zone, ...] = ()) -> AnnotatedArticle:
    """Return an article in which the annotator labelled the form if it is LABELLED."""
    uid = article_uid(text)
    spans = (Span(new_uid(), uid, annotator, "INSTITUTION", 4, 10),) if text == LABELLED else ()
    return AnnotatedArticle(Article(uid, text), zones, spans, (Status(uid, annotator, state),))


def counts(tmp_path: Path, *articles: AnnotatedArticle, annotator: str | None = None) -> list[Count]:
    with create_corpus(tmp_path / "a.corpus", *articles, labels=LABELS) as corpus:
        return list(load_counts(corpus, annotator))


def test_words_of_a_done_article_without_label_count_against_it(tmp_path: Path) -> None:
    found = counts(tmp_path, layer(LABELLED, SANAE), layer(UNLABELLED, SANAE))
    assert found == [(FORM, "INSTITUTION", 1, 0), (FORM, "INSTITUTION", 0, 1)]


def test_article_in_progress_may_yet_be_labelled(tmp_path: Path) -> None:
    found = counts(tmp_path, layer(LABELLED, SANAE), layer(UNLABELLED, SANAE, IN_PROGRESS))
    assert found == [(FORM, "INSTITUTION", 1, 0)]


def test_annotator_learns_nothing_of_what_another_left_unlabelled(tmp_path: Path) -> None:
    articles = layer(LABELLED, SANAE), layer(UNLABELLED, OMAR)
    assert counts(tmp_path, *articles, annotator=SANAE) == [(FORM, "INSTITUTION", 1, 0)]


def test_boilerplate_does_not_count(tmp_path: Path) -> None:
    zone = Zone("z", article_uid(UNLABELLED), BOILERPLATE, 0, len(UNLABELLED))
    assert counts(tmp_path, layer(LABELLED, SANAE), layer(UNLABELLED, SANAE, zones=(zone,))) == [
        (FORM, "INSTITUTION", 1, 0)
    ]
