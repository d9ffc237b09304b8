"""The annotator's guides name every action with its words and its usual keys, and show the pictures that there are.

A key is written as it is printed on the keyboard, each part of it marked: `<kbd>Ctrl</kbd>+<kbd>Enter</kbd>`. The
tables under the last heading have a row for each action: `| its text | its keys, "or" between them |`.
"""

import re
import struct
from collections.abc import Iterator

import pictures
import pytest
from guide_pictures import GUIDE_PICTURES
from pages import DOCS, KEY, PAGES, keys
from team_pictures import TEAM_PICTURES
from ui.inspection import strip_isolates

from annotator import i18n
from annotator.i18n import _
from annotator.model.display_names import state_title
from annotator.model.records import STATES
from annotator.ui.actions.keymap import Action, walk_menus
from annotator.ui.article.letter_jumps import describe_keys
from annotator.ui.commands.table import ACTIONS, MENUS
from annotator.ui.commands.window_commands import Commands
from annotator.ui.widgets.bidi_text import format_keys

NAMED = (
    *("&View", "&Help", "Language", "Digits", "Colours", "&Line type", "About Annotator"),
    *("Add", "Delete", "Load…", "Save…", "Apply", "Export…", "Reset to default", "No key", "Restore defaults"),
    *("Widened to the whole word", "Left out because of overlaps", "Outside the exported text"),
    *("Word split", "Refused"),
)
"""What the guides call by the words of the window, besides actions: in bold, or in italics."""
LARGEST = 6_000_000
"""Bytes of all pictures."""


@pytest.fixture(params=pictures.GUIDES)
def guide(request: pytest.FixtureRequest) -> str:
    """Return the guide in one language, and speak that meanwhile."""
    i18n.set_language(request.param)
    return (DOCS / f"guide.{request.param}.md").read_text(encoding="utf-8")


def table(guide: str) -> dict[str, list[tuple[str, list[str]]]]:
    """Return the sections under the last heading, each with its rows: a text and its keys."""
    last = guide.rpartition("\n## ")[2]
    assert last.startswith(_("Keyboard shortcuts"))
    sections = re.split(r"^### (.+)$", last, flags=re.MULTILINE)[1:]
    return {title: list(rows(section)) for title, section in zip(sections[::2], sections[1::2], strict=True)}


def rows(section: str) -> Iterator[tuple[str, list[str]]]:
    """Return the rows of a table of two columns, without its head."""
    for row in re.findall(r"^\| (.+) \|$", section, re.MULTILINE)[2:]:
        text, pressed = row.split(" | ")
        yield text, keys(pressed)


def usual(action: Action[Commands]) -> list[str]:
    """Return an action's keys as they are printed, one by one."""
    return [strip_isolates(format_keys([key])) for key in action.default_keys()]


def test_the_table_has_every_action_with_its_words_and_its_keys_and_nothing_else(guide: str) -> None:
    assert table(guide) == {
        _(menu.title).replace("&", ""): [(_(action.text), usual(action)) for action in menu.actions()]
        for menu in walk_menus(MENUS)
    }


def test_the_text_before_the_table_names_every_key_of_a_menu(guide: str) -> None:
    marked = keys(guide.rpartition("\n## ")[0])
    for action in ACTIONS:
        assert set(usual(action)[:1]) <= set(marked), action.name


def test_what_is_in_bold_behind_a_key_is_what_its_action_is_called(guide: str) -> None:
    pairs = re.findall(rf"({KEY.pattern})(?:&lrm;)?\s\(\*\*([^*]+)\*\*\)", guide)
    assert len(pairs) > 20
    texts = {key: _(action.text) for action in ACTIONS for key in usual(action)}
    for key, text in pairs:
        assert texts[keys(key)[0]] == " ".join(text.split())


def test_menus_buttons_and_states_are_called_as_in_the_window(guide: str) -> None:
    words = " ".join(guide.split())
    for text in (_(message).replace("&", "") for message in NAMED):
        assert re.search(rf"\*{re.escape(text)}(?:\*| →| ←)|(?:→|←) {re.escape(text)}\*", words), text
    for state in STATES:
        assert f"| {state_title(state)} |" in words


def test_the_key_that_goes_to_numbers_is_told_of_on_both_keyboards(guide: str) -> None:
    *_letters, (_does, pressed) = describe_keys()
    assert set(pressed.split()) <= set(keys(guide))


# --- Pictures


def test_every_picture_is_shown_by_a_page() -> None:
    names = {
        name
        for page in PAGES
        for name in re.findall(r"(?<=pictures/)[\w.-]+\.(?:png|svg)", page.read_text(encoding="utf-8"))
    }
    assert {path.name for path in (DOCS / "pictures").iterdir()} == names


def test_one_command_makes_all_pictures() -> None:
    assert {path.name for path in (DOCS / "pictures").glob("*.png")} == set(pictures.picture_names())


def test_a_guide_shows_pictures_of_its_own_language(guide: str) -> None:
    others = {language for language in pictures.GUIDES if language != i18n.current_language()}
    names = set(re.findall(r"pictures/([\w.-]+)-(\w\w)\.png", guide))
    assert {language for _name, language in names}.isdisjoint(others)
    assert {name for name, _language in names} == set(GUIDE_PICTURES)


@pytest.mark.parametrize("language", pictures.GUIDES)
def test_the_pages_for_leads_show_pictures_of_their_own_language(language: str) -> None:
    pages = [(DOCS / f"{name}.{language}.md").read_text(encoding="utf-8") for name in ("team", "adjudication")]
    names = [match for page in pages for match in re.findall(r"pictures/([\w.-]+)-(\w\w)\.png", page)]
    assert sorted(names) == sorted((name, language) for name in TEAM_PICTURES)


def test_a_picture_of_the_window_has_the_size_that_it_is_named_for() -> None:
    for path in (DOCS / "pictures").glob("window-*.png"):
        width, height = struct.unpack(">II", path.read_bytes()[16:24])
        assert path.stem.endswith(f"-{width}x{height}")


def test_the_pictures_are_no_burden_to_who_clones() -> None:
    assert sum(path.stat().st_size for path in (DOCS / "pictures").iterdir()) < LARGEST
