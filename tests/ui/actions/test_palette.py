"""The search of the command palette: words of every language, prefixes before infixes, recent ones first."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotator.i18n import in_all_languages
from annotator.ui.actions.palette import PaletteEntry, search_entries
from annotator.ui.commands.table import ACTIONS

TABLE = [
    PaletteEntry(name=action.name, title=action.text, run=lambda: None, names=(*names, *action.keys))
    for action, names in zip(ACTIONS, in_all_languages(action.text for action in ACTIONS), strict=True)
]


def entry(*names: str) -> PaletteEntry:
    return PaletteEntry(name=names[0], title=names[0], run=lambda: None, names=names)


def search(query: str, *entries: PaletteEntry, recent: tuple[str, ...] = ()) -> list[str]:
    return [match.name for match in search_entries(entries or TABLE, query, recent)]


@pytest.mark.parametrize(
    "query",
    [
        "export",
        "EXPORT TRA",
        "set train",
        "تصدير",
        "تَصْدِير",
        "تصـدير",
        "مجموعه التدريب",
        "تدريب",
        "exporter",
        "entrainement",
        "ctrl+e",
    ],
)
def test_an_action_is_found_in_every_language_however_it_is_spelt(query: str) -> None:
    assert search(query)[0] == "export"


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("ملاحظه", "ملاحظة"),
        ("احضار", "إحضار"),
        ("اخطا", "أخطاء"),
        ("مودي", "مؤدي"),
        ("قايمه", "قائمة"),
        ("مقال", "في المقال"),
        ("مقال", "للمقال"),
        ("etiquette", "Étiquette"),
    ],
)
def test_letters_that_are_often_written_otherwise_match(query: str, name: str) -> None:
    assert search(query, entry(name)) == [name]


def test_a_beginning_comes_before_the_beginning_of_a_word_and_that_before_an_infix() -> None:
    entries = (entry("unmark"), entry("Line mark"), entry("Mark line"))
    assert search("mark", *entries) == ["Mark line", "Line mark", "unmark"]


def test_of_equal_matches_the_most_recent_comes_first() -> None:
    entries = tuple(map(entry, ("Find next", "Find previous", "Refine", "Find in corpus")))
    recent = ("Refine", "Find in corpus", "Find previous", "gone")
    assert search("fin", *entries, recent=recent) == ["Find in corpus", "Find previous", "Find next", "Refine"]
    assert search(" ", *entries, recent=recent) == ["Refine", "Find in corpus", "Find previous", "Find next"]


def test_every_word_must_match() -> None:
    assert search("zoom salad") == []
    assert search("in zoom") == ["zoom_in"]


@given(st.sampled_from(TABLE), st.data())
def test_any_part_of_a_name_finds_its_action(action: PaletteEntry, data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(action.names))
    start = data.draw(st.integers(0, len(name) - 1))
    part = name[start : data.draw(st.integers(start + 1, len(name)))]
    assert action.name in search(part)


@given(st.text())
def test_no_text_breaks_the_search(text: str) -> None:
    assert len(search(text)) <= len(TABLE)
