"""Commands that move the caret; all public methods are actions."""

from typing import TYPE_CHECKING

from annotator.ui.article.article_view import ArticleView
from annotator.ui.article.jump import LetterJumps
from annotator.ui.session.active_item import ActiveItem
from annotator.ui.session.session import Session

if TYPE_CHECKING:
    from annotator.model.records import Span


class CaretCommands:
    """Moves the caret, extends the selection, jumps between spans."""

    def __init__(self, session: Session, view: ArticleView, active_item: ActiveItem) -> None:
        self._session, self._view = session, view
        self._jumps = LetterJumps(session, view, active_item)

    # Left is forward in right-to-left text; elsewhere the same keys go the opposite way.

    def caret_forward(self) -> None:
        self._view.move_to_word(self._view.caret.adjacent_word(self._view.caret.logical_step(1)))

    def caret_back(self) -> None:
        self._view.move_to_word(self._view.caret.adjacent_word(self._view.caret.logical_step(-1)))

    def sentence_forward(self) -> None:
        self._view.move_to_word(self._view.caret.adjacent_sentence(self._view.caret.logical_step(1)))

    def sentence_back(self) -> None:
        self._view.move_to_word(self._view.caret.adjacent_sentence(self._view.caret.logical_step(-1)))

    def article_start(self) -> None:
        self._view.move_to_word(self._view.caret.article_edge(-1))

    def article_end(self) -> None:
        self._view.move_to_word(self._view.caret.article_edge(1))

    def caret_up(self) -> None:
        self._view.move_to_word(self._view.caret.word_on_adjacent_line(-1))

    def caret_down(self) -> None:
        self._view.move_to_word(self._view.caret.word_on_adjacent_line(1))

    def caret_start(self) -> None:
        self._view.move_to_word(self._view.caret.line_edge(-1))

    def caret_end(self) -> None:
        self._view.move_to_word(self._view.caret.line_edge(1))

    def select_up(self) -> None:
        self._view.move_to_word(self._view.caret.word_on_adjacent_line(-1), extend=True)

    def select_down(self) -> None:
        self._view.move_to_word(self._view.caret.word_on_adjacent_line(1), extend=True)

    def select_start(self) -> None:
        self._view.move_to_word(self._view.caret.line_edge(-1), extend=True)

    def select_end(self) -> None:
        self._view.move_to_word(self._view.caret.line_edge(1), extend=True)

    def jump_back(self) -> None:
        self._jumps.go_back()

    def next_span(self) -> None:
        self._jump(1)

    def previous_span(self) -> None:
        self._jump(-1)

    def _jump(self, step: int) -> None:
        """Select the span after (1) or before (-1) the selection or caret."""
        spans: list[Span] = self._session.spans
        selected = self._session.selection
        if not spans:
            return
        if selected:
            index = next((index for index, span in enumerate(spans) if span.uid == selected.uid), -1) + step
        else:
            offset = self._view.current_offset()
            after = sum(span.start < offset for span in spans)
            index = after if step > 0 else after - 1
        self._session.select(spans[index % len(spans)])
