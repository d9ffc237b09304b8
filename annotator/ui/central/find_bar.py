"""The bar that finds words in the open article as they are typed."""

from collections.abc import Callable

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QHideEvent, QKeyEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QToolButton

from annotator.i18n import _, format_number
from annotator.text.search import find_query
from annotator.ui.widgets import icons
from annotator.ui.widgets.bidi_text import plain_label, tooltip
from annotator.ui.widgets.controls import ENTER_KEYS
from annotator.ui.widgets.search_line import SearchLine
from annotator.ui.widgets.theme import Theme, current_theme

Hit = tuple[int, int]


class FindBar(QFrame):
    """Searches the article. `hits` are in text order; `current` is the last one visited."""

    changed = Signal()
    """`hits` or `current` changed."""
    closed = Signal()
    """The bar was hidden; the focus belongs to the article."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("card")
        self.hits: list[Hit] = []
        self.current: Hit | None = None
        self.start_offset: Callable[[], int] = int
        """Returns the offset where the first search starts."""
        self._text = ""
        self._theme: Theme | None = None  # that of the icons
        self.search_line = SearchLine(_("Find in article"))
        self.search_line.textChanged.connect(self._on_text_changed)
        self._count_label = plain_label(name="quiet")
        self._row = row = QHBoxLayout(self)
        self.set_low(False)
        row.setSpacing(8)
        row.addWidget(self.search_line, 1)
        row.addWidget(self._count_label)
        self._buttons = {
            _create_button(_("Find previous"), lambda: self.step(-1)): "up",
            _create_button(_("Find next"), lambda: self.step(1)): "down",
            _create_button(_("Close"), self.hide): "close",
        }
        for button in self._buttons:
            row.addWidget(button)
        self.hide()

    def set_low(self, is_low: bool) -> None:
        """Be as high as the field, or have some room above and below it."""
        margin = 1 if is_low else 6
        self._row.setContentsMargins(10, margin, 10, margin)

    def showEvent(self, event: QShowEvent) -> None:
        self._draw_icons()  # not before: no start waits for them
        super().showEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and self.isVisible():
            self._draw_icons()

    def _draw_icons(self) -> None:
        if self._theme is not current_theme():
            self._theme = current_theme()
            for button, icon in self._buttons.items():
                button.setIcon(icons.icon(icon, self._theme))

    def show_text(self, text: str) -> None:
        """Search this article from now on."""
        self._text = text
        self._update_hits()

    def start_search(self, words: str = "") -> None:
        """Show and focus the bar, with these words if any."""
        self.show()
        self._update_hits()
        if words:
            self.search_line.setText(words)
        self.search_line.selectAll()
        self.search_line.setFocus()

    def show_matches(self, words: str) -> None:
        """Show the hits of these words without taking the focus; without words, hide the bar."""
        self.search_line.setText(words)
        self.setVisible(bool(words))
        self._update_hits()

    def step(self, step: int) -> None:
        """Go to the next (1) or previous (-1) hit, wrapping around."""
        if not self.hits:
            return
        if self.current in self.hits:
            index = self.hits.index(self.current) + step
        else:
            hits_before = sum(start < self.start_offset() for start, _end in self.hits)
            index = hits_before if step > 0 else hits_before - 1
        self.current = self.hits[index % len(self.hits)]
        self._update_count()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in ENTER_KEYS:
            self.step(-1 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1)
        elif event.key() == Qt.Key.Key_Escape:
            self.hide()
        else:
            super().keyPressEvent(event)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        if not event.spontaneous():
            self._update_hits()
            self.closed.emit()

    def _on_text_changed(self) -> None:
        self._update_hits()
        if self.search_line.hasFocus():
            self.step(1)

    def _update_hits(self) -> None:
        self.hits = find_query(self._text, self.search_line.text()) if not self.isHidden() else []
        self.current = None
        self._update_count()

    def _update_count(self) -> None:
        if not self.search_line.text().strip():
            text = ""
        elif not self.hits:
            text = _("Not in this article")
        elif self.current in self.hits:
            place = self.hits.index(self.current) + 1
            text = _("{place} of {count}").format(place=format_number(place), count=format_number(len(self.hits)))
        else:
            text = format_number(len(self.hits))
        self._count_label.setText(text)
        self.changed.emit()


def _create_button(title: str, callback: Callable[[], None]) -> QToolButton:
    button = QToolButton()
    button.setToolTip(tooltip(title))
    button.setAccessibleName(title)
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    button.clicked.connect(lambda _checked=False: callback())
    return button
