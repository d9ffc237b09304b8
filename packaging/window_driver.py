"""Drive the window as a person does: open it on a corpus of the samples, and tag the first one by mouse and keys."""

from collections.abc import Generator
from pathlib import Path
from typing import Final, NamedTuple, TypeVar

from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QCursor, QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from annotator import i18n
from annotator.jobs.imports.importer import import_paths
from annotator.model.labels import default_labels
from annotator.resources import resource_path
from annotator.settings import Settings
from annotator.store.corpus import Corpus
from annotator.ui import app

LEFT, PLAIN = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
ANNOTATOR: Final = "سناء"
T = TypeVar("T")


class Tag(NamedTuple):
    """A label's key, words of the first sample, which of their occurrences is meant, and the value they have."""

    key: str
    words: str
    nth: int = 0
    value: str = ""


TAGS: Final = (
    Tag("1", "الثلاثاء 09 يوليوز 2024 على الساعة 09:00", value="2024-07-09T09:00"),
    Tag("2", "وزارة التربية الوطنية"),
    Tag("3", "خطة لدعم القراءة"),
    Tag("2", "وزارة التربية الوطنية والتعليم الأولي والرياضة"),
    Tag("1", "أمس الاثنين", value="2024-07-08"),
    Tag("3", "الخطة الوطنية لدعم القراءة 2024-2028", value="2024/2028"),
    Tag("1", "2024-2028", value="2024/2028"),
    Tag("1", "شتنبر المقبل", value="2024-09"),
    Tag("3", "خارطة طريق وزارة التربية الوطنية لتجويد التعلمات 2023-2027", value="2023/2027"),
    Tag("2", "وزارة التربية الوطنية", 3),
    Tag("1", "2023-2027", value="2023/2027"),
    Tag("2", "البنك الدولي"),
    Tag("2", "المجلس الأعلى للتربية والتكوين والبحث العلمي"),
    Tag("2", "منظمة الأمم المتحدة للتربية والعلم والثقافة (اليونسكو)"),
    Tag("2", "الأمم المتحدة"),
    Tag("1", "3 إلى 14 شتنبر 2024", value="2024-09-03/2024-09-14"),
    Tag("1", "نهاية أكتوبر", value="2024-10-31"),
    Tag("2", "الأكاديمية الجهوية للتربية والتكوين لجهة فاس-مكناس"),
    Tag("1", "2020 و2023", value="2020/2023"),
    Tag("3", "برنامج «ساعة للكتاب»"),
    Tag("1", "سنة 2028", value="2028"),
    Tag("2", "لجنة التعليم والثقافة والاتصال بمجلس النواب"),
    Tag("2", "مجلس النواب"),
    Tag("1", "يوم الأربعاء 15 يناير 2025 على الساعة الثالثة بعد الزوال", value="2025-01-15T15:00"),
    Tag("1", "اليوم الموالي", value="2025-01-16"),
)
"""Every span of the first sample, according to the labels' guidelines."""


def create_sample_corpus(path: Path) -> Path:
    """Create a corpus with the sample articles at `path`, and return the path."""
    with Corpus.create(path, default_labels()) as corpus:
        finish(import_paths(corpus, sorted(resource_path("samples").glob("*.txt"))))
    return path


def finish(steps: Generator[object, None, T]) -> T:
    """Run a job to its end, and return its result."""
    while True:
        try:
            next(steps)
        except StopIteration as end:
            result: T = end.value
            return result


def open_program(corpus: Path, *, language: str, theme: str, size: tuple[int, int]) -> app.ApplicationController:
    """Open the window on a corpus and wait until it is active. Raises SystemExit where it never is."""
    i18n.set_language(language)
    settings = Settings(language=language, theme=theme, annotator=ANNOTATOR)  # type: ignore[arg-type]
    controller = app.ApplicationController(app.create_application(), settings)
    controller.open_corpus(Corpus.open(corpus))
    controller.window.resize(*size)
    controller.window.show()
    controller.window.activateWindow()
    if not QTest.qWaitForWindowActive(controller.window, 10_000):
        raise SystemExit("the window never became the active one")
    QCursor.setPos(*size)  # else what is in the first corner of the screen would look as if the mouse were on it
    controller.window.view.setFocus()
    return controller


def locate_words(text: str, tag: Tag) -> tuple[int, int]:
    """Return the start and end of a tag's words in the text of the first sample."""
    start = -1
    for _ in range(tag.nth + 1):
        start = text.index(tag.words, start + 1)
    return start, start + len(tag.words)


def tag_all(controller: app.ApplicationController) -> None:
    """Drag over each of TAGS with the mouse, leave out the proclitics of its first word, and press its key.

    Raises SystemExit where other words are selected or no span is made.
    """
    session, view = controller.session, controller.window.view
    assert session.article
    for tag in TAGS:
        start, end = locate_words(session.article.text, tag)
        QTest.keyClick(view, Qt.Key.Key_Escape)  # beside the selected span, a drag would take hold of its edge
        view.reveal(start, end)
        drag_over(controller, start, end)
        for _proclitic in range(2):
            if view.selected_text() != tag.words:
                QTest.keyClick(view, Qt.Key.Key_Space)
        if view.selected_text() != tag.words:
            raise SystemExit(f"“{view.selected_text()}” was selected, and not “{tag.words}”")
        before = len(session.spans)
        QTest.keyClick(view, ord(tag.key))
        if len(session.spans) != before + 1:
            raise SystemExit(f"“{tag.words}” was not tagged")
    view.verticalScrollBar().setValue(0)
    QTest.qWait(50)


def drag_over(controller: app.ApplicationController, start: int, end: int) -> None:
    """Drag from the first half of the letter at `start` to the second half of the letter before `end`."""
    viewport = controller.window.view.viewport()
    first, last = point_at(controller, start, after=False), point_at(controller, end - 1, after=True)
    QTest.mousePress(viewport, LEFT, PLAIN, first)
    for step in range(1, 6):
        point = QPointF(first) + (QPointF(last) - QPointF(first)) * step / 5
        moved = QMouseEvent(
            QEvent.Type.MouseMove, point, viewport.mapToGlobal(point), Qt.MouseButton.NoButton, LEFT, PLAIN
        )
        QApplication.sendEvent(viewport, moved)
    QTest.mouseRelease(viewport, LEFT, PLAIN, last)


def point_at(controller: app.ApplicationController, offset: int, *, after: bool) -> QPoint:
    """Return the point of the viewport in the first half of the letter at this offset, or `after` it in the second."""
    view = controller.window.view
    line = view.page().line_of(offset)
    assert line
    box = next(box for box in line.boxes if box.start <= offset < box.end)
    quarter = (box.right - box.left) / 4
    x = box.left + quarter if box.is_rtl == after else box.right - quarter
    return view.map_from_page(x, (line.top + line.bottom) / 2).toPoint()
