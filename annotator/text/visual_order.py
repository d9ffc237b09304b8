"""Text as a page shows it and not as it is written: presentation forms and visual order, and the logical text again.

PDFs often give Arabic as the glyphs that were drawn: each letter in its joined form (U+FB50-FDFF, U+FE70-FEFC; Unicode
Standard, 9.2), a lam and its alef as one, and sometimes each line from left to right, as the bidirectional algorithm
(UAX 9) laid it out. Such a text looks right on a plain screen, and no search, label or model understands it.

What shows visual order is what logical text cannot have: letters that join what stands before them where nothing
does, such as a final form at the beginning of a word. Where letters have no forms, words that begin with ة or ى or
end with لا, the commonest words backwards (يف نم) and punctuation before its word are counted against the same facing
the right way; two kinds of them at least must agree.

A layout cannot always be undone, for several texts look the same. Not to be had back are:

- direction marks and joiners, which nobody sees;
- a number or a word in brackets before Latin letters with no Arabic between: `5 GB` is shown as `GB 5`, and comes
  back as that;
- the base direction of a line that begins with Arabic at its right end and with Latin letters at its left: it is
  Arabic's, unless a full stop or most letters say otherwise;
- a number at the right end of the Arabic in a line of Latin letters, which is left to the Latin ones;
- where a bracket without its partner was, and which letter of a ligature a mark was on: it comes after both;
- what was a presentation form, or a sign such as ﷲ, before it was laid out;
- the order of a text whose letters never join, or of which few are in forms, and of which the signs above say too
  little: it is taken to be logical.
"""

import re
import unicodedata
from array import array
from collections.abc import Iterator
from functools import cache
from itertools import accumulate, pairwise
from typing import Final

import regex
from msgspec import Struct

from annotator.text.offset_map import Repaired

_FORM: Final = r"[\uFC00-\uFDC7\uFB50-\uFBB1\uFBD3-\uFBFF\uFDF0-\uFDF9\uFE70-\uFE72\uFE74-\uFEFC]"
_CARRIER: Final = " \u0640"
"""What a mark that stands by itself has before it when it is decomposed."""
_WORD_SIGN: Final = regex.compile(r"[\uFDF0-\uFDF9]")
_FORMS: Final = re.compile(_FORM)  # `re` takes a third of the time
_LINE: Final = regex.compile(r"[^\n\r\v\f\x1c-\x1e\x85\u2028\u2029]+")
_LETTER: Final = r"[\p{L}&&\p{Script=Arabic}]"
_WORD: Final = regex.compile(rf"[{_LETTER}\p{{M}}\u0640]+", regex.V1)
_LETTERS: Final = regex.compile(_LETTER, regex.V1)
_CLUSTER: Final = regex.compile(r"\X")
_MARK_FIRST: Final = regex.compile(rf"\p{{M}}*+{_LETTER}|[\s\p{{P}}](?=\p{{M}}+{_LETTER})|\X", regex.V1)
_MARK_BEFORE: Final = regex.compile(rf"(?<![{_LETTER}\p{{M}}\u0640])\p{{M}}++{_LETTER}", regex.V1)
_MARK_AFTER: Final = regex.compile(rf"{_LETTER}\p{{M}}++(?![{_LETTER}\u0640])", regex.V1)

_SIGNS: Final = {
    "article": (r"\b[وفبك]?ال\w{2}", r"\w{2}لا[وفبك]?\b"),
    "ending": (r"\w[ةى]\b", r"\b[ةى]\w"),
    "word": (
        r"\b(?:في|من|على|إلى|عن|أن|إن|التي|الذي|هذا|كان|بعد)\b",
        r"\b(?:يف|نم|ىلع|ىلإ|نع|نأ|نإ|يتلا|يذلا|اذه|ناك|دعب)\b",
    ),
    "punctuation": (r"\w[.،؛؟:](?!\S)", r"(?<!\S)[.،؛؟:][ء-ي]"),
}
"""Signs of words without forms, as they face in logical order and in visual order."""
_FACING: Final = {kind: tuple(map(regex.compile, pair)) for kind, pair in _SIGNS.items()}
_LEAST: Final = 3  # signs of visual order
_TIMES: Final = 3  # how many more than of logical order

_PLAIN: Final = 3  # to one form: letters in a text that was drawn, at most, for some never join

