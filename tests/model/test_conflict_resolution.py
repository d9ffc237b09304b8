"""What an author wanted of a conflict, rule by rule; tests/store/test_conflicts.py has it of whole histories."""

from collections.abc import Iterable, Mapping
from typing import Final

import pytest
from msgspec.structs import replace

from annotator.model.conflict_resolution import (
    NO_LABEL,
    Difference,
    Layers,
    OwnVersion,
    StepConflict,
    find_own_version,
    group_conflicts,
    list_disputed_keys,
    resolve_conflict,
)
from annotator.model.records import (
    BODY,
    DONE,
    HEADLINE,
    IN_PROGRESS,
    NEW,
    OWN,
    STANDING,
    Dismissal,
    Edit,
    Note,
    Record,
    Rejection,
    Removal,
    Resolution,
    Span,
    Status,
    Step,
    Zone,
)
from annotator.model.replay import INVALID, OUTSIDE, record_key

ARTICLE: Final = "a"
SANAE: Final = "سناء"
DATE: Final = Span("s", ARTICLE, SANAE, "DATE", 0, 5)
PLAN, WIDER = replace(DATE, label="PLAN"), replace(DATE, end=9)


def step(clock: int, *edits: tuple[Record | None, Record | None], annotator: str = SANAE) -> Step:
    return Step(f"step {clock}", annotator, "2026-11-27", "tag", tuple(Edit(*edit) for edit in edits), clock=clock)


def build_layers(
    *records: Record,
    aliases: Mapping[str, str] | None = None,
    labels: Iterable[str] = ("DATE", "PLAN"),
    replacements: Mapping[str, str] | None = None,
) -> Layers:
    return Layers(
        {record_key(record): record for record in records},
        {(Span, uid): (Span, other) for uid, other in (aliases or {}).items()},
        {ARTICLE: 20},
        frozenset(labels),
        replacements or {},
    )


def find(layers: Layers, *steps: Step) -> OwnVersion:
    """Return the own version, after checking that its edits lead to it, and that it is then what stands."""
    conflict = StepConflict(steps)
    version = find_own_version(conflict, layers)
    records = dict(layers.records)
    for edit in version.edits:
        if edit.before is not None:
            assert records.pop(record_key(edit.before)) == edit.before
        if edit.after is not None:
            records[record_key(edit.after)] = edit.after
    assert find_own_version(conflict, replace(layers, records=records)).edits == ()
    return version


def test_a_span_becomes_as_its_author_left_it() -> None:
    version = find(build_layers(PLAN), step(1, (DATE, WIDER)))
    assert version == OwnVersion((Difference((PLAN,), WIDER),), (Edit(PLAN, WIDER),))
    assert version.is_possible


def test_a_span_that_is_gone_comes_back_and_one_that_was_removed_goes() -> None:
    assert find(build_layers(), step(1, (DATE, WIDER))).edits == (Edit(None, WIDER),)
    assert find(build_layers(PLAN), step(1, (DATE, None))).edits == (Edit(PLAN, None),)
    assert find(build_layers(), step(1, (DATE, None))) == OwnVersion((), ())


def test_only_what_was_wanted_in_the_end_counts() -> None:
    assert find(build_layers(PLAN), step(1, (DATE, WIDER)), step(2, (WIDER, DATE))).edits == (Edit(PLAN, DATE),)


def test_nothing_is_left_to_do_where_it_is_so_already() -> None:
    version = find(build_layers(WIDER), step(1, (DATE, WIDER)))
    assert version == OwnVersion((), ())
    assert version.is_possible


def test_a_range_that_has_the_label_already_gets_the_value_and_note_of_the_author() -> None:
    other, own = replace(DATE, uid="t", value="2024", note="أ"), replace(DATE, value="2025")
    described = replace(other, value="2025", note=None)
    assert find(build_layers(other), step(1, (None, own))).edits == (Edit(other, described),)
    moved = find(build_layers(other, WIDER), step(1, (WIDER, own)))
    assert moved.differences == (Difference((WIDER, other), described),)
    assert moved.edits == (Edit(WIDER, None), Edit(other, described))


def test_spans_may_change_places() -> None:
    other = replace(PLAN, uid="t")
    version = find(
        build_layers(DATE, other), step(1, (WIDER, PLAN), (replace(other, end=9), replace(other, label="DATE")))
    )
    assert version.edits == (Edit(other, None), Edit(DATE, PLAN), Edit(None, replace(other, label="DATE")))


def test_an_equal_span_of_another_computer_is_meant() -> None:
    standing = replace(PLAN, uid="first")
    version = find(build_layers(standing, aliases={"s": "first"}), step(1, (DATE, WIDER)))
    assert version.edits == (Edit(standing, replace(WIDER, uid="first")),)


@pytest.mark.parametrize(
    ("own", "obstacle"),
    [
        (replace(DATE, label="GONE"), NO_LABEL),
        (replace(DATE, end=21), OUTSIDE),
        (Zone("z", ARTICLE, BODY, 5, 21), OUTSIDE),
        (Zone("z", ARTICLE, "footer", 5, 9), INVALID),
    ],
)
def test_what_cannot_be_is_said_and_the_rest_is_possible(own: Record, obstacle: str) -> None:
    version = find(build_layers(PLAN), step(1, (None, own)))
    assert [difference.obstacle for difference in version.differences] == [obstacle]
    assert (version.edits, version.is_possible) == ((), False)
    note = Note(ARTICLE, SANAE, "راجع")
    version = find(build_layers(), step(1, (None, own), (None, note)))
    assert (version.edits, version.is_possible) == ((Edit(None, note),), True)


