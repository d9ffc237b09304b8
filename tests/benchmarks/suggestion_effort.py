"""What a span costs an annotator whom the program helps: simulated, on a corpus that is labelled already.

The simulated annotator labels article after article as the gold has it, by the product's own verbs, in a real corpus,
and the suggesters learn from it as they do in the window. Counted are the keys of the window (see ui.actions) by the
keystroke-level model, as in `effort`: a key takes 0.28 s, and every key of the way to a word counts as one. Nothing is
counted for reading and thinking.

Somebody who reads what is in view rejects what is wrong there, labels what is missing, and accepts all the rest at once
by Alt+Return; nothing is accepted unseen. Others go sentence after sentence: Shift+Return accepts all that is sure in
it, unseen, and goes on to the next suggestion; what was wrong of that is counted as an error and stays. One by one, a
suggestion that is right is accepted by Return, a wrong one rejected by Delete; where its edges are wrong they are moved
word by word, if that takes fewer keys than labelling by hand. What is missing is gone to by the keys of sentences and
its first letters.
"""

import random
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from labelled_corpora import Gold
from measuring import MEDIAN, Figure, Wanted
from model_accuracy import create_label_set
from msgspec.structs import replace

from annotator.jobs.imports.importer import ImportOptions, import_paths
from annotator.jobs.learning import learn, needs_training
from annotator.jobs.suggesting import SuggesterPool, filter_suggestions
from annotator.model import operations
from annotator.model.open_suggestions import SURE_SCORE, RejectionFilter
from annotator.model.records import (
    DONE,
    AnnotatedArticle,
    Edit,
    Rejection,
    Span,
    Step,
    Suggestion,
    labelled_range,
    new_uid,
)
from annotator.store.corpus import Corpus, utc_timestamp
from annotator.store.queries.article_list import load_all_summaries
from annotator.suggest.joining.candidates import SuggestionsBySource
from annotator.text.analysis import analysed
from annotator.text.proclitics import find_readings
from annotator.text.punctuation import is_punctuation
from annotator.ui.article.letter_jumps import initial_forms

KEY: Final = 0.28  # seconds
LABEL_STUDIO, KEEP_LABEL, ACCEPT_CLICK = 2.68, 2.4, 1.3
"""Seconds a span by the same model: peers' new span, one with a label that sticks, INCEpTION's click that accepts."""
_WHO: Final = "bench"
_PROMISED: Final = "view"  # what one key accepts, where something is wanted of what a span costs
_WORDS_IN_VIEW: Final = 100
"""As a window of 1366x768 pixels shows them, and at most that many of whole sentences."""
_NEAR: Final = 2  # words that one goes back by the arrow


class Assistance(NamedTuple):
    """The sources that suggest, and which suggestions one key accepts at once.

    None of them, the sure ones in a `sentence` or in the `article`, or all in `view`.
    """

    what: str
    sources: frozenset[str] | None = None
    at_once: str | None = None


WAYS: Final = (
    Assistance("no suggestions", frozenset()),
    Assistance("memory alone", frozenset(["memory"])),
    Assistance("the model alone", frozenset(["model"])),
    Assistance("all of them, one by one"),
    Assistance("all, the sure ones of a sentence by one key", at_once="sentence"),
    Assistance("all, the sure ones of an article by one key", at_once="article"),
    Assistance("all, what is right in view by one key", at_once="view"),
)


class Cost(NamedTuple):
    """What an article took: gold spans, keys, and wrong spans that were accepted with others.

    `clicking` is what INCEpTION's flow would take with the same suggestions, in seconds.
    """

    spans: int
    keys: int
    clicking: float
    errors: int


