"""How large what is installed is, with everything that it brings."""

import importlib.metadata
from collections.abc import Iterator
from typing import Final

from measuring import MEDIAN, Figure, Wanted, not_measured
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

_OWN: Final = "arabic-news-annotator"
_BUNDLE: Final = (
    "the bundle, installed (at most 220 MB, issue 7)",
    "the bundle, to download (at most 90 MB, issue 7)",
    "starting the bundle (at most 1.3 times the environment's, issue 7)",
)


def figures() -> Iterator[Figure]:
    """The packages of a plain installation; the bundle's figures wait for a bundle."""
    megabytes = sum(map(_bytes, packages(_OWN))) / 1024**2
    yield Figure("a plain installation, with Qt", [megabytes], unit="MB", wanted=Wanted(MEDIAN, 400, issue=7))
    for what in _BUNDLE:
        yield not_measured(what, "nothing is bundled yet")


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
