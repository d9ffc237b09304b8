"""What the labels mean, beside the article."""

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from annotator.i18n import _
from annotator.model.labels import LabelSet
from annotator.ui.widgets import fonts
from annotator.ui.widgets.bidi_text import plain_label
from annotator.ui.widgets.theme import LIGHT, Theme


class Guide(QScrollArea):
    """The guideline of every label; that of the selected span's comes to sight by itself."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setAccessibleName(_("What the labels mean"))
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._heads: dict[str, QWidget] = {}
        self._labels, self._theme = LabelSet(()), LIGHT
        self._stale = False

    def show_labels(self, labels: LabelSet, theme: Theme) -> None:
        """Show the guidelines of these labels."""
        self._labels, self._theme, self._stale = labels, theme, True
        if self.isVisible():
            self._write()

    def showEvent(self, event: QShowEvent) -> None:
        if self._stale:  # most never look, and no start waits for it
            self._write()
        super().showEvent(event)

    def go_to(self, name: str) -> None:
        """Bring the guideline of this label to sight."""
        head = self._heads.get(name)
        if head:
            # Once it is laid out: before it is first shown, nothing has a place.
            QTimer.singleShot(0, head, lambda: self.verticalScrollBar().setValue(head.y()))

    def _write(self) -> None:
        labels, theme, self._stale = self._labels, self._theme, False
        page = QWidget()
        page.setObjectName("panel")
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 6, 0)
        column.setSpacing(5)
        self._heads = {}
        for label in labels.labels:
            head = plain_label(label.shown())
            head.setFont(fonts.interface(15, bold=True))
            head.setStyleSheet(f"color: {theme.firm(label).name()}")
            column.addWidget(head)
            self._heads[label.name] = head
            for line in filter(str.strip, label.told().splitlines()):
                text = plain_label(line.strip())
                text.setWordWrap(True)
                text.setFont(fonts.interface(13.5))
                column.addWidget(text)
            if not label.told().strip():
                column.addWidget(plain_label(_("Nothing is written about this label yet."), "quiet"))
            column.addSpacing(10)
        column.addStretch()
        self.setWidget(page)
