"""Chunks of a sentence as one tag a token, and back.

The schemes, after Ramshaw & Marcus 1995 and Tjong Kim Sang & Veenstra 1999:

- `iob1`: I-X within a chunk; B-X only where a chunk begins right after another of the same label.
- `iob2`: B-X where a chunk begins, I-X within. What CoNLL-2002 used, and what libraries expect today.
- `iobes`: as iob2, and E-X where a chunk ends, S-X where one token is a chunk.
- `bilou`: the same with the letters L-X and U-X (Ratinov & Roth 2009), which spaCy and others know it by.
"""

from collections.abc import Iterable
from typing import Final, NamedTuple

IOB1: Final = "iob1"
IOB2: Final = "iob2"
IOBES: Final = "iobes"
BILOU: Final = "bilou"
SCHEMES: Final = (IOB1, IOB2, IOBES, BILOU)
CLOSING: Final = {IOBES: ("E", "S"), BILOU: ("L", "U")}
"""The schemes that say where a chunk ends: the letter of its last token, and that of a token which is all of it."""
OUTSIDE: Final = "O"


class Chunk(NamedTuple):
    """Tokens `start` to `end` (exclusive) of a sentence under one label."""

    label: str
    start: int
    end: int


def encode(length: int, chunks: Iterable[Chunk], scheme: str = IOB2) -> list[str]:
    """The tags of a sentence of `length` tokens.

    Raises ValueError for an unknown scheme, and for chunks that are empty, overlap or lie outside the sentence.
    """
    if scheme not in SCHEMES:
        raise ValueError(f"unknown scheme {scheme!r}")
    tags = [OUTSIDE] * length
    before = Chunk("", 0, 0)
    for chunk in sorted(chunks, key=lambda chunk: chunk.start):
        label, start, end = chunk
        if not before.end <= start < end <= length:
            raise ValueError(f"{chunk} does not fit after {before} in {length} tokens")
        tags[start:end] = [f"I-{label}"] * (end - start)
        if scheme != IOB1 or (before.label, before.end) == (label, start):
            tags[start] = f"B-{label}"
        if scheme in CLOSING:
            last, alone = CLOSING[scheme]
            tags[end - 1] = f"{last if end - start > 1 else alone}-{label}"
        before = chunk
    return tags


def decode(tags: list[str], scheme: str = IOB2) -> list[Chunk]:
    """The chunks that `tags` say, in order. Takes exactly what `encode` writes in the scheme.

    Raises ValueError naming the position of the first tag that `encode` would not have written there.
    """
    chunks: list[Chunk] = []
    for at in [at for at, tag in enumerate(tags) if tag != OUTSIDE]:
        kind, _, label = tags[at].partition("-")
        if kind in ("I", "E", "L") and at > 0 and tags[at - 1] in (f"B-{label}", f"I-{label}"):
            chunks[-1] = Chunk(label, chunks[-1].start, at + 1)
        else:
            chunks.append(Chunk(label, at, at + 1))
    rewritten = encode(len(tags), chunks, scheme)
    if rewritten == tags:
        return chunks
    wrong = next(at for at, (tag, right) in enumerate(zip(tags, rewritten, strict=True)) if tag != right)
    raise ValueError(f"{tags[wrong]!r} at token {wrong} does not belong there in {scheme}")
