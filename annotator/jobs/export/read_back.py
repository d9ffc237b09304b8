"""Read-back check: derive the spans of the text from an exported article's tokens and tags.

Nothing that the export computed is trusted; tokens are located in the text again. If the text has only tokens, spaces
and invisible marks, the letters are compared in one go, and each space must be at the edge of a token. If not, tokens
are searched character by character.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from itertools import accumulate
from typing import Final, NamedTuple, TypeAlias

from annotator.formats.format import TaggedLines
from annotator.i18n import _
from annotator.store.errors import CorpusError
from annotator.tagging import schemes
from annotator.tagging.flat import TextRange
from annotator.text.visible import INVISIBLE, remove_invisible, trim_invisible

_SPACE: Final = re.compile(r"[^\S ]")
_RangeFinder: TypeAlias = Callable[[int, int], TextRange]
"""Returns the text range from one token to another (exclusive), by index."""


class NotVerified(CorpusError):
    """The file differs from the corpus; the text is one sentence that says where."""


def decode_spans(text: str, parts: Sequence[TextRange], rows: TaggedLines, scheme: str) -> list[tuple[int, int, str]]:
    """Return start, end and label of each chunk, as code points of `text`, sorted.

    The lines must contain everything visible in `parts`, in order, each sentence within one part. Raises NotVerified
    otherwise, and for tags that the scheme does not allow.
    """
    find_range = _align_as_a_whole(text, parts, rows.words) or _align_token_by_token(text, parts, rows.words)
    tags = [schemes.OUTSIDE] * len(rows.words)  # also at sentence ends, which no chunk crosses
    for index, tag in rows.tags.items():
        tags[index] = tag
    try:
        chunks = schemes.decode(tags, scheme)
    except ValueError as error:
        raise NotVerified(_("The tags in the file are invalid: {error}").format(error=error)) from error
    return sorted((*find_range(start, end), label) for label, start, end in chunks)


class _Part(NamedTuple):
    """The index of a part of the text.

    `visible_counts` counts visible characters since the first part, before each piece between spaces and before the
    end; `marks` this part's characters, with spaces, before each invisible mark.
    """

    start: int
    visible_counts: list[int]
    marks: list[int]


def _align_as_a_whole(text: str, parts: Sequence[TextRange], words: Sequence[str]) -> _RangeFinder | None:
    """Locate tokens with only spaces and invisible marks between; None if there is more."""
    edges = list(accumulate(map(len, words), initial=0))
    all_edges = set(edges)
    letters = "".join(words)
    part_indexes: list[_Part] = []
    letter_count = 0
    for start, end in parts:
        part_text, marks = text[start:end].replace("\n", " "), list[int]()
        if not part_text.isprintable():  # other spaces, or invisible marks
            part_text = _SPACE.sub(" ", part_text)
            marks = [position for match in INVISIBLE.finditer(part_text) for position in range(*match.span())]
            marks = [position - mark_count for mark_count, position in enumerate(marks)]
            part_text = INVISIBLE.sub("", part_text)
        pieces = part_text.split(" ")
        visible_counts = list(accumulate(map(len, pieces), initial=letter_count))
        if "".join(pieces) != letters[letter_count : visible_counts[-1]] or not all_edges.issuperset(visible_counts):
            return None
        letter_count = visible_counts[-1]
        token_index = bisect_left(edges, letter_count)
        if letter_count and (token_index == len(words) or words[token_index]):  # a sentence must end with the part
            return None
        part_indexes.append(_Part(start, visible_counts, marks))
    if letter_count < len(letters):
        return None

    def offset(count: int) -> int:
        """Return the offset of the character after `count` visible ones."""
        start, visible_counts, marks = part_indexes[
            bisect_right(part_indexes, count, key=lambda part: part.visible_counts[0]) - 1
        ]
        spaces = bisect_right(visible_counts, count) - 1  # one before each piece but the first
        position = count - visible_counts[0] + spaces
        return start + position + bisect_right(marks, position)

    return lambda first, last: TextRange(offset(edges[first]), offset(edges[last] - 1) + 1)


def _align_token_by_token(text: str, parts: Sequence[TextRange], words: Sequence[str]) -> _RangeFinder:
    """Locate the tokens in any text, one by one. Raises NotVerified."""
    tokens: list[TextRange] = []
    remaining = _skip_invisible(text, list(parts))
    for word in words:
        token = _match_token(text, remaining[0], word) if remaining and word else None
        if token:
            remaining[0] = TextRange(token.end, remaining[0].end)
        elif word:
            raise NotVerified(_("The file contains “{token}” where the text does not.").format(token=word))
        else:  # a sentence ends
            remaining = _skip_invisible(text, remaining)
        tokens.append(token or TextRange(0, 0))
    remaining = _skip_invisible(text, remaining)
    if remaining:
        missing = text[slice(*remaining[0])].split("\n")[0]
        raise NotVerified(_("“{text}” is missing from the file.").format(text=missing))
    return lambda first, last: TextRange(tokens[first].start, tokens[last - 1].end)


def _skip_invisible(text: str, parts: list[TextRange]) -> list[TextRange]:
    """Drop parts, and the next one's beginning, without anything visible."""
    while parts and trim_invisible(text, *parts[0])[0] == trim_invisible(text, *parts[0])[1]:
        parts = parts[1:]
    if not parts:
        return []
    return [TextRange(*trim_invisible(text, *parts[0])), *parts[1:]]


def _match_token(text: str, part: TextRange, word: str) -> TextRange | None:
    """Return the range of `word` at the visible beginning of `part`, if there."""
    position = part.start
    while position < part.end and text[position] in " \n":
        position += 1
    if text.startswith(word, position, part.end):
        return TextRange(position, position + len(word))
    start, limit = trim_invisible(text, *part)
    position = start
    for character in word:
        while position < limit and not remove_invisible(text[position]):
            position += 1
        if position == limit or text[position] != character:
            return None
        position += 1
    return TextRange(start, position)
