"""Reading a corpus that somebody else made: it is never changed, not even to migrate it."""

from collections.abc import Generator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from annotator.model.changeset import Changeset
from annotator.model.step_parts import list_missing_edits, with_annotators
from annotator.store import opening
from annotator.store.annotator_merging import find_annotators, joins_annotators
from annotator.store.changesets import find_steps, read_changeset, read_steps
from annotator.store.copying import copy_corpus
from annotator.store.corpus import Corpus
from annotator.store.schema import VERSION
from annotator.store.verification import read_version


def read_other_corpus(path: Path) -> Generator[tuple[int, int], None, Changeset]:
    """Return everything in the corpus at `path` as a changeset; one of an older version is migrated in a copy.

    Yields (pages copied, total pages). Raises NotACorpus, NewerCorpus, MissingCorpus, DamagedCorpus, CorpusError.
    """
    if read_version(path) == VERSION:
        with Corpus.open(path, readonly=True) as corpus:
            return read_changeset(corpus)
    with TemporaryDirectory() as folder:
        copy = Path(folder, path.name)
        yield from copy_corpus(path, copy)
        with Corpus(copy, opening.connect_to_corpus(copy, with_backup=False)) as corpus:
            return read_changeset(corpus)


def has_news(corpus: Corpus, changeset: Changeset, same: Mapping[str, str]) -> bool:
    """Return whether merging the changeset with `same` (see `merge`) adds an article or edits or joins annotators."""
    if joins_annotators(corpus, changeset.people, same):
        return True
    articles = {uid for (uid,) in corpus.fetch_tuples("SELECT uid FROM article")}
    if any(base.article.uid not in articles for base in changeset.articles):
        return True
    steps = {step.uid: step for step in changeset.steps}
    if steps.keys() - find_steps(corpus, steps.keys()):
        return True
    names = {person.name: name for person in changeset.people for name in find_annotators(corpus, person)[:1]}
    names.update(same)
    for recorded in read_steps(corpus, steps.keys()):
        step = with_annotators(steps[recorded.uid], lambda name: names.get(name, name))
        if list_missing_edits(recorded.edits, step.edits):
            return True
    return False
