"""The program's components and their licences, as packaging/licences.py has listed them."""

import importlib.metadata
import platform
import sqlite3
from importlib.util import find_spec
from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct

from annotator import __version__
from annotator.resources import resource_path

PROGRAM: Final = "Arabic News Annotator"
REPLACEABLE: Final = {
    "Qt": "PySide6",
    "PySide6_Essentials": "PySide6",
    "shiboken6": "shiboken6",
    "python-bidi": "bidi",
    "psycopg": "psycopg",
    "psycopg-binary": "psycopg_binary",
}
"""The components under the LGPL, each with the package that holds its libraries."""

_RUNNING: Final = {PROGRAM: __version__, "Python": platform.python_version(), "SQLite": sqlite3.sqlite_version}
"""The versions of components that are no packages."""


class Component(Struct, frozen=True):
    """A component. `terms` is its licence, `texts` the texts of that, `package` the Python package of it, or ""."""

    name: str
    version: str
    terms: str
    home: str = ""
    texts: tuple[str, ...] = ()
    package: str = ""


class BundleContents(Struct, frozen=True):
    """The components of a bundle, and the commit it was built from; "" if unknown."""

    parts: tuple[Component, ...]
    commit: str = ""


def list_components() -> tuple[Component, ...]:
    """Return all components of this installation, in the versions that are installed."""
    if bundle := load_bundle_contents():
        return bundle.parts
    listed = msgspec.json.decode(resource_path("components.json").read_bytes(), type=tuple[Component, ...])
    versions = map(_find_version, listed)
    return tuple(
        msgspec.structs.replace(component, version=version)
        for component, version in zip(listed, versions, strict=True)
        if version
    )


def load_bundle_contents() -> BundleContents | None:
    """Return the contents of the running bundle; None without one."""
    path = resource_path("parts.json")
    return msgspec.json.decode(path.read_bytes(), type=BundleContents) if path.is_file() else None


def library_folder(name: str) -> Path | None:
    """Return the folder of a component's libraries if its licence makes them replaceable."""
    spec = find_spec(REPLACEABLE[name]) if name in REPLACEABLE else None
    return Path(spec.origin).parent if spec and spec.origin else None


def _find_version(component: Component) -> str | None:
    """Return the version of a component here; None if its package is not installed, as on some systems."""
    if not component.package:
        return _RUNNING.get(component.name, component.version)
    try:
        version = importlib.metadata.version(component.package)
    except importlib.metadata.PackageNotFoundError:
        return None
    return ".".join(version.split(".")[:3]) if component.name == "Qt" else version  # its bindings may have a fourth
