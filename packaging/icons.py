"""Draw the program's icon from resources/icons/annotator.svg, in the sizes and formats that systems ask for.

python packaging/icons.py FOLDER
"""

import os
import struct
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
DRAWING: Final = ROOT / "resources" / "icons" / "annotator.svg"
SIZES: Final = (16, 22, 24, 32, 48, 64, 128, 256, 512)
"""Widths in pixels that freedesktop's icon theme has folders for (https://specifications.freedesktop.org/icon-theme-spec)."""

_ICO: Final = (16, 24, 32, 48, 64, 128, 256)
_ICNS: Final = {16: b"icp4", 32: b"icp5", 64: b"icp6", 128: b"ic07", 256: b"ic08", 512: b"ic09"}


def draw_icons(folder: Path) -> None:
    """Write `SIZE.png` for each of SIZES, and `annotator.ico` and `annotator.icns`, into the folder. Raises OSError."""
    from PySide6.QtCore import QRectF, Qt
    from PySide6.QtGui import QGuiApplication, QImage, QPainter
    from PySide6.QtSvg import QSvgRenderer

    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    application = QGuiApplication.instance() or QGuiApplication([])
    assert application
    folder.mkdir(parents=True, exist_ok=True)
    drawing, pictures = QSvgRenderer(str(DRAWING)), {}
    for size in SIZES:
        image = QImage(size, size, QImage.Format.Format_ARGB32_Premultiplied)
        image.fill(Qt.GlobalColor.transparent)
        painter = QPainter(image)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        drawing.render(painter, QRectF(0, 0, size, size))
        painter.end()
        target = folder / f"{size}.png"
        if not image.save(str(target)):
            raise OSError(f"{target} cannot be written")
        pictures[size] = target.read_bytes()
    (folder / "annotator.ico").write_bytes(build_ico(pictures))
    (folder / "annotator.icns").write_bytes(build_icns(pictures))


def build_ico(pictures: Mapping[int, bytes]) -> bytes:
    """Build a Windows icon from PNGs by width (https://learn.microsoft.com/windows/win32/menurc/resources-about)."""
    images = [(size, pictures[size]) for size in _ICO]
    offset = 6 + 16 * len(images)
    entries = b""
    for size, png in images:
        entries += struct.pack("<BBBBHHII", size % 256, size % 256, 0, 0, 1, 32, len(png), offset)
        offset += len(png)
    return struct.pack("<HHH", 0, 1, len(images)) + entries + b"".join(png for _, png in images)


def build_icns(pictures: Mapping[int, bytes]) -> bytes:
    """Build a macOS icon from PNGs by width: types and big-endian lengths, each including its own eight bytes."""
    chunks = b"".join(
        kind + struct.pack(">I", 8 + len(pictures[size])) + pictures[size] for size, kind in _ICNS.items()
    )
    return b"icns" + struct.pack(">I", 8 + len(chunks)) + chunks


if __name__ == "__main__":
    draw_icons(Path(sys.argv[1]))
