"""Conversion between immutable records and table rows.

A file may contain anything: rows are validated when read, and an invalid one raises DamagedCorpus, which names it.
"""

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import Any, Final, TypeVar

import msgspec
from msgspec import Struct

from annotator.i18n import _
from annotator.model.identities import label_uid
from annotator.model.label_history import LabelEdit, PlacedLabel
from annotator.model.labels import InvalidLabelSet, Label, check_label
from annotator.model.operations import InvalidEdit, check_zones_within
from annotator.model.reasons import Code, Reason
from annotator.model.records import (
    Article,
    Decision,
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
    Title,
    Zone,
)
from annotator.store.errors import DamagedCorpus
from annotator.store.table_titles import describe_table
from annotator.store.text_compression import DamagedText, compress_text, decompress_text

TABLE_KEYS: Final[dict[type[Record], tuple[str, tuple[str, ...]]]] = {
    Span: ("span", ("uid",)),
    Zone: ("zone", ("uid",)),
    Status: ("status", ("article", "annotator")),
    Publication: ("article", ("uid",)),
    Title: ("title", ("article",)),
    Removal: ("removal", ("article",)),
    Note: ("note", ("article", "annotator")),
    Rejection: ("rejection", ("uid",)),
    Dismissal: ("dismissal", ("uid",)),
    Resolution: ("resolution", ("step",)),
    Decision: ("decision", ("uid",)),
}
"""The table and key columns of each kind of record."""


ARTICLE_RECORDS: Final = tuple(kind for kind in TABLE_KEYS if kind is not Publication)
"""The kinds of records with a table of rows about articles."""

EDIT_TRACKED: Final = (Span, Zone, Status, Publication, Title, Removal, Note, Resolution, Decision)
"""The kinds of records whose last edit always agrees with their table.

Rejections and dismissals are deleted with their label, without an edit.
"""

FROM_EDITS: Final = tuple(kind for kind in EDIT_TRACKED if kind not in (Zone, Publication))
"""The kinds of records of which each has an edit. An article comes with its zones and time of publication."""


_KEYS_WITHOUT_VALUE: Final = tuple(f',"{key}":null' for key in ("value", "note", "source", "cause", "reason"))
"""What is left out of the JSON of records; a quote within a text is escaped, so it is never part of one."""

_MAX_QUOTED: Final = 100  # characters of a row's key
_Struct = TypeVar("_Struct", bound=Struct)
_RECORD_DECODER: Final[msgspec.json.Decoder[Record]] = msgspec.json.Decoder(Record)


def row_key(record: Record) -> dict[str, str]:
    """Return the values of the row's key columns."""
    if isinstance(record, Publication):
        return {"uid": record.article}
    return {column: getattr(record, column) for column in TABLE_KEYS[type(record)][1]}


def record_key(record: Record) -> tuple[str, ...]:
    """Return the record's table and the values of its key columns."""
    return (TABLE_KEYS[type(record)][0], *row_key(record).values())


def to_row(record: Record) -> dict[str, Any]:
    """Return the record's row by column."""
    if isinstance(record, Publication):
        return {"uid": record.article, "published": record.published}
    return msgspec.structs.asdict(record)


def to_record(kind: type[Record], row: Mapping[str, Any]) -> Record:
    """Return a row's record of this kind."""
    table, columns = TABLE_KEYS[kind]
    with _translating_row_errors(table, ", ".join(str(row[column]) for column in columns)):
        if kind is Publication:
            row = {"article": row["uid"], "published": row["published"]}
        return msgspec.convert(row, kind)


def insertion_table(edit: Edit) -> str | None:
    """Return the table to which an edit adds a row; None for other edits."""
    return TABLE_KEYS[type(edit.after)][0] if edit.before is None and edit.after is not None else None


def insert_sql(table: str, row: Mapping[str, Any], conflict: str = "ABORT") -> str:
    """Return the SQL to insert rows with this one's columns."""
    columns = ", ".join(f'"{column}"' for column in row)
    return f"INSERT OR {conflict} INTO {table} ({columns}) VALUES ({', '.join('?' * len(row))})"


def to_json(value: object) -> str:
    """Return the JSON of a value, for a column or SQLite's json_each()."""
    return msgspec.json.encode(value).decode()


def encode_record(record: Record | None) -> str | None:
    """Return the JSON of a record in an edit, without the keys that have no value."""
    if record is None:
        return None
    text = to_json(record)
    for key in _KEYS_WITHOUT_VALUE:
        text = text.replace(key, "")
    return text


def to_struct(table: str, row: Mapping[str, Any], kind: type[_Struct]) -> _Struct:
    """Return the value in a row of a table whose columns are its fields."""
    with _translating_row_errors(table, str(row["uid"])):
        return msgspec.convert(row, kind)


def to_edit(row: Mapping[str, Any]) -> Edit:
    """Return the edit in a row."""
    with _translating_row_errors("edit", str(row["id"])):
        return Edit(_decode_record(row["before"]), _decode_record(row["after"]))


def to_step(rows: Sequence[Mapping[str, Any]]) -> Step:
    """Return the step of these rows, which are its edits in their order."""
    first = rows[0]
    with _translating_row_errors("edit", str(first["id"])):
        columns = {
            column: first[column] for column in ("annotator", "time", "name", "undoes", "clock", "device", "actor")
        }
        return msgspec.convert({"uid": first["step"], "edits": tuple(map(to_edit, rows)), **columns}, Step)


def _decode_record(text: str | None) -> Record | None:
    return None if text is None else _RECORD_DECODER.decode(text)


