"""The page of a first start: what the program is for, what tagging looks like, and the ways on."""

from collections.abc import Mapping
from typing import Final

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
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
    QVBoxLayout,
    QWidget,
)

from annotator.i18n import LANGUAGES, _, current
from annotator.model.labels import default_labels
from annotator.ui.welcome.example import Example, LabelKey
from annotator.ui.widgets import fonts
from annotator.ui.widgets.bidi_text import plain_label, printed, shown_key
from annotator.ui.widgets.buttons import ActionButton
from annotator.ui.widgets.drops import dropped_files
from annotator.ui.widgets.theme import LIGHT, Theme

_WIDTH: Final = 600  # pixels, at most
_MARGIN: Final = 16  # pixels beside what is in the zone to drag to
_SPACING: Final = 14  # pixels between its buttons
_ENTER: Final = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_OWN: Final = (*_ENTER, Qt.Key.Key_Escape, Qt.Key.Key_Space)
"""Keys that mean something else here than in the article."""


class WelcomePage(QScrollArea):
    """The ways on are `actions` of the window, by name, and those that it tells of: to begin with the samples, to leave
    it, what is dropped, another language."""

    begun = Signal()
    left = Signal()
    dropped = Signal(list)
    """The paths of files and folders."""
    language_asked = Signal(str)

    def __init__(self, actions: Mapping[str, QAction], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._actions = actions
        title = _("Welcome")
        purpose = _("Mark dates, institutions and plans in Arabic news, and make a training set of them.")
        self.setAccessibleName(title)
        self.setAccessibleDescription(purpose)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setWidgetResizable(True)
        self.setAcceptDrops(True)
        self._example = Example(default_labels())
        self._keys = [LabelKey(label) for label in default_labels().labels]
        self._begin = QAction(_("Begin with the sample articles") + "\t" + printed(["Return"]), self)
        self._begin.triggered.connect(self.begun)
        begin = ActionButton(self._begin, primary=True)
        begin.setFont(fonts.interface(16, bold=True))
        self._zone = _DropZone([actions["corpus_from_files"], actions["open_corpus"]])
        self._buttons = [begin, *self._zone.buttons]
        self._advice = _paragraph(name="quiet")
        self._show_keys()
        for action in (actions["undo"], actions["show_keys"]):
            action.changed.connect(self._show_keys)
        head = plain_label(title)
        head.setFont(fonts.interface(24, bold=True))
        head.setAlignment(Qt.AlignmentFlag.AlignCenter)
        summary = _paragraph(purpose, "quiet")
        summary.setFont(fonts.interface(15))
        middle = QWidget()
        middle.setMaximumWidth(_WIDTH)
        column = QVBoxLayout(middle)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for label, beneath in ((head, 2), (summary, 12)):
            column.addWidget(label)
            column.addSpacing(beneath)
        column.addWidget(self._card())
        column.addSpacing(16)
        column.addWidget(begin, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addSpacing(3)
        column.addWidget(_key(begin))
        column.addSpacing(10)
        column.addWidget(self._zone)
        column.addSpacing(12)
        column.addWidget(self._advice)
        column.addSpacing(6)
        column.addLayout(self._languages())
        page = QWidget()
        whole = QVBoxLayout(page)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addStretch(2)
        row = QHBoxLayout()  # an alignment would keep the middle as wide as its longest line
        row.addStretch()
        row.addWidget(middle, 1)
        row.addStretch()
        whole.addLayout(row)
        whole.addStretch(3)
        self.setWidget(page)
        self.setFocusProxy(begin)

    def set_theme(self, theme: Theme) -> None:
        """Show everything in this theme."""
        self._example.set_theme(theme)
        self._zone.set_theme(theme)
        for key in self._keys:
            key.set_theme(theme)
        for button in self._buttons:
            button.set_theme(theme)

    def _card(self) -> QFrame:
        card = QFrame()
        card.setObjectName("card")
        column = QVBoxLayout(card)
        column.setContentsMargins(12, 12, 12, 8)
        column.setSpacing(5)
        column.addWidget(self._example)
        row = QHBoxLayout()
        row.setSpacing(8)
        for key in self._keys:
            row.addWidget(key)
        column.addLayout(row)
        column.addWidget(_paragraph(_("Select some words, then press the key of their label."), "quiet"))
        return card

    def _languages(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(6)
        row.addStretch()
        for code, name in LANGUAGES.items():
            button = QToolButton()
            button.setText(name)
            button.setAccessibleDescription(_("Language"))
            button.setCheckable(True)
            button.setChecked(code == current())
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.clicked.connect(lambda _checked=False, button=button, code=code: self._ask_language(button, code))
            row.addWidget(button)
        row.addStretch()
        return row

    def _ask_language(self, button: QToolButton, code: str) -> None:
        button.setChecked(code == current())  # a click tells what is wanted, and not what is spoken
        if code != current():
            self.language_asked.emit(code)

    def _show_keys(self) -> None:
        undo, keys = (shown_key(self._actions[name]) for name in ("undo", "show_keys"))
        self._advice.setText(
            _("There is nothing to save. {undo} undoes, {keys} shows all keys.").format(undo=undo, keys=keys)
            + "\n"
            + _("Your articles and your work stay on this computer.")
        )

    # Qt's events

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride and event.key() in _OWN:
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        held = QApplication.focusWidget()
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        elif event.key() in _ENTER and isinstance(held, QAbstractButton):
            held.click()
        elif event.key() in _ENTER:
            self.begun.emit()
        else:
            super().keyPressEvent(event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasUrls():
            event.acceptProposedAction()
            self._zone.show_awaited(True)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self._zone.show_awaited(False)

    def dropEvent(self, event: QDropEvent) -> None:
        self._zone.show_awaited(False)
        self.dropped.emit(dropped_files(event.mimeData()))


class _DropZone(QWidget):
    """Where to drag what a person has, and buttons that ask for it: side by side, or one above the other where there
    is little room."""

    def __init__(self, actions: list[QAction]) -> None:
        super().__init__()
        self._theme, self._awaited = LIGHT, False
        self.buttons = [ActionButton(action, icon) for action, icon in zip(actions, ("add", "corpus"), strict=True)]
        invitation = _paragraph(_("Your own articles: drag files or folders here, or a corpus."))
        invitation.setFont(fonts.interface(15))
        column = QVBoxLayout(self)
        column.setContentsMargins(_MARGIN, 9, _MARGIN, 8)
        column.setSpacing(7)
        column.addWidget(invitation)
        self._pairs = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._pairs.setSpacing(_SPACING)
        for button in self.buttons:
            pair = QVBoxLayout()
            pair.setSpacing(3)
            pair.addWidget(button)
            pair.addWidget(_key(button))
            self._pairs.addLayout(pair)
        row = QHBoxLayout()
        row.addStretch()
        row.addLayout(self._pairs)
        row.addStretch()
        column.addLayout(row)

    def minimumSizeHint(self) -> QSize:
        widest = max(button.sizeHint().width() for button in self.buttons)
        return QSize(widest + 2 * _MARGIN, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._fit()
        super().resizeEvent(event)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.LayoutRequest:  # the letters are others
            self._fit()
        return super().event(event)

    def _fit(self) -> None:
        needed = sum(button.sizeHint().width() for button in self.buttons) + _SPACING * (len(self.buttons) - 1)
        fits = needed + 2 * _MARGIN <= self.width()
        self._pairs.setDirection(QBoxLayout.Direction.LeftToRight if fits else QBoxLayout.Direction.TopToBottom)

    def show_awaited(self, awaited: bool) -> None:
        """Show whether something is held above the page that may be dropped."""
        self._awaited = awaited
        self.update()

    def set_theme(self, theme: Theme) -> None:
        """Draw in this theme."""
        self._theme = theme
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        theme = self._theme
        painter.setPen(QPen(QColor(theme.accent if self._awaited else theme.faint), 1.2, Qt.PenStyle.DashLine))
        painter.setBrush(QColor(theme.chosen) if self._awaited else Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 10, 10)


def _paragraph(text: str = "", name: str = "") -> QLabel:
    """A label of centred lines that are broken where there is little room."""
    label = plain_label(text, name)
    label.setAlignment(Qt.AlignmentFlag.AlignCenter)
    label.setWordWrap(True)
    return label


def _key(button: ActionButton) -> QWidget:
    """The key of a button, beneath it."""
    label = plain_label(button.key(), "quiet")
    label.setAlignment(Qt.AlignmentFlag.AlignCenter)
    return label
