"""Operations: the edits that each returns or refuses, and that edits can be undone."""

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
from annotator.model.operations import InvalidEdit
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
    Removal,
    Span,
    Status,
    Suggestion,
    Title,
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


def apply_edits(records: Iterable[Record], edits: Iterable[Edit]) -> Counter[Record]:
    """Return `records` after `edits`; each edit must find the record that it removes."""
    result = Counter(records)
    for edit in edits:
        if edit.before is not None:
            assert result[edit.before] == 1, f"{edit.before} is not there to be changed"
            result -= Counter([edit.before])
        if edit.after is not None:
            assert edit.after not in result, f"{edit.after} is there already"
            result[edit.after] += 1
    return result


def undo_edits(records: Iterable[Record], edits: list[Edit]) -> Counter[Record]:
    """Return `records` after the inverses of `edits`, the last first."""
    return apply_edits(records, [edit.inverse() for edit in reversed(edits)])


# Adding.


def test_added_span_belongs_to_the_layer_of_its_annotator() -> None:
    (edit,) = operations.add_span(article(), [], SANAE, "DATE", 0, 40)
    assert edit.before is None
    assert isinstance(edit.after, Span)
    assert edit.after.uid
    assert edit.after == Span(edit.after.uid, article().uid, SANAE, "DATE", 0, 40)


def test_every_added_span_has_its_own_uid() -> None:
    added = [operations.add_span(article(), [], SANAE, "DATE", 0, 8)[0].after for _ in range(9)]
    assert len({span_.uid for span_ in added if isinstance(span_, Span)}) == 9


@pytest.mark.parametrize(("start", "end"), [(-1, 4), (4, 4), (5, 4), (0, len(TEXT) + 1), (len(TEXT), len(TEXT) + 1)])
def test_a_span_outside_the_text_or_without_length_is_refused(start: int, end: int) -> None:
    with pytest.raises(InvalidEdit, match=f"from {start} to {end} is not within the text"):
        operations.add_span(article(), [], SANAE, "DATE", start, end)


@pytest.mark.parametrize("blank", [" ", "\n", "\t \n", "\u00a0", "\u2003"])
def test_a_span_of_space_is_refused(blank: str) -> None:
    text = f"خطة{blank}العمل"
    with pytest.raises(InvalidEdit, match="contains only whitespace"):
        operations.add_span(article(text), [], SANAE, "PLAN", 3, 3 + len(blank))


def test_same_range_with_the_same_label_is_refused() -> None:
    with pytest.raises(InvalidEdit, match="already has that label"):
        operations.add_span(article(), [span("DATE", 0, 8)], SANAE, "DATE", 0, 8)


@pytest.mark.parametrize(("start", "end"), [(0, 8), (0, 7), (1, 8), (2, 5), (5, 12)])
def test_spans_may_nest_overlap_and_cross(start: int, end: int) -> None:
    label = "PLAN" if (start, end) == (0, 8) else "DATE"
    assert len(operations.add_span(article(), [span("DATE", 0, 8)], SANAE, label, start, end)) == 1


def test_the_last_code_point_of_a_text_can_be_labelled() -> None:
    (edit,) = operations.add_span(article("في 💉"), [], SANAE, "PLAN", 3, 4)
    assert isinstance(edit.after, Span)
    assert (edit.after.start, edit.after.end) == (3, 4)


# Adding many at once.


def test_each_range_without_the_label_gets_a_span() -> None:
    layer = [span("DATE", 9, 11), span("PLAN", 12, 18, "t")]
    edits = operations.add_spans(article(), layer, SANAE, "DATE", [(12, 18), (9, 11), (0, 8), (12, 18)])
    added = [edit.after for edit in edits if isinstance(edit.after, Span)]
    assert [edit.before for edit in edits] == [None, None]
    assert [(span_.label, span_.annotator, span_.start, span_.end) for span_ in added] == [
        ("DATE", SANAE, 12, 18),
        ("DATE", SANAE, 0, 8),
    ]
    assert len({span_.uid for span_ in added}) == 2


def test_one_invalid_range_refuses_all() -> None:
    for range_ in ((8, 9), (0, 4000), (-1, 3), (5, 5)):
        with pytest.raises(InvalidEdit):
            operations.add_spans(article(), [], SANAE, "DATE", [(0, 8), range_])


def test_no_new_ranges_give_no_edit() -> None:
    assert operations.add_spans(article(), [span("DATE", 0, 8)], SANAE, "DATE", [(0, 8)]) == []
    assert operations.add_spans(article(), [], SANAE, "DATE", []) == []


