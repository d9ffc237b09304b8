"""Encode a sentence's chunks as one tag a token, and decode them.

The schemes, after Ramshaw & Marcus 1995 and Tjong Kim Sang & Veenstra 1999:

- `iob1`: I-X within a chunk; B-X only right after another of its label.
- `iob2`: B-X at the start, I-X within. CoNLL-2002 used it; most libraries expect it.
- `iobes`: iob2 with E-X at the end, S-X for a single token.
- `bilou`: the same with L-X and U-X (Ratinov & Roth 2009), as spaCy and others call it.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Final, NamedTuple

IOB1: Final = "iob1"
IOB2: Final = "iob2"
IOBES: Final = "iobes"
BILOU: Final = "bilou"
SCHEMES: Final = (IOB1, IOB2, IOBES, BILOU)
END_LETTERS: Final = {IOBES: ("E", "S"), BILOU: ("L", "U")}
"""Schemes that mark the end of a chunk: the letters of its last token, and of a chunk of one token."""
OUTSIDE: Final = "O"


class Chunk(NamedTuple):
    """Tokens `start` to `end` (exclusive) of a sentence with one label."""

    label: str
    start: int
    end: int


def encode(length: int, chunks: Iterable[Chunk], scheme: str = IOB2) -> list[str]:
    """Return the tags of a sentence of `length` tokens.

    Raises ValueError for an unknown scheme, and for chunks that are empty, overlap or lie outside.
    """
    ordered = sorted(chunks, key=lambda chunk: chunk.start)
    for previous, chunk in pairwise((Chunk("", 0, 0), *ordered)):
        if not previous.end <= chunk.start < chunk.end <= length:
            raise ValueError(f"{chunk} does not fit after {previous} in {length} tokens")
    tags = [OUTSIDE] * length
    for index, tag in _encode_sparsely(ordered, scheme).items():
        tags[index] = tag
    return tags


def encode_chunk(label: str, length: int, scheme: str, *, is_touching: bool) -> list[str]:
    """Return the tags of a chunk of `length` tokens; `is_touching` if it comes right after another of its label."""
    tags = [f"I-{label}"] * length
    if scheme != IOB1 or is_touching:
        tags[0] = f"B-{label}"
    if scheme in END_LETTERS:
        end_letter, single_letter = END_LETTERS[scheme]
        tags[-1] = f"{end_letter if length > 1 else single_letter}-{label}"
    return tags


def decode(tags: Sequence[str], scheme: str = IOB2) -> list[Chunk]:
    """Return the chunks of tags, in order. Accepts exactly what `encode` returns for the scheme.

    Raises ValueError with the position of the first tag that `encode` would not write.
    """
    return decode_sparsely({index: tag for index, tag in enumerate(tags) if tag != OUTSIDE}, scheme)


def decode_sparsely(tags: Mapping[int, str], scheme: str) -> list[Chunk]:
    """Do the same as `decode`, from all tags but O by token, in order."""
    chunks: list[Chunk] = []
    start, end, previous = -1, 0, ""
    for index, tag in tags.items():
        is_inside = tag[:1] in ("I", "E", "L") and previous[:1] in ("B", "I") and previous[1:] == tag[1:]
        if not (is_inside and index == end):
            if start >= 0:
                chunks.append(Chunk(previous[2:], start, end))
            start = index
        end, previous = index + 1, tag
    if start >= 0:
        chunks.append(Chunk(previous[2:], start, end))
    rewritten = _encode_sparsely(chunks, scheme)
    if rewritten == tags:
        return chunks
    index = next(index for index, tag in tags.items() if tag != rewritten[index])
    raise ValueError(f"{tags[index]!r} at token {index} does not belong there in {scheme}")


def _encode_sparsely(chunks: Iterable[Chunk], scheme: str) -> dict[int, str]:
    """Return all tags but O of chunks in order, by token. Raises ValueError for an unknown scheme."""
    if scheme not in SCHEMES:
        raise ValueError(f"unknown scheme {scheme!r}")
    tags: dict[int, str] = {}
    previous = Chunk("", 0, 0)
    for chunk in chunks:
        label, start, end = chunk
        is_touching = (previous.label, previous.end) == (label, start)
        tags.update(
            zip(range(start, end), encode_chunk(label, end - start, scheme, is_touching=is_touching), strict=True)
        )
        previous = chunk
    return tags
