"""The table of actions: complete, without clashes, and with keys that can be changed."""

from collections import Counter

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotator import i18n
from annotator.model.labels import Colour, Label, default_labels
from annotator.ui.actions.keyboard import portable, twins
from annotator.ui.actions.table import ACTIONS, Keymap, usual_keys
from annotator.ui.commands.backup_commands import BackupCommands
from annotator.ui.commands.caret_commands import CaretCommands
from annotator.ui.commands.corpus_commands import CorpusCommands
from annotator.ui.commands.edge_commands import EdgeCommands
from annotator.ui.commands.find_commands import FindingCommands
from annotator.ui.commands.issue_commands import CheckingCommands
from annotator.ui.commands.suggestion_commands import SuggestionCommands
from annotator.ui.commands.tagging_commands import TaggingCommands
from annotator.ui.commands.view_commands import ShowingCommands
from annotator.ui.commands.welcome_commands import WelcomeCommands
from annotator.ui.window import Window

LABELS = default_labels().labels
NAMES = [action.name for action in ACTIONS]


def label(name: str, key: str | None) -> Label:
    return Label(name, {"en": name.title()}, Colour("#000000", "#ffffff"), key)


def shown(keymap: Keymap, name: str) -> list[str]:
    """Every sequence of an action."""
    return [sequence.toString() for sequence in keymap.sequences(name)]


def test_every_action_is_a_method_of_exactly_one_part() -> None:
    parts = (
        Window,
        TaggingCommands,
        SuggestionCommands,
        EdgeCommands,
        CaretCommands,
        FindingCommands,
        CheckingCommands,
        CorpusCommands,
        BackupCommands,
        ShowingCommands,
        WelcomeCommands,
    )
    for action in ACTIONS:
        assert len([part for part in parts if action.name in vars(part)]) == 1, action.name


def test_no_two_have_a_key_on_any_keyboard() -> None:
    wanted = [usual_keys(name) for name in NAMES] + [[portable(label.key)] for label in LABELS if label.key]
    counts = Counter(sequence for keys in wanted for key in keys for sequence in {key, *twins(key)})
    assert [key for key, times in counts.items() if times > 1] == []


@pytest.mark.parametrize("language", i18n.LANGUAGES)
def test_every_key_of_the_table_is_in_force_beside_the_menus(language: str) -> None:
    i18n.use(language)
    keymap = Keymap({}, LABELS)
    for action in ACTIONS:
        assert keymap.keys(action.name) == usual_keys(action.name)
        assert len(keymap.keys(action.name)) == len(action.keys)
        assert keymap.clash(action.name, None) == ""


def test_every_action_has_a_key_or_is_of_no_hurry() -> None:
    assert [action.name for action in ACTIONS if not action.keys] == ["show_welcome", "about"]


def test_a_changed_key_has_its_twins_and_the_usual_one_does_nothing() -> None:
    keymap = Keymap({}, LABELS).changing("export", ["Ctrl+J"])
    assert keymap.keys("export") == ["Ctrl+J"]
    assert shown(keymap, "export") == ["Ctrl+J", "Ctrl+ت"]
    assert keymap.changed == {"export": ["Ctrl+J"]}
    assert not any("Ctrl+E" in shown(keymap, name) for name in NAMES)


def test_a_key_may_be_taken_away_and_given_to_another() -> None:
    keymap = Keymap({}, LABELS).changing("undo", [])
    assert keymap.keys("undo") == shown(keymap, "undo") == []
    assert keymap.clash("export", ["Ctrl+Z"]) == ""
    keymap = keymap.changing("export", ["Ctrl+Z"])
    assert shown(keymap, "export") == ["Ctrl+Z", "Ctrl+ئ"]
    assert keymap.clash("undo", None) == "\u2066Ctrl+Z\u2069 is the key of “Export the training set”."


def test_the_usual_keys_are_no_change() -> None:
    keymap = Keymap({}, LABELS).changing("redo", ["F12"]).changing("undo", ["F11"])
    assert keymap.changing("redo", usual_keys("redo")).changed == {"undo": ["F11"]}
    assert keymap.changing("redo", None).changed == {"undo": ["F11"]}
    assert keymap.usual().changed == {}


@pytest.mark.parametrize(
    ("key", "said"),
    [
        ("Ctrl+E", "Ctrl+E is the key of “Export the training set”."),
        ("Left", "← is the key of “One word on”."),
        ("Shift+Tab", "Shift+Tab is the key of “Previous span”."),
        ("1", "1 is the key of “Date”."),
        ("&", "On another keyboard, & is the key of “Date”."),
        ("Ctrl+Enter", "On another keyboard, Ctrl+Enter is the key of “Done and next”."),
        ("Alt+C", "Alt+C opens the menu “Corpus”."),
    ],
)
def test_a_clash_names_who_has_the_key(key: str, said: str) -> None:
    found = Keymap({}, LABELS).clash("undo", [key])
    assert found.replace("\u2066", "").replace("\u2069", "") == said
    assert Keymap({}, LABELS).clash("undo", ["F12", key]) == found


