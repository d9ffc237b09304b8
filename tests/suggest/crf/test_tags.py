"""Spans as tags, and back."""

import pytest
from hypothesis import given
from text.texts import layered

from annotator.model.records import Article, Span, Zone
from annotator.suggest.crf.tags import Chunk, chunks, deepened, places, read, stretch, tags
from annotator.text.analysis import analysed
from annotator.text.tokenizer import tokens


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
def test_a_span_behind_a_proclitic_keeps_its_start(text: str, span: str, place: int) -> None:
    start = text.index(span)
    found = analysed(text)
    (made,) = chunks(found, [(start, start + len(span), "X")])
    assert made.place == place
    assert stretch(found, made) == (start, start + len(span))


def test_a_span_within_a_word_is_taken_to_the_edges_that_there_are() -> None:
    found = analysed("قال مكتبهم")
    (made,) = chunks(found, [(5, 8, "X")])
    assert made == Chunk("X", 1, 2)
    assert stretch(found, made) == (4, 10)


def test_a_place_that_a_word_lacks_is_its_start() -> None:
    assert stretch(analysed("نص آخر"), Chunk("X", 0, 1, 2)) == (0, 2)


def test_spans_of_one_label_that_overlap_have_depths() -> None:
    made = [Chunk("A", 0, 5), Chunk("B", 0, 2), Chunk("A", 1, 3), Chunk("A", 2, 3), Chunk("A", 3, 4)]
    assert [chunk.label for chunk in deepened(made)] == ["A", "B", "A/2", "A/3", "A/2"]


def test_tags_to_the_letter() -> None:
    made = [Chunk("A", 0, 3, 1), Chunk("B", 2, 4), Chunk("B", 4, 5, 2), Chunk("A", 5, 7)]
    assert tags(8, made) == ["B1-A", "I-A", "E-A", "O", "S2-B", "B-A", "E-A", "O"]


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        (["I-A", "O"], [Chunk("A", 0, 1)]),
        (["B-A", "I-B", "E-B"], [Chunk("A", 0, 1), Chunk("B", 1, 3)]),
        (["B-A", "B1-A", "O"], [Chunk("A", 0, 1), Chunk("A", 1, 2, 1)]),
        (["B-A", "I-A"], [Chunk("A", 0, 2)]),
        (["E-A", "E-A"], [Chunk("A", 0, 1), Chunk("A", 1, 2)]),
        (["B-A", "S-A"], [Chunk("A", 0, 1), Chunk("A", 1, 2)]),
    ],
    ids=["begun", "another label", "begun twice", "not ended", "ended twice", "alone"],
)
def test_tags_that_do_not_fit_are_read_all_the_same(told: list[str], expected: list[Chunk]) -> None:
    assert list(read(told)) == expected


@given(layered())
def test_what_is_tagged_is_read_back(drawn: tuple[Article, list[Zone], list[Span]]) -> None:
    article, _zones, spans = drawn
    found = analysed(article.text)
    starts = {token.start + place for token in found.tokens for place in places(article.text[slice(*token)])}
    made = deepened(chunks(found, [(span.start, span.end, span.label) for span in spans]))
    for label in {chunk.label for chunk in made}:
        some = [chunk for chunk in made if chunk.label == label]
        assert list(read(tags(len(found.tokens), some))) == some
    for chunk in made:
        start, end = stretch(found, chunk)
        assert start in starts
        assert end in {token.end for token in tokens(article.text)}
