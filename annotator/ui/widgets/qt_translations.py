"""Translations of Qt's own texts, such as dialog buttons."""

from collections.abc import Mapping

from PySide6.QtCore import QCoreApplication, QLibraryInfo, QLocale, QObject, QTranslator

from annotator.i18n import _


class QtTranslations:
    """The translations of one language, installed until removed or `parent` is deleted."""

    def __init__(self, application: QCoreApplication, language: str, parent: QObject) -> None:
        """Install the translations, of all texts if Qt has a catalogue."""
        self._application = application
        self._translators: list[QTranslator] = []
        catalogue = QTranslator(parent)
        folder = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
        if catalogue.load(QLocale(language), "qtbase", "_", folder):
            # Qt asks the last one first, so ours only supplies what the catalogue lacks.
            self._translators = [_MissingTexts(parent), catalogue]
        self._translators.append(_OwnTexts(parent))
        for translator in self._translators:
            application.installTranslator(translator)

    def remove(self) -> None:
        """Uninstall the translations."""
        for translator in self._translators:
            self._application.removeTranslator(translator)
            translator.deleteLater()
        self._translators = []


class _Texts(QTranslator):
    """Translations of these texts."""

    def __init__(self, parent: QObject, texts: Mapping[str, str]) -> None:
        super().__init__(parent)
        self._texts = texts

    def isEmpty(self) -> bool:  # noqa: N802 - Qt's name
        """Return False: there are translations, though from no file."""
        return False

    def translate(self, _context: str, source: str, _disambiguation: str | None = None, _count: int = -1) -> str | None:
        """Return the text in the interface's language, None if unknown."""
        return self._texts.get(source)


class _MissingTexts(_Texts):
    """Texts of Qt's file dialog missing in the catalogues of Qt 6.11."""

    def __init__(self, parent: QObject) -> None:
        texts = {
            "&Look in:": _("Look in:"),
            "Files of &type:": _("Files of type:"),
            "Folder": _("Folder"),
            "File Folder": _("Folder"),
        }
        super().__init__(parent, texts)


class _OwnTexts(_Texts):
    """Texts of Qt's message boxes, written as the program writes its own."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent, {"Show Details...": _("Show details…"), "Hide Details...": _("Hide details…")})
