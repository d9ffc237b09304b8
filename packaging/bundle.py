"""Describe what a package is made from, on every system."""

import os
import re
import subprocess
from pathlib import Path
from typing import Final, NamedTuple

ROOT: Final = Path(__file__).resolve().parent.parent
NAME: Final = "arabic-news-annotator"
"""The name of the packages, of the program's folder and of its menu entry; the command is `annotator`."""


class Bundle(NamedTuple):
    """The frozen folder, its icons, the licences of all parts, and their version and time (seconds since 1970)."""

    folder: Path
    icons: Path
    licences: Path
    version: str
    timestamp: int


def read_version() -> str:
    """Return the version number, from `annotator/__init__.py`."""
    match = re.search(r'^__version__ = "(.+)"$', (ROOT / "annotator" / "__init__.py").read_text(encoding="utf-8"), re.M)
    assert match
    return match[1]


def read_releases() -> list[tuple[str, str]]:
    """Return each version in CHANGELOG.md, the newest first, with its release date (YYYY-MM-DD)."""
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    return re.findall(r"^## (\d+\.\d+\.\d+) \((\d{4}-\d\d-\d\d)\)$", changelog, re.M)


def source_date_epoch() -> int:
    """Return the modification time of all files of a package, in seconds since 1970.

    It is SOURCE_DATE_EPOCH, else the time of the commit, else that of the file with the version.
    """
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    if epoch:
        return int(epoch)
    try:
        command = ["git", "log", "-1", "--format=%ct"]
        return int(subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout)
    except (OSError, subprocess.CalledProcessError, ValueError):  # a checkout without its history
        return int((ROOT / "annotator" / "__init__.py").stat().st_mtime)