def test_the_menu_within_a_menu_has_no_key_of_its_own() -> None:
    assert Keymap({}, LABELS).clash("undo", ["Alt+L"]) == ""


def test_a_twin_of_the_new_key_clashes_too() -> None:
    keymap = Keymap({}, (label("A", "'"),))  # where AZERTY has its 4
    assert keymap.clash("undo", ["4"]).endswith("4\u2069 is the key of “A”.")
    assert keymap.clash("undo", ["Ctrl+4"]) == ""


def test_an_actions_own_keys_and_their_twins_are_no_clash() -> None:
    assert Keymap({}, LABELS).clash("undo", ["Ctrl+Z"]) == ""
    assert Keymap({"undo": ["Ctrl+J"]}, LABELS).clash("undo", ["Ctrl+J"]) == ""


def test_a_labels_key_comes_before_an_actions_and_any_key_before_a_twin() -> None:
    labels = (label("A", "b"), label("B", "'"), label("C", "4"), label("D", "ت"), label("E", "B"), label("F", None))
    keymap = Keymap({"quit": ["B"], "done": ["Ctrl+D", "7"]}, labels)
    assert keymap.keys("quit") == []
    assert keymap.keys("done") == ["Ctrl+D", "7"]
    assert {name: [one.toString() for one in keymap.label_sequences(name)] for name in "ABCDEF"} == {
        "A": ["B", "ﻻ"],
        "B": ["'", "ط"],
        "C": ["4", "٤", "۴"],  # and not the apostrophe of AZERTY, which B has
        "D": ["J", "ت"],
        "E": [],
        "F": [],
    }


def test_what_a_person_chose_comes_before_what_is_usual() -> None:
    keymap = Keymap({"quit": ["Ctrl+N"]}, ())
    assert keymap.keys("quit") == ["Ctrl+N"]
    assert keymap.keys("new_corpus") == []


def test_what_does_not_read_is_passed_over_and_kept() -> None:
    changed = {"ribbon": ["Ctrl+Z"], "undo": ["Ctrl+Bogus", "F12", ""], "redo": ["Strg+Z"], "copy": ["Ctrl+K, Ctrl+C"]}
    keymap = Keymap(changed, LABELS)
    assert keymap.keys("undo") == ["F12"]
    assert keymap.keys("redo") == usual_keys("redo")
    assert keymap.keys("copy") == usual_keys("copy")
    assert keymap.changed == changed
    assert keymap.usual().changed == {"ribbon": ["Ctrl+Z"]}
    assert keymap.changing("undo", None).changed == {name: keys for name, keys in changed.items() if name != "undo"}


KEYS = st.sampled_from(
    [
        "",
        "F12",
        "Ctrl+Z",
        "ctrl+z",
        "Ctrl+ئ",
        "B",
        "ﻻ",
        "4",
        "٤",
        "'",
        "Alt+C",
        "Tab",
        "Ctrl+E",
        "Left",
        "é",
        "2",
        "لا",
        "😀",
    ]
) | st.text(max_size=3)
CHANGED = st.dictionaries(st.sampled_from([*NAMES, "ribbon"]) | st.text(), st.lists(KEYS, max_size=3), max_size=6)
LABEL_KEYS = st.lists(st.none() | st.characters(codec="utf-8", exclude_characters="\0"), max_size=5)


@given(CHANGED, LABEL_KEYS)
def test_no_sequence_is_anybodys_twice_whatever_was_changed(
    changed: dict[str, list[str]], keys: list[str | None]
) -> None:
    keymap = Keymap(changed, [label(f"L{at}", key) for at, key in enumerate(keys)])
    sequences = [sequence for name in NAMES for sequence in shown(keymap, name)]
    sequences += [one.toString() for at in range(len(keys)) for one in keymap.label_sequences(f"L{at}")]
    assert [key for key, times in Counter(sequences).items() if times > 1] == []
    assert msgspec.json.decode(msgspec.json.encode(keymap.changed), type=dict[str, list[str]]) == changed


@given(CHANGED, LABEL_KEYS, st.sampled_from(NAMES), KEYS.map(portable).filter(bool))
def test_a_key_that_clashes_with_nobody_takes_nothing_from_anybody(
    changed: dict[str, list[str]], keys: list[str | None], name: str, key: str
) -> None:
    labels = [label(f"L{at}", key) for at, key in enumerate(keys)]
    keymap = Keymap(changed, labels)
    after = keymap.changing(name, [key])
    if keymap.clash(name, [key]):
        return
    assert after.keys(name) == [key]
    for other in NAMES:
        if other != name:
            assert set(shown(after, other)) >= set(shown(keymap, other))
    for one in labels:
        assert after.label_sequences(one.name) == keymap.label_sequences(one.name)
