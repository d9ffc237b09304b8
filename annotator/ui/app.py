"""The program with a window: fonts, language, theme, and the way from a start to an open corpus."""

import ctypes
import gc
import logging
import os
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal, qVersion
from PySide6.QtGui import QColor, QFileOpenEvent, QGuiApplication, QIcon, QPalette
from PySide6.QtWidgets import QApplication, QMessageBox

from annotator import __version__, i18n, settings
from annotator.diagnostics import crash_reports, logs
from annotator.diagnostics.crash_reports import Fault
from annotator.diagnostics.redaction import described
from annotator.i18n import _
from annotator.model.labels import default_labels
from annotator.paths import extend_path
from annotator.resources import resource
from annotator.settings import Settings, first_corpus_path
from annotator.single_instance import is_same_corpus
from annotator.store.corpus import Corpus
from annotator.store.errors import CorpusError, Damaged
from annotator.store.queries.file_facts import facts
from annotator.ui.actions.shortcut_resolver import Activation, ActivationRequest, bring_forward
from annotator.ui.exception_handler import Guard
from annotator.ui.session.learner import Learner
from annotator.ui.session.maintenance_worker import Keeper
from annotator.ui.session.session import Session
from annotator.ui.session.session_logger import Journal
from annotator.ui.widgets import fonts
from annotator.ui.widgets.bidi_text import left_to_right, tell
from annotator.ui.widgets.qt_texts import QtTexts
from annotator.ui.widgets.qt_versions import versions
from annotator.ui.widgets.theme import DARK, LIGHT, Theme, style_sheet
from annotator.ui.window import Window

_log = logging.getLogger(__name__)
_TURN: Final = 0.0005  # seconds that a key waits at most, each time, while suggesters are at work in their thread
_MANY_OBJECTS: Final = 20_000  # some megabytes
_ASKED_AGAIN: Final = 300  # milliseconds
APP_USER_MODEL_ID: Final = "ArabicNewsAnnotator"
_STARTED_BY_ICON: Final = ("DESKTOP_STARTUP_ID", "XDG_ACTIVATION_TOKEN", "GIO_LAUNCHED_DESKTOP_FILE")


class Application(QApplication):
    """Tells of files that the desktop wants opened. macOS hands over what was double-clicked by an event, at a start
    and later: one program runs there for all."""

    asked_for = Signal(str)

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QFileOpenEvent):
            self.asked_for.emit(event.file())
            return True
        return super().event(event)


