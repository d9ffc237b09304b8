"""Automatic backups of a corpus and their rotation.

They lie in the program's data folder: beside the corpus, a lost memory stick would take both. Each corpus has a folder
named after it and a digest of its path; a moved corpus starts a new one. A backup is an ordinary corpus file, named by
its time.
"""

import hashlib
import re
from collections.abc import Callable, Generator, Iterable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from msgspec import Struct

from annotator import settings
from annotator.file_ops import discard_file
from annotator.i18n import _
from annotator.paths import extend_path, resolve_path
from annotator.store.copying import copy_corpus
from annotator.store.errors import translating_file_errors

SUFFIX: Final = ".corpus"
BEFORE_VERSION: Final = "before version {version}"
"""The reason of a backup before a migration, in its file name."""
BEFORE_RESTORE: Final = "before restore"
"""The reason of a backup before a restore."""
BEFORE_MERGE: Final = "before merge"
"""The reason of a backup before the changes of others are merged."""
BEFORE_DELETION: Final = "before deletion"
"""The reason of a backup before labels are deleted."""
DAILY_BACKUPS: Final = 7
WEEKLY_BACKUPS: Final = 8
"""The days and weeks with backups whose newest is retained."""
MAX_AGE: Final = timedelta(days=1)
"""The age of the last backup at which the next is due."""
_ACTION_BACKUPS: Final = 3  # retained backups before a restore, a merge, and a deletion
_TIME: Final = "%Y-%m-%d %H-%M-%S"  # no colon: Windows forbids it in names
_NAME: Final = re.compile(r"(\d{4}-\d\d-\d\d \d\d-\d\d-\d\d)(?: (before [a-z]+(?: \d+)?))?\.corpus")
_MAX_NAME_LENGTH: Final = 60  # characters of the corpus's name in its folder's


class Backup(Struct, frozen=True, order=True):
    """A backup: local time, reason ("" if daily), path and size in bytes."""

    time: datetime
    reason: str
    path: Path
    bytes: int


def backup_folder(corpus: Path) -> Path:
    """Return the folder for a corpus's backups; it may not exist yet."""
    return _folder_for(resolve_path(corpus))


def _folder_for(path: Path) -> Path:
    sign = hashlib.sha256(str(path).encode("utf-8", "surrogateescape")).hexdigest()[:8]
    return extend_path(settings.data_dir() / "backups" / f"{path.stem[:_MAX_NAME_LENGTH].rstrip(' .')} {sign}")


def list_backups(corpus: Path) -> list[Backup]:
    """Return a corpus's backups, newest first. Raises CorpusError."""
    # Earlier versions did not resolve links: a linked corpus may have a second folder.
    folders, backups = {backup_folder(corpus), _folder_for(corpus.absolute())}, []
    for parent in folders:
        with translating_file_errors(parent):
            for path in parent.iterdir() if parent.is_dir() else ():
                if match := _NAME.fullmatch(path.name):
                    try:
                        time = datetime.strptime(match[1], _TIME)
                    except ValueError:
                        continue
                    backups.append(Backup(time, match[2] or "", path, path.stat().st_size))
    return sorted(backups, reverse=True)


def create_backup(corpus: Path, reason: str = "") -> Generator[tuple[int, int], None, Backup]:
    """Back up a corpus, then delete obsolete backups (see `retained`).

    Yields (pages copied, total pages); closed early, it changes nothing. Raises CorpusError.
    """
    folder, time = backup_folder(corpus), datetime.now().replace(microsecond=0)
    with translating_file_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
    last = next(iter(list_backups(corpus)), None)
    if last and time <= last.time < time + timedelta(
        minutes=1
    ):  # several backups in one second; one later still means a wrong clock
        time = last.time + timedelta(seconds=1)
    path = folder / _file_name(time, reason)
    size = yield from copy_corpus(corpus, path)
    _rotate(corpus, path)
    return Backup(time, reason, path, size)


def create_backup_beside(corpus: Path, reason: str) -> Path:
    """Back up a corpus into a file beside it, for an unusable backup folder; return the file's path.

    Raises CorpusError.
    """
    target = corpus.with_name(f"{corpus.stem} {_file_name(datetime.now(), reason)}")
    for _count in copy_corpus(corpus, target):
        pass
    return target


def is_due(corpus: Path, now: datetime) -> bool:
    """Return whether no backup is younger than MAX_AGE, regardless of changes since."""
    backups = list_backups(corpus)
    # A backup from the future was made while the clock was wrong.
    return not backups or not timedelta(0) <= now - backups[0].time < MAX_AGE


def retained(times: Iterable[datetime]) -> set[datetime]:
    """Return the times of the backups to retain.

    These are the newest of each of the last DAILY_BACKUPS days and WEEKLY_BACKUPS weeks (ISO 8601) that have any: none
    expires during an absence.
    """
    ordered = sorted(times, reverse=True)
    retained_times: set[datetime] = set()
    periods: Sequence[tuple[Callable[[datetime], object], int]] = (
        (lambda time: time.date(), DAILY_BACKUPS),
        (lambda time: time.isocalendar()[:2], WEEKLY_BACKUPS),
    )
    for period, limit in periods:
        newest: dict[object, datetime] = {}
        for time in ordered:
            newest.setdefault(period(time), time)
        retained_times |= set(list(newest.values())[:limit])
    return retained_times


def _rotate(corpus: Path, new_path: Path) -> None:
    """Delete obsolete backups and killed programs' partial files.

    The new backup stays whatever the clock says, those before a migration always.
    """
    backups = list_backups(corpus)
    daily = [backup for backup in backups if not backup.reason]
    retained_times = retained(backup.time for backup in daily)
    obsolete = [backup for backup in daily if backup.time not in retained_times]
    for reason in (BEFORE_RESTORE, BEFORE_MERGE, BEFORE_DELETION):
        obsolete += [backup for backup in backups if backup.reason == reason][_ACTION_BACKUPS:]
    stale = [path for path in new_path.parent.glob(".*.part*") if _is_stale(path)]
    for path in (*(backup.path for backup in obsolete if backup.path != new_path), *stale):
        discard_file(path)  # a file open elsewhere is deleted at the next backup


def _is_stale(path: Path) -> bool:
    return datetime.now() - datetime.fromtimestamp(path.stat().st_mtime) > MAX_AGE


def _file_name(time: datetime, reason: str) -> str:
    return " ".join(filter(None, (time.strftime(_TIME), reason))) + SUFFIX


def describe_reason(backup: Backup) -> str:
    """Return the backup's reason for the user."""
    if backup.reason == BEFORE_RESTORE:
        return _("before another backup was restored")
    if backup.reason == BEFORE_MERGE:
        return _("before changes were merged")
    if backup.reason == BEFORE_DELETION:
        return _("before a label was deleted")
    return _("before an update of the program") if backup.reason else _("automatic backup")
