"""What a backup holds, whether one is needed, and how one takes the place of the corpus."""

import logging
import sqlite3
from collections.abc import Generator
from datetime import datetime
from pathlib import Path
from uuid import uuid4

from msgspec import Struct

from annotator.file_ops import discard_file, rename_file
from annotator.i18n import _
from annotator.model.records import DONE
from annotator.store import backups, opening, safe_connection, shared_memory, side_files, sqlite_errors, verification
from annotator.store.backups import BEFORE_RESTORE, Backup
from annotator.store.connection import Connection
from annotator.store.copying import copy, transfer
from annotator.store.corpus import Corpus
from annotator.store.errors import CorpusError, Locked
from annotator.store.queries.article_list import Choice, Summary, numbers, summaries

_log = logging.getLogger(__name__)
_PAGE = 4096  # bytes: SQLite's usual size, and no page of a corpus is smaller
_ATTEMPTS = 5  # to restore a corpus that others write to


class Contents(Struct, frozen=True):
    """What a corpus holds: how much, and the last edit: when (ISO 8601, UTC), and whose."""

    articles: int
    spans: int
    done: int
    time: str | None
    annotator: str | None


def contents(corpus: Corpus) -> Contents:
    """What the corpus holds. `done` counts the articles that anybody is done with."""
    [(articles, spans, done)] = corpus.tuples(
        "SELECT (SELECT count(*) FROM article), (SELECT count(*) FROM span), "
        "(SELECT count(DISTINCT article) FROM status WHERE state = ?)",
        DONE,
    )
    last = corpus.tuples("SELECT time, annotator FROM edit ORDER BY id DESC LIMIT 1")
    return Contents(articles, spans, done, *(last[0] if last else (None, None)))


def glimpse(path: Path, most: int) -> tuple[Contents, list[Summary]]:
    """What a backup holds, and so many of its articles as a list shows them. Raises CorpusError."""
    with look(path) as corpus:
        return contents(corpus), list(summaries(corpus, numbers(corpus, "", Choice())[:most]))


def keep_if_due(corpus: Path) -> Generator[tuple[int, int], None, Backup | None]:
    """Make a backup of the corpus at this path if the last one is old, and something was done since; None if not."""
    if not backups.due(corpus, datetime.now()):
        return None
    last = next(iter(backups.backups(corpus)), None)
    if last and _is_same(corpus, last.path):
        return None
    made = yield from backups.keep(corpus)
    _log.info("backed up %s", corpus)
    return made


def restore(corpus: Path, backup: Path) -> Generator[tuple[int, int], None, Backup]:
    """Make the corpus at this path what the backup holds; returns the backup of what it was before.

    The file stays the same one and is changed in one transaction: whoever has it open, in this process or another,
    goes on in what was restored. What they write until then is in the backup that is returned; it is made anew where
    they wrote after it. A backup of an older version is brought up to date first, in a copy. Yields how far it is;
    closed before its end, it leaves the corpus as it was. Raises CorpusError, Locked where others never stop writing.
    """
    look(backup).close()
    Corpus.open(corpus, readonly=True).close()  # a file that is no corpus, or damaged, is not written to: see `replace`
    making = backups.folder(corpus) / f".{uuid4().hex}.part"
    try:
        for _attempt in range(_ATTEMPTS):
            before = yield from backups.keep(corpus, BEFORE_RESTORE)
            if not making.exists():
                yield from copy(backup, making)
                opening.connect(making, backed_up=False).close()
                if not shared_memory.is_usable(corpus.absolute().parent):
                    safe_connection.leave_log(making)  # the header says whether there is one, and is copied too
            try:
                yield from _take_place(making, corpus, before)
            except _WrittenSince:
                discard_file(before.path)
            else:
                _log.info("restored %s from a backup", corpus)
                return before
    finally:
        discard_file(making)
    raise Locked(_("Others keep writing to “{path}”: it stays as it is.").format(path=corpus))


