"""Reading back: the quick comparison says what the slow one says, or nothing."""

import io
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from text.texts import layered, marked_texts

from annotator.formats.conll import conll2002
from annotator.formats.conll.tag_columns import Rows
from annotator.jobs.export import read_back
from annotator.jobs.export.read_back import NotVerified
from annotator.model.labels import LabelSet
from annotator.model.records import ZONE_KINDS, Article, Span, Zone
from annotator.tagging.flat import BOUNDARIES, Options, Stretch, project, segments

TEXT = "قال\u200f وزير\u00a0الصحة 2024-\u200f2030،  أمس\n\nثم قال."
WHOLE = [Stretch(0, TEXT.index("\n")), Stretch(TEXT.index("\n"), len(TEXT))]
ROWS = ["قال", "وزير", "الصحة", "2024-2030", "،", "أمس", "", "ثم", "قال", ".", ""]


def places(quick: bool, text: str, parts: list[Stretch], words: list[str]) -> list[Stretch] | None:
    find = read_back._compared if quick else read_back._searched
    found = find(text, parts, words)
    return found and [found(at, at + 1) for at, word in enumerate(words) if word]


def test_marks_and_other_spaces_are_compared_at_once_too() -> None:
    found = places(True, TEXT, WHOLE, ROWS)
    assert found == places(False, TEXT, WHOLE, ROWS)
    assert found
    assert [TEXT[slice(*stretch)] for stretch in found][3] == "2024-\u200f2030"


@pytest.mark.parametrize(
    "wrong",
    [
        ROWS[1:],
        ROWS[:-2],
        [*ROWS, "قال", ""],
        [*ROWS[:1], "وزيرالصحة", *ROWS[3:]],  # runs over a space
        [*ROWS[:6], *ROWS[7:]],  # a sentence runs from one part into the other
        [*ROWS[:4], "؛", *ROWS[5:]],
        [*ROWS[:2], "2024-2030", "الصحة", *ROWS[4:]],
    ],
)
def test_what_the_quick_comparison_does_not_take_the_slow_one_refuses(wrong: list[str]) -> None:
    assert places(True, TEXT, WHOLE, wrong) is None
    with pytest.raises(NotVerified):
        read_back.spans(TEXT, WHOLE, Rows(wrong, {}), "iob2")


@settings(max_examples=300)
@given(
    layered() | layered(marked_texts),
    st.sampled_from(BOUNDARIES),
    st.none() | st.frozensets(st.sampled_from(ZONE_KINDS)),
    st.data(),
)
def test_both_say_the_same_of_any_text(
    layer: tuple[Article, list[Zone], list[Span]],
    boundary: str,
    zones: frozenset[str] | None,
    data: st.DataObject,
) -> None:
    article, kinds, spans = layer
    stream = io.StringIO()
    options = Options(boundary=boundary, zones=zones)
    conll2002.write(stream, project(article, kinds, spans, LabelSet(()), options), "iob2")
    (rows,) = conll2002.read_back(io.StringIO(stream.getvalue()))
    parts, words = segments(article, kinds, zones), rows.words
    slow = places(False, article.text, parts, words)
    assert places(True, article.text, parts, words) in (None, slow)
    assert all(left.end <= right.start for left, right in pairwise(slow or []))
    if words:  # and of one that is spoilt, the quick one takes no more than the slow one
        at = data.draw(st.integers(0, len(words) - 1))
        spoilt = [*words[:at], *data.draw(st.sampled_from([[], [""], ["قال"], ["".join(words[at : at + 2])]]))]
        spoilt += words[at + data.draw(st.sampled_from([0, 1, 2])) :]
        quick = places(True, article.text, parts, spoilt)
        assert quick is None or quick == places(False, article.text, parts, spoilt)
