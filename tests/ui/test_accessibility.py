"""The article to a screen reader, asked for as Qt's bridges to the assistive technologies ask for it."""

import gc
from collections.abc import Callable, Iterator
from typing import Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QEvent, QObject, QPointF, Qt
from PySide6.QtGui import QAccessible, QAccessibleInterface, QAccessibleTextInterface
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPlainTextEdit
from pytestqt.qtbot import QtBot
from text.texts import texts

from annotator.model.labels import LabelSet, default_labels
from annotator.model.records import Article, Span, Suggestion
from annotator.store.corpus import Corpus
from annotator.text.offsets import Utf16
from annotator.ui import accessibility
from annotator.ui.accessibility import Reader
from annotator.ui.article.article_view import ArticleView
from annotator.ui.session.session import Session
from annotator.ui.session.suggestions import Suggestions
from annotator.ui.widgets.bidi_text import spoken
from annotator.ui.window import Window

Stretch = Callable[..., tuple[int, int]]
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
    """An assistive technology is there."""
    kept = Heard()
    was = QAccessible.isActive()
    QAccessible.setActive(True)
    monkeypatch.setattr(accessibility, "_send", kept)
    yield kept
    QAccessible.setActive(was)


@pytest.fixture
def quiet(qapp: QApplication) -> Iterator[None]:
    """No assistive technology is there."""
    was = QAccessible.isActive()
    QAccessible.setActive(False)
    yield
    QAccessible.setActive(was)


def asked(thing: QObject) -> QAccessibleInterface:
    found = QAccessible.queryAccessibleInterface(thing)
    assert found
    return found


def text_of(view: ArticleView) -> QAccessibleTextInterface:
    found = asked(view).textInterface()
    assert found
    return found


def test_the_article_is_a_document_with_a_name(window: Window) -> None:
    found = asked(window.view)
    assert found.role() == QAccessible.Role.Document
    assert found.text(NAME) == "وزارة الصحة تطلق خطة وطنية للتلقيح"
    state = found.state()
    assert (state.readOnly, state.multiLine, state.selectableText, state.focusable) == (1, 1, 1, 1)
    assert state.focused
    assert found.text(DESCRIPTION) == "وزارة"


def test_its_text_and_the_caret_can_be_read(window: Window, stretch: Stretch) -> None:
    assert window.session.article
    text = text_of(window.view)
    assert text.characterCount() == len(window.session.article.text)
    start, end = stretch("وزارة الصحة", 1)
    assert text.text(start, end) == "وزارة الصحة"
    window.view.stand(start)
    assert text_of(window.view).cursorPosition() == start
    assert text_of(window.view).selectionCount() == 0


def test_the_selection_can_be_read(window: Window, stretch: Stretch) -> None:
    start, end = stretch("الخطة الوطنية")
    window.view.select(start, end)
    text = text_of(window.view)
    assert text.selectionCount() == 1
    assert text.cursorPosition() == start
    window.session.tag("DATE", *stretch("أمس"))
    assert text_of(window.view).cursorPosition() == stretch("أمس")[0]


def test_another_article_is_another_text(window: Window) -> None:
    before = text_of(window.view).text(0, 20)
    window.session.open_article(1)
    assert window.session.article
    assert text_of(window.view).text(0, 20) == window.session.article.text[:20] != before
    assert asked(window.view).text(NAME).startswith("مدينة وجدة")


def test_without_an_article_there_is_nothing_to_read(window: Window) -> None:
    window.session.close()
    window.session.article_opened.emit(0)
    assert asked(window.view).text(NAME) == "No article is open"
    assert asked(window.view).text(DESCRIPTION) == ""
    assert text_of(window.view).characterCount() == 0


def test_a_move_tells_the_word_and_what_it_is_labelled(window: Window, stretch: Stretch, heard: Heard) -> None:
    window.session.tag("PLAN", *stretch("الخطة الوطنية للتلقيح 2024-2030"))
    window.session.tag("DATE", *stretch("2024-2030"))
    window.session.select(None)
    for words in ("عن", "للتلقيح", "2024-2030"):
        window.view.stand(stretch(words, 1 if words == "للتلقيح" else 0)[0])
        QTest.qWait(20)
    assert heard.announced[-3:] == ["عن", "للتلقيح, Plan", "2024-2030, Plan, Date"]
    assert heard.carets[-1] == stretch("2024-2030")[0]


def test_of_a_selected_span_only_its_own_label_is_told(window: Window, stretch: Stretch, heard: Heard) -> None:
    window.session.tag("PLAN", *stretch("الخطة الوطنية للتلقيح 2024-2030"))
    window.session.tag("DATE", *stretch("2024-2030"))
    QTest.qWait(20)
    assert heard.announced[-1:] == ["2024-2030, Date"]


def test_a_jump_to_a_span_tells_it_whole(window: Window, stretch: Stretch, heard: Heard) -> None:
    window.session.tag("INSTITUTION", *stretch("وزارة الصحة", 1))
    window.view.stand(0)
    QTest.qWait(20)
    heard.announced.clear()
    QTest.keyClick(window.view, Qt.Key.Key_Tab)
    QTest.qWait(20)
    assert heard.announced == ["وزارة الصحة, Institution"]


def test_a_chosen_suggestion_is_told_with_its_label_its_value_and_how_sure_it_is(
    qtbot: QtBot, window: Window, stretch: Stretch, heard: Heard
) -> None:
    qtbot.waitUntil(lambda: not window.suggestions.busy)
    start, end = stretch("الثلاثاء 09 يوليوز 2024")
    window.suggestions.choose(Suggestion(start, end, "DATE", "dates", 0.97, "2024-07-09"))
    QTest.qWait(20)
    assert heard.announced[-1] == "الثلاثاء 09 يوليوز 2024, suggested: Date, 2024-07-09, 97%"
    assert text_of(window.view).selectionCount() == 1
    assert text_of(window.view).cursorPosition() == start


