"""Tests of migrating a corpus step by step: its progress, and that one closed early changes nothing."""

import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from builders import build_label_set
from running import raising

from annotator.model.article_builder import build_article
from annotator.store import backups, schema, word_index
from annotator.store.corpus import Corpus
from annotator.store.errors import CorpusError, DamagedCorpus, ReadOnlyCorpus
from annotator.store.migrating import is_outdated, migrate
from annotator.store.queries.search import find_article_numbers
from annotator.store.sqlite_library import Database
from annotator.store.verification import read_version

STORED = Path(__file__).with_name("versions")


def count_articles(corpus: Corpus) -> int:
    [(count,)] = corpus.fetch_tuples("SELECT count(*) FROM article")
    return int(count)


def read_texts(path: Path) -> list[str]:
    with Corpus.open_backup(path) as corpus:
        return [corpus.article(number).text for number in range(1, count_articles(corpus) + 1)]


@pytest.fixture(params=[1, 8, schema.VERSION - 1])
def old_path(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    path = tmp_path / "a.corpus"
    shutil.copyfile(STORED / f"v{request.param}.corpus", path)
    return path


def test_migration_yields_growing_percentages_up_to_the_whole(old_path: Path) -> None:
    assert is_outdated(old_path)
    percentages = [done for done, total in migrate(old_path) if total == 100]
    assert percentages == sorted(percentages)
    assert percentages[0] <= 50
    assert percentages[-1] == 100
    assert not is_outdated(old_path)


def test_migration_of_a_current_file_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "a.corpus"
    Corpus.create(path, build_label_set("DATE")).close()
    assert not is_outdated(path)
    assert list(migrate(path)) == []
    assert backups.list_backups(path) == []


def test_migration_closed_at_any_point_changes_nothing(old_path: Path) -> None:
    """Nothing but that there is a backup already."""
    before, version, texts = old_path.read_bytes(), read_version(old_path), read_texts(old_path)
    whole = old_path.with_name("whole.corpus")
    shutil.copyfile(old_path, whole)
    for steps in range(1, len(list(migrate(whole))) + 1):
        migration = migrate(old_path)
        for _step in range(steps):
            next(migration)
        migration.close()
        assert read_version(old_path) == version
        with Corpus.open_backup(old_path) as corpus:  # no log is left that it would have to read
            assert count_articles(corpus) == len(texts)
        assert [path.name for path in old_path.parent.glob("a.corpus*")] == ["a.corpus"]
    assert old_path.read_bytes()[100:] == before[100:]  # the header says now that the file may have a log
    with Corpus.open(old_path) as migrated, Corpus.open(whole) as other:
        query = "SELECT uid, length FROM article ORDER BY id"
        assert migrated.fetch_tuples(query) == other.fetch_tuples(query)


def test_failure_while_the_index_is_rebuilt_changes_nothing(old_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    version = read_version(old_path)
    with monkeypatch.context() as patch:
        patch.setattr(word_index, "rebuild", raising(sqlite3.OperationalError("disk I/O error")))
        with pytest.raises(CorpusError):
            list(migrate(old_path))
    assert read_version(old_path) == version
    with Corpus.open(old_path) as corpus:
        for number, text in enumerate(read_texts(old_path), 1):
            assert number in find_article_numbers(corpus, text.split()[0])


def test_index_of_a_migrated_file_finds_what_that_of_a_new_one_finds(old_path: Path, tmp_path: Path) -> None:
    with Corpus.open(old_path) as corpus:
        texts = read_texts(old_path)
        with Corpus.create(tmp_path / "new.corpus", build_label_set("DATE")) as new:
            for text in texts:
                new.add(build_article(text))
            words = {word for text in texts for word in text.split()}
            assert len(words) > 20
            for word in words:
                for typed in (word, word[:3], word[:2], word[:1]):
                    assert find_article_numbers(corpus, typed) == find_article_numbers(new, typed), typed


def test_index_is_rebuilt_only_in_files_from_before_it_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, old_path: Path
) -> None:
    rebuilt = list[Database]()

    def note(db: Database) -> list[tuple[int, int]]:
        rebuilt.append(db)
        return []

    monkeypatch.setattr(word_index, "rebuild", note)
    with monkeypatch.context() as patch:
        patch.setattr("annotator.store.migrating.INDEX_VERSION", 0)
        list(migrate(old_path))
    assert rebuilt == []


@pytest.mark.parametrize(
    ("spoil", "error"),
    [
        (lambda path: path.chmod(0o444), ReadOnlyCorpus),
        (lambda path: path.write_bytes(path.read_bytes()[:8192]), CorpusError),
    ],
)
def test_file_that_cannot_be_migrated_is_refused(
    old_path: Path, spoil: Callable[[Path], object], error: type[CorpusError]
) -> None:
    spoil(old_path)
    before = old_path.read_bytes()
    with pytest.raises(error):
        list(migrate(old_path))
    assert old_path.read_bytes() == before


def test_damaged_file_is_refused_unless_that_is_allowed(old_path: Path) -> None:
    with Corpus.open_backup(old_path) as corpus:
        [(page,)] = corpus.fetch_tuples("SELECT rootpage FROM sqlite_schema WHERE name = 'annotator'")
    content = bytearray(old_path.read_bytes())
    content[(page - 1) * 4096 + 8 : (page - 1) * 4096 + 40] = b"\xff" * 32
    old_path.write_bytes(content)
    with pytest.raises(DamagedCorpus):
        list(migrate(old_path))
    assert old_path.read_bytes() == content
