"""The layout of the window: a sidebar on each side of the article, which can be hidden and made wider.

In a narrow window the articles hide by themselves, then the labels; in a wide one they are back. The focus mode hides
all but the article, and without a corpus there is nothing that they could show.
"""

from functools import partial
from typing import Final, Literal, TypeAlias

from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget

from annotator.i18n import _
from annotator.ui.panels.side_handle import SideHandle
from annotator.ui.session.user_settings import UserSettings
from annotator.ui.widgets.layouts import hbox

SideName: TypeAlias = Literal["articles", "labels"]
DEFAULT_WIDTH: Final = 262  # pixels
_MIN_WIDTH: Final = 200
_MAX_WIDTH: Final = 520
_MIN_SIZE: Final = 400, 220
"""What the layout can do with, in pixels: less than both sidebars need, which hide."""
_PAGE_WIDTH: Final = 560
"""What the article has beside two sidebars or one, in pixels: fewer hide the articles, then the labels."""


class PanelLayout(QWidget):
    """Has a sidebar of articles at the beginning of the line, and one of labels at its end."""

    changed = Signal()
    """A sidebar was hidden or shown, or the focus mode began or ended."""
    focus_released = Signal()
    """The sidebar with the focus is about to be hidden."""

    def __init__(self, user_settings: UserSettings) -> None:
        super().__init__()
        self._settings = user_settings
        self._sides: dict[SideName, QWidget] = {}
        self._handles: dict[SideName, SideHandle] = {}
        self._hidden = set[str](user_settings.current.hidden_panels)
        self._without_room: set[SideName] = set()  # hidden because the window is narrow
        self._fitting_count = 2  # sidebars
        self._start_width = 0
        self.is_focused = False
        """Whether only the article is shown."""
        self.has_content = True
        """Whether the sidebars have something to show."""
        self.setMinimumSize(*_MIN_SIZE)

    def lay_out(self, leading: QWidget, page: QWidget, trailing: QWidget) -> None:
        """Put `page` between the articles (and what takes their place) and the labels."""
        widths = self._settings.current.panel_widths
        sides: tuple[tuple[SideName, QWidget], ...] = (("articles", leading), ("labels", trailing))
        for name, side in sides:
            self._sides[name] = side
            side.setFixedWidth(_clamp(widths.get(name, DEFAULT_WIDTH)))
            handle = self._handles[name] = SideHandle(is_leading=side is leading)
            handle.clicked.connect(partial(self.toggle, name))
            handle.resize_started.connect(partial(self._start_resize, name))
            handle.resized.connect(partial(self._resize, name))
        first, last = self._handles.values()
        hbox(leading, first, (page, 1), last, trailing, spacing=0, margins=0, parent=self)
        page.setMinimumWidth(1)  # else a sidebar that is opened in a very narrow window would be cut, and not the page
        self._update()

    def is_open(self, name: SideName) -> bool:
        """Return whether a sidebar is shown."""
        return name in self._sides and not self._sides[name].isHidden()

    def toggle(self, name: SideName) -> None:
        """Hide a sidebar, or show it: in a narrow window, in place of the other."""
        if not self.has_content:
            return
        if self.is_open(name):
            self._hidden.add(name)
            self._save_hidden()
        else:
            self.show_side(name)

    def show_side(self, name: SideName) -> None:
        """Show a sidebar, if it is hidden, and end the focus mode."""
        if not self._sides or self.is_open(name) or not self.has_content:
            return
        self.is_focused = False
        if name in self._hidden:
            self._hidden.discard(name)
            self._save_hidden()
        self._without_room.discard(name)
        if self._fitting_count < len(self._sides):
            self._without_room |= self._sides.keys() - {name}
        self._update()

    def set_focused(self, is_focused: bool) -> None:
        """Show only the article, or all again."""
        if is_focused != self.is_focused:
            self.is_focused = is_focused
            self._update()

    def set_content(self, *, has_content: bool) -> None:
        """Have sidebars, or only the page as long as there is nothing to show in them."""
        if has_content != self.has_content:
            self.has_content = has_content
            self._update()

    def widths(self) -> dict[str, int]:
        """Return the widths of the sidebars in pixels."""
        return {name: side.maximumWidth() for name, side in self._sides.items()}

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        widths = [side.maximumWidth() for side in self._sides.values()]
        width = self.width() - _PAGE_WIDTH
        fitting_count = 2 if width >= sum(widths) else 1 if width >= widths[-1] else 0
        if fitting_count != self._fitting_count:
            self._fitting_count = fitting_count
            names: list[SideName] = [*self._sides]
            self._without_room = set(names[: len(names) - fitting_count])
            self._update()

    def _save_hidden(self) -> None:
        self._settings.save(hidden_panels=sorted(self._hidden))
        self._update()

    def _start_resize(self, name: SideName) -> None:
        self._start_width = self._sides[name].width()

    def _resize(self, name: SideName, change: int) -> None:
        max_width = (
            self.width()
            - _PAGE_WIDTH
            - sum(side.width() for other, side in self._sides.items() if other != name and self.is_open(other))
        )
        self._sides[name].setFixedWidth(min(_clamp(self._start_width + change), max(_MIN_WIDTH, max_width)))

    def _update(self) -> None:
        texts = {
            "articles": (_("Hide the articles"), _("Show the articles")),
            "labels": (_("Hide labels and spans"), _("Show labels and spans")),
        }
        for name, side in self._sides.items():
            is_alone = self.is_focused or not self.has_content
            is_open = name not in self._hidden | self._without_room and not is_alone
            focus = side.focusWidget()
            if focus and focus.hasFocus() and side.isAncestorOf(focus) and not is_open:
                self.focus_released.emit()  # else Qt would give it to the handle
            side.setVisible(is_open)
            self._handles[name].set_state(texts[name][not is_open], is_open=is_open)
            self._handles[name].setVisible(not is_alone)
        self.changed.emit()


def _clamp(width: int) -> int:
    return max(_MIN_WIDTH, min(width, _MAX_WIDTH))
