"""The articles that are sent to the servers of peers."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from peer_servers import round_trip

from annotator.store.corpus import Corpus


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Corpus]:
    """Tricky articles, the samples, and the real ones where they are beside the checkout."""
    shared = Path(__file__).resolve().parents[3] / "shared"
    articles = round_trip.build_articles(shared if shared.is_dir() else None)
    with round_trip.create_corpus(tmp_path_factory.mktemp("peers") / "news.corpus", articles) as built:
        yield built
