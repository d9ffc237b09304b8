"""The span or suggestion that the next key acts on."""

from msgspec.structs import replace

from annotator.model.records import Span, Suggestion
from annotator.ui.session.session import Session
from annotator.ui.session.suggestions import SuggestionModel


class ActiveItem:
    """The selected span or the current suggestion, never both."""

    def __init__(self, session: Session, suggestions: SuggestionModel) -> None:
        self._session, self._suggestions = session, suggestions

    @property
    def current(self) -> Span | Suggestion | None:
        """The selected span or the edited current suggestion."""
        return self._session.selection or self._suggestions.current

    def resize(self, item: Span | Suggestion, start: int, end: int) -> None:
        """Move the edges; a span is saved at once, a suggestion once accepted."""
        if isinstance(item, Span):
            self._session.resize(item, start, end)
        else:
            self._suggestions.edit_current(replace(item, start=start, end=end))
