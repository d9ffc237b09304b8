"""The articles of a corpus as a list shows them: which ones, in which order, and what is said of each.

A corpus may hold more articles than a list should read at once: `numbers` tells which they are, `summaries` reads
those that are looked at.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, overload

from msgspec import Struct

from annotator.model.records import DONE, IN_PROGRESS, NEW, SKIPPED, STATES
from annotator.model.titles import shown_title
from annotator.store.corpus import Corpus
from annotator.store.queries.search import matching

_BEGINNING: Final = 400  # code points of an article in which its first line is looked for when it has no other title
_AT_ONCE: Final = 500  # numbers in one query
_PAGE: Final = 50  # articles that a list reads at once
_TOUCHED: Final = tuple(state for state in STATES if state != NEW)


class Summary(Struct, frozen=True):
    """An article as a list shows it. `states` is by annotator; `spans` counts those of every layer."""

    id: int
    uid: str
    title: str
    published: str | None
    source: str | None
    states: dict[str, str]
    spans: int


class Choice(Struct, frozen=True):
    """Which articles a list is to show: those that are in `state` for the annotator, if one is named, and hold
    `words`, if there are any (see store.queries.search)."""

    state: str | None = None
    words: str = ""


def numbers(corpus: Corpus, annotator: str, choice: Choice) -> list[int]:
    """The numbers of the articles of this choice, in the order in which they came."""
    if choice.words.strip():
        found = matching(corpus, choice.words)
    else:
        found = corpus.numbers("SELECT id AS number FROM article")
    if choice.state == NEW:
        touched = _in_states(corpus, annotator, *_TOUCHED)
        found = [number for number in found if number not in touched]
    elif choice.state:
        wanted = _in_states(corpus, annotator, choice.state)
        found = [number for number in found if number in wanted]
    return sorted(found)


def summaries(corpus: Corpus, wanted: Iterable[int]) -> Iterator[Summary]:
    """What a list says of the articles of these numbers, in the order of their numbers."""
    for some in _batches(sorted(wanted)):
        query = f"""
            SELECT id, uid, published, source, title, substr(text, 1, ?) AS beginning,
                (SELECT substr(article.text, start + 1, "end" - start) FROM zone
                    WHERE zone.article = article.uid AND kind = 'headline' ORDER BY start LIMIT 1) AS headline,
                (SELECT json_group_object(annotator, state) FROM status
                    WHERE status.article = article.uid) AS states,
                (SELECT count(*) FROM span WHERE span.article = article.uid) AS spans
            FROM article WHERE id IN ({_marks(some)}) ORDER BY id
        """
        for row in corpus.query(query, _BEGINNING, *some):
            yield Summary(
                id=row["id"],
                uid=row["uid"],
                title=shown_title(row["headline"], row["title"], row["beginning"]),
                published=row["published"],
                source=row["source"],
                states=corpus._decoded(row["states"], dict[str, str]),
                spans=row["spans"],
            )


class Listing(Sequence[Summary]):
    """The articles of a choice, read a page at a time as they are asked for. Empty without a corpus."""

    def __init__(self, corpus: Corpus | None = None, annotator: str = "", choice: Choice = Choice()) -> None:  # noqa: B008 - frozen
        self._corpus = corpus
        self.numbers = numbers(corpus, annotator, choice) if corpus else []
        self._read: dict[int, Summary] = {}

    def __len__(self) -> int:
        return len(self.numbers)

    @overload
    def __getitem__(self, place: int) -> Summary: ...
    @overload
    def __getitem__(self, place: slice) -> list[Summary]: ...
    def __getitem__(self, place: int | slice) -> Summary | list[Summary]:
        if isinstance(place, slice):
            return [self[at] for at in range(*place.indices(len(self)))]
        number = self.numbers[place]
        if number not in self._read and self._corpus:
            first = place % len(self) // _PAGE * _PAGE
            missing = [one for one in self.numbers[first : first + _PAGE] if one not in self._read]
            self._read.update((summary.id, summary) for summary in summaries(self._corpus, missing))
        return self._read[number]

    def place(self, number: int) -> int:
        """The place of the article of this number; of the next one after it, negative and less one, where it is not
        among them."""
        at = bisect_left(self.numbers, number)
        return at if at < len(self) and self.numbers[at] == number else -1 - at

    def forget(self, number: int | None = None) -> None:
        """Read the article of this number again when it is asked for, or all of them: they were changed."""
        if number is None:
            self._read.clear()
        else:
            self._read.pop(number, None)


def articles(corpus: Corpus) -> Iterator[Summary]:
    """Every article, in the order in which they came."""
    return summaries(corpus, numbers(corpus, "", Choice()))


def done(corpus: Corpus, annotator: str | None) -> list[int]:
    """The numbers of the articles that the annotator is done with; of None, those that anybody is."""
    if annotator is not None:
        return sorted(_in_states(corpus, annotator, DONE))
    query = "SELECT id AS number FROM article WHERE uid IN (SELECT article FROM status WHERE state = ?) ORDER BY id"
    return corpus.numbers(query, DONE)


def waiting(corpus: Corpus, annotator: str) -> list[int]:
    """The numbers of the articles that the annotator has neither done nor skipped."""
    closed = _in_states(corpus, annotator, DONE, SKIPPED)
    return [number for number in numbers(corpus, annotator, Choice()) if number not in closed]


def counts(corpus: Corpus, annotator: str) -> dict[str, int]:
    """How many articles are in each state for the annotator."""
    found = corpus.query("SELECT state, count(*) AS n FROM status WHERE annotator = ? GROUP BY state", annotator)
    counted = dict.fromkeys(STATES, 0) | {row["state"]: row["n"] for row in found}
    [total] = [row["n"] for row in corpus.query("SELECT count(*) AS n FROM article")]
    return counted | {NEW: total - sum(counted[state] for state in _TOUCHED)}


def first_open(corpus: Corpus, annotator: str, among: Sequence[int]) -> int | None:
    """The first of these articles that the annotator has neither done nor put aside; None where there is none."""
    near, far = among[:_PAGE], among[_PAGE:]
    query = f"""
        SELECT id AS number FROM article LEFT JOIN status ON status.article = article.uid AND annotator = ?
        WHERE id IN ({_marks(near)}) AND coalesce(state, ?) IN (?, ?)
    """
    waiting = set(corpus.numbers(query, annotator, *near, NEW, NEW, IN_PROGRESS))
    if waiting or not far:
        return next((number for number in near if number in waiting), None)
    closed = _in_states(corpus, annotator, *(state for state in _TOUCHED if state != IN_PROGRESS))
    return next((number for number in far if number not in closed), None)


def _in_states(corpus: Corpus, annotator: str, *states: str) -> set[int]:
    """The articles that the annotator has put into one of these states."""
    query = f"""
        SELECT id AS number FROM status JOIN article ON uid = article
        WHERE annotator = ? AND state IN ({_marks(states)})
    """
    return set(corpus.numbers(query, annotator, *states))


def _batches(numbers: Sequence[int]) -> Iterator[Sequence[int]]:
    return (numbers[at : at + _AT_ONCE] for at in range(0, len(numbers), _AT_ONCE))


def _marks(values: Sequence[object]) -> str:
    return ", ".join("?" * len(values))
