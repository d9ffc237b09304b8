"""The desktop application: fonts, language, theme and startup."""

import ctypes
import gc
import logging
import os
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, QUrl, Signal, qVersion
from PySide6.QtGui import QFileOpenEvent, QGuiApplication, QIcon
from PySide6.QtWidgets import QApplication, QMessageBox

from annotator import __version__, i18n, settings
from annotator.diagnostics import crash_reports, logs
from annotator.diagnostics.crash_reports import ErrorDetails
from annotator.diagnostics.redaction import describe_error
from annotator.i18n import _
from annotator.model.labels import default_labels
from annotator.model.links import InvalidLink, has_scheme, resolve_link
from annotator.paths import extend_path, is_changeset_path, is_invitation_path, is_team_file
from annotator.resources import resource_path
from annotator.settings import Settings, SettingsProblem, first_corpus_path
from annotator.single_instance import is_same_corpus
from annotator.store.corpus import Corpus
from annotator.store.errors import CorpusError, DamagedCorpus
from annotator.store.migrating import is_outdated
from annotator.store.queries.statistics import collect_facts
from annotator.ui.activation import ActivationListener, ActivationRequest, bring_to_front
from annotator.ui.exception_handler import ExceptionHandler
from annotator.ui.session.learner import Learner
from annotator.ui.session.maintenance_worker import MaintenanceWorker
from annotator.ui.session.session import Session
from annotator.ui.session.session_logger import SessionLogger
from annotator.ui.session.sync_state import SyncState, read_sync_state
from annotator.ui.session.synchroniser import Synchroniser, SyncJob
from annotator.ui.widgets import fonts
from annotator.ui.widgets.bidi_text import isolate_ltr, mark_direction
from annotator.ui.widgets.modal import show_message, warn
from annotator.ui.widgets.qt_translations import QtTranslations
from annotator.ui.widgets.qt_versions import versions
from annotator.ui.widgets.theme import DARK, LIGHT, apply_theme
from annotator.ui.window import Window

_log = logging.getLogger(__name__)
_SWITCH_INTERVAL: Final = 0.0005  # seconds until a key gets Python's lock while suggesters run
_GC_THRESHOLD: Final = 20_000  # some megabytes
_RETRY_DELAY: Final = 300  # milliseconds
APP_USER_MODEL_ID: Final = "ArabicNewsAnnotator"
_LAUNCHER_VARIABLES: Final = ("DESKTOP_STARTUP_ID", "XDG_ACTIVATION_TOKEN", "GIO_LAUNCHED_DESKTOP_FILE")


class Application(QApplication):
    """Emits a signal when the desktop wants a file or a link opened.

    macOS sends one process an event per double-clicked file or link, at the start and later.
    """

    file_requested = Signal(str)
    link_requested = Signal(str)

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QFileOpenEvent):
            address = event.url().toString(QUrl.ComponentFormattingOption.FullyEncoded)
            if has_scheme(address):
                self.link_requested.emit(address)
            else:
                self.file_requested.emit(event.file())
            return True
        return super().event(event)


