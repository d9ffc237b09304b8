"""Display names of the model's values, in the user's language."""

import math

from annotator.i18n import _, pgettext
from annotator.model.records import BODY, BOILERPLATE, DATELINE, DONE, FLAGGED, HEADLINE, IN_PROGRESS, NEW, SKIPPED


def state_title(state: str) -> str:
    """Return the name of one of STATES."""
    return {
        NEW: pgettext("state of an article", "new"),
        IN_PROGRESS: pgettext("state of an article", "in progress"),
        DONE: pgettext("state of an article", "done"),
        SKIPPED: pgettext("state of an article", "skipped"),
        FLAGGED: pgettext("state of an article", "flagged"),
    }[state]


def zone_title(kind: str) -> str:
    """Return the name of one of ZONE_KINDS."""
    return {
        HEADLINE: _("headline"),
        DATELINE: _("dateline"),
        BODY: _("body"),
        BOILERPLATE: _("boilerplate"),
    }[kind]


def to_percent(score: float) -> int:
    """Return a score as a percentage, rounded down; 100 only for a score of 1."""
    return math.floor(100 * score + 1e-9)


def source_title(source: str) -> str:
    """Return the name of a suggestion's source; an unknown suggester is shown under its own name."""
    return {
        "dates": pgettext("source of a suggestion", "Date rules"),
        "names": pgettext("source of a suggestion", "Names"),
        "memory": pgettext("source of a suggestion", "Seen before"),
        "model": pgettext("source of a suggestion", "Learned here"),
    }.get(source, source)
