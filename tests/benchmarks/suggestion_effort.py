"""What a span costs an annotator whom the program helps: simulated, on a corpus that is labelled already.

The simulated annotator labels article after article as the gold has it, by the product's own verbs, in a real corpus,
and the suggesters learn from it as they do in the window. Counted are the keys of the window (see ui.actions) by the
keystroke-level model, as in `effort`: a key takes 0.28 s, and every key of the way to a word counts as one. Nothing is
counted for reading and thinking.

How it works, sentence after sentence: Shift+Return accepts all that is sure in it, unseen, and goes on to the next
suggestion; what was wrong of that is counted as an error and stays. A suggestion that is right is accepted by Return, a
wrong one rejected by Delete; where its edges are wrong they are moved word by word, if that takes fewer keys than
labelling by hand. What is missing is gone to by its first letter, as `stories.by_keyboard` does.
"""

import random
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from measuring import MEDIAN, Figure, Wanted
from msgspec.structs import replace

from annotator.jobs.imports.importer import import_paths
from annotator.jobs.learning import learn, needs_training
from annotator.jobs.suggesting import SuggesterPool, SuggestionsBySource, filter_suggestions
from annotator.model import operations
from annotator.model.labels import Colour, Label, LabelSet
from annotator.model.open_suggestions import SURE_SCORE, RejectionFilter
from annotator.model.records import DONE, AnnotatedArticle, Article, Edit, Rejection, Span, Step, Suggestion, new_uid
from annotator.store.corpus import Corpus, utc_timestamp
from annotator.store.queries.article_list import load_all_summaries
from annotator.text.analysis import analysed
from annotator.text.proclitics import find_readings
from annotator.text.punctuation import is_punctuation
from annotator.ui.article.jump import initial_forms

KEY: Final = 0.28  # seconds
LABEL_STUDIO, KEEP_LABEL, ACCEPT_CLICK = 2.68, 2.4, 1.3
"""Seconds a span by the same model: peers' new span, one with a label that sticks, INCEpTION's click that accepts."""
_WHO: Final = "bench"
_PROMISED: Final = "sentence"  # what one key accepts, where something is wanted of what a span costs
_NEAR: Final = 2  # words that one goes back by the arrow


class Gold(NamedTuple):
    """An article, and the spans that it should have."""

    article: Article
    spans: tuple[tuple[int, int, str], ...]


class Helped(NamedTuple):
    """Who helps: the sources that are asked, and what one key accepts at once of what is sure: nothing, all in a
    `sentence`, all in the `article`."""

    what: str
    sources: frozenset[str] | None = None
    at_once: str | None = None


WAYS: Final = (
    Helped("no suggestions", frozenset()),
    Helped("memory alone", frozenset(["memory"])),
    Helped("the model alone", frozenset(["model"])),
    Helped("all of them, one by one"),
    Helped("all, the sure ones of a sentence by one key", at_once="sentence"),
    Helped("all, the sure ones of an article by one key", at_once="article"),
)


class Cost(NamedTuple):
    """Of one article: gold spans, keys, what INCEpTION's flow would take with the same suggestions, in seconds, and
    wrong spans that were accepted with others."""

    spans: int
    keys: int
    clicking: float
    errors: int


def gold(path: Path, folder: Path, names: Iterable[str]) -> list[Gold]:
    """The articles of a file with their spans of these labels."""
    with Corpus.create(folder / "gold.corpus", _labels(names)) as corpus:
        for _ in import_paths(corpus, [path], annotator="gold"):
            pass
        found = [corpus.load_article(summary.id) for summary in load_all_summaries(corpus)]
    return [
        Gold(one.article, tuple(sorted({(s.start, s.end, s.label) for s in one.spans}, key=_reading))) for one in found
    ]


def _reading(place: tuple[int, int, str]) -> tuple[int, int, str]:
    return place[0], -place[1], place[2]


def simulate(corpus: Corpus, work: Sequence[Gold], helped: Helped) -> Iterator[Cost]:
    """Label the articles of `work`, in this order, in a corpus that has none yet; yields what each took."""
    with corpus.transaction():
        for one in work:
            corpus.add(AnnotatedArticle(one.article))
    suggesting = SuggesterPool.from_corpus(corpus)
    rejected = RejectionFilter()
    learns = helped.sources is None or "model" in helped.sources
    for one in work:
        if learns and needs_training(corpus):
            for _ in learn(corpus):
                pass
            suggesting = SuggesterPool.from_corpus(corpus)
        yield _Labelling(corpus, one, suggesting, rejected, helped).cost()


