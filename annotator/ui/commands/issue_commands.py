"""What keys and clicks do to questions about labels. Each action of the menu `questions` is a public method here."""

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from annotator.i18n import _, ngettext, number
from annotator.jobs.checking import Asked
from annotator.ui.article.article_view import ArticleView
from annotator.ui.panels.issue_bar import QuestionBar
from annotator.ui.panels.issue_panel import QuestionsSide
from annotator.ui.session.background import Background
from annotator.ui.session.issues import Questions
from annotator.ui.session.session import Session
from annotator.ui.widgets.theme import Theme


class CheckingCommands(QObject):
    """Joins the questions with the view and the session's verbs. While there are any, `side` stands in the place of
    `articles`, and `bar` above the article."""

    def __init__(self, session: Session, view: ArticleView, articles: QWidget, background: Background) -> None:
        super().__init__(view)
        self._session, self._view, self._articles = session, view, articles
        self.questions = Questions(session, background)
        self.side, self.bar = QuestionsSide(self.questions), QuestionBar()
        self.side.questions.question_clicked.connect(self._go)
        self.questions.changed.connect(self._show)
        self.questions.current_changed.connect(self._say)
        self.questions.begun.connect(self._begin)
        session.labels_changed.connect(self._show)
        session.article_opened.connect(self._article_opened)

    def check_labels(self) -> None:
        """Check the labels and go to the first question; while questions are shown, put them away."""
        if self.questions.active:
            self.questions.end()
            self._view.setFocus()
        else:
            self.questions.begin()

    def next_question(self) -> None:
        self._step(1)

    def previous_question(self) -> None:
        self._step(-1)

    def put_right(self) -> None:
        """Put the current question right where that is clear, and go on to the next one of the article."""
        asked = self._here()
        if asked and asked.question.remedy is None:
            self._session.told.emit(_("It is for you to put right: by the usual keys."))
        elif asked and self._session.put_right(asked.question):
            self._go_on(asked)

    def dismiss_question(self) -> None:
        """Do not ask the current question again, ever; go on to the next one of the article."""
        asked = self._here()
        if asked and self._session.dismiss(asked.question):
            self._go_on(asked)

    def set_theme(self, theme: Theme) -> None:
        """Show everything in this theme."""
        self.side.questions.delegate.theme = theme
        self.side.questions.viewport().update()

    # Inside

    def _begin(self) -> None:
        if self.questions.shown:
            self._go(self.questions.shown[0])

    def _article_opened(self, _offset: int) -> None:
        self._say()

    def _step(self, step: int) -> None:
        if not self.questions.active:
            self.questions.begin()
        elif asked := self.questions.seek(step):
            self._go(asked)

    def _here(self) -> Asked | None:
        """The current question, where it is about the open article; else it is gone to first, to be seen."""
        asked, article = self.questions.current, self._session.article
        if not self.questions.active or not asked:
            self._session.told.emit(_("There is no question here."))
            return None
        if not article or article.uid != asked.article:
            self._go(asked)
            return None
        return asked

    def _go_on(self, answered: Asked) -> None:
        """To the next question, unless it is about another article: what was done is to be seen, and can be undone."""
        following = self.questions.beside(1)
        if following and following.article == answered.article and following != answered:
            self._go(following)

    def _go(self, asked: Asked) -> None:
        """Open its article, select the span or the words, and bring them into sight."""
        session, questions = self._session, self.questions
        questions.choose(asked)
        if not session.article or session.article.uid != asked.article:
            session.open_number(asked.number, asked.question.start)
        here = questions.current
        if not session.article or not here or here.article != session.article.uid:
            return  # it could not be opened, which was told, or was changed elsewhere and is not asked any more
        question = here.question
        span = next((one for one in session.spans if one.uid == question.span), None)
        session.select(span)
        if span is None:
            self._view.select(question.start, question.end)
        self._view.reveal(question.start, min(question.end, len(session.article.text)), around=True)
        self._view.setFocus()

    def _show(self) -> None:
        """The list is there while questions are."""
        active = self.questions.active
        # The one before the other: with both, the window would have to be wider.
        (self._articles if active else self.side).hide()
        (self.side if active else self._articles).show()
        self.bar.setVisible(active)
        self.side.questions.delegate.labels = self._session.labels
        self._say()

    def _say(self) -> None:
        questions, current = self.questions, self.questions.current
        if current:
            article = self._session.article
            here = article if article and article.uid == current.article else None
            self.bar.show_question(current.question, here, self._session.labels)
            return
        left = len(questions.shown)
        if not left:
            self.bar.say(_("Nothing is doubtful."), _("No question about the labels is left."))
            return
        said = ngettext("{count} question is left.", "{count} questions are left.", left)
        self.bar.say(said.format(count=number(left)), _("The key of “Next” goes to it."))
