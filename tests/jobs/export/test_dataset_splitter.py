"""Splits of articles: shares, near-duplicates, reproducibility, and what happens as a corpus grows."""

import hashlib
import random
import tracemalloc
from collections import Counter
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import NamedTuple

from hypothesis import given
from hypothesis import strategies as st
from strategies import examples

from annotator.jobs.export.dataset_splitter import DatasetSplitter, sketch_text

SHARES: dict[str, Fraction | int] = {"train": 80, "dev": 10, "test": 10}
NEWS = (
    "أعلنت وزارة التربية الوطنية عن انطلاق الخطة الوطنية لدعم القراءة التي ستشمل في مرحلتها الأولى ثمانمائة مدرسة "
    "ابتدائية في الوسطين الحضري والقروي ابتداء من شتنبر المقبل وفق ما جاء في بلاغ لها"
)


def uid(number: int) -> str:
    return hashlib.sha256(str(number).encode()).hexdigest()


class Item(NamedTuple):
    uid: str
    sketch: Sequence[int] = ()


def divide(items: Sequence[Item], split: Mapping[str, Fraction | int], seed: int) -> dict[str, str]:
    """Return the part of each item, by uid; the first is the oldest."""
    division = DatasetSplitter(split, seed)
    for item in items:
        division.add(*item)
    return dict(zip((item.uid for item in items), division.assign_parts(), strict=True))


UIDS = st.lists(st.text("abcdef0123456789", min_size=1, max_size=6), unique=True, max_size=40)
SPLITS = st.dictionaries(st.sampled_from(("train", "dev", "test")), st.integers(1, 100), min_size=1)
SKETCHES = st.lists(st.integers(1, 12), min_size=1, max_size=8, unique=True).map(sorted)
"""So few hashes that many texts are near-duplicates."""


@given(UIDS, SPLITS, st.integers(), st.randoms())
def test_an_article_stays_in_its_part_whatever_is_added_removed_or_moved(
    uids: list[str], split: dict[str, int], seed: int, dice: random.Random
) -> None:
    parts = divide([Item(uid) for uid in uids], split, seed)
    assert set(parts) == set(uids)
    assert set(parts.values()) <= set(split)
    others = dice.sample(uids, dice.randint(0, len(uids)))
    others.insert(dice.randint(0, len(others)), "an article that was added")
    repeated = divide([Item(uid) for uid in others], split, seed)
    assert {uid: part for uid, part in repeated.items() if uid in parts} == {
        uid: parts[uid] for uid in others if uid in parts
    }


@given(UIDS, SPLITS, st.integers(), st.integers(1, 9))
def test_neither_the_order_of_the_parts_nor_the_unit_of_the_weights_matters(
    uids: list[str], split: dict[str, int], seed: int, factor: int
) -> None:
    items = [Item(uid) for uid in uids]
    total = sum(split.values())
    for same in (
        dict(reversed(split.items())),
        {part: weight * factor for part, weight in split.items()},
        {part: Fraction(weight, total) for part, weight in split.items()},
    ):
        assert divide(items, same, seed) == divide(items, split, seed)


@examples(300)
@given(st.lists(SKETCHES, min_size=1, max_size=14), st.integers(0, 99))
def test_as_a_corpus_grows_an_article_moves_only_to_the_part_of_an_older_near_duplicate(
    sketches: list[list[int]], seed: int
) -> None:
    items = [Item(uid(number), sketch) for number, sketch in enumerate(sketches)]
    split = {"train": 1, "test": 1}
    before: dict[str, str] = {}
    for count in range(1, len(items) + 1):
        parts = divide(items[:count], split, seed)
        groups = group_near_duplicates(sketches[:count])
        for group in groups:
            oldest = min(group)
            assert {parts[uid(number)] for number in group} == set(divide([items[oldest]], split, seed).values())
        joined = next(group for group in groups if count - 1 in group)
        for number in range(count - 1):
            if number not in joined:
                assert parts[uid(number)] == before[uid(number)]
        before = parts


