"""Commands that decide on suggestions and move between them."""

from bisect import bisect_right
from collections.abc import Sequence

from msgspec.structs import replace
from PySide6.QtCore import QObject

from annotator.i18n import _, count_phrase, format_number, ngettext
from annotator.model.open_suggestions import SURE_SCORE
from annotator.model.records import Suggestion
from annotator.text.sentences import sentence_breaks
from annotator.ui.article.article_view import ArticleView
from annotator.ui.session.notice import Notice
from annotator.ui.session.session import Session
from annotator.ui.session.suggestions import SuggestionModel
from annotator.ui.session.user_settings import UserSettings
from annotator.ui.widgets.bidi_text import format_percent


class SuggestionCommands(QObject):
    """Connects the suggestions with the view and the session."""

    def __init__(
        self, session: Session, view: ArticleView, suggestions: SuggestionModel, settings: UserSettings
    ) -> None:
        super().__init__(view)
        self._session, self._view, self._suggestions, self._settings = session, view, suggestions, settings
        suggestions.set_enabled(settings.current.suggestions)
        self._decided: Suggestion | None = None  # the last one, until the suggesters have responded to it
        for changed in (suggestions.changed, suggestions.current_changed):
            changed.connect(self._show_in_view)
        suggestions.settled.connect(self._advance)
        view.suggestion_clicked.connect(self.set_current)
        view.accept_requested.connect(self._accept_clicked)
        view.caret_moved.connect(self._clear_current)
        view.selection_changed.connect(self._yield_to_selection)
        session.on_change(self._yield_to_selection, "selection")
        session.article_opened.connect(self._clear_current)

    @property
    def current(self) -> Suggestion | None:
        """The current suggestion with the annotator's edits."""
        return self._suggestions.current

    @property
    def open_count(self) -> int:
        """The number of suggestions that are shown and not decided."""
        return len(self._suggestions.visible)

    def set_current(self, suggestion: Suggestion | None) -> None:
        """Make this suggestion current, or none."""
        self._decided = None
        self._suggestions.set_current(suggestion)

    def accept(self) -> None:
        """Accept the current suggestion and go to the next; without one, go to one at or after the caret."""
        if self.current:
            self._accept(self.current)
        else:
            self._make_current(self._suggestions.find_at(self._view.current_offset()))

    def accept_as(self, label: str) -> None:
        """Accept the current suggestion with this label."""
        if self.current:
            self._accept(replace(self.current, label=label))

    def accept_over(self, label: str, start: int, end: int, *, is_selected: bool) -> bool:
        """Accept the suggestion in the place of this range with this label, and return whether there is one.

        It has exactly the range that the annotator selected, or lies over the word under the caret: the innermost with
        the label, else the innermost. A span on a part of it would throw away the rest. The new span is selected, as if
        it had been tagged: who works by caret or mouse is not taken to the next suggestion.
        """
        candidates = [
            suggestion
            for suggestion in self._suggestions.visible
            if ((suggestion.start, suggestion.end) == (start, end))
            or (not is_selected and suggestion.start < end and start < suggestion.end)
        ]
        if not candidates:
            return False
        best_match = min(candidates, key=lambda candidate: (candidate.label != label, candidate.end - candidate.start))
        self.set_current(None)
        self._suggestions.decider.accept(best_match, replace(best_match, label=label))
        if self._session.pending_step:
            self.set_current(best_match)
        else:
            place = label, best_match.start, best_match.end
            self._session.select(
                next((span for span in self._session.spans if (span.label, span.start, span.end) == place), None)
            )
        return True

    def reject(self) -> None:
        """Reject the current suggestion and go to the next."""
        original = self._suggestions.original
        if original and self._suggestions.decider.reject(original):
            self._decided = original

    def accept_sentence(self) -> None:
        """Accept the sentence's sure suggestions and go to the first one left from its start on."""
        start, in_sentence = self._find_in_sentence()
        none_message = (
            _("No disagreement in this sentence has a majority.")
            if self._suggestions.is_provided
            else _("This sentence has no sure suggestions: {score} and more.")
        )
        self._accept_sure(in_sentence, start, none_message)

    def accept_article(self) -> None:
        """Accept the article's sure suggestions and go to the next one left."""
        none_message = (
            _("No disagreement in this article has a majority.")
            if self._suggestions.is_provided
            else _("This article has no sure suggestions: {score} and more.")
        )
        self._accept_sure(self._suggestions.visible, self._view.current_offset(), none_message)

    def accept_in_view(self) -> None:
        """Accept what is suggested in view, sure or not, and go to the next one left; only go there if none is.

        What is out of view stays: nobody has looked at it.
        """
        in_view = self._find_in_view()
        if in_view:
            self._accept_all(in_view, in_view[0].start)
        else:
            self._make_current(self._suggestions.find_next(self._view.current_offset()))

    def describe_sentence(self) -> str:
        """Return what `accept_sentence` would do now, with numbers; "" without suggestions in the sentence."""
        _start, in_sentence = self._find_in_sentence()
        if self._suggestions.is_provided:
            return self._describe(in_sentence, _("Decide {count} of {total} in the sentence by majority"))
        return self._describe(in_sentence, _("Accept {count} of {total} in the sentence: {score} and more"))

    def describe_article(self) -> str:
        """Return what `accept_article` would do now, likewise."""
        if self._suggestions.is_provided:
            return self._describe(self._suggestions.visible, _("Decide {count} of {total} in the article by majority"))
        return self._describe(
            self._suggestions.visible, _("Accept {count} of {total} in the article: {score} and more")
        )

    def describe_in_view(self) -> str:
        """Return what `accept_in_view` would do now, likewise."""
        in_view = self._find_in_view()
        if not in_view:
            return ""
        if self._suggestions.is_provided:
            return _("Decide {count} in view by majority").format(count=format_number(len(in_view)))
        text = _("Accept {count} in view: {score} and more")
        return text.format(count=format_number(len(in_view)), score=format_percent(_lowest_score(in_view)))

    def step(self, step: int) -> None:
        """Go to the next (1) or previous (-1) suggestion."""
        model = self._suggestions
        find = model.find_next if step > 0 else model.find_previous
        if model.original:
            self._make_current(model.find_neighbour(model.original, step))
        else:
            self._make_current(find(self._view.current_offset()))

    def toggle(self) -> None:
        """Show or hide suggestions."""
        self._suggestions.set_enabled(not self._suggestions.is_enabled)
        self._settings.save(suggestions=self._suggestions.is_enabled)
        message = _("Suggestions shown") if self._suggestions.is_enabled else _("Suggestions hidden")
        self._session.notified.emit(message)

    # Internals

    def _accept(self, edited: Suggestion) -> None:
        original = self._suggestions.original
        if original and self._suggestions.decider.accept(original, edited):
            self._decided = original

    def _show_in_view(self) -> None:
        original, current = self._suggestions.original, self._suggestions.current
        visible = self._suggestions.visible
        if current and current != original:
            visible = tuple(current if suggestion == original else suggestion for suggestion in visible)
        self._view.show_suggestions(visible, current)

    def _accept_clicked(self, suggestion: Suggestion) -> None:
        if suggestion != self.current and suggestion in self._suggestions.visible:
            self.set_current(suggestion)
        if suggestion == self.current:
            self._accept(suggestion)
            if self.current and not self._view.is_in_view(self.current.start, self.current.end):
                self.set_current(None)  # the page stays under the mouse, and Enter accepts nothing unseen

    def _find_in_sentence(self) -> tuple[int, Sequence[Suggestion]]:
        """Return the start of the current sentence, and the suggestions that begin in it."""
        article = self._session.article
        if not article:
            return 0, ()
        offset, text = self._view.current_offset(), article.text
        edges = [0, *sentence_breaks(text, 0, len(text)), len(text)]
        after = bisect_right(edges, offset, hi=len(edges) - 1)
        start, end = edges[after - 1 : after + 1]
        return start, [suggestion for suggestion in self._suggestions.visible if start <= suggestion.start < end]

    def _find_in_view(self) -> list[Suggestion]:
        """Return the suggestions whose lines are all on the screen, of disagreements those with a majority."""
        in_view = [
            suggestion
            for suggestion in self._suggestions.visible
            if self._view.is_in_view(suggestion.start, suggestion.end) and not self._is_in_editing(suggestion)
        ]
        return self._find_sure(in_view) if self._suggestions.is_provided else in_view

    def _find_sure(self, suggestions: Sequence[Suggestion]) -> list[Suggestion]:
        """Return the sure ones, without one that is being edited."""
        return [
            suggestion
            for suggestion in suggestions
            if self._suggestions.is_sure(suggestion) and not self._is_in_editing(suggestion)
        ]

    def _is_in_editing(self, suggestion: Suggestion) -> bool:
        model = self._suggestions
        return suggestion == model.original != model.current

    def _describe(self, suggestions: Sequence[Suggestion], text: str) -> str:
        count, total = len(self._find_sure(suggestions)), len(suggestions)
        score = format_percent(SURE_SCORE)
        return text.format(count=format_number(count), total=format_number(total), score=score) if total else ""

    def _accept_sure(self, suggestions: Sequence[Suggestion], start: int, none_message: str) -> None:
        """Accept the sure ones; if none is, show `none_message` with the score that it takes."""
        sure = self._find_sure(suggestions)
        if sure:
            self._accept_all(sure, start)
        else:
            self._session.notified.emit(none_message.format(score=format_percent(SURE_SCORE)))

    def _accept_all(self, suggestions: Sequence[Suggestion], start: int) -> None:
        """Accept these as suggested, in one step, and go to the first one left from `start` on.

        An edited one stays current.
        """
        model = self._suggestions
        is_editing = model.current != model.original
        if model.decider.accept_all(suggestions):
            self._session.announced.emit(Notice(self._describe_accepted(suggestions), is_undoable=True))
            if not is_editing:
                model.set_current(model.find_next(start))

    def _describe_accepted(self, suggestions: Sequence[Suggestion]) -> str:
        count = len(suggestions)
        if self._suggestions.is_provided:
            return count_phrase(
                "{count} disagreement decided by majority.", "{count} disagreements decided by majority.", count
            )
        message = ngettext(
            "{count} suggestion accepted: {score} and more.", "{count} suggestions accepted: {score} and more.", count
        )
        return message.format(count=format_number(count), score=format_percent(_lowest_score(suggestions)))

    def _make_current(self, suggestion: Suggestion | None) -> None:
        if suggestion:
            self.set_current(suggestion)
        elif self._suggestions.is_provided:
            self._session.notified.emit(_("All disagreements in this article are decided."))
        elif not self._suggestions.is_enabled:
            self._session.notified.emit(_("Suggestions hidden"))
        elif self._suggestions.is_busy:
            self._session.notified.emit(_("Still searching for suggestions…"))
        else:
            self._report_end()

    def _advance(self) -> None:
        """After the last decision, go to a suggestion learned from it, or report the end."""
        decided, self._decided = self._decided, None
        if decided and not self.current:
            self._suggestions.set_current(self._suggestions.find_following(decided))
            if not self.current:
                self._report_end()

    def _report_end(self) -> None:
        remaining = len(self._suggestions.visible)
        accepted = sum(span.source is not None for span in self._session.spans)
        if remaining:
            message = count_phrase(
                "That was the last suggestion; {count} earlier one is still undecided.",
                "That was the last suggestion; {count} earlier ones are still undecided.",
                remaining,
            )
        else:
            message = _("No suggestions left.")
            if accepted:
                message += " " + count_phrase(
                    "{count} span was accepted from suggestions.",
                    "{count} spans were accepted from suggestions.",
                    accepted,
                )
        self._session.notified.emit(message)

    def _clear_current(self) -> None:
        self.set_current(None)

    def _yield_to_selection(self) -> None:
        if self._view.selection or self._session.selection:
            self._clear_current()


def _lowest_score(suggestions: Sequence[Suggestion]) -> float:
    """Return the score of the least certain one, SURE_SCORE if all are sure."""
    return min(SURE_SCORE, *(suggestion.score for suggestion in suggestions))
