"""Text size and density: the lines get larger or closer, and what the annotator looks at stays where it is."""

import pytest
from builders import build_label_set
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from annotator import settings
from annotator.model.records import Article, Span, Suggestion
from annotator.resources import resource_path
from annotator.ui.article.article_view import ZOOMS, ArticleView
from annotator.ui.window import Window

TEXT = "\n\n".join(path.read_text(encoding="utf-8") for path in sorted(resource_path("samples").glob("*.txt"))[:4])
LABELS = build_label_set("DATE", "PLAN")
MIDDLE = len(TEXT) // 2


@pytest.fixture
def view(qtbot: QtBot) -> ArticleView:
    """Return a view on a long article."""
    article_view = ArticleView()
    qtbot.addWidget(article_view)
    article_view.resize(700, 500)
    article_view.show_article(Article("x", TEXT), [], LABELS)
    with qtbot.waitExposed(article_view):
        article_view.show()
    return article_view


def height_of(view: ArticleView, offset: int) -> float:
    """Return the height of the middle of the line of this offset in the viewport."""
    line = view.page().line_of(offset)
    assert line
    return view.map_from_page(0, (line.top + line.bottom) / 2).y()


@pytest.mark.parametrize("kind", ["suggestion", "span", "caret", "selection"])
def test_zoom_and_density_keep_what_is_active_where_it_is(view: ArticleView, kind: str) -> None:
    if kind == "suggestion":
        suggestion = Suggestion(MIDDLE, MIDDLE + 9, "DATE", "dates", 0.9)
        view.show_suggestions([suggestion], suggestion)
    elif kind == "span":
        span = Span("u", "x", "a", "PLAN", MIDDLE, MIDDLE + 9)
        view.show_spans([span])
        view.show_selected_span(span)
    else:
        view.move_to(MIDDLE)
    if kind == "selection":
        view.select(MIDDLE, MIDDLE + 9)
    offset = view.current_offset()
    before = height_of(view, offset)
    assert 0 < before < view.viewport().height()
    for percent in (*ZOOMS, *ZOOMS[::-1], 100):
        view.set_zoom(percent)
        assert height_of(view, offset) == pytest.approx(before, abs=len(ZOOMS))  # half a pixel each time
    view.set_compact(True)
    assert height_of(view, offset) == pytest.approx(before, abs=len(ZOOMS) + 1)


def test_zoom_keeps_the_first_visible_line_where_the_caret_is_out_of_sight(view: ArticleView) -> None:
    view.move_to(0)
    view.reveal(MIDDLE, MIDDLE + 1)
    top = view.verticalScrollBar().value() - view.map_from_page(0, 0).y() - view.verticalScrollBar().value()
    first = next(line for line in view.page().lines_between(top, top + 500) if line.top >= top)
    before = height_of(view, first.start)
    view.set_zoom(150)
    assert height_of(view, first.start) == pytest.approx(before, abs=1)


def test_more_lines_fit_in_the_compact_density(view: ArticleView) -> None:
    normal, height = len(list(view.page().lines_between(0, 500))), view.page().height
    view.set_compact(True)
    assert len(list(view.page().lines_between(0, 500))) > normal
    assert view.page().height < 0.88 * height


def test_the_density_is_a_preference(window: Window) -> None:
    normal = window.view.page().spacing
    control, shift = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
    QTest.keyClick(window.view, Qt.Key.Key_D, control | shift)
    assert settings.load().compact
    assert window.action("toggle_compact").isChecked()
    assert window.view.page().spacing.lane < normal.lane
    QTest.keyClick(window.view, Qt.Key.Key_D, control | shift)
    assert window.view.page().spacing == normal


def test_captions_grow_with_the_text(view: ArticleView) -> None:
    sizes = []
    for percent in (60, 100, 200):
        view.set_zoom(percent)
        sizes.append(view.page().spacing.caption_size)
    assert sizes == sorted(sizes)
    assert sizes[0] >= 10
    assert sizes[2] > 1.4 * sizes[1]
