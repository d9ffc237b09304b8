"""Corpora for exports, and where they go."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from annotator.model.labels import decode
from annotator.model.records import Draft
from annotator.resources import resource
from annotator.store.corpus import Corpus


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Callable[..., Corpus]]:
    """Makes a corpus of drafts."""
    made: list[Corpus] = []
    labels = decode(resource("labels", "default.toml").read_bytes())

    def corpus(*drafts: Draft) -> Corpus:
        made.append(Corpus.create(tmp_path / f"{len(made)}.corpus", labels))
        for item in drafts:
            made[-1].add(item)
        return made[-1]

    yield corpus
    for opened in made:
        opened.close()


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """A folder for exports alone."""
    folder = tmp_path / "out"
    folder.mkdir()
    return folder
