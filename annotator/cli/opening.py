"""Opening the corpus of a command."""

from functools import partial
from pathlib import Path

from annotator.cli.console import run_with_progress
from annotator.i18n import _
from annotator.store.corpus import Corpus


def open_corpus(path: Path, *, readonly: bool = False, allow_damaged: bool = False) -> Corpus:
    """Open a corpus as `Corpus.open` does; one of an older version is migrated with a progress bar."""
    label = _("Updating the corpus for this version of the program")
    return Corpus.open(
        path, readonly=readonly, allow_damaged=allow_damaged, run_migration=partial(run_with_progress, label=label)
    )
