"""The keys that move about in the open article. Each public method is an action of the table in `actions`."""

from annotator.model.records import Span
from annotator.ui.article.article_view import ArticleView
from annotator.ui.article.jump import Jumps
from annotator.ui.session.active_item import Held
from annotator.ui.session.session import Session


class CaretCommands:
    """Moves the caret, extends the selection, jumps from span to span."""

    def __init__(self, session: Session, view: ArticleView, held: Held) -> None:
        self._session, self._view = session, view
        self._jumps = Jumps(session, view, held)

    # Left is forward where the text runs from right to left; elsewhere the same keys mean the other way.

    def caret_forward(self) -> None:
        self._view.go(self._view.caret.by_word(self._view.caret.reading(1)))

    def caret_back(self) -> None:
        self._view.go(self._view.caret.by_word(self._view.caret.reading(-1)))

    def sentence_forward(self) -> None:
        self._view.go(self._view.caret.by_sentence(self._view.caret.reading(1)))

    def sentence_back(self) -> None:
        self._view.go(self._view.caret.by_sentence(self._view.caret.reading(-1)))

    def article_start(self) -> None:
        self._view.go(self._view.caret.to_end(-1))

    def article_end(self) -> None:
        self._view.go(self._view.caret.to_end(1))

    def caret_up(self) -> None:
        self._view.go(self._view.caret.by_line(-1))

    def caret_down(self) -> None:
        self._view.go(self._view.caret.by_line(1))

    def caret_start(self) -> None:
        self._view.go(self._view.caret.to_edge(-1))

    def caret_end(self) -> None:
        self._view.go(self._view.caret.to_edge(1))

    def select_up(self) -> None:
        self._view.go(self._view.caret.by_line(-1), extend=True)

    def select_down(self) -> None:
        self._view.go(self._view.caret.by_line(1), extend=True)

    def select_start(self) -> None:
        self._view.go(self._view.caret.to_edge(-1), extend=True)

    def select_end(self) -> None:
        self._view.go(self._view.caret.to_edge(1), extend=True)

    def jump_back(self) -> None:
        self._jumps.back()

    def next_span(self) -> None:
        self._jump(1)

    def previous_span(self) -> None:
        self._jump(-1)

    def _jump(self, step: int) -> None:
        """To the next span after the selected one or after the caret, or to the one before."""
        spans: list[Span] = self._session.spans
        selected = self._session.selection
        if not spans:
            return
        if selected:
            at = next((at for at, span in enumerate(spans) if span.uid == selected.uid), -1) + step
        else:
            offset = self._view.offset()
            after = sum(span.start < offset for span in spans)
            at = after if step > 0 else after - 1
        self._session.select(spans[at % len(spans)])
