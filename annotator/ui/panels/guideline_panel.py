"""The guidelines of the labels, in a sheet beside the article, in place of the list of articles."""

from PySide6.QtCore import QEvent, Qt, QTimer, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from annotator.i18n import _, is_rtl
from annotator.ui.panels.sidebars import Sidebar
from annotator.ui.session.session import Session
from annotator.ui.session.suggestions import SuggestionModel
from annotator.ui.widgets import fonts
from annotator.ui.widgets.bidi_text import isolate_quotes, plain_label
from annotator.ui.widgets.icon_button import IconButton
from annotator.ui.widgets.layouts import hbox
from annotator.ui.widgets.theme import current_theme


class GuidelineSheet(Sidebar):
    """A sidebar with the guidelines and a button that closes it."""

    closed = Signal()

    def __init__(self, session: Session, suggestions: SuggestionModel) -> None:
        super().__init__()
        self.guidelines = GuidelinePanel(session, suggestions)
        close_button = IconButton("close", _("Close"))
        close_button.clicked.connect(self.closed)
        heading = plain_label(_("Labelling guidelines"), "heading")
        self.column.addLayout(hbox((heading, 1), close_button))
        self.column.addWidget(self.guidelines, 1)


class GuidelinePanel(QScrollArea):
    """Shows the guideline of every label."""

    def __init__(self, session: Session, suggestions: SuggestionModel) -> None:
        super().__init__()
        self._session, self._suggestions = session, suggestions
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setAccessibleName(_("Labelling guidelines"))
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._headings: dict[str, QWidget] = {}
        self._is_stale = True
        session.on_change(self._on_labels_changed, "labels")
        session.on_change(self._follow_selection, "selection")
        suggestions.current_changed.connect(self._follow_selection)

    def _on_labels_changed(self) -> None:
        self._is_stale = True
        if self.isVisible():
            self._build_page()

    def _follow_selection(self) -> None:
        if item := self._session.selection or self._suggestions.current:
            self.scroll_to_label(item.label)

    def showEvent(self, event: QShowEvent) -> None:
        if self._is_stale:  # built late: the start should be fast, and most users never open it
            self._build_page()
        super().showEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:  # nothing may be deleted now, while Qt sends it to every widget
            self._colour_headings()

    def scroll_to_label(self, name: str) -> None:
        """Scroll to this label's guideline."""
        head = self._headings.get(name)
        if head:
            # After the layout: before the panel is first shown, no widget has a position.
            QTimer.singleShot(0, head, lambda: self.verticalScrollBar().setValue(head.y()))

    def _build_page(self) -> None:
        labels, self._is_stale = self._session.labels, False
        page = QWidget()
        page.setObjectName("panel")
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 6, 0)
        column.setSpacing(5)
        self._headings = {}
        for label in labels.labels:
            head = plain_label(label.localised_title())
            head.setFont(fonts.interface_font(15, bold=True))
            column.addWidget(head)
            self._headings[label.name] = head
            for line in filter(None, map(str.strip, label.localised_guideline().splitlines())):
                column.addLayout(_lay_out_line(line))
            if not label.localised_guideline().strip():
                column.addWidget(plain_label(_("This label has no guideline yet."), "quiet"))
            column.addSpacing(10)
        column.addStretch()
        self._colour_headings()
        self.setWidget(page)

    def _colour_headings(self) -> None:
        theme = current_theme()
        for label in self._session.labels.labels:
            if head := self._headings.get(label.name):
                head.setStyleSheet(f"color: {theme.line_colour(label).name()}")


def _lay_out_line(line: str) -> QHBoxLayout:
    """Lay out a line of a guideline; one that begins with a hyphen is an item of a list."""
    words = line.removeprefix("- ")
    # In Arabic nothing changes places, and numbers read as in the article.
    text = plain_label(words if is_rtl() else isolate_quotes(words), wraps=True)
    text.setFont(fonts.interface_font(13.5))
    if not line.startswith("- "):
        return hbox((text, 1))
    bullet = plain_label("•", "quiet")
    return hbox((bullet, Qt.AlignmentFlag.AlignTop), (text, 1), spacing=8)
