"""Invisible characters on the screen: where they are, which are seen, and the letters as they were."""

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

from annotator import settings
from annotator.model.article_builder import draft
from annotator.model.labels import Colour, Label, LabelSet
from annotator.model.records import Span, Suggestion
from annotator.text.invisible import hidden
from annotator.ui import app
from annotator.ui.article import invisible_marks
from annotator.ui.article.marks import Marks
from annotator.ui.article.page import Page
from annotator.ui.article.painting import Painter
from annotator.ui.session.session import Session
from annotator.ui.widgets.bidi_text import invisible
from annotator.ui.widgets.theme import DARK, LIGHT, Theme
from annotator.ui.window import Window

RLO, PDF, RLM, ZWSP, SHY = "\u202e", "\u202c", "\u200f", "\u200b", "\u00ad"
PLAIN = "أعلنت وزارة الصحة عن الخطة الوطنية لأحزاب"
TEXT = f"{PLAIN} {RLO}2024-2030{PDF} للتلقيح{RLM}\nوقال{RLM} المصدر {RLO}abc{PDF} إن{ZWSP} لأحزاب"
LABELS = LabelSet((Label("DATE", {}, Colour("#ffffff", "#ffffff")),))
UNSEEN = replace(LIGHT, paper="#ffffff", warning="#ffffff", faint="#ffffff")


def page(text: str, width: float = 500.0) -> Page:
    return Page(text, [], width, 22.0)


def painted(text: str, marks: Marks, theme: Theme) -> QImage:
    laid = page(text)
    image = QImage(520, int(laid.height) + 30, QImage.Format.Format_RGB32)
    image.fill(QColor(theme.paper))
    painter = QPainter(image)
    painter.translate(10, 10)
    Painter(laid, marks, LABELS, theme).paint(painter, 0, laid.height)
    painter.end()
    return image


def names(text: str, marks: Marks) -> list[list[str]]:
    """Of what is to be seen on each line."""
    return [[tick.hidden.name for tick in invisible_marks.shown(line, marks)] for line in page(text, 2000).lines]


def span(start: int, end: int) -> Span:
    return Span("s", "x", "a", "DATE", start, end)


@given(st.lists(st.sampled_from([*"لأحزاب 2030 abc", RLO, PDF, RLM, ZWSP, SHY, "\u2067", "\u2069", "\n"]), max_size=40))
def test_every_invisible_character_has_one_place_on_its_line(qapp: QApplication, pieces: list[str]) -> None:
    text = "".join(pieces)
    laid = page(text)
    found = [line.block.start + tick.hidden.at for block in laid.blocks for line in block.lines for tick in line.ticks]
    shown = [one.at for one in hidden(text) if any(block.start <= one.at < block.end for block in laid.blocks)]
    assert found == shown
    for line in laid.lines:
        edges = [edge for box in line.boxes for edge in (box.left, box.right)]
        assert all(min(edges) <= tick.x <= max(edges) for tick in line.ticks)


@given(st.lists(st.sampled_from([*"لأحزاب 2030 abc", RLO, PDF, RLM, ZWSP, "\n"]), max_size=40))
def test_the_letters_are_the_same_with_and_without_ticks(qapp: QApplication, pieces: list[str]) -> None:
    text = "".join(pieces)
    assert painted(text, Marks(invisible=True), UNSEEN) == painted(text, Marks(), UNSEEN)


@pytest.mark.parametrize("mark", [RLM, ZWSP, RLO, SHY])
def test_the_letter_before_an_invisible_character_keeps_its_room(qapp: QApplication, mark: str) -> None:
    with_, without = page(f"وزارة{mark} الصحة"), page("وزارة الصحة")
    assert [box.left for box in with_.lines[0].boxes[:5]] == [box.left for box in without.lines[0].boxes[:5]]
    assert with_.segments(0, 5)[0][1:] == without.segments(0, 5)[0][1:]
    [tick] = with_.lines[0].ticks
    assert tick.x == without.lines[0].boxes[4].left  # where the letter ends


def test_on_request_all_are_seen_and_else_none_where_nothing_is_marked(qapp: QApplication) -> None:
    assert names(TEXT, Marks(invisible=True)) == [["RLO", "PDF", "RLM"], ["RLM", "RLO", "PDF", "ZWSP"]]
    assert names(TEXT, Marks()) == [[], []]


