"""Tests that every released version of the schema can still be opened.

A corpus of each version lies in versions/, made by the program of its time, with its tables as JSON beside it.
"""

import json
import shutil
import sqlite3
from contextlib import closing
from operator import itemgetter
from pathlib import Path
from typing import Any, Final

import pytest
from builders import apply_edits, create_corpus
from running import raising

from annotator.generators import finish
from annotator.model import history
from annotator.store import backups, restoring, row_mapping, schema_check
from annotator.store.changesets import read_changeset
from annotator.store.corpus import Corpus
from annotator.store.merging import merge
from annotator.store.queries.article_list import load_all_summaries
from annotator.store.queries.search import find_article_numbers
from annotator.store.recovery.damaged_database import with_text
from annotator.store.recovery.integrity import check_integrity
from annotator.store.recovery.salvage import salvage
from annotator.store.schema import VERSION

STORED: Final = Path(__file__).parent / "versions"
VERSIONS: Final = sorted(int(path.stem[1:]) for path in STORED.glob("v*.corpus"))
ADDED_COLUMNS: Final = {
    "span": ("source",),
    "annotator": ("kind",),
    "label": ("uid",),
    "edit": ("clock", "device", "actor"),
}
"""The columns of later versions."""
FIRST_WITH_CLOCKS: Final = 7
_PAGE_SIZE: Final = 4096  # bytes
_HEADER_SIZE: Final = 100  # bytes of the first page


@pytest.fixture(params=VERSIONS)
def version(request: pytest.FixtureRequest) -> int:
    return int(request.param)


@pytest.fixture
def path(tmp_path: Path, version: int) -> Path:
    """Return a copy of the stored corpus, so that the stored file is never opened."""
    path = tmp_path / "قديم.corpus"
    shutil.copyfile(STORED / f"v{version}.corpus", path)
    return path


def expected(version: int) -> dict[str, list[dict[str, Any]]]:
    """Return the stored rows of every table in their order, those of spans and zones by uid."""
    stored_tables = json.loads((STORED / f"v{version}.json").read_text(encoding="utf-8"))
    tables = {
        name: [dict(zip(table["columns"], row, strict=True)) for row in table["rows"]]
        for name, table in stored_tables.items()
    }
    return tables | {name: sorted(tables[name], key=itemgetter("uid")) for name in ("span", "zone")}


def read_tables(corpus: Corpus, tables: dict[str, list[dict[str, Any]]]) -> dict[str, list[dict[str, Any]]]:
    order = {"article": "id", "span": "uid", "zone": "uid", "edit": "id"}  # views have no rowid
    rows = {name: corpus.query(f"SELECT * FROM {name} ORDER BY {order.get(name, 'rowid')}") for name in tables}
    return {
        name: list(map(with_text, rows[name])) if name == "article" else list(map(dict, rows[name])) for name in rows
    }


def decode_edits(tables: dict[str, list[dict[str, Any]]]) -> dict[str, list[dict[str, Any]]]:
    """Return the tables with the records of edits, whose JSON leaves out keys without a value since version 12."""
    edits = [(row, row_mapping.to_edit(row)) for row in tables["edit"]]
    return tables | {"edit": [{**row, "before": edit.before, "after": edit.after} for row, edit in edits]}


def old_columns(
    tables: dict[str, list[dict[str, Any]]], originals: dict[str, list[dict[str, Any]]]
) -> dict[str, list[dict[str, Any]]]:
    """Return the rows of tables of this version without the columns that these of an old one lack."""
    lacking = {
        name: {column for column in ADDED_COLUMNS.get(name, ()) if rows and column not in rows[0]}
        for name, rows in originals.items()
    }
    return {
        name: [{column: row[column] for column in row if column not in lacking[name]} for row in rows]
        for name, rows in tables.items()
    }


def test_corpus_of_every_released_version_is_stored() -> None:
    """Only the version in development may lack a stored corpus."""
    assert list(range(1, len(VERSIONS) + 1)) == VERSIONS
    assert VERSIONS[-1] >= VERSION - 1


def test_stored_corpus_has_its_version(version: int) -> None:
    with (STORED / f"v{version}.corpus").open("rb") as file:
        assert int.from_bytes(file.read(64)[60:], "big") == version


