"""A change of marks repaints everything that changed and not much more."""

from typing import Any

import pytest
from builders import build_label_set
from hypothesis import example, given
from hypothesis import strategies as st
from msgspec.structs import replace
from PySide6.QtCore import QEvent, QObject, QPoint
from PySide6.QtGui import QImage, QPaintEvent, QRegion
from PySide6.QtWidgets import QApplication
from strategies import examples

from annotator.model.records import BOILERPLATE, Article, Span, Suggestion, Zone
from annotator.ui import app
from annotator.ui.article.article_canvas import ArticleCanvas
from annotator.ui.article.marks import Marks, changed_ranges
from annotator.ui.article.nesting_depths import compute_depths

PARAGRAPH = "أعلنت وزارة الصحة، أمس، عن الخطة الوطنية للتلقيح 2024-2030 لفائدة الأطفال. " * 3
TEXT = "\n".join([PARAGRAPH, PARAGRAPH, f"{PARAGRAPH}\u200f\u202e2024-2030\u202c"])
LABELS = build_label_set("DATE", "PLAN")
PLACES = st.tuples(st.integers(0, len(TEXT) - 2), st.integers(1, 60)).map(
    lambda pair: (pair[0], min(len(TEXT), sum(pair)))
)
SPANS = st.builds(
    lambda place, label: Span(f"{label}{place}", "x", "a", label, *place), PLACES, st.sampled_from(("DATE", "PLAN"))
)
SUGGESTIONS = st.lists(
    st.builds(
        lambda place, label, score: Suggestion(place[0], place[1], label, "names", score),
        PLACES,
        st.sampled_from(("DATE", "PLAN")),
        st.sampled_from((0.5, 0.95)),
    ),
    max_size=4,
    unique_by=lambda suggestion: (suggestion.start, suggestion.end, suggestion.label),  # as select_open_suggestions
).map(lambda suggestions: sorted(suggestions, key=lambda suggestion: (suggestion.start, -suggestion.end)))
ACTIONS = st.one_of(
    st.tuples(st.just("suggest"), SUGGESTIONS),
    st.tuples(st.just("choose a suggestion"), st.integers(0, 9)),
    st.tuples(st.just("toggle"), SPANS),
    st.tuples(st.just("relabel"), st.integers(0, 9)),
    st.tuples(st.just("choose"), st.integers(0, 9)),
    st.tuples(st.just("select"), st.none() | PLACES),
    st.tuples(st.just("drag"), st.none() | PLACES),
    st.tuples(st.just("invisible"), st.booleans()),
    st.tuples(st.just("hits"), st.lists(PLACES, max_size=3)),
)


class Screen(QObject):
    """The visible content of a view, built up from its paint events."""

    def __init__(self, view: ArticleCanvas) -> None:
        super().__init__()
        self._view = view
        self.painted = QRegion()
        self.picture = self.render()
        view.viewport().installEventFilter(self)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QPaintEvent):
            self.painted += event.region()
        return False

    def update(self) -> None:
        """Process pending paint events."""
        self.painted = QRegion()
        QApplication.processEvents()
        viewport, region = self._view.viewport(), self.painted
        if not region.isEmpty():
            viewport.removeEventFilter(self)
            viewport.render(self.picture, region.boundingRect().topLeft(), region)
            viewport.installEventFilter(self)

    def render(self) -> QImage:
        """Render the entire view."""
        viewport = self._view.viewport()
        image = QImage(viewport.size(), QImage.Format.Format_RGB32)
        image.fill(0)
        viewport.render(image, QPoint())
        return image


@pytest.fixture(scope="module")
def view(qapp: QApplication) -> ArticleCanvas:
    app.create_application()
    canvas = ArticleCanvas()
    canvas.resize(640, 800)  # room for the text with its fold open: `test_scrolling` checks pixels that are moved
    canvas.show()
    QApplication.processEvents()
    return canvas


def perform(view: ArticleCanvas, spans: list[Span], action: tuple[str, Any]) -> None:
    name, argument = action
    span = spans[argument % len(spans)] if spans and isinstance(argument, int) else None
    if name == "toggle":
        spans.remove(argument) if argument in spans else spans.append(argument)
        spans.sort(key=lambda span: (span.start, -span.end, span.uid))
        view.show_spans(spans)
    elif name == "relabel" and span:
        spans[spans.index(span)] = replace(span, label="PLAN" if span.label == "DATE" else "DATE")
        view.show_spans(spans)
    elif name == "suggest":
        view.show_suggestions(argument, None)
    elif name == "invisible":
        view.show_invisible(argument)
    elif name == "choose a suggestion":
        suggestions = view._suggestions
        view.show_suggestions(suggestions, suggestions[argument % len(suggestions)] if suggestions else None)
    elif name == "choose":
        view.show_selected_span(span)
    elif name == "select":
        view._select(argument)
    elif name == "drag":
        view._dragged_range = argument
        view._update_marks()
    elif name == "hits":
        view.show_hits(argument, argument[0] if argument else None)


@examples(40)
@given(actions=st.lists(ACTIONS, min_size=1, max_size=9))
@example(  # a span takes the handles of a suggestion on another line
    actions=[
        ("toggle", Span("x", "x", "a", "DATE", 87, 88)),
        ("suggest", [Suggestion(0, 1, "DATE", "names", 0.5)]),
        ("choose a suggestion", 0),
        ("choose", 0),
    ]
)
def test_repainting_covers_everything_that_changed(view: ArticleCanvas, actions: list[tuple[str, Any]]) -> None:
    boilerplate = Zone("z", "x", BOILERPLATE, 0, TEXT.index("\n"))
    view.show_article(Article("x", TEXT), [boilerplate], LABELS)
    QApplication.processEvents()
    screen, spans = Screen(view), list[Span]()
    for action in actions:
        perform(view, spans, action)
        screen.update()
        assert screen.picture == screen.render(), action
    assert view.verticalScrollBar().maximum() == 0
    screen.deleteLater()


def test_a_change_repaints_only_its_lines(view: ArticleCanvas) -> None:
    view.show_article(Article("x", TEXT), [], LABELS)
    first, *remainder = (span(start, start + 5) for start in range(0, len(TEXT) - 5, 60))
    view.show_spans(remainder)
    QApplication.processEvents()
    screen = Screen(view)
    view.show_spans([first, *remainder])
    screen.update()
    height = screen.painted.boundingRect().height()
    assert 0 < height < view.viewport().height() / 4
    view.show_spans([first, *remainder])
    screen.update()
    assert screen.painted.isEmpty()
    screen.deleteLater()


def test_equal_marks_have_no_changed_ranges() -> None:
    spans = (span(0, 5), span(3, 9), span(20, 24))
    marks = Marks(spans, compute_depths(spans, LABELS), spans[0], (1, 2), (3, 4), ((5, 6),), (5, 6))
    assert list(changed_ranges(marks, replace(marks, spans=(*spans,)))) == []


def test_removing_a_span_changes_its_group_of_overlapping_spans() -> None:
    spans = (span(0, 5), span(3, 9), span(20, 24))
    before = Marks(spans, compute_depths(spans, LABELS))
    after = Marks(spans[1:], compute_depths(spans[1:], LABELS))
    assert set(changed_ranges(before, after)) == {(0, 9)}
    assert set(changed_ranges(after, before)) == {(0, 9)}


def span(start: int, end: int) -> Span:
    return Span(f"{start}-{end}", "x", "a", "DATE", start, end)
