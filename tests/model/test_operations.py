"""The verbs: what each returns, what each refuses, and that edits can be taken back."""

from collections import Counter
from collections.abc import Iterable
from functools import partial
from itertools import pairwise
from typing import Final

import msgspec
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from annotator.model import operations
from annotator.model.operations import Rejected
from annotator.model.records import (
    BODY,
    BOILERPLATE,
    DATELINE,
    HEADLINE,
    STATES,
    ZONE_KINDS,
    Article,
    Dismissal,
    Edit,
    Note,
    Publication,
    Record,
    Rejection,
    Span,
    Status,
    Suggestion,
    Zone,
    article_uid,
)

TEXT: Final = "الثلاثاء 09 يوليوز 2024 على الساعة 09:00\nخطة العمل 2024-2025 💉 لِوِزارَةِ الـصحة\u200f\n"
SANAE: Final = "سناء"


def article(text: str = TEXT, published: str | None = None) -> Article:
    return Article(article_uid(text), text, published=published)


def span(label: str, start: int, end: int, uid: str = "s", value: str | None = None) -> Span:
    return Span(uid, article().uid, SANAE, label, start, end, value, "ملاحظة")


def zone(kind: str, start: int, end: int, uid: str = "z", text: str = TEXT) -> Zone:
    return Zone(uid, article(text).uid, kind, start, end)


def applied(records: Iterable[Record], edits: Iterable[Edit]) -> Counter[Record]:
    """`records` after `edits`, each of which must find what it takes away."""
    left = Counter(records)
    for edit in edits:
        if edit.before is not None:
            assert left[edit.before] == 1, f"{edit.before} is not there to be changed"
            left -= Counter([edit.before])
        if edit.after is not None:
            assert edit.after not in left, f"{edit.after} is there already"
            left[edit.after] += 1
    return left


def undone(records: Iterable[Record], edits: list[Edit]) -> Counter[Record]:
    """`records` after the inverses of `edits`, last first."""
    return applied(records, [edit.inverse() for edit in reversed(edits)])


# Adding.


def test_a_span_is_added_to_the_layer_of_its_annotator() -> None:
    (edit,) = operations.add(article(), [], SANAE, "DATE", 0, 40)
    assert edit.before is None
    assert isinstance(edit.after, Span)
    assert edit.after.uid
    assert edit.after == Span(edit.after.uid, article().uid, SANAE, "DATE", 0, 40)


def test_every_added_span_has_a_uid_of_its_own() -> None:
    added = [operations.add(article(), [], SANAE, "DATE", 0, 8)[0].after for _ in range(9)]
    assert len({one.uid for one in added if isinstance(one, Span)}) == 9


@pytest.mark.parametrize(("start", "end"), [(-1, 4), (4, 4), (5, 4), (0, len(TEXT) + 1), (len(TEXT), len(TEXT) + 1)])
def test_a_span_outside_the_text_or_without_length_is_refused(start: int, end: int) -> None:
    with pytest.raises(Rejected, match=f"from {start} to {end} is not within the text"):
        operations.add(article(), [], SANAE, "DATE", start, end)


@pytest.mark.parametrize("blank", [" ", "\n", "\t \n", "\u00a0", "\u2003"])
def test_a_span_of_space_is_refused(blank: str) -> None:
    text = f"خطة{blank}العمل"
    with pytest.raises(Rejected, match="Nothing but space"):
        operations.add(article(text), [], SANAE, "PLAN", 3, 3 + len(blank))


def test_the_same_stretch_with_the_same_label_is_refused() -> None:
    with pytest.raises(Rejected, match="has that label already"):
        operations.add(article(), [span("DATE", 0, 8)], SANAE, "DATE", 0, 8)


@pytest.mark.parametrize(("start", "end"), [(0, 8), (0, 7), (1, 8), (2, 5), (5, 12)])
def test_spans_may_nest_overlap_and_cross(start: int, end: int) -> None:
    label = "PLAN" if (start, end) == (0, 8) else "DATE"
    assert len(operations.add(article(), [span("DATE", 0, 8)], SANAE, label, start, end)) == 1


def test_the_last_code_point_of_a_text_can_be_labelled() -> None:
    (edit,) = operations.add(article("في 💉"), [], SANAE, "PLAN", 3, 4)
    assert isinstance(edit.after, Span)
    assert (edit.after.start, edit.after.end) == (3, 4)


