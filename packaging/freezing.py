"""Decide what goes into the bundle that PyInstaller makes, and what of all that it finds stays out, by names alone.

annotator.spec applies them. A destination is the path of a file in the bundle, with `/` on every system.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import PurePath, PurePosixPath, PureWindowsPath
from typing import Final, TypeAlias

Entry: TypeAlias = tuple[str, str, str]
"""A file of the bundle, as PyInstaller lists it: destination, source, kind."""

OPTIONAL: Final = (
    *("spacy", "thinc", "pyarrow", "onnxruntime", "tokenizers", "numpy", "pandas", "scipy", "sklearn"),
    *("datasets", "huggingface_hub", "label_studio_sdk", "nltk", "torch", "transformers", "PIL"),
)
"""Packages that a user may install beside the program and that are too large for the bundle: what needs one says so."""

UNUSED: Final = (
    *("setuptools", "pkg_resources", "distutils", "pip", "_distutils_hack", "IPython", "pygments"),
    *("tkinter", "pydoc", "pydoc_data", "doctest", "unittest", "lib2to3", "ensurepip", "idlelib", "curses", "readline"),
    *("PySide6.QtNetwork", "PySide6.QtOpenGL", "PySide6.QtOpenGLWidgets", "PySide6.QtDBus", "PySide6.QtTest"),
    *("lxml.objectify", "lxml.isoschematron", "lxml.html.diff", "lxml.html._difflib"),
    *("pytest", "hypothesis", "babel.messages", "sqlite_utils.cli", "click_default_group"),
    *("ssl", "_ssl", "_hashlib"),  # six megabytes to encrypt connections: that to a team's server is libpq's own
)
"""Modules that some import names and nothing that this program does needs."""

EXTRAS: Final = ("team",)
"""The extras of pyproject.toml that the bundle brings: its dependency group `package` names them too."""

FOUND_BY_NAME: Final = ("keyring", "psycopg", "psycopg_binary")
"""Packages that are imported by their names, or only where a team has a server."""

SOURCES: Final = ("psycopg",)
"""Packages under the LGPL without libraries: they lie in the bundle as sources, so that they may be replaced."""

DATA: Final[Mapping[str, tuple[str, ...]]] = {
    "annotator.remotes": ("**/*.sql",),
    "justext": ("stoplists/*.txt",),
    "tld": ("res/*.txt",),
    "trafilatura": ("settings.cfg",),
}
"""The files that libraries and the program read beside their modules, by their package."""

PLUGINS: Final[Mapping[str, frozenset[str]]] = {
    "iconengines": frozenset({"qsvgicon"}),
    "imageformats": frozenset({"qsvg"}),
    "platforminputcontexts": frozenset({"composeplatforminputcontextplugin", "ibusplatforminputcontextplugin"}),
    "platforms": frozenset({"qxcb", "qwayland", "qoffscreen", "qwindows", "qcocoa"}),
    "platformthemes": frozenset({"qxdgdesktopportal"}),
    "wayland-decoration-client": frozenset({"adwaita", "bradient"}),
    "wayland-graphics-integration-client": frozenset({"qt-plugin-wayland-egl"}),
    "wayland-shell-integration": frozenset({"xdg-shell"}),
    "xcbglintegrations": frozenset({"qxcb-egl-integration", "qxcb-glx-integration"}),
}
"""The plugins of Qt that the window uses, by their folder, named without a system's prefix and suffix."""

_INTERPRETER: Final = re.compile(r"libpython|python3\d*\.dll$", re.IGNORECASE)
_QT_TEXTS: Final = frozenset({"qtbase_ar.qm", "qtbase_fr.qm"})
_LOCALES: Final = frozenset({"root.dat", "ar.dat", "en.dat", "fr.dat"})

_INSTALLATION_RECORDS: Final = frozenset({"RECORD", "INSTALLER", "REQUESTED", "direct_url.json"})
"""What pip records of where and how it installed a package: it differs from folder to folder."""

