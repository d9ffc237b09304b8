"""Tests of backups: rotation, their folder, consistent copies despite concurrent writes, and restoring."""

import hashlib
import os
import shutil
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Generator
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from threading import Event, Thread
from time import sleep
from typing import Final

import pytest
from builders import apply_edits
from file_states import open_beside, sizes_at_fsync
from hypothesis import given
from hypothesis import strategies as st

from annotator import settings
from annotator.generators import finish
from annotator.model import operations
from annotator.model.article_builder import build_article
from annotator.model.labels import Colour, Label, LabelSet
from annotator.store import backups, connections, copying, restoring
from annotator.store.backups import BEFORE_DELETION, BEFORE_MERGE, BEFORE_RESTORE, retained
from annotator.store.copying import copy_corpus
from annotator.store.corpus import Corpus
from annotator.store.errors import CorpusError, DamagedCorpus, ExistingCorpus, LockedCorpus, MissingCorpus
from annotator.store.recovery.integrity import check_integrity
from annotator.store.schema import VERSION

LABELS: Final = LabelSet((Label("DATE", {"ar": "تاريخ"}, Colour("#112233", "#ddeeff"), "1"),))
TIMES: Final = st.lists(st.datetimes(datetime(2020, 1, 1), datetime(2032, 1, 1)), max_size=60)


def tag(corpus: Corpus, article: int, start: int, end: int) -> None:
    edits = operations.add_span(corpus.article(article), [], "Sanae", "DATE", start, end)
    apply_edits(corpus, edits)


def spans(path: Path) -> int:
    with Corpus.open(path, readonly=True) as corpus:
        assert list(check_integrity(corpus)) == []
        return restoring.read_contents(corpus).spans


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "أخبار 😀.corpus"
    with Corpus.create(path, LABELS) as corpus:
        for number in range(40):
            corpus.add(build_article(f"خبر رقم {number}: " + "أعلنت وزارة الصحة عن الخطة " * 40))
        tag(corpus, 1, 0, 3)
    return path


def test_copy_contains_the_content_of_the_log(path: Path, tmp_path: Path) -> None:
    with Corpus.open(path) as corpus:
        tag(corpus, 2, 0, 3)
        assert path.with_name(path.name + "-wal").stat().st_size
        size = finish(copy_corpus(path, tmp_path / "copy.corpus"))
        assert size == (tmp_path / "copy.corpus").stat().st_size
        assert spans(tmp_path / "copy.corpus") == 2
    assert sorted(path_.name for path_ in tmp_path.iterdir()) == ["copy.corpus", path.name]


