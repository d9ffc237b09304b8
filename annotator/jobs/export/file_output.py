"""The target file of an export: checked, written under temporary names, moved into place."""

import os
import re
from collections.abc import Iterator, Mapping, Sequence, Set
from contextlib import contextmanager, suppress
from fractions import Fraction
from pathlib import Path
from typing import Final

from msgspec import Struct

from annotator.file_ops import delete_file, discard_file, replace_file, synced_file
from annotator.formats.report import report_path
from annotator.i18n import _
from annotator.jobs.export.compression import is_compressed_path
from annotator.jobs.export.existing_output import CannotExport, Companion, check_replaceable
from annotator.jobs.export.temporary_output import (
    COMPANION_PART,
    OLD,
    PART,
    PLAIN,
    REPORT_OLD,
    REPORT_PART,
    clear_leftovers,
    temporary_paths,
)
from annotator.paths import explain_invalid_name, resolve_path

UNSPLIT: Final = ""
"""The key of the only part of an unsplit export."""

SINGLE_PART_NAME: Final = "train"
"""The file name of that part in a folder, without suffix."""

_PART_NAME: Final = re.compile(r"\w[\w-]*")


class StagedFiles(Struct, frozen=True):
    """Temporary paths to write: a file or folder for each part, and the report.

    `folder`, if any, contains the parts and further files; `compressed`, if any, is the path for the compressed file.
    """

    parts: Mapping[str, Path]
    report: Path
    folder: Path | None = None
    compressed: Path | None = None


class FileOutput(Struct, frozen=True):
    """The target file, its report and, if any, its companion; `force` may replace more than an unchanged export."""

    file: Path
    report: Path
    companion: Companion | None = None
    force: bool = False

    @contextmanager
    def staged(self) -> Iterator[StagedFiles]:
        """Yield temporary files; move them into place on success, delete them on failure."""
        with temporary_paths(self.file) as temporary:
            if is_compressed_path(self.file):
                yield StagedFiles({UNSPLIT: temporary(PLAIN)}, temporary(REPORT_PART), compressed=temporary(PART))
            else:
                yield StagedFiles({UNSPLIT: temporary(PART)}, temporary(REPORT_PART))
            check_replaceable(self.file, self.companion, force=self.force)  # again: it may have changed meanwhile
            with (
                _restored_on_error(self.file, temporary(OLD)),
                moved_aside(self.report, temporary(REPORT_OLD)),
                _replaced(self.companion, temporary(COMPANION_PART)),
            ):
                replace_file(temporary(PART), self.file)
                replace_file(temporary(REPORT_PART), self.report)


@contextmanager
def _replaced(companion: Companion | None, temporary: Path) -> Iterator[None]:
    """Write a companion by way of a temporary file; restore on error what was there."""
    if companion is None:
        yield
        return
    before = companion.path.read_bytes() if companion.path.exists() else None
    try:
        _write(companion.path, companion.content, temporary)
        yield
    except BaseException:
        if before is None:
            delete_file(companion.path)
        else:
            _write(companion.path, before, temporary)
        raise


def _write(path: Path, content: bytes, temporary: Path) -> None:
    with synced_file(temporary) as file:
        file.write(content)
    replace_file(temporary, path)


@contextmanager
def _restored_on_error(file: Path, old: Path) -> Iterator[None]:
    """Let the block replace the file; restore it on error.

    `old` is a hard link to it meanwhile. Without hard links, a replaced file is deleted instead.
    """
    before = _identify(file)
    with suppress(OSError):
        old.hardlink_to(file)
    try:
        yield
    except BaseException:
        if _identify(file) != before:
            if old.exists():
                replace_file(old, file)
            else:
                delete_file(file)
        raise
    finally:
        discard_file(old)


def _identify(file: Path) -> tuple[int, int] | None:
    """Return values that identify a file; None if there is none."""
    try:
        status = file.stat()
    except FileNotFoundError:
        return None
    return status.st_ino, status.st_mtime_ns  # some file systems have no inode numbers


@contextmanager
def moved_aside(report: Path, old: Path) -> Iterator[None]:
    """Move the old report to `old` while the file is replaced; move it back on error.

    Thus, whenever the program is killed, a report describes the file beside it.
    """
    with suppress(FileNotFoundError):
        replace_file(report, old)
    try:
        yield
    except BaseException:
        if old.exists() and not report.exists():
            replace_file(old, report)
        raise
    finally:
        discard_file(old)


def prepare_file_output(
    path: Path, corpus: Set[Path], configuration: tuple[str, bytes] | None = None, *, force: bool = False
) -> FileOutput:
    """Prepare an export to a file; clear the leftovers of killed ones.

    `corpus` has the exported corpus's files; `configuration` is the name and content of a file to write beside it.
    Raises CannotExport if a file cannot be created, WouldReplace without `force` if they would replace anything but an
    unchanged export, OSError.
    """
    if refusal := explain_invalid_name(path):
        raise CannotExport(refusal)
    if path.is_dir():
        raise CannotExport(_("“{path}” is a folder; choose a file in it.").format(path=path))
    companion = None
    if configuration is not None:
        name, content = configuration
        companion = Companion(path.with_name(f"{path.name}.{name}"), content)
    check_files([path, *([companion.path] if companion else []), report_path(path)], corpus)
    clear_leftovers(path, report_path(path))
    check_replaceable(path, companion, force=force)
    return FileOutput(path, report_path(path), companion, force)


def check_files(files: Sequence[Path], corpus: Set[Path]) -> None:
    """Raise CannotExport if a file cannot be created; the last is the report, whose folder must exist."""
    folder = files[-1].parent
    if not folder.is_dir():
        raise CannotExport(_("The folder “{path}” does not exist.").format(path=folder))
    if not os.access(folder, os.W_OK | os.X_OK):
        raise CannotExport(_("The folder “{path}” cannot be written to.").format(path=folder))
    for file in files:
        if refusal := explain_invalid_name(file):
            raise CannotExport(refusal)
        if resolve_path(file) in corpus or any(_is_same(file, corpus_file) for corpus_file in corpus):
            raise CannotExport(_("“{path}” is the corpus itself.").format(path=file))
        if _is_device(file) or (file.exists() and not (file.is_file() and os.access(file, os.W_OK))):
            raise CannotExport(_("“{path}” cannot be written to.").format(path=file))


def _is_same(file: Path, other: Path) -> bool:
    """Return whether both paths are the same file."""
    return file.exists() and other.exists() and file.samefile(other)


def _is_device(file: Path) -> bool:
    """Return whether the system keeps the file, even as a link such as /dev/stdout, which an export would replace."""
    folder = resolve_path(file.parent)
    return folder == Path("/dev") or Path("/proc") in (folder, *folder.parents)


def check_split(split: Mapping[str, Fraction | int]) -> None:
    """Raise CannotExport for invalid names or weights of parts."""
    for part, weight in split.items():
        if not _PART_NAME.fullmatch(part):
            raise CannotExport(_("“{part}” is not a valid name for a part of a split.").format(part=part))
        if weight <= 0:
            raise CannotExport(_("The weight of the part {part} must be greater than 0.").format(part=part))
    if not split:
        raise CannotExport(_("A split needs at least one part."))