def test_the_same_words_in_another_place_are_told_again(
    qtbot: QtBot, window: Window, stretch: Stretch, heard: Heard
) -> None:
    qtbot.waitUntil(lambda: not window.suggestions.busy)
    heard.announced.clear()
    for nth in range(2):
        window.suggestions.choose(Suggestion(*stretch("وزارة الصحة", nth), "INSTITUTION", "names", 0.9))
        QTest.qWait(20)
    assert heard.announced == ["وزارة الصحة, suggested: Institution, 90%"] * 2


def test_tagging_and_selecting_are_told_once(window: Window, stretch: Stretch, heard: Heard) -> None:
    window.view.stand(stretch("أمس")[0])
    QTest.qWait(20)
    heard.announced.clear()
    QTest.keyClick(window.view, Qt.Key.Key_1)
    QTest.qWait(20)
    assert heard.announced == ["أمس, Date"]
    window.view.select(*stretch("لفائدة الأطفال"))
    window.session.select(None)
    QTest.qWait(20)
    assert heard.announced[1:] == ["لفائدة الأطفال"]


def test_nothing_is_told_while_the_person_is_elsewhere(window: Window, stretch: Stretch, heard: Heard) -> None:
    QTest.qWait(20)
    window.articles_side.search.setFocus()
    heard.announced.clear()
    window.view.stand(stretch("أمس")[0])
    QTest.qWait(20)
    assert heard.announced == []


def test_without_an_assistive_technology_nothing_is_made(window: Window, quiet: None) -> None:
    for _ in range(5):
        QTest.keyClick(window.view, Qt.Key.Key_Left)
    QTest.keyClick(window.view, Qt.Key.Key_1)
    QTest.qWait(20)
    assert not window.view.findChildren(QPlainTextEdit)


def test_a_braille_line_moves_the_caret_and_selects(window: Window, stretch: Stretch) -> None:
    start, end = stretch("الأغلبية")
    text_of(window.view).setCursorPosition(start + 3)
    assert window.view.caret.word == (start, end)
    text_of(window.view).addSelection(start, end)
    assert window.view.text_of_selection() == "الأغلبية"
    text_of(window.view).removeSelection(0)
    assert window.view.text_of_selection() == ""


def test_a_magnifier_finds_the_caret_on_the_screen(window: Window, stretch: Stretch) -> None:
    for words in ("أمس", "اللجنة"):
        start, _end = stretch(words)
        window.view.stand(start)
        found = text_of(window.view).characterRect(start)
        [segment, *_rest] = window.view.page().segments(start, start + 1)
        place = window.view.viewport().mapToGlobal(window.view.point_of(segment.right, segment.line.top))
        assert (QPointF(found.topLeft()) - place).manhattanLength() < 3


LABELS: Final = default_labels()


@pytest.fixture
def alone(qtbot: QtBot) -> tuple[ArticleView, Session]:
    """A view on a session without a corpus."""
    view, session = ArticleView(), Session("Sanae")
    qtbot.addWidget(view)
    Reader(view, session, Suggestions(session))
    return view, session


@given(texts.filter(bool), st.data())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_offsets_are_those_of_the_stored_text(
    alone: tuple[ArticleView, Session], text: str, data: st.DataObject
) -> None:
    view, session = alone
    session.article = Article(f"of {text!r}", text)
    view.show_article(session.article, [], LABELS)
    units = Utf16(text)
    found = text_of(view)
    assert found.characterCount() == units.units(len(text))
    start, end = sorted(data.draw(st.tuples(st.integers(0, len(text)), st.integers(0, len(text)))))
    told = found.text(units.units(start), units.units(end))
    # A byte order mark is shown as its like; the noncharacters that Qt takes for frames as the line that they begin.
    assert told.translate({0x2060: 0xFEFF}) == text[start:end].translate({0x2060: 0xFEFF, 0xFFFE: 0xFFFD}) or (
        set(text) & {"\ufdd0", "\ufdd1", "\u2029"}
    )
    view.stand(start)
    word = view.caret.word
    assert text_of(view).cursorPosition() == units.units(word.start if word else 0)


@given(st.text(max_size=20), st.lists(st.sampled_from(["DATE", "PLAN", "GONE"]), max_size=3))
def test_what_is_spoken_names_every_label(words: str, names: list[str]) -> None:
    spans = [Span(f"{at}", "x", "a", name, 0, 1, value="2024" if at else None) for at, name in enumerate(names)]
    said = spoken(words, spans, LABELS)
    for name in names:
        label = LABELS.find(name)
        assert (label.shown() if label else name) in said
    assert spoken(words, [], LabelSet(())) == " ".join(words.split())


def test_views_come_and_go_without_harm(qapp: QApplication, session: Session, heard: Heard) -> None:
    assert session.corpus
    path = session.corpus.path
    kept: list[QAccessibleInterface] = []
    for turn in range(60):
        other = Session("Sanae")
        other.open(Corpus.open(path))
        view = ArticleView()
        Reader(view, other, Suggestions(other))
        view.show_article(other.article, other.zones, other.labels)
        view.show()
        found = asked(view)
        text = found.textInterface()
        assert text
        assert text.text(0, 5)
        if turn % 2:
            kept.append(found)  # outlives its view in Python
        view.go(view.caret.by_word(1))
        other.close()
        view.deleteLater()
        del view, found, text
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        QApplication.processEvents()
        if turn % 7 == 0:
            gc.collect()
    kept.clear()
    gc.collect()
