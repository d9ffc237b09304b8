"""The program's own icons, tinted with the theme and mirrored if they have a direction.

Each is an SVG of black strokes on a 20 x 20 grid in `resources/icons`.
"""

from typing import Final

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt
from PySide6.QtGui import QGuiApplication, QIcon, QPainter, QPixmap, QPixmapCache

from annotator.resources import resource_path
from annotator.ui.widgets.theme import Theme

SIZE: Final = 20  # pixels
MIRRORED: Final = frozenset({"next", "previous", "undo", "redo", "skip", "article", "note"})
"""Icons that follow the direction of reading: backwards points to the beginning of the line."""
_STROKE: Final = b"#000000"


def icon(name: str, theme: Theme, *, on_accent: bool = False, gap: int = 0) -> QIcon:
    """Return an icon, sharp on all screens connected now; `on_accent` is for accent-coloured buttons.

    `gap` pixels on each side of it are empty.

    Raises FileNotFoundError for an unknown name.
    """
    icon = QIcon()
    ratios = {2.0, *(screen.devicePixelRatio() for screen in QGuiApplication.screens())}
    inks = {QIcon.Mode.Normal: theme.accent_ink if on_accent else theme.ink, QIcon.Mode.Disabled: theme.faint}
    for mode, colour in inks.items():
        for ratio in ratios:
            icon.addPixmap(_widen(draw_pixmap(name, colour, SIZE, ratio), gap), mode)
    return icon


def _widen(pixmap: QPixmap, gap: int) -> QPixmap:
    """Return a pixmap with so many empty pixels on each side."""
    ratio = pixmap.devicePixelRatio()
    widened = QPixmap(pixmap.size() + QSize(2 * gap, 0) * ratio)
    widened.setDevicePixelRatio(ratio)
    widened.fill(Qt.GlobalColor.transparent)
    with QPainter(widened) as painter:
        painter.drawPixmap(gap, 0, pixmap)
    return widened


def draw_pixmap(name: str, colour: str, size: int, ratio: float) -> QPixmap:
    """Return a drawing of an icon in one colour, `size` pixels wide, for this device pixel ratio.

    A window has each icon several times, so that drawings are kept for a while. Raises FileNotFoundError for an
    unknown name.
    """
    is_mirrored = name in MIRRORED and QGuiApplication.layoutDirection() == Qt.LayoutDirection.RightToLeft
    key, pixmap = f"annotator {name} {colour} {size} {ratio} {is_mirrored}", QPixmap()
    if not QPixmapCache.find(key, pixmap):
        pixmap = _draw(name, colour, size, ratio, is_mirrored)
        QPixmapCache.insert(key, pixmap)
    return pixmap


def _draw(name: str, colour: str, size: int, ratio: float, is_mirrored: bool) -> QPixmap:
    from PySide6.QtSvg import QSvgRenderer  # a separate library, not needed by every window

    svg = resource_path("icons", f"{name}.svg").read_bytes().replace(_STROKE, colour.encode())
    pixmap = QPixmap(QSize(size, size) * ratio)
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    with QPainter(pixmap) as painter:
        if is_mirrored:
            painter.translate(size, 0)
            painter.scale(-1, 1)
        QSvgRenderer(QByteArray(svg)).render(painter, QRectF(0, 0, size, size))
    return pixmap
