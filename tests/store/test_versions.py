"""Every version of the schema that was ever released opens for ever: a corpus of each lies in versions/, made by the
program of its time, with what was in its tables beside it as JSON."""

import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any, Final

import pytest

from annotator.model import history
from annotator.model.records import Step, new_uid
from annotator.store import backups, restoring, schema_check
from annotator.store.corpus import Corpus, now
from annotator.store.queries.annotated_articles import drafts
from annotator.store.queries.article_list import articles
from annotator.store.queries.search import matching
from annotator.store.recovery.integrity import damage
from annotator.store.schema import VERSION

STORED: Final = Path(__file__).parent / "versions"
VERSIONS: Final = sorted(int(path.stem[1:]) for path in STORED.glob("v*.corpus"))
SINCE: Final = {"span": {"source": None}}
"""What rows of older versions hold in columns that came later."""


@pytest.fixture(params=VERSIONS)
def version(request: pytest.FixtureRequest) -> int:
    return int(request.param)


@pytest.fixture
def path(tmp_path: Path, version: int) -> Path:
    """A copy of the stored corpus, whose own file is never opened."""
    path = tmp_path / "قديم.corpus"
    shutil.copyfile(STORED / f"v{version}.corpus", path)
    return path


def expected(version: int) -> dict[str, list[dict[str, Any]]]:
    """The rows of every table, in their order."""
    told = json.loads((STORED / f"v{version}.json").read_text(encoding="utf-8"))
    return {
        name: [dict(zip(table["columns"], row, strict=True)) for row in table["rows"]] for name, table in told.items()
    }


def found(corpus: Corpus, tables: dict[str, list[dict[str, Any]]]) -> dict[str, list[dict[str, Any]]]:
    return {name: [dict(row) for row in corpus.query(f"SELECT * FROM {name} ORDER BY rowid")] for name in tables}


def later(tables: dict[str, list[dict[str, Any]]]) -> dict[str, list[dict[str, Any]]]:
    """The same rows as a later version holds them."""
    return {name: [SINCE.get(name, {}) | row for row in rows] for name, rows in tables.items()}


def test_no_release_forgets_to_store_a_corpus() -> None:
    """The version that is being worked on may lack one; once it is released, its corpus is made and stored."""
    assert list(range(1, len(VERSIONS) + 1)) == VERSIONS
    assert VERSIONS[-1] >= VERSION - 1


def test_the_stored_corpora_are_of_their_version(version: int) -> None:
    with (STORED / f"v{version}.corpus").open("rb") as file:
        assert int.from_bytes(file.read(64)[60:], "big") == version


def test_nothing_is_lost_on_the_way_to_the_newest_version(path: Path, version: int) -> None:
    tables = expected(version)
    assert len(tables["span"]) > 8
    with Corpus.open(path) as corpus:
        assert found(corpus, tables) == later(tables)
        assert list(damage(corpus)) == []
        assert schema_check.strange(corpus._db.conn, VERSION) == ""
        assert [summary.id for summary in articles(corpus)] == [1, 2, 3, 4]
        spans = [span for draft in drafts(corpus, [1, 2, 3, 4]) for span in draft.spans]
        assert sorted(span.uid for span in spans) == sorted(row["uid"] for row in tables["span"])
        assert matching(corpus, "وزاره الصحه") == [1]
        assert matching(corpus, "راي") == [2]
        assert corpus.knows("وزارة العدل")


def test_every_step_that_could_be_undone_can_be(path: Path) -> None:
    with Corpus.open(path) as corpus:
        before = {summary.uid: corpus.spans(summary.uid) for summary in articles(corpus)}
        for uid in before:
            for annotator in corpus.annotators():
                while (undo := history.stacks(corpus.history(uid, annotator))[0]) != []:
                    take_back(corpus, annotator, undo[-1].uid)
        assert list(damage(corpus)) == []
        for uid in before:
            for annotator in corpus.annotators():
                while (redo := history.stacks(corpus.history(uid, annotator))[1]) != []:
                    take_back(corpus, annotator, redo[-1].uid)
        assert {uid: corpus.spans(uid) for uid in before} == before


def take_back(corpus: Corpus, annotator: str, uid: str) -> None:
    step = corpus.step(uid)
    corpus.apply(Step(new_uid(), annotator, now(), step.name, history.reversal(step), uid))


def test_what_it_was_before_is_kept_and_can_be_looked_into_and_restored(path: Path, version: int) -> None:
    stored = path.read_bytes()
    with Corpus.open(path) as corpus:
        [article] = [corpus.article(1)]
        corpus.stand("Omar", article.uid, 1)
    made = backups.backups(path)
    if version == VERSION:
        assert made == []
        return
    [kept] = made
    assert kept.reason == f"before version {VERSION}"
    with restoring.look(kept.path) as corpus:
        tables = expected(version)
        assert found(corpus, tables) == tables
        assert restoring.contents(corpus).articles == 4
        assert [summary.id for summary in articles(corpus)] == [1, 2, 3, 4]
    for _count in restoring.restore(path, kept.path):
        pass
    with Corpus.open(path) as corpus:
        assert corpus.place("Omar") != (article.uid, 1)
        assert found(corpus, tables) == later(tables)
    assert {one.reason for one in backups.backups(path)} == {f"before version {VERSION}", "before restore"}
    assert len(kept.path.read_bytes()) == len(stored)


def test_a_file_is_not_changed_where_no_backup_of_it_can_be_made(
    path: Path, version: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from annotator.store.errors import CorpusError, ReadOnlyCorpus

    def fail(_corpus: Path, _reason: str) -> Path:
        raise ReadOnlyCorpus("the folder of the corpus cannot be written to either")

    monkeypatch.setattr("annotator.store.backups.keep_beside", fail)
    if version == VERSION:
        pytest.skip("there is nothing to be changed")
    (tmp_path / "file").touch()
    monkeypatch.setenv("ANNOTATOR_HOME", str(tmp_path / "file"))
    with pytest.raises(CorpusError):
        Corpus.open(path)
    monkeypatch.delenv("ANNOTATOR_HOME")
    with restoring.look(path) as corpus:
        assert found(corpus, expected(version)) == expected(version)


def test_whoever_has_an_older_file_open_follows_its_new_schema(tmp_path: Path) -> None:
    path = tmp_path / "a.corpus"
    shutil.copyfile(STORED / "v4.corpus", path)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        with pytest.raises(sqlite3.IntegrityError):
            other.execute("UPDATE label SET title = 'no JSON'")
        Corpus.open(path).close()
        other.execute("UPDATE label SET title = 'no JSON'")  # version 5 leaves that to the program
