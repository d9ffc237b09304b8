"""List what the program is made of and under which licences, from the metadata of installed packages.

    licences.py             writes resources/components.json, which an installation by pip shows in its window
    licences.py FOLDER      writes, of a bundle, LICENCES.txt and parts.json there

The second ends with 1, and lists the parts, where some have licences that nobody has reviewed: see TERMS.
"""

import csv
import importlib.metadata
import os
import platform
import re
import sqlite3
import subprocess
import sys
import sysconfig
import tomllib
from collections.abc import Collection, Iterable, Iterator
from email.message import Message
from pathlib import Path, PurePosixPath
from typing import Final, cast

import freezing
import msgspec
from bundle import NAME, ROOT
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from annotator import __version__
from annotator.licenses import PROGRAM, REPLACEABLE, BundleContents, Component

RESOURCES: Final = ROOT / "resources"
TERMS: Final = frozenset(
    {
        *("Apache-2.0", "Apache 2", "Apache 2.0", "Apache License Version 2.0", "Apache License, Version 2.0"),
        *("Apache Software License", "BSD-2-Clause", "BSD-3-Clause", "The BSD 2-Clause License"),
        *("BSD 3-Clause License", "MIT", "MIT License", "MIT-0", "PSF-2.0", "CNRI-Python", "OFL-1.1"),
        *("public domain", "Public Domain"),
        # Changed files of such a part would have to be published; none is changed.
        *("MPL-1.1", "MPL-2.0"),
        # Such a part has to be replaceable: annotator.licenses.REPLACEABLE.
        *("LGPL-3.0-only", "LGPL-2.1-or-later", "GNU Library or Lesser General Public License (LGPL)"),
        # What it puts into a bundle may be distributed under any licence, as its own licence says.
        (
            "GPLv2-or-later with a special exception which allows to use PyInstaller to build and distribute non-free "
            "programs (including commercial ones)"
        ),
    }
)
"""Licences that a part of a bundle under Apache-2.0 may have, in the words of the parts."""

_BINDINGS: Final = "PySide6_Essentials"
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
_LIBRARIES_OF: Final = {"psycopg-binary": "libpq"}
"""The packages that bring libraries of others, with the name of the text that says which, and under which terms."""
_SQLITE: Final = """\
SQLite is in the public domain: its authors have given up all rights in it, and
anybody may use it for any purpose.
https://sqlite.org/copyright.html
"""
_RULE: Final = "=" * 100
_HEAD: Final = """\
Arabic News Annotator is under the Apache License 2.0. It comes together with the parts below, each under terms of its
own.

Qt and its Python bindings (PySide6, Shiboken) are used under the GNU Lesser General Public License, version 3. They are
files of their own in the program's folder (in _internal/PySide6 and _internal/shiboken6) and may be replaced by others
of the same interface, such as ones that you have built from the sources: https://download.qt.io/official_releases/ has
those of Qt, and in QtForPython those of the bindings. Another version of Qt is put there together with its bindings,
which are made for just one.
What Qt itself contains of others is listed at https://doc.qt.io/qt-6/licenses-used-in-qt.html.
The same holds for python-bidi (in _internal/bidi; sources at https://github.com/MeirKriheli/python-bidi) and for
psycopg (in _internal/psycopg and _internal/psycopg_binary; sources at https://github.com/psycopg/psycopg).
"""


def collect_components(excluded: Collection[str] = (), included: Collection[str] = ()) -> tuple[Component, ...]:
    """Return the program, its foundations and, by name, its direct and indirect requirements.

    `excluded` and `included` are package names to leave out or add. Raises importlib.metadata.PackageNotFoundError if
    one is not installed.
    """
    no_part = set(map(canonicalize_name, ("pip", *excluded)))
    names = sorted({*_required_packages(), *map(canonicalize_name, included)} - no_part)
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
    if name in _LIBRARIES_OF:
        texts.append(_read_text(_LIBRARIES_OF[name]))
    return Component(name, distribution.version, terms, home, tuple(texts), name)


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


def _program_component() -> Component:
    """Return the program."""
    component = read_component(importlib.metadata.distribution(NAME))
    # The other texts are the licences of the fonts.
    return Component(PROGRAM, __version__, component.terms, component.home, component.texts[:1])


