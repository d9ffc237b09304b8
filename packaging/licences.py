"""List what the bundle is made of and under which licences: as a text, and as JSON for the program's window.

    licences.py FOLDER      writes LICENCES.txt and parts.json there

Ends with 1, and lists the parts, where some have licences that nobody has reviewed: see TERMS.
"""

import os
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Final

import freezing
import msgspec
from bundle import ROOT

from annotator.licenses import BundleContents, Component, collect_components

TERMS: Final = frozenset(
    {
        *("Apache-2.0", "Apache 2", "Apache 2.0", "Apache License Version 2.0", "Apache License, Version 2.0"),
        *("Apache Software License", "BSD-2-Clause", "BSD-3-Clause", "The BSD 2-Clause License"),
        *("BSD 3-Clause License", "MIT", "MIT License", "PSF-2.0", "CNRI-Python", "OFL-1.1"),
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
The same holds for python-bidi (in _internal/bidi; sources at https://github.com/MeirKriheli/python-bidi).
"""


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


if __name__ == "__main__":
    components = collect_parts()
    if unknown := find_unknown_terms(components):
        sys.exit("Terms that nobody has looked at:\n" + "\n".join(unknown))
    write(Path(sys.argv[1]), components)
