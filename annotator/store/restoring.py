"""Previewing and restoring backups, and making due ones."""

import logging
from collections.abc import Generator
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from annotator.file_ops import discard_file, rename_file
from annotator.i18n import _
from annotator.model.records import DONE
from annotator.model.teams import BEGINNING
from annotator.paths import hidden_path
from annotator.store import (
    backups,
    database_files,
    opening,
    shared_memory,
)
from annotator.store.backups import BEFORE_RESTORE, Backup
from annotator.store.connections import connect_readonly, disable_wal
from annotator.store.copying import copy_corpus, transfer
from annotator.store.corpus import Corpus
from annotator.store.errors import CorpusError, LockedCorpus, translating_file_errors
from annotator.store.queries.article_list import ArticleFilter, ArticleSummary, list_article_numbers, load_summaries
from annotator.store.queries.removals import not_removed
from annotator.store.queries.team import join_team, leave_team, read_team
from annotator.store.sqlite_library import Database

_log = logging.getLogger(__name__)
_PAGE_SIZE = 4096  # bytes: SQLite's default; no page of a corpus is smaller
_ATTEMPTS = 5  # to restore a corpus while others write


class Contents(Struct, frozen=True):
    """A corpus's size, and its last edit's time (ISO 8601, UTC) and annotator."""

    articles: int
    spans: int
    done: int
    time: str | None
    annotator: str | None


def read_contents(corpus: Corpus) -> Contents:
    """Return the corpus's contents without removed articles; `done` counts articles done by anybody."""
    [(articles, spans, done)] = corpus.fetch_tuples(
        f"SELECT (SELECT count(*) FROM article WHERE {not_removed('uid')}), "
        f"(SELECT count(*) FROM span WHERE {not_removed('article')}), "
        f"(SELECT count(DISTINCT article) FROM status WHERE state = ? AND {not_removed('article')})",
        DONE,
    )
    last_edit_rows = corpus.fetch_tuples("SELECT time, annotator FROM edit ORDER BY id DESC LIMIT 1")
    return Contents(articles, spans, done, *(last_edit_rows[0] if last_edit_rows else (None, None)))


def preview_backup(path: Path, limit: int) -> tuple[Contents, list[ArticleSummary]]:
    """Return a backup's contents and first article summaries. Raises CorpusError."""
    with Corpus.open_backup(path) as corpus:
        return read_contents(corpus), list(
            load_summaries(corpus, list_article_numbers(corpus, "", ArticleFilter())[:limit])
        )


def create_backup_if_due(corpus: Path) -> Generator[tuple[int, int], None, Backup | None]:
    """Back up a corpus if a backup is due and the content has changed; else return None."""
    if not backups.is_due(corpus, datetime.now()):
        return None
    last = next(iter(backups.list_backups(corpus)), None)
    with suppress(CorpusError), Corpus.open(corpus, readonly=True) as current:
        if last and _has_same_content(current, last.path):
            return None
    backup = yield from backups.create_backup(corpus)
    _log.info("backed up %s", corpus)
    return backup


def restore(corpus: Path, backup: Path) -> Generator[tuple[int, int], None, Backup]:
    """Restore a corpus from a backup; return a safety backup of its previous content.

    The file is overwritten in place in one transaction: any process's connections go on with the restored content. The
    safety backup is made again if they write after it. An older version's backup is first migrated, in a copy. The
    corpus stays in its team: it reads the remote again from where the backup had read it. Yields (pages copied, total
    pages); closed early, it changes nothing. Raises CorpusError, LockedCorpus if others never stop writing.
    """
    Corpus.open_backup(backup).close()
    Corpus.open(corpus, readonly=True).close()  # overwrite no damaged file, only a corpus
    temporary = hidden_path(backups.backup_folder(corpus) / corpus.name, "part")
    try:
        for _attempt in range(_ATTEMPTS):
            safety_backup = yield from backups.create_backup(corpus, BEFORE_RESTORE)
            if not temporary.exists():
                yield from copy_corpus(backup, temporary)
                _keep_team(temporary, corpus)
                if not shared_memory.is_usable(corpus.absolute().parent):
                    disable_wal(temporary)  # the journal mode is in the header and is copied too
            try:
                yield from _overwrite(temporary, corpus, safety_backup)
            except _ChangedSinceBackup:
                discard_file(safety_backup.path)
            else:
                _log.info("restored %s from a backup", corpus)
                return safety_backup
    finally:
        discard_file(temporary)
    raise LockedCorpus(_("Other programs keep writing to “{path}”: it was left unchanged.").format(path=corpus))


