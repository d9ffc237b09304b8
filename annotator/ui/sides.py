"""What stands beside the article: the articles on one side, the labels and the spans on the other."""

from PySide6.QtWidgets import QFrame, QHBoxLayout, QProgressBar, QVBoxLayout

from annotator.core.labels import LabelSet
from annotator.core.model import Article, Span
from annotator.i18n import _, ngettext
from annotator.ui import fonts
from annotator.ui.article_list import ArticleList
from annotator.ui.label_panel import LabelPanel
from annotator.ui.session import Session
from annotator.ui.span_panel import SpanPanel
from annotator.ui.wording import plain_label

_WIDTH = 262  # pixels
_CARD = 104  # pixels: as high as two lines of a span and one about it, so that the list above stays where it is


class _Side(QFrame):
    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("panel")
        self.setFixedWidth(_WIDTH)
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(14, 16, 14, 14)
        self.column.setSpacing(6)


class ArticlesSide(_Side):
    """The list of articles, and how many of them are done."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.articles = ArticleList(session)
        self._done = plain_label(name="quiet")
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setFixedHeight(5)
        head = QHBoxLayout()
        head.addWidget(plain_label(_("Articles"), "heading"))
        head.addStretch()
        head.addWidget(self._done)
        self.column.addLayout(head)
        self.column.addWidget(self._bar)
        self.column.addSpacing(4)
        self.column.addWidget(self.articles, 1)

    def show_progress(self, done: int, total: int) -> None:
        """Show how many articles of how many are done."""
        self._bar.setMaximum(max(1, total))
        self._bar.setValue(done)
        self._done.setText(_("{done} of {total} done").format(done=done, total=total))


class LabelsSide(_Side):
    """The labels, the spans of the article, and what is selected."""

    def __init__(self) -> None:
        super().__init__()
        self.labels = LabelPanel()
        self.spans = SpanPanel()
        self._count = plain_label(name="heading")
        card = QFrame()
        card.setObjectName("card")
        card.setMinimumHeight(_CARD)
        inside = QVBoxLayout(card)
        inside.setContentsMargins(14, 10, 14, 10)
        inside.setSpacing(4)
        self._words, self._about = plain_label(), plain_label(name="quiet")
        self._words.setWordWrap(True)
        self._words.setFont(fonts.interface(14, bold=True))
        self._about.setWordWrap(True)
        inside.addWidget(self._words)
        inside.addWidget(self._about)
        inside.addStretch()
        self.column.addWidget(plain_label(_("Labels"), "heading"))
        self.column.addWidget(self.labels)
        self.column.addSpacing(12)
        self.column.addWidget(self._count)
        self.column.addWidget(self.spans, 1)
        self.column.addWidget(card)

    def show_layer(self, article: Article | None, spans: list[Span], labels: LabelSet) -> None:
        """Show the spans of the article and how many there are."""
        count = len(spans)
        said = ngettext("{count} span in this article", "{count} spans in this article", count)
        self._count.setText(said.format(count=count))
        self.labels.show_counts(spans)
        self.spans.show_spans(article, spans, labels)

    def show_choice(self, article: Article | None, span: Span | None, labels: LabelSet, selected: str) -> None:
        """Show the selected span or the selected text; with nothing selected, how to begin."""
        if article and span:
            label = labels.find(span.label)
            about = [label.shown() if label else span.label]
            if span.value:
                about.append(_("value: {value}").format(value=span.value))
            self._say(article.text[span.start : span.end], "  ·  ".join(about))
        elif selected:
            self._say(selected, _("Press a label's key, or click the label."))
        else:
            self._say(_("Nothing is selected"), _("Drag over some words, then press a label's key."))

    def _say(self, words: str, about: str) -> None:
        self._words.setText(" ".join(words.split()))
        self._about.setText(about)
