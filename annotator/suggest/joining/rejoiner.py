"""Joins what the sources suggest for a text once more, after one of many decisions in it."""

from annotator.model.records import Suggestion, labelled_range
from annotator.suggest.joining.belief import Belief, WeighedSuggestions, arrange_by_source
from annotator.suggest.joining.candidates import SuggestionsBySource, find_candidates
from annotator.text.intervals import IntervalIndex


class Rejoiner:
    """Joins suggestions as `Belief.join` does. Not thread-safe.

    For the same text and sources again, it weighs only what overlaps a suggestion that came or went: what a source says
    of a candidate depends on nothing else.
    """

    def __init__(self, belief: Belief) -> None:
        self._belief = belief
        self._text = ""
        self._sources: list[str] = []
        self._suggestions: frozenset[Suggestion] = frozenset()
        self._weighed: WeighedSuggestions = {}

    def join(self, by_source: SuggestionsBySource, text: str) -> list[list[Suggestion]]:
        """See Belief.join."""
        sources, suggestions = list(by_source), frozenset(item for items in by_source.values() for item in items)
        if text == self._text and sources == self._sources:
            weighed = self._weigh_changed(by_source, suggestions)
        else:
            weighed = self._belief.weigh(find_candidates(by_source, text))
        self._text, self._sources, self._suggestions, self._weighed = text, sources, suggestions, weighed
        return arrange_by_source(by_source, weighed)

    def _weigh_changed(self, by_source: SuggestionsBySource, suggestions: frozenset[Suggestion]) -> WeighedSuggestions:
        changed = IntervalIndex[Suggestion]()
        for suggestion in suggestions ^ self._suggestions:
            changed.add(suggestion.start, suggestion.end, suggestion)

        def is_near_changed(start: int, end: int) -> bool:
            return any(True for _suggestion in changed.overlapping(start, end))

        weighed = self._belief.weigh(find_candidates(by_source, self._text, is_near_changed))
        remaining = {labelled_range(suggestion) for suggestion in suggestions} - weighed.keys()
        return {**{key: self._weighed[key] for key in remaining}, **weighed}
