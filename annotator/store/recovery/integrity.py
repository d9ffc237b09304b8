"""Integrity checks of an opened corpus: pages, rows, and consistency of its tables.

A check goes on after a fault.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from msgspec import Struct

from annotator.i18n import _
from annotator.model.operations import InvalidEdit, check_zones
from annotator.model.reasons import Code
from annotator.model.records import (
    Article,
    Dismissal,
    Publication,
    Record,
    Rejection,
    Span,
    Zone,
    article_uid,
)
from annotator.store import row_mapping
from annotator.store.corpus import Corpus
from annotator.store.errors import CorpusError
from annotator.store.label_rows import is_recorded
from annotator.store.numbered_tables import STORED
from annotator.store.queries.recorded_edits import RECORDED_EDITS, replay_edits
from annotator.store.queries.team import to_team
from annotator.store.table_titles import describe_table

FILE: Final = Code.DAMAGED_FILE
"""Pages of the file, or an index, are damaged."""
ROW: Final = Code.DAMAGED_ROW
"""A row cannot be read, or refers to a missing one."""
TEXT: Final = Code.TEXT_CHANGED
"""An article's text is not the stored one."""
PLACE: Final = Code.MISPLACED_ROW
"""A span, rejection, dismissal, zone or last position is not within its text, or zones overlap."""
RECORD: Final = Code.CONTRADICTS_STEPS
"""A table contradicts the recorded edits."""

_INDEX_FINDING: Final = re.compile(r"(?:wrong # of entries in|missing from|non-unique entry in) index (\S+)")
_VALUE_FINDING: Final = re.compile(r"(?:value in|constraint failed in) (\w+)")
"""SQLite's words about an index and about a row; others are about pages."""
_BATCH_SIZE: Final = 500  # article numbers in one query


class Damage(Struct, frozen=True):
    """A fault in a corpus.

    `kind` is a constant above; `row` identifies the row in its `table`; both may be empty. `message` is a sentence in
    the user's language.
    """

    kind: Code
    table: str
    row: str
    message: str


def check_integrity(corpus: Corpus) -> Iterator[Damage]:
    """Yield all damage in the corpus: first of the whole file, then by article.

    Needs memory for one article's edits, and about the time of a full export.
    """
    yield from _check_file(corpus)
    yield from _check_references(corpus)
    yield from _check_rows(corpus, ROW, "label", "SELECT * FROM label ORDER BY position", "name", row_mapping.to_label)
    query = "SELECT * FROM label_edit ORDER BY clock, uid"
    yield from _check_rows(corpus, ROW, "label_edit", query, "uid", row_mapping.to_label_edit)
    yield from _check_label_record(corpus)
    yield from _check_rows(corpus, ROW, "team", "SELECT * FROM team", "uid", to_team)
    query = """
        SELECT annotator, "offset", coalesce(length, 0) AS length
        FROM place LEFT JOIN article ON article.uid = place.article
    """
    yield from _check_rows(corpus, PLACE, "place", query, "annotator", _check_position)
    last = -1
    while True:
        query = "SELECT id FROM article WHERE id > ? ORDER BY id LIMIT ?"
        batch, damage = _try_query(corpus, "article", query, last, _BATCH_SIZE)
        yield from damage
        if not batch:
            return
        for row in batch:
            last = row["id"]
            yield from _check_article(corpus, last)


def _check_file(corpus: Corpus) -> Iterator[Damage]:
    """Check pages, types, constraints and indexes: https://www.sqlite.org/pragma.html#pragma_integrity_check."""
    result, damage = _try_query(corpus, "", "PRAGMA integrity_check")
    yield from damage
    for row in result:
        [message] = row.values()
        if message != "ok":
            yield Damage(FILE, "", "", _explain_sqlite_finding(" ".join(str(message).split())))


def _explain_sqlite_finding(finding: str) -> str:
    """Return a sentence on a finding of PRAGMA integrity_check, whose own English follows as a detail."""
    if match := _INDEX_FINDING.search(finding):
        text = _("The index “{name}” does not agree with its table ({detail}).")
    elif match := _VALUE_FINDING.search(finding):
        text = _("The table “{name}” has a value that is not allowed there ({detail}).")
    else:
        return _("A page of the file is damaged ({detail}).").format(detail=finding)
    return text.format(name=describe_table(match[1]), detail=finding)


def _check_references(corpus: Corpus) -> Iterator[Damage]:
    result, damage = _try_query(corpus, "", "PRAGMA foreign_key_check")
    yield from damage
    message = _("Row {row} of the table “{table}” refers to something that is missing from the table “{other}”.")
    for row in result:
        table, number = str(row["table"]).removeprefix(STORED), str(row["rowid"])
        yield Damage(
            ROW,
            table,
            number,
            message.format(row=number, table=describe_table(table), other=describe_table(row["parent"])),
        )


