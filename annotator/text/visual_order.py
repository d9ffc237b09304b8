"""Detect Arabic in presentation forms or visual order, and restore the logical text (UAX #9).

PDFs often give Arabic as drawn: letters in joined forms (U+FB50-FDFF, U+FE70-FEFC; Unicode Standard, 9.2), lam and alef
as one, and sometimes lines from left to right, as the bidirectional algorithm laid them out. It looks right, but no
search, label or model understands it.

Visual order is detected by letters that join a missing previous one, such as a final form at the start of a word.
Without forms, words that start with ة or ى or end with لا, the commonest words backwards (يف نم) and punctuation before
its word are counted against the same signs facing the right way; at least two kinds must agree.

A layout cannot always be undone. Lost are:

- direction marks and joiners;
- a number or word in brackets before Latin letters with no Arabic between: `5 GB` is shown and restored as `GB 5`;
- the base direction of a line with Arabic at its right end and Latin letters at its left: right-to-left, unless a full
  stop or most letters say otherwise;
- a number at the right end of the Arabic in a Latin line: it goes to the Latin letters;
- the position of a lone bracket, and which letter of a ligature had a mark: the mark follows both;
- which characters were presentation forms, or a sign such as ﷲ;
- the order of a text whose letters never join or are rarely in forms, if the signs above say too little: logical.
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

from annotator.text.offset_map import OffsetMap

_FORM: Final = r"[\uFC00-\uFDC7\uFB50-\uFBB1\uFBD3-\uFBFF\uFDF0-\uFDF9\uFE70-\uFE72\uFE74-\uFEFC]"
_CARRIER: Final = " \u0640"
"""Characters before an isolated mark in its decomposition."""
_WORD_SIGN: Final = regex.compile(r"[\uFDF0-\uFDF9]")
_FORMS: Final = re.compile(_FORM)  # `re` takes a third of `regex`'s time
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
    "punctuation": (r"\w[.،؛؟:](?!\S)", r"(?<!\S)[.،؛؟:][ء-ي]"),
    "word": (
        r"\b(?:في|من|على|إلى|عن|أن|إن|التي|الذي|هذا|كان|بعد)\b",
        r"\b(?:يف|نم|ىلع|ىلإ|نع|نأ|نإ|يتلا|يذلا|اذه|ناك|دعب)\b",
    ),
}
"""Patterns for words without forms, in logical and in visual order."""
_SIGN_PATTERNS: Final = {kind: tuple(map(regex.compile, pair)) for kind, pair in _SIGNS.items()}
_MIN_SIGNS: Final = 3  # matches of _SIGNS in visual order
_MIN_RATIO: Final = 3  # times as many as in logical order

_MAX_PLAIN_RATIO: Final = 3  # letters per form in a laid-out text, at most: some letters never join

_JOINS_NEXT: Final = ("<initial>", "<medial>")
_JOINS_PREVIOUS: Final = ("<medial>", "<final>")
_STRONG_RIGHT: Final = ("R", "AL", "AN")
_NUMBERS: Final = {"EN": "E", "AN": "A", "ES": "s", "CS": "c", "ET": "t"}
_NUMBER: Final = regex.compile(r"(?<!t)t*+E++(?:[sc]E++)*+t*+|A++(?:cA++)*+")
_BRACKETS: Final = {")": "(", "]": "[", "}": "{"}


class DisplayArtifacts(Struct, frozen=True):
    """How many characters of a text are presentation forms or in visual order."""

    presentation_forms: int
    visual_order: int


def find_display_artifacts(text: str) -> DisplayArtifacts | None:
    """Return the signs that `text` is not logical; None if it is, even with ﷺ, ﷲ or isolated letters."""
    is_visual = _is_visual_order(text)
    if not is_visual and not _FORMS.search(text):  # true of nearly all texts
        return None
    has_forms = _has_forms(text)
    visual_count = sum(len(line[0]) for line in _LINE.finditer(text) if _is_line_visual(line[0], is_visual))
    if not has_forms and not visual_count:
        return None
    return DisplayArtifacts(len(_FORMS.findall(text)) if has_forms else 0, visual_count)


def restore_logical_text(text: str) -> OffsetMap:
    """Return `text` with letters for presentation forms, and visual order reversed.

    Signs for a phrase (ﷺ ﷻ ﷽) or a currency stay, those for a word (ﷲ ﷴ) are spelled out. An isolated mark moves from
    its carrier, a space or tatweel, to its letter. Nothing else changes.
    """
    starts, ends = array("Q", bytes(8 * len(text))), array("Q", bytes(8 * len(text)))
    pieces, length = [], 0
    for index, restored in _restore_characters(text):
        starts[index] = length
        length += len(restored)
        ends[index] = length
        pieces.append(restored)
    return OffsetMap("".join(pieces), starts, ends)


def restore_line_order(line: str) -> str:
    """Return a visual line in logical order; its presentation forms stay."""
    return "".join(character for _index, character in _invert_line(line, _CLUSTER))


def _restore_characters(text: str) -> Iterator[tuple[int, str]]:
    """Yield each character's original index and restored form, in logical order."""
    is_visual = _is_visual_order(text)
    clusters = _MARK_FIRST if len(_MARK_BEFORE.findall(text)) > len(_MARK_AFTER.findall(text)) else _CLUSTER
    position = 0
    for line in _LINE.finditer(text):
        yield from enumerate(text[position : line.start()], position)
        position = line.end()
        if _is_line_visual(line[0], is_visual):
            for index, character in _invert_line(line[0], clusters):
                yield line.start() + index, _spell_form(character)
        else:
            yield from ((index, _spell_form(character)) for index, character in enumerate(line[0], line.start()))
    yield from enumerate(text[position:], position)