class Desk(QObject):
    """Keeps a window on a session; makes both anew for another language."""

    def __init__(
        self, application: QApplication, chosen: Settings, note: Callable[[Path | None], None] = lambda _path: None
    ) -> None:
        """`note` is called with the path of the corpus that is open, and with None."""
        super().__init__()
        self._application, self._note = application, note
        self._qt_texts: QtTexts | None = None
        self.activation = Activation(self)
        self.activation.requested.connect(self._bring_forward)
        self._make(chosen)
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._recolour)
        if isinstance(application, Application):
            application.asked_for.connect(self._open)

    def show(self) -> None:
        """Show the window, maximized the first time on a screen that it would not fit in."""
        if self.window.fills_screen:
            self.window.showMaximized()
        else:
            self.window.show()

    def work_at(self, corpus: Corpus) -> None:
        """Open the corpus in the window, which takes it over, and remember it for the next start."""
        self.session.open(corpus)
        self.window.remember(last_corpus=str(corpus.path.absolute()))

    def start(self, path: Path | None) -> str:
        """Open what a start opens, and return what is to be said of it (see `starting_corpus`). The first time a page
        that says how to begin stands before the articles, and what is open is remembered once the person goes on."""
        last = self.window.chosen.last_corpus
        corpus, complaint = starting_corpus(path, last)
        if path or last:
            self.work_at(corpus)
        else:
            self.session.open(corpus)
            self.window.welcoming.show_welcome()
        return complaint

    def _follow_corpus(self) -> None:
        corpus = self.session.corpus
        path = corpus.path if corpus else None
        self._note(path)
        self.activation.listen(path)

    def _bring_forward(self, request: ActivationRequest) -> None:
        """Put the window before all others if it has the corpus open that a start asks for."""
        corpus = self.session.corpus
        if corpus and is_same_corpus(corpus.path, request.path):
            bring_forward(self.window, request.token)
            request.is_accepted = True

    def _open(self, name: str) -> None:
        """Open this file once no dialog waits for its answer and no job is running."""
        if self._application.activeModalWidget() or self.window.corpus_commands.background.busy:
            QTimer.singleShot(_ASKED_AGAIN, self, lambda: self._open(name))
        elif self.window.corpus_commands.open_path(extend_path(Path(name))):
            self.window.activateWindow()

    def _make(self, chosen: Settings) -> None:
        i18n.use_numerals(chosen.numerals)
        self._speak(i18n.current())
        self.session = Session(chosen.annotator, self)
        Journal(self.session)
        self.session.corpus_opened.connect(self._follow_corpus)
        self.session.displaced.connect(self._follow_corpus)
        self.learner = Learner(self.session)
        self.keeper = Keeper(self.session)
        self.window = Window(self.session, chosen, self._paint(chosen))
        self.keeper.damaged.connect(self.window.backups.rescue)
        # Asked once whatever was being read is ended.
        self.session.damaged.connect(self.window.backups.rescue, Qt.ConnectionType.QueuedConnection)
        self.window.welcoming.samples_asked.connect(self._open_samples)
        self.window.language_asked.connect(self._change_language)
        self.window.theme_asked.connect(self._change_theme)
        self.window.numerals_asked.connect(self._change_numerals)

    def _speak(self, language: str) -> None:
        """Qt's own texts (the buttons of its dialogs) and the direction of everything."""
        if self._qt_texts:
            self._qt_texts.remove()
        self._qt_texts = QtTexts(self._application, language, self)
        direction = Qt.LayoutDirection.RightToLeft if i18n.is_rtl() else Qt.LayoutDirection.LeftToRight
        self._application.setLayoutDirection(direction)

    def _change_language(self, language: str) -> None:
        self.window.remember(language=language)
        if self.window.corpus_commands.may_leave():  # else from the next start on
            i18n.use(language)
            self._say_anew()

    def _change_numerals(self, kind: str) -> None:
        self.window.remember(numerals=kind)
        if self.window.corpus_commands.may_leave():
            self._say_anew()

    def _say_anew(self) -> None:
        """Every text in a window of its own; the corpus is opened there where it was left."""
        old, session, corpus = self.window, self.session, self.session.corpus
        old.remember(geometry=old.geometry_text())
        welcome = old.welcoming.state
        session.close()
        self._make(old.chosen)
        if corpus:
            self.window.corpus_commands.open_path(corpus.path)
            self.window.remember(last_corpus=old.chosen.last_corpus)  # who read the page and no more has not begun
        self.window.welcoming.go_on(welcome)
        self.window.show()
        old.close()
        old.deleteLater()
        session.deleteLater()

    def _open_samples(self) -> None:
        try:
            self.window.corpus_commands.open_path(first_corpus())
        except CorpusError as error:
            self.window.corpus_commands.warn(str(error))

    def _change_theme(self, name: str) -> None:
        self.window.remember(theme=name)
        self._recolour()

    def _recolour(self) -> None:
        self.window.set_theme(self._paint(self.window.chosen))

    def _paint(self, chosen: Settings) -> Theme:
        dark = chosen.theme == "dark" or (
            chosen.theme == "system" and QGuiApplication.styleHints().colorScheme() == Qt.ColorScheme.Dark
        )
        theme = DARK if dark else LIGHT
        self._application.setPalette(palette(theme))
        self._application.setStyleSheet(style_sheet(theme))
        return theme


def palette(theme: Theme) -> QPalette:
    """The colours of what the style sheet does not reach."""
    made = QPalette(QColor(theme.panel))
    for role, colour in (
        (QPalette.ColorRole.Window, theme.desk),
        (QPalette.ColorRole.Base, theme.paper),
        (QPalette.ColorRole.Text, theme.ink),
        (QPalette.ColorRole.WindowText, theme.ink),
        (QPalette.ColorRole.ButtonText, theme.ink),
        (QPalette.ColorRole.Highlight, theme.chosen),
        (QPalette.ColorRole.HighlightedText, theme.ink),
        (QPalette.ColorRole.PlaceholderText, theme.faint),
    ):
        made.setColor(role, QColor(colour))
    return made


def _name_on_taskbar() -> None:
    """Tell Windows whose windows these are: else the taskbar groups them with all others of the same Python.

    It must be said before the first window. The installer gives its shortcut the same id (packaging/windows).
    """
    if sys.platform == "win32":
        ctypes.windll.shell32.SetCurrentProcessExplicitAppUserModelID(APP_USER_MODEL_ID)


