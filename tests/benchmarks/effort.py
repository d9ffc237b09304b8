"""What a span costs an annotator in keys, clicks and drags, counted while the two stories are done in a window.

It needs no screen and no X server: the keys and the mouse are Qt's own. The same stories run with those of an X server
in tests/e2e/test_stories.py.
"""

import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

import measuring
from measuring import MEDIAN, Figure
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QKeySequence, QWindow
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from annotator.model.article_builder import build_article
from annotator.model.labels import default_labels
from annotator.settings import Settings
from annotator.store.corpus import Corpus
from annotator.text.punctuation import is_punctuation
from annotator.text.tokenizer import tokenize
from annotator.ui import app
from annotator.ui.actions.keyboard import to_latin

TESTS: Final = str(Path(__file__).parents[1])
if TESTS not in sys.path:
    sys.path.append(TESTS)  # the stories are there, in e2e

from e2e.stories import (  # noqa: E402
    ARTICLES,
    ExpectedSpan,
    Person,
    estimate_seconds,
    label_by_keyboard,
    label_by_mouse,
    label_by_selection_bar,
    load_gold,
    sample_path,
)
from e2e.watched_window import WindowProbe  # noqa: E402

PEERS: Final = {
    "Label Studio": 2.68,
    "brat (at least)": 2.4,
    "doccano (at least)": 2.68,
    "INCEpTION": 2.68,
    "SLATE (three words, without the way there)": 1.12,
}
"""Seconds a span by the same model, as issue 3 has them."""
_KEYS: Final = 4
"""At most so many for three words, with the way there (issue 3)."""
_BAR: Final = "mouse at the selection, with suggestions, every span"
_BAR_SECONDS: Final = 1.9
"""At most so many for a span (issue 19)."""
_THREE: Final = "those of three words"
Story = Callable[[Person, Iterable[ExpectedSpan]], Iterator[ExpectedSpan]]
_LEFT: Final = Qt.MouseButton.LeftButton


class Effort(NamedTuple):
    """What labelling some spans took, all in all."""

    what: str
    spans: int
    tally: Counter[str]

    def each(self, kind: str) -> float:
        """How many of a kind a span took on average."""
        return self.tally[kind] / self.spans

    def seconds(self) -> float:
        """How long a span took on average, by the model."""
        return estimate_seconds(self.tally) / self.spans


class Tester(Person):
    """Sits at a window in this process."""

    def __init__(self, controller: app.ApplicationController) -> None:
        super().__init__()
        self._window, self._eyes = controller.window, WindowProbe(controller)

    def ask(self, question: str, **details: Any) -> Any:
        QApplication.processEvents()  # the X server may only now have shown what is asked for
        return getattr(self._eyes, question)(**details)

    def _seen(self, move: Callable[[], None], what: str | None = None) -> None:
        before = self.see()
        move()
        for _ in range(100):
            QApplication.processEvents()
            after = self.see()
            if after != before if what is None else after[what] != before[what]:
                return
            QTest.qWait(10)
        raise AssertionError("nothing happens")

    def _press(self, keys: list[str]) -> None:
        pressed = QKeySequence("+".join([*keys[:-1], to_latin(keys[-1])]))[0]  # type: ignore[index]
        QTest.qSleep(2)  # a press in the millisecond of its release would be taken for one of a key held down
        QTest.keyClick(self._handle(), pressed.key(), pressed.keyboardModifiers())

    def _drag(self, start: list[int], end: list[int]) -> None:
        first, last, still = self._point(start), self._point(end), Qt.KeyboardModifier.NoModifier
        QTest.mousePress(self._handle(), _LEFT, still, first)
        for step in (1, 2, 3):
            QTest.mouseMove(self._handle(), first + (last - first) * step / 3)
        QTest.mouseRelease(self._handle(), _LEFT, still, last)

    def _click(self, place: list[int]) -> None:
        QTest.mouseClick(self._handle(), _LEFT, Qt.KeyboardModifier.NoModifier, self._point(place))

    def _shift_click(self, place: list[int]) -> None:
        QTest.mouseClick(self._handle(), _LEFT, Qt.KeyboardModifier.ShiftModifier, self._point(place))

    def _double_click(self, place: list[int]) -> None:
        QTest.mouseDClick(self._handle(), _LEFT, Qt.KeyboardModifier.NoModifier, self._point(place))

    def _choose(self, place: list[int], action: str) -> None:
        right = Qt.MouseButton.RightButton
        QTest.mouseClick(self._handle(), right, Qt.KeyboardModifier.NoModifier, self._point(place))
        x, y = self._find("menu", action)
        menu = QApplication.activePopupWidget()
        assert menu
        QTest.mouseClick(menu, _LEFT, Qt.KeyboardModifier.NoModifier, menu.mapFromGlobal(QPoint(x, y)))

    def _turn(self, *, down: bool) -> None:
        bar = self._window.view.verticalScrollBar()
        bar.setValue(bar.value() + (3 if down else -3) * bar.singleStep())

    def _handle(self) -> QWindow:
        return self._window.windowHandle()

    def _point(self, place: list[int]) -> QPoint:
        x, y = place  # nothing would be a click on a corner of the screen
        return self._window.mapFromGlobal(QPoint(x, y))


