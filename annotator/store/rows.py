"""Between the frozen values and the rows of their tables."""

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from annotator.core.labels import Colour, Label
from annotator.core.model import (
    Article,
    Dismissal,
    Edit,
    Note,
    Publication,
    Record,
    Rejection,
    Span,
    Status,
    Zone,
)

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
    if kind is Publication:
        return Publication(row["uid"], row["published"])
    return kind(**{field: row[field] for field in kind.__struct_fields__})


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


def decoded(text: str | None) -> Record | None:
    """The record that an edit keeps."""
    return None if text is None else msgspec.json.decode(text, type=Record)


def to_article(row: Mapping[str, Any]) -> Article:
    """The article in a row."""
    return Article(**{field: row[field] for field in Article.__struct_fields__})


def from_article(article: Article) -> dict[str, Any]:
    """The columns of an article's row, without those that the corpus gives it."""
    row = msgspec.structs.asdict(article)
    del row["id"]
    return row


def to_label(row: Mapping[str, Any]) -> Label:
    """The label in a row."""
    return Label(
        name=row["name"],
        title=msgspec.json.decode(row["title"], type=dict[str, str]),
        guideline=msgspec.json.decode(row["guideline"], type=dict[str, str]),
        colour=Colour(row["light"], row["dark"]),
        key=row["key"],
    )


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
