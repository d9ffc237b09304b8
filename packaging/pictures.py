"""The pictures of docs/: `python packaging/demo.py FOLDER --pictures` (packaging/README.md says more).

The window in each language, in both themes and in two sizes, on a corpus in the middle of the work; and what the
annotator's guide tells of, in its languages. Each is taken of a window of its own, on a copy of that corpus.
"""

import shutil
from collections import Counter
from collections.abc import Iterator
from itertools import count, product
from pathlib import Path
from typing import Final

from demo import ANNOTATOR, TAGS, open_desk, place_of, samples
from features import FEATURES, PLAN, grabbed, select
from PySide6.QtCore import QEvent
from PySide6.QtGui import QImage, QPixmap
from PySide6.QtWidgets import QApplication

from annotator.i18n import LANGUAGES
from annotator.model.records import DONE, FLAGGED, SKIPPED
from annotator.store.corpus import Corpus
from annotator.ui import app
from annotator.ui.session.session import Session

SIZES: Final = ((1366, 768), (1920, 1080))
THEMES: Final = ("light", "dark")
GUIDES: Final = ("ar", "en")
"""The languages of the annotator's guide."""
_NOTE: Final = "يُراجَع: هل «خطة لدعم القراءة» في العنوان اسم للخطة؟"


def take_all(folder: Path, target: Path) -> int:
    """Make every picture in `target`, with corpora in `folder`; 0, as an exit code."""
    target.mkdir(parents=True, exist_ok=True)
    QApplication.setCursorFlashTime(0)  # the same picture at every moment
    corpora = _corpora(folder)
    for language, theme, size in product(LANGUAGES, THEMES, SIZES):
        desk = open_desk(next(corpora), language=language, theme=theme, size=size)
        select(desk, PLAN)
        _save(grabbed(desk.window), target / window_name(language, theme, size))
        _close(desk)
    for language, (name, take) in product(GUIDES, FEATURES.items()):
        desk = open_desk(next(corpora), language=language, theme="light", size=SIZES[0])
        _save(take(desk), target / f"{name}-{language}.png")
        _close(desk)
    return 0


def names() -> list[str]:
    """What all the pictures are called."""
    windows = [window_name(*which) for which in product(LANGUAGES, THEMES, SIZES)]
    return windows + [f"{name}-{language}.png" for name, language in product(FEATURES, GUIDES)]


def window_name(language: str, theme: str, size: tuple[int, int]) -> str:
    """What the picture of the window is called."""
    return f"window-{language}-{theme}-{size[0]}x{size[1]}.png"


# The corpus in the middle of the work


def _corpora(folder: Path) -> Iterator[Path]:
    """Copies of it, each in a file of its own with a name to be seen."""
    worked = samples(folder / "worked.corpus")
    session = Session(ANNOTATOR)
    session.open(Corpus.open(worked))
    _work(session)
    session.close()
    for number in count(1):
        copy = folder / str(number) / "news.corpus"
        copy.parent.mkdir()
        yield Path(shutil.copy(worked, copy))


def _work(session: Session) -> None:
    """The first article tagged as TAGS say and noted upon, some others in each state."""
    for index, state in ((1, DONE), (2, DONE), (3, SKIPPED), (4, FLAGGED), (5, DONE)):
        session.open_article(index)
        session.set_state(state)
    session.open_article(0)
    assert session.article
    labels = {label.key: label.name for label in session.labels.labels}
    for tag in TAGS:
        session.tag(labels[tag.key], *place_of(session.article.text, tag))
        if session.selection and tag.value:
            session.describe(session.selection, tag.value, "")
    session.write_note(_NOTE)


def _save(picture: QPixmap, path: Path) -> None:
    """As a PNG of 256 colours: one of every hue at least, and then the commonest, which no eye can tell from all."""
    image = picture.toImage().convertToFormat(QImage.Format.Format_RGB32)
    colours = [colour for colour, _count in Counter(memoryview(image.constBits()).cast("I")).most_common()]
    hues = {colour & 0xE0E0E0: colour for colour in reversed(colours)}
    table = list(dict.fromkeys([*hues.values(), *colours]))[:256]
    if not image.convertToFormat(QImage.Format.Format_Indexed8, table).save(str(path), quality=0):
        raise SystemExit(f"{path} could not be written")
    print(path)


def _close(desk: app.ApplicationController) -> None:
    desk.window.close()
    desk.session.close()
    desk.window.deleteLater()
    desk.deleteLater()
    # Else every later window would be painted after the style sheet was read for all the earlier ones too.
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
