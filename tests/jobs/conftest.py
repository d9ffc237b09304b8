"""Corpora for jobs, and their batches."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from builders import create_corpus

from annotator.model.labels import LabelSet, default_labels
from annotator.model.records import AnnotatedArticle
from annotator.store.corpus import Corpus


@pytest.fixture
def labels() -> LabelSet:
    """Return the label set of the corpora that `make` creates; a module may override it."""
    return default_labels()


@pytest.fixture
def make(tmp_path: Path, labels: LabelSet) -> Iterator[Callable[..., Corpus]]:
    """Return a function that creates a corpus from articles."""
    corpora: list[Corpus] = []

    def create(*articles: AnnotatedArticle) -> Corpus:
        corpora.append(create_corpus(tmp_path / f"{len(corpora)}.corpus", *articles, labels=labels))
        return corpora[-1]

    yield create
    for corpus in corpora:
        corpus.close()


@pytest.fixture
def one_edit_per_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have jobs yield their progress after each edit."""
    monkeypatch.setattr("annotator.store.corpus._BATCH_SIZE", 1)
