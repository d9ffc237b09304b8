"""The program's own icons: drawn in strokes on 20 x 20, tinted with the theme, mirrored where they point somewhere.

Each is an SVG of black strokes in `resources/icons`; `names()` lists them.
"""

from typing import Final

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt
from PySide6.QtGui import QGuiApplication, QIcon, QPainter, QPixmap

from annotator.resources import resource
from annotator.ui.widgets.theme import Theme

SIZE: Final = 20  # pixels
MIRRORED: Final = frozenset({"next", "previous", "undo", "redo", "skip", "article", "note", "occurrences"})
"""What goes with the direction of reading: where one came from lies at the line's beginning."""
_STROKE: Final = b"#000000"
_OTHERS: Final = frozenset({"annotator", "down-dark", "down-light"})  # drawings in these folders that are no icons


def names() -> list[str]:
    """The name of each icon."""
    return sorted(path.stem for path in resource("icons").glob("*.svg") if path.stem not in _OTHERS)


def icon(name: str, theme: Theme, *, on_accent: bool = False) -> QIcon:
    """The icon of this name for the direction of the interface; `on_accent` for a button of the accent's colour.

    Sharp on each screen that is there now. Raises FileNotFoundError if there is no such icon.
    """
    made = QIcon()
    ratios = {2.0, *(screen.devicePixelRatio() for screen in QGuiApplication.screens())}
    inks = {QIcon.Mode.Normal: theme.accent_ink if on_accent else theme.ink, QIcon.Mode.Disabled: theme.faint}
    for mode, colour in inks.items():
        for ratio in ratios:
            made.addPixmap(picture(name, colour, SIZE, ratio), mode)
    return made


def picture(name: str, colour: str, size: int, ratio: float) -> QPixmap:
    """The icon in one colour, `size` pixels wide on a screen of `ratio` device pixels each.

    Raises FileNotFoundError if there is no such icon.
    """
    from PySide6.QtSvg import QSvgRenderer  # a library of its own, and not every window shows an icon

    drawn = resource("icons", f"{name}.svg").read_bytes().replace(_STROKE, colour.encode())
    made = QPixmap(QSize(size, size) * ratio)
    made.setDevicePixelRatio(ratio)
    made.fill(Qt.GlobalColor.transparent)
    painter = QPainter(made)
    if name in MIRRORED and QGuiApplication.layoutDirection() == Qt.LayoutDirection.RightToLeft:
        painter.translate(size, 0)
        painter.scale(-1, 1)
    QSvgRenderer(QByteArray(drawn)).render(painter, QRectF(0, 0, size, size))
    painter.end()
    return made
