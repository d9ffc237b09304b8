"""Changes of the label set, after a backup if they cannot be undone."""

from collections.abc import Generator

from annotator.model.label_changes import LabelChange
from annotator.store.backups import BEFORE_DELETION, create_backup
from annotator.store.corpus import Corpus
from annotator.store.label_set import change_labels


def change_labels_safely(corpus: Corpus, change: LabelChange) -> Generator[tuple[int, int], None, None]:
    """Apply a change of the label set, after a backup if it deletes labels (see `change_labels`).

    Raises CorpusError, and what `change_labels` raises.
    """
    if change.deleted_labels():
        yield from create_backup(corpus.path, BEFORE_DELETION)
    yield from change_labels(corpus, change)
