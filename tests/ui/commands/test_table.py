"""The table of actions: complete, without conflicts, and with customisable keys."""

from collections import Counter

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotator import i18n
from annotator.model.labels import Colour, Label, default_labels
from annotator.ui.actions.keyboard import to_portable, twin_keys
from annotator.ui.actions.keymap import Keymap
from annotator.ui.commands.table import ACTIONS, MENUS

LABELS = default_labels().labels
DEFAULT_KEYS = {action.name: action.default_keys() for action in ACTIONS}
NAMES = list(DEFAULT_KEYS)


def label(name: str, key: str | None) -> Label:
    return Label(name, {"en": name.title()}, Colour("#000000", "#ffffff"), key)


def sequences_of(keymap: Keymap, name: str) -> list[str]:
    """Return all sequences of an action."""
    return [sequence.toString() for sequence in keymap.sequences(name)]


def test_no_two_actions_or_labels_share_a_key_on_any_keyboard() -> None:
    key_lists = [DEFAULT_KEYS[name] for name in NAMES] + [[to_portable(label.key)] for label in LABELS if label.key]
    counts = Counter(sequence for keys in key_lists for key in keys for sequence in {key, *twin_keys(key)})
    assert [key for key, times in counts.items() if times > 1] == []


@pytest.mark.parametrize("language", i18n.LANGUAGES)
def test_all_default_keys_are_in_force_in_every_language(language: str) -> None:
    i18n.set_language(language)
    keymap = Keymap(MENUS, {}, LABELS)
    for action in ACTIONS:
        assert keymap.keys(action.name) == action.default_keys()
        assert len(keymap.keys(action.name)) == len(action.keys)
        assert keymap.find_conflict(action.name, None) == ""


def test_only_rare_actions_have_no_key() -> None:
    assert [action.name for action in ACTIONS if not action.keys] == ["show_welcome", "about"]


def test_a_custom_key_has_twins_and_replaces_the_default_one() -> None:
    keymap = Keymap(MENUS, {}, LABELS).with_keys("export", ["Ctrl+J"])
    assert keymap.keys("export") == ["Ctrl+J"]
    assert sequences_of(keymap, "export") == ["Ctrl+J", "Ctrl+ت"]
    assert keymap.custom_keys == {"export": ["Ctrl+J"]}
    assert not any("Ctrl+E" in sequences_of(keymap, name) for name in NAMES)


def test_a_removed_key_can_be_assigned_to_another_action() -> None:
    keymap = Keymap(MENUS, {}, LABELS).with_keys("undo", [])
    assert keymap.keys("undo") == sequences_of(keymap, "undo") == []
    assert keymap.find_conflict("export", ["Ctrl+Z"]) == ""
    keymap = keymap.with_keys("export", ["Ctrl+Z"])
    assert sequences_of(keymap, "export") == ["Ctrl+Z", "Ctrl+ئ"]
    assert keymap.find_conflict("undo", None) == "\u2066Ctrl+Z\u2069 is already assigned to “Export training set”."


def test_default_keys_are_not_stored_as_custom_keys() -> None:
    keymap = Keymap(MENUS, {}, LABELS).with_keys("redo", ["F12"]).with_keys("undo", ["F11"])
    assert keymap.with_keys("redo", DEFAULT_KEYS["redo"]).custom_keys == {"undo": ["F11"]}
    assert keymap.with_keys("redo", None).custom_keys == {"undo": ["F11"]}
    assert keymap.with_default_keys().custom_keys == {}


@pytest.mark.parametrize(
    ("key", "message"),
    [
        ("Ctrl+E", "Ctrl+E is already assigned to “Export training set”."),
        ("Left", "← is already assigned to “Next word”."),
        ("Shift+Tab", "Shift+Tab is already assigned to “Previous span”."),
        ("1", "1 is already assigned to “Date”."),
        ("&", "On another keyboard layout, & is already assigned to “Date”."),
        ("Ctrl+Enter", "On another keyboard layout, Ctrl+Enter is already assigned to “Done and next”."),
        ("Alt+C", "Alt+C opens the menu “Corpus”."),
    ],
)
def test_a_conflict_names_the_owner_of_the_key(key: str, message: str) -> None:
    conflict = Keymap(MENUS, {}, LABELS).find_conflict("undo", [key])
    assert conflict.replace("\u2066", "").replace("\u2069", "") == message
    assert Keymap(MENUS, {}, LABELS).find_conflict("undo", ["F12", key]) == conflict


def test_a_submenu_has_no_key() -> None:
    assert Keymap(MENUS, {}, LABELS).find_conflict("undo", ["Alt+L"]) == ""


def test_the_twin_of_a_new_key_can_conflict_too() -> None:
    keymap = Keymap(MENUS, {}, (label("A", "'"),))  # the key of 4 on AZERTY
    assert keymap.find_conflict("undo", ["4"]).endswith("4\u2069 is already assigned to “A”.")
    assert keymap.find_conflict("undo", ["Alt+4"]) == ""


