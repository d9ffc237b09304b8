"""The bar above the article with the current disagreement: a row for each candidate, with its key and annotators."""

from collections.abc import Mapping
from typing import Final

from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QAction, QColor, QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QFrame, QSizePolicy, QWidget

from annotator.i18n import _, count_phrase, format_number
from annotator.model.labels import Label, LabelSet
from annotator.team.disagreements import Candidate, CandidateSpan, Disagreement
from annotator.ui.session.adjudication import AdjudicationModel
from annotator.ui.session.session import Session
from annotator.ui.widgets import fonts
from annotator.ui.widgets.bidi_text import add_arabic_mark, elide, format_shortcut, format_value, isolate
from annotator.ui.widgets.buttons import ActionButton
from annotator.ui.widgets.elided_label import ElidedLabel
from annotator.ui.widgets.key_cap import paint_key_cap
from annotator.ui.widgets.layouts import hbox, vbox
from annotator.ui.widgets.theme import current_theme

CANDIDATE_ACTIONS: Final = tuple(f"choose_candidate_{number}" for number in range(1, 10))
"""The names of the actions that decide for a candidate, in their order."""
_ROW_HEIGHT, _LOW_ROW_HEIGHT = 30, 26  # pixels
_KEY_HEIGHT: Final = 18
_DOT_RADIUS: Final = 4.5
_GAP: Final = 8  # pixels between the parts of a row
_MAX_NAMES_SHARE: Final = 0.35  # of the width, of the annotators
_MAX_WORDS: Final = 80  # code points of a candidate's text


