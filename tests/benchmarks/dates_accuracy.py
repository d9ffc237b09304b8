"""How many of the dates that other programs' tests expect are found, and how many values are right.

The cases are those of Duckling and of Microsoft's recognisers in the shared data. What the guideline takes for no date
is left aside; where it draws an edge elsewhere, its edge counts: `ASIDE` and `EDGES` say which and why.
"""

import json
import re
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final, NamedTuple

from measuring import MEDIAN, Figure, Wanted

from annotator.suggest.dates import find_dates

FILES = {"Duckling": "duckling-ar-time.jsonl", "Microsoft": "ms-recognizers-ar.jsonl"}
DATEPARSER: Final = "dateparser, on Arabic dates (issue 5)"
EXACT: Final = 15
VALUES: Final = 22
"""Per cent of the dates that it finds and of their values, as measured before this program was begun."""
DATED = re.compile("الليل|هذا|هذه|اليوم|يوم|غد|أمس|شهر|سنة|عام|الأسبوع|الاسبوع")
ASIDE = {
    "durations": re.compile(r"^(خلال )?(\d+ )?(ساعتين|يومين|اسبوعين|أسبوعين|شهرين|سنتين|عامين)$"),
    "a number that may be a day": re.compile(r"^(إلى )?\d\d?(\.\d\d)?$"),
    "now, as a point of time": re.compile("^(في هذه اللحظة|ال[آا]ن|حالا)$"),
}
KINDS_ASIDE = {"duration": "durations", "time": "clock times without a date", "timerange": "clock times without a date"}
EDGES = {
    "a preposition before it is left out": re.compile(
        r"(?:(?:و?من|في|ما بين|بين|منذ|خلال|إلى|الى|حتى|حوالي|بحدود|عند) |ل(?=ل))"
    ),
}
TAKEN_IN = {"يوم before it is taken in": "يوم ", "هذا before it is taken in": "هذا "}


class Case(NamedTuple):
    """One date that is expected, with the edges of the guideline; `rule` says which edge that moved."""

    text: str
    start: int
    end: int
    value: dict[str, Any] | None
    published: str | None
    rule: str | None


class Accuracy(NamedTuple):
    """Of how many dates how many are found exactly and overlapped; of how many values how many are right."""

    name: str
    cases: int
    exact: int
    overlapped: int
    valued: int
    right: int
    aside: Counter[str]
    moved: Counter[str]
    missed: tuple[str, ...]
    wrong: tuple[str, ...]


def measure_accuracy(folder: Path, name: str) -> Accuracy:
    """Count how the dates of one of FILES, in the shared folder of dates, are found."""
    aside: Counter[str] = Counter()
    moved: Counter[str] = Counter()
    exact = overlapped = valued = right = total = 0
    missed, wrong = [], []
    for case in _read_cases(folder / FILES[name], aside):
        total += 1
        moved.update([case.rule] if case.rule else [])
        own = find_dates(case.text, case.published)
        best = next(
            (suggestion for suggestion in own if (suggestion.start, suggestion.end) == (case.start, case.end)), None
        )
        if best:
            exact += 1
        else:
            dates = " ".join(f"[{case.text[suggestion.start : suggestion.end]}]" for suggestion in own) or "nothing"
            missed.append(f"{case.text} | {case.text[case.start : case.end]} | {dates}")
        overlapping = [suggestion for suggestion in own if suggestion.start < case.end and case.start < suggestion.end]
        overlapped += bool(overlapping)
        if case.value:
            valued += 1
            value = best or next(iter(overlapping), None)
            expected = list_expected_values(case.value)
            if value and value.value in expected:
                right += 1
            else:
                wrong.append(f"{case.text} | {expected[0]} | {value.value if value else None}")
    return Accuracy(name, total, exact, overlapped, valued, right, aside, moved, tuple(missed), tuple(wrong))


def list_expected_values(value: dict[str, Any]) -> list[str]:
    """Return the ISO 8601 forms of a value of Duckling's."""
    if "start" in value:
        first, last = value["start"], value["end_exclusive"]
        if value["grain"] == "day":
            return [f"{first[:10]}/{date.fromisoformat(last[:10]) - timedelta(1)}"]
        return [f"{first[:16]}/{last[:16]}", first[:10]]
    moment, grain = value["iso"], value["grain"]
    if grain == "week":
        first = date.fromisoformat(moment[:10])
        return [f"{first}/{first + timedelta(6)}"]
    return [moment[: {"year": 4, "month": 7, "day": 10, "second": 19}.get(grain, 16)]]


def _read_cases(path: Path, aside: Counter[str]) -> Iterator[Case]:
    for line in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        for expected in row["expected"]:
            text = row["text"][expected["start"] : expected["end"]]
            why = KINDS_ASIDE.get(expected["type"]) or next(
                (why for why, what in ASIDE.items() if what.search(text)), None
            )
            value = expected.get("value")
            if not why and isinstance(value, dict) and value["grain"] in ("hour", "minute", "second"):
                why = None if DATED.search(text) else "clock times without a date"
            if why:
                aside[why] += 1
                continue
            start, end, rule = _adjust_edges(row["text"], expected["start"], expected["end"])
            published = row.get("reference_time", "2024-07-09")
            yield Case(row["text"], start, end, value if isinstance(value, dict) else None, published, rule)


def _adjust_edges(text: str, start: int, end: int) -> tuple[int, int, str | None]:
    """Return the edges according to the guideline, and the rule that moved one."""
    rule = None
    for why, what in EDGES.items():
        lead = what.match(text, start, end)
        if lead:
            start, rule = lead.end(), why
    for why, before in TAKEN_IN.items():
        if text[:start].endswith((" " + before, " ل" + before)) or text[:start] == before:
            start, rule = start - len(before), why
    return start, end, rule


def measure(folder: Path) -> Iterator[Figure | str]:
    """Yield every figure, and lines with what is left aside or has other edges, and all that is missed or wrong."""
    for name in FILES:
        result = measure_accuracy(folder, name)
        for title, counts in (("aside", result.aside), ("other edges", result.moved)):
            yield from (f"{name}: {title}: {why}: {count}" for why, count in counts.most_common())
        yield from (f"{name}: missed: {line}" for line in result.missed)
        yield from (f"{name}: value: {line}" for line in result.wrong)
        yield _create_figure(f"{name}'s {result.cases} dates found exactly", result.exact / result.cases, 95, EXACT)
        yield _create_figure(f"{name}'s {result.cases} dates overlapped", result.overlapped / result.cases, 98)
        if result.valued:
            yield _create_figure(f"{name}'s {result.valued} values right", result.right / result.valued, 90, VALUES)


def _create_figure(what: str, share: float, bound: float, reference: float | None = None) -> Figure:
    against, references = (DATEPARSER, [reference]) if reference else ("", [])
    return Figure(what, [share * 100], against, references, "%", Wanted(MEDIAN, bound, issue=5), more=True)
