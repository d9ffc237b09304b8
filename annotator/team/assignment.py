"""Divide articles among annotators: a share of them goes to two each, the others to one.

Chance decides, but the same seed always decides alike: articles are ranked by a hash of the seed and their uid, which
is the same on every computer, in any order of the articles, and in any version of Python.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from fractions import Fraction
from hashlib import sha256
from itertools import combinations
from math import floor
from types import MappingProxyType
from typing import Final, TypeAlias

Holders: TypeAlias = Mapping[str, Collection[str]]
"""The annotators who have an article already, by its uid."""

_NOBODY: Final[Holders] = MappingProxyType({})


def assign(
    articles: Iterable[str],
    annotators: Iterable[str],
    *,
    double: Fraction = Fraction(0),
    seed: int = 0,
    holders: Holders = _NOBODY,
    limit: int | None = None,
    vacated: Collection[str] = (),
) -> dict[str, tuple[str, ...]]:
    """Return who gets which article in addition to its `holders`, by uid.

    Those `vacated`, which a second annotator had and has no more, get another second one first. Afterwards the share
    `double` of all articles that anybody has, rounded half up, is with two annotators, unless more were before. An
    article is never given to its holders; one with a holder is only given to a second annotator, and only if the new
    ones do not suffice for the share. Each pair of annotators gets as many articles as any other, or one more, counting
    those that it had; and each annotator as many new ones as any other, or one more, as far as the articles for one
    annotator make up for the pairs. With a `limit`, each gets at most so many now.

    Raises ValueError without an annotator, or with a share for which one is not enough.
    """
    names = sorted(set(annotators), key=lambda name: _rank(seed, name))
    if not names:
        raise ValueError("no annotator")
    if double and len(names) == 1:
        raise ValueError("a single annotator has no pair")
    ranked = sorted(set(articles), key=lambda uid: _rank(seed, uid))
    deal = _Deal(names, holders, limit)
    new = [uid for uid in ranked if not holders.get(uid)]
    single = [uid for uid in ranked if len(set(holders.get(uid, ()))) == 1]
    vacant_places = sum(uid in vacated for uid in single)
    single.sort(key=lambda uid: uid not in vacated)
    pairs = sum(len(set(holders.get(uid, ()))) > 1 for uid in ranked)
    total = len(ranked) - len(new)
    count = _count_affordable(
        len(new), len(single), total, pairs, double, None if limit is None else limit * len(names)
    )
    missing = max(0, _round_half_up(double * (total + count)) - pairs)
    new_pairs = min(max(0, missing - vacant_places), count)
    for uid in new[:new_pairs]:
        deal.give_to_pair(uid)
    for uid in single[: max(missing - new_pairs, vacant_places)]:
        deal.give_to_second(uid)
    for uid in new[new_pairs:count]:
        deal.give_to_one(uid)
    return deal.result


class _Deal:
    """Articles given out so far, always to those with the fewest."""

    def __init__(self, names: Sequence[str], holders: Holders, limit: int | None) -> None:
        self.result: dict[str, tuple[str, ...]] = {}
        self._names, self._holders, self._limit = names, holders, limit
        self._loads = Counter[str]()
        self._pairs = Counter(pair for held_by in holders.values() for pair in combinations(sorted(set(held_by)), 2))

    def give_to_one(self, uid: str) -> None:
        free = self._free_names()
        if free:
            self._give(uid, min(free, key=lambda name: self._loads[name]))

    def give_to_pair(self, uid: str) -> None:
        pairs = combinations(self._free_names(), 2)
        pair = min(pairs, key=lambda pair: (self._count(*pair), *self._sorted_loads(pair)), default=None)
        if pair:
            self._give(uid, *pair)

    def give_to_second(self, uid: str) -> None:
        [holder] = set(self._holders[uid])
        others = [name for name in self._free_names() if name != holder]
        if others:
            self._give(uid, min(others, key=lambda name: (self._count(holder, name), self._loads[name])))

    def _give(self, uid: str, *names: str) -> None:
        self.result[uid] = names
        self._loads.update(names)
        owners = {*names, *self._holders.get(uid, ())}
        if len(owners) > 1:
            self._pairs.update(combinations(sorted(owners), 2))

    def _free_names(self) -> list[str]:
        return [name for name in self._names if self._limit is None or self._loads[name] < self._limit]

    def _count(self, *pair: str) -> int:
        """Return the number of articles that both have."""
        first, second = sorted(pair)
        return self._pairs[first, second]

    def _sorted_loads(self, pair: Sequence[str]) -> tuple[int, int]:
        """Return a sort key: the fewest articles of both together, then of the one who has more."""
        loads = [self._loads[name] for name in pair]
        return sum(loads), max(loads)


def _count_affordable(new: int, single: int, total: int, pairs: int, double: Fraction, capacity: int | None) -> int:
    """Return how many of the new articles `capacity` is enough for, counting an article once for each annotator."""
    if capacity is None:
        return new

    def cost(count: int) -> int:
        missing = max(0, _round_half_up(double * (total + count)) - pairs)
        return count + min(missing, count + single)

    return max((count for count in range(new + 1) if cost(count) <= capacity), default=0)


def _rank(seed: int, text: str) -> bytes:
    return sha256(f"{seed}:{text}".encode()).digest()


def _round_half_up(number: Fraction) -> int:
    return floor(number + Fraction(1, 2))