class _Labelling:
    """One article being labelled."""

    def __init__(
        self, corpus: Corpus, work: Gold, suggesting: SuggesterPool, rejected: RejectionFilter, helped: Helped
    ) -> None:
        self._corpus, self._suggesting, self._rejected, self._helped = corpus, suggesting, rejected, helped
        self._article, self._gold = work.article, work.spans
        self._text = work.article.text
        found = analysed(self._text)
        self._words = [token for token in found.tokens if not is_punctuation(self._text, token)]
        self._sentences = [
            (found.tokens[first].start, found.tokens[last - 1].end) for first, last in found.sentence_ranges
        ]
        self._layer: list[Span] = []
        self._waved: set[tuple[int, int]] = set()
        self._keys = self._errors = 0
        self._clicking = 0.0
        self._at = 0  # the code point where the caret stands
        self._chosen: Suggestion | None = None
        self._heard: SuggestionsBySource = {}
        if helped.sources != frozenset():
            self._hear(suggesting.suggest(work.article))

    def cost(self) -> Cost:
        """Label it, and say that it is done."""
        if self._helped.at_once == "article":
            self._accept_sure(0, len(self._text))
        for start, end in self._sentences:
            self._sentence(start, end)
        status = operations.set_state(self._corpus.status(self._article.uid, _WHO), self._article, _WHO, DONE)
        self._corpus.apply(Step(new_uid(), _WHO, utc_timestamp(), "state", tuple(status)))
        return Cost(len(self._gold), self._keys, self._clicking, self._errors)

    def _sentence(self, start: int, end: int) -> None:
        if self._helped.at_once == "sentence":
            self._accept_sure(start, end)
        while True:
            doubtful = [one for one in self._standing if start <= one.start < end]
            missing = [place for place in self._missing() if start <= place[0] < end]
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
                self._by_hand(missing[0])

    def _missing(self) -> list[tuple[int, int, str]]:
        there = {(span.start, span.end, span.label) for span in self._layer}
        return [
            place
            for place in self._gold
            if place not in there and not any(start < place[1] and place[0] < end for start, end in self._waved)
        ]

    def _decide(self, one: Suggestion, missing: list[tuple[int, int, str]]) -> None:
        """Accept or reject a suggestion, its edges or its label put right where that is less work."""
        if self._chosen != one:
            self._keys += 1  # Return, which goes to it
        self._at = one.end
        place = (one.start, one.end, one.label)
        if place in missing:
            self._clicking += ACCEPT_CLICK
            self._keys += 1
            self._do(operations.accept(self._article, self._layer, _WHO, one, one))
        elif meant := next((it for it in missing if it[:2] == place[:2]), None):
            self._clicking += LABEL_STUDIO
            self._keys += 1
            self._do(operations.accept(self._article, self._layer, _WHO, one, replace(one, label=meant[2])))
        elif (meant := next((it for it in missing if it[2] == one.label and _overlap(one, it)), None)) and (
            self._edges(one, meant) <= 1 + self._hand(meant)
        ):
            self._clicking += LABEL_STUDIO
            self._keys += self._edges(one, meant) + 1
            self._do(
                operations.accept(self._article, self._layer, _WHO, one, replace(one, start=meant[0], end=meant[1]))
            )
        else:
            self._keys += 1
            self._do(operations.reject(self._article, _WHO, one))
        self._chosen = self._next(one.start)

    def _accept_sure(self, start: int, end: int) -> None:
        sure = [one for one in self._standing if start <= one.start < end and one.score >= SURE_SCORE]
        if not sure:
            return
        if self._helped.at_once == "sentence" and not (self._chosen and start <= self._chosen.start < end):
            self._keys += not start <= self._at < end  # the arrow that goes to the sentence
        self._keys += 1
        right = {*self._gold}
        for one in sure:
            if (one.start, one.end, one.label) in right:
                self._clicking += ACCEPT_CLICK
            else:
                self._errors += 1
                self._waved.add((one.start, one.end))
        self._do(operations.accept_all(self._article, self._layer, _WHO, sure))
        self._at = sure[-1].end
        self._chosen = self._next(start)

    def _by_hand(self, place: tuple[int, int, str]) -> None:
        self._clicking += LABEL_STUDIO
        self._keys += self._hand(place)
        self._do(operations.add_span(self._article, self._layer, _WHO, place[2], place[0], place[1]))
        self._at, self._chosen = place[1] - 1, None

    def _next(self, offset: int) -> Suggestion | None:
        return next((one for one in self._standing if one.start >= offset), next(iter(self._standing), None))

    # Keys

    def _hand(self, place: tuple[int, int, str]) -> int:
        """The keys that label a stretch from where the caret stands: to its first word, to its last, label, edges."""
        first, last = self._word(place[0]), self._word(place[1] - 1)
        keys = self._way(self._word(self._at), first) + 1
        if first != last:
            keys += min(last - first, self._presses(first, last))
        word = self._words[first]
        places = [at for at, _ in find_readings(self._text[slice(*word)])]
        begun = place[0] - word.start
        return keys + (sorted(set(places)).index(begun) if begun in places else begun)

    def _way(self, here: int, there: int) -> int:
        if there >= here:
            return min(there - here, self._presses(here, there))
        if here - there <= _NEAR:
            return here - there
        # Back to the beginning of sentences, and from there by letter.
        starts = [self._word(start) for start, _end in self._sentences]
        back = bisect_right(starts, here) - 1
        presses = 0
        while starts[back] > there or presses == 0:
            presses += 1
            if starts[back] <= there:
                break
            back -= 1
        return min(here - there, presses + self._way(starts[back], there))

    def _presses(self, here: int, there: int) -> int:
        """How often letter of a word is pressed to get to it."""
        word = self._text[slice(*self._words[there])]
        letter = min(initial_forms(word), key=len)[0]
        between = (self._text[slice(*other)] for other in self._words[here + 1 : there])
        return 1 + sum(any(name.startswith(letter) for name in initial_forms(other)) for other in between)

    def _edges(self, one: Suggestion, meant: tuple[int, int, str]) -> int:
        starts = abs(self._word(one.start) - self._word(meant[0])) or int(one.start != meant[0])
        ends = abs(self._word(one.end - 1) - self._word(meant[1] - 1)) or int(one.end != meant[1])
        return starts + ends

    def _word(self, offset: int) -> int:
        return max(0, bisect_right(self._words, offset, key=lambda word: word.start) - 1)

    # The corpus

    def _do(self, edits: list[Edit]) -> None:
        self._corpus.apply(Step(new_uid(), _WHO, utc_timestamp(), "bench", tuple(edits)))
        for edit in edits:
            if isinstance(edit.after, Span):
                self._layer.append(edit.after)
            elif edit.after:
                assert isinstance(edit.after, Rejection)
                self._rejected.add(self._text, edit.after)
        if self._helped.sources != frozenset():
            self._suggesting.learn(self._article, edits)
            self._hear({**self._heard, **self._suggesting.suggest_again(self._article)})
        else:
            self._standing = ()

    def _hear(self, heard: SuggestionsBySource) -> None:
        asked = self._helped.sources
        self._heard = heard
        chosen = {name: said for name, said in heard.items() if asked is None or name in asked}
        self._standing = filter_suggestions(self._article, chosen, self._rejected, self._layer, ())

    _standing: tuple[Suggestion, ...] = ()


