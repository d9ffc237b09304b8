"""The target folder of an export, which replaces only an older, unchanged export."""

import os
from collections.abc import Callable, Iterator, Mapping, Set
from contextlib import contextmanager
from pathlib import Path

from msgspec import Struct

from annotator.file_ops import discard_folder, replace_file
from annotator.formats.report import report_path
from annotator.i18n import _
from annotator.jobs.export.existing_output import CannotExport, check_folder_replaceable
from annotator.jobs.export.file_output import StagedFiles, check_files, moved_aside
from annotator.jobs.export.temporary_output import OLD, PART, REPORT_OLD, REPORT_PART, clear_leftovers, temporary_paths
from annotator.paths import explain_invalid_name, resolve_path


class FolderOutput(Struct, frozen=True):
    """The target folder, the names of the parts in it, and its report.

    A part without a name is the folder itself. `force` may replace an export changed since.
    """

    folder: Path
    parts: Mapping[str, str]
    report: Path
    force: bool = False

    @contextmanager
    def staged(self) -> Iterator[StagedFiles]:
        """Yield a temporary folder; move it into place on success, delete it on failure.

        Raises CannotExport if the target holds something else, OSError.
        """
        self._check(self.folder)
        with temporary_paths(self.folder) as temporary:
            folder = temporary(PART)
            parts = {part: folder / name for part, name in self.parts.items()}
            folder.mkdir()
            for parent in {path.parent for part, path in parts.items() if self.parts[part]} - {folder}:
                parent.mkdir()
            yield StagedFiles(parts, temporary(REPORT_PART), folder)
            self._replace(temporary)

    def _replace(self, temporary: Callable[[str], Path]) -> None:
        """Move folder and report into place, or leave all as it was. Raises CannotExport, OSError."""
        staged_folder, staged_report = temporary(PART), temporary(REPORT_PART)
        old = temporary(OLD) if self.folder.exists() else None
        if old:
            replace_file(self.folder, old)
        try:
            if old:
                self._check(old)  # again: it may have changed meanwhile
            with moved_aside(self.report, temporary(REPORT_OLD)):
                replace_file(staged_folder, self.folder)
                replace_file(staged_report, self.report)
        except BaseException:
            if staged_report.exists():  # so the replacement is incomplete
                if self.folder.exists():
                    replace_file(self.folder, staged_folder)
                if old:
                    replace_file(old, self.folder)
            raise
        if old:
            discard_folder(old)

    def _check(self, folder: Path) -> None:
        check_folder_replaceable(folder, self.report, force=self.force, name=self.folder)


def prepare_folder_output(
    path: Path, corpus: Set[Path], parts: Mapping[str, str], *, force: bool = False
) -> FolderOutput:
    """Prepare an export to a folder; clear the leftovers of killed ones.

    `parts` has file names; `corpus` the exported corpus's files. Raises CannotExport if folder or report cannot be
    created; `staged` checks the folder's content later.
    """
    named_path = path if path.name not in ("", "..") else resolve_path(path)
    if refusal := explain_invalid_name(named_path):
        raise CannotExport(refusal)
    if not named_path.name:  # the root, beside which no report can be
        raise CannotExport(_("The folder “{path}” cannot be written to.").format(path=path))
    folder = resolve_path(named_path) if named_path.is_symlink() else named_path
    if folder.exists() and not folder.is_dir():
        raise CannotExport(_("“{path}” is not a folder, but this export needs one.").format(path=path))
    check_files([report_path(named_path)], corpus)
    for writable in (folder, folder.parent):
        if writable.exists() and not os.access(writable, os.W_OK | os.X_OK):
            raise CannotExport(_("The folder “{path}” cannot be written to.").format(path=writable))
    clear_leftovers(folder, report_path(named_path))
    return FolderOutput(folder, parts, report_path(named_path), force)
