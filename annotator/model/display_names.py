"""What the values of the model are called, in the reader's language."""

import math

from annotator.i18n import _, pgettext
from annotator.model.records import BODY, BOILERPLATE, DATELINE, DONE, FLAGGED, HEADLINE, IN_PROGRESS, NEW, SKIPPED


def state_title(state: str) -> str:
    """The name of one of STATES."""
    return {
        NEW: pgettext("state of an article", "new"),
        IN_PROGRESS: pgettext("state of an article", "in progress"),
        DONE: pgettext("state of an article", "done"),
        SKIPPED: pgettext("state of an article", "skipped"),
        FLAGGED: pgettext("state of an article", "flagged"),
    }[state]


def zone_title(kind: str) -> str:
    """The name of one of ZONE_KINDS."""
    return {
        HEADLINE: _("headline"),
        DATELINE: _("dateline"),
        BODY: _("body"),
        BOILERPLATE: _("boilerplate"),
    }[kind]


def hundredth(score: float) -> int:
    """How sure a score is, of 100; all 100 only where nothing else can be."""
    return math.floor(100 * score + 1e-9)


def source_title(source: str) -> str:
    """Where a suggestion comes from; a suggester that nobody here knows goes by its own name."""
    return {
        "dates": pgettext("source of a suggestion", "Date rules"),
        "names": pgettext("source of a suggestion", "Names"),
        "memory": pgettext("source of a suggestion", "Seen before"),
        "model": pgettext("source of a suggestion", "Learned here"),
    }.get(source, source)
