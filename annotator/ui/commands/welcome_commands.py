"""The page of a first start: when it stands, how one goes on from it, and the hint until something is tagged.

While it stands no article is open, so that no key changes one that is out of sight; whatever opens an article ends it.
"""

from collections.abc import Mapping
from typing import Final, Literal, TypeAlias

from PySide6.QtCore import QObject, Signal, SignalInstance
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QWidget

from annotator.i18n import _
from annotator.model.records import Span, Step
from annotator.ui.commands.corpus_commands import CorpusCommands
from annotator.ui.panels.central_widget import Middle
from annotator.ui.session.session import Session

_NAMED: Final = 3
"""Labels that the hint names."""

State: TypeAlias = Literal["standing", "hinting", "over"]
"""Whether the page stands, or the hint, until something is tagged, or neither."""


class WelcomeCommands(QObject):
    """Shows the page and takes it away."""

    samples_asked = Signal()
    hinted = Signal(str)
    """How one goes on in the article, in a sentence; "" where nothing is to be said of it."""

    def __init__(self, window: QWidget, session: Session, commands: CorpusCommands) -> None:
        super().__init__(window)
        self._session, self._commands = session, commands
        self.state: State = "over"
        session.corpus_opened.connect(self._end)
        session.article_opened.connect(self._article_opened)
        session.stepped.connect(self._stepped)

    @property
    def standing(self) -> bool:
        """Whether the page stands."""
        return self.state == "standing"

    def stand_in(self, middle: Middle, actions: Mapping[str, QAction], language_asked: SignalInstance) -> None:
        """Where the page stands, the actions that it offers, and who is told of another language."""
        self._middle, self._actions, self._language_asked = middle, actions, language_asked

    def go_on(self, state: State) -> None:
        """Be in this state: that of the window that this one takes the place of."""
        self.state = state
        if self.standing:
            self.show_welcome()
        self._hint()

    def show_welcome(self) -> None:
        from annotator.ui.welcome.welcome_page import WelcomePage  # once in a lifetime

        self._session.open_article(-1)
        page = WelcomePage(self._actions)
        page.begun.connect(self.samples_asked)
        page.left.connect(self._leave)
        page.dropped.connect(self.take)
        page.language_asked.connect(self._language_asked)
        self.state = "standing"
        self._middle.show_instead(page)

    def take(self, names: list[str]) -> None:
        """Go on with these files and folders, in a corpus of their own."""
        self._commands.make_from(names)

    def _leave(self) -> None:
        """Go on with what is open."""
        self._session.resume()
        self._end()

    def _end(self) -> None:
        if self.standing:
            self.state = "hinting"
            self._middle.show_instead(None)
            if self._session.corpus:
                self._commands.corpus_opened.emit(str(self._session.corpus.path.absolute()))

    def _article_opened(self) -> None:
        if self._session.article:
            self._end()
        self._hint()

    def _stepped(self, step: Step | None) -> None:
        if self.state == "hinting" and step and any(isinstance(edit.after, Span) for edit in step.edits):
            self.state = "over"
            self._hint()

    def _hint(self) -> None:
        labels = [label for label in self._session.labels.labels if label.key]
        said = ""
        if self.state == "hinting" and self._session.article and labels:
            listed = _(", ").join(f"{label.key} {label.shown()}" for label in labels[:_NAMED])
            said = _("Select some words, then press the key of their label: {keys}").format(keys=listed)
        self.hinted.emit(said)