SYSTEM_LIBRARIES: Final = (
    *("libstdc++.so", "libgcc_s.so", "libatomic.so"),
    *("libGL.so", "libGLX.so", "libGLdispatch.so", "libEGL.so", "libOpenGL.so", "libdrm.so", "libgbm.so"),
    *("libX11.so", "libX11-xcb.so", "libXau.so", "libXdmcp.so", "libXext.so", "libXrender.so", "libxcb.so"),
    *("libwayland-client.so", "libwayland-cursor.so", "libwayland-egl.so", "libwayland-server.so"),
    *("libfontconfig.so", "libfreetype.so", "libexpat.so", "libpng16.so", "libbrotlidec.so", "libbrotlicommon.so"),
    *("libglib-2.0.so", "libgthread-2.0.so", "libgio-2.0.so", "libgobject-2.0.so", "libgmodule-2.0.so"),
    *("libdbus-1.so", "libsystemd.so", "libpcre2-8.so", "libselinux.so", "libmount.so", "libblkid.so", "libcap.so"),
    *("libuuid.so", "libz.so"),
)
"""Libraries of Linux that must match the system's own drivers, screen, fonts and message bus.

Every desktop has them, and two versions of one in a process crash it. The list is the AppImage project's, as far as it
matters here (https://github.com/AppImageCommunity/pkg2appimage/blob/master/excludelist).
"""


def is_bundled(destination: str) -> bool:
    """Whether this file belongs into the bundle."""
    path = PurePosixPath(destination)
    parts, name = path.parts, path.name
    if name.startswith(SYSTEM_LIBRARIES) or path.suffix == ".po":  # what the .mo are compiled from
        return False
    if destination == "annotator/resources/components.json":  # a bundle has its own list, parts.json
        return False
    if path.parent.suffix == ".dist-info" and name in _INSTALLATION_RECORDS:
        return False
    if "plugins" in parts[:-2] and parts[0] == "PySide6":
        return _plugin_name(name) in PLUGINS.get(path.parent.name, frozenset())
    if path.parent.name == "translations" and parts[0] == "PySide6":
        return name in _QT_TEXTS
    if parts[:2] == ("babel", "locale-data"):
        return name in _LOCALES
    return parts[:2] not in {("lxml", "isoschematron"), ("lxml", "includes")} and parts[0] != "setuptools"


def is_library(destination: str) -> bool:
    """Whether this binary is a library of Qt or of the system, which others need, and no module or plugin."""
    path = PurePosixPath(destination)
    if path.suffix == ".pyd" or is_part_of_python(
        destination
    ):  # on Windows, Python's own modules lie beside the libraries
        return False
    if path.suffix == ".dll" and path.parts[:-1] == ("PySide6",):  # where Qt's libraries lie on Windows
        return True
    return path.parts[:-1] in ((), ("PySide6", "Qt", "lib"))


def is_part_of_python(destination: str) -> bool:
    """Whether this binary is the Python interpreter or a module of its standard library."""
    path = PurePosixPath(destination)
    return path.parent.name == "lib-dynload" or (len(path.parts) == 1 and _INTERPRETER.match(path.name) is not None)


def select_needed(
    binaries: Iterable[Entry], imports: Callable[[str], Iterable[str]], path: type[PurePath] = PurePath
) -> list[Entry]:
    """Return the binaries without the libraries that no other binary is linked to.

    `imports` returns the names that the binary at a path is linked to; `path` is the flavour of the system's paths.
    """

    def name(file: str) -> str:
        """Return a file's name in the form in which names are compared: on Windows, without case."""
        parsed = path(file)
        return parsed.name.lower() if isinstance(parsed, PureWindowsPath) else parsed.name

    entries = list(binaries)
    libraries, links = set[str](), dict[str, list[str]]()
    for destination, source, kind in entries:
        if kind == "SYMLINK":
            continue
        if kind != "EXTENSION" and is_library(path(destination).as_posix()):
            libraries.add(name(destination))
        # On Windows, several binaries may have one name in different folders: the links of all of them count.
        links.setdefault(name(destination), []).extend(map(name, imports(source)))
    dropped = find_unneeded(libraries, links)
    return [entry for entry in entries if name(entry[0]) not in dropped]


def find_unneeded(libraries: Iterable[str], links: Mapping[str, Iterable[str]]) -> set[str]:
    """Return the libraries that no binary is linked to, except others of these libraries.

    `links` has for each binary by its file name, libraries too, the file names that it is linked to.
    """
    remaining, dropped = set(libraries), set[str]()
    while True:
        linked = {name for binary, names in links.items() if binary not in dropped for name in names if name != binary}
        if not (orphans := remaining - linked):
            return dropped
        dropped |= orphans
        remaining -= orphans


def _plugin_name(name: str) -> str:
    """Return the name of a plugin without the prefix `lib` and without its suffixes."""
    return name.removeprefix("lib").split(".", 1)[0]
