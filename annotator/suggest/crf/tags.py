"""Conversion between a sentence's spans and one tag per token, for training.

A tag is `O`, or B (begin), I (inside), E (end) or S (single), with the label after a dash. A span may begin after
proclitics of its first token: B1 and S1 mean after the first, B2 and S2 after both. A span that ends inside a token is
extended. Nested spans of one label differ by depth: inner ones have the label `ORG/2`, which no corpus can have (see
model.labels).
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Final, NamedTuple

from annotator.text.analysis import TextAnalysis
from annotator.text.proclitics import find_readings

OUTSIDE: Final = "O"
DEPTH_SEPARATOR: Final = "/"
"""Separates a label from the depth of a span within another of it."""


class Chunk(NamedTuple):
    """Tokens `first` to `last` (exclusive) with a label, possibly with a depth.

    `skipped_proclitics` of the first token are left out.
    """

    label: str
    first: int
    last: int
    skipped_proclitics: int = 0


def find_chunks(analysis: TextAnalysis, spans: Iterable[tuple[int, int, str]]) -> list[Chunk]:
    """Return the chunks of spans (start, end, label), in order, outer ones first; none without tokens."""
    chunks = []
    for start, end, label in spans:
        first = bisect_right(analysis.tokens, start, key=lambda token: token.end)
        last = bisect_left(analysis.tokens, end, key=lambda token: token.start)
        if first < last:
            token = analysis.tokens[first]
            skipped = bisect_right(span_starts(analysis.text[slice(*token)]), start - token.start) - 1
            chunks.append(Chunk(label, first, last, max(skipped, 0)))
    return sorted(chunks, key=lambda chunk: (chunk.first, chunk.skipped_proclitics, -chunk.last, chunk.label))


def chunk_bounds(analysis: TextAnalysis, chunk: Chunk) -> tuple[int, int]:
    """Return a chunk's start and end in the text, in code points.

    It starts with its token if that has fewer proclitics than skipped.
    """
    token = analysis.tokens[chunk.first]
    starts = span_starts(analysis.text[slice(*token)])
    return token.start + (
        starts[chunk.skipped_proclitics] if chunk.skipped_proclitics < len(starts) else 0
    ), analysis.tokens[chunk.last - 1].end


def add_depths(chunks: Sequence[Chunk]) -> list[Chunk]:
    """Add a depth to chunks within others of their label, so that none of one label and depth overlap.

    They are ordered as by `find_chunks`.
    """
    ends: dict[str, int] = {}
    chunks_with_depth = []
    for chunk in chunks:
        depth, label = 1, chunk.label
        while ends.get(label, 0) > chunk.first:
            depth += 1
            label = f"{chunk.label}{DEPTH_SEPARATOR}{depth}"
        ends[label] = chunk.last
        chunks_with_depth.append(chunk._replace(label=label))
    return chunks_with_depth


def encode_tags(length: int, chunks: Iterable[Chunk]) -> list[str]:
    """Return the tags of `length` tokens. The first of overlapping chunks counts."""
    tags = [OUTSIDE] * length
    for label, first, last, skipped in chunks:
        if any(tag != OUTSIDE for tag in tags[first:last]):
            continue
        tags[first:last] = [f"I-{label}"] * (last - first)
        tags[last - 1] = f"E-{label}"
        tags[first] = f"{'B' if last - first > 1 else 'S'}{skipped or ''}-{label}"
    return tags


def decode_tags(tags: Sequence[str]) -> Iterator[Chunk]:
    """Yield the chunks of tags, even of sequences that `encode_tags` never gives."""
    open_: Chunk | None = None
    for index, tag in enumerate((*tags, OUTSIDE)):
        kind, _dash, label = tag.partition("-")
        if open_ and (kind[0] in "OBS" or label != open_.label):
            yield open_._replace(last=index)
            open_ = None
        if kind != OUTSIDE and not open_:
            open_ = Chunk(label, index, index + 1, int(kind[1:] or 0))
        if open_ and kind[0] in "ES":
            yield open_._replace(last=index + 1)
            open_ = None


@lru_cache(maxsize=1 << 15)
def span_starts(word: str) -> tuple[int, ...]:
    """Return where a span may begin in a word, in code points: 0, and after each proclitic."""
    return tuple(dict.fromkeys(start for start, _shape in find_readings(word)))
