"""Measure the size of an installation with all its dependencies, and of the packages that `dev.py package` made."""

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
_NOT_PACKAGED: Final = "`dev.py package` has not been run"


def measure(
    folder: Path, dist: Path = ROOT / "dist", program: Path = ROOT / "build/package/frozen/annotator/annotator"
) -> Iterator[Figure]:
    """Measure a plain installation, and the packages in `dist` with the `program` that was frozen for them."""
    megabytes = sum(map(_count_bytes, find_dependencies(_OWN))) / _MEGABYTE
    yield Figure("a plain installation, with Qt", [megabytes], unit="MB", wanted=Wanted(MEDIAN, 400, issue=7))
    for kind, pattern in _KINDS.items():
        yield from _measure_package(kind, next(dist.glob(pattern), None))
    yield _measure_start(folder, program)


def _measure_package(kind: str, path: Path | None) -> Iterator[Figure]:
    ways = (
        (f"the {kind}, to download", _download_size, _DOWNLOADED),
        (f"the {kind}, installed", _installed_size, _INSTALLED),
    )
    for what, size, wanted in ways:
        if path:
            yield Figure(what, [size(path) / _MEGABYTE], unit="MB", wanted=wanted)
        else:
            yield not_measured(what, _NOT_PACKAGED)


def _download_size(path: Path) -> int:
    return path.stat().st_size


def _installed_size(path: Path) -> int:
    """Return the bytes that the package takes on the disk, without those that it depends on."""
    if path.suffix == ".deb":
        command = ["dpkg-deb", "--field", str(path), "Installed-Size"]
        return int(subprocess.run(command, check=True, capture_output=True, text=True).stdout) * 1024
    with tarfile.open(path) as opened:
        return sum(member.size for member in opened)


def _measure_start(folder: Path, program: Path) -> Figure:
    against = "starting in the environment"
    if not program.exists():
        return not_measured(_STARTING, _NOT_PACKAGED, against)
    from start_time import measure_starts  # X11's, as the bundle that is measured

    corpus = folder / "bundle.corpus"
    with Corpus.create(corpus, default_labels()) as opened:
        for sample in sorted(resource_path("samples").iterdir()):
            opened.add(build_article(sample.read_text(encoding="utf-8")))
    ours, reference = shlex.quote(str(program)), f"{shlex.quote(sys.executable)} -m annotator"
    times = measure_starts(RUNS // 3, str(corpus), [reference, ours])
    return Figure(_STARTING, times[ours], against, times[reference], wanted=Wanted(RATIO, 1.3, issue=7))


def find_dependencies(name: str) -> set[str]:
    """Return the names of what a package needs here without any extra, itself among it."""
    names, waiting = set[str](), [(name, frozenset[str]())]
    seen = set()
    while waiting:
        package = waiting.pop()
        if package in seen:
            continue
        seen.add(package)
        name, extras = package
        names.add(name)
        for text in importlib.metadata.requires(name) or []:
            needed = Requirement(text)
            marker = needed.marker
            if marker is None or any(marker.evaluate({"extra": extra}) for extra in {"", *extras}):
                waiting.append((canonicalize_name(needed.name), frozenset(needed.extras)))
    return names


def _count_bytes(name: str) -> int:
    files = importlib.metadata.files(name) or []
    return sum(path.stat().st_size for file in files if (path := file.locate()).is_file())  # type: ignore[attr-defined]