def _take_place(making: Path, corpus: Path, before: Backup) -> Generator[tuple[int, int], None, None]:
    """Make the corpus what `making` is. Raises _WrittenSince where it is no longer what it was when it was backed up,
    CorpusError."""

    has_memory = shared_memory.is_usable(corpus.absolute().parent)

    def target() -> sqlite3.Connection:
        db = opening.connect(corpus)
        try:
            if not has_memory:  # nobody reads beside whoever writes, so the check comes first, under the same lock
                safe_connection.lock(db.conn)
                _require_same(Corpus(corpus, db), before)
        except BaseException:
            db.close()
            raise
        return db.conn

    def check() -> None:
        if has_memory:
            with Corpus.open(corpus, readonly=True) as current:
                _require_same(current, before)

    half = max(1, making.stat().st_size // _PAGE // 2)
    yield from transfer(lambda: safe_connection.connect_readonly(making), target, corpus, check=check, most=half)


class _WrittenSince(Exception):
    """Others have written to the corpus since it was backed up."""


def replace(corpus: Path, backup: Path) -> Generator[tuple[int, int], None, Path]:
    """Put a copy of the backup where a damaged corpus lies, which is moved aside; its new path.

    Whoever still has the damaged file open is told that it was moved. Closed before its end, it leaves all as it was.
    """
    look(backup).close()
    making = corpus.with_name(f".{uuid4().hex}{backups.SUFFIX}")
    try:
        yield from copy(backup, making)
        time = datetime.now().strftime("%Y-%m-%d %H-%M-%S")
        aside = corpus.with_name(f"{corpus.stem} damaged {time}{corpus.suffix}")
        with sqlite_errors.translating_file_errors(corpus):
            _swap(corpus, making, aside)
        return aside
    finally:
        discard_file(making)


def _swap(corpus: Path, making: Path, aside: Path) -> None:
    """Move the corpus aside with its log, and give its name to `making`; or leave all as it was. Raises OSError."""
    moved: list[tuple[Path, Path]] = []
    try:
        # Side files first: a log without its file is taken for nobody's, a file without it is whole.
        for beside, target in zip(
            [*side_files.side_files(corpus), corpus], [*side_files.side_files(aside), aside], strict=True
        ):
            if beside.exists():
                rename_file(beside, target)
                moved.append((beside, target))
        rename_file(making, corpus)
    except OSError:
        for beside, target in reversed(moved):
            rename_file(target, beside)
        raise


def look(path: Path) -> Corpus:
    """The corpus in a backup, of whatever version, to be read as it lies: it is not brought up to date, and no file is
    made beside it. What was added to the schema since cannot be read."""
    return Corpus(path, verification.connect_immutable(path))


def _is_same(corpus: Path, backup: Path) -> bool:
    """Whether the backup holds what the corpus holds, but for where people stopped and what can be made anew."""
    try:
        with Corpus.open(corpus, readonly=True) as current, look(backup) as other:
            return _sign(current) == _sign(other)
    except CorpusError:
        return False


def _require_same(corpus: Corpus, before: Backup) -> None:
    """Raise _WrittenSince unless the backup holds what the corpus holds. Raises CorpusError."""
    with look(before.path) as other:
        if _sign(corpus) != _sign(other):
            raise _WrittenSince


def _sign(corpus: Connection) -> list[tuple[object, ...]]:
    """What tells a state of the corpus from any later one: nothing is ever added or changed without an edit but
    articles and labels, and of articles none is changed."""
    return corpus.tuples(
        "SELECT (SELECT max(id) FROM edit), (SELECT max(id) FROM article), (SELECT count(*) FROM article), "
        "(SELECT group_concat(quote(name) || quote(title) || quote(guideline) || quote(light) || quote(dark) || "
        "quote(key) || position) FROM (SELECT * FROM label ORDER BY position)), "
        "(SELECT step FROM edit ORDER BY id DESC LIMIT 1)"
    )
