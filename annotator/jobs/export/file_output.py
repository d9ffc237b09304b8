"""Where an export goes: checked before anything is done, and filled only when everything is ready."""

import os
import re
from collections.abc import Iterator, Mapping, Sequence, Set
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final, TextIO

from msgspec import Struct

from annotator.file_ops import delete_file, discard_file, replace_file
from annotator.formats.report import beside
from annotator.i18n import _
from annotator.jobs.export.existing_output import CannotExport, check_replaceable
from annotator.jobs.export.temporary_output import OLD, PART, REPORT_OLD, REPORT_PART, clear_leftovers, locked_key
from annotator.paths import hidden_path, refused_name, resolve_path

WHOLE: Final = ""
"""The name of the only part of an export that is not split."""

LONE: Final = "train"
"""What the only part is called in a folder."""

_PART_NAME: Final = re.compile(r"\w[\w-]*")


class Drafts(Struct, frozen=True):
    """What an export fills: a file or a folder for each part, and the report. Where the export is a `folder`, the parts
    are in it, and so is whatever else is put there."""

    parts: Mapping[str, Path]
    report: Path
    folder: Path | None = None


class FileDestination(Struct, frozen=True):
    """The file that an export makes, and the report. With `force` it may replace what is no unchanged export."""

    file: Path
    report: Path
    force: bool = False

    @contextmanager
    def published(self) -> Iterator[Drafts]:
        """Drafts to make; they take their places when the block ends, and go when it raises."""
        with locked_key(self.file) as key:
            draft, report = (hidden_path(self.file, kind, key) for kind in (PART, REPORT_PART))
            try:
                yield Drafts({WHOLE: draft}, report)
                check_replaceable(self.file, force=self.force)  # again: somebody may have changed it meanwhile
                with (
                    _restored_on_error(self.file, hidden_path(self.file, OLD, key)),
                    set_aside(self.report, hidden_path(self.file, REPORT_OLD, key)),
                ):
                    replace_file(draft, self.file)
                    replace_file(report, self.report)
            finally:
                for left in (draft, report):
                    discard_file(left)


@contextmanager
def _restored_on_error(file: Path, old: Path) -> Iterator[None]:
    """Within, the file may be replaced; when the block raises, it is what it was before. `old` is another name that it
    has meanwhile, where the file system gives one; elsewhere a file that was replaced is deleted."""
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
    """Return what tells the file at a path from others; None where there is none."""
    try:
        status = file.stat()
    except FileNotFoundError:
        return None
    return status.st_ino, status.st_mtime_ns  # some file systems number no files


@contextmanager
def set_aside(report: Path, old: Path) -> Iterator[None]:
    """Within, the old report is not in its place, for it is not about what takes its file's place: wherever the program
    is ended, a report that lies beside a file is about that one. It is at `old` then, and comes back when the block
    raises."""
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


def file_destination(path: Path, corpus: Set[Path], *, force: bool = False) -> FileDestination:
    """The file of an export to `path`, and the report beside it. `corpus` are the files of the one that is exported.
    What exports to it that were killed have left is cleared.

    Raises CannotExport where they cannot be made, WouldReplace where they would take the place of something else than
    an unchanged export and there is no `force`, OSError.
    """
    if refusal := refused_name(path):
        raise CannotExport(refusal)
    if path.is_dir():
        raise CannotExport(_("“{path}” is a folder; name a file in it.").format(path=path))
    check_files([path, beside(path)], corpus)
    clear_leftovers(path, beside(path))
    check_replaceable(path, force=force)
    return FileDestination(path, beside(path), force)


def check_files(files: Sequence[Path], corpus: Set[Path]) -> None:
    """Raise CannotExport where one of `files` cannot be made, or the last, which is the report, has no folder."""
    folder = files[-1].parent
    if not folder.is_dir():
        raise CannotExport(_("The folder “{path}” is missing.").format(path=folder))
    if not os.access(folder, os.W_OK | os.X_OK):
        raise CannotExport(_("The folder “{path}” cannot be written to.").format(path=folder))
    for file in files:
        if refusal := refused_name(file):
            raise CannotExport(refusal)
        if resolve_path(file) in corpus or any(_is_same(file, other) for other in corpus):
            raise CannotExport(_("“{path}” is the corpus itself.").format(path=file))
        if file.exists() and not (file.is_file() and os.access(file, os.W_OK)):
            raise CannotExport(_("“{path}” cannot be written to.").format(path=file))


def _is_same(file: Path, other: Path) -> bool:
    """Return whether both are one file, by whatever names."""
    return file.exists() and other.exists() and file.samefile(other)


def check_split(split: Mapping[str, int]) -> None:
    """Raise CannotExport for weights by part that are none."""
    for part, weight in split.items():
        if not _PART_NAME.fullmatch(part):
            raise CannotExport(_("“{part}” cannot name a part of a split.").format(part=part))
        if weight <= 0:
            raise CannotExport(_("The part {part} must be larger than 0.").format(part=part))
    if not split:
        raise CannotExport(_("A split has at least one part."))


@contextmanager
def text_file(path: Path | None) -> Iterator[TextIO]:
    """A new file to write text to, which is on the disk when the block ends; None is nowhere. Raises OSError."""
    if path is None:
        with Path(os.devnull).open("w", encoding="utf-8", newline="\n") as nowhere:
            yield nowhere
        return
    with path.open("x", encoding="utf-8", newline="\n") as stream:
        yield stream
        stream.flush()
        os.fsync(stream.fileno())
