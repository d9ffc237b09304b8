"""Read-back check: the fast alignment agrees with the slow one or declines."""

import io
from itertools import accumulate, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import article_layers, examples, marked_texts

from annotator.formats.conll import conll2002
from annotator.formats.format import TaggedLines
from annotator.jobs.export import read_back
from annotator.jobs.export.read_back import NotVerified
from annotator.model.labels import LabelSet
from annotator.model.records import ZONE_KINDS, Article, Span, Zone
from annotator.tagging.flat import BOUNDARIES, ProjectionOptions, TextRange, project_flat, select_ranges

TEXT = "قال\u200f وزير\u00a0الصحة 2024-\u200f2030،  أمس\n\nثم قال."
WHOLE = [TextRange(0, TEXT.index("\n")), TextRange(TEXT.index("\n"), len(TEXT))]
ROWS = ["قال", "وزير", "الصحة", "2024-2030", "،", "أمس", "", "ثم", "قال", ".", ""]


def as_lines(words: list[str]) -> str:
    return "".join(f"{word}\n" for word in words)


def places(quick: bool, text: str, parts: list[TextRange], words: list[str]) -> list[TextRange] | None:
    find = read_back._align_as_a_whole if quick else read_back._align_token_by_token
    find_range = find(text, parts, as_lines(words))
    counts = pairwise(accumulate(map(len, filter(None, words)), initial=0))
    return find_range and [find_range(start, end) for start, end in counts]


def test_the_fast_alignment_handles_marks_and_other_spaces() -> None:
    ranges = places(True, TEXT, WHOLE, ROWS)
    assert ranges == places(False, TEXT, WHOLE, ROWS)
    assert ranges
    assert [TEXT[slice(*stretch)] for stretch in ranges][3] == "2024-\u200f2030"


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
def test_the_slow_alignment_refuses_what_the_fast_one_declines(wrong: list[str]) -> None:
    assert places(True, TEXT, WHOLE, wrong) is None
    with pytest.raises(NotVerified):
        read_back.decode_spans(TEXT, WHOLE, TaggedLines(as_lines(wrong), {}), "iob2")


@examples(300)
@given(
    article_layers() | article_layers(marked_texts),
    st.sampled_from(BOUNDARIES),
    st.none() | st.frozensets(st.sampled_from(ZONE_KINDS)),
    st.data(),
)
def test_both_alignments_agree_on_any_text(
    layer: tuple[Article, list[Zone], list[Span]],
    boundary: str,
    zones: frozenset[str] | None,
    data: st.DataObject,
) -> None:
    article, kinds, spans = layer
    stream = io.StringIO()
    options = ProjectionOptions(boundary=boundary, zones=zones)
    conll2002.TAGS.write(stream, project_flat(article, kinds, spans, LabelSet(()), options), "iob2")
    (tags,) = conll2002.TAGS.read_articles(io.StringIO(stream.getvalue()))
    (rows,) = tags.lines
    parts, words = select_ranges(article, kinds, zones), rows.lines.split("\n")[:-1]
    slow = places(False, article.text, parts, words)
    assert places(True, article.text, parts, words) in (None, slow)
    assert all(previous.end <= following.start for previous, following in pairwise(slow or []))
    if words:  # and of one that is spoilt, the quick one takes no more than the slow one
        index = data.draw(st.integers(0, len(words) - 1))
        spoilt = [*words[:index], *data.draw(st.sampled_from([[], [""], ["قال"], ["".join(words[index : index + 2])]]))]
        spoilt += words[index + data.draw(st.sampled_from([0, 1, 2])) :]
        quick = places(True, article.text, parts, spoilt)
        assert quick is None or quick == places(False, article.text, parts, spoilt)
