"""Taking back a step of thousands of edits, which no key can wait for."""

from collections.abc import Generator

from annotator.model import history
from annotator.model.records import Step, new_uid
from annotator.store.corpus import Corpus, now


def take_back(corpus: Corpus, annotator: str, uid: str) -> Generator[tuple[int, int], None, None]:
    """Undo the step of this uid, or redo it where it is itself an undoing: all of it or, when closed before the end,
    nothing. Yields how many of how many edits are done. Raises CorpusError."""
    step = corpus.step(uid)
    edits = history.reversal(step)
    for done in corpus.applying(Step(new_uid(), annotator, now(), step.name, edits, undoes=uid)):
        yield done, len(edits)
