"""Tests of which layers of a corpus are compared, and as they were when."""

from collections.abc import Callable
from datetime import UTC
from typing import Any, Final

import pytest
from builders import label_words

from annotator.generators import finish
from annotator.jobs import agreement as agreement_job
from annotator.jobs.agreement import AgreementOptions, measure_agreement
from annotator.model import operations
from annotator.model.article_builder import build_article
from annotator.model.history import reverse_step
from annotator.model.label_changes import LabelChange
from annotator.model.labels import LabelSet
from annotator.model.records import (
    BODY,
    BOILERPLATE,
    DONE,
    IN_PROGRESS,
    NEW,
    AnnotatedArticle,
    Edit,
    Status,
    Step,
    Suggestion,
    Zone,
    new_uid,
)
from annotator.store.corpus import Corpus
from annotator.store.errors import CorpusError
from annotator.store.label_set import change_labels
from annotator.store.row_mapping import encode_record
from annotator.team.agreement import Agreement, EmptyLayer

SANAE, OMAR, HIND = "Sanae", "Omar", "Hind"
MINISTRY, PLAN, TOMORROW = ("وزارة الصحة", "INSTITUTION"), ("خطة العمل", "PLAN"), ("غدا", "DATE")
TEXT: Final = "قالت وزارة الصحة إن خطة العمل تبدأ غدا"


def build(number: int = 1, states: dict[str, str] | None = None, **layers: list[tuple[str, str]]) -> AnnotatedArticle:
    """Build an article with these annotators' labelled words; by default all are done."""
    text = f"{TEXT} {number}"
    return build_article(
        text,
        zones=[Zone(new_uid(), "", BODY, 0, len(text))],
        spans=[span for name, words in layers.items() for span in label_words(text, words, name)],
        states=[Status("", name, (states or {}).get(name, DONE)) for name in layers],
    )


def measure(corpus: Corpus, *annotators: str, **options: Any) -> Agreement:
    return finish(measure_agreement(corpus, AgreementOptions(annotators, **options), UTC))


class Desk:
    """An annotator at work on the first article of a corpus, a step a minute."""

    def __init__(self, corpus: Corpus, annotator: str) -> None:
        self.corpus = corpus
        self.annotator = annotator
        self.article = corpus.article(1)
        self._minute = 0

    def do(self, edits: list[Edit], undoes: str | None = None, day: int = 2) -> Step:
        self._minute += 1
        time = f"2026-03-{day:02}T09:{self._minute:02}:00.000+00:00"
        step = Step(new_uid(), self.annotator, time, "tag", tuple(edits), undoes)
        self.corpus.apply(step)
        return step

    def undo(self, step: Step) -> None:
        self.do(list(reverse_step(step)), step.uid)

    def tag(self, words: str, label: str) -> Step:
        start = self.article.text.index(words)
        layer = self.corpus.spans(self.article.uid, self.annotator)
        return self.do(operations.add_span(self.article, layer, self.annotator, label, start, start + len(words)))

    def untag(self, label: str) -> Step:
        [span] = [span for span in self.corpus.spans(self.article.uid, self.annotator) if span.label == label]
        return self.do(operations.remove_span(span))

    def mark(self, state: str, day: int = 2) -> None:
        before = self.corpus.status(self.article.uid, self.annotator)
        self.do(operations.set_state(before, self.article, self.annotator, state), day=day)


@pytest.fixture
def desks(make: Callable[..., Corpus]) -> tuple[Desk, Desk]:
    """Sanae and Omar, of whom each has an empty layer of an article."""
    corpus = make(build())
    return Desk(corpus, SANAE), Desk(corpus, OMAR)


