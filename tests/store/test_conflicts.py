"""What an author's conflicts are after real merges, and what deciding them does to every copy."""

import shutil
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Final

import pytest
from builders import apply_edits, build_label_set, build_plain_article, create_corpus, locate
from hypothesis import given
from hypothesis import strategies as st
from moves import LABEL_VERBS, TEXTS, VERBS, Move, make_move, move_labels, read_records, undo_last
from msgspec.structs import replace
from strategies import examples

from annotator.generators import finish
from annotator.jobs.merging import load_conflicts
from annotator.model import operations
from annotator.model.conflict_resolution import NO_LABEL, Difference, StepConflict, resolve_conflict
from annotator.model.history import RESOLVE_STEP, build_stacks
from annotator.model.label_changes import LabelChange
from annotator.model.labels import LabelSet
from annotator.model.records import (
    BODY,
    CHOICES,
    DONE,
    HEADLINE,
    OWN,
    STANDING,
    Edit,
    Note,
    Publication,
    Record,
    Resolution,
    Span,
    Status,
    Step,
    Title,
    Zone,
    article_uid,
    new_uid,
)
from annotator.store.changesets import read_changeset
from annotator.store.corpus import Corpus, utc_timestamp
from annotator.store.label_set import change_labels
from annotator.store.merging import merge
from annotator.store.queries.conflicts import OpenConflict, list_conflicts, load_conflict
from annotator.store.queries.gold import create_gold
from annotator.store.queries.reversal import read_reversal
from annotator.store.recovery.integrity import check_integrity

TEXT: Final = "أعلنت وزارة الصحة 😀 يوم 9 يوليوز 2024 عن خطّة الـتّلقيح 2024-2030."
UID: Final = article_uid(TEXT)
DATE, SHORT, MINISTRY = locate("9 يوليوز 2024", TEXT), locate("9 يوليوز", TEXT), locate("وزارة الصحة", TEXT)
SANAE: Final = "سناء"


def send(source: Corpus, target: Corpus) -> None:
    finish(merge(target, read_changeset(source)))
    assert list(check_integrity(target)) == []


def exchange(first: Corpus, second: Corpus) -> None:
    send(first, second)
    send(second, first)


def decide(corpus: Corpus, conflict: StepConflict, choice: str) -> Step:
    layers = load_conflict(corpus, conflict).layers
    edits = resolve_conflict(conflict, choice, layers)
    step = Step(new_uid(), conflict.annotator, utc_timestamp(), RESOLVE_STEP, edits)
    corpus.apply(step)
    return step


def everything(corpus: Corpus) -> set[Record]:
    return set(read_records(corpus))


def without_decisions(corpus: Corpus) -> set[Record]:
    return {record for record in read_records(corpus) if not isinstance(record, Resolution)}


@pytest.fixture
def copies(tmp_path: Path) -> Iterator[tuple[Corpus, Corpus]]:
    """Yield the corpora of a desk and a laptop, in which Sanae has labelled a date."""
    path = tmp_path / "desk.corpus"
    labels = build_label_set("DATE", "INSTITUTION", "PLAN")
    with create_corpus(path, build_plain_article(TEXT), labels=labels) as desk:
        do(desk, [Edit(None, Span("s", UID, SANAE, "DATE", *DATE))])
        desk.checkpoint()
        shutil.copyfile(path, tmp_path / "laptop.corpus")
        with Corpus.open(tmp_path / "laptop.corpus") as laptop:
            yield desk, laptop


def do(corpus: Corpus, edits: Iterable[Edit], annotator: str = SANAE) -> Step:
    return apply_edits(corpus, edits, annotator)


def layer(corpus: Corpus, annotator: str = SANAE) -> list[Span]:
    return corpus.spans(UID, annotator)


def places(corpus: Corpus) -> list[tuple[str, int, int]]:
    return [(span.label, span.start, span.end) for span in layer(corpus)]


def relabel(corpus: Corpus, label: str) -> None:
    spans = layer(corpus)
    do(corpus, operations.relabel(corpus.article(UID), spans, spans[0], label))


def resize(corpus: Corpus, edges: tuple[int, int]) -> None:
    spans = layer(corpus)
    do(corpus, operations.resize(corpus.article(UID), spans, spans[0], *edges))


def open_conflicts(corpus: Corpus, author: str = SANAE) -> list[OpenConflict]:
    return finish(load_conflicts(corpus, author))