# Values and notes.


@pytest.mark.parametrize(
    ("value", "note", "expected"),
    [
        ("2024", "", ("2024", None)),
        (" 2023/2030\n", " 👍🏽 ", ("2023/2030", "👍🏽")),
        ("", "لماذا؟", (None, "لماذا؟")),
        (" \n", "\u00a0", (None, None)),
        ("2024\0", " \0", ("2024�", "�")),
        ("2024\ud83d", "", ("2024�", None)),
    ],
)
def test_value_and_note_are_stripped(value: str, note: str, expected: tuple[str | None, str | None]) -> None:
    before = span("DATE", 0, 8, value="1999")
    (edit,) = operations.describe_span(before, value, note)
    assert edit == Edit(before, msgspec.structs.replace(before, value=expected[0], note=expected[1]))
    assert isinstance(edit.after, Span)
    assert operations.describe_span(edit.after, value, note) == []


@pytest.mark.parametrize(
    ("before", "text", "after"),
    [
        (None, " ناقص ", "ناقص"),
        ("ناقص", "تام", "تام"),
        ("ناقص", " \n", None),
        (None, "نا\0قص\ud83d", "نا�قص�"),
    ],
)
def test_note_on_an_article_is_added_changed_and_removed(before: str | None, text: str, after: str | None) -> None:
    notes = [Note(article().uid, SANAE, content) if content else None for content in (before, after)]
    assert operations.set_note(notes[0], article(), SANAE, text) == [Edit(*notes)]


@pytest.mark.parametrize(("before", "text"), [(None, ""), (None, " \n"), ("ناقص", "ناقص"), ("ناقص", " ناقص\n")])
def test_the_same_note_is_no_edit(before: str | None, text: str) -> None:
    assert operations.set_note(Note(article().uid, SANAE, before) if before else None, article(), SANAE, text) == []


# Relabelling and resizing.


def test_relabelling_changes_only_the_label() -> None:
    before = span("DATE", 0, 8, value="2024")
    assert operations.relabel(article(), [before], before, "PLAN") == [
        Edit(before, msgspec.structs.replace(before, label="PLAN"))
    ]


@pytest.mark.parametrize(("note", "expected"), [(None, "2023، ثم لا شيء"), ("مهم", "مهم\n2023، ثم لا شيء")])
def test_a_value_that_is_no_date_becomes_a_note_among_dates(note: str | None, expected: str) -> None:
    before = msgspec.structs.replace(span("PLAN", 0, 8, value="2023، ثم لا شيء"), note=note)
    after = msgspec.structs.replace(before, label="DATE", value=None, note=expected)
    assert operations.relabel(article(), [before], before, "DATE") == [Edit(before, after)]
    assert operations.replace_span(article(), [before], "Sanae", before, "DATE", 0, 8) == [Edit(before, after)]
    assert list(apply_edits([after], [Edit(before, after).inverse()])) == [before]


@pytest.mark.parametrize("value", ["2023/2030", "2024-07-09", None])
def test_a_value_that_is_a_date_stays_among_dates(value: str | None) -> None:
    before = span("PLAN", 0, 8, value=value)
    assert operations.relabel(article(), [before], before, "DATE") == [
        Edit(before, msgspec.structs.replace(before, label="DATE"))
    ]


def test_an_impossible_date_stays_as_it_is_when_only_its_edges_move() -> None:
    before = span("DATE", 0, 8, value="2024-02-31")
    [edit] = operations.replace_span(article(), [before], "Sanae", before, "DATE", 0, 4)
    assert edit.after == msgspec.structs.replace(before, end=4)


def test_relabelling_with_the_same_label_does_nothing() -> None:
    before = span("DATE", 0, 8)
    assert operations.relabel(article(), [before], before, "DATE") == []


def test_relabelling_into_a_duplicate_is_refused() -> None:
    before, twin = span("DATE", 0, 8), span("PLAN", 0, 8, uid="t")
    with pytest.raises(InvalidEdit, match="already has that label"):
        operations.relabel(article(), [before, twin], before, "PLAN")


def test_resizing_changes_only_the_edges() -> None:
    before = span("DATE", 0, 8, value="2024")
    assert operations.resize(article(), [before], before, 9, 23) == [
        Edit(before, msgspec.structs.replace(before, start=9, end=23))
    ]


