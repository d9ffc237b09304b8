"""The line over the article: it shows what is known, and changes it where it stands."""

from typing import Any

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from annotator.model.records import DONE
from annotator.store.corpus import Corpus
from annotator.ui.central.article_header import ArticleHeader, InlineEditor
from annotator.ui.session.session import Session
from annotator.ui.window import Window


@pytest.fixture
def header(window: Window) -> ArticleHeader:
    return window.article_header


def texts(header: ArticleHeader) -> tuple[str, str, str]:
    return header.title.button.text(), header.date.button.text(), header.state_button.text()


def type_in(editor: InlineEditor[Any], text: str) -> None:
    """Replace what the field has, all of which is selected, and press Enter."""
    editor.field.insert(text)
    press(editor, Qt.Key.Key_Return)


def press(editor: InlineEditor[Any], key: Qt.Key) -> None:
    """Press a key, and let the text take the place of the field."""
    QTest.keyClick(editor.field, key)
    QApplication.processEvents()


def test_header_shows_the_open_article_and_follows_it(window: Window, header: ArticleHeader) -> None:
    assert texts(header) == ("وزارة الصحة تطلق خطة وطنية للتلقيح", "Add the date", "new")
    assert header.source_button.isHidden()
    window.session.set_state(DONE)
    window.session.set_published("2024-07-09T09:00")
    assert texts(header)[1:] == ("9 July 2024, 09:00", "done")
    window.session.open_article(1)
    assert texts(header) == ("مدينة وجدة تستقبل قطارا جديدا", "Add the date", "new")
    window.session.close()
    assert not header.isVisible()


def test_title_is_edited_in_place_and_an_empty_field_restores_it(window: Window, header: ArticleHeader) -> None:
    before = header.title.button.text()
    window.action("edit_title").trigger()
    assert header.title.field.hasFocus()
    assert header.title.field.selectedText() == before
    type_in(header.title, "عنوان أوضح")
    assert window.view.hasFocus()
    assert (header.title.button.text(), header.title.button.isVisible()) == ("عنوان أوضح", True)
    assert window.session.article
    assert window.session.article.custom_title == "عنوان أوضح"
    window.action("edit_title").trigger()
    type_in(header.title, "")
    assert header.title.button.text() == before
    window.action("undo").trigger()
    assert header.title.button.text() == "عنوان أوضح"


def test_escape_leaves_the_title_as_it_was(window: Window, header: ArticleHeader) -> None:
    QTest.mouseClick(header.title.button, Qt.MouseButton.LeftButton)
    header.title.field.insert("خطأ")
    press(header.title, Qt.Key.Key_Escape)
    assert header.title.button.isVisible()
    assert window.session.undoable == []


@pytest.mark.parametrize(
    ("typed", "published"),
    [("2024-07-09", "2024-07-09"), ("9 July 2024 9:30", "2024-07-09T09:30"), ("3 محرم 1446", "2024-07-09")],
)
def test_date_is_typed_in_digits_or_words(window: Window, header: ArticleHeader, typed: str, published: str) -> None:
    window.action("edit_date").trigger()
    type_in(header.date, typed)
    assert window.session.article
    assert window.session.article.published == published
    assert header.date.button.isVisible()
    assert header.date.button.text().startswith("9 July 2024")
    window.action("edit_date").trigger()
    assert header.date.field.text() == published
    type_in(header.date, "")
    assert window.session.article.published is None


def test_what_is_no_date_is_refused_and_stays_in_the_field(window: Window, header: ArticleHeader, qtbot: QtBot) -> None:
    window.action("edit_date").trigger()
    type_in(header.date, "soon")
    assert "not a date" in header.feedback_label.text()
    assert header.feedback_label.isVisible()
    assert (header.date.field.hasFocus(), header.date.field.text()) == (True, "soon")
    press(header.date, Qt.Key.Key_Escape)
    assert header.date.button.isVisible()
    assert not header.feedback_label.isVisible()
    assert window.session.undoable == []


def test_typed_date_is_read_back_in_words_below_the_line(window: Window, header: ArticleHeader) -> None:
    window.action("edit_date").trigger()
    assert not header.feedback_label.isVisible()
    header.date.field.insert("9/7/2024")
    assert header.feedback_label.text() == "Tuesday 9 July 2024  ·  3 Muharram 1446 AH"
    assert header.feedback_label.isVisible()
    frame, date = (
        QRect(widget.mapTo(window, QPoint()), widget.size()) for widget in (header._feedback_frame, header.date)
    )
    assert frame.left() <= date.left(), "at the side of the date"
    assert frame.right() >= date.right()


