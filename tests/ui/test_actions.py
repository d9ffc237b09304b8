"""The table of actions: complete, without clashes, and the same on an Arabic keyboard."""

from collections import Counter

import pytest
from PySide6.QtGui import QKeySequence

from annotator.ui.actions import ACTIONS, key_sequences
from annotator.ui.corpus_commands import CorpusCommands, default_labels
from annotator.ui.tagging_commands import TaggingCommands
from annotator.ui.window import Window


def test_every_action_is_a_method_of_exactly_one_part() -> None:
    for action in ACTIONS:
        owners = [part for part in (Window, TaggingCommands, CorpusCommands) if action.name in vars(part)]
        assert len(owners) == 1, action.name


def test_no_two_actions_share_a_key_on_either_keyboard() -> None:
    rows = [*((action.name, action.keys) for action in ACTIONS)]
    rows += [(label.name, (label.key,)) for label in default_labels().labels if label.key]
    counts = Counter(sequence.toString() for _name, keys in rows for sequence in key_sequences(keys))
    assert [key for key, times in counts.items() if times > 1] == []


def test_every_action_has_a_key_or_is_of_no_hurry() -> None:
    assert [action.name for action in ACTIONS if not action.keys] == ["about"]


@pytest.mark.parametrize(
    ("key", "twins"),
    [("1", ["1", "١", "۱"]), ("Ctrl+Z", ["Ctrl+Z", "Ctrl+ئ"]), ("Ctrl+Shift+Z", ["Ctrl+Shift+Z", "Ctrl+Shift+ئ"])],
)
def test_a_key_has_its_twins_on_an_arabic_keyboard(key: str, twins: list[str]) -> None:
    assert {sequence.toString() for sequence in key_sequences([key])} >= {
        QKeySequence(twin).toString() for twin in twins
    }


@pytest.mark.parametrize("key", ["Delete", "Ctrl++", "Ctrl+-", "F1", "Shift+Left"])
def test_keys_that_are_the_same_everywhere_stay_alone(key: str) -> None:
    assert [sequence.toString() for sequence in key_sequences([key])] == [QKeySequence(key).toString()]