def test_migration_to_the_newest_version_loses_nothing(path: Path, version: int) -> None:
    tables = expected(version)
    assert len(tables["span"]) > 8
    with Corpus.open(path) as corpus:
        assert old_columns(decode_edits(read_tables(corpus, tables)), tables) == decode_edits(tables)
        assert list(check_integrity(corpus)) == []
        assert corpus.fetch_tuples("""SELECT id FROM edit WHERE instr(after, ',"note":null')""") == []
        assert schema_check.schema_mismatch(corpus.db, VERSION) == ""
        assert [summary.id for summary in load_all_summaries(corpus)] == [1, 2, 3, 4]
        spans = [span for annotated in corpus.load_articles([1, 2, 3, 4]) for span in annotated.spans]
        assert sorted(span.uid for span in spans) == sorted(row["uid"] for row in tables["span"])
        assert find_article_numbers(corpus, "وزاره الصحه") == [1]
        assert find_article_numbers(corpus, "راي") == [2]
        assert corpus.has_mention("وزارة العدل")


@pytest.mark.parametrize("has_header", [True, False])
def test_articles_of_a_damaged_file_of_any_version_are_salvaged(
    path: Path, version: int, tmp_path: Path, has_header: bool
) -> None:
    """Without its first page, the version is unknown."""
    content = path.read_bytes()
    start = _HEADER_SIZE if has_header else 0
    path.write_bytes(content[:start] + bytes(_PAGE_SIZE - start) + content[_PAGE_SIZE:])
    result = finish(salvage(path, tmp_path / "new.corpus"))
    articles = expected(version)["article"]
    assert result.articles == len(articles)
    with Corpus.open(tmp_path / "new.corpus") as corpus:
        salvaged = {article["uid"]: article["text"] for article in read_tables(corpus, {"article": []})["article"]}
    assert salvaged == {row["uid"]: row["text"] for row in articles}


def test_steps_of_a_migrated_corpus_have_clocks_in_their_order(path: Path, version: int) -> None:
    if version >= FIRST_WITH_CLOCKS:
        pytest.skip("its clocks are those of its merges")
    with Corpus.open(path) as corpus:
        steps = corpus.fetch_tuples("SELECT step, min(clock), max(clock) FROM edit GROUP BY step ORDER BY min(id)")
        assert [(low, high) for _step, low, high in steps] == [(n, n) for n in range(1, len(steps) + 1)]
        assert corpus.next_clock() == len(steps) + 1
        identities = corpus.fetch_tuples("SELECT annotator FROM identity ORDER BY annotator")
        assert identities == [(name,) for name in sorted(corpus.annotators())]
        labels = corpus.fetch_tuples("SELECT uid FROM label ORDER BY uid")
        query = "SELECT label FROM label_edit WHERE after IS NOT NULL ORDER BY label"
        assert corpus.fetch_tuples(query) == labels


def test_migrated_corpora_can_be_merged(path: Path, tmp_path: Path) -> None:
    """Recorded edits name labels that were deleted long ago."""
    with Corpus.open(path) as corpus, create_corpus(tmp_path / "new.corpus", labels=corpus.labels()) as other:
        finish(merge(other, read_changeset(corpus)))
        for (uid,) in corpus.fetch_tuples("SELECT uid FROM article"):
            assert other.spans(uid) == corpus.spans(uid)
        assert other.labels() == corpus.labels()
        assert list(check_integrity(other)) == []


