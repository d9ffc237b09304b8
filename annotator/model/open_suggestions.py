"""Select an article's open suggestions: neither decided nor in conflict."""

from collections import Counter, defaultdict
from collections.abc import Container, Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Final, TypeAlias

from annotator.model.records import BOILERPLATE, Rejection, Span, Suggestion, Zone, labelled_range
from annotator.text.intervals import IntervalIndex
from annotator.text.proclitics import normalise_form
from annotator.text.word_context import WordContext, extract_context

SURE_SCORE: Final = 0.99
"""The minimum score for accepting suggestions together: one in a hundred is wrong."""
MIN_SCORE: Final = 0.25
"""The score below which nothing is suggested: rejecting would cost more than accepting saves."""

_CREDIBLE_SCORE: Final = 0.6
_MIN_GAIN: Final = 1e-6
_MAX_EXACT: Final = 10
"""Suggestions in conflict, up to which number all combinations are compared."""

_DECIDED: Final = -1
"""In place of the index of a source: a span of the layer."""

_Key: TypeAlias = tuple[int, int, str]


def is_sure(suggestion: Suggestion) -> bool:
    """Return whether “Accept the sure ones” would accept it."""
    return suggestion.score >= SURE_SCORE


def is_doubtful(suggestion: Suggestion) -> bool:
    """Return whether it is hardly more likely right than wrong."""
    return suggestion.score < _CREDIBLE_SCORE


class RejectionFilter:
    """An annotator's rejections by context, in any article."""

    def __init__(self, contexts: Iterable[tuple[WordContext, str]] = ()) -> None:
        self._contexts: Counter[tuple[WordContext, str]] = Counter(contexts)
        self._words: Counter[tuple[str, str]] = Counter()
        for (context, label), count in self._contexts.items():
            self._words[context.words, label] += count

    def add(self, text: str, rejection: Rejection, times: int = 1) -> None:
        """Add a rejection in this text; with -1 remove it."""
        context = extract_context(text, rejection.start, rejection.end)
        self._contexts[context, rejection.label] += times
        self._words[context.words, rejection.label] += times

    def rejects(self, text: str, suggestion: Suggestion) -> bool:
        """Return whether such a suggestion was rejected in its context."""
        if not self._words:
            return False
        start, end, label = suggestion.start, suggestion.end, suggestion.label
        # Most words were never rejected, and extracting the context takes longer.
        return (
            self._words[normalise_form(text, start, end), label] > 0
            and self._contexts[extract_context(text, start, end), label] > 0
        )


def select_open_suggestions(
    sources: Sequence[Sequence[Suggestion]], layer: Sequence[Span], zones: Iterable[Zone] = ()
) -> tuple[Suggestion, ...]:
    """Return the suggestions neither decided nor in conflict with a better one, by start, longer first.

    `sources` has each suggester's suggestions, whose scores are their probabilities of being right (see
    suggest.joining), `layer` the annotator's spans. Dropped are suggestions in boilerplate, and those that cross or
    equal a span. Of others in conflict those stay that together promise most: the sum of what each score exceeds
    MIN_SCORE by. One may lie within another of its label only if a source suggests both. Of equal ones the earlier
    start, the longer, the earlier source goes first.
    """
    boilerplate = [(zone.start, zone.end, zone.kind) for zone in zones if zone.kind == BOILERPLATE]
    excluded = _find_overlapping(sources, boilerplate) if boilerplate else frozenset()
    selected: list[Suggestion] = []
    for group in _group_overlapping(sources, layer):
        if len(group) > 1:
            suggestions = tuple((item, rank) for item, rank in group if isinstance(item, Suggestion))
            decided = tuple(labelled_range(item) for item, rank in group if rank == _DECIDED)
            selected += _select_in_group(suggestions, decided, excluded)
        else:
            selected += (
                item for item, rank in group if isinstance(item, Suggestion) and labelled_range(item) not in excluded
            )
    return tuple(selected)


def _find_overlapping(sources: Iterable[Iterable[Suggestion]], ranges: Iterable[_Key]) -> frozenset[_Key]:
    """Return the suggestions that overlap any of these ranges."""
    index = _build_index(ranges)
    return frozenset(
        labelled_range(suggestion)
        for source in sources
        for suggestion in source
        if any(index.overlapping(suggestion.start, suggestion.end))
    )


def _group_overlapping(
    sources: Sequence[Sequence[Suggestion]], layer: Sequence[Span]
) -> Iterator[list[tuple[Suggestion | Span, int]]]:
    """Yield groups of spans and suggestions, each with its source's index, that overlap none of another, by start."""
    items: list[tuple[Suggestion | Span, int]] = [
        (suggestion, rank) for rank, source in enumerate(sources) for suggestion in source
    ]
    items += [(span, _DECIDED) for span in layer]
    group: list[tuple[Suggestion | Span, int]] = []
    group_end = 0
    for item in sorted(items, key=lambda item: item[0].start):
        if group and item[0].start >= group_end:
            yield group
            group = []
        group.append(item)
        group_end = max(group_end, item[0].end)
    if group:
        yield group


