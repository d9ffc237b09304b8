"""Decoding tags of any scheme: valid sequences round-trip, others are repaired and reported."""

from collections import Counter
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotator.model.reasons import Code, Reason
from annotator.tagging.decoding import (
    TagRepair,
    decode_with_repairs,
    detect_scheme,
    is_tag,
)
from annotator.tagging.schemes import BILOU, IOB1, IOB2, IOBES, SCHEMES, Chunk, encode


def rows(tags: str) -> list[tuple[str, ...]]:
    """Return `B-A+I-B O` as the tags of two tokens."""
    return [tuple(tag.split("+")) for tag in tags.split()]


@st.composite
def flat_chunks(draw: st.DrawFn) -> tuple[int, list[Chunk]]:
    chunks: list[Chunk] = []
    position = 0
    for gap, length in draw(st.lists(st.tuples(st.integers(0, 2), st.integers(1, 3)), max_size=6)):
        chunks.append(Chunk(draw(st.sampled_from(["A", "B", "A-B", "تاريخ"])), position + gap, position + gap + length))
        position = chunks[-1].end
    return position + draw(st.integers(0, 2)), chunks


@st.composite
def nested_chunks(draw: st.DrawFn, start: int = 0, end: int = 8) -> list[Chunk]:
    """Draw chunks that nest or are separate, some of one label and some over the same tokens."""
    chunks: list[Chunk] = []
    while start < end and draw(st.booleans()):
        first = draw(st.integers(start, end - 1))
        last = draw(st.integers(first + 1, end))
        chunks.append(Chunk(draw(st.sampled_from(["A", "B"])), first, last))
        if draw(st.booleans()):
            chunks += draw(nested_chunks(first, last))
        start = last
    return chunks


ANY_ROWS = st.lists(
    st.lists(
        st.sampled_from(
            ["O", "B-A", "I-A", "E-A", "L-A", "S-A", "U-A", "B-B", "I-B", "M-B", "W-B", "I", "", "B-", "X-A"]
        ),
        max_size=4,
    ).map(tuple),
    max_size=10,
)


@given(flat_chunks(), st.sampled_from(SCHEMES))
def test_encoded_tags_are_decoded_and_their_scheme_detected(sentence: tuple[int, list[Chunk]], scheme: str) -> None:
    length, chunks = sentence
    tags = [(tag,) for tag in encode(length, chunks, scheme)]
    assert decode_with_repairs(tags, scheme) == (chunks, [])
    assert detect_scheme([tags]) == ((IOBES if scheme == BILOU else scheme) if chunks else IOB2)


@given(flat_chunks(), st.sampled_from([dict(zip("BIES", "BILU", strict=True)), dict(zip("BIES", "BMEW", strict=True))]))
def test_other_spellings_of_iobes_are_decoded(sentence: tuple[int, list[Chunk]], spelling: dict[str, str]) -> None:
    length, chunks = sentence
    tags = [(spelling.get(tag[0], "O") + tag[1:],) for tag in encode(length, chunks, IOBES)]
    assert decode_with_repairs(tags, IOBES) == (chunks, [])
    assert detect_scheme([tags]) == (IOBES if chunks else IOB2)


@given(nested_chunks(), st.sampled_from([IOB2, IOBES]), st.randoms())
def test_nested_chunks_are_decoded_from_tags_in_any_order(chunks: list[Chunk], scheme: str, random: Random) -> None:
    tags: list[list[str]] = [[] for _ in range(8)]
    for chunk in chunks:
        for index, tag in enumerate(encode(8, [chunk], scheme)):
            tags[index] += [tag] if tag != "O" else []
    for row in tags:
        random.shuffle(row)
    decoded, repairs = decode_with_repairs([tuple(row) for row in tags], scheme)
    assert Counter(decoded) == Counter(chunks)
    assert decoded == sorted(decoded, key=lambda chunk: (chunk.start, -chunk.end))
    assert repairs == []


def test_inner_chunk_of_the_same_label_does_not_cut_the_outer() -> None:
    tags = rows("B-ORG I-ORG I-ORG+B-ORG I-ORG+B-GPE+I-ORG I-ORG O")
    assert decode_with_repairs(tags, IOB2) == ([Chunk("ORG", 0, 5), Chunk("ORG", 2, 4), Chunk("GPE", 3, 4)], [])


def test_crossing_chunks_of_one_label_are_decoded_as_nested() -> None:
    assert decode_with_repairs(rows("B-A B-A+I-A I-A"), IOB2)[0] == [Chunk("A", 0, 3), Chunk("A", 1, 2)]


