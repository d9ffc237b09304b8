"""What a report says, for comparing it."""

import io
from typing import Any

import msgspec

from annotator.formats import report as report_format
from annotator.formats.report import Report


def as_json(report: Report) -> Any:
    """The JSON of a report."""
    stream = io.BytesIO()
    report_format.write(report, stream)
    return msgspec.json.decode(stream.getvalue())
