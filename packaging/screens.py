"""Take every state of the window at many sizes: `python packaging/screens.py FOLDER`, to be looked at by a person.

Each state of `unguided_states`, in each language and theme, on screens of several sizes and scalings, which Qt's
offscreen platform makes. For each state and screen there is one picture in FOLDER, printed with what is larger than
that screen: a row a language, a column a theme. Options select some of them.
"""

import argparse
import json
import os
import sys
from collections.abc import Sequence
from itertools import product
from multiprocessing import get_context
from pathlib import Path
from typing import Final

from demo import clear_folder
from pictures import close_program, copy_corpora
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QApplication
from unguided_states import STATES
from window_driver import open_program

from annotator.i18n import LANGUAGES

SIZES: Final = ("1024x600", "1366x768", "1920x1080")
SCALINGS: Final = (1.0, 1.5)
THEMES: Final = ("light", "dark")
_GAP: Final = 8  # pixels between the pictures of a sheet
_GROUND: Final = QColor("#808080")
_CONFIGURATION: Final = "screen.json"


def main() -> int:
    """Take the pictures that the options select and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="where the pictures go; an earlier run's are removed first")
    parser.add_argument("--state", action="append", choices=STATES, help="a state of the window (default: all)")
    parser.add_argument("--size", action="append", choices=SIZES, help="a size of the screen, in its pixels")
    parser.add_argument("--scaling", action="append", type=float, help="1.5 for 150 %%")
    parser.add_argument("--language", action="append", choices=LANGUAGES)
    parser.add_argument("--theme", action="append", choices=THEMES)
    options = parser.parse_args()
    folder: Path = options.folder.absolute()
    clear_folder(folder)
    states, languages = options.state or list(STATES), options.language or LANGUAGES
    for size, scaling in product(options.size or SIZES, options.scaling or SCALINGS):
        screen = get_context("spawn").Process(
            target=_take_screen, args=(folder, size, scaling, states, languages, options.theme or THEMES)
        )
        screen.start()
        screen.join()
        if screen.exitcode:
            return screen.exitcode
    return 0


def _take_screen(
    folder: Path, size: str, scaling: float, states: Sequence[str], languages: Sequence[str], themes: Sequence[str]
) -> None:
    """Take a sheet of each state on a screen of this size, in a process of its own: Qt asks for screens once."""
    folder /= f"{size}-{scaling:.0%}"
    work = folder / "work"
    work.mkdir(parents=True)
    width, height = (int(number) for number in size.split("x"))
    screen = {"name": "screen", "x": 0, "y": 0, "width": width, "height": height, "dpr": 1}
    screen |= {"logicalDpi": 96 * scaling, "logicalBaseDpi": 96}
    (work / _CONFIGURATION).write_text(json.dumps({"screens": [screen]}), encoding="utf-8", newline="\n")
    os.chdir(work)  # Qt parts the name of the file at colons, which a path may have
    os.environ |= {"ANNOTATOR_HOME": str(work / "home"), "QT_QPA_PLATFORM": f"offscreen:configfile={_CONFIGURATION}"}
    QApplication.setCursorFlashTime(0)
    corpora = copy_corpora(work)
    inner_size = int(width / scaling), int(height / scaling)
    for state in states:
        pictures = {}
        for language, theme in product(languages, themes):
            controller = open_program(next(corpora), language=language, theme=theme, size=inner_size)
            pictures[language, theme] = STATES[state](controller).toImage()
            close_program(controller)
            if pictures[language, theme].width() > width or pictures[language, theme].height() > height:
                print(f"{state}, {language}, {theme}: larger than {size} at {scaling:.0%}")
        path = folder / f"{state}.png"
        if not _arrange(pictures, languages, themes).save(str(path)):
            raise SystemExit(f"{path} could not be written")
        print(path, flush=True)


def _arrange(pictures: dict[tuple[str, str], QImage], languages: Sequence[str], themes: Sequence[str]) -> QImage:
    """Return one image of the pictures: a row a language, a column a theme."""
    width = max(picture.width() for picture in pictures.values()) + _GAP
    height = max(picture.height() for picture in pictures.values()) + _GAP
    sheet = QImage(width * len(themes) + _GAP, height * len(languages) + _GAP, QImage.Format.Format_RGB32)
    sheet.fill(_GROUND)
    painter = QPainter(sheet)
    for row, language in enumerate(languages):
        for column, theme in enumerate(themes):
            picture = pictures[language, theme]
            picture.setDevicePixelRatio(1)
            painter.drawImage(_GAP + column * width, _GAP + row * height, picture)
    painter.end()
    return sheet


if __name__ == "__main__":
    sys.exit(main())
