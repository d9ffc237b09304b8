"""What is on the screen after scrolling, where pixels are moved, is what painting it all anew would give."""

import random
from collections.abc import Callable

import pytest
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from annotator.model.labels import LabelSet, default_labels
from annotator.model.records import Article, Span, Suggestion, Zone
from annotator.resources import resource_path
from annotator.ui.article.article_view import ArticleView
from annotator.ui.widgets.theme import DARK, LIGHT, Theme


@pytest.fixture
def view(qtbot: QtBot) -> ArticleView:
    """Return a low view on a long article that is full of nested spans, suggestions and hits."""
    labels: LabelSet = default_labels()
    text = "\n\n".join(path.read_text(encoding="utf-8") for path in sorted(resource_path("samples").glob("*.txt"))[:3])
    names = [label.name for label in labels.labels]
    article_view = ArticleView()
    qtbot.addWidget(article_view)
    article_view.resize(700, 330)
    article_view.show_article(Article("x", text), [Zone("z", "x", "headline", 0, text.index("\n"))], labels)
    spans = [
        Span(f"{start}-{deep}", "x", "a", names[(start + deep) % 3], start + deep, start + 40 - 9 * deep)
        for start in range(3, len(text) - 60, 90)
        for deep in range(3)
    ]
    article_view.show_spans(spans)
    suggestions = [
        Suggestion(start, start + 25, names[turn % 3], "names", (0.3, 0.7, 0.99)[turn % 3])
        for turn, start in enumerate(range(50, len(text) - 60, 70))
    ]
    article_view.show_suggestions(suggestions, None)
    article_view.show_hits([(start, start + 6) for start in range(20, len(text) - 60, 110)], (130, 136))
    with qtbot.waitExposed(article_view):
        article_view.show()
    return article_view


def on_screen(view: ArticleView) -> QImage:
    QApplication.processEvents()
    part = view.viewport().geometry()
    grabbed = view.screen().grabWindow(view.winId(), part.x(), part.y(), part.width(), part.height())
    return grabbed.toImage().convertToFormat(QImage.Format.Format_RGB32)


def painted_anew(view: ArticleView) -> QImage:
    return view.viewport().grab().toImage().convertToFormat(QImage.Format.Format_RGB32)


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_scrolled_pixels_equal_a_full_repaint(
    view: ArticleView, set_theme: Callable[[Theme], None], theme: Theme
) -> None:
    set_theme(theme)
    bar, chance = view.verticalScrollBar(), random.Random(7)
    while view.page().lay_out_next():
        pass
    view._update_scroll_bar()
    assert bar.maximum() > 900
    spans = view._marks.spans
    seen = set()
    for turn in range(60):
        if turn % 4 == 3:
            view.show_selected_span(chance.choice(spans[: len(spans) // 2]))  # marks change and pixels move at once
        else:
            bar.setValue(bar.value() + chance.choice((-170, -40, -7, -1, 1, 3, 11, 26, 90, 250)))
        if chance.random() < 0.3:
            bar.setValue(bar.value() + chance.choice((-5, 13)))  # twice before anything is painted
        image = on_screen(view)
        assert image == painted_anew(view), f"after {turn + 1} moves, at {bar.value()}"
        seen.add(bytes(image.constBits()))
    assert len(seen) > 40


def test_wheel_step_paints_only_the_exposed_part(view: ArticleView, monkeypatch: pytest.MonkeyPatch) -> None:
    painted: list[float] = []
    monkeypatch.setattr(
        "annotator.ui.article.painting.PagePainter.paint",
        lambda _self, _painter, top, bottom: painted.append(bottom - top),
    )
    on_screen(view)
    painted.clear()
    view.verticalScrollBar().setValue(20)
    QApplication.processEvents()
    assert painted
    assert sum(painted) < view.viewport().height() / 4


def test_fractional_scaling_repaints_everything(view: ArticleView, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ArticleView, "devicePixelRatioF", lambda _self: 1.5)
    on_screen(view)
    moved: list[object] = []
    monkeypatch.setattr(type(view.viewport()), "scroll", lambda *arguments: moved.append(arguments), raising=False)
    view.verticalScrollBar().setValue(20)
    assert moved == []
    assert on_screen(view) == painted_anew(view)
