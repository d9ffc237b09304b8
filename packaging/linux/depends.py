"""Find what the bundle needs of a Debian system, by what its binaries are linked to (dpkg-shlibdeps)."""

import re
import subprocess
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

_MAGIC: Final = b"\x7fELF"
_C_LIBRARY: Final = "libc6"
_C_VERSION: Final = re.compile(r"\bGLIBC_(\d+)\.(\d+)")
_VERSION: Final = re.compile(r" \([^)]*\)")
_NO_PACKAGE: Final = re.compile(r"no dependency information found for (\S+)")
_FROM: Final = "shlibs:Depends="


class NotFound(Exception):
    """A library that no Debian package has, with the message of dpkg-shlibdeps."""


def find_binaries(folder: Path) -> list[Path]:
    """Return every program, module and library below the folder, sorted, without symbolic links."""
    paths = []
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.is_symlink():
            with path.open("rb") as file:
                if file.read(4) == _MAGIC:
                    paths.append(path)
    return paths


def find_dependencies(programs: Sequence[Path], own: Sequence[Path]) -> list[str]:
    """Return the entries of a `Depends` field for all that these binaries are linked to, sorted.

    `own` are the folders of libraries that the bundle brings. Raises NotFound.
    """
    with tempfile.TemporaryDirectory() as name:
        (Path(name) / "debian").mkdir()
        control = "Source: bundle\n\nPackage: bundle\nArchitecture: any\n"
        (Path(name) / "debian" / "control").write_text(control, newline="\n")
        options = ["-O", "--ignore-missing-info", *(f"-l{folder.resolve()}" for folder in own)]
        result = subprocess.run(
            ["dpkg-shlibdeps", *options, *(f"-e{path.resolve()}" for path in programs)],
            cwd=name,
            capture_output=True,
            text=True,
        )
    if result.returncode:
        raise NotFound(result.stderr.strip())
    if packageless := find_packageless(result.stderr, own):
        raise NotFound(f"no package has {', '.join(packageless)}")
    line = next((line for line in result.stdout.splitlines() if line.startswith(_FROM)), _FROM)
    return parse_depends(line.removeprefix(_FROM), find_required_glibc(_read_headers(programs)))


def find_newer_glibc(programs: Iterable[Path], oldest: tuple[int, int]) -> dict[Path, str]:
    """Return the binaries that need a newer C library than `oldest`, each with the version that it needs."""
    needed = {path: find_required_glibc(_read_headers([path])) for path in programs}
    return {path: version for path, version in needed.items() if _parse_version(version) > oldest}


def _read_headers(programs: Sequence[Path]) -> str:
    command: list[str | Path] = ["objdump", "--private-headers", *programs]
    return subprocess.run(command, check=True, capture_output=True, text=True, errors="replace").stdout


def _parse_version(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split(".")))


def find_packageless(warnings: str, own: Iterable[Path]) -> list[str]:
    """Return the libraries that dpkg-shlibdeps found in no package, without those in the bundle's own folders."""
    ours = tuple(f"{folder.resolve()}/" for folder in own)
    return sorted({path for path in _NO_PACKAGE.findall(warnings) if not path.startswith(ours)})


def find_required_glibc(headers: str) -> str:
    """Return the oldest version of the C library that has every symbol in the output of `objdump --private-headers`."""
    versions = {(int(major), int(minor)) for major, minor in _C_VERSION.findall(headers)}
    return "{}.{}".format(*max(versions, default=(2, 34)))  # 2.34: what the wheels of Qt are made for


def parse_depends(field: str, c_library: str) -> list[str]:
    """Return the entries of the `Depends` field that dpkg-shlibdeps prints, sorted.

    The C library alone has a version: Qt needs no other library newer than every system with such a C library has,
    while dpkg-shlibdeps names the version installed here where a package comes without its symbols file.
    A package that Debian 13 renamed for 64-bit times may have its older name too.
    """
    names = sorted({_VERSION.sub("", entry) for entry in field.split(", ") if entry})
    older = {name: f"{name} | {name.removesuffix('t64')}" for name in names if name.endswith("t64")}
    return [f"{_C_LIBRARY} (>= {c_library})" if name == _C_LIBRARY else older.get(name, name) for name in names]
