"""Captions of spans and suggestions: their texts, and their places in the lanes between the lines of text."""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Final, NamedTuple

from PySide6.QtCore import QRectF
from PySide6.QtGui import QFontMetricsF

from annotator.i18n import _, current_language
from annotator.model.open_suggestions import is_doubtful, is_sure
from annotator.model.records import Span
from annotator.ui.article.block import Line
from annotator.ui.article.nesting_depths import Depth, Item
from annotator.ui.article.page import Page, Segment
from annotator.ui.article.pointer import handle_points
from annotator.ui.widgets import fonts
from annotator.ui.widgets.bidi_text import describe_score, format_value, isolate

_GAP: Final = 7.0  # pixels between two captions
_DETAIL_GAP: Final = 5.0  # pixels between a caption and its detail
_MAX_DISTANCE: Final = 12.0  # of a caption's font size: further off it would seem to belong to other words


class Caption(NamedTuple):
    """A caption in its place; `rect` is in the coordinates of the page and as high as its letters can be.

    `detail`, the value of a span, is beside the text in `detail_rect`, or empty where the line has no room for it.
    """

    item: Item
    text: str
    is_bold: bool
    rect: QRectF
    detail: str
    detail_rect: QRectF
    ink_rect: QRectF
    """The place of its letters if it stands in front of the lowest lines of a crowded lane, else empty."""

    @property
    def area(self) -> QRectF:
        """The caption with its detail."""
        return self.rect.united(self.detail_rect) if self.detail else self.rect


class CaptionPlacer:
    """Places the captions of a page so that none covers another, the text or the edge of the page."""

    def __init__(self, page: Page, titles: dict[str, str]) -> None:
        self._page = page
        # A title reads in its own direction, with its stops: the painter has that of the interface.
        self._titles = {name: isolate(title) for name, title in titles.items()}
        size = page.spacing.caption_size
        self.fonts = {is_bold: fonts.interface_font(size, bold=is_bold) for is_bold in (True, False)}
        """The fonts of captions, by whether they are bold."""
        self._size = size

    def place(self, items: Iterable[tuple[Item, Depth]], active: Item | None) -> list[Caption]:
        """Return the captions of these items, `active` being the one with handles.

        Each is below the beginning of its item or, if others or a handle are there, past them. One without room is left
        out.
        """
        captions: list[Caption] = []
        occupied_by_line: dict[int, list[tuple[float, float]]] = {}
        for line, middle in self._handles(active):
            occupied_by_line.setdefault(id(line), []).append((middle - 1, middle + 1))  # _GAP clears its radius
        for item, depth in sorted(items, key=lambda pair: (pair[0].start, -pair[1].inner)):
            segments = self._page.segments(item.start, item.end)
            if not segments:
                continue
            first, spacing = segments[0], self._page.spacing
            text, is_bold = self._text_of(item, is_active=item == active)
            width = _text_width(text, self._size, is_bold=is_bold)
            occupied = occupied_by_line.setdefault(id(first.line), [])
            preferred_x = self._preferred_x(first, width)
            x = _find_free_x(preferred_x, width, occupied, self._page.width, is_rtl=first.line.block.is_rtl)
            if x is None or abs(x - preferred_x) > _MAX_DISTANCE * spacing.caption_size:
                continue
            occupied.append((x, x + width))
            top = spacing.caption_top(depth.deepest + 1)
            rect = QRectF(x, first.line.bottom + top, width, spacing.caption_height)
            ink_rect = QRectF()
            if top < spacing.lines_height(depth.deepest + 1):
                blank = max(0.0, spacing.caption_ascent - _ink_height(text, self._size, is_bold=is_bold))
                ink_rect = rect.adjusted(0, blank, 0, 0)  # a line above the letters stays whole
            captions.append(Caption(item, text, is_bold, rect, "", QRectF(), ink_rect))
        return [self._add_detail(caption, occupied_by_line) for caption in captions]

    def _add_detail(self, caption: Caption, occupied_by_line: dict[int, list[tuple[float, float]]]) -> Caption:
        """Add the value of a span where no other caption is in the way."""
        value = caption.item.value if isinstance(caption.item, Span) else None
        if not value:
            return caption
        detail = _format_value(value, current_language())
        line, rect = self._page.segments(caption.item.start, caption.item.end)[0].line, caption.rect
        width = _text_width(detail, self._size, is_bold=False)
        x = rect.left() - _DETAIL_GAP - width if line.block.is_rtl else rect.right() + _DETAIL_GAP
        occupied = occupied_by_line[id(line)]
        others = [place for place in occupied if place != (rect.left(), rect.left() + rect.width())]
        is_free = all(x + width + _GAP <= start or end + _GAP <= x for start, end in others)
        if not is_free or x < 0 or x + width > self._page.width:
            return caption
        occupied.append((x, x + width))
        return caption._replace(detail=detail, detail_rect=QRectF(x, rect.top(), width, rect.height()))

    def _handles(self, item: Item | None) -> list[tuple[Line, float]]:
        """Return the lines in whose lanes the handles of an item are, each with the middle of the handle."""
        segments = self._page.segments(item.start, item.end) if item else []
        points = handle_points(self._page, item) if item else []
        lines = [segments[0].line, segments[-1].line] if segments else []
        return [(line, point.x()) for line, point in zip(lines, points, strict=True)]

    def _preferred_x(self, segment: Segment, width: float) -> float:
        """Return the left edge of a caption at the beginning of a segment, within the page."""
        x = segment.right - width if segment.line.block.is_rtl else segment.left
        return max(0.0, min(x, self._page.width - width))

    def _text_of(self, item: Item, *, is_active: bool) -> tuple[str, bool]:
        """Return the text, and whether it is bold.

        A span has a dot if it has a note, a suggestion its score if active, else “?” if doubtful.
        """
        title = self._titles[item.label]
        if isinstance(item, Span):
            return f"{title} •" if item.note else title, True
        if is_active:
            return f"{title} · {describe_score(item)}", True
        return _("{label}?").format(label=title) if is_doubtful(item) else title, is_sure(item)


@lru_cache(maxsize=512)  # few texts are on the screen, each often, and again with every key
def _text_width(text: str, size: float, *, is_bold: bool) -> float:
    """Return the width in pixels of a text in the font of captions of this size."""
    return QFontMetricsF(fonts.interface_font(size, bold=is_bold)).horizontalAdvance(text)


@lru_cache(maxsize=512)
def _ink_height(text: str, size: float, *, is_bold: bool) -> float:
    """Return how far the letters of a text in the font of captions of this size rise above their line, in pixels."""
    return -QFontMetricsF(fonts.interface_font(size, bold=is_bold)).tightBoundingRect(text).top()


@lru_cache(maxsize=512)  # each is painted with every key
def _format_value(value: str, _language: str) -> str:
    return format_value(value)


def _find_free_x(
    preferred_x: float, width: float, occupied: Sequence[tuple[float, float]], page_width: float, *, is_rtl: bool
) -> float | None:
    """Return the left edge nearest to `preferred_x` of a free place of this width in a line, or None."""

    def is_free(x: float) -> bool:
        return 0 <= x <= page_width - width and all(
            x + width + _GAP <= start or end + _GAP <= x for start, end in occupied
        )

    if is_free(preferred_x):
        return preferred_x
    beside = (*(start - _GAP - width for start, _end in occupied), *(end + _GAP for _start, end in occupied))
    # Of two places as near, the one further along in reading.
    return min(filter(is_free, beside), key=lambda x: (abs(x - preferred_x), x if is_rtl else -x), default=None)
