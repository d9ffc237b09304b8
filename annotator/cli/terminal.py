"""Layout of Arabic for terminals that neither join letters nor reorder text.

For display only: in pipes and files, text stays in logical order unless `show --visual` asks.
"""

import unicodedata
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from itertools import chain
from typing import TYPE_CHECKING, Final

import regex

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


def supports_bidi(environment: Mapping[str, str]) -> bool:
    """Return whether the terminal of this environment lays out and joins Arabic itself.

    GNOME's VTE since 0.58, Konsole, mlterm, Apple's Terminal and mintty do by default
    (terminal-wg.pages.freedesktop.org/bidi); iTerm2 and WezTerm long had it off.
    """
    vte = environment.get("VTE_VERSION", "")
    if vte.isdecimal() and int(vte) >= _VTE_WITH_BIDI:
        return True
    return environment.get("TERM_PROGRAM") in _BIDI_PROGRAMS or any(name in environment for name in _BIDI_VARIABLES)


def has_arabic(text: str) -> bool:
    """Return whether a text contains Arabic letters or marks."""
    return _ARABIC.search(text) is not None


def display_width(text: str) -> int:
    """Return the width in terminal cells: 0 for marks, 2 for wide characters such as emoji."""
    if text.isascii():
        return len(text)
    return sum(map(_character_width, text))


def reorder_for_display(text: str, width: int | None = None, encoding: str | None = None) -> str:
    """Convert `text` for a terminal that shows characters from left to right.

    Letters are joined (a lam and its alef become one), and each line is reordered by the Unicode bidirectional
    algorithm. Diacritics and tatweel stay, direction marks do not. With a `width` in cells, long lines are first broken
    between words, in logical order, and those of right-to-left paragraphs aligned right. Words whose joined letters the
    terminal's `encoding` lacks, such as Windows-1256, stay as they are written.
    """
    lines = (_reorder_paragraph(paragraph, width, encoding) for paragraph in text.split("\n"))
    return "\n".join(chain.from_iterable(lines))


def _reorder_paragraph(paragraph: str, width: int | None, encoding: str | None) -> Iterator[str]:
    from bidi.algorithm import get_base_level  # late: no window needs it

    # Other characters would also end a paragraph for the algorithm.
    paragraph = " ".join(paragraph.splitlines())
    direction = "R" if get_base_level(paragraph) else "L"
    if width is None:
        yield _reorder_line(paragraph, direction, encoding)
        return
    for line in _wrap(paragraph, width):
        display_line = _reorder_line(line, direction, encoding)
        yield " " * (width - display_width(display_line)) + display_line if direction == "R" else display_line


def _wrap(paragraph: str, width: int) -> Iterator[str]:
    """Break between words into lines of at most `width` cells; a longer word has its own."""
    line, used = "", 0
    for word in paragraph.split(" "):
        cells = display_width(word)
        if line and used + 1 + cells > width:
            yield line
            line, used = word, cells
        else:
            line, used = (f"{line} {word}", used + 1 + cells) if line else (word, cells)
    yield line


def _reorder_line(line: str, direction: str, encoding: str | None) -> str:
    """Convert a line to visual order; `direction` is L or R."""
    from bidi.algorithm import get_display  # late, too

    # Only letters are reshaped: the reshaper miscounts if it removes joiners.
    shaped = _ARABIC.sub(lambda match: _join_letters(match[0], encoding), _ISOLATES.sub("", line))
    stand_ins = _choose_stand_ins(shaped)
    packed = "".join(stand_ins.get(cluster, cluster) for cluster in regex.findall(r"\X", shaped))
    ordered = get_display(packed, base_dir=direction)
    unpacked = ordered.translate({ord(stand_in): cluster for cluster, stand_in in stand_ins.items()})
    return _DIRECTION_MARKS.sub("", unpacked)


def _join_letters(word: str, encoding: str | None) -> str:
    """Return the word with its letters joined, if the encoding has these forms."""
    joined: str = _reshaper().reshape(word)
    try:
        joined.encode(encoding or "utf-8")
    except UnicodeEncodeError:
        return word
    return joined


def _choose_stand_ins(line: str) -> dict[str, str]:
    """Map each cluster of several characters to an unused character of its direction.

    Reordered one by one, marks would land on wrong letters and emoji fall apart. The algorithm fails on characters
    unknown to Python's tables, so these get one too, left to right as in UAX 9.
    """
    free = {kind: _unused_characters(line, kind, pool) for kind, pool in _STAND_INS.items()}
    stand_ins: dict[str, str] = {}
    for cluster in regex.findall(r"\X", line):
        kinds = [unicodedata.bidirectional(character) for character in cluster]
        if cluster in stand_ins or (len(cluster) == 1 and kinds[0]):
            continue
        kind = {"": "L", "R": "AL"}.get(kinds[0], kinds[0])
        stand_in = next(free.get(kind, free["ON"]), None)
        if stand_in:  # else there are more clusters than free characters
            stand_ins[cluster] = stand_in
    return stand_ins


def _unused_characters(line: str, kind: str, pool: range) -> Iterator[str]:
    return (chr(code) for code in pool if unicodedata.bidirectional(chr(code)) == kind and chr(code) not in line)


@lru_cache(maxsize=1 << 12)
def _character_width(character: str) -> int:
    if unicodedata.category(character) in {"Mn", "Me", "Cf"}:
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


@cache
def _reshaper() -> "ArabicReshaper":
    # Built on first use: it reads a configuration file and every ligature.
    from arabic_reshaper import ArabicReshaper  # late: the window never needs it

    return ArabicReshaper({"delete_harakat": False, "support_ligatures": True, "ARABIC LIGATURE ALLAH": False})
