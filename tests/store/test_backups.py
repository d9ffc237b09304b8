"""Backups: which stay, where they are, and that one is the corpus of one moment, whatever goes on meanwhile."""

import os
import shutil
import sqlite3
import subprocess
import sys
from collections import Counter
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from threading import Event, Thread
from time import sleep
from typing import Final

import pytest
from flushed_files import sizes_at_fsync
from hypothesis import given
from hypothesis import strategies as st
from open_files import open_beside

from annotator import settings
from annotator.model import operations
from annotator.model.article_builder import draft
from annotator.model.labels import Colour, Label, LabelSet
from annotator.model.records import Step, new_uid
from annotator.store import backups, copying, restoring, safe_connection
from annotator.store.backups import BEFORE_RESTORE, kept
from annotator.store.copying import copy
from annotator.store.corpus import Corpus, now
from annotator.store.errors import CorpusError, Damaged, ExistingCorpus, Locked, MissingCorpus
from annotator.store.recovery.integrity import damage
from annotator.store.schema import VERSION

LABELS: Final = LabelSet((Label("DATE", {"ar": "تاريخ"}, Colour("#112233", "#ddeeff"), "1"),))
TIMES: Final = st.lists(st.datetimes(datetime(2020, 1, 1), datetime(2032, 1, 1)), max_size=60)


def run(steps) -> object:  # type: ignore[no-untyped-def]
    """What a generator returns at its end."""
    try:
        while True:
            next(steps)
    except StopIteration as end:
        return end.value


def tag(corpus: Corpus, article: int, start: int, end: int) -> None:
    edits = operations.add(corpus.article(article), [], "Sanae", "DATE", start, end)
    corpus.apply(Step(new_uid(), "Sanae", now(), "tag", tuple(edits)))


def spans(path: Path) -> int:
    with Corpus.open(path, readonly=True) as corpus:
        assert list(damage(corpus)) == []
        return restoring.contents(corpus).spans


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "أخبار 😀.corpus"
    with Corpus.create(path, LABELS) as corpus:
        for number in range(40):
            corpus.add(draft(f"خبر رقم {number}: " + "أعلنت وزارة الصحة عن الخطة " * 40))
        tag(corpus, 1, 0, 3)
    return path


def test_a_copy_is_the_corpus_with_what_is_only_in_its_log(path: Path, tmp_path: Path) -> None:
    with Corpus.open(path) as corpus:
        tag(corpus, 2, 0, 3)
        assert path.with_name(path.name + "-wal").stat().st_size
        size = run(copy(path, tmp_path / "copy.corpus"))
        assert size == (tmp_path / "copy.corpus").stat().st_size
        assert spans(tmp_path / "copy.corpus") == 2
    assert sorted(one.name for one in tmp_path.iterdir()) == ["copy.corpus", path.name]


