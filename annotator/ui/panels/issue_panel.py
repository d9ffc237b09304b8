"""What stands in the place of the articles while the labels are checked: the questions, and which of them are shown."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QHBoxLayout

from annotator.checks.issue import KINDS, kind_title
from annotator.i18n import _, number
from annotator.ui.panels.issue_list import QuestionList
from annotator.ui.panels.sidebars import Side
from annotator.ui.session.issues import Questions
from annotator.ui.widgets.bidi_text import plain_label


class QuestionsSide(Side):
    """The list of questions and its filter."""

    def __init__(self, questions: Questions) -> None:
        super().__init__()
        self._questions = questions
        self.questions = QuestionList(questions)
        self.kind = QComboBox()
        self.kind.setAccessibleName(_("Which questions"))
        self.kind.setObjectName("filter")
        self.kind.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._place = plain_label(name="quiet")
        head = QHBoxLayout()
        head.addWidget(plain_label(_("Questions"), "heading"))
        head.addStretch()
        head.addWidget(self._place)
        self.column.addLayout(head)
        self.column.addWidget(self.kind)
        self.column.addWidget(self.questions, 1)
        self.kind.activated.connect(lambda _at: questions.show(self.kind.currentData()))
        questions.changed.connect(self._show)
        questions.current_changed.connect(self._say)
        self.hide()

    def _show(self) -> None:
        """The kinds that there are, with how many there are of each."""
        counts, chosen = self._questions.counts, self._questions.kind
        kinds = [kind for kind in KINDS if counts[kind] > 0 or kind == chosen]
        if [self.kind.itemData(at) for at in range(self.kind.count())] != [None, *kinds]:
            self.kind.clear()
            for kind in (None, *kinds):
                self.kind.addItem("", kind)
        for at, kind in enumerate((None, *kinds)):
            name = kind_title(kind) if kind else _("All questions")
            count = counts[kind] if kind else sum(counts.values())
            self.kind.setItemText(at, _("{name}: {fact}").format(name=name, fact=number(count)))
        self.kind.setCurrentIndex(self.kind.findData(chosen) if chosen else 0)
        self._say()

    def _say(self) -> None:
        place, count = self._questions.place(), len(self._questions.shown)
        said = _("{place} of {count}").format(place=number(place + 1), count=number(count)) if place >= 0 else ""
        self._place.setText(said or number(count))