_BEFORE: Final = ("<initial>", "<medial>")
_AFTER: Final = ("<medial>", "<final>")
_STRONG_RIGHT: Final = ("R", "AL", "AN")
_NUMBERS: Final = {"EN": "E", "AN": "A", "ES": "s", "CS": "c", "ET": "t"}
_NUMBER: Final = regex.compile(r"(?<!t)t*+E++(?:[sc]E++)*+t*+|A++(?:cA++)*+")
_BRACKETS: Final = {")": "(", "]": "[", "}": "{"}


class Suspicion(Struct, frozen=True):
    """Why a text may not be logical: how many of its characters are presentation forms, and stand in visual order."""

    presentation_forms: int
    visual_order: int


def suspect(text: str) -> Suspicion | None:
    """What shows that `text` is not logical text; None for one that is, and ﷺ, ﷲ or a letter alone do not count."""
    backwards = _backwards(text)
    if not backwards and not _FORMS.search(text):  # as nearly all texts
        return None
    formed = _has_forms(text)
    visual = sum(len(line[0]) for line in _LINE.finditer(text) if _faces_backwards(line[0], backwards))
    if not formed and not visual:
        return None
    return Suspicion(len(_FORMS.findall(text)) if formed else 0, visual)


def repaired(text: str) -> Repaired:
    """The logical text of `text`: letters for presentation forms, and visual order turned.

    Signs that stand for a phrase (ﷺ ﷻ ﷽) or a currency stay, those that stand for a word (ﷲ ﷴ) are spelled. A mark
    that stands alone, with a space or a tatweel to carry it, comes to its letter without them. Nothing else changes.
    """
    starts, ends = array("Q", bytes(8 * len(text))), array("Q", bytes(8 * len(text)))
    pieces, length = [], 0
    for index, shown in _logical(text):
        starts[index] = length
        length += len(shown)
        ends[index] = length
        pieces.append(shown)
    return Repaired("".join(pieces), starts, ends)


def turned(line: str) -> str:
    """`line`, which is known to be one in visual order, in logical order; its presentation forms stay."""
    return "".join(shown for _index, shown in _inverted(line, _CLUSTER))


def _logical(text: str) -> Iterator[tuple[int, str]]:
    """The characters of the logical text in their order: where each stood in the given one, and what it is now."""
    backwards = _backwards(text)
    clusters = _MARK_FIRST if len(_MARK_BEFORE.findall(text)) > len(_MARK_AFTER.findall(text)) else _CLUSTER
    at = 0
    for line in _LINE.finditer(text):
        yield from enumerate(text[at : line.start()], at)
        at = line.end()
        if _faces_backwards(line[0], backwards):
            for index, shown in _inverted(line[0], clusters):
                yield line.start() + index, _letters(shown)
        else:
            yield from ((index, _letters(shown)) for index, shown in enumerate(line[0], line.start()))
    yield from enumerate(text[at:], at)


@cache
def _letters(character: str) -> str:
    """The letters that a presentation form stands for, and any other character as it is."""
    if not _FORMS.match(character):
        return character
    letters = unicodedata.normalize("NFKC", character)
    return letters.lstrip(_CARRIER) if letters[0] in _CARRIER else letters


def _has_forms(text: str) -> bool:
    """Whether a word of two letters or more has one, signs for words such as ﷲ apart: people write those too."""
    if not _FORMS.search(text):
        return False
    words = (_WORD_SIGN.sub("", word[0]) for word in _WORD.finditer(text))
    return any(_FORMS.search(word) and len("".join(map(_letters, word))) > 1 for word in words)


def _backwards(text: str) -> bool:
    """Whether the lines of `text` are in visual order, as far as it is the same for all."""
    facing = _facing(text)
    if facing:
        return facing < 0
    backwards = [len(sign.findall(text)) for _forwards, sign in _FACING.values()]
    if sum(map(bool, backwards)) < 2 or sum(backwards) < _LEAST:
        return False
    forwards = sum(len(sign.findall(text)) for sign, _backwards in _FACING.values())
    return sum(backwards) > _TIMES * forwards


def _faces_backwards(line: str, backwards: bool) -> bool:
    """Whether a line is in visual order; `backwards` is what its text is."""
    facing = _facing(line)
    return facing < 0 if facing else backwards and _WORD.search(line) is not None


