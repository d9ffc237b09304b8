"""Where an export of a folder goes: it takes the place of an older one that nobody has altered, and of nothing else."""

import os
from collections.abc import Iterator, Mapping, Set
from contextlib import contextmanager
from pathlib import Path

from msgspec import Struct

from annotator.file_ops import discard_file, discard_folder, replace_file
from annotator.formats.report import beside
from annotator.i18n import _
from annotator.jobs.export.existing_output import CannotExport, check_folder_replaceable
from annotator.jobs.export.file_output import Drafts, check_files, set_aside
from annotator.jobs.export.temporary_output import OLD, PART, REPORT_OLD, REPORT_PART, clear_leftovers, locked_key
from annotator.paths import hidden_path, refused_name, resolve_path


class FolderDestination(Struct, frozen=True):
    """The folder that an export makes, the names of its parts in it, and the report. A part without a name is the
    folder itself. With `force` it may replace an export that was changed since."""

    folder: Path
    parts: Mapping[str, str]
    report: Path
    force: bool = False

    @contextmanager
    def published(self) -> Iterator[Drafts]:
        """Drafts to make in one of the folder. They take their places when the block ends, and go when it raises.
        Raises CannotExport where something else has the folder's place, OSError."""
        self._check(self.folder)
        with locked_key(self.folder) as key:
            draft, report = (hidden_path(self.folder, kind, key) for kind in (PART, REPORT_PART))
            try:
                draft.mkdir()
                yield Drafts({part: draft / name for part, name in self.parts.items()}, report, draft)
                self._replace(draft, report, key)
            finally:
                discard_file(report)
                discard_folder(draft)

    def _replace(self, draft: Path, report: Path, key: str) -> None:
        """Put the drafts in their places, or leave everything as it was. Raises CannotExport, OSError."""
        old = hidden_path(self.folder, OLD, key) if self.folder.exists() else None
        if old:
            replace_file(self.folder, old)
        try:
            if old:
                self._check(old)  # again: somebody may have worked in it meanwhile
            with set_aside(self.report, hidden_path(self.folder, REPORT_OLD, key)):
                replace_file(draft, self.folder)
                replace_file(report, self.report)
        except BaseException:
            if report.exists():  # and so not all is in its place
                if self.folder.exists():
                    replace_file(self.folder, draft)
                if old:
                    replace_file(old, self.folder)
            raise
        if old:
            discard_folder(old)

    def _check(self, folder: Path) -> None:
        check_folder_replaceable(folder, self.report, force=self.force, name=self.folder)


def folder_destination(
    path: Path, corpus: Set[Path], parts: Mapping[str, str], *, force: bool = False
) -> FolderDestination:
    """The folder of an export to `path`, with `parts` of these names in it; the report beside it.

    Raises CannotExport where they cannot be made; whether what is there is an older export is seen when they are.
    `corpus` are the files of the one that is exported. What exports to it that were killed have left is cleared.
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
    clear_leftovers(folder, beside(named))
    return FolderDestination(folder, parts, beside(named), force)