def _overlap(one: Suggestion, place: tuple[int, int, str]) -> bool:
    return one.start < place[1] and place[0] < one.end


def figures(path: Path, folder: Path, shuffles: int = 3) -> Iterator[Figure]:
    """What a span costs with each of the WAYS, over all articles of a labelled file and over the last quarter of them;
    in the order of the file and, where one key accepts many, shuffled."""
    work = gold(path, folder, ("DATE", "ORG"))
    for helped in WAYS:
        for turn in range(1 + (shuffles if helped.at_once else 0)):
            ordered = list(work)
            if turn:
                random.Random(turn).shuffle(ordered)
            with Corpus.create(folder / f"{WAYS.index(helped)}-{turn}.corpus", _labels(("DATE", "ORG"))) as corpus:
                costs = [*simulate(corpus, ordered, helped)]
            yield from _figures(helped, f"{helped.what}, shuffled {turn}" if turn else helped.what, costs)


def _figures(helped: Helped, what: str, costs: Sequence[Cost]) -> Iterator[Figure]:
    asked = helped.at_once == _PROMISED
    for part, some, bound in (("all", costs, 0.65), ("the last quarter", _last_quarter(costs), 0.5)):
        wanted = Wanted(MEDIAN, bound, issue=5) if asked else None
        for against, cost in _peers(helped, some):
            yield Figure(f"a span, {part}: {what}", [_seconds(some)], against, [cost], "s", wanted)
            wanted = None  # asked once
    if helped.at_once:
        wrong = sum(cost.errors for cost in costs) / max(1, sum(cost.spans for cost in costs)) * 100
        wanted = Wanted(MEDIAN, 1, issue=5) if asked else None
        yield Figure(f"spans waved through wrong: {what}", [wrong], unit="%", wanted=wanted)


def _peers(helped: Helped, costs: Sequence[Cost]) -> Iterator[tuple[str, float]]:
    """What the same spans cost elsewhere: in seconds a span."""
    if helped.sources == frozenset():
        yield "a label that sticks (issue 5)", KEEP_LABEL
    if helped.sources is None:
        yield "INCEpTION's flow, these suggestions", _clicking(costs)
    else:
        yield "Label Studio (issue 5)", LABEL_STUDIO


def _last_quarter(costs: Sequence[Cost]) -> list[Cost]:
    """The articles in which the last quarter of the spans are."""
    total, seen = sum(cost.spans for cost in costs), 0
    for at, cost in enumerate(costs):
        seen += cost.spans
        if seen > 0.75 * total:
            return list(costs[at:])
    return []


def _seconds(costs: Sequence[Cost]) -> float:
    return KEY * sum(cost.keys for cost in costs) / max(1, sum(cost.spans for cost in costs))


def _clicking(costs: Sequence[Cost]) -> float:
    return sum(cost.clicking for cost in costs) / max(1, sum(cost.spans for cost in costs))


def _labels(names: Iterable[str]) -> LabelSet:
    return LabelSet(tuple(Label(name, {}, Colour("#8f6a0a", "#ecc04c")) for name in names))
