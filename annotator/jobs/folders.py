"""Where an export of a folder goes: it takes the place of an older one that nobody has altered, and of nothing else."""

import hashlib
import os
from collections.abc import Iterator, Mapping, Set
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct

from annotator.file_ops import discard_file, discard_folder, replace_file
from annotator.formats.report import beside
from annotator.i18n import _
from annotator.jobs.publishing import CannotExport, Drafts, check_files, set_aside
from annotator.paths import hidden_path, refused_name, resolve_path

_CHUNK: Final = 1 << 16


class _Told(Struct):
    """What a report says of the folder that it lies beside."""

    files: str | None = None


class FolderDestination(Struct, frozen=True):
    """The folder that an export makes, the names of its parts in it, and the report. A part without a name is the
    folder itself."""

    folder: Path
    parts: Mapping[str, str]
    report: Path

    @contextmanager
    def published(self) -> Iterator[Drafts]:
        """Drafts to make in one of the folder. They take their places when the block ends, and go when it raises.
        Raises CannotExport where something else has the folder's place, OSError."""
        if self.folder.exists():
            self._check(self.folder)
        draft, report = hidden_path(self.folder, "part"), hidden_path(self.report, "part")
        try:
            draft.mkdir()
            yield Drafts({part: draft / name for part, name in self.parts.items()}, report, draft)
            self._replace(draft, report)
        finally:
            discard_file(report)
            discard_folder(draft)

    def _replace(self, draft: Path, report: Path) -> None:
        """Put the drafts in their places, or leave everything as it was. Raises CannotExport, OSError."""
        old = hidden_path(self.folder, "old") if self.folder.exists() else None
        if old:
            replace_file(self.folder, old)
        try:
            if old:
                self._check(old)  # again: somebody may have worked in it meanwhile
            with set_aside(self.report):
                replace_file(draft, self.folder)
                replace_file(report, self.report)
        except BaseException:
            if self.folder.exists():
                replace_file(self.folder, draft)
            if old:
                replace_file(old, self.folder)
            raise
        if old:
            discard_folder(old)

    def _check(self, folder: Path) -> None:
        """Raise CannotExport unless `folder` is empty or holds, file by file, what the report tells of."""
        if next(folder.iterdir(), None) is None:
            return
        told = _told(self.report)
        if told is None or contents(folder) != told:
            reason = _(
                "“{path}” is there already and holds something else than an export as it was written; choose another "
                "folder or move it away."
            )
            raise CannotExport(reason.format(path=self.folder))


def folder_destination(path: Path, corpus: Set[Path], parts: Mapping[str, str]) -> FolderDestination:
    """The folder of an export to `path`, with `parts` of these names in it; the report beside it.

    Raises CannotExport where they cannot be made; whether what is there is an older export is seen when they are.
    `corpus` are the files of the one that is exported.
    """
    named = path if path.name not in ("", "..") else resolve_path(path)
    if refusal := refused_name(named):
        raise CannotExport(refusal)
    folder = resolve_path(named) if named.is_symlink() else named
    if folder.exists() and not folder.is_dir():
        raise CannotExport(_("“{path}” is not a folder, and this export needs one.").format(path=path))
    check_files([beside(named)], corpus)
    for place in (folder, folder.parent):
        if place.exists() and not os.access(place, os.W_OK | os.X_OK):
            raise CannotExport(_("The folder “{path}” cannot be written to.").format(path=place))
    return FolderDestination(folder, parts, beside(named))


def _told(report: Path) -> str | None:
    """What a report says of the folder's contents; None where there is none that does. Raises OSError."""
    try:
        return msgspec.json.decode(report.read_bytes(), type=_Told).files
    except (FileNotFoundError, ValueError, RecursionError):
        return None


def contents(folder: Path) -> str:
    """All that is in a folder, by names and contents, as one number; in whatever order they are on the disk. Raises
    OSError."""
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
                    with Path(entry.path).open(
                        "rb", buffering=0
                    ) as file:  # hashlib.file_digest is slow with small ones
                        while data := file.read(_CHUNK):
                            content.update(data)
                else:
                    name += "?"  # a link, say: no export has one
                said = hashlib.sha256(os.fsencode(name) + b"\0" + content.digest()).digest()
                total = (total + int.from_bytes(said)) % (1 << 256)
    return f"{total:064x}"