def test_copy_is_a_snapshot_despite_concurrent_writes(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(copying, "_PAGES_PER_STEP", 2)
    counts = []
    with Corpus.open(path) as corpus:
        steps = copy_corpus(path, tmp_path / "copy.corpus")
        for number, (position, total) in enumerate(steps):
            counts.append((position, total))
            if number % 10 == 0:
                tag(corpus, 2 + number // 10, 0, 3)
    assert counts == sorted(counts)  # never restarted
    assert len({total for _progress, total in counts}) == 1
    # The first tag of the loop is made after the first pages are copied, so the snapshot cannot contain it.
    assert spans(tmp_path / "copy.corpus") == 1
    assert spans(path) > 3


def test_write_does_not_wait_for_a_copy(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Write to the corpus while a copy is paused."""
    monkeypatch.setattr(copying, "_PAGES_PER_STEP", 1)
    monkeypatch.setattr(connections, "_BUSY_TIMEOUT", 0.05)
    steps = copy_corpus(path, tmp_path / "copy.corpus")
    next(steps)
    with Corpus.open(path) as corpus:
        tag(corpus, 2, 0, 3)
    steps.close()


def test_copy_is_flushed_as_it_grows(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(copying, "_PAGES_PER_STEP", 1)
    system_fsync, flushed = os.fsync, []

    def fsync(handle: int) -> None:
        system_fsync(handle)
        flushed.append(handle)

    monkeypatch.setattr(os, "fsync", fsync)
    counts = [
        (position // copying._STEPS_PER_FSYNC, len(flushed))
        for position, _total in copy_corpus(path, tmp_path / "copy.corpus")
    ]
    assert counts[-1][1] > 3
    assert [count for count in counts if count[0] != count[1]] == []


def test_copy_and_its_folder_entry_are_flushed(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    flushed_sizes = sizes_at_fsync(monkeypatch)
    target = tmp_path / "copy.corpus"
    size = finish(copy_corpus(path, target))
    assert flushed_sizes[target.stat().st_ino] == size
    if sys.platform != "win32":  # which flushes folder entries itself
        assert list(flushed_sizes)[-1] == tmp_path.stat().st_ino


def test_invalid_target_of_a_copy_is_closed(tmp_path: Path) -> None:
    path = tmp_path / "copy.part"
    path.write_bytes(b"x" * 4096)
    with pytest.raises(sqlite3.DatabaseError) as error_info:
        copying._create_database(path)
    assert open_beside(path) == []
    assert error_info.traceback  # which keeps the frame and its connection alive
    path.unlink()


def test_program_exits_while_a_copy_is_paused(path: Path, tmp_path: Path) -> None:
    program = """
import sys
from pathlib import Path
from annotator.store import copying
copying._PAGES_PER_STEP = 1
steps = copying.copy_corpus(Path(sys.argv[1]), Path(sys.argv[2]))
next(steps)
"""
    completed = subprocess.run([sys.executable, "-c", program, path, tmp_path / "copy.corpus"], timeout=30)
    assert completed.returncode == 0
    assert [other.name for other in tmp_path.iterdir()] == [path.name]


def test_cancelled_copy_leaves_no_file(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(copying, "_PAGES_PER_STEP", 1)
    steps = copy_corpus(path, tmp_path / "copy.corpus")
    next(steps)
    steps.close()
    assert [path_.name for path_ in tmp_path.iterdir()] == [path.name]
    assert spans(path) == 1


def test_copy_never_overwrites_a_file(path: Path, tmp_path: Path) -> None:
    (tmp_path / "there").write_text("x")
    with pytest.raises(ExistingCorpus):
        finish(copy_corpus(path, tmp_path / "there"))
    with pytest.raises(MissingCorpus):
        finish(copy_corpus(path, tmp_path / "none" / "copy.corpus"))
    assert (tmp_path / "there").read_text() == "x"


def test_copy_of_a_damaged_corpus_is_refused(path: Path, tmp_path: Path) -> None:
    damage_span_table(path)
    with pytest.raises(DamagedCorpus, match="أخبار"):
        finish(copy_corpus(path, tmp_path / "copy.corpus"))
    assert [path_.name for path_ in tmp_path.iterdir()] == [path.name]


def damage_span_table(path: Path) -> None:
    """Overwrite the page at which the table of spans begins."""
    db = sqlite3.connect(path)
    [[root]] = db.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'span'")
    db.close()
    data = bytearray(path.read_bytes())
    data[(root - 1) * 4096 : root * 4096] = b"\xa5" * 4096
    path.write_bytes(data)


def test_each_corpus_has_its_own_folder_of_backups(path: Path, tmp_path: Path) -> None:
    first, second = tmp_path / "a" / "news.corpus", tmp_path / "b" / "news.corpus"
    assert backups.backup_folder(first) != backups.backup_folder(second)
    assert backups.backup_folder(first).name.startswith("news ")
    assert backups.backup_folder(first).parent == settings.data_dir() / "backups"
    backup = finish(backups.create_backup(path))
    assert isinstance(backup, backups.Backup)
    assert backup.path.parent == backups.backup_folder(path)
    assert backups.list_backups(path) == [backup]
    assert backups.list_backups(first) == []
    assert spans(backup.path) == 1


def test_other_files_in_the_folder_of_backups_are_ignored(path: Path) -> None:
    backup = finish(backups.create_backup(path))
    folder = backups.backup_folder(path)
    for name in ("notes.txt", "2024-99-01 10-00-00.corpus", "2024-01-01 10-00-00 mine.corpus", "old.corpus"):
        (folder / name).write_text("x")
    assert backups.list_backups(path) == [backup]
    finish(backups.create_backup(path))
    assert len(list(folder.iterdir())) == 5  # only the newer backup of this day


def test_backups_before_restores_are_rotated_separately(path: Path) -> None:
    last = finish(backups.create_backup(path, BEFORE_RESTORE))
    assert isinstance(last, backups.Backup)
    for day in range(1, 8):
        for reason in ("", f" {BEFORE_RESTORE}", " before version 12"):
            shutil.copyfile(last.path, last.path.with_name(f"2024-01-0{day} 10-00-00{reason}.corpus"))
    new = finish(backups.create_backup(path, BEFORE_RESTORE))
    remaining = [(backup.reason, backup.time.day) for backup in backups.list_backups(path) if backup.time.year == 2024]
    days = [7, 6, 5, 4, 3, 2, 1]
    assert [day for reason, day in remaining if reason == ""] == days
    assert [day for reason, day in remaining if reason == "before version 12"] == days
    assert [day for reason, day in remaining if reason == BEFORE_RESTORE] == [7]
    assert {last, new} <= set(backups.list_backups(path))


@pytest.mark.parametrize("reason", ["", BEFORE_RESTORE, "before version 12"])
def test_backups_of_the_same_second_get_different_names(path: Path, reason: str) -> None:
    for _number in range(3):
        finish(backups.create_backup(path, reason))
    assert [backup.reason for backup in backups.list_backups(path)] == [reason] * (3 if reason else 1)


def test_backup_is_due_after_a_day_with_edits(path: Path) -> None:
    assert isinstance(finish(restoring.create_backup_if_due(path)), backups.Backup)
    assert finish(restoring.create_backup_if_due(path)) is None
    [last] = backups.list_backups(path)
    old = last.path.with_name("2024-01-01 10-00-00.corpus")
    last.path.rename(old)
    with Corpus.open(path) as corpus:
        corpus.save_position("Sanae", corpus.article(3).uid, 4)
    assert finish(restoring.create_backup_if_due(path)) is None
    with Corpus.open(path) as corpus:
        tag(corpus, 2, 0, 3)
    assert isinstance(finish(restoring.create_backup_if_due(path)), backups.Backup)
    assert spans(old) == 1


def test_backup_is_due_after_a_change_of_labels(path: Path) -> None:
    [*_] = [finish(restoring.create_backup_if_due(path))]
    backups.list_backups(path)[0].path.rename(backups.backup_folder(path) / "2024-01-01 10-00-00.corpus")
    with Corpus.open(path) as corpus, corpus.transaction():
        corpus.db.execute("UPDATE label SET key = '2'")
    assert finish(restoring.create_backup_if_due(path)) is not None


def test_backup_from_the_future_does_not_count(path: Path) -> None:
    backup = finish(backups.create_backup(path))
    assert isinstance(backup, backups.Backup)
    assert not backups.is_due(path, backup.time + timedelta(hours=23))
    assert backups.is_due(path, backup.time + timedelta(hours=25))
    assert backups.is_due(path, backup.time - timedelta(hours=1))


def test_unusable_folder_of_backups_is_reported_in_one_line(path: Path, tmp_path: Path) -> None:
    settings.data_dir().mkdir(parents=True, exist_ok=True)
    (settings.data_dir() / "backups").write_text("a file where the folder should be")
    with pytest.raises(CorpusError) as error_info:
        finish(backups.create_backup(path))
    assert "\n" not in str(error_info.value)
    assert spans(path) == 1


@given(TIMES)
def test_newest_backups_of_the_last_days_and_weeks_are_retained(times: list[datetime]) -> None:
    stay = retained(times)
    assert stay <= set(times)
    assert len(stay) <= backups.DAILY_BACKUPS + backups.WEEKLY_BACKUPS
    assert retained(stay) == stay
    assert retained(reversed(times)) == stay
    if times:
        assert max(times) in stay
    days = sorted({time.date() for time in times}, reverse=True)[: backups.DAILY_BACKUPS]
    weeks = sorted({time.isocalendar()[:2] for time in times}, reverse=True)[: backups.WEEKLY_BACKUPS]
    for day in days:
        assert max(time for time in times if time.date() == day) in stay
    for week in weeks:
        assert max(time for time in times if time.isocalendar()[:2] == week) in stay


@given(st.lists(st.integers(1, 90), min_size=1, max_size=200))
def test_rotated_backups_reach_back_for_weeks(hours: list[int]) -> None:
    """Make and rotate backups one after the other, and compare the weeks that are left with those that passed."""
    time, stay = datetime(2024, 1, 1), set[datetime]()
    for interval in hours:
        time += timedelta(hours=interval)
        stay = retained(stay | {time})
    weeks = Counter(time_.isocalendar()[:2] for time_ in stay)
    start = datetime(2024, 1, 1) + timedelta(hours=hours[0])
    elapsed_weeks = {
        (start + timedelta(hours=sum(hours[1:count]))).isocalendar()[:2] for count in range(1, len(hours) + 1)
    }
    assert len(weeks) >= min(len(elapsed_weeks), backups.WEEKLY_BACKUPS)


@pytest.mark.parametrize(
    ("reason", "description"),
    [
        ("", "automatic backup"),
        (f"before version {VERSION}", "before an update of the program"),
        (BEFORE_RESTORE, "before another backup was restored"),
        (BEFORE_MERGE, "before changes were merged"),
        (BEFORE_DELETION, "before a label was deleted"),
    ],
)
def test_reason_of_a_backup_is_described(path: Path, reason: str, description: str) -> None:
    finish(backups.create_backup(path, reason))
    [backup] = backups.list_backups(path)
    assert backups.describe_reason(backup) == description


def test_restore_replaces_the_content_and_can_be_reverted(path: Path) -> None:
    backup = finish(backups.create_backup(path))
    assert isinstance(backup, backups.Backup)
    with Corpus.open(path) as corpus:
        tag(corpus, 2, 0, 3)
        safety_backup = finish(restoring.restore(path, backup.path))
        assert isinstance(safety_backup, backups.Backup)
        assert safety_backup.reason == BEFORE_RESTORE
        # The connection that stayed open sees the restored content and can write.
        assert restoring.read_contents(corpus).spans == 1
        tag(corpus, 3, 0, 3)
    assert spans(path) == 2
    assert [path_.name for path_ in path.parent.iterdir()] == [path.name]
    finish(restoring.restore(path, safety_backup.path))
    with Corpus.open(path) as corpus:
        assert [corpus.spans(corpus.article(number).uid) != [] for number in (1, 2, 3)] == [True, True, False]


def test_other_process_continues_with_the_restored_corpus(path: Path) -> None:
    backup = finish(backups.create_backup(path))
    assert isinstance(backup, backups.Backup)
    program = """
import sys
from pathlib import Path
from annotator.model import operations
from annotator.model.records import Step, new_uid
from annotator.store.corpus import Corpus, utc_timestamp
from annotator.store.restoring import read_contents
with Corpus.open(Path(sys.argv[1])) as corpus:
    for number in (2, 3):
        edits = operations.add_span(corpus.article(number), [], "Omar", "DATE", 0, 3)
        corpus.apply(Step(new_uid(), "Omar", utc_timestamp(), "tag", tuple(edits)))
        print(read_contents(corpus).spans, flush=True)
        input()
"""
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen([sys.executable, "-c", program, str(path)], **pipes) as process:  # type: ignore[call-overload]
        assert process.stdout
        assert process.stdin
        assert process.stdout.readline() == "2\n"
        finish(restoring.restore(path, backup.path))
        assert spans(path) == 1
        process.stdin.write("\n")
        process.stdin.flush()
        assert process.stdout.readline() == "2\n"
        process.communicate("\n")
    assert process.returncode == 0
    assert spans(path) == 2


def test_safety_backup_contains_writes_made_during_the_restore(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(copying, "_PAGES_PER_STEP", 20)
    backup = finish(backups.create_backup(path))
    assert isinstance(backup, backups.Backup)
    with Corpus.open(path) as other:
        other.set_busy_timeout(10)
        written = 0
        for _progress in restoring.restore(path, backup.path):
            with suppress(LockedCorpus):  # once the restore has locked the corpus
                if written < 3:
                    other.add(build_article(f"خبر {written}"))
                    written += 1
        assert written
    [safety_backup] = [backup_ for backup_ in backups.list_backups(path) if backup_.reason == BEFORE_RESTORE]
    with Corpus.open_backup(safety_backup.path) as corpus, Corpus.open(path) as restored:
        assert restoring.read_contents(corpus).articles == 40 + written
        assert restoring.read_contents(restored).articles == 40


def test_nothing_can_be_written_between_the_last_check_and_the_restore(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    backup = finish(backups.create_backup(path))
    assert isinstance(backup, backups.Backup)
    require_same_content, written = restoring._require_same_content, list[str]()

    def check_then_write(corpus: Corpus, safety_backup: backups.Backup) -> None:
        require_same_content(corpus, safety_backup)
        with Corpus.open(path) as other, suppress(LockedCorpus):
            other.set_busy_timeout(10)
            other.add(build_article("خبر بين النظرة والاستعادة"))
            written.append("an article")

    monkeypatch.setattr(restoring, "_require_same_content", check_then_write)
    finish(restoring.restore(path, backup.path))
    assert written == []


def test_restore_gives_up_if_others_never_stop_writing(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    backup = finish(backups.create_backup(path))
    assert isinstance(backup, backups.Backup)
    create_backup = backups.create_backup

    def back_up_then_write(corpus: Path, reason: str = "") -> Generator[object, None, backups.Backup]:
        new_backup = yield from create_backup(corpus, reason)
        with Corpus.open(corpus) as other:
            other.add(build_article(f"خبر {len(list(other.fetch_tuples('SELECT id FROM article')))}"))
        return new_backup

    monkeypatch.setattr(backups, "create_backup", back_up_then_write)
    with pytest.raises(LockedCorpus, match="keep writing"):
        finish(restoring.restore(path, backup.path))
    with Corpus.open(path, readonly=True) as corpus:
        assert len(corpus.fetch_tuples("SELECT id FROM article")) == 45
    assert list(backup.path.parent.glob(".*")) == []


def test_cancelled_restore_changes_nothing(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    backup = finish(backups.create_backup(path))
    assert isinstance(backup, backups.Backup)
    with Corpus.open(path) as corpus:
        tag(corpus, 2, 0, 3)
    monkeypatch.setattr(copying, "_PAGES_PER_STEP", 1)
    total = sum(1 for _step in restoring.restore(path, backup.path))
    with Corpus.open(path) as corpus:
        tag(corpus, 2, 0, 3)
    for stop in (1, total // 2, total - 5):
        steps = restoring.restore(path, backup.path)
        for _step in zip(range(stop), steps, strict=False):
            pass
        steps.close()
        assert spans(path) == 2
        assert not list(backups.backup_folder(path).glob(".*"))


def test_restore_of_a_locked_corpus_times_out(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "_BUSY_TIMEOUT", 0.05)
    backup = finish(backups.create_backup(path))
    assert isinstance(backup, backups.Backup)
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    with pytest.raises(CorpusError, match="locked"):
        finish(restoring.restore(path, backup.path))
    holder.close()
    assert spans(path) == 1


def test_damaged_corpus_is_renamed_and_replaced_by_a_backup(path: Path) -> None:
    backup = finish(backups.create_backup(path))
    assert isinstance(backup, backups.Backup)
    damage_span_table(path)
    damaged_bytes = path.read_bytes()
    with pytest.raises(DamagedCorpus):
        finish(restoring.restore(path, backup.path))
    assert path.read_bytes() == damaged_bytes
    moved_path = finish(restoring.replace_damaged(path, backup.path))
    assert isinstance(moved_path, Path)
    assert moved_path.read_bytes() == damaged_bytes
    assert moved_path.parent == path.parent
    assert spans(path) == 1


def test_log_of_a_damaged_corpus_is_renamed_with_it(path: Path) -> None:
    """Otherwise SQLite would take it for the log of the backup in its place."""
    backup = finish(backups.create_backup(path))
    assert isinstance(backup, backups.Backup)
    damage_span_table(path)
    for suffix in ("-wal", "-shm"):
        path.with_name(path.name + suffix).write_bytes(f"of the damaged one {suffix}".encode())
    moved_path = finish(restoring.replace_damaged(path, backup.path))
    assert isinstance(moved_path, Path)
    for suffix in ("-wal", "-shm"):
        assert moved_path.with_name(moved_path.name + suffix).read_bytes() == f"of the damaged one {suffix}".encode()
        assert not path.with_name(path.name + suffix).exists()
    assert spans(path) == 1


def test_failed_replacement_moves_the_damaged_corpus_and_its_log_back(path: Path) -> None:
    damage_span_table(path)
    for suffix in ("-wal", "-shm"):
        path.with_name(path.name + suffix).write_bytes(b"of the damaged one")
    before = {path_.name: path_.read_bytes() for path_ in path.parent.iterdir() if path_.is_file()}
    with pytest.raises(FileNotFoundError):
        restoring._swap(path, path.with_name("none"), path.with_name("aside.corpus"))
    assert {path_.name: path_.read_bytes() for path_ in path.parent.iterdir() if path_.is_file()} == before


def test_restore_refuses_a_file_that_is_no_corpus(path: Path, tmp_path: Path) -> None:
    (tmp_path / "text").write_text("هذا ليس ملف بيانات" * 20, encoding="utf-8")
    for wrong in (tmp_path / "text", tmp_path / "none"):
        with pytest.raises(CorpusError):
            finish(restoring.restore(path, wrong))
    assert backups.list_backups(path) == []  # no safety backup for an impossible restore
    assert spans(path) == 1


def test_opening_a_backup_creates_no_side_files(path: Path) -> None:
    backup = finish(backups.create_backup(path))
    assert isinstance(backup, backups.Backup)
    with Corpus.open_backup(backup.path) as corpus:
        contents = restoring.read_contents(corpus)
        assert (contents.articles, contents.spans, contents.done, contents.annotator) == (40, 1, 0, "Sanae")
        assert [path_.name for path_ in backup.path.parent.iterdir()] == [backup.path.name]
        with pytest.raises(CorpusError):
            tag(corpus, 2, 0, 3)


def test_concurrent_writes_and_backups_lose_nothing(path: Path) -> None:
    position, written = Event(), []

    def write() -> None:
        with Corpus.open(path) as corpus:
            for number in range(2, 40):
                tag(corpus, number, 0, 3)
                written.append(number)
        position.set()

    thread = Thread(target=write)
    thread.start()
    while not position.is_set():
        at_least = len(written)
        backup = finish(backups.create_backup(path, BEFORE_RESTORE))
        assert isinstance(backup, backups.Backup)
        assert spans(backup.path) >= at_least
    thread.join()
    assert spans(path) == 39


@pytest.mark.slow
def test_killed_restore_leaves_the_old_or_the_new_content(path: Path) -> None:
    """Kill a restore at random moments, ANNOTATOR_KILLS times."""
    first = finish(backups.create_backup(path, "before version 1"))
    with Corpus.open(path) as corpus:
        for number in range(2, 40):
            tag(corpus, number, 0, 3)
    second = finish(backups.create_backup(path, "before version 2"))
    assert isinstance(first, backups.Backup)
    assert isinstance(second, backups.Backup)
    program = """
import sys
from itertools import cycle
from pathlib import Path
from annotator.store import copying
from annotator.store.restoring import restore
copying._PAGES_PER_STEP = 5
print("begun", flush=True)
for backup in cycle(sys.argv[2:]):
    for _count in restore(Path(sys.argv[1]), Path(backup)):
        pass
"""
    random, span_counts = Random(), set()
    for _time in range(int(os.environ.get("ANNOTATOR_KILLS", "6"))):
        arguments = [sys.executable, "-c", program, str(path), str(first.path), str(second.path)]
        with subprocess.Popen(arguments, stdout=subprocess.PIPE) as process:
            assert process.stdout
            process.stdout.readline()
            sleep(random.uniform(0, 0.4))
            process.kill()
        span_counts.add(spans(path))
    assert span_counts <= {1, 39}


def test_stale_files_of_killed_copies_are_deleted(path: Path) -> None:
    finish(backups.create_backup(path))
    old, new = (backups.backup_folder(path) / f".{name}.part" for name in ("old", "new"))
    for part_file in (old, new):
        part_file.write_bytes(b"x")
    os.utime(old, (0, 0))
    finish(backups.create_backup(path))
    assert not old.exists()
    assert new.exists()


def test_full_disk_is_reported_in_one_line_and_leaves_no_file(path: Path) -> None:
    """Limit the size of the files that the process can write to 100 KB."""
    pytest.importorskip("resource")
    program = """
import resource, signal, sys
from pathlib import Path
from annotator import i18n
from annotator.store import backups
from annotator.store.errors import CorpusError
i18n.set_language("en")
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
try:
    for _count in backups.create_backup(Path(sys.argv[1])):
        pass
except CorpusError as error:
    print(error)
"""
    completed = subprocess.run([sys.executable, "-c", program, path], capture_output=True, text=True, check=True)
    assert completed.stdout.count("\n") == 1
    assert str(backups.backup_folder(path)) in completed.stdout
    assert list(backups.backup_folder(path).iterdir()) == []
    assert spans(path) == 1


# The folder of backups
@pytest.mark.posix_only("making a link takes a right that few have on Windows")
def test_link_to_a_corpus_has_the_same_backups(path: Path, tmp_path: Path) -> None:
    finish(backups.create_backup(path))
    link = tmp_path / "link.corpus"
    link.symlink_to(path)
    assert backups.list_backups(link) == backups.list_backups(path) != []
    backup = finish(backups.create_backup(link))
    assert backups.list_backups(path)[0] == backup


def test_old_corpus_is_migrated_with_a_backup_beside_it_if_the_folder_is_unusable(tmp_path: Path) -> None:
    old = tmp_path / "old.corpus"
    shutil.copy(Path(__file__).parent / "versions" / "v1.corpus", old)
    data = settings.data_dir()
    data.parent.mkdir(parents=True, exist_ok=True)
    data.write_bytes(b"")
    with Corpus.open(old) as corpus:
        assert corpus.fetch_tuples("SELECT id FROM article")
    [backup] = tmp_path.glob("old 2* before version *.corpus")
    with Corpus.open_backup(backup) as backup_corpus:
        assert backup_corpus.fetch_tuples("PRAGMA user_version") == [(1,)]


def test_backup_folder_is_named_after_the_corpus_and_eight_digits_of_its_path_digest(tmp_path: Path) -> None:
    """Under any other name, a new version of the program would not find the backups of the last."""
    path = tmp_path.resolve() / "news.corpus"
    digest = hashlib.sha256(str(path).encode()).hexdigest()
    assert backups.backup_folder(path).name == f"news {digest[:8]}"


def test_backups_reach_back_a_week_of_days_and_eight_weeks() -> None:
    newest = datetime(2026, 11, 29, 12)  # a Sunday
    days = [newest - timedelta(days=number) for number in range(100)]
    sundays = [newest - timedelta(weeks=number) for number in range(8)]
    assert sorted(retained(days), reverse=True) == sorted({*days[:7], *sundays}, reverse=True)


def test_copy_goes_on_however_long_its_caller_pauses(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(copying, "_PAGES_PER_STEP", 10)
    monkeypatch.setattr(copying, "_POLL_INTERVAL", 0.01)
    steps = copy_corpus(path, tmp_path / "copy.corpus")
    next(steps)
    sleep(0.1)
    assert finish(steps) == (tmp_path / "copy.corpus").stat().st_size
    assert spans(tmp_path / "copy.corpus") == 1
