"""Backups: copies of a corpus that the program keeps by itself, in a place of its own, and which of them stay.

They are not beside the corpus: who loses a stick would lose both. Each corpus has a folder that bears its name and
a sign of its path, so that two of one name are kept apart. A backup is a corpus like any other, named by the time at
which it was made. One that is moved begins a new folder; the old one stays, and can be opened by hand.
"""

import hashlib
import re
from collections.abc import Generator, Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from msgspec import Struct

from annotator import settings
from annotator.file_ops import discard_file
from annotator.i18n import _
from annotator.paths import extend_path, resolve_path
from annotator.store import sqlite_errors
from annotator.store.copying import copy

SUFFIX: Final = ".corpus"
BEFORE_VERSION: Final = "before version {version}"
"""Why a backup was made, as a part of its name: the schema was about to be changed,"""
BEFORE_RESTORE: Final = "before restore"
"""or another backup to be put in the place of the corpus."""
DAYS: Final = 7
WEEKS: Final = 8
"""Of so many days and weeks that have backups, the newest one each is kept."""
AGE: Final = timedelta(days=1)
"""How old the last one may be."""
_RESTORES: Final = 3  # so many that were made before a restore are kept
_TIME: Final = "%Y-%m-%d %H-%M-%S"  # no colon: Windows has none in names
_NAME: Final = re.compile(r"(\d{4}-\d\d-\d\d \d\d-\d\d-\d\d)(?: (before [a-z]+(?: \d+)?))?\.corpus")
_LONGEST: Final = 60  # characters of a corpus' name in that of its folder


class Backup(Struct, frozen=True, order=True):
    """A backup: when it was made (local time), why, if not for its day's sake, where it is, and its bytes."""

    time: datetime
    reason: str
    path: Path
    bytes: int


def folder(corpus: Path) -> Path:
    """Where the backups of the corpus at this path are kept; it may not be there yet."""
    return _folder(resolve_path(corpus))


def _folder(path: Path) -> Path:
    sign = hashlib.sha256(str(path).encode("utf-8", "surrogateescape")).hexdigest()[:8]
    return extend_path(settings.data_dir() / "backups" / f"{path.stem[:_LONGEST].rstrip(' .')} {sign}")


def backups(corpus: Path) -> list[Backup]:
    """The backups of the corpus at this path, the newest first. Raises CorpusError where they cannot be looked for."""
    # One that is opened by a link had a folder of its own once.
    places, found = {folder(corpus), _folder(corpus.absolute())}, []
    for place in places:
        with sqlite_errors.translating_file_errors(place):
            for path in place.iterdir() if place.is_dir() else ():
                if named := _NAME.fullmatch(path.name):
                    try:
                        time = datetime.strptime(named[1], _TIME)
                    except ValueError:
                        continue
                    found.append(Backup(time, named[2] or "", path, path.stat().st_size))
    return sorted(found, reverse=True)


def keep(corpus: Path, reason: str = "") -> Generator[tuple[int, int], None, Backup]:
    """Make a backup of the corpus at this path, then let go of those that are not to stay (see `kept`).

    Yields how many of how many pages are copied; closed before its end, it leaves all as it was. Raises CorpusError.
    """
    place, made = folder(corpus), datetime.now().replace(microsecond=0)
    with sqlite_errors.translating_file_errors(place):
        place.mkdir(parents=True, exist_ok=True)
    last = next(iter(backups(corpus)), None)
    if last and made <= last.time < made + timedelta(
        minutes=1
    ):  # several in one second; a wrong clock is another thing
        made = last.time + timedelta(seconds=1)
    path = place / _name(made, reason)
    size = yield from copy(corpus, path)
    _rotate(corpus, path)
    return Backup(made, reason, path, size)


def keep_beside(corpus: Path, reason: str) -> Path:
    """Make a backup beside the corpus at this path, where none can be made in the folder of backups, and return where
    it is. Raises CorpusError."""
    target = corpus.with_name(f"{corpus.stem} {_name(datetime.now(), reason)}")
    for _count in copy(corpus, target):
        pass
    return target


def due(corpus: Path, now: datetime) -> bool:
    """Whether the last backup is as old as one may become, or there is none; not whether anything has changed since."""
    made = backups(corpus)
    # One of tomorrow was made by a clock that was wrong.
    return not made or not timedelta(0) <= now - made[0].time < AGE


def kept(times: Iterable[datetime]) -> set[datetime]:
    """Which of the backups of these times stay: the newest of each of the last DAYS days and of the last WEEKS weeks
    (ISO 8601) of which there are any. After a long time away, nothing is too old."""
    ordered = sorted(times, reverse=True)
    stay: set[datetime] = set()
    for period, most in ((_day, DAYS), (_week, WEEKS)):
        newest: dict[tuple[int, ...], datetime] = {}
        for time in ordered:
            newest.setdefault(period(time), time)
        stay |= set(list(newest.values())[:most])
    return stay


def _day(time: datetime) -> tuple[int, ...]:
    return time.year, time.month, time.day


def _week(time: datetime) -> tuple[int, ...]:
    return tuple(time.isocalendar()[:2])


def _rotate(corpus: Path, new: Path) -> None:
    """Remove what need not stay, and what a killed program has left half-made. The new one stays, whatever the clock
    says; one from before a change of the schema always does."""
    made = backups(corpus)
    usual = [one for one in made if not one.reason]
    stay = kept(one.time for one in usual)
    gone = [one for one in usual if one.time not in stay]
    gone += [one for one in made if one.reason == BEFORE_RESTORE][_RESTORES:]
    stale = [path for path in new.parent.glob(".*.part*") if _is_stale(path)]
    for path in (*(one.path for one in gone if one.path != new), *stale):
        discard_file(path)  # one that is open somewhere goes with the next backup


def _is_stale(path: Path) -> bool:
    return datetime.now() - datetime.fromtimestamp(path.stat().st_mtime) > AGE


def _name(time: datetime, reason: str) -> str:
    return " ".join(filter(None, (time.strftime(_TIME), reason))) + SUFFIX


def shown_reason(backup: Backup) -> str:
    """Why the backup was made, for a person."""
    if backup.reason == BEFORE_RESTORE:
        return _("before another one was restored")
    return _("before a new version of the program") if backup.reason else _("by itself")
