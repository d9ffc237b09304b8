"""A bar of buttons beside what is selected in the article: labels, a decision on a suggestion, value, note, proclitic.

It never takes the focus: every button is an action with a key. Out of the way of the text that is read, it is a column
in the nearer margin of the page: with titles and keys, without keys, or of the labels' dots and the icons alone, which
every margin has room for. Only where the page is too low for a column, it is a row above the first selected line, or
below the last one. It goes while keys are typed or the page scrolls, and comes again when they rest. A column whose
button was clicked stays under the mouse: the same button decides on the next suggestion.
"""

from collections.abc import Callable, Iterable, Sequence
from enum import Enum
from typing import Any, Final, NamedTuple, TypeAlias

from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt, QTimer
from PySide6.QtGui import (
    QAction,
    QColor,
    QContextMenuEvent,
    QCursor,
    QFontMetrics,
    QGuiApplication,
    QPainter,
    QPaintEvent,
    QPixmap,
    QWheelEvent,
)
from PySide6.QtWidgets import QAbstractButton, QApplication, QFrame, QWidget

from annotator.i18n import _
from annotator.model.labels import Label, LabelSet
from annotator.model.records import Span, Suggestion
from annotator.text.folding import fold
from annotator.text.proclitics import has_proclitic, toggle_proclitic
from annotator.ui.actions.action_set import ActionSet
from annotator.ui.actions.context_menu import show_actions_menu
from annotator.ui.article.article_view import ArticleView
from annotator.ui.session.session import Session
from annotator.ui.session.suggestions import SuggestionModel
from annotator.ui.session.user_settings import UserSettings
from annotator.ui.widgets import fonts, icons
from annotator.ui.widgets.bidi_text import format_shortcut, tooltip
from annotator.ui.widgets.key_cap import paint_key_cap
from annotator.ui.widgets.theme import Theme, current_theme

_REST: Final = 350  # milliseconds without a key or scrolling after which the bar comes
_CHIP_HEIGHT: Final = 30  # pixels
_CHIP_PADDING: Final = 9
_MARK_WIDTH: Final = 18  # of a label's dot or an icon
_ICON_SIZE: Final = 16
_DOT_RADIUS: Final = 4.5
_KEY_HEIGHT: Final = 18
_PADDING: Final = 4  # pixels between the bar's edge and its buttons
_GROUP_GAP: Final = 10  # pixels between two groups of buttons
_DISTANCE: Final = 3.0  # pixels between the bar and the selected lines
_EDGE: Final = 6  # pixels between the bar and the edges of the page
_GUTTER: Final = 4  # pixels on both sides of a column
_NARROW_CHIP: Final = 24  # pixels, the least that can be hit well (WCAG 2.5.8)
_NARROW_PADDING: Final = 2  # pixels between the edge of a narrow column and its buttons
_NARROW_DOT_RADIUS: Final = 8.5  # of a dot that has a key in it
_NARROW_GUTTER: Final = 8  # pixels between a narrow column and the text: the handles of a span reach into it

_Target: TypeAlias = Span | Suggestion | tuple[int, int] | None


class Detail(Enum):
    """What the buttons show."""

    KEYS = "mark, title and key"
    TITLES = "mark and title"
    MARKS = "mark alone, that of a label with its key"


