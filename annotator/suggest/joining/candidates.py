"""Candidates: the places and labels that any source suggests, with what every source says about each.

A candidate's features, by which `belief` learns what the sources' words are worth:

- `ROLE SOURCE OPINION`: what a source that was asked says about it (see `_opinion`); the role is that of its label (see
  model.label_roles), `other` for labels without one
- `ROLE SOURCE score`, `ROLE SOURCE OPINION score`: the log-odds of the score of its suggestion, or of its rival one
- `ROLE SOURCE words N`: its length in words, at most 4, if the source suggests it
- `SOURCE EVIDENCE`: the rule, list or head by which the source suggests it (see Suggestion.evidence), its parts, and
  these with its length or with what stands behind it
- `ROLE SURROUNDING`: what it consists of and what stands next to it (see `surroundings`), if a source of the program
  suggests it
- `label NAME`: its label
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import lru_cache
from math import log
from typing import Final, TypeAlias

from msgspec import Struct

from annotator.model.label_roles import DATE, INSTITUTION, PLAN, role_of_label
from annotator.model.records import Suggestion, labelled_range
from annotator.suggest.joining.surroundings import describe_surroundings
from annotator.text.intervals import IntervalIndex

SuggestionsBySource: TypeAlias = Mapping[str, Sequence[Suggestion]]
"""Suggestions for an article by suggester name, the highest priority first."""
Features: TypeAlias = Mapping[str, float]
"""Values by feature; those left out are 0."""

OTHER_ROLE: Final = "other"
ROLES: Final = (DATE, INSTITUTION, PLAN, OTHER_ROLE)
EXTERNAL: Final = "external"
"""The name in features of all sources that come from without the program."""

_BUILT_IN: Final = frozenset({"dates", "names", "memory", "model"})
_ROLES_OF_RULES: Final[Mapping[str, Collection[str]]] = {
    "dates": {"date"},
    "names": {"institution", "plan"},
    "memory": (),  # it knows few forms yet
}
"""The roles of labels that a source's silence means something for, where not all."""
_SILENT: Final = "silent"
_HEAD: Final = "head"
_RULE: Final = "rule"
_MAX_LOG_ODDS: Final = 5.0
_MAX_WORDS: Final = 4


class Candidate(Struct, frozen=True):
    """A place with a label, the suggestion of the source that is most confident of it, and the features."""

    suggestion: Suggestion
    features: Features

    @property
    def role(self) -> str:
        """The role of its label in features."""
        return _role_of(self.suggestion.label)


ALTERNATIVE: Final = "alternative"
"""The evidence of what a source suggests in place of others of its own, if these are wrong."""


def is_alternative(suggestion: Suggestion) -> bool:
    """Return whether a source suggests it in place of others of its own."""
    return suggestion.evidence == ALTERNATIVE


def find_candidates(
    by_source: SuggestionsBySource, text: str, is_wanted: Callable[[int, int], bool] = lambda _start, _end: True
) -> list[Candidate]:
    """Return the candidates in a text, by start, longer first; `by_source` has the suggestions of all sources asked.

    `is_wanted` says whether those with this start and end are.
    """
    indexes = {source: _index_suggestions(suggestions) for source, suggestions in by_source.items()}
    proposals = defaultdict[tuple[int, int, str], list[Suggestion]](list)
    for suggestions in by_source.values():
        for suggestion in suggestions:
            proposals[labelled_range(suggestion)].append(suggestion)
    return [
        Candidate(max(same, key=lambda suggestion: suggestion.score), _describe(key, same, indexes, text))
        for key, same in sorted(proposals.items(), key=lambda item: (item[0][0], -item[0][1], item[0][2]))
        if is_wanted(*key[:2])
    ]


def _role_of(label: str) -> str:
    return role_of_label(label) or OTHER_ROLE


def _index_suggestions(suggestions: Sequence[Suggestion]) -> IntervalIndex[Suggestion]:
    index = IntervalIndex[Suggestion]()
    for suggestion in suggestions:
        index.add(suggestion.start, suggestion.end, suggestion)
    return index


