"""The questions about the labels, as a list: the words that each is about, and its kind."""

from typing import Final

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPointF, QRectF, QSize, QStringListModel, Qt, Signal
from PySide6.QtGui import QColor, QFocusEvent, QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from annotator.checks.issue import kind_title
from annotator.i18n import _
from annotator.jobs.checking import Asked
from annotator.model.labels import LabelSet
from annotator.ui.actions.panel_focus import paint_ring
from annotator.ui.panels.empty_state import paint_hint
from annotator.ui.session.issues import Questions
from annotator.ui.widgets import fonts
from annotator.ui.widgets.bidi_text import as_read, elided, tooltip
from annotator.ui.widgets.theme import LIGHT

_ASKED: Final = Qt.ItemDataRole.UserRole
_HEIGHT: Final = 48
_LETTERS, _QUIET = 13.5, 12.0  # pixels
_Index = QModelIndex | QPersistentModelIndex


class QuestionModel(QStringListModel):
    """A row a question. Rows are counted in C++, as those of an ArticleModel."""

    def __init__(self, questions: Questions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._questions = questions
        questions.changed.connect(self._reread)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        asked = self._questions.shown[index.row()]
        question = asked.question
        if role == _ASKED:
            return asked
        words = " ".join(asked.text.split())
        if role == Qt.ItemDataRole.DisplayRole:
            return words
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return ", ".join(filter(None, (words, kind_title(question.kind), question.message)))
        if role == Qt.ItemDataRole.ToolTipRole:
            return tooltip("\n".join(filter(None, (words, question.message))))
        return None

    def _reread(self) -> None:
        count = len(self._questions.shown)
        if count != self.rowCount():
            self.setStringList([""] * count)


class QuestionDelegate(QStyledItemDelegate):
    """Paints a question: a dot of the label's colour and the words, and beneath them what is doubtful."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.labels = LabelSet(())
        self.theme = LIGHT

    def sizeHint(self, _option: QStyleOptionViewItem, _index: _Index) -> QSize:
        return QSize(120, _HEIGHT)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        asked: Asked = index.data(_ASKED)
        label = self.labels.find(asked.question.label)
        rtl = option.direction == Qt.LayoutDirection.RightToLeft
        rect = QRectF(option.rect)
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        if chosen or option.state & QStyle.StateFlag.State_MouseOver:
            painter.setBrush(QColor(self.theme.chosen if chosen else self.theme.desk))
            painter.drawRoundedRect(rect.adjusted(0, 1, 0, -1), 8, 8)
        dot = QPointF(rect.right() - 14 if rtl else rect.left() + 14, rect.top() + 15)
        colour = self.theme.firm(label) if label else QColor(self.theme.faint)
        painter.setBrush(colour if asked.question.span else Qt.BrushStyle.NoBrush)
        painter.setPen(colour)
        painter.drawEllipse(dot, 4, 4)
        room = rect.adjusted(10, 4, -28, -5) if rtl else rect.adjusted(28, 4, -10, -5)
        half = room.height() / 2
        ink, dim = QColor(self.theme.ink), QColor(self.theme.dim)
        for at, (text, size, pen) in enumerate(
            ((as_read(index.data()), _LETTERS, ink), (kind_title(asked.question.kind), _QUIET, dim))
        ):
            font = fonts.interface(size)
            painter.setFont(font)
            painter.setPen(pen)
            side = Qt.AlignmentFlag.AlignRight if rtl else Qt.AlignmentFlag.AlignLeft
            flags = side | Qt.AlignmentFlag.AlignAbsolute | Qt.AlignmentFlag.AlignVCenter
            line = QRectF(room.left(), room.top() + at * half, room.width(), half)
            painter.drawText(line, flags, elided(text, QFontMetricsF(font), room.width()))
        if option.state & QStyle.StateFlag.State_HasFocus:
            paint_ring(painter, rect.adjusted(0, 1, 0, -1), self.theme, 8)
        painter.restore()


class QuestionList(QListView):
    """The list; a click or Enter goes to a question."""

    question_clicked = Signal(object)

    def __init__(self, questions: Questions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._questions = questions
        self._model, self.delegate = QuestionModel(questions, self), QuestionDelegate(self)
        self.setModel(self._model)
        self.setItemDelegate(self.delegate)
        self.setUniformItemSizes(True)
        self.setEditTriggers(QListView.EditTrigger.NoEditTriggers)
        self.setAccessibleName(_("Questions about the labels"))
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # after a click the article keeps the keys
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.clicked.connect(lambda index: self.question_clicked.emit(index.data(_ASKED)))
        self.activated.connect(lambda index: self.question_clicked.emit(index.data(_ASKED)))
        questions.changed.connect(self._follow)
        questions.current_changed.connect(self._follow)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._follow()  # arrow keys have gone elsewhere, and no question was gone to

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self._questions.shown:
            paint_hint(self, self.delegate.theme, _("Nothing is doubtful."))

    def _follow(self) -> None:
        place = self._questions.place()
        if place < 0:
            self.clearSelection()
        else:
            index = self._model.index(place)
            self.setCurrentIndex(index)
            self.scrollTo(index)
        self.viewport().update()