@cache
def _spell_form(character: str) -> str:
    """Return a presentation form's letters, and any other character as it is."""
    if not _FORMS.match(character):
        return character
    letters = unicodedata.normalize("NFKC", character)
    return letters.lstrip(_CARRIER) if letters[0] in _CARRIER else letters


def _has_forms(text: str) -> bool:
    """Return whether a word of two or more letters has a presentation form, other than signs such as ﷲ."""
    if not _FORMS.search(text):
        return False
    words = (_WORD_SIGN.sub("", word[0]) for word in _WORD.finditer(text))
    return any(_FORMS.search(word) and len("".join(map(_spell_form, word))) > 1 for word in words)


def _is_visual_order(text: str) -> bool:
    """Return whether lines of `text` are in visual order unless they show otherwise."""
    score = _joining_score(text)
    if score:
        return score < 0
    *quick_signs, word_sign = (sign for _logical, sign in _SIGN_PATTERNS.values())
    visual_counts = [len(sign.findall(text)) for sign in quick_signs]
    if not any(visual_counts):  # true of most texts, and looking for words would take longest
        return False
    visual_counts.append(len(word_sign.findall(text)))
    if sum(map(bool, visual_counts)) < 2 or sum(visual_counts) < _MIN_SIGNS:
        return False
    logical_count = sum(len(sign.findall(text)) for sign, _visual in _SIGN_PATTERNS.values())
    return sum(visual_counts) > _MIN_RATIO * logical_count


def _is_line_visual(line: str, is_text_visual: bool) -> bool:
    """Return whether a line is in visual order; `is_text_visual` is its text's result."""
    score = _joining_score(line)
    return score < 0 if score else is_text_visual and _WORD.search(line) is not None


def _joining_score(text: str) -> int:
    """Return how many more neighbours in the words of `text` join as they are than in reverse.

    Letters join if the first is initial or medial and the next medial or final. A few forms are exceptions in an
    ordinary text and do not count against it.
    """
    if not _FORMS.search(text):
        return 0
    score = 0
    for word in _WORD.finditer(text):
        shapes = [_shape(character) for character in word[0] if not unicodedata.combining(character)]
        for previous, following in pairwise(["", *shapes, ""]) if len(shapes) > 1 else ():
            score += ((previous in _JOINS_NEXT) == (following in _JOINS_PREVIOUS)) - (
                (following in _JOINS_NEXT) == (previous in _JOINS_PREVIOUS)
            )
    return max(score, 0) if len(_FORMS.findall(text)) * _MAX_PLAIN_RATIO < len(_LETTERS.findall(text)) else score