def test_articles_that_two_have_done_are_compared(make: Callable[..., Corpus]) -> None:
    corpus = make(
        build(1, Sanae=[MINISTRY, PLAN], Omar=[MINISTRY], Hind=[PLAN]),
        build(2, {OMAR: IN_PROGRESS}, Sanae=[MINISTRY], Omar=[]),
        build(3, Sanae=[MINISTRY]),
        build(4, {SANAE: NEW, OMAR: NEW}, Sanae=[PLAN], Omar=[PLAN]),
        build(5, {SANAE: NEW, OMAR: NEW}, Sanae=[], Omar=[]),
    )
    agreement = measure(corpus)
    assert [article.id for article in agreement.by_article] == [1]
    assert agreement.by_article[0].annotators == (HIND, OMAR, SANAE)
    assert [(pair.first, pair.second) for pair in agreement.pairs] == [(HIND, OMAR), (HIND, SANAE), (OMAR, SANAE)]
    every = measure(corpus, state="all")
    assert [article.id for article in every.by_article] == [1, 2, 4]
    assert every.empty_layers == (EmptyLayer(OMAR, 2),)


def test_annotators_are_chosen_by_name(make: Callable[..., Corpus]) -> None:
    corpus = make(build(1, Sanae=[MINISTRY], Omar=[MINISTRY], Hind=[PLAN]), build(2, Sanae=[PLAN], Hind=[PLAN]))
    agreement = measure(corpus, OMAR, SANAE)
    assert (agreement.articles, len(agreement.pairs), agreement.scores.exact.value) == (1, 1, 1)
    with pytest.raises(CorpusError, match="Salma"):
        measure(corpus, OMAR, "Salma")


def test_gold_is_compared_only_by_name(make: Callable[..., Corpus]) -> None:
    corpus = make(build(1, Sanae=[MINISTRY], Omar=[MINISTRY], gold=[PLAN]))
    with corpus.transaction():
        corpus.db.execute("UPDATE annotator SET kind = 'gold' WHERE name = 'gold'")
    assert [(pair.first, pair.second) for pair in measure(corpus).pairs] == [(OMAR, SANAE)]
    assert [(pair.first, pair.second) for pair in measure(corpus, "gold", SANAE).pairs] == [(SANAE, "gold")]


def test_steps_in_conflict_changed_nothing(desks: tuple[Desk, Desk]) -> None:
    sanae, _omar = desks
    for desk in desks:
        desk.tag(*PLAN)
        desk.mark(DONE)
    uid = sanae.article.uid
    edit = operations.add_span(sanae.article, [], SANAE, "DATE", 0, 5)[0]
    with sanae.corpus.transaction():  # as a merge records what did not fit
        row = {"step": "c" * 32, "name": "tag", "article": uid, "annotator": SANAE, "time": "2026-03-01T09:00:00+00:00"}
        sanae.corpus._insert("edit", {**row, "clock": 0, "after": encode_record(edit.after)})
        sanae.corpus.db.table("conflict").insert({"step": "c" * 32, "reason": "changed"})
    assert measure(sanae.corpus, moment="first").scores.exact.value == 1


def test_removed_articles_are_left_out(make: Callable[..., Corpus]) -> None:
    corpus = make(build(1, Sanae=[MINISTRY], Omar=[PLAN]), build(2, Sanae=[MINISTRY], Omar=[MINISTRY]))
    desk = Desk(corpus, SANAE)
    desk.do(operations.remove_article(None, desk.article))
    for options in ({}, {"state": "all"}, {"moment": "first"}):
        assert [article.id for article in measure(corpus, **options).by_article] == [2]


def test_spans_outside_the_exported_zones_are_left_out(make: Callable[..., Corpus]) -> None:
    text = f"{TEXT}\nاقرأ أيضا خطة العمل"
    end = len(TEXT)
    zones = [Zone("z1", "", BODY, 0, end), Zone("z2", "", BOILERPLATE, end + 1, len(text))]
    article = build_article(
        text,
        zones=zones,
        spans=[
            *label_words(text, [MINISTRY, ("اقرأ", "PLAN")], SANAE),
            *label_words(text, [MINISTRY, ("غدا\nاقرأ", "PLAN")], OMAR),
        ],
        states=[Status("", SANAE, DONE), Status("", OMAR, DONE)],
    )
    corpus = make(article)
    agreement = measure(corpus)
    assert agreement.spans == 3  # the one that only begins in the body counts
    assert agreement.scores.exact.value == 2 / 3
    everywhere = measure(corpus, zones=None)
    assert everywhere.spans == 4


