"""Splitting articles into parts, stratified by label, without near-duplicates across parts.

- Near-duplicates stay together: texts that share half of their sketches, the smallest hashes of their runs of words
  (Broder 1997, "On the resemblance and containment of documents").
- Labels are distributed by iterative stratification (Sechidis, Tsoumakas & Vlahavas 2011, "On the stratification of
  multi-label data"): the rarest label first, each article to the part that lacks most of it.
- Parts have exact sizes, by largest remainder, unless near-duplicates are too many to fit.

The order is a hash of seed and uid, the same on every machine and in every version. All articles are in memory at once,
each in some hundred bytes, as numbers in arrays.
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

_SHINGLE_WORDS: Final = 4
_SKETCH_SIZE: Final = 8  # hashes
_MIN_SHARED: Final = 4  # hashes that near-duplicates share
_COUNTING_PASSES: Final = 16  # each counts a part of the hashes
_MAX_HOLDERS: Final = 50  # texts; a hash that more share is a stock phrase
_KEY_SIZE: Final = hashlib.sha256().digest_size


def sketch_text(text: str) -> Sequence[int]:
    """Return the smallest hashes of a text's runs of 4 folded words."""
    words = fold(text, taa=True).split()
    runs = (" ".join(words[index : index + _SHINGLE_WORDS]) for index in range(max(1, len(words) - _SHINGLE_WORDS + 1)))
    return sorted({zlib.crc32(run.encode("utf-8", "replace")) for run in runs})[:_SKETCH_SIZE]


class DatasetSplitter:
    """Assigns articles to parts by the weights in `split`, such as {"train": 80, "test": 20}."""

    def __init__(self, split: Mapping[str, int], seed: int) -> None:
        self._split, self._seed = split, seed
        self._random_keys = bytearray()
        self._sketches = _RaggedArray()
        self._labels = _LabelCounts()

    def add(self, uid: str, labels: Mapping[str, int], sketch: Sequence[int]) -> None:
        """Add an article: its label counts and its text's sketch."""
        self._random_keys += hashlib.sha256(f"{self._seed} {uid}".encode()).digest()
        self._sketches.append(sketch)
        self._labels.append(labels)

    def assign_parts(self) -> list[str]:
        """Return the part of each article, in the order added."""
        count = len(self._sketches)
        order = array(
            "I", sorted(range(count), key=lambda index: self._random_keys[index * _KEY_SIZE : (index + 1) * _KEY_SIZE])
        )
        return _PartAllocator(_part_sizes(count, self._split), self._labels, count).assign_groups(
            _group_near_duplicates(self._sketches, order)
        )


class _RaggedArray:
    """Lists of numbers of any length, stored end to end."""

    def __init__(self) -> None:
        self.values = array("I")
        self._ends = array("Q")

    def append(self, row: Iterable[int]) -> None:
        """Append a list."""
        self.values.extend(row)
        self._ends.append(len(self.values))

    def __len__(self) -> int:
        return len(self._ends)

    def __getitem__(self, index: int) -> Sequence[int]:
        return self.values[self._ends[index - 1] if index else 0 : self._ends[index]]


class _LabelCounts:
    """Counts of labels by article."""

    def __init__(self) -> None:
        self._names: list[str] = []
        self._numbers: dict[str, int] = {}
        self._rows = _RaggedArray()  # label number, count, label number, count, …

    def append(self, labels: Mapping[str, int]) -> None:
        """Append the next article's counts."""
        for name in labels.keys() - self._numbers.keys():
            self._numbers[name] = len(self._names)
            self._names.append(name)
        self._rows.append(number for name, count in labels.items() for number in (self._numbers[name], count))

    def of_article(self, article: int) -> dict[str, int]:
        """Return an article's counts."""
        row = self._rows[article]
        return {self._names[number]: count for number, count in zip(row[::2], row[1::2], strict=True)}

    def totals(self) -> Counter[str]:
        """Return the counts of all articles."""
        totals: Counter[str] = Counter()
        for number, count in zip(self._rows.values[::2], self._rows.values[1::2], strict=True):
            totals[self._names[number]] += count
        return totals


