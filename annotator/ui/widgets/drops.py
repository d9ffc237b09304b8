"""Files dropped on a window."""

from PySide6.QtCore import QMimeData


def dropped_files(mime: QMimeData) -> list[str]:
    """Return the paths of the dropped files and folders."""
    return [url.toLocalFile() for url in mime.urls() if url.isLocalFile()]
