"""Suggestions from memory: labelled words are suggested elsewhere, unless mostly rejected or left without the label.

Words are compared by form (see text.proclitics.normalise_form), cut as text.word_parts does.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final, NamedTuple, TypeAlias

from annotator.model.labels import LabelSet
from annotator.model.records import Article, Suggestion
from annotator.suggest.overlaps import resolve_overlaps
from annotator.text.intervals import IntervalIndex
from annotator.text.lexicon import FoldedForm, Lexicon, Match
from annotator.text.word_parts import analysed_in_parts, split_form_in_parts

Count: TypeAlias = tuple[str, str, int, int] | tuple[str, str, int, int, bool]
"""A form, a label, how often it was given, and how often not: by rejection, or where the words have no label.

The last, if present, says whether it was counted within longer spans of the label.
"""

# A form with `a` of `n` decisions for a label gets it again with the probability (a + x) / (n + y). Measured on the
# second half of Wojood's training part, having learned the first: a word labelled once 0.3, as it may often have had no
# label; a longer form 0.9.
_WORD_PRIOR: Final = (0.2, 3.0)
_PHRASE_PRIOR: Final = (1.5, 1.75)
_UNSURE_FACTOR: Final = 0.5  # for a word that may be another after its proclitic
_MIN_SCORE: Final = 0.15  # below it, no other source makes it worth a look
_MANY: Final = 3  # times labelled, from which on more hardly tell more


LabelledRange: TypeAlias = tuple[int, int, str]
"""A start, an end and a label (see model.records.labelled_range)."""


class _Tally(NamedTuple):
    """How often a label was given, and not."""

    accepted: int = 0
    rejected: int = 0


_NONE: Final = _Tally()


class _Judgement(NamedTuple):
    """What is suggested where a form stands, and whether that stays within longer suggestions of its label."""

    label: str
    score: float
    evidence: str
    is_nested: bool


class MemorySuggester:
    """The suggester `memory`, without texts; `counts` may repeat a form and label."""

    name = "memory"

    def __init__(self, counts: Iterable[Count] = ()) -> None:
        self._lexicon = Lexicon()
        self._last_text = ""  # an open article is searched after each decision
        self._tallies: dict[FoldedForm, Mapping[tuple[str, bool], _Tally]] = {}
        for count in counts:
            self.learn(*count)

    def learn(self, form: str, label: str, accepted: int = 0, rejected: int = 0, is_nested: bool = False) -> None:
        """Add to the counts of a form and label; negative numbers undo."""
        words = split_form_in_parts(form)
        if not words:
            return
        tallies, key = self._tallies.get(words, {}), (label, is_nested)
        previous = tallies.get(key, _NONE)
        tally = _Tally(previous.accepted + accepted, previous.rejected + rejected)
        self._tallies[words] = {**tallies, key: tally}  # replaced, as another thread may be reading the old
        self._lexicon.add(words)

    def suggest(
        self, article: Article, labels: LabelSet, article_counts: Iterable[Count] | None = None
    ) -> list[Suggestion]:
        """Return the known forms in the article, each with its most frequent label, by start.

        Nested ones stay if their labels differ, or if the inner was mostly labelled within longer ones.
        `article_counts`, learned from the article, are ignored: a model in training must not see its own answers.
        """
        is_repeated, self._last_text = article.text == self._last_text, article.text
        matches = list(self._lexicon.find_matches(analysed_in_parts(article.text), is_repeated=is_repeated))
        names = [label.name for label in labels.labels]
        memory = self if article_counts is None else self._without_counts(article_counts, matches)
        suggestions, nested = [], set[Suggestion]()
        judgements = dict[tuple[FoldedForm, bool], _Judgement]()  # forms repeat in an article
        for match in matches:
            form = match.words, match.is_sure
            if form not in judgements:
                judgements[form] = memory._judge(*form, names)  # noqa: SLF001 - another of this class
            label, score, evidence, is_nested = judgements[form]
            if score >= _MIN_SCORE:
                suggestion = Suggestion(match.start, match.end, label, self.name, score, evidence=evidence)
                suggestions.append(suggestion)
                if is_nested:
                    nested.add(suggestion)
        return resolve_overlaps(suggestions, lambda inner, outer: inner.label != outer.label or inner in nested)

    def count_places(
        self,
        article: Article,
        spans: Iterable[LabelledRange],
        labelled_ranges: Iterable[tuple[int, int]] | None = None,
    ) -> Iterator[Count]:
        """Yield where the known forms stand without their labels in an article that is done, and where they are nested.

        `spans` are of one annotator, `labelled_ranges` the ranges that they label, None for the whole text.
        """
        index = IntervalIndex[LabelledRange]()
        for span in spans:
            index.add(span[0], span[1], span)
        ranges = [(0, len(article.text))] if labelled_ranges is None else list(labelled_ranges)
        for match in self._lexicon.find_matches(analysed_in_parts(article.text)):
            if not any(start <= match.start and match.end <= end for start, end in ranges):
                continue
            place, form = (match.start, match.end), " ".join(match.words)
            around = {span for span in index.overlapping(*place) if span[0] <= match.start and match.end <= span[1]}
            own_labels = {label for start, end, label in around if (start, end) == place}
            for label in sorted({label for label, _is_nested in self._tallies[match.words]}):
                if any(name == label and (start, end) != place for start, end, name in around):
                    yield form, label, int(label in own_labels), int(label not in own_labels), True
                elif not own_labels:
                    yield form, label, 0, 1

    def _without_counts(self, article_counts: Iterable[Count], matches: list[Match]) -> "MemorySuggester":
        """Return a memory of the matched forms without `article_counts`."""
        memory = MemorySuggester()
        memory._tallies = {match.words: self._tallies[match.words] for match in matches}
        for form, label, accepted, rejected, *nested in article_counts:
            memory.learn(form, label, -accepted, -rejected, *nested)
        return memory

    def _judge(self, words: FoldedForm, is_sure: bool, names: list[str]) -> _Judgement:
        """Return what is known of a form among the labels of these names; see Match.is_sure."""
        label, tally = self._best_label(words, names)
        inner = self._tallies[words].get((label, True), _NONE)
        score = _score(words, tally, is_sure=is_sure)
        return _Judgement(label, score, _evidence(words, tally), inner.accepted > inner.rejected)

    def _best_label(self, words: FoldedForm, names: list[str]) -> tuple[str, _Tally]:
        """Return a form's most frequent label among `names`, how often it was given, and how often anything else.

        Without one, "" was given never.
        """
        tallies = self._tallies[words]
        candidates = [(tallies[name, False], name) for name in names if (name, False) in tallies]
        tally, label = max(candidates, key=_rank, default=(_NONE, ""))
        if tally.accepted <= 0:
            return "", _NONE
        others = sum(candidate.accepted for candidate, _name in candidates) - tally.accepted
        return label, _Tally(tally.accepted, others + tally.rejected)


def _score(words: FoldedForm, tally: _Tally, *, is_sure: bool) -> float:
    """Return the probability that a form has its label where it stands; 0 if it never had it."""
    if not tally.accepted:
        return 0.0
    prior_successes, prior_decisions = _PHRASE_PRIOR if len(words) > 1 else _WORD_PRIOR
    score = (tally.accepted + prior_successes) / (sum(tally) + prior_decisions)
    return round(score * (1 if is_sure else _UNSURE_FACTOR), 3)


def _evidence(words: FoldedForm, tally: _Tally) -> str:
    kind = "phrase" if len(words) > 1 else "word"
    times = f"{min(tally.accepted, _MANY)}{'+' if tally.accepted >= _MANY else ''}"
    return f"{kind} {times}{'' if tally.rejected <= 0 else ' with exceptions'}"


def _rank(candidate: tuple[_Tally, str]) -> tuple[int, int]:
    """Return a sort key: most accepted, then least rejected; `max` keeps label order on ties."""
    tally, _name = candidate
    return tally.accepted, -tally.rejected
