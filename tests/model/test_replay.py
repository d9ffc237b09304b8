"""Replaying steps: a function of their set, in which nothing is lost."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from hashlib import sha256
from itertools import count
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Final
from unittest.mock import patch

import pytest
from builders import build_label_set, create_corpus
from hypothesis import given
from hypothesis import strategies as st
from moves import (
    LABEL_VERBS,
    LABELS,
    LARGEST_NUMBER,
    TEXTS,
    VERBS,
    Content,
    Move,
    make_edits,
    make_move,
    move_labels,
    read_records,
    read_steps,
    undo_last,
)
from msgspec.structs import replace

from annotator.model import operations
from annotator.model.history import LABELS_STEP, build_stacks, reverse_step
from annotator.model.records import (
    BODY,
    DONE,
    FLAGGED,
    HEADLINE,
    IN_PROGRESS,
    OWN,
    STANDING,
    AnnotatedArticle,
    Article,
    Dismissal,
    Edit,
    Note,
    Publication,
    Record,
    Rejection,
    Removal,
    Resolution,
    Span,
    Status,
    Step,
    StepInfo,
    Title,
    Zone,
    article_uid,
)
from annotator.model.replay import (
    CHANGED,
    FOREVER,
    INVALID,
    OUTSIDE,
    OVERLAP,
    REMOVED,
    TAKEN,
    WITHDRAWN,
    RecordKey,
    Replay,
    changed_layers,
    connected_layers,
    layer_of,
    order_key,
    record_key,
    replay,
)

ARTICLES: Final = [Article(article_uid(text), text) for text in TEXTS]
ARTICLE: Final = ARTICLES[0].uid
LENGTHS: Final = {article.uid: len(article.text) for article in ARTICLES}


# One rule after the other


def span(uid: str, label: str = "DATE", start: int = 0, end: int = 5, annotator: str = "سناء", **fields: str) -> Span:
    return Span(uid, ARTICLE, annotator, label, start, end, **fields)


def step(
    clock: int, *edits: tuple[Record | None, Record | None], uid: str = "", undoes: str | None = None, name: str = "tag"
) -> Step:
    step_edits = tuple(Edit(before, after) for before, after in edits)
    return Step(uid or f"step {clock}", "سناء", "2026-11-27", name, step_edits, undoes, clock)


def run(*steps: Step, stored: Iterable[Record] = (), deleted: Mapping[str, tuple[int, str]] | None = None) -> Replay:
    return replay(stored, steps, LENGTHS, deleted)


def records(result: Replay) -> set[Record]:
    return set(result.records.values())


DATE: Final = span("s")
PLAN: Final = span("s", "PLAN")
WIDER: Final = span("s", end=9)
TAG: Final = step(1, (None, DATE))


def test_steps_follow_one_another_by_clock_then_uid() -> None:
    first, second = step(2, (DATE, PLAN), uid="a"), step(2, (DATE, WIDER), uid="b")
    for order in ([second, first, TAG], [TAG, first, second]):
        result = run(*order)
        assert records(result) == {PLAN}
        assert result.conflicts == {"b": CHANGED}
        assert result.changed_by == {(Span, "s"): "a"}
    assert order_key(first) == (2, "a")


def test_a_step_that_does_not_fit_changes_nothing_at_all() -> None:
    other = span("t", start=20, end=24)
    result = run(TAG, step(2, (DATE, PLAN)), step(3, (None, other), (DATE, WIDER)))
    assert records(result) == {PLAN}
    assert result.conflicts == {"step 3": CHANGED}


def test_why_a_step_does_not_fit_is_the_same_whichever_layer_comes_first() -> None:
    """It may come in parts."""
    earlier = step(1, (None, span("a"))), step(2, (span("a"), None))
    edits = [(span("a"), span("a", value="2024")), (None, span("c", start=99, end=999, annotator="عمر"))]
    for order in (edits, edits[::-1]):
        assert run(*earlier, step(3, *order)).conflicts == {"step 3": OUTSIDE}


def test_what_is_already_so_is_no_conflict() -> None:
    result = run(TAG, step(2, (DATE, PLAN), uid="a"), step(2, (DATE, PLAN), uid="b"), step(3, (PLAN, None)))
    assert (records(result), result.conflicts) == (set(), {})
    assert run(TAG, step(2, (DATE, None)), step(3, (DATE, None))).conflicts == {}


def test_a_change_of_a_removed_span_is_a_conflict() -> None:
    result = run(TAG, step(2, (DATE, None)), step(3, (DATE, PLAN)))
    assert (records(result), result.conflicts) == (set(), {"step 3": REMOVED})


def test_later_edits_follow_the_earlier_of_two_equal_spans() -> None:
    twin, second_twin = span("twin"), span("second twin")
    steps = [TAG, step(2, (None, twin)), step(3, (twin, replace(twin, label="PLAN"))), step(4, (PLAN, None))]
    assert records(run(*steps[:2])) == {DATE}
    assert run(*steps[:2]).aliases == {(Span, "twin"): (Span, "s")}
    assert records(run(*steps[:3])) == {PLAN}
    assert (records(run(*steps)), run(*steps).conflicts) == (set(), {})
    # The span that stood is gone, and is an alias itself once it comes back.
    later = run(*steps, step(5, (None, second_twin)), step(6, (None, DATE), (None, twin)))
    assert (records(later), later.conflicts) == ({second_twin}, {})


def test_where_a_span_came_from_is_not_compared() -> None:
    accepted = span("t", source="memory")
    result = run(TAG, step(2, (None, accepted)), step(3, (accepted, replace(accepted, label="PLAN", source=None))))
    assert (records(result), result.conflicts) == ({PLAN}, {})


@pytest.mark.parametrize("other", [span("t", value="2024"), span("t", note="راجع")])
def test_a_range_with_the_label_and_another_value_or_note_is_a_conflict(other: Span) -> None:
    result = run(TAG, step(2, (None, other)), step(3, (other, replace(other, label="PLAN"))))
    assert records(result) == {DATE}
    assert result.conflicts == {"step 2": TAKEN, "step 3": REMOVED}


def test_a_span_moved_to_where_another_one_is_is_a_conflict() -> None:
    result = run(TAG, step(2, (None, span("t", "PLAN"))), step(3, (DATE, PLAN)))
    assert result.conflicts == {"step 3": TAKEN}


def test_layers_of_two_annotators_do_not_meet() -> None:
    other = span("t", annotator="عمر")
    assert records(run(TAG, step(2, (None, other)))) == {DATE, other}


def test_of_states_and_resolutions_the_later_one_wins() -> None:
    states = [Status(ARTICLE, "سناء", state) for state in (IN_PROGRESS, DONE, FLAGGED)]
    choices = [Resolution("step 9", ARTICLE, "سناء", choice) for choice in (STANDING, OWN)]
    result = run(
        step(1, (None, states[0]), (None, choices[0])),
        step(2, (None, states[1])),
        step(3, (states[0], states[2]), (None, choices[1])),
    )
    assert (records(result), result.conflicts) == ({states[2], choices[1]}, {})


def test_notes_and_titles_are_compared() -> None:
    first, second = [Note(ARTICLE, "سناء", text) for text in ("أ", "ب")]
    result = run(step(1, (None, first)), step(2, (None, second)), step(3, (None, Title(ARTICLE, "عنوان"))))
    assert records(result) == {first, Title(ARTICLE, "عنوان")}
    assert result.conflicts == {"step 2": CHANGED}


def test_ranges_must_be_within_the_text() -> None:
    end = LENGTHS[ARTICLE]
    fitting, outside = span("t", end=end), span("u", end=end + 1)
    rejection = Rejection("r", ARTICLE, "سناء", "DATE", 3, 3, "memory")
    result = run(step(1, (None, fitting)), step(2, (None, outside)), step(3, (None, rejection)))
    assert (records(result), result.conflicts) == ({fitting}, {"step 2": OUTSIDE, "step 3": OUTSIDE})


@pytest.mark.parametrize(
    "edit",
    [
        (None, Status(ARTICLE, "سناء", "asleep")),
        (None, Resolution("x", ARTICLE, "سناء", "both")),
        (None, Note(ARTICLE, "سناء", "")),
        (None, Zone("z", ARTICLE, "footer", 0, 3)),
        (DATE, replace(DATE, uid="other")),
        (DATE, replace(DATE, annotator="عمر")),
        (DATE, Status(ARTICLE, "سناء", DONE)),
    ],
)
def test_what_no_program_records_is_a_conflict(edit: tuple[Record | None, Record | None]) -> None:
    result = run(TAG, step(2, edit))
    assert (records(result), result.conflicts) == ({DATE}, {"step 2": INVALID})


def test_undoing_a_step_in_conflict_withdraws_it() -> None:
    steps = [TAG, step(2, (DATE, PLAN)), step(3, (DATE, WIDER)), step(4, (WIDER, DATE), undoes="step 3")]
    assert run(*steps[:3]).conflicts == {"step 3": CHANGED}
    assert run(*steps).conflicts == {"step 3": WITHDRAWN, "step 4": WITHDRAWN}
    redone = run(*steps, step(5, (DATE, WIDER), undoes="step 4"))
    assert redone.conflicts == {"step 3": CHANGED, "step 4": WITHDRAWN, "step 5": WITHDRAWN}
    assert records(redone) == {PLAN}


def test_a_step_of_other_layers_undoes_nothing() -> None:
    """The two are replayed together in some copies only."""
    steps, other = [TAG, step(2, (DATE, WIDER)), step(3, (DATE, PLAN))], span("x", annotator="عمر")
    result = run(*steps, step(4, (None, other), undoes="step 3"))
    assert (result.conflicts, records(result)) == ({"step 3": CHANGED}, {WIDER, other})


def test_a_later_step_is_not_undone() -> None:
    """It would be in a check of what is recorded, which knows the conflicts beforehand."""
    steps = [TAG, step(2, (DATE, PLAN), undoes="step 3"), step(3, (DATE, WIDER))]
    result = run(*steps)
    assert (result.conflicts, records(result)) == ({"step 3": CHANGED}, {PLAN})
    assert replay((), steps, LENGTHS, known_conflicts=result.conflicts) == result


# Zones and what else comes with the article

HEAD: Final = Zone("z1", ARTICLE, HEADLINE, 0, 5)
REST: Final = Zone("z2", ARTICLE, BODY, 5, 20)


def test_zones_and_publication_come_without_a_step() -> None:
    dated, later = Publication(ARTICLE, "2024"), Publication(ARTICLE, "2025")
    stored: list[Record] = [HEAD, REST, dated]
    assert records(run(stored=stored)) == {HEAD, REST, dated}
    steps = [step(1, (REST, None)), step(2, (dated, later))]
    assert records(run(*steps, stored=stored)) == {HEAD, later}
    # Of what steps name, the first of them says how it was: the tables may be of any time.
    assert records(run(*steps, stored=[HEAD, later])) == {HEAD, later}


def test_zones_of_an_article_imported_twice_are_the_same() -> None:
    copies = [replace(HEAD, uid="y1"), replace(REST, uid="y2")]
    assert records(run(stored=[HEAD, REST, *copies])) == set(copies)
    # Where a step names one of two, that one stands: nothing else would say later how it was.
    narrower = replace(REST, end=12)
    result = run(step(1, (REST, narrower)), stored=[HEAD, *copies])
    assert records(result) == {copies[0], narrower}
    assert records(run(step(1, (REST, narrower)), stored=result.records.values())) == {copies[0], narrower}
    moved = run(
        step(1, (REST, narrower)), step(2, (copies[1], replace(copies[1], end=13))), stored=[HEAD, REST, *copies]
    )
    assert (len(moved.records), moved.conflicts) == (2, {"step 2": CHANGED})


def test_a_known_time_of_publication_stands_before_an_unknown_one() -> None:
    dated, unknown = Publication(ARTICLE, "2024"), Publication(ARTICLE, None)
    assert records(run(stored=[unknown, dated])) == records(run(stored=[dated, unknown])) == {dated}


def test_zones_that_would_overlap_are_a_conflict() -> None:
    result = run(step(1, (None, HEAD)), step(2, (None, Zone("y", ARTICLE, BODY, 4, 9))))
    assert (records(result), result.conflicts) == ({HEAD}, {"step 2": OVERLAP})
    swapped = step(3, (HEAD, replace(HEAD, start=2)), (None, Zone("y", ARTICLE, BODY, 0, 2)))
    assert run(step(1, (None, HEAD)), swapped).conflicts == {}


def test_the_same_zone_marked_twice_is_one() -> None:
    shorter = replace(REST, start=9)
    first = step(1, (REST, shorter), (None, Zone("a", ARTICLE, HEADLINE, 5, 9)), uid="a")
    second = step(1, (REST, shorter), (None, Zone("b", ARTICLE, HEADLINE, 5, 9)), uid="b")
    result = run(first, second, stored=[REST])
    assert (records(result), result.conflicts) == ({shorter, Zone("a", ARTICLE, HEADLINE, 5, 9)}, {})
    third = step(2, (Zone("b", ARTICLE, HEADLINE, 5, 9), None))
    assert records(run(first, second, third, stored=[REST])) == {shorter}


def test_one_issue_is_dismissed_once() -> None:
    first, second = [Dismissal(uid, ARTICLE, "سناء", "case", "DATE", 0, 5) for uid in "ab"]
    result = run(step(1, (None, first)), step(2, (None, second)))
    assert (records(result), result.conflicts) == ({first}, {})


# Labels


def test_a_deletion_of_labels_takes_its_spans_as_they_are_by_then() -> None:
    described = replace(DATE, end=9, note="راجع")
    other = span("t", start=12, end=16)
    edits = [(DATE, PLAN), (other, replace(other, label="PLAN"))]
    result = run(TAG, step(2, (DATE, described)), step(3, (None, other)), step(4, *edits, name=LABELS_STEP))
    assert (records(result), result.conflicts) == ({replace(described, label="PLAN"), replace(other, label="PLAN")}, {})
    removal = step(4, (DATE, None), (other, None), name=LABELS_STEP)
    assert records(run(TAG, step(2, (DATE, described)), removal)) == set()


def test_a_value_that_a_renamed_label_cannot_have_is_left_where_the_span_has_changed_by_then() -> None:
    valued = span("s", value="soon")
    changed = replace(valued, end=9)
    moved = step(3, (valued, replace(DATE, note="soon")), name=LABELS_STEP)
    tagged = step(1, (None, valued))
    assert records(run(tagged, moved)) == {replace(DATE, note="soon")}
    result = run(tagged, step(2, (valued, changed)), moved)
    assert (records(result), result.conflicts) == ({changed}, {})


def test_a_replaced_label_is_removed_where_the_other_one_is_already() -> None:
    wide = span("t", "PLAN", end=9)
    steps = [TAG, step(2, (DATE, WIDER)), step(3, (None, wide)), step(4, (DATE, PLAN), name=LABELS_STEP)]
    assert (records(run(*steps)), run(*steps).conflicts) == ({wide}, {})


def test_a_deletion_of_labels_leaves_spans_that_have_another_label_by_then() -> None:
    result = run(TAG, step(2, (DATE, PLAN)), step(3, (DATE, None), name=LABELS_STEP))
    assert (records(result), result.conflicts) == ({PLAN}, {})


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        (None, None),
        (WIDER, replace(PLAN, end=9)),
        (replace(DATE, note="راجع"), replace(PLAN, note="راجع")),
        (span("s", "INSTITUTION"), span("s", "INSTITUTION")),
    ],
)
def test_an_edit_that_knows_nothing_of_a_new_label_means_the_span_that_has_it(
    after: Span | None, expected: Span | None
) -> None:
    result = run(TAG, step(2, (DATE, PLAN), name=LABELS_STEP), step(3, (DATE, after)))
    assert (records(result), result.conflicts) == ({expected} - {None}, {})


def test_labels_replaced_one_after_the_other_are_followed() -> None:
    institution, wide = span("s", "INSTITUTION"), span("s", end=12)
    replacements = [step(2, (DATE, PLAN), name=LABELS_STEP), step(3, (PLAN, institution), name=LABELS_STEP)]
    result = run(TAG, *replacements, step(4, (DATE, WIDER)), step(5, (WIDER, wide)))
    assert (records(result), result.conflicts) == ({replace(institution, end=12)}, {})


def test_another_relabelling_than_that_of_the_label_set_is_a_conflict() -> None:
    steps = [TAG, step(2, (DATE, PLAN)), step(3, (DATE, span("s", "INSTITUTION")))]
    assert run(*steps).conflicts == {"step 3": CHANGED}


def test_rejections_and_dismissals_go_with_their_label() -> None:
    old, new, other = [
        Rejection(uid, ARTICLE, "سناء", label, 0, 5, "memory")
        for uid, label in (("a", "DATE"), ("b", "DATE"), ("c", "PLAN"))
    ]
    dismissal, later_dismissal = [Dismissal(uid, ARTICLE, "سناء", "case", "DATE", 0, 5) for uid in "de"]
    steps = [
        step(1, (None, old), (None, dismissal), (None, other)),
        step(3, (None, new), (None, later_dismissal)),
        step(4, (old, None)),
    ]
    result = run(*steps, deleted={"DATE": (2, "")})
    assert (records(result), result.conflicts) == ({other, new, later_dismissal}, {})
    assert records(run(*steps, deleted={"DATE": FOREVER})) == {other}
    assert records(run(TAG, deleted={"DATE": FOREVER})) == {DATE}  # for the caller to complete


# Layers


def test_layers_that_share_steps_are_connected() -> None:
    a, b, c, d = ((name, "سناء") for name in "abcd")
    assert connected_layers([a], []) == {a}
    assert connected_layers([a], [{b, c}, {d}]) == {a}
    assert connected_layers([a, d], [{b, c}, {c, a}]) == {a, b, c, d}


def test_layers_of_records_and_steps() -> None:
    assert layer_of(DATE) == (ARTICLE, "سناء")
    assert layer_of(HEAD) == layer_of(Removal(ARTICLE)) == (ARTICLE, None)
    publication = Publication(ARTICLES[1].uid, None)
    assert changed_layers(step(1, (None, DATE), (HEAD, None), (publication, publication))) == {
        (ARTICLE, "سناء"),
        (ARTICLE, None),
    }


# Histories of several computers


class Device:
    """A computer of an annotator, with a copy of the articles, in which zones have uids of their own."""

    def __init__(self, name: str, annotator: str) -> None:
        self.annotator = annotator
        self.name = name
        self.steps: dict[str, Step] = {}
        base: list[Record] = [Publication(article.uid, None) for article in ARTICLES]
        base += [
            Zone(f"{name} {kind}", article.uid, kind, start, end)
            for article in ARTICLES
            for kind, start, end in ((HEADLINE, 0, 11), (BODY, 11, 40))
        ]
        self.state = replay(base, (), LENGTHS)

    @property
    def records(self) -> dict[RecordKey, Record]:
        return {**self.state.records}

    def contents(self) -> list[Content]:
        return [self._content(article) for article in ARTICLES]

    def _content(self, article: Article) -> Content:
        stored = self.state.records
        published = stored[record_key(Publication(article.uid, None))]
        assert isinstance(published, Publication)
        own = [record for record in stored.values() if layer_of(record) == (article.uid, self.annotator)]
        shared = [record for record in stored.values() if layer_of(record) == (article.uid, None)]
        content = Content(
            replace(article, published=published.published),
            sorted((record for record in shared if isinstance(record, Zone)), key=lambda zone: zone.start),
            [record for record in own if isinstance(record, Span)],
            [record for record in own if isinstance(record, Dismissal)],
        )
        fields = {Status: "status", Note: "note", Title: "title", Removal: "removal"}
        single = {fields[type(record)]: record for record in (*own, *shared) if type(record) in fields}
        return replace(content, **single)

    def act(self, move: Move) -> None:
        """Do a move in one article, or in both at once; what is done to what is there always fits."""
        contents = self.contents()
        contents_to_change = contents if move.first + move.second > 8 else [contents[move.first % 2]]
        edits = [edit for content in contents_to_change for edit in make_edits(content, self.annotator, move)]
        if edits:
            step = self._make_step(move.verb, tuple(edits))
            state = self._replay(step)
            assert step.uid not in state.conflicts
            expected = self.records
            for edit in edits:
                if edit.before is not None:
                    assert expected.pop(record_key(edit.before)) == edit.before
                if edit.after is not None:
                    expected[record_key(edit.after)] = edit.after
            assert state.records == expected
            self._keep(step, state)

    def undo(self, article: str, stack: int) -> None:
        """Undo or redo the last step in an article where that is possible."""
        own = [
            step
            for step in sorted(self.steps.values(), key=order_key)
            if step.annotator == self.annotator
            and step.uid not in self.state.conflicts
            and any(edit.article == article for edit in step.edits)
        ]
        steps = build_stacks(StepInfo(step.uid, step.name, step.undoes) for step in own)[stack]
        if steps:
            last = self.steps[steps[-1].uid]
            step = replace(self._make_step("undo", reverse_step(last)), undoes=last.uid)
            state = self._replay(step)
            if step.uid not in state.conflicts:
                self._keep(step, state)

    def merge(self, steps: Iterable[Step], base: Iterable[Record]) -> None:
        self.steps |= {step.uid: step for step in steps}
        shared = [record for record in base if isinstance(record, Zone | Publication)]
        self.state = replay([*self.state.records.values(), *shared], self.steps.values(), LENGTHS)

    def _make_step(self, name: str, edits: tuple[Edit, ...]) -> Step:
        clock = 1 + max((step.clock for step in self.steps.values()), default=0)
        uid = sha256(f"{self.name} {len(self.steps)}".encode()).hexdigest()
        return Step(uid, self.annotator, "2026-11-27", name, edits, None, clock, self.name)

    def _replay(self, step: Step) -> Replay:
        return replay(self.state.records.values(), [*self.steps.values(), step], LENGTHS)

    def _keep(self, step: Step, state: Replay) -> None:
        self.steps[step.uid] = step
        self.state = state


@contextmanager
def repeatable_uids() -> Iterator[None]:
    numbers = count()
    with patch.object(operations, "new_uid", lambda: sha256(b"%d" % next(numbers)).hexdigest()):
        yield


numbers = st.integers(0, LARGEST_NUMBER)
moves = st.builds(Move, st.sampled_from(VERBS), numbers, numbers)
things_to_do = st.lists(
    st.tuples(st.integers(0, 3), moves | moves | moves | st.sampled_from(["undo", "redo", "merge"]), st.integers(0, 3)),
    max_size=60,
)


def work(events: Sequence[tuple[int, Move | str, int]]) -> list[Device]:
    """Let two annotators work, each at two computers, that at times get what another one has."""
    devices = [Device(f"device {number}", ("سناء", "سناء", "عمر", "عمر")[number]) for number in range(4)]
    with repeatable_uids():
        for number, event, other in events:
            device = devices[number]
            if isinstance(event, Move):
                device.act(event)
            elif event == "merge":
                device.merge(devices[other].steps.values(), devices[other].state.records.values())
            else:
                device.undo(ARTICLES[other % 2].uid, event == "redo")
    return devices


def meet(devices: Sequence[Device]) -> None:
    for device in (devices[0], *devices[1:], devices[0], *devices[1:]):
        for other in devices:
            device.merge([*other.steps.values()], [*other.state.records.values()])


@given(things_to_do)
def test_devices_are_equal_once_each_has_what_all_have(events: Sequence[tuple[int, Move | str, int]]) -> None:
    devices = work(events)
    all_uids = {uid for device in devices for uid in device.steps}
    meet(devices)
    for device in devices:
        assert device.steps.keys() == all_uids
        assert device.state == devices[0].state
    assert_nothing_is_lost(devices[0])
    assert_valid(devices[0].state)


@given(things_to_do, st.randoms(use_true_random=False))
def test_neither_order_nor_grouping_nor_repetition_matters(
    events: Sequence[tuple[int, Move | str, int]], random: Random
) -> None:
    first, second, third, fourth = work(events)
    stored = [record for device in (first, second, third, fourth) for record in device.state.records.values()]
    base = [record for record in stored if isinstance(record, Zone | Publication)]
    steps = [step for device in (first, second, third, fourth) for step in device.steps.values()]
    whole = replay(base, steps, LENGTHS)
    random.shuffle(steps)
    random.shuffle(base)
    assert replay([*base, *base], [*steps, *steps], LENGTHS) == whole

    def union(device: Device, other: Device) -> Device:
        merged = Device("merged", "سناء")
        merged.steps = {**device.steps, **other.steps}
        both = [*device.state.records.values(), *other.state.records.values()]
        merged.state = replay(both, merged.steps.values(), LENGTHS)
        return merged

    first_last = union(union(union(first, second), third), fourth)
    last_first = union(first, union(second, union(fourth, third)))
    assert first_last.state == last_first.state == whole
    assert union(first_last, last_first).state == whole


@given(things_to_do)
def test_layers_of_one_computer_are_never_in_conflict(events: Sequence[tuple[int, Move | str, int]]) -> None:
    shared = {"title", "published", "zone", "remove article", "restore article"}
    own = [
        (number & 2, event, other)
        for number, event, other in events
        if not isinstance(event, Move) or event.verb not in shared
    ]
    devices = work(own)
    meet(devices)
    assert devices[0].state.conflicts == {}


def assert_nothing_is_lost(device: Device) -> None:
    """Check that each record is as the last step without conflict left it, and those in conflict change nothing."""
    state = device.state
    last_states: dict[RecordKey, Record | None] = {}
    steps = [step for step in sorted(device.steps.values(), key=order_key) if step.uid not in state.conflicts]
    for step in steps:
        for edit in step.edits:
            record = edit.after or edit.before
            assert record is not None
            key = record_key(record)
            while key in state.aliases:
                key = state.aliases[key]
            last_states[key] = edit.after
    for key, record in last_states.items():
        assert describe(state.records.get(key)) == describe(record)
    records = state.records.values()
    assert replay(records, device.steps.values(), LENGTHS, known_conflicts=state.conflicts) == state
    for article in ARTICLES:  # alone, although steps may have edits of both
        parts = [
            replace(step, edits=tuple(edit for edit in step.edits if edit.article == article.uid))
            for step in device.steps.values()
        ]
        part = replay(records, parts, LENGTHS, known_conflicts=state.conflicts)
        assert part.records == state.records


def describe(record: Record | None) -> Record | None:
    """Leave out the uid of an alias, and what is not compared."""
    if isinstance(record, Span):
        return replace(record, uid="", source=None)
    return replace(record, uid="") if isinstance(record, Zone | Dismissal) else record


def assert_valid(state: Replay) -> None:
    """Check what the tables of a corpus demand."""
    spans = [record for record in state.records.values() if isinstance(record, Span)]
    places = [(span.article, span.annotator, span.label, span.start, span.end) for span in spans]
    assert len(set(places)) == len(places)
    zones = [record for record in state.records.values() if isinstance(record, Zone)]
    for article in ARTICLES:
        operations.check_zones(article, [zone for zone in zones if zone.article == article.uid])
    assert all(record_key(record) == key for key, record in state.records.items())


# The real store


label_moves = st.builds(Move, st.sampled_from(LABEL_VERBS), numbers, numbers)


@given(st.lists(st.tuples(moves | label_moves | st.sampled_from(["undo", "redo"]), st.booleans()), max_size=40))
def test_one_history_gives_what_the_store_has(events: Sequence[tuple[Move | str, bool]]) -> None:
    zones = [Zone(f"{article.uid} zone", article.uid, BODY, 3, 30) for article in ARTICLES]
    articles = [AnnotatedArticle(article, (zone,)) for article, zone in zip(ARTICLES, zones, strict=True)]
    deleted: dict[str, tuple[int, str]] = {}
    with (
        TemporaryDirectory() as folder,
        create_corpus(Path(folder) / "a.corpus", *articles, labels=build_label_set(*LABELS)) as corpus,
    ):
        for event, is_other in events:
            annotator = "عمر" if is_other else "سناء"
            if isinstance(event, str):
                undo_last(corpus, ARTICLE, annotator, is_redo=event == "redo")
            elif event.verb in LABEL_VERBS:
                names = {label.name for label in corpus.labels().labels}
                new_names = move_labels(corpus, event)
                deleted = {new_names.get(name, name): deletion for name, deletion in deleted.items()}
                deleted |= dict.fromkeys(names - new_names.keys(), (corpus.next_clock(), ""))
            else:
                make_move(corpus, ARTICLES[event.first % 2].uid, annotator, event)
        stored = read_records(corpus)
        result = replay(stored, read_steps(corpus), LENGTHS, deleted)
        assert result.conflicts == {}
        assert set(result.records.values()) == set(stored)
        base = read_records(corpus, Zone, Publication)
        assert replay(base, read_steps(corpus), LENGTHS, deleted) == result
