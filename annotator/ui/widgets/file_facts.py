"""The size of a file and the time of its last change as people say them."""

from datetime import UTC, datetime, timedelta
from typing import Final

from annotator.i18n import _, format_digits, format_number
from annotator.model.date_display import format_local_time
from annotator.ui.widgets.bidi_text import isolate, isolate_ltr

_KILOBYTE: Final = 1000
_MAX_KILOBYTES: Final = 10_000  # more are given in megabytes


def format_size(byte_count: int) -> str:
    """Return the size of a file in kilobytes, rounded up, or a large one's in megabytes."""
    kilobytes = -(-byte_count // _KILOBYTE)
    if kilobytes < _MAX_KILOBYTES:
        return _("{size} KB").format(size=format_number(kilobytes))
    return _("{size} MB").format(size=format_number(round(kilobytes / _KILOBYTE)))


def format_time(time: datetime, now: datetime | None = None) -> str:
    """Return a time on the clock of this computer, as people say it: today, yesterday, or with the date in words."""
    local, today = time.astimezone(), (now or datetime.now(UTC)).astimezone().date()
    clock = isolate_ltr(format_digits(f"{local:%H:%M}"))
    if local.date() == today:
        return _("today, {time}").format(time=clock)
    if local.date() == today - timedelta(days=1):
        return _("yesterday, {time}").format(time=clock)
    return isolate(format_local_time(time.isoformat()))
