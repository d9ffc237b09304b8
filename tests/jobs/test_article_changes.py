"""States and removals of many articles."""

from pathlib import Path

import pytest
from builders import create_corpus

from annotator.jobs.article_changes import set_states
from annotator.model.records import DONE
from annotator.store.corpus import Corpus
from annotator.store.errors import NoSuchArticle

COUNT = 150  # more than one transaction


def count_done(corpus: Corpus) -> int:
    [(count,)] = corpus.fetch_tuples("SELECT count(*) FROM status WHERE state = ?", DONE)
    return int(count)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    with create_corpus(tmp_path / "a.corpus", *(f"خبر رقم {number}" for number in range(COUNT))) as corpus:
        return corpus.path


def test_stopped_early_the_articles_that_were_yielded_are_done(path: Path) -> None:
    with Corpus.open(path) as corpus:
        steps = set_states(corpus, range(1, COUNT + 1), "Sanae", DONE)
        position, total = next(steps)
        steps.close()
        assert (count_done(corpus), total) == (position, COUNT)


def test_an_article_that_does_not_exist_changes_none_of_its_batch(path: Path) -> None:
    with Corpus.open(path) as corpus:
        with pytest.raises(NoSuchArticle, match="has no article"):
            list(set_states(corpus, [1, 2, COUNT + 1], "Sanae", DONE))
        assert count_done(corpus) == 0