def _shape(letter: str) -> str:
    if letter == "\u0640":
        return "<medial>"
    return unicodedata.decomposition(letter).partition(" ")[0] if _FORMS.match(letter) else ""


def _invert_line(line: str, clusters: "regex.Pattern[str]") -> Iterator[tuple[int, str]]:
    """Yield the original index and unmirrored form of a visual line's characters, in logical order."""
    spans = [match.span() for match in clusters.finditer(line)]
    heads = "".join(_head(line[end - 1] if clusters is _MARK_FIRST else line[start]) for start, end in spans)
    levels = _embedding_levels(heads)
    for position in _reorder(levels):
        start, end = spans[position]
        if end - start == 1:
            yield start, _mirror(line[start]) if levels[position] % 2 else line[start]
        elif clusters is _MARK_FIRST and unicodedata.combining(line[start]):
            yield from ((index, line[index]) for index in reversed(range(start, end)))
        else:
            yield from ((index, line[index]) for index in range(start, end))


def _head(character: str) -> str:
    """Return `character`, or a letter for one unknown to this Python."""
    return character if unicodedata.bidirectional(character) else "A"


@cache
def _mirror(character: str) -> str:
    if not unicodedata.mirrored(character):
        return character
    from bidi.algorithm import get_display

    return str(get_display(f"\u05d0{character}\u05d0", base_dir="R"))[1]


def _embedding_levels(line: str) -> list[int]:
    """Return the embedding level of each character of a visual line, one for each cluster.

    Latin letters and numbers beside them are one run, unless only the letters alone look so.
    """
    kinds = [unicodedata.bidirectional(character) for character in line]
    if not _is_right_to_left(line, kinds):
        return _left_to_right_levels(kinds, _match_brackets(line))
    pairs = _match_brackets(line)
    levels, mixed = _right_to_left_levels(kinds, pairs, frozenset())
    differing = _differing_stretches(line, levels, pairs, mixed)
    if not differing:
        return levels
    separate_levels, _mixed = _right_to_left_levels(kinds, pairs, differing)
    return _right_to_left_levels(kinds, pairs, differing - _differing_stretches(line, separate_levels, pairs, mixed))[0]


def _differing_stretches(
    line: str, levels: list[int], pairs: dict[int, int], stretches: list[tuple[int, int]]
) -> frozenset[int]:
    """Return the starts of the stretches where the line restored by `levels` is not displayed as `line`."""
    from bidi.algorithm import get_display

    if not stretches:
        return frozenset()
    # Brackets within Latin letters take their direction (rule N0), which python-bidi does not implement.
    outside_count = list(accumulate((level < 2 for level in levels), initial=0))
    bracketed = {
        index
        for index in pairs
        if outside_count[max(min(index, pairs[index]) - 1, 0)] == outside_count[max(index, pairs[index]) + 1]
    }
    line = "".join("x" if index in bracketed else character for index, character in enumerate(line))
    logical = "".join(_mirror(line[index]) if levels[index] % 2 else line[index] for index in _reorder(levels))
    displayed = str(get_display(logical, base_dir="R"))
    return frozenset(start for start, end in stretches if displayed[start:end] != line[start:end])


def _reorder(levels: list[int]) -> list[int]:
    """Return a line's indices in its other order by rule L2, its own inverse."""
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


def _is_right_to_left(line: str, kinds: list[str]) -> bool:
    """Return whether a visual line belongs to a right-to-left paragraph."""
    strong = [kind in _STRONG_RIGHT for kind in kinds if kind in ("L", "R", "AL")]
    if not strong:
        return False
    if strong[0] == strong[-1]:
        return strong[0]
    if strong[0]:  # Latin letters at the right end, so the first letter does not decide
        return True
    stripped = line.strip()
    if (starts_with_stop := stripped[0] in ".،؛؟!") != (stripped[-1] in ".,;?!"):
        return starts_with_stop
    return sum(strong) * 2 >= len(strong)


