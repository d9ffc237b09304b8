"""The disagreements about the open article, while the gold layer is edited: they take the place of the suggestions.

Each is shown as one suggestion, that of the chosen candidate, so that the keys that accept, reject, relabel and move
edges decide it.
"""

from collections.abc import Sequence
from typing import Final

from msgspec.structs import replace
from PySide6.QtCore import QObject, Signal

from annotator.jobs.adjudication import load_adjudications
from annotator.model.display_names import ANNOTATORS
from annotator.model.history import AGREED_STEP, DECIDE_STEP
from annotator.model.records import Decision, Edit, Step, Suggestion, labelled_range
from annotator.store.errors import CorpusError
from annotator.store.queries.gold import find_blind_batch
from annotator.suggest.span_values import read_value
from annotator.team.adjudication import Adjudication, overrules
from annotator.team.disagreements import Candidate, CandidateSpan, Disagreement, shuffle_annotators
from annotator.ui.session.session import Session
from annotator.ui.session.suggestions import SuggestionModel
from annotator.ui.session.user_settings import UserSettings

_LETTERS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


class AdjudicationModel(QObject):
    """Provides the suggestions, and decides on them, while the session edits the gold layer."""

    changed = Signal()
    """Other disagreements are open, or another one or none is current."""
    overruled = Signal()
    """The last decision is against most annotators, or for what none of them has."""

    def __init__(self, session: Session, suggestions: SuggestionModel, settings: UserSettings) -> None:
        super().__init__(session)
        self._session, self._suggestions, self._settings = session, suggestions, settings
        self.disagreements: tuple[Disagreement, ...] = ()
        """Those that are to be decided."""
        self.names: dict[str, str] = {}
        """What the annotators are called: letters in another order in each article that was given out blind."""
        self._last_decision = ""  # the uid
        self._adjudication: Adjudication | None = None
        self._by_suggestion: dict[tuple[int, int, str], Disagreement] = {}
        session.on_change(self._on_annotator_changed, "adjudicator")
        session.on_change(self.update, "spans", "decisions")
        session.article_opened.connect(self.load)
        session.corpus_changed.connect(self._on_corpus_changed)
        suggestions.current_changed.connect(self.changed)

    @property
    def is_active(self) -> bool:
        """Whether the gold layer is edited."""
        return bool(self._session.adjudicator)

    @property
    def current(self) -> Disagreement | None:
        """The disagreement that the next key decides."""
        original = self._suggestions.original
        return self._by_suggestion.get(labelled_range(original)) if original else None

    @property
    def all(self) -> tuple[Disagreement, ...]:
        """The disagreements about the article, decided or not."""
        return self._adjudication.comparison.disagreements if self._adjudication else ()

    def preselected(self, disagreement: Disagreement) -> Candidate | None:
        """Return the candidate that is chosen at first: the one with most votes; None if the user wants none to be."""
        return disagreement.candidates[0] if self._settings.current.preselects_majority else None

    def chosen(self, disagreement: Disagreement, suggestion: Suggestion) -> Candidate:
        """Return the candidate that is chosen at first, or without one that which is shown as this suggestion."""
        key = labelled_range(suggestion)
        return self.preselected(disagreement) or next(
            each for each in disagreement.candidates if any(span[:3] == key for span in each.spans)
        )

    def names_of(self, candidate: Candidate) -> list[str]:
        """Return what the annotators of a candidate are called."""
        return sorted(self.names[name] for name in candidate.annotators) if self.is_blind else [*candidate.annotators]

    @property
    def is_blind(self) -> bool:
        """Whether the names are hidden."""
        return any(name != shown for name, shown in self.names.items())

    @property
    def last_decision(self) -> Decision | None:
        """The decision about the open article that was made last, if it stands."""
        return next((each for each in self._session.decisions if each.uid == self._last_decision), None)

    def explain(self, decision: Decision, cause: str | None, reason: str | None) -> bool:
        """Record why it was decided so."""
        explained = replace(decision, cause=cause, reason=reason)
        return explained == decision or self._session.edit_gold(DECIDE_STEP, [Edit(decision, explained)])

    def load(self) -> None:
        """Read what the annotators of the open article have, and put what they agree on into the gold layer."""
        session = self._session
        self._adjudication, self.names = None, {}
        if not self.is_active or not session.corpus or not session.article:
            self.update()
            return
        try:
            [item] = load_adjudications(session.corpus, session.annotator, [session.article.id])
            batch = find_blind_batch(session.corpus, session.article.uid)
        except CorpusError as error:
            session.report_error(error)
            return
        annotators = item.adjudication.comparison.annotators
        if batch:
            shuffled = shuffle_annotators(annotators, session.article.uid, batch)
            self.names = dict(zip(shuffled, _LETTERS, strict=False))
        else:
            self.names = {name: name for name in annotators}
        self._adjudication = item.adjudication
        if edits := item.adjudication.agree():
            session.edit_gold(AGREED_STEP, edits)
        self.update()

    def update(self) -> None:
        """Show what is left to decide, as the settings say now."""
        if not self.is_active:
            return
        adjudication = self._adjudication
        if adjudication and self._session.article and adjudication.article == self._session.article.uid:
            layer, decisions = self._session.spans, self._session.decisions
            self._adjudication = adjudication = replace(adjudication, layer=layer, decisions=decisions)
            self.disagreements = adjudication.open_disagreements()
        else:
            self.disagreements = ()
        self._count(adjudication)
        suggestions = {self._suggest(disagreement): disagreement for disagreement in self.disagreements}
        self._by_suggestion = {labelled_range(suggestion): suggestions[suggestion] for suggestion in suggestions}
        self._suggestions.provide(self, tuple(sorted(suggestions, key=lambda each: (each.start, -each.end))))
        self.changed.emit()

    def accept(self, suggestion: Suggestion, edited: Suggestion) -> bool:
        """Decide for the chosen candidate, or for the span as `edited`, with the value of who has the same."""
        disagreement, wanted = self._by_suggestion[labelled_range(suggestion)], labelled_range(edited)
        if wanted != labelled_range(suggestion):
            same = (span for each in disagreement.candidates for span in each.spans if span[:3] == wanted)
            return self._decide(disagreement, [next(same, self._new_candidate(edited))])
        return self._decide(disagreement, self.chosen(disagreement, suggestion).spans)

    def accept_all(self, suggestions: Sequence[Suggestion]) -> bool:
        """Decide these by their majorities, in one step."""
        if self._adjudication is None:
            return False
        disagreements = [self._by_suggestion[labelled_range(suggestion)] for suggestion in suggestions]
        return self._session.edit_gold(DECIDE_STEP, self._adjudication.decide_by_majority(disagreements))

    def is_sure(self, suggestion: Suggestion) -> bool:
        """Return whether a disagreement has a majority."""
        return self._by_suggestion[labelled_range(suggestion)].majority is not None

    def reject(self, suggestion: Suggestion) -> bool:
        """Decide that there is no span in the place of a disagreement."""
        return self._decide(self._by_suggestion[labelled_range(suggestion)], ())

    def choose(self, candidate: Candidate) -> bool:
        """Decide the current disagreement for this candidate."""
        return self.current is not None and self._decide(self.current, candidate.spans)

    # Internals

    def _new_candidate(self, edited: Suggestion) -> CandidateSpan:
        start, end, label = edited.start, edited.end, edited.label
        article = self._session.article
        return CandidateSpan(start, end, label, read_value(article, label, start, end) if article else None)

    def _decide(self, disagreement: Disagreement, spans: Sequence[CandidateSpan]) -> bool:
        if self._adjudication is None:
            return False
        edits = self._adjudication.decide(disagreement, spans)
        record = edits[-1].after
        self._last_decision = record.uid if isinstance(record, Decision) else ""
        is_decided = self._session.edit_gold(DECIDE_STEP, edits)
        if is_decided and overrules(disagreement, spans):
            self.overruled.emit()
        return is_decided

    def _on_annotator_changed(self) -> None:
        if not self.is_active:
            self._adjudication, self._by_suggestion, self.disagreements = None, {}, ()
            self._suggestions.end_provision()
            self.changed.emit()

    def _on_corpus_changed(self, step: Step | None) -> None:
        own_step = self._session.current.own_step  # known even if others have written too, or a model was learned
        if step is None:
            self.load()
        if own_step and own_step.undoes and (reopened := self._find_reopened(own_step)):
            self._suggestions.set_current(reopened)

    def _find_reopened(self, step: Step) -> Suggestion | None:
        """Return the first suggestion whose decision the step has undone."""
        article = self._session.article
        places = {
            (edit.before.start, edit.before.end)
            for edit in step.edits
            if isinstance(edit.before, Decision) and edit.after is None and article and edit.article == article.uid
        }
        return next(
            (
                suggestion
                for suggestion in self._suggestions.visible
                if (place := self._by_suggestion.get(labelled_range(suggestion))) and (place.start, place.end) in places
            ),
            None,
        )

    def _count(self, adjudication: Adjudication | None) -> None:
        """Show in the list how many disagreements are left in the open article."""
        counts, article, open_count = (
            self._session.current.disagreements,
            self._session.article,
            len(self.disagreements),
        )
        if adjudication and article and adjudication.article == article.uid and counts.get(article.id, 0) != open_count:
            self._session.count_disagreements({**counts, article.id: open_count})

    def _suggest(self, disagreement: Disagreement) -> Suggestion:
        """Return what a disagreement is shown as, with the share of the annotators who have it as the score."""
        candidate = self.preselected(disagreement)
        spans = candidate.spans if candidate and candidate.spans else [disagreement.example]
        span = max(spans, key=lambda span: (span.end - span.start, -span.start))
        votes = sum(candidate.votes for candidate in disagreement.candidates if span in candidate.spans)
        total = disagreement.annotator_count
        return Suggestion(span.start, span.end, span.label, f"{ANNOTATORS} {votes}/{total}", votes / total, span.value)
