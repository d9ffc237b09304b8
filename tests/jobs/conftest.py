"""Corpora for exports, and a folder to export to."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from annotator.model.labels import decode
from annotator.model.records import AnnotatedArticle
from annotator.resources import resource_path
from annotator.store.corpus import Corpus


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Callable[..., Corpus]]:
    """Return a function that creates a corpus from articles."""
    corpora: list[Corpus] = []
    labels = decode(resource_path("labels", "default.toml").read_bytes())

    def create(*articles: AnnotatedArticle) -> Corpus:
        corpora.append(Corpus.create(tmp_path / f"{len(corpora)}.corpus", labels))
        for annotated in articles:
            corpora[-1].add(annotated)
        return corpora[-1]

    yield create
    for corpus in corpora:
        corpus.close()


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """Return an empty folder for exports."""
    folder = tmp_path / "out"
    folder.mkdir()
    return folder
