"""The package for Debian and its kin: the bundle without what Debian has itself, and what the desktop is told."""

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
"""What has the menu, the icon and the double click work, and emoji in articles be seen: the fonts that the program
brings have none. Nearly every desktop has them, and the program runs without."""

_ASKED: Final = "${Version}\\t${Homepage}\\n"  # of dpkg-query, for each architecture that has the package
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
    """Write the package into the folder `target` and return its path; `work` is emptied and used on the way.

    Raises depends.NotFound where a library is in no package, CalledProcessError where dpkg fails.
    """
    tree = work / "deb"
    shutil.rmtree(tree, ignore_errors=True)
    program = tree / "usr" / "lib" / NAME
    shutil.copytree(bundle.folder, program, symlinks=True)
    for library in borrowed(program / "_internal"):
        library.unlink()
    (tree / "usr" / "bin").mkdir()
    (tree / "usr" / "bin" / COMMAND).symlink_to(f"../lib/{NAME}/annotator")
    desktop.share(tree / "usr" / "share", bundle)
    documents = tree / "usr" / "share" / "doc" / NAME
    desktop.copy_pictures(documents / "pictures")
    shutil.copyfile(bundle.licences, documents / "copyright")
    _compress((ROOT / "CHANGELOG.md").read_bytes(), documents / "CHANGELOG.md.gz")
    _compress(changelog(bundle).encode(), documents / "changelog.gz")
    _compress((_HERE / "annotator.1").read_bytes(), tree / "usr" / "share" / "man" / "man1" / "annotator.1.gz")
    overrides = tree / "usr" / "share" / "lintian" / "overrides" / NAME
    overrides.parent.mkdir(parents=True)
    shutil.copyfile(_HERE / "lintian-overrides", overrides)
    for path in [tree, *tree.rglob("*")]:
        if not path.is_symlink():
            path.chmod(archive.mode(path))
    (tree / "DEBIAN").mkdir()
    internal = program / "_internal"
    needed = depends.needed(depends.binaries(program), [internal, internal / "PySide6" / "Qt" / "lib"])
    output = subprocess.run(["dpkg", "--print-architecture"], check=True, capture_output=True, text=True)
    architecture = output.stdout.strip()
    (tree / "DEBIAN" / "control").write_text(
        control(bundle.version, architecture, needed, size(tree)), encoding="utf-8", newline="\n"
    )
    package = target / f"{NAME}_{bundle.version}_{architecture}.deb"
    subprocess.run(
        ["dpkg-deb", "--root-owner-group", "-Zxz", "--build", tree, package],
        check=True,
        stdout=subprocess.DEVNULL,
        env={**os.environ, "SOURCE_DATE_EPOCH": str(bundle.when)},
    )
    return package


def control(version: str, architecture: str, needed: Sequence[str], kilobytes: int) -> str:
    """The text of `DEBIAN/control` (https://www.debian.org/doc/debian-policy/ch-controlfields.html)."""
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


def changelog(bundle: Bundle) -> str:
    """Debian's own list of changes, which says where ours is."""
    when = email.utils.formatdate(bundle.when)
    return (
        f"{NAME} ({bundle.version}) unstable; urgency=medium\n\n"
        f"  * What's new stands in CHANGELOG.md.gz beside this file.\n\n -- {_MAINTAINER}  {when}\n"
    )


def borrowed(internal: Path) -> list[Path]:
    """The libraries in the bundle that are Debian's own: its package uses those, which are kept safe."""
    return [
        path
        for path in sorted(internal.iterdir())
        if path.is_file() and not path.is_symlink() and ".so" in path.name and freezing.is_library(path.name)
    ]


def size(tree: Path) -> int:
    """The kibibytes that the files of the tree take when installed, each rounded up, links and folders one each."""
    return sum(_kilobytes(path) for path in tree.rglob("*") if "DEBIAN" not in path.parts)


def _compress(content: bytes, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(gzip.compress(content, 9, mtime=0))


def _kilobytes(path: Path) -> int:
    return -(-path.stat().st_size // 1024) if path.is_file() and not path.is_symlink() else 1


def parts_of(libraries: Iterable[Path]) -> Iterator[Component]:
    """The packages of Debian that these libraries are from: the parts that the bundle brings along elsewhere."""
    packages = set()
    for library in libraries:
        output = subprocess.run(["dpkg", "-S", f"*/{library.name}"], capture_output=True, text=True)
        packages |= {line.partition(":")[0] for line in output.stdout.splitlines() if ":" in line}
    for name in sorted(packages):
        terms = Path("/usr/share/doc", name, "copyright")
        if terms.is_file():
            output = subprocess.run(
                ["dpkg-query", "-W", "-f", _ASKED, name], check=True, capture_output=True, text=True
            )
            version, home = output.stdout.splitlines()[0].split("\t")
            yield Component(name, version, "see its text", home, (terms.read_text(encoding="utf-8"),))