def test_what_may_mislead_is_seen_in_the_paragraph_of_a_span_or_a_suggestion(qapp: QApplication) -> None:
    assert names(TEXT, Marks(spans=(span(0, 5),))) == [["RLO", "PDF"], []]
    end = TEXT.index("\n")
    assert names(TEXT, Marks(spans=(span(end + 1, end + 5),))) == [[], ["RLO", "PDF"]]
    assert names(TEXT, Marks(suggestions=(Suggestion(0, 5, "DATE", "names", 0.9),))) == [["RLO", "PDF"], []]


@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_a_tick_is_seen_at_its_place_and_one_that_may_mislead_stands_out(qapp: QApplication, theme: Theme) -> None:
    plain, ticked = painted(TEXT, Marks(), theme), painted(TEXT, Marks(invisible=True), theme)
    line = page(TEXT).lines[0]
    for tick in line.ticks:
        x, y = 10 + round(tick.x), 10 + int(line.bottom) - 1
        colour = QColor(theme.warning if tick.hidden.name in ("RLO", "PDF") else theme.faint)
        assert plain.pixelColor(x, y) != colour
        assert ticked.pixelColor(x, y) == colour


@given(st.lists(st.floats(0, 500), max_size=60), st.floats(8, 40))
def test_no_name_lies_on_another(qapp: QApplication, places: list[float], width: float) -> None:
    class Metrics:
        def horizontalAdvance(self, _name: str) -> float:  # noqa: N802 - Qt's
            return width

    text = f"a{RLO}b{RLM}"
    order, mark = page(text).lines[0].ticks
    found = [(order if at % 3 else mark)._replace(x=x) for at, x in enumerate(places)]
    named = sorted(left for left, _name, _tick in invisible_marks._names(found, Metrics()))  # type: ignore[arg-type]
    assert all(left + width <= after for left, after in pairwise(named))
    assert bool(named) == bool(places)


@pytest.fixture
def with_controls(window: Window, session: Session) -> Callable[[str], tuple[int, int]]:
    """An article with invisible characters is open; where some words stand in it."""
    assert session.corpus
    session.corpus.add(draft(f"خطة جديدة\n\n{TEXT}"))
    session.refresh()
    session.open_article(len(session.articles) - 1)

    def find(words: str) -> tuple[int, int]:
        assert session.article
        start = session.article.text.index(words)
        return start, start + len(words)

    return find


def test_a_key_shows_them_and_it_is_remembered(
    window: Window, with_controls: Callable[[str], tuple[int, int]], qtbot: QtBot
) -> None:
    def press() -> QImage:
        keys = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
        QTest.keyClick(window.view, Qt.Key.Key_H, keys)
        return window.view.grab().toImage()

    before = window.view.grab().toImage()
    shown = press()
    assert shown != before
    assert window.action("toggle_invisible").isChecked()
    assert settings.load().invisible
    again = Window(window.session, settings.load(), app.LIGHT)
    qtbot.addWidget(again)
    assert again.action("toggle_invisible").isChecked()
    assert again.view._marks_now().invisible
    assert press() == before
    assert not settings.load().invisible


def test_the_card_and_a_screen_reader_say_what_a_span_holds(
    window: Window, with_controls: Callable[[str], tuple[int, int]]
) -> None:
    def said() -> str:
        text = window.labels_side.card._about.text() + window._reader.here()
        return text.replace("\u2068", "").replace("\u2069", "")

    session = window.session
    session.tag("DATE", *with_controls(f"{RLO}2024-2030{PDF}"))
    assert said().count("2 invisible characters: RLO, PDF") == 2
    session.tag("INSTITUTION", *with_controls(f"إن{ZWSP}"))
    assert said().count("1 invisible character: ZWSP") == 2
    session.tag("PLAN", *with_controls("الخطة الوطنية"))
    assert "invisible" not in said()


def test_of_many_kinds_the_first_are_named(qapp: QApplication) -> None:
    text = "a" + "\u202a\u202b\u202d\u202e\u2066" * 3
    told = invisible(text, 0, len(text)).replace("\u2068", "").replace("\u2069", "")
    assert told == "15 invisible characters: LRE, RLE, LRO, RLO…"
    assert invisible(text, 0, 1) == ""
