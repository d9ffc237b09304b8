"""What a held mouse means, without a mouse."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotator.model.records import Span
from annotator.ui.article.drag import Drag, meant

TEXT = "أعلنت «وزارة الصحة»، أمس، لأحزاب 2024-2030 😀."


def at(words: str) -> int:
    return TEXT.index(words)


def test_a_drag_means_whole_words_in_either_direction() -> None:
    start, end = at("وزارة") + 2, at("الصحة") + 2
    wanted = (at("وزارة"), at("الصحة") + 5)
    assert Drag(start).reach(TEXT, end, exact=False) == wanted
    assert Drag(end).reach(TEXT, start, exact=False) == wanted
    assert Drag(start).reach(TEXT, end, exact=True) == (start, end)


def test_only_the_edge_in_hand_moves() -> None:
    cut = at("لأحزاب") + 1
    span = Span("s", "x", "a", "PLAN", cut, cut + 5)
    assert Drag(cut + 5, span, 1).reach(TEXT, at("2030"), exact=False) == (cut, at("2024") + 9)
    assert Drag(cut, span, 0).reach(TEXT, at("أمس") + 1, exact=False) == (at("أمس"), cut + 5)


@pytest.mark.parametrize("edge", [0, 1])
def test_an_edge_dragged_past_the_other_one_means_nothing(edge: int) -> None:
    span = Span("s", "x", "a", "PLAN", at("أمس"), at("أمس") + 3)
    beyond = len(TEXT) if edge == 0 else 0
    assert Drag(span.start, span, edge).reach(TEXT, beyond, exact=False) is None


@given(st.integers(0, len(TEXT)), st.integers(0, len(TEXT)), st.booleans())
def test_what_is_meant_is_to_be_seen_and_touches_what_was_dragged(start: int, end: int, exact: bool) -> None:
    found = meant(TEXT, start, end, exact=exact)
    if found is None:
        assert start >= end or not TEXT[start:end].strip()
    else:
        assert TEXT[slice(*found)] == TEXT[slice(*found)].strip() != ""
        assert max(start, found[0]) < min(end, found[1]) or not exact