class ApplicationController(QObject):
    """Owns the session and its window, and recreates both for another language."""

    def __init__(
        self,
        application: QApplication,
        initial_settings: Settings,
        note_corpus: Callable[[Path | None], None] = lambda _path: None,
    ) -> None:
        """Create the window; `note_corpus` gets each new path of the open corpus, or None."""
        super().__init__()
        self._application, self._note_corpus = application, note_corpus
        self._qt_texts: QtTranslations | None = None
        self.activation = ActivationListener(self)
        self.activation.requested.connect(self._bring_forward)
        self._create_window(initial_settings)
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._update_theme)
        if isinstance(application, Application):
            application.file_requested.connect(self.open_file)
            application.link_requested.connect(self.open_link)

    def show(self) -> None:
        """Show the window, maximized the first time on a small screen."""
        if self.window.fills_screen:
            self.window.showMaximized()
        else:
            self.window.show()

    def open_corpus(self, corpus: Corpus) -> None:
        """Open the corpus, which the session then owns, and remember it for the next start."""
        self.session.open(corpus)
        self.window.corpus_commands.recent.remember(corpus.path)

    def start(self, path: Path | None) -> str:
        """Open the corpus and return a message as `open_starting_corpus` does.

        The first time, show the welcome page, which remembers the corpus once left. One of an older version opens once
        the window is there and it is migrated.
        """
        last = self.window.settings.current.last_corpus
        first_path = path or (Path(last) if last else None)
        with suppress(CorpusError):  # opening it then raises the same
            if first_path and is_outdated(first_path):
                QTimer.singleShot(0, self, lambda: self.window.corpus_commands.open_path(first_path))
                return ""
        corpus, message = open_starting_corpus(path, last)
        if path or last:
            self.open_corpus(corpus)
        else:
            self.session.open(corpus)
            self.window.welcome_commands.show_welcome()
        return message

    def _follow_corpus(self) -> None:
        corpus = self.session.corpus
        path = corpus.path if corpus else None
        self._note_corpus(path)
        self.activation.listen(path)

    def _bring_forward(self, request: ActivationRequest) -> None:
        """Bring the window to the front if it has the requested corpus."""
        corpus = self.session.corpus
        if corpus and is_same_corpus(corpus.path, request.path):
            bring_to_front(self.window, request.token)
            request.is_accepted = True
            if request.team_file:
                QTimer.singleShot(0, self, lambda: self.open_file(request.team_file))
            if request.place:
                QTimer.singleShot(0, self, lambda: self.show_place(request.place))

    def open_file(self, name: str) -> None:
        """Open this corpus, offer to merge this changeset or to join a team by this invitation.

        It waits until no dialog is open and no job runs.
        """
        path = extend_path(Path(name))
        if self._application.activeModalWidget() or self.window.tasks.is_busy:
            QTimer.singleShot(_RETRY_DELAY, self, lambda: self.open_file(name))
        elif is_invitation_path(path):
            self.window.team_commands.join_by(path)
        elif not is_changeset_path(path):
            self.window.corpus_commands.open_path(path)
            self.window.activateWindow()
        elif self.window.welcome_commands.is_page_visible:
            self.window.corpus_commands.create_from_files([name])
        else:
            self.window.merge_commands.offer_merge(path)

    def open_link(self, link: str) -> None:
        """Show the place to which this link leads, or say why it leads nowhere; waits as `open_file` does."""
        if self._application.activeModalWidget() or self.window.tasks.is_busy:
            QTimer.singleShot(_RETRY_DELAY, self, lambda: self.open_link(link))
            return
        try:
            path, place = resolve_link(link)
        except InvalidLink as error:
            warn(self.window, str(error))
            return
        corpus = self.session.corpus
        is_open = corpus and is_same_corpus(corpus.path, path)
        if is_open or self.window.corpus_commands.open_path(path) or self.window.tasks.is_busy:  # it is migrated
            self.window.activateWindow()
            self.show_place(str(place))

    def show_place(self, place: str) -> None:
        """Show this place of the open corpus, once no dialog is open and no job runs; see model.places."""
        if self._application.activeModalWidget() or self.window.tasks.is_busy:
            QTimer.singleShot(_RETRY_DELAY, self, lambda: self.show_place(place))
        else:
            self.window.find_commands.show_place(place)

    def _create_window(self, window_settings: Settings) -> None:
        i18n.set_numerals(window_settings.numerals)
        self._install_language(i18n.current_language())
        self.session = Session(window_settings.annotator_name, self)
        SessionLogger(self.session)
        self.session.corpus_opened.connect(self._follow_corpus)
        self.session.displaced.connect(self._follow_corpus)
        self.learner = Learner(self.session)
        self.maintenance = MaintenanceWorker(self.session)
        self.synchroniser = Synchroniser(self.session, read_sync_state, _create_sync_job)
        _apply_theme(self._application, window_settings.theme)
        self.window = Window(self.session, window_settings)
        self.window.key_pressed.connect(self.synchroniser.note_key)
        self.window.team_commands.sync_requested.connect(self.synchroniser.sync_now)
        self.window.team_commands.articles_requested.connect(self.synchroniser.take_articles)
        self.maintenance.damaged.connect(self.window.backup_commands.offer_recovery)
        # Queued: the dialog must open after the read that found the damage.
        self.session.damaged.connect(self.window.backup_commands.offer_recovery, Qt.ConnectionType.QueuedConnection)
        self.window.welcome_commands.samples_requested.connect(self._open_samples)
        self.window.settings.changed.connect(self._on_settings_changed)

    def _install_language(self, language: str) -> None:
        """Install Qt's translations (its dialogs' buttons) and set the layout direction."""
        if self._qt_texts:
            self._qt_texts.remove()
        self._qt_texts = QtTranslations(self._application, language, self)
        _set_direction(self._application)

    def _on_settings_changed(self, names: frozenset[str]) -> None:
        """Apply a theme at once; a language or digits with a new window, now or at the next start."""
        if "theme" in names:
            self._update_theme()
        if names & {"language", "numerals"} and self.window.corpus_commands.confirm_leave():
            if "language" in names:
                i18n.set_language(self.window.settings.current.language or i18n.current_language())
            self._recreate_window()

    def _recreate_window(self) -> None:
        """Replace the window by one in the current language, at the same place in the corpus."""
        old_window, session, corpus = self.window, self.session, self.session.corpus
        old_window.save_layout()
        welcome = old_window.welcome_commands.state
        session.close()
        self._create_window(old_window.settings.current)
        if corpus:
            self.window.corpus_commands.open_path(corpus.path)
            # Unchanged: a user who only read the welcome page has not started with this corpus.
            before = old_window.settings.current
            self.window.settings.save(last_corpus=before.last_corpus, recent_corpora=before.recent_corpora)
        self.window.welcome_commands.restore_state(welcome)
        self.window.show()
        old_window.close()
        old_window.deleteLater()
        session.deleteLater()

    def _open_samples(self) -> None:
        try:
            self.window.corpus_commands.open_path(ensure_sample_corpus())
        except CorpusError as error:
            warn(self.window, str(error))

    def _update_theme(self) -> None:
        _apply_theme(self._application, self.window.settings.current.theme)


