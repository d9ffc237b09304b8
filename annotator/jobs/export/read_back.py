"""Reading an exported article back: which spans of the corpus' text do its tokens and tags say?

It trusts nothing that the export computed: the tokens are found in the text again. Where the text has nothing in it but
space, marks that no file shows and what the tokens show, their letters in a row are the text's, and each space is at
the edge of a token; that is compared at once. Where it has more, or something is wrong, the tokens are found character
by character.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from itertools import accumulate
from typing import Final, NamedTuple, TypeAlias

from annotator.formats.conll.tag_columns import Rows
from annotator.i18n import _
from annotator.tagging import schemes
from annotator.tagging.flat import Stretch
from annotator.text.visible import INVISIBLE, visible, written

_SPACE: Final = re.compile(r"[^\S ]")
_Places: TypeAlias = Callable[[int, int], Stretch]
"""The stretch of the text from one token to another (exclusive), by their numbers."""


class NotVerified(Exception):
    """The file does not hold what the corpus holds; the text is one sentence that says where."""


def spans(text: str, parts: Sequence[Stretch], rows: Rows, scheme: str) -> list[tuple[int, int, str]]:
    """Start, end and label of each chunk that the lines of an article say, as code points of `text`, sorted.

    They must hold all that can be seen in `parts` of the text, in order, each sentence within one part. Raises
    NotVerified where they do not, and for tags that the scheme does not have there.
    """
    places = _compared(text, parts, rows.words) or _searched(text, parts, rows.words)
    tags = [schemes.OUTSIDE] * len(rows.words)  # of the ends of sentences too, over which no chunk goes on
    for at, tag in rows.tags.items():
        tags[at] = tag
    try:
        chunks = schemes.decode(tags, scheme)
    except ValueError as error:
        raise NotVerified(_("The tags of the file are broken: {error}").format(error=error)) from error
    return sorted((*places(start, end), label) for label, start, end in chunks)


class _Part(NamedTuple):
    """A part of the text: where it starts; how many characters are shown before each piece between its spaces, and
    before its end, those of other parts too; and how many of them and of spaces are in it before each of its marks."""

    start: int
    shown: list[int]
    marks: list[int]


def _compared(text: str, parts: Sequence[Stretch], words: Sequence[str]) -> _Places | None:
    """Where the tokens stand in a text that has nothing but spaces and such marks between them; None where that is not
    so."""
    edges = list(accumulate(map(len, words), initial=0))
    all_edges = set(edges)
    letters = "".join(words)
    found: list[_Part] = []
    done = 0
    for start, end in parts:
        spaced, marks = text[start:end].replace("\n", " "), list[int]()
        if not spaced.isprintable():  # there are other spaces, or marks
            spaced = _SPACE.sub(" ", spaced)
            marks = [at for match in INVISIBLE.finditer(spaced) for at in range(*match.span())]
            marks = [at - before for before, at in enumerate(marks)]
            spaced = INVISIBLE.sub("", spaced)
        pieces = spaced.split(" ")
        shown = list(accumulate(map(len, pieces), initial=done))
        if "".join(pieces) != letters[done : shown[-1]] or not all_edges.issuperset(shown):
            return None
        done = shown[-1]
        after = bisect_left(edges, done)
        if done and (after == len(words) or words[after]):  # a sentence must end with the part
            return None
        found.append(_Part(start, shown, marks))
    if done < len(letters):
        return None

    def offset(count: int) -> int:
        """Of the character with so many shown before it."""
        start, shown, marks = found[bisect_right(found, count, key=lambda part: part.shown[0]) - 1]
        at = count - shown[0] + bisect_right(shown, count) - 1  # a space before each piece but the first
        return start + at + bisect_right(marks, at)

    return lambda first, last: Stretch(offset(edges[first]), offset(edges[last] - 1) + 1)


def _searched(text: str, parts: Sequence[Stretch], words: Sequence[str]) -> _Places:
    """Where the tokens stand in any text, found one by one. Raises NotVerified."""
    tokens: list[Stretch] = []
    left = _rest(text, list(parts))
    for word in words:
        token = _find(text, left[0], word) if left and word else None
        if token:
            left[0] = Stretch(token.end, left[0].end)
        elif word:
            raise NotVerified(_("The file holds “{token}” where the text does not.").format(token=word))
        else:  # a sentence ends
            left = _rest(text, left)
        tokens.append(token or Stretch(0, 0))
    left = _rest(text, left)
    if left:
        missing = text[slice(*left[0])].split("\n")[0]
        raise NotVerified(_("The file lacks “{text}”.").format(text=missing))
    return lambda first, last: Stretch(tokens[first].start, tokens[last - 1].end)


def _rest(text: str, parts: list[Stretch]) -> list[Stretch]:
    """`parts` from the first on in which something is to be seen."""
    while parts and visible(text, *parts[0])[0] == visible(text, *parts[0])[1]:
        parts = parts[1:]
    if not parts:
        return []
    return [Stretch(*visible(text, *parts[0])), *parts[1:]]


def _find(text: str, part: Stretch, word: str) -> Stretch | None:
    """Where `word` stands at the beginning of `part`, past what cannot be seen; None if something else does."""
    at = part.start
    while at < part.end and text[at] in " \n":
        at += 1
    if text.startswith(word, at, part.end):
        return Stretch(at, at + len(word))
    start, limit = visible(text, *part)
    at = start
    for character in word:
        while at < limit and not written(text[at]):
            at += 1
        if at == limit or text[at] != character:
            return None
        at += 1
    return Stretch(start, at)
