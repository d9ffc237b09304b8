"""The sidebars: articles on one side, labels and spans on the other."""

from typing import Final

from PySide6.QtCore import QEvent, QMargins, Qt, QTimer, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QProgressBar,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from annotator.i18n import _, count_phrase, format_number, is_rtl, pgettext
from annotator.model.display_names import state_title
from annotator.model.records import DONE, STATES
from annotator.store.queries.article_list import ArticleFilter
from annotator.ui.article.article_view import ArticleView
from annotator.ui.panels.article_list import ArticleList
from annotator.ui.panels.autosave_field import MAX_NOTE_LINES
from annotator.ui.panels.label_panel import LabelPanel
from annotator.ui.panels.span_card import SpanCard
from annotator.ui.panels.span_panel import SpanPanel
from annotator.ui.session.session import Session
from annotator.ui.session.suggestions import SuggestionModel
from annotator.ui.widgets.bidi_text import plain_label
from annotator.ui.widgets.controls import create_combo_box
from annotator.ui.widgets.layouts import UNLIMITED, vbox
from annotator.ui.widgets.scrolling import FittingScrollArea
from annotator.ui.widgets.search_line import SearchLine

_BAR_ROOM: Final = 11  # pixels of the margin that the scroll bar takes
_SPACING, _GAP = 6, 12  # pixels between the parts, and in addition between labels and spans
_LIST_HEIGHT: Final = 34  # pixels of the list of spans at least: one
_LABELS_HEIGHT: Final = 360  # pixels of the labels at most: eight
_MIN_LABELS_HEIGHT: Final = 87  # pixels of the labels at least, if there are two
_LOW_NOTE_LINES: Final = 4  # of the note on a span in a low window
_MARGINS, _LOW_MARGINS = QMargins(14, 16, 14, 14), QMargins(14, 8, 14, 8)
_REMOVED: Final = "removed"
"""In place of a state: the articles that were removed."""
_MINE: Final = "mine"
"""In place of a state: all articles assigned to the annotator, if there are any. Then states are of these alone."""
_CHOSEN: Final = "chosen"
"""In place of a state: the articles behind a figure that was opened."""
_SEARCH_DELAY: Final = 80  # milliseconds without typing before a search


