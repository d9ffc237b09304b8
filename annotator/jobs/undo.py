"""Undo of steps with thousands of edits, too slow while a key is pressed."""

from collections.abc import Generator

from annotator.model.records import Step, new_uid
from annotator.store.corpus import Corpus, utc_timestamp
from annotator.store.queries.reversal import read_reversal


def undo_step(
    corpus: Corpus, annotator: str, uid: str, *, actor: str | None = None
) -> Generator[tuple[int, int], None, None]:
    """Undo this step, or redo it if it is an undo; `actor` does it, if not the annotator.

    Yields the number of edits done and the total. If closed before the end, nothing is changed. Raises CorpusError.
    """
    name, edits = read_reversal(corpus, uid)
    step = Step(new_uid(), annotator, utc_timestamp(), name, edits, undoes=uid, actor=actor)
    for count in corpus.apply_in_batches(step):
        yield count, len(edits)