# Adding many at once.


def test_each_stretch_gets_a_span_but_those_that_have_the_label() -> None:
    layer = [span("DATE", 9, 11), span("PLAN", 12, 18, "t")]
    edits = operations.add_each(article(), layer, SANAE, "DATE", [(12, 18), (9, 11), (0, 8), (12, 18)])
    added = [edit.after for edit in edits if isinstance(edit.after, Span)]
    assert [edit.before for edit in edits] == [None, None]
    assert [(one.label, one.annotator, one.start, one.end) for one in added] == [
        ("DATE", SANAE, 12, 18),
        ("DATE", SANAE, 0, 8),
    ]
    assert len({one.uid for one in added}) == 2


def test_one_stretch_that_cannot_be_labelled_refuses_them_all() -> None:
    for place in ((8, 9), (0, 4000), (-1, 3), (5, 5)):
        with pytest.raises(Rejected):
            operations.add_each(article(), [], SANAE, "DATE", [(0, 8), place])


def test_labelling_nothing_is_no_edit() -> None:
    assert operations.add_each(article(), [span("DATE", 0, 8)], SANAE, "DATE", [(0, 8)]) == []
    assert operations.add_each(article(), [], SANAE, "DATE", []) == []


# Values and notes.


@pytest.mark.parametrize(
    ("value", "note", "kept"),
    [
        ("2024", "", ("2024", None)),
        (" 2023/2030\n", " 👍🏽 ", ("2023/2030", "👍🏽")),
        ("", "لماذا؟", (None, "لماذا؟")),
        (" \n", "\u00a0", (None, None)),
    ],
)
def test_what_a_span_means_is_kept_without_the_space_around_it(
    value: str, note: str, kept: tuple[str | None, str | None]
) -> None:
    before = span("DATE", 0, 8, value="1999")
    (edit,) = operations.describe(before, value, note)
    assert edit == Edit(before, msgspec.structs.replace(before, value=kept[0], note=kept[1]))
    assert isinstance(edit.after, Span)
    assert operations.describe(edit.after, value, note) == []


@pytest.mark.parametrize(
    ("before", "text", "after"),
    [
        (None, " ناقص ", "ناقص"),
        ("ناقص", "تام", "تام"),
        ("ناقص", " \n", None),
    ],
)
def test_a_note_on_an_article_is_made_changed_and_taken_away(before: str | None, text: str, after: str | None) -> None:
    made = [Note(article().uid, SANAE, one) if one else None for one in (before, after)]
    assert operations.note(made[0], article(), SANAE, text) == [Edit(*made)]


@pytest.mark.parametrize(("before", "text"), [(None, ""), (None, " \n"), ("ناقص", "ناقص"), ("ناقص", " ناقص\n")])
def test_the_same_note_is_no_edit(before: str | None, text: str) -> None:
    assert operations.note(Note(article().uid, SANAE, before) if before else None, article(), SANAE, text) == []


# Relabelling and resizing.


def test_relabelling_changes_the_label_alone() -> None:
    before = span("DATE", 0, 8, value="2024")
    assert operations.relabel(article(), [before], before, "PLAN") == [
        Edit(before, msgspec.structs.replace(before, label="PLAN"))
    ]


def test_relabelling_with_the_same_label_does_nothing() -> None:
    before = span("DATE", 0, 8)
    assert operations.relabel(article(), [before], before, "DATE") == []


def test_relabelling_into_a_twin_is_refused() -> None:
    before, twin = span("DATE", 0, 8), span("PLAN", 0, 8, uid="t")
    with pytest.raises(Rejected, match="has that label already"):
        operations.relabel(article(), [before, twin], before, "PLAN")


def test_resizing_moves_the_edges_alone() -> None:
    before = span("DATE", 0, 8, value="2024")
    assert operations.resize(article(), [before], before, 9, 23) == [
        Edit(before, msgspec.structs.replace(before, start=9, end=23))
    ]


def test_resizing_to_the_same_edges_does_nothing() -> None:
    before = span("DATE", 0, 8)
    assert operations.resize(article(), [before], before, 0, 8) == []


