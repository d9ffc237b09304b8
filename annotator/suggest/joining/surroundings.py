"""What a place in a text consists of and what stands next to it, as features of a candidate.

A name may go on behind a dash, a bracket or a definite noun, and hardly behind a preposition or a verb; it may end in a
place, and hardly in a conjunction.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final, NamedTuple

from annotator.suggest.names.word_roles import WordRole, classify_word
from annotator.text.folding import fold

_NEAR: Final = 4
"""How many code points next to a place are looked at: a mark stands behind a blank and an invisible mark at most."""
_BLANKS: Final = " \t\u00a0\u200e\u200f"
_KINDS_OF_MARKS: Final = {
    mark: kind
    for kind, marks in (
        ("comma", "،,؛;"),
        ("stop", ".:!؟?…"),
        ("quotation mark", "\"'“”‘’«»„"),
        ("bracket", "()[]{}"),
        ("dash", "-–—/|"),
    )
    for mark in marks
}
_FAR: Final = 3000  # code points on each side in which the same words are looked for: nearly all articles are shorter
_MAX_WORD: Final = 24  # code points of a word next to a place that are looked at
_WORD: Final = r"([^\W\d_][\w\u064b-\u065f\u0670]*)"  # diacritics are no \w
_FIRST_WORD: Final = re.compile(rf"[{_BLANKS}]*{_WORD}")
_LAST_WORD: Final = re.compile(rf"{_WORD}\W*\Z")


class Surroundings(NamedTuple):
    """The kinds of what stands before and after a place and of its last word, and whether its words stand elsewhere."""

    before: str
    after: str
    last: str
    is_repeated: bool

    def list_facts(self) -> Iterator[str]:
        """Yield what is true of the place."""
        yield f"before {self.before}"
        yield f"after {self.after}"
        yield f"last {self.last}"
        yield f"last {self.last} after {self.after}"
        if self.is_repeated:
            yield "repeated"


def describe_surroundings(text: str, start: int, end: int) -> Surroundings:
    """Return the surroundings of a place in a text."""
    form = text[start:end]
    last_word = _LAST_WORD.search(form[-_MAX_WORD:])
    return Surroundings(
        _kind_of_mark(text[max(0, start - _NEAR) : start][::-1]),
        _kind_behind(text[end : end + _MAX_WORD]),
        _kind_of_word(last_word[1]) if last_word else "mark",
        form in text[end : end + _FAR] or form in text[max(0, start - _FAR) : start],
    )


@lru_cache(maxsize=4096)  # words repeat
def _kind_of_mark(text: str) -> str:
    """Return the kind of what a text begins with, which leads away from a place: a word, a number, a mark, an edge.

    A letter that is attached, such as a proclitic, is none of a word.
    """
    first = next((character for character in text if character not in _BLANKS), "\n")
    if first == "\n":
        return "edge"
    if first.isalpha():
        return "letter" if first == text[0] else "Latin word" if first.isascii() else "word"
    return "number" if first.isdecimal() else _KINDS_OF_MARKS.get(first, "mark")


def _kind_behind(text: str) -> str:
    """Return the kind of what a text begins with; of a word, also what it is in names."""
    kind = _kind_of_mark(text[:_NEAR])
    word = _FIRST_WORD.match(text) if kind == "word" else None
    return _kind_of_word(word[1]) if word else kind


@lru_cache(maxsize=1 << 14)
def _kind_of_word(word: str) -> str:
    """Return what a word is in names, with what is attached to it: `definite adjective`, `و noun`, `end`."""
    role = classify_word(fold(word))
    return f"{role.lead} {_describe_role(role)}".lstrip()


def _describe_role(role: WordRole) -> str:
    if role.is_head:
        return "head"
    if role.is_adjective:
        return f"{role.kind} adjective"
    return f"proper {role.kind}" if role.is_proper else role.kind
