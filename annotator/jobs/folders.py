"""Where an export of a folder goes: it takes the place of an older one that nobody has altered, and of nothing else."""

import hashlib
import os
import shutil
from collections.abc import Iterator, Mapping, Set
from contextlib import contextmanager
from pathlib import Path

import msgspec
from msgspec import Struct

from annotator.core.model import new_uid
from annotator.formats.report import beside
from annotator.i18n import _
from annotator.jobs.publishing import WHOLE, CannotExport, check_files, check_split


class Contents:
    """All that is in a folder, by names and contents, as one number; in whatever order it is added, none is kept."""

    def __init__(self) -> None:
        self._sum = 0

    def add(self, name: str, content: bytes = b"") -> None:
        """Count a file by the SHA-256 of what is in it, or a folder by nothing; `name` is relative to the folder, with
        slashes, and that of a folder ends with one."""
        said = hashlib.sha256(os.fsencode(name) + b"\0" + content).digest()
        self._sum = (self._sum + int.from_bytes(said)) % (1 << 256)

    def digest(self) -> str:
        """The number, in hexadecimal."""
        return f"{self._sum:064x}"


class _Told(Struct):
    """What a report says of the folder that it lies beside."""

    files: str | None = None


class FolderDestination(Struct, frozen=True):
    """The folder that an export makes, the one of each part in it (or itself), and the report."""

    folder: Path
    parts: tuple[str, ...]
    report: Path

    @contextmanager
    def published(self) -> Iterator[list[Path]]:
        """A draft to make and fill for each part, and one of the report. They take their places when the block ends,
        and go when it raises. Raises CannotExport where something else has the folder's place, OSError."""
        if self.folder.exists():
            self._check(self.folder)
        draft, report = _hidden(self.folder, "part"), _hidden(self.report, "part")
        try:
            yield [*(draft / part for part in self.parts), report]
            self._replace(draft, report)
        finally:
            report.unlink(missing_ok=True)
            if draft.exists():
                shutil.rmtree(draft)

    def _replace(self, draft: Path, report: Path) -> None:
        """Put the drafts in their places, or leave everything as it was. Raises CannotExport, OSError."""
        old = _hidden(self.folder, "old") if self.folder.exists() else None
        if old:
            self.folder.replace(old)
        try:
            if old:
                self._check(old)  # again: somebody may have worked in it meanwhile
            draft.replace(self.folder)
            report.replace(self.report)
        except BaseException:
            if self.folder.exists():
                self.folder.replace(draft)
            if old:
                old.replace(self.folder)
            raise
        if old:
            shutil.rmtree(old)

    def _check(self, folder: Path) -> None:
        """Raise CannotExport unless `folder` is empty or holds, file by file, what the report tells of."""
        if next(folder.iterdir(), None) is None:
            return
        told = _told(self.report)
        if told is None or _digest(folder) != told:
            reason = _(
                "“{path}” is there already and holds something else than an export as it was written; choose another "
                "folder or move it away."
            )
            raise CannotExport(reason.format(path=self.folder))


def folder_destination(path: Path, corpus: Set[Path], split: Mapping[str, int] | None) -> FolderDestination:
    """The folder of an export to `path`, or with `split` the one of each part in it; the report beside it.

    Raises CannotExport where they cannot be made; whether what is there is an older export is seen when they are.
    `corpus` are the files of the one that is exported.
    """
    if split is not None:
        check_split(split)
    named = path if path.name not in ("", "..") else path.resolve()
    folder = named.resolve() if named.is_symlink() else named
    if folder.exists() and not folder.is_dir():
        raise CannotExport(_("“{path}” is not a folder, and the format has a file for each article.").format(path=path))
    check_files([beside(named)], corpus)
    for place in (folder, folder.parent):
        if place.exists() and not os.access(place, os.W_OK | os.X_OK):
            raise CannotExport(_("The folder “{path}” cannot be written to.").format(path=place))
    return FolderDestination(folder, tuple(split or (WHOLE,)), beside(named))


def _hidden(path: Path, kind: str) -> Path:
    return path.with_name(f".{path.name}.{new_uid()}.{kind}")


def _told(report: Path) -> str | None:
    """What a report says of the folder's contents; None where there is none that does. Raises OSError."""
    try:
        return msgspec.json.decode(report.read_bytes(), type=_Told).files
    except (FileNotFoundError, msgspec.DecodeError):
        return None


def _digest(folder: Path) -> str:
    """The contents of a folder, as they are on the disk. Raises OSError."""
    found = Contents()
    left = [(folder, "")]
    while left:
        path, within = left.pop()
        with os.scandir(path) as entries:
            for entry in entries:
                name = within + entry.name
                if entry.is_dir(follow_symlinks=False):
                    found.add(f"{name}/")
                    left.append((Path(entry.path), f"{name}/"))
                elif entry.is_file(follow_symlinks=False):
                    with Path(entry.path).open("rb") as file:
                        found.add(name, hashlib.file_digest(file, "sha256").digest())
                else:
                    found.add(f"{name}?")  # a link, say: no export has one
    return found.digest()
