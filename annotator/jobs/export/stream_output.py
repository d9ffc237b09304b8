"""An export to a stream such as standard output: written to it once all is verified."""

import shutil
from collections.abc import Iterator, Set
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO

from msgspec import Struct

from annotator.file_ops import replace_file
from annotator.jobs.export.existing_output import check_report_replaceable
from annotator.jobs.export.file_output import UNSPLIT, StagedFiles, check_files
from annotator.jobs.export.temporary_output import REPORT_PART, temporary_paths


class StreamOutput(Struct, frozen=True):
    """The target stream, and the path of the report, if there is to be one; `force` may replace any file by that."""

    stream: BinaryIO
    report: Path | None = None
    force: bool = False

    @contextmanager
    def staged(self) -> Iterator[StagedFiles]:
        """Yield temporary files; on success, copy the export to the stream and move the report into place."""
        with TemporaryDirectory(prefix="annotator-") as folder:
            export = Path(folder) / "export"
            if self.report is None:
                yield StagedFiles({UNSPLIT: export}, Path(folder) / "report")
                self._copy(export)
                return
            with temporary_paths(self.report) as temporary:
                yield StagedFiles({UNSPLIT: export}, temporary(REPORT_PART))
                check_report_replaceable(self.report, force=self.force)  # again: it may have changed meanwhile
                self._copy(export)
                replace_file(temporary(REPORT_PART), self.report)

    def _copy(self, export: Path) -> None:
        with export.open("rb") as file:
            shutil.copyfileobj(file, self.stream)
        self.stream.flush()


def prepare_stream_output(
    stream: BinaryIO, report: Path | None, corpus: Set[Path], *, force: bool = False
) -> StreamOutput:
    """Prepare an export to a stream.

    `corpus` has the exported corpus's files. Raises CannotExport if the report cannot be created, WouldReplace without
    `force` if it would replace anything but a report, OSError.
    """
    if report is not None:
        check_files([report], corpus)
        check_report_replaceable(report, force=force)
    return StreamOutput(stream, report, force)
