"""Checks whether an export's target holds an unchanged export.

The report beside an export has the digest of its files; only unchanged files may be replaced without asking.
"""

import hashlib
import os
from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct

from annotator.formats.report import report_path
from annotator.i18n import _
from annotator.open_databases import file_identity, list_open_identities, refuse_open_here
from annotator.paths import resolve_path
from annotator.store.database_files import SIDE_FILE_SUFFIXES, is_database
from annotator.store.errors import CorpusError

_CHUNK_SIZE: Final = 1 << 16  # bytes


class CannotExport(CorpusError):
    """The export cannot start and changed nothing; the text is one sentence."""


class WouldReplace(CannotExport):
    """The export would replace something other than an unchanged export, unless forced."""


class _OldReport(Struct):
    """The fields that identify an export's report, and the digest of its files."""

    format: str
    digest: str
    verified: bool
    files: str | None = None
    companions: dict[str, str] = {}


def read_digest(report: Path) -> str | None:
    """Return a report's digest; None if it is missing, not an export's, or has none.

    Raises OSError.
    """
    old = _read_report(report)
    return old.files if old else None


class Companion(Struct, frozen=True):
    """A file that is written beside that of an export."""

    path: Path
    content: bytes

    @property
    def name(self) -> str:
        """The file's name in a report, with “�” for bytes that are no UTF-8."""
        return os.fsencode(self.path.name).decode(errors="replace")

    def digest(self) -> str:
        """Return the content's SHA-256 as hexadecimal digits."""
        return hashlib.sha256(self.content).hexdigest()


def check_replaceable(path: Path, companion: Companion | None = None, *, force: bool) -> None:
    """Raise WouldReplace unless file, report and companion are missing, empty, or those of an unchanged export.

    `force` allows all but a corpus, which raises CannotExport anyway: nothing would bring it back. Raises OSError.
    """
    for target in (path, companion.path) if companion else (path,):
        if used_corpus := _used_corpus(target):
            raise CannotExport(_("“{path}” is a corpus in use.").format(path=used_corpus))
        _refuse_corpus(target)
    _refuse_corpus(report_path(path))
    if force:
        return
    if path.exists() and path.stat().st_size:
        report = _read_report(report_path(path))
        if report is None:
            raise WouldReplace(_("“{path}” already exists and is not an export.").format(path=path))
        if report.files is None:  # from an older version, without digests
            raise WouldReplace(_("“{path}” may have been changed after it was exported.").format(path=path))
        if file_digest(path) != report.files:
            raise WouldReplace(_("“{path}” was changed after it was exported.").format(path=path))
    check_report_replaceable(report_path(path), force=force)
    if companion:
        _check_companion(companion, _read_report(report_path(path)))


def check_folder_replaceable(folder: Path, report: Path, *, force: bool, name: Path | None = None) -> None:
    """Raise WouldReplace unless `folder` is missing, empty or exactly as its report describes.

    `force` allows changed files. Raises CannotExport, even then, if no report shows that it was an export, or if a
    corpus is in it; OSError. `name` is a moved folder's original path.
    """
    if folder.exists() and next(folder.iterdir(), None) is not None:
        digest = read_digest(report)
        if force:
            _refuse_corpora_in(folder, name or folder)
        if digest is None or not (force or folder_digest(folder) == digest):
            reason = _(
                "“{path}” already exists and contains something other than an unchanged export; choose "
                "another folder or move it away."
            )
            raise (CannotExport if digest is None else WouldReplace)(reason.format(path=name or folder))
    check_report_replaceable(report, force=force)


def check_report_replaceable(report: Path, *, force: bool) -> None:
    """Raise WouldReplace for a file that is neither empty nor an export's report, unless forced.

    Raises CannotExport for a corpus, even if forced, and OSError.
    """
    _refuse_corpus(report)
    if not force and report.exists() and report.stat().st_size and _read_report(report) is None:
        raise WouldReplace(_("“{path}” already exists and is not an export report.").format(path=report))


def file_digest(path: Path) -> str:
    """Return a file's SHA-256 as hexadecimal digits. Raises OSError, also for an open corpus."""
    refuse_open_here(path)
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def folder_digest(folder: Path) -> str:
    """Return one digest of all names and contents in a folder. Raises OSError."""
    total, open_files = 0, list_open_identities()
    pending = [(folder, "")]
    while pending:
        path, prefix = pending.pop()
        with os.scandir(path) as entries:
            for entry in entries:
                name, content = prefix + entry.name, hashlib.sha256()
                if entry.is_dir(follow_symlinks=False):
                    name += "/"
                    pending.append((Path(entry.path), name))
                elif entry.is_file(follow_symlinks=False) and file_identity(Path(entry.path)) not in open_files:
                    with Path(entry.path).open("rb", buffering=0) as file:  # file_digest is slow with small ones
                        while data := file.read(_CHUNK_SIZE):
                            content.update(data)
                else:
                    name += "?"  # such as a link, or an open corpus, which no export contains
                entry_digest = hashlib.sha256(os.fsencode(name) + b"\0" + content.digest()).digest()
                total = (total + int.from_bytes(entry_digest)) % (1 << 256)
    return f"{total:064x}"


def _check_companion(companion: Companion, report: _OldReport | None) -> None:
    """Raise WouldReplace unless the companion's file is missing, empty, as reported, or as it will be."""
    path = companion.path
    if not path.exists() or not path.stat().st_size:
        return
    reported = report.companions.get(companion.name) if report else None
    digest = file_digest(path)
    if digest in (reported, companion.digest()):
        return
    if reported is None:
        raise WouldReplace(_("“{path}” already exists and is not an export.").format(path=path))
    raise WouldReplace(_("“{path}” was changed after it was exported.").format(path=path))


def _read_report(report: Path) -> _OldReport | None:
    try:
        refuse_open_here(report)
        return msgspec.json.decode(report.read_bytes(), type=_OldReport)
    except (FileNotFoundError, ValueError, RecursionError):
        return None


def _refuse_corpus(path: Path, name: Path | None = None) -> None:
    """Raise CannotExport if the file is a corpus: nothing would bring it back. Raises OSError.

    `name` is a moved file's original path.
    """
    if path.is_file() and is_database(path):
        message = _("“{path}” is a corpus, which an export never replaces; choose another name.")
        raise CannotExport(message.format(path=name or path))


def _refuse_corpora_in(folder: Path, name: Path) -> None:
    """Raise CannotExport if a file in the folder is a corpus; links in it lead elsewhere. Raises OSError."""
    for parent, _folders, files in os.walk(folder):
        for path in (Path(parent, file) for file in files):
            if not path.is_symlink():
                _refuse_corpus(path, name / path.relative_to(folder))


def _used_corpus(path: Path) -> Path | None:
    """Return the corpus in use (with side files) that `path` belongs to."""
    resolved = resolve_path(path)
    for suffix in ("", *SIDE_FILE_SUFFIXES):
        corpus = resolved.with_name(resolved.name.removesuffix(suffix))
        has_side_files = any(corpus.with_name(corpus.name + side_suffix).exists() for side_suffix in SIDE_FILE_SUFFIXES)
        if (
            resolved.name.endswith(suffix)
            and corpus.name
            and has_side_files
            and corpus.is_file()
            and is_database(corpus)
        ):
            return corpus
    return None
