"""A wrapper that enforces the protocol on a suggester, so that an external one cannot do harm."""

from collections.abc import Callable

import msgspec
from msgspec.structs import asdict

from annotator.i18n import _
from annotator.model.labels import LabelSet
from annotator.model.records import Article, Suggestion
from annotator.suggest.base import Suggester
from annotator.suggest.external.models import CannotSuggest, ExternalModel, error_line
from annotator.suggest.trimming import trim_span


class SafeSuggester:
    """`suggester` without suggestions that violate the protocol, and without any where it fails.

    `on_problem` is called once with a sentence about each kind of problem, in the thread that asked for suggestions.
    """

    def __init__(self, suggester: Suggester, on_problem: Callable[[str], None]) -> None:
        self.name = suggester.name
        self._suggester = suggester
        self._on_problem = on_problem
        self._reported: set[str] = set()

    def suggest(self, article: Article, labels: LabelSet) -> list[Suggestion]:
        """Return the suggester's valid suggestions by start. Raises nothing."""
        try:
            suggestions = list(self._suggester.suggest(article, labels))
        except CannotSuggest as reason:
            self._report(str(reason))
            return []
        except (Exception, SystemExit) as error:  # third-party code
            self._report(_("The suggester “{name}” failed: {error}"), error=error_line(error))
            return []
        if isinstance(self._suggester, ExternalModel):
            for label in tuple(self._suggester.missing_labels):  # another thread may be adding to it
                self._report_missing_label(label)
        valid = [suggestion for suggestion in suggestions if self._is_valid(suggestion, article.text, labels)]
        return sorted(valid, key=lambda suggestion: (suggestion.start, suggestion.end))

    def _is_valid(self, suggestion: Suggestion, text: str, labels: LabelSet) -> bool:
        try:
            msgspec.convert(asdict(suggestion), Suggestion)
        except (TypeError, msgspec.ValidationError) as error:
            self._report(_("Skipped an invalid suggestion from “{name}”: {error}"), error=error_line(error))
            return False
        start, end = suggestion.start, suggestion.end
        if not 0 <= start < end <= len(text) or trim_span(text, start, end) != (start, end):
            self._report(_("Skipped suggestions from “{name}” that are outside the text, are blank or split a letter."))
        elif labels.find(suggestion.label) is None:
            self._report_missing_label(suggestion.label)
        elif suggestion.source != self.name:
            self._report(
                _("Skipped suggestions from “{name}” that name “{source}” as their source."), source=suggestion.source
            )
        elif not 0 <= suggestion.score <= 1:
            self._report(_("Skipped suggestions from “{name}” whose scores are not between 0 and 1."))
        else:
            return True
        return False

    def _report_missing_label(self, label: str) -> None:
        self._report(
            _("Skipped suggestions from “{name}” with the label {label}, which the corpus does not have."),
            label=label,
        )

    def _report(self, sentence: str, **details: str) -> None:
        sentence = sentence.format(name=self.name, **details)
        if sentence not in self._reported:
            self._reported.add(sentence)
            self._on_problem(sentence)
