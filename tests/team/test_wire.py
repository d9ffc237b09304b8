"""Changesets as items for a server: what comes back is the same, and nothing that no corpus may hold."""

import shutil
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any, Final

import msgspec
import pytest
from builders import apply_edits, build_label_set, build_plain_article, create_corpus
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from strategies import examples
from team.changesets import CHANGESET, SPAN, TIME, UID, changesets

from annotator.generators import finish
from annotator.model import operations
from annotator.model.changeset import GOLD, Changeset, Person
from annotator.model.identities import GOLD_NAME, GOLD_UID, label_uid
from annotator.model.label_changes import REMOVE, LabelChange
from annotator.model.label_history import LabelEdit, PlacedLabel
from annotator.model.labels import LabelSet, default_labels
from annotator.model.operations import InvalidEdit
from annotator.model.records import Edit, Span, Step
from annotator.store.annotator_merging import build_join
from annotator.store.changesets import read_changeset, read_people
from annotator.store.corpus import Corpus
from annotator.store.label_set import change_labels, count_spans
from annotator.store.merging import MergeResult, merge
from annotator.store.recovery.integrity import check_integrity
from annotator.team.wire import StepItem, decode_items, list_wire_items

TEXTS: Final = ("أعلنت وزارة الصحّة 😀 عن خطّة 2024", "وصل القطار إلى و\u200fجدة لأحزاب ـ")


def travel(changeset: Changeset, members: Sequence[str] = ()) -> Changeset:
    return decode_items([msgspec.json.encode(item) for item in list_wire_items(changeset, members)])


def list_bodies(changeset: Changeset) -> list[dict[str, Any]]:
    return [msgspec.json.decode(msgspec.json.encode(item)) for item in list_wire_items(changeset)]


def receive(bodies: Sequence[object]) -> Changeset:
    return decode_items([msgspec.json.encode(body) for body in bodies])


def described(changeset: Changeset) -> Changeset:
    """Return the changeset with uids of labels as the program makes them, and of gold."""
    labels = tuple(
        LabelEdit(f"l{index}", 0, TIME, None, label_uid(label.name), None, PlacedLabel(label, index))
        for index, label in enumerate((*default_labels().labels, *build_label_set("مؤسسة").labels))
    )
    people = tuple(replace(each, uids=(GOLD_UID,)) if each.kind == GOLD else each for each in changeset.people)
    return replace(changeset, device=None, label_edits=labels, people=people)


def without_device(changeset: Changeset) -> Changeset:
    return replace(changeset, program="", device=None)


def test_every_kind_of_item_and_record_comes_back() -> None:
    changeset = described(CHANGESET)
    assert without_device(travel(changeset)) == without_device(changeset)


@examples(100)
@given(changesets(), st.randoms(use_true_random=False))
def test_any_changeset_comes_back_whatever_the_order_of_its_items(changeset: Changeset, random: Random) -> None:
    changeset = described(changeset)
    bodies = list_bodies(changeset)
    random.shuffle(bodies)
    back = receive(bodies)
    by_uid = {step.uid: step for step in back.steps}
    assert back.newer_steps == ()
    assert set(map(repr, back.people)) == set(map(repr, changeset.people))
    for step in changeset.steps:
        assert replace(by_uid[step.uid], edits=()) == replace(step, edits=())
        assert sorted(map(repr, by_uid[step.uid].edits)) == sorted(map(repr, step.edits))


def test_nothing_in_an_item_names_a_person_or_a_label_but_what_describes_them() -> None:
    for item in list_wire_items(described(CHANGESET)):
        if isinstance(item, StepItem):
            text = msgspec.json.encode(item).decode()
            assert '"INSTITUTION"' not in text
            assert CHANGESET.people[0].name not in text


def test_a_step_goes_in_a_part_for_each_layer_and_comes_back_from_some_of_them() -> None:
    people = (Person("a", ("pa",)), Person("b", ("pb",)))
    spans = [Span(f"s{index}", UID, name, "DATE", index, index + 1) for index, name in enumerate("abab")]
    step = Step("e", "a", TIME, "labels", tuple(Edit(None, span) for span in spans), clock=3)
    items = list(list_wire_items(described(Changeset("", None, people, steps=(step,)))))
    parts = [item for item in items if isinstance(item, StepItem)]
    assert [(part.owner, part.number, len(part.edits)) for part in parts] == [("pa", 0, 2), ("pb", 1, 2)]
    [part] = receive([msgspec.to_builtins(item) for item in items if item is not parts[1]]).steps
    assert {edit.after for edit in part.edits} == {spans[0], spans[2]}