def test_a_copy_is_of_one_moment_whatever_is_written_meanwhile(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(copying, "_PAGES", 2)
    counts = []
    with Corpus.open(path) as corpus:
        steps = copy(path, tmp_path / "copy.corpus")
        for number, (done, total) in enumerate(steps):
            counts.append((done, total))
            if number % 10 == 0:
                tag(corpus, 2 + number // 10, 0, 3)
    assert counts == sorted(counts)  # never begun anew
    assert len({total for _done, total in counts}) == 1
    # It began after the first tag at the latest, which was made once the first pages were copied.
    assert spans(tmp_path / "copy.corpus") == 1
    assert spans(path) > 3


def test_a_tag_does_not_wait_for_a_copy(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The copying stands still here, and the corpus is written to all the same."""
    monkeypatch.setattr(copying, "_PAGES", 1)
    monkeypatch.setattr(safe_connection, "_WAIT", 0.05)
    steps = copy(path, tmp_path / "copy.corpus")
    next(steps)
    with Corpus.open(path) as corpus:
        tag(corpus, 2, 0, 3)
    steps.close()


def test_a_copy_is_brought_to_the_disk_as_it_grows(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(copying, "_PAGES", 1)
    flushed, brought = os.fsync, []

    def fsync(handle: int) -> None:
        flushed(handle)
        brought.append(handle)

    monkeypatch.setattr(os, "fsync", fsync)
    counts = [(done // copying._FLUSHED, len(brought)) for done, _total in copy(path, tmp_path / "copy.corpus")]
    assert counts[-1][1] > 3
    assert [one for one in counts if one[0] != one[1]] == []


def test_a_copy_and_its_name_are_brought_to_the_disk(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    brought = sizes_at_fsync(monkeypatch)
    target = tmp_path / "copy.corpus"
    size = run(copy(path, target))
    assert brought[target.stat().st_ino] == size
    if sys.platform != "win32":  # where the names are in the system's hands
        assert list(brought)[-1] == tmp_path.stat().st_ino


def test_a_file_that_cannot_be_copied_into_is_let_go_of(tmp_path: Path) -> None:
    path = tmp_path / "copy.part"
    path.write_bytes(b"x" * 4096)
    with pytest.raises(sqlite3.DatabaseError) as caught:
        copying._new(path)
    assert open_beside(path) == []
    assert caught.traceback  # which keeps all that was in use there
    path.unlink()


def test_a_program_ends_while_a_copy_stands_still(path: Path, tmp_path: Path) -> None:
    program = """
import sys
from pathlib import Path
from annotator.store import copying
copying._PAGES = 1
steps = copying.copy(Path(sys.argv[1]), Path(sys.argv[2]))
next(steps)
"""
    done = subprocess.run([sys.executable, "-c", program, path, tmp_path / "copy.corpus"], timeout=30)
    assert done.returncode == 0
    assert [other.name for other in tmp_path.iterdir()] == [path.name]


def test_a_copy_that_is_stopped_leaves_nothing(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(copying, "_PAGES", 1)
    steps = copy(path, tmp_path / "copy.corpus")
    next(steps)
    steps.close()
    assert [one.name for one in tmp_path.iterdir()] == [path.name]
    assert spans(path) == 1


def test_a_copy_never_takes_the_place_of_a_file(path: Path, tmp_path: Path) -> None:
    (tmp_path / "there").write_text("x")
    with pytest.raises(ExistingCorpus):
        run(copy(path, tmp_path / "there"))
    with pytest.raises(MissingCorpus):
        run(copy(path, tmp_path / "none" / "copy.corpus"))
    assert (tmp_path / "there").read_text() == "x"


def test_a_damaged_corpus_has_no_copy(path: Path, tmp_path: Path) -> None:
    broken(path)
    with pytest.raises(Damaged, match="أخبار"):
        run(copy(path, tmp_path / "copy.corpus"))
    assert [one.name for one in tmp_path.iterdir()] == [path.name]


def broken(path: Path) -> None:
    """Overwrite the page at which the table of spans begins."""
    db = sqlite3.connect(path)
    [[root]] = db.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'span'")
    db.close()
    data = bytearray(path.read_bytes())
    data[(root - 1) * 4096 : root * 4096] = b"\xa5" * 4096
    path.write_bytes(data)


def test_backups_are_in_a_folder_of_the_corpus_alone(path: Path, tmp_path: Path) -> None:
    one, other = tmp_path / "a" / "news.corpus", tmp_path / "b" / "news.corpus"
    assert backups.folder(one) != backups.folder(other)
    assert backups.folder(one).name.startswith("news ")
    assert backups.folder(one).parent == settings.data_dir() / "backups"
    made = run(backups.keep(path))
    assert isinstance(made, backups.Backup)
    assert made.path.parent == backups.folder(path)
    assert backups.backups(path) == [made]
    assert backups.backups(one) == []
    assert spans(made.path) == 1


def test_what_else_lies_among_the_backups_is_left_alone(path: Path) -> None:
    made = run(backups.keep(path))
    place = backups.folder(path)
    for name in ("notes.txt", "2024-99-01 10-00-00.corpus", "2024-01-01 10-00-00 mine.corpus", "old.corpus"):
        (place / name).write_text("x")
    assert backups.backups(path) == [made]
    run(backups.keep(path))
    assert len(list(place.iterdir())) == 5  # of this day, the newer one


def test_of_the_backups_before_a_restore_the_newest_stay_and_the_others_as_they_would_without_them(path: Path) -> None:
    last = run(backups.keep(path, BEFORE_RESTORE))
    assert isinstance(last, backups.Backup)
    for day in range(1, 8):
        for reason in ("", f" {BEFORE_RESTORE}", " before version 12"):
            shutil.copyfile(last.path, last.path.with_name(f"2024-01-0{day} 10-00-00{reason}.corpus"))
    new = run(backups.keep(path, BEFORE_RESTORE))
    left = [(one.reason, one.time.day) for one in backups.backups(path) if one.time.year == 2024]
    days = [7, 6, 5, 4, 3, 2, 1]
    assert [day for reason, day in left if reason == ""] == days
    assert [day for reason, day in left if reason == "before version 12"] == days
    assert [day for reason, day in left if reason == BEFORE_RESTORE] == [7]
    assert {last, new} <= set(backups.backups(path))


@pytest.mark.parametrize("reason", ["", BEFORE_RESTORE, "before version 12"])
def test_two_backups_of_one_second_are_two(path: Path, reason: str) -> None:
    for _number in range(3):
        run(backups.keep(path, reason))
    assert [one.reason for one in backups.backups(path)] == [reason] * (3 if reason else 1)


def test_a_backup_is_due_when_the_last_is_a_day_old_and_something_was_done(path: Path) -> None:
    assert isinstance(run(restoring.keep_if_due(path)), backups.Backup)
    assert run(restoring.keep_if_due(path)) is None
    [last] = backups.backups(path)
    old = last.path.with_name("2024-01-01 10-00-00.corpus")
    last.path.rename(old)
    with Corpus.open(path) as corpus:
        corpus.stand("Sanae", corpus.article(3).uid, 4)
    assert run(restoring.keep_if_due(path)) is None
    with Corpus.open(path) as corpus:
        tag(corpus, 2, 0, 3)
    assert isinstance(run(restoring.keep_if_due(path)), backups.Backup)
    assert spans(old) == 1


def test_a_change_of_the_labels_alone_is_something_that_was_done(path: Path) -> None:
    [*_] = [run(restoring.keep_if_due(path))]
    backups.backups(path)[0].path.rename(backups.folder(path) / "2024-01-01 10-00-00.corpus")
    with Corpus.open(path) as corpus, corpus.transaction():
        corpus._db.execute("UPDATE label SET key = '2'")
    assert run(restoring.keep_if_due(path)) is not None


def test_a_backup_from_tomorrow_does_not_stand_for_those_of_today(path: Path) -> None:
    made = run(backups.keep(path))
    assert isinstance(made, backups.Backup)
    assert not backups.due(path, made.time + timedelta(hours=23))
    assert backups.due(path, made.time + timedelta(hours=25))
    assert backups.due(path, made.time - timedelta(hours=1))


def test_where_no_backup_can_be_made_it_is_one_sentence(path: Path, tmp_path: Path) -> None:
    (settings.data_dir()).mkdir(parents=True)
    (settings.data_dir() / "backups").write_text("a file where the folder should be")
    with pytest.raises(CorpusError) as caught:
        run(backups.keep(path))
    assert "\n" not in str(caught.value)
    assert spans(path) == 1


@given(TIMES)
def test_the_newest_of_the_last_days_and_weeks_stay(times: list[datetime]) -> None:
    stay = kept(times)
    assert stay <= set(times)
    assert len(stay) <= backups.DAYS + backups.WEEKS
    assert kept(stay) == stay
    assert kept(reversed(times)) == stay
    if times:
        assert max(times) in stay
    days = sorted({time.date() for time in times}, reverse=True)[: backups.DAYS]
    weeks = sorted({time.isocalendar()[:2] for time in times}, reverse=True)[: backups.WEEKS]
    for day in days:
        assert max(time for time in times if time.date() == day) in stay
    for week in weeks:
        assert max(time for time in times if time.isocalendar()[:2] == week) in stay


@given(st.lists(st.integers(1, 90), min_size=1, max_size=200))
def test_backups_that_are_let_go_of_as_they_are_made_reach_back_for_weeks(hours: list[int]) -> None:
    """What stays of a row of backups, each made and rotated in its turn, is never younger than what it stands for."""
    time, stay = datetime(2024, 1, 1), set[datetime]()
    for some in hours:
        time += timedelta(hours=some)
        stay = kept(stay | {time})
    weeks = Counter(one.isocalendar()[:2] for one in stay)
    began = datetime(2024, 1, 1) + timedelta(hours=hours[0])
    passed = {(began + timedelta(hours=sum(hours[1:at]))).isocalendar()[:2] for at in range(1, len(hours) + 1)}
    assert len(weeks) >= min(len(passed), backups.WEEKS)


@pytest.mark.parametrize(
    ("reason", "shown"),
    [
        ("", "by itself"),
        (f"before version {VERSION}", "before a new version of the program"),
        (BEFORE_RESTORE, "before another one was restored"),
    ],
)
def test_why_a_backup_was_made_is_shown(path: Path, reason: str, shown: str) -> None:
    run(backups.keep(path, reason))
    [made] = backups.backups(path)
    assert backups.shown_reason(made) == shown


def test_a_restored_corpus_is_what_the_backup_holds_and_can_be_put_back(path: Path) -> None:
    made = run(backups.keep(path))
    assert isinstance(made, backups.Backup)
    with Corpus.open(path) as corpus:
        tag(corpus, 2, 0, 3)
        before = run(restoring.restore(path, made.path))
        assert isinstance(before, backups.Backup)
        assert before.reason == BEFORE_RESTORE
        # The connection that was open all the time sees it, and writes to it.
        assert restoring.contents(corpus).spans == 1
        tag(corpus, 3, 0, 3)
    assert spans(path) == 2
    assert [one.name for one in path.parent.iterdir()] == [path.name]
    run(restoring.restore(path, before.path))
    with Corpus.open(path) as corpus:
        assert [corpus.spans(corpus.article(number).uid) != [] for number in (1, 2, 3)] == [True, True, False]


def test_another_process_that_has_the_corpus_open_sees_the_restored_one_and_goes_on(path: Path) -> None:
    made = run(backups.keep(path))
    assert isinstance(made, backups.Backup)
    program = """
import sys
from pathlib import Path
from annotator.model import operations
from annotator.model.records import Step, new_uid
from annotator.store.corpus import Corpus, now
from annotator.store.restoring import contents
with Corpus.open(Path(sys.argv[1])) as corpus:
    for number in (2, 3):
        edits = operations.add(corpus.article(number), [], "Omar", "DATE", 0, 3)
        corpus.apply(Step(new_uid(), "Omar", now(), "tag", tuple(edits)))
        print(contents(corpus).spans, flush=True)
        input()
"""
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen([sys.executable, "-c", program, str(path)], **pipes) as other:  # type: ignore[call-overload]
        assert other.stdout
        assert other.stdin
        assert other.stdout.readline() == "2\n"
        run(restoring.restore(path, made.path))
        assert spans(path) == 1
        other.stdin.write("\n")
        other.stdin.flush()
        assert other.stdout.readline() == "2\n"
        other.communicate("\n")
    assert other.returncode == 0
    assert spans(path) == 2


def test_what_others_write_while_a_restore_runs_is_in_the_backup_of_before(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(copying, "_PAGES", 20)
    backup = run(backups.keep(path))
    assert isinstance(backup, backups.Backup)
    with Corpus.open(path) as other:
        other.hurry(10)
        written = 0
        for _done in restoring.restore(path, backup.path):
            with suppress(Locked):  # from the moment of the restore on
                if written < 3:
                    other.add(draft(f"خبر {written}"))
                    written += 1
        assert written
    [before] = [each for each in backups.backups(path) if each.reason == BEFORE_RESTORE]
    with restoring.look(before.path) as corpus, Corpus.open(path) as restored:
        assert restoring.contents(corpus).articles == 40 + written
        assert restoring.contents(restored).articles == 40


def test_nothing_is_written_between_the_last_look_and_the_restore(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    backup = run(backups.keep(path))
    assert isinstance(backup, backups.Backup)
    look, written = restoring._require_same, list[str]()

    def look_and_let_others_write(corpus: Corpus, before: backups.Backup) -> None:
        look(corpus, before)
        with Corpus.open(path) as other, suppress(Locked):
            other.hurry(10)
            other.add(draft("خبر بين النظرة والاستعادة"))
            written.append("an article")

    monkeypatch.setattr(restoring, "_require_same", look_and_let_others_write)
    run(restoring.restore(path, backup.path))
    assert written == []


def test_a_restore_gives_up_where_others_never_stop_writing(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    backup = run(backups.keep(path))
    assert isinstance(backup, backups.Backup)
    keep = backups.keep

    def keep_and_write(corpus: Path, reason: str = "") -> object:
        made = yield from keep(corpus, reason)
        with Corpus.open(corpus) as other:
            other.add(draft(f"خبر {len(list(other.tuples('SELECT id FROM article')))}"))
        return made

    monkeypatch.setattr(backups, "keep", keep_and_write)
    with pytest.raises(Locked, match="keep writing"):
        run(restoring.restore(path, backup.path))
    with Corpus.open(path, readonly=True) as corpus:
        assert len(corpus.tuples("SELECT id FROM article")) == 45
    assert list(backup.path.parent.glob(".*")) == []


def test_a_restore_that_is_stopped_changes_nothing(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = run(backups.keep(path))
    assert isinstance(made, backups.Backup)
    with Corpus.open(path) as corpus:
        tag(corpus, 2, 0, 3)
    monkeypatch.setattr(copying, "_PAGES", 1)
    total = sum(1 for _step in restoring.restore(path, made.path))
    with Corpus.open(path) as corpus:
        tag(corpus, 2, 0, 3)
    for stop in (1, total // 2, total - 5):
        steps = restoring.restore(path, made.path)
        for _step in zip(range(stop), steps, strict=False):
            pass
        steps.close()
        assert spans(path) == 2
        assert not list(backups.folder(path).glob(".*"))


def test_a_restore_waits_for_nobody_for_ever(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(safe_connection, "_WAIT", 0.05)
    made = run(backups.keep(path))
    assert isinstance(made, backups.Backup)
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    with pytest.raises(CorpusError, match="locked"):
        run(restoring.restore(path, made.path))
    holder.close()
    assert spans(path) == 1


def test_a_damaged_corpus_is_moved_aside_for_a_backup(path: Path) -> None:
    made = run(backups.keep(path))
    assert isinstance(made, backups.Backup)
    broken(path)
    damaged = path.read_bytes()
    with pytest.raises(Damaged):
        run(restoring.restore(path, made.path))
    assert path.read_bytes() == damaged
    aside = run(restoring.replace(path, made.path))
    assert isinstance(aside, Path)
    assert aside.read_bytes() == damaged
    assert aside.parent == path.parent
    assert spans(path) == 1


def test_the_log_of_a_damaged_corpus_is_moved_aside_with_it(path: Path) -> None:
    """Beside the backup that takes its place it would be taken for that one's log."""
    made = run(backups.keep(path))
    assert isinstance(made, backups.Backup)
    broken(path)
    for end in ("-wal", "-shm"):
        path.with_name(path.name + end).write_bytes(f"of the damaged one {end}".encode())
    aside = run(restoring.replace(path, made.path))
    assert isinstance(aside, Path)
    for end in ("-wal", "-shm"):
        assert aside.with_name(aside.name + end).read_bytes() == f"of the damaged one {end}".encode()
        assert not path.with_name(path.name + end).exists()
    assert spans(path) == 1


def test_a_damaged_corpus_is_back_in_its_place_with_its_log_where_the_backup_cannot_take_it(path: Path) -> None:
    broken(path)
    for end in ("-wal", "-shm"):
        path.with_name(path.name + end).write_bytes(b"of the damaged one")
    before = {one.name: one.read_bytes() for one in path.parent.iterdir() if one.is_file()}
    with pytest.raises(FileNotFoundError):
        restoring._swap(path, path.with_name("none"), path.with_name("aside.corpus"))
    assert {one.name: one.read_bytes() for one in path.parent.iterdir() if one.is_file()} == before


def test_what_is_no_corpus_is_not_restored(path: Path, tmp_path: Path) -> None:
    (tmp_path / "text").write_text("هذا ليس ملف بيانات" * 20, encoding="utf-8")
    for wrong in (tmp_path / "text", tmp_path / "none"):
        with pytest.raises(CorpusError):
            run(restoring.restore(path, wrong))
    assert backups.backups(path) == []  # nothing is made for a restore that cannot be
    assert spans(path) == 1


def test_a_backup_is_looked_into_without_a_file_beside_it(path: Path) -> None:
    made = run(backups.keep(path))
    assert isinstance(made, backups.Backup)
    with restoring.look(made.path) as corpus:
        held = restoring.contents(corpus)
        assert (held.articles, held.spans, held.done, held.annotator) == (40, 1, 0, "Sanae")
        assert [one.name for one in made.path.parent.iterdir()] == [made.path.name]
        with pytest.raises(CorpusError):
            tag(corpus, 2, 0, 3)


def test_many_write_while_backups_are_made_and_nothing_is_lost(path: Path) -> None:
    done, written = Event(), []

    def write() -> None:
        with Corpus.open(path) as corpus:
            for number in range(2, 40):
                tag(corpus, number, 0, 3)
                written.append(number)
        done.set()

    thread = Thread(target=write)
    thread.start()
    while not done.is_set():
        at_least = len(written)
        made = run(backups.keep(path, BEFORE_RESTORE))
        assert isinstance(made, backups.Backup)
        assert spans(made.path) >= at_least
    thread.join()
    assert spans(path) == 39


def test_a_restore_that_is_killed_leaves_the_corpus_as_it_was_or_as_it_was_to_become(path: Path) -> None:
    """At moments that a clock chooses; how many, the environment may say."""
    one = run(backups.keep(path, "before version 1"))
    with Corpus.open(path) as corpus:
        for number in range(2, 40):
            tag(corpus, number, 0, 3)
    other = run(backups.keep(path, "before version 2"))
    assert isinstance(one, backups.Backup)
    assert isinstance(other, backups.Backup)
    program = """
import sys
from itertools import cycle
from pathlib import Path
from annotator.store import copying
from annotator.store.restoring import restore
copying._PAGES = 5
print("begun", flush=True)
for backup in cycle(sys.argv[2:]):
    for _count in restore(Path(sys.argv[1]), Path(backup)):
        pass
"""
    dice, seen = Random(), set()
    for _time in range(int(os.environ.get("ANNOTATOR_KILLS", "6"))):
        arguments = [sys.executable, "-c", program, str(path), str(one.path), str(other.path)]
        with subprocess.Popen(arguments, stdout=subprocess.PIPE) as process:
            assert process.stdout
            process.stdout.readline()
            sleep(dice.uniform(0, 0.4))
            process.kill()
        seen.add(spans(path))
    assert seen <= {1, 39}


def test_what_a_killed_copy_has_left_is_cleared_away(path: Path) -> None:
    run(backups.keep(path))
    old, new = (backups.folder(path) / f".{name}.part" for name in ("old", "new"))
    for left in (old, new):
        left.write_bytes(b"x")
    os.utime(old, (0, 0))
    run(backups.keep(path))
    assert not old.exists()
    assert new.exists()


def test_a_disk_that_is_full_is_one_sentence_and_leaves_nothing(path: Path) -> None:
    """The system lets the process write files of a hundred kilobytes."""
    pytest.importorskip("resource")
    program = """
import resource, signal, sys
from pathlib import Path
from annotator import i18n
from annotator.store import backups
from annotator.store.errors import CorpusError
i18n.use("en")
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
try:
    for _count in backups.keep(Path(sys.argv[1])):
        pass
except CorpusError as error:
    print(error)
"""
    done = subprocess.run([sys.executable, "-c", program, path], capture_output=True, text=True, check=True)
    assert done.stdout.count("\n") == 1
    assert str(backups.folder(path)) in done.stdout
    assert list(backups.folder(path).iterdir()) == []
    assert spans(path) == 1


# Where they are


@pytest.mark.posix_only("making a link takes a right that few have on Windows")
def test_a_corpus_that_is_opened_by_a_link_has_the_backups_of_its_file(path: Path, tmp_path: Path) -> None:
    run(backups.keep(path))
    link = tmp_path / "link.corpus"
    link.symlink_to(path)
    assert backups.backups(link) == backups.backups(path) != []
    made = run(backups.keep(link))
    assert backups.backups(path)[0] == made


def test_an_old_corpus_opens_where_the_folder_of_backups_cannot_be_made(tmp_path: Path) -> None:
    old = tmp_path / "old.corpus"
    shutil.copy(Path(__file__).parent / "versions" / "v1.corpus", old)
    data = settings.data_dir()
    data.parent.mkdir(parents=True, exist_ok=True)
    data.write_bytes(b"")
    with Corpus.open(old) as corpus:
        assert corpus.tuples("SELECT id FROM article")
    [backup] = tmp_path.glob("old 2* before version *.corpus")
    with restoring.look(backup) as kept_corpus:
        assert kept_corpus.tuples("PRAGMA user_version") == [(1,)]
