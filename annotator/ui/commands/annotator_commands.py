"""Commands on who works here, and whose work is shown."""

from collections.abc import Iterable

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QMessageBox

from annotator.i18n import _
from annotator.model.annotator_names import explain_gold_name, find_similar_name
from annotator.settings import first_corpus_path
from annotator.store.corpus import Corpus
from annotator.store.errors import CorpusError
from annotator.ui.commands.corpus_commands import CorpusCommands
from annotator.ui.panels.autosave_field import Autosave
from annotator.ui.session.window_context import WindowContext
from annotator.ui.widgets.bidi_text import isolate
from annotator.ui.widgets.modal import ROLE, MessageBox, run_dialog


class AnnotatorCommands(QObject):
    """Asks for names; nothing can be typed in the `fields` while another's work is shown."""

    def __init__(self, context: WindowContext, corpus: CorpusCommands, fields: Iterable[Autosave]) -> None:
        super().__init__(context.window)
        self._window, self._session, self._settings = context.window, context.session, context.settings
        self._corpus, self._fields = corpus, tuple(fields)
        self._session.on_change(self._update_fields, "reader")
        corpus.opened.connect(self.ask_name)

    def ask_name(self) -> None:
        """Ask once who works here, when a corpus is open that is not the example; by default the system's user.

        Ask again where all articles given out are for another one: the file was made for a person, whose name here may
        be different. About each name this is asked once.
        """
        from annotator.ui.dialogs.annotator_name import AnnotatorNameDialog

        corpus = self._session.corpus
        if not corpus or corpus.path == first_corpus_path() or self._session.sync:
            return  # a team knows who works here
        user, owner = self._session.current.user, self._find_queue_owner(corpus)
        if self._settings.current.annotator:
            other_people = self._settings.current.other_people
            if owner and owner not in other_people:
                if self._confirm_owner(owner):
                    self._work_as(owner)
                else:
                    self._settings.save(other_people=[*other_people, owner])
            return
        dialog = run_dialog(AnnotatorNameDialog(self._window, owner or user))
        name = dialog.name if dialog else user
        self._settings.save(annotator=name)
        if name != user:
            self._session.switch_annotator(name)

    def choose_annotator(self) -> None:
        """Show the annotators, and look at the work of one or work as one. Raises CorpusError."""
        from annotator.store.queries.annotators import list_annotators
        from annotator.ui.dialogs.annotators import AnnotatorsDialog

        session = self._session
        annotators = list_annotators(session.corpus, session.current.user) if session.corpus else []
        if not self._corpus.confirm_leave():
            return
        dialog = run_dialog(AnnotatorsDialog(self._window, annotators, session.current.user, session.annotator))
        if dialog and dialog.action == "view":
            session.switch_annotator(dialog.name, edits=False)
        elif dialog and self._confirm_new(dialog.name, [summary.name for summary in annotators]):
            self._work_as(dialog.name)

    def edit_shown(self) -> None:
        """Work as the annotator whose layers are shown."""
        self._work_as(self._session.annotator)

    def view_own(self) -> None:
        """Show the layers of who works here."""
        self._session.switch_annotator(self._session.current.user, edits=False)

    def _work_as(self, name: str) -> None:
        self._session.switch_annotator(name)
        self._settings.save(annotator=name)

    def _find_queue_owner(self, corpus: Corpus) -> str:
        """Return the annotator to whom all articles given out are assigned; "" if that is the user, or several."""
        from annotator.store.queries.assignments import list_annotators_with_queues

        try:
            names = list_annotators_with_queues(corpus)
        except CorpusError as error:
            self._session.report_error(error)
            return ""
        return names[0] if len(names) == 1 and names[0] != self._session.current.user else ""

    def _confirm_owner(self, name: str) -> bool:
        accept = _("Work as {name}").format(name=isolate(name))
        box = MessageBox(
            QMessageBox.Icon.Question,
            self._window,
            _("The articles of this corpus were given to {name}. Is that you?").format(name=isolate(name)),
            {accept: ROLE.AcceptRole, _("No"): ROLE.RejectRole},
            information=_("You work here as {name}.").format(name=isolate(self._session.current.user)),
            default=accept,
        )
        return box.ask() == accept

    def _confirm_new(self, name: str, names: list[str]) -> bool:
        """Return whether there is such an annotator, or the user wants one."""
        from annotator.store.queries.gold import find_gold

        if name in names:
            return True
        if self._session.corpus and name == find_gold(self._session.corpus):
            self._session.failed.emit(explain_gold_name(isolate(name)))
            return False
        similar = find_similar_name(name, names)
        begin_text, cancel = _("Begin as {name}").format(name=isolate(name)), _("Cancel")
        box = MessageBox(
            QMessageBox.Icon.Question,
            self._window,
            _("{name} is new in this corpus. Begin a layer of their own?").format(name=isolate(name)),
            {begin_text: ROLE.AcceptRole, cancel: ROLE.RejectRole},
            information=_("There is already {name}.").format(name=isolate(similar)) if similar else "",
            default=cancel if similar else begin_text,
        )
        return box.ask() == begin_text

    def _update_fields(self) -> None:
        for field in self._fields:
            field.setReadOnly(bool(self._session.reader))