def _part_sizes(count: int, split: Mapping[str, int]) -> dict[str, int]:
    total = sum(split.values())
    sizes = {part: count * weight // total for part, weight in split.items()}
    by_remainder = sorted(split, key=lambda part: -(count * split[part] % total))
    for part in by_remainder[: count - sum(sizes.values())]:
        sizes[part] += 1
    return sizes


def _group_near_duplicates(sketches: _RaggedArray, order: Sequence[int]) -> _RaggedArray:
    """Group near-duplicates, transitively; sort the groups by first member in `order`."""
    parents = array("I", range(len(order)))

    def find_root(index: int) -> int:
        while parents[index] != index:
            parents[index] = index = parents[parents[index]]
        return index

    distinctive = _find_distinctive_hashes(sketches)
    articles_by_hash: defaultdict[int, list[int]] = defaultdict(list)
    for index, article in enumerate(order):
        sketch = sketches[article]
        shared: Counter[int] = Counter()
        for value in sketch:
            if value in distinctive:
                shared.update(articles_by_hash[value])
                articles_by_hash[value].append(index)
        for other_index, count in shared.items():
            if count >= min(_MIN_SHARED, len(sketch), len(sketches[order[other_index]])):
                parents[find_root(index)] = find_root(other_index)
    first_members = array("I", [len(order)]) * len(order)  # by root: the first member of its group
    for index in range(len(order)):
        first_members[find_root(index)] = min(first_members[find_root(index)], index)

    def first_member(index: int) -> int:
        return first_members[find_root(index)]

    groups = _RaggedArray()
    for _first_member, group in groupby(sorted(range(len(order)), key=first_member), first_member):
        groups.append(order[index] for index in group)
    return groups


def _find_distinctive_hashes(sketches: _RaggedArray) -> set[int]:
    """Return the hashes of several texts, but not too many.

    Most are in one text only, so a pass counts a part of them, to save memory.
    """
    distinctive: set[int] = set()
    for remainder in range(_COUNTING_PASSES):
        counts = Counter(value for value in sketches.values if value % _COUNTING_PASSES == remainder)
        distinctive.update(value for value, count in counts.items() if 1 < count <= _MAX_HOLDERS)
    return distinctive


class _PartAllocator:
    """The parts being filled."""

    def __init__(self, sizes: Mapping[str, int], labels: _LabelCounts, count: int) -> None:
        self._capacities = dict(sizes)
        self._labels = labels
        self._missing = {
            label: {part: total * size / max(1, count) for part, size in sizes.items()}
            for label, total in labels.totals().items()
        }
        self._assigned = [""] * count

    def assign_groups(self, groups: _RaggedArray) -> list[str]:
        """Return the part of each article; `groups` come in random order."""
        by_label: defaultdict[str, array[int]] = defaultdict(partial(array, "I"))
        for index in range(len(groups)):
            for label in {label for article in groups[index] for label in self._labels.of_article(article)}:
                by_label[label].append(index)
        pending = bytearray(b"\1") * len(groups)
        while by_label:
            label = min(by_label, key=lambda label: (sum(pending[index] for index in by_label[label]), label))
            for index in by_label.pop(label):
                if pending[index]:
                    pending[index] = 0
                    self._assign(groups[index], label)
        for index, is_pending in enumerate(pending):
            if is_pending:
                self._assign(groups[index], None)
        return self._assigned

    def _assign(self, group: Sequence[int], label: str | None) -> None:
        largest_room = max(self._capacities.values())
        candidates = [part for part, room in self._capacities.items() if room >= min(len(group), largest_room)]
        lacks = self._missing[label] if label else {}
        part = max(candidates, key=lambda part: (lacks.get(part, 0), self._capacities[part]))
        self._capacities[part] -= len(group)
        for article in group:
            self._assigned[article] = part
            for group_label, count in self._labels.of_article(article).items():
                self._missing[group_label][part] -= count
