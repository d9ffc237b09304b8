"""The gold layer of an article: what goes into it by itself, and what a decision about a disagreement changes."""

from collections.abc import Container, Iterable, Mapping, Sequence
from typing import Final, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from annotator.model.records import Decision, Edit, Span, labelled_range, new_uid
from annotator.team.disagreements import CandidateSpan, Comparison, Disagreement, encode_votes

MAJORITY: Final = "majority"
CANDIDATE: Final = "candidate"
NONE: Final = "none"
OTHER: Final = "other"
VERDICTS: Final = (MAJORITY, CANDIDATE, NONE, OTHER)
"""How a disagreement was decided: as most have it, together with others; for what an annotator has; for no span; or
for a span that nobody has."""

SLIP: Final = "slip"
GUIDELINE: Final = "guideline"
AMBIGUOUS: Final = "ambiguous"
BOTH_RIGHT: Final = "both"
OTHER_CAUSE: Final = "other"
CAUSES: Final = (SLIP, GUIDELINE, AMBIGUOUS, BOTH_RIGHT, OTHER_CAUSE)
"""Why annotators differ: one made a slip, the guideline is unclear, the text is ambiguous, both are right, or else."""

_AGREED, _DECIDED = "agreed", "decided"  # the sources of the gold layer's spans, each with the votes
_Key: TypeAlias = tuple[int, int, str]


class Adjudication(Struct, frozen=True):
    """An article to adjudicate: what its annotators have, and what the gold layer has.

    `rejected` are the ranges with their labels that were agreed and removed by hand; `label_uids` are by name.
    """

    article: str
    gold: str
    comparison: Comparison
    layer: Sequence[Span]
    decisions: Sequence[Decision]
    rejected: Container[_Key]
    label_uids: Mapping[str, str]

    def find_decision(self, disagreement: Disagreement) -> Decision | None:
        """Return the decision about this disagreement, if there is one and nobody has changed their mind since."""
        votes = encode_votes(disagreement, self.label_uids)
        return next(
            (
                decision
                for decision in self.decisions
                if (decision.start, decision.end) == (disagreement.start, disagreement.end) and decision.votes == votes
            ),
            None,
        )

    def open_disagreements(self) -> tuple[Disagreement, ...]:
        """Return the disagreements that are to be decided: new ones, and those whose votes have changed."""
        return tuple(each for each in self.comparison.disagreements if self.find_decision(each) is None)

    def agree(self) -> list[Edit]:
        """Return the edits that make the gold layer hold what is agreed.

        Spans that were put in so and that nobody has any more go; those in a disagreement stay until it is decided.
        What a person has decided or removed in the gold layer stays as it is. A single annotator agrees with nobody.
        """
        total = len(self.comparison.annotators)
        if total < 2:
            return []
        present = {labelled_range(span): span for span in self.layer}
        agreed_keys = {agreed.span[:3] for agreed in self.comparison.agreed}
        contested = self._contested_keys(self.comparison.disagreements)
        edits = [
            Edit(span, None)
            for key, span in present.items()
            if _is_from(span, _AGREED) and key not in agreed_keys and key not in contested
        ]
        for agreed in self.comparison.agreed:
            key, source = agreed.span[:3], f"{_AGREED} {agreed.votes}/{total}"
            span = present.get(key)
            if span is None and key not in self.rejected and not self._is_decided(agreed.span):
                edits.append(Edit(None, self._build_span(agreed.span, source)))
            elif span and _is_from(span, _AGREED) and (span.value, span.source) != (agreed.span.value, source):
                edits.append(Edit(span, replace(span, value=agreed.span.value, source=source)))
        return edits

    def decide(
        self,
        disagreement: Disagreement,
        chosen: Sequence[CandidateSpan],
        verdict: str | None = None,
        *,
        cause: str | None = None,
        reason: str | None = None,
    ) -> list[Edit]:
        """Return the edits by which the gold layer has the `chosen` spans in the place of a disagreement.

        They replace what is there of the candidates, of earlier decisions, and of what was agreed before; spans that a
        person labelled there stay. The last edit is the record of the decision, in place of earlier ones there; its
        verdict is what `chosen` is among the candidates, by default.
        """
        candidate = next((each for each in disagreement.candidates if set(each.spans) == set(chosen)), None)
        votes = candidate.votes if candidate else 0
        source = f"{_DECIDED} {votes}/{disagreement.annotator_count}"
        chosen_by_key = {span[:3]: span for span in chosen}
        voted = self._contested_keys([disagreement])
        others = [each for each in self.comparison.disagreements if each != disagreement]
        kept = {agreed.span[:3] for agreed in self.comparison.agreed} | self._contested_keys(others)
        edits: list[Edit] = []
        for span in self.layer:
            key = labelled_range(span)
            if key in chosen_by_key:
                wanted = replace(span, value=chosen_by_key.pop(key).value, source=source)
                edits += [Edit(span, wanted)] if span != wanted else []
            elif _overlaps(span, disagreement) and key not in kept:
                is_replaced = key in voted or _is_from(span, _AGREED) or _is_from(span, _DECIDED)
                edits += [Edit(span, None)] if is_replaced else []
        edits += [Edit(None, self._build_span(span, source)) for span in chosen_by_key.values()]
        edits += [Edit(decision, None) for decision in self._find_outdated(disagreement, others)]
        record = Decision(
            new_uid(),
            self.article,
            self.gold,
            disagreement.start,
            disagreement.end,
            verdict or (NONE if not chosen else CANDIDATE if candidate else OTHER),
            encode_votes(disagreement, self.label_uids),
            cause,
            reason,
        )
        return [*edits, Edit(None, record)]

    def decide_by_majority(self, disagreements: Iterable[Disagreement]) -> list[Edit]:
        """Return the edits that decide those of the disagreements that have a majority."""
        adjudication, edits = self, list[Edit]()
        for disagreement in disagreements:
            if candidate := disagreement.majority:
                new_edits = adjudication.decide(disagreement, candidate.spans, MAJORITY)
                adjudication = adjudication.after(new_edits)
                edits += new_edits
        return edits

    def after(self, edits: Iterable[Edit]) -> "Adjudication":
        """Return the adjudication after these edits of the gold layer."""
        layer, decisions = list(self.layer), list(self.decisions)
        for edit in edits:
            for records in (layer, decisions):
                if edit.before in records:
                    records.remove(edit.before)  # type: ignore[arg-type]
            if isinstance(edit.after, Span):
                layer.append(edit.after)
            elif isinstance(edit.after, Decision):
                decisions.append(edit.after)
        return replace(self, layer=layer, decisions=decisions)

    def _build_span(self, span: CandidateSpan, source: str) -> Span:
        return Span(new_uid(), self.article, self.gold, span.label, span.start, span.end, span.value, source=source)

    def _contested_keys(self, disagreements: Iterable[Disagreement]) -> set[_Key]:
        return {
            span[:3]
            for disagreement in disagreements
            for candidate in disagreement.candidates
            for span in candidate.spans
        }

    def _is_decided(self, span: CandidateSpan) -> bool:
        """Return whether a decision was made in the place of the span."""
        return any(decision.start <= span.start and span.end <= decision.end for decision in self.decisions)

    def _find_outdated(self, disagreement: Disagreement, others: Iterable[Disagreement]) -> list[Decision]:
        """Return the earlier decisions in the place of a disagreement that are about no other one."""
        standing = [self.find_decision(each) for each in others]
        return [
            decision for decision in self.decisions if _overlaps(decision, disagreement) and decision not in standing
        ]