def _facing(text: str) -> int:
    """How many more neighbours in its words join as they are than would if they were the other way round.

    A letter that joins the next one is in its initial or medial form, and the next is in its medial or final one.
    Where few letters are in forms, they are odd ones in a text that nobody drew, and say nothing of its order.
    """
    if not _FORMS.search(text):
        return 0
    score = 0
    for word in _WORD.finditer(text):
        shapes = [_shape(character) for character in word[0] if not unicodedata.combining(character)]
        for left, right in pairwise(["", *shapes, ""]) if len(shapes) > 1 else ():
            score += ((left in _BEFORE) == (right in _AFTER)) - ((right in _BEFORE) == (left in _AFTER))
    return max(score, 0) if len(_FORMS.findall(text)) * _PLAIN < len(_LETTERS.findall(text)) else score


def _shape(letter: str) -> str:
    if letter == "\u0640":
        return "<medial>"
    return unicodedata.decomposition(letter).partition(" ")[0] if _FORMS.match(letter) else ""


def _inverted(line: str, clusters: "regex.Pattern[str]") -> Iterator[tuple[int, str]]:
    """The characters of a line in visual order, in logical order: where each stood, and what it is unmirrored."""
    found = [match.span() for match in clusters.finditer(line)]
    heads = "".join(_head(line[end - 1] if clusters is _MARK_FIRST else line[start]) for start, end in found)
    levels = _levels(heads)
    for at in _reordered(levels):
        start, end = found[at]
        if end - start == 1:
            yield start, _mirrored(line[start]) if levels[at] % 2 else line[start]
        elif clusters is _MARK_FIRST and unicodedata.combining(line[start]):
            yield from ((index, line[index]) for index in reversed(range(start, end)))
        else:
            yield from ((index, line[index]) for index in range(start, end))


def _head(character: str) -> str:
    """`character`, or a letter for one that this Python does not know."""
    return character if unicodedata.bidirectional(character) else "A"


@cache
def _mirrored(character: str) -> str:
    if not unicodedata.mirrored(character):
        return character
    from bidi.algorithm import get_display

    return str(get_display(f"\u05d0{character}\u05d0", base_dir="R"))[1]


def _levels(line: str) -> list[int]:
    """The embedding level of each character of a line in visual order, a character a cluster.

    Latin letters and the numbers beside them are taken to be one run, as they look, unless only the letters alone
    give that look.
    """
    kinds = [unicodedata.bidirectional(character) for character in line]
    if not _right_to_left(line, kinds):
        return _left_to_right_levels(kinds, _pairs(line))
    pairs = _pairs(line)
    levels, mixed = _right_to_left_levels(kinds, pairs, frozenset())
    wrong = _shown_otherwise(line, levels, pairs, mixed)
    if not wrong:
        return levels
    apart, _mixed = _right_to_left_levels(kinds, pairs, wrong)
    return _right_to_left_levels(kinds, pairs, wrong - _shown_otherwise(line, apart, pairs, mixed))[0]


def _shown_otherwise(
    line: str, levels: list[int], pairs: dict[int, int], stretches: list[tuple[int, int]]
) -> frozenset[int]:
    """Where those of the stretches begin in which the line that `levels` give is not shown as `line` is."""
    from bidi.algorithm import get_display

    if not stretches:
        return frozenset()
    # A pair of brackets within Latin letters is of their direction (rule N0), which this algorithm does not know.
    outside = list(accumulate((level < 2 for level in levels), initial=0))
    inside = {at for at in pairs if outside[max(min(at, pairs[at]) - 1, 0)] == outside[max(at, pairs[at]) + 1]}
    line = "".join("x" if at in inside else character for at, character in enumerate(line))
    given = "".join(_mirrored(line[at]) if levels[at] % 2 else line[at] for at in _reordered(levels))
    shown = str(get_display(given, base_dir="R"))
    return frozenset(start for start, end in stretches if shown[start:end] != line[start:end])


def _reordered(levels: list[int]) -> list[int]:
    """The places of a line with these levels in their other order: rule L2, which undoes itself."""
    order = list(range(len(levels)))
    for level in range(max(levels, default=0), 0, -1):
        start = 0
        while start < len(levels):
            end = start
            while end < len(levels) and levels[end] >= level:
                end += 1
            order[start:end] = reversed(order[start:end])
            start = end + 1
    return order


