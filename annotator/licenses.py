"""What the program is made of and under which terms each part is: read off what the installed packages say.

A bundle has no such words of its packages. It brings the answer, written where it was made (packaging/licences.py).
"""

import csv
import importlib.metadata
import platform
import re
import sqlite3
import sys
import sysconfig
from collections.abc import Collection, Iterator
from email.message import Message
from importlib.util import find_spec
from pathlib import Path, PurePosixPath
from typing import Final, cast

import msgspec
from msgspec import Struct

from annotator import __version__
from annotator.resources import resource

PROJECT: Final = "arabic-news-annotator"
REPLACEABLE: Final = {
    "Qt": "PySide6",
    "PySide6_Essentials": "PySide6",
    "shiboken6": "shiboken6",
    "python-bidi": "bidi",
}
"""The parts under the LGPL, each with the package in whose folder its libraries lie."""

_BUNDLED: Final = "parts.json"
_TEXTS: Final = ("licen", "copying", "notice", "authors")
_HOMES: Final = ("Homepage", "Source", "Repository", "Code", "Documentation")
_FONTS: Final = (("Noto Naskh Arabic", "2.004"), ("Noto Sans Arabic", "2.005"), ("Noto Sans", "2.004"))
_TITLE_OF_LGPL: Final = re.compile(r"GNU LESSER GENERAL PUBLIC LICENSE\s+Version \d")
_QT: Final = """\
Qt is copyright (C) The Qt Company Ltd. and other contributors. It is used
under the GNU Lesser General Public License, version 3, which stands below,
followed by the GNU General Public License, on which it rests.

Its sources: https://download.qt.io/official_releases/qt/
Those of its Python bindings, PySide6 and Shiboken:
https://download.qt.io/official_releases/QtForPython/
Other builds of this version of Qt may take the place of its libraries; another
version does so together with its bindings, which are made for just one.
What Qt itself contains of others, and under which terms:
https://doc.qt.io/qt-6/licenses-used-in-qt.html
"""
_SQLITE: Final = """\
SQLite is in the public domain: its authors have given up all rights in it, and
anybody may use it for any purpose.
https://sqlite.org/copyright.html
"""


class Part(Struct, frozen=True):
    """One part: what it is called, which terms it names, where it comes from, and the texts of its terms."""

    name: str
    version: str
    terms: str
    home: str = ""
    texts: tuple[str, ...] = ()


class Contents(Struct, frozen=True):
    """What a bundle holds: all its parts, and the commit that it was made from; empty where that is not known."""

    parts: tuple[Part, ...]
    commit: str = ""


def parts() -> tuple[Part, ...]:
    """All parts of this installation, as `installed` has them. Takes its time where there are packages to be read."""
    bundle = bundled()
    return bundle.parts if bundle else installed()


def bundled() -> Contents | None:
    """What the bundle says that this program runs from; None where it runs from installed packages."""
    path = resource(_BUNDLED)
    return msgspec.json.decode(path.read_bytes(), type=Contents) if path.is_file() else None


def installed(left_out: Collection[str] = (), besides: Collection[str] = ()) -> tuple[Part, ...]:
    """The program, what it stands on, and by name the packages that it asks for, and those that they do.

    `left_out` and `besides` are names of packages that are no part, or one too, whoever asks for them. Raises
    importlib.metadata.PackageNotFoundError where one is not installed.
    """
    no_part = {_canonical(name) for name in (PROJECT, "pip", *left_out)}
    names = sorted({*_needed(), *map(_canonical, besides)} - no_part)
    return (_program(), *_foundations(), *(part(importlib.metadata.distribution(name)) for name in names))