class CandidateRow(QAbstractButton):
    """A candidate of the current disagreement, or that there is no span."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._key, self._title, self._words, self._names = "", "", "", ""
        self._label: Label | None = None
        self._is_low = False
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # the article keeps it
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def show_candidate(
        self, key: str, title: str, words: str, names: str, label: Label | None, *, is_chosen: bool
    ) -> None:
        """Show what the key decides for; `names` are those of the annotators who have it."""
        self._key, self._title, self._words, self._names, self._label = key, title, words, names, label
        self.setCheckable(True)
        self.setChecked(is_chosen)
        self.setAccessibleName(" · ".join(filter(None, (title, isolate(words) if words else "", names))))
        self.setAccessibleDescription(_("key {key}").format(key=key))
        self.update()

    def text(self) -> str:
        """Return the displayed text."""
        return " ".join(filter(None, (self._key, self._title, self._words, self._names)))

    def set_low(self, is_low: bool) -> None:
        """Be lower, in a low window."""
        self._is_low = is_low
        self.updateGeometry()

    def nextCheckState(self) -> None:  # noqa: N802 - Qt's name
        """Stay as it is: a click decides."""

    def sizeHint(self) -> QSize:
        return QSize(0, _LOW_ROW_HEIGHT if self._is_low else _ROW_HEIGHT)

    def paintEvent(self, _event: QPaintEvent) -> None:
        theme = current_theme()
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            if self.isChecked() or self.underMouse():
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(QColor(theme.highlight))
                painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)
            x = _GAP
            key_font = fonts.interface_font(11)
            key_width = max(_KEY_HEIGHT, round(QFontMetricsF(key_font).horizontalAdvance(self._key)) + 10)
            area = QRectF(self._area(x, key_width, _KEY_HEIGHT)).adjusted(0.5, 0.5, -0.5, -0.5)
            paint_key_cap(painter, area, self._key, key_font, theme.dim, radius=4)
            x += key_width + _GAP
            if self._label:
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(theme.line_colour(self._label))
                dot = QRectF(self._area(x, round(2 * _DOT_RADIUS), round(2 * _DOT_RADIUS)))
                painter.drawEllipse(dot.center(), _DOT_RADIUS, _DOT_RADIUS)
                x += round(2 * _DOT_RADIUS) + _GAP
            bold, plain, small = (
                fonts.interface_font(13, bold=True),
                fonts.interface_font(14),
                fonts.interface_font(12),
            )
            names_width = round(
                min(QFontMetricsF(small).horizontalAdvance(self._names) + 4, self.width() * _MAX_NAMES_SHARE)
            )
            end = self.width() - _GAP - names_width
            for text, font in ((self._title, bold), (self._words, plain)):
                metrics = QFontMetricsF(font)
                width = min(round(metrics.horizontalAdvance(text)) + 4, max(0, end - _GAP - x))
                painter.setFont(font)
                painter.setPen(QColor(theme.ink))
                self._draw_text(painter, x, width, elide(text, metrics, width), Qt.AlignmentFlag.AlignLeading)
                x += width + _GAP
            painter.setFont(small)
            painter.setPen(QColor(theme.dim))
            # Not `elide`: an isolate around isolated names would read from left to right.
            names = QFontMetricsF(small).elidedText(self._names, Qt.TextElideMode.ElideRight, names_width)
            self._draw_text(painter, end, names_width, names, Qt.AlignmentFlag.AlignTrailing)

    def _draw_text(self, painter: QPainter, x: int, width: int, text: str, side: Qt.AlignmentFlag) -> None:
        is_leading = side == Qt.AlignmentFlag.AlignLeading
        is_left = is_leading != (self.layoutDirection() == Qt.LayoutDirection.RightToLeft)
        side = Qt.AlignmentFlag.AlignLeft if is_left else Qt.AlignmentFlag.AlignRight
        flags = side | Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignAbsolute
        painter.setLayoutDirection(self.layoutDirection())
        painter.drawText(self._area(x, width, self.height()), flags, text)

    def _area(self, x: int, width: int, height: int) -> QRect:
        """Return an area of the row, which begins `x` pixels from its leading edge."""
        if self.layoutDirection() == Qt.LayoutDirection.RightToLeft:
            x = self.width() - x - width
        return QRect(QPoint(x, (self.height() - height) // 2), QSize(width, height))


class AdjudicationBar(QFrame):
    """Shows the current disagreement, or how many are left, in the same height until all of an article are decided."""

    candidate_clicked = Signal(int)
    """Carries the number of the candidate, from 1."""
    none_clicked = Signal()

    def __init__(self, session: Session, model: AdjudicationModel) -> None:
        super().__init__()
        self._session, self._model = session, model
        self._actions: Mapping[str, QAction] = {}
        self._is_low = False
        self.setObjectName("bar")
        self._title_label, self._hint_label = ElidedLabel(""), ElidedLabel("quiet")
        self._title_label.setFont(fonts.interface_font(14, bold=True))
        self._heading = hbox(self._title_label, (self._hint_label, 1), spacing=_GAP)
        self._rows: list[CandidateRow] = []
        self._row_layout = vbox(spacing=1, margins=0)
        self._column = vbox(self._heading, self._row_layout, spacing=3, parent=self)
        self.set_low(False)
        self.hide()
        model.changed.connect(self._update)

    def add_buttons(self, actions: Mapping[str, QAction]) -> None:
        """Add a cross that ends the adjudication; the rows show the keys of these actions."""
        self._actions = actions
        close_button = ActionButton(actions["adjudicate"], "close", short_text=_("Back to my work"))
        close_button.set_compact(True)
        self._heading.addWidget(close_button)
        self._update()

    def set_low(self, is_low: bool) -> None:
        """Leave the room to the text in a low window."""
        self._is_low = is_low
        margin = 2 if is_low else 6
        self._column.setContentsMargins(10, margin, 8, margin)
        for row in self._rows:
            row.set_low(is_low)

    def text(self) -> str:
        """Return the displayed text, a line for each row."""
        rows = [row.text() for row in self._rows if not row.isHidden()]
        return "\n".join([f"{self._title_label.text()} {self._hint_label.text()}".strip(), *rows])

    def _update(self) -> None:
        """Show the current disagreement, or how many are left."""
        self.setVisible(self._model.is_active and self._session.article is not None)
        disagreement, open_count = self._model.current, len(self._model.disagreements)
        if disagreement:
            number, total = self._model.all.index(disagreement) + 1, len(self._model.all)
            title = _("Disagreement {number} of {count}")
            self._title_label.show_text(title.format(number=format_number(number), count=format_number(total)))
            decided = total - open_count
            self._hint_label.show_text(count_phrase("{count} decided", "{count} decided", decided) if decided else "")
        elif open_count:
            self._title_label.show_text(
                count_phrase("{count} disagreement left", "{count} disagreements left", open_count)
            )
            self._hint_label.show_text(self.describe_key("next_suggestion", _("{key}: go to it")))
        else:
            text = _("Everything is decided here.") if self._model.all else _("All annotators agree here.")
            self._title_label.show_text(text)
            self._hint_label.show_text(self.describe_key("done_and_next", _("{key}: done, and on to the next")))
        self._show_rows(disagreement)

    def describe_key(self, action: str, text: str) -> str:
        """Return a text about the {key} of an action; "" if it has none."""
        key = self._key_of(action)
        return text.format(key=key) if key else ""

    def _key_of(self, action: str) -> str:
        return format_shortcut(self._actions[action]) if action in self._actions else ""

    def _show_rows(self, disagreement: Disagreement | None) -> None:
        candidates = disagreement.candidates if disagreement else ()
        has_none = any(not candidate.spans for candidate in candidates)
        count = _count_rows(disagreement) if disagreement else 0
        is_open = bool(self._model.disagreements)
        reserved = max(map(_count_rows, self._model.all), default=0) if is_open else 0
        while len(self._rows) < reserved:
            self._add_row()
        for index, row in enumerate(self._rows):
            policy = row.sizePolicy()
            # So that the article does not move below the mouse, which would click, drag or double-click elsewhere.
            policy.setRetainSizeWhenHidden(index < reserved)
            row.setSizePolicy(policy)
            row.setVisible(index < count)
        if disagreement is None:
            return
        preselected = self._model.preselected(disagreement)
        for index, candidate in enumerate(candidates):
            key = self._key_of(CANDIDATE_ACTIONS[index]) if index < len(CANDIDATE_ACTIONS) else ""
            key = self._key_of("remove") if not candidate.spans else key
            key = self._key_of("accept") if candidate == preselected else key
            self._show_candidate(self._rows[index], key, candidate, is_chosen=candidate == preselected)
        if not has_none:
            row = self._rows[len(candidates)]
            row.show_candidate(self._key_of("remove"), _("No span here"), "", "", None, is_chosen=False)

    def _show_candidate(self, row: CandidateRow, key: str, candidate: Candidate, *, is_chosen: bool) -> None:
        names = _(", ").join(isolate(name) for name in self._model.names_of(candidate))
        if not candidate.spans:
            row.show_candidate(key, _("No span here"), "", names, None, is_chosen=is_chosen)
            return
        labels, first = self._session.labels, candidate.spans[0]
        title = _title(labels, first.label)
        words = " · ".join(self._describe(span, of_first=span is first) for span in candidate.spans)
        row.show_candidate(key, title, words, names, labels.find(first.label), is_chosen=is_chosen)

    def _describe(self, span: CandidateSpan, *, of_first: bool) -> str:
        """Return the words of a span with its value, and with its label where the row has another one's."""
        article, labels = self._session.article, self._session.labels
        words = " ".join(article.text[span.start : span.end].split()) if article else ""
        if len(words) > _MAX_WORDS:
            words = f"{words[: _MAX_WORDS // 2]} … {words[-_MAX_WORDS // 2 :]}"
        label = "" if of_first else _title(labels, span.label)
        value = isolate(format_value(span.value)) if span.value else ""
        return " ".join(filter(None, (isolate(add_arabic_mark(words)), f"({label})" if label else "", value)))

    def _add_row(self) -> None:
        row, number = CandidateRow(self), len(self._rows) + 1
        row.set_low(self._is_low)
        row.clicked.connect(lambda: self._click(number))
        self._rows.append(row)
        self._row_layout.addWidget(row)

    def _click(self, number: int) -> None:
        disagreement = self._model.current
        if disagreement and number <= len(disagreement.candidates):
            self.candidate_clicked.emit(number)
        else:
            self.none_clicked.emit()


def _count_rows(disagreement: Disagreement) -> int:
    """Return the number of candidates, with that there is no span, which can always be decided."""
    return len(disagreement.candidates) + all(candidate.spans for candidate in disagreement.candidates)


def _title(labels: LabelSet, name: str) -> str:
    label = labels.find(name)
    return label.localised_title() if label else name
