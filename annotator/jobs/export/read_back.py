"""Read-back check: derive the spans of the text from an exported article's tokens and tags.

Nothing that the export computed is trusted; tokens are located in the text again. If the text has only tokens, spaces
and invisible marks, those from one punctuation mark to the next are nearly always there as they are, and the others one
by one. If there is more, tokens are searched character by character.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import accumulate, pairwise
from typing import Final, TypeAlias

from annotator.formats.format import TaggedLines
from annotator.i18n import _
from annotator.store.errors import CorpusError
from annotator.tagging import schemes
from annotator.tagging.flat import TextRange
from annotator.text.visible import INVISIBLE, remove_invisible, trim_invisible

_SPACE: Final = re.compile(r"[^\S ]")
_MARK_TOKEN: Final = re.compile(r" ([^\w ])(?= |$)")
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
    find_range = _align(text, tuple(parts), lines)
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
    find_range = _align(text, tuple(parts), lines)
    return [find_range(start, end) for start, end in pairwise([0, *_count_visible(pieces)])]


@lru_cache(maxsize=1)  # its levels of tags have the same lines, and then its sentences are located
def _align(text: str, parts: tuple[TextRange, ...], lines: str) -> _RangeFinder:
    """Locate the tokens of an article. Raises NotVerified."""
    return _align_as_a_whole(text, parts, lines) or _align_token_by_token(text, parts, lines)


def _align_as_a_whole(text: str, parts: Sequence[TextRange], lines: str) -> _RangeFinder | None:
    """Locate sentences with only spaces and invisible marks between their tokens; None if there is more."""
    cleaned, marks = zip(*(_clean(text[start:end]) for start, end in parts), strict=True) if parts else ((), ())
    *sentences, rest = lines.split("\n\n")
    places = None if rest or " " in lines else _place_sentences(cleaned, sentences)
    if places is None:
        return None
    counts = [0, *_count_visible(sentences)]
    previous = -1, 0  # a start, and where it is: spans come in order, so that no long sentence is counted twice

    def find_range(start: int, end: int) -> TextRange:
        nonlocal previous
        sentence = bisect_right(counts, start) - 1
        index, first, last = places[sentence]
        part, part_marks, part_start = cleaned[index], marks[index], parts[index].start
        before, offset = previous if counts[sentence] <= previous[0] <= start else (counts[sentence], first)
        offset = _find_visible(part, offset, start - before)
        previous = start, offset
        if end < counts[sentence + 1]:
            last = _find_visible(part, offset, end - 1 - start) + 1
        if part_marks:
            return TextRange(
                part_start + offset + bisect_right(part_marks, offset),
                part_start + last + bisect_right(part_marks, last - 1),
            )
        return TextRange(part_start + offset, part_start + last)

    return find_range


def _clean(part: str) -> tuple[str, list[int]]:
    """Return a text without invisible marks, all spaces alike, and the number of its characters before each mark."""
    part = part.replace("\n", " ")
    if part.isprintable():  # no other spaces, nor invisible marks
        return part, []
    part = _SPACE.sub(" ", part)
    marks = [position for match in INVISIBLE.finditer(part) for position in range(*match.span())]
    return INVISIBLE.sub("", part), [position - count for count, position in enumerate(marks)]


def _place_sentences(parts: Sequence[str], sentences: Iterable[str]) -> list[tuple[int, int, int]] | None:
    """Return the part of each sentence, and its range there; None unless they are all that the parts have."""
    places: list[tuple[int, int, int]] = []
    index = position = 0
    for sentence in sentences:
        index, position = _skip_spaces(parts, index, position)
        end = _match_sentence(parts[index], position, sentence) if index < len(parts) else None
        if end is None:
            return None
        places.append((index, position, end))
        position = end
    return places if _skip_spaces(parts, index, position)[0] == len(parts) else None


def _skip_spaces(parts: Sequence[str], index: int, position: int) -> tuple[int, int]:
    """Return the next part with more than spaces from this position of this one, and where that begins."""
    while index < len(parts):
        while parts[index].startswith(" ", position):
            position += 1
        if position < len(parts[index]):
            break
        index, position = index + 1, 0
    return index, position


def _match_sentence(part: str, position: int, sentence: str) -> int | None:
    """Return where a sentence ends that begins at a position of a part; None if its tokens are not there.

    Between its marks, nearly all tokens are words with one space between.
    """
    for words in _MARK_TOKEN.split(" " + sentence.replace("\n", " ")):
        if not (run := words.lstrip(" ")):
            continue
        while part.startswith(" ", position):
            position += 1
        if part.startswith(run, position):
            position += len(run)
            continue
        for token in run.split(" "):
            while part.startswith(" ", position):
                position += 1
            if not part.startswith(token, position):
                return None
            position += len(token)
    return position


def _find_visible(part: str, position: int, count: int) -> int:
    """Return the position of the character after `count` others but spaces, from the position of such a one on."""
    offset = position + count
    while spaces := part.count(" ", position, offset + 1):
        position, offset = offset + 1, offset + spaces
    return offset


def _count_visible(pieces: Iterable[str]) -> Iterator[int]:
    """Return the number of characters of tokens up to the end of each piece of the lines."""
    return accumulate(len(piece) - piece.count("\n") for piece in pieces)


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
