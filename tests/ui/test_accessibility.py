"""The article to a screen reader, asked for as Qt's bridges to the assistive technologies ask for it."""

import gc
from collections.abc import Iterator
from typing import Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QEvent, QObject, QPointF, Qt
from PySide6.QtGui import QAccessible, QAccessibleInterface, QAccessibleTextInterface
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPlainTextEdit
from pytestqt.qtbot import QtBot
from strategies import texts
from ui.inspection import Stretch

from annotator.model.labels import LabelSet, default_labels
from annotator.model.records import Article, Span, Suggestion
from annotator.store.corpus import Corpus
from annotator.text.offsets import Utf16Offsets
from annotator.ui import accessibility
from annotator.ui.accessibility import ScreenReaderBridge
from annotator.ui.article.article_view import ArticleView
from annotator.ui.session.session import Session
from annotator.ui.session.suggestions import SuggestionModel
from annotator.ui.widgets.bidi_text import accessible_text
from annotator.ui.window import Window

NAME, DESCRIPTION = QAccessible.Text.Name, QAccessible.Text.Description


class Heard:
    """Stands where events go to the assistive technology, and keeps them."""

    def __init__(self) -> None:
        self.announced: list[str] = []
        self.carets: list[int] = []

    def __call__(self, event: object) -> None:
        kind = event.type()  # type: ignore[attr-defined]
        if kind == QAccessible.Event.Announcement:
            self.announced.append(event.message())  # type: ignore[attr-defined]
        elif kind == QAccessible.Event.TextCaretMoved:
            self.carets.append(event.cursorPosition())  # type: ignore[attr-defined]


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch, qapp: QApplication) -> Iterator[Heard]:
    """Pretend that an assistive technology is active."""
    recorder = Heard()
    was = QAccessible.isActive()
    QAccessible.setActive(True)
    monkeypatch.setattr(accessibility, "_send", recorder)
    yield recorder
    QAccessible.setActive(was)


@pytest.fixture
def quiet(qapp: QApplication) -> Iterator[None]:
    """Pretend that no assistive technology is active."""
    was = QAccessible.isActive()
    QAccessible.setActive(False)
    yield
    QAccessible.setActive(was)


def interface_of(target: QObject) -> QAccessibleInterface:
    interface = QAccessible.queryAccessibleInterface(target)
    assert interface
    return interface


def text_of(view: ArticleView) -> QAccessibleTextInterface:
    interface = interface_of(view).textInterface()
    assert interface
    return interface


def test_article_view_is_an_accessible_document_with_a_name(window: Window) -> None:
    interface = interface_of(window.view)
    assert interface.role() == QAccessible.Role.Document
    assert interface.text(NAME) == "وزارة الصحة تطلق خطة وطنية للتلقيح"
    state = interface.state()
    assert (state.readOnly, state.multiLine, state.selectableText, state.focusable) == (1, 1, 1, 1)
    assert state.focused
    assert interface.text(DESCRIPTION) == "وزارة"


def test_text_interface_exposes_text_and_caret(window: Window, stretch: Stretch) -> None:
    assert window.session.article
    text = text_of(window.view)
    assert text.characterCount() == len(window.session.article.text)
    start, end = stretch("وزارة الصحة", 1)
    assert text.text(start, end) == "وزارة الصحة"
    window.view.move_to(start)
    assert text_of(window.view).cursorPosition() == start
    assert text_of(window.view).selectionCount() == 0


def test_text_interface_exposes_the_selection(window: Window, stretch: Stretch) -> None:
    start, end = stretch("الخطة الوطنية")
    window.view.select(start, end)
    text = text_of(window.view)
    assert text.selectionCount() == 1
    assert text.cursorPosition() == start
    window.session.tag("DATE", *stretch("أمس"))
    assert text_of(window.view).cursorPosition() == stretch("أمس")[0]


def test_text_interface_follows_the_open_article(window: Window) -> None:
    before = text_of(window.view).text(0, 20)
    window.session.open_article(1)
    assert window.session.article
    assert text_of(window.view).text(0, 20) == window.session.article.text[:20] != before
    assert interface_of(window.view).text(NAME).startswith("مدينة وجدة")


