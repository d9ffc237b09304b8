"""New values for spans whose date was resolved against another day of publication."""

from collections.abc import Iterable, Iterator

from msgspec.structs import replace

from annotator.model.label_roles import is_date_label
from annotator.model.records import Article, Edit, Publication, Span
from annotator.suggest.dates.labelled_date import read_labelled_date


def update_values(article: Article, spans: Iterable[Span], edits: Iterable[Edit]) -> Iterator[Edit]:
    """Yield the edits of spans that have the value which their text has with the old publication, but not the new one.

    `edits` may change the publication; other values, which an annotator typed, are left alone.
    """
    changes = [edit.after for edit in edits if isinstance(edit.after, Publication)]
    if not changes:
        return
    renewed = replace(article, published=changes[-1].published)
    for span in spans:
        if not is_date_label(span.label):
            continue
        value = read_labelled_date(renewed, span.start, span.end)
        if span.value != value and span.value == read_labelled_date(article, span.start, span.end):
            yield Edit(span, replace(span, value=value))
