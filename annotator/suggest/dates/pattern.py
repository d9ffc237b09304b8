"""The pattern language of the rules for dates.

Parts are separated by spaces:

- `من` is that word, in any spelling that folds alike; a proclitic such as `و` is its own word, attached or not
- `{month}` is any element of that class: a word or a rule's match; `{first:month}` names it, `{_:month}` ignores its
  value
- `part?` is optional; `one|two` is either, the first preferred; `( … )` groups parts
"""

import re
from collections.abc import Iterator
from typing import Final, TypeAlias

from msgspec import Struct

from annotator.text.folding import fold

_PART: Final = re.compile(r"\{(?:(?P<name>[^{}:\s]*):)?(?P<kind>[^{}:\s]+)\}|(?P<mark>[()|?])|(?P<word>[^\s(){}|?]+)")


_SILENT: Final = "_"


class PatternError(ValueError):
    """An invalid pattern; the message says why."""


class _Part(Struct, frozen=True, kw_only=True):
    """A part of a row. The grammar fills in `firsts`, the labels with which it may begin."""

    firsts: frozenset[str] = frozenset()
    may_be_empty: bool = False


class Word(_Part, frozen=True):
    """A word, folded."""

    label: str


class Kind(_Part, frozen=True):
    """Any element of a class, named `name`; empty ignores its value."""

    kind: str
    name: str


class Choice(_Part, frozen=True):
    """Alternative rows, in order of preference; an empty one makes it optional."""

    rows: tuple["Row", ...]


Part: TypeAlias = Word | Kind | Choice
Row: TypeAlias = tuple[Part, ...]


def word_label(word: str) -> str:
    """Return a word's own label, unlike any class: folded, ة as ه, after an equals sign."""
    return "=" + fold(word, taa=True).strip()


def parse_pattern(pattern: str) -> Row:
    """Return a pattern's parts. Raises PatternError if it is invalid."""
    pieces = list(_PART.finditer(pattern))
    if "".join(piece[0] for piece in pieces) != "".join(pattern.split()):
        raise PatternError(f"{pattern!r}: not a pattern")
    choice, index = _parse_choice(pieces, 0)
    if index < len(pieces) or not choice.rows[0]:
        raise PatternError(f"{pattern!r}: a part or a bracket is missing")
    return choice.rows[0] if len(choice.rows) == 1 else (choice,)


def leaves(row: Row) -> Iterator[Word | Kind]:
    """Yield a row's words and classes, including those in groups."""
    for part in row:
        if isinstance(part, Choice):
            for inner in part.rows:
                yield from leaves(inner)
        else:
            yield part


def _parse_choice(pieces: list[re.Match[str]], index: int) -> tuple[Choice, int]:
    """Parse up to the closing bracket or end; a bar binds the parts beside it."""
    row: list[Part] = []
    while index < len(pieces) and pieces[index]["mark"] != ")":
        mark = pieces[index]["mark"]
        if mark in ("|", "?") and not row:
            raise PatternError(f"{pieces[index].string!r}: nothing before {mark}")
        if mark == "?":
            row[-1], index = Choice((*_rows(row[-1]), ())), index + 1
        elif mark == "|":
            part, index = _parse_part(pieces, index + 1)
            row[-1] = Choice((*_rows(row[-1]), *_rows(part)))
        else:
            part, index = _parse_part(pieces, index)
            row.append(part)
    return Choice((tuple(row),)), index


def _parse_part(pieces: list[re.Match[str]], index: int) -> tuple[Part, int]:
    if index == len(pieces) or pieces[index]["mark"] in (")", "|", "?"):
        raise PatternError(f"{pieces[0].string!r}: a part is missing")
    piece = pieces[index]
    if piece["mark"] == "(":
        choice, index = _parse_choice(pieces, index + 1)
        if index == len(pieces) or not choice.rows[0]:
            raise PatternError(f"{piece.string!r}: a bracket is not closed or is empty")
        return choice, index + 1
    if piece["kind"]:
        name = piece["kind"] if piece["name"] is None else piece["name"].strip(_SILENT)
        return Kind(piece["kind"], name), index + 1
    return Word(word_label(piece["word"])), index + 1


def _rows(part: Part) -> tuple[Row, ...]:
    return part.rows if isinstance(part, Choice) else ((part,),)
