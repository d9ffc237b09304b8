"""The pattern language of the rules for dates: sequences, optional parts and alternatives.

A pattern is read from left to right, its parts separated by spaces:

- `من` is that word, in any spelling that folds alike; a proclitic such as `و` is a word of its own, attached or not
- `{month}` is any element of that class: a word of it, or a rule's match; `{first:month}` is named `first`, and the
  value of `{_:month}` is ignored
- `part?` is optional; `one|two` is the first of several alternatives that matches; `( … )` groups several parts
"""

import re
from collections.abc import Collection, Iterator
from typing import Final, TypeAlias

from msgspec import Struct

from annotator.text.folding import fold

_PART: Final = re.compile(r"\{(?:(?P<name>[^{}:\s]*):)?(?P<kind>[^{}:\s]+)\}|(?P<mark>[()|?])|(?P<word>[^\s(){}|?]+)")


_SILENT: Final = "_"


class PatternError(ValueError):
    """The pattern is invalid. The message says why."""


class Word(Struct, frozen=True):
    """One exact word, folded."""

    label: str


class Kind(Struct, frozen=True):
    """Any element of a class. `name` names its value; empty where the value is ignored."""

    kind: str
    name: str


class Choice(Struct, frozen=True):
    """One of several rows of parts, in order of preference; an empty row makes it optional."""

    rows: tuple["Row", ...]


Part: TypeAlias = Word | Kind | Choice
Row: TypeAlias = tuple[Part, ...]


def word_label(word: str) -> str:
    """Return the label of a word as such, which no class can have: folded, ة as ه, after an equals sign."""
    return "=" + fold(word, taa=True).strip()


def parse_pattern(pattern: str) -> Row:
    """Return the parts of a pattern. Raises PatternError if it is invalid."""
    pieces = list(_PART.finditer(pattern))
    if "".join(piece[0] for piece in pieces) != "".join(pattern.split()):
        raise PatternError(f"{pattern!r}: not a pattern")
    choice, index = _parse_choice(pieces, 0)
    if index < len(pieces) or not choice.rows[0]:
        raise PatternError(f"{pattern!r}: a part or a bracket is missing")
    return choice.rows[0] if len(choice.rows) == 1 else (choice,)


def leaves(row: Row) -> Iterator[Word | Kind]:
    """Yield the words and classes of a row, including those in groups."""
    for part in row:
        if isinstance(part, Choice):
            for inner in part.rows:
                yield from leaves(inner)
        else:
            yield part


def drop_values(row: Row, kinds: Collection[str]) -> Row:
    """Return the row with the values of these classes ignored."""
    parts: list[Part] = []
    for part in row:
        if isinstance(part, Choice):
            part = Choice(tuple(drop_values(inner, kinds) for inner in part.rows))
        elif isinstance(part, Kind) and part.kind in kinds:
            part = Kind(part.kind, "")
        parts.append(part)
    return tuple(parts)


def _parse_choice(pieces: list[re.Match[str]], index: int) -> tuple[Choice, int]:
    """Parse the parts up to the closing bracket or the end; a bar binds the two parts beside it."""
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
