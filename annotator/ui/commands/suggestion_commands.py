"""What keys and clicks do to suggestions. Each action of the menu `suggestions` is a public method here."""

from bisect import bisect_right
from collections.abc import Sequence

from msgspec.structs import replace
from PySide6.QtCore import QObject, Signal

from annotator.i18n import _, ngettext, number
from annotator.model.open_suggestions import SURE
from annotator.model.records import Suggestion
from annotator.text.sentences import breaks
from annotator.ui.article.article_view import ArticleView
from annotator.ui.session.session import Session
from annotator.ui.session.suggestions import Suggestions


class SuggestionCommands(QObject):
    """Joins the suggestions with the view and with the session's verbs."""

    toggled = Signal(bool)
    """Whether suggestions are to be shown from now on."""

    def __init__(self, session: Session, view: ArticleView, suggestions: Suggestions) -> None:
        super().__init__(view)
        self._session, self._view, self._suggestions = session, view, suggestions
        self._decided: Suggestion | None = None  # the last one, until it is known what follows from it
        for changed in (suggestions.changed, suggestions.chosen_changed):
            changed.connect(self._show)
        suggestions.settled.connect(self._go_on)
        view.suggestion_clicked.connect(self.choose)
        view.accept_asked.connect(self._accept_clicked)
        view.caret_moved.connect(self._leave)
        view.selection_changed.connect(self._give_way)
        session.selected.connect(self._give_way)
        session.article_opened.connect(self._leave)

    @property
    def chosen(self) -> Suggestion | None:
        """The chosen suggestion, as the annotator has changed it."""
        return self._suggestions.chosen

    def left(self) -> str:
        """How many suggestions wait for a decision; empty when none does."""
        count = len(self._suggestions.standing)
        said = ngettext("{count} suggestion left", "{count} suggestions left", count)
        return said.format(count=number(count)) if count else ""

    def choose(self, suggestion: Suggestion | None) -> None:
        """Make this the one that the next key is about, or none."""
        self._decided = None
        self._suggestions.choose(suggestion)

    def accept(self) -> None:
        """Accept the chosen suggestion and choose the next one; with none chosen, choose the one here or the next."""
        if self.chosen:
            self._accept(self.chosen)
        else:
            self._begin(self._suggestions.here(self._view.offset()))

    def accept_as(self, label: str) -> None:
        """Accept the chosen suggestion with this label."""
        if self.chosen:
            self._accept(replace(self.chosen, label=label))

    def reject(self) -> None:
        """Say that the chosen suggestion is wrong, and choose the next one."""
        proposed = self._suggestions.proposed
        if proposed and self._session.reject(proposed):
            self._decided = proposed

    def accept_sentence(self) -> None:
        """Accept all the sure ones of this sentence, and choose the first that is left from its beginning on."""
        article = self._session.article
        if not article:
            return
        at, text = self._view.offset(), article.text
        edges = [0, *breaks(text, 0, len(text)), len(text)]
        after = bisect_right(edges, at, hi=len(edges) - 1)
        start, end = edges[after - 1 : after + 1]
        here = [one for one in self._suggestions.standing if start <= one.start < end]
        self._accept_sure(here, start, _("No suggestion of this sentence is sure."))

    def accept_article(self) -> None:
        """Accept all the sure ones of the article, and choose the next one that is left."""
        self._accept_sure(self._suggestions.standing, self._view.offset(), _("No suggestion of this article is sure."))

    def next_suggestion(self) -> None:
        chosen, known = self._suggestions.proposed, self._suggestions
        self._begin(known.beside(chosen, 1) if chosen else known.next_after(self._view.offset()))

    def previous_suggestion(self) -> None:
        chosen, known = self._suggestions.proposed, self._suggestions
        self._begin(known.beside(chosen, -1) if chosen else known.last_before(self._view.offset()))

    def toggle_suggestions(self) -> None:
        self._suggestions.show(not self._suggestions.shown)
        self.toggled.emit(self._suggestions.shown)
        said = _("Suggestions are shown.") if self._suggestions.shown else _("Suggestions are hidden.")
        self._session.told.emit(said)

    # Inside

    def _accept(self, wanted: Suggestion) -> None:
        proposed = self._suggestions.proposed
        if proposed and self._session.accept(proposed, wanted):
            self._decided = proposed

    def _show(self) -> None:
        proposed, chosen = self._suggestions.proposed, self._suggestions.chosen
        shown = self._suggestions.standing
        if chosen and chosen != proposed:
            shown = tuple(chosen if one == proposed else one for one in shown)
        self._view.show_suggestions(shown, chosen)

    def _accept_clicked(self, suggestion: Suggestion) -> None:
        if suggestion != self.chosen and suggestion in self._suggestions.standing:
            self.choose(suggestion)
        if suggestion == self.chosen:
            self._accept(suggestion)

    def _accept_sure(self, suggestions: Sequence[Suggestion], start: int, none: str) -> None:
        """As they are proposed, in one step; what the annotator has changed is left for a key of its own."""
        known = self._suggestions
        changed = known.proposed if known.chosen != known.proposed else None
        sure = [one for one in suggestions if one.score >= SURE and one != changed]
        if not sure:
            self._session.told.emit(none)
        elif self._session.accept_each(sure):
            said = ngettext("{count} suggestion accepted.", "{count} suggestions accepted.", len(sure))
            self._session.told.emit(said.format(count=number(len(sure))))
            if not changed:
                known.choose(known.next_after(start))

    def _begin(self, suggestion: Suggestion | None) -> None:
        if suggestion:
            self.choose(suggestion)
        elif not self._suggestions.shown:
            self._session.told.emit(_("Suggestions are hidden."))
        elif self._suggestions.busy:
            self._session.told.emit(_("Suggestions are still being looked for."))
        else:
            self._tell_the_end()

    def _go_on(self) -> None:
        """After the last one, what was decided may have taught others that come after it; else this is the end."""
        decided, self._decided = self._decided, None
        if decided and not self.chosen:
            self._suggestions.choose(self._suggestions.following(decided))
            if not self.chosen:
                self._tell_the_end()

    def _tell_the_end(self) -> None:
        left = len(self._suggestions.standing)
        accepted = sum(span.source is not None for span in self._session.spans)
        if left:
            said = ngettext(
                "That was the last suggestion; {count} before it is left.",
                "That was the last suggestion; {count} before it are left.",
                left,
            ).format(count=number(left))
        else:
            said = _("No suggestion is left.")
            if accepted:
                said += " " + ngettext(
                    "{count} span is one that was suggested.", "{count} spans are as they were suggested.", accepted
                ).format(count=number(accepted))
        self._session.told.emit(said)

    def _leave(self) -> None:
        self.choose(None)

    def _give_way(self) -> None:
        if self._view.selection or self._session.selection:
            self._leave()
