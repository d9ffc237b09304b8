"""Giving out the articles of a corpus: as queues in it, and as files to send."""

import re
from collections import Counter, deque
from collections.abc import Generator, Iterable, Mapping, Sequence
from fractions import Fraction
from itertools import chain
from pathlib import Path
from typing import Final

from msgspec import Struct

from annotator import settings
from annotator.model.changeset import Assignment, Batch
from annotator.model.identities import derive_uid
from annotator.model.labels import LabelSet
from annotator.paths import CORPUS_SUFFIX
from annotator.store.changesets import read_assigned_part
from annotator.store.copying import new_file
from annotator.store.corpus import Corpus, utc_timestamp
from annotator.store.merging import merge
from annotator.store.queries.assignments import list_article_uids, list_holders, save_assignments, take_back
from annotator.team.assignment import assign

_NOT_IN_FILE_NAMES: Final = re.compile(r'[\\/:*?"<>|\x00-\x1f]|[. ]+$')


class AssignmentPlan(Struct, frozen=True):
    """What to give out to `annotators`, as a batch with this `name`; for the rest see `team.assignment.assign`."""

    annotators: Sequence[str]
    name: str
    double: Fraction = Fraction(0)
    is_blind: bool = False
    seed: int = 0
    limit: int | None = None


class AssignmentResult(Struct, frozen=True):
    """The number of articles that each annotator was given, and of those that two have now; the batch, if any."""

    annotators: dict[str, int]
    double: int
    batch: Batch | None


def assign_articles(corpus: Corpus, plan: AssignmentPlan) -> AssignmentResult:
    """Give out the articles that nobody has, in one transaction.

    What annotators have done, or the plan's annotators have begun, is theirs without being assigned. The same plan for
    the same corpus always gives the same batch. Raises ValueError (see `team.assignment.assign`).
    """
    with corpus.transaction():
        holders = list_holders(corpus, plan.annotators)
        division = assign(
            list_article_uids(corpus),
            plan.annotators,
            double=plan.double,
            seed=plan.seed,
            holders=holders,
            limit=plan.limit,
        )
        batch = None
        if division:
            pairs = sorted((uid, name) for uid, names in division.items() for name in names)
            uid = derive_uid("batch", str(plan.is_blind), *chain.from_iterable(pairs))
            batch = Batch(uid, plan.name, plan.is_blind, utc_timestamp())
            save_assignments(corpus, batch, [Assignment(article, name, uid) for article, name in pairs])
    counts = Counter(chain.from_iterable(division.values()))
    return AssignmentResult(
        {name: counts[name] for name in plan.annotators},
        sum(len({*names, *holders.get(uid, ())}) > 1 for uid, names in division.items()),
        batch,
    )


def take_back_articles(corpus: Corpus, annotators: Iterable[str]) -> dict[str, int]:
    """Take back what these annotators have not done, in one transaction; return the number of articles of each."""
    with corpus.transaction():
        return {name: take_back(corpus, name) for name in annotators}


def name_files(folder: Path, annotators: Iterable[str]) -> dict[str, Path]:
    """Return the path in the folder of the corpus that each annotator gets; no two are the same on any system."""
    paths: dict[str, Path] = {}
    used: set[str] = set()
    for annotator in annotators:
        stem = name = _NOT_IN_FILE_NAMES.sub("_", annotator)
        number = 1
        while name.casefold() in used:
            number += 1
            name = f"{stem} ({number})"
        used.add(name.casefold())
        paths[annotator] = folder / f"{name}{CORPUS_SUFFIX}"
    return paths


def write_files(corpus: Corpus, paths: Mapping[str, Path]) -> Generator[tuple[int, int], None, dict[str, int]]:
    """Write a corpus for each annotator: what is assigned to them, and their own work, but nobody else's.

    Returns the number of articles in each. Each is made under a temporary name and replaces no file; yields the files
    done and their number. Raises ExistingCorpus, CorpusError.
    """
    counts: dict[str, int] = {}
    own_name = settings.load().annotator_name  # in the new files, too, it is whoever has it in the corpus
    yield 0, len(paths)
    for count, (annotator, path) in enumerate(paths.items(), 1):
        changeset = read_assigned_part(corpus, annotator)
        with new_file(path) as temporary, Corpus.create(temporary, LabelSet(())) as part:
            deque(merge(part, changeset, same={own_name: own_name}, own_name=own_name), maxlen=0)
        counts[annotator] = len(changeset.articles)
        yield count, len(paths)
    return counts
