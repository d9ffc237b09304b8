"""Between the frozen values and the rows of their tables.

What a row holds is looked at, for a file may hold anything: whatever reads one raises Damaged, which names the row.
"""

from collections.abc import Container, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

import msgspec

from annotator.i18n import _
from annotator.model.labels import BadLabelSet, Label, check_label
from annotator.model.operations import Rejected, check_zones_within
from annotator.model.records import Article, Dismissal, Edit, Note, Publication, Record, Rejection, Span, Status, Zone
from annotator.store.errors import Damaged

KEYS: Final[dict[type[Record], tuple[str, tuple[str, ...]]]] = {
    Span: ("span", ("uid",)),
    Zone: ("zone", ("uid",)),
    Status: ("status", ("article", "annotator")),
    Publication: ("article", ("uid",)),
    Note: ("note", ("article", "annotator")),
    Rejection: ("rejection", ("uid",)),
    Dismissal: ("dismissal", ("uid",)),
}
"""For each kind of record: its table, and the columns that tell one row from another."""


ABOUT_ARTICLES: Final = tuple(kind for kind in KEYS if kind is not Publication)
"""The kinds that have a table of their own, each row about an article."""

RECORDED: Final = (Span, Zone, Status, Note)
"""The kinds of which the last edit says what their table holds. A rejection or dismissal leaves with its label, and no
edit says so; a publication is a column of its article."""


_SHOWN: Final = 100  # characters of what names a row, which may be of any length


def key(record: Record) -> dict[str, str]:
    """The columns that find `record`'s row."""
    if isinstance(record, Publication):
        return {"uid": record.article}
    return {column: getattr(record, column) for column in KEYS[type(record)][1]}


def to_row(record: Record) -> dict[str, Any]:
    """The columns of `record`'s row."""
    if isinstance(record, Publication):
        return {"uid": record.article, "published": record.published}
    return msgspec.structs.asdict(record)


def to_record(kind: type[Record], row: Mapping[str, Any]) -> Record:
    """The record of this kind in a row."""
    table, columns = KEYS[kind]
    with _reading(table, ", ".join(str(row[column]) for column in columns)):
        if kind is Publication:
            row = {"article": row["uid"], "published": row["published"]}
        return msgspec.convert(row, kind)


def added_to(edit: Edit) -> str | None:
    """The table that an edit adds a row to; None if it changes or removes one."""
    return KEYS[type(edit.after)][0] if edit.before is None and edit.after is not None else None


def insertion(table: str, row: Mapping[str, Any], conflict: str = "ABORT") -> str:
    """The SQL that inserts rows with the columns of this one."""
    columns = ", ".join(f'"{column}"' for column in row)
    return f"INSERT OR {conflict} INTO {table} ({columns}) VALUES ({', '.join('?' * len(row))})"


def encoded(record: Record | None) -> str | None:
    """A record as an edit keeps it."""
    return None if record is None else msgspec.json.encode(record).decode()


def to_edit(row: Mapping[str, Any]) -> Edit:
    """The edit in a row."""
    with _reading("edit", str(row["id"])):
        return Edit(_decoded(row["before"]), _decoded(row["after"]))


def _decoded(text: str | None) -> Record | None:
    return None if text is None else msgspec.json.decode(text, type=Record)


def to_article(row: Mapping[str, Any]) -> Article:
    """The article in a row."""
    with _reading("article", str(row["id"])):
        return msgspec.convert(row, Article)


def from_article(article: Article) -> dict[str, Any]:
    """The columns of an article's row, without those that the corpus gives it."""
    row = msgspec.structs.asdict(article)
    del row["id"]
    return row


def to_label(row: Mapping[str, Any]) -> Label:
    """The label in a row."""
    with _reading("label", str(row["name"])):
        titles = {field: msgspec.json.decode(row[field]) for field in ("title", "guideline")}
        colour = {"light": row["light"], "dark": row["dark"]}
        label = msgspec.convert({"name": row["name"], "colour": colour, "key": row["key"], **titles}, Label)
        check_label(label)
        return label


def check_spans(spans: Iterable[Span], length: int, labels: Container[str]) -> None:
    """Raise Damaged unless each of the spans lies within its text, of so many code points, and has one of these
    labels."""
    for span in spans:
        if not 0 <= span.start < span.end <= length or span.label not in labels:
            with _reading("span", span.uid):
                if span.label not in labels:
                    raise Rejected(_("the corpus has no label {label}").format(label=span.label[:_SHOWN]))
                said = _("A span from {start} to {end} is not within the text.")
                raise Rejected(said.format(start=span.start, end=span.end))


def check_place(record: Record, length: int) -> None:
    """Raise Damaged unless what a record is about lies within its text, of so many code points."""
    if isinstance(record, Zone):
        check_zones(record.article, [record], length)
    elif isinstance(record, Span):
        check_spans([record], length, [record.label])
    elif isinstance(record, Rejection | Dismissal) and not 0 <= record.start < record.end <= length:
        with _reading(KEYS[type(record)][0], record.uid):
            said = _("A span from {start} to {end} is not within the text.")
            raise Rejected(said.format(start=record.start, end=record.end))


def check_zones(article: str, zones: Iterable[Zone], length: int) -> None:
    """Raise Damaged unless these zones of the article of this uid lie within its text and apart from each other."""
    with _reading("zone", article):
        check_zones_within(length, zones)


def check_offset(annotator: str, offset: int, length: int) -> None:
    """Raise Damaged unless the place where an annotator stopped is one of the text, of so many code points."""
    if not isinstance(offset, int) or not 0 <= offset <= length:
        with _reading("place", annotator):
            raise Rejected(_("Place {offset} is not within the text.").format(offset=offset))


def from_label(label: Label, position: int) -> dict[str, Any]:
    """The columns of a label's row."""
    return {
        "name": label.name,
        "position": position,
        "title": msgspec.json.encode(label.title).decode(),
        "guideline": msgspec.json.encode(label.guideline).decode(),
        "light": label.colour.light,
        "dark": label.colour.dark,
        "key": label.key,
    }


@contextmanager
def _reading(table: str, row: str) -> Iterator[None]:
    """Says of which row it is that what it holds is not what its columns are for."""
    try:
        yield
    # RecursionError: JSON may have more brackets than Python reads
    except (msgspec.MsgspecError, TypeError, UnicodeError, RecursionError, BadLabelSet, Rejected) as error:
        row = f"{row[:_SHOWN]}…" if len(row) > _SHOWN else row
        said = _("Row {row} of the table “{table}” is damaged: {error}")
        raise Damaged(said.format(row=row, table=table, error=error)) from error