def test_text_interface_is_empty_without_an_article(window: Window) -> None:
    window.session.close()
    window.session.article_opened.emit(0)
    assert interface_of(window.view).text(NAME) == "No article open"
    assert interface_of(window.view).text(DESCRIPTION) == ""
    assert text_of(window.view).characterCount() == 0


def test_moving_the_caret_announces_the_word_and_its_labels(window: Window, stretch: Stretch, heard: Heard) -> None:
    window.session.tag("PLAN", *stretch("الخطة الوطنية للتلقيح 2024-2030"))
    window.session.tag("DATE", *stretch("2024-2030"))
    window.session.select(None)
    for words in ("عن", "للتلقيح", "2024-2030"):
        window.view.move_to(stretch(words, 1 if words == "للتلقيح" else 0)[0])
        QTest.qWait(20)
    plan = "Plan, 2024 – 2030"  # with the years that its name says
    assert heard.announced[-3:] == ["عن", f"للتلقيح, {plan}", f"2024-2030, {plan}, Date, 2024 – 2030"]
    assert heard.carets[-1] == stretch("2024-2030")[0]


def test_selecting_a_span_announces_only_its_own_label(window: Window, stretch: Stretch, heard: Heard) -> None:
    window.session.tag("PLAN", *stretch("الخطة الوطنية للتلقيح 2024-2030"))
    window.session.tag("DATE", *stretch("2024-2030"))
    QTest.qWait(20)
    assert heard.announced[-1:] == ["2024-2030, Date, 2024 – 2030"]


def test_jumping_to_a_span_announces_all_its_words(window: Window, stretch: Stretch, heard: Heard) -> None:
    window.session.tag("INSTITUTION", *stretch("وزارة الصحة", 1))
    window.view.move_to(0)
    QTest.qWait(20)
    heard.announced.clear()
    QTest.keyClick(window.view, Qt.Key.Key_Tab)
    QTest.qWait(20)
    assert heard.announced == ["وزارة الصحة, Institution"]


def test_current_suggestion_is_announced_with_label_value_and_score(
    qtbot: QtBot, window: Window, stretch: Stretch, heard: Heard
) -> None:
    qtbot.waitUntil(lambda: not window.suggestions.is_busy)
    start, end = stretch("الثلاثاء 09 يوليوز 2024")
    window.suggestions.set_current(Suggestion(start, end, "DATE", "dates", 0.97, "2024-07-09"))
    QTest.qWait(20)
    assert heard.announced[-1] == "الثلاثاء 09 يوليوز 2024, suggested: Date, 9 July 2024, 97%"
    assert text_of(window.view).selectionCount() == 1
    assert text_of(window.view).cursorPosition() == start


def test_same_words_at_another_position_are_announced_again(
    qtbot: QtBot, window: Window, stretch: Stretch, heard: Heard
) -> None:
    qtbot.waitUntil(lambda: not window.suggestions.is_busy)
    heard.announced.clear()
    for nth in range(2):
        window.suggestions.set_current(Suggestion(*stretch("وزارة الصحة", nth), "INSTITUTION", "names", 0.9))
        QTest.qWait(20)
    assert heard.announced == ["وزارة الصحة, suggested: Institution, 90%"] * 2


def test_tagging_and_selecting_are_announced_once(window: Window, stretch: Stretch, heard: Heard) -> None:
    window.view.move_to(stretch("أمس")[0])
    QTest.qWait(20)
    heard.announced.clear()
    QTest.keyClick(window.view, Qt.Key.Key_1)
    QTest.qWait(20)
    assert heard.announced == ["أمس, Date"]
    window.view.select(*stretch("لفائدة الأطفال"))
    window.session.select(None)
    QTest.qWait(20)
    assert heard.announced[1:] == ["لفائدة الأطفال"]


def test_nothing_is_announced_without_focus_in_the_article(window: Window, stretch: Stretch, heard: Heard) -> None:
    QTest.qWait(20)
    window.articles_sidebar.search_line.setFocus()
    heard.announced.clear()
    window.view.move_to(stretch("أمس")[0])
    QTest.qWait(20)
    assert heard.announced == []


