"""Says what the bundle is made of and under which terms: one text for people, and the same for the program's window.

    licences.py FOLDER      writes LICENCES.txt and parts.json there

Ends with 1, and says which, where a part names terms that nobody has looked at: see TERMS.
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
        # Changed files of such a part would have to be given away; none is changed.
        *("MPL-1.1", "MPL-2.0"),
        # Such a part has to be replaceable: annotator.licenses.REPLACEABLE.
        *("LGPL-3.0-only", "LGPL-2.1-or-later", "GNU Library or Lesser General Public License (LGPL)"),
        # What it puts into a bundle may be given away under any terms; it says so in its own.
        (
            "GPLv2-or-later with a special exception which allows to use PyInstaller to build and distribute non-free "
            "programs (including commercial ones)"
        ),
    }
)
"""Under which terms a part may be in a bundle that is given away under Apache-2.0, in the words of the parts."""

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


def parts() -> tuple[Component, ...]:
    """Everything that the program needs and the bundle holds, and PyInstaller, whose starter it has."""
    return collect_components((*freezing.OPTIONAL, *freezing.UNUSED), ("pyinstaller",))


def unknown(components: Iterable[Component]) -> list[str]:
    """Those of the parts that name terms under which they may not be in a bundle, or nobody knows: `name: terms`."""
    return [
        f"{component.name}: {component.terms}" for component in components if not _may_be_given_away(component.terms)
    ]


def text(components: Iterable[Component]) -> str:
    """All of it to be read: the list, then the texts of the parts, each once where several parts have it."""
    listed, written = list[str](), dict[str, list[str]]()
    for component in components:
        listed.append(f"{component.name} {component.version}: {component.terms}  {component.home}".rstrip())
        for body in component.texts:
            written.setdefault(body.strip(), []).append(f"{component.name} {component.version}")
    chapters = (f"{_RULE}\n{', '.join(names)}\n{_RULE}\n\n{body}\n" for body, names in written.items())
    return "\n".join([_HEAD, *listed, "", *chapters])


def write(folder: Path, components: Iterable[Component]) -> None:
    """Write both files into the folder."""
    contents = BundleContents(tuple(components), commit())
    (folder / "LICENCES.txt").write_text(text(contents.parts), encoding="utf-8", newline=os.linesep)
    (folder / "parts.json").write_bytes(msgspec.json.format(msgspec.json.encode(contents)))


def commit() -> str:
    """The commit that is packed, shortened; empty in a checkout without its history."""
    command = ["git", "rev-parse", "--short", "HEAD"]
    try:
        return subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return ""


def _may_be_given_away(terms: str) -> bool:
    """Whether one of the ways that an SPDX expression leaves open is known in all that it asks."""
    return any(all(each in TERMS for each in way.split(" AND ")) for way in terms.split(" OR "))


if __name__ == "__main__":
    components = parts()
    if strangers := unknown(components):
        sys.exit("Terms that nobody has looked at:\n" + "\n".join(strangers))
    write(Path(sys.argv[1]), components)