@pytest.mark.parametrize(
    ("start", "end", "why"),
    [
        (-1, 8, "not within the text"),
        (0, len(TEXT) + 1, "not within the text"),
        (8, 8, "not within the text"),
        (8, 0, "not within the text"),
        (8, 9, "Nothing but space"),
        (9, 23, "has that label already"),
    ],
)
def test_resizing_is_refused_as_adding_is(start: int, end: int, why: str) -> None:
    before, twin = span("DATE", 0, 8), span("DATE", 9, 23, uid="t")
    with pytest.raises(Rejected, match=why):
        operations.resize(article(), [before, twin], before, start, end)


@given(st.sampled_from(["DATE", "PLAN", "INSTITUTION"]), st.data())
def test_a_changed_span_keeps_its_uid_value_note_and_annotator(label: str, data: st.DataObject) -> None:
    before = span("DATE", 0, 8, uid="kept", value="2024-07-09")
    start = data.draw(st.integers(0, len(TEXT) - 1))
    end = data.draw(st.integers(start + 1, len(TEXT)))
    assume(TEXT[start:end].strip())
    layer = applied([before], operations.relabel(article(), [before], before, label))
    (relabelled,) = (one for one in layer if isinstance(one, Span))
    (resized,) = applied(layer, operations.resize(article(), [relabelled], relabelled, start, end))
    assert resized == msgspec.structs.replace(before, label=label, start=start, end=end)


# Removing, states.


def test_a_removed_span_is_gone_and_comes_back() -> None:
    one, other = span("DATE", 0, 8), span("PLAN", 0, 8, uid="t")
    edits = operations.remove(one)
    assert applied([one, other], edits) == Counter([other])
    assert undone([other], edits) == Counter([one, other])


@pytest.mark.parametrize("state", STATES)
def test_a_state_is_set_changed_and_left(state: str) -> None:
    status = Status(article().uid, SANAE, state)
    assert operations.set_state(None, article(), SANAE, state) == [Edit(None, status)]
    assert operations.set_state(status, article(), SANAE, state) == []
    other = Status(article().uid, SANAE, next(one for one in STATES if one != state))
    assert operations.set_state(other, article(), SANAE, state) == [Edit(other, status)]


# Zones.


def kinds(text: str, zones: Iterable[Record]) -> list[str | None]:
    """The kind of every code point."""
    of: list[str | None] = [None] * len(text)
    for one in zones:
        if isinstance(one, Zone):
            of[one.start : one.end] = [one.kind] * (one.end - one.start)
    return of


def spread(zones: Iterable[Record]) -> list[tuple[str, int, int]]:
    """Kind, start and end of the zones, in the order of the text."""
    return sorted(((one.kind, one.start, one.end) for one in zones if isinstance(one, Zone)), key=lambda row: row[1])


def test_a_zone_is_marked_where_there_was_none() -> None:
    (edit,) = operations.mark_zone(article(), [], BODY, 41, 60)
    assert edit.before is None
    assert spread([edit.after] if edit.after else []) == [(BODY, 41, 60)]


@pytest.mark.parametrize(
    ("start", "end", "left"),
    [
        (10, 20, [(HEADLINE, 10, 20)]),
        (5, 25, [(HEADLINE, 5, 25)]),
        (10, 15, [(HEADLINE, 10, 15), (BODY, 15, 20)]),
        (15, 20, [(BODY, 10, 15), (HEADLINE, 15, 20)]),
        (5, 15, [(HEADLINE, 5, 15), (BODY, 15, 20)]),
        (15, 25, [(BODY, 10, 15), (HEADLINE, 15, 25)]),
        (12, 18, [(BODY, 10, 12), (HEADLINE, 12, 18), (BODY, 18, 20)]),
        (0, 10, [(HEADLINE, 0, 10), (BODY, 10, 20)]),
        (20, 30, [(BODY, 10, 20), (HEADLINE, 20, 30)]),
    ],
)
def test_the_zone_in_the_way_is_trimmed_split_or_covered(
    start: int, end: int, left: list[tuple[str, int, int]]
) -> None:
    old = zone(BODY, 10, 20, uid="old")
    zones = applied([old], operations.mark_zone(article(), [old], HEADLINE, start, end))
    assert spread(zones) == left
    if any(kind == BODY for kind, *_place in left):
        assert any(isinstance(one, Zone) and one.uid == "old" for one in zones), "what is kept is still that zone"


