"""Repair of marks at and in what the model suggests."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import texts

from annotator.suggest.crf.edges import repair_edges
from annotator.suggest.crf.tags import Chunk, chunk_bounds, find_chunks
from annotator.text.analysis import analysed
from annotator.text.punctuation import OPENING_BRACKETS, match_pairs
from annotator.text.selection import may_begin_span, may_end_span


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("قال [وزارة العدل] أمس", "وزارة العدل"),
        ("قال ل[وزارة العدل،] أمس", "وزارة العدل"),
        ("سنة [2024.]", "2024"),
        ("[،] ثم", None),
        ("شركة [ش.م.] أمس", "ش.م."),
        ("نسبة [20%] أمس", "20%"),
        ("وسم [#المغرب:] أمس", "#المغرب"),
        ("قال [«هسبريس]» أمس", "هسبريس"),
        ("قال «[هسبريس»] أمس", "هسبريس"),
        ("قال [«هسبريس»] أمس", "«هسبريس»"),
        ("نشر [موقع «هسبريس]» أمس", "موقع «هسبريس»"),
        ('نشر [صحيفة "الحياة]" أمس', 'صحيفة "الحياة"'),
        ("نشر [صحيفة ”الحياة]“ أمس", "صحيفة ”الحياة“"),
        ("قالت [وكالة الأنباء القطرية (]قنا) أمس", "وكالة الأنباء القطرية"),
        ("قالت [وكالة الأنباء القطرية (قنا]) أمس", "وكالة الأنباء القطرية (قنا)"),
        ("قال «المغرب [الأخضر» 2020] أمس", "«المغرب الأخضر» 2020"),
        ("زار [حزب العدالة (الذي] فاز في كل هذه الانتخابات) أمس", "حزب العدالة"),
        ("زار [حزب» جبهة التحرير الوطني] أمس", "جبهة التحرير الوطني"),
        ("نشر [موقع »هسبريس«] أمس", "موقع »هسبريس«"),
        ("في [(2024] و2025) معا", "2024"),
        ("نشر [موقع «هسبريس\n]» أمس", "موقع"),
    ],
)
def test_repair(text: str, expected: str | None) -> None:
    """The brackets in the text mark what the model suggests."""
    start, end = text.index("["), text.index("]") - 1
    plain = text.replace("[", "").replace("]", "")
    analysis = analysed(plain)
    (chunk,) = find_chunks(analysis, [(start, end, "X")])
    repaired = repair_edges(analysis, chunk)
    assert (repaired and plain[slice(*chunk_bounds(analysis, repaired))]) == expected


def test_start_after_a_proclitic_stays_unless_it_is_cut_off() -> None:
    analysis = analysed("بالعدل» مجلس القضاء")
    assert repair_edges(analysis, Chunk("X", 0, 1, 1)) == Chunk("X", 0, 1, 1)
    assert repair_edges(analysis, Chunk("X", 0, 4, 1)) == Chunk("X", 2, 4)


def test_brackets_the_wrong_way_round_are_no_pair() -> None:
    assert repair_edges(analysed("مجلس القضاء ) ("), Chunk("X", 0, 4)) == Chunk("X", 0, 2)
    assert repair_edges(analysed("مجلس »القضاء«"), Chunk("X", 0, 4)) == Chunk("X", 0, 4)


_MARKED = st.lists(st.sampled_from((*'«»()"“”،.', "موقع", "هسبريس", "و2024", "20%", "\n")), max_size=12).map(" ".join)


@given(texts | _MARKED, st.data())
def test_what_is_repaired_has_whole_pairs_and_no_comma_at_an_edge(text: str, data: st.DataObject) -> None:
    analysis = analysed(text)
    if not analysis.tokens:
        return
    first = data.draw(st.integers(0, len(analysis.tokens) - 1))
    last = data.draw(st.integers(first + 1, len(analysis.tokens)))
    repaired = repair_edges(analysis, Chunk("X", first, last))
    if repaired is None:
        assert not any(word.isalpha() for word in analysis.words[first:last])
        return
    tokens = analysis.tokens[repaired.first : repaired.last]
    assert may_begin_span(text, tokens[0])
    assert may_end_span(text, tokens, len(tokens) - 1)
    if not {"»", "”", "“"} & {text[token.start] for token in tokens}:  # which may stand the wrong way round
        pairs = match_pairs(text, tokens)
        brackets = {*OPENING_BRACKETS, *OPENING_BRACKETS.values()}
        assert all(index in pairs for index, token in enumerate(tokens) if text[token.start] in brackets)
    assert repair_edges(analysis, repaired) == repaired