def test_resizing_to_the_same_edges_does_nothing() -> None:
    before = span("DATE", 0, 8)
    assert operations.resize(article(), [before], before, 0, 8) == []


@pytest.mark.parametrize(
    ("start", "end", "message"),
    [
        (-1, 8, "not within the text"),
        (0, len(TEXT) + 1, "not within the text"),
        (8, 8, "not within the text"),
        (8, 0, "not within the text"),
        (8, 9, "contains only whitespace"),
        (9, 23, "already has that label"),
    ],
)
def test_resizing_is_refused_like_adding(start: int, end: int, message: str) -> None:
    before, twin = span("DATE", 0, 8), span("DATE", 9, 23, uid="t")
    with pytest.raises(InvalidEdit, match=message):
        operations.resize(article(), [before, twin], before, start, end)


@given(st.sampled_from(["DATE", "PLAN", "INSTITUTION"]), st.data())
def test_a_changed_span_keeps_its_uid_value_note_and_annotator(label: str, data: st.DataObject) -> None:
    before = span("DATE", 0, 8, uid="kept", value="2024-07-09")
    start = data.draw(st.integers(0, len(TEXT) - 1))
    end = data.draw(st.integers(start + 1, len(TEXT)))
    assume(TEXT[start:end].strip())
    layer = apply_edits([before], operations.relabel(article(), [before], before, label))
    (relabelled,) = (record for record in layer if isinstance(record, Span))
    (resized,) = apply_edits(layer, operations.resize(article(), [relabelled], relabelled, start, end))
    assert resized == msgspec.structs.replace(before, label=label, start=start, end=end)


# Removing, states.


def test_removed_span_is_restored_by_undo() -> None:
    removed, kept_span = span("DATE", 0, 8), span("PLAN", 0, 8, uid="t")
    edits = operations.remove_span(removed)
    assert apply_edits([removed, kept_span], edits) == Counter([kept_span])
    assert undo_edits([kept_span], edits) == Counter([removed, kept_span])


@pytest.mark.parametrize("state", STATES)
def test_state_is_set_and_changed(state: str) -> None:
    status = Status(article().uid, SANAE, state)
    assert operations.set_state(None, article(), SANAE, state) == [Edit(None, status)]
    assert operations.set_state(status, article(), SANAE, state) == []
    other_status = Status(article().uid, SANAE, next(candidate for candidate in STATES if candidate != state))
    assert operations.set_state(other_status, article(), SANAE, state) == [Edit(other_status, status)]


# Zones.


def kind_per_character(text: str, zones: Iterable[Record]) -> list[str | None]:
    """Return the kind of zone of every code point."""
    kinds: list[str | None] = [None] * len(text)
    for record in zones:
        if isinstance(record, Zone):
            kinds[record.start : record.end] = [record.kind] * (record.end - record.start)
    return kinds


def sorted_zones(zones: Iterable[Record]) -> list[tuple[str, int, int]]:
    """Return kind, start and end of the zones, in the order of the text."""
    return sorted(
        ((record.kind, record.start, record.end) for record in zones if isinstance(record, Zone)),
        key=lambda row: row[1],
    )


def test_zone_is_marked_in_text_without_zones() -> None:
    (edit,) = operations.mark_zone(article(), [], BODY, 41, 60)
    assert edit.before is None
    assert sorted_zones([edit.after] if edit.after else []) == [(BODY, 41, 60)]


