"""Tagging schemes."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotator.tagging.schemes import BILOU, IOB1, IOB2, IOBES, SCHEMES, Chunk, decode, encode

CHUNKS = [Chunk("A", 0, 2), Chunk("A", 2, 3), Chunk("B-C", 3, 4), Chunk("A", 5, 8)]


@pytest.mark.parametrize(
    ("scheme", "tags"),
    [
        (IOB1, "I-A I-A B-A I-B-C O I-A I-A I-A"),
        (IOB2, "B-A I-A B-A B-B-C O B-A I-A I-A"),
        (IOBES, "B-A E-A S-A S-B-C O B-A I-A E-A"),
        (BILOU, "B-A L-A U-A U-B-C O B-A I-A L-A"),
    ],
)
def test_tags_of_each_scheme(scheme: str, tags: str) -> None:
    assert encode(8, CHUNKS, scheme) == tags.split()
    assert decode(tags.split(), scheme) == CHUNKS


@st.composite
def sentences(draw: st.DrawFn) -> tuple[int, list[Chunk]]:
    edges = sorted(draw(st.sets(st.integers(0, 12))))
    ranges = [range_ for range_ in pairwise(edges) if draw(st.booleans())]
    chunks = [Chunk(draw(st.sampled_from(["A", "B", "A-B"])), *range_) for range_ in ranges]
    return draw(st.integers(edges[-1] if edges else 0, 14)), chunks


@given(sentences(), st.sampled_from(SCHEMES))
def test_decoding_reverses_encoding(sentence: tuple[int, list[Chunk]], scheme: str) -> None:
    length, chunks = sentence
    tags = encode(length, reversed(chunks), scheme)
    assert len(tags) == length
    assert decode(tags, scheme) == chunks


@given(
    st.lists(st.sampled_from(["O", "B-A", "I-A", "E-A", "S-A", "L-A", "U-A", "I-B", "B", "I", "", "-A", "X-A"])),
    st.sampled_from(SCHEMES),
)
def test_decoding_accepts_only_encoded_tags(tags: list[str], scheme: str) -> None:
    try:
        chunks = decode(tags, scheme)
    except ValueError:
        return
    assert encode(len(tags), chunks, scheme) == tags


@pytest.mark.parametrize(
    ("scheme", "tags", "position"),
    [
        (IOB2, "O I-A", 1),
        (IOB2, "B-A I-B", 1),
        (IOB2, "B-A O I-A", 2),
        (IOB2, "S-A", 0),
        (IOB1, "B-A", 0),
        (IOB1, "I-A O B-A", 2),
        (IOB1, "I-A B-B", 1),
        (IOBES, "B-A O", 0),
        (IOBES, "B-A I-A", 1),
        (IOBES, "O E-A", 1),
        (IOBES, "B-A E-B", 0),
        (IOBES, "S-A I-A", 1),
        (IOBES, "B-A L-A", 1),
        (BILOU, "B-A E-A", 1),
        (BILOU, "B-A I-A", 1),
    ],
)
def test_error_has_the_position_of_the_first_wrong_tag(scheme: str, tags: str, position: int) -> None:
    with pytest.raises(ValueError, match=f"at token {position} "):
        decode(tags.split(), scheme)


@pytest.mark.parametrize(
    "chunks",
    [[Chunk("A", 0, 2), Chunk("B", 1, 3)], [Chunk("A", 1, 1)], [Chunk("A", 2, 4)], [Chunk("A", -1, 1)]],
)
def test_encoding_refuses_chunks_that_overlap_or_lie_outside(chunks: list[Chunk]) -> None:
    with pytest.raises(ValueError, match="does not fit"):
        encode(3, chunks)


def test_unknown_scheme_is_refused() -> None:
    with pytest.raises(ValueError, match="bio"):
        encode(1, [], "bio")
    with pytest.raises(ValueError, match="bio"):
        decode(["O"], "bio")
