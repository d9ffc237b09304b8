"""What the tables of a corpus hold, in words for messages about damage."""

from collections.abc import Callable
from typing import Final

from annotator.i18n import pgettext
from annotator.store.numbered_tables import STORED

_TITLES: Final[dict[str, Callable[[], str]]] = {
    "annotator": lambda: pgettext("in a corpus file", "annotators"),
    "article": lambda: pgettext("in a corpus file", "articles"),
    "assignment": lambda: pgettext("in a corpus file", "assignments"),
    "batch": lambda: pgettext("in a corpus file", "batches"),
    "conflict": lambda: pgettext("in a corpus file", "conflicts"),
    "decision": lambda: pgettext("in a corpus file", "decisions"),
    "dismissal": lambda: pgettext("in a corpus file", "dismissed issues"),
    "edit": lambda: pgettext("in a corpus file", "steps"),
    "identity": lambda: pgettext("in a corpus file", "names of annotators"),
    "label": lambda: pgettext("in a corpus file", "labels"),
    "label_edit": lambda: pgettext("in a corpus file", "changes to labels"),
    "mention": lambda: pgettext("in a corpus file", "words of spans"),
    "note": lambda: pgettext("in a corpus file", "notes"),
    "place": lambda: pgettext("in a corpus file", "reading positions"),
    "rejection": lambda: pgettext("in a corpus file", "rejected suggestions"),
    "removal": lambda: pgettext("in a corpus file", "removed articles"),
    "resolution": lambda: pgettext("in a corpus file", "resolved conflicts"),
    "span": lambda: pgettext("in a corpus file", "spans"),
    "status": lambda: pgettext("in a corpus file", "states of articles"),
    "step": lambda: pgettext("in a corpus file", "steps"),
    "team": lambda: pgettext("in a corpus file", "team"),
    "title": lambda: pgettext("in a corpus file", "titles"),
    "unassignment": lambda: pgettext("in a corpus file", "withdrawn assignments"),
    "zone": lambda: pgettext("in a corpus file", "zones"),
}


def describe_table(name: str) -> str:
    """Return what a table holds, `steps` for `edit` or `stored_edit`; the name of one that people know nothing of."""
    name = name.removeprefix(STORED)
    return _TITLES[name]() if name in _TITLES else name
