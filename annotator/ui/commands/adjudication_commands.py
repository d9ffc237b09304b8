"""Commands that adjudicate: decide in the gold layer where annotators differ."""

from collections.abc import Callable, Generator
from pathlib import Path
from typing import Final

from PySide6.QtCore import QObject, Qt, QTimer

from annotator.i18n import _
from annotator.jobs.adjudication import AdjudicationResult, adjudicate
from annotator.model.records import IN_PROGRESS, NEW, Step
from annotator.store.corpus import Corpus
from annotator.store.queries.gold import create_gold
from annotator.ui.article.article_view import ArticleView
from annotator.ui.central.adjudication_bar import AdjudicationBar
from annotator.ui.commands.corpus_commands import CorpusCommands
from annotator.ui.session.adjudication import AdjudicationModel
from annotator.ui.session.tasks import TaskRunner
from annotator.ui.session.window_context import WindowContext
from annotator.ui.widgets.modal import run_dialog

_MESSAGE_DELAY: Final = 400
"""Milliseconds that a comparison may take without a word about it."""
_RECOUNT_PAUSE: Final = 1000
"""Milliseconds from a change by others until the disagreements are counted anew."""


class AdjudicationCommands(QObject):
    """Connects the disagreements with the session, and shows them in `bar`.

    It must connect to an opened article after what clears the current suggestion then.
    """

    def __init__(self, context: WindowContext, view: ArticleView, corpus: CorpusCommands) -> None:
        super().__init__(context.window)
        self._session, self._suggestions, self._tasks = context.session, context.suggestion_model, context.tasks
        self._settings, self._corpus, self._view = context.settings, corpus, view
        self._window = context.window
        self.model = AdjudicationModel(context.session, context.suggestion_model, context.settings)
        self.bar = AdjudicationBar(context.session, self.model)
        self.bar.candidate_clicked.connect(self._choose)
        self.bar.none_clicked.connect(self._decide_none)
        self._comparison = TaskRunner(self, "adjudication")
        self._recount_timer = QTimer(self, singleShot=True, interval=_RECOUNT_PAUSE)  # others may write often
        self._recount_timer.timeout.connect(self._recount)
        self._session.corpus_changed.connect(self._on_corpus_changed)
        self._session.corpus_closing.connect(self._comparison.cancel)
        self._session.on_change(self._stop_counting, "adjudicator")
        self._session.article_opened.connect(self._go_to_first)
        # After the key: what comes next is shown behind the question.
        self.model.overruled.connect(self._ask_reason, Qt.ConnectionType.QueuedConnection)

    @property
    def is_active(self) -> bool:
        """Whether the gold layer is edited."""
        return self.model.is_active

    def toggle(self) -> None:
        """Adjudicate, or go back to one's own layers; while the annotators are compared, stop that."""
        if self._comparison.is_busy and not self.is_active:
            self._comparison.stop()
        elif not self._corpus.confirm_leave():
            return
        elif self.is_active:
            self._session.switch_annotator(self._session.current.user)
        else:
            self._start()

    def choose(self, number: int) -> None:
        """Decide for the candidate with this number, from 1."""
        disagreement = self.model.current
        if disagreement is None:
            self._go_to_first()
        elif number <= len(disagreement.candidates):
            self.model.choose(disagreement.candidates[number - 1])

    def edit_reason(self) -> bool:
        """Ask for the reason of the last decision, and return whether that is what a note is about now."""
        if not self.is_active or self._session.selection:
            return False
        if not self._edit_reason():
            self._session.notified.emit(_("Decide first, then say why."))
        return True

    def decide_everywhere(self) -> bool:
        """Decide the current disagreement in all articles, after a list; return whether that is what is meant now."""
        disagreement, suggestion = self.model.current, self._suggestions.original
        if not self.is_active or self._session.selection or not disagreement or not suggestion:
            return False
        if self._session.retry_save():
            from annotator.ui.dialogs.team.same_disagreements import SameDisagreementsDialog

            chosen = self.model.chosen(disagreement, suggestion)
            run_dialog(SameDisagreementsDialog(self._window, self._session, self._tasks, disagreement, chosen))
        return True

    def describe_everywhere(self) -> str:
        """Say that the current disagreement would be decided in all articles; "" if it would not."""
        is_meant = self.is_active and not self._session.selection and self.model.current
        return _("Decide the disagreement everywhere…") if is_meant else ""

    def toggle_asking(self) -> None:
        """Have the reason asked after decisions that overrule the annotators, or not."""
        self._settings.save(asks_reason=not self._settings.current.asks_reason)

    def toggle_preselection(self) -> None:
        """Have what most annotators have chosen at first, or nothing."""
        self._settings.save(preselects_majority=not self._settings.current.preselects_majority)
        self.model.update()

    # Internals

    def _start(self) -> None:
        """Put what all agree on into the gold layer, then show the first article that has a disagreement.

        Until then the annotator's own layers can be edited.
        """
        session = self._session
        if not session.corpus:
            return
        user, path = session.current.user, session.corpus.path

        def show(result: AdjudicationResult) -> None:
            is_same = session.corpus and session.corpus.path == path and session.current.user == user
            if not session.corpus or not is_same or not self._corpus.confirm_leave():
                return
            session.adjudicate(create_gold(session.corpus), result.count_by_article())
            if not session.articles:
                session.switch_annotator(user)
                session.notified.emit(_("There is nothing to adjudicate: no article is done by two annotators."))
            elif not self._is_open_article_to_do() and not session.open_next_unfinished():
                session.leave_article(is_finished=True)

        def explain_wait() -> None:
            if self._comparison.is_busy and not self.is_active:
                session.notified.emit(_("Comparing the annotators. You can go on labelling meanwhile."))

        self._compare(path, user, show, writes=True)
        QTimer.singleShot(_MESSAGE_DELAY, self, explain_wait)

    def _compare(
        self, path: Path, user: str, show: Callable[[AdjudicationResult], object], *, writes: bool = False
    ) -> None:
        """Compare the annotators beside the window, and call `show` with what is left to decide."""

        def compare() -> Generator[tuple[int, int], None, AdjudicationResult]:
            with Corpus.open(path, readonly=not writes) as corpus:
                return (yield from adjudicate(corpus, user, agreed=writes))

        self._comparison.run_quietly(compare, show, failed=self._session.failed.emit)

    def _recount(self) -> None:
        """Count the disagreements anew, after a change that may be in any article."""
        session = self._session
        if not self.is_active or not session.corpus:
            return
        if self._comparison.is_busy:
            self._recount_timer.start()
            return

        def show(result: AdjudicationResult) -> None:
            if self.is_active:
                session.count_disagreements(result.count_by_article())

        self._compare(session.corpus.path, session.current.user, show)

    def _stop_counting(self) -> None:
        """Count no longer once the gold layer is left, so that an adjudication can begin again at once."""
        if not self.is_active and self._session.corpus:
            self._recount_timer.stop()
            self._comparison.cancel(self._session.corpus.path)

    def _on_corpus_changed(self, step: Step | None) -> None:
        if self.is_active and (step is None or len({edit.article for edit in step.edits}) > 1):
            self._recount_timer.start()

    def _is_open_article_to_do(self) -> bool:
        return self._session.current_index() >= 0 and self._session.article_state in (NEW, IN_PROGRESS)

    def _ask_reason(self) -> None:
        if self.is_active and self._settings.current.asks_reason:
            hint = _("You decided otherwise than the annotators.")
            how_to_stop = self.bar.describe_key("toggle_asking_reason", _("{key}: never ask by itself"))
            self._edit_reason(" ".join(filter(None, (hint, how_to_stop))))

    def _edit_reason(self, hint: str = "") -> bool:
        """Ask for the reason of the last decision, and return whether there is one."""
        decision, article = self.model.last_decision, self._session.article
        if decision is None or article is None:
            return False
        from annotator.ui.dialogs.team.decision_reason import DecisionReasonDialog

        words = " ".join(article.text[decision.start : decision.end].split())
        dialog = run_dialog(DecisionReasonDialog(self._window, decision, words, hint))
        if dialog:
            self.model.explain(decision, dialog.fields.cause, dialog.fields.reason)
        return True

    def _go_to_first(self) -> None:
        """Make the first disagreement current."""
        if self.is_active and self._suggestions.visible:
            self._suggestions.set_current(self._suggestions.visible[0])

    def _choose(self, number: int) -> None:
        self.choose(number)
        self._view.setFocus()

    def _decide_none(self) -> None:
        if self._suggestions.original:
            self.model.reject(self._suggestions.original)
        self._view.setFocus()
