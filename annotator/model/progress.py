"""How much annotators have done, and how long it took, by day and by longer periods.

The corpus records no working hours. The time of work is that between one step and the next of an annotator; where more
than MAX_PAUSE lies between two, none of it counts, as nobody knows when the pause began.
"""

from calendar import monthrange
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta, tzinfo
from enum import StrEnum, auto
from functools import lru_cache
from itertools import pairwise
from typing import Final, NamedTuple

from msgspec import Struct

MAX_PAUSE: Final = timedelta(minutes=5)
MAX_PERIODS: Final = 31
"""The number of days, and of weeks, that are told apart; more become weeks, and months."""


class Origin(StrEnum):
    """Where a span comes from: a person alone, or a suggestion as it was or with changes."""

    BY_HAND = auto()
    ACCEPTED = auto()
    CORRECTED = auto()


class Moment(NamedTuple):
    """When something was done in an annotator's layers; `time` is ISO 8601 in UTC.

    `actor` is who did it, if that was not the annotator: whoever adjudicates works in the gold layer.
    """

    annotator: str
    time: str
    actor: str | None = None


class LabelledSpan(NamedTuple):
    """When a span was labelled that is still there, and how."""

    annotator: str
    time: str
    label: str
    origin: Origin


class WorkLog(Struct, frozen=True):
    """What annotators did, without imports. `done` is when articles were done last that are done now."""

    spans: Sequence[LabelledSpan] = ()
    rejections: Sequence[Moment] = ()
    done: Sequence[Moment] = ()
    steps: Sequence[Moment] = ()


class Work(Struct, frozen=True):
    """The work of some time: spans by label, decisions on suggestions, articles done, and seconds of work.

    `seconds` are those that the annotator's own layers took, `adjudication_seconds` those of their work in the gold
    layer, where everything else of it counts.
    """

    labels: dict[str, int] = {}
    accepted: int = 0
    corrected: int = 0
    rejected: int = 0
    articles: int = 0
    seconds: float = 0.0
    adjudication_seconds: float = 0.0

    @property
    def spans(self) -> int:
        """The number of spans."""
        return sum(self.labels.values())

    @property
    def seconds_per_span(self) -> float | None:
        """The seconds of work by span; None without a span, or without any time between two steps."""
        return self.seconds / self.spans if self.spans and self.seconds else None


class Period(NamedTuple):
    """The work from the day `first` to the day `last`."""

    first: date
    last: date
    work: Work


DailyWork = Mapping[str, Mapping[date, Work]]
"""The work of each annotator on each day on which there was any."""


def count_daily_work(log: WorkLog, zone: tzinfo | None = None) -> dict[str, dict[date, Work]]:
    """Count each annotator's work by day in a time zone, by default that of this computer."""
    labels: dict[tuple[str, date], Counter[str]] = {}
    origins: Counter[tuple[str, date, Origin]] = Counter()
    for span in log.spans:
        key = span.annotator, local_day(span.time, zone)
        labels.setdefault(key, Counter())[span.label] += 1
        origins[(*key, span.origin)] += 1
    rejections, articles = (
        Counter((moment.annotator, local_day(moment.time, zone)) for moment in moments)
        for moments in (log.rejections, log.done)
    )
    seconds, adjudication_seconds = _measure_seconds(log.steps, zone)
    daily: dict[str, dict[date, Work]] = {}
    for key in sorted({*labels, *rejections, *articles, *seconds, *adjudication_seconds}):
        annotator, day = key
        daily.setdefault(annotator, {})[day] = Work(
            dict(labels.get(key, {})),
            origins[annotator, day, Origin.ACCEPTED],
            origins[annotator, day, Origin.CORRECTED],
            rejections[key],
            articles[key],
            seconds.get(key, 0.0),
            adjudication_seconds.get(key, 0.0),
        )
    return daily


def sum_work(works: Iterable[Work]) -> Work:
    """Return the sum of several times' work."""
    labels: Counter[str] = Counter()
    accepted = corrected = rejected = articles = 0
    seconds = adjudication_seconds = 0.0
    for work in works:
        labels.update(work.labels)
        accepted += work.accepted
        corrected += work.corrected
        rejected += work.rejected
        articles += work.articles
        seconds += work.seconds
        adjudication_seconds += work.adjudication_seconds
    return Work(dict(labels), accepted, corrected, rejected, articles, seconds, adjudication_seconds)


def merge_annotators(daily: DailyWork) -> dict[date, Work]:
    """Return the work of all annotators by day, in the order of days."""
    days = sorted({day for works in daily.values() for day in works})
    return {day: sum_work(works[day] for works in daily.values() if day in works) for day in days}


def group_periods(works: Mapping[date, Work], first: date, last: date) -> list[Period]:
    """Divide the days from `first` to `last` into at most MAX_PERIODS days, else weeks from Monday on, else months.

    Periods without work are there, too; the first and the last may be parts of a week or month.
    """
    return [
        Period(start, end, sum_work(work for day, work in works.items() if start <= day <= end))
        for start, end in _pair_days(_period_starts(first, last), last)
    ]


def _period_starts(first: date, last: date) -> list[date]:
    """Return the first day of each period."""
    days = (last - first).days + 1
    if days <= MAX_PERIODS:
        return [first + timedelta(days=index) for index in range(days)]
    mondays = range(7 - first.weekday(), days, 7)
    if len(mondays) < MAX_PERIODS:
        return [first, *(first + timedelta(days=index) for index in mondays)]
    starts = [first]
    while (following := _next_month(starts[-1])) <= last:
        starts.append(following)
    return starts


def _pair_days(starts: Sequence[date], last: date) -> Iterator[tuple[date, date]]:
    """Yield the first and last day of each period, given their first days and the last day of all."""
    one_day = timedelta(days=1)
    for start, following in pairwise([*starts, last + one_day]):
        yield start, following - one_day


def _next_month(day: date) -> date:
    return day.replace(day=1) + timedelta(days=monthrange(day.year, day.month)[1])


def _measure_seconds(
    steps: Iterable[Moment], zone: tzinfo | None
) -> tuple[Mapping[tuple[str, date], float], Mapping[tuple[str, date], float]]:
    """Return the seconds of work on each day, in each annotator's layers, and of each person in those of another.

    The time between two steps of a person belongs to the later one.
    """
    times: dict[str, list[tuple[datetime, str, str]]] = {}
    for annotator, time, actor in steps:
        times.setdefault(actor or annotator, []).append((datetime.fromisoformat(time), time, annotator))
    seconds: defaultdict[tuple[str, date], float] = defaultdict(float)
    others_seconds: defaultdict[tuple[str, date], float] = defaultdict(float)
    for person, moments in times.items():
        for (before, *_rest), (after, time, annotator) in pairwise(sorted(moments)):
            if (pause := after - before) <= MAX_PAUSE:
                day = local_day(time, zone)
                seconds[annotator, day] += pause.total_seconds()
                if annotator != person:
                    others_seconds[person, day] += pause.total_seconds()
    return seconds, others_seconds


def local_day(time: str, zone: tzinfo | None = None) -> date:
    """Return the day of a time in UTC, ISO 8601, in a time zone, by default that of this computer."""
    return _day_of_minute(time[: len("2024-07-09T09:00")], zone)


@lru_cache(maxsize=4096)  # a tenth as long for steps of a few seconds
def _day_of_minute(minute: str, zone: tzinfo | None) -> date:
    """Return the day in a time zone at a minute of UTC."""
    return datetime.fromisoformat(minute).replace(tzinfo=UTC).astimezone(zone).date()
