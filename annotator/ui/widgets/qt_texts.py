"""Qt's own texts (the buttons of its dialogs) in the language of the interface."""

from PySide6.QtCore import QCoreApplication, QLibraryInfo, QLocale, QObject, QTranslator

from annotator.i18n import _


class QtTexts:
    """The translations of one language, until they are removed or `parent` is deleted."""

    def __init__(self, application: QCoreApplication, language: str, parent: QObject) -> None:
        """Install them; Qt needs none for English."""
        self._application = application
        self._translators: list[QTranslator] = []
        catalogue = QTranslator(parent)
        folder = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
        if catalogue.load(QLocale(language), "qtbase", "_", folder):
            # Qt asks the last one first: ours is asked for what the catalogue lacks.
            self._translators = [_MissingTexts(parent), catalogue]
        for translator in self._translators:
            application.installTranslator(translator)

    def remove(self) -> None:
        """Take them away again."""
        for translator in self._translators:
            self._application.removeTranslator(translator)
            translator.deleteLater()
        self._translators = []


class _MissingTexts(QTranslator):
    """What is shown in Qt's file dialog and lacks a translation in the catalogues of Qt 6.11."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._texts = {
            "&Look in:": _("Look in:"),
            "Files of &type:": _("Files of type:"),
            "Folder": _("Folder"),
            "File Folder": _("Folder"),
        }

    def isEmpty(self) -> bool:  # noqa: N802 - Qt's name
        """Tell Qt that there is something to ask for: no file was loaded."""
        return False

    def translate(self, _context: str, source: str, _disambiguation: str | None = None, _count: int = -1) -> str | None:
        """Return the text in the language of the interface, None where it is none of these."""
        return self._texts.get(source)