def test_nothing_is_created_without_an_assistive_technology(window: Window, quiet: None) -> None:
    for _ in range(5):
        QTest.keyClick(window.view, Qt.Key.Key_Left)
    QTest.keyClick(window.view, Qt.Key.Key_1)
    QTest.qWait(20)
    assert not window.view.findChildren(QPlainTextEdit)


def test_braille_display_moves_the_caret_and_selects(window: Window, stretch: Stretch) -> None:
    start, end = stretch("الأغلبية")
    text_of(window.view).setCursorPosition(start + 3)
    assert window.view.caret.word == (start, end)
    text_of(window.view).addSelection(start, end)
    assert window.view.selected_text() == "الأغلبية"
    text_of(window.view).removeSelection(0)
    assert window.view.selected_text() == ""


def test_magnifier_finds_the_caret_on_the_screen(window: Window, stretch: Stretch) -> None:
    for words in ("أمس", "اللجنة"):
        start, _end = stretch(words)
        window.view.move_to(start)
        rect = text_of(window.view).characterRect(start)
        [segment, *_others] = window.view.page().segments(start, start + 1)
        place = window.view.viewport().mapToGlobal(window.view.map_from_page(segment.right, segment.line.top))
        assert (QPointF(rect.topLeft()) - place).manhattanLength() < 3


LABELS: Final = default_labels()


@pytest.fixture
def alone(qtbot: QtBot) -> tuple[ArticleView, Session]:
    """Show a view on a session without a corpus."""
    view, session = ArticleView(), Session("Sanae")
    qtbot.addWidget(view)
    ScreenReaderBridge(view, session, SuggestionModel(session))
    return view, session


@given(texts.filter(bool), st.data())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_text_interface_offsets_match_the_stored_text(
    alone: tuple[ArticleView, Session], text: str, data: st.DataObject
) -> None:
    view, session = alone
    session._change(article=Article(f"of {text!r}", text))
    view.show_article(session.article, [], LABELS)
    units = Utf16Offsets(text)
    interface = text_of(view)
    assert interface.characterCount() == units.to_utf16(len(text))
    start, end = sorted(data.draw(st.tuples(st.integers(0, len(text)), st.integers(0, len(text)))))
    read_text = interface.text(units.to_utf16(start), units.to_utf16(end))
    # A byte order mark is shown as its like; the noncharacters that Qt takes for frames as the line that they begin.
    assert read_text.translate({0x2060: 0xFEFF}) == text[start:end].translate({0x2060: 0xFEFF, 0xFFFE: 0xFFFD}) or (
        set(read_text) & {"\ufdd0", "\ufdd1", "\u2029"}
    )
    view.move_to(start)
    word = view.caret.word
    assert text_of(view).cursorPosition() == units.to_utf16(word.start if word else 0)


@given(st.text(max_size=20), st.lists(st.sampled_from(["DATE", "PLAN", "GONE"]), max_size=3))
def test_accessible_text_names_every_label(words: str, names: list[str]) -> None:
    spans = [
        Span(f"{index}", "x", "a", name, 0, 1, value="2024" if index else None) for index, name in enumerate(names)
    ]
    text = accessible_text(words, spans, LABELS)
    for name in names:
        label = LABELS.find(name)
        assert (label.localised_title() if label else name) in text
    assert accessible_text(words, [], LabelSet(())) == " ".join(words.split())


@pytest.mark.slow
def test_deleting_views_does_not_crash(qapp: QApplication, session: Session, heard: Heard) -> None:
    assert session.corpus
    path = session.corpus.path
    interfaces: list[QAccessibleInterface] = []
    for turn in range(60):
        other = Session("Sanae")
        other.open(Corpus.open(path))
        view = ArticleView()
        ScreenReaderBridge(view, other, SuggestionModel(other))
        view.show_article(other.article, other.zones, other.labels)
        view.show()
        interface = interface_of(view)
        text = interface.textInterface()
        assert text
        assert text.text(0, 5)
        if turn % 2:
            interfaces.append(interface)  # outlives its view in Python
        view.move_to_word(view.caret.adjacent_word(1))
        other.close()
        view.deleteLater()
        del view, interface, text
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        QApplication.processEvents()
        if turn % 7 == 0:
            gc.collect()
    interfaces.clear()
    gc.collect()
