"""Memory: what was labelled is proposed again wherever it stands, and what was rejected counts against it.

Stretches are known by their form (see text.proclitics.form), so spelling is folded and proclitics are left out. Offsets
are code points, end exclusive.
"""

from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple, TypeAlias

from annotator.model.labels import LabelSet
from annotator.model.records import Article, Suggestion
from annotator.suggest.conflicts import apart
from annotator.text.analysis import analysed
from annotator.text.lexicon import Lexicon, Match, Words, words_of

Count: TypeAlias = tuple[str, str, int, int]
"""A form, a label, how often the form got that label, and how often a proposal of it with that label was rejected."""

# A form of which `a` of `n` decisions were for a label gets it again in (a + x) of (n + y) cases. Measured on the
# second half of Wojood's training part, knowing the first: a word labelled once 0.3, for nobody knows how often it
# stood there unlabelled; a longer form 0.9. To count how often it did would not have saved an annotator a key.
_WORD: Final = (0.2, 3.0)
_LONGER: Final = (1.5, 1.75)
_DOUBTFUL: Final = 0.5  # of its score is left to a word that may be another one behind its proclitic
_LEAST: Final = 0.25  # below this score, rejecting costs more than accepting saves


class _Tally(NamedTuple):
    """How often a form was given a label, and how often a proposal of it was rejected."""

    accepted: int = 0
    rejected: int = 0


_NONE: Final = _Tally()


class Memory:
    """The suggester `memory`. It holds counts and no texts; `counts` may name a form and label more than once."""

    name = "memory"

    def __init__(self, counts: Iterable[Count] = ()) -> None:
        self._lexicon = Lexicon()
        self._tallies: dict[Words, Mapping[str, _Tally]] = {}
        for count in counts:
            self.learn(*count)

    def learn(self, form: str, label: str, accepted: int = 0, rejected: int = 0) -> None:
        """A form was given the label, or a proposal of it rejected, so many times more; fewer when that is undone."""
        words = words_of(form)
        if not words:
            return
        tallies = self._tallies.get(words, {})
        known = tallies.get(label, _NONE)
        tally = _Tally(known.accepted + accepted, known.rejected + rejected)
        self._tallies[words] = {**tallies, label: tally}  # a new one, as another thread may be reading the old
        self._lexicon.add(words)

    def suggest(self, article: Article, labels: LabelSet, own: Iterable[Count] | None = None) -> list[Suggestion]:
        """The known forms in the article, each with the label it most often got, by start.

        One within another is proposed if it has another label. `own` is what this article has taught: that is left out,
        for a model that learns from the article must not see its own answers.
        """
        matches = list(self._lexicon.matches(analysed(article.text)))
        names = [label.name for label in labels.labels]
        known = self if own is None else self._without(own, matches)
        proposed = []
        for match in matches:
            label, score = known._judged(match.words, names)
            score *= 1 if match.sure else _DOUBTFUL
            if score >= _LEAST:
                proposed.append(Suggestion(match.start, match.end, label, self.name, round(score, 3)))
        return apart(proposed)

    def _without(self, own: Iterable[Count], matches: list[Match]) -> "Memory":
        """What is known of the forms that are matched, without `own`."""
        left = Memory()
        left._tallies = {match.words: self._tallies[match.words] for match in matches}
        for form, label, accepted, rejected in own:
            left.learn(form, label, -accepted, -rejected)
        return left

    def _judged(self, words: Words, names: list[str]) -> tuple[str, float]:
        """The label of those named that a form most often got, and how likely it gets it again; 0 if it got none."""
        tallies = self._tallies[words]
        given = [(tallies[name], name) for name in names if name in tallies]
        tally, label = max(given, key=_most, default=(_NONE, ""))
        if tally.accepted <= 0:
            return "", 0.0
        decided = sum(other.accepted for other, _name in given) + tally.rejected
        more, most = _LONGER if len(words) > 1 else _WORD
        return label, (tally.accepted + more) / (decided + most)


def _most(candidate: tuple[_Tally, str]) -> tuple[int, int]:
    """`max` by it: the most often accepted, then the least rejected, then the first in the order of the labels."""
    tally, _name = candidate
    return tally.accepted, -tally.rejected
