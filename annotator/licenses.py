"""The program's components and their licences, from installed packages' metadata.

A bundle has instead a list from its build (packaging/licences.py).
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
from annotator.resources import resource_path

PROJECT: Final = "arabic-news-annotator"
REPLACEABLE: Final = {
    "Qt": "PySide6",
    "PySide6_Essentials": "PySide6",
    "shiboken6": "shiboken6",
    "python-bidi": "bidi",
}
"""The components under the LGPL, each with the package that holds its libraries."""

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


class Component(Struct, frozen=True):
    """A component. `terms` is its licence, `texts` the texts of that."""

    name: str
    version: str
    terms: str
    home: str = ""
    texts: tuple[str, ...] = ()


class BundleContents(Struct, frozen=True):
    """The components of a bundle, and the commit it was built from; "" if unknown."""

    parts: tuple[Component, ...]
    commit: str = ""


def list_components() -> tuple[Component, ...]:
    """Return all components of this installation (see `collect_components`).

    Slow if packages must be read.
    """
    bundle = load_bundle_contents()
    return bundle.parts if bundle else collect_components()


def load_bundle_contents() -> BundleContents | None:
    """Return the contents of the running bundle; None without one."""
    path = resource_path(_BUNDLED)
    return msgspec.json.decode(path.read_bytes(), type=BundleContents) if path.is_file() else None


def collect_components(excluded: Collection[str] = (), included: Collection[str] = ()) -> tuple[Component, ...]:
    """Return the program, its foundations and, by name, its direct and indirect requirements.

    `excluded` and `included` are package names to leave out or add. Raises importlib.metadata.PackageNotFoundError if
    one is not installed.
    """
    no_part = {_canonical_name(name) for name in (PROJECT, "pip", *excluded)}
    names = sorted({*_required_packages(), *map(_canonical_name, included)} - no_part)
    return (
        _program_component(),
        *_runtime_components(),
        *(read_component(importlib.metadata.distribution(name)) for name in names),
    )


def read_component(distribution: importlib.metadata.Distribution) -> Component:
    """Return the component described by a distribution's metadata."""
    metadata = cast(Message, distribution.metadata)  # the type lacks `get` before Python 3.12
    classifiers = [
        line.split(" :: ")[-1] for line in metadata.get_all("Classifier", []) if line.startswith("License ::")
    ]
    license_lines = (metadata.get("License-Expression") or metadata.get("License") or "").strip().splitlines()
    homes = dict(line.split(", ", 1) for line in metadata.get_all("Project-URL", []))
    home = metadata.get("Home-page") or next((homes[label] for label in _HOMES if label in homes), "")
    texts = [path.read_text(encoding="utf-8") for path in _license_files(distribution)]
    if len(license_lines) == 1:
        terms = license_lines[0].strip()
    else:
        terms = ", ".join(classifiers) or "".join(license_lines[:1]).strip()
    name = metadata["Name"]
    if name in REPLACEABLE and not any(_TITLE_OF_LGPL.search(text) for text in texts):
        # PySide6's wheels lack this text; those for Windows hold only that of the commercial licence.
        texts += _lgpl_texts()
    return Component(name, distribution.version, terms, home, tuple(texts))


def _license_files(distribution: importlib.metadata.Distribution) -> list[Path]:
    """Return the licence texts beside the metadata.

    `Distribution.files` would check thousands of files: half a minute on Windows.
    """
    names = [PurePosixPath(row[0]) for row in csv.reader((distribution.read_text("RECORD") or "").splitlines()) if row]
    license_names = [
        name for name in names if ".dist-info" in str(name.parent) and name.name.lower().startswith(_TEXTS)
    ]
    paths = [Path(str(distribution.locate_file(str(name)))) for name in license_names]
    return [path for path in paths if path.is_file()]


def library_folder(name: str) -> Path | None:
    """Return the folder of a component's libraries if its licence makes them replaceable."""
    spec = find_spec(REPLACEABLE[name]) if name in REPLACEABLE else None
    return Path(spec.origin).parent if spec and spec.origin else None


def _program_component() -> Component:
    """Return the program."""
    component = read_component(importlib.metadata.distribution(PROJECT))
    # The other texts are the licences of the fonts.
    return Component("Arabic News Annotator", __version__, component.terms, component.home, component.texts[:1])


def _runtime_components() -> Iterator[Component]:
    """Yield the components without a Python package of their own."""
    qt = ".".join(importlib.metadata.version("PySide6-Essentials").split(".")[:3])  # the bindings may have a fourth
    yield Component("Qt", qt, "LGPL-3.0-only", "https://www.qt.io", (_QT, *_lgpl_texts()))
    yield Component("Python", platform.python_version(), "PSF-2.0", "https://www.python.org", (_python_license(),))
    yield Component("SQLite", sqlite3.sqlite_version, "public domain", "https://sqlite.org", (_SQLITE,))
    terms = resource_path("fonts", "OFL.txt").read_text(encoding="utf-8")
    for name, version in _FONTS:
        yield Component(name, version, "OFL-1.1", "https://fonts.google.com/noto", (terms,))


def _lgpl_texts() -> tuple[str, ...]:
    return tuple(
        resource_path("licences", f"{name}.txt").read_text(encoding="utf-8") for name in ("LGPL-3.0", "GPL-3.0")
    )


def _python_license() -> str:
    """Return Python's licence, from this installation or the program's copy."""
    version = sysconfig.get_python_version()
    for place in (
        Path(sysconfig.get_path("stdlib"), "LICENSE.txt"),
        Path(sys.base_prefix, "LICENSE.txt"),  # Windows
        Path(f"/usr/share/doc/python{version}/copyright"),  # Debian
    ):
        if place.is_file():
            return place.read_text(encoding="utf-8")
    return resource_path("licences", "PSF-2.0.txt").read_text(encoding="utf-8")


def _required_packages() -> set[str]:
    """Return the canonical names of the program and all installed packages it requires."""
    from packaging.requirements import Requirement  # slow to load, unused in bundles

    seen: set[tuple[str, str]] = set()
    waiting = [(PROJECT, "")]
    while waiting:
        name, extra = waiting.pop()
        if (name, extra) in seen:
            continue
        seen.add((name, extra))
        for requirement in map(Requirement, importlib.metadata.requires(name) or []):
            if requirement.marker is None or requirement.marker.evaluate({"extra": extra}):
                waiting += [
                    (_canonical_name(requirement.name), required_extra) for required_extra in {"", *requirement.extras}
                ]
    return {name for name, _ in seen}


def _canonical_name(name: str) -> str:
    """Normalise a package name (https://packaging.python.org/en/latest/specifications/name-normalization/)."""
    return re.sub(r"[-_.]+", "-", name).lower()
