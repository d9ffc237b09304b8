"""Changes of the label set: spans, their record, and what can be undone afterwards."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from annotator.model import operations
from annotator.model.history import LABELS, reversal, stacks
from annotator.model.label_changes import REMOVE, BadChange, Change
from annotator.model.labels import BadLabelSet, Colour, Label, LabelSet
from annotator.model.records import Article, Draft, Edit, Span, Step, article_uid, new_uid
from annotator.store.corpus import Corpus, now
from annotator.store.errors import Conflict
from annotator.store.label_set import change_labels, usage
from annotator.text.proclitics import form

TEXTS: Final = ("أعلنت وزارة الصحة 😀 عن خطة 2024", "لأحزاب الأغلبية رَأيٌ آخر\u200f كـتـاب")
FIRST, SECOND = (article_uid(text) for text in TEXTS)


def labels(*names: str) -> LabelSet:
    return LabelSet(tuple(Label(name, {"ar": name}, Colour("#8f6a0a", "#ecc04c")) for name in names))


def make(path: Path) -> Corpus:
    corpus = Corpus.create(path, labels("A", "B", "C"))
    for text in TEXTS:
        corpus.add(Draft(Article(article_uid(text), text, published="2024-07-09")))
    return corpus


@pytest.fixture
def corpus(tmp_path: Path) -> Iterator[Corpus]:
    with make(tmp_path / "a.corpus") as opened:
        yield opened


def apply(corpus: Corpus, *edits: Edit, annotator: str = "Sanae", undoes: str | None = None) -> Step:
    step = Step(new_uid(), annotator, now(), "tag", edits, undoes)
    corpus.apply(step)
    return step


def tag(corpus: Corpus, label: str, start: int, article: str = FIRST, annotator: str = "Sanae", **fields: str) -> Span:
    span = Span(new_uid(), article, annotator, label, start, start + 4, **fields)
    apply(corpus, Edit(None, span), annotator=annotator)
    return span


def change(corpus: Corpus, after: LabelSet, kept: dict[str, str], instead: dict[str, str] | None = None) -> None:
    for _count in change_labels(corpus, Change(corpus.labels(), after, kept, instead or {})):
        pass


def undo(corpus: Corpus, article: str = FIRST, annotator: str = "Sanae") -> bool:
    """Take the last step back; whether there was one."""
    top = stacks(corpus.history(article, annotator))[0]
    if top:
        step = corpus.step(top[-1].uid)
        apply(corpus, *reversal(step), annotator=annotator, undoes=step.uid)
    return bool(top)


def everything(corpus: Corpus) -> list[Span]:
    return [span for article in (FIRST, SECOND) for span in corpus.spans(article)]


def replayed(corpus: Corpus) -> set[Span]:
    """The spans that the recorded edits lead to, each of which found what it says was there."""
    spans: dict[str, Span] = {}
    for row in corpus.query("SELECT step FROM edit GROUP BY step ORDER BY min(id)"):
        for edit in corpus.step(row["step"]).edits:
            if isinstance(edit.before, Span):
                assert spans.pop(edit.before.uid) == edit.before
            if isinstance(edit.after, Span):
                spans[edit.after.uid] = edit.after
    return set(spans.values())


def test_how_far_it_is_counts_the_spans_of_deleted_labels(corpus: Corpus) -> None:
    tag(corpus, "A", 0)
    tag(corpus, "B", 5)
    deletion = Change(corpus.labels(), labels("B"), {"B": "B"}, {"A": REMOVE})  # C has no spans
    assert list(change_labels(corpus, deletion)) == [(0, 1), (1, 1)]


def test_usage_counts_the_spans_of_all_annotators(corpus: Corpus) -> None:
    assert usage(corpus) == {}
    tag(corpus, "A", 0)
    tag(corpus, "A", 0, annotator="Omar")
    tag(corpus, "C", 5, SECOND)
    assert usage(corpus) == {"A": 2, "C": 1}


def test_looks_and_order_touch_no_span(corpus: Corpus) -> None:
    span = tag(corpus, "A", 0)
    before = list(corpus.query("SELECT * FROM edit"))
    a, b, c = corpus.labels().labels
    after = LabelSet((c, replace(a, title={"fr": "Été"}, key="é", guideline={"ar": "«ـ»"}), b))
    change(corpus, after, {"A": "A", "B": "B", "C": "C"})
    assert corpus.labels() == after
    assert everything(corpus) == [span]
    assert list(corpus.query("SELECT * FROM edit")) == before


def test_a_new_name_is_that_of_all_spans_and_undo_goes_on(corpus: Corpus) -> None:
    span = tag(corpus, "A", 0, note='"label":"A" \x00 😀 \u200f', value="A")
    other = tag(corpus, "B", 0)
    apply(corpus, *operations.relabel(corpus.article(FIRST), corpus.spans(FIRST), other, "C"))
    change(corpus, labels("تاريخ", "B", "C"), {"A": "تاريخ", "B": "B", "C": "C"})
    assert everything(corpus) == sorted(
        [replace(span, label="تاريخ"), replace(other, label="C")], key=lambda one: one.uid
    )
    assert replayed(corpus) == set(everything(corpus))
    assert undo(corpus)
    assert set(everything(corpus)) == {replace(span, label="تاريخ"), other}
    assert undo(corpus)
    assert undo(corpus)
    assert not undo(corpus)
    assert everything(corpus) == []


def test_names_can_be_exchanged_where_both_have_the_same_stretch(corpus: Corpus) -> None:
    one, other = tag(corpus, "A", 0), tag(corpus, "B", 0)
    change(corpus, labels("B", "A", "D"), {"A": "B", "B": "A", "C": "D"})
    assert set(everything(corpus)) == {replace(one, label="B"), replace(other, label="A")} == replayed(corpus)
    change(corpus, labels("A", "E", "D"), {"B": "A", "A": "E", "D": "D"})
    assert set(everything(corpus)) == {one, replace(other, label="E")} == replayed(corpus)


def test_spans_of_a_deleted_label_get_another_and_nothing_before_is_undone(corpus: Corpus) -> None:
    mine, theirs = tag(corpus, "A", 0, note="ملاحظة"), tag(corpus, "A", 3, SECOND, "Omar")
    second = tag(corpus, "A", 9)
    kept = tag(corpus, "B", 3, SECOND)
    change(corpus, labels("C", "D"), {"B": "D", "C": "C"}, {"A": "D"})
    assert (
        set(everything(corpus))
        == {replace(span, label="D") for span in (mine, theirs, second, kept)}
        == replayed(corpus)
    )
    [step] = [past for past in corpus.history(FIRST, "Sanae") if past.name == LABELS]
    assert len(corpus.step(step.uid).edits) == 2
    [step] = [past for past in corpus.history(SECOND, "Omar") if past.name == LABELS]
    assert corpus.step(step.uid).annotator == "Omar"
    assert not undo(corpus)
    assert not undo(corpus, SECOND, "Omar")
    assert undo(corpus, SECOND, "Sanae"), "a layer without the label goes on"
    tag(corpus, "D", 15)
    assert undo(corpus)
    assert not undo(corpus)


def test_where_the_other_label_stands_already_the_span_is_removed(corpus: Corpus) -> None:
    tag(corpus, "A", 0, note="twice")
    there, other = tag(corpus, "B", 0), tag(corpus, "A", 0, annotator="Omar")
    change(corpus, labels("B", "C"), {"B": "B", "C": "C"}, {"A": "B"})
    assert set(everything(corpus)) == {there, replace(other, label="B")} == replayed(corpus)


def test_two_deleted_labels_on_one_stretch_leave_one_span(corpus: Corpus) -> None:
    tag(corpus, "A", 0)
    tag(corpus, "B", 0)
    change(corpus, labels("C"), {"C": "C"}, {"A": "C", "B": "C"})
    [span] = everything(corpus)
    assert span.label == "C"
    assert replayed(corpus) == {span}


def test_spans_of_a_deleted_label_are_removed(corpus: Corpus) -> None:
    gone = tag(corpus, "A", 0)
    kept = tag(corpus, "B", 6)
    words = form(TEXTS[0], gone.start, gone.end)
    assert corpus.knows(words)
    change(corpus, labels("B", "C"), {"B": "B", "C": "C"}, {"A": REMOVE})
    assert everything(corpus) == [kept]
    assert replayed(corpus) == {kept}
    assert not corpus.knows(words)


def test_a_layer_that_had_a_deleted_label_once_is_not_taken_back_to_it(corpus: Corpus) -> None:
    span = tag(corpus, "A", 0)
    apply(corpus, Edit(span, None))
    both = [Span(new_uid(), article, "Omar", label, 0, 4) for article, label in ((FIRST, "A"), (SECOND, "B"))]
    apply(corpus, *(Edit(None, one) for one in both), annotator="Omar")
    apply(corpus, *(Edit(one, None) for one in both), annotator="Omar")
    change(corpus, labels("B", "C"), {"B": "B", "C": "C"})
    assert not undo(corpus)
    assert not undo(corpus, FIRST, "Omar")
    assert not undo(corpus, SECOND, "Omar"), "the step is about both articles"
    assert replayed(corpus) == set()
    assert corpus.article(FIRST).published == "2024-07-09"


def test_undo_ends_in_every_layer_of_a_deleted_label_with_spans_left_or_without(corpus: Corpus) -> None:
    """The layers without one get a step of their own, though others have one with the spans that are changed."""
    left = tag(corpus, "A", 0)
    for article, annotator in ((SECOND, "Sanae"), (FIRST, "Omar")):
        span = tag(corpus, "A", 0, article, annotator)
        apply(corpus, Edit(span, None), annotator=annotator)
    untouched = tag(corpus, "B", 0, SECOND, "Omar")
    change(corpus, labels("B", "C"), {"B": "B", "C": "C"}, {"A": "B"})
    assert set(everything(corpus)) == {replace(left, label="B"), untouched}
    for article, annotator in ((FIRST, "Sanae"), (SECOND, "Sanae"), (FIRST, "Omar")):
        assert [past.name for past in corpus.history(article, annotator)].count(LABELS) == 1
        assert not undo(corpus, article, annotator)
    assert undo(corpus, SECOND, "Omar")


def test_labels_that_were_changed_meanwhile_are_a_conflict(corpus: Corpus) -> None:
    with Corpus.open(corpus.path) as other:
        started = Change(corpus.labels(), labels("A", "C"), {"A": "A", "C": "C"})
        tag(other, "B", 0)
        with pytest.raises(Conflict, match="changed in another window"):
            next(iter(change_labels(corpus, started)))
        change(other, labels("A", "B", "C", "D"), {"A": "A", "B": "B", "C": "C"})
        with pytest.raises(Conflict, match="changed in another window"):
            next(iter(change_labels(corpus, replace(started, instead={"B": "A"}))))
        assert corpus.labels() == labels("A", "B", "C", "D")


def test_a_change_that_is_closed_leaves_all_as_it_was(corpus: Corpus) -> None:
    span = tag(corpus, "A", 0)
    work = change_labels(corpus, Change(corpus.labels(), labels("X", "C"), {"B": "X", "C": "C"}, {"A": REMOVE}))
    assert next(work) == (0, 1)
    assert next(work) == (1, 1)
    work.close()
    assert corpus.labels() == labels("A", "B", "C")
    assert everything(corpus) == [span]
    assert [past.name for past in corpus.history(FIRST, "Sanae")] == ["tag"]


def test_a_change_that_does_not_fit_touches_nothing(corpus: Corpus) -> None:
    for after, kept, error in ((labels("A"), {"X": "A"}, BadChange), (labels("A A"), {"A": "A A"}, BadLabelSet)):
        with pytest.raises(error):
            change(corpus, after, kept)
    assert corpus.labels() == labels("A", "B", "C")


NEW_NAMES: Final = st.lists(st.sampled_from(["A", "B", "C", "D"]), min_size=3, max_size=3, unique=True)
MOVES: Final = st.tuples(
    st.sampled_from(["tag", "tag", "relabel", "remove", "undo"]),
    st.sampled_from("ABC"),
    st.integers(0, 2),
    st.sampled_from([FIRST, SECOND]),
    st.sampled_from(["Sanae", "Omar"]),
)


@settings(max_examples=40)
@given(st.lists(MOVES, max_size=14), NEW_NAMES, st.sampled_from([None, "A", "C"]), st.sampled_from([None, "B", REMOVE]))
def test_any_change_leads_from_the_recorded_edits_to_the_very_spans(
    moves: list[tuple[str, str, int, str, str]], names: list[str], deleted: str | None, other: str | None
) -> None:
    with TemporaryDirectory() as folder, make(Path(folder) / "a.corpus") as corpus:
        for what, label, at, article, annotator in moves:
            layer = corpus.spans(article, annotator)
            if what == "undo":
                undo(corpus, article, annotator)
                continue
            try:
                if what == "tag":
                    edits = operations.add(corpus.article(article), layer, annotator, label, 4 * at, 4 * at + 4)
                elif not layer:
                    continue
                elif what == "remove":
                    edits = operations.remove(layer[at % len(layer)])
                else:
                    edits = operations.relabel(corpus.article(article), layer, layer[at % len(layer)], label)
            except operations.Rejected:
                continue
            if edits:
                apply(corpus, *edits, annotator=annotator)
        kept = {old: new for old, new in zip("ABC", names, strict=True) if old != deleted}
        if deleted in kept.values():
            kept = {old: old for old in kept}
        instead = {} if deleted is None else {deleted: REMOVE if other == REMOVE else kept["B"]}
        before = everything(corpus)
        change(corpus, labels(*kept.values()), kept, instead)

        def place(span: Span) -> tuple[str, str, str, int]:
            new = {**kept, **instead}[span.label]
            return span.article, span.annotator, new, span.start

        wanted = {place(span) for span in before if {**kept, **instead}[span.label] != REMOVE}
        assert {(span.article, span.annotator, span.label, span.start) for span in everything(corpus)} == wanted
        assert replayed(corpus) == set(everything(corpus))
        for article in (FIRST, SECOND):
            for annotator in ("Sanae", "Omar"):
                barred = any(past.name == LABELS for past in corpus.history(article, annotator))
                while undo(corpus, article, annotator):
                    pass
                assert barred or not corpus.spans(article, annotator)
        assert replayed(corpus) == set(everything(corpus))