def test_copies_of_a_corpus_are_migrated_to_the_same(path: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.corpus"
    shutil.copyfile(path, copy)
    query = "SELECT * FROM {table} ORDER BY 1"
    with Corpus.open(path) as corpus, Corpus.open(copy) as other:
        for table in ("edit", "identity", "label", "label_edit"):
            assert corpus.fetch_tuples(query.format(table=table)) == other.fetch_tuples(query.format(table=table))


def test_what_no_edit_of_a_repaired_file_names_gets_a_step_in_every_copy(
    path: Path, tmp_path: Path, version: int
) -> None:
    if version >= FIRST_WITH_CLOCKS:
        pytest.skip("only the change to clocks gives what no edit names a step")
    with closing(sqlite3.connect(path)) as db, db:
        uid = "json_extract(coalesce(after, before), '$.uid')"
        db.execute(f"DELETE FROM edit WHERE {uid} IN (SELECT uid FROM span WHERE rowid % 2)")
        db.execute(f"DELETE FROM edit WHERE {uid} IS NULL AND article IN (SELECT uid FROM article WHERE id % 2)")
    copy = tmp_path / "copy.corpus"
    shutil.copyfile(path, copy)
    with Corpus.open(path) as corpus, Corpus.open(copy) as other:
        edits = "SELECT * FROM edit ORDER BY id"
        assert corpus.fetch_tuples(edits) == other.fetch_tuples(edits)
        with create_corpus(tmp_path / "new.corpus", labels=corpus.labels()) as new:
            finish(merge(new, read_changeset(corpus)))
            for table in ("span", "status", "note", "rejection", "dismissal", "title", "removal"):
                query = f"SELECT * FROM {table}"
                assert sorted(new.fetch_tuples(query)) == sorted(corpus.fetch_tuples(query))
            assert list(check_integrity(corpus)) == list(check_integrity(new)) == []


def test_all_steps_of_a_migrated_corpus_can_be_undone_and_redone(path: Path) -> None:
    with Corpus.open(path) as corpus:
        before = {summary.uid: corpus.spans(summary.uid) for summary in load_all_summaries(corpus)}
        for uid in before:
            for annotator in corpus.annotators():
                while (undo := history.build_stacks(corpus.history(uid, annotator))[0]) != []:
                    undo_step(corpus, annotator, undo[-1].uid)
        assert list(check_integrity(corpus)) == []
        for uid in before:
            for annotator in corpus.annotators():
                while (redo := history.build_stacks(corpus.history(uid, annotator))[1]) != []:
                    undo_step(corpus, annotator, redo[-1].uid)
        assert {uid: corpus.spans(uid) for uid in before} == before


def undo_step(corpus: Corpus, annotator: str, uid: str) -> None:
    step = corpus.step(uid)
    apply_edits(corpus, history.reverse_step(step), annotator, undoes=uid, name=step.name)


def test_backup_before_a_migration_can_be_opened_and_restored(path: Path, version: int) -> None:
    stored = path.read_bytes()
    with Corpus.open(path) as corpus:
        [article] = [corpus.article(1)]
        corpus.save_position("Omar", article.uid, 1)
    old_backups = backups.list_backups(path)
    if version == VERSION:
        assert old_backups == []
        return
    [backup] = old_backups
    assert backup.reason == f"before version {VERSION}"
    with Corpus.open_backup(backup.path) as corpus:
        tables = expected(version)
        assert read_tables(corpus, tables) == tables
        assert restoring.read_contents(corpus).articles == 4
        assert [summary.id for summary in load_all_summaries(corpus)] == [1, 2, 3, 4]
    for _count in restoring.restore(path, backup.path):
        pass
    with Corpus.open(path) as corpus:
        assert corpus.last_position("Omar") != (article.uid, 1)
        assert old_columns(decode_edits(read_tables(corpus, tables)), tables) == decode_edits(tables)
    assert {backup_.reason for backup_ in backups.list_backups(path)} == {f"before version {VERSION}", "before restore"}
    assert len(backup.path.read_bytes()) == len(stored)


def test_file_is_not_migrated_if_no_backup_can_be_made(
    path: Path, version: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from annotator.store.errors import CorpusError, ReadOnlyCorpus

    monkeypatch.setattr(
        "annotator.store.backups.create_backup_beside",
        raising(ReadOnlyCorpus("the folder of the corpus cannot be written to either")),
    )
    if version == VERSION:
        pytest.skip("there is nothing to be changed")
    (tmp_path / "file").touch()
    monkeypatch.setenv("ANNOTATOR_HOME", str(tmp_path / "file"))
    with pytest.raises(CorpusError):
        Corpus.open(path)
    monkeypatch.delenv("ANNOTATOR_HOME")
    with Corpus.open_backup(path) as corpus:
        assert read_tables(corpus, expected(version)) == expected(version)


def test_open_connection_sees_the_migrated_schema(tmp_path: Path) -> None:
    path = tmp_path / "a.corpus"
    shutil.copyfile(STORED / "v4.corpus", path)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        with pytest.raises(sqlite3.IntegrityError):
            other.execute("UPDATE label SET title = 'no JSON'")
        Corpus.open(path).close()
        other.execute("UPDATE label SET title = 'no JSON'")  # version 5 leaves the check to the program