class Sidebar(QFrame):
    """A column of widgets beside the article."""

    needed = Signal()
    """Something in it is about to be used: it must be visible."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("panel")
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(_MARGINS)
        self.column.setSpacing(6)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShowToParent:  # in a hidden parent too
            self.needed.emit()
        return super().event(event)


class ArticleSidebar(Sidebar):
    """The list of articles with search, filter and progress."""

    focus_released = Signal()
    """The focus belongs to the article again."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self.article_list = ArticleList(session)
        self.search_line = SearchLine(_("Search corpus"))
        self.state_filter = create_combo_box({})
        self.state_filter.setAccessibleName(_("Filter articles"))
        self.state_filter.setObjectName("filter")
        self.state_filter.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        for item_state in (None, *STATES):
            self.state_filter.addItem("", item_state)
        self._done_label = plain_label(name="quiet")
        self._matches_label = plain_label(name="quiet")
        self._progress_bar = QProgressBar()
        self._progress_bar.setTextVisible(False)
        self._progress_bar.setFixedHeight(5)
        self._progress_bar.setAccessibleName(_("Articles done"))
        head = QHBoxLayout()
        head.addWidget(plain_label(_("Articles"), "heading"))
        head.addStretch()
        head.addWidget(self._done_label)
        self.column.addWidget(self.search_line)
        self.column.addWidget(self._matches_label)
        self.column.addSpacing(4)
        self.column.addLayout(head)
        self.column.addWidget(self._progress_bar)
        self.column.addSpacing(2)
        self.column.addWidget(self.state_filter)
        self.column.addWidget(self.article_list, 1)
        self._search_timer = QTimer(self, singleShot=True, interval=_SEARCH_DELAY)
        self._search_timer.timeout.connect(self._apply_filter)
        self.search_line.textChanged.connect(lambda _text: self._search_timer.start())
        self.search_line.returnPressed.connect(self._open_first_match)
        self.state_filter.activated.connect(lambda _index: self._apply_filter())
        session.on_change(self._show_counts, "counts", "article_count", "removed_count", "has_queue")
        session.on_change(self._show_filter, "articles", "article_filter")
        self._show_counts()
        self._show_filter()

    def _show_counts(self) -> None:
        counts, total = self._session.counts, sum(self._session.counts.values())
        self._progress_bar.setUpdatesEnabled(False)  # Qt would at once paint all that has changed in the window so far
        self._progress_bar.setMaximum(max(1, total))
        self._progress_bar.setValue(counts[DONE])
        self._progress_bar.setUpdatesEnabled(True)
        self._done_label.setText(
            _("{done} of {total} done").format(done=format_number(counts[DONE]), total=format_number(total))
        )
        self._show_special_items()
        current = self._session.current
        for index in range(self.state_filter.count()):
            item_state = self.state_filter.itemData(index)
            if item_state == _CHOSEN:
                title, count = _("Chosen articles"), len(current.article_filter.numbers or ())
            elif item_state == _REMOVED:
                title, count = pgettext("articles", "removed"), current.removed_count
            elif item_state == _MINE:
                title, count = _("My articles"), total
            elif item_state:
                title, count = state_title(item_state), counts[item_state]
            else:
                title, count = _("All articles"), current.article_count
            self.state_filter.setItemText(index, _("{name}: {fact}").format(name=title, fact=format_number(count)))

    def _show_special_items(self) -> None:
        """Offer the removed articles, those assigned to the annotator, and those chosen, if there are any."""
        current = self._session.current
        is_removed_needed = bool(current.removed_count) or current.article_filter.is_removed
        for data, position, is_needed in (
            (_CHOSEN, 0, current.article_filter.numbers is not None),
            (_MINE, 0, current.has_queue),
            (_REMOVED, self.state_filter.count(), is_removed_needed),
        ):
            index = self.state_filter.findData(data)
            if is_needed and index < 0:
                self.state_filter.insertItem(position, "", data)
            elif index >= 0 and not is_needed:
                self.state_filter.removeItem(index)

    def _show_filter(self) -> None:
        choice, count = self._session.article_filter, len(self._session.articles)
        self._matches_label.setText(count_phrase("{count} article matches", "{count} articles match", count))
        self._matches_label.setVisible(bool(choice.words and count))  # the empty list says that there is none
        self._show_counts()
        if choice.numbers is not None:
            data: str | None = _CHOSEN
        else:
            data = _REMOVED if choice.is_removed else choice.state or (_MINE if choice.is_mine else None)
        self.state_filter.setCurrentIndex(self.state_filter.findData(data))
        if choice.words != self.search_line.text().strip():
            self.search_line.setText(choice.words)

    def start_search(self, words: str) -> None:
        """Focus the search line, with these words if any."""
        self.needed.emit()
        if words:
            self.search_line.setText(words)
        self.search_line.selectAll()
        self.search_line.setFocus()

    def _apply_filter(self) -> None:
        self._search_timer.stop()
        data, words = self.state_filter.currentData(), self.search_line.text().strip()
        state = data if data in STATES else None
        is_mine = data == _MINE or (state is not None and self._session.current.has_queue)
        numbers = self._session.article_filter.numbers if data == _CHOSEN else None
        self._session.set_article_filter(ArticleFilter(state, words, data == _REMOVED, is_mine, numbers))

    def _open_first_match(self) -> None:
        """Open the first matching article."""
        self._apply_filter()
        if self._session.articles:
            self._session.open_article(0)
        self.focus_released.emit()