def test_accepted_suggestions_can_be_left_out(desks: tuple[Desk, Desk]) -> None:
    for desk in desks:
        desk.tag(*PLAN)
        start = desk.article.text.index(MINISTRY[0])
        suggestion = Suggestion(start, start + len(MINISTRY[0]), MINISTRY[1], "memory", 0.9)
        layer = desk.corpus.spans(desk.article.uid, desk.annotator)
        desk.do(operations.accept(desk.article, layer, desk.annotator, suggestion, suggestion))
        desk.mark(DONE)
    desks[0].tag(*TOMORROW)
    corpus = desks[0].corpus
    everything, by_hand = measure(corpus), measure(corpus, spans="hand")
    assert (everything.spans, everything.accepted, everything.scores.exact.value) == (5, 2, 4 / 5)
    assert (by_hand.spans, by_hand.accepted, by_hand.scores.exact.value) == (3, 0, 2 / 3)


def test_layers_as_they_first_were(desks: tuple[Desk, Desk]) -> None:
    sanae, omar = desks
    sanae.tag(*MINISTRY)
    sanae.untag("INSTITUTION")
    undone = sanae.tag(*TOMORROW)
    sanae.undo(undone)
    sanae.tag(*PLAN)
    sanae.mark(DONE)
    omar.tag(*MINISTRY)
    omar.mark(DONE, day=9)
    # Corrected after the two have talked it over, and not done again by Omar.
    omar.mark(IN_PROGRESS)
    omar.untag("INSTITUTION")
    omar.tag(*PLAN)
    corpus = sanae.corpus
    assert measure(corpus).articles == 0
    first = measure(corpus, moment="first")
    assert (first.articles, first.spans, first.scores.exact.value) == (1, 2, 0)
    assert list(first.weeks) == ["2026-W11"]
    omar.mark(DONE, day=16)
    assert measure(corpus).scores.exact.value == 1
    assert list(measure(corpus).weeks) == ["2026-W12"]
    assert measure(corpus, moment="first").scores == first.scores


def test_layers_that_were_never_done_are_compared_as_they_are(desks: tuple[Desk, Desk]) -> None:
    sanae, omar = desks
    sanae.tag(*PLAN)
    sanae.mark(DONE)
    sanae.untag("PLAN")
    omar.tag(*PLAN)
    agreement = measure(sanae.corpus, moment="first", state="all")
    assert agreement.scores.exact.value == 1
    assert list(agreement.weeks) == [""]


def test_first_layers_know_labels_by_their_present_names(desks: tuple[Desk, Desk]) -> None:
    for desk in desks:
        desk.tag(*PLAN)
        desk.mark(DONE)
    corpus = desks[0].corpus
    before = corpus.labels()
    names = {label.name: "PROJECT" if label.name == "PLAN" else label.name for label in before.labels}
    after = LabelSet(
        tuple(type(label)(names[label.name], label.title, label.colour, label.key) for label in before.labels)
    )
    finish(change_labels(corpus, LabelChange(before, after, names)))
    first = measure(corpus, moment="first")
    assert list(first.labels) == ["PROJECT"]
    assert first.scores.exact.value == 1


def test_imported_layers_are_done_when_they_were_imported(make: Callable[..., Corpus]) -> None:
    corpus = make(build(1, Sanae=[MINISTRY], Omar=[MINISTRY]))
    for moment in ("now", "first"):
        agreement = measure(corpus, moment=moment)
        assert agreement.scores.exact.value == 1
        assert [week[:4].isdigit() for week in agreement.weeks] == [True]


def test_progress_is_in_articles(make: Callable[..., Corpus], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(agreement_job, "_BATCH_SIZE", 2)
    corpus = make(*(build(number, Sanae=[MINISTRY], Omar=[MINISTRY]) for number in range(3)))
    assert list(measure_agreement(corpus)) == [(2, 3), (3, 3)]


def test_unknown_options_are_refused() -> None:
    for options in ({"moment": "sometimes"}, {"spans": "sometimes"}, {"state": "sometimes"}):
        with pytest.raises(ValueError, match="sometimes"):
            AgreementOptions(**options)  # type: ignore[arg-type]
