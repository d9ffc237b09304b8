"""What a label stands for, by its name: dates have values of their own, and suggesters know some kinds of names."""

from functools import lru_cache
from typing import Final

from annotator.model.labels import LabelSet

DATE: Final = "date"
INSTITUTION: Final = "institution"
PLAN: Final = "plan"
_NAMES: Final = {
    DATE: ("DATE", "TIMEX", "TIMEX3"),
    INSTITUTION: ("INSTITUTION", "ORG", "ORGANIZATION", "ORGANISATION"),
    PLAN: ("PLAN",),
}


def label_for_role(role: str, labels: LabelSet) -> str | None:
    """Return the first label for a role (DATE, INSTITUTION or PLAN), by name in any case; None without one."""
    names = _NAMES[role]
    return next((label.name for label in labels.labels if label.name.upper() in names), None)


@lru_cache(maxsize=512)  # asked of every candidate of a suggestion
def role_of_label(name: str) -> str | None:
    """Return which of DATE, INSTITUTION and PLAN a label name stands for, in any case."""
    return next((role for role, names in _NAMES.items() if name.upper() in names), None)


def is_date_label(name: str) -> bool:
    """Return whether the values of a label are dates (see `date_values`)."""
    return role_of_label(name) == DATE
