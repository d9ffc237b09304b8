"""The context menus of what the article's text and its list of spans show, and of an article as a whole."""

from collections.abc import Sequence
from typing import Any, Final

from PySide6.QtCore import QPoint, QPointF, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap
from PySide6.QtWidgets import QMenu, QWidget

from annotator.i18n import _
from annotator.model.labels import Label
from annotator.model.records import Span, Suggestion
from annotator.ui.actions.action_set import ActionSet
from annotator.ui.actions.letter_menu import LetterMenu
from annotator.ui.widgets.bidi_text import format_shortcut
from annotator.ui.widgets.theme import current_theme

_OF_SPAN: Final = ("toggle_proclitic", "edit_value", "edit_note", "tag_all_here", "tag_all_corpus", "copy")
_DOT_SIZE: Final = 16  # pixels of an icon
_DOT_RADIUS: Final = 4.5
_OF_SUGGESTION: Final = ("accept_sentence", "toggle_proclitic", "copy")
_OF_ARTICLE: Final = (
    ("edit_title", "edit_date", "edit_article_note"),
    ("copy_title", "open_source"),
    ("done", "skip", "flag"),
    ("toggle_removed", "show_removed"),
)


def show_context_menu(
    parent: QWidget,
    actions: ActionSet[Any],
    labels: Sequence[Label],
    item: Span | Suggestion | None,
    position: QPoint,
) -> None:
    """Show the menu for the active item, or for the text with None, at a position of the screen."""
    menu, by_name = LetterMenu(parent), actions.by_name
    actions.prepare_display()
    for label, action in zip(labels, actions.label_actions, strict=True):
        action.setIcon(_draw_dot(current_theme().line_colour(label), parent.devicePixelRatioF()))
    names: tuple[str, ...] = ("copy",)
    if isinstance(item, Suggestion):
        menu.addAction(by_name["accept"])
        _add_removal(menu, actions, _("Reject suggestion"))
        accept_as = LetterMenu(_("Accept as"), menu)
        accept_as.addActions(actions.label_actions)
        menu.addMenu(accept_as)
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


def show_article_menu(parent: QWidget, actions: ActionSet[Any], position: QPoint) -> None:
    """Show the menu for the open article as a whole, at a position of the screen."""
    menu = LetterMenu(parent)
    actions.prepare_display()
    for group in _OF_ARTICLE:
        menu.addActions([actions.by_name[name] for name in group])
        menu.addSeparator()  # the last one, with nothing below, is not shown
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    menu.popup(position)


def show_actions_menu(parent: QWidget, actions: ActionSet[Any], names: Sequence[str], position: QPoint) -> None:
    """Show a menu of the actions with these names at a position of the screen."""
    menu = LetterMenu(parent)
    actions.prepare_display()
    menu.addActions([actions.by_name[name] for name in names])
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    menu.popup(position)


def _add_removal(menu: QMenu, actions: ActionSet[Any], text: str) -> None:
    """Add the action `remove` under this text."""
    removal = actions.by_name["remove"]
    menu.addAction(f"{text}\t{format_shortcut(removal)}").triggered.connect(removal.trigger)


def _draw_dot(colour: QColor, ratio: float) -> QIcon:
    """Draw a dot in the colour of a label."""
    pixmap = QPixmap(QSize(_DOT_SIZE, _DOT_SIZE) * ratio)
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    with QPainter(pixmap) as painter:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        painter.drawEllipse(QPointF(_DOT_SIZE / 2, _DOT_SIZE / 2), _DOT_RADIUS, _DOT_RADIUS)
    return QIcon(pixmap)
