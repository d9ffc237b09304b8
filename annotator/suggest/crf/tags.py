"""The spans of a sentence as one tag a token, and back: what the model learns and what it says.

A tag is `O`, or one of B (begins), I (goes on), E (ends) and S (is all of it), with the label after a dash. A span may
begin behind a proclitic, within its first token: B1 and S1 say behind the first, B2 and S2 behind both. A span that
ends within a token is taken to end with it. Spans of one label that lie within each other are told apart by their
depth: the inner ones have the label `ORG/2`, which no label of a corpus can have (see model.labels).
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Final, NamedTuple

from annotator.text.analysis import Analysis
from annotator.text.proclitics import readings

OUTSIDE: Final = "O"
DEEPER: Final = "/"
"""What stands between a label and the depth of a span that lies in another one of its label."""


class Chunk(NamedTuple):
    """Tokens `first` to `last` (exclusive) under one label, which may have a depth; `place` is how many of the first
    token's proclitics are left out."""

    label: str
    first: int
    last: int
    place: int = 0


def chunks(found: Analysis, spans: Iterable[tuple[int, int, str]]) -> list[Chunk]:
    """The chunks of these spans (start, end, label), in order, the outer one first; spans with no token have none."""
    made = []
    for start, end, label in spans:
        first = bisect_right(found.tokens, start, key=lambda token: token.end)
        last = bisect_left(found.tokens, end, key=lambda token: token.start)
        if first < last:
            token = found.tokens[first]
            inner = bisect_right(places(found.text[slice(*token)]), start - token.start) - 1
            made.append(Chunk(label, first, last, max(inner, 0)))
    return sorted(made, key=lambda chunk: (chunk.first, chunk.place, -chunk.last, chunk.label))


def stretch(found: Analysis, chunk: Chunk) -> tuple[int, int]:
    """Where a chunk starts and ends in the text, in code points; a place that its first token lacks is its start."""
    token = found.tokens[chunk.first]
    inner = places(found.text[slice(*token)])
    return token.start + (inner[chunk.place] if chunk.place < len(inner) else 0), found.tokens[chunk.last - 1].end


def deepened(made: Sequence[Chunk]) -> list[Chunk]:
    """`made`, in the order of `chunks`, with a depth for those that lie in others of their label; no two of one label
    and depth overlap."""
    ends: dict[str, int] = {}
    told = []
    for chunk in made:
        depth, label = 1, chunk.label
        while ends.get(label, 0) > chunk.first:
            depth += 1
            label = f"{chunk.label}{DEEPER}{depth}"
        ends[label] = chunk.last
        told.append(chunk._replace(label=label))
    return told


def tags(length: int, made: Iterable[Chunk]) -> list[str]:
    """The tags of `length` tokens. Of chunks that overlap, the first in `made` counts."""
    told = [OUTSIDE] * length
    for label, first, last, place in made:
        if any(tag != OUTSIDE for tag in told[first:last]):
            continue
        told[first:last] = [f"I-{label}"] * (last - first)
        told[last - 1] = f"E-{label}"
        told[first] = f"{'B' if last - first > 1 else 'S'}{place or ''}-{label}"
    return told


def read(told: Sequence[str]) -> Iterator[Chunk]:
    """The chunks that tags say, whether or not each begins and ends as `tags` would have it."""
    open_: Chunk | None = None
    for at, tag in enumerate((*told, OUTSIDE)):
        kind, _dash, label = tag.partition("-")
        if open_ and (kind[0] in "OBS" or label != open_.label):
            yield open_._replace(last=at)
            open_ = None
        if kind != OUTSIDE and not open_:
            open_ = Chunk(label, at, at + 1, int(kind[1:] or 0))
        if open_ and kind[0] in "ES":
            yield open_._replace(last=at + 1)
            open_ = None


@lru_cache(maxsize=1 << 15)
def places(word: str) -> tuple[int, ...]:
    """Where a span may begin in a token, in code points from its start: 0, and behind each of its proclitics."""
    return tuple(dict.fromkeys(place for place, _shape in readings(word)))
