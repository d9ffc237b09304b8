"""The article's context menu."""

from typing import Any, Final

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QMenu, QWidget

from annotator.i18n import _
from annotator.model.records import Span, Suggestion
from annotator.ui.actions.action_set import ActionSet
from annotator.ui.widgets.bidi_text import format_shortcut

_OF_SPAN: Final = ("toggle_proclitic", "edit_value", "tag_all_here", "tag_all_corpus", "copy")
_OF_SUGGESTION: Final = ("accept_sentence", "toggle_proclitic", "copy")


def show_context_menu(
    parent: QWidget, actions: ActionSet[Any], item: Span | Suggestion | None, position: QPoint
) -> None:
    """Show the menu for the active item, or for the text with None, at a position of the screen."""
    menu, by_name = QMenu(parent), actions.by_name
    names: tuple[str, ...] = ("copy",)
    if isinstance(item, Suggestion):
        menu.addAction(by_name["accept"])
        _add_removal(menu, actions, _("Reject suggestion"))
        menu.addMenu(_("Accept as")).addActions(actions.label_actions)
        names = _OF_SUGGESTION
    else:
        menu.addActions(actions.label_actions)
    menu.addSeparator()
    if isinstance(item, Span):
        _add_removal(menu, actions, _("Remove span"))
        names = _OF_SPAN
    menu.addActions([by_name[name] for name in names])
    menu.addSeparator()
    menu.addMenu(actions.menus["line"])
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    menu.popup(position)


def _add_removal(menu: QMenu, actions: ActionSet[Any], text: str) -> None:
    """Add the action `remove` under this text."""
    removal = actions.by_name["remove"]
    menu.addAction(f"{text}\t{format_shortcut(removal)}").triggered.connect(removal.trigger)
