"""The current question, above the article: what is doubtful, how it would be put right, and the keys for it."""

from collections.abc import Mapping
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from annotator.checks.issue import Question, kind_title
from annotator.i18n import _
from annotator.model.labels import LabelSet
from annotator.model.records import Article
from annotator.ui.widgets import fonts
from annotator.ui.widgets.bidi_text import plain_label, quotes_apart, tooltip
from annotator.ui.widgets.buttons import ActionButton

_LINES: Final = 2  # of what is said about a question: the article beneath stays where it is
_LONGEST: Final = 60  # code points of what a span would be


class QuestionBar(QFrame):
    """Shows one question, or what to do where there is none."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("bar")
        self._kind, self._said = plain_label(), plain_label(name="quiet")
        self._kind.setFont(fonts.interface(14, bold=True))
        self._said.setWordWrap(True)
        self._said.setAlignment(Qt.AlignmentFlag.AlignLeading | Qt.AlignmentFlag.AlignTop)
        self._said.setFixedHeight(_LINES * self._said.fontMetrics().lineSpacing())
        for label in (self._kind, self._said):
            label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)  # the window sets the width
        self._buttons: list[ActionButton] = []
        texts = QVBoxLayout()
        texts.setSpacing(0)
        texts.addWidget(self._kind)
        texts.addWidget(self._said)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(14, 6, 10, 6)
        self._row.setSpacing(8)
        self._row.addLayout(texts, 1)
        self.hide()

    def add_buttons(self, actions: Mapping[str, QAction]) -> None:
        """Have a button for what is done to a question, and for the next one."""
        for name, words in (
            ("put_right", _("Put it right")),
            ("dismiss_question", _("Dismiss")),
            ("next_question", _("Next")),
        ):
            button = ActionButton(actions[name], words=words, primary=name == "put_right")
            self._buttons.append(button)
            self._row.addWidget(button)

    def show_question(self, question: Question, article: Article | None, labels: LabelSet) -> None:
        """Show this question; its article is None while another one is open."""
        said = (question.message, _remedy(question, article, labels))
        self.say(kind_title(question.kind), " ".join(filter(None, said)))
        self._buttons[0].setVisible(question.remedy is not None)

    def said(self) -> str:
        """What is shown, in one text."""
        return f"{self.accessibleName()}\n{self.accessibleDescription()}"

    def say(self, head: str, said: str) -> None:
        """Say this, in a line by itself and in two beneath."""
        self._kind.setText(head)
        self._said.setText(quotes_apart(said))
        self._said.setToolTip(tooltip(said))
        self.setAccessibleName(head)
        self.setAccessibleDescription(said)


def _remedy(question: Question, article: Article | None, labels: LabelSet) -> str:
    """What putting it right does, in a sentence."""
    remedy = question.remedy
    if remedy is None:
        return _("It is for you to put right.")
    if remedy.label is None:
        return _("Putting it right removes the span.")
    label = labels.find(remedy.label)
    shown = label.shown() if label else remedy.label
    if question.span is None:
        return _("Putting it right tags them: {label}.").format(label=shown)
    if remedy.label != question.label:
        return _("Putting it right makes the label {label}.").format(label=shown)
    if article is None:
        return ""
    words = " ".join(article.text[remedy.start : remedy.end].split())
    if len(words) > _LONGEST:
        words = f"{words[: _LONGEST // 2]} … {words[-_LONGEST // 2 :]}"
    return _("Putting it right makes it “{words}”.").format(words=words)
