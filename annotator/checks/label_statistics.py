"""Statistics of a corpus's labels: the words that have them, and their spans' lengths."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Final

from annotator.model.label_twins import find_label_twins
from annotator.text.analysis import analysed
from annotator.text.lexicon import FoldedForm, Lexicon, Match, split_form

MIN_LABELLED_RATIO: Final = 2
"""How many times as often as not words must have a span for a place without one to be doubtful."""
MIN_SPANS: Final = 2
"""How many spans show that their words are usually labelled."""

_NONE: Final[Mapping[str, int]] = {}
_MIN_LETTERS: Final = 3  # of a form that is distinctive, or that many digits:
_MIN_DIGITS: Final = 4
_USUAL_SHARE: Final = 0.95  # of a label's spans are no longer than the usual length


class LabelStatistics:
    """Counts of normalised forms (see text.proclitics.normalise_form) and of lengths in code points.

    `forms` are (form, label, number of spans), `lengths` (label, length, number of spans).
    """

    def __init__(
        self, forms: Iterable[tuple[str, str, int]] = (), lengths: Iterable[tuple[str, int, int]] = ()
    ) -> None:
        self._labels: dict[FoldedForm, dict[str, int]] = {}
        self._span_counts: dict[FoldedForm, int] = {}  # spans by distinctive form
        self._unlabelled_counts: dict[FoldedForm, int] = {}  # places without a span by form
        self._lexicon = Lexicon()
        for form, label, count in forms:
            self.add(form, label, count)
        lengths = list(lengths)
        self.span_counts_by_label = Counter[str]()
        for label, _length, count in lengths:
            self.span_counts_by_label[label] += count
        self.label_twins = find_label_twins(self.span_counts_by_label)
        self._usual_lengths = _compute_usual_lengths(lengths)

    def add(self, form: str, label: str, times: int) -> None:
        """Add `times` spans with this form and label; a negative number removes them."""
        words = split_form(form)
        if not words:
            return
        labels = self._labels.setdefault(words, {})
        labels[label] = labels.get(label, 0) + times
        if _is_distinctive(words):
            self._span_counts[words] = sum(labels.values())
            if self._span_counts[words] >= MIN_SPANS:
                self._lexicon.add(words)

    def count(self, form: str, label: str) -> int:
        """Return how many spans have this form and label."""
        return self._labels.get(split_form(form), _NONE).get(label, 0)

    def label_counts(self, words: FoldedForm) -> Mapping[str, int]:
        """Return the number of spans of these words by label."""
        return self._labels.get(words, _NONE)

    def usual_length(self, label: str) -> int:
        """Return the length in code points that 95 of 100 spans of the label do not exceed; 0 without spans."""
        return self._usual_lengths.get(label, 0)

    def span_count(self, words: FoldedForm) -> int:
        """Return how many spans have these words; 0 for words that are not distinctive.

        With fewer than three letters and fewer than four digits, as 40 or ص, words may mean different things.
        """
        return self._span_counts.get(words, 0)

    def add_unlabelled(self, words: FoldedForm) -> None:
        """Count a place where these words lack a span."""
        self._unlabelled_counts[words] = self._unlabelled_counts.get(words, 0) + 1

    def is_mostly_labelled(self, words: FoldedForm) -> bool:
        """Return whether MIN_SPANS spans have these words, and MIN_LABELLED_RATIO times as many as places lack one."""
        return self.span_count(words) >= max(MIN_SPANS, MIN_LABELLED_RATIO * self._unlabelled_counts.get(words, 0))

    def find_matches(self, text: str) -> list[Match]:
        """Find the mostly labelled words in a text, except possible parts of other words."""
        matches = self._lexicon.find_matches(analysed(text))
        return [match for match in matches if match.is_sure and self.is_mostly_labelled(match.words)]


def _is_distinctive(words: FoldedForm) -> bool:
    text = "".join(words)
    return sum(map(str.isalpha, text)) >= _MIN_LETTERS or sum(map(str.isdecimal, text)) >= _MIN_DIGITS


def _compute_usual_lengths(lengths: Iterable[tuple[str, int, int]]) -> dict[str, int]:
    by_label: dict[str, list[tuple[int, int]]] = {}
    for label, length, count in lengths:
        by_label.setdefault(label, []).append((length, count))
    usual_lengths = {}
    for label, length_counts in by_label.items():
        remaining = _USUAL_SHARE * sum(count for _length, count in length_counts)
        for length, count in sorted(length_counts):
            remaining -= count
            if remaining <= 0:
                usual_lengths[label] = length
                break
    return usual_lengths