def _runtime_components() -> Iterator[Component]:
    """Yield the components without a Python package of their own."""
    qt = ".".join(importlib.metadata.version(_BINDINGS).split(".")[:3])  # the bindings may have a fourth
    yield Component("Qt", qt, "LGPL-3.0-only", "https://www.qt.io", (_QT, *_lgpl_texts()), _BINDINGS)
    yield Component("Python", platform.python_version(), "PSF-2.0", "https://www.python.org", (_python_license(),))
    yield Component("SQLite", sqlite3.sqlite_version, "public domain", "https://sqlite.org", (_SQLITE,))
    terms = (RESOURCES / "fonts" / "OFL.txt").read_text(encoding="utf-8")
    for name, version in _FONTS:
        yield Component(name, version, "OFL-1.1", "https://fonts.google.com/noto", (terms,))


def _lgpl_texts() -> tuple[str, ...]:
    return _read_text("LGPL-3.0"), _read_text("GPL-3.0")


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
    return _read_text("PSF-2.0")


def _read_text(name: str) -> str:
    return (ROOT / "packaging" / "licence_texts" / f"{name}.txt").read_text(encoding="utf-8")


def _required_packages() -> set[str]:
    """Return the canonical names of all packages that the bundle requires here, with what these require."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    seen: set[tuple[str, str]] = set()
    extras = [requirement for extra in freezing.EXTRAS for requirement in project["optional-dependencies"][extra]]
    waiting = [(requirement, "") for requirement in [*project["dependencies"], *extras]]
    while waiting:
        text, parent_extra = waiting.pop()
        requirement = Requirement(text)
        if requirement.marker and not requirement.marker.evaluate({"extra": parent_extra}):
            continue
        for extra in {"", *requirement.extras}:
            name = canonicalize_name(requirement.name)
            if (name, extra) not in seen:
                seen.add((name, extra))
                waiting += [(text, extra) for text in importlib.metadata.requires(name) or []]
    return {name for name, _extra in seen}


def collect_parts() -> tuple[Component, ...]:
    """Return everything that the program needs and the bundle contains, and PyInstaller, whose bootloader it has."""
    return collect_components((*freezing.OPTIONAL, *freezing.UNUSED), ("pyinstaller",))


def find_unknown_terms(components: Iterable[Component]) -> list[str]:
    """Return `name: terms` of each component whose licence is not among TERMS."""
    return [
        f"{component.name}: {component.terms}" for component in components if not _is_distributable(component.terms)
    ]


def format_text(components: Iterable[Component]) -> str:
    """Return LICENCES.txt: the list, then the texts of the licences, each once where several parts have it."""
    listed, written = list[str](), dict[str, list[str]]()
    for component in components:
        listed.append(f"{component.name} {component.version}: {component.terms}  {component.home}".rstrip())
        for body in component.texts:
            written.setdefault(body.strip(), []).append(f"{component.name} {component.version}")
    chapters = (f"{_RULE}\n{', '.join(names)}\n{_RULE}\n\n{body}\n" for body, names in written.items())
    return "\n".join([_HEAD, *listed, "", *chapters])


def write(folder: Path, components: Iterable[Component]) -> None:
    """Write LICENCES.txt and parts.json into the folder."""
    contents = BundleContents(tuple(components), read_commit())
    (folder / "LICENCES.txt").write_text(format_text(contents.parts), encoding="utf-8", newline=os.linesep)
    (folder / "parts.json").write_bytes(msgspec.json.format(msgspec.json.encode(contents)))


def read_commit() -> str:
    """Return the short hash of the packed commit, or an empty text in a checkout without its history."""
    command = ["git", "rev-parse", "--short", "HEAD"]
    try:
        return subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return ""


def _is_distributable(terms: str) -> bool:
    """Whether TERMS has every licence of one of the alternatives of an SPDX expression."""
    return any(all(licence in TERMS for licence in choice.split(" AND ")) for choice in terms.split(" OR "))


def update() -> None:
    """Write the list that the program shows where it is no bundle."""
    listed = msgspec.json.format(msgspec.json.encode(collect_components()))
    (RESOURCES / "components.json").write_bytes(listed + b"\n")


if __name__ == "__main__":
    if not sys.argv[1:]:
        update()
    elif unknown := find_unknown_terms(components := collect_parts()):
        sys.exit("Terms that nobody has looked at:\n" + "\n".join(unknown))
    else:
        write(Path(sys.argv[1]), components)
