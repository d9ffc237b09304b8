"""Running a job to its end, and comparing the report of an export."""

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
"""The fields of an article that a format may store besides its text and the ranges and labels of its spans."""


def as_json(report: Report) -> Any:
    """Return a report as decoded JSON."""
    stream = io.BytesIO()
    report_format.write(report, stream)
    return msgspec.json.decode(stream.getvalue())


def finish(steps: Generator[Any, None, _Outcome]) -> _Outcome:
    """Run a job to its end and return its result."""
    while True:
        try:
            next(steps)
        except StopIteration as end:
            outcome: _Outcome = end.value
            return outcome