class LabelSidebar(Sidebar):
    """The labels, the spans, and the selection."""

    def __init__(self, session: Session, suggestions: SuggestionModel, view: ArticleView) -> None:
        super().__init__()
        self._session = session
        self.label_panel = LabelPanel(session)
        self.span_panel = SpanPanel(session)
        self.span_card = SpanCard(session, suggestions, view)
        self._count_label = plain_label(name="heading")
        self.span_panel.setMinimumHeight(_LIST_HEIGHT)
        # It has what labels and card leave: these shrink after it.
        self.span_panel.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Ignored)
        self._labels_area = FittingScrollArea(self.label_panel, _MIN_LABELS_HEIGHT)
        self._labels_area.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self._labels_area.setMaximumHeight(_LABELS_HEIGHT)
        self._heading = plain_label(_("Labels"), "heading")
        content = QWidget()
        column = vbox(self._heading, self._labels_area, _GAP, self._count_label, parent=content, spacing=_SPACING)
        column.addWidget(self.span_panel, 1)
        column.addWidget(self.span_card)
        self._content_column, self._is_stacked = column, False
        # The scroll bar is in the margin of the sidebar, at the end of the line, which Qt does not mirror.
        self._bar_room = QMargins(_BAR_ROOM, 0, 0, 0) if is_rtl() else QMargins(0, 0, _BAR_ROOM, 0)
        column.setContentsMargins(self._bar_room)
        self._page = FittingScrollArea(content)
        self.set_low(False)
        content.setMinimumWidth(1)  # it is as wide as the sidebar
        self.column.addWidget(self._page)
        self.span_panel.selectionModel().currentChanged.connect(self._show_current_row)
        self.span_panel.model().modelReset.connect(self._fit_stack)
        session.on_change(self._update_heading, "article", "spans")
        self._update_heading()

    def set_low(self, is_low: bool) -> None:
        """Leave the room of a low window to labels and spans: narrow margins, low rows, fewer lines of a note."""
        self.column.setContentsMargins((_LOW_MARGINS if is_low else _MARGINS) - self._bar_room)
        self.label_panel.set_low(is_low)
        self.span_card.set_low(is_low)
        self.span_card.note_field.set_max_lines(_LOW_NOTE_LINES if is_low else MAX_NOTE_LINES)

    def set_scale(self, scale: float) -> None:
        """Show spans and selection so many times as large as usual."""
        self.span_panel.set_scale(scale)
        self.span_card.set_scale(scale)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def event(self, event: QEvent) -> bool:
        is_handled = super().event(event)
        if event.type() == QEvent.Type.LayoutRequest:  # labels, the note or the size of letters changed
            self._arrange()
        return is_handled

    def _arrange(self) -> None:
        """Give labels and spans a scroll bar each; where there is no room for that, one page of all has the only one.

        Then the card is at its top: what is selected is what is worked on.
        """
        margins = self.column.contentsMargins()
        is_stacked = self._least_height() > self.height() - margins.top() - margins.bottom()
        if is_stacked != self._is_stacked:
            self._is_stacked = is_stacked
            self._labels_area.set_min_height(UNLIMITED if is_stacked else _MIN_LABELS_HEIGHT)
            self._labels_area.setMaximumHeight(UNLIMITED if is_stacked else _LABELS_HEIGHT)
            self._content_column.removeWidget(self.span_card)
            self._content_column.insertWidget(0 if is_stacked else -1, self.span_card)
        self._fit_stack()

    def _least_height(self) -> int:
        """Return the height that labels, spans and the card need if the first two scroll, in pixels."""
        labels_height = min(_MIN_LABELS_HEIGHT, self.label_panel.minimumSizeHint().height())
        headings_height = self._heading.sizeHint().height() + self._count_label.sizeHint().height()
        return headings_height + labels_height + _GAP + _LIST_HEIGHT + self.span_card.full_height() + 4 * _SPACING

    def _fit_stack(self) -> None:
        """Have the list of spans as high as its rows in a page that scrolls as a whole."""
        self.span_panel.setMinimumHeight(self.span_panel.rows_height() if self._is_stacked else _LIST_HEIGHT)

    def _show_current_row(self) -> None:
        """Follow the arrow keys in a list that does not scroll by itself."""
        if self._is_stacked and self.span_panel.hasFocus():
            self._page.ensureWidgetVisible(self.span_panel)

    def _update_heading(self) -> None:
        text = count_phrase("{count} span in this article", "{count} spans in this article", len(self._session.spans))
        self._count_label.setText(text if self._session.article else "")
