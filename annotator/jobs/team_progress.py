"""How far a team is, how fast, and when it will be done: by annotator, by day and by batch."""

from collections import Counter, defaultdict
from collections.abc import Generator, Mapping
from datetime import date

from msgspec import Struct

from annotator.jobs.work_counting import WORK_PARTS, count_work
from annotator.model.changeset import Batch
from annotator.model.progress import DailyWork, Work, local_day, sum_work
from annotator.model.records import IN_PROGRESS, NEW, STATES
from annotator.store.corpus import Corpus
from annotator.store.queries.article_list import count_by_state
from annotator.store.queries.assignments import (
    count_assigned_states,
    list_batches,
    list_blind_to_do,
    list_gold_annotators,
)
from annotator.store.queries.work_log import count_edits
from annotator.team.pace import Pace, measure_pace


class DayProgress(Struct, frozen=True):
    """An annotator's work on a day: articles done, spans, edits of single records, and hours.

    Hours are counted from step to step, without long pauses (see `model.progress`). Edits and hours are those of
    adjudication, too, whose articles and spans are the gold layer's.
    """

    articles: int
    spans: int
    edits: int
    hours: float


class AnnotatorProgress(Struct, frozen=True):
    """How far an annotator is with the articles assigned to them, or with all if there are none (`assigned` is None).

    `remaining` articles are new or in progress. `articles_per_day` is the pace of late (see `team.pace`),
    `articles_per_hour` that of all hours in their own layers; None where nothing can be said.
    """

    assigned: int | None
    states: dict[str, int]
    remaining: int
    spans: int
    edits: int
    hours: float
    days: int
    articles_per_hour: float | None
    articles_per_day: float | None
    expected_end: date | None


class BatchProgress(Struct, frozen=True):
    """How far a batch is: the number of assignments by state, of each annotator, and when the last one will be done."""

    batch: Batch
    states: dict[str, dict[str, int]]
    expected_end: date | None


class TeamProgress(Struct, frozen=True):
    """The progress of a corpus; days are those of this computer's time zone.

    Of others, what a reader labels blind and is not done with is left out: so many articles are `hidden`.
    """

    annotators: dict[str, AnnotatorProgress]
    days: dict[date, dict[str, DayProgress]]
    batches: list[BatchProgress]
    hidden: int = 0


def measure_team_progress(corpus: Corpus, today: date) -> Generator[tuple[int, int], None, TeamProgress]:
    """Count the work, and measure the progress of all annotators; yield the parts done and their number.

    Takes some seconds for 300,000 steps.
    """
    with corpus.snapshot():
        return (yield from summarise_work(corpus, (yield from count_work(corpus)), today))


def summarise_work(
    corpus: Corpus, work: DailyWork, today: date, reader: str = ""
) -> Generator[tuple[int, int], None, TeamProgress]:
    """Measure the progress of all annotators from their work by day. The gold layer has no row of its own.

    It is for a reader from whom some work may be hidden; "" is somebody who sees all, batches included.
    """
    yield WORK_PARTS, WORK_PARTS + 1
    with corpus.snapshot():
        edits, hidden = _count_daily_edits(corpus, reader), list_blind_to_do(corpus, reader)
        gold = list_gold_annotators(corpus)
        names = [name for name in corpus.annotators() if name not in gold]
        assigned = count_assigned_states(corpus)
        queues = {name for _batch, name, _state, _count in assigned}
        states = {
            name: count_by_state(
                corpus, name, only_assigned=name in queues, hidden=frozenset() if name == reader else hidden
            )
            for name in names
        }
        batches = [] if hidden else list_batches(corpus)
    paces = {
        name: measure_pace({day: entry.articles for day, entry in work.get(name, {}).items()}, today) for name in names
    }
    return TeamProgress(
        {
            name: _summarise(
                states[name], work.get(name, {}), edits[name], paces[name], today, has_queue=name in queues
            )
            for name in names
        },
        _by_day({name: (work.get(name, {}), edits[name]) for name in names}),
        [_measure_batch(batch, assigned, paces, today) for batch in batches],
        len(hidden),
    )


def _summarise(
    states: Mapping[str, int],
    work: Mapping[date, Work],
    edits: Mapping[date, int],
    pace: Pace,
    today: date,
    *,
    has_queue: bool,
) -> AnnotatorProgress:
    total = sum_work(work.values())
    remaining = _count_remaining(states)
    return AnnotatorProgress(
        assigned=sum(states.values()) if has_queue else None,
        states={state: states[state] for state in STATES},
        remaining=remaining,
        spans=total.spans,
        edits=sum(edits.values()),
        hours=_count_hours(total),
        days=len(edits),
        articles_per_hour=round(total.articles * 3600 / total.seconds, 1) if total.articles and total.seconds else None,
        articles_per_day=None if pace.per_day is None else round(pace.per_day, 1),
        expected_end=pace.expect_end(remaining, today),
    )


def _by_day(
    work: Mapping[str, tuple[Mapping[date, Work], Mapping[date, int]]],
) -> dict[date, dict[str, DayProgress]]:
    """Return the work of each day on which there was any, of each annotator who did some."""
    days: defaultdict[date, dict[str, DayProgress]] = defaultdict(dict)
    for name, (works, edits) in work.items():
        for day in {*works, *edits}:
            done = works.get(day, Work())
            days[day][name] = DayProgress(done.articles, done.spans, edits.get(day, 0), _count_hours(done))
    return {day: days[day] for day in sorted(days)}


def _measure_batch(
    batch: Batch, assigned: list[tuple[str, str, str, int]], paces: Mapping[str, Pace], today: date
) -> BatchProgress:
    states: dict[str, dict[str, int]] = {}
    for uid, name, state, count in assigned:
        if uid == batch.uid:
            states.setdefault(name, dict.fromkeys(STATES, 0))[state] = count
    ends = [paces.get(name, Pace()).expect_end(_count_remaining(counts), today) for name, counts in states.items()]
    dates = [end for end in ends if end]
    return BatchProgress(batch, states, max(dates) if dates and len(dates) == len(ends) else None)


def _count_remaining(states: Mapping[str, int]) -> int:
    return states[NEW] + states[IN_PROGRESS]


def _count_daily_edits(corpus: Corpus, reader: str) -> defaultdict[str, Counter[date]]:
    edits: defaultdict[str, Counter[date]] = defaultdict(Counter)
    for name, minute, count in count_edits(corpus, reader):
        edits[name][local_day(minute)] += count
    return edits


def _count_hours(work: Work) -> float:
    return round((work.seconds + work.adjudication_seconds) / 3600, 2)
