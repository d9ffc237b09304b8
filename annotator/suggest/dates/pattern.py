"""The language in which the rules for dates are written: what stands in a row, what may be missing, what is one of two.

A pattern is read from its beginning, its parts apart by spaces:

- `من` is that word, in any spelling that folds alike; a proclitic such as `و` is a word of its own, written on or not
- `{month}` is anything of that class: a word of it, or what a rule makes of it; `{first:month}` is called `first`, and
  of `{_:month}` the value does not matter
- `part?` may be missing; `one|two` is the first that fits of the two, and more; `( … )` makes several one part
"""

import re
from collections.abc import Collection, Iterator
from typing import Final, TypeAlias

from msgspec import Struct

from annotator.text.folding import fold

_PART: Final = re.compile(r"\{(?:(?P<name>[^{}:\s]*):)?(?P<kind>[^{}:\s]+)\}|(?P<mark>[()|?])|(?P<word>[^\s(){}|?]+)")


_SILENT: Final = "_"


class BadPattern(ValueError):
    """What is no pattern, and why."""


class Word(Struct, frozen=True):
    """One word as it is, folded."""

    label: str


class Kind(Struct, frozen=True):
    """Anything of a class. `name` is what the value of it is called; empty where it says nothing."""

    kind: str
    name: str


class Choice(Struct, frozen=True):
    """One of several rows of parts, the first ones first; a row of none is that it may be missing."""

    rows: tuple["Row", ...]


Part: TypeAlias = Word | Kind | Choice
Row: TypeAlias = tuple[Part, ...]


def labelled(word: str) -> str:
    """The label of a word as such, which no class can have: folded, ة as ه, behind an equals sign."""
    return "=" + fold(word, taa=True).strip()


def parsed(pattern: str) -> Row:
    """The parts of a pattern. BadPattern, with what is wrong, if it is none."""
    pieces = list(_PART.finditer(pattern))
    if "".join(piece[0] for piece in pieces) != "".join(pattern.split()):
        raise BadPattern(f"{pattern!r}: not a pattern")
    choice, at = _choice(pieces, 0)
    if at < len(pieces) or not choice.rows[0]:
        raise BadPattern(f"{pattern!r}: a part is missing, or a bracket")
    return choice.rows[0] if len(choice.rows) == 1 else (choice,)


def leaves(row: Row) -> Iterator[Word | Kind]:
    """The words and classes of a row, in groups too."""
    for part in row:
        if isinstance(part, Choice):
            for inner in part.rows:
                yield from leaves(inner)
        else:
            yield part


def silenced(row: Row, kinds: Collection[str]) -> Row:
    """The row with no value asked of what is of these classes."""
    parts: list[Part] = []
    for part in row:
        if isinstance(part, Choice):
            part = Choice(tuple(silenced(inner, kinds) for inner in part.rows))
        elif isinstance(part, Kind) and part.kind in kinds:
            part = Kind(part.kind, "")
        parts.append(part)
    return tuple(parts)


def _choice(pieces: list[re.Match[str]], at: int) -> tuple[Choice, int]:
    """What stands up to the bracket that closes, or to the end; a bar binds the two parts beside it."""
    row: list[Part] = []
    while at < len(pieces) and pieces[at]["mark"] != ")":
        mark = pieces[at]["mark"]
        if mark in ("|", "?") and not row:
            raise BadPattern(f"{pieces[at].string!r}: nothing before {mark}")
        if mark == "?":
            row[-1], at = Choice((*_rows(row[-1]), ())), at + 1
        elif mark == "|":
            part, at = _part(pieces, at + 1)
            row[-1] = Choice((*_rows(row[-1]), *_rows(part)))
        else:
            part, at = _part(pieces, at)
            row.append(part)
    return Choice((tuple(row),)), at


def _part(pieces: list[re.Match[str]], at: int) -> tuple[Part, int]:
    if at == len(pieces) or pieces[at]["mark"] in (")", "|", "?"):
        raise BadPattern(f"{pieces[0].string!r}: a part is missing")
    piece = pieces[at]
    if piece["mark"] == "(":
        choice, at = _choice(pieces, at + 1)
        if at == len(pieces) or not choice.rows[0]:
            raise BadPattern(f"{piece.string!r}: a bracket is not closed, or empty")
        return choice, at + 1
    if piece["kind"]:
        name = piece["kind"] if piece["name"] is None else piece["name"].strip(_SILENT)
        return Kind(piece["kind"], name), at + 1
    return Word(labelled(piece["word"])), at + 1


def _rows(part: Part) -> tuple[Row, ...]:
    return part.rows if isinstance(part, Choice) else ((part,),)
