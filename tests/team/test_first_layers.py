"""Tests of layers as they were when they were first done."""

from pathlib import Path
from tempfile import TemporaryDirectory

from builders import apply_edits, build_label_set, create_corpus
from hypothesis import given
from hypothesis import strategies as st
from strategies import examples

from annotator.model import operations
from annotator.model.history import LABELS_STEP
from annotator.model.records import DONE, IN_PROGRESS, Edit, Span, Status, Step
from annotator.store.queries.agreement_data import load_layer_steps
from annotator.team.first_layers import FirstLayer, fold_first_layers

UID, SANAE, OMAR = "a" * 64, "Sanae", "Omar"
LENGTHS = {UID: 30}


def build_span(uid: str, label: str = "PLAN", start: int = 0, annotator: str = SANAE) -> Span:
    return Span(uid, UID, annotator, label, start, start + 4)


def build_step(clock: int, *edits: Edit, name: str = "tag", annotator: str = SANAE) -> Step:
    return Step(f"{clock:032}", annotator, f"time {clock}", name, edits, clock=clock)


def mark(state: str, annotator: str = SANAE) -> Edit:
    return Edit(None, Status(UID, annotator, state))


def test_what_comes_after_the_first_time_is_left_out() -> None:
    first, second = build_span("1"), build_span("2", start=9)
    steps = [
        build_step(1, Edit(None, first)),
        build_step(2, mark(DONE), Edit(None, second)),
        build_step(3, Edit(first, None)),
        build_step(4, mark(IN_PROGRESS)),
        build_step(5, mark(DONE)),
    ]
    expected = {(UID, SANAE): FirstLayer((first, second), "time 2")}
    assert fold_first_layers(steps, LENGTHS) == expected
    assert fold_first_layers(steps[::-1], LENGTHS) == expected


def test_a_layer_that_was_never_done_is_none() -> None:
    assert fold_first_layers([build_step(1, Edit(None, build_span("1")), mark(IN_PROGRESS))], LENGTHS) == {}


def test_a_span_that_two_computers_added_is_one() -> None:
    """Its second uid stands for it in later steps."""
    first, repeated = build_span("1"), build_span("2")
    steps = [
        build_step(1, Edit(None, first)),
        build_step(2, Edit(None, repeated)),
        build_step(3, Edit(repeated, None)),
        build_step(4, mark(DONE)),
    ]
    assert fold_first_layers(steps[:2] + steps[3:], LENGTHS)[UID, SANAE].spans == (first,)
    assert fold_first_layers(steps, LENGTHS)[UID, SANAE].spans == ()


def test_a_change_of_labels_belongs_to_each_layer_until_it_is_done() -> None:
    mine, others = build_span("1"), build_span("2", annotator=OMAR)
    relabelled = [Edit(span, operations.with_label(span, "DATE")) for span in (mine, others)]
    steps = [
        build_step(1, Edit(None, mine), mark(DONE)),
        build_step(2, Edit(None, others), annotator=OMAR),
        build_step(3, *relabelled, name=LABELS_STEP),
        build_step(4, mark(DONE, OMAR), annotator=OMAR),
    ]
    layers = fold_first_layers(steps, LENGTHS)
    assert layers[UID, SANAE].spans == (mine,)
    assert layers[UID, OMAR].spans == (operations.with_label(others, "DATE"),)


actions = st.lists(
    st.tuples(st.sampled_from(["tag", "untag", "done", "reopen"]), st.sampled_from(["A", "B"]), st.integers(0, 3)),
    max_size=12,
)


@examples(30)
@given(actions)
def test_the_first_layer_is_what_a_corpus_held_at_that_moment(moves: list[tuple[str, str, int]]) -> None:
    with (
        TemporaryDirectory() as folder,
        create_corpus(Path(folder, "a.corpus"), "كلمة " * 8, labels=build_label_set("A", "B")) as corpus,
    ):
        article = corpus.article(1)
        expected: list[Span] | None = None
        for action, label, index in moves:
            spans = corpus.spans(article.uid, SANAE)
            status = corpus.status(article.uid, SANAE)
            place = label, 5 * index, 5 * index + 4
            if action == "tag" and not any((span.label, span.start, span.end) == place for span in spans):
                apply_edits(corpus, operations.add_span(article, spans, SANAE, *place), SANAE)
            elif action == "untag" and spans:
                apply_edits(corpus, operations.remove_span(spans[index % len(spans)]), SANAE)
            elif action == "done" and not (status and status.state == DONE):
                apply_edits(corpus, operations.set_state(status, article, SANAE, DONE), SANAE)
                expected = spans if expected is None else expected
            elif action == "reopen" and status:
                apply_edits(corpus, operations.set_state(status, article, SANAE, IN_PROGRESS), SANAE)
        layers = fold_first_layers(load_layer_steps(corpus, [article.uid]), {article.uid: len(article.text)})
        folded = layers.get((article.uid, SANAE))
        assert (folded and set(folded.spans)) == (None if expected is None else set(expected))
