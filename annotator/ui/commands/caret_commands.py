"""Commands that move the caret."""

from typing import TYPE_CHECKING

from annotator.i18n import count_phrase
from annotator.ui.article.article_view import ArticleView
from annotator.ui.article.letter_jumps import LetterJumps
from annotator.ui.session.active_item import ActiveItem
from annotator.ui.session.session import Session

if TYPE_CHECKING:
    from annotator.model.records import Span


class CaretCommands:
    """Moves the caret, extends the selection, jumps between spans."""

    def __init__(self, session: Session, view: ArticleView, active_item: ActiveItem) -> None:
        self._session, self._view = session, view
        self.letter_jumps = LetterJumps(session, view, active_item)

    # Forward is left in right-to-left text; elsewhere the same keys go the opposite way.

    def move_by_word(self, step: int) -> None:
        """Move to the next (1) or previous (-1) word."""
        self._view.move_to_word(self._view.caret.adjacent_word(self._view.caret.logical_step(step)))

    def move_by_sentence(self, step: int) -> None:
        """Move to the next (1) or previous (-1) sentence."""
        self._view.move_to_word(self._view.caret.adjacent_sentence(self._view.caret.logical_step(step)))

    def move_by_line(self, step: int, *, extend: bool = False) -> None:
        """Move down (1) or up (-1), with the selection if `extend`."""
        self._view.move_to_word(self._view.caret.word_on_adjacent_line(step), extend=extend)

    def move_to_line_edge(self, step: int, *, extend: bool = False) -> None:
        """Move to the end (1) or start (-1) of the line, with the selection if `extend`."""
        self._view.move_to_word(self._view.caret.line_edge(step), extend=extend)

    def move_to_article_edge(self, step: int) -> None:
        """Move to the end (1) or start (-1) of the article."""
        self._view.move_to_word(self._view.caret.article_edge(step))

    def jump_back(self) -> None:
        """Go back to before the last letter key."""
        self.letter_jumps.go_back()

    def select_span(self, step: int) -> None:
        """Select the span after (1) or before (-1) the selection or caret."""
        spans: list[Span] = self._session.spans
        selected = self._session.selection
        if not spans:
            if self._session.article:
                text = count_phrase("{count} span in this article", "{count} spans in this article", 0)
                self._session.notified.emit(text)
            return
        if selected:
            index = next((index for index, span in enumerate(spans) if span.uid == selected.uid), -1) + step
        else:
            offset = self._view.current_offset()
            after = sum(span.start < offset for span in spans)
            index = after if step > 0 else after - 1
        self._session.select(spans[index % len(spans)])