def test_a_person_goes_by_the_uid_of_the_member_and_keeps_the_others() -> None:
    people = (Person("a", ("p1", "p2", "p3")),)
    span = replace(SPAN, annotator="a")
    changeset = described(Changeset("", None, people, steps=(Step("e", "a", TIME, "tag", (Edit(None, span),)),)))
    items = list(list_wire_items(changeset, ["p2"]))
    assert [item.owner for item in items if isinstance(item, StepItem)] == ["p2"]
    assert travel(changeset, ["p2"]).people == people


def test_who_was_described_before_is_known_by_uid() -> None:
    bodies = [body for body in list_bodies(described(CHANGESET)) if body["kind"] == "step"]
    changeset = receive(bodies)
    assert {person.name for person in changeset.people} >= {"p1"}
    [span] = [edit.after for step in changeset.steps for edit in step.edits if isinstance(edit.after, Span)]
    assert span.label == label_uid("INSTITUTION")


def change_body(kind: str, values: dict[str, Any]) -> tuple[list[dict[str, Any]], str]:
    bodies = list_bodies(described(CHANGESET))
    body = next(each for each in bodies if each["kind"] == kind)
    body.update(values)
    return bodies, body["uid"]


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        ("step", {"colour": "red"}),
        ("step", {"edits": []}),
        ("step", {"edits": [{"before": None, "after": {"type": "video", "uid": "v", "article": UID}}]}),
        ("step", {"owner": "p2"}),
        ("step", {"article": "another"}),
        ("step", {"clock": 1 << 60}),
        ("step", {"clock": "soon"}),
        ("step", {"time": "noon"}),
        ("label", {"after": None}),
        ("label", {"meaning": 1}),
        ("article", {"text": "another"}),
        ("batch", {"name": ""}),
        ("batch", {"kind": "video"}),
    ],
)
def test_what_no_corpus_may_hold_or_only_a_newer_one_is_left_out_and_named(kind: str, values: dict[str, Any]) -> None:
    bodies, uid = change_body(kind, values)
    changeset = receive(bodies)
    assert changeset.newer_steps == (uid,)
    assert len(list(list_wire_items(changeset))) == len(bodies) - 1


def test_a_part_that_cannot_be_read_keeps_out_the_whole_step() -> None:
    bodies = list_bodies(described(CHANGESET))
    step = next(body for body in bodies if body["kind"] == "step")
    bodies.append({**step, "number": 1, "owner": "p2", "edits": [{"before": None, "after": {"type": "video"}}]})
    changeset = receive(bodies)
    assert changeset.newer_steps == (step["uid"],)
    assert step["uid"] not in {each.uid for each in changeset.steps}


@pytest.mark.parametrize("data", [b"", b"null", b"[" * 100_000, b"\xff", b'{"kind":"person"}', b'{"uid": 7}'])
def test_what_is_no_item_is_left_out(data: bytes) -> None:
    assert len(decode_items([data]).newer_steps) == 1


def test_nobody_becomes_gold_by_an_item() -> None:
    gold = {"kind": "person", "uid": "p1", "name": "x", "person": GOLD_UID, "person_kind": "gold"}
    assert receive([gold]).people == ()
    assert receive([{**gold, "person": "p1"}]).people == ()
    assert receive([{**gold, "uid": GOLD_UID}]).people == (Person("x", (GOLD_UID,), GOLD),)


def test_a_changeset_that_names_somebody_unknown_makes_no_items() -> None:
    with pytest.raises(InvalidEdit):
        list(list_wire_items(replace(CHANGESET, people=())))


# In corpora

MOVES: Final = st.lists(
    st.tuples(
        st.sampled_from(["tag", "tag", "relabel", "remove", "rename", "delete", "join"]),
        st.integers(0, 5),
        st.integers(0, 3),
        st.sampled_from(["سناء", "Omar", "ليلى"]),
    ),
    max_size=12,
)


