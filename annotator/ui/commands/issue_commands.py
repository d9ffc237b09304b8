"""Commands on issues."""

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from annotator.i18n import _
from annotator.jobs.checking import ArticleIssue
from annotator.ui.article.article_view import ArticleView
from annotator.ui.central.issue_bar import IssueBar
from annotator.ui.panels.issue_panel import IssuePanel
from annotator.ui.session.issues import IssueModel
from annotator.ui.session.session import Session
from annotator.ui.session.tasks import TaskRunner


class IssueCommands(QObject):
    """Connects the issues with the view and the session.

    While issues are active, `sidebar` replaces `articles`, and `bar` is visible.
    """

    def __init__(self, session: Session, view: ArticleView, articles: QWidget, tasks: TaskRunner) -> None:
        super().__init__(view)
        self._session, self._view, self._articles = session, view, articles
        self.issues = IssueModel(session, tasks)
        self.sidebar, self.bar = IssuePanel(session, self.issues), IssueBar(session, self.issues)
        self.sidebar.issue_list.issue_clicked.connect(self._go_to)
        self.issues.changed.connect(self._update)
        self.issues.checked.connect(self._go_to_first)

    def check_labels(self) -> None:
        """Check the labels and go to the first issue, or stop."""
        if not self.leave():
            self.issues.start()

    def leave(self) -> bool:
        """Stop checking the labels, and return whether they were checked."""
        if not self.issues.is_active:
            return False
        self.issues.stop()
        self._view.setFocus()
        return True

    def step(self, step: int) -> None:
        """Go to the next (1) or previous (-1) issue, or check the labels first."""
        if not self.issues.is_active:
            self.issues.start()
        elif neighbour := self.issues.find_open_neighbour(step):
            self._go_to(neighbour)

    def apply_fix(self) -> None:
        """Apply the current issue's fix, if any, and go to the article's next issue."""
        current = self._current_in_open_article()
        if current and current.issue.fix is None:
            self._session.notified.emit(_("This issue has no automatic fix. Correct it with the usual keys."))
        elif current and self._session.apply_fix(current.issue):
            self._go_to_next(current)

    def dismiss(self) -> None:
        """Dismiss the current issue for good and go to the article's next one."""
        current = self._current_in_open_article()
        if current and self._session.dismiss(current.issue):
            self._go_to_next(current)

    # Internals

    def _go_to_first(self) -> None:
        if self.issues.visible:
            self._go_to(self.issues.visible[0])

    def _current_in_open_article(self) -> ArticleIssue | None:
        """Return the current issue if it is in the open article; else go to it, to show it first."""
        current, article = self.issues.current, self._session.article
        if not self.issues.is_active or not current:
            self._session.notified.emit(_("No issue is selected."))
            return None
        if not article or article.uid != current.article:
            self._go_to(current)
            return None
        return current

    def _go_to_next(self, resolved: ArticleIssue) -> None:
        """Go to the article's next issue; after the last, stay, so the change can be seen and undone."""
        following = self.issues.find_neighbour(1)
        if following and following.article == resolved.article and following != resolved:
            self._go_to(following)

    def _go_to(self, target: ArticleIssue) -> None:
        """Open an issue's article, select its span or words, and scroll there."""
        session, issues = self._session, self.issues
        issues.set_current(target)
        if not session.article or session.article.uid != target.article:
            session.open_by_id(target.number, target.issue.start)
        current = issues.current
        if not session.article or not current or current.article != session.article.uid:
            return  # it could not be opened, which was reported, or was changed elsewhere and no longer exists
        issue = current.issue
        target_span = next((span for span in session.spans if span.uid == issue.span), None)
        session.select(target_span)
        if target_span is None:
            self._view.select(issue.start, issue.end)
        self._view.reveal(issue.start, min(issue.end, len(session.article.text)), with_context=True)
        self._view.setFocus()

    def _update(self) -> None:
        """Show the sidebar and the bar while issues are active."""
        is_active = self.issues.is_active
        # Hide the one before showing the other: both together would widen the window.
        (self._articles if is_active else self.sidebar).hide()
        (self.sidebar if is_active else self._articles).show()
        self.bar.setVisible(is_active)
