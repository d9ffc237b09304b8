"""Push buttons with the texts and enabled states of their actions."""

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QAction, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSizePolicy, QStyle, QStyleOptionButton, QWidget

from annotator.ui.widgets import icons
from annotator.ui.widgets.bidi_text import format_shortcut, tooltip
from annotator.ui.widgets.theme import Theme, current_theme

_COMPACT: Final = "padding-left: 6px; padding-right: 6px"  # of a button without text
_SPACING: Final = 6  # pixels between buttons
_ICON_SPACING: Final = 4  # pixels that Qt has between an icon and a text
_GAP: Final = 3  # pixels on each side of the icon, in addition to Qt's own and to the empty edges of the drawing


class ActionButton(QPushButton):
    """A button that triggers `action` and shows its shortcut, or why it is disabled.

    `primary` marks the most common one. `icon` is an icon's name. `short_text`, with the key, replaces the action's
    text; it says what a click does, so that the button of a toggle is not shown as one that is on.
    """

    def __init__(self, action: QAction, icon: str = "", *, short_text: str = "", primary: bool = False) -> None:
        super().__init__()
        self._action, self._icon, self._short_text, self._primary = action, icon, short_text, primary
        self._is_compact = self._is_changing = False
        self._shows_key = True
        self._widths: tuple[int, int] | None = None
        self._theme: Theme | None = None  # that of the icon
        self.setObjectName("primary" if primary else "")  # for the style sheet
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # after a click the article keeps the focus
        self.setSizePolicy(QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Fixed)
        self.setIconSize(QSize(icons.SIZE + 2 * _GAP, icons.SIZE))
        self.clicked.connect(action.trigger)
        action.changed.connect(self._update_from_action)
        self._draw_icon()
        self._update_from_action()

    def set_primary(self, is_primary: bool) -> None:
        """Mark the button as the most common one, or no longer."""
        if is_primary != self._primary:
            self._primary, self._theme = is_primary, None
            self.setObjectName("primary" if is_primary else "")
            self.style().unpolish(self)  # or the style sheet would not look at the name again
            self.style().polish(self)
            self._draw_icon()

    def set_compact(self, is_compact: bool) -> None:
        """Show the icon alone or with text; screen readers always get the text."""
        if is_compact != self._is_compact:
            self._is_compact = is_compact
            self._update_from_action()

    def set_key_shown(self, is_shown: bool) -> None:
        """Show the key behind the short text, or only in the tooltip."""
        self._shows_key = is_shown
        self._update_from_action()

    def widths(self) -> tuple[int, int]:
        """Return the button's widths with text and without, in pixels."""
        if self._widths is None:
            widths = []
            for is_compact in (False, True):
                self._update_text(is_compact)
                widths.append(self.sizeHint().width())
            self._update_text(self._is_compact)
            self._widths = widths[0], widths[1]
        return self._widths

    def sizeHint(self) -> QSize:
        """Return the size; a button without text is as high as one with text."""
        if self.text():
            return super().sizeHint()
        option, kind = QStyleOptionButton(), QStyle.ContentsType.CT_PushButton
        self.initStyleOption(option)
        contents = self.iconSize() + QSize(_ICON_SPACING, 0)
        contents = contents.expandedTo(self.fontMetrics().size(0, "X"))
        return self.style().sizeFromContents(kind, option, contents, self)

    def changeEvent(self, event: QEvent) -> None:
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange) and not self._is_changing:
            self._widths = None
        elif event.type() == QEvent.Type.PaletteChange:
            self._draw_icon()
        super().changeEvent(event)

    def key_text(self) -> str:
        """Return the action's shortcut for display, "" if none."""
        return format_shortcut(self._action)

    def _draw_icon(self) -> None:
        if self._icon and self._theme is not current_theme():
            self._theme = current_theme()
            self.setIcon(icons.icon(self._icon, self._theme, on_accent=self._primary, gap=_GAP))

    def _update_from_action(self) -> None:
        text, key = self._action.text().partition("\t")[0], self.key_text()
        words = self._full_text()
        if self.accessibleName() != words:
            self.setAccessibleName(words)
            self._widths = None
        self._update_text(self._is_compact)
        name = f"{(self._is_compact and self._short_text) or text}   {key}"
        self.setToolTip(tooltip("\n".join(filter(None, (name, self._action.whatsThis())))))
        self.setEnabled(self._action.isEnabled())
        self.setCheckable(self._action.isCheckable() and not self._short_text)
        self.setChecked(self._action.isChecked())

    def _update_text(self, is_compact: bool) -> None:
        self.setText("" if is_compact else self._full_text())
        if is_compact != bool(self.styleSheet()):
            self._is_changing = True
            self.setStyleSheet(_COMPACT if is_compact else "")
            self._is_changing = False

    def _full_text(self) -> str:
        if not self._short_text:
            return self._action.text().partition("\t")[0]
        return f"{self._short_text}  {self.key_text()}" if self._shows_key else self._short_text


class ButtonRow(QWidget):
    """A row of buttons, the first `leading` at the beginning of the line, the rest at its end.

    If not all texts fit, the buttons at the end show only icons, then those at the beginning, the first at last.
    """

    def __init__(self, buttons: Sequence[ActionButton], leading: int) -> None:
        super().__init__()
        self._buttons, self._leading, self._is_compact = buttons, leading, False
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)  # never higher than a button
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(_SPACING)
        for button in buttons:
            button.setSizePolicy(QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Minimum)  # icons as high as texts
            self._row.addWidget(button)
        self._row.insertStretch(leading)

    def set_compact(self, is_compact: bool) -> None:
        """Show only icons and take no more room than they need, or as many texts as fit."""
        self._is_compact = is_compact
        policy = QSizePolicy.Policy.Fixed if is_compact else QSizePolicy.Policy.Preferred
        self.setSizePolicy(policy, QSizePolicy.Policy.Fixed)
        self._fit()

    def sizeHint(self) -> QSize:
        return self.minimumSizeHint() if self._is_compact else super().sizeHint()

    def minimumSizeHint(self) -> QSize:
        first, *others = (button.widths() for button in self._buttons)
        width = first[self._is_compact] + sum(compact + _SPACING for _full, compact in others)
        return QSize(width + _SPACING, super().minimumSizeHint().height())  # the stretch has spacing too

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._fit()
        self._row.activate()  # the texts have other widths now
        super().resizeEvent(event)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.LayoutRequest:  # a text or the font changed
            self._fit()
        return super().event(event)

    def _fit(self) -> None:
        needed = sum(button.widths()[0] + _SPACING for button in self._buttons)  # the stretch has spacing too
        excess = needed - self.width()
        for group in (self._buttons[self._leading :], self._buttons[1 : self._leading], self._buttons[:1]):
            is_compact = self._is_compact or excess > 0
            for button in group:
                full, compact = button.widths()
                excess -= full - compact
                button.set_compact(is_compact)
