"""The values of spans from their own words: what a date says, and the years in a plan's name."""

from collections.abc import Iterable

from msgspec.structs import replace

from annotator.model.label_roles import DATE, PLAN, is_date_label, role_of_label
from annotator.model.plan_values import years_in
from annotator.model.records import Article, Edit, Span, labelled_range


def read_value(article: Article, label: str, start: int, end: int) -> str | None:
    """Return the value of a new span with this label and edges; None if its words say none."""
    role = role_of_label(label)
    if role == PLAN:
        return years_in(article.text[start:end])
    if role == DATE:
        from annotator.suggest.dates.labelled_date import read_labelled_date  # slow to load

        return read_labelled_date(article, start, end)
    return None


def fill_values(article: Article, edits: Iterable[Edit]) -> list[Edit]:
    """Return the edits with the values that follow from the words of the spans they make or change.

    A new span has the value that its words say, unless it has one or is an accepted suggestion. With other edges or
    another label, a value that was read is read again; one that the annotator typed stays, and so do the years of a
    plan that becomes a date.
    """
    return [_fill(article, edit) for edit in edits]


def _fill(article: Article, edit: Edit) -> Edit:
    before, after = edit.before, edit.after
    if not isinstance(after, Span):
        return edit
    if before is None:
        is_own = after.value is None and after.source is None
        return replace(edit, after=replace(after, value=_read(article, after))) if is_own else edit
    if not isinstance(before, Span) or labelled_range(before) == labelled_range(after):
        return edit
    if before.value != _read(article, before):
        return edit
    value = _read(article, after)
    if value is None and after.label != before.label and is_date_label(after.label):
        value = after.value
    return replace(edit, after=replace(after, value=value))


def _read(article: Article, span: Span) -> str | None:
    return read_value(article, span.label, span.start, span.end)
