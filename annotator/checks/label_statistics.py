"""How labels are used in a corpus: which words have them, and how long their spans are. The checks compare with it."""

from collections.abc import Iterable, Mapping
from typing import Final

from annotator.text.analysis import analysed
from annotator.text.lexicon import Lexicon, Match, Words, words_of

LABELLED: Final = 2
"""Times as often as not, words must have a span for a place without one to be doubtful."""
FEWEST: Final = 2
"""Spans of the same words tell that they are usually labelled; one tells nothing."""

_NONE: Final[Mapping[str, int]] = {}
_LETTERS: Final = 3  # of words that tell enough, or so many digits
_DIGITS: Final = 4
_MOST: Final = 0.95  # of the spans of a label are no longer than what is usual


class Usage:
    """Counts of forms (see text.proclitics.form) and of lengths in code points. `forms` are form, label and how many
    such spans there are; `lengths` label, length and how many."""

    def __init__(
        self, forms: Iterable[tuple[str, str, int]] = (), lengths: Iterable[tuple[str, int, int]] = ()
    ) -> None:
        self._labels: dict[Words, dict[str, int]] = {}
        self._known: dict[Words, int] = {}  # how many spans a form has that tells enough
        self._open: dict[Words, int] = {}  # how often a form was met without a span
        self._lexicon = Lexicon()
        for form, label, count in forms:
            self.learn(form, label, count)
        self._usual = _usual(lengths)

    def learn(self, form: str, label: str, times: int) -> None:
        """So many spans more have this form and label; fewer where it is negative."""
        words = words_of(form)
        if not words:
            return
        labels = self._labels.setdefault(words, {})
        labels[label] = labels.get(label, 0) + times
        if _tells(words):
            self._known[words] = sum(labels.values())
            if self._known[words] >= FEWEST:
                self._lexicon.add(words)

    def count(self, form: str, label: str) -> int:
        """How many spans have this form and label."""
        return self._labels.get(words_of(form), _NONE).get(label, 0)

    def labels(self, words: Words) -> Mapping[str, int]:
        """How many spans of these words each label has."""
        return self._labels.get(words, _NONE)

    def usual(self, label: str) -> int:
        """The length in code points that 95 of 100 spans of the label do not exceed; 0 where there are none."""
        return self._usual.get(label, 0)

    def known(self, words: Words) -> int:
        """How many spans have these words; 0 where they say too little to be the same thing in two places: fewer than
        three letters and fewer than four digits, as 40 or ص."""
        return self._known.get(words, 0)

    def met(self, words: Words) -> None:
        """These words stood once more where they might have a span, and had none."""
        self._open[words] = self._open.get(words, 0) + 1

    def mostly_labelled(self, words: Words) -> bool:
        """Whether FEWEST spans have these words, and LABELLED times as many as they were met without one."""
        return self.known(words) >= max(FEWEST, LABELLED * self._open.get(words, 0))

    def matches(self, text: str) -> list[Match]:
        """Where words that are mostly labelled stand in a text; none that may as well be part of another word."""
        found = self._lexicon.matches(analysed(text))
        return [match for match in found if match.sure and self.mostly_labelled(match.words)]


def _tells(words: Words) -> bool:
    written = "".join(words)
    return sum(map(str.isalpha, written)) >= _LETTERS or sum(map(str.isdecimal, written)) >= _DIGITS


def _usual(lengths: Iterable[tuple[str, int, int]]) -> dict[str, int]:
    by_label: dict[str, list[tuple[int, int]]] = {}
    for label, length, count in lengths:
        by_label.setdefault(label, []).append((length, count))
    found = {}
    for label, counted in by_label.items():
        left = _MOST * sum(count for _length, count in counted)
        for length, count in sorted(counted):
            left -= count
            if left <= 0:
                found[label] = length
                break
    return found