class Chip(QAbstractButton):
    """A button of the bar: the dot of `label` or an icon, a title, and the key of its action."""

    def __init__(self, parent: QWidget, name: str, title: str, *, icon: str = "", label: Label | None = None) -> None:
        super().__init__(parent)
        self.name = name
        """That of the action or the label."""
        self._icon, self._label, self._key = icon, label, ""
        self._detail = Detail.KEYS
        self._pixmap: tuple[Theme, QPixmap] | None = None  # of the icon
        self.setText(title)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def show_key(self, key: str, detail: Detail) -> None:
        """Show so much, and have this key, as it is written on keyboards; "" for none."""
        self._key, self._detail = key, detail
        self.setAccessibleName(self.text())
        self.setAccessibleDescription(_("key {key}").format(key=key) if key else "")
        name = " · ".join(filter(None, (self.text(), self.accessibleDescription())))
        self.setToolTip(tooltip(name) if detail == Detail.MARKS else "")

    def sizeHint(self) -> QSize:
        if self._detail == Detail.MARKS:
            return QSize(_NARROW_CHIP, _NARROW_CHIP)
        width = 2 * _CHIP_PADDING + _MARK_WIDTH + _metrics().horizontalAdvance(self.text())
        has_cap = self._key and self._detail == Detail.KEYS
        return QSize(width + (_key_width(self._key) + _CHIP_PADDING - 3 if has_cap else 0), _CHIP_HEIGHT)

    def paintEvent(self, _event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            theme, is_rtl = current_theme(), self.layoutDirection() == Qt.LayoutDirection.RightToLeft
            body = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
            background = QColor(theme.highlight) if self.underMouse() or self.isDown() else None
            if self.isChecked() and self._label:
                background = theme.fill_colour(self._label)
            if background:
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(background)
                painter.drawRoundedRect(body, 6, 6)
            is_narrow = self._detail == Detail.MARKS
            mark, title, key = (self.rect(),) * 3 if is_narrow else self._areas(mirrored=is_rtl)
            if self._label:
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(theme.line_colour(self._label))
                radius = _NARROW_DOT_RADIUS if is_narrow else _DOT_RADIUS
                painter.drawEllipse(QRectF(mark).center(), radius, radius)
            else:
                if not self._pixmap or self._pixmap[0] is not theme:
                    drawing = icons.draw_pixmap(self._icon, theme.accent, _ICON_SIZE, self.devicePixelRatioF())
                    self._pixmap = theme, drawing
                painter.drawPixmap(mark.center() - QPoint(_ICON_SIZE // 2 - 1, _ICON_SIZE // 2 - 1), self._pixmap[1])
            if is_narrow:
                painter.setPen(QColor(theme.paper))
                painter.setFont(fonts.interface_font(12, bold=True))
                sign = (self._key or self.text()[:1]) if self._label else ""
                painter.drawText(mark, Qt.AlignmentFlag.AlignCenter, sign)
                return
            painter.setPen(QColor(theme.ink))
            painter.setFont(fonts.interface_font(13))
            painter.drawText(title, Qt.AlignmentFlag.AlignCenter, self.text())
            if self._key and self._detail == Detail.KEYS:
                area = QRectF(key).adjusted(0.5, 0.5, -0.5, -0.5)
                paint_key_cap(painter, area, self._key, fonts.interface_font(11), theme.dim, radius=4)

    def _areas(self, *, mirrored: bool) -> tuple[QRect, QRect, QRect]:
        """Return the areas of mark, title and key."""
        width, height = self.width(), self.height()
        mark = QRect(_CHIP_PADDING - 3, 0, _MARK_WIDTH, height)
        title = QRect(mark.right() + 1, 0, _metrics().horizontalAdvance(self.text()) + 6, height)
        key = QRect(title.right() + 4, (height - _KEY_HEIGHT) // 2, _key_width(self._key), _KEY_HEIGHT)
        areas = (mark, title, key)
        if mirrored:
            return tuple(QRect(width - 1 - area.right(), area.y(), area.width(), area.height()) for area in areas)  # type: ignore[return-value]
        return areas


class _Decision(NamedTuple):
    """A button for the action of this name, for suggestions or for spans."""

    action: str
    title: Callable[[], str]
    icon: str
    kind: type


_DECISIONS: Final = (
    _Decision("accept", lambda: _("Accept"), "done", Suggestion),
    _Decision("remove", lambda: _("Reject"), "close", Suggestion),
    _Decision("edit_value", lambda: _("Value"), "value", Span),
    _Decision("edit_note", lambda: _("Note"), "note", Span),
    _Decision("remove", lambda: _("Remove"), "delete", Span),
)
_EDGE_ACTION: Final = "toggle_proclitic"


class SelectionBar(QFrame):
    """The bar over `view`; while it is disabled it does nothing at all."""

    def __init__(
        self,
        view: ArticleView,
        session: Session,
        suggestions: SuggestionModel,
        settings: UserSettings,
        actions: ActionSet[Any],
    ) -> None:
        super().__init__(view)
        self._view, self._session, self._suggestions, self._actions = view, session, suggestions, actions
        self._settings, self._has_sticky, self._is_low = settings, False, False
        self._is_enabled = settings.current.selection_bar
        self._labels: LabelSet | None = None  # for which the chips were made
        self._label_chips: list[tuple[Label, Chip]] = []
        self._decision_chips: list[tuple[_Decision, Chip]] = []
        self._edge_chip: Chip | None = None  # of the proclitic
        self._shown_target: _Target = None
        self._clicked_column: QRect | None = None  # the column that was clicked, while the mouse is on it
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self._show_now)
        self.setObjectName("selection")
        self.setAccessibleName(_("Actions for the selection"))
        self.setCursor(Qt.CursorShape.ArrowCursor)
        self.hide()
        view.selection_changed.connect(self._on_change)
        suggestions.current_changed.connect(self._on_change)
        session.on_change(self._on_change, "selection", "article", "labels")
        session.on_change(self._update_enabled, "adjudicator")
        view.laid_out.connect(self._on_scroll)
        view.verticalScrollBar().valueChanged.connect(self._on_scroll)
        settings.changed.connect(self._on_settings_changed)
        view.mouse_pressed.connect(self._hide)
        view.menu_requested.connect(self._hide)
        view.mouse_released.connect(self._come_at_once)
        view.focus_changed.connect(self._on_focus_change)

    def set_low(self, is_low: bool) -> None:
        """Be in one row where keys beside the titles would need a second one: a low window has no line to spare."""
        self._is_low = is_low
        self._hide()
        self._schedule()

    def show_sticky(self, name: str | None) -> None:
        """Stay away while each selection is tagged with this label at once; come again with None."""
        self._has_sticky = name is not None
        self._update_enabled()

    # Qt event handlers

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Turn the page: the mouse rests on the buttons between two decisions."""
        viewport = self._view.viewport()
        turned = QWheelEvent(
            viewport.mapFromGlobal(event.globalPosition()),
            event.globalPosition(),
            event.pixelDelta(),
            event.angleDelta(),
            event.buttons(),
            event.modifiers(),
            event.phase(),
            event.inverted(),
        )
        QApplication.sendEvent(viewport, turned)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        show_actions_menu(self._view, self._actions, ("toggle_selection_bar",), event.globalPos())

    # Internals

    def _on_settings_changed(self, names: frozenset[str]) -> None:
        if "selection_bar" in names:
            self._update_enabled()

    def _update_enabled(self) -> None:
        has_other_bar = bool(self._session.adjudicator)  # which has the candidates
        self._is_enabled = self._settings.current.selection_bar and not self._has_sticky and not has_other_bar
        self._hide()
        self._timer.stop()
        self._come_at_once()

    def _on_change(self) -> None:
        if _place_of(self._target()) != _place_of(self._shown_target):  # not where only its score changed
            self._hide()
            self._schedule()

    def _on_focus_change(self) -> None:
        if self._view.hasFocus():
            self._schedule()
        else:
            self._hide()

    def _on_scroll(self) -> None:
        self._hide()
        self._schedule()

    def _come_at_once(self) -> None:
        """Come in the next turn of the event loop, after what is selected is painted."""
        if self._is_enabled:
            self._timer.start(0)

    def _schedule(self) -> None:
        """Come when keys and scrolling rest, unless the mouse has asked for it at once."""
        if self._is_enabled and (not self._timer.isActive() or self._timer.interval()):
            self._timer.start(_REST)

    def _hide(self, *_event: object) -> None:
        self._shown_target = None
        if not self.isHidden():
            self.hide()

    def _target(self) -> _Target:
        """Return what the buttons would change; None where nothing may be changed."""
        if self._session.reader:
            return None
        return self._session.selection or self._suggestions.current or self._view.selection

    def _show_now(self) -> None:
        target = self._target()
        is_button_down = QGuiApplication.mouseButtons() != Qt.MouseButton.NoButton
        if not target or not self._view.hasFocus() or is_button_down or QApplication.activePopupWidget():
            self._hide()
            if is_button_down:
                self._schedule()  # it may be let go over another widget, which tells nobody
            return
        if self._labels is not self._session.labels:
            self._create_chips()
        start, end = _range_of(target)
        area = self._find_area(target, start, end)
        if area is None:
            self._hide()
            return
        self._shown_target = target
        self.setGeometry(area.translated(self._view.viewport().pos()))  # beside a scroll bar, which may be on its left
        self.show()
        self.raise_()

    def _find_area(self, target: _Target, start: int, end: int) -> QRect | None:
        """Arrange the buttons, and return where the bar is beside this range; None for no room."""
        margin = round(self._view.map_from_page(0, 0).x())
        for detail in Detail:
            size = self._arrange_chips(target, detail, is_column=True)
            gutter = _NARROW_GUTTER if detail == Detail.MARKS else _GUTTER
            if size.width() + gutter <= margin and (corner := self._place_in_margin(size, start, end, gutter)):
                return QRect(self._hold(corner, size, gutter), size)
        self._clicked_column = None
        size = self._arrange(target)
        place = self._place(size, start, end)
        return QRect(place, size) if place else None

    def _create_chips(self) -> None:
        for chip in self.findChildren(Chip):
            chip.deleteLater()
        self._labels = self._session.labels
        self._label_chips, self._decision_chips = [], []
        for decision in _DECISIONS:
            chip = Chip(self, decision.action, decision.title(), icon=decision.icon)
            chip.clicked.connect(lambda _checked=False, name=decision.action: self._run(self._actions.by_name[name]))
            self._decision_chips.append((decision, chip))
        self._edge_chip = chip = Chip(self, _EDGE_ACTION, "", icon="edge")
        chip.clicked.connect(lambda _checked=False: self._run(self._actions.by_name[_EDGE_ACTION]))
        for index, label in enumerate(self._labels.labels):
            chip = Chip(self, label.name, label.localised_title(), label=label)
            chip.setCheckable(True)
            chip.clicked.connect(lambda _checked=False, index=index: self._run(self._actions.label_actions[index]))
            self._label_chips.append((label, chip))

    def _run(self, action: QAction) -> None:
        self._clicked_column = self.geometry()
        self._hide()
        with self._view.staying():
            action.trigger()
        self._come_at_once()  # for the next suggestion, where the mouse goes next

    def _arrange(self, target: _Target) -> QSize:
        """Show the buttons for this target, in rows that the page has room for, and return the size of the bar."""
        size = self._arrange_chips(target, Detail.KEYS)
        is_higher = size.height() > _CHIP_HEIGHT + 2 * _PADDING
        return self._arrange_chips(target, Detail.TITLES) if self._is_low and is_higher else size

    def _arrange_chips(self, target: _Target, detail: Detail, *, is_column: bool = False) -> QSize:
        label = target.label if isinstance(target, Span | Suggestion) else None
        for decision, chip in self._decision_chips:
            chip.setVisible(isinstance(target, decision.kind))
            chip.show_key(format_shortcut(self._actions.by_name[decision.action]), detail)
        for own_label, chip in self._label_chips:
            chip.setVisible(not (isinstance(target, Suggestion) and own_label.name == label))  # that is to accept it
            chip.setChecked(own_label.name == label)
            chip.setEnabled(own_label.name != label)  # its key would remove the span
            chip.show_key(own_label.key or "", detail)
        decisions = [chip for _decision, chip in self._decision_chips if not chip.isHidden()]
        labels = [chip for _label, chip in self._label_chips if not chip.isHidden()]
        edges = self._arrange_edge_chip(target, detail)
        groups = (labels, decisions, edges) if isinstance(target, Span) else (decisions, labels, edges)
        if is_column:
            return _lay_out_column(groups, _NARROW_PADDING if detail == Detail.MARKS else _PADDING)
        return self._lay_out(groups, self._view.viewport().width() - 2 * _EDGE)

    def _arrange_edge_chip(self, target: _Target, detail: Detail) -> list[Chip]:
        """Show the button that leaves out or includes the proclitic, and return it; [] where there is none."""
        chip, title = self._edge_chip, self._describe_proclitic(target)
        if chip is None:
            return []
        chip.setVisible(bool(title))
        chip.setText(title)
        chip.show_key(format_shortcut(self._actions.by_name[_EDGE_ACTION]), detail)
        chip.setToolTip(tooltip(" · ".join(filter(None, (title, chip.accessibleDescription())))))
        return [chip] if title else []

    def _describe_proclitic(self, target: _Target) -> str:
        """Say which letters at the start the key for the proclitic would leave out or include; "" for none."""
        article = self._session.article
        if not article or not target:
            return ""
        text, (start, end) = article.text, _range_of(target)
        new_start = toggle_proclitic(text, start, end)
        if new_start is None or not has_proclitic(text, start, end, _is_first_word):
            return ""
        letters = fold(text[min(start, new_start) : max(start, new_start)])
        return (_("Without {letters}") if new_start > start else _("With {letters}")).format(letters=letters)

    def _lay_out(self, groups: Iterable[Sequence[Chip]], max_width: int) -> QSize:
        x, y, width = _PADDING, _PADDING, 0
        placed: list[Chip] = []
        for group in groups:
            x += _GROUP_GAP if x > _PADDING and group else 0
            for chip in group:
                size = chip.sizeHint()
                if x > _PADDING and x + size.width() + _PADDING > max_width:
                    x, y = _PADDING, y + _CHIP_HEIGHT
                chip.setGeometry(QRect(QPoint(x, y), size))
                placed.append(chip)
                x += size.width()
                width = max(width, x)
        width += _PADDING
        if self.isRightToLeft():
            for chip in placed:
                chip.move(width - chip.x() - chip.width(), chip.y())
        return QSize(width, y + _CHIP_HEIGHT + _PADDING)

    def _place(self, size: QSize, start: int, end: int) -> QPoint | None:
        page, view = self._view.page(), self._view
        segments = page.segments(start, end)
        if not segments:
            return None
        first, last = segments[0], segments[-1]
        top = view.map_from_page(first.left, first.line.top)
        bottom = view.map_from_page(last.right, last.line.bottom + page.spacing.lane)
        is_rtl = first.line.block.is_rtl
        edge = view.map_from_page(first.right if is_rtl else first.left, 0).x()
        return place_bar(size, view.viewport().rect(), top.y(), bottom.y(), edge, is_rtl=is_rtl)

    def _place_in_margin(self, size: QSize, start: int, end: int, gutter: int) -> QPoint | None:
        page, view = self._view.page(), self._view
        segments = page.segments(start, end)
        if not segments:
            return None
        first, last = segments[0], segments[-1]
        top = view.map_from_page(0, first.line.top).y()
        bottom = view.map_from_page(0, last.line.bottom + page.spacing.lane).y()
        is_left = min(segment.left for segment in segments) < page.width - max(segment.right for segment in segments)
        edge = view.map_from_page(0 if is_left else page.width, 0).x()
        outward = -gutter if is_left else gutter
        return place_column(size, view.viewport().rect(), top, bottom, edge + outward, is_left=is_left)

    def _hold(self, corner: QPoint, size: QSize, gutter: int) -> QPoint:
        """Return the place where the column was clicked, while the mouse is there; else `corner`."""
        view, column = self._view, self._clicked_column
        if column is None or not column.contains(view.mapFromGlobal(QCursor.pos())):
            self._clicked_column = None
            return corner
        page, is_left = view.viewport().rect(), column.center().x() < view.rect().center().x()
        edge = round(view.map_from_page(0 if is_left else view.page().width, 0).x())
        top = min(column.top() - view.viewport().y(), page.bottom() + 1 - _EDGE - size.height())
        return QPoint(edge - gutter - size.width() if is_left else edge + gutter, max(page.top() + _EDGE, top))


def _lay_out_column(groups: Sequence[Sequence[Chip]], padding: int) -> QSize:
    """Place the buttons below one another, all as wide as the widest."""
    y, placed = padding, [chip for group in groups for chip in group]
    width = max((chip.sizeHint().width() for chip in placed), default=0)
    for group in groups:
        y += _GROUP_GAP // 2 if y > padding and group else 0
        for chip in group:
            chip.setGeometry(QRect(padding, y, width, chip.sizeHint().height()))
            y += chip.height()
    return QSize(width + 2 * padding, y + padding)


def place_column(size: QSize, page: QRect, top: float, bottom: float, edge: float, *, is_left: bool) -> QPoint | None:
    """Return the corner of a column that begins at `edge`, in the margin beside the lines between `top` and `bottom`.

    None if these are out of view, or the page is too low.
    """
    if bottom <= page.top() or top >= page.bottom() or size.height() > page.height() - 2 * _EDGE:
        return None
    middle = round((max(top, page.top()) + min(bottom, page.bottom())) / 2) - size.height() // 2
    y = max(page.top() + _EDGE, min(middle, page.bottom() + 1 - _EDGE - size.height()))
    return QPoint(round(edge) - size.width() if is_left else round(edge), y)


def place_bar(size: QSize, page: QRect, top: float, bottom: float, edge: float, *, is_rtl: bool) -> QPoint | None:
    """Return the bar's corner on the page, beside the selected lines between `top` and `bottom`, or None for no room.

    It begins at `edge`, where the selection does. The line above has been read, so it is covered rather than the next.
    """
    if bottom <= page.top() or top >= page.bottom():
        return None
    above, below = round(top - _DISTANCE) - size.height(), round(bottom + _DISTANCE)
    if above >= page.top() + _EDGE:
        y = above
    elif below + size.height() <= page.bottom() - _EDGE:
        y = below
    else:
        return None
    x = round(edge) - size.width() if is_rtl else round(edge)
    return QPoint(max(page.left() + _EDGE, min(x, page.right() + 1 - _EDGE - size.width())), y)


def _range_of(target: Span | Suggestion | tuple[int, int]) -> tuple[int, int]:
    return (target.start, target.end) if isinstance(target, Span | Suggestion) else target


def _place_of(target: _Target) -> tuple[object, ...] | None:
    """Return what of a target decides which buttons there are, and where."""
    if isinstance(target, Span | Suggestion):
        return type(target), target.start, target.end, target.label
    return target


def _is_first_word(word: str) -> bool:
    from annotator.suggest.first_words import list_first_words  # slow to load, which the suggesters have done as a rule

    return word in list_first_words()


def _metrics() -> QFontMetrics:
    return QFontMetrics(fonts.interface_font(13))


def _key_width(key: str) -> int:
    """Return the width of a key cap, 0 for none."""
    return max(_KEY_HEIGHT, QFontMetrics(fonts.interface_font(11)).horizontalAdvance(key) + 8) if key else 0
