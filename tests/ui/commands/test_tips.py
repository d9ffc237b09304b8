"""Tips on keys that nobody guesses: each once, where it helps, in the status line."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from ui.inspection import Stretch

from annotator import settings
from annotator.model.records import Suggestion
from annotator.ui.commands.tips import Tips
from annotator.ui.window import Window

EDGE_KEYS = "Shift+←   Shift+→   Ctrl+Shift+←   Ctrl+Shift+→"
EDGE_TIP = f"The edges of a suggestion can be moved before you accept it: {EDGE_KEYS}"


def hint(window: Window) -> str:
    return window.status_line.hint().translate(str.maketrans("", "", "\u2066\u2069"))


def seen() -> list[str]:
    return settings.load().seen_tips


def test_many_steps_from_word_to_word_show_how_to_jump(window: Window) -> None:
    for step in range(12):
        assert hint(window) == "", step
        QTest.keyClick(window.view, Qt.Key.Key_Left)
    assert hint(window).startswith("A letter goes to the next word that begins with it")
    assert hint(window).endswith("Back: Shift+Backspace")
    assert seen() == ["letters"]


def test_steps_count_in_one_article_alone(window: Window) -> None:
    for _time in range(3):
        for _step in range(8):
            QTest.keyClick(window.view, Qt.Key.Key_Left)
        window.session.open_article(1 - window.session.current_index())
    assert hint(window) == ""


def test_the_first_jump_is_explained_once(window: Window) -> None:
    QTest.keyClick(window.view, Qt.Key.Key_H, Qt.KeyboardModifier.NoModifier)  # ا
    assert "Back: Shift+Backspace" in hint(window)
    window.status_line.show_hint("")
    QTest.keyClick(window.view, Qt.Key.Key_H, Qt.KeyboardModifier.NoModifier)
    assert hint(window) == ""


def test_a_number_tagged_by_hand_shows_how_to_go_to_numbers(window: Window, stretch: Stretch) -> None:
    assert window.session.tag("INSTITUTION", *stretch("وزارة الصحة"))
    assert hint(window) == ""
    assert window.session.tag("DATE", *stretch("09 يوليوز 2024"))
    assert hint(window) == "To the next number: N   ى"


def suggestion(stretch: Stretch, words: str) -> Suggestion:
    return Suggestion(*stretch(words), "DATE", "dates", 0.9)


def test_edges_moved_after_accepting_show_that_they_move_before(window: Window, stretch: Stretch) -> None:
    accepted = suggestion(stretch, "09 يوليوز")
    assert window.session.accept(accepted, accepted)
    assert hint(window) == ""
    assert window.session.resize(window.session.spans[0], *stretch("09 يوليوز 2024"))
    assert hint(window) == EDGE_TIP


def test_a_span_in_place_of_a_rejected_suggestion_shows_it_too(window: Window, stretch: Stretch) -> None:
    assert window.session.reject(suggestion(stretch, "09 يوليوز"))
    assert window.session.tag("DATE", *stretch("الثلاثاء 09 يوليوز 2024"))
    assert hint(window) == EDGE_TIP


def test_many_suggestions_accepted_one_by_one_show_how_to_accept_what_is_in_view(
    window: Window, stretch: Stretch
) -> None:
    places = ("الصحة", "تطلق", "خطة", "وطنية", "أعلنت", "الخطة")
    several = [suggestion(stretch, words) for words in ("بالرباط", "المصدر")]
    assert window.session.accept_all(several)
    for words in places:
        assert hint(window) == "", words
        accepted = suggestion(stretch, words)
        assert window.session.accept(accepted, accepted)
    assert hint(window) == "What is left in view is accepted at once: Alt+Enter"
    assert seen() == ["in_view"]


def test_an_undo_shows_nothing(window: Window, stretch: Stretch) -> None:
    accepted = suggestion(stretch, "09 يوليوز")
    assert window.session.accept(accepted, accepted)
    window.session.undo()
    window.session.redo()
    assert hint(window) == ""


def test_a_tip_names_the_keys_in_force(window: Window, stretch: Stretch) -> None:
    window.settings.save(keys={"jump_back": ["F12"]})
    QTest.keyClick(window.view, Qt.Key.Key_H)
    assert hint(window).endswith("Back: F12")


@pytest.mark.parametrize("name", ["hint", "focus mode"])
def test_a_tip_waits_until_it_can_be_seen(window: Window, name: str) -> None:
    if name == "hint":
        window.status_line.show_hint("another hint")
    else:
        window.action("toggle_focus_mode").trigger()
    QTest.keyClick(window.view, Qt.Key.Key_H)
    assert seen() == []
    assert hint(window) == ("another hint" if name == "hint" else "")


def test_a_tip_goes_by_itself(window: Window) -> None:
    QTest.keyClick(window.view, Qt.Key.Key_H)
    assert hint(window)
    [tips] = window.findChildren(Tips)
    tips._timer.timeout.emit()
    assert hint(window) == ""
