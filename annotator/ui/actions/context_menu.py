"""What a right click in the article offers: what can be done to what is held, or selected, there."""

from typing import Final

from PySide6.QtWidgets import QMenu, QWidget

from annotator.i18n import _
from annotator.model.records import Span, Suggestion
from annotator.ui.actions.action_set import ActionSet
from annotator.ui.widgets.bidi_text import shown_key

_OF_SPAN: Final = ("toggle_proclitic", "edit_value", "tag_all_here", "tag_all_corpus", "copy")
_OF_SUGGESTION: Final = ("accept_sentence", "toggle_proclitic", "copy")


def context_menu(parent: QWidget, actions: ActionSet, held: Span | Suggestion | None) -> QMenu:
    """The menu for a selected span or a chosen suggestion, or for the text where nothing is held."""
    menu, named = QMenu(parent), actions.named
    names: tuple[str, ...] = ("copy",)
    if isinstance(held, Suggestion):
        menu.addAction(named["accept"])
        _add_removal(menu, actions, _("Reject the suggestion"))
        menu.addMenu(_("Accept as")).addActions(actions.labels)
        names = _OF_SUGGESTION
    else:
        menu.addActions(actions.labels)
    menu.addSeparator()
    if isinstance(held, Span):
        _add_removal(menu, actions, _("Remove the span"))
        names = _OF_SPAN
    menu.addActions([named[name] for name in names])
    menu.addSeparator()
    menu.addMenu(actions.menus["line"])
    return menu


def _add_removal(menu: QMenu, actions: ActionSet, text: str) -> None:
    """The action that removes or rejects, by what it would do here."""
    removal = actions.named["remove"]
    menu.addAction(f"{text}\t{shown_key(removal)}").triggered.connect(removal.trigger)
