"""Read-back check: derive the spans of the text from an exported article's tokens and tags.

Nothing that the export computed is trusted; tokens are located in the text again. If the text has only tokens, spaces
and invisible marks, each of its words must be one token or several. If not, tokens are searched character by character.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Sequence
from itertools import accumulate, pairwise
from typing import Final, TypeAlias

from annotator.formats.format import TaggedLines
from annotator.i18n import _
from annotator.store.errors import CorpusError
from annotator.tagging import schemes
from annotator.tagging.flat import TextRange
from annotator.text.visible import INVISIBLE, remove_invisible, trim_invisible

_SPACE: Final = re.compile(r"[^\S ]")
_RangeFinder: TypeAlias = Callable[[int, int], TextRange]
"""Returns the text range from one count of visible characters, the start of a token, to another, the end of one."""


class NotVerified(CorpusError):
    """The file differs from the corpus; the text is one sentence that says where."""


def decode_spans(text: str, parts: Sequence[TextRange], rows: TaggedLines, scheme: str) -> list[tuple[int, int, str]]:
    """Return start, end and label of each chunk, as code points of `text`, sorted.

    The lines must contain everything visible in `parts`, in order, each sentence within one part. Raises NotVerified
    otherwise, and for tags that the scheme does not allow.
    """
    lines = rows.lines
    find_range = _align_as_a_whole(text, parts, lines) or _align_token_by_token(text, parts, lines)
    tags: dict[int, str] = {}  # by line; no sentence end has a tag, so that no chunk crosses one
    ends: dict[int, int] = {}  # of the tokens, by line
    line = position = 0
    for end, tag in rows.tags.items():
        line += lines.count("\n", position, end)
        position = end
        tags[line], ends[line] = tag, end
    try:
        chunks = schemes.decode_sparsely(tags, scheme)
    except ValueError as error:
        raise NotVerified(_("The tags in the file are invalid: {error}").format(error=error)) from error
    spans = []
    for label, first, end in chunks:
        # All before a token are visible characters, and as many newlines as there are lines before it.
        start = lines.rfind("\n", 0, ends[first]) + 1
        spans.append((*find_range(start - first, ends[end - 1] - (end - 1)), label))
    return sorted(spans)


def locate_sentences(text: str, parts: Sequence[TextRange], lines: str) -> list[TextRange]:
    """Return the range of each sentence in `text`, from its first visible character to its last. Raises NotVerified."""
    return _locate(text, parts, lines, lines.split("\n\n")[:-1])


def locate_tokens(text: str, parts: Sequence[TextRange], lines: str) -> list[TextRange]:
    """Return the range of each token in `text`, from its first visible character to its last. Raises NotVerified."""
    return _locate(text, parts, lines, filter(None, lines.split("\n")))


def _locate(text: str, parts: Sequence[TextRange], lines: str, pieces: Iterable[str]) -> list[TextRange]:
    """Return the ranges of consecutive pieces of the lines, which together have all tokens."""
    find_range = _align_as_a_whole(text, parts, lines) or _align_token_by_token(text, parts, lines)
    ends = list(accumulate((len(piece) - piece.count("\n") for piece in pieces), initial=0))
    return [find_range(start, end) for start, end in pairwise(ends)]


def _align_as_a_whole(text: str, parts: Sequence[TextRange], lines: str) -> _RangeFinder | None:
    """Locate tokens with only spaces and invisible marks between; None if there is more."""
    cleaned, marks = zip(*(_clean(text[start:end]) for start, end in parts), strict=True) if parts else ((), ())
    if not _consist_of_tokens(cleaned, lines):
        return None
    part_counts = list(accumulate((len(part) - part.count(" ") for part in cleaned), initial=0))
    last_index, last_count, last_offset = -1, 0, 0  # spans come in order, so that no part is counted twice

    def find_offset(count: int) -> int:
        """Return the offset of the character after `count` visible ones."""
        nonlocal last_index, last_count, last_offset
        index = bisect_right(part_counts, count) - 1
        if index != last_index or count < last_count:
            last_index, last_count, last_offset = index, part_counts[index], 0
        part, position, offset = cleaned[index], last_offset, last_offset + count - last_count
        while spaces := part.count(" ", position, offset + 1):
            position, offset = offset + 1, offset + spaces
        last_count, last_offset = count, offset
        return parts[index].start + offset + bisect_right(marks[index], offset)

    return lambda start, end: TextRange(find_offset(start), find_offset(end - 1) + 1)


def _clean(part: str) -> tuple[str, list[int]]:
    """Return a text without invisible marks, all spaces alike, and the number of its characters before each mark."""
    part = part.replace("\n", " ")
    if part.isprintable():  # no other spaces, nor invisible marks
        return part, []
    part = _SPACE.sub(" ", part)
    marks = [position for match in INVISIBLE.finditer(part) for position in range(*match.span())]
    return INVISIBLE.sub("", part), [position - count for count, position in enumerate(marks)]


def _consist_of_tokens(parts: Iterable[str], lines: str) -> bool:
    """Return whether each word of the parts is one token or more, these are all, and a sentence ends with each part."""
    tokens = iter(lines.split("\n"))
    for part in parts:
        token = ""
        for word in part.split(" "):
            if not word or (token := next(tokens, "")) == word:  # as nearly all are
                continue
            while word.startswith(token):
                word = word.removeprefix(token)
                if not word:
                    break
                token = next(tokens, "\n")
            else:
                return False
        if token and next(tokens, "\n"):
            return False
    return next(tokens, "\n") == ""


def _align_token_by_token(text: str, parts: Sequence[TextRange], lines: str) -> _RangeFinder:
    """Locate the tokens in any text, one by one. Raises NotVerified."""
    words = lines.split("\n")[:-1]
    tokens: list[TextRange] = []
    remaining = _skip_invisible(text, list(parts))
    for word in words:
        token = _match_token(text, remaining[0], word) if remaining and word else None
        if token:
            remaining[0] = TextRange(token.end, remaining[0].end)
            tokens.append(token)
        elif word:
            raise NotVerified(_("The file contains “{token}” where the text does not.").format(token=word))
        else:  # a sentence ends
            remaining = _skip_invisible(text, remaining)
    remaining = _skip_invisible(text, remaining)
    if remaining:
        missing = text[slice(*remaining[0])].split("\n")[0]
        raise NotVerified(_("“{text}” is missing from the file.").format(text=missing))
    ends = list(accumulate(map(len, filter(None, words))))
    return lambda start, end: TextRange(tokens[bisect_right(ends, start)].start, tokens[bisect_left(ends, end)].end)


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
