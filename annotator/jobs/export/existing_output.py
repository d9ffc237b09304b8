"""What already lies where an export is to go: an export of ours that nobody changed since, or something else.

The report beside an export has the digest of what was written. Only what still has that digest may be replaced without
asking.
"""

import hashlib
import os
from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct

from annotator.formats.report import beside
from annotator.i18n import _
from annotator.paths import resolve_path
from annotator.store.side_files import SIDE_FILES

_CHUNK: Final = 1 << 16
_DATABASE: Final = b"SQLite format 3\0"
"""How each corpus file begins: https://www.sqlite.org/fileformat.html#magic_header_string"""


class CannotExport(Exception):
    """The export was not begun and nothing was changed; the text is one sentence for a person."""


class WouldReplace(CannotExport):
    """The export would replace something that is no unchanged export; it may still be forced to."""


class _OldReport(Struct):
    """What tells the report of an export from any other file, and the digest of what was exported."""

    format: str
    digest: str
    verified: bool
    files: str | None = None


def read_digest(report: Path) -> str | None:
    """Return the digest of the export that a report describes; None where there is no report of ours with one.

    Raises OSError.
    """
    old = _read_report(report)
    return old.files if old else None


def check_replaceable(path: Path, *, force: bool) -> None:
    """Raise WouldReplace unless the file at `path` and the report beside it are missing, empty, or an export of ours
    that nobody changed since. With `force`, raise CannotExport where a corpus there is in use, and else nothing.

    Raises OSError.
    """
    if used := _used_corpus(path):
        raise CannotExport(_("“{path}” is a corpus that is in use.").format(path=used))
    if force:
        return
    if path.exists() and path.stat().st_size:
        if is_database(path):
            raise WouldReplace(_("“{path}” is a corpus.").format(path=path))
        report = _read_report(beside(path))
        if report is None:
            raise WouldReplace(_("“{path}” is there already and is no export.").format(path=path))
        if report.files is None:  # of a version of the program that did not note it
            raise WouldReplace(_("“{path}” may have been changed after it was exported.").format(path=path))
        if file_digest(path) != report.files:
            raise WouldReplace(_("“{path}” was changed after it was exported.").format(path=path))
    _check_report(beside(path))


def check_folder_replaceable(folder: Path, report: Path, *, force: bool, name: Path | None = None) -> None:
    """Raise WouldReplace unless `folder` is missing, empty or holds, file by file, what the report describes.

    With `force`, what it holds may have changed. Raises CannotExport where no report shows that it ever was an export:
    no force replaces a whole folder of something else. `name` is what the folder is called if it was moved. Raises
    OSError.
    """
    if folder.exists() and next(folder.iterdir(), None) is not None:
        digest = read_digest(report)
        if digest is None or not (force or folder_digest(folder) == digest):
            reason = _(
                "“{path}” is there already and holds something else than an export as it was written; choose another "
                "folder or move it away."
            )
            raise (CannotExport if digest is None else WouldReplace)(reason.format(path=name or folder))
    if not force:
        _check_report(report)


def file_digest(path: Path) -> str:
    """Return the SHA-256 of a file's bytes as hexadecimal digits. Raises OSError."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def folder_digest(folder: Path) -> str:
    """Return one number for all names and contents in a folder, whatever their order on the disk. Raises OSError."""
    total = 0
    left = [(folder, "")]
    while left:
        path, within = left.pop()
        with os.scandir(path) as entries:
            for entry in entries:
                name, content = within + entry.name, hashlib.sha256()
                if entry.is_dir(follow_symlinks=False):
                    name += "/"
                    left.append((Path(entry.path), name))
                elif entry.is_file(follow_symlinks=False):
                    with Path(entry.path).open("rb", buffering=0) as file:  # file_digest is slow with small ones
                        while data := file.read(_CHUNK):
                            content.update(data)
                else:
                    name += "?"  # a link, say: no export has one
                said = hashlib.sha256(os.fsencode(name) + b"\0" + content.digest()).digest()
                total = (total + int.from_bytes(said)) % (1 << 256)
    return f"{total:064x}"


def _check_report(report: Path) -> None:
    if report.exists() and report.stat().st_size and _read_report(report) is None:
        raise WouldReplace(_("“{path}” is there already and is no report of an export.").format(path=report))


def _read_report(report: Path) -> _OldReport | None:
    try:
        return msgspec.json.decode(report.read_bytes(), type=_OldReport)
    except (FileNotFoundError, ValueError, RecursionError):
        return None


def is_database(path: Path) -> bool:
    """Return whether a file begins as each corpus does. Raises OSError."""
    with path.open("rb") as file:
        return file.read(len(_DATABASE)) == _DATABASE


def _used_corpus(path: Path) -> Path | None:
    """Return the corpus that has side files, if `path` is that corpus or one of them."""
    real = resolve_path(path)
    for side in ("", *SIDE_FILES):
        corpus = real.with_name(real.name.removesuffix(side))
        sides = any(corpus.with_name(corpus.name + end).exists() for end in SIDE_FILES)
        if real.name.endswith(side) and corpus.name and sides and corpus.is_file() and is_database(corpus):
            return corpus
    return None
