"""Tests of changes to the label set: spans, recorded edits and undo."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import pytest
from builders import apply_edits, build_label_set, build_plain_article, create_corpus
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from strategies import examples

from annotator.model import operations
from annotator.model.history import LABELS_STEP, build_stacks, reverse_step
from annotator.model.label_changes import REMOVE, InvalidLabelChange, LabelChange
from annotator.model.labels import InvalidLabelSet, LabelSet
from annotator.model.records import Edit, Span, article_uid, new_uid
from annotator.store.corpus import Corpus
from annotator.store.errors import Conflict
from annotator.store.label_set import change_labels, count_spans, count_values
from annotator.text.proclitics import normalise_form

TEXTS: Final = ("أعلنت وزارة الصحة 😀 عن خطة 2024", "لأحزاب الأغلبية رَأيٌ آخر\u200f كـتـاب")
FIRST, SECOND = (article_uid(text) for text in TEXTS)


def make(path: Path) -> Corpus:
    articles = [build_plain_article(text, published="2024-07-09") for text in TEXTS]
    return create_corpus(path, *articles, labels=build_label_set("A", "B", "C"))


@pytest.fixture
def corpus(tmp_path: Path) -> Iterator[Corpus]:
    with make(tmp_path / "a.corpus") as corpus_:
        yield corpus_


def tag(corpus: Corpus, label: str, start: int, article: str = FIRST, annotator: str = "Sanae", **fields: str) -> Span:
    span = Span(new_uid(), article, annotator, label, start, start + 4, **fields)
    apply_edits(corpus, [Edit(None, span)], annotator=annotator)
    return span


def change(
    corpus: Corpus, after: LabelSet, renames: dict[str, str], replacements: dict[str, str] | None = None
) -> None:
    for _count in change_labels(corpus, LabelChange(corpus.labels(), after, renames, replacements or {})):
        pass


def undo(corpus: Corpus, article: str = FIRST, annotator: str = "Sanae") -> bool:
    """Undo the last step; return whether there was one."""
    undoable = build_stacks(corpus.history(article, annotator))[0]
    if undoable:
        step = corpus.step(undoable[-1].uid)
        apply_edits(corpus, reverse_step(step), annotator=annotator, undoes=step.uid)
    return bool(undoable)


def all_spans(corpus: Corpus) -> list[Span]:
    return [span for article in (FIRST, SECOND) for span in corpus.spans(article)]


def replay_edits(corpus: Corpus) -> set[Span]:
    """Return the spans after replaying the recorded edits, each of which must match the state before it."""
    spans: dict[str, Span] = {}
    for row in corpus.query("SELECT step FROM edit GROUP BY step ORDER BY min(id)"):
        for edit in corpus.step(row["step"]).edits:
            if isinstance(edit.before, Span):
                assert spans.pop(edit.before.uid) == edit.before
            if isinstance(edit.after, Span):
                spans[edit.after.uid] = edit.after
    return set(spans.values())


def test_progress_counts_the_spans_of_deleted_labels(corpus: Corpus) -> None:
    tag(corpus, "A", 0)
    tag(corpus, "B", 5)
    deletion = LabelChange(corpus.labels(), build_label_set("B"), {"B": "B"}, {"A": REMOVE})  # C has no spans
    assert list(change_labels(corpus, deletion)) == [(0, 1), (1, 1)]


def test_span_counts_include_all_annotators(corpus: Corpus) -> None:
    assert count_spans(corpus) == {}
    tag(corpus, "A", 0)
    tag(corpus, "A", 0, annotator="Omar")
    tag(corpus, "C", 5, SECOND)
    assert count_spans(corpus) == {"A": 2, "C": 1}


def test_new_titles_keys_and_order_change_no_span(corpus: Corpus) -> None:
    span = tag(corpus, "A", 0)
    before = list(corpus.query("SELECT * FROM edit"))
    a, b, c = corpus.labels().labels
    after = LabelSet((c, replace(a, title={"fr": "Été"}, key="é", guideline={"ar": "«ـ»"}), b))
    change(corpus, after, {"A": "A", "B": "B", "C": "C"})
    assert corpus.labels() == after
    assert all_spans(corpus) == [span]
    assert list(corpus.query("SELECT * FROM edit")) == before


def test_renaming_changes_all_spans_and_keeps_undo(corpus: Corpus) -> None:
    span = tag(corpus, "A", 0, note='"label":"A" \x00 😀 \u200f', value="A")
    other = tag(corpus, "B", 0)
    apply_edits(corpus, operations.relabel(corpus.article(FIRST), corpus.spans(FIRST), other, "C"))
    change(corpus, build_label_set("تاريخ", "B", "C"), {"A": "تاريخ", "B": "B", "C": "C"})
    assert all_spans(corpus) == sorted(
        [replace(span, label="تاريخ"), replace(other, label="C")], key=lambda span_: span_.uid
    )
    assert replay_edits(corpus) == set(all_spans(corpus))
    assert undo(corpus)
    assert set(all_spans(corpus)) == {replace(span, label="تاريخ"), other}
    assert undo(corpus)
    assert undo(corpus)
    assert not undo(corpus)
    assert all_spans(corpus) == []


def test_names_can_be_swapped_when_both_labels_share_a_range(corpus: Corpus) -> None:
    first, second = tag(corpus, "A", 0), tag(corpus, "B", 0)
    change(corpus, build_label_set("B", "A", "D"), {"A": "B", "B": "A", "C": "D"})
    assert set(all_spans(corpus)) == {replace(first, label="B"), replace(second, label="A")} == replay_edits(corpus)
    change(corpus, build_label_set("A", "E", "D"), {"B": "A", "A": "E", "D": "D"})
    assert set(all_spans(corpus)) == {first, replace(second, label="E")} == replay_edits(corpus)


def test_values_that_are_no_dates_become_notes_if_dates_replace_their_label(corpus: Corpus) -> None:
    plan, dated = tag(corpus, "A", 0, note="ملاحظة", value="المرحلة 2"), tag(corpus, "A", 9, value="2024")
    change(corpus, build_label_set("DATE", "C"), {"B": "DATE", "C": "C"}, {"A": "DATE"})
    expected = {replace(plan, label="DATE", value=None, note="ملاحظة\nالمرحلة 2"), replace(dated, label="DATE")}
    assert set(all_spans(corpus)) == expected == replay_edits(corpus)


def test_values_that_are_no_dates_become_notes_if_their_label_is_renamed_to_that_of_dates(corpus: Corpus) -> None:
    plan, dated = tag(corpus, "A", 0, note="ملاحظة", value="المرحلة 2"), tag(corpus, "A", 9, value="2024")
    other, bare = tag(corpus, "A", 3, SECOND, "Omar", value="first"), tag(corpus, "A", 0, SECOND)
    assert count_values(corpus) == {"A": (3, 2)}
    change(corpus, build_label_set("timex", "B", "C"), {"A": "timex", "B": "B", "C": "C"})
    expected = {
        replace(plan, label="timex", value=None, note="ملاحظة\nالمرحلة 2"),
        replace(dated, label="timex"),
        replace(other, label="timex", value=None, note="first"),
        replace(bare, label="timex"),
    }
    assert set(all_spans(corpus)) == expected == replay_edits(corpus)
    assert not undo(corpus)  # it would give a date a value that is none
    assert undo(corpus, SECOND), "undo still works in a layer without such a value"


def test_undo_brings_back_no_value_that_a_renamed_label_cannot_have(corpus: Corpus) -> None:
    span = tag(corpus, "A", 0, value="soon")
    apply_edits(corpus, operations.describe_span(span, "", ""))
    change(corpus, build_label_set("DATE", "B", "C"), {"A": "DATE", "B": "B", "C": "C"})
    assert not undo(corpus)
    assert all_spans(corpus) == [replace(span, label="DATE", value=None)]


def test_values_stay_if_a_label_of_dates_is_renamed(corpus: Corpus) -> None:
    change(corpus, build_label_set("DATE", "B", "C"), {"A": "DATE", "B": "B", "C": "C"})
    span = tag(corpus, "DATE", 0, value="2024")
    change(corpus, build_label_set("TIMEX", "B", "C"), {"DATE": "TIMEX", "B": "B", "C": "C"})
    assert undo(corpus)  # a date is a date under either name
    tag(corpus, "TIMEX", 0, value="2024")
    change(corpus, build_label_set("A", "B", "C"), {"TIMEX": "A", "B": "B", "C": "C"})
    assert [(span.label, span.value) for span in all_spans(corpus)] == [("A", "2024")]
    assert undo(corpus)
    assert span not in all_spans(corpus)


def test_replacing_a_deleted_label_relabels_spans_and_ends_undo(corpus: Corpus) -> None:
    own_span, other_span = tag(corpus, "A", 0, note="ملاحظة"), tag(corpus, "A", 3, SECOND, "Omar")
    second = tag(corpus, "A", 9)
    relabelled = tag(corpus, "B", 3, SECOND)
    change(corpus, build_label_set("C", "D"), {"B": "D", "C": "C"}, {"A": "D"})
    assert (
        set(all_spans(corpus))
        == {replace(span, label="D") for span in (own_span, other_span, second, relabelled)}
        == replay_edits(corpus)
    )
    [step] = [step_ for step_ in corpus.history(FIRST, "Sanae") if step_.name == LABELS_STEP]
    assert len(corpus.step(step.uid).edits) == 2
    [step] = [step_ for step_ in corpus.history(SECOND, "Omar") if step_.name == LABELS_STEP]
    assert corpus.step(step.uid).annotator == "Omar"
    assert not undo(corpus)
    assert not undo(corpus, SECOND, "Omar")
    assert undo(corpus, SECOND, "Sanae"), "undo still works in a layer without the label"
    tag(corpus, "D", 15)
    assert undo(corpus)
    assert not undo(corpus)


def test_span_is_deleted_if_its_range_has_the_replacement_label(corpus: Corpus) -> None:
    tag(corpus, "A", 0, note="twice")
    existing, other = tag(corpus, "B", 0), tag(corpus, "A", 0, annotator="Omar")
    change(corpus, build_label_set("B", "C"), {"B": "B", "C": "C"}, {"A": "B"})
    assert set(all_spans(corpus)) == {existing, replace(other, label="B")} == replay_edits(corpus)


def test_two_deleted_labels_on_one_range_become_one_span(corpus: Corpus) -> None:
    tag(corpus, "A", 0)
    tag(corpus, "B", 0)
    change(corpus, build_label_set("C"), {"C": "C"}, {"A": "C", "B": "C"})
    [span] = all_spans(corpus)
    assert span.label == "C"
    assert replay_edits(corpus) == {span}


def test_spans_of_a_deleted_label_without_replacement_are_deleted(corpus: Corpus) -> None:
    deleted = tag(corpus, "A", 0)
    remaining = tag(corpus, "B", 6)
    words = normalise_form(TEXTS[0], deleted.start, deleted.end)
    assert corpus.has_mention(words)
    change(corpus, build_label_set("B", "C"), {"B": "B", "C": "C"}, {"A": REMOVE})
    assert all_spans(corpus) == [remaining]
    assert replay_edits(corpus) == {remaining}
    assert not corpus.has_mention(words)


def test_undo_cannot_bring_back_a_deleted_label(corpus: Corpus) -> None:
    span = tag(corpus, "A", 0)
    apply_edits(corpus, [Edit(span, None)])
    both = [Span(new_uid(), article, "Omar", label, 0, 4) for article, label in ((FIRST, "A"), (SECOND, "B"))]
    apply_edits(corpus, (Edit(None, omars_span) for omars_span in both), annotator="Omar")
    apply_edits(corpus, (Edit(omars_span, None) for omars_span in both), annotator="Omar")
    change(corpus, build_label_set("B", "C"), {"B": "B", "C": "C"})
    assert not undo(corpus)
    assert not undo(corpus, FIRST, "Omar")
    assert not undo(corpus, SECOND, "Omar"), "the step is about both articles"
    assert replay_edits(corpus) == set()
    assert corpus.article(FIRST).published == "2024-07-09"


def test_undo_ends_in_every_layer_that_ever_had_the_deleted_label(corpus: Corpus) -> None:
    """Layers without such a span get their own step, too."""
    remaining = tag(corpus, "A", 0)
    for article, annotator in ((SECOND, "Sanae"), (FIRST, "Omar")):
        span = tag(corpus, "A", 0, article, annotator)
        apply_edits(corpus, [Edit(span, None)], annotator=annotator)
    untouched = tag(corpus, "B", 0, SECOND, "Omar")
    change(corpus, build_label_set("B", "C"), {"B": "B", "C": "C"}, {"A": "B"})
    assert set(all_spans(corpus)) == {replace(remaining, label="B"), untouched}
    for article, annotator in ((FIRST, "Sanae"), (SECOND, "Sanae"), (FIRST, "Omar")):
        assert [step_.name for step_ in corpus.history(article, annotator)].count(LABELS_STEP) == 1
        assert not undo(corpus, article, annotator)
    assert undo(corpus, SECOND, "Omar")


def test_concurrent_change_of_labels_is_a_conflict(corpus: Corpus) -> None:
    with Corpus.open(corpus.path) as other:
        stale_change = LabelChange(corpus.labels(), build_label_set("A", "C"), {"A": "A", "C": "C"})
        tag(other, "B", 0)
        with pytest.raises(Conflict, match="changed in another window"):
            next(iter(change_labels(corpus, stale_change)))
        change(other, build_label_set("A", "B", "C", "D"), {"A": "A", "B": "B", "C": "C"})
        with pytest.raises(Conflict, match="changed in another window"):
            next(iter(change_labels(corpus, replace(stale_change, replacements={"B": "A"}))))
        assert corpus.labels() == build_label_set("A", "B", "C", "D")


def test_cancelled_change_is_rolled_back(corpus: Corpus) -> None:
    span = tag(corpus, "A", 0)
    steps = change_labels(
        corpus, LabelChange(corpus.labels(), build_label_set("X", "C"), {"B": "X", "C": "C"}, {"A": REMOVE})
    )
    assert next(steps) == (0, 1)
    assert next(steps) == (1, 1)
    steps.close()
    assert corpus.labels() == build_label_set("A", "B", "C")
    assert all_spans(corpus) == [span]
    assert [step_.name for step_ in corpus.history(FIRST, "Sanae")] == ["tag"]


def test_invalid_change_is_refused(corpus: Corpus) -> None:
    for after, renames, error in (
        (build_label_set("A"), {"X": "A"}, InvalidLabelChange),
        (build_label_set("A A"), {"A": "A A"}, InvalidLabelSet),
    ):
        with pytest.raises(error):
            change(corpus, after, renames)
    assert corpus.labels() == build_label_set("A", "B", "C")


NEW_NAMES: Final = st.lists(st.sampled_from(["A", "B", "C", "D"]), min_size=3, max_size=3, unique=True)
MOVES: Final = st.tuples(
    st.sampled_from(["tag", "tag", "relabel", "remove", "undo"]),
    st.sampled_from("ABC"),
    st.integers(0, 2),
    st.sampled_from([FIRST, SECOND]),
    st.sampled_from(["Sanae", "Omar"]),
)


@examples(40)
@given(st.lists(MOVES, max_size=14), NEW_NAMES, st.sampled_from([None, "A", "C"]), st.sampled_from([None, "B", REMOVE]))
def test_replayed_edits_equal_the_spans_after_any_change(
    moves: list[tuple[str, str, int, str, str]], names: list[str], deleted: str | None, replacement: str | None
) -> None:
    with TemporaryDirectory() as folder, make(Path(folder) / "a.corpus") as corpus:
        for verb, label, index, article, annotator in moves:
            layer = corpus.spans(article, annotator)
            if verb == "undo":
                undo(corpus, article, annotator)
                continue
            try:
                if verb == "tag":
                    edits = operations.add_span(
                        corpus.article(article), layer, annotator, label, 4 * index, 4 * index + 4
                    )
                elif not layer:
                    continue
                elif verb == "remove":
                    edits = operations.remove_span(layer[index % len(layer)])
                else:
                    edits = operations.relabel(corpus.article(article), layer, layer[index % len(layer)], label)
            except operations.InvalidEdit:
                continue
            if edits:
                apply_edits(corpus, edits, annotator=annotator)
        renames = {old: new for old, new in zip("ABC", names, strict=True) if old != deleted}
        if deleted in renames.values():
            renames = {old: old for old in renames}
        replacements = {} if deleted is None else {deleted: REMOVE if replacement == REMOVE else renames["B"]}
        before = all_spans(corpus)
        change(corpus, build_label_set(*renames.values()), renames, replacements)

        def expected_span(span: Span) -> tuple[str, str, str, int]:
            new = {**renames, **replacements}[span.label]
            return span.article, span.annotator, new, span.start

        expected = {expected_span(span) for span in before if {**renames, **replacements}[span.label] != REMOVE}
        assert {(span.article, span.annotator, span.label, span.start) for span in all_spans(corpus)} == expected
        assert replay_edits(corpus) == set(all_spans(corpus))
        for article in (FIRST, SECOND):
            for annotator in ("Sanae", "Omar"):
                is_undo_blocked = any(step_.name == LABELS_STEP for step_ in corpus.history(article, annotator))
                while undo(corpus, article, annotator):
                    pass
                assert is_undo_blocked or not corpus.spans(article, annotator)
        assert replay_edits(corpus) == set(all_spans(corpus))
