"""Undo of steps with thousands of edits, too slow while a key is pressed."""

from collections.abc import Generator

from annotator.model import history
from annotator.model.records import Step, new_uid
from annotator.store.corpus import Corpus, utc_timestamp


def undo_step(corpus: Corpus, annotator: str, uid: str) -> Generator[tuple[int, int], None, None]:
    """Undo this step, or redo it if it is an undo.

    Yields the number of edits done and the total. If closed before the end, nothing is changed. Raises CorpusError.
    """
    step = corpus.step(uid)
    edits = history.reverse_step(step)
    for count in corpus.apply_in_batches(Step(new_uid(), annotator, utc_timestamp(), step.name, edits, undoes=uid)):
        yield count, len(edits)
