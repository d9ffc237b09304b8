"""Take the pictures of docs/: `python packaging/demo.py FOLDER --pictures` (packaging/README.md says more).

The window in each language, in both themes and in two sizes, on a partly annotated corpus; and what the annotator's
guide and the pages for team leads show, in their languages. Each is taken of a window of its own, on a copy of that
corpus.
"""

import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import count, product
from pathlib import Path
from typing import Final

from guide_pictures import GUIDE_PICTURES, PLAN, grab, select_span
from PySide6.QtCore import QEvent
from PySide6.QtGui import QImage, QPixmap
from PySide6.QtWidgets import QApplication
from team_pictures import TEAM_PICTURES
from window_driver import ANNOTATOR, TAGS, create_sample_corpus, locate_words, open_program

from annotator.i18n import LANGUAGES
from annotator.model.records import DONE, FLAGGED, SKIPPED
from annotator.store.corpus import Corpus
from annotator.ui import app
from annotator.ui.session.session import Session

SIZES: Final = ((1366, 768), (1920, 1080))
THEMES: Final = ("light", "dark")
GUIDES: Final = ("ar", "en")
"""The languages of the annotator's guide and of the pages for team leads."""
_NOTE: Final = "يُراجَع: هل «خطة لدعم القراءة» في العنوان اسم للخطة؟"


def take_pictures(folder: Path, target: Path) -> int:
    """Take every picture into `target`, with corpora in `folder`, and return 0, the exit code."""
    target.mkdir(parents=True, exist_ok=True)
    QApplication.setCursorFlashTime(0)  # a picture does not depend on when it is taken
    corpora = copy_corpora(folder)
    for language, theme, size in product(LANGUAGES, THEMES, SIZES):
        controller = open_program(next(corpora), language=language, theme=theme, size=size)
        select_span(controller, PLAN)
        _save(grab(controller.window), target / window_name(language, theme, size))
        close_program(controller)
    for language, (name, take) in product(GUIDES, _list_pictures().items()):
        controller = open_program(next(corpora), language=language, theme="light", size=SIZES[0])
        _save(take(controller), target / f"{name}-{language}.png")
        close_program(controller)
    return 0


def picture_names() -> list[str]:
    """Return the file names of all the pictures."""
    windows = [window_name(*which) for which in product(LANGUAGES, THEMES, SIZES)]
    return windows + [f"{name}-{language}.png" for name, language in product(_list_pictures(), GUIDES)]


def _list_pictures() -> dict[str, Callable[[app.ApplicationController], QPixmap]]:
    """Return the functions that take a picture in each of GUIDES, by its name."""
    return {**GUIDE_PICTURES, **TEAM_PICTURES}


def window_name(language: str, theme: str, size: tuple[int, int]) -> str:
    """Return the file name of a picture of the window."""
    return f"window-{language}-{theme}-{size[0]}x{size[1]}.png"


# The partly annotated corpus


def copy_corpora(folder: Path) -> Iterator[Path]:
    """Yield copies of the corpus without end, each under the name that the pictures show."""
    app.create_application()  # the session has timers, which start with the events of an application
    worked = create_sample_corpus(folder / "worked.corpus")
    session = Session(ANNOTATOR)
    session.open(Corpus.open(worked))
    _annotate(session)
    session.close()
    for number in count(1):
        copy = folder / str(number) / "news.corpus"
        copy.parent.mkdir()
        yield Path(shutil.copy(worked, copy))


def _annotate(session: Session) -> None:
    """Tag the first article as TAGS say and write a note on it, and set some others to each state."""
    for index, state in ((1, DONE), (2, DONE), (3, SKIPPED), (4, FLAGGED), (5, DONE)):
        session.open_article(index)
        session.set_state(state)
    session.open_article(0)
    assert session.article
    labels = {label.key: label.name for label in session.labels.labels}
    for tag in TAGS:
        session.tag(labels[tag.key], *locate_words(session.article.text, tag))
        if session.selection and tag.value:
            session.describe(session.selection, tag.value, "")
    session.write_note(_NOTE)


def _save(picture: QPixmap, path: Path) -> None:
    """Save the picture as a PNG of 256 colours: one of every hue, and then the most frequent ones.

    No eye can tell it from the original. Raises SystemExit where it cannot be written.
    """
    image = picture.toImage().convertToFormat(QImage.Format.Format_RGB32)
    colours = [colour for colour, _count in Counter(memoryview(image.constBits()).cast("I")).most_common()]
    hues = {colour & 0xE0E0E0: colour for colour in reversed(colours)}
    table = list(dict.fromkeys([*hues.values(), *colours]))[:256]
    if not image.convertToFormat(QImage.Format.Format_Indexed8, table).save(str(path), quality=0):
        raise SystemExit(f"{path} could not be written")
    print(path)


def close_program(controller: app.ApplicationController) -> None:
    """Close the window and its corpus and delete both."""
    controller.window.close()
    controller.session.close()
    controller.window.deleteLater()
    controller.deleteLater()
    # Otherwise a later window would be painted only after its style sheet is applied to all earlier ones too.
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
