"""Splitting articles into parts that never change as the corpus grows, without near-duplicates across parts.

- Near-duplicates stay together: texts that share half of their sketches, the smallest hashes of their runs of words
  (Broder 1997, "On the resemblance and containment of documents").
- The part of a group is drawn by a hash of the seed and the uid of its oldest article, independent of all others
  (as in Géron 2019, "Hands-On Machine Learning", ch. 2). So a part has about its share of the articles.

Articles are added oldest first, and compared with older ones only: a later article changes nothing between older ones,
except that it joins two groups if it is nearly the same as articles of both. The older group's part then applies.

The parts are the same on every machine and in every version. All articles are in memory at once, each in some hundred
bytes, as numbers in arrays.
"""

import hashlib
import zlib
from array import array
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from itertools import accumulate
from typing import Final

from annotator.text.folding import fold

_SHINGLE_WORDS: Final = 4
_SKETCH_SIZE: Final = 8  # hashes
_MIN_SHARED: Final = 4  # hashes that near-duplicates share
_COUNTING_PASSES: Final = 16  # each counts a part of the hashes
_MAX_HOLDERS: Final = 50  # texts; in more, a hash is a stock phrase
_KEY_SIZE: Final = hashlib.sha256().digest_size


def sketch_text(text: str) -> Sequence[int]:
    """Return the smallest hashes of a text's runs of 4 folded words."""
    words = fold(text, taa=True).split()
    runs = (" ".join(words[index : index + _SHINGLE_WORDS]) for index in range(max(1, len(words) - _SHINGLE_WORDS + 1)))
    return sorted({zlib.crc32(run.encode("utf-8", "replace")) for run in runs})[:_SKETCH_SIZE]


class DatasetSplitter:
    """Assigns articles to parts by the weights in `split`, such as {"train": 80, "test": 20}."""

    def __init__(self, split: Mapping[str, Fraction | int], seed: int) -> None:
        self._seed = seed
        self._parts = sorted(split)
        total = sum(split.values(), Fraction())
        # The keys of each part begin where those of the part before end. Sorted, as the order of parts does not matter.
        self._ends = [int(share * (1 << 8 * _KEY_SIZE)) for share in accumulate(split[p] / total for p in self._parts)]
        self._keys = bytearray()
        self._sketches = _RaggedArray()

    def add(self, uid: str, sketch: Sequence[int]) -> None:
        """Add an article that is not older than those before, with its text's sketch."""
        self._keys += hashlib.sha256(f"{self._seed} {uid}".encode()).digest()
        self._sketches.append(sketch)

    def assign_parts(self) -> list[str]:
        """Return the part of each article, in the order added."""
        return [self._draw_part(article) for article in _find_oldest_duplicates(self._sketches)]

    def _draw_part(self, article: int) -> str:
        key = int.from_bytes(self._keys[article * _KEY_SIZE : (article + 1) * _KEY_SIZE])
        return next(part for part, end in zip(self._parts, self._ends, strict=True) if key < end)


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


def _find_oldest_duplicates(sketches: _RaggedArray) -> Sequence[int]:
    """Return, for each text, the first one of its group of near-duplicates, which are so transitively."""
    parents = array("I", range(len(sketches)))  # each of an older text of the group, or the text itself

    def find_root(index: int) -> int:
        while parents[index] != index:
            parents[index] = index = parents[parents[index]]
        return index

    shared_hashes = _find_shared_hashes(sketches)
    holders: defaultdict[int, array[int]] = defaultdict(lambda: array("I"))
    for index in range(len(sketches)):
        sketch = sketches[index]
        shared: Counter[int] = Counter()
        for value in sketch:
            if value in shared_hashes and len(holders[value]) < _MAX_HOLDERS:
                shared.update(holders[value])
                holders[value].append(index)
        for other, count in shared.items():
            if count >= min(_MIN_SHARED, len(sketch), len(sketches[other])):
                oldest, younger = sorted((find_root(index), find_root(other)))
                parents[younger] = oldest
    return array("I", map(find_root, range(len(sketches))))


def _find_shared_hashes(sketches: _RaggedArray) -> set[int]:
    """Return the hashes of several texts.

    Most are in one text only, so a pass counts a part of them, to save memory.
    """
    shared: set[int] = set()
    for remainder in range(_COUNTING_PASSES):
        counts = Counter(value for value in sketches.values if value % _COUNTING_PASSES == remainder)
        shared.update(value for value, count in counts.items() if count > 1)
    return shared
