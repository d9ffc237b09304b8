"""Giving out the articles of a corpus."""

from collections import Counter
from collections.abc import Sequence
from fractions import Fraction
from itertools import chain

from msgspec import Struct

from annotator.model.changeset import Assignment, Batch
from annotator.model.identities import derive_uid
from annotator.store.corpus import Corpus, utc_timestamp
from annotator.store.queries.assignments import list_article_uids, list_holders, save_assignments
from annotator.team.assignment import assign


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
