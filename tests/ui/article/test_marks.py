"""No more is painted anew than what looks otherwise, and no less."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from PySide6.QtCore import QEvent, QObject, QPoint
from PySide6.QtGui import QImage, QPaintEvent, QRegion
from PySide6.QtWidgets import QApplication

from annotator.model.labels import Colour, Label, LabelSet
from annotator.model.records import BOILERPLATE, Article, Span, Suggestion, Zone
from annotator.ui import app
from annotator.ui.article.article_canvas import ArticleCanvas
from annotator.ui.article.marks import Marks, changes
from annotator.ui.article.nesting_depths import depths

PARAGRAPH = "أعلنت وزارة الصحة، أمس، عن الخطة الوطنية للتلقيح 2024-2030 لفائدة الأطفال. " * 3
TEXT = "\n".join([PARAGRAPH, PARAGRAPH, f"{PARAGRAPH}\u200f\u202e2024-2030\u202c"])
LABELS = LabelSet(tuple(Label(name, {}, Colour("#8f6a0a", "#ecc04c")) for name in ("DATE", "PLAN")))
PLACES = st.tuples(st.integers(0, len(TEXT) - 2), st.integers(1, 60)).map(
    lambda pair: (pair[0], min(len(TEXT), sum(pair)))
)
SPANS = st.builds(
    lambda place, label: Span(f"{label}{place}", "x", "a", label, *place), PLACES, st.sampled_from(("DATE", "PLAN"))
)
SUGGESTIONS = st.lists(
    st.builds(
        lambda place, label, score: Suggestion(*place, label, "names", score),
        PLACES,
        st.sampled_from(("DATE", "PLAN")),
        st.sampled_from((0.5, 0.95)),
    ),
    max_size=4,
).map(lambda found: sorted(found, key=lambda one: (one.start, -one.end)))
ACTS = st.one_of(
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
    """What a person sees of a view: each of its paint events reaches the picture, and nothing else does."""

    def __init__(self, view: ArticleCanvas) -> None:
        super().__init__()
        self._view = view
        self.painted = QRegion()
        self.picture = self.anew()
        view.viewport().installEventFilter(self)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QPaintEvent):
            self.painted += event.region()
        return False

    def follow(self) -> None:
        """Let what waits to be painted be painted."""
        self.painted = QRegion()
        QApplication.processEvents()
        viewport, region = self._view.viewport(), self.painted
        if self.picture.size() != viewport.size():
            self.picture = self.anew()  # an open fold needs a scroll bar
        elif not region.isEmpty():
            viewport.removeEventFilter(self)
            viewport.render(self.picture, region.boundingRect().topLeft(), region)
            viewport.installEventFilter(self)

    def anew(self) -> QImage:
        """The view as it would be if all of it were painted."""
        viewport = self._view.viewport()
        image = QImage(viewport.size(), QImage.Format.Format_RGB32)
        image.fill(0)
        viewport.render(image, QPoint())
        return image


@pytest.fixture(scope="module")
def view(qapp: QApplication) -> ArticleCanvas:
    app.application()
    made = ArticleCanvas()
    made.resize(640, 700)
    made.show()
    QApplication.processEvents()
    return made


def do(view: ArticleCanvas, spans: list[Span], act: tuple[str, Any]) -> None:
    name, what = act
    chosen = spans[what % len(spans)] if spans and isinstance(what, int) else None
    if name == "toggle":
        spans.remove(what) if what in spans else spans.append(what)
        spans.sort(key=lambda span: (span.start, -span.end, span.uid))
        view.show_spans(spans)
    elif name == "relabel" and chosen:
        spans[spans.index(chosen)] = replace(chosen, label="PLAN" if chosen.label == "DATE" else "DATE")
        view.show_spans(spans)
    elif name == "suggest":
        view.show_suggestions(what, None)
    elif name == "invisible":
        view.show_invisible(what)
    elif name == "choose a suggestion":
        known = view._suggestions
        view.show_suggestions(known, known[what % len(known)] if known else None)
    elif name == "choose":
        view.show_selected(chosen)
    elif name == "select":
        view._select(what)
    elif name == "drag":
        view._stretched = what
        view._mark()
    elif name == "hits":
        view.show_hits(what, what[0] if what else None)


@settings(max_examples=40, deadline=None)
@given(acts=st.lists(ACTS, min_size=1, max_size=9))
def test_what_is_painted_anew_is_all_that_looks_otherwise(view: ArticleCanvas, acts: list[tuple[str, Any]]) -> None:
    boilerplate = Zone("z", "x", BOILERPLATE, 0, TEXT.index("\n"))
    view.show_article(Article("x", TEXT), [boilerplate], LABELS)
    QApplication.processEvents()
    screen, spans = Screen(view), list[Span]()
    for act in acts:
        do(view, spans, act)
        screen.follow()
        assert screen.picture == screen.anew(), act
    screen.deleteLater()


def test_a_key_paints_no_more_than_the_lines_it_is_about(view: ArticleCanvas) -> None:
    view.show_article(Article("x", TEXT), [], LABELS)
    first, *others = (span(start, start + 5) for start in range(0, len(TEXT) - 5, 60))
    view.show_spans(others)
    QApplication.processEvents()
    screen = Screen(view)
    view.show_spans([first, *others])
    screen.follow()
    height = screen.painted.boundingRect().height()
    assert 0 < height < view.viewport().height() / 4
    view.show_spans([first, *others])
    screen.follow()
    assert screen.painted.isEmpty()
    screen.deleteLater()


def test_what_is_alike_is_no_change() -> None:
    spans = (span(0, 5), span(3, 9), span(20, 24))
    marks = Marks(spans, depths(spans, LABELS), spans[0], (1, 2), (3, 4), ((5, 6),), (5, 6))
    assert list(changes(marks, replace(marks, spans=(*spans,)))) == []


def test_a_span_changes_all_that_share_letters_with_it() -> None:
    spans = (span(0, 5), span(3, 9), span(20, 24))
    before = Marks(spans, depths(spans, LABELS))
    after = Marks(spans[1:], depths(spans[1:], LABELS))
    assert set(changes(before, after)) == {(0, 9)}
    assert set(changes(after, before)) == {(0, 9)}


def span(start: int, end: int) -> Span:
    return Span(f"{start}-{end}", "x", "a", "DATE", start, end)
