"""The protocol of suggestion sources, including plugins."""

from typing import Final, Protocol

from annotator.model.labels import LabelSet
from annotator.model.records import Article, Suggestion

DATE: Final = "date"
INSTITUTION: Final = "institution"
PLAN: Final = "plan"
_NAMES: Final = {
    DATE: ("DATE", "TIMEX", "TIMEX3"),
    INSTITUTION: ("INSTITUTION", "ORG", "ORGANIZATION", "ORGANISATION"),
    PLAN: ("PLAN",),
}


class Suggester(Protocol):
    """A source of suggestions; `name` identifies it in them, on the command line and to people."""

    name: str

    def suggest(self, article: Article, labels: LabelSet) -> list[Suggestion]:
        """Return suggestions for the article, by start.

        Each lies within the text, begins and ends on a visible character, cuts no combining mark off its letter, and
        has one of `labels`. The same input and training give the same result. Runs in any thread.
        """
        ...


def label_for_role(role: str, labels: LabelSet) -> str | None:
    """Return the first label for a role (DATE, INSTITUTION or PLAN), by name in any case; None without one."""
    names = _NAMES[role]
    return next((label.name for label in labels.labels if label.name.upper() in names), None)


def role_of_label(name: str) -> str | None:
    """Return which of DATE, INSTITUTION and PLAN a label name stands for, in any case."""
    return next((role for role, names in _NAMES.items() if name.upper() in names), None)
