"""A suggester held to the protocol, so that what one of somebody else's does cannot harm the work."""

from collections.abc import Callable

import msgspec
from msgspec.structs import asdict

from annotator.i18n import _
from annotator.model.labels import LabelSet
from annotator.model.records import Article, Suggestion
from annotator.suggest.base import Suggester
from annotator.suggest.external.models import CannotSuggest, ForeignModel, one_line
from annotator.suggest.trimming import whole


class Checked:
    """`suggester`, without what it proposes against the protocol, and with no suggestions where it fails.

    `tell` is called with a sentence for a person about each such thing, once, in the thread that asked for suggestions.
    """

    def __init__(self, suggester: Suggester, tell: Callable[[str], None]) -> None:
        self.name = suggester.name
        self._suggester = suggester
        self._tell = tell
        self._told: set[str] = set()

    def suggest(self, article: Article, labels: LabelSet) -> list[Suggestion]:
        """What the suggester proposes that keeps to the protocol, by start. Raises nothing."""
        try:
            found = list(self._suggester.suggest(article, labels))
        except CannotSuggest as reason:
            self._say(str(reason))
            return []
        except (Exception, SystemExit) as error:  # it is somebody else's code
            self._say(_("The suggester “{name}” failed: {error}"), error=one_line(error))
            return []
        if isinstance(self._suggester, ForeignModel):
            for label in tuple(self._suggester.lacking):  # another thread may be adding to it
                self._lacks(label)
        kept = [suggestion for suggestion in found if self._keeps(suggestion, article.text, labels)]
        return sorted(kept, key=lambda suggestion: (suggestion.start, suggestion.end))

    def _keeps(self, suggestion: Suggestion, text: str, labels: LabelSet) -> bool:
        try:
            msgspec.convert(asdict(suggestion), Suggestion)
        except (TypeError, msgspec.ValidationError) as error:
            self._say(_("“{name}” proposed what is no suggestion, left out: {error}"), error=one_line(error))
            return False
        start, end = suggestion.start, suggestion.end
        if not 0 <= start < end <= len(text) or whole(text, start, end) != (start, end):
            self._say(_("“{name}” proposed stretches that lie outside the text, are blank or cut a letter: left out."))
        elif labels.find(suggestion.label) is None:
            self._lacks(suggestion.label)
        elif suggestion.source != self.name:
            self._say(_("“{name}” proposed in the name of “{source}”: left out."), source=suggestion.source)
        elif not 0 <= suggestion.score <= 1:
            self._say(_("“{name}” proposed with scores that are not from 0 to 1: left out."))
        else:
            return True
        return False

    def _lacks(self, label: str) -> None:
        self._say(_("“{name}” proposes {label}, a label that the corpus lacks: left out."), label=label)

    def _say(self, sentence: str, **words: str) -> None:
        sentence = sentence.format(name=self.name, **words)
        if sentence not in self._told:
            self._told.add(sentence)
            self._tell(sentence)
