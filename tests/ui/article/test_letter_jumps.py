"""Navigation to words by their first letter."""

import shutil
import subprocess
from collections.abc import Callable, Iterator

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QGuiApplication, QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from ui.inspection import Stretch

from annotator.model.article_builder import build_article
from annotator.model.label_changes import LabelChange
from annotator.model.labels import LabelSet
from annotator.store.label_set import change_labels
from annotator.text.punctuation import is_punctuation
from annotator.text.tokenizer import tokenize
from annotator.ui.article.letter_jumps import NUMBER, initial_forms, pressed_letters
from annotator.ui.dialogs.keys import KeysDialog
from annotator.ui.session.session import Session
from annotator.ui.window import Window

PLAIN, SHIFT = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier


@pytest.mark.parametrize(
    ("word", "forms"),
    [
        ("وزارة", {"وزارة"}),
        ("المكتب", {"مكتب"}),
        ("الْكَلَامِ", {"كلام"}),
        ("الـــكتاب", {"كتاب"}),
        ("بالمركز", {"مركز", "بالمركز"}),
        ("وبالمركز", {"مركز", "وبالمركز"}),
        ("للأمم", {"امم", "للامم"}),
        ("وللأمم", {"امم", "وللامم"}),
        ("ألمانيا", {"المانيا"}),
        ("إلى", {"الي"}),
        ("آذار", {"اذار"}),
        ("ﻷﺣﺰﺍﺏ", {"لاحزاب"}),
        ("الف", {"الف"}),
        ("CNSS", {"cnss"}),
        ("٢٠٢٤-٢٠٢٨", {NUMBER}),
        ("12/05/2025", {NUMBER}),
        ("،", {"،"}),
        ("ـ", set()),
    ],
)
def test_initial_forms_of_words(word: str, forms: set[str]) -> None:
    assert initial_forms(word) == forms


@given(
    st.lists(
        st.sampled_from(("لأحزاب", "الكَلَامِ", "كـــتاب", "😀", "👨‍👩‍👧", "\u200f", "2024", "a", " ", "«", "ﷺ", "و"))
        | st.characters(codec="utf-8"),
        max_size=12,
    ).map("".join)
)
def test_every_word_has_an_initial_form(text: str) -> None:
    for token in tokenize(text):
        word = text[slice(*token)]
        if word[0].isalnum() and word[0] != "ـ" and not is_punctuation(text, token):
            assert initial_forms(word)
        assert all(initial_forms(word))


def press(key: int, text: str, modifiers: Qt.KeyboardModifier = PLAIN, code: int = 0) -> QKeyEvent:
    return QKeyEvent(QEvent.Type.KeyPress, key, modifiers, code, 0, 0, text)


@pytest.mark.parametrize(
    ("event", "letters"),
    [
        (press(ord("م"), "م"), ("م", "l")),
        (press(Qt.Key.Key_L, "l"), ("م", "l")),
        (press(Qt.Key.Key_L, "L", SHIFT), ("م", "l")),
        (press(0xFEFB, "ﻻ"), ("لا", "b")),
        (press(Qt.Key.Key_N, "n"), (NUMBER, "n")),
        (press(ord("ى"), "ى"), (NUMBER, "n")),
        (press(Qt.Key.Key_BracketLeft, "["), ("ج",)),
        (press(Qt.Key.Key_L, "l", Qt.KeyboardModifier.ControlModifier), ()),
        (press(Qt.Key.Key_L, "l", Qt.KeyboardModifier.AltModifier), ()),
        (press(Qt.Key.Key_4, "4"), ()),
        (press(ord("٤"), "٤"), ()),
        (press(Qt.Key.Key_Space, " "), ()),
        (press(Qt.Key.Key_Shift, "", SHIFT), ()),
        (press(Qt.Key.Key_F5, ""), ()),
    ],
)
def test_pressed_letters_of_a_key(event: QKeyEvent, letters: tuple[str, ...]) -> None:
    assert pressed_letters(event) == letters


