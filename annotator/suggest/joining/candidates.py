"""Candidates: the places and labels that any source suggests, with what every source says about each.

A candidate's features, by which `belief` learns what the sources' words are worth:

- `ROLE SOURCE OPINION`: what a source that was asked says about it (see `_opinion`); the role is that of its label (see
  model.label_roles), `other` for labels without one
- `ROLE SOURCE score`, `ROLE SOURCE OPINION score`: the log-odds of the score of its suggestion, or of its rival one
- `ROLE SOURCE words N`: its length in words, at most 4, if the source suggests it
- `SOURCE EVIDENCE`: the rule, list or head by which the source suggests it (see Suggestion.evidence)
- `ROLE before KIND`, `ROLE after KIND`: what stands next to it (see `_neighbour_kind`), if a source of the program
  suggests it: a name may go on behind a dash
- `label NAME`: its label
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import lru_cache
from math import log
from typing import Final, TypeAlias

from msgspec import Struct

from annotator.model.label_roles import role_of_label
from annotator.model.records import Suggestion, labelled_range
from annotator.text.intervals import IntervalIndex

SuggestionsBySource: TypeAlias = Mapping[str, Sequence[Suggestion]]
"""Suggestions for an article by suggester name, the highest priority first."""
Features: TypeAlias = Mapping[str, float]
"""Values by feature; those left out are 0."""

OTHER_ROLE: Final = "other"
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
_MAX_LOG_ODDS: Final = 5.0
_MAX_WORDS: Final = 4
_NEAR: Final = 4
"""How many code points next to a place are looked at: a mark stands behind a blank and an invisible mark at most."""
_BLANKS: Final = " \t\u00a0\u200e\u200f"
_KINDS_OF_MARKS: Final = {
    mark: kind
    for kind, marks in (
        ("comma", "،,؛;"),
        ("stop", ".:!؟?…"),
        ("quotation mark", "\"'“”‘’«»„"),
        ("bracket", "()[]{}"),
        ("dash", "-–—/|"),
    )
    for mark in marks
}


class Candidate(Struct, frozen=True):
    """A place with a label, the suggestion of the source that is most confident of it, and the features."""

    suggestion: Suggestion
    features: Features


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
    role = role_of_label(label) or OTHER_ROLE
    words = min(text.count(" ", start, end) + 1, _MAX_WORDS)
    features = {f"label {label}": 1.0}
    own = {suggestion.source: suggestion for suggestion in same}
    if own.keys() & _BUILT_IN:  # others are believed as they say
        features[f"{role} before {_neighbour_kind(text[max(0, start - _NEAR) : start][::-1])}"] = 1.0
        features[f"{role} after {_neighbour_kind(text[end : end + _NEAR])}"] = 1.0
    for source, index in indexes.items():
        name = source if source in _BUILT_IN else EXTERNAL
        for feature, value in _opinion(key, own.get(source), index):
            if feature != _SILENT or role in _ROLES_OF_RULES.get(source, {role}):
                features[f"{role} {name} {feature}"] = value
        if source in own:
            features[f"{role} {name} words {words}"] = 1.0
            if own[source].evidence and not is_alternative(own[source]):
                features[f"{name} {own[source].evidence}"] = 1.0
    return features


@lru_cache(maxsize=4096)  # words repeat
def _neighbour_kind(text: str) -> str:
    """Return the kind of what a text begins with, which leads away from a place: a word, a number, a mark, an edge.

    A letter that is attached, such as a proclitic, is none of a word.
    """
    first = next((character for character in text if character not in _BLANKS), "\n")
    if first == "\n":
        return "edge"
    if first.isalpha():
        return "letter" if first == text[0] else "Latin word" if first.isascii() else "word"
    return "number" if first.isdecimal() else _KINDS_OF_MARKS.get(first, "mark")


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
