"""Marks of invisible characters: positions, visibility, and no effect on letters."""

from collections.abc import Callable
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from ui.inspection import strip_isolates, visible_blocks

from annotator import settings
from annotator.model.article_builder import build_article
from annotator.model.labels import Colour, Label, LabelSet
from annotator.model.records import Span, Suggestion
from annotator.text.invisible import find_invisible
from annotator.ui.article import invisible_marks
from annotator.ui.article.marks import Marks
from annotator.ui.article.page import Page
from annotator.ui.article.painting import PagePainter
from annotator.ui.session.session import Session
from annotator.ui.widgets.bidi_text import describe_invisible
from annotator.ui.widgets.theme import DARK, LIGHT, Theme
from annotator.ui.window import Window

RLO, PDF, RLM, ZWSP, SHY = "\u202e", "\u202c", "\u200f", "\u200b", "\u00ad"
PLAIN = "أعلنت وزارة الصحة عن الخطة الوطنية لأحزاب"
TEXT = f"{PLAIN} {RLO}2024-2030{PDF} للتلقيح{RLM}\nوقال{RLM} المصدر {RLO}abc{PDF} إن{ZWSP} لأحزاب"
LABELS = LabelSet((Label("DATE", {}, Colour("#ffffff", "#ffffff")),))
UNSEEN = replace(LIGHT, paper="#ffffff", warning="#ffffff", faint="#ffffff")


def page(text: str, width: float = 500.0) -> Page:
    return Page(text, [], width, 22.0)


def paint(text: str, marks: Marks, theme: Theme) -> QImage:
    page_layout = page(text)
    image = QImage(520, int(page_layout.height) + 30, QImage.Format.Format_RGB32)
    image.fill(QColor(theme.paper))
    painter = QPainter(image)
    painter.translate(10, 10)
    PagePainter(page_layout, marks, LABELS, theme).paint(painter, 0, page_layout.height)
    painter.end()
    return image


def visible_names(text: str, marks: Marks) -> list[list[str]]:
    """Return the names of the visible ticks on each line."""
    return [
        [tick.character.name for tick in invisible_marks.visible_ticks(line, marks)] for line in page(text, 2000).lines
    ]


def span(start: int, end: int) -> Span:
    return Span("s", "x", "a", "DATE", start, end)


@given(st.lists(st.sampled_from([*"لأحزاب 2030 abc", RLO, PDF, RLM, ZWSP, SHY, "\u2067", "\u2069", "\n"]), max_size=40))
def test_every_invisible_character_has_one_tick_on_its_line(qapp: QApplication, pieces: list[str]) -> None:
    text = "".join(pieces)
    layout = page(text)
    offsets = [
        line.block.start + tick.character.offset
        for block in visible_blocks(layout)
        for line in block.lines
        for tick in line.ticks
    ]
    expected = [
        character.offset
        for character in find_invisible(text)
        if any(block.start <= character.offset < block.end for block in visible_blocks(layout))
    ]
    assert offsets == expected
    for line in layout.lines:
        edges = [edge for box in line.boxes for edge in (box.left, box.right)]
        assert all(min(edges) <= tick.x <= max(edges) for tick in line.ticks)


@given(st.lists(st.sampled_from([*"لأحزاب 2030 abc", RLO, PDF, RLM, ZWSP, "\n"]), max_size=40))
def test_ticks_do_not_change_the_letters(qapp: QApplication, pieces: list[str]) -> None:
    text = "".join(pieces)
    assert paint(text, Marks(show_invisible=True), UNSEEN) == paint(text, Marks(), UNSEEN)


@pytest.mark.parametrize("mark", [RLM, ZWSP, RLO, SHY])
def test_an_invisible_character_takes_no_width_from_the_letter_before(qapp: QApplication, mark: str) -> None:
    marked, plain = page(f"وزارة{mark} الصحة"), page("وزارة الصحة")
    assert [box.left for box in marked.lines[0].boxes[:5]] == [box.left for box in plain.lines[0].boxes[:5]]
    assert marked.segments(0, 5)[0][1:] == plain.segments(0, 5)[0][1:]
    [tick] = marked.lines[0].ticks
    assert tick.x == plain.lines[0].boxes[4].left  # where letter ends


def test_without_marks_invisible_characters_are_shown_only_on_request(qapp: QApplication) -> None:
    assert visible_names(TEXT, Marks(show_invisible=True)) == [["RLO", "PDF", "RLM"], ["RLM", "RLO", "PDF", "ZWSP"]]
    assert visible_names(TEXT, Marks()) == [[], []]


