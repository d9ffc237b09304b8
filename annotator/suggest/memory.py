"""Suggestions from memory: labelled words are suggested again elsewhere, and rejections count against them.

Words are compared by their form (see text.proclitics.normalise_form), so spelling is folded and proclitics are left
out. Offsets are code points, end exclusive.
"""

from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple, TypeAlias

from annotator.model.labels import LabelSet
from annotator.model.records import Article, Suggestion
from annotator.suggest.conflicts import resolve_overlaps
from annotator.text.analysis import analysed
from annotator.text.lexicon import FoldedForm, Lexicon, Match, split_form

Count: TypeAlias = tuple[str, str, int, int]
"""A form, a label, and how often the form was given it and how often such a suggestion was rejected."""

# A form with `a` of `n` decisions for a label gets it again with the probability (a + x) / (n + y). Measured on the
# second half of Wojood's training part, having learned the first: a word labelled once 0.3, for it may often have stood
# there without a label; a longer form 0.9. Counting those places as well would not have saved an annotator a key.
_WORD_PRIOR: Final = (0.2, 3.0)
_PHRASE_PRIOR: Final = (1.5, 1.75)
_UNSURE_FACTOR: Final = 0.5  # factor of the score of a word that may be another one after its proclitic
_MIN_SCORE: Final = 0.25  # below this score, rejecting costs more than accepting saves


class _Tally(NamedTuple):
    """How often a form was given a label, and how often such a suggestion was rejected."""

    accepted: int = 0
    rejected: int = 0


_NONE: Final = _Tally()


class MemorySuggester:
    """The suggester `memory`. It holds counts and no texts; `counts` may repeat a form and label."""

    name = "memory"

    def __init__(self, counts: Iterable[Count] = ()) -> None:
        self._lexicon = Lexicon()
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
        self._tallies[words] = {**tallies, label: tally}  # replaced, because another thread may be reading the old one
        self._lexicon.add(words)

    def suggest(
        self, article: Article, labels: LabelSet, article_counts: Iterable[Count] | None = None
    ) -> list[Suggestion]:
        """Return the known forms in the article, each with its most frequent label, by start.

        Of two nested ones both are suggested if their labels differ. `article_counts`, the counts learned from this
        article, are ignored: a model that trains on the article must not see its own answers.
        """
        matches = list(self._lexicon.find_matches(analysed(article.text)))
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
        """Return the most frequent label of a form and the probability of getting it again; 0 if it never had one.

        Only the labels in `names` count.
        """
        tallies = self._tallies[words]
        candidates = [(tallies[name], name) for name in names if name in tallies]
        tally, label = max(candidates, key=_rank, default=(_NONE, ""))
        if tally.accepted <= 0:
            return "", 0.0
        decisions = sum(candidate.accepted for candidate, _name in candidates) + tally.rejected
        prior_successes, prior_decisions = _PHRASE_PRIOR if len(words) > 1 else _WORD_PRIOR
        return label, (tally.accepted + prior_successes) / (decisions + prior_decisions)


def _rank(candidate: tuple[_Tally, str]) -> tuple[int, int]:
    """Return a sort key: most often accepted, then least often rejected; `max` keeps the order of labels on ties."""
    tally, _name = candidate
    return tally.accepted, -tally.rejected
