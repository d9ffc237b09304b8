"""Commands on a whole corpus: open, import, export, save, leave."""

from collections.abc import Generator, Iterable
from functools import partial
from itertools import chain, count
from pathlib import Path
from textwrap import shorten
from typing import Any, Final

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QMessageBox

from annotator.i18n import _, count_phrase
from annotator.model.labels import default_labels
from annotator.paths import CORPUS_SUFFIX, extend_path, is_changeset_path, is_invitation_path
from annotator.settings import documents_dir, first_corpus_path
from annotator.store.corpus import Corpus
from annotator.store.errors import CorpusError, DamagedCorpus, NotACorpus
from annotator.store.migrating import is_outdated, migrate
from annotator.ui.actions.keymap import Action
from annotator.ui.panels.autosave_field import Autosave
from annotator.ui.session.notice import Notice
from annotator.ui.session.recent_corpora import RecentCorpora
from annotator.ui.session.window_context import WindowContext
from annotator.ui.widgets import file_dialogs
from annotator.ui.widgets.bidi_text import isolate
from annotator.ui.widgets.modal import ROLE, MessageBox, run_dialog, warn

_MAX_TYPED_LENGTH: Final = 300  # characters of unsaved text that a message shows


class CorpusCommands(QObject):
    """The commands."""

    opened = Signal()
    """The user has opened or created a corpus."""
    damaged = Signal(str, str)
    """A corpus could not be opened because it is damaged; carries its path and a message."""
    changesets_given = Signal(object)
    """The user wants changesets in the open corpus; carries their paths."""
    invitation_given = Signal(object)
    """The user wants to join a team; carries the path of the invitation."""

    def __init__(self, context: WindowContext, fields: Iterable[Autosave]) -> None:
        super().__init__(context.window)
        self._window, self._session = context.window, context.session
        self._tasks = context.tasks
        self._fields = tuple(fields)
        self.recent = RecentCorpora(context.settings)

    def new_corpus(self) -> None:
        self._create_at(self.default_folder())

    def corpus_from_files(self) -> None:
        names = file_dialogs.choose_files(self._window, _("New corpus from files"), str(self.default_folder()))
        self.create_from_files(names)

    def create_from_files(self, names: list[str]) -> None:
        """Create a corpus, by default beside the first of these files and folders, and import them.

        A single corpus file is opened instead.
        """
        if self._is_corpus_file(names) or (names and self._create_at(_path_beside(extend_path(Path(names[0]))))):
            self.import_or_open(names)

    def open_corpus(self) -> None:
        name = file_dialogs.choose_file(self._window, _("Open corpus"), str(self.default_folder()), self._file_filter())
        if name:
            self.open_path(extend_path(Path(name)))

    def open_path(self, path: Path, *, create: bool = False) -> bool:
        """Open or create the corpus at `path`; report errors, and return whether it is open.

        One of an older version opens later, once it is migrated.
        """
        if not self.confirm_leave():
            return False
        try:
            if not create and is_outdated(path):
                self._migrate(path)
                return False
            corpus = Corpus.create(path, default_labels()) if create else Corpus.open(path)
            self._session.open(corpus)
        except CorpusError as error:
            self._report_unopened(path, error)
            return False
        self.recent.remember(path)
        self.opened.emit()
        return True

    def _migrate(self, path: Path) -> None:
        """Migrate the corpus at `path` beside the window, then open it."""

        def open_migrated(damage: DamagedCorpus | None) -> None:
            if damage:
                self._report_unopened(path, damage)
            else:
                self.open_path(path)

        self._tasks.run(
            _("Updating the corpus for this version of the program"),
            lambda: _migrate_unless_damaged(path),
            open_migrated,
            cancelled_text=_("“{path}” was not updated and not opened. Nothing in it was changed.").format(path=path),
        )

    def _report_unopened(self, path: Path, error: CorpusError) -> None:
        # Of a corpus whose beginning is destroyed nothing says that it was one, but its backups.
        if isinstance(error, DamagedCorpus) or (isinstance(error, NotACorpus) and _has_backups(path)):
            self.damaged.emit(str(path), str(error))
        else:
            warn(self._window, str(error))

    def other_recent(self) -> list[Path]:
        """Return the paths of the recent corpora but the open one, the last opened first."""
        corpus = self._session.corpus
        return [path for path in self.recent.paths() if not corpus or path != corpus.path.absolute()]

    def open_recent(self, path: Path) -> None:
        """Open a recent corpus; one that is gone is taken off the list, with a message."""
        if path.exists():
            self.open_path(path)
        else:
            self.recent.forget(path)
            text = _("“{path}” is no longer there. It was taken off the list of recent corpora.")
            self._session.notified.emit(text.format(path=path))

    def import_files(self) -> None:
        names = file_dialogs.choose_files(self._window, _("Import files"), str(self.default_folder()))
        self.import_or_open(names)

    def import_folder(self) -> None:
        name = file_dialogs.choose_folder(self._window, _("Import a folder"), str(self.default_folder()))
        self.import_or_open([name] if name else [])

    def import_or_open(self, names: list[str]) -> None:
        """Import these files and folders; a single corpus file is opened instead, and changesets are merged.

        By a single invitation, its team is joined.
        """
        paths = [extend_path(Path(name)) for name in names]
        if self._is_corpus_file(names):
            self.open_path(paths[0])
            return
        if len(paths) == 1 and is_invitation_path(paths[0]):
            self.invitation_given.emit(paths[0])
            return
        if paths and all(map(is_changeset_path, paths)):
            self.changesets_given.emit(paths)
            return
        if not paths or not self._session.corpus or not self.check_idle():
            return
        self.save_typed_text()
        from annotator.jobs.imports.preview import preview_files  # the formats are slow to load

        corpus_path, annotator = self._session.corpus.path, self._session.current.user

        self._tasks.run_on_corpus(
            _("Reading the files"),
            corpus_path,
            lambda corpus: preview_files(corpus, paths, annotator),
            partial(self._import, corpus_path, annotator, paths),
            cancelled_text=_("The import was cancelled; articles already imported are kept."),
        )

    def _import(self, corpus_path: Path, annotator: str, paths: list[Path], previews: list[Any]) -> None:
        """Import the files, after any decisions that the previews need."""
        from annotator.jobs.imports.importer import ImportOptions, import_paths
        from annotator.jobs.imports.replacement import LayerReplacement

        options = ImportOptions(annotator=annotator)
        if any(preview.needs_decision for preview in previews):
            from annotator.ui.dialogs.imports.import_preview import ImportDialog

            dialog = run_dialog(ImportDialog(self._window, self._session, self._tasks, previews))
            if not dialog:
                return
            options = ImportOptions(
                reading_by_path=dict(dialog.read_options()),
                annotator=annotator,
                labels=dialog.label_mapping(),
                replacement=LayerReplacement() if dialog.replaces_layers() else None,
            )
        self._tasks.run_on_corpus(
            _("Importing"),
            corpus_path,
            lambda corpus: import_paths(corpus, paths, options),
            self._imported,
            aborted=self._session.reload_articles,
            cancelled_text=_("The import was cancelled; articles already imported are kept."),
        )

    def save_now(self) -> None:
        """Retry a pending change, else confirm that all is saved (for habitual Ctrl+S)."""
        if self._session.pending_step:
            self._session.retry_save()
        else:
            before = self._session.corpus
            self._session.check_file()
            if before and self._session.corpus is before and not self._session.save_error:
                self._session.notified.emit(_("Everything is saved"))

    def save_typed_text(self) -> list[str]:
        """Save what is typed in the fields, and return the texts that could not be saved."""
        return [field.text() for field in self._fields if not field.commit()]

    def can_run(self, action: Action[Any] | None) -> bool:
        """Save typed text; return whether an action of the table, or with None a label's, may run now."""
        self.save_typed_text()
        return bool(action and action.runs_during_jobs) or self.check_idle()

    def check_idle(self) -> bool:
        """Return whether no job is running; report one that is."""
        if self._tasks.is_busy:
            self._session.failed.emit(self._tasks.busy_message())
        return not self._tasks.is_busy

    def rescue_copy(self) -> None:
        """Copy the corpus and the pending change into a new file.

        In the background, or at once through the open connection if the file is displaced or the job fails.
        """
        from annotator.store.recovery.rescue import copy_file_to_safety, copy_to_safety

        corpus, pending = self._session.corpus, self._session.pending_step
        if not corpus:
            return

        def complete_copy(path: Path) -> None:
            try:
                with Corpus.open(path) as copy:
                    if pending and not copy.edit_count(pending.uid):  # it may have been written meanwhile
                        copy.apply(pending)
            except CorpusError as error:
                warn(self._window, str(error))
            else:
                text = _("A complete copy was saved as “{path}”.").format(path=path)
                self._session.announced.emit(Notice(text, folder=path.parent))

        def rescue_at_once() -> None:
            try:
                path = copy_to_safety(corpus)
            except CorpusError as error:
                warn(self._window, str(error))
            else:
                complete_copy(path)

        try:
            corpus.check_file_identity()
        except CorpusError:
            rescue_at_once()
        else:
            path = corpus.path
            self._tasks.run(
                _("Copying"), lambda: copy_file_to_safety(path), complete_copy, failed=lambda _message: rescue_at_once()
            )

    def confirm_leave(self) -> bool:
        """Save typed text, and return whether the corpus may be closed.

        It may not during a job, or if the user keeps what is unsaved.
        """
        if not self.check_idle():
            return False
        was_pending = not self._session.retry_save()
        unsaved_texts = self.save_typed_text()
        if self._session.pending_step is None and not unsaved_texts:
            return True
        text = _(", ").join(
            isolate(shorten(unsaved_text, _MAX_TYPED_LENGTH, placeholder="…"))
            for unsaved_text in unsaved_texts
            if unsaved_text.strip()
        )
        if not text:
            reason = _("Your last change is not saved yet. Everything else is saved.")
        elif was_pending:
            reason = _("Your last change is not saved yet, and neither is what you typed: {text}")
        else:
            reason = _("What you typed is not saved yet: {text}")
        discard, stay = _("Discard the change"), _("Keep open")
        box = MessageBox(
            QMessageBox.Icon.Warning,
            self._window,
            self._session.save_error or _("What you typed could not be saved."),
            {discard: ROLE.DestructiveRole, stay: ROLE.RejectRole},
            information=reason.format(text=text),
        )
        leaves = box.ask() == discard
        if leaves:
            self._session.discard_pending()
        return leaves

    def _imported(self, outcome: Any) -> None:
        self._session.reload_articles()
        self._session.reload()
        parts = [count_phrase("{count} article added", "{count} articles added", outcome.added)]
        if outcome.duplicates:
            text = count_phrase(
                "{count} article was already in the corpus",
                "{count} articles were already in the corpus",
                outcome.duplicates,
            )
            parts.append(text)
        if outcome.spans:
            parts.append(count_phrase("{count} span", "{count} spans", outcome.spans))
        if outcome.changed:
            parts.append(count_phrase("{count} changed", "{count} changed", outcome.changed))
        if outcome.removed:
            parts.append(count_phrase("{count} removed", "{count} removed", outcome.removed))
        if outcome.skipped or outcome.repaired or outcome.noticed:
            from annotator.ui.dialogs.results import ImportResultDialog

            run_dialog(ImportResultDialog(self._window, " · ".join(parts), outcome))
        else:
            self._session.notified.emit(" · ".join(parts))

    def _create_at(self, default: Path) -> bool:
        """Ask where to create a corpus, and return whether it is open."""
        name = file_dialogs.choose_save_path(
            self._window, _("New corpus"), str(default), self._file_filter(), confirm=False
        )
        path = extend_path(Path(name))
        return bool(name) and self.open_path(
            path if path.suffix == CORPUS_SUFFIX else path.with_name(path.name + CORPUS_SUFFIX), create=True
        )

    @staticmethod
    def _is_corpus_file(names: list[str]) -> bool:
        return len(names) == 1 and Path(names[0]).suffix == CORPUS_SUFFIX

    def default_folder(self) -> Path:
        """Return the folder of the corpus; of the samples, which nobody has put there, the folder of documents."""
        corpus = self._session.corpus
        return corpus.path.parent if corpus and corpus.path != first_corpus_path() else documents_dir()

    def _file_filter(self) -> str:
        return _("Corpora") + f" (*{CORPUS_SUFFIX})"


def _migrate_unless_damaged(path: Path) -> Generator[tuple[int, int], None, DamagedCorpus | None]:
    """Migrate the corpus at `path`, or return the damage. Raises CorpusError."""
    try:
        yield from migrate(path)
    except DamagedCorpus as damage:
        return damage
    return None


def _has_backups(path: Path) -> bool:
    from annotator.store.backups import list_backups

    try:
        return bool(list_backups(path))
    except CorpusError:
        return False


def _path_beside(path: Path) -> Path:
    """Return a free corpus path named after this file or folder."""
    stem = path.stem if path.is_file() else path.name
    stems = chain([stem], (f"{stem} {number}" for number in count(2)))
    return next(candidate for name in stems if not (candidate := path.with_name(name + CORPUS_SUFFIX)).exists())