def test_a_conflict_has_both_versions_and_who_made_what_stands(copies: tuple[Corpus, Corpus]) -> None:
    desk, laptop = copies
    relabel(desk, "PLAN")
    do(laptop, [Edit(None, Note(UID, SANAE, "راجع"))])
    resize(laptop, SHORT)
    assert open_conflicts(desk) == []
    exchange(desk, laptop)
    for corpus in copies:
        [conflict] = open_conflicts(corpus)
        plan, shorter = Span("s", UID, SANAE, "PLAN", *DATE), Span("s", UID, SANAE, "DATE", *SHORT)
        assert conflict.own.differences == (Difference((plan,), shorter),)
        assert [annotated.article.uid for annotated in conflict.articles] == [UID]
        assert conflict.rival
        assert conflict.rival.edits[0].after == plan
        assert open_conflicts(corpus, "عمر") == []


def test_taking_ones_own_version_travels_and_can_be_undone(copies: tuple[Corpus, Corpus]) -> None:
    desk, laptop = copies
    relabel(desk, "PLAN")
    do(laptop, [Edit(None, Note(UID, SANAE, "راجع"))])
    resize(laptop, SHORT)
    exchange(desk, laptop)
    [conflict] = list_conflicts(desk, SANAE)
    step = decide(desk, conflict, OWN)
    assert places(desk) == [("DATE", *SHORT)]
    assert list_conflicts(desk, SANAE) == []
    exchange(desk, laptop)
    assert list_conflicts(laptop, SANAE) == []
    assert everything(desk) == everything(laptop)
    undo, _redo = build_stacks(laptop.history(UID, SANAE))
    assert undo[-1].uid == step.uid
    name, edits = read_reversal(laptop, step.uid)
    laptop.apply(Step(new_uid(), SANAE, utc_timestamp(), name, edits, step.uid))
    assert places(laptop) == [("PLAN", *DATE)]
    exchange(desk, laptop)
    assert list_conflicts(desk, SANAE) == [conflict]


def test_keeping_what_stands_changes_nothing_but_is_remembered(copies: tuple[Corpus, Corpus]) -> None:
    desk, laptop = copies
    relabel(desk, "PLAN")
    do(laptop, [Edit(None, Note(UID, SANAE, "راجع"))])
    resize(laptop, SHORT)
    exchange(desk, laptop)
    before = everything(laptop)
    [conflict] = list_conflicts(laptop, SANAE)
    decide(laptop, conflict, STANDING)
    assert everything(laptop) - before == {Resolution(conflict.steps[0].uid, UID, SANAE, STANDING)}
    exchange(desk, laptop)
    for corpus in copies:
        assert list_conflicts(corpus, SANAE) == []
        assert without_decisions(corpus) == before


def test_deciding_on_both_computers_comes_to_the_same(copies: tuple[Corpus, Corpus]) -> None:
    desk, laptop = copies
    relabel(desk, "PLAN")
    do(laptop, [Edit(None, Note(UID, SANAE, "راجع"))])
    resize(laptop, SHORT)
    exchange(desk, laptop)
    for corpus in copies:
        [conflict] = list_conflicts(corpus, SANAE)
        decide(corpus, conflict, OWN)
    exchange(desk, laptop)
    assert places(desk) == places(laptop) == [("DATE", *SHORT)]
    assert everything(desk) == everything(laptop)
    assert list_conflicts(desk, SANAE) == list_conflicts(laptop, SANAE) == []


def test_what_hangs_together_is_one_conflict(copies: tuple[Corpus, Corpus]) -> None:
    desk, laptop = copies
    do(desk, operations.remove_span(layer(desk)[0]))
    do(laptop, [Edit(None, Note(UID, SANAE, "راجع"))])
    relabel(laptop, "PLAN")
    resize(laptop, SHORT)
    exchange(desk, laptop)
    [conflict] = open_conflicts(desk)
    assert len(conflict.conflict.steps) == 2
    assert conflict.own.differences == (Difference((), Span("s", UID, SANAE, "PLAN", *SHORT)),)
    assert conflict.rival
    assert conflict.rival.edits[0].after is None
    decide(desk, conflict.conflict, OWN)
    assert places(desk) == [("PLAN", *SHORT)]
    assert list_conflicts(desk, SANAE) == []


