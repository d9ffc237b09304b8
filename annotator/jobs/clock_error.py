"""By how much the clock of this computer differs from the clock of its team's server.

Nothing depends on it: steps are ordered by a logical clock (`model.replay`). But their times are shown, and a team
reads them as when its work was done.
"""

from datetime import UTC, datetime
from typing import Final

from annotator.i18n import _, count_phrase
from annotator.remotes.remote import Welcome

_TOLERANCE: Final = 5 * 60  # seconds
_MINUTE: Final = 60
_HOUR: Final = 60 * _MINUTE
_DAY: Final = 24 * _HOUR


def measure_clock_error(welcome: Welcome) -> int:
    """Return by how many seconds the clock here is ahead of the remote's at its welcome.

    It is 0 within five minutes, and where the remote has no clock.
    """
    if welcome.time is None:
        return 0
    seconds = round((datetime.now(UTC) - datetime.fromisoformat(welcome.time)).total_seconds())
    return seconds if abs(seconds) >= _TOLERANCE else 0


def explain_clock_error(seconds: int) -> str:
    """Return what is wrong with a clock that is ahead by so many seconds, and what to do; "" for 0."""
    if not seconds:
        return ""
    duration = _describe_duration(abs(seconds))
    message = (
        _("Set the clock of this computer: it is {duration} ahead of the team's server.")
        if seconds > 0
        else _("Set the clock of this computer: it is {duration} behind the team's server.")
    )
    effect = _("The times of your work are wrong until then. Its time zone may be wrong, too.")
    return f"{message.format(duration=duration)} {effect}"


def _describe_duration(seconds: int) -> str:
    """Return a duration in the largest unit of which there are two."""
    if seconds < 2 * _HOUR:
        return count_phrase("{count} minute", "{count} minutes", round(seconds / _MINUTE))
    if seconds < 2 * _DAY:
        return count_phrase("{count} hour", "{count} hours", round(seconds / _HOUR))
    return count_phrase("{count} day", "{count} days", round(seconds / _DAY))
