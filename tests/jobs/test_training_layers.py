"""What the memory counts in the layers that teach."""

from pathlib import Path
from typing import Any

import pytest
from builders import create_corpus
from suggest.suggesting import LABELS

from annotator.jobs.suggesting import SuggesterPool
from annotator.jobs.training_layers import load_memory
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
from annotator.suggest.memory import MemorySuggester

SANAE, OMAR = "Sanae", "Omar"
FORM = "المغرب"
NO_EXCEPTION, EXCEPTION = "word 1", "word 1 with exceptions"
LABELLED, UNLABELLED = "عاد المغرب", "إلى المغرب"


def layer(text: str, annotator: str, state: str = DONE, zones: tuple[Zone, ...] = ()) -> AnnotatedArticle:
    """Return an article in which the annotator labelled the form if it is LABELLED."""
    uid = article_uid(text)
    spans = (Span(new_uid(), uid, annotator, "INSTITUTION", 4, 10),) if text == LABELLED else ()
    return AnnotatedArticle(Article(uid, text), zones, spans, (Status(uid, annotator, state),))


def recall_form(tmp_path: Path, *articles: AnnotatedArticle, annotator: str | None = None) -> str | None:
    """Return what the memory of these articles says of the form."""
    with create_corpus(tmp_path / "a.corpus", *articles, labels=LABELS) as corpus:
        [suggestion] = load_memory(corpus, annotator).suggest(Article(article_uid(FORM), FORM), LABELS)
        return suggestion.evidence


def test_words_of_a_done_article_without_label_count_against_it(tmp_path: Path) -> None:
    assert recall_form(tmp_path, layer(LABELLED, SANAE), layer(UNLABELLED, SANAE)) == EXCEPTION


def test_article_in_progress_may_yet_be_labelled(tmp_path: Path) -> None:
    articles = layer(LABELLED, SANAE), layer(UNLABELLED, SANAE, IN_PROGRESS)
    assert recall_form(tmp_path, *articles) == NO_EXCEPTION


def test_annotator_learns_nothing_of_what_another_left_unlabelled(tmp_path: Path) -> None:
    articles = layer(LABELLED, SANAE), layer(UNLABELLED, OMAR)
    assert recall_form(tmp_path, *articles, annotator=SANAE) == NO_EXCEPTION


def test_boilerplate_does_not_count(tmp_path: Path) -> None:
    zone = Zone("z", article_uid(UNLABELLED), BOILERPLATE, 0, len(UNLABELLED))
    articles = layer(LABELLED, SANAE), layer(UNLABELLED, SANAE, zones=(zone,))
    assert recall_form(tmp_path, *articles) == NO_EXCEPTION


def test_opening_a_corpus_counts_everything_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    learned, learn = list[str](), MemorySuggester.learn

    def learn_and_note(memory: MemorySuggester, form: str, *count: Any) -> None:
        learned.append(form)
        learn(memory, form, *count)

    monkeypatch.setattr(MemorySuggester, "learn", learn_and_note)
    with create_corpus(
        tmp_path / "a.corpus", layer(LABELLED, SANAE), layer(UNLABELLED, SANAE), labels=LABELS
    ) as corpus:
        SuggesterPool.from_corpus(corpus, annotator=SANAE)
    assert learned == [FORM, FORM]  # a span, and where the words have no label
