"""What the next key is about: a span that is selected, or a suggestion that is chosen. There are never both."""

from msgspec.structs import replace

from annotator.model.records import Span, Suggestion
from annotator.ui.session.session import Session
from annotator.ui.session.suggestions import Suggestions


class Held:
    """Its edges are moved alike: those of a span are on disk at once, those of a suggestion once it is accepted."""

    def __init__(self, session: Session, suggestions: Suggestions) -> None:
        self._session, self._suggestions = session, suggestions

    def it(self) -> Span | Suggestion | None:
        """The selected span, or the chosen suggestion as the annotator has changed it."""
        return self._session.selection or self._suggestions.chosen

    def resize(self, held: Span | Suggestion, start: int, end: int) -> None:
        """Move its edges."""
        if isinstance(held, Span):
            self._session.resize(held, start, end)
        else:
            self._suggestions.change(replace(held, start=start, end=end))
