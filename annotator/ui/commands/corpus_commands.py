"""What is done to a corpus as a whole. Each public method is an action of the table in `actions`."""

from collections.abc import Callable, Generator
from itertools import chain, count
from pathlib import Path
from textwrap import shorten
from typing import Any, Final

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QInputDialog, QMessageBox, QWidget

from annotator.i18n import _, ngettext, number, pgettext
from annotator.model.labels import default_labels
from annotator.paths import extend_path
from annotator.store.corpus import Corpus
from annotator.store.errors import CorpusError, Damaged
from annotator.ui.session.background import Background, Cancelled
from annotator.ui.session.session import Session
from annotator.ui.widgets import file_dialogs
from annotator.ui.widgets.bidi_text import isolated, tell, with_paths
from annotator.ui.widgets.message_box import MessageBox
from annotator.ui.widgets.theme import LIGHT

SUFFIX = ".corpus"
_TYPED: Final = 300  # characters that are shown of what was typed


class CorpusCommands(QObject):
    """Asks for what it needs in dialogs, and runs what takes long in the background."""

    corpus_opened = Signal(str)
    """The path of a corpus that a person chose, and that is open now."""
    annotator_chosen = Signal(str)
    damaged = Signal(str, str)
    """The path of a corpus that was to be opened, and a sentence: it is damaged."""

    def __init__(self, window: QWidget, session: Session) -> None:
        super().__init__(window)
        self._window, self._session = window, session
        self.background = Background(window)
        session.corpus_closing.connect(self.background.let_go)
        self.theme = LIGHT
        self.keep_typed: Callable[[], list[str]] = list
        """Keeps what is being typed, and returns what of it could not be kept: whoever has the fields knows."""

    def new_corpus(self) -> None:
        self._make(self._folder())

    def corpus_from_files(self) -> None:
        names = file_dialogs.choose_files(self._window, _("New corpus from files"), str(self._folder()))
        self.make_from(names)

    def make_from(self, names: list[str]) -> None:
        """Make a corpus, by default beside the first of these files and folders, and read them into it; one that is a
        corpus itself is opened instead."""
        if self._is_corpus(names) or (names and self._make(_place_beside(extend_path(Path(names[0]))))):
            self.take(names)

    def open_corpus(self) -> None:
        name = file_dialogs.choose_file(self._window, _("Open corpus"), str(self._folder()), self._filter())
        if name:
            self.open_path(extend_path(Path(name)))

    def open_path(self, path: Path, *, create: bool = False) -> bool:
        """Open the corpus at `path`, made first with `create`; says what is wrong, and whether it went well."""
        if not self.may_leave():
            return False
        try:
            corpus = Corpus.create(path, default_labels()) if create else Corpus.open(path)
            self._session.open(corpus)
        except Damaged as error:
            self.damaged.emit(str(path), str(error))
            return False
        except CorpusError as error:
            self.warn(str(error))
            return False
        self.corpus_opened.emit(str(path.absolute()))
        return True

    def import_files(self) -> None:
        names = file_dialogs.choose_files(self._window, _("Import files"), str(self._folder()))
        self.take(names)

    def import_folder(self) -> None:
        name = file_dialogs.choose_folder(self._window, _("Import a folder"), str(self._folder()))
        self.take([name] if name else [])

    def take(self, names: list[str]) -> None:
        """Read these files and folders into the corpus; a corpus among them is opened instead."""
        paths = [extend_path(Path(name)) for name in names]
        if self._is_corpus(names):
            self.open_path(paths[0])
            return
        if not paths or not self._session.corpus or not self.may_start():
            return
        self.keep_typed()
        from annotator.jobs.imports.preview import Look, look  # the formats take their time to load

        corpus, annotator = self._session.corpus.path, self._session.annotator

        def job() -> Generator[tuple[int, int], None, list[Look]]:
            with Corpus.open(corpus) as opened:
                return (yield from look(opened, paths, annotator))

        def done(looks: list[Look]) -> None:
            self._ask(corpus, annotator, paths, looks)

        self.background.run(_("Looking at the files"), job, done, self._import_failed)

    def _ask(self, corpus: Path, annotator: str, paths: list[Path], looks: list[Any]) -> None:
        """Import into the corpus at this path, after a look at what was found where something is to be decided."""
        from annotator.jobs.imports.importer import Naming, import_paths

        naming, ways = Naming(), dict[Path, Any]()
        if any(each.open for each in looks):
            from annotator.ui.dialogs.import_preview import ImportDialog

            dialog = ImportDialog(self._window, self._session, self.background, looks)
            accepted, naming, ways = dialog.exec(), dialog.naming(), dict(dialog.ways())
            dialog.deleteLater()
            if not accepted:
                return

        def job() -> Generator[tuple[int, int], None, object]:
            with Corpus.open(corpus) as opened:
                return (yield from import_paths(opened, paths, annotator=annotator, naming=naming, ways=ways))

        self.background.run(_("Importing"), job, self._imported, self._import_failed)

    def export(self) -> None:
        from annotator.ui.dialogs.export import ExportDialog  # heavier than the rest, and used once a day

        if self._session.corpus:
            try:
                dialog = ExportDialog(self._window, self._session, self.background)
            except CorpusError as error:
                self.warn(str(error))
                return
            dialog.exec()
            dialog.deleteLater()

    def edit_labels(self) -> None:
        from annotator.ui.dialogs.labels import LabelsDialog  # used once in a long while

        if self._session.corpus:
            try:
                dialog = LabelsDialog(self._window, self._session.corpus, self.background, self.theme)
            except CorpusError as error:
                self.warn(str(error))
                return
            if dialog.exec():
                self._session.changed()
            dialog.deleteLater()

    def show_quality(self) -> None:
        from annotator.store.queries.suggestion_statistics import Quality, quality
        from annotator.ui.dialogs.suggestion_statistics import QualityDialog  # used once in a while

        if not self._session.corpus:
            return
        path, annotator = self._session.corpus.path, self._session.annotator

        def job() -> Generator[tuple[int, int], None, Quality]:
            with Corpus.open(path, readonly=True) as corpus:
                yield 0, 0
                return quality(corpus, annotator)

        def show(found: Quality) -> None:
            dialog = QualityDialog(self._window, found, self._session.labels, self.theme)
            dialog.exec()
            dialog.deleteLater()

        self.background.run(_("Counting what was decided"), job, show, self._not_done)

    def save_now(self) -> None:
        """What a hand does by itself where programs must be told to save."""
        if self._session.waiting:
            self._session.try_again()
        else:
            before = self._session.corpus
            self._session.look()
            if before and self._session.corpus is before and not self._session.trouble:
                self._session.told.emit(_("Everything is saved"))

    def may_start(self) -> bool:
        """Return whether no job is running; tell of one that is."""
        if self.background.busy:
            self._session.failed.emit(self.background.refusal())
        return not self.background.busy

    def rescue_copy(self) -> None:
        """Put all that the corpus holds, and the change that waits, into a new file: beside the window, or at once
        through the open connection where that alone still leads to what the corpus holds."""
        from annotator.store.recovery.rescue import copy_file_to_safety, copy_to_safety

        corpus, waiting = self._session.corpus, self._session.waiting
        if not corpus:
            return

        def rescued(path: Path) -> None:
            try:
                with Corpus.open(path) as copy:
                    if waiting and not copy.size(waiting.uid):  # it may have been written meanwhile
                        copy.apply(waiting)
            except CorpusError as error:
                self.warn(str(error))
            else:
                self._session.told.emit(_("A copy with everything is in “{path}”.").format(path=path))

        def rescue_at_once() -> None:
            try:
                path = copy_to_safety(corpus)
            except CorpusError as error:
                self.warn(str(error))
            else:
                rescued(path)

        def failed(error: Exception) -> None:
            if isinstance(error, CorpusError):
                rescue_at_once()
            elif not isinstance(error, Cancelled):
                raise error

        try:
            corpus.check_there()
        except CorpusError:
            rescue_at_once()
        else:
            path = corpus.path
            self.background.run(_("Copying"), lambda: copy_file_to_safety(path), rescued, failed)

    def may_leave(self) -> bool:
        """Keep what is being typed; return whether nothing is left that is not saved, or a person gives it up. While a
        job is running, its corpus is not left."""
        if not self.may_start():
            return False
        waited = not self._session.try_again()
        typed = self.keep_typed()
        if self._session.waiting is None and not typed:
            return True
        text = _(", ").join(isolated(shorten(each, _TYPED, placeholder="…")) for each in typed if each.strip())
        if not text:
            unsaved = _("Your last change is not saved yet. Without it, everything else is.")
        elif waited:
            unsaved = _("Your last change is not saved yet, and neither is what you typed: {text}")
        else:
            unsaved = _("What you typed is not saved yet: {text}")
        asked = MessageBox(QMessageBox.Icon.Warning, self._window)
        asked.setText(with_paths(self._session.trouble) or _("What you typed could not be saved."))
        asked.setInformativeText(unsaved.format(text=text))
        stay = asked.addButton(_("Stay"), QMessageBox.ButtonRole.RejectRole)
        give_up = asked.addButton(_("Give the change up"), QMessageBox.ButtonRole.DestructiveRole)
        asked.setDefaultButton(stay)
        asked.setEscapeButton(stay)
        asked.exec()
        leaves = asked.clickedButton() is give_up
        asked.deleteLater()
        if leaves:
            self._session.give_up()
        return leaves

    def choose_annotator(self) -> None:
        try:
            known = self._session.corpus.annotators() if self._session.corpus else []
        except CorpusError as error:
            self.warn(str(error))
            return
        if not self.may_leave():
            return
        names = list(dict.fromkeys([self._session.annotator, *known]))
        name, ok = QInputDialog.getItem(
            self._window,
            pgettext("the person", "Annotator"),
            _("Whose layer do you want to see and to work on?"),
            names,
            0,
            True,
        )
        if ok and name.strip() and name.strip() != self._session.annotator:
            self._session.work_as(name.strip())
            self.annotator_chosen.emit(name.strip())

    def about(self) -> None:
        from annotator.ui.dialogs.about import AboutDialog  # opened once in a long while

        dialog = AboutDialog(self._window, self.theme)
        dialog.exec()
        dialog.deleteLater()

    def warn(self, text: str) -> None:
        """Say what could not be done, until it is read."""
        tell(self._window, QMessageBox.Icon.Warning, text)

    def _not_done(self, error: Exception) -> None:
        if isinstance(error, CorpusError):
            self.warn(str(error))
        elif not isinstance(error, Cancelled):
            raise error

    def _imported(self, outcome: Any) -> None:
        self._session.refresh()
        self._session.changed()
        said = [
            ngettext("{count} article added", "{count} articles added", outcome.added).format(
                count=number(outcome.added)
            ),
            ngettext(
                "{count} article was here already", "{count} articles were here already", outcome.duplicates
            ).format(count=number(outcome.duplicates)),
        ]
        if outcome.spans:
            said.append(ngettext("{count} span", "{count} spans", outcome.spans).format(count=number(outcome.spans)))
        if outcome.skipped or outcome.repaired or outcome.noticed:
            from annotator.ui.dialogs.import_result import ImportedDialog

            dialog = ImportedDialog(self._window, " · ".join(said), outcome)
            dialog.exec()
            dialog.deleteLater()
        else:
            self._session.told.emit(" · ".join(said))

    def _import_failed(self, error: Exception) -> None:
        self._session.refresh()
        if isinstance(error, Cancelled):
            self._session.told.emit(_("The import was stopped; what had been stored is kept."))
        elif isinstance(error, CorpusError):
            self.warn(str(error))
        else:
            raise error

    def _make(self, where: Path) -> bool:
        """Ask where a new corpus is to be, at first there, and make and open it; whether it is open."""
        name = file_dialogs.choose_target(self._window, _("New corpus"), str(where), self._filter(), confirm=False)
        path = extend_path(Path(name))
        return bool(name) and self.open_path(
            path if path.suffix == SUFFIX else path.with_name(path.name + SUFFIX), create=True
        )

    @staticmethod
    def _is_corpus(names: list[str]) -> bool:
        return len(names) == 1 and Path(names[0]).suffix == SUFFIX

    def _folder(self) -> Path:
        return self._session.corpus.path.parent if self._session.corpus else Path.home()

    def _filter(self) -> str:
        return _("Corpora") + f" (*{SUFFIX})"


def _place_beside(path: Path) -> Path:
    """Where nothing is yet: for the corpus of this file's or folder's articles, called as it is."""
    name = path.stem if path.is_file() else path.name
    names = chain([name], (f"{name} {nth}" for nth in count(2)))
    return next(place for one in names if not (place := path.with_name(one + SUFFIX)).exists())