def measure_efforts(folder: Path) -> Iterator[Effort]:
    """Yield what both stories take on the sample articles with gold spans; `folder` is for the files.

    Nothing is suggested to keyboard and mouse: `suggestion_effort` measures what that saves. To the mouse at the bar
    beside the selection, the suggesters that need no training suggest. Counted is everything from the first to the last
    span: the way there, the label, corrections of its edges. Not counted are reading, finding out what to label, and
    marking the article as done.
    """
    app.create_application()
    for what, story in (("keyboard", label_by_keyboard), ("mouse", label_by_mouse)):
        efforts = [effort for name in ARTICLES for effort in _measure_spans(folder, name, story)]
        yield Effort(f"{what}, every span", len(efforts), sum((tally for _words, tally in efforts), Counter()))
        three = [tally for words, tally in efforts if words == 3]
        yield Effort(f"{what}, {_THREE}", len(three), sum(three, Counter()))
    efforts = [effort for name in ARTICLES for effort in _measure_spans(folder, name, label_by_selection_bar)]
    yield Effort(_BAR, len(efforts), sum((tally for _words, tally in efforts), Counter()))


def _measure_spans(folder: Path, name: str, story: Story) -> Iterator[tuple[int, Counter[str]]]:
    """Of each span of an article how many words it has and what it took."""
    text = sample_path(name).read_text(encoding="utf-8")
    corpus = Corpus.create(folder / f"{name}-{story.__name__}.corpus", default_labels())
    corpus.add(build_article(text))
    is_suggesting = story is label_by_selection_bar
    controller = app.ApplicationController(
        app.create_application(), Settings(language="en", annotator="bench", suggestions=is_suggesting)
    )
    controller.open_corpus(corpus)
    controller.window.resize(1366, 768)
    controller.window.show()
    controller.window.activateWindow()
    QApplication.processEvents()
    while is_suggesting and (controller.window.suggestions.is_busy or not controller.window.suggestions.visible):
        QTest.qWait(10)
    person, before = Tester(controller), Counter[str]()
    try:
        for span in story(person, load_gold(name)):
            words = [word for word in tokenize(text, span.start, span.end) if not is_punctuation(text, word)]
            yield len(words), person.tally - before
            before = person.tally.copy()
    finally:
        controller.window.close()
        controller.session.close()


def measure(folder: Path) -> Iterator[Figure]:
    """Measure what a span costs on average: in keys and clicks, and in seconds beside each of the PEERS.

    A key takes 0.28 s, a click 1.3, a double click 1.5, a drag 2.4; a key that is held with Shift is one.
    """
    for effort in measure_efforts(folder):
        what = f"{effort.what} ({effort.spans})"
        for kind in ("keys", "keys and modifiers", "clicks", "double clicks", "drags"):
            wanted = (
                measuring.Wanted(MEDIAN, _KEYS, issue=3)
                if (effort.what, kind) == (f"keyboard, {_THREE}", "keys")
                else None
            )
            if effort.tally[kind]:
                yield Figure(f"{kind} a span: {what}", [effort.each(kind)], unit="", wanted=wanted)
        for peer, cost in PEERS.items() if effort.what.startswith("keyboard") else (("Label Studio", 2.68),):
            if effort.what.endswith(_THREE) or not peer.startswith("SLATE"):
                wanted = measuring.Wanted(MEDIAN, _BAR_SECONDS, issue=19) if effort.what == _BAR else None
                yield Figure(f"a span: {what}", [effort.seconds()], f"{peer} (issue 3)", [cost], "s", wanted=wanted)
