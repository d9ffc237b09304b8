"""Tags of any scheme as chunks: what is in order comes back, and what is not is put right and said."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotator.tagging.decoding import BEGUN, ENDED, UNKNOWN, TagRepair, decode, is_tag, recognise
from annotator.tagging.schemes import BILOU, IOB1, IOB2, IOBES, SCHEMES, Chunk, encode


def rows(tags: str) -> list[tuple[str, ...]]:
    """`B-A+I-B O` as the tags of two tokens."""
    return [tuple(tag.split("+")) for tag in tags.split()]


@st.composite
def flat(draw: st.DrawFn) -> tuple[int, list[Chunk]]:
    chunks: list[Chunk] = []
    at = 0
    for gap, length in draw(st.lists(st.tuples(st.integers(0, 2), st.integers(1, 3)), max_size=6)):
        chunks.append(Chunk(draw(st.sampled_from(["A", "B", "A-B", "تاريخ"])), at + gap, at + gap + length))
        at = chunks[-1].end
    return at + draw(st.integers(0, 2)), chunks


@st.composite
def nested(draw: st.DrawFn, start: int = 0, end: int = 8) -> list[Chunk]:
    """Chunks that nest or lie apart, some of one label and some over the same tokens."""
    found: list[Chunk] = []
    while start < end and draw(st.booleans()):
        first = draw(st.integers(start, end - 1))
        last = draw(st.integers(first + 1, end))
        found.append(Chunk(draw(st.sampled_from(["A", "B"])), first, last))
        if draw(st.booleans()):
            found += draw(nested(first, last))
        start = last
    return found


ANY_ROWS = st.lists(
    st.lists(
        st.sampled_from(
            ["O", "B-A", "I-A", "E-A", "L-A", "S-A", "U-A", "B-B", "I-B", "M-B", "W-B", "I", "", "B-", "X-A"]
        ),
        max_size=4,
    ).map(tuple),
    max_size=10,
)


@given(flat(), st.sampled_from(SCHEMES))
def test_what_a_scheme_writes_is_read_and_recognised(sentence: tuple[int, list[Chunk]], scheme: str) -> None:
    length, chunks = sentence
    tags = [(tag,) for tag in encode(length, chunks, scheme)]
    assert decode(tags, scheme) == (chunks, [])
    assert recognise([tags]) == ((IOBES if scheme == BILOU else scheme) if chunks else IOB2)


@given(flat(), st.sampled_from([dict(zip("BIES", "BILU", strict=True)), dict(zip("BIES", "BMEW", strict=True))]))
def test_the_other_spellings_of_iobes(sentence: tuple[int, list[Chunk]], spelling: dict[str, str]) -> None:
    length, chunks = sentence
    tags = [(spelling.get(tag[0], "O") + tag[1:],) for tag in encode(length, chunks, IOBES)]
    assert decode(tags, IOBES) == (chunks, [])
    assert recognise([tags]) == (IOBES if chunks else IOB2)


@given(nested(), st.sampled_from([IOB2, IOBES]), st.randoms())
def test_nested_chunks_come_back_from_tags_in_any_order(chunks: list[Chunk], scheme: str, random) -> None:
    tags: list[list[str]] = [[] for _ in range(8)]
    for chunk in chunks:
        for at, tag in enumerate(encode(8, [chunk], scheme)):
            tags[at] += [tag] if tag != "O" else []
    for row in tags:
        random.shuffle(row)
    found, repairs = decode([tuple(row) for row in tags], scheme)
    assert Counter(found) == Counter(chunks)
    assert found == sorted(found, key=lambda chunk: (chunk.start, -chunk.end))
    assert repairs == []


def test_an_inner_span_of_the_same_label_does_not_cut_the_outer() -> None:
    tags = rows("B-ORG I-ORG I-ORG+B-ORG I-ORG+B-GPE+I-ORG I-ORG O")
    assert decode(tags, IOB2) == ([Chunk("ORG", 0, 5), Chunk("ORG", 2, 4), Chunk("GPE", 3, 4)], [])


def test_crossing_spans_of_one_label_are_read_as_nested() -> None:
    assert decode(rows("B-A B-A+I-A I-A"), IOB2)[0] == [Chunk("A", 0, 3), Chunk("A", 1, 2)]


@given(ANY_ROWS, st.sampled_from(SCHEMES))
def test_each_tag_is_in_one_chunk_of_its_label(tags: list[tuple[str, ...]], scheme: str) -> None:
    found, repairs = decode(tags, scheme)
    covered = Counter((at, label) for label, start, end in found for at in range(start, end))
    assert covered == Counter((at, tag[2:]) for at, row in enumerate(tags) for tag in row if tag != "O" and is_tag(tag))
    wrong = Counter(at for at, row in enumerate(tags) for tag in row if not is_tag(tag))
    assert Counter(repair.at for repair in repairs if repair.kind == UNKNOWN) == wrong
    assert recognise([tags]) in SCHEMES


@pytest.mark.parametrize(
    ("scheme", "tags", "chunks", "repairs"),
    [
        (IOB2, "O I-A I-A", ["A 1 3"], [TagRepair(1, BEGUN, "I-A after O: read as the beginning of a span.")]),
        (IOB1, "O I-A I-A B-A", ["A 1 3", "A 3 4"], []),
        (IOB1, "B-A I-A O I-A I-B", ["A 0 2", "A 3 4", "B 4 5"], []),
        (IOB2, "B-A I-B", ["A 0 1", "B 1 2"], [TagRepair(1, BEGUN, "I-B after B-A: read as the beginning of a span.")]),
        (
            IOB2,
            "I-A O",
            ["A 0 1"],
            [TagRepair(0, BEGUN, "I-A at the beginning of a sentence: read as the beginning of a span.")],
        ),
        (
            IOB2,
            "B-A I-A+I-B",
            ["A 0 2", "B 1 2"],
            [TagRepair(1, BEGUN, "I-B after B-A: read as the beginning of a span.")],
        ),
        (IOB2, "B-A X-A I-A", ["A 0 1", "A 2 3"], None),
        (IOB2, "O B-", [], [TagRepair(1, UNKNOWN, "“B-” is no tag: read as O.")]),
        (IOB2, "S-A E-A B-A E-A I-A", ["A 0 1", "A 1 2", "A 2 4", "A 4 5"], None),
        (IOBES, "O E-A", ["A 1 2"], [TagRepair(1, BEGUN, "E-A after O: read as the beginning of a span.")]),
        (
            IOBES,
            "S-A I-A E-A",
            ["A 0 1", "A 1 3"],
            [TagRepair(1, BEGUN, "I-A after S-A: read as the beginning of a span.")],
        ),
        (IOBES, "B-A I-A O", ["A 0 2"], [TagRepair(1, ENDED, "I-A is the last of its span: read as its end.")]),
        (
            IOBES,
            "B-A B-A",
            ["A 0 1", "A 1 2"],
            [
                TagRepair(0, ENDED, "B-A is the last of its span: read as its end."),
                TagRepair(1, ENDED, "B-A is the last of its span: read as its end."),
            ],
        ),
        (IOBES, "U-A B-A M-A L-A W-A", ["A 0 1", "A 1 4", "A 4 5"], []),
    ],
)
def test_what_is_not_in_order(scheme: str, tags: str, chunks: list[str], repairs: list[TagRepair] | None) -> None:
    found, done = decode(rows(tags), scheme)
    assert [f"{label} {start} {end}" for label, start, end in found] == chunks
    if repairs is not None:
        assert done == repairs
    else:
        assert done


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
def test_most_of_the_chunks_decide_on_the_scheme(tags: str, scheme: str) -> None:
    assert recognise([rows(tags)]) == scheme
    assert recognise([[row] for row in rows("O O")] + [rows(tags)]) == scheme


@pytest.mark.parametrize("value", ["O", "B-DATE", "I-B-C", "U-تاريخ", "E-1", "B-PER Y"])
def test_what_is_a_tag(value: str) -> None:
    assert is_tag(value)


@pytest.mark.parametrize(
    "value", ["", "o", "_", "-X-", "B", "B-", "B--A", "I------", "NN", "-", "X-A", "BDATE", "b-A", "OO"]
)
def test_what_is_no_tag(value: str) -> None:
    assert not is_tag(value)