def _apply_theme(application: QApplication, theme: str) -> None:
    is_dark = theme == "dark" or (
        theme == "system" and QGuiApplication.styleHints().colorScheme() == Qt.ColorScheme.Dark
    )
    apply_theme(application, DARK if is_dark else LIGHT)


def _set_direction(application: QApplication) -> None:
    direction = Qt.LayoutDirection.RightToLeft if i18n.is_rtl() else Qt.LayoutDirection.LeftToRight
    application.setLayoutDirection(direction)


def _set_taskbar_id() -> None:
    """Set the program's id on Windows, else the taskbar groups it with others of the same Python.

    Call this before any window opens. The installer's shortcut has the same id (packaging/windows).
    """
    if sys.platform == "win32":
        ctypes.windll.shell32.SetCurrentProcessExplicitAppUserModelID(APP_USER_MODEL_ID)


def create_application() -> QApplication:
    """Return the new or existing QApplication with the program's fonts and style."""
    _set_taskbar_id()
    app = QApplication.instance() or Application(["annotator"])
    assert isinstance(app, QApplication)
    app.setApplicationName("annotator")
    app.setDesktopFileName("arabic-news-annotator")  # links windows to the desktop file (packaging/linux)
    app.setStyle("Fusion")  # looks the same everywhere, and mirrors correctly
    fonts.load()
    app.setFont(fonts.interface_font(fonts.INTERFACE_SIZE))
    app.setWindowIcon(QIcon(str(resource_path("icons", "annotator.svg"))))
    return app


def ensure_sample_corpus() -> Path:
    """Return the path of the sample corpus, created if necessary. Raises CorpusError."""
    path = first_corpus_path()
    if not path.exists():
        from annotator.jobs.imports.importer import import_paths  # needed once only

        with suppress(OSError):  # creating the corpus then raises a readable error
            path.parent.mkdir(parents=True, exist_ok=True)
        with Corpus.create(path, default_labels()) as corpus:
            samples = sorted(resource_path("samples").glob("*.txt"))
            for _count in import_paths(corpus, samples):
                pass
    return path


def open_starting_corpus(path: Path | None, last: str | None) -> tuple[Corpus, str]:
    """Open the corpus at `path`; without one, the last corpus or else the sample corpus.

    Returns with it why the last corpus could not be opened, or "". Raises CorpusError; for the last corpus only
    DamagedCorpus.
    """
    if path:
        return Corpus.open(path), ""
    message = ""
    if last and Path(last) != first_corpus_path():
        try:
            return Corpus.open(Path(last)), ""
        except DamagedCorpus:
            raise
        except CorpusError as error:
            message = str(error)
    return Corpus.open(ensure_sample_corpus()), message


def find_corpus_open_at_crash(crash: ErrorDetails | None, last: str | None) -> Path | None:
    """Return the corpus that a start without a path would open if it was open at the crash, else None.

    It may have caused the crash, and would at every start.
    """
    path = Path(last) if last else first_corpus_path()
    return path if crash and any(is_same_corpus(path, open_path) for open_path in crash.corpora) else None