def _right_to_left(line: str, kinds: list[str]) -> bool:
    """Whether a line in visual order is of a paragraph that runs from right to left."""
    strong = [kind in _STRONG_RIGHT for kind in kinds if kind in ("L", "R", "AL")]
    if not strong:
        return False
    if strong[0] == strong[-1]:
        return strong[0]
    if strong[0]:  # it begins with Latin letters at its right end, and so has no first letter to go by
        return True
    shown = line.strip()
    if (stop := shown[0] in ".،؛؟!") != (shown[-1] in ".,;?!"):
        return stop
    return sum(strong) * 2 >= len(strong)


def _pairs(line: str) -> dict[int, int]:
    """Which bracket belongs to which, both ways."""
    found: dict[int, int] = {}
    waiting: list[int] = []
    for at, character in enumerate(line):
        if character in _BRACKETS.values():
            waiting.append(at)
        elif waiting and _BRACKETS.get(character) == line[waiting[-1]]:
            found[at] = waiting.pop()
            found[found[at]] = at
    return found


def _right_to_left_levels(
    kinds: list[str], pairs: dict[int, int], apart: frozenset[int]
) -> tuple[list[int], list[tuple[int, int]]]:
    """Levels of a line in visual order whose paragraph runs from right to left, and its runs that may be others.

    In the stretches that begin at `apart`, a run of Latin letters begins and ends with one.
    """
    levels = [1] * len(kinds)
    mixed = []
    for start, end in _between(kinds, pairs, (*_STRONG_RIGHT, "S")):
        letters = [at for at in range(start, end) if kinds[at] == "L"]
        numbers = [at for at in range(start, end) if kinds[at] == "EN"]
        if letters:
            first, last = letters[0], letters[-1]
            if start not in apart:
                run = letters + numbers
                first, last = _widened(min(run), max(run), pairs, start, end)
            levels[first : last + 1] = [2] * (last + 1 - first)
            if numbers:
                mixed.append((start, end))
    _number_levels(kinds, levels, 0, len(kinds))
    return levels, mixed


def _left_to_right_levels(kinds: list[str], pairs: dict[int, int]) -> list[int]:
    """The same of one whose paragraph runs from left to right."""
    levels = [0] * len(kinds)
    for start, end in _between(kinds, pairs, ("L", "S")):
        run = [at for at in range(start, end) if kinds[at] in _STRONG_RIGHT]
        if run:
            first, last = _widened(run[0], run[-1], pairs, start, end)
            levels[first : last + 1] = [1] * (last + 1 - first)
            _number_levels(kinds, levels, first, last + 1)
    return levels


def _between(kinds: list[str], pairs: dict[int, int], splits: tuple[str, ...]) -> Iterator[tuple[int, int]]:
    """The stretches without `splits`, nor brackets around one (rule N0)."""
    cuts = [kind in splits for kind in kinds]
    before = list(accumulate(cuts, initial=0))
    around = (at for at, other in pairs.items() if before[at] != before[other])
    start = 0
    for cut in sorted({*(at for at, cut in enumerate(cuts) if cut), *around, len(kinds)}):
        if start < cut:
            yield start, cut
        start = cut + 1


def _widened(first: int, last: int, pairs: dict[int, int], start: int, end: int) -> tuple[int, int]:
    """The run from `first` to `last` with the partners of the brackets in it, as far as they are in the stretch."""
    partners = [pairs[at] for at in range(first, last + 1) if at in pairs and start <= pairs[at] < end]
    return min([first, *partners]), max([last, *partners])


def _number_levels(kinds: list[str], levels: list[int], start: int, end: int) -> None:
    """Raise the numbers from `start` to `end`, and what joins or ends their digits (rules W2 to W5)."""
    strong = "R"  # what stands before in logical order, and so at the right
    symbols = []
    for kind in reversed(kinds[start:end]):
        strong = kind if kind in ("L", "R", "AL") else strong
        symbols.append(_NUMBERS.get("AN" if kind == "EN" and strong == "AL" else kind, "."))
    for number in _NUMBER.finditer("".join(reversed(symbols))):
        for at in range(start + number.start(), start + number.end()):
            levels[at] = 2
