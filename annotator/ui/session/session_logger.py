"""What of a session is worth a line in the log: which corpus is open, and what fails. No words of either."""

import logging

from PySide6.QtCore import QObject

from annotator.store.recovery.rescue import Displacement
from annotator.ui.session.session import Session

_log = logging.getLogger(__name__)


class Journal(QObject):
    """Writes while its session lives."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._session = session
        session.corpus_opened.connect(self._opened)
        session.displaced.connect(self._displaced)
        session.failed.connect(self._failed)
        session.trouble_changed.connect(self._troubled)

    def _opened(self) -> None:
        corpus = self._session.corpus
        if corpus:
            _log.info("opened %s, %d articles", corpus.path, sum(self._session.counts.values()))
        else:
            _log.info("closed the corpus")

    def _displaced(self, displacement: Displacement) -> None:
        change, path, current = displacement.change.name, displacement.path, displacement.current
        _log.warning("%s was %s by others; the session goes on in %s", path, change.lower(), current)

    def _failed(self, told: str) -> None:
        _log.warning("the person was told of a failure in %d characters", len(told))

    def _troubled(self) -> None:
        trouble, waiting = bool(self._session.trouble), self._session.waiting is not None
        _log.warning("the corpus can be written to: %s; a change waits: %s", not trouble, waiting)
