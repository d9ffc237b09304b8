"""The corpus that other programs read."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from consumers import reading

from annotator.store.corpus import Corpus


@pytest.fixture(scope="session")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Corpus]:
    """Sample articles and tricky ones, with a layer of spans of every kind."""
    path: Path = tmp_path_factory.mktemp("consumers") / "news.corpus"
    with reading.create_corpus(path) as built:
        yield built
