"""Facts about Qt and the screens for diagnostic reports."""

import PySide6
from PySide6.QtCore import qVersion
from PySide6.QtWidgets import QApplication


def versions(application: QApplication) -> dict[str, str]:
    """Return the facts by name."""
    screens = (f"{screen.size().width()}x{screen.size().height()}" for screen in application.screens())
    ratios = (f"{screen.devicePixelRatio():g}" for screen in application.screens())
    return {
        "Qt": f"{qVersion()} on {application.platformName()}",
        "PySide6": PySide6.__version__,
        "screens": ", ".join(f"{size} at {ratio}" for size, ratio in zip(screens, ratios, strict=True)),
    }
