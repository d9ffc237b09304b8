"""Saves where an annotator is, so that the corpus opens there the next time, and articles where they were left."""

from collections.abc import Callable
from contextlib import suppress
from typing import Final, Protocol

from PySide6.QtCore import QObject, QTimer

from annotator.store.errors import CorpusError
from annotator.ui.session.state import HasState

_POSITION_DELAY: Final = 1000  # milliseconds without movement before the position is saved


class PositionedSession(HasState, Protocol):
    """A session that knows where its annotator is in the open article."""

    get_offset: Callable[[], int]


class PositionSaver(QObject):
    """Saves the position of a session's annotator, once they have opened or changed anything."""

    def __init__(self, session: PositionedSession, parent: QObject) -> None:
        super().__init__(parent)
        self._session = session
        self._offsets: dict[tuple[str, str], int] = {}  # where annotators left articles, by these and their uids
        self.has_moved = False
        """Whether the annotator opened or changed anything."""
        self._timer = QTimer(self, singleShot=True, interval=_POSITION_DELAY)
        self._timer.timeout.connect(self.save)

    @property
    def current(self) -> tuple[str, str, int] | None:
        """The annotator, the article's uid and the offset; None without an article, or in another one's work."""
        state = self._session.current
        if state.article is None or state.reader:
            return None
        return state.annotator, state.article.uid, self._session.get_offset()

    def remember(self) -> None:
        """Remember where the annotator is in the article that they leave."""
        if position := self.current:
            annotator, article, offset = position
            self._offsets[annotator, article] = offset

    @property
    def remembered_offset(self) -> int:
        """Where the annotator left the open article since the program started, else its start."""
        state = self._session.current
        return self._offsets.get((state.annotator, state.article.uid), 0) if state.article else 0

    def move(self) -> None:
        """Save the position after a pause: the annotator has opened an article."""
        self.has_moved = True
        self.schedule()

    def stay(self) -> None:
        """Save no position until the annotator opens or changes something."""
        self.has_moved = False
        self.cancel()

    def schedule(self) -> None:
        """Save the position after a pause, so no key waits for the disk."""
        if self.has_moved:
            self._timer.start()

    def cancel(self) -> None:
        """Do not save a scheduled position: it is saved already, or not to be."""
        self._timer.stop()

    def save(self) -> None:
        """Save the position now if the annotator has moved; failing to is harmless."""
        self._timer.stop()
        corpus, position = self._session.current.corpus, self.current
        if self.has_moved and corpus and position:
            with suppress(CorpusError):
                corpus.save_position(*position)
