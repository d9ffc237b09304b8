"""The log of a session: its corpus and failures, without their texts."""

import logging

from PySide6.QtCore import QObject

from annotator.store.recovery.rescue import Displacement
from annotator.ui.session.session import Session

_log = logging.getLogger(__name__)


class SessionLogger(QObject):
    """Logs the events of its session."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._session = session
        session.corpus_opened.connect(self._log_corpus)
        session.displaced.connect(self._log_displacement)
        session.failed.connect(self._log_failure)
        session.on_change(self._log_save_error, "save_error", "pending_step")

    def _log_corpus(self) -> None:
        corpus = self._session.corpus
        if corpus:
            _log.info("opened %s, %d articles", corpus.path, self._session.current.article_count)
        else:
            _log.info("closed the corpus")

    def _log_displacement(self, displacement: Displacement) -> None:
        change, path, current = displacement.change.name, displacement.path, displacement.current
        _log.warning("%s was %s by another program; the session continues in %s", path, change.lower(), current)

    def _log_failure(self, message: str) -> None:
        _log.warning("a failure was shown, in a message of %d characters", len(message))

    def _log_save_error(self) -> None:
        has_error, is_pending = bool(self._session.save_error), self._session.pending_step is not None
        _log.warning("the corpus can be written to: %s; a change waits: %s", not has_error, is_pending)
