"""Backups, restoring them, and repairing a damaged file, from the command line."""

import json
import sqlite3
from pathlib import Path

from cli.sample import Run

from annotator.store import backups
from annotator.store.corpus import Corpus


def test_a_corpus_is_copied_while_it_is_in_use(corpus: Path, tmp_path: Path, run: Run) -> None:
    with Corpus.open(corpus) as opened:
        opened.save_position("سميرة", opened.article(1).uid, 3)
        completed = run("backup", corpus, tmp_path / "نسخة.corpus", "--json")
    assert completed.code == 0
    copy = tmp_path / "نسخة.corpus"
    assert json.loads(completed.out) == {"path": str(copy), "bytes": copy.stat().st_size}
    with Corpus.open(copy) as copied:
        assert copied.last_position("سميرة") == (copied.article(1).uid, 3)
        assert len(copied.spans(copied.article(1).uid)) == 3
    second = run("backup", corpus, copy)
    assert (second.code, second.out) == (2, b"")
    assert "already exists" in second.err


def test_a_copy_into_a_folder_has_the_name_of_the_corpus(corpus: Path, tmp_path: Path, run: Run) -> None:
    (tmp_path / "stick").mkdir()
    completed = run("backup", corpus, tmp_path / "stick")
    assert completed.code == 0
    assert (tmp_path / "stick" / corpus.name).exists()
    assert str(tmp_path / "stick" / corpus.name) in completed.out.decode()


def test_a_file_that_is_no_corpus_is_not_copied(tmp_path: Path, run: Run) -> None:
    (tmp_path / "a.corpus").write_text("text")
    completed = run("backup", tmp_path / "a.corpus", tmp_path / "b.corpus")
    assert (completed.code, completed.err.count("\n")) == (2, 1)
    assert not (tmp_path / "b.corpus").exists()


def test_backups_are_listed_and_one_is_restored_by_its_name(corpus: Path, run: Run) -> None:
    assert b"has no backups" in run("restore", corpus).out
    for _count in backups.create_backup(corpus):
        pass
    [backup] = backups.list_backups(corpus)
    with Corpus.open(corpus) as opened, opened.transaction():
        opened.db.execute("DELETE FROM mention")
        opened.db.execute("DELETE FROM span")
    [record] = json.loads(run("restore", corpus, "--json").out)
    assert (record["name"], record["articles"], record["spans"], record["done"]) == (backup.path.name, 2, 3, 1)
    completed = run("restore", corpus, backup.path.name, "--json")
    assert completed.code == 0
    previous = Path(json.loads(completed.out)["kept"])
    assert previous.exists()
    with Corpus.open(corpus) as opened:
        assert len(opened.spans(opened.article(1).uid)) == 3
    listed = run("restore", corpus).out.decode()
    assert backup.path.name in listed
    assert "before another backup was restored" in listed


def test_an_invalid_backup_is_not_restored(corpus: Path, tmp_path: Path, run: Run) -> None:
    (tmp_path / "text").write_text("x" * 500)
    for wrong in (tmp_path / "text", "none.corpus"):
        completed = run("restore", corpus, wrong)
        assert (completed.code, completed.err.count("\n")) == (2, 1)


def test_a_damaged_corpus_is_repaired_into_a_new_one(corpus: Path, tmp_path: Path, run: Run) -> None:
    whole = corpus.read_bytes()
    corpus.write_bytes(b"\0" * 4096 + whole[4096:])
    assert run("list", corpus).code == 2
    completed = run("repair", corpus, tmp_path / "new.corpus", "--json")
    assert completed.code == 1  # where the record of edits ends is not known without the first page
    result = json.loads(completed.out)
    assert (result["articles"], result["spans"]) == (2, 3)
    lost = [(loss["table"], loss["code"]) for loss in result["losses"] if loss["lost"]]
    assert lost == [("edit", "edits_lost")]
    with Corpus.open(tmp_path / "new.corpus") as opened:
        assert len(opened.spans(opened.article(1).uid)) == 3
    assert run("repair", corpus, tmp_path / "new.corpus").code == 2


def test_losses_are_printed_line_by_line(corpus: Path, tmp_path: Path, run: Run) -> None:
    with sqlite3.connect(corpus) as db:
        db.execute("DROP TRIGGER article_text_never_changes")
        db.execute("UPDATE article SET compressed_text = x'00' WHERE id = 1")
    db.close()
    completed = run("repair", corpus, tmp_path / "new.corpus")
    assert completed.code == 1
    assert "is lost" in completed.err
    assert all(line.startswith("annotator: ") for line in completed.err.splitlines())


def test_a_damaged_corpus_is_moved_aside_for_a_backup(corpus: Path, run: Run) -> None:
    for _count in backups.create_backup(corpus):
        pass
    [backup] = backups.list_backups(corpus)
    corpus.write_bytes(b"\0" * 4096 + corpus.read_bytes()[4096:])
    completed = run("restore", corpus, backup.path.name, "--json")
    assert completed.code == 0
    assert Path(json.loads(completed.out)["kept"]).read_bytes()[:4096] == b"\0" * 4096
    assert run("list", corpus).code == 0


def test_a_missing_corpus_is_restored(corpus: Path, run: Run) -> None:
    for _count in backups.create_backup(corpus):
        pass
    [backup] = backups.list_backups(corpus)
    corpus.unlink()
    completed = run("restore", corpus, backup.path.name, "--json")
    assert completed.code == 0
    assert json.loads(completed.out) == {"path": str(corpus), "kept": None}
    assert run("list", corpus).code == 0
