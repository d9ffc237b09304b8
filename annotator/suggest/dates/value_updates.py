"""New values for spans whose date was resolved against another day of publication."""

from collections.abc import Iterable, Iterator

from msgspec.structs import replace

from annotator.model.records import Article, Edit, Publication, Span
from annotator.suggest.dates import find_dates


def update_values(article: Article, spans: Iterable[Span], edits: Iterable[Edit]) -> Iterator[Edit]:
    """Yield the edits of spans that have the value which their text has with the old publication, but not the new one.

    `edits` may change the publication; other values, which an annotator typed, are left alone.
    """
    changes = [edit.after for edit in edits if isinstance(edit.after, Publication)]
    if not changes:
        return
    old_values = _read_values(article, article.published)
    new_values = _read_values(article, changes[-1].published)
    for span in spans:
        key = span.start, span.end
        if key in old_values and span.value == old_values[key] != new_values[key]:
            yield Edit(span, replace(span, value=new_values[key]))


def _read_values(article: Article, published: str | None) -> dict[tuple[int, int], str | None]:
    return {(date.start, date.end): date.value for date in find_dates(article.text, published)}
