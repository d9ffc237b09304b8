"""What a right click in the article offers: what can be done to what is held, or selected, there."""

from typing import Final

from PySide6.QtWidgets import QMenu, QWidget

from annotator.core.model import Span, Suggestion
from annotator.i18n import _
from annotator.ui.action_set import ActionSet

_OF_SPAN: Final = ("remove", "toggle_proclitic", "edit_value", "tag_all_here", "tag_all_corpus", "copy")


def context_menu(parent: QWidget, actions: ActionSet, held: Span | Suggestion | None) -> QMenu:
    """The menu for a selected span or a chosen suggestion, or for the text where nothing is held."""
    menu, named = QMenu(parent), actions.named
    if isinstance(held, Suggestion):
        menu.addActions([named["accept"], named["remove"]])
        menu.addMenu(_("Accept as")).addActions(actions.labels)
        menu.addSeparator()
        menu.addActions([named[name] for name in ("accept_sentence", "toggle_proclitic", "copy")])
    else:
        menu.addActions(actions.labels)
        menu.addSeparator()
        menu.addActions([named[name] for name in (_OF_SPAN if held else ("copy",))])
    menu.addSeparator()
    menu.addMenu(actions.menus["line"])
    return menu
