"""Commands of the welcome page, and of the hint after it until something is tagged or adjudicated.

While the page is visible no article is open, so no key changes one unseen; opening an article closes the page.
"""

from collections.abc import Mapping
from typing import Final, Literal, TypeAlias

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QAction

from annotator.i18n import _
from annotator.model.records import Span, Step
from annotator.ui.central.central_widget import CentralWidget
from annotator.ui.commands.corpus_commands import CorpusCommands
from annotator.ui.session.window_context import WindowContext

_HINT_LABELS: Final = 3
"""The number of labels in the hint."""

_RECENT_CORPORA: Final = 3
"""The number of corpora on the page."""

State: TypeAlias = Literal["page", "hint", "done"]
"""The page is visible, or the hint (until something is tagged or adjudicated), or neither."""


class WelcomeCommands(QObject):
    """Shows and hides the page and the hint."""

    samples_requested = Signal()
    hint_changed = Signal(str)
    """The hint on how to tag; "" for none."""

    def __init__(self, context: WindowContext, commands: CorpusCommands) -> None:
        super().__init__(context.window)
        self._session, self._settings, self._commands = context.session, context.settings, commands
        self.state: State = "done"
        self._session.corpus_opened.connect(self._close_page)
        self._session.article_opened.connect(self._on_article_opened)
        self._session.corpus_changed.connect(self._on_corpus_changed)
        self._session.on_change(self._on_adjudicator_changed, "adjudicator")

    @property
    def is_page_visible(self) -> bool:
        """Whether the page is visible."""
        return self.state == "page"

    def attach(self, central_widget: CentralWidget, actions: Mapping[str, QAction]) -> None:
        """Set the page's widget and its actions."""
        self._central_widget, self._actions = central_widget, actions

    def restore_state(self, state: State) -> None:
        """Restore the state from the previous window."""
        self.state = state
        if self.is_page_visible:
            self.show_welcome()
        self._update_hint()

    def show_welcome(self) -> None:
        from annotator.ui.welcome.welcome_page import WelcomePage  # needed once only

        self._session.open_article(-1)
        page = WelcomePage(self._actions, self._commands.recent.paths()[:_RECENT_CORPORA])
        page.corpus_requested.connect(self._commands.open_recent)
        page.samples_requested.connect(self.samples_requested)
        page.dismissed.connect(self._resume)
        page.files_dropped.connect(self._commands.create_from_files)
        page.language_requested.connect(lambda language: self._settings.save(language=language))
        self.state = "page"
        self._central_widget.show_welcome(page)

    def _resume(self) -> None:
        """Close the page and resume the open corpus."""
        self._session.resume_article()
        self._close_page()

    def _close_page(self) -> None:
        if self.is_page_visible:
            self.state = "hint"
            self._central_widget.show_welcome(None)
            if self._session.corpus:
                self._commands.recent.remember(self._session.corpus.path)

    def _on_article_opened(self) -> None:
        if self._session.article:
            self._close_page()
        self._update_hint()

    def _on_corpus_changed(self, step: Step | None) -> None:
        step = step or self._session.current.own_step  # known even if others have written too, as a sync does
        if step and any(isinstance(edit.after, Span) for edit in step.edits):
            self._end_hint()

    def _on_adjudicator_changed(self) -> None:
        if self._session.adjudicator:  # who decides for others is no newcomer, and decides by other keys
            self._end_hint()

    def _end_hint(self) -> None:
        if self.state == "hint":
            self.state = "done"
            self._update_hint()

    def _update_hint(self) -> None:
        labels = [label for label in self._session.labels.labels if label.key]
        hint = ""
        if self.state == "hint" and self._session.article and labels:
            keys = _(", ").join(f"{label.key} {label.localised_title()}" for label in labels[:_HINT_LABELS])
            hint = _("Select some words, then press the key of their label: {keys}").format(keys=keys)
        self.hint_changed.emit(hint)
