"""Rows and columns of widgets."""

from typing import Final, TypeAlias, TypeVar

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QLayout, QVBoxLayout, QWidget

Item: TypeAlias = QWidget | QLayout | int | tuple[QWidget | QLayout | None, int | Qt.AlignmentFlag] | None
L = TypeVar("L", bound=QBoxLayout)
UNLIMITED: Final = 16_777_215
"""The most pixels that a widget may have: Qt's QWIDGETSIZE_MAX, which PySide lacks."""


def hbox(*items: Item, spacing: int = -1, margins: int = -1, parent: QWidget | None = None) -> QHBoxLayout:
    """Lay out items beside each other, as the layout of `parent` or to be part of another.

    A number is a space in pixels, None stretches. An item in a tuple has a stretch factor or an alignment. By default
    the style gives the spacing and, around the layout of a parent, the margins.
    """
    return _fill(QHBoxLayout(parent) if parent else QHBoxLayout(), items, spacing, margins)


def vbox(*items: Item, spacing: int = -1, margins: int = -1, parent: QWidget | None = None) -> QVBoxLayout:
    """Lay out items below each other; see `hbox`."""
    return _fill(QVBoxLayout(parent) if parent else QVBoxLayout(), items, spacing, margins)


def _fill(layout: L, items: tuple[Item, ...], spacing: int, margins: int) -> L:
    if margins >= 0:
        layout.setContentsMargins(margins, margins, margins, margins)
    if spacing >= 0:
        layout.setSpacing(spacing)
    for item in items:
        match item:
            case int():
                layout.addSpacing(item)
            case QWidget():
                layout.addWidget(item)
            case QLayout():
                layout.addLayout(item)
            case QWidget() as widget, Qt.AlignmentFlag() as alignment:
                layout.addWidget(widget, 0, alignment)
            case QWidget() as widget, int() as stretch:
                layout.addWidget(widget, stretch)
            case QLayout() as inner, int() as stretch:
                layout.addLayout(inner, stretch)
            case None, int() as stretch:
                layout.addStretch(stretch)
            case None:
                layout.addStretch()
    return layout