def part(distribution: importlib.metadata.Distribution) -> Part:
    """What this distribution says of itself."""
    said = cast(Message, distribution.metadata)  # its type has `get` from Python 3.12 on alone
    classified = [line.split(" :: ")[-1] for line in said.get_all("Classifier", []) if line.startswith("License ::")]
    named = (said.get("License-Expression") or said.get("License") or "").strip().splitlines()
    homes = dict(line.split(", ", 1) for line in said.get_all("Project-URL", []))
    home = said.get("Home-page") or next((homes[label] for label in _HOMES if label in homes), "")
    texts = [path.read_text(encoding="utf-8") for path in _license_files(distribution)]
    terms = named[0].strip() if len(named) == 1 else ", ".join(classified) or "".join(named[:1]).strip()
    name = said["Name"]
    if name in REPLACEABLE and not any(_TITLE_OF_LGPL.search(text) for text in texts):
        texts += _lgpl()  # PySide6's wheels have no text of it; those for Windows only that of the commercial licence
    return Part(name, distribution.version, terms, home, tuple(texts))


def _license_files(distribution: importlib.metadata.Distribution) -> list[Path]:
    """Return the texts of terms that lie beside the metadata.

    `Distribution.files` would look for each of the thousands of files of Qt and Babel, half a minute on Windows.
    """
    names = [PurePosixPath(row[0]) for row in csv.reader((distribution.read_text("RECORD") or "").splitlines()) if row]
    beside = [name for name in names if ".dist-info" in str(name.parent) and name.name.lower().startswith(_TEXTS)]
    paths = [Path(str(distribution.locate_file(str(name)))) for name in beside]
    return [path for path in paths if path.is_file()]


def folder(name: str) -> Path | None:
    """Where the libraries of this part lie, to be replaced by others; None where its terms do not ask for that."""
    spec = find_spec(REPLACEABLE[name]) if name in REPLACEABLE else None
    return Path(spec.origin).parent if spec and spec.origin else None


def _program() -> Part:
    """The program itself."""
    found = part(importlib.metadata.distribution(PROJECT))
    # The terms of the fonts lie beside its own.
    return Part("Arabic News Annotator", __version__, found.terms, found.home, found.texts[:1])


def _foundations() -> Iterator[Part]:
    """What is no package of its own, or of another kind."""
    qt = ".".join(importlib.metadata.version("PySide6-Essentials").split(".")[:3])  # the bindings may have a fourth
    yield Part("Qt", qt, "LGPL-3.0-only", "https://www.qt.io", (_QT, *_lgpl()))
    yield Part("Python", platform.python_version(), "PSF-2.0", "https://www.python.org", (_pythons(),))
    yield Part("SQLite", sqlite3.sqlite_version, "public domain", "https://sqlite.org", (_SQLITE,))
    terms = resource("fonts", "OFL.txt").read_text(encoding="utf-8")
    for name, version in _FONTS:
        yield Part(name, version, "OFL-1.1", "https://fonts.google.com/noto", (terms,))


def _lgpl() -> tuple[str, ...]:
    return tuple(resource("licences", f"{name}.txt").read_text(encoding="utf-8") for name in ("LGPL-3.0", "GPL-3.0"))


def _pythons() -> str:
    """Return Python's own terms: the text of this installation, or of the copy that comes with the program."""
    version = sysconfig.get_python_version()
    for place in (
        Path(sysconfig.get_path("stdlib"), "LICENSE.txt"),
        Path(sys.base_prefix, "LICENSE.txt"),  # Windows
        Path(f"/usr/share/doc/python{version}/copyright"),  # Debian
    ):
        if place.is_file():
            return place.read_text(encoding="utf-8")
    return resource("licences", "PSF-2.0.txt").read_text(encoding="utf-8")


def _needed() -> set[str]:
    """The packages that are installed because the program asks for them, itself too, by canonical name."""
    from packaging.requirements import Requirement  # no bundle asks, and no start waits for it

    seen: set[tuple[str, str]] = set()
    waiting = [(PROJECT, "")]
    while waiting:
        name, extra = waiting.pop()
        if (name, extra) in seen:
            continue
        seen.add((name, extra))
        for requirement in map(Requirement, importlib.metadata.requires(name) or []):
            if requirement.marker is None or requirement.marker.evaluate({"extra": extra}):
                waiting += [(_canonical(requirement.name), one) for one in {"", *requirement.extras}]
    return {name for name, _ in seen}


def _canonical(name: str) -> str:
    """One spelling of a package's name (https://packaging.python.org/en/latest/specifications/name-normalization/)."""
    return re.sub(r"[-_.]+", "-", name).lower()