@given(ANY_ROWS, st.sampled_from(SCHEMES))
def test_each_tag_is_in_one_chunk_of_its_label(tags: list[tuple[str, ...]], scheme: str) -> None:
    chunks, repairs = decode_with_repairs(tags, scheme)
    covered = Counter((index, label) for label, start, end in chunks for index in range(start, end))
    assert covered == Counter(
        (index, tag[2:]) for index, row in enumerate(tags) for tag in row if tag != "O" and is_tag(tag)
    )
    invalid = Counter(index for index, row in enumerate(tags) for tag in row if not is_tag(tag))
    assert Counter(repair.token_index for repair in repairs if repair.reason.code == Code.INVALID_TAG) == invalid
    assert detect_scheme([tags]) in SCHEMES


@pytest.mark.parametrize(
    ("scheme", "tags", "chunks", "repairs"),
    [
        (
            IOB2,
            "O I-A I-A",
            ["A 1 3"],
            [TagRepair(1, Reason(Code.MISSING_SPAN_START, "I-A after O: treated as the start of a span."))],
        ),
        (IOB1, "O I-A I-A B-A", ["A 1 3", "A 3 4"], []),
        (IOB1, "B-A I-A O I-A I-B", ["A 0 2", "A 3 4", "B 4 5"], []),
        (
            IOB2,
            "B-A I-B",
            ["A 0 1", "B 1 2"],
            [TagRepair(1, Reason(Code.MISSING_SPAN_START, "I-B after B-A: treated as the start of a span."))],
        ),
        (
            IOB2,
            "I-A O",
            ["A 0 1"],
            [
                TagRepair(
                    0,
                    Reason(Code.MISSING_SPAN_START, "I-A at the start of a sentence: treated as the start of a span."),
                )
            ],
        ),
        (
            IOB2,
            "B-A I-A+I-B",
            ["A 0 2", "B 1 2"],
            [TagRepair(1, Reason(Code.MISSING_SPAN_START, "I-B after B-A: treated as the start of a span."))],
        ),
        (IOB2, "B-A X-A I-A", ["A 0 1", "A 2 3"], None),
        (IOB2, "O B-", [], [TagRepair(1, Reason(Code.INVALID_TAG, "“B-” is not a valid tag: treated as O."))]),
        (IOB2, "S-A E-A B-A E-A I-A", ["A 0 1", "A 1 2", "A 2 4", "A 4 5"], None),
        (
            IOBES,
            "O E-A",
            ["A 1 2"],
            [TagRepair(1, Reason(Code.MISSING_SPAN_START, "E-A after O: treated as the start of a span."))],
        ),
        (
            IOBES,
            "S-A I-A E-A",
            ["A 0 1", "A 1 3"],
            [TagRepair(1, Reason(Code.MISSING_SPAN_START, "I-A after S-A: treated as the start of a span."))],
        ),
        (
            IOBES,
            "B-A I-A O",
            ["A 0 2"],
            [TagRepair(1, Reason(Code.MISSING_SPAN_END, "I-A is the last tag of its span: treated as its end."))],
        ),
        (
            IOBES,
            "B-A B-A",
            ["A 0 1", "A 1 2"],
            [
                TagRepair(0, Reason(Code.MISSING_SPAN_END, "B-A is the last tag of its span: treated as its end.")),
                TagRepair(1, Reason(Code.MISSING_SPAN_END, "B-A is the last tag of its span: treated as its end.")),
            ],
        ),
        (IOBES, "U-A B-A M-A L-A W-A", ["A 0 1", "A 1 4", "A 4 5"], []),
    ],
)
def test_repairs(scheme: str, tags: str, chunks: list[str], repairs: list[TagRepair] | None) -> None:
    decoded, actual_repairs = decode_with_repairs(rows(tags), scheme)
    assert [f"{label} {start} {end}" for label, start, end in decoded] == chunks
    if repairs is not None:
        assert actual_repairs == repairs
    else:
        assert actual_repairs


@pytest.mark.parametrize(
    ("tags", "scheme"),
    [
        ("O I-A I-A O I-B B-B", IOB1),
        ("B-A I-A O B-B B-B", IOB2),
        ("B-A I-A O I-B O B-B", IOB2),
        ("I-A I-A O I-B O B-B", IOB1),
        ("B-A E-A O S-B I-A", IOBES),
        ("B-A I-A O B-B L-B O B-C", IOB2),
        ("O O", IOB2),
    ],
)
def test_scheme_is_that_of_most_chunks(tags: str, scheme: str) -> None:
    assert detect_scheme([rows(tags)]) == scheme
    assert detect_scheme([[row] for row in rows("O O")] + [rows(tags)]) == scheme


@pytest.mark.parametrize("value", ["O", "B-DATE", "I-B-C", "U-تاريخ", "E-1", "B-PER Y", "B_ORG"])
def test_valid_tags(value: str) -> None:
    assert is_tag(value)


@pytest.mark.parametrize(
    "value", ["", "o", "_", "-X-", "B", "B-", "B--A", "I------", "NN", "-", "X-A", "B_", "B__A", "BDATE", "b-A", "OO"]
)
def test_invalid_tags(value: str) -> None:
    assert not is_tag(value)
