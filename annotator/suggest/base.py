"""The protocol of suggestion sources, including plugins."""

from typing import Protocol

from annotator.model.labels import LabelSet
from annotator.model.records import Article, Suggestion


class Suggester(Protocol):
    """A source of suggestions; `name` identifies it in them, on the command line and to people."""

    name: str

    def suggest(self, article: Article, labels: LabelSet) -> list[Suggestion]:
        """Return suggestions for the article, by start.

        Each lies within the text, begins and ends on a visible character, cuts no combining mark off its letter, and
        has one of `labels`. The same input and training give the same result. Runs in any thread.
        """
        ...