def test_marking_what_is_so_already_does_nothing() -> None:
    assert operations.mark_zone(article(), [zone(BODY, 10, 20)], BODY, 10, 20) == []


@pytest.mark.parametrize(("start", "end"), [(-1, 4), (4, 4), (5, 4), (0, len(TEXT) + 1)])
def test_a_zone_outside_the_text_or_without_length_is_refused(start: int, end: int) -> None:
    with pytest.raises(Rejected, match="Nothing is selected"):
        operations.mark_zone(article(), [], BODY, start, end)


def test_an_unknown_kind_of_zone_is_a_fault_of_the_program() -> None:
    with pytest.raises(ValueError, match="sidebar"):
        operations.mark_zone(article(), [], "sidebar", 0, 4)


def test_a_dateline_says_when_the_article_was_published() -> None:
    edits = operations.mark_zone(article(), [], DATELINE, 0, 40)
    uid = article().uid
    assert edits[-1] == Edit(Publication(uid, None), Publication(uid, "2024-07-09T09:00"))


def test_a_dateline_puts_right_what_was_thought_before() -> None:
    edits = operations.mark_zone(article(published="2024-07-10"), [], DATELINE, 0, 40)
    uid = article().uid
    assert edits[-1] == Edit(Publication(uid, "2024-07-10"), Publication(uid, "2024-07-09T09:00"))


@pytest.mark.parametrize(
    ("kind", "published", "start", "end"),
    [
        (DATELINE, "2024-07-09T09:00", 0, 40),  # that is known
        (DATELINE, None, 41, 44),  # no date in it
        (BODY, None, 0, 40),  # no dateline
    ],
)
def test_the_time_of_publication_is_else_left(kind: str, published: str | None, start: int, end: int) -> None:
    edits = operations.mark_zone(article(published=published), [], kind, start, end)
    assert [type(edit.after) for edit in edits] == [Zone]


texts = st.text(
    st.sampled_from("خطةلاأدلِـ 2024-💉\n\u200f\u200e«»“”.\u0651") | st.characters(codec="utf-8"),
    min_size=1,
    max_size=40,
)


@st.composite
def zoned(draw: st.DrawFn) -> tuple[Article, list[Zone]]:
    """An article whose zones lie apart, as those of a corpus do."""
    text = draw(texts)
    edges = sorted(draw(st.sets(st.integers(0, len(text)), max_size=10)))
    zones = [
        Zone(f"z{at}", article_uid(text), draw(st.sampled_from(ZONE_KINDS)), start, end)
        for at, (start, end) in enumerate(pairwise(edges))
        if draw(st.booleans())
    ]
    return article(text), draw(st.permutations(zones))


@st.composite
def markings(draw: st.DrawFn) -> tuple[Article, list[Zone], str, int, int]:
    told, zones = draw(zoned())
    start = draw(st.integers(0, len(told.text) - 1))
    return told, zones, draw(st.sampled_from(ZONE_KINDS)), start, draw(st.integers(start + 1, len(told.text)))


@given(markings())
def test_marking_covers_what_was_asked_and_keeps_the_rest(
    marking: tuple[Article, list[Zone], str, int, int],
) -> None:
    told, zones, kind, start, end = marking
    edits = operations.mark_zone(told, zones, kind, start, end)
    assert all(edit.before != edit.after for edit in edits), "an edit that changes nothing"
    after = applied(zones, edits)
    left = [one for one in after if isinstance(one, Zone)]
    operations.check_zones(told, left)
    assert (kind, start, end) in spread(left)
    before = kinds(told.text, zones)
    assert kinds(told.text, left) == before[:start] + [kind] * (end - start) + before[end:]
    assert len({one.uid for one in left}) == len(left)
    assert all(one.article == told.uid for one in left)
    assert all(one in left for one in zones if one.end <= start or end <= one.start)


@given(markings())
def test_marking_taken_back_leaves_the_zones_as_they_were(
    marking: tuple[Article, list[Zone], str, int, int],
) -> None:
    told, zones, kind, start, end = marking
    publication = Publication(told.uid, told.published)
    edits = operations.mark_zone(told, zones, kind, start, end)
    after = applied([*zones, publication], edits)
    assert undone(after, edits) == Counter([*zones, publication])


