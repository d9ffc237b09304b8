"""The protocol of all sources of suggestions, built in or from a plugin."""

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
    """A source of suggestions. `name` identifies it in a suggestion, on the command line and to a person."""

    name: str

    def suggest(self, article: Article, labels: LabelSet) -> list[Suggestion]:
        """Return suggestions for the article with the labels of its corpus, by start.

        Each suggestion lies within the text, begins and ends on a visible character, cuts no combining mark off its
        letter, and has one of the labels. The same article and labels (and, for a suggester that learns, the same
        training) give the same suggestions. Runs in any thread.
        """
        ...


def label_for_role(role: str, labels: LabelSet) -> str | None:
    """Return the corpus's first label whose name, in any case, stands for this role; None if it has none.

    The role is one of DATE, INSTITUTION and PLAN.
    """
    names = _NAMES[role]
    return next((label.name for label in labels.labels if label.name.upper() in names), None)


def role_of_label(name: str) -> str | None:
    """Return which of DATE, INSTITUTION and PLAN a label name, in any case, stands for."""
    return next((role for role, names in _NAMES.items() if name.upper() in names), None)