@pytest.mark.parametrize(
    ("start", "end", "expected"),
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
def test_overlapping_zone_is_trimmed_split_or_replaced(
    start: int, end: int, expected: list[tuple[str, int, int]]
) -> None:
    old = zone(BODY, 10, 20, uid="old")
    zones = apply_edits([old], operations.mark_zone(article(), [old], HEADLINE, start, end))
    assert sorted_zones(zones) == expected
    if any(kind == BODY for kind, *_range in expected):
        assert any(isinstance(record, Zone) and record.uid == "old" for record in zones), (
            "the rest is still the same zone"
        )


def test_marking_the_same_zone_does_nothing() -> None:
    assert operations.mark_zone(article(), [zone(BODY, 10, 20)], BODY, 10, 20) == []


@pytest.mark.parametrize(("start", "end"), [(-1, 4), (4, 4), (5, 4), (0, len(TEXT) + 1)])
def test_a_zone_outside_the_text_or_without_length_is_refused(start: int, end: int) -> None:
    with pytest.raises(InvalidEdit, match="Nothing is selected"):
        operations.mark_zone(article(), [], BODY, start, end)


def test_unknown_kind_of_zone_raises_value_error() -> None:
    with pytest.raises(ValueError, match="sidebar"):
        operations.mark_zone(article(), [], "sidebar", 0, 4)


def test_dateline_sets_the_publication_time() -> None:
    edits = operations.mark_zone(article(), [], DATELINE, 0, 40)
    uid = article().uid
    assert edits[-1] == Edit(Publication(uid, None), Publication(uid, "2024-07-09T09:00"))


def test_dateline_replaces_the_publication_time() -> None:
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
def test_publication_time_is_otherwise_unchanged(kind: str, published: str | None, start: int, end: int) -> None:
    edits = operations.mark_zone(article(published=published), [], kind, start, end)
    assert [type(edit.after) for edit in edits] == [Zone]


texts = st.text(
    st.sampled_from("خطةلاأدلِـ 2024-💉\n\u200f\u200e«»“”.\u0651") | st.characters(codec="utf-8"),
    min_size=1,
    max_size=40,
)


@st.composite
def zoned_articles(draw: st.DrawFn) -> tuple[Article, list[Zone]]:
    """Draw an article with zones that do not overlap, as in a corpus."""
    text = draw(texts)
    edges = sorted(draw(st.sets(st.integers(0, len(text)), max_size=10)))
    zones = [
        Zone(f"z{index}", article_uid(text), draw(st.sampled_from(ZONE_KINDS)), start, end)
        for index, (start, end) in enumerate(pairwise(edges))
        if draw(st.booleans())
    ]
    return article(text), draw(st.permutations(zones))


@st.composite
def markings(draw: st.DrawFn) -> tuple[Article, list[Zone], str, int, int]:
    zoned_article, zones = draw(zoned_articles())
    start = draw(st.integers(0, len(zoned_article.text) - 1))
    return (
        zoned_article,
        zones,
        draw(st.sampled_from(ZONE_KINDS)),
        start,
        draw(st.integers(start + 1, len(zoned_article.text))),
    )


@given(markings())
def test_marking_covers_the_range_and_keeps_the_rest(
    marking: tuple[Article, list[Zone], str, int, int],
) -> None:
    zoned_article, zones, kind, start, end = marking
    edits = operations.mark_zone(zoned_article, zones, kind, start, end)
    assert all(edit.before != edit.after for edit in edits), "an edit that changes nothing"
    result = apply_edits(zones, edits)
    remaining = [item for item in result if isinstance(item, Zone)]
    operations.check_zones(zoned_article, remaining)
    assert (kind, start, end) in sorted_zones(remaining)
    kinds_before = kind_per_character(zoned_article.text, zones)
    assert (
        kind_per_character(zoned_article.text, remaining)
        == kinds_before[:start] + [kind] * (end - start) + kinds_before[end:]
    )
    assert len({item.uid for item in remaining}) == len(remaining)
    assert all(item.article == zoned_article.uid for item in remaining)
    assert all(item in remaining for item in zones if item.end <= start or end <= item.start)


@given(markings())
def test_undoing_a_marking_restores_the_zones(
    marking: tuple[Article, list[Zone], str, int, int],
) -> None:
    zoned_article, zones, kind, start, end = marking
    publication = Publication(zoned_article.uid, zoned_article.published)
    edits = operations.mark_zone(zoned_article, zones, kind, start, end)
    after = apply_edits([*zones, publication], edits)
    assert undo_edits(after, edits) == Counter([*zones, publication])


@given(markings())
def test_marking_is_idempotent(marking: tuple[Article, list[Zone], str, int, int]) -> None:
    zoned_article, zones, kind, start, end = marking
    after = apply_edits(
        [*zones, Publication(zoned_article.uid, None)], operations.mark_zone(zoned_article, zones, kind, start, end)
    )
    assert (
        operations.mark_zone(zoned_article, (record for record in after if isinstance(record, Zone)), kind, start, end)
        == []
    )


def test_separate_zones_within_the_text_are_accepted() -> None:
    length = len(TEXT)
    operations.check_zones(article(), [zone(BODY, 41, length), zone(DATELINE, 0, 40), zone(BOILERPLATE, 40, 41)])
    operations.check_zones(article(), [])


@pytest.mark.parametrize(
    ("zones", "message"),
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
def test_invalid_zones_are_refused(zones: list[Zone], message: str) -> None:
    with pytest.raises(InvalidEdit, match=message):
        operations.check_zones(article(), zones)


# Everything together.


def draw_edits(data: st.DataObject, zoned_article: Article, layer: list[Span]) -> list[Edit]:
    """Return the edits of one operation, chosen at random."""
    start = data.draw(st.integers(0, len(zoned_article.text)))
    end = data.draw(st.integers(0, len(zoned_article.text)))
    label = data.draw(st.sampled_from(["DATE", "INSTITUTION", "PLAN"]))
    operation = data.draw(st.sampled_from(["add", "relabel", "resize", "remove"])) if layer else "add"
    if operation == "add":
        return operations.add_span(zoned_article, layer, SANAE, label, start, end)
    target = data.draw(st.sampled_from(layer))
    if operation == "relabel":
        return operations.relabel(zoned_article, layer, target, label)
    if operation == "resize":
        return operations.resize(zoned_article, layer, target, start, end)
    return operations.remove_span(target)


@given(texts, st.data())
def test_layer_stays_valid_and_every_edit_can_be_undone(text: str, data: st.DataObject) -> None:
    zoned_article = article(text)
    layers: list[Counter[Record]] = [Counter()]
    steps: list[list[Edit]] = []
    for _ in range(data.draw(st.integers(1, 12))):
        # Sorted without the uids, which differ at each run: a choice must select the same span again.
        spans_in_layer = (span_ for span_ in layers[-1] if isinstance(span_, Span))
        layer = sorted(spans_in_layer, key=lambda span_: (span_.start, span_.end, span_.label))
        try:
            edits = draw_edits(data, zoned_article, layer)
        except InvalidEdit:
            continue
        layers.append(apply_edits(layers[-1], edits))
        steps.append(edits)
        spans = [span_ for span_ in layers[-1] if isinstance(span_, Span)]
        for span_ in spans:
            operations.check_span(zoned_article, span_)
        assert len({(span_.label, span_.start, span_.end) for span_ in spans}) == len(spans)
        assert len({span_.uid for span_ in spans}) == len(spans)
    while steps:
        assert undo_edits(layers.pop(), steps.pop()) == layers[-1]
    assert layers == [Counter()]


PROPOSED: Final = Suggestion(0, 23, "DATE", "dates", 0.9, "2024-07-09")


def test_suggestion_accepted_unchanged_keeps_its_source_and_value() -> None:
    [edit] = operations.accept(article(), [], SANAE, PROPOSED, PROPOSED)
    assert edit.before is None
    assert isinstance(edit.after, Span)
    assert (edit.after.label, edit.after.start, edit.after.end) == ("DATE", 0, 23)
    assert (edit.after.source, edit.after.value) == ("dates", "2024-07-09")
    with pytest.raises(InvalidEdit):
        operations.accept(article(), [edit.after], SANAE, PROPOSED, PROPOSED)


@pytest.mark.parametrize("change", [{"label": "INSTITUTION"}, {"start": 9}, {"end": 18}])
def test_suggestion_accepted_with_changes_is_the_annotators_own_and_is_rejected(change: dict[str, object]) -> None:
    edited = msgspec.structs.replace(PROPOSED, **change)
    added, rejection = (edit.after for edit in operations.accept(article(), [], SANAE, PROPOSED, edited))
    assert isinstance(added, Span)
    assert (added.label, added.start, added.end) == (edited.label, edited.start, edited.end)
    assert (added.source, added.value) == (None, None)
    assert isinstance(rejection, Rejection)
    assert (rejection.label, rejection.start, rejection.end, rejection.source) == ("DATE", 0, 23, "dates")


def test_several_suggestions_are_accepted_all_or_none() -> None:
    other = msgspec.structs.replace(PROPOSED, start=40, end=60, label="PLAN")
    edits = operations.accept_all(article(), [], SANAE, [PROPOSED, other])
    assert [edit.after.label for edit in edits if isinstance(edit.after, Span)] == ["DATE", "PLAN"]
    with pytest.raises(InvalidEdit):
        operations.accept_all(article(), [span("PLAN", 40, 60)], SANAE, [PROPOSED, other])


@pytest.mark.parametrize("operation", ["relabel", "resize", "remove"])
def test_changing_an_accepted_suggestion_rejects_it(operation: str) -> None:
    accepted = msgspec.structs.replace(span("DATE", 0, 23), source="dates")
    if operation == "relabel":
        edits = operations.relabel(article(), [accepted], accepted, "PLAN")
    elif operation == "resize":
        edits = operations.resize(article(), [accepted], accepted, 0, 18)
    else:
        edits = operations.remove_span(accepted)
    after, rejection = (edit.after for edit in edits)
    assert edits[0].before == accepted
    assert after is None if operation == "remove" else isinstance(after, Span) and after.source is None
    assert isinstance(rejection, Rejection)
    assert (rejection.article, rejection.annotator) == (accepted.article, accepted.annotator)
    assert (rejection.label, rejection.start, rejection.end, rejection.source) == ("DATE", 0, 23, "dates")


def test_describing_an_accepted_suggestion_keeps_it_accepted() -> None:
    accepted = msgspec.structs.replace(span("DATE", 0, 23), source="dates")
    [edit] = operations.describe_span(accepted, "2024-07-10", "")
    assert isinstance(edit.after, Span)
    assert edit.after.source == "dates"


def test_span_is_replaced_by_another_label_other_edges_or_nothing() -> None:
    original = span("DATE", 0, 4, value="2024")
    replace = partial(operations.replace_span, article(), [original], "Sanae")
    [edit] = replace(original, "PLAN", 0, 4)
    assert edit == Edit(original, msgspec.structs.replace(original, label="PLAN"))
    [edit] = replace(original, "DATE", 0, 3)
    assert edit == Edit(original, msgspec.structs.replace(original, end=3))
    assert replace(original, None, 0, 4) == [Edit(original, None)]
    assert replace(original, "DATE", 0, 4) == []


def test_replacing_no_span_adds_one() -> None:
    [edit] = operations.replace_span(article(), [], "Sanae", None, "PLAN", 0, 4)
    assert isinstance(edit.after, Span)
    assert (edit.before, edit.after.label, edit.after.start, edit.after.end) == (None, "PLAN", 0, 4)
    assert operations.replace_span(article(), [], "Sanae", None, None, 0, 4) == []


def test_replacing_by_an_existing_span_removes_the_original() -> None:
    doubtful, existing = span("DATE", 0, 4), span("PLAN", 0, 4, "other")
    assert operations.replace_span(article(), [doubtful, existing], "Sanae", doubtful, "PLAN", 0, 4) == [
        Edit(doubtful, None)
    ]


def test_dismissal_names_the_issue() -> None:
    [edit] = operations.dismiss(article(), "Sanae", "huge", "DATE", 0, 4)
    assert edit.before is None
    assert isinstance(edit.after, Dismissal)
    assert (edit.after.article, edit.after.annotator) == (article().uid, "Sanae")
    assert (edit.after.kind, edit.after.label, edit.after.start, edit.after.end) == ("huge", "DATE", 0, 4)
    assert apply_edits([], [edit]) == Counter([edit.after])


def test_title_is_one_line_and_a_blank_one_restores_the_sources() -> None:
    uid = article().uid
    [given] = operations.set_title(None, article(), " خطة \n الصحة ")
    assert given == Edit(None, Title(uid, "خطة الصحة"))
    assert isinstance(given.after, Title)
    assert operations.set_title(given.after, article(), "خطة الصحة") == []
    assert operations.set_title(given.after, article(), " \t ") == [Edit(given.after, None)]
    assert operations.set_title(None, article(), "") == []
    assert operations.set_title(None, article(), "خطة\0 الصحة") == [Edit(None, Title(uid, "خطة� الصحة"))]


@pytest.mark.parametrize("published", ["2024", "2024-07", "2024-07-09", "2024-02-29", "2024-07-09T23:59", None])
def test_publication_is_a_year_month_day_or_minute(published: str | None) -> None:
    uid = article().uid
    expected = Edit(Publication(uid, "1999"), Publication(uid, published))
    assert operations.set_published(article(published="1999"), published) == [expected]
    assert operations.set_published(article(published=published), published) == []


@pytest.mark.parametrize(
    "published",
    ["", "soon", "09/07/2024", "2023-02-29", "2024-13", "0000", "2024-07-09T24:00", "2024-07-09 09:00", "٢٠٢٤-٠٧-٠٩"],
)
def test_other_publications_are_refused(published: str) -> None:
    with pytest.raises(InvalidEdit, match=r"2024-07-09T09:00"):
        operations.set_published(article(), published)


def test_article_is_removed_and_restored_once() -> None:
    [removal] = operations.remove_article(None, article())
    assert removal == Edit(None, Removal(article().uid))
    assert isinstance(removal.after, Removal)
    assert operations.remove_article(removal.after, article()) == []
    assert operations.restore_article(removal.after) == [removal.inverse()]
    assert operations.restore_article(None) == []