@pytest.mark.parametrize("typed", ["soon", "9/7/2024"])
def test_what_is_said_about_a_date_moves_no_text(
    window: Window, header: ArticleHeader, typed: str, qtbot: QtBot
) -> None:
    for size in ((1366, 768), (683, 400)):
        window.resize(*size)
        QTest.qWait(60)
        places = header.height(), window.view.geometry()
        window.action("edit_date").trigger()
        header.date.field.clear()
        header.date.field.insert(typed)
        press(header.date, Qt.Key.Key_Return) if typed == "soon" else None
        qtbot.waitUntil(header.feedback_label.isVisible)
        QTest.qWait(60)
        assert (header.height(), window.view.geometry()) == places
        label, frame = header.feedback_label, header._feedback_frame
        parent = frame.parentWidget()
        assert parent
        assert parent.rect().contains(frame.geometry())
        middle = header.date.mapTo(parent, header.date.rect().center()).x()
        assert frame.geometry().left() < middle < frame.geometry().right()
        assert frame.y() > header.date.mapTo(parent, QPoint()).y() + header.date.height()
        assert label.height() >= label.heightForWidth(label.width())
        press(header.date, Qt.Key.Key_Escape)
        assert not frame.isVisible()


def test_fields_of_a_narrow_header_are_not_cut(window: Window, header: ArticleHeader) -> None:
    for size in ((1024, 600), (683, 400), (512, 400)):
        window.resize(*size)
        for editor, action in ((header.title, "edit_title"), (header.date, "edit_date")):
            window.action(action).trigger()
            QTest.qWait(60)
            assert editor.is_editing
            assert editor.rect().contains(editor.field.geometry()), (size, action)
            press(editor, Qt.Key.Key_Escape)
            QTest.qWait(10)


@pytest.mark.parametrize(
    ("url", "opened"),
    [
        ("https://example.org/a?q=1", ["https://example.org/a?q=1"]),
        ("file:///etc/passwd", []),
        ("javascript:alert(1)", []),
        ("https://", []),
        (None, []),
    ],
)
def test_only_addresses_on_the_web_are_opened_and_only_on_demand(
    session: Session, window: Window, header: ArticleHeader, opened_urls: list[str], url: str | None, opened: list[str]
) -> None:
    assert session.corpus
    session.corpus.db.execute("UPDATE article SET source = 'وكالة', url = ? WHERE id = 2", [url])
    session.open_article(1)
    assert opened_urls == []
    assert header.source_button.isEnabled() == bool(opened)
    window.action("open_source").trigger()
    assert opened_urls == opened


def test_removed_article_says_so_and_is_found_by_the_filter(
    session: Session, window: Window, header: ArticleHeader, qtbot: QtBot
) -> None:
    state_filter = window.articles_sidebar.state_filter
    count = state_filter.count()
    window.action("toggle_removed").trigger()
    assert header.state_button.text() == "removed"
    assert "can be restored" in window.toast.message()
    assert (len(session.articles), state_filter.count()) == (1, count + 1)
    assert state_filter.itemText(count) == "removed: 1"
    session.open_article(0)
    window.action("show_removed").trigger()
    assert (state_filter.currentIndex(), len(session.articles)) == (count, 1)
    session.open_article(0)
    window.action("toggle_removed").trigger()
    assert (header.state_button.text(), session.articles.numbers) == ("new", [])
    window.action("show_removed").trigger()
    assert (len(session.articles), state_filter.count()) == (2, count)
    window.action("toggle_removed").trigger()
    window.action("undo").trigger()
    assert header.state_button.text() == "new"
    with Corpus.open(session.corpus.path) as other:  # type: ignore[union-attr]
        assert other.removal(session.article.uid) is None  # type: ignore[union-attr]


def test_last_article_may_be_removed_and_is_still_shown(session: Session, window: Window) -> None:
    for number in (1, 2):
        session.open_by_id(number)
        window.action("toggle_removed").trigger()
    assert len(session.articles) == 0
    assert window.article_header.isVisible()
    assert window.view.isVisible()
