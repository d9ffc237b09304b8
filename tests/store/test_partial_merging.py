"""Steps that come in parts, each with the edits of some layers, end as the whole ones do."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import pytest
from builders import build_label_set, create_corpus
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from strategies import examples

from annotator.generators import finish
from annotator.model import history
from annotator.model.changeset import GOLD, Changeset, Person
from annotator.model.identities import GOLD_UID
from annotator.model.label_changes import LabelChange
from annotator.model.labels import LabelSet
from annotator.model.records import Edit, Note, Publication, Record, Span, Status, Step, Title, Zone, article_uid
from annotator.model.replay import layer_of
from annotator.model.step_parts import list_missing_edits
from annotator.store.annotator_merging import build_join
from annotator.store.changesets import read_changeset, read_people
from annotator.store.corpus import Corpus
from annotator.store.label_set import change_labels
from annotator.store.merging import MergeResult, merge
from annotator.store.other_corpus import has_news
from annotator.store.recovery.integrity import check_integrity

TEXTS: Final = ("أعلنت وزارة الصحة 😀 عن خطّة 2024", "وصل القطـار إلى وجدة\u200f يوم الجمعة")
ARTICLES: Final = tuple(map(article_uid, TEXTS))
LABELS: Final = build_label_set("A", "B")
PEOPLE: Final = (
    Person("سناء", ("person-1", "person-1-laptop")),
    Person("عمر", ("person-2",)),
    Person("gold", (GOLD_UID,), GOLD),
)
NAMES: Final = tuple(person.name for person in PEOPLE)
TIME: Final = "2026-11-28T10:00:00.000+00:00"
Edits = tuple[Edit, ...]

articles = st.sampled_from(ARTICLES)
names = st.sampled_from(NAMES)
starts = st.sampled_from((0, 4, 8))


@st.composite
def records(draw: st.DrawFn) -> Record:
    article, name, start = draw(articles), draw(names), draw(starts)
    kind, number = draw(st.sampled_from("sssstnzpT")), draw(st.integers(0, 1))
    match kind:
        case "s":
            label = draw(st.sampled_from("AB"))
            return Span(f"{article[:4]}{name}{start}{number}", article, name, label, start, start + 4)
        case "t":
            return Status(article, name, ("done", "in_progress")[number])
        case "n":
            return Note(article, name, ("واحد", "اثنان")[number])
        case "z":
            return Zone(f"{article[:4]}{start}{number}", article, "body", start, start + 4 + 2 * number)
        case "p":
            return Publication(article, (None, "2024-07-09")[number])
    return Title(article, ("عنوان", "عنوان آخر")[number])


def change(record: Record, number: int) -> Edit:
    """Return an edit of the record: most of those that are possible."""
    if isinstance(record, Publication):
        return Edit(replace(record, published=None), record)
    if number == 2 and isinstance(record, Span):
        return Edit(record, replace(record, label="B" if record.label == "A" else "A"))
    if number == 3:
        return Edit(record, record)  # marks the end of undo
    return Edit(record, None) if number == 1 else Edit(None, record)


edits = st.builds(change, records(), st.sampled_from((0, 0, 0, 1, 2, 3)))


@st.composite
def histories(draw: st.DrawFn) -> list[Step]:
    """Draw steps over several layers, also with equal edits, and steps that undo others."""
    steps: list[Step] = []
    for number in range(draw(st.integers(1, 8))):
        annotator = draw(names)
        actor = "عمر" if annotator == "gold" else None
        undone = draw(st.sampled_from([None, None, *steps]))
        if undone is None:
            own = tuple(draw(st.lists(edits, min_size=1, max_size=5)))
            own += own[: draw(st.integers(0, 1))]
        else:
            own = history.reverse_step(undone)
        undoes = undone.uid if undone else None
        clock = draw(st.integers(1, 9))
        steps.append(Step(f"step-{number}", annotator, TIME, "tag", own, undoes, clock, "device", actor))
    return steps


def record_of(edit: Edit) -> Record:
    record = edit.after or edit.before
    assert record is not None
    return record


def divide(step: Step, number_of_parts: int, choose: st.DataObject) -> list[Step]:
    """Return parts of a step with all its edits of some layers each, together all of them."""
    layers = list(dict.fromkeys(layer_of(record_of(edit)) for edit in step.edits))
    chosen = {layer: choose.draw(st.integers(0, number_of_parts - 1)) for layer in layers}
    parts: defaultdict[int, list[Edit]] = defaultdict(list)
    for edit in step.edits:
        parts[chosen[layer_of(record_of(edit))]].append(edit)
    return [replace(step, edits=tuple(part)) for part in parts.values()]


def receive(corpus: Corpus, described: Changeset, steps: Sequence[Step]) -> MergeResult:
    result = finish(merge(corpus, replace(described, steps=tuple(steps))))
    assert isinstance(result, MergeResult)
    return result


def describe(corpus: Corpus) -> tuple[object, ...]:
    """Return what must be the same, whatever people and labels are called."""
    uids = {person.name: min(person.uids) for person in read_people(corpus)}
    label_uids = dict(corpus.fetch_tuples("SELECT name, uid FROM label"))
    content: set[tuple[object, ...]] = set()
    for table, columns in (
        ("span", 'uid, article, annotator, label, start, "end", value, note'),
        ("status", "article, annotator, '', state"),
        ("note", "article, annotator, '', text"),
    ):
        for row in corpus.fetch_tuples(f"SELECT {columns} FROM {table}"):
            content.add((table, *(label_uids.get(value, uids.get(value, value)) for value in row)))
    for table in ("zone", "title", "conflict"):
        content.update((table, *row) for row in corpus.fetch_tuples(f"SELECT * FROM {table}"))
    content.update(corpus.fetch_tuples("SELECT uid, published FROM article"))
    sizes = corpus.fetch_tuples("SELECT step, count(*), min(clock), min(undoes) FROM edit GROUP BY step ORDER BY step")
    return content, sizes


def create(path: Path, *, with_other_names: bool = False) -> Corpus:
    corpus = create_corpus(path, *TEXTS, labels=LABELS)
    if with_other_names:
        corpus._add_annotator("سناء")  # another person of that name
        before = corpus.labels()
        first, second = before.labels
        after = LabelSet((replace(first, name="C"), second))
        finish(change_labels(corpus, LabelChange(before, after, {"A": "C", "B": "B"})))
    return corpus


@pytest.mark.slow
@examples(150)
@given(histories(), st.integers(1, 4), st.booleans(), st.data())
def test_any_division_of_steps_comes_to_the_same(
    steps: list[Step], count: int, with_other_names: bool, data: st.DataObject
) -> None:
    parts = [part for step in steps for part in divide(step, count, data)]
    order = data.draw(st.permutations(parts))
    repeated = data.draw(st.lists(st.sampled_from([*parts, *steps]), max_size=4))
    with (
        TemporaryDirectory() as folder,
        create(Path(folder, "whole.corpus"), with_other_names=with_other_names) as whole,
        create(Path(folder, "parts.corpus"), with_other_names=with_other_names) as other,
        create_corpus(Path(folder, "labels.corpus"), *TEXTS, labels=LABELS) as labelled,
    ):
        described = replace(read_changeset(labelled), people=PEOPLE)
        receive(whole, described, steps)
        while order:
            size = data.draw(st.integers(1, len(order)))
            group = {part.uid: part for part in order[:size]}  # a changeset has each uid once
            receive(other, described, list(group.values()))
            order = [part for part in order if group.get(part.uid) is not part]
            assert list(check_integrity(other)) == []
        assert describe(other) == describe(whole)
        for part in repeated:
            assert not has_news(other, replace(described, steps=(part,)), {})
            assert receive(other, described, [part]).steps == 0
        assert describe(other) == describe(whole)


@pytest.mark.slow
@examples(60)
@given(histories(), st.data())
def test_people_who_turn_out_to_be_one_change_nothing_about_parts(drawn: list[Step], data: st.DataObject) -> None:
    """Each step has edits of its annotator and of what all share, as the program records them."""
    steps = [
        replace(step, edits=own)
        for step in drawn
        if (own := tuple(edit for edit in step.edits if layer_of(record_of(edit))[1] in (None, step.annotator)))
    ]
    parts = [part for step in steps for part in divide(step, 3, data)]
    order = data.draw(st.permutations(parts))
    joined_after = data.draw(st.integers(0, len(order)))
    with (
        TemporaryDirectory() as folder,
        create(Path(folder, "whole.corpus")) as whole,
        create(Path(folder, "parts.corpus")) as other,
        create_corpus(Path(folder, "labels.corpus"), *TEXTS, labels=LABELS) as labelled,
    ):
        described = replace(read_changeset(labelled), people=PEOPLE)
        for corpus in (whole, other):
            receive(corpus, described, [])
        receive(whole, described, steps)
        finish(merge(whole, build_join(whole, "سناء", "عمر")))
        for number, part in enumerate(order):
            if number == joined_after:
                finish(merge(other, build_join(other, "سناء", "عمر")))
            receive(other, described, [part])
        if joined_after == len(order):
            finish(merge(other, build_join(other, "سناء", "عمر")))
        assert describe(other) == describe(whole)
        assert receive(other, described, steps).steps == 0
        assert receive(whole, described, parts[:1]).steps == 0
        assert list(check_integrity(other)) == []


def span(uid: str, annotator: str = "سناء", start: int = 0) -> Span:
    return Span(uid, ARTICLES[0], annotator, "A", start, start + 4)


def test_the_rest_of_a_step_completes_it(tmp_path: Path) -> None:
    zones = (Edit(None, Zone("z", ARTICLES[0], "body", 0, 4)),)
    own = (Edit(None, span("a")), Edit(span("a"), None), Edit(None, span("a")))
    step = Step("step", "سناء", TIME, "tag", (*own, *zones), None, 1)
    with (
        create(tmp_path / "a.corpus", with_other_names=True) as corpus,
        create(tmp_path / "labels.corpus") as labelled,
    ):
        described = replace(read_changeset(labelled), people=PEOPLE)
        assert receive(corpus, described, [replace(step, edits=zones)]).steps == 1
        assert corpus.spans(ARTICLES[0]) == []
        assert has_news(corpus, replace(described, steps=(step,)), {})
        assert receive(corpus, described, [step]).steps == 1
        assert [(each.uid, each.annotator, each.label) for each in corpus.spans(ARTICLES[0])] == [
            ("a", "سناء (2)", "C")
        ]
        assert corpus.edit_count("step") == 4
        assert not has_news(corpus, replace(described, steps=(step,)), {})
        assert receive(corpus, described, [step]).steps == 0


def test_part_that_does_not_fit_puts_the_whole_step_in_conflict(tmp_path: Path) -> None:
    step = Step("step", "سناء", TIME, "tag", (Edit(None, span("a")), Edit(span("x", "عمر"), None)), None, 1)
    undo = Step("undo", "سناء", TIME, "tag", history.reverse_step(step), "step", 2)
    parts = [replace(step, edits=(edit,)) for edit in step.edits]
    with create(tmp_path / "a.corpus") as corpus:
        described = replace(read_changeset(corpus), people=PEOPLE)
        assert receive(corpus, described, parts[:1]).conflicts == ()
        later = Step("later", "عمر", TIME, "tag", (Edit(None, span("x", "عمر", 8)),), None, 0)
        receive(corpus, described, [later])
        [conflict] = receive(corpus, described, parts[1:]).conflicts
        assert conflict.step == "step"
        assert corpus.spans(ARTICLES[0], "سناء") == []
        receive(corpus, described, [replace(undo, edits=undo.edits[:1])])
        query = "SELECT step, reason FROM conflict ORDER BY step"
        assert corpus.fetch_tuples(query) == [("step", "withdrawn"), ("undo", "withdrawn")]


def test_part_about_an_article_that_is_not_here_waits(tmp_path: Path) -> None:
    other = Span("b", ARTICLES[1], "سناء", "A", 0, 4)
    step = Step("step", "سناء", TIME, "tag", (Edit(None, span("a")), Edit(None, other)), None, 1)
    with create_corpus(tmp_path / "a.corpus", TEXTS[0], labels=LABELS) as corpus:
        described = replace(read_changeset(corpus), people=PEOPLE, articles=())
        assert receive(corpus, described, [replace(step, edits=step.edits[:1])]).steps == 1
        result = receive(corpus, described, [step])
        assert (result.steps, result.waiting_steps, result.missing_articles) == (0, ("step",), (ARTICLES[1],))
        assert corpus.spans(ARTICLES[0]) == [span("a")]
        with create(tmp_path / "b.corpus") as whole:
            articles_ = read_changeset(whole).articles
        assert receive(corpus, replace(described, articles=articles_), [step]).steps == 1
        assert len(corpus.spans(ARTICLES[1])) == 1


layer_edits = st.lists(edits, max_size=6).map(tuple)


@given(layer_edits, layer_edits)
def test_edits_are_missing_as_often_as_they_are_not_recorded(recorded: Edits, incoming: Edits) -> None:
    missing = list_missing_edits(recorded, incoming)
    assert Counter(missing) <= Counter(incoming)
    assert list_missing_edits((*recorded, *missing), incoming) == ()
    assert list_missing_edits(incoming, incoming) == ()
    assert list_missing_edits((), incoming) == incoming


def test_edit_is_known_under_another_name_of_its_label() -> None:
    renamed = replace(span("a"), label="C")
    assert list_missing_edits([Edit(None, renamed)], [Edit(None, span("a"))]) == ()
    assert list_missing_edits([Edit(None, renamed)], [Edit(span("a"), None)]) == (Edit(span("a"), None),)
    twice = [Edit(None, span("a")), Edit(None, renamed)]
    assert list_missing_edits([Edit(None, renamed)], twice) == (Edit(None, span("a")),)
