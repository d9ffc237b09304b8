"""Tests of how much was done by day."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta, timezone
from itertools import pairwise
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotator.model.progress import (
    MAX_PAUSE,
    MAX_PERIODS,
    LabelledSpan,
    Moment,
    Origin,
    Work,
    WorkLog,
    count_daily_work,
    group_periods,
    merge_annotators,
    sum_work,
)

SANAE, OMAR = "Sanae", "Omar"
START: Final = datetime(2026, 3, 2, 9, tzinfo=UTC)

annotators = st.sampled_from([SANAE, OMAR])
times = st.datetimes(datetime(2026, 2, 27), datetime(2026, 3, 4), timezones=st.just(UTC)).map(
    lambda moment: moment.isoformat(timespec="milliseconds")
)
moments = st.lists(st.builds(Moment, annotators, times), max_size=12)
logs = st.builds(
    WorkLog,
    spans=st.lists(
        st.builds(LabelledSpan, annotators, times, st.sampled_from("AB"), st.sampled_from(Origin)), max_size=12
    ),
    rejections=moments,
    done=moments,
    steps=moments,
)
zones = st.sampled_from([UTC, timezone(timedelta(hours=5, minutes=45)), timezone(timedelta(hours=-11)), None])


def steps_at(*seconds: float, annotator: str = SANAE) -> list[Moment]:
    """Return steps at these seconds after START."""
    return [Moment(annotator, (START + timedelta(seconds=second)).isoformat()) for second in seconds]


def seconds_of(steps: Sequence[Moment]) -> float:
    return sum_work(merge_annotators(count_daily_work(WorkLog(steps=steps), UTC)).values()).seconds


@given(logs, zones)
def test_everything_in_the_log_is_counted_once(log: WorkLog, zone: timezone | None) -> None:
    daily = count_daily_work(log, zone)
    for annotator in (SANAE, OMAR):
        total = sum_work(daily.get(annotator, {}).values())
        spans = [span for span in log.spans if span.annotator == annotator]
        assert total.labels == {label: count for label in "AB" if (count := sum(span.label == label for span in spans))}
        assert total.accepted == sum(span.origin is Origin.ACCEPTED for span in spans)
        assert total.corrected == sum(span.origin is Origin.CORRECTED for span in spans)
        assert total.rejected == sum(moment.annotator == annotator for moment in log.rejections)
        assert total.articles == sum(moment.annotator == annotator for moment in log.done)


@given(logs, zones)
def test_work_belongs_to_the_local_day(log: WorkLog, zone: timezone | None) -> None:
    days = {datetime.fromisoformat(span.time).astimezone(zone).date() for span in log.spans if span.annotator == OMAR}
    assert {day for day, work in count_daily_work(log, zone).get(OMAR, {}).items() if work.spans} == days


@given(st.lists(st.floats(0, 5000), max_size=20), st.permutations(range(20)))
def test_time_of_work_leaves_out_long_pauses_in_any_order(seconds: list[float], order: list[int]) -> None:
    steps = steps_at(*seconds)
    shuffled = [steps[index] for index in order if index < len(steps)]
    measured = seconds_of(shuffled)
    assert measured == pytest.approx(seconds_of(steps))
    length = max(seconds) - min(seconds) if seconds else 0
    assert measured <= length + 1e-3
    assert measured == pytest.approx(length) or length > MAX_PAUSE.total_seconds()


def test_pauses_are_left_out_whole() -> None:
    limit = MAX_PAUSE.total_seconds()
    assert seconds_of(steps_at(0, 4, 10)) == 10
    assert seconds_of(steps_at(0, 4, 4 + limit)) == 4 + limit
    assert seconds_of(steps_at(0, 4, 5 + limit, 8 + limit)) == 7
    assert seconds_of([*steps_at(0, 4), *steps_at(2, 3, annotator=OMAR)]) == 5, "each works alone"


def test_adjudication_is_the_time_of_whoever_decides() -> None:
    decisions = [moment._replace(annotator="gold", actor=SANAE) for moment in steps_at(10, 14, 500)]
    alone = [moment._replace(annotator="gold", actor=OMAR) for moment in steps_at(11, 12)]
    daily = count_daily_work(WorkLog(steps=[*steps_at(0, 3), *decisions, *alone]), UTC)
    seconds = {
        name: [(work.seconds, work.adjudication_seconds) for work in works.values()] for name, works in daily.items()
    }
    assert seconds == {SANAE: [(3, 11)], OMAR: [(0, 1)], "gold": [(12, 0)]}


def test_seconds_per_span_need_spans_and_time() -> None:
    assert Work({"A": 3, "B": 1}, seconds=10).seconds_per_span == 2.5
    assert Work({"A": 3}).seconds_per_span is None
    assert Work(seconds=10).seconds_per_span is None


def test_days_change_at_midnight_where_the_annotator_is() -> None:
    log = WorkLog(done=[Moment(SANAE, "2026-07-01T22:30:00.000+00:00"), Moment(SANAE, "2026-07-01T23:30:00.000+00:00")])
    assert [*count_daily_work(log, timezone(timedelta(hours=1)))[SANAE]] == [date(2026, 7, 1), date(2026, 7, 2)]


@given(st.dates(date(2024, 1, 1), date(2026, 1, 1)), st.integers(0, 900), st.data())
def test_periods_cover_all_days_once(first: date, length: int, data: st.DataObject) -> None:
    last = first + timedelta(days=length)
    worked = data.draw(st.lists(st.dates(first - timedelta(days=5), last + timedelta(days=5)), max_size=8, unique=True))
    periods = group_periods({day: Work(articles=1) for day in worked}, first, last)
    assert (periods[0].first, periods[-1].last) == (first, last)
    for before, after in pairwise(periods):
        assert after.first == before.last + timedelta(days=1)
    for period in periods:
        assert period.work.articles == sum(period.first <= day <= period.last for day in worked)
    assert len(periods) <= MAX_PERIODS or length > 7 * MAX_PERIODS


@pytest.mark.parametrize(
    ("last", "starts"),
    [
        (
            date(2026, 3, 3),
            [date(2026, 2, 27), date(2026, 2, 28), date(2026, 3, 1), date(2026, 3, 2), date(2026, 3, 3)],
        ),
        (date(2026, 4, 1), [date(2026, 2, 27), date(2026, 3, 2), date(2026, 3, 9)]),
        (date(2027, 2, 1), [date(2026, 2, 27), date(2026, 3, 1), date(2026, 4, 1)]),
    ],
)
def test_periods_are_days_or_weeks_from_monday_or_months(last: date, starts: list[date]) -> None:
    periods = group_periods({}, date(2026, 2, 27), last)
    assert [period.first for period in periods][: len(starts)] == starts