def test_bidi_controls_are_shown_in_paragraphs_with_a_span_or_suggestion(qapp: QApplication) -> None:
    assert visible_names(TEXT, Marks(spans=(span(0, 5),))) == [["RLO", "PDF"], []]
    end = TEXT.index("\n")
    assert visible_names(TEXT, Marks(spans=(span(end + 1, end + 5),))) == [[], ["RLO", "PDF"]]
    assert visible_names(TEXT, Marks(suggestions=(Suggestion(0, 5, "DATE", "names", 0.9),))) == [["RLO", "PDF"], []]


@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_ticks_are_painted_at_their_positions_with_bidi_controls_in_the_warning_colour(
    qapp: QApplication, theme: Theme
) -> None:
    plain, ticked = paint(TEXT, Marks(), theme), paint(TEXT, Marks(show_invisible=True), theme)
    line = page(TEXT).lines[0]
    for tick in line.ticks:
        x, y = 10 + round(tick.x), 10 + int(line.bottom) - 1
        colour = QColor(theme.warning if tick.character.name in ("RLO", "PDF") else theme.faint)
        assert plain.pixelColor(x, y) != colour
        assert ticked.pixelColor(x, y) == colour


@given(st.lists(st.floats(0, 500), max_size=60), st.floats(8, 40))
def test_names_do_not_overlap(qapp: QApplication, positions: list[float], width: float) -> None:
    class Metrics:
        def horizontalAdvance(self, _name: str) -> float:  # noqa: N802 - Qt's
            return width

    text = f"a{RLO}b{RLM}"
    control, invisible = page(text).lines[0].ticks
    ticks = [(control if index % 3 else invisible)._replace(x=x) for index, x in enumerate(positions)]
    starts = sorted(x for x, _name, _tick in invisible_marks._place_names(ticks, Metrics()))  # type: ignore[arg-type]
    assert all(x + width <= following for x, following in pairwise(starts))
    assert bool(starts) == bool(positions)


@pytest.fixture
def with_controls(window: Window, session: Session) -> Callable[[str], tuple[int, int]]:
    """Open an article with invisible characters and return a function that finds words in it."""
    assert session.corpus
    session.corpus.add(build_article(f"خطة جديدة\n\n{TEXT}"))
    session.reload_articles()
    session.open_article(len(session.articles) - 1)

    def find(words: str) -> tuple[int, int]:
        assert session.article
        start = session.article.text.index(words)
        return start, start + len(words)

    return find


def test_the_shortcut_toggles_invisible_characters_and_saves_the_setting(
    window: Window, with_controls: Callable[[str], tuple[int, int]], qtbot: QtBot
) -> None:
    def press() -> QImage:
        keys = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
        QTest.keyClick(window.view, Qt.Key.Key_H, keys)
        return window.view.grab().toImage()

    before = window.view.grab().toImage()
    pressed = press()
    assert pressed != before
    assert window.action("toggle_invisible").isChecked()
    assert settings.load().invisible
    reopened = Window(window.session, settings.load())
    qtbot.addWidget(reopened)
    assert reopened.action("toggle_invisible").isChecked()
    assert reopened.view._build_marks().show_invisible
    assert press() == before
    assert not settings.load().invisible


def test_the_span_card_and_the_screen_reader_list_invisible_characters(
    window: Window, with_controls: Callable[[str], tuple[int, int]]
) -> None:
    def describe() -> str:
        text = window.labels_sidebar.span_card._about_label.text() + window._screen_reader.describe_current()
        return strip_isolates(text)

    session = window.session
    session.tag("DATE", *with_controls(f"{RLO}2024-2030{PDF}"))
    assert describe().count("2 invisible characters: RLO, PDF") == 2
    session.tag("INSTITUTION", *with_controls(f"إن{ZWSP}"))
    assert describe().count("1 invisible character: ZWSP") == 2
    session.tag("PLAN", *with_controls("الخطة الوطنية"))
    assert "invisible" not in describe()


def test_long_lists_of_invisible_characters_are_shortened(qapp: QApplication) -> None:
    text = "a" + "\u202a\u202b\u202d\u202e\u2066" * 3
    description = strip_isolates(describe_invisible(text, 0, len(text)))
    assert description == "15 invisible characters: LRE, RLE, LRO, RLO…"
    assert describe_invisible(text, 0, 1) == ""