def _match_brackets(line: str) -> dict[int, int]:
    """Return the index of each bracket's partner, both ways."""
    pairs: dict[int, int] = {}
    unclosed: list[int] = []
    for index, character in enumerate(line):
        if character in _BRACKETS.values():
            unclosed.append(index)
        elif unclosed and _BRACKETS.get(character) == line[unclosed[-1]]:
            pairs[index] = unclosed.pop()
            pairs[pairs[index]] = index
    return pairs


def _right_to_left_levels(
    kinds: list[str], pairs: dict[int, int], separate: frozenset[int]
) -> tuple[list[int], list[tuple[int, int]]]:
    """Return the levels of a visual line in a right-to-left paragraph, and its ambiguous stretches.

    In stretches that start at one of `separate`, a Latin run starts and ends with a letter.
    """
    levels = [1] * len(kinds)
    mixed = []
    for start, end in _split_runs(kinds, pairs, (*_STRONG_RIGHT, "S")):
        letters = [index for index in range(start, end) if kinds[index] == "L"]
        numbers = [index for index in range(start, end) if kinds[index] == "EN"]
        if letters:
            first, last = letters[0], letters[-1]
            if start not in separate:
                run = letters + numbers
                first, last = _widen_to_partners(min(run), max(run), pairs, start, end)
            levels[first : last + 1] = [2] * (last + 1 - first)
            if numbers:
                mixed.append((start, end))
    _raise_numbers(kinds, levels, 0, len(kinds))
    return levels, mixed


def _left_to_right_levels(kinds: list[str], pairs: dict[int, int]) -> list[int]:
    """Return the levels of a visual line in a left-to-right paragraph."""
    levels = [0] * len(kinds)
    for start, end in _split_runs(kinds, pairs, ("L", "S")):
        run = [index for index in range(start, end) if kinds[index] in _STRONG_RIGHT]
        if run:
            first, last = _widen_to_partners(run[0], run[-1], pairs, start, end)
            levels[first : last + 1] = [1] * (last + 1 - first)
            _raise_numbers(kinds, levels, first, last + 1)
    return levels


def _split_runs(kinds: list[str], pairs: dict[int, int], splits: tuple[str, ...]) -> Iterator[tuple[int, int]]:
    """Yield the stretches without characters of the kinds `splits` or brackets around one (rule N0)."""
    is_split = [kind in splits for kind in kinds]
    split_counts = list(accumulate(is_split, initial=0))
    enclosing = (index for index, partner in pairs.items() if split_counts[index] != split_counts[partner])
    start = 0
    for cut in sorted({*(index for index, cut in enumerate(is_split) if cut), *enclosing, len(kinds)}):
        if start < cut:
            yield start, cut
        start = cut + 1


def _widen_to_partners(first: int, last: int, pairs: dict[int, int], start: int, end: int) -> tuple[int, int]:
    """Widen the run to its brackets' partners within the stretch."""
    partners = [pairs[index] for index in range(first, last + 1) if index in pairs and start <= pairs[index] < end]
    return min([first, *partners]), max([last, *partners])


def _raise_numbers(kinds: list[str], levels: list[int], start: int, end: int) -> None:
    """Raise the levels of numbers and their signs from `start` to `end` (rules W2 to W5)."""
    strong = "R"  # the last strong type in logical order, so to the right
    symbols = []
    for kind in reversed(kinds[start:end]):
        strong = kind if kind in ("L", "R", "AL") else strong
        symbols.append(_NUMBERS.get("AN" if kind == "EN" and strong == "AL" else kind, "."))
    for number in _NUMBER.finditer("".join(reversed(symbols))):
        for index in range(start + number.start(), start + number.end()):
            levels[index] = 2
