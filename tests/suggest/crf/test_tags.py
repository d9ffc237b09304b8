"""Conversion of spans to tags and back."""

import pytest
from hypothesis import given
from strategies import article_layers

from annotator.model.records import Article, Span, Zone
from annotator.suggest.crf.tags import (
    Chunk,
    add_depths,
    chunk_bounds,
    decode_tags,
    encode_tags,
    find_chunks,
    span_starts,
)
from annotator.text.analysis import analysed
from annotator.text.tokenizer import tokenize


@pytest.mark.parametrize(
    ("text", "span", "place"),
    [
        ("قالت وزارة العدل", "وزارة العدل", 0),
        ("بيان لوزارة العدل", "وزارة العدل", 1),
        ("بيان للأمم المتحدة", "لأمم المتحدة", 1),
        ("وبالرباط", "الرباط", 2),
        ("وبالرباط", "بالرباط", 1),
    ],
    ids=["none", "one", "lost alef", "two", "one of two"],
)
def test_chunk_of_a_span_after_a_proclitic_keeps_its_start(text: str, span: str, place: int) -> None:
    start = text.index(span)
    analysis = analysed(text)
    (chunk,) = find_chunks(analysis, [(start, start + len(span), "X")])
    assert chunk.skipped_proclitics == place
    assert chunk_bounds(analysis, chunk) == (start, start + len(span))


def test_chunk_of_a_span_inside_a_word_extends_to_valid_edges() -> None:
    analysis = analysed("قال مكتبهم")
    (chunk,) = find_chunks(analysis, [(5, 8, "X")])
    assert chunk == Chunk("X", 1, 2)
    assert chunk_bounds(analysis, chunk) == (4, 10)


def test_chunk_that_skips_missing_proclitics_starts_with_its_token() -> None:
    assert chunk_bounds(analysed("نص آخر"), Chunk("X", 0, 1, 2)) == (0, 2)


def test_overlapping_chunks_of_one_label_get_depths() -> None:
    chunks = [Chunk("A", 0, 5), Chunk("B", 0, 2), Chunk("A", 1, 3), Chunk("A", 2, 3), Chunk("A", 3, 4)]
    assert [chunk.label for chunk in add_depths(chunks)] == ["A", "B", "A/2", "A/3", "A/2"]


def test_encode_tags_gives_each_token_its_tag() -> None:
    chunks = [Chunk("A", 0, 3, 1), Chunk("B", 2, 4), Chunk("B", 4, 5, 2), Chunk("A", 5, 7)]
    assert encode_tags(8, chunks) == ["B1-A", "I-A", "E-A", "O", "S2-B", "B-A", "E-A", "O"]


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        (["I-A", "O"], [Chunk("A", 0, 1)]),
        (["B-A", "I-B", "E-B"], [Chunk("A", 0, 1), Chunk("B", 1, 3)]),
        (["B-A", "B1-A", "O"], [Chunk("A", 0, 1), Chunk("A", 1, 2, 1)]),
        (["B-A", "I-A"], [Chunk("A", 0, 2)]),
        (["E-A", "E-A"], [Chunk("A", 0, 1), Chunk("A", 1, 2)]),
        (["B-A", "S-A"], [Chunk("A", 0, 1), Chunk("A", 1, 2)]),
    ],
    ids=["open", "another label", "two beginnings", "no end", "ended twice", "alone"],
)
def test_decode_tags_accepts_inconsistent_tags(tags: list[str], expected: list[Chunk]) -> None:
    assert list(decode_tags(tags)) == expected


@given(article_layers())
def test_tags_round_trip(drawn: tuple[Article, list[Zone], list[Span]]) -> None:
    article, _zones, spans = drawn
    analysis = analysed(article.text)
    starts = {token.start + place for token in analysis.tokens for place in span_starts(article.text[slice(*token)])}
    chunks = add_depths(find_chunks(analysis, [(span.start, span.end, span.label) for span in spans]))
    for label in {chunk.label for chunk in chunks}:
        label_chunks = [chunk for chunk in chunks if chunk.label == label]
        assert list(decode_tags(encode_tags(len(analysis.tokens), label_chunks))) == label_chunks
    for chunk in chunks:
        start, end = chunk_bounds(analysis, chunk)
        assert start in starts
        assert end in {token.end for token in tokenize(article.text)}