def to_article(row: Mapping[str, Any]) -> Article:
    """Return the article in a row."""
    with _translating_row_errors("article", str(row["id"])):
        return msgspec.convert({**row, "text": decompress_text(row["compressed_text"], row["length"])}, Article)


def from_article(article: Article) -> dict[str, Any]:
    """Return an article's row, without the columns that the corpus fills in."""
    row = msgspec.structs.asdict(article)
    del row["id"], row["custom_title"], row["text"]
    return {**row, **from_text(article.text)}


def from_text(text: str) -> dict[str, Any]:
    """Return the columns of an article's row that have its text."""
    return {"compressed_text": compress_text(text), "length": len(text)}


def to_label(row: Mapping[str, Any]) -> Label:
    """Return the label in a row."""
    with _translating_row_errors("label", str(row["name"])):
        titles = {field: msgspec.json.decode(row[field]) for field in ("title", "guideline")}
        colour = {"light": row["light"], "dark": row["dark"]}
        label = msgspec.convert({"name": row["name"], "colour": colour, "key": row["key"], **titles}, Label)
        check_label(label)
        return label


def check_spans(spans: Iterable[Span], length: int, labels: Container[str]) -> None:
    """Raise DamagedCorpus unless spans are within `length` code points and have one of the labels."""
    for span in spans:
        if not 0 <= span.start < span.end <= length or span.label not in labels:
            with _translating_row_errors("span", span.uid):
                if span.label not in labels:
                    message = _("the corpus has no label {label}").format(label=span.label[:_MAX_QUOTED])
                    raise InvalidEdit(Reason(Code.UNKNOWN_LABEL, message))
                message = _("A span from {start} to {end} is not within the text.")
                raise InvalidEdit(Reason(Code.SPAN_OUTSIDE_TEXT, message.format(start=span.start, end=span.end)))


def check_range(record: Record, length: int) -> None:
    """Raise DamagedCorpus unless a record is within its text of `length` code points."""
    if isinstance(record, Zone):
        check_zones(record.article, [record], length)
    elif isinstance(record, Span):
        check_spans([record], length, [record.label])
    elif isinstance(record, Rejection | Dismissal | Decision) and not 0 <= record.start < record.end <= length:
        with _translating_row_errors(TABLE_KEYS[type(record)][0], record.uid):
            message = _("A span from {start} to {end} is not within the text.")
            raise InvalidEdit(Reason(Code.SPAN_OUTSIDE_TEXT, message.format(start=record.start, end=record.end)))


def check_zones(article: str, zones: Iterable[Zone], length: int) -> None:
    """Raise DamagedCorpus unless zones lie within their article's text without overlap."""
    with _translating_row_errors("zone", article):
        check_zones_within(length, zones)


def check_offset(annotator: str, offset: int, length: int) -> None:
    """Raise DamagedCorpus unless a last position is within its text of `length` code points."""
    if not isinstance(offset, int) or not 0 <= offset <= length:
        with _translating_row_errors("place", annotator):
            message = _("Position {offset} is not within the text.").format(offset=offset)
            raise InvalidEdit(Reason(Code.POSITION_OUTSIDE_TEXT, message))


def from_label(label: Label, position: int, uid: str | None = None) -> dict[str, Any]:
    """Return the row of a label, by default a new one."""
    return {
        "uid": uid or label_uid(label.name),
        "name": label.name,
        "position": position,
        "title": to_json(label.title),
        "guideline": to_json(label.guideline),
        "light": label.colour.light,
        "dark": label.colour.dark,
        "key": label.key,
    }


def to_label_edit(row: Mapping[str, Any]) -> LabelEdit:
    """Return the change of a label in a row."""
    with _translating_row_errors("label_edit", str(row["uid"])):
        labels = {column: _decode_placed_label(row[column]) for column in ("before", "after")}
        if labels["before"] is labels["after"] is None:
            raise InvalidEdit(Reason(Code.NO_CHANGE, _("it changes no label")))
        return msgspec.convert({**row, **labels}, LabelEdit)


def from_label_edit(edit: LabelEdit) -> dict[str, Any]:
    """Return the row of a change of a label."""
    before, after = _encode_placed_label(edit.before), _encode_placed_label(edit.after)
    return {**msgspec.structs.asdict(edit), "before": before, "after": after}


class _LabelRow(Struct):
    name: str
    position: int
    title: str
    guideline: str
    light: str
    dark: str
    key: str | None


@lru_cache(maxsize=256)  # a merge of a few steps reads the whole record several times
def _decode_placed_label(text: str | None) -> PlacedLabel | None:
    if text is None:
        return None
    row = msgspec.json.decode(text, type=_LabelRow)
    return PlacedLabel(to_label(msgspec.structs.asdict(row)), row.position)


def _encode_placed_label(label: PlacedLabel | None) -> str | None:
    if label is None:
        return None
    return to_json(
        {column: value for column, value in from_label(label.label, label.position).items() if column != "uid"}
    )


@contextmanager
def _translating_row_errors(table: str, row: str) -> Iterator[None]:
    """Translate errors of invalid values into a DamagedCorpus that names the row."""
    try:
        yield
    # RecursionError: JSON may be nested more deeply than Python can decode
    except (
        msgspec.MsgspecError,
        TypeError,
        UnicodeError,
        RecursionError,
        DamagedText,
        InvalidLabelSet,
        InvalidEdit,
    ) as error:
        row = f"{row[:_MAX_QUOTED]}…" if len(row) > _MAX_QUOTED else row
        message = _("Row {row} of the table “{table}” is damaged: {error}")
        raise DamagedCorpus(message.format(row=row, table=describe_table(table), error=error)) from error
