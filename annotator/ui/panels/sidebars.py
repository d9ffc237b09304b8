"""What stands beside the article: the articles on one side, the labels and the spans on the other."""

from typing import Final

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QComboBox, QFrame, QHBoxLayout, QProgressBar, QStackedWidget, QVBoxLayout

from annotator.i18n import _, ngettext, number
from annotator.model.display_names import state_title
from annotator.model.labels import LabelSet
from annotator.model.records import DONE, STATES, Article, Span, Suggestion
from annotator.store.queries.article_list import Choice
from annotator.ui.panels.article_list import ArticleList
from annotator.ui.panels.guideline_panel import Guide
from annotator.ui.panels.label_panel import LabelPanel
from annotator.ui.panels.span_card import Hint, SpanCard
from annotator.ui.panels.span_panel import SpanPanel
from annotator.ui.session.session import Session
from annotator.ui.widgets.bidi_text import plain_label
from annotator.ui.widgets.search_line import SearchLine

_WIDTH: Final = 262  # pixels
_CARD: Final = 152  # pixels: two lines of a span, one about it and one of fields: what is above stays where it is
_PAUSE: Final = 80  # milliseconds without a key until the corpus is searched


class Side(QFrame):
    """A column of parts beside the article."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("panel")
        self.setFixedWidth(_WIDTH)
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(14, 16, 14, 14)
        self.column.setSpacing(6)


class ArticlesSide(Side):
    """The list of articles, which of them it shows, and how many are done."""

    left = Signal()
    """The person goes back to the article."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._shown: dict[str, int] = {}
        self.articles = ArticleList(session)
        self.search = SearchLine(_("Search the corpus"))
        self.state = QComboBox()
        self.state.setAccessibleName(_("Which articles"))
        self.state.setObjectName("filter")
        self.state.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        for state in (None, *STATES):
            self.state.addItem("", state)
        self._done = plain_label(name="quiet")
        self._found = plain_label(name="quiet")
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setFixedHeight(5)
        self._bar.setAccessibleName(_("Articles done"))
        head = QHBoxLayout()
        head.addWidget(plain_label(_("Articles"), "heading"))
        head.addStretch()
        head.addWidget(self._done)
        self.column.addWidget(self.search)
        self.column.addWidget(self._found)
        self.column.addSpacing(4)
        self.column.addLayout(head)
        self.column.addWidget(self._bar)
        self.column.addSpacing(2)
        self.column.addWidget(self.state)
        self.column.addWidget(self.articles, 1)
        self._typing = QTimer(self)
        self._typing.setSingleShot(True)
        self._typing.setInterval(_PAUSE)
        self._typing.timeout.connect(self._choose)
        self.search.textChanged.connect(lambda _text: self._typing.start())
        self.search.returnPressed.connect(self._enter)
        self.state.activated.connect(lambda _at: self._choose())
        self.show_counts()

    def show_counts(self) -> None:
        """Show how many articles are in which state, and what the list was asked for."""
        counts, total = self._session.counts, sum(self._session.counts.values())
        if counts == self._shown:
            return  # as at every key that tags
        self._shown = dict(counts)
        self._bar.setMaximum(max(1, total))
        self._bar.setValue(counts[DONE])
        self._done.setText(_("{done} of {total} done").format(done=number(counts[DONE]), total=number(total)))
        for at in range(self.state.count()):
            state = self.state.itemData(at)
            title = state_title(state) if state else _("All articles")
            count = number(counts[state] if state else total)
            self.state.setItemText(at, _("{name}: {fact}").format(name=title, fact=count))

    def show_choice(self) -> None:
        """Show what the list was asked for."""
        choice, count = self._session.choice, len(self._session.articles)
        said = ngettext("{count} article holds these words", "{count} articles hold these words", count)
        self._found.setText(said.format(count=number(count)))
        self._found.setVisible(bool(choice.words))
        self.state.setCurrentIndex(self.state.findData(choice.state))
        if choice.words != self.search.text().strip():
            self.search.setText(choice.words)

    def begin_search(self, words: str) -> None:
        """Ask for words, these to begin with."""
        if words:
            self.search.setText(words)
        self.search.selectAll()
        self.search.setFocus()

    def _choose(self) -> None:
        self._typing.stop()
        self._session.choose(Choice(self.state.currentData(), self.search.text().strip()))

    def _enter(self) -> None:
        """Open the first article that was found."""
        self._choose()
        if self._session.articles:
            self._session.open_article(0)
        self.left.emit()


class LabelsSide(Side):
    """The labels, the spans of the article or what the labels mean, and what is selected."""

    def __init__(self) -> None:
        super().__init__()
        self.labels = LabelPanel()
        self.spans = SpanPanel()
        self.guide = Guide()
        self.card = SpanCard()
        self.card.setMinimumHeight(_CARD)
        self._count = plain_label(name="heading")
        self._stack = QStackedWidget()
        self._stack.addWidget(self.spans)
        self._stack.addWidget(self.guide)
        self._spans_said = ""
        self.column.addWidget(plain_label(_("Labels"), "heading"))
        self.column.addWidget(self.labels)
        self.column.addSpacing(12)
        self.column.addWidget(self._count)
        self.column.addWidget(self._stack, 1)
        self.column.addWidget(self.card)

    def show_layer(self, article: Article | None, spans: list[Span], labels: LabelSet) -> None:
        """Show the spans of the article and how many there are."""
        count = len(spans)
        said = ngettext("{count} span in this article", "{count} spans in this article", count)
        self._spans_said = said.format(count=number(count)) if article else ""
        self.card.setVisible(article is not None)
        self._head()
        self.labels.show_counts(spans)
        self.spans.show_spans(article, spans, labels)

    def toggle_guide(self, label: str | None) -> None:
        """Show what the labels mean, this one first, in place of the spans; or the spans again."""
        shown = self._stack.currentWidget() is self.guide
        self._stack.setCurrentWidget(self.spans if shown else self.guide)
        self._head()
        if label and not shown:
            self.guide.go_to(label)

    def show_choice(
        self,
        article: Article | None,
        held: Span | Suggestion | None,
        labels: LabelSet,
        selected: str,
        hint: Hint | None,
    ) -> None:
        """Show the selected span, the chosen suggestion or the selected text; with nothing selected, how to begin."""
        self.card.show_choice(article, held, labels, selected, hint)
        if held:
            self.guide.go_to(held.label)

    def _head(self) -> None:
        guide = self._stack.currentWidget() is self.guide
        self._count.setText(_("What the labels mean") if guide else self._spans_said)