@lru_cache(maxsize=1 << 13)  # a decision changes one group or two of perhaps a thousand
def _select_in_group(
    suggestions: Sequence[tuple[Suggestion, int]], decided: Iterable[_Key], excluded: Container[_Key]
) -> tuple[Suggestion, ...]:
    """Return the open ones of suggestions with their sources' indexes, without the excluded ones."""
    occupied = _build_index(decided)
    by_source: defaultdict[int, list[Suggestion]] = defaultdict(list)
    for suggestion, rank in suggestions:
        by_source[rank].append(suggestion)
    nested = frozenset[_Key]().union(*map(_find_nested, by_source.values()))
    unique: dict[_Key, Suggestion] = {}
    for _rank, source in sorted(by_source.items()):
        for suggestion in source:
            key = labelled_range(suggestion)
            overlapping = occupied.overlapping(suggestion.start, suggestion.end)
            if key in excluded or any(_conflicts(key, other, nested) for other in overlapping):
                continue
            if key not in unique or unique[key].score < suggestion.score:
                unique[key] = suggestion
    candidates = sorted(unique.values(), key=lambda suggestion: (-suggestion.score, suggestion.start, -suggestion.end))
    selected = [item for group in _group_conflicting(candidates, nested) for item in _choose_best(group, nested)]
    return tuple(sorted(selected, key=lambda suggestion: (suggestion.start, -suggestion.end, suggestion.label)))


def _group_conflicting(candidates: Sequence[Suggestion], nested: Container[_Key]) -> list[list[Suggestion]]:
    """Return groups without a conflict between two, each in the candidates' order."""
    groups: list[list[Suggestion]] = []
    for candidate in candidates:
        joined = [candidate]
        separate = []
        for group in groups:
            if any(_are_in_conflict(candidate, other, nested) for other in group):
                joined = group + joined
            else:
                separate.append(group)
        groups = [*separate, joined]
    order = {labelled_range(candidate): index for index, candidate in enumerate(candidates)}
    return [sorted(group, key=lambda suggestion: order[labelled_range(suggestion)]) for group in groups]


def _choose_best(group: Sequence[Suggestion], nested: Container[_Key]) -> list[Suggestion]:
    """Return those that together promise most; of many, the best one first that none before conflicts with."""
    if len(group) == 1:
        return list(group)
    if len(group) > _MAX_EXACT:
        compatible: list[Suggestion] = []
        for suggestion in group:
            if not any(_are_in_conflict(suggestion, other, nested) for other in compatible):
                compatible.append(suggestion)
        return compatible
    first, others = group[0], group[1:]
    beside_first = [other for other in others if not _are_in_conflict(first, other, nested)]
    with_first = [first, *(_choose_best(beside_first, nested) if beside_first else ())]
    without_first = _choose_best(others, nested)
    return with_first if _gain(with_first) >= _gain(without_first) else without_first


def _gain(suggestions: Iterable[Suggestion]) -> float:
    return sum(max(suggestion.score - MIN_SCORE, _MIN_GAIN) for suggestion in suggestions)


def _are_in_conflict(first: Suggestion, second: Suggestion, nested: Container[_Key]) -> bool:
    is_apart = first.end <= second.start or second.end <= first.start
    return not is_apart and _conflicts(labelled_range(first), labelled_range(second), nested)


def drop_decided(
    open_suggestions: Sequence[Suggestion], decisions: Iterable[Span | Rejection]
) -> tuple[Suggestion, ...]:
    """Return the open suggestions that these decisions neither decide nor conflict with.

    Decisions may open others, which only `select_open_suggestions` finds.
    """
    decision_keys = {labelled_range(decision): isinstance(decision, Span) for decision in decisions}
    starts = {start for start, _, _ in decision_keys}  # a fast first check
    remaining = tuple(
        suggestion
        for suggestion in open_suggestions
        if suggestion.start not in starts or labelled_range(suggestion) not in decision_keys
    )
    if len(remaining) + len(decision_keys) == len(open_suggestions):
        return remaining  # decided open suggestions conflict with no other
    spans = [key for key, is_span in decision_keys.items() if is_span]
    first, last = min((start for start, _, _ in spans), default=0), max((end for _, end, _ in spans), default=0)
    # Most of perhaps a thousand are elsewhere; this runs at every key press.
    candidates = {suggestion for suggestion in remaining if suggestion.start < last and first < suggestion.end}
    dropped = {
        suggestion
        for suggestion in candidates
        for span in spans
        if _overlap(labelled_range(suggestion), span) and _conflicts(labelled_range(suggestion), span, set())
    }
    return tuple(suggestion for suggestion in remaining if suggestion not in dropped) if dropped else remaining


def _build_index(keys: Iterable[_Key]) -> IntervalIndex[_Key]:
    index = IntervalIndex[_Key]()
    for key in keys:
        index.add(key[0], key[1], key)
    return index


def _find_nested(source: Sequence[Suggestion]) -> set[_Key]:
    """Return a source's suggestions within another of the same label."""
    nested = set()
    furthest_ends: dict[str, int] = {}  # by label, of earlier suggestions
    for suggestion in sorted(source, key=lambda suggestion: (suggestion.start, -suggestion.end)):
        if suggestion.end <= furthest_ends.get(suggestion.label, 0):
            nested.add(labelled_range(suggestion))
        furthest_ends[suggestion.label] = max(suggestion.end, furthest_ends.get(suggestion.label, 0))
    return nested


def _overlap(first: _Key, second: _Key) -> bool:
    return first[0] < second[1] and second[0] < first[1]


def _conflicts(first: _Key, second: _Key, nested: Container[_Key]) -> bool:
    """Return whether only one of two overlapping suggestions can be open."""
    if first[:2] == second[:2]:
        return True
    is_inside = second[0] <= first[0] and first[1] <= second[1]
    is_around = first[0] <= second[0] and second[1] <= first[1]
    if not is_inside and not is_around:
        return True
    return first[2] == second[2] and (first if is_inside else second) not in nested
