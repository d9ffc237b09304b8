"""Memory: what was labelled is proposed again wherever it stands, and what was rejected counts against it.

Stretches are known by their form (see core.proclitics.form), so spelling is folded and proclitics are left out. Offsets
are code points, end exclusive.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Final, NamedTuple, TypeAlias

from annotator.core.labels import LabelSet
from annotator.core.model import Article, Suggestion
from annotator.core.proclitics import ARTICLE, readings
from annotator.core.text import tokens
from annotator.suggest.analysis import Analysis, analysed

Count: TypeAlias = tuple[str, str, int, int]
"""A form, a label, how often the form got that label, and how often a proposal of it with that label was rejected."""

_Words: TypeAlias = tuple[str, ...]  # a form as its tokens

_PLAIN: Final = re.compile("[ء-ي]+(?: [ء-ي]+)*")  # a form whose tokens are what is between its spaces
_SHORT: Final = 3  # letters: with a proclitic in front, as likely as not another word
# A form that was labelled `a` times of the `n` that it was met is so again in (a + x) of (n + y) cases. Measured on the
# second half of Wojood's training part, knowing the first: a word labelled once and met once 0.6, a longer form 0.9.
_WORD: Final = (0.2, 1.0)
_WORD_UNMET: Final = (0.2, 3.0)  # where no text was read, so that nobody knows how often it stood there unlabelled
_LONGER: Final = (1.5, 1.75)
_DOUBTFUL: Final = 0.5  # of its score is left to a word that may be another one behind its proclitic
_LEAST: Final = 0.25  # below this score, rejecting costs more than accepting saves


class _Tally(NamedTuple):
    """How often a form was given a label, and how often a proposal of it was rejected."""

    accepted: int = 0
    rejected: int = 0

    def plus(self, accepted: int, rejected: int) -> "_Tally":
        return _Tally(self.accepted + accepted, self.rejected + rejected)


_NONE: Final = _Tally()


class _Match(NamedTuple):
    """A known form in a text: its tokens, `last` exclusive, and where it begins within the first."""

    first: int
    last: int
    place: int
    words: _Words


class Memory:
    """The suggester `memory`. It holds counts and no texts, and is taught by `learn` and `read`.

    `counts` may name a form and label more than once. `texts` are those of the articles that are done: a form that
    stands in them oftener than it was labelled is proposed with less confidence.
    """

    name = "memory"

    def __init__(self, counts: Iterable[Count] = (), texts: Iterable[str] = ()) -> None:
        self._tallies: dict[_Words, Mapping[str, _Tally]] = {}
        self._lengths: dict[str, tuple[int, ...]] = {}  # of the forms that begin with this word, in tokens
        self._met: Counter[_Words] = Counter()
        for count in counts:
            self.learn(*count)
        for text in texts:
            self.read(text)

    def learn(self, form: str, label: str, accepted: int = 0, rejected: int = 0) -> None:
        """A form was given the label, or a proposal of it rejected, so many times more; fewer when that is undone."""
        words = _words(form)
        if not words:
            return
        tallies = self._tallies.get(words, {})
        tally = tallies.get(label, _Tally()).plus(accepted, rejected)
        self._tallies[words] = {**tallies, label: tally}  # a new one, as another thread may be reading the old
        lengths = self._lengths.get(words[0], ())
        if len(words) not in lengths:
            self._lengths[words[0]] = (*lengths, len(words))

    def read(self, text: str, times: int = 1) -> None:
        """An article is done: the known forms in its text were met there once more; -1 when it is done no longer.

        How often it holds forms that are learned later is not known.
        """
        for match in self._matches(analysed(text)):
            self._met[match.words] += times

    def suggest(self, article: Article, labels: LabelSet, own: Iterable[Count] | None = None) -> list[Suggestion]:
        """The known forms in the article, each with the label it most often got, by start.

        One within another is proposed if it has another label. `own` is what this article, learned and read, has
        taught: that is left out, for a model that learns from the article must not see its own answers.
        """
        found = analysed(article.text)
        matches = list(self._matches(found))
        names = [label.name for label in labels.labels]
        known = self if own is None else self._without(own, matches)
        proposed = []
        for match in matches:
            label, score = known._judged(match.words, names)
            if match.place and _may_be_another(match.words, found.folded[match.first]):
                score *= _DOUBTFUL
            if score >= _LEAST:
                start, end = found.tokens[match.first].start + match.place, found.tokens[match.last - 1].end
                proposed.append((match, Suggestion(start, end, label, self.name, round(score, 3))))
        return _apart(proposed)

    def _matches(self, found: Analysis) -> Iterator[_Match]:
        """Where known forms stand, by their first token, overlapping ones too."""
        for first, token in enumerate(found.tokens):
            for place, word in readings(found.text[slice(*token)]):
                for length in self._lengths.get(word, ()):
                    last = first + length
                    words = (word, *found.folded[first + 1 : last])
                    if len(words) < length or words not in self._tallies:
                        continue
                    if "\n" not in found.text[token.start : found.tokens[last - 1].end]:
                        yield _Match(first, last, place, words)

    def _without(self, own: Iterable[Count], matches: list[_Match]) -> "Memory":
        """What is left of this memory for the forms that are matched, without `own` and without these matches."""
        left = Memory()
        left._met = Counter({match.words: self._met[match.words] for match in matches})
        left._met.subtract(match.words for match in matches)
        left._tallies = {match.words: self._tallies[match.words] for match in matches}
        for form, label, accepted, rejected in own:
            left.learn(form, label, -accepted, -rejected)
        return left

    def _judged(self, words: _Words, names: list[str]) -> tuple[str, float]:
        """The label that a form most often got, of those named, and how likely it is to get it again; 0 if it got none."""
        tallies = self._tallies[words]
        tally, label = max(
            ((tallies.get(name, _NONE), name) for name in names), key=_first_of_most, default=(_NONE, "")
        )
        if tally.accepted <= 0:
            return "", 0.0
        met = self._met[words]
        labelled = sum(tallies[name].accepted for name in names if name in tallies)
        more, most = _LONGER if len(words) > 1 else _WORD if met > 0 else _WORD_UNMET
        return label, (tally.accepted + more) / (max(met, labelled + tally.rejected) + most)


def _first_of_most(candidate: tuple[_Tally, str]) -> tuple[int, int]:
    """`max` by it: the most often accepted, then the least rejected, then the first of the label set."""
    tally, _name = candidate
    return tally.accepted, -tally.rejected


def _words(form: str) -> _Words:
    if _PLAIN.fullmatch(form):
        return tuple(form.split(" "))
    return tuple(form[slice(*token)] for token in tokens(form))


def _may_be_another(words: _Words, written: str) -> bool:
    """Whether a form behind a proclitic may as well be part of another word: جدة in وجدة, لجنة in للجنة (see
    core.occurrences)."""
    word = words[0]
    own_lam = word.removeprefix(ARTICLE).startswith(ARTICLE[1]) and written.startswith(("لل", "ولل", "فلل"))
    return len(words) == 1 and (len(word.removeprefix(ARTICLE)) <= _SHORT or own_lam)


def _apart(proposed: list[tuple[_Match, Suggestion]]) -> list[Suggestion]:
    """The longest first, without what overlaps it; only what has another label may lie within."""
    taken: dict[int, list[tuple[_Match, Suggestion]]] = defaultdict(list)  # by token
    kept = []
    for match, suggestion in sorted(proposed, key=lambda pair: (pair[0].first - pair[0].last, pair[1].start)):
        around = [pair for at in {match.first, match.last - 1} for pair in taken[at]]
        if all(_lies_within(suggestion, other) for _match, other in around):
            kept.append(suggestion)
            for at in range(match.first, match.last):
                taken[at].append((match, suggestion))
    return sorted(kept, key=lambda suggestion: (suggestion.start, -suggestion.end))


def _lies_within(inner: Suggestion, outer: Suggestion) -> bool:
    smaller = inner.end - inner.start < outer.end - outer.start
    return smaller and outer.start <= inner.start and inner.end <= outer.end and inner.label != outer.label
