"""Going to a word by its first letter: what words begin with, which key is which letter, and where one gets to."""

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
from pytestqt.qtbot import QtBot

from annotator.model.label_changes import Change
from annotator.model.labels import LabelSet
from annotator.store.label_set import change_labels
from annotator.text.punctuation import is_punctuation
from annotator.text.tokenizer import tokens
from annotator.ui.article.jump import NUMBER, beginnings, letters
from annotator.ui.dialogs.keys import KeysDialog
from annotator.ui.session.session import Session
from annotator.ui.window import Window

Stretch = Callable[..., tuple[int, int]]
PLAIN, SHIFT = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier


@pytest.mark.parametrize(
    ("word", "found"),
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
def test_what_a_word_begins_with(word: str, found: set[str]) -> None:
    assert beginnings(word) == found


@given(
    st.lists(
        st.sampled_from(("لأحزاب", "الكَلَامِ", "كـــتاب", "😀", "👨‍👩‍👧", "\u200f", "2024", "a", " ", "«", "ﷺ", "و"))
        | st.characters(codec="utf-8"),
        max_size=12,
    ).map("".join)
)
def test_every_word_begins_with_something_of_itself(text: str) -> None:
    for token in tokens(text):
        word = text[slice(*token)]
        if any(letter.isalnum() for letter in word[:1]) and not is_punctuation(text, token):
            assert beginnings(word)
        assert all(beginnings(word))


def press(key: int, text: str, modifiers: Qt.KeyboardModifier = PLAIN, code: int = 0) -> QKeyEvent:
    return QKeyEvent(QEvent.Type.KeyPress, key, modifiers, code, 0, 0, text)


@pytest.mark.parametrize(
    ("event", "meant"),
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
def test_which_letter_a_key_is(event: QKeyEvent, meant: tuple[str, ...]) -> None:
    assert letters(event) == meant


@pytest.mark.parametrize("platform", ["xcb", "windows"])
def test_a_letter_is_a_place_on_the_keyboard(platform: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(QGuiApplication, "platformName", lambda: platform)
    more = 8 if platform == "xcb" else 0
    assert letters(press(ord("آ"), "آ", SHIFT, 49 + more)) == (NUMBER, "n")
    assert letters(press(Qt.Key.Key_A, "a", PLAIN, 16 + more)) == ("ض", "a")  # AZERTY
    assert letters(press(Qt.Key.Key_Apostrophe, "'", PLAIN, 5 + more)) == ()  # its 4
    assert letters(press(0x64E, "\u064e", SHIFT, 16 + more)) == ("ض", "q")
    assert letters(press(Qt.Key.Key_Q, "q", Qt.KeyboardModifier.ControlModifier, 16 + more)) == ()


def test_a_letter_goes_on_and_shift_selects(window: Window, stretch: Stretch) -> None:
    view = window.view
    QTest.keyClick(view, Qt.Key.Key_O)  # خ
    assert view.offset() == stretch("خطة")[0]
    QTest.keyClick(view, Qt.Key.Key_O)
    assert view.offset() == stretch("الخطة")[0]
    QTest.keyClick(view, Qt.Key.Key_N, SHIFT)
    assert view.text_of_selection() == "الخطة الوطنية للتلقيح 2024-2030"
    QTest.keyClick(view, Qt.Key.Key_3)
    assert [(span.start, span.end) for span in window.session.spans] == [stretch("الخطة الوطنية للتلقيح 2024-2030")]


def test_a_letter_selects_a_quotation_whole(window: Window, stretch: Stretch) -> None:
    window.view.stand(stretch("برنامج")[0])
    QTest.keyClick(window.view, Qt.Key.Key_N, SHIFT)
    assert window.view.text_of_selection() == "برنامج العمل 2025"
    window.view.stand(stretch("رأيا")[0])
    QTest.keyClick(window.view, Qt.Key.Key_N, SHIFT)
    assert window.view.text_of_selection() == "رأيا آخر في «برنامج العمل 2025»"


def test_with_a_span_selected_shift_moves_its_end(window: Window, stretch: Stretch) -> None:
    start, _end = stretch("الخطة الوطنية")
    window.session.tag("PLAN", start, _end)
    QTest.keyClick(window.view, Qt.Key.Key_N, SHIFT)
    assert [(span.start, span.end) for span in window.session.spans] == [stretch("الخطة الوطنية للتلقيح 2024-2030")]
    QTest.keyClick(window.view, Qt.Key.Key_H)  # أ of الأطفال: on it goes, and the span stays
    assert window.view.offset() == stretch("الأطفال")[0]
    assert window.session.selection is None


def test_a_jump_is_taken_back(window: Window, stretch: Stretch) -> None:
    view = window.view
    QTest.keyClick(view, Qt.Key.Key_D)
    QTest.keyClick(view, Qt.Key.Key_L, SHIFT)
    QTest.keyClick(view, Qt.Key.Key_Backspace, SHIFT)
    assert (view.selection, view.offset()) == (None, stretch("يوليوز")[0])
    view.go(view.caret.focus + 1, extend=True)
    kept = view.selection
    QTest.keyClick(view, Qt.Key.Key_N)
    QTest.keyClick(view, Qt.Key.Key_Backspace, SHIFT)
    assert view.selection == kept
    QTest.keyClick(view, Qt.Key.Key_Backspace, SHIFT)
    assert view.offset() == 0
    QTest.keyClick(view, Qt.Key.Key_Backspace, SHIFT)  # there is nothing to take back
    assert view.offset() == 0


def test_a_jump_of_another_article_is_not_taken_back(window: Window) -> None:
    QTest.keyClick(window.view, Qt.Key.Key_N)
    window.session.open_article(1)
    window.view.go(3)
    QTest.keyClick(window.view, Qt.Key.Key_Backspace, SHIFT)
    assert window.view.caret.focus == 3


def test_a_letter_that_begins_no_word_is_said(window: Window, stretch: Stretch) -> None:
    window.view.stand(stretch("الذي")[0])
    place = window.view.caret.focus
    for key, said in ((Qt.Key.Key_Q, "No word after this begins with “ض”."), (Qt.Key.Key_D, "“ي”")):
        QTest.keyClick(window.view, key)
        assert said in window.status_line.said()
        assert window.view.caret.focus == place
    window.view.stand(stretch("أعدته")[0])
    QTest.keyClick(window.view, Qt.Key.Key_N)
    assert window.status_line.said() == "No number comes after this."


def test_what_is_folded_away_is_passed_over(window: Window, stretch: Stretch) -> None:
    window.view.stand(stretch("أعلنت")[0])
    QTest.keyClick(window.view, Qt.Key.Key_F9)
    window.view.stand(0)
    QTest.keyClick(window.view, Qt.Key.Key_N)
    assert window.view.offset() == stretch("2025")[0]


@pytest.mark.parametrize(("key", "others"), [("l", "lم"), ("م", "lم"), ("n", "nى")])
def test_a_labels_key_is_not_taken(window: Window, session: Session, key: str, others: str) -> None:
    assert session.corpus
    before = session.labels
    date, *rest = before.labels
    after = LabelSet((msgspec.structs.replace(date, key=key), *rest))
    names = {label.name: label.name for label in before.labels}
    list(change_labels(session.corpus, Change(before, after, names)))
    session.changed()
    for other in others:
        QTest.sendKeyEvent(QTest.KeyAction.Click, window.view, Qt.Key(ord(other.upper())), other, PLAIN)
        assert [(span.label, span.start) for span in session.spans] == [("DATE", 0)]
        session.undo()


def test_letters_in_a_field_stay_letters(window: Window) -> None:
    window.articles_side.begin_search("")
    QTest.keyClicks(window.articles_side.search, "nl")
    assert window.articles_side.search.text() == "nl"
    assert window.view.caret.focus == 0


def test_the_sheet_tells_of_letters(window: Window) -> None:
    sheet = KeysDialog(window, window._actions.keymap)
    rows = {row.text(0): row.text(1) for row in sheet._rows()}
    assert rows["To the next word that begins with a letter"] == "the letter"
    assert rows["Select as far as that word"] == "Shift and the letter"
    assert rows["To the next number, or select as far as that"] == "N   ى"


@pytest.fixture
def keyboard() -> Iterator[Callable[..., None]]:
    """Sets a layout of the X server."""
    if QGuiApplication.platformName() != "xcb" or not shutil.which("setxkbmap"):
        pytest.skip("no X server here whose layout can be set")
    yield lambda *layout: subprocess.run(["setxkbmap", *layout], check=True)
    subprocess.run(["setxkbmap", "-layout", "us"], check=True)


@pytest.mark.parametrize(
    "layout",
    [("ara",), ("ara", "digits"), ("us",), ("fr",), ("ma",), ("us,ara",), ("fr,ma",)],
    ids=lambda layout: "-".join(layout),
)
def test_the_same_keys_under_every_layout(
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
    qtbot.waitUntil(lambda: view.offset() == stretch("خطة")[0])
    tap(50, 57)  # Shift and the key of N and ى
    qtbot.waitUntil(lambda: view.text_of_selection().endswith("09"))
    tap(24)  # the key of Q and ض, A on AZERTY
    qtbot.waitUntil(lambda: "“ض”" in window.status_line.said())
    display.close()