@pytest.mark.parametrize("platform", ["xcb", "windows"])
def test_letters_go_by_the_position_of_the_key(platform: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(QGuiApplication, "platformName", lambda: platform)
    scan_offset = 8 if platform == "xcb" else 0
    assert pressed_letters(press(ord("آ"), "آ", SHIFT, 49 + scan_offset)) == (NUMBER, "n")
    assert pressed_letters(press(Qt.Key.Key_A, "a", PLAIN, 16 + scan_offset)) == ("ض", "a")  # AZERTY
    assert pressed_letters(press(Qt.Key.Key_Apostrophe, "'", PLAIN, 5 + scan_offset)) == ()  # its 4
    assert pressed_letters(press(0x64E, "\u064e", SHIFT, 16 + scan_offset)) == ("ض", "q")
    assert pressed_letters(press(Qt.Key.Key_Q, "q", Qt.KeyboardModifier.ControlModifier, 16 + scan_offset)) == ()


def test_a_letter_moves_to_the_next_word_and_shift_selects_up_to_it(window: Window, stretch: Stretch) -> None:
    view = window.view
    QTest.keyClick(view, Qt.Key.Key_O)  # خ
    assert view.current_offset() == stretch("خطة")[0]
    QTest.keyClick(view, Qt.Key.Key_O)
    assert view.current_offset() == stretch("الخطة")[0]
    QTest.keyClick(view, Qt.Key.Key_N, SHIFT)
    assert view.selected_text() == "الخطة الوطنية للتلقيح 2024-2030"
    QTest.keyClick(view, Qt.Key.Key_3)
    assert [(span.start, span.end) for span in window.session.spans] == [stretch("الخطة الوطنية للتلقيح 2024-2030")]


def type_letter(window: Window, key: Qt.Key, text: str, at: int, modifiers: Qt.KeyboardModifier = PLAIN) -> None:
    """Press a letter's key at this time, in milliseconds."""
    for kind in (QEvent.Type.ShortcutOverride, QEvent.Type.KeyPress):
        event = QKeyEvent(kind, key, modifiers, text)
        event.setTimestamp(at)
        QApplication.sendEvent(window.view, event)


def test_letters_typed_quickly_are_the_beginning_of_a_word(window: Window, stretch: Stretch) -> None:
    view = window.view
    type_letter(window, Qt.Key.Key_G, "ل", 1000)
    assert view.current_offset() == stretch("للتلقيح")[0]
    type_letter(window, Qt.Key.Key_T, "ف", 1300)
    assert view.current_offset() == stretch("لفائدة")[0], "the first word with both letters, not the next with ف"
    QTest.keyClick(view, Qt.Key.Key_Backspace, SHIFT)
    assert view.current_offset() == stretch("للتلقيح")[0]


def test_after_a_pause_a_letter_begins_another_word(window: Window, stretch: Stretch) -> None:
    type_letter(window, Qt.Key.Key_G, "ل", 1000)
    type_letter(window, Qt.Key.Key_T, "ف", 1800)
    assert window.view.current_offset() == stretch("في")[0]


def test_the_same_letter_goes_from_word_to_word(window: Window, stretch: Stretch) -> None:
    for at in (1000, 1200):
        type_letter(window, Qt.Key.Key_O, "خ", at)
    assert window.view.current_offset() == stretch("الخطة")[0]


def test_letters_that_no_word_begins_with_lead_to_the_last_ones_word(window: Window, stretch: Stretch) -> None:
    type_letter(window, Qt.Key.Key_O, "خ", 1000)
    type_letter(window, Qt.Key.Key_H, "ا", 1200)
    assert window.view.current_offset() == stretch("أعلنت")[0]


def test_a_label_between_letters_parts_them(window: Window, stretch: Stretch) -> None:
    type_letter(window, Qt.Key.Key_G, "ل", 1000)
    QTest.keyClick(window.view, Qt.Key.Key_3)
    type_letter(window, Qt.Key.Key_T, "ف", 1200)
    assert window.view.current_offset() == stretch("في")[0]
    assert [span.label for span in window.session.spans] == ["PLAN"]


def test_several_letters_select_up_to_a_word(window: Window, stretch: Stretch) -> None:
    window.view.move_to(stretch("الوطنية")[0])
    type_letter(window, Qt.Key.Key_G, "ل", 1000, SHIFT)
    assert window.view.selected_text() == "الوطنية للتلقيح"
    type_letter(window, Qt.Key.Key_T, "ف", 1200, SHIFT)
    assert window.view.selected_text() == "الوطنية للتلقيح 2024-2030 لفائدة"


def test_the_key_of_numbers_is_alef_maksura_within_a_word(window: Window, session: Session) -> None:
    assert session.corpus
    session.corpus.add(build_article("إلى مدينة مراكش 2024 تلقت ملى مبكرا"))
    session.reload()
    session.open_by_id(3)
    assert session.article
    assert session.article.text.startswith("إلى")
    for key, text, at in ((Qt.Key.Key_L, "م", 1000), (Qt.Key.Key_G, "ل", 1200), (Qt.Key.Key_N, "ى", 1400)):
        type_letter(window, key, text, at)
    assert session.article.text[window.view.current_offset() :].startswith("ملى")


def test_a_letter_selects_entire_quotations(window: Window, stretch: Stretch) -> None:
    window.view.move_to(stretch("برنامج")[0])
    QTest.keyClick(window.view, Qt.Key.Key_N, SHIFT)
    assert window.view.selected_text() == "برنامج العمل 2025"
    window.view.move_to(stretch("رأيا")[0])
    QTest.keyClick(window.view, Qt.Key.Key_N, SHIFT)
    assert window.view.selected_text() == "رأيا آخر في «برنامج العمل 2025»"


def test_with_a_span_selected_shift_moves_its_end(window: Window, stretch: Stretch) -> None:
    start, _end = stretch("الخطة الوطنية")
    window.session.tag("PLAN", start, _end)
    QTest.keyClick(window.view, Qt.Key.Key_N, SHIFT)
    assert [(span.start, span.end) for span in window.session.spans] == [stretch("الخطة الوطنية للتلقيح 2024-2030")]
    QTest.keyClick(window.view, Qt.Key.Key_H)  # أ of الأطفال: the caret moves on and the span stays
    assert window.view.current_offset() == stretch("الأطفال")[0]
    assert window.session.selection is None


def test_shift_backspace_undoes_jumps(window: Window, stretch: Stretch) -> None:
    view = window.view
    QTest.keyClick(view, Qt.Key.Key_D)
    QTest.keyClick(view, Qt.Key.Key_L, SHIFT)
    QTest.keyClick(view, Qt.Key.Key_Backspace, SHIFT)
    assert (view.selection, view.current_offset()) == (None, stretch("يوليوز")[0])
    view.move_to_word(view.caret.focus + 1, extend=True)
    selection = view.selection
    QTest.keyClick(view, Qt.Key.Key_N)
    QTest.keyClick(view, Qt.Key.Key_Backspace, SHIFT)
    assert view.selection == selection
    QTest.keyClick(view, Qt.Key.Key_Backspace, SHIFT)
    assert view.current_offset() == 0
    QTest.keyClick(view, Qt.Key.Key_Backspace, SHIFT)  # the history is empty
    assert view.current_offset() == 0


def test_jumps_in_another_article_are_not_undone(window: Window) -> None:
    QTest.keyClick(window.view, Qt.Key.Key_N)
    window.session.open_article(1)
    window.view.move_to_word(3)
    QTest.keyClick(window.view, Qt.Key.Key_Backspace, SHIFT)
    assert window.view.caret.focus == 3


def test_a_letter_without_a_matching_word_is_reported(window: Window, stretch: Stretch) -> None:
    window.view.move_to(stretch("الذي")[0])
    focus = window.view.caret.focus
    for key, message in ((Qt.Key.Key_Q, "No following word begins with “ض”."), (Qt.Key.Key_D, "“ي”")):
        QTest.keyClick(window.view, key)
        assert message in window.toast.message()
        assert window.view.caret.focus == focus
    window.view.move_to(stretch("أعدته")[0])
    QTest.keyClick(window.view, Qt.Key.Key_N)
    assert window.toast.message() == "No number follows."


def test_folded_words_are_skipped(window: Window, stretch: Stretch) -> None:
    window.view.move_to(stretch("أعلنت")[0])
    QTest.keyClick(window.view, Qt.Key.Key_F9)
    window.view.move_to(0)
    QTest.keyClick(window.view, Qt.Key.Key_N)
    assert window.view.current_offset() == stretch("2025")[0]


@pytest.mark.parametrize(("key", "characters"), [("l", "lم"), ("م", "lم"), ("n", "nى")])
def test_a_letter_that_is_the_key_of_a_label_tags(window: Window, session: Session, key: str, characters: str) -> None:
    assert session.corpus
    before = session.labels
    date, *remainder = before.labels
    after = LabelSet((msgspec.structs.replace(date, key=key), *remainder))
    names = {label.name: label.name for label in before.labels}
    list(change_labels(session.corpus, LabelChange(before, after, names)))
    session.reload()
    for character in characters:
        QTest.sendKeyEvent(QTest.KeyAction.Click, window.view, Qt.Key(ord(character.upper())), character, PLAIN)
        assert [(span.label, span.start) for span in session.spans] == [("DATE", 0)]
        session.undo()


def test_letters_typed_in_a_field_do_not_move_the_caret(window: Window) -> None:
    window.articles_sidebar.start_search("")
    QTest.keyClicks(window.articles_sidebar.search_line, "nl")
    assert window.articles_sidebar.search_line.text() == "nl"
    assert window.view.caret.focus == 0


def test_the_list_of_shortcuts_explains_letters(window: Window) -> None:
    sheet = KeysDialog(window, window._actions.keymap)
    rows = {row.text(0): row.text(1) for row in sheet._rows()}
    assert rows["Next word that begins with the letter"] == "letter"
    assert rows["Next word that begins with several letters"] == "letters, typed quickly"
    assert rows["Select to that word"] == "Shift and letter"
    assert rows["Next number, or with Shift select to it"] == "N   ى"


@pytest.fixture
def keyboard() -> Iterator[Callable[..., None]]:
    """Return a function that sets the layout of the X server."""
    if QGuiApplication.platformName() != "xcb" or not shutil.which("setxkbmap"):
        pytest.skip("no X server here whose layout can be set")

    def set_layout(*layout: str) -> None:
        subprocess.run(["setxkbmap", *layout], check=True)

    yield set_layout
    subprocess.run(["setxkbmap", "-layout", "us"], check=True)


@pytest.mark.parametrize(
    "layout",
    [("ara",), ("ara", "digits"), ("us",), ("fr",), ("ma",), ("us,ara",), ("fr,ma",)],
    ids=lambda layout: "-".join(layout),
)
def test_letter_keys_work_with_every_layout(
    keyboard: Callable[..., None], window: Window, stretch: Stretch, qtbot: QtBot, layout: tuple[str, ...]
) -> None:
    from Xlib import X
    from Xlib.display import Display
    from Xlib.ext import xtest

    keyboard("-layout", layout[0], *(["-variant", layout[1]] if layout[1:] else []))
    display = Display()
    view = window.view

    def tap(*codes: int) -> None:
        for kind, order in ((X.KeyPress, codes), (X.KeyRelease, codes[::-1])):
            for code in order:
                xtest.fake_input(display, kind, code)
        display.sync()

    tap(32)  # the key of O and خ
    qtbot.waitUntil(lambda: view.current_offset() == stretch("خطة")[0])
    tap(50, 57)  # Shift and the key of N and ى
    qtbot.waitUntil(lambda: view.selected_text().endswith("09"))
    tap(24)  # the key of Q and ض, A on AZERTY
    qtbot.waitUntil(lambda: "“ض”" in window.toast.message())
    display.close()
