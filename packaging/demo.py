"""The main job where there is no screen: `python packaging/demo.py FOLDER`, run by dev.py on a virtual one.

Opens the real window on the sample articles, tags the first one with mouse and keys, exports it, and prints where the
training set, its report and a picture of the window lie. `--pictures` takes a picture of it in each language instead;
the README's is one of them.
"""

import argparse
import os
import shutil
import sys
from pathlib import Path

from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from annotator import i18n
from annotator.jobs.exporting import Options, export
from annotator.jobs.importing import import_paths
from annotator.resources import resource
from annotator.settings import Settings
from annotator.store.corpus import Corpus
from annotator.ui import app
from annotator.ui.corpus_commands import default_labels

LEFT, PLAIN = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
TAGS = (
    ("3", "خطة لدعم القراءة", 0),
    ("2", "وزارة التربية الوطنية", 0),
    ("2", "وزارة التربية الوطنية والتعليم الأولي والرياضة", 0),
    ("1", "أمس الاثنين", 0),
    ("3", "الخطة الوطنية لدعم القراءة 2024-2028", 0),
    ("1", "2024-2028", 0),
    ("1", "شتنبر المقبل", 0),
    ("3", "خارطة طريق وزارة التربية الوطنية لتجويد التعلمات 2023-2027", 0),
    ("2", "وزارة التربية الوطنية", 3),
    ("1", "2023-2027", 0),
    ("2", "منظمة الأمم المتحدة للتربية والعلم والثقافة (اليونسكو)", 0),
)
"""A label's key, words of the first sample, and which of their occurrences."""


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("folder", type=Path, help="where everything goes; an earlier run's is emptied first")
    arguments.add_argument("--pictures", action="store_true", help="pictures in each language instead")
    chosen = arguments.parse_args()
    folder: Path = chosen.folder.absolute()
    clear(folder)
    os.environ["ANNOTATOR_HOME"] = str(folder / "home")  # the person's own settings are neither read nor written
    return pictures(folder) if chosen.pictures else job(folder)


def clear(folder: Path) -> None:
    """An empty folder; one that holds anything but an earlier run's things is left alone, and the program ends."""
    mark = folder / "made-by-demo"
    if folder.exists() and any(folder.iterdir()) and not mark.exists():
        raise SystemExit(f"{folder} holds other things: name a new folder")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    mark.touch()


def job(folder: Path) -> int:
    """The main job, end to end."""
    corpus = samples(folder / "demo.corpus")
    desk = open_desk(corpus, language="ar", theme="light", size=(1366, 768))
    tag_all(desk)
    desk.window.grab().save(str(folder / "window.png"))
    QTest.keyClick(desk.window.view, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)  # done, and next
    desk.window.close()
    desk.session.close()
    target = folder / "train.conll"
    with Corpus.open(corpus, readonly=True) as opened:
        work = export(opened, target, Options())
        while True:
            try:
                next(work)
            except StopIteration as stop:
                report = stop.value
                break
    print(f"tagged in the window:  {report.spans} spans")
    print(f"in the training set:   {report.written + len(report.widened)}; verified: {report.verified}")
    print(f"training set (CoNLL):  {target}")
    print(f"what became of each:   {target}.report.json")
    print(f"picture of the window: {folder / 'window.png'}")
    return 0


def pictures(folder: Path) -> int:
    """The window in each language and theme."""
    for language, theme, size in (
        ("ar", "light", (1366, 768)),
        ("ar", "dark", (1366, 768)),
        ("fr", "light", (1366, 768)),
    ):
        i18n.use(language)
        desk = open_desk(samples(folder / f"{language}-{theme}.corpus"), language=language, theme=theme, size=size)
        tag_all(desk)
        path = folder / f"window-{language}-{theme}.png"
        desk.window.grab().save(str(path))
        desk.window.close()
        desk.session.close()
        print(path)
    return 0


def samples(path: Path) -> Path:
    """A corpus with the sample articles."""
    with Corpus.create(path, default_labels()) as corpus:
        for _count in import_paths(corpus, sorted(resource("samples").glob("*.txt"))):
            pass
    return path


def open_desk(corpus: Path, *, language: str, theme: str, size: tuple[int, int]) -> app.Desk:
    """The window on a corpus."""
    settings = Settings(language=language, theme=theme, annotator="سناء")  # type: ignore[arg-type]
    desk = app.Desk(app.application(), settings)
    desk.work_at(Corpus.open(corpus))
    desk.window.resize(*size)
    desk.show()
    desk.window.activateWindow()
    if not QTest.qWaitForWindowActive(desk.window, 10_000):
        raise SystemExit("the window never became the active one")
    desk.window.view.setFocus()
    return desk


def tag_all(desk: app.Desk) -> None:
    """Drag over each of TAGS with the mouse and press its label's key."""
    session, view = desk.session, desk.window.view
    assert session.article
    for key, words, nth in TAGS:
        start = -1
        for _ in range(nth + 1):
            start = session.article.text.index(words, start + 1)
        end = start + len(words)
        view.reveal(start, end)
        drag(desk, start, end)
        if view.text_of_selection() != words:
            raise SystemExit(f"“{view.text_of_selection()}” was selected, and not “{words}”")
        before = len(session.spans)
        QTest.keyClick(view, ord(key))
        if len(session.spans) != before + 1:
            raise SystemExit(f"“{words}” was not tagged")
    view.verticalScrollBar().setValue(0)
    QTest.qWait(50)


def drag(desk: app.Desk, start: int, end: int) -> None:
    """From the first half of the letter at `start` to the second half of the one before `end`."""
    viewport = desk.window.view.viewport()
    first, last = place(desk, start, after=False), place(desk, end - 1, after=True)
    QTest.mousePress(viewport, LEFT, PLAIN, first)
    for step in range(1, 6):
        point = QPointF(first) + (QPointF(last) - QPointF(first)) * step / 5
        moved = QMouseEvent(
            QEvent.Type.MouseMove, point, viewport.mapToGlobal(point), Qt.MouseButton.NoButton, LEFT, PLAIN
        )
        QApplication.sendEvent(viewport, moved)
    QTest.mouseRelease(viewport, LEFT, PLAIN, last)


def place(desk: app.Desk, offset: int, *, after: bool) -> QPoint:
    """The point of the viewport in the first or the second half of the letter at this offset."""
    view = desk.window.view
    line = view.page().line_of(offset)
    assert line
    box = next(box for box in line.boxes if box.start <= offset < box.end)
    quarter = (box.right - box.left) / 4
    x = box.left + quarter if box.rtl == after else box.right - quarter
    return view.point_of(x, (line.top + line.bottom) / 2).toPoint()


if __name__ == "__main__":
    sys.exit(main())