def _is_from(span: Span, source: str) -> bool:
    return span.source is not None and span.source.startswith(f"{source} ")


def _overlaps(record: Span | Decision, disagreement: Disagreement) -> bool:
    return record.start < disagreement.end and disagreement.start < record.end


def overrules(disagreement: Disagreement, chosen: Iterable[CandidateSpan]) -> bool:
    """Return whether a decision for these spans is against most annotators, or for what none of them has."""
    spans = set(chosen)
    candidate = next((each for each in disagreement.candidates if set(each.spans) == spans), None)
    return candidate is None or disagreement.majority not in (None, candidate)


class DecidedOtherwise(Struct, frozen=True):
    """A place in which the gold layer has other spans than an annotator, each without what both have."""

    decision: Decision
    own: tuple[CandidateSpan, ...]
    decided: tuple[CandidateSpan, ...]


def find_decided_otherwise(
    own: Iterable[Span], gold: Iterable[Span], decisions: Iterable[Decision]
) -> list[DecidedOtherwise]:
    """Return the decisions about an article that differ from an annotator's layer, in the order of the text."""
    own_spans, gold_spans = list(map(_as_candidate, own)), list(map(_as_candidate, gold))
    results = []
    for decision in sorted(decisions, key=lambda decision: (decision.start, -decision.end)):
        nearby = [
            [span for span in spans if span.start < decision.end and decision.start < span.end]
            for spans in (own_spans, gold_spans)
        ]
        differing = [tuple(span for span in spans if span not in others) for spans, others in (nearby, nearby[::-1])]
        if any(differing):
            results.append(DecidedOtherwise(decision, *differing))
    return results


def _as_candidate(span: Span) -> CandidateSpan:
    return CandidateSpan(span.start, span.end, span.label, span.value)
