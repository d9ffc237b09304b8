"""Running a job to its end, and what the report of an export says, for comparing it."""

import io
from collections.abc import Generator
from typing import Any, Final, TypeVar

import msgspec

from annotator.formats import report as report_format
from annotator.formats.report import Report

_Outcome = TypeVar("_Outcome")

KNOWN: Final = {
    *("annotator", "value", "note", "zones", "states", "notes"),
    *("title", "published", "source", "url"),
}
"""What a format may keep of an article besides its text and the places and labels of its spans."""


def as_json(report: Report) -> Any:
    """The JSON of a report."""
    stream = io.BytesIO()
    report_format.write(report, stream)
    return msgspec.json.decode(stream.getvalue())


def finish(steps: Generator[Any, None, _Outcome]) -> _Outcome:
    """What a job comes to."""
    while True:
        try:
            next(steps)
        except StopIteration as end:
            outcome: _Outcome = end.value
            return outcome
