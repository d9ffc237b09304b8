"""How large what is installed is, with everything that it brings; and the packages that `dev.py package` made."""

import importlib.metadata
import shlex
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from measuring import MEDIAN, RATIO, RUNS, Figure, Wanted, not_measured
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from annotator.model.article_builder import build_article
from annotator.model.labels import default_labels
from annotator.resources import resource_path
from annotator.store.corpus import Corpus

ROOT: Final = Path(__file__).resolve().parents[2]
LINUX: Final = str(ROOT / "packaging" / "linux")
if LINUX not in sys.path:
    sys.path.append(LINUX)  # what measures a start is there

_OWN: Final = "arabic-news-annotator"
_MEGABYTE: Final = 1_000_000
_KINDS: Final = {".deb": "*.deb", ".tar.gz": "*-linux-*.tar.gz"}
_DOWNLOADED: Final = Wanted(MEDIAN, 90, issue=7)
_INSTALLED: Final = Wanted(MEDIAN, 220, issue=7)
_STARTING: Final = "starting the bundle, until its window is on the screen"
_UNMADE: Final = "`dev.py package` has not been run"


def figures(
    folder: Path, dist: Path = ROOT / "dist", program: Path = ROOT / "build/package/frozen/annotator/annotator"
) -> Iterator[Figure]:
    """A plain installation, and the packages in `dist` with the `program` that was frozen for them."""
    megabytes = sum(map(_bytes, packages(_OWN))) / _MEGABYTE
    yield Figure("a plain installation, with Qt", [megabytes], unit="MB", wanted=Wanted(MEDIAN, 400, issue=7))
    for kind, pattern in _KINDS.items():
        yield from _package(kind, next(dist.glob(pattern), None))
    yield _start(folder, program)


def _package(kind: str, path: Path | None) -> Iterator[Figure]:
    ways = ((f"the {kind}, to download", _download, _DOWNLOADED), (f"the {kind}, installed", _unpacked, _INSTALLED))
    for what, size, wanted in ways:
        if path:
            yield Figure(what, [size(path) / _MEGABYTE], unit="MB", wanted=wanted)
        else:
            yield not_measured(what, _UNMADE)


def _download(path: Path) -> int:
    return path.stat().st_size


def _unpacked(path: Path) -> int:
    """The bytes that the package takes on the disk, without those that it depends on."""
    if path.suffix == ".deb":
        asked = ["dpkg-deb", "--field", str(path), "Installed-Size"]
        return int(subprocess.run(asked, check=True, capture_output=True, text=True).stdout) * 1024
    with tarfile.open(path) as opened:
        return sum(member.size for member in opened)


def _start(folder: Path, program: Path) -> Figure:
    against = "starting in the environment"
    if not program.exists():
        return not_measured(_STARTING, _UNMADE, against)
    from start_time import taken  # X11's, as the bundle that is measured

    corpus = folder / "bundle.corpus"
    with Corpus.create(corpus, default_labels()) as made:
        for sample in sorted(resource_path("samples").iterdir()):
            made.add(build_article(sample.read_text(encoding="utf-8")))
    ours, reference = shlex.quote(str(program)), f"{shlex.quote(sys.executable)} -m annotator"
    found = taken(RUNS // 3, str(corpus), [reference, ours])
    return Figure(_STARTING, found[ours], against, found[reference], wanted=Wanted(RATIO, 1.3, issue=7))


def packages(name: str) -> set[str]:
    """What a package needs here without any extra, itself among it."""
    found, waiting = set[str](), [(name, frozenset[str]())]
    seen = set()
    while waiting:
        one = waiting.pop()
        if one in seen:
            continue
        seen.add(one)
        name, extras = one
        found.add(name)
        for text in importlib.metadata.requires(name) or []:
            needed = Requirement(text)
            marker = needed.marker
            if marker is None or any(marker.evaluate({"extra": extra}) for extra in {"", *extras}):
                waiting.append((canonicalize_name(needed.name), frozenset(needed.extras)))
    return found


def _bytes(name: str) -> int:
    files = importlib.metadata.files(name) or []
    return sum(path.stat().st_size for file in files if (path := file.locate()).is_file())  # type: ignore[attr-defined]
