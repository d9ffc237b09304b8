"""Commands that change only what the window shows."""

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QObject, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QMenuBar

from annotator import settings
from annotator.i18n import _
from annotator.ui.actions.keymap import Keymap, Menu
from annotator.ui.article.article_view import ZOOMS, ArticleView
from annotator.ui.panels.guideline_panel import GuidelineSheet
from annotator.ui.panels.panel_layout import PanelLayout
from annotator.ui.session.notice import Notice
from annotator.ui.session.window_context import WindowContext
from annotator.ui.widgets.bidi_text import isolate_ltr
from annotator.ui.widgets.modal import run_dialog

_MAX_SCALE, _LOW_MAX_SCALE = 1.5, 1.2  # of the panels


def panel_scale(zoom: int, *, is_low: bool) -> float:
    """Return how large the panels show what they quote from an article whose text has this zoom in per cent.

    They grow half as fast, so that a list has its room, and less in a low window; they are never smaller than usual.
    """
    return max(1.0, min(1 + (zoom - 100) / 200, _LOW_MAX_SCALE if is_low else _MAX_SCALE))


class ViewCommands(QObject):
    """Zoom, invisible characters, guidelines, the order of articles, keys, and the folder of reports."""

    def __init__(
        self, context: WindowContext, view: ArticleView, guidelines: GuidelineSheet, layout: PanelLayout
    ) -> None:
        super().__init__(context.window)
        self._window, self._session, self._settings = context.window, context.session, context.settings
        self._view, self._guidelines, self.layout = view, guidelines, layout
        view.show_invisible(self._settings.current.invisible)
        view.set_zoom(self._settings.current.zoom)
        self._is_lowest = False
        view.set_compact(self._settings.current.compact)
        view.zoom_requested.connect(self.zoom_by)
        layout.changed.connect(self._on_layout_changed)
        self._session.prefers_informative = self._settings.current.informative

    def zoom_by(self, step: int) -> None:
        """Zoom to the next larger (1) or smaller (-1) step."""
        nearest = min(range(len(ZOOMS)), key=lambda index: abs(ZOOMS[index] - self._settings.current.zoom))
        self.zoom_to(ZOOMS[max(0, min(nearest + step, len(ZOOMS) - 1))])

    def zoom_to(self, percent: int) -> None:
        """Zoom to this percentage."""
        self._view.set_zoom(percent)
        self._settings.save(zoom=percent)

    def toggle_compact(self) -> None:
        """Show more lines in the same height, or leave more room between them."""
        self._settings.save(compact=not self._settings.current.compact)
        self.set_lowest(self._is_lowest)

    def set_lowest(self, is_lowest: bool) -> None:
        """Show more lines in the lowest windows, whatever is preferred in others."""
        self._is_lowest = is_lowest
        self._view.set_compact(self._settings.current.compact or is_lowest)

    def toggle_invisible(self) -> None:
        """Show or hide invisible characters."""
        self._settings.save(invisible=not self._settings.current.invisible)
        self._view.show_invisible(self._settings.current.invisible)

    def toggle_focus_mode(self) -> None:
        """Show only the article, and say how to leave, or show all again."""
        self.layout.set_focused(not self.layout.is_focused)
        if self.layout.is_focused:
            self._session.notified.emit(_focus_mode_hint())

    def leave_focus_mode(self) -> bool:
        """End the focus mode, and return whether it was on."""
        was_focused = self.layout.is_focused
        self.layout.set_focused(False)
        return was_focused

    def focus_menu_bar(self) -> None:
        """Open the first menu, from which the arrow keys lead to the others."""
        self.leave_focus_mode()
        bar = self._window.findChild(QMenuBar)
        if bar and not bar.isNativeMenuBar():  # macOS has a key of its own
            bar.setActiveAction(bar.actions()[0])

    @property
    def shows_guidelines(self) -> bool:
        """Whether the guidelines are shown."""
        return self._guidelines.isVisible()

    def toggle_guidelines(self) -> None:
        """Show the guidelines, scrolled to the selected span's label, or the articles again."""
        span = self._session.selection
        if self._guidelines.isVisible():
            self._guidelines.closed.emit()
        else:
            self.show_guidelines(span.label if span else "")

    def show_guidelines(self, label: str) -> None:
        """Show the guidelines in place of the articles, scrolled to those of `label` if it is one."""
        self._guidelines.needed.emit()
        self._guidelines.guidelines.scroll_to_label(label)

    def toggle_informative(self) -> None:
        """Choose whether the most informative article comes next, or the next in the list."""
        self._session.prefers_informative = not self._session.prefers_informative
        self._settings.save(informative=self._session.prefers_informative)
        most, order = _("Most informative article next"), _("Articles in list order")
        self._session.notified.emit(most if self._session.prefers_informative else order)

    def show_keys(self, menus: Sequence[Menu[Any]]) -> None:
        """Show the keys of these menus' actions, and save those that the user changes."""
        from annotator.ui.dialogs.keys import KeysDialog  # imported late, like all dialogs, for a faster start

        keymap = Keymap(menus, self._settings.current.keys, self._session.labels.labels)
        dialog = KeysDialog(self._window, keymap)
        dialog.changed.connect(lambda keys: self._settings.save(keys=keys))
        run_dialog(dialog)

    def show_reports(self) -> None:
        """Open the folder of reports and log, and show its path, as not all desktops open folders."""
        folder = settings.log_dir()
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))
        text = _("Reports and log: {folder}").format(folder=isolate_ltr(folder))
        self._session.announced.emit(Notice(text, folder=folder))

    def _on_layout_changed(self) -> None:
        if not self.layout.is_focused:
            self._session.withdrawn.emit(_focus_mode_hint())


def _focus_mode_hint() -> str:
    return _("Press Escape to show the menus and panels again.")