def group_near_duplicates(sketches: Sequence[Sequence[int]]) -> list[set[int]]:
    """Return the groups of texts that share half of a sketch, or all of a shorter one, transitively."""
    groups: list[set[int]] = []
    for number, sketch in enumerate(sketches):
        near = [
            group
            for group in groups
            if any(len({*sketch} & {*sketches[other]}) >= min(4, len(sketch), len(sketches[other])) for other in group)
        ]
        groups = [group for group in groups if group not in near] + [{number}.union(*near)]
    return groups


def test_parts_have_about_their_shares() -> None:
    parts = Counter(divide([Item(uid(number)) for number in range(10_000)], SHARES, 0).values())
    for part, share in SHARES.items():
        deviation = (10_000 * share / 100 * (1 - share / 100)) ** 0.5
        assert abs(parts[part] - 100 * share) < 4 * deviation


def test_sketch_has_a_hash_for_each_run_of_four_words_or_one_for_a_shorter_text() -> None:
    words = NEWS.split()
    assert [len(sketch_text(" ".join(words[:count]))) for count in (1, 3, 4, 5, 9)] == [1, 1, 1, 2, 6]


def test_another_seed_gives_another_split() -> None:
    items = [Item(uid(number)) for number in range(40)]
    assert divide(items, SHARES, 1) != divide(items, SHARES, 2)


def test_a_split_is_reproducible() -> None:
    """Splits must be reproducible for years, so these values must never change."""
    items = [Item(uid(number), (number,)) for number in range(12)]
    parts = divide(items, SHARES, 7)
    assert [number for number in range(12) if parts[uid(number)] != "train"] == [5, 8, 10]


def test_near_duplicates_stay_together() -> None:
    """The same news with another headline, a changed word, another spelling; and different news."""
    copies = [f"عنوان {number} مختلف تماما\n{NEWS}" for number in range(5)]
    copies += [NEWS.replace("ثمانمائة", "تسعمائة"), NEWS.replace("ة ", "ه ").replace("أ", "ا")]
    others = [" ".join(f"كلمة{number}{word}" for word in range(40)) for number in range(60)]
    texts = copies + others
    items = [Item(uid(number), sketch_text(text)) for number, text in enumerate(texts)]
    for seed in range(10):
        parts = divide(items, SHARES, seed)
        assert len({parts[uid(number)] for number in range(len(copies))}) == 1
        assert len({parts[uid(number)] for number in range(len(texts))}) == 3
        assert parts[uid(0)] == divide(items[:1], SHARES, seed)[uid(0)]


def test_texts_that_share_a_phrase_are_no_near_duplicates() -> None:
    sketch = sketch_text(NEWS + " " + " ".join(f"أولى{word}" for word in range(40)))
    other = sketch_text("وأضاف المصدر ذاته أن " + " ".join(f"ثانية{word}" for word in range(60)))
    items = [Item(uid(0), sketch), Item(uid(1), other)]
    for seed in range(20):
        alone = [divide([item], {"a": 1, "b": 1}, seed) for item in items]
        assert divide(items, {"a": 1, "b": 1}, seed) == alone[0] | alone[1]


def test_a_stock_phrase_makes_no_near_duplicates() -> None:
    """More than fifty texts have it; from then on it is none of a near-duplicate."""
    items = [Item(uid(number), (1, 2, 3, 4, 1000 + number)) for number in range(350)]
    parts = list(divide(items, {"a": 1, "b": 1}, 0).values())
    assert len(set(parts[:50])) == 1
    assert 120 < Counter(parts[50:])["a"] < 180
    alike = [Item(uid(number), (1, 2, 3, 4, 1000 + number)) for number in range(30)]
    assert len(set(divide(alike, {"a": 1, "b": 1}, 0).values())) == 1


def test_short_texts_have_distinct_sketches() -> None:
    assert sketch_text("خبر رقم 1") != sketch_text("خبر رقم 2")
    assert sketch_text("") == sketch_text(" ")


def test_an_article_takes_some_hundred_bytes() -> None:
    """All articles of a corpus are in memory at once; the promise about a hundred thousand depends on it."""
    count, division = 2_000, DatasetSplitter(SHARES, 0)
    tracemalloc.start()
    for number in range(count):
        division.add(uid(number), range(number, number + 8))
    now, _peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert now / count < 200
