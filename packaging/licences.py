"""Says what the bundle is made of and under which terms: one text, from what the packages say of themselves."""

import importlib.metadata
import platform
import sysconfig
from collections.abc import Iterable, Iterator
from email.message import Message
from pathlib import Path
from typing import Final, NamedTuple, cast

import freezing
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT: Final = Path(__file__).resolve().parent.parent
PROJECT: Final = "arabic-news-annotator"
_TEXTS: Final = ROOT / "packaging" / "licences"
_QT: Final = frozenset({"pyside6-essentials", "shiboken6"})
_FILES: Final = ("licen", "copying", "notice", "authors")
_HOMES: Final = ("Homepage", "Source", "Repository", "Code", "Documentation")
_RULE: Final = "=" * 100

_HEAD: Final = """\
Arabic News Annotator is under the Apache License 2.0. It comes together with the parts below, each under terms of its
own.

Qt and its Python bindings (PySide6, Shiboken) are used under the GNU Lesser General Public License, version 3. They are
files of their own in the program's folder (in _internal/PySide6 and _internal/shiboken6) and may be replaced by others
of the same interface, such as ones that you have built from the sources: https://download.qt.io/official_releases/ has
those of Qt, and in QtForPython those of the bindings.
What Qt itself contains of others is listed at https://doc.qt.io/qt-6/licenses-used-in-qt.html.
The same holds for python-bidi (in _internal/bidi; sources at https://github.com/MeirKriheli/python-bidi).
"""


class Part(NamedTuple):
    """One package: what it is called, which terms it names, where it comes from, and the texts that it brings."""

    name: str
    version: str
    terms: str
    home: str
    texts: tuple[str, ...]


def parts(project: str = PROJECT) -> list[Part]:
    """Everything that the program needs and the bundle holds, and PyInstaller, whose starter it has; by name."""
    unused = {canonicalize_name(name) for name in (*freezing.OPTIONAL, *freezing.UNUSED)}
    names = {*_needed(project), "pyinstaller"} - unused - {"pip", canonicalize_name(project)}
    return [part(importlib.metadata.distribution(name)) for name in sorted(names)]


def part(distribution: importlib.metadata.Distribution) -> Part:
    """What this distribution says of itself."""
    said = cast(Message, distribution.metadata)  # its type has `get` from Python 3.12 on alone
    classified = [line.split(" :: ")[-1] for line in said.get_all("Classifier", []) if line.startswith("License ::")]
    named = (said.get("License-Expression") or said.get("License") or "").strip().splitlines()
    homes = dict(line.split(", ", 1) for line in said.get_all("Project-URL", []))
    home = said.get("Home-page") or next((homes[label] for label in _HOMES if label in homes), "")
    texts = [
        file.read_text(encoding="utf-8")
        for file in distribution.files or []
        if ".dist-info" in str(file.parent) and file.name.lower().startswith(_FILES)
    ]
    terms = (
        named[0].strip()
        if len(named) == 1
        else ", ".join(classified) or (named[0].strip() if named else "see its home")
    )
    return Part(said["Name"], distribution.version, terms, home, tuple(texts))


def text(found: Iterable[Part], more: Iterable[tuple[str, str]] = ()) -> str:
    """All of it to be read: the list, then each part's own texts, then `more` by title."""
    found = list(found)
    listed = "\n".join(f"{one.name} {one.version}: {one.terms}  {one.home}".rstrip() for one in found)
    sections = [(f"{one.name} {one.version}", "\n\n".join(one.texts)) for one in found if one.texts]
    chapters = [
        ("Arabic News Annotator", (ROOT / "LICENSE").read_text(encoding="utf-8")),
        ("Noto fonts", (ROOT / "resources" / "fonts" / "OFL.txt").read_text(encoding="utf-8")),
        (f"Python {platform.python_version()}", _pythons()),
        *sections,
        *((file.stem, file.read_text(encoding="utf-8")) for file in sorted(_TEXTS.glob("*.txt"))),
        *more,
    ]
    return "\n".join(
        [_HEAD, listed, "", *(f"{_RULE}\n{title}\n{_RULE}\n\n{body.strip()}\n" for title, body in chapters)]
    )


def _needed(project: str) -> set[str]:
    """The packages that are installed because the project asks for them, itself too, by canonical name."""
    seen: set[tuple[str, str]] = set()
    waiting = [(canonicalize_name(project), "")]
    while waiting:
        name, extra = waiting.pop()
        if (name, extra) in seen:
            continue
        seen.add((name, extra))
        for requirement in _requirements(name):
            if requirement.marker is None or requirement.marker.evaluate({"extra": extra}):
                waiting += [(canonicalize_name(requirement.name), one) for one in {"", *requirement.extras}]
    return {str(name) for name, _ in seen}


def _requirements(name: str) -> Iterator[Requirement]:
    yield from map(Requirement, importlib.metadata.requires(name) or [])


def _pythons() -> str:
    """Python's own terms, from where it or Debian keeps them."""
    version = sysconfig.get_python_version()
    for place in (Path(sysconfig.get_path("stdlib"), "LICENSE.txt"), Path(f"/usr/share/doc/python{version}/copyright")):
        if place.is_file():
            return place.read_text(encoding="utf-8")
    return "https://docs.python.org/3/license.html"


if __name__ == "__main__":
    import sys

    Path(sys.argv[1]).write_text(text(parts()), encoding="utf-8")
