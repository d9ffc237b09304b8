"""The agreement that was measured last, which is measured again only if the corpus has changed."""

from pathlib import Path
from typing import TYPE_CHECKING

from annotator.store.corpus import Corpus

if TYPE_CHECKING:
    from annotator.jobs.team_agreement import TeamAgreement  # slow to load, and rarely needed


class AgreementCache:
    """Keeps how far the annotators of one corpus agree."""

    def __init__(self) -> None:
        self._path: Path | None = None
        self._measured: TeamAgreement | None = None

    def find(self, corpus: Corpus, reader: str) -> "TeamAgreement | None":
        """Return what was stored for the reader and the corpus as it is now; None if it has changed.

        Raises CorpusError.
        """
        measured = self._measured if self._path == corpus.path else None
        is_current = measured and measured.reader == reader and measured.content == corpus.content_version()
        return measured if is_current else None

    def store(self, path: Path, measured: "TeamAgreement") -> None:
        """Keep this in place of what was stored last."""
        self._path, self._measured = path, measured