def application(arguments: Sequence[str] = ()) -> QApplication:
    """The QApplication, made if there is none yet, with the program's fonts and style."""
    _name_on_taskbar()
    made = QApplication.instance() or Application([*arguments] or ["annotator"])
    assert isinstance(made, QApplication)
    made.setApplicationName("annotator")
    made.setDesktopFileName("arabic-news-annotator")  # by which a desktop knows whose window it is (packaging/linux)
    made.setStyle("Fusion")  # looks alike everywhere, and mirrors rightly
    fonts.load()
    made.setFont(fonts.interface(fonts.SIZE))
    made.setWindowIcon(QIcon(str(resource("icons", "annotator.svg"))))
    return made


def first_corpus() -> Path:
    """A corpus with the sample articles where the program keeps its own, made if need be. Raises CorpusError."""
    path = first_corpus_path()
    if not path.exists():
        from annotator.jobs.imports.importer import import_paths  # once in a lifetime

        with suppress(OSError):  # the corpus then says what is wrong with the folder
            path.parent.mkdir(parents=True, exist_ok=True)
        with Corpus.create(path, default_labels()) as corpus:
            samples = sorted(resource("samples").glob("*.txt"))
            for _count in import_paths(corpus, samples):
                pass
    return path


def starting_corpus(path: Path | None, last: str | None) -> tuple[Corpus, str]:
    """The corpus at `path`; without one the last, else a first one with the sample articles.

    Returns with it what is to be said of a last one that cannot be opened. Raises Damaged for the one at `path` and for
    the last one, CorpusError.
    """
    if path:
        return Corpus.open(path), ""
    complaint = ""
    if last and Path(last) != first_corpus_path():
        try:
            return Corpus.open(Path(last)), ""
        except Damaged:
            raise
        except CorpusError as error:
            complaint = str(error)
    return Corpus.open(first_corpus()), complaint


def unopened_corpus(crashed: Fault | None, last: str | None) -> Path | None:
    """The corpus that a start without a path would open, where it was open in a process that crashed: it may be what
    crashed it, and would do so at every start. None where it can be opened."""
    path = Path(last) if last else first_corpus_path()
    return path if crashed and any(is_same_corpus(path, one) for one in crashed.corpora) else None


def run(path: Path | None = None) -> int:
    """Open the window on the corpus at `path` (see `starting_corpus`); the exit code, once it is closed.

    Without a path, a corpus in which the program crashed the last time is not opened, but offered.

    The language is chosen already. Raises CorpusError and whatever else keeps the window from opening, which a person
    who has no terminal has then been shown.
    """
    chosen = settings.load()
    logs.start()
    made = application()
    _log.info("%s starts on %s, Qt %s", __version__, made.platformName(), qVersion())
    crashed = crash_reports.crashed()
    unopened = None if path else unopened_corpus(crashed, chosen.last_corpus)
    with crash_reports.watching() as note, Guard() as guard:
        complaint, damaged = "", None
        try:
            desk = Desk(made, chosen, note)
            if not unopened:
                note(path or Path(chosen.last_corpus or first_corpus_path()))
                complaint = desk.start(path)
        except Damaged as error:
            damaged = str(path or chosen.last_corpus or first_corpus_path()), str(error)
        except Exception as error:
            if _without_terminal():
                tell(None, QMessageBox.Icon.Critical, _why_not(error))
            raise
        guard.facts = lambda: {**versions(made), **facts(desk.session.corpus)}
        desk.show()
        settle()
        if complaint:
            desk.window.say(complaint)
        if damaged:
            QTimer.singleShot(0, lambda: desk.window.backups.rescue(*damaged))
        if crashed:
            guard.tell_crash(crashed, unopened, lambda: unopened and desk.window.corpus_commands.open_path(unopened))
        code = made.exec()
        desk.activation.listen(None)
        desk.learner.stop()
        desk.keeper.stop()
        desk.window.suggestions.close()
        desk.session.let_go()  # the window is closed: there is nothing to show anew
    _log.info("ends")
    return code


def settle() -> None:
    """Have Python's collector of garbage keep out of the way of keys, now that everything is loaded: looking through
    all of it takes longer than a frame, and looking after each 700 objects is a twentieth of opening an article."""
    sys.setswitchinterval(_TURN)
    gc.freeze()
    gc.set_threshold(_MANY_OBJECTS)
    gc.enable()


def _without_terminal() -> bool:
    """Whether an icon started the program, so that nobody would read what it prints."""
    return sys.stderr is None or any(map(os.environ.get, _STARTED_BY_ICON))


def _why_not(error: Exception) -> str:
    """Why the window does not open."""
    if isinstance(error, CorpusError):
        return str(error)
    said = _("The program cannot start: {error}. There is a report of it in this folder: {folder}")
    return said.format(error=described(error), folder=left_to_right(settings.log_dir()))
