"""Dividing articles into the parts of a training set: fairly over labels, and no text on two sides.

- Near-duplicates stay together. Each text has a sketch, the smallest hashes of its runs of words (Broder 1997, "On the
  resemblance and containment of documents"); texts that share half of their sketches are alike.
- Labels are spread by iterative stratification (Sechidis, Tsoumakas & Vlahavas 2011, "On the stratification of
  multi-label data"): the rarest label first, each article to the part that lacks most of it.
- The sizes of the parts are exact, by largest remainder, unless near-duplicates are too many to fit.

Chance is a hash of the seed and the article's uid, so that it is the same on every machine and for ever.
"""

import hashlib
import zlib
from array import array
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from msgspec import Struct

from annotator.core.folding import fold

_RUN: Final = 4  # words
_SKETCH: Final = 8  # hashes
_SHARED: Final = 4  # hashes that texts which are alike share
_SHARES: Final = 16  # of the hashes, in which they are counted
_COMMON: Final = 50  # texts with the same hash: one that more have is a phrase of the trade


class Item(Struct, frozen=True, gc=False):
    """An article to be put into a part: how often each label stands in it, and the sketch of its text.

    All of a corpus are in memory at once, so that they must be small.
    """

    uid: str
    labels: Mapping[str, int] = {}
    sketch: Sequence[int] = ()


def sketch(text: str) -> Sequence[int]:
    """What is compared of a text: the smallest hashes of its runs of four folded words."""
    words = fold(text, taa=True).split()
    runs = (" ".join(words[at : at + _RUN]) for at in range(max(1, len(words) - _RUN + 1)))
    return array("I", sorted({zlib.crc32(run.encode("utf-8", "replace")) for run in runs})[:_SKETCH])


def divide(items: Iterable[Item], split: Mapping[str, int], seed: int) -> dict[str, str]:
    """The part of each article, by uid; `split` has the parts' weights, such as {"train": 80, "test": 20}."""
    chosen = sorted(items, key=lambda item: _chance(seed, item.uid))
    sizes = _sizes(len(chosen), split)
    return _Parts(sizes, chosen).filled(_groups(chosen))


def _chance(seed: int, uid: str) -> bytes:
    return hashlib.sha256(f"{seed} {uid}".encode()).digest()


def _sizes(count: int, split: Mapping[str, int]) -> dict[str, int]:
    total = sum(split.values())
    sizes = {part: count * weight // total for part, weight in split.items()}
    by_remainder = sorted(split, key=lambda part: -(count * split[part] % total))
    for part in by_remainder[: count - sum(sizes.values())]:
        sizes[part] += 1
    return sizes


def _groups(items: Sequence[Item]) -> list[list[Item]]:
    """The items, those together whose texts are alike; whatever is like two others makes the three alike."""
    leads = list(range(len(items)))

    def lead(at: int) -> int:
        while leads[at] != at:
            leads[at] = at = leads[leads[at]]
        return at

    telling = _telling(items)
    holders: defaultdict[int, list[int]] = defaultdict(list)
    for at, item in enumerate(items):
        shared: Counter[int] = Counter()
        for value in item.sketch:
            if value in telling:
                shared.update(holders[value])
                holders[value].append(at)
        for other, count in shared.items():
            if count >= min(_SHARED, len(item.sketch), len(items[other].sketch)):
                leads[lead(at)] = lead(other)
    groups: defaultdict[int, list[Item]] = defaultdict(list)
    for at, item in enumerate(items):
        groups[lead(at)].append(item)
    return list(groups.values())


def _telling(items: Sequence[Item]) -> set[int]:
    """The hashes that several texts have, but not many; counted a share of them at a time, as most are in one text."""
    found: set[int] = set()
    for share in range(_SHARES):
        often = Counter(value for item in items for value in item.sketch if value % _SHARES == share)
        found.update(value for value, count in often.items() if 1 < count <= _COMMON)
    return found


class _Parts:
    """The parts as they fill."""

    def __init__(self, sizes: Mapping[str, int], items: Iterable[Item]) -> None:
        self._room = dict(sizes)
        totals: Counter[str] = Counter()
        for item in items:
            totals.update(item.labels)
        count = max(1, sum(sizes.values()))
        self._lacks = {
            label: {part: total * size / count for part, size in sizes.items()} for label, total in totals.items()
        }
        self._part: dict[str, str] = {}

    def filled(self, groups: Sequence[list[Item]]) -> dict[str, str]:
        """The part of each item of the groups, which come in the order of chance."""
        by_label: defaultdict[str, list[int]] = defaultdict(list)
        for at, group in enumerate(groups):
            for label in {label for item in group for label in item.labels}:
                by_label[label].append(at)
        left = dict.fromkeys(range(len(groups)))
        while by_label:
            label = min(by_label, key=lambda label: (sum(at in left for at in by_label[label]), label))
            for at in by_label.pop(label):
                if at in left:
                    del left[at]
                    self._put(groups[at], label)
        for at in left:
            self._put(groups[at], None)
        return self._part

    def _put(self, group: list[Item], label: str | None) -> None:
        most = max(self._room.values())
        able = [part for part, room in self._room.items() if room >= min(len(group), most)]
        lacks = self._lacks[label] if label else {}
        part = max(able, key=lambda part: (lacks.get(part, 0), self._room[part]))
        self._room[part] -= len(group)
        for item in group:
            self._part[item.uid] = part
            for one, count in item.labels.items():
                self._lacks[one][part] -= count