def test_a_span_whose_label_was_replaced_gets_the_other_one() -> None:
    layers = build_layers(WIDER, labels=["DATE"], replacements={"PLAN": "DATE"})
    version = find(layers, step(1, (DATE, PLAN)))
    assert version.differences == (Difference((WIDER,), DATE, former_label="PLAN"),)
    rejection = Rejection("r", ARTICLE, SANAE, "GONE", 0, 5, "memory")
    assert find(layers, step(1, (None, rejection))) == OwnVersion((), ())  # it went with its label


def test_zones_make_room() -> None:
    body = Zone("b", ARTICLE, BODY, 0, 20)
    headline = Zone("h", ARTICLE, HEADLINE, 5, 9)
    version = find(build_layers(body), step(1, (None, headline)))
    assert version.differences == (Difference((body,), headline),)
    assert version.edits[0] == Edit(body, replace(body, end=5))
    assert version.edits[-1] == Edit(None, headline)
    assert find(build_layers(body, headline), step(1, (headline, None))).edits == (Edit(headline, None),)


def test_how_far_an_article_is_stays() -> None:
    begun, position, new = (Status(ARTICLE, SANAE, state) for state in (IN_PROGRESS, DONE, NEW))
    edits = (PLAN, WIDER), (None, begun)
    assert find(build_layers(PLAN, position), step(1, *edits)).edits == (Edit(PLAN, WIDER),)
    assert find(build_layers(PLAN, new), step(1, *edits)).edits[1:] == (Edit(new, begun),)
    assert find(build_layers(position), step(1, (position, None))) == OwnVersion((), ())


def test_what_comes_along_is_shown_only_where_there_is_nothing_else() -> None:
    rejection = Rejection("r", ARTICLE, SANAE, "DATE", 0, 5, "memory")
    version = find(build_layers(PLAN), step(1, (DATE, WIDER), (None, rejection)))
    assert version.differences == (Difference((PLAN,), WIDER),)
    assert version.edits == (Edit(PLAN, WIDER), Edit(None, rejection))
    assert find(build_layers(), step(1, (None, rejection))).differences == (Difference((), rejection),)
    first, second = (Dismissal(uid, ARTICLE, SANAE, "case", "DATE", 0, 5) for uid in "ab")
    assert find(build_layers(first), step(1, (None, second))).edits == ()


def test_articles_can_be_removed_and_restored() -> None:
    removal = Removal(ARTICLE)
    assert find(build_layers(), step(1, (None, removal))).edits == (Edit(None, removal),)
    assert find(build_layers(removal), step(1, (removal, None))).edits == (Edit(removal, None),)


def test_steps_about_one_record_are_one_conflict() -> None:
    other = replace(DATE, uid="t", start=10, end=12)
    status = Status(ARTICLE, SANAE, IN_PROGRESS)
    first, second = step(1, (None, DATE), (None, status)), step(2, (None, other), (None, status))
    third, both = step(3, (DATE, PLAN)), step(4, (PLAN, None), (other, None))
    assert group_conflicts([third, second, first]) == [StepConflict((first, third)), StepConflict((second,))]
    assert group_conflicts([both, third, second, first]) == [StepConflict((first, second, third, both))]
    gold = step(5, (PLAN, None), annotator="gold")
    assert group_conflicts([gold, first]) == [StepConflict((first,)), StepConflict((gold,))]
    decision = step(6, (None, Resolution("step 2", ARTICLE, SANAE, OWN)))
    assert group_conflicts([decision, second]) == [StepConflict((second, decision))]


@pytest.mark.parametrize("choice", [STANDING, OWN])
def test_a_decision_is_recorded_of_every_step(choice: str) -> None:
    earlier = Resolution("step 0", ARTICLE, SANAE, OWN)
    conflict = StepConflict((step(1, (DATE, WIDER)), step(2, (WIDER, DATE), (None, earlier))))
    edits = resolve_conflict(conflict, choice, build_layers(PLAN, earlier))
    records = [Resolution(uid, ARTICLE, SANAE, choice) for uid in ("step 1", "step 0", "step 2")]
    own = [Edit(PLAN, DATE)] if choice == OWN else []
    befores = {"step 0": earlier}
    expected = [Edit(befores.get(record.step), record) for record in records if befores.get(record.step) != record]
    assert list(edits) == own + expected


def test_what_is_disputed_includes_what_is_gone_and_what_is_in_the_way() -> None:
    other = replace(DATE, uid="t", value="2024")
    conflict = StepConflict((step(1, (None, DATE), (None, Status(ARTICLE, SANAE, IN_PROGRESS))),))
    assert list_disputed_keys(conflict, build_layers(other)) == {(Span, "s"), (Span, "t")}
    assert list_disputed_keys(conflict, build_layers()) == {(Span, "s")}
