"""Suggestions from memory: labelled words are suggested elsewhere, rejections count against them.

Words are compared by form (see text.proclitics.normalise_form).
"""

from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple, TypeAlias

from annotator.model.labels import LabelSet
from annotator.model.records import Article, Suggestion
from annotator.suggest.conflicts import resolve_overlaps
from annotator.text.analysis import analysed
from annotator.text.lexicon import FoldedForm, Lexicon, Match, split_form

Count: TypeAlias = tuple[str, str, int, int]
"""A form, a label, and how often it was given and rejected."""

# A form with `a` of `n` decisions for a label gets it again with the probability (a + x) / (n + y). Measured on the
# second half of Wojood's training part, having learned the first: a word labelled once 0.3, as it may often have had no
# label; a longer form 0.9. Counting those places too would not have saved an annotator a key.
_WORD_PRIOR: Final = (0.2, 3.0)
_PHRASE_PRIOR: Final = (1.5, 1.75)
_UNSURE_FACTOR: Final = 0.5  # for a word that may be another after its proclitic
_MIN_SCORE: Final = 0.25  # below it, rejecting costs more than accepting saves


class _Tally(NamedTuple):
    """How often a label was given and rejected."""

    accepted: int = 0
    rejected: int = 0


_NONE: Final = _Tally()


class MemorySuggester:
    """The suggester `memory`, without texts; `counts` may repeat a form and label."""

    name = "memory"

    def __init__(self, counts: Iterable[Count] = ()) -> None:
        self._lexicon = Lexicon()
        self._last_text = ""  # an open article is searched after each decision
        self._tallies: dict[FoldedForm, Mapping[str, _Tally]] = {}
        for count in counts:
            self.learn(*count)

    def learn(self, form: str, label: str, accepted: int = 0, rejected: int = 0) -> None:
        """Add to the counts of a form and label; negative numbers undo."""
        words = split_form(form)
        if not words:
            return
        tallies = self._tallies.get(words, {})
        previous = tallies.get(label, _NONE)
        tally = _Tally(previous.accepted + accepted, previous.rejected + rejected)
        self._tallies[words] = {**tallies, label: tally}  # replaced, as another thread may be reading the old
        self._lexicon.add(words)

    def suggest(
        self, article: Article, labels: LabelSet, article_counts: Iterable[Count] | None = None
    ) -> list[Suggestion]:
        """Return the known forms in the article, each with its most frequent label, by start.

        Nested ones stay if their labels differ. `article_counts`, learned from the article, are ignored: a model in
        training must not see its own answers.
        """
        is_repeated, self._last_text = article.text == self._last_text, article.text
        matches = list(self._lexicon.find_matches(analysed(article.text), is_repeated=is_repeated))
        names = [label.name for label in labels.labels]
        memory = self if article_counts is None else self._without_counts(article_counts, matches)
        suggestions = []
        for match in matches:
            label, score = memory._best_label(match.words, names)  # noqa: SLF001 - another of this class
            score *= 1 if match.is_sure else _UNSURE_FACTOR
            if score >= _MIN_SCORE:
                suggestions.append(Suggestion(match.start, match.end, label, self.name, round(score, 3)))
        return resolve_overlaps(suggestions)

    def _without_counts(self, article_counts: Iterable[Count], matches: list[Match]) -> "MemorySuggester":
        """Return a memory of the matched forms without `article_counts`."""
        memory = MemorySuggester()
        memory._tallies = {match.words: self._tallies[match.words] for match in matches}
        for form, label, accepted, rejected in article_counts:
            memory.learn(form, label, -accepted, -rejected)
        return memory

    def _best_label(self, words: FoldedForm, names: list[str]) -> tuple[str, float]:
        """Return a form's most frequent label among `names`, and its probability; 0 without one."""
        tallies = self._tallies[words]
        candidates = [(tallies[name], name) for name in names if name in tallies]
        tally, label = max(candidates, key=_rank, default=(_NONE, ""))
        if tally.accepted <= 0:
            return "", 0.0
        decisions = sum(candidate.accepted for candidate, _name in candidates) + tally.rejected
        prior_successes, prior_decisions = _PHRASE_PRIOR if len(words) > 1 else _WORD_PRIOR
        return label, (tally.accepted + prior_successes) / (decisions + prior_decisions)


def _rank(candidate: tuple[_Tally, str]) -> tuple[int, int]:
    """Return a sort key: most accepted, then least rejected; `max` keeps label order on ties."""
    tally, _name = candidate
    return tally.accepted, -tally.rejected
