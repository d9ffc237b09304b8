"""What a package is made from, on every system."""

import os
import re
import subprocess
from pathlib import Path
from typing import Final, NamedTuple

ROOT: Final = Path(__file__).resolve().parent.parent
NAME: Final = "arabic-news-annotator"
"""What the packages, the program's folder and its entry in a menu are called; the command is `annotator`."""


class Bundle(NamedTuple):
    """The frozen folder, its icons, the terms of all parts, and of which version and second (since 1970) they are."""

    folder: Path
    icons: Path
    licences: Path
    version: str
    when: int


def version() -> str:
    """The one version number, from `annotator/__init__.py`."""
    match = re.search(r'^__version__ = "(.+)"$', (ROOT / "annotator" / "__init__.py").read_text(encoding="utf-8"), re.M)
    assert match
    return match[1]


def releases() -> list[tuple[str, str]]:
    """Each version that CHANGELOG.md tells of, the newest first, and the day that it is of, YYYY-MM-DD."""
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    return re.findall(r"^## (\d+\.\d+\.\d+) \((\d{4}-\d\d-\d\d)\)$", changelog, re.M)


def moment() -> int:
    """The second that all files of a package are of: SOURCE_DATE_EPOCH's, else the commit's, else the version's."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    if epoch:
        return int(epoch)
    try:
        command = ["git", "log", "-1", "--format=%ct"]
        return int(subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout)
    except (OSError, subprocess.CalledProcessError, ValueError):  # a checkout without its history
        return int((ROOT / "annotator" / "__init__.py").stat().st_mtime)