def test_an_action_does_not_conflict_with_its_own_keys() -> None:
    assert Keymap(MENUS, {}, LABELS).find_conflict("undo", ["Ctrl+Z"]) == ""
    assert Keymap(MENUS, {"undo": ["Ctrl+J"]}, LABELS).find_conflict("undo", ["Ctrl+J"]) == ""


def test_label_keys_take_precedence_over_action_keys_and_both_over_twins() -> None:
    labels = (label("A", "b"), label("B", "'"), label("C", "4"), label("D", "ت"), label("E", "B"), label("F", None))
    keymap = Keymap(MENUS, {"quit": ["B"], "done": ["Ctrl+D", "7"]}, labels)
    assert keymap.keys("quit") == []
    assert keymap.keys("done") == ["Ctrl+D", "7"]
    assert {name: [sequence.toString() for sequence in keymap.label_sequences(name)] for name in "ABCDEF"} == {
        "A": ["B", "ﻻ"],
        "B": ["'", "ط"],
        "C": ["4", "٤", "۴"],  # not the apostrophe of AZERTY, which belongs to B
        "D": ["J", "ت"],
        "E": [],
        "F": [],
    }


def test_custom_keys_take_precedence_over_default_keys() -> None:
    keymap = Keymap(MENUS, {"quit": ["Ctrl+N"]}, ())
    assert keymap.keys("quit") == ["Ctrl+N"]
    assert keymap.keys("new_corpus") == []


def test_invalid_custom_keys_are_ignored_but_kept() -> None:
    changed = {"ribbon": ["Ctrl+Z"], "undo": ["Ctrl+Bogus", "F12", ""], "redo": ["Strg+Z"], "copy": ["Ctrl+K, Ctrl+C"]}
    keymap = Keymap(MENUS, changed, LABELS)
    assert keymap.keys("undo") == ["F12"]
    assert keymap.keys("redo") == DEFAULT_KEYS["redo"]
    assert keymap.keys("copy") == DEFAULT_KEYS["copy"]
    assert keymap.custom_keys == changed
    assert keymap.with_default_keys().custom_keys == {"ribbon": ["Ctrl+Z"]}
    assert keymap.with_keys("undo", None).custom_keys == {
        name: keys for name, keys in changed.items() if name != "undo"
    }


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
def test_no_sequence_has_two_owners_with_any_custom_keys(changed: dict[str, list[str]], keys: list[str | None]) -> None:
    keymap = Keymap(MENUS, changed, [label(f"L{index}", key) for index, key in enumerate(keys)])
    sequences = [sequence for name in NAMES for sequence in sequences_of(keymap, name)]
    sequences += [sequence.toString() for index in range(len(keys)) for sequence in keymap.label_sequences(f"L{index}")]
    assert [key for key, times in Counter(sequences).items() if times > 1] == []
    assert msgspec.json.decode(msgspec.json.encode(keymap.custom_keys), type=dict[str, list[str]]) == changed


@given(CHANGED, LABEL_KEYS, st.sampled_from(NAMES), KEYS.map(to_portable).filter(bool))
def test_a_key_without_conflict_takes_no_key_from_others(
    changed: dict[str, list[str]], keys: list[str | None], name: str, key: str
) -> None:
    labels = [label(f"L{index}", key) for index, key in enumerate(keys)]
    keymap = Keymap(MENUS, changed, labels)
    after = keymap.with_keys(name, [key])
    if keymap.find_conflict(name, [key]):
        return
    assert after.keys(name) == [key]
    for other in NAMES:
        if other != name:
            assert set(sequences_of(after, other)) >= set(sequences_of(keymap, other))
    for other_label in labels:
        assert after.label_sequences(other_label.name) == keymap.label_sequences(other_label.name)


def test_a_key_of_an_action_under_its_former_name_is_its_key() -> None:
    keymap = Keymap(MENUS, {"put_right": ["Ctrl+J"], "next_pane": ["F12"], "next_panel": ["F11"]}, LABELS)
    assert keymap.keys("apply_fix") == ["Ctrl+J"]
    assert keymap.custom_keys == {"apply_fix": ["Ctrl+J"], "next_panel": ["F11"]}


def test_a_key_that_became_another_actions_default_stays_with_who_chose_it() -> None:
    assert Keymap(MENUS, {}, LABELS).keys("focus_menu_bar") == ["F10"]
    for name in ("next_issue", "next_question"):
        keymap = Keymap(MENUS, {name: ["F10"]}, LABELS)
        assert (keymap.keys("next_issue"), keymap.keys("focus_menu_bar")) == (["F10"], [])


def test_names_are_distinct_and_former_names_no_longer_in_use() -> None:
    assert len(NAMES) == len(ACTIONS)
    former_names = [action.former_name for action in ACTIONS if action.former_name]
    assert len(set(former_names)) == len(former_names) == 9
    assert set(former_names).isdisjoint(NAMES)