def load_gold_articles(path: Path, folder: Path, names: Iterable[str]) -> list[Gold]:
    """Return the articles of a column file with their spans of these labels, by way of a corpus in the folder."""
    with Corpus.create(folder / "gold.corpus", create_label_set(names)) as corpus:
        for _ in import_paths(corpus, [path], ImportOptions(annotator="gold")):
            pass
        articles = [corpus.load_article(summary.id) for summary in load_all_summaries(corpus)]
    return [
        Gold(item.article, tuple(sorted({(s.start, s.end, s.label) for s in item.spans}, key=_reading_order)))
        for item in articles
    ]


def _reading_order(place: tuple[int, int, str]) -> tuple[int, int, str]:
    return place[0], -place[1], place[2]


def simulate(corpus: Corpus, work: Sequence[Gold], helped: Assistance) -> Iterator[Cost]:
    """Label the articles of `work` in this order in a corpus that has none yet, and yield what each took."""
    with corpus.transaction():
        for item in work:
            corpus.add(AnnotatedArticle(item.article))
    suggesting = SuggesterPool.from_corpus(corpus)
    rejected = RejectionFilter()
    learns = helped.sources is None or "model" in helped.sources
    for item in work:
        if learns and needs_training(corpus):
            for _ in learn(corpus):
                pass
            suggesting = SuggesterPool.from_corpus(corpus)
        yield _Labelling(corpus, item, suggesting, rejected, helped).label()