def test_a_label_that_was_deleted_cannot_come_back_but_its_replacement_can(copies: tuple[Corpus, Corpus]) -> None:
    desk, laptop = copies
    resize(desk, SHORT)
    do(laptop, [Edit(None, Note(UID, SANAE, "راجع"))])
    relabel(laptop, "PLAN")
    do(laptop, [Edit(None, Span("t", UID, SANAE, "INSTITUTION", *MINISTRY))])
    do(desk, [Edit(None, Span("u", UID, SANAE, "INSTITUTION", *MINISTRY, value="1"))])
    exchange(desk, laptop)
    delete_label(desk, "PLAN", {})
    relabelled, described = open_conflicts(desk)
    span = Span("s", UID, SANAE, "PLAN", *DATE)
    assert relabelled.own.differences == (Difference((replace(span, label="DATE", end=SHORT[1]),), span, NO_LABEL),)
    assert not relabelled.own.is_possible
    assert described.own.is_possible
    delete_label(desk, "INSTITUTION", {"INSTITUTION": "DATE"})
    [_relabelled, described] = open_conflicts(desk)
    [difference] = described.own.differences
    assert difference.former_label == "INSTITUTION"
    assert isinstance(difference.own, Span)
    assert difference.own.label == "DATE"
    decide(desk, described.conflict, OWN)
    assert {(span.label, span.start, span.value) for span in layer(desk)} >= {("DATE", MINISTRY[0], None)}


def delete_label(corpus: Corpus, name: str, replacements: dict[str, str]) -> None:
    before = corpus.labels()
    labels = LabelSet(tuple(label for label in before.labels if label.name != name))
    names = {label.name: label.name for label in labels.labels}
    finish(change_labels(corpus, LabelChange(before, labels, names, replacements)))


def test_zones_make_room_for_those_of_the_author(copies: tuple[Corpus, Corpus]) -> None:
    desk, laptop = copies
    do(desk, [Edit(None, Zone("z", UID, BODY, 0, 20))], "عمر")
    do(laptop, [Edit(None, Note(UID, SANAE, "راجع"))])
    do(laptop, [Edit(None, Zone("y", UID, HEADLINE, 5, 10))])
    exchange(desk, laptop)
    [conflict] = open_conflicts(laptop)
    assert conflict.own.differences == (Difference((Zone("z", UID, BODY, 0, 20),), Zone("y", UID, HEADLINE, 5, 10)),)
    assert conflict.rival
    assert conflict.rival.annotator == "عمر"
    decide(laptop, conflict.conflict, OWN)
    exchange(desk, laptop)
    for corpus in copies:
        zones = [(zone.kind, zone.start, zone.end) for zone in corpus.zones(UID)]
        assert zones == [(BODY, 0, 5), (HEADLINE, 5, 10), (BODY, 10, 20)]


def test_a_conflict_in_the_gold_layer_is_that_of_whoever_adjudicated(copies: tuple[Corpus, Corpus]) -> None:
    desk, laptop = copies
    for corpus, value in ((desk, "1"), (laptop, "2")):
        gold = create_gold(corpus)
        span = Span(new_uid(), UID, gold, "DATE", *DATE, value=value)
        step = Step(new_uid(), gold, utc_timestamp(), "decide", (Edit(None, span),), actor="عمر")
        corpus.apply(step)
    exchange(desk, laptop)
    assert list_conflicts(desk, SANAE) == []
    [conflict] = list_conflicts(desk, "عمر")
    assert conflict.annotator == gold


def test_a_decision_that_does_not_fit_itself_is_the_same_conflict(copies: tuple[Corpus, Corpus]) -> None:
    desk, laptop = copies
    relabel(desk, "PLAN")
    do(laptop, [Edit(None, Note(UID, SANAE, "راجع"))])
    resize(laptop, SHORT)
    exchange(desk, laptop)
    relabel(desk, "INSTITUTION")
    do(laptop, [Edit(None, Status(UID, SANAE, DONE))])
    [conflict] = list_conflicts(laptop, SANAE)
    decide(laptop, conflict, OWN)
    exchange(desk, laptop)
    for corpus in copies:
        [repeated] = open_conflicts(corpus)
        assert len(repeated.conflict.steps) == 2
        assert places(corpus) == [("INSTITUTION", *DATE)]
    decide(desk, repeated.conflict, STANDING)
    exchange(desk, laptop)
    assert list_conflicts(desk, SANAE) == list_conflicts(laptop, SANAE) == []


