"""Known forms and where they stand in a text: folded, behind proclitics, whole tokens, nested ones too.

Offsets are code points, end exclusive.
"""

import re
from collections.abc import Iterator
from typing import Final, NamedTuple, TypeAlias

from annotator.text.analysis import Analysis
from annotator.text.proclitics import ARTICLE, BOUND, FUTURE, JOINING, readings
from annotator.text.tokenizer import tokens

Words: TypeAlias = tuple[str, ...]
"""A form as its folded tokens."""

_PLAIN: Final = re.compile("[ء-ي]+(?: [ء-ي]+)*")  # a form whose tokens are what is between its spaces
_LEADS: Final = frozenset(JOINING + BOUND + FUTURE)
_SHORT: Final = 3  # letters: with a proclitic in front, as likely as not another word


def words_of(form: str) -> Words:
    """The tokens of a folded form (see text.proclitics.form)."""
    if _PLAIN.fullmatch(form):
        return tuple(form.split(" "))
    return tuple(form[slice(*token)] for token in tokens(form))


class Match(NamedTuple):
    """A known form in a text: the tokens it takes, `last` exclusive, and where in the text it starts and ends.

    It is not `sure` where it is one word that may as well be part of another one, behind what looks like a proclitic:
    جدة in وجدة, لجنة in للجنة (see text.search).
    """

    first: int
    last: int
    start: int
    end: int
    words: Words
    sure: bool


class Lexicon:
    """Forms to look for. They are added while other threads may be looking, and never taken out."""

    def __init__(self) -> None:
        self._known: set[Words] = set()
        self._lengths: dict[str, tuple[int, ...]] = {}  # of the forms that begin with this word, in tokens

    def add(self, words: Words) -> None:
        """Look for this form, which has a word, from now on."""
        self._known.add(words)
        lengths = self._lengths.get(words[0], ())
        if len(words) not in lengths:
            self._lengths[words[0]] = (*lengths, len(words))

    def matches(self, found: Analysis) -> Iterator[Match]:
        """Where the forms stand, by their first token, overlapping ones too. White space is any but a newline."""
        for first, token in enumerate(found.tokens):
            written = found.folded[first]
            # Most words have none, and to find that out takes longer than to look them up.
            led = written[:1] in _LEADS
            for place, word in readings(found.text[slice(*token)]) if led else ((0, written),):
                for length in self._lengths.get(word, ()):
                    last = first + length
                    words = (word, *found.folded[first + 1 : last])
                    if len(words) < length or words not in self._known:
                        continue
                    start, end = token.start + place, found.tokens[last - 1].end
                    if "\n" not in found.text[start:end]:
                        sure = not place or length > 1 or _is_sure(word, found.folded[first])
                        yield Match(first, last, start, end, words, sure)


def _is_sure(word: str, written: str) -> bool:
    bare = word.removeprefix(ARTICLE)
    own_lam = bare.startswith(ARTICLE[1]) and written.startswith(("لل", "ولل", "فلل"))
    return len(bare) > _SHORT and not own_lam
