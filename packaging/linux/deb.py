"""Build the package for Debian and its derivatives: the bundle without Debian's own libraries, and desktop files."""

import email.utils
import gzip
import os
import shutil
import subprocess
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final

import archive
import depends
import desktop
import freezing
from bundle import NAME, ROOT, Bundle

from annotator.licenses import Component

COMMAND: Final = "annotator"
RECOMMENDED: Final = ("desktop-file-utils", "fonts-noto-color-emoji", "hicolor-icon-theme", "shared-mime-info")
"""Packages for the menu, the icon and the double click, and for emoji in articles, which the program's fonts lack.

Nearly every desktop has them, and the program runs without.
"""

_QUERY_FORMAT: Final = "${Version}\\t${Homepage}\\n"  # of dpkg-query, for each architecture that has the package
_SUMMARY: Final = "window to label dates, institutions and plans in Arabic news"
_DESCRIPTION: Final = """\
 Annotators read Arabic news from right to left and tag dates, institutions
 and plans, or the labels of their own corpus. What is on the screen is on the
 disk, everything can be undone, and what may be a span is suggested.
 .
 Training sets are written as CoNLL, CoNLL-U, JSON lines and more, with a
 report that accounts for every span. The commands do the same without a
 window.
"""
_HERE: Final = Path(__file__).resolve().parent
_MAINTAINER: Final = "The maintainers of Arabic News Annotator <maintainers@arabic-news-annotator.invalid>"


def build(bundle: Bundle, work: Path, target: Path) -> Path:
    """Write the package into the folder `target` and return its path; `work` is a folder for intermediate files.

    Raises depends.NotFound where a library is in no package, CalledProcessError where dpkg fails.
    """
    tree = work / "deb"
    shutil.rmtree(tree, ignore_errors=True)
    program = tree / "usr" / "lib" / NAME
    shutil.copytree(bundle.folder, program, symlinks=True)
    for library in find_system_libraries(program / "_internal"):
        library.unlink()
    (tree / "usr" / "bin").mkdir()
    (tree / "usr" / "bin" / COMMAND).symlink_to(f"../lib/{NAME}/annotator")
    desktop.write_share(tree / "usr" / "share", bundle)
    documents = tree / "usr" / "share" / "doc" / NAME
    desktop.copy_pictures(documents / "pictures")
    desktop.copy_pages(documents / "docs")
    shutil.copyfile(bundle.licences, documents / "copyright")
    _compress((ROOT / "CHANGELOG.md").read_bytes(), documents / "CHANGELOG.md.gz")
    _compress(format_changelog(bundle).encode(), documents / "changelog.gz")
    _compress((_HERE / "annotator.1").read_bytes(), tree / "usr" / "share" / "man" / "man1" / "annotator.1.gz")
    overrides = tree / "usr" / "share" / "lintian" / "overrides" / NAME
    overrides.parent.mkdir(parents=True)
    shutil.copyfile(_HERE / "lintian-overrides", overrides)
    for path in [tree, *tree.rglob("*")]:
        if not path.is_symlink():
            path.chmod(archive.file_mode(path))
    (tree / "DEBIAN").mkdir()
    internal = program / "_internal"
    needed = depends.find_dependencies(depends.find_binaries(program), [internal, internal / "PySide6" / "Qt" / "lib"])
    output = subprocess.run(["dpkg", "--print-architecture"], check=True, capture_output=True, text=True)
    architecture = output.stdout.strip()
    (tree / "DEBIAN" / "control").write_text(
        format_control(bundle.version, architecture, needed, measure_installed_size(tree)),
        encoding="utf-8",
        newline="\n",
    )
    package = target / f"{NAME}_{bundle.version}_{architecture}.deb"
    subprocess.run(
        ["dpkg-deb", "--root-owner-group", "-Zxz", "--build", tree, package],
        check=True,
        stdout=subprocess.DEVNULL,
        env={**os.environ, "SOURCE_DATE_EPOCH": str(bundle.timestamp)},
    )
    return package


def format_control(version: str, architecture: str, needed: Sequence[str], kilobytes: int) -> str:
    """Return the text of `DEBIAN/control` (https://www.debian.org/doc/debian-policy/ch-controlfields.html)."""
    fields = {
        "Package": NAME,
        "Version": version,
        "Architecture": architecture,
        "Maintainer": _MAINTAINER,
        "Installed-Size": str(kilobytes),
        "Depends": ", ".join(needed),
        "Recommends": ", ".join(RECOMMENDED),
        "Section": "text",
        "Priority": "optional",
        "Description": _SUMMARY,
    }
    return "".join(f"{name}: {value}\n" for name, value in fields.items()) + _DESCRIPTION


def format_changelog(bundle: Bundle) -> str:
    """Return the text of Debian's own list of changes, which says where ours is."""
    date = email.utils.formatdate(bundle.timestamp)
    return (
        f"{NAME} ({bundle.version}) unstable; urgency=medium\n\n"
        f"  * What's new stands in CHANGELOG.md.gz beside this file.\n\n -- {_MAINTAINER}  {date}\n"
    )


def find_system_libraries(internal: Path) -> list[Path]:
    """Return the libraries in the bundle that Debian has too: the package uses Debian's, which get security updates."""
    return [
        path
        for path in sorted(internal.iterdir())
        if path.is_file() and not path.is_symlink() and ".so" in path.name and freezing.is_library(path.name)
    ]


def measure_installed_size(tree: Path) -> int:
    """Return the size of the installed tree in kibibytes: each file rounded up, links and folders one each."""
    return sum(_count_kibibytes(path) for path in tree.rglob("*") if "DEBIAN" not in path.parts)


def _compress(content: bytes, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(gzip.compress(content, 9, mtime=0))


def _count_kibibytes(path: Path) -> int:
    return -(-path.stat().st_size // 1024) if path.is_file() and not path.is_symlink() else 1


def collect_components(libraries: Iterable[Path]) -> Iterator[Component]:
    """Yield the Debian packages that these libraries are from, as components of the portable bundle.

    Raises CalledProcessError where dpkg-query fails.
    """
    packages = set()
    for library in libraries:
        output = subprocess.run(["dpkg", "-S", f"*/{library.name}"], capture_output=True, text=True)
        packages |= {line.partition(":")[0] for line in output.stdout.splitlines() if ":" in line}
    for name in sorted(packages):
        terms = Path("/usr/share/doc", name, "copyright")
        if terms.is_file():
            output = subprocess.run(
                ["dpkg-query", "-W", "-f", _QUERY_FORMAT, name], check=True, capture_output=True, text=True
            )
            version, home = output.stdout.splitlines()[0].split("\t")
            yield Component(name, version, "see its text", home, (terms.read_text(encoding="utf-8"),))
