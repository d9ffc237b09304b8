"""States and removals of many articles, set as the window sets them: a step for each article, which it can undo."""

from collections.abc import Callable, Generator, Sequence
from typing import Final

from msgspec import Struct

from annotator.model import operations
from annotator.model.history import REMOVE_ARTICLE_STEP, RESTORE_ARTICLE_STEP, STATE_STEP
from annotator.model.records import DONE, Article, Edit, Step, new_uid
from annotator.store.corpus import Corpus, utc_timestamp

_BATCH_SIZE: Final = 100  # articles in one transaction

ChangeSteps = Generator[tuple[int, int], None, "ChangeResult"]
"""Yields the number of articles looked at and their total."""


class ChangeResult(Struct, frozen=True):
    """How many articles were changed, and how many had nothing to change.

    `no_longer_done` of those that were changed had been done.
    """

    changed: int
    unchanged: int
    no_longer_done: int = 0


def set_states(corpus: Corpus, numbers: Sequence[int], annotator: str, state: str) -> ChangeSteps:
    """Set the annotator's state of the articles with these numbers, a hundred in one transaction.

    Stopped early, it leaves those done that it has yielded.
    """
    no_longer_done = 0

    def build_edits(article: Article) -> list[Edit]:
        nonlocal no_longer_done
        before = corpus.status(article.uid, annotator)
        edits = operations.set_state(before, article, annotator, state)
        no_longer_done += bool(edits and before and before.state == DONE)
        return edits

    result = yield from _change_articles(corpus, numbers, annotator, STATE_STEP, build_edits)
    return ChangeResult(result.changed, result.unchanged, no_longer_done)


def remove_articles(corpus: Corpus, numbers: Sequence[int], annotator: str) -> ChangeSteps:
    """Remove the articles with these numbers from the corpus, but not from the file; see `set_states`."""

    def build_edits(article: Article) -> list[Edit]:
        return operations.remove_article(corpus.removal(article.uid), article)

    return _change_articles(corpus, numbers, annotator, REMOVE_ARTICLE_STEP, build_edits)


def restore_articles(corpus: Corpus, numbers: Sequence[int], annotator: str) -> ChangeSteps:
    """Restore removed articles with these numbers; see `set_states`."""

    def build_edits(article: Article) -> list[Edit]:
        return operations.restore_article(corpus.removal(article.uid))

    return _change_articles(corpus, numbers, annotator, RESTORE_ARTICLE_STEP, build_edits)


def _change_articles(
    corpus: Corpus, numbers: Sequence[int], annotator: str, name: str, build_edits: Callable[[Article], list[Edit]]
) -> ChangeSteps:
    changed = 0
    for start in range(0, len(numbers), _BATCH_SIZE):
        batch = numbers[start : start + _BATCH_SIZE]
        with corpus.transaction():
            for number in batch:
                edits = build_edits(corpus.article(number))
                if edits:
                    corpus.apply(Step(new_uid(), annotator, utc_timestamp(), name, tuple(edits)))
                    changed += 1
        yield start + len(batch), len(numbers)
    return ChangeResult(changed, len(numbers) - changed)