def work(corpus: Corpus, verb: str, first: int, second: int, annotator: str) -> None:
    labels = [label.name for label in corpus.labels().labels]
    article = corpus.article(1 + second % 2)
    layer, label = corpus.spans(article.uid, annotator), labels[first % len(labels)]
    edits: list[Edit] = []
    match verb:
        case "tag":
            with suppress(InvalidEdit):  # it is there already, or blank
                edits = operations.add_span(article, layer, annotator, label, first, first + 1 + second)
        case "relabel" if layer:
            with suppress(InvalidEdit):
                edits = operations.relabel(article, layer, layer[0], label)
        case "remove" if layer:
            edits = operations.remove_span(layer[0])
        case "rename" | "delete" if len(labels) > 1:
            before, new_names = corpus.labels(), {name: name for name in labels}
            replacements = {}
            if verb == "rename":
                new_names[label] = f"N{first}_{len(labels)}" if f"N{first}_{len(labels)}" not in labels else label
            else:
                del new_names[label]
                if count_spans(corpus).get(label):
                    replacements[label] = next(iter(new_names)) if second % 2 else REMOVE
            after = (replace(each, name=new_names[each.name]) for each in before.labels if each.name in new_names)
            finish(change_labels(corpus, LabelChange(before, LabelSet(tuple(after)), new_names, replacements)))
        case "join":
            names = [person.name for person in read_people(corpus) if person.name != annotator]
            if annotator in corpus.annotators() and names:
                finish(merge(corpus, build_join(corpus, annotator, names[first % len(names)])))
    if edits:
        apply_edits(corpus, edits, annotator)


def describe(corpus: Corpus) -> dict[str, object]:
    """Return all that two corpora must have in common, whatever the order of rows."""
    queries = {
        "people": "SELECT uid FROM identity",
        "labels": "SELECT * FROM label",
        "label edits": "SELECT * FROM label_edit",
        "articles": "SELECT uid, title, published, added, compressed_text FROM article",
        "spans": "SELECT uid, article, label, start, end, annotator FROM span",
        "steps": "SELECT step, clock, annotator, actor, time, name, undoes, before, after FROM edit",
        "conflicts": "SELECT step, reason FROM conflict",
    }
    return {name: sorted(map(repr, corpus.fetch_tuples(query))) for name, query in queries.items()}


@examples(60)
@given(MOVES, st.integers(0, 12))
def test_what_went_over_the_wire_makes_the_same_corpus(moves: list[tuple[str, int, int, str]], shared: int) -> None:
    with TemporaryDirectory() as name:
        folder = Path(name)
        with create_corpus(
            folder / "a.corpus", *map(build_plain_article, TEXTS), labels=build_label_set("A", "B", "C")
        ) as source:
            for move in moves[:shared]:
                work(source, *move)
            source.checkpoint()
            for copy in ("b", "c"):
                shutil.copyfile(source.path, folder / f"{copy}.corpus")
            for move in moves[shared:]:
                work(source, *move)
            changeset = read_changeset(source)
        expected: dict[str, object] = {}
        for target, sent in (("b", changeset), ("c", travel(changeset))):
            with Corpus.open(folder / f"{target}.corpus") as corpus:
                finish(merge(corpus, sent))
                assert list(check_integrity(corpus)) == []
                described_corpus = describe(corpus)
                expected = expected or described_corpus
                assert described_corpus == expected


def test_a_page_names_labels_by_uid_that_were_renamed_here(tmp_path: Path) -> None:
    with create_corpus(
        tmp_path / "a.corpus", build_plain_article(TEXTS[0]), labels=build_label_set("A", "B")
    ) as source:
        source.checkpoint()
        shutil.copyfile(source.path, tmp_path / "b.corpus")
        work(source, "tag", 0, 0, "سناء")
        bodies = list_bodies(read_changeset(source))
    with Corpus.open(tmp_path / "b.corpus") as corpus:
        before = corpus.labels()
        new_names = {"A": "C", "B": "B"}
        labels = LabelSet(tuple(replace(label, name=new_names[label.name]) for label in before.labels))
        finish(change_labels(corpus, LabelChange(before, labels, new_names, {})))
        result = finish(merge(corpus, receive([body for body in bodies if body["kind"] in ("person", "step")])))
        assert isinstance(result, MergeResult)
        assert result.undescribed_labels == {}
        assert [span.label for span in corpus.spans(corpus.article(1).uid, "سناء")] == ["C"]


def test_gold_is_one_in_every_corpus() -> None:
    assert receive([{"kind": "step", **_gold_step()}]).people == (Person(GOLD_NAME, (GOLD_UID,), GOLD),)


def _gold_step() -> dict[str, Any]:
    span = replace(SPAN, annotator="gold", label="DATE")
    step = Step("e", "gold", TIME, "tag", (Edit(None, span),))
    people = (Person("gold", (GOLD_UID,), GOLD),)
    [body] = [each for each in list_bodies(Changeset("", people=people, steps=(step,))) if each["kind"] == "step"]
    return body
