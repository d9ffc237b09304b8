"""What every source of suggestions is: one protocol, for those of this package and for those that a plugin brings."""

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
    """A source of suggestions. `name` is what it is called by in a suggestion, on the command line and to a person."""

    name: str

    def suggest(self, article: Article, labels: LabelSet) -> list[Suggestion]:
        """What it proposes in the article with the labels of its corpus, by start.

        Each suggestion lies within the text, begins and ends on a visible character, cuts no combining mark off its
        letter, and has one of the labels. The same article and labels (and, where it learns, the same learned things)
        give the same suggestions. Runs in any thread.
        """
        ...


def label_for(role: str, labels: LabelSet) -> str | None:
    """The label of a corpus that the rules for DATE, INSTITUTION or PLAN may propose: the first that is named for
    it, in any case; None where the corpus has none."""
    names = _NAMES[role]
    return next((label.name for label in labels.labels if label.name.upper() in names), None)


def role_of(name: str) -> str | None:
    """Which of DATE, INSTITUTION and PLAN a label of this name, in any case, stands for."""
    return next((role for role, names in _NAMES.items() if name.upper() in names), None)
