"""Compressed exports."""

import gzip
import hashlib
import shutil
import zlib
from pathlib import Path
from typing import Final

from annotator.file_ops import synced_file
from annotator.i18n import _
from annotator.jobs.export.existing_output import file_digest
from annotator.jobs.export.read_back import NotVerified

_LEVEL: Final = 6  # of gzip's command; 9 takes three times as long for 1 %


def is_compressed_path(path: Path) -> bool:
    """Return whether an export to this path is compressed."""
    return path.suffix.lower() == ".gz"


def compress_verified(source: Path, target: Path) -> None:
    """Compress a file by gzip, always to the same bytes, and read it back. Raises NotVerified and OSError."""
    with (
        source.open("rb") as plain,
        synced_file(target) as file,
        gzip.GzipFile("", "wb", _LEVEL, file, mtime=0) as packed,  # its header has neither name nor time
    ):
        shutil.copyfileobj(plain, packed)
    with gzip.open(target) as unpacked:
        try:
            digest = hashlib.file_digest(unpacked, "sha256").hexdigest()  # type: ignore[arg-type, unused-ignore]
        except (EOFError, gzip.BadGzipFile, zlib.error) as error:
            raise NotVerified(_("The file cannot be read back: {error}").format(error=error)) from error
    if digest != file_digest(source):
        raise NotVerified(_("The file does not contain what was written."))