def _describe(
    key: tuple[int, int, str],
    same: Sequence[Suggestion],
    indexes: Mapping[str, IntervalIndex[Suggestion]],
    text: str,
) -> Features:
    start, end, label = key
    role = _role_of(label)
    words = min(text.count(" ", start, end) + 1, _MAX_WORDS)
    features = {f"label {label}": 1.0}
    own = {suggestion.source: suggestion for suggestion in same}
    surroundings = describe_surroundings(text, start, end) if own.keys() & _BUILT_IN else None
    if surroundings:  # others are believed as they say
        features |= {f"{role} {fact}": 1.0 for fact in surroundings.list_facts()}
    for source, index in indexes.items():
        name = source if source in _BUILT_IN else EXTERNAL
        for feature, value in _opinion(key, own.get(source), index):
            if feature != _SILENT or role in _ROLES_OF_RULES.get(source, {role}):
                features[f"{role} {name} {feature}"] = value
        if source in own:
            features[f"{role} {name} words {words}"] = 1.0
            if own[source].evidence and not is_alternative(own[source]):
                after = surroundings.after if surroundings else ""
                features |= {f"{name} {fact}": 1.0 for fact in _list_facts(own[source].evidence, words, after)}
    return features


@lru_cache(maxsize=1 << 14)
def _list_facts(evidence: str, words: int, after: str) -> tuple[str, ...]:
    """Return an evidence and what it shares with others: of `head:genitive X` its rule and its head.

    Rules are worth more with some lengths than with others, and kinds of evidence before some words.
    """
    kind, _colon, detail = evidence.partition(":")
    rule, _blank, head = detail.partition(" ")
    if kind == _HEAD:
        rule = f"{kind}:{rule}"
        return evidence, rule, f"{kind} {head}", f"{rule} words {words}", f"{kind} after {after}"
    rule = evidence if kind == _RULE else kind
    return *dict.fromkeys((evidence, kind)), f"{rule} words {words}", f"{kind} after {after}"


def _opinion(
    key: tuple[int, int, str], own: Suggestion | None, index: IntervalIndex[Suggestion]
) -> Iterator[tuple[str, float]]:
    """Yield what a source says of a candidate.

    `same`, with its `score`, also `nested` if within a longer one of the label by the source; else that of a rival with
    the label, which is `longer`, `shorter` or `crossing`; else that it has another label here or across (`other`), or
    around it (`within`); else `silent`.
    """
    start, end, label = key
    overlapping = [
        item for item in index.overlapping(start, end) if item.start != start or item.end != end or item.label != label
    ]
    if own is None and not overlapping:  # nearly always, and quick
        yield _SILENT, 1.0
        return
    rivals = [item for item in overlapping if item.label == label]
    if own and is_alternative(own):
        yield ALTERNATIVE, 1.0
        yield f"{ALTERNATIVE} score", log_odds(own.score)
        if likelier := [item for item in overlapping if not is_alternative(item)]:
            rival = max(likelier, key=lambda item: (item.score, -item.start))
            relation = _relation(rival, start, end) if rival.label == label else "other"
            yield f"{ALTERNATIVE} {relation}", 1.0
            yield f"{ALTERNATIVE} {relation} score", log_odds(rival.score)
    elif own:
        yield "same", 1.0
        yield "score", log_odds(own.score)
        if any(item.start <= start and end <= item.end for item in rivals if not is_alternative(item)):
            yield "nested", 1.0
    elif rivals:
        rival = max(rivals, key=lambda item: (item.score, -item.start))
        relation = _relation(rival, start, end)
        yield relation, 1.0
        yield f"{relation} score", log_odds(rival.score)
    else:
        relations = {_relation(item, start, end) for item in overlapping}
        if relations & {"equal", "crossing"}:
            yield "other", 1.0
        elif "longer" in relations:
            yield "within", 1.0
        else:
            yield _SILENT, 1.0


def _relation(rival: Suggestion, start: int, end: int) -> str:
    if (rival.start, rival.end) == (start, end):
        return "equal"
    if rival.start <= start and end <= rival.end:
        return "longer"
    return "shorter" if start <= rival.start and rival.end <= end else "crossing"


def log_odds(probability: float) -> float:
    """Return the log-odds of a probability, within bounds."""
    if probability <= 0:
        return -_MAX_LOG_ODDS
    if probability >= 1:
        return _MAX_LOG_ODDS
    return max(-_MAX_LOG_ODDS, min(_MAX_LOG_ODDS, log(probability / (1 - probability))))
