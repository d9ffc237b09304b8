"""Dividing articles into the parts of a training set: fairly over labels, and no text on two sides.

- Near-duplicates stay together. Each text has a sketch, the smallest hashes of its runs of words (Broder 1997, "On the
  resemblance and containment of documents"); texts that share half of their sketches are alike.
- Labels are spread by iterative stratification (Sechidis, Tsoumakas & Vlahavas 2011, "On the stratification of
  multi-label data"): the rarest label first, each article to the part that lacks most of it.
- The sizes of the parts are exact, by largest remainder, unless near-duplicates are too many to fit.

Chance is a hash of the seed and the article's uid, so that it is the same on every machine and for ever.

All articles of a corpus are in memory at once, so what is kept of each is small: numbers in arrays, some hundred bytes.
"""

import hashlib
import zlib
from array import array
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from itertools import groupby
from typing import Final

from annotator.text.folding import fold

_RUN: Final = 4  # words
_SKETCH: Final = 8  # hashes
_SHARED: Final = 4  # hashes that texts which are alike share
_SHARES: Final = 16  # of the hashes, in which they are counted
_COMMON: Final = 50  # texts with the same hash: one that more have is a phrase of the trade
_WIDE: Final = hashlib.sha256().digest_size


def sketch(text: str) -> Sequence[int]:
    """What is compared of a text: the smallest hashes of its runs of four folded words."""
    words = fold(text, taa=True).split()
    runs = (" ".join(words[at : at + _RUN]) for at in range(max(1, len(words) - _RUN + 1)))
    return sorted({zlib.crc32(run.encode("utf-8", "replace")) for run in runs})[:_SKETCH]


class Division:
    """Articles that are to be divided; `split` has the weights of the parts, such as {"train": 80, "test": 20}."""

    def __init__(self, split: Mapping[str, int], seed: int) -> None:
        self._split, self._seed = split, seed
        self._chances = bytearray()
        self._sketches = _Rows()
        self._labels = _Labels()

    def add(self, uid: str, labels: Mapping[str, int], sketch: Sequence[int]) -> None:
        """Take an article: how often each label stands in it, and the sketch of its text."""
        self._chances += hashlib.sha256(f"{self._seed} {uid}".encode()).digest()
        self._sketches.append(sketch)
        self._labels.append(labels)

    def parts(self) -> list[str]:
        """The part of each article, in the order in which they came."""
        count = len(self._sketches)
        order = array("I", sorted(range(count), key=lambda at: self._chances[at * _WIDE : (at + 1) * _WIDE]))
        return _Parts(_sizes(count, self._split), self._labels, count).filled(_groups(self._sketches, order))


class _Rows:
    """Lists of numbers, one after the other."""

    def __init__(self) -> None:
        self.values = array("I")
        self._ends = array("Q")

    def append(self, row: Iterable[int]) -> None:
        """Add a list."""
        self.values.extend(row)
        self._ends.append(len(self.values))

    def __len__(self) -> int:
        return len(self._ends)

    def __getitem__(self, at: int) -> Sequence[int]:
        return self.values[self._ends[at - 1] if at else 0 : self._ends[at]]


class _Labels:
    """How often each label stands in each article."""

    def __init__(self) -> None:
        self._names: list[str] = []
        self._numbers: dict[str, int] = {}
        self._rows = _Rows()  # the number of a label and how often it is there, by turns

    def append(self, labels: Mapping[str, int]) -> None:
        """Take those of the next article."""
        for name in labels.keys() - self._numbers.keys():
            self._numbers[name] = len(self._names)
            self._names.append(name)
        self._rows.append(number for name, count in labels.items() for number in (self._numbers[name], count))

    def of(self, article: int) -> dict[str, int]:
        """Those of one article."""
        row = self._rows[article]
        return {self._names[number]: count for number, count in zip(row[::2], row[1::2], strict=True)}

    def totals(self) -> Counter[str]:
        """How often each stands in all of them."""
        totals: Counter[str] = Counter()
        for number, count in zip(self._rows.values[::2], self._rows.values[1::2], strict=True):
            totals[self._names[number]] += count
        return totals


def _sizes(count: int, split: Mapping[str, int]) -> dict[str, int]:
    total = sum(split.values())
    sizes = {part: count * weight // total for part, weight in split.items()}
    by_remainder = sorted(split, key=lambda part: -(count * split[part] % total))
    for part in by_remainder[: count - sum(sizes.values())]:
        sizes[part] += 1
    return sizes


def _groups(sketches: _Rows, order: Sequence[int]) -> _Rows:
    """The articles in this order, those together whose texts are alike; whatever is like two others makes the three
    alike."""
    leads = array("I", range(len(order)))

    def lead(at: int) -> int:
        while leads[at] != at:
            leads[at] = at = leads[leads[at]]
        return at

    telling = _telling(sketches)
    holders: defaultdict[int, list[int]] = defaultdict(list)
    for at, article in enumerate(order):
        sketch = sketches[article]
        shared: Counter[int] = Counter()
        for value in sketch:
            if value in telling:
                shared.update(holders[value])
                holders[value].append(at)
        for other, count in shared.items():
            if count >= min(_SHARED, len(sketch), len(sketches[order[other]])):
                leads[lead(at)] = lead(other)
    firsts = array("I", [len(order)]) * len(order)  # by lead: the first of its group
    for at in range(len(order)):
        firsts[lead(at)] = min(firsts[lead(at)], at)

    def first(at: int) -> int:
        return firsts[lead(at)]

    groups = _Rows()
    for _first, group in groupby(sorted(range(len(order)), key=first), first):
        groups.append(order[at] for at in group)
    return groups


def _telling(sketches: _Rows) -> set[int]:
    """The hashes that several texts have, but not many; counted a share of them at a time, as most are in one text."""
    found: set[int] = set()
    for share in range(_SHARES):
        often = Counter(value for value in sketches.values if value % _SHARES == share)
        found.update(value for value, count in often.items() if 1 < count <= _COMMON)
    return found


class _Parts:
    """The parts as they fill."""

    def __init__(self, sizes: Mapping[str, int], labels: _Labels, count: int) -> None:
        self._room = dict(sizes)
        self._labels = labels
        self._lacks = {
            label: {part: total * size / max(1, count) for part, size in sizes.items()}
            for label, total in labels.totals().items()
        }
        self._part = [""] * count

    def filled(self, groups: _Rows) -> list[str]:
        """The part of each article of the groups, which come in the order of chance."""
        by_label: defaultdict[str, array[int]] = defaultdict(partial(array, "I"))
        for at in range(len(groups)):
            for label in {label for article in groups[at] for label in self._labels.of(article)}:
                by_label[label].append(at)
        left = bytearray(b"\1") * len(groups)
        while by_label:
            label = min(by_label, key=lambda label: (sum(left[at] for at in by_label[label]), label))
            for at in by_label.pop(label):
                if left[at]:
                    left[at] = 0
                    self._put(groups[at], label)
        for at, is_left in enumerate(left):
            if is_left:
                self._put(groups[at], None)
        return self._part

    def _put(self, group: Sequence[int], label: str | None) -> None:
        most = max(self._room.values())
        able = [part for part, room in self._room.items() if room >= min(len(group), most)]
        lacks = self._lacks[label] if label else {}
        part = max(able, key=lambda part: (lacks.get(part, 0), self._room[part]))
        self._room[part] -= len(group)
        for article in group:
            self._part[article] = part
            for one, count in self._labels.of(article).items():
                self._lacks[one][part] -= count
