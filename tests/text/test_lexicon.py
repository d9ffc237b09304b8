"""Known forms in texts: both ways to search find the same."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotator.text.analysis import analyse
from annotator.text.lexicon import Lexicon, split_form

WORDS = (
    "وزارة",
    "لوزارة",
    "للأمم",
    "الأمم",
    "لامم",
    "وللأمم",
    "وجدة",
    "جدة",
    "بجدة",
    "العدل",
    "سيعمل",
    "2030",
    "،",
    ".",
    "\n",
)


@given(
    st.lists(st.sampled_from(WORDS), max_size=30).map(" ".join),
    st.lists(st.lists(st.sampled_from(WORDS[:-1]), min_size=1, max_size=3).map(" ".join), max_size=8),
)
def test_repeated_search_finds_the_same_in_the_same_order(text: str, forms: list[str]) -> None:
    lexicon, analysis = Lexicon(), analyse(text)
    for form in forms:
        lexicon.add(split_form(form))
        matches = list(lexicon.find_matches(analysis))
        assert list(lexicon.find_matches(analysis, is_repeated=True)) == matches


@pytest.mark.parametrize("is_repeated", [False, True])
def test_form_is_found_behind_proclitics(is_repeated: bool) -> None:
    lexicon, text = Lexicon(), "زار وجدة ثم عاد إلى جدة."
    lexicon.add(("جدة",))
    matches = list(lexicon.find_matches(analyse(text), is_repeated=is_repeated))
    assert [(text[match.start : match.end], match.is_sure) for match in matches] == [("جدة", False), ("جدة", True)]
