"""Files that are dropped on a window."""

from PySide6.QtCore import QMimeData


def dropped_files(mime: QMimeData) -> list[str]:
    """Return the paths of the files and folders that are dropped."""
    return [url.toLocalFile() for url in mime.urls() if url.isLocalFile()]
