"""Find known forms in a text: folded, behind proclitics, of complete tokens, nested ones included."""

import re
from collections.abc import Iterator
from typing import Final, NamedTuple, TypeAlias

from annotator.text.analysis import TextAnalysis
from annotator.text.proclitics import DEFINITE_ARTICLE, find_readings
from annotator.text.tokenizer import tokenize

FoldedForm: TypeAlias = tuple[str, ...]
"""A form as its folded tokens."""

_PLAIN: Final = re.compile("[ء-ي]+(?: [ء-ي]+)*")  # a form that is tokenized by splitting at its spaces
_MAX_TOKENS: Final = 1 << 15  # whose first words are remembered
_SHORT: Final = 3  # letters: behind a proclitic, such a word is as likely as not another one


def split_form(form: str) -> FoldedForm:
    """Split a folded form into tokens (see text.proclitics.normalise_form)."""
    if _PLAIN.fullmatch(form):
        return tuple(form.split(" "))
    return tuple(form[slice(*token)] for token in tokenize(form))


class Match(NamedTuple):
    """A known form in a text: its tokens from `first` to `last` (exclusive) and its offsets.

    `is_sure` is false for one word, behind an apparent proclitic, that may as well be part of another: جدة in وجدة,
    لجنة in للجنة.
    """

    first: int
    last: int
    start: int
    end: int
    words: FoldedForm
    is_sure: bool


class Lexicon:
    """Forms to find. They may be added while other threads search; none is removed."""

    def __init__(self) -> None:
        self._forms: set[FoldedForm] = set()
        self._lengths: dict[str, tuple[int, ...]] = {}  # in tokens, of the forms that start with this word
        self._starts: dict[str, tuple[tuple[int, str], ...]] = {}  # first words that a token may be; made anew by add

    def add(self, words: FoldedForm) -> None:
        """Add a form of at least one word."""
        self._forms.add(words)
        lengths = self._lengths.get(words[0], ())
        if len(words) not in lengths:
            self._lengths[words[0]] = (*lengths, len(words))
        if not lengths:
            self._starts = {}

    def find_matches(self, analysis: TextAnalysis, *, is_repeated: bool = False) -> Iterator[Match]:
        """Yield a text's forms by first token, including overlapping ones; none spans a newline.

        `is_repeated` is faster from the second search of the same text on (see TextAnalysis.readings).
        """
        for first, offset, word in self._look_up(analysis) if is_repeated else self._scan(analysis):
            for length in self._lengths[word]:
                last = first + length
                words = (word, *analysis.folded_words[first + 1 : last])
                if len(words) < length or words not in self._forms:
                    continue
                start, end = analysis.tokens[first].start + offset, analysis.tokens[last - 1].end
                if "\n" not in analysis.text[start:end]:
                    is_sure = not offset or length > 1 or _is_sure(word, analysis.folded_words[first])
                    yield Match(first, last, start, end, words, is_sure)

    def _scan(self, analysis: TextAnalysis) -> Iterator[tuple[int, int, str]]:
        """Yield the first words of forms that tokens may be: the token's index, the word's offset in it, the word."""
        if not self._forms:
            return
        if len(self._starts) > _MAX_TOKENS:
            self._starts = {}
        starts = self._starts
        for token in set(analysis.words).difference(starts):
            starts[token] = tuple((offset, word) for offset, word in find_readings(token) if word in self._lengths)
        for index, first_words in enumerate(map(starts.__getitem__, analysis.words)):
            for offset, word in first_words:
                yield index, offset, word

    def _look_up(self, analysis: TextAnalysis) -> Iterator[tuple[int, int, str]]:
        """Yield the same as `_scan`."""
        readings = analysis.readings
        words = readings.keys() & self._lengths.keys()
        for index, _order, offset, first_word in sorted(
            (*reading, word) for word in words for reading in readings[word]
        ):
            yield index, offset, first_word


def _is_sure(word: str, folded_word: str) -> bool:
    stem = word.removeprefix(DEFINITE_ARTICLE)
    has_own_lam = stem.startswith(DEFINITE_ARTICLE[1]) and folded_word.startswith(("لل", "ولل", "فلل"))
    return len(stem) > _SHORT and not has_own_lam
