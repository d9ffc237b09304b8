"""An empty corpus, and a folder to import from."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from builders import create_corpus

from annotator.store.corpus import Corpus


@pytest.fixture
def corpus(tmp_path: Path) -> Iterator[Corpus]:
    """Create an empty corpus with the labels that come with the program."""
    with create_corpus(tmp_path / "my.corpus") as opened:
        yield opened


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return an empty folder for files to import."""
    path = tmp_path / "folder"
    path.mkdir()
    return path
