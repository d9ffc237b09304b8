"""A copy of a corpus for a dry run: what would change the corpus changes the copy."""

from pathlib import Path

from annotator.generators import finish
from annotator.store.copying import copy_corpus
from annotator.store.opening import connect_to_corpus
from annotator.store.verification import read_version


def copy_for_dry_run(path: Path, copy: Path) -> None:
    """Copy the corpus at `path`, which may be write-protected or of an older version. Raises CorpusError."""
    read_version(path)  # for an error with the name of the corpus, and not of the copy
    finish(copy_corpus(path, copy))
    connect_to_corpus(copy, with_backup=False).close()  # an older version is migrated