RIVAL_VERBS: Final = ("relabel", "resize", "describe", "remove", "zone", "title", "note", "published")


def random_move(random: Random, *verbs: str) -> Move:
    """Return a move; the numbers are few, so that both computers change the same things."""
    return Move(random.choice(verbs), random.randrange(3), random.randrange(3))


@given(st.integers(0, 1 << 32))
@examples(15)
def test_whatever_was_done_each_choice_does_what_it_says_in_every_copy(seed: int) -> None:
    random = Random(seed)
    beginning = [random_move(random, "tag") for _ in range(3)]
    verbs = (*RIVAL_VERBS, *RIVAL_VERBS, *RIVAL_VERBS, *VERBS, *LABEL_VERBS, "undo")
    history = [(random.random() < 0.5, random_move(random, *verbs)) for _ in range(random.randrange(10, 24))]
    with TemporaryDirectory() as folder, ExitStack() as stack:
        path = Path(folder, "desk.corpus")
        articles = map(build_plain_article, TEXTS)
        desk = stack.enter_context(
            create_corpus(path, *articles, labels=build_label_set("DATE", "INSTITUTION", "PLAN"))
        )
        for move in beginning:
            make_move(desk, article_uid(TEXTS[0]), SANAE, move)
        desk.checkpoint()
        shutil.copyfile(path, path.with_name("laptop.corpus"))
        laptop = stack.enter_context(Corpus.open(path.with_name("laptop.corpus")))
        for is_laptop, move in history:
            corpus = laptop if is_laptop else desk
            if move.verb == "undo":
                undo_last(corpus, article_uid(TEXTS[0]), SANAE, is_redo=False)
            elif move.verb in LABEL_VERBS:
                move_labels(corpus, move)
            else:
                make_move(corpus, article_uid(TEXTS[0]), SANAE, move)
        exchange(desk, laptop)
        while conflicts := list_conflicts(desk, SANAE):
            assert list_conflicts(laptop, SANAE) == conflicts
            check_choice(random.choice((desk, laptop)), conflicts[0], random.choice(CHOICES))
            exchange(desk, laptop)
            exchange(desk, laptop)
            assert everything(desk) == everything(laptop)
            assert conflicts[0] not in list_conflicts(desk, SANAE)


def check_choice(corpus: Corpus, conflict: StepConflict, choice: str) -> None:
    """Decide a conflict, and check that its author's version holds or the reason is said, or that nothing changed."""
    before, loaded = without_decisions(corpus), load_conflict(corpus, conflict)
    decide(corpus, conflict, choice)
    assert list(check_integrity(corpus)) == []
    if choice == STANDING:
        assert without_decisions(corpus) == before
        return
    after = load_conflict(corpus, conflict)
    assert after.own.edits == ()
    assert all(difference.obstacle for difference in after.own.differences)
    obstructed = {difference.own for difference in loaded.own.differences if difference.obstacle}
    now = {describe(record) for record in everything(corpus)}
    uids = {record.uid for record in everything(corpus) if isinstance(record, Span | Zone)}
    for record, key in wanted_records(conflict, loaded):
        if record is None:
            assert key not in uids
        elif record not in obstructed:
            assert describe(record) in now


def wanted_records(conflict: StepConflict, loaded: OpenConflict) -> Iterator[tuple[Record | None, str]]:
    """Yield what the author left in the end of each span, zone, title, note and time of publication."""
    wanted: dict[object, Record | None] = {}
    for step in conflict.steps:
        for edit in step.edits:
            record = edit.after or edit.before
            if edit.before != edit.after and isinstance(record, Span | Zone | Title | Note | Publication):
                wanted[getattr(record, "uid", type(record))] = edit.after
    labels, replacements = loaded.layers.labels, loaded.layers.replacements
    for key, record in wanted.items():
        if isinstance(record, Span) and record.label not in labels and record.label in replacements:
            record = operations.with_label(record, replacements[record.label])
        yield record, str(key)


def describe(record: Record) -> tuple[object, ...]:
    """Return what a record says, whatever its uid and where it came from."""
    match record:
        case Span():
            return Span, record.label, record.start, record.end, record.value, record.note
        case Zone():
            return Zone, record.kind, record.start, record.end
        case Title() | Note():
            return type(record), record.text
        case Publication():
            return Publication, record.published
        case _:
            return (record,)
