"""Compare the report of an export."""

import io
from typing import Any, Final

import msgspec

from annotator.formats import report as report_format
from annotator.formats.format import Format
from annotator.formats.registry import WRITTEN_FORMATS
from annotator.formats.report import Report

KNOWN: Final = {
    *("annotator", "value", "note", "zones", "states", "notes"),
    *("title", "published", "source", "url"),
}
"""The fields of an article that a format may store besides its text and the ranges and labels of its spans."""


def written_as(kind: type[Any]) -> list[Format]:
    """Return the formats that are written as Tags, Documents or Files."""
    return [format_ for format_ in WRITTEN_FORMATS if isinstance(format_.output, kind)]


def as_json(report: Report) -> Any:
    """Return a report as decoded JSON."""
    stream = io.BytesIO()
    report_format.write(report, stream)
    return msgspec.json.decode(stream.getvalue())