@given(markings())
def test_marking_twice_does_what_marking_once_did(marking: tuple[Article, list[Zone], str, int, int]) -> None:
    told, zones, kind, start, end = marking
    after = applied([*zones, Publication(told.uid, None)], operations.mark_zone(told, zones, kind, start, end))
    assert operations.mark_zone(told, (one for one in after if isinstance(one, Zone)), kind, start, end) == []


def test_zones_that_lie_apart_within_the_text_are_taken() -> None:
    whole = len(TEXT)
    operations.check_zones(article(), [zone(BODY, 41, whole), zone(DATELINE, 0, 40), zone(BOILERPLATE, 40, 41)])
    operations.check_zones(article(), [])


@pytest.mark.parametrize(
    ("zones", "why"),
    [
        ([zone("sidebar", 0, 4)], "“sidebar” is not a kind of zone"),
        ([zone(BODY, -1, 4)], "from -1 to 4 is not within"),
        ([zone(BODY, 4, 4)], "from 4 to 4 is not within"),
        ([zone(BODY, 0, 999)], "from 0 to 999 is not within"),
        ([zone(BODY, 5, 9), zone(BODY, 0, 6)], "overlap at 5"),
        ([zone(BODY, 0, 9), zone(BODY, 3, 4)], "overlap at 3"),
        ([zone(BODY, 0, 9), zone(HEADLINE, 0, 9)], "overlap at 0"),
    ],
)
def test_zones_that_cannot_be_are_refused(zones: list[Zone], why: str) -> None:
    with pytest.raises(Rejected, match=why):
        operations.check_zones(article(), zones)


# Everything together.


def step(data: st.DataObject, told: Article, layer: list[Span]) -> list[Edit]:
    """The edits of one verb, chosen and aimed at random."""
    start = data.draw(st.integers(0, len(told.text)))
    end = data.draw(st.integers(0, len(told.text)))
    label = data.draw(st.sampled_from(["DATE", "INSTITUTION", "PLAN"]))
    verb = data.draw(st.sampled_from(["add", "relabel", "resize", "remove"])) if layer else "add"
    if verb == "add":
        return operations.add(told, layer, SANAE, label, start, end)
    aim = data.draw(st.sampled_from(layer))
    if verb == "relabel":
        return operations.relabel(told, layer, aim, label)
    if verb == "resize":
        return operations.resize(told, layer, aim, start, end)
    return operations.remove(aim)


@given(texts, st.data())
def test_a_layer_stays_sound_and_every_edit_can_be_taken_back(text: str, data: st.DataObject) -> None:
    told = article(text)
    layers: list[Counter[Record]] = [Counter()]
    steps: list[list[Edit]] = []
    for _ in range(data.draw(st.integers(1, 12))):
        # Not in the order of their uids, which are drawn anew each time: one choice must mean the same span again.
        standing = (one for one in layers[-1] if isinstance(one, Span))
        layer = sorted(standing, key=lambda one: (one.start, one.end, one.label))
        try:
            edits = step(data, told, layer)
        except Rejected:
            continue
        layers.append(applied(layers[-1], edits))
        steps.append(edits)
        spans = [one for one in layers[-1] if isinstance(one, Span)]
        for one in spans:
            operations.check_span(told, one)
        assert len({(one.label, one.start, one.end) for one in spans}) == len(spans)
        assert len({one.uid for one in spans}) == len(spans)
    while steps:
        assert undone(layers.pop(), steps.pop()) == layers[-1]
    assert layers == [Counter()]


PROPOSED: Final = Suggestion(0, 23, "DATE", "dates", 0.9, "2024-07-09")


def test_a_suggestion_accepted_as_it_is_keeps_its_source_and_value() -> None:
    [edit] = operations.accept(article(), [], SANAE, PROPOSED, PROPOSED)
    assert edit.before is None
    assert isinstance(edit.after, Span)
    assert (edit.after.label, edit.after.start, edit.after.end) == ("DATE", 0, 23)
    assert (edit.after.source, edit.after.value) == ("dates", "2024-07-09")
    with pytest.raises(Rejected):
        operations.accept(article(), [edit.after], SANAE, PROPOSED, PROPOSED)


