"""Counting what annotators did, by day."""

from collections.abc import Generator
from typing import Final

from annotator.model.progress import DailyWork, count_daily_work
from annotator.store.corpus import Corpus
from annotator.store.queries.work_log import load_work_log

_PARTS: Final = 2  # reading and counting, of which reading takes three quarters


def count_work(corpus: Corpus) -> Generator[tuple[int, int], None, DailyWork]:
    """Count each annotator's work by day, in the time zone of this computer; yield the parts done and their number.

    Takes some seconds for 300,000 steps.
    """
    yield 0, _PARTS
    log = load_work_log(corpus)
    yield 1, _PARTS
    return count_daily_work(log)
