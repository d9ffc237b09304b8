"""What is wrong in a corpus that could be opened: its pages, its rows, and whether its tables agree with one another.

Nothing here ends at the first fault: what cannot be read is told, and the rest is looked at.
"""

from collections.abc import Iterator
from typing import Any, Final

from msgspec import Struct

from annotator.i18n import _
from annotator.model.operations import Rejected, check_zones
from annotator.model.records import Article, Note, Publication, Record, Status, Zone, article_uid
from annotator.store import rows
from annotator.store.corpus import Corpus
from annotator.store.errors import CorpusError

FILE: Final = "file"
"""The pages of the file, or an index, are not in order."""
ROW: Final = "row"
"""A row cannot be read, or is about something that is not there."""
TEXT: Final = "text"
"""The text of an article is not the one that was stored."""
PLACE: Final = "place"
"""A span, a rejection, a dismissal, a zone or a place is not within its text, or zones overlap."""
RECORD: Final = "record"
"""A table does not hold what the recorded edits say that it holds."""

_AT_ONCE: Final = 500  # articles whose numbers are read at once


class Damage(Struct, frozen=True):
    """Something that is wrong: `kind` is one of the above, `row` what names the row in its `table`; both may be empty.

    `message` is a sentence in the reader's language.
    """

    kind: str
    table: str
    row: str
    message: str


def damage(corpus: Corpus) -> Iterator[Damage]:
    """All that is wrong in the corpus, as it is found: first the file as a whole, then article by article.

    Memory is that of one article with its edits. It takes about as long as an export of everything.
    """
    yield from _file(corpus)
    yield from _references(corpus)
    yield from _labels(corpus)
    yield from _stops(corpus)
    last = -1
    while True:
        query = "SELECT id FROM article WHERE id > ? ORDER BY id LIMIT ?"
        numbers, problem = _tried(corpus, "article", query, last, _AT_ONCE)
        yield from problem
        if not numbers:
            return
        for found in numbers:
            last = found["id"]
            yield from _article(corpus, last)


def _file(corpus: Corpus) -> Iterator[Damage]:
    """What SQLite finds: https://www.sqlite.org/pragma.html#pragma_integrity_check. Types, checks and indexes too."""
    found, problem = _tried(corpus, "", "PRAGMA integrity_check")
    yield from problem
    for row in found:
        [told] = row.values()
        if told != "ok":
            yield Damage(FILE, "", "", _("The file is damaged: {error}").format(error=" ".join(str(told).split())))


def _references(corpus: Corpus) -> Iterator[Damage]:
    found, problem = _tried(corpus, "", "PRAGMA foreign_key_check")
    yield from problem
    said = _("Row {row} of the table “{table}” is about something that the table “{other}” does not hold.")
    for row in found:
        table, number = str(row["table"]), str(row["rowid"])
        yield Damage(ROW, table, number, said.format(row=number, table=table, other=row["parent"]))


def _labels(corpus: Corpus) -> Iterator[Damage]:
    found, problem = _tried(corpus, "label", "SELECT * FROM label ORDER BY position")
    yield from problem
    for row in found:
        try:
            rows.to_label(row)
        except CorpusError as error:
            yield Damage(ROW, "label", str(row["name"]), str(error))


def _stops(corpus: Corpus) -> Iterator[Damage]:
    """What is wrong with where annotators stopped."""
    query = """
        SELECT annotator, "offset", coalesce(text, '') AS text
        FROM place LEFT JOIN article ON article.uid = place.article
    """
    found, problem = _tried(corpus, "place", query)
    yield from problem
    for row in found:
        try:
            rows.check_offset(str(row["annotator"]), row["offset"], len(row["text"]))
        except CorpusError as error:
            yield Damage(PLACE, "place", str(row["annotator"]), str(error))


def _article(corpus: Corpus, number: int) -> Iterator[Damage]:
    found, problem = _tried(corpus, "article", "SELECT * FROM article WHERE id = ?", number, row=number)
    yield from problem
    for row in found:
        try:
            article = rows.to_article(row)
        except CorpusError as error:
            yield Damage(ROW, "article", str(number), str(error))
            continue
        if _uid(article) != article.uid:
            said = _("The text of article {number} is not the one that was stored.")
            yield Damage(TEXT, "article", str(number), said.format(number=number))
        yield from _about(corpus, article)


def _uid(article: Article) -> str:
    try:
        return article_uid(article.text)
    except UnicodeEncodeError:  # half a character has no bytes
        return ""


def _about(corpus: Corpus, article: Article) -> Iterator[Damage]:
    """What is wrong with the rows about an article: each by itself, and beside the record."""
    held: dict[tuple[str, ...], Record] = {}
    lost = False
    for kind in rows.ABOUT_ARTICLES:
        table = rows.KEYS[kind][0]
        found, problem = _tried(corpus, table, f"SELECT * FROM {table} WHERE article = ?", article.uid)
        yield from problem
        lost |= bool(problem)
        for row in found:
            try:
                record = rows.to_record(kind, row)
            except CorpusError as error:
                yield Damage(ROW, table, _name(table, row), str(error))
                lost = True
                continue
            held[_key(record)] = record
            if isinstance(record, Zone | Status | Publication | Note):
                continue
            if not 0 <= record.start < record.end <= len(article.text):
                said = _("A span from {start} to {end} is not within the text of article {number}.")
                said = said.format(start=record.start, end=record.end, number=article.id)
                yield Damage(PLACE, table, record.uid, said)
    try:
        check_zones(article, [record for record in held.values() if isinstance(record, Zone)])
    except Rejected as error:
        said = _("Article {number}: {error}").format(number=article.id, error=error)
        yield Damage(PLACE, "zone", article.uid, said)
    if not lost:
        yield from _record(corpus, article, held)


def _record(corpus: Corpus, article: Article, held: dict[tuple[str, ...], Record]) -> Iterator[Damage]:
    """Where the last edit of something, if it has one, says something else than its table."""
    found, problem = _tried(corpus, "edit", "SELECT * FROM edit WHERE article = ? ORDER BY id", article.uid)
    yield from problem
    said: dict[tuple[str, ...], Record | None] = {}
    for row in found:
        try:
            edit = rows.to_edit(row)
        except CorpusError as error:
            yield Damage(ROW, "edit", str(row["id"]), str(error))
            return
        record = edit.after or edit.before
        if isinstance(record, rows.RECORDED):
            said[_key(record)] = edit.after
    for key, last in said.items():
        if held.get(key) != last:
            table, name = key[0], ", ".join(key[1:])
            message = _("Article {number}: the table “{table}” does not hold what the record of edits says of {row}.")
            yield Damage(RECORD, table, name, message.format(number=article.id, table=table, row=name))


def _key(record: Record) -> tuple[str, ...]:
    return (rows.KEYS[type(record)][0], *rows.key(record).values())


def _name(table: str, row: dict[str, Any]) -> str:
    columns = next(columns for name, columns in rows.KEYS.values() if name == table)
    return ", ".join(str(row[column]) for column in columns)


def _tried(
    corpus: Corpus, table: str, query: str, *values: object, row: object = ""
) -> tuple[list[dict[str, Any]], list[Damage]]:
    """The rows that can be read before the first that cannot, and what is wrong with that one, or with what was asked
    about this `row`."""
    found: list[dict[str, Any]] = []
    try:
        for one in corpus.query(query, *values):
            found.append(dict(one))
    except CorpusError as error:
        return found, [Damage(ROW if table else FILE, table, str(row), str(error))]
    return found, []
