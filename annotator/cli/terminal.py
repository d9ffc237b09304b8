"""What a terminal needs to show Arabic, for those that neither join letters nor lay them from right to left.

Only the screen is concerned: what goes into a pipe or a file stays in logical order.
"""

import unicodedata
from collections.abc import Iterator, Mapping
from functools import cache
from typing import TYPE_CHECKING, Final

import regex
from bidi.algorithm import get_base_level, get_display

if TYPE_CHECKING:
    from arabic_reshaper import ArabicReshaper

_VTE_WITH_BIDI: Final = 5800
_BIDI_PROGRAMS: Final = frozenset({"Apple_Terminal", "mintty"})
_BIDI_VARIABLES: Final = frozenset({"KONSOLE_VERSION", "MLTERM"})

_ARABIC: Final = regex.compile(r"[\p{Arabic}\u0640\u064b-\u065f\u0670]+")
_ISOLATES: Final = regex.compile(r"[\u2066-\u2069]")
_DIRECTION_MARKS: Final = regex.compile(r"[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_STAND_INS: Final = {
    "AL": range(0xFB50, 0xFE00),  # Arabic presentation forms
    "L": range(0xE000, 0xF900),  # private use
    "ON": range(0x2500, 0x2600),  # box drawing and geometric shapes
}


def does_bidi(environment: Mapping[str, str]) -> bool:
    """Whether the terminal that set these variables lays out and joins Arabic by itself.

    GNOME's VTE since 0.58, Konsole, mlterm, Apple's Terminal and mintty do, as long as nobody turns it off
    (terminal-wg.pages.freedesktop.org/bidi). iTerm2 and WezTerm can, but were long delivered with it off.
    """
    vte = environment.get("VTE_VERSION", "")
    if vte.isdecimal() and int(vte) >= _VTE_WITH_BIDI:
        return True
    return environment.get("TERM_PROGRAM") in _BIDI_PROGRAMS or any(name in environment for name in _BIDI_VARIABLES)


def columns(text: str) -> int:
    """How many cells of a terminal `text` takes: none for marks, two for wide characters such as emoji."""
    return sum(map(_cells, text))


def visual(text: str, width: int | None = None) -> str:
    """`text` as it is to be sent to a terminal that shows characters one after the other, from left to right.

    Letters take their joined forms (a lam and its alef become one), and each line is reordered by the Unicode
    bidirectional algorithm; diacritics and tatweel stay, direction marks, which have done their work, go. With a
    `width`, in cells, long lines are broken between words first, in logical order, and those of a paragraph that
    runs from right to left end at the right edge.
    """
    return "\n".join(line for paragraph in text.split("\n") for line in _lines(paragraph, width))


def _lines(paragraph: str, width: int | None) -> Iterator[str]:
    # What else the algorithm takes for a paragraph's end has no business within a line of a screen.
    paragraph = " ".join(paragraph.splitlines())
    direction = "R" if get_base_level(paragraph) else "L"
    if width is None:
        yield _line(paragraph, direction)
        return
    for line in _wrapped(paragraph, width):
        shown = _line(line, direction)
        yield " " * (width - columns(shown)) + shown if direction == "R" else shown


def _wrapped(paragraph: str, width: int) -> Iterator[str]:
    """Whole words, as many a line as fit in `width` cells; a longer word has a line of its own."""
    line, used = "", 0
    for word in paragraph.split(" "):
        cells = columns(word)
        if line and used + 1 + cells > width:
            yield line
            line, used = word, cells
        else:
            line, used = (f"{line} {word}", used + 1 + cells) if line else (word, cells)
    yield line


def _line(line: str, direction: str) -> str:
    """One line in visual order; `direction`, L or R, is that of its paragraph."""
    # Letters only: the reshaper loses its place in a text from which it takes joiners out.
    shaped = _ARABIC.sub(lambda found: _reshaper().reshape(found[0]), _ISOLATES.sub("", line))
    whole = _stand_ins(shaped)
    packed = "".join(whole.get(cluster, cluster) for cluster in regex.findall(r"\X", shaped))
    ordered = get_display(packed, base_dir=direction)
    unpacked = ordered.translate({ord(stand_in): cluster for cluster, stand_in in whole.items()})
    return _DIRECTION_MARKS.sub("", unpacked)


def _stand_ins(line: str) -> dict[str, str]:
    """One character, of the same direction and not in `line`, for each of its clusters of several.

    Reordered by itself, a mark would land on the letter before its own, and an emoji would fall apart. What Python's
    tables do not know yet has one too, for the algorithm stops at it: left to right, as UAX 9 has it.
    """
    free = {kind: _unused(line, kind, pool) for kind, pool in _STAND_INS.items()}
    chosen: dict[str, str] = {}
    for cluster in regex.findall(r"\X", line):
        kinds = [unicodedata.bidirectional(character) for character in cluster]
        if cluster in chosen or (len(cluster) == 1 and kinds[0]):
            continue
        kind = {"": "L", "R": "AL"}.get(kinds[0], kinds[0])
        stand_in = next(free.get(kind, free["ON"]), None)
        if stand_in:  # else there are more kinds of clusters than characters to spare
            chosen[cluster] = stand_in
    return chosen


def _unused(line: str, kind: str, pool: range) -> Iterator[str]:
    return (chr(at) for at in pool if unicodedata.bidirectional(chr(at)) == kind and chr(at) not in line)


def _cells(character: str) -> int:
    if unicodedata.category(character) in {"Mn", "Me", "Cf"}:
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


@cache
def _reshaper() -> "ArabicReshaper":
    # Built when it is first needed: it reads a configuration file and every ligature.
    from arabic_reshaper import ArabicReshaper  # a window, which starts most often, never needs it

    return ArabicReshaper({"delete_harakat": False, "support_ligatures": True, "ARABIC LIGATURE ALLAH": False})
