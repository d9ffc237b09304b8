"""Choose when a process is killed: by the clock, by what it reports, or by what it is about to do."""

from random import Random
from typing import Any, Final

from annotator_at_work import BY_KEY, OTHERS
from msgspec import Struct

CLOCK: Final = "by the clock"
LINE: Final = "after a line"
WRITING: Final = "in a transaction"
LONG: Final = "in long work"
STATEMENT: Final = "before an SQL statement"
FILE: Final = "before a file is touched"
COMMIT: Final = "in a commit"

_LONG: Final = ("import_files", "export", "change_labels", "tag_all", "learn")
_LATEST: Final = 20.0
"""Seconds after which a process is killed that has not come to its moment."""


class Moment(Struct):
    """A moment to kill at.

    The process is killed so many `seconds` after its line number `line` (0 is its beginning); of those lines that have
    one of `keys`, if it names any. With `statements`, `files` or `commits` it kills itself (annotator_at_work.Death).
    """

    kind: str
    seconds: float = _LATEST
    line: int = 0
    keys: frozenset[str] = frozenset()
    first: str | None = None
    """What it does first."""
    statements: int = 0
    files: int = 0
    commits: int = 0
    late: float = 0.0

    def counts(self, line: dict[str, Any]) -> bool:
        """Whether this is one of the lines that are counted."""
        return not self.keys or not self.keys.isdisjoint(line)


def choose(random: Random) -> Moment:
    """Choose a moment in the work of an annotator, of any kind."""
    kind = random.choice([CLOCK, LINE, WRITING, WRITING, LONG, LONG, STATEMENT, STATEMENT, FILE, COMMIT, COMMIT])
    first = random.choice([None, None, None, *_LONG])
    if kind == CLOCK:
        return Moment(CLOCK, random.uniform(0, 0.8), first=first)
    if kind == LINE:
        return Moment(LINE, _transaction_seconds(random), random.randint(2, 60), first=first)
    if kind == WRITING:
        keys = frozenset({"step", "article", "labels"})
        return Moment(WRITING, _transaction_seconds(random), random.randint(1, 40), keys, first=first)
    if kind == LONG:
        seconds, keys = random.uniform(0, 0.25), frozenset({"doing"})
        return Moment(LONG, seconds, 1, keys, first=random.choice(_LONG))
    if kind == COMMIT:
        return Moment(COMMIT, first=first, commits=random.randint(1, 20), late=_transaction_seconds(random))
    if kind == STATEMENT:
        first = random.choice([*_LONG, random.choice([*BY_KEY, *OTHERS])])
        return Moment(STATEMENT, first=first, statements=random.randint(1, random.choice([20, 60, 600])))
    return Moment(FILE, first="export", files=random.randint(1, 30))


def choose_while_opening(random: Random) -> Moment:
    """Choose a moment while a corpus is opened."""
    if random.random() < 0.5:
        return Moment(STATEMENT, statements=random.randint(1, 30))
    return Moment(CLOCK, random.uniform(0, 0.02))


def _transaction_seconds(random: Random) -> float:
    """Seconds, about as many as a transaction takes."""
    return random.expovariate(1000)