@pytest.mark.parametrize("change", [{"label": "PLAN"}, {"start": 9}, {"end": 18}])
def test_a_suggestion_accepted_otherwise_is_the_annotators_own_and_was_wrong(change: dict[str, object]) -> None:
    wanted = msgspec.structs.replace(PROPOSED, **change)
    added, wrong = (edit.after for edit in operations.accept(article(), [], SANAE, PROPOSED, wanted))
    assert isinstance(added, Span)
    assert (added.label, added.start, added.end) == (wanted.label, wanted.start, wanted.end)
    assert (added.source, added.value) == (None, None)
    assert isinstance(wrong, Rejection)
    assert (wrong.label, wrong.start, wrong.end, wrong.source) == ("DATE", 0, 23, "dates")


def test_several_suggestions_are_accepted_at_once_or_none() -> None:
    other = msgspec.structs.replace(PROPOSED, start=40, end=60, label="PLAN")
    edits = operations.accept_each(article(), [], SANAE, [PROPOSED, other])
    assert [edit.after.label for edit in edits if isinstance(edit.after, Span)] == ["DATE", "PLAN"]
    with pytest.raises(Rejected):
        operations.accept_each(article(), [span("PLAN", 40, 60)], SANAE, [PROPOSED, other])


@pytest.mark.parametrize("how", ["relabel", "resize", "remove"])
def test_an_accepted_suggestion_that_is_changed_was_wrong(how: str) -> None:
    accepted = msgspec.structs.replace(span("DATE", 0, 23), source="dates")
    if how == "relabel":
        edits = operations.relabel(article(), [accepted], accepted, "PLAN")
    elif how == "resize":
        edits = operations.resize(article(), [accepted], accepted, 0, 18)
    else:
        edits = operations.remove(accepted)
    after, wrong = (edit.after for edit in edits)
    assert edits[0].before == accepted
    assert after is None if how == "remove" else isinstance(after, Span) and after.source is None
    assert isinstance(wrong, Rejection)
    assert (wrong.article, wrong.annotator) == (accepted.article, accepted.annotator)
    assert (wrong.label, wrong.start, wrong.end, wrong.source) == ("DATE", 0, 23, "dates")


def test_saying_what_an_accepted_suggestion_means_leaves_it_accepted() -> None:
    accepted = msgspec.structs.replace(span("DATE", 0, 23), source="dates")
    [edit] = operations.describe(accepted, "2024-07-10", "")
    assert isinstance(edit.after, Span)
    assert edit.after.source == "dates"


def test_what_is_asked_about_a_span_is_put_right_by_its_label_its_edges_or_its_removal() -> None:
    one = span("DATE", 0, 4, value="2024")
    put = partial(operations.put_right, article(), [one], "Sanae")
    [edit] = put(one, "PLAN", 0, 4)
    assert edit == Edit(one, msgspec.structs.replace(one, label="PLAN"))
    [edit] = put(one, "DATE", 0, 3)
    assert edit == Edit(one, msgspec.structs.replace(one, end=3))
    assert put(one, None, 0, 4) == [Edit(one, None)]
    assert put(one, "DATE", 0, 4) == []


def test_what_has_no_span_is_put_right_by_one() -> None:
    [edit] = operations.put_right(article(), [], "Sanae", None, "PLAN", 0, 4)
    assert isinstance(edit.after, Span)
    assert (edit.before, edit.after.label, edit.after.start, edit.after.end) == (None, "PLAN", 0, 4)
    assert operations.put_right(article(), [], "Sanae", None, None, 0, 4) == []


def test_where_there_is_such_a_span_already_the_doubtful_one_goes() -> None:
    one, other = span("DATE", 0, 4), span("PLAN", 0, 4, "other")
    assert operations.put_right(article(), [one, other], "Sanae", one, "PLAN", 0, 4) == [Edit(one, None)]


def test_a_dismissal_says_what_is_not_to_be_asked_again() -> None:
    [edit] = operations.dismiss(article(), "Sanae", "huge", "DATE", 0, 4)
    assert edit.before is None
    assert isinstance(edit.after, Dismissal)
    assert (edit.after.article, edit.after.annotator) == (article().uid, "Sanae")
    assert (edit.after.kind, edit.after.label, edit.after.start, edit.after.end) == ("huge", "DATE", 0, 4)
    assert applied([], [edit]) == Counter([edit.after])