def run(path: Path | None = None, place: str = "") -> int:
    """Open the window on the corpus at `path` (see `open_starting_corpus`) and return the exit code.

    There it shows the `place`, if any (see model.places).

    A changeset may be merged into the last corpus, if the user agrees, and by an invitation a team be joined. Without a
    path, a corpus open at a crash is only offered. A damaged one is offered for recovery. The language must be set
    already. Raises CorpusError and whatever else keeps the window from opening, after showing it to users without a
    terminal.
    """
    team_file = path if path and is_team_file(path) else None
    path = None if team_file else path
    user_settings, settings_problems = settings.load(), settings.find_problems()
    logs.start()
    application = create_application()
    _log.info("%s starts on %s, Qt %s", __version__, application.platformName(), qVersion())
    crash = crash_reports.take_crash()
    crash_corpus = None if path else find_corpus_open_at_crash(crash, user_settings.last_corpus)
    with crash_reports.recording_crashes() as note_corpus, ExceptionHandler() as exception_handler:
        message, damage = "", None
        try:
            controller = ApplicationController(application, user_settings, note_corpus)
            if not crash_corpus:
                note_corpus(path or Path(user_settings.last_corpus or first_corpus_path()))
                message = controller.start(path)
        except DamagedCorpus as error:
            damage = str(path or user_settings.last_corpus or first_corpus_path()), str(error)
        except Exception as error:
            if _has_no_terminal():
                show_message(None, QMessageBox.Icon.Critical, _startup_error_message(error))
            raise
        exception_handler.get_facts = lambda: {**versions(application), **collect_facts(controller.session.corpus)}
        controller.show()
        tune_runtime()
        QTimer.singleShot(0, controller.window.annotator_commands.ask_name)
        if messages := [*filter(None, [message]), *_describe_problems(settings_problems)]:
            controller.session.failed.emit("\n".join(messages))
        if damage:
            QTimer.singleShot(0, lambda: controller.window.backup_commands.offer_recovery(*damage))
        if team_file:
            QTimer.singleShot(0, controller, lambda: controller.open_file(str(team_file)))
        if place:
            QTimer.singleShot(0, controller, lambda: controller.show_place(place))
        if crash:
            exception_handler.report_crash(
                crash, crash_corpus, lambda: crash_corpus and controller.window.corpus_commands.open_path(crash_corpus)
            )
        code = application.exec()
        controller.activation.listen(None)
        controller.learner.stop()
        controller.maintenance.stop()
        controller.window.suggestions.close()
        controller.session.close_silently()  # the window is closed and needs no update
    _log.info("ends")
    return code


def show_invalid_link(error: InvalidLink) -> None:
    """Show users without a terminal why a link opens no window; others read it there."""
    if _has_no_terminal():
        application = create_application()
        _apply_theme(application, settings.load().theme)
        _set_direction(application)
        texts = QtTranslations(application, i18n.current_language(), application)
        show_message(None, QMessageBox.Icon.Warning, str(error))
        texts.remove()


def tune_runtime() -> None:
    """Tune garbage collection and thread switching for key latency, once everything is loaded.

    A full collection takes longer than a frame; one per 700 objects is a twentieth of opening an article.
    """
    sys.setswitchinterval(_SWITCH_INTERVAL)
    gc.freeze()
    gc.set_threshold(_GC_THRESHOLD)
    gc.enable()


def _create_sync_job(path: Path, state: SyncState, *arguments: Any) -> SyncJob:
    from annotator.ui.session.sync_job import RemoteSyncJob  # late: few corpora have a team

    return RemoteSyncJob(path, state, *arguments)


def _describe_problems(problems: Sequence[SettingsProblem]) -> list[str]:
    """Return what is wrong with the settings, a sentence each."""
    if not problems:
        return []  # nearly always, and the start would wait for the module
    from annotator.jobs.settings_problems import describe_problem

    return [mark_direction(describe_problem(problem, isolate_ltr)) for problem in problems]


def _has_no_terminal() -> bool:
    """Return whether an icon started the program, so nobody reads its output."""
    return sys.stderr is None or any(map(os.environ.get, _LAUNCHER_VARIABLES))


def _startup_error_message(error: Exception) -> str:
    """Return why the window does not open."""
    if isinstance(error, CorpusError):
        return str(error)
    message = _("The program cannot start: {error}. A report was saved in this folder: {folder}")
    return message.format(error=describe_error(error), folder=isolate_ltr(settings.log_dir()))
