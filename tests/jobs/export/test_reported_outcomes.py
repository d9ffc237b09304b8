"""A report passes only if it has the expected outcome of each span, once, with a reason."""

from typing import Any

import msgspec
import pytest

from annotator.formats.report import Entry
from annotator.formats.spooling import Spool
from annotator.jobs.export.expected_outcomes import ExpectedOutcome
from annotator.jobs.export.read_back import NotVerified
from annotator.jobs.export.reported_outcomes import ReportedOutcomes
from annotator.model.reasons import Code
from annotator.model.records import AnnotatedArticle, Article, Span, article_uid
from annotator.tagging.flat import FLATTENED, OUTSIDE_ZONES, REFUSED, SPLIT, WIDENED, WRITTEN, TextRange

TEXT = "قال\u200f وزير الصحة اليوم"
UID = article_uid(TEXT)
ITEM = AnnotatedArticle(
    Article(UID, TEXT, id=3),
    (),
    tuple(
        Span(uid, UID, "سلمى", label, start, end)
        for uid, label, start, end in (("a", "A", 0, 3), ("b", "B", 5, 7), ("c", "C", 5, 9), ("d", "D", 10, 12))
    ),
)
EXPECTED = {
    "a": ExpectedOutcome(WRITTEN, TextRange(0, 3), TextRange(0, 3)),
    "b": ExpectedOutcome(FLATTENED, None, TextRange(5, 9)),
    "c": ExpectedOutcome(WRITTEN, TextRange(5, 9), TextRange(5, 9)),
    "d": ExpectedOutcome(WIDENED, TextRange(10, 15), TextRange(10, 15)),
}
RIGHT = {
    FLATTENED: [Entry(3, "b", 5, 7, "B", TEXT[5:7], "inside another", Code.INSIDE_SPAN, None)],
    WIDENED: [Entry(3, "d", 10, 12, "D", TEXT[10:12], "cuts a word", Code.SPAN_WIDENED, TEXT[10:15])],
}


def reported(entries: dict[str, list[Entry]], *, keeps_flattened: bool = False) -> ReportedOutcomes:
    spools = {outcome: Spool(Entry) for outcome in (WIDENED, SPLIT, FLATTENED, REFUSED, OUTSIDE_ZONES)}
    for outcome, some in entries.items():
        for entry in some:
            spools[outcome].append(entry)
    return ReportedOutcomes(spools, keeps_flattened=keeps_flattened)


def entry_with(outcome: str, **fields: Any) -> dict[str, list[Entry]]:
    """Return the right entries, except for these fields of the entry with this outcome."""
    [entry] = RIGHT[outcome]
    return {**RIGHT, outcome: [msgspec.structs.replace(entry, **fields)]}


def test_a_correct_report_passes_and_spans_without_an_entry_are_counted() -> None:
    outcomes = reported(RIGHT)
    assert outcomes.check(ITEM, EXPECTED) == 2
    outcomes.check_end()


@pytest.mark.parametrize(
    "wrong",
    [
        *(entry_with(WIDENED, **{field: value}) for field, value in (("start", 9), ("end", 13), ("label", "A"))),
        *(entry_with(WIDENED, **{field: value}) for field, value in (("text", "x"), ("became", "x"), ("reason", ""))),
        entry_with(FLATTENED, became=TEXT[5:9]),
        entry_with(FLATTENED, reason=""),
        {WIDENED: RIGHT[WIDENED]},
        {FLATTENED: RIGHT[FLATTENED]},
        {WIDENED: RIGHT[WIDENED], REFUSED: RIGHT[FLATTENED]},
        {**RIGHT, SPLIT: [Entry(3, "a", 0, 3, "A", TEXT[:3], "x", Code.TOKEN_SPLIT, TEXT[:3])]},
    ],
)
def test_a_wrong_or_missing_entry_or_outcome_raises(wrong: dict[str, list[Entry]]) -> None:
    with pytest.raises(NotVerified, match="Article 3: the report is wrong about"):
        reported(wrong).check(ITEM, EXPECTED)


@pytest.mark.parametrize(
    "more",
    [
        {SPLIT: RIGHT[WIDENED]},  # the same span once more, under another outcome
        {WIDENED: [*RIGHT[WIDENED], *RIGHT[WIDENED]]},
        {SPLIT: [Entry(3, "e", 0, 3, "A", TEXT[:3], "x", Code.TOKEN_SPLIT, None)]},
    ],
)
def test_an_entry_for_an_unknown_span_or_a_second_entry_raises(more: dict[str, list[Entry]]) -> None:
    with pytest.raises(NotVerified, match="entries that are not in the corpus"):
        reported({**RIGHT, **more}).check(ITEM, EXPECTED)


def test_an_entry_for_an_unexported_article_raises_at_the_end() -> None:
    for outcome in (WIDENED, OUTSIDE_ZONES):
        outcomes = reported(
            {**RIGHT, outcome: [*RIGHT.get(outcome, []), Entry(9, "x", 0, 1, "A", "x", "x", Code.TOKEN_SPLIT, None)]}
        )
        assert outcomes.check(ITEM, EXPECTED) == 2
        with pytest.raises(NotVerified, match="entries that are not in the corpus"):
            outcomes.check_end()


@pytest.mark.parametrize("outcome", [FLATTENED, REFUSED])
def test_flattened_spans_stored_separately_are_reported_as_if_alone(outcome: str) -> None:
    expected = {**EXPECTED, "b": msgspec.structs.replace(EXPECTED["b"], kind=outcome)}
    [entry] = RIGHT[FLATTENED]
    entries = {WIDENED: RIGHT[WIDENED], outcome: [msgspec.structs.replace(entry, became=TEXT[5:9])]}
    assert reported(entries, keeps_flattened=True).check(ITEM, expected) == 2
    with pytest.raises(NotVerified):
        reported({WIDENED: RIGHT[WIDENED], outcome: [entry]}, keeps_flattened=True).check(ITEM, expected)


def test_the_reported_text_has_no_invisible_marks() -> None:
    item = msgspec.structs.replace(ITEM, spans=(Span("a", UID, "سلمى", "A", 0, 3),))
    expected = {"a": ExpectedOutcome(WIDENED, TextRange(0, 9), TextRange(0, 9))}
    entry = Entry(3, "a", 0, 3, "A", TEXT[:3], "cuts a word", Code.SPAN_WIDENED, "قال وزير")
    assert reported({WIDENED: [entry]}).check(item, expected) == 0
    with pytest.raises(NotVerified):
        reported({WIDENED: [msgspec.structs.replace(entry, became=TEXT[:9])]}).check(item, expected)