def _keep_team(backup: Path, corpus: Path) -> None:
    """Migrate a copy of a backup, and let it belong to the team of the corpus, or to none.

    If it was in that team already, it has its own cursor, and its steps that were pending then are so again.
    """
    with Corpus.open(corpus, readonly=True) as current:
        team = read_team(current)
    with Corpus(backup, opening.connect_to_corpus(backup, with_backup=False)) as restored:
        former = read_team(restored)
        if team is None:
            if former is not None:
                leave_team(restored)
        elif former is None or (former.uid, former.member) != (team.uid, team.member):
            join_team(restored, replace(team, cursor=BEGINNING))
        restored.checkpoint()


def _overwrite(temporary: Path, corpus: Path, safety_backup: Backup) -> Generator[tuple[int, int], None, None]:
    """Overwrite the corpus with `temporary`.

    Raises _ChangedSinceBackup if the corpus differs from its safety backup, CorpusError.
    """
    has_shared_memory = shared_memory.is_usable(corpus.absolute().parent)

    def target() -> Database:
        db = opening.connect_to_corpus(corpus)
        try:
            if not has_shared_memory:  # readers block the writer: check first, under the same lock
                db.execute("PRAGMA locking_mode = EXCLUSIVE")
                db.execute("BEGIN EXCLUSIVE")  # the mode alone takes effect only at the next write
                db.execute("COMMIT")
                _require_same_content(Corpus(corpus, db), safety_backup)
        except BaseException:
            db.close()
            raise
        return db

    def check() -> None:
        if has_shared_memory:
            with Corpus.open(corpus, readonly=True) as current:
                _require_same_content(current, safety_backup)

    page_limit = max(1, temporary.stat().st_size // _PAGE_SIZE // 2)
    yield from transfer(lambda: connect_readonly(temporary), target, corpus, check=check, page_limit=page_limit)


class _ChangedSinceBackup(Exception):
    """The corpus was written to since its backup."""


def replace_damaged(corpus: Path, backup: Path) -> Generator[tuple[int, int], None, Path]:
    """Replace a damaged corpus with a copy of a backup; rename the damaged file and return its new path.

    Connections to it notice that. Yields (pages copied, total pages); closed early, it changes nothing.
    """
    Corpus.open_backup(backup).close()
    temporary = hidden_path(corpus, backups.SUFFIX.removeprefix("."))
    try:
        yield from copy_corpus(backup, temporary)
        time = datetime.now().strftime("%Y-%m-%d %H-%M-%S")
        moved_path = corpus.with_name(f"{corpus.stem} damaged {time}{corpus.suffix}")
        with translating_file_errors(corpus):
            _swap(corpus, temporary, moved_path)
        return moved_path
    finally:
        discard_file(temporary)


def _swap(corpus: Path, replacement: Path, moved_path: Path) -> None:
    """Rename the corpus and its side files to `moved_path`, `replacement` to the corpus, or change nothing.

    Raises OSError.
    """
    renames: list[tuple[Path, Path]] = []
    try:
        # Side files first: a log without its file belongs to nobody, and a file without its log is complete.
        for source, target in zip(
            [*database_files.side_files(corpus), corpus],
            [*database_files.side_files(moved_path), moved_path],
            strict=True,
        ):
            if source.exists():
                rename_file(source, target)
                renames.append((source, target))
        rename_file(replacement, corpus)
    except OSError:
        for source, target in reversed(renames):
            rename_file(target, source)
        raise


def _has_same_content(corpus: Corpus, backup: Path) -> bool:
    """Return whether the content is the same, apart from last positions and indexes. Raises CorpusError."""
    with Corpus.open_backup(backup) as backup_corpus:
        return _fingerprint(corpus) == _fingerprint(backup_corpus)


def _require_same_content(corpus: Corpus, safety_backup: Backup) -> None:
    """Raise _ChangedSinceBackup unless the contents are the same. Raises CorpusError."""
    if not _has_same_content(corpus, safety_backup.path):
        raise _ChangedSinceBackup


def _fingerprint(corpus: Corpus) -> list[tuple[object, ...]]:
    """Return values that differ between any two states of the corpus.

    Each change is an edit, a new article, or a change of labels, annotators or assignments. Raises CorpusError for a
    backup of an older version.
    """
    return corpus.fetch_tuples(
        "SELECT (SELECT max(id) FROM edit), (SELECT max(id) FROM article), (SELECT count(*) FROM article), "
        "(SELECT group_concat(quote(name) || quote(title) || quote(guideline) || quote(light) || quote(dark) || "
        "quote(key) || position) FROM (SELECT * FROM label ORDER BY position)), "
        "(SELECT step FROM edit ORDER BY id DESC LIMIT 1), "
        "(SELECT group_concat(quote(name)) FROM (SELECT name FROM annotator ORDER BY name)), "
        "(SELECT max(rowid) FROM assignment), (SELECT max(rowid) FROM unassignment)"
    )