class _Labelling:
    """One article being labelled."""

    def __init__(
        self, corpus: Corpus, work: Gold, suggesting: SuggesterPool, rejected: RejectionFilter, helped: Assistance
    ) -> None:
        self._corpus, self._suggesting, self._rejected, self._helped = corpus, suggesting, rejected, helped
        self._article, self._gold = work.article, work.spans
        self._text = work.article.text
        analysis = analysed(self._text)
        self._words = [token for token in analysis.tokens if not is_punctuation(self._text, token)]
        self._sentences = [
            (analysis.tokens[first].start, analysis.tokens[last - 1].end) for first, last in analysis.sentence_ranges
        ]
        self._layer: list[Span] = []
        self._accepted_wrong: set[tuple[int, int]] = set()
        self._keys = self._errors = 0
        self._clicking = 0.0
        self._caret = 0  # the code point where the caret stands
        self._current: Suggestion | None = None
        if helped.sources != frozenset():
            self._update(suggesting.suggest(work.article))

    def label(self) -> Cost:
        """Label the article, mark it as done, and return what that took."""
        if self._helped.at_once == "article":
            self._accept_sure(0, len(self._text))
        if self._helped.at_once == "view":
            for start, end in self._list_views():
                self._label_view(start, end)
        else:
            for start, end in self._sentences:
                self._label_sentence(start, end)
        status = operations.set_state(self._corpus.status(self._article.uid, _WHO), self._article, _WHO, DONE)
        self._corpus.apply(Step(new_uid(), _WHO, utc_timestamp(), "state", tuple(status)))
        return Cost(len(self._gold), self._keys, self._clicking, self._errors)

    def _label_sentence(self, start: int, end: int) -> None:
        if self._helped.at_once == "sentence":
            self._accept_sure(start, end)
        while True:
            doubtful = [suggestion for suggestion in self._open if start <= suggestion.start < end]
            missing = [place for place in self._find_missing() if start <= place[0] < end]
            if not doubtful and not missing:
                return
            first = doubtful[0] if doubtful else None
            if first and (
                not missing
                or (first.start, -first.end) <= (missing[0][0], -missing[0][1])
                or _overlap(first, missing[0])
            ):
                self._decide(first, missing)
            else:
                self._label_by_hand(missing[0])

    def _list_views(self) -> Iterator[tuple[int, int]]:
        """Yield the ranges that are read at once: as many whole sentences as are in view, at least one."""
        first, words = 0, 0
        for index, (start, end) in enumerate(self._sentences):
            count = sum(start <= word.start < end for word in self._words)
            if index > first and words + count > _WORDS_IN_VIEW:
                yield self._sentences[first][0], self._sentences[index - 1][1]
                first, words = index, 0
            words += count
        if self._sentences:
            yield self._sentences[first][0], self._sentences[-1][1]

    def _label_view(self, start: int, end: int) -> None:
        """Reject or correct what is wrong between two offsets and label what is missing; then accept the rest."""
        while True:
            missing = [place for place in self._find_missing() if start <= place[0] < end]
            suggestions = [suggestion for suggestion in self._open if start <= suggestion.start < end]
            wrong = [suggestion for suggestion in suggestions if labelled_range(suggestion) not in missing]
            suggested = {labelled_range(suggestion) for suggestion in suggestions}
            unsuggested = [place for place in missing if place not in suggested]
            if wrong and (
                not unsuggested
                or _reading_order(labelled_range(wrong[0])) <= _reading_order(unsuggested[0])
                or _overlap(wrong[0], unsuggested[0])
            ):
                self._go_to(wrong[0])
                self._decide(wrong[0], unsuggested)
            elif unsuggested:
                self._label_by_hand(unsuggested[0])
            elif suggestions:
                self._keys += 1
                self._clicking += ACCEPT_CLICK * len(suggestions)
                self._apply(operations.accept_all(self._article, self._layer, _WHO, suggestions))
                self._caret = suggestions[-1].end
                self._current = self._next_suggestion(start)
            else:
                return

    def _go_to(self, suggestion: Suggestion) -> None:
        """Go to a suggestion: from one to the next by F5, or by the letters of its first word, and Return."""
        after_caret = self._next_suggestion(self._caret)
        first = self._current or after_caret
        assert first
        steps = abs(self._open.index(suggestion) - self._open.index(first)) + (self._current is None)
        to_word = self._count_keys_to_word(self._word_index(self._caret), self._word_index(suggestion.start))
        if suggestion != self._current:
            self._keys += min(steps, to_word + 1)
            self._current = suggestion

    def _find_missing(self) -> list[tuple[int, int, str]]:
        labelled = {(span.start, span.end, span.label) for span in self._layer}
        return [
            place
            for place in self._gold
            if place not in labelled
            and not any(start < place[1] and place[0] < end for start, end in self._accepted_wrong)
        ]

    def _decide(self, suggestion: Suggestion, missing: list[tuple[int, int, str]]) -> None:
        """Accept or reject a suggestion, with its edges or its label corrected where that is less work."""
        if self._current != suggestion:
            self._keys += 1  # Return, which goes to it
        self._caret = suggestion.end
        place = (suggestion.start, suggestion.end, suggestion.label)
        if place in missing:
            self._clicking += ACCEPT_CLICK
            self._keys += 1
            self._apply(operations.accept(self._article, self._layer, _WHO, suggestion, suggestion))
        elif meant := next((it for it in missing if it[:2] == place[:2]), None):
            self._clicking += LABEL_STUDIO
            self._keys += 1
            self._apply(
                operations.accept(self._article, self._layer, _WHO, suggestion, replace(suggestion, label=meant[2]))
            )
        elif (
            meant := next((it for it in missing if it[2] == suggestion.label and _overlap(suggestion, it)), None)
        ) and (self._count_edge_keys(suggestion, meant) <= 1 + self._count_keys_by_hand(meant)):
            self._clicking += LABEL_STUDIO
            self._keys += self._count_edge_keys(suggestion, meant) + 1
            self._apply(
                operations.accept(
                    self._article, self._layer, _WHO, suggestion, replace(suggestion, start=meant[0], end=meant[1])
                )
            )
        else:
            self._keys += 1
            self._apply(operations.reject(self._article, _WHO, suggestion))
        self._current = self._next_suggestion(suggestion.start)

    def _accept_sure(self, start: int, end: int) -> None:
        sure = [
            suggestion
            for suggestion in self._open
            if start <= suggestion.start < end and suggestion.score >= SURE_SCORE
        ]
        if not sure:
            return
        if self._helped.at_once == "sentence" and not (self._current and start <= self._current.start < end):
            self._keys += not start <= self._caret < end  # the arrow that goes to the sentence
        self._keys += 1
        right = {*self._gold}
        for suggestion in sure:
            if (suggestion.start, suggestion.end, suggestion.label) in right:
                self._clicking += ACCEPT_CLICK
            else:
                self._errors += 1
                self._accepted_wrong.add((suggestion.start, suggestion.end))
        self._apply(operations.accept_all(self._article, self._layer, _WHO, sure))
        self._caret = sure[-1].end
        self._current = self._next_suggestion(start)

    def _label_by_hand(self, place: tuple[int, int, str]) -> None:
        self._clicking += LABEL_STUDIO
        self._keys += self._count_keys_by_hand(place)
        self._apply(operations.add_span(self._article, self._layer, _WHO, place[2], place[0], place[1]))
        self._caret, self._current = place[1] - 1, None

    def _next_suggestion(self, offset: int) -> Suggestion | None:
        return next(
            (suggestion for suggestion in self._open if suggestion.start >= offset), next(iter(self._open), None)
        )

    # Keys

    def _count_keys_by_hand(self, place: tuple[int, int, str]) -> int:
        """Return how many keys label words from the caret: to the first word, to the last, label, edges."""
        first, last = self._word_index(place[0]), self._word_index(place[1] - 1)
        keys = self._count_keys_to_word(self._word_index(self._caret), first) + 1
        if first != last:
            keys += min(last - first, self._count_letter_presses(first, last))
        word = self._words[first]
        places = [offset for offset, _ in find_readings(self._text[slice(*word)])]
        skipped = place[0] - word.start
        return keys + (sorted(set(places)).index(skipped) if skipped in places else skipped)

    def _count_keys_to_word(self, origin: int, target: int) -> int:
        starts = [self._word_index(start) for start, _end in self._sentences]
        if target >= origin:
            # By letters at once, or first from sentence to sentence.
            between = [origin, *(start for start in starts if origin < start <= target)]
            return min(
                presses + min(target - start, self._count_letter_presses(start, target))
                for presses, start in enumerate(between)
            )
        if origin - target <= _NEAR:
            return origin - target
        # Back to the beginning of sentences, and from there by letter.
        back = bisect_right(starts, origin) - 1
        presses = 0
        while starts[back] > target or presses == 0:
            presses += 1
            if starts[back] <= target:
                break
            back -= 1
        return min(origin - target, presses + self._count_keys_to_word(starts[back], target))

    def _count_letter_presses(self, origin: int, target: int) -> int:
        """Return how many letters reach a word, 0 for the current one: the first one again and again, or several."""
        if target == origin:
            return 0
        form = min(initial_forms(self._text[slice(*self._words[target])]), key=len)
        between = [initial_forms(self._text[slice(*other)]) for other in self._words[origin + 1 : target]]
        repeated = 1 + sum(any(other.startswith(form[0]) for other in others) for others in between)
        several = (
            length
            for length in range(2, min(len(form), repeated - 1) + 1)
            if not any(other.startswith(form[:length]) for others in between for other in others)
        )
        return min(repeated, next(several, repeated))

    def _count_edge_keys(self, suggestion: Suggestion, meant: tuple[int, int, str]) -> int:
        starts = abs(self._word_index(suggestion.start) - self._word_index(meant[0])) or int(
            suggestion.start != meant[0]
        )
        ends = abs(self._word_index(suggestion.end - 1) - self._word_index(meant[1] - 1)) or int(
            suggestion.end != meant[1]
        )
        return starts + ends

    def _word_index(self, offset: int) -> int:
        return max(0, bisect_right(self._words, offset, key=lambda word: word.start) - 1)

    # The corpus

    def _apply(self, edits: list[Edit]) -> None:
        self._corpus.apply(Step(new_uid(), _WHO, utc_timestamp(), "bench", tuple(edits)))
        for edit in edits:
            if isinstance(edit.after, Span):
                self._layer.append(edit.after)
            elif edit.after:
                assert isinstance(edit.after, Rejection)
                self._rejected.add(self._text, edit.after)
        if self._helped.sources != frozenset():
            self._suggesting.learn(self._article, edits)
            self._update(self._suggesting.suggest(self._article))
        else:
            self._open = ()

    def _update(self, heard: SuggestionsBySource) -> None:
        sources = self._helped.sources
        selected = {name: suggestions for name, suggestions in heard.items() if sources is None or name in sources}
        self._open = filter_suggestions(
            self._article, selected, self._suggesting.belief.join, self._rejected, self._layer, ()
        )

    _open: tuple[Suggestion, ...] = ()


