"""Giving out the articles of a corpus: as queues in it, and as files to send."""

import re
from collections import Counter, deque
from collections.abc import Collection, Generator, Iterable, Mapping, Sequence
from datetime import datetime
from fractions import Fraction
from itertools import chain
from pathlib import Path
from types import MappingProxyType
from typing import Final, NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from annotator import settings
from annotator.i18n import _
from annotator.model.annotator_names import clean_name, explain_gold_name
from annotator.model.changeset import Assignment, Batch
from annotator.model.identities import derive_uid
from annotator.model.labels import LabelSet
from annotator.paths import CORPUS_SUFFIX
from annotator.store.changesets import read_assigned_part
from annotator.store.copying import new_file
from annotator.store.corpus import Corpus, utc_timestamp
from annotator.store.errors import CorpusError, ExistingCorpus, translating_file_errors
from annotator.store.merging import merge
from annotator.store.queries.assignments import list_article_uids, list_holders, save_assignments, take_back
from annotator.store.queries.gold import find_gold
from annotator.team.assignment import assign

_NOT_IN_FILE_NAMES: Final = re.compile(r'[\\/:*?"<>|\x00-\x1f]|[. ]+$')


class AssignmentPlan(Struct, frozen=True):
    """What to give out to `annotators`, as a batch with this `name`; for the rest see `team.assignment.assign`.

    First, what those in `taken_from` have not done is taken back from them.
    """

    annotators: Sequence[str]
    name: str
    double: Fraction = Fraction(0)
    is_blind: bool = False
    seed: int = 0
    limit: int | None = None
    taken_from: Sequence[str] = ()


class Holdings(Struct, frozen=True):
    """The articles of a corpus by uid, first added first, and who has which already (see `list_holders`)."""

    articles: Sequence[str]
    holders: Mapping[str, Sequence[str]]

    def count_by_annotator(self) -> Counter[str]:
        """Return how many articles each annotator has."""
        return Counter(chain.from_iterable(self.holders.values()))


class Division(Struct, frozen=True):
    """Who is given an article now, by its uid, and what that amounts to.

    These are the number of articles that each annotator of the plan is given, of those given out that two have then,
    and of those that nobody has even then.
    """

    names: Mapping[str, Sequence[str]]
    annotators: Mapping[str, int]
    double: int
    remaining: int


class SentFile(NamedTuple):
    """A corpus to send to an annotator, with so many articles."""

    path: Path
    articles: int


class AssignmentResult(Struct, frozen=True):
    """What was given out, as which batch, if any.

    By annotator, the number of articles that were taken back from them before, and the files to send.
    """

    division: Division
    batch: Batch | None
    taken_back: Mapping[str, int]
    files: Mapping[str, SentFile] = MappingProxyType({})


def name_batch(text: str) -> str:
    """Return the name in a typed text; without one, a batch is named after the day."""
    return clean_name(text) or datetime.now().astimezone().date().isoformat()


def read_holdings(corpus: Corpus, annotators: Iterable[str]) -> Holdings:
    """Return who has which article, for a plan for these annotators."""
    with corpus.snapshot():
        return Holdings(list_article_uids(corpus), list_holders(corpus, annotators))


def divide(holdings: Holdings, plan: AssignmentPlan, vacated: Collection[str] = ()) -> Division:
    """Divide the articles that nobody has, and those `vacated`. Raises ValueError (see `team.assignment.assign`)."""
    articles, holders = holdings.articles, holdings.holders
    names = assign(
        articles,
        plan.annotators,
        double=plan.double,
        seed=plan.seed,
        holders=holders,
        limit=plan.limit,
        vacated=vacated,
    )
    counts = Counter(chain.from_iterable(names.values()))
    return Division(
        names,
        {name: counts[name] for name in plan.annotators},
        sum(len({*new_names, *holders.get(uid, ())}) > 1 for uid, new_names in names.items()),
        sum(uid not in names and not holders.get(uid) for uid in articles),
    )


def give_out(
    corpus: Corpus, plan: AssignmentPlan, folder: Path | None = None
) -> Generator[tuple[int, int], None, AssignmentResult]:
    """Give out articles as `assign_articles` does, and write a corpus to send for each annotator into a folder, if any.

    The folder is made. Yields the files done and their number. Raises ExistingCorpus before anything is given out, if
    there is such a file; CorpusError, which says so if something was; ValueError (see `divide`).
    """
    paths = _prepare_files(folder, plan.annotators) if folder else {}
    result = assign_articles(corpus, plan)
    if not paths:
        return result
    try:
        counts = yield from _write_files(corpus, paths)
    except CorpusError as error:
        text = _("The articles were given out, but not all files were written. {error}")
        raise CorpusError(text.format(error=error)) from error
    files = {name: SentFile(paths[name], count) for name, count in counts.items()}
    return replace(result, files=files)


def assign_articles(corpus: Corpus, plan: AssignmentPlan) -> AssignmentResult:
    """Take back articles, and give out those that nobody has then, in one transaction.

    One that was with two, and is with one then, gets another second annotator. What annotators have done, or the plan's
    annotators have begun, is theirs without being assigned. The same plan for the same corpus always gives the same
    batch. Raises CorpusError for the name of the gold layer; ValueError (see `divide`).
    """
    gold = find_gold(corpus)
    if gold and gold in plan.annotators:
        raise CorpusError(explain_gold_name(gold))
    with corpus.transaction():
        former = read_holdings(corpus, plan.annotators)
        taken_back = {name: take_back(corpus, name) for name in plan.taken_from}
        division = Division({}, {}, 0, 0)
        if plan.annotators:
            holdings = read_holdings(corpus, plan.annotators)
            vacated = {
                uid for uid, names in holdings.holders.items() if len(names) == 1 and len(former.holders[uid]) > 1
            }
            division = divide(holdings, plan, vacated)
        batch = None
        if division.names:
            pairs = sorted((uid, name) for uid, names in division.names.items() for name in names)
            uid = derive_uid("batch", str(plan.is_blind), *chain.from_iterable(pairs))
            batch = Batch(uid, plan.name, plan.is_blind, utc_timestamp())
            save_assignments(corpus, batch, [Assignment(article, name, uid) for article, name in pairs])
    return AssignmentResult(division, batch, taken_back)


def _prepare_files(folder: Path, annotators: Iterable[str]) -> dict[str, Path]:
    """Make the folder, and return the file of each annotator. Raises CorpusError if there is one already."""
    with translating_file_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
    paths = _name_files(folder, annotators)
    for path in paths.values():
        if path.exists():
            raise ExistingCorpus(_("“{path}” already exists.").format(path=path))
    return paths


def _name_files(folder: Path, annotators: Iterable[str]) -> dict[str, Path]:
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


def _write_files(corpus: Corpus, paths: Mapping[str, Path]) -> Generator[tuple[int, int], None, dict[str, int]]:
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