def _check_rows(
    corpus: Corpus, kind: Code, table: str, query: str, key: str, check: Callable[[Mapping[str, Any]], object]
) -> Iterator[Damage]:
    """Check each row of a query, which the column `key` identifies."""
    result, damage = _try_query(corpus, table, query)
    yield from damage
    for row in result:
        try:
            check(row)
        except CorpusError as error:
            yield Damage(kind, table, str(row[key]), str(error))


def _check_label_record(corpus: Corpus) -> Iterator[Damage]:
    """Check that the labels are those that their recorded changes amount to."""
    try:
        agrees = is_recorded(corpus)
    except CorpusError:
        return  # `_check_rows` named the row
    if not agrees:
        yield Damage(RECORD, "label_edit", "", _("The labels do not agree with the record of their changes."))


def _check_position(row: Mapping[str, Any]) -> None:
    row_mapping.check_offset(str(row["annotator"]), row["offset"], row["length"])


def _check_article(corpus: Corpus, number: int) -> Iterator[Damage]:
    result, damage = _try_query(corpus, "article", "SELECT * FROM article WHERE id = ?", number, row=number)
    yield from damage
    for row in result:
        try:
            article = row_mapping.to_article(row)
        except CorpusError as error:
            yield Damage(ROW, "article", str(number), str(error))
            continue
        if _compute_uid(article) != article.uid:
            message = _("The text of article {number} is not the text that was stored.")
            yield Damage(TEXT, "article", str(number), message.format(number=number))
        yield from _check_annotations(corpus, article)


def _compute_uid(article: Article) -> str:
    try:
        return article_uid(article.text)
    except UnicodeEncodeError:  # a lone surrogate cannot be encoded
        return ""


def _check_annotations(corpus: Corpus, article: Article) -> Iterator[Damage]:
    """Check an article's rows by themselves, then against the recorded edits."""
    records: dict[tuple[str, ...], Record] = {}
    publication = Publication(article.uid, article.published)
    records[row_mapping.record_key(publication)] = publication
    is_incomplete = False
    for kind in row_mapping.ARTICLE_RECORDS:
        table = row_mapping.TABLE_KEYS[kind][0]
        result, damage = _try_query(corpus, table, f"SELECT * FROM {table} WHERE article = ?", article.uid)
        yield from damage
        is_incomplete |= bool(damage)
        for row in result:
            try:
                record = row_mapping.to_record(kind, row)
            except CorpusError as error:
                yield Damage(ROW, table, _row_name(table, row), str(error))
                is_incomplete = True
                continue
            records[row_mapping.record_key(record)] = record
            if not isinstance(record, Span | Rejection | Dismissal):
                continue
            if not 0 <= record.start < record.end <= len(article.text):
                message = _("A span from {start} to {end} is not within the text of article {number}.")
                message = message.format(start=record.start, end=record.end, number=article.id)
                yield Damage(PLACE, table, record.uid, message)
    try:
        check_zones(article, [record for record in records.values() if isinstance(record, Zone)])
    except InvalidEdit as error:
        message = _("Article {number}: {error}").format(number=article.id, error=error)
        yield Damage(PLACE, "zone", article.uid, message)
    if not is_incomplete:
        yield from _check_edits(corpus, article, records)


def _check_edits(corpus: Corpus, article: Article, records: dict[tuple[str, ...], Record]) -> Iterator[Damage]:
    """Check that the tables hold what each record's last edit says."""
    result, damage = _try_query(corpus, "edit", RECORDED_EDITS, article.uid)
    yield from damage
    last_states: dict[tuple[str, ...], Record | None] = {}
    for row in result:
        try:
            edit = row_mapping.to_edit(row)
        except CorpusError as error:
            yield Damage(ROW, "edit", str(row["id"]), str(error))
            return
        record = edit.after or edit.before
        if isinstance(record, row_mapping.EDIT_TRACKED) and row["reason"] is None:
            last_states[row_mapping.record_key(record)] = edit.after
    wrong_keys = [key for key, recorded in last_states.items() if records.get(key) != recorded]
    if wrong_keys:
        expected, _fit = replay_edits(article, result, records.values())
        wrong_keys = [key for key in wrong_keys if records.get(key) != expected.get(key)]
    for key in wrong_keys:
        table, name = key[0], ", ".join(key[1:])
        message = _("Article {number}: {row} in the table “{table}” does not match the edit history.")
        yield Damage(RECORD, table, name, message.format(number=article.id, table=describe_table(table), row=name))


def _row_name(table: str, row: dict[str, Any]) -> str:
    columns = next(columns for name, columns in row_mapping.TABLE_KEYS.values() if name == table)
    return ", ".join(str(row[column]) for column in columns)


def _try_query(
    corpus: Corpus, table: str, query: str, *values: object, row: object = ""
) -> tuple[list[dict[str, Any]], list[Damage]]:
    """Return the rows up to the first unreadable one, and its damage, as `row` of `table`."""
    result: list[dict[str, Any]] = []
    try:
        for mapping in corpus.query(query, *values):
            result.append(dict(mapping))  # noqa: PERF401 - those before an error are kept
    except CorpusError as error:
        return result, [Damage(ROW if table else FILE, table, str(row), str(error))]
    return result, []