def _overlap(suggestion: Suggestion, place: tuple[int, int, str]) -> bool:
    return suggestion.start < place[1] and place[0] < suggestion.end


def measure(
    name: str, work: Sequence[Gold], labels: Sequence[str], folder: Path, shuffles: int = 3
) -> Iterator[Figure]:
    """Measure what a span costs with each of the WAYS, over all articles of a labelled corpus and its last quarter.

    The articles are in their order and, where one key accepts many, also shuffled.
    """
    for helped in WAYS:
        for turn in range(1 + (shuffles if helped.at_once else 0)):
            ordered = list(work)
            if turn:
                random.Random(turn).shuffle(ordered)
            path = folder / f"{name}-{WAYS.index(helped)}-{turn}.corpus"
            with Corpus.create(path, create_label_set(labels)) as corpus:
                costs = [*simulate(corpus, ordered, helped)]
            what = f"{name}, {helped.what}"
            yield from _create_figures(helped, f"{what}, shuffled {turn}" if turn else what, costs)


def _create_figures(helped: Assistance, what: str, costs: Sequence[Cost]) -> Iterator[Figure]:
    promised = helped.at_once == _PROMISED
    for part, some, bound in (("all", costs, 0.30), ("the last quarter", _last_quarter(costs), 0.25)):
        wanted = Wanted(MEDIAN, bound, issue=21) if promised else None
        for against, cost in _peer_costs(helped, some):
            yield Figure(f"a span, {part}: {what}", [_seconds(some)], against, [cost], "s", wanted)
            wanted = None  # asked once
    if helped.at_once:
        wrong = sum(cost.errors for cost in costs) / max(1, sum(cost.spans for cost in costs)) * 100
        wanted = Wanted(MEDIAN, 0.3, issue=21) if promised else None
        yield Figure(f"spans waved through wrong: {what}", [wrong], unit="%", wanted=wanted)


def _peer_costs(helped: Assistance, costs: Sequence[Cost]) -> Iterator[tuple[str, float]]:
    """Yield what the same spans cost elsewhere, in seconds a span."""
    if helped.sources == frozenset():
        yield "a label that sticks (issue 5)", KEEP_LABEL
    if helped.sources is None:
        yield "INCEpTION's flow, these suggestions", _clicking_seconds(costs)
    else:
        yield "Label Studio (issue 5)", LABEL_STUDIO


def _last_quarter(costs: Sequence[Cost]) -> list[Cost]:
    """Return the articles with the last quarter of the spans."""
    total, seen = sum(cost.spans for cost in costs), 0
    for index, cost in enumerate(costs):
        seen += cost.spans
        if seen > 0.75 * total:
            return list(costs[index:])
    return []


def _seconds(costs: Sequence[Cost]) -> float:
    return KEY * sum(cost.keys for cost in costs) / max(1, sum(cost.spans for cost in costs))


def _clicking_seconds(costs: Sequence[Cost]) -> float:
    return sum(cost.clicking for cost in costs) / max(1, sum(cost.spans for cost in costs))
