"""The page of the first start: purpose, example and ways to begin."""

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Final

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QAction,
    QColor,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDropEvent,
    QKeyEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QBoxLayout,
    QFrame,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QToolButton,
    QWidget,
)

from annotator.i18n import LANGUAGES, _, current_language
from annotator.model.labels import default_labels
from annotator.ui.session.recent_corpora import describe_path
from annotator.ui.welcome.example import ExampleSentence, LabelKey
from annotator.ui.widgets import fonts
from annotator.ui.widgets.bidi_text import format_keys, format_shortcut, plain_label
from annotator.ui.widgets.buttons import ActionButton
from annotator.ui.widgets.controls import ENTER_KEYS
from annotator.ui.widgets.file_dialogs import dropped_files
from annotator.ui.widgets.layouts import hbox, vbox
from annotator.ui.widgets.theme import current_theme

_WIDTH: Final = 600  # pixels, at most
_MARGIN: Final = 16  # pixels: beside the contents of the drop zone
_SPACING: Final = 14  # pixels: between its buttons
_OWN_KEYS: Final = (*ENTER_KEYS, Qt.Key.Key_Escape, Qt.Key.Key_Space)
"""Keys that act differently on this page than in the article."""


class WelcomePage(QScrollArea):
    """Offers some `actions` of the window, by name; its signals ask for the rest.

    Where not all fits without scrolling, keys and the hint are not shown.
    """

    samples_requested = Signal()
    dismissed = Signal()
    files_dropped = Signal(list)
    """The paths of files and folders."""
    language_requested = Signal(str)

    corpus_requested = Signal(object)
    """The path of a recent corpus."""

    def __init__(self, actions: Mapping[str, QAction], recent: Sequence[Path]) -> None:
        super().__init__()
        self._actions = actions
        title = _("Welcome")
        purpose = _("Annotate dates, institutions and plans in Arabic news, and export a training set.")
        self.setAccessibleName(title)
        self.setAccessibleDescription(purpose)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setWidgetResizable(True)
        self.setAcceptDrops(True)
        self._example = ExampleSentence(default_labels())
        self._keys = [LabelKey(label) for label in default_labels().labels]
        self._hint = _create_paragraph(_("Select some words, then press the key of their label."), "quiet")
        self._samples_action = QAction(_("Start with the sample articles") + "\t" + format_keys(["Return"]), self)
        self._samples_action.triggered.connect(self.samples_requested)
        samples_button = ActionButton(self._samples_action, primary=True)
        samples_button.setFont(fonts.interface_font(16, bold=True))
        samples_key = _create_key_label(samples_button)
        self._drop_zone = _DropZone([actions["corpus_from_files"], actions["open_corpus"]])
        self._dispensable = [self._hint, samples_key, *self._drop_zone.key_labels]
        self._advice = _create_paragraph(name="quiet")
        self._update_advice()
        for action in (actions["undo"], actions["show_keys"]):
            action.changed.connect(self._update_advice)
        heading = plain_label(title)
        heading.setFont(fonts.interface_font(24, bold=True))
        heading.setAlignment(Qt.AlignmentFlag.AlignCenter)
        summary = _create_paragraph(purpose, "quiet")
        summary.setFont(fonts.interface_font(15))
        middle = QWidget()
        middle.setMaximumWidth(_WIDTH)
        vbox(
            *(heading, 2, summary, 12, self._build_card(), 16),
            *((samples_button, Qt.AlignmentFlag.AlignHCenter), 3, samples_key, 10),
            *(self._drop_zone, 12, *self._build_recent_rows(recent), self._advice, 6, self._build_language_row()),
            spacing=0,
            margins=0,
            parent=middle,
        )
        page = QWidget()
        # Stretched on both sides: an alignment would keep the middle as wide as its longest line.
        self._column = vbox((None, 2), hbox(None, (middle, 1), None), (None, 3), margins=0, parent=page)
        self.setWidget(page)
        self.setFocusProxy(samples_button)

    def _build_card(self) -> QFrame:
        card = QFrame()
        card.setObjectName("card")
        layout = vbox(self._example, hbox(*self._keys, spacing=8), self._hint, spacing=5, parent=card)
        layout.setContentsMargins(12, 12, 12, 8)
        return card

    def _build_recent_rows(self, recent: Sequence[Path]) -> list[QWidget | QHBoxLayout | int]:
        """Return a heading and a button for each recent corpus, nothing without any."""
        rows = list[QWidget | QHBoxLayout | int]()
        for path in recent:
            button = QToolButton()
            button.setText(describe_path(path).replace("&", "&&"))
            button.setAccessibleDescription(_("Recent corpora"))
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.clicked.connect(lambda _checked=False, path=path: self.corpus_requested.emit(path))
            rows.append(hbox(None, button, None))
        return [_create_paragraph(_("Recent corpora"), "heading"), *rows, 10] if rows else []

    def _build_language_row(self) -> QHBoxLayout:
        buttons = list[QWidget]()
        for code, name in LANGUAGES.items():
            button = QToolButton()
            button.setText(name)
            button.setAccessibleDescription(_("Language"))
            button.setCheckable(True)
            button.setChecked(code == current_language())
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.clicked.connect(lambda _checked=False, button=button, code=code: self._choose_language(button, code))
            buttons.append(button)
        return hbox(None, *buttons, None, spacing=6)

    def _choose_language(self, button: QToolButton, code: str) -> None:
        button.setChecked(code == current_language())  # the click is only a request
        if code != current_language():
            self.language_requested.emit(code)

    def _update_advice(self) -> None:
        undo, keys = (format_shortcut(self._actions[name]) for name in ("undo", "show_keys"))
        self._advice.setText(
            _("Everything is saved automatically. {undo} undoes, {keys} shows all keys.").format(undo=undo, keys=keys)
            + "\n"
            + _("Your articles and your work stay on this computer.")
        )

    def _show_dispensable(self, is_shown: bool) -> None:
        for label in self._dispensable:
            label.setVisible(is_shown)
            part: QWidget | None = label
            while part and part is not self.widget():  # Qt would do so in the next turn of the event loop
                part.updateGeometry()
                part = part.parentWidget()
                if part and (layout := part.layout()):
                    layout.invalidate()

    # Qt's events

    def resizeEvent(self, event: QResizeEvent) -> None:
        room = self.viewport().size()
        self._show_dispensable(True)
        if self._column.totalHeightForWidth(room.width()) > room.height():
            self._show_dispensable(False)
        super().resizeEvent(event)

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride and event.key() in _OWN_KEYS:
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        focused = QApplication.focusWidget()
        if event.key() == Qt.Key.Key_Escape:
            self.dismissed.emit()
        elif event.key() in ENTER_KEYS and isinstance(focused, QAbstractButton):
            focused.click()
        elif event.key() in ENTER_KEYS:
            self.samples_requested.emit()
        else:
            super().keyPressEvent(event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasUrls():
            event.acceptProposedAction()
            self._drop_zone.set_highlighted(True)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self._drop_zone.set_highlighted(False)

    def dropEvent(self, event: QDropEvent) -> None:
        self._drop_zone.set_highlighted(False)
        # After the event: its source, a file manager perhaps, waits until it is handled, and a question may come first.
        QTimer.singleShot(0, self, partial(self.files_dropped.emit, dropped_files(event.mimeData())))


class _DropZone(QWidget):
    """Invites to drop or choose files; stacks its buttons if the page is narrow."""

    def __init__(self, actions: list[QAction]) -> None:
        super().__init__()
        self._is_highlighted = False
        self.buttons = [ActionButton(action, icon) for action, icon in zip(actions, ("add", "corpus"), strict=True)]
        invitation = _create_paragraph(_("Your own articles: drop files, folders or a corpus here."))
        invitation.setFont(fonts.interface_font(15))
        self._pairs = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._pairs.setSpacing(_SPACING)
        self.key_labels = [_create_key_label(button) for button in self.buttons]
        for button, label in zip(self.buttons, self.key_labels, strict=True):
            self._pairs.addLayout(vbox(button, label, spacing=3))
        layout = vbox(invitation, hbox(None, self._pairs, None), spacing=7, parent=self)
        layout.setContentsMargins(_MARGIN, 9, _MARGIN, 8)

    def minimumSizeHint(self) -> QSize:
        widest = max(button.sizeHint().width() for button in self.buttons)
        return QSize(widest + 2 * _MARGIN, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._fit()
        super().resizeEvent(event)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.LayoutRequest:  # the font may have changed
            self._fit()
        return super().event(event)

    def _fit(self) -> None:
        needed = sum(button.sizeHint().width() for button in self.buttons) + _SPACING * (len(self.buttons) - 1)
        fits = needed + 2 * _MARGIN <= self.width()
        self._pairs.setDirection(QBoxLayout.Direction.LeftToRight if fits else QBoxLayout.Direction.TopToBottom)

    def set_highlighted(self, is_highlighted: bool) -> None:
        """Show whether files are above the page."""
        self._is_highlighted = is_highlighted
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            theme = current_theme()
            painter.setPen(
                QPen(QColor(theme.accent if self._is_highlighted else theme.faint), 1.2, Qt.PenStyle.DashLine)
            )
            painter.setBrush(QColor(theme.highlight) if self._is_highlighted else Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 10, 10)


def _create_paragraph(text: str = "", name: str = "") -> QLabel:
    """Create a label with centred, wrapped lines."""
    label = plain_label(text, name, wraps=True)
    label.setAlignment(Qt.AlignmentFlag.AlignCenter)
    return label


def _create_key_label(button: ActionButton) -> QWidget:
    """Create a label of a button's key."""
    label = plain_label(button.key_text(), "quiet")
    label.setAlignment(Qt.AlignmentFlag.AlignCenter)
    return label
