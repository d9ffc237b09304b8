"""Splits of articles: sizes, labels, near-duplicates, and reproducibility."""

import hashlib
import tracemalloc
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from hypothesis import given
from hypothesis import strategies as st

from annotator.jobs.export.dataset_splitter import DatasetSplitter, sketch_text

SHARES = {"train": 80, "dev": 10, "test": 10}
NEWS = (
    "أعلنت وزارة التربية الوطنية عن انطلاق الخطة الوطنية لدعم القراءة التي ستشمل في مرحلتها الأولى ثمانمائة مدرسة "
    "ابتدائية في الوسطين الحضري والقروي ابتداء من شتنبر المقبل وفق ما جاء في بلاغ لها"
)


def uid(number: int) -> str:
    return hashlib.sha256(str(number).encode()).hexdigest()


class Item(NamedTuple):
    uid: str
    labels: Mapping[str, int] = {}
    sketch: Sequence[int] = ()


def divide(items: Sequence[Item], split: Mapping[str, int], seed: int) -> dict[str, str]:
    """Return the part of each item, by uid."""
    division = DatasetSplitter(split, seed)
    for item in items:
        division.add(*item)
    return dict(zip((item.uid for item in items), division.assign_parts(), strict=True))


ITEMS = st.dictionaries(
    st.text("abcdef0123456789", min_size=1, max_size=6),
    st.dictionaries(st.sampled_from(("DATE", "INSTITUTION", "PLAN")), st.integers(1, 20)),
    max_size=40,
).map(lambda labels_by_uid: [Item(uid, labels) for uid, labels in labels_by_uid.items()])
SPLITS = st.dictionaries(st.sampled_from(("train", "dev", "test")), st.integers(1, 100), min_size=1)


@given(ITEMS, SPLITS, st.integers())
def test_parts_have_their_sizes_in_any_order(items: list[Item], split: dict[str, int], seed: int) -> None:
    parts = divide(items, split, seed)
    assert parts == divide(items[::-1], split, seed)
    assert set(parts) == {item.uid for item in items}
    for part, weight in split.items():
        exact = len(items) * weight / sum(split.values())
        assert abs(list(parts.values()).count(part) - exact) < 1


def test_sketch_has_a_hash_for_each_run_of_four_words_or_one_for_a_shorter_text() -> None:
    words = NEWS.split()
    assert [len(sketch_text(" ".join(words[:count]))) for count in (1, 3, 4, 5, 9)] == [1, 1, 1, 2, 6]


def test_the_remaining_article_goes_to_the_largest_remainder() -> None:
    parts = divide([Item(uid(number)) for number in range(11)], {"dev": 10, "test": 10, "train": 80}, 0)
    assert Counter(parts.values()) == {"dev": 1, "test": 1, "train": 9}


def test_another_seed_gives_another_split() -> None:
    items = [Item(uid(number)) for number in range(40)]
    assert divide(items, SHARES, 1) != divide(items, SHARES, 2)


def test_a_split_is_reproducible() -> None:
    """Splits must be reproducible for years, so these values must never change."""
    items = [Item(uid(number), {"DATE": number % 4, "PLAN": number % 3}, (number,)) for number in range(12)]
    parts = divide(items, SHARES, 7)
    assert [number for number in range(12) if parts[uid(number)] != "train"] == [2, 3]


def test_rare_labels_are_in_every_part() -> None:
    items = [Item(uid(number), {"DATE": 5} | ({"PLAN": 1} if number % 10 == 0 else {})) for number in range(200)]
    for seed in range(20):
        parts = divide(items, SHARES, seed)
        plans = Counter(parts[item.uid] for item in items if "PLAN" in item.labels)
        assert plans == {"train": 16, "dev": 2, "test": 2}


def test_near_duplicates_stay_together() -> None:
    """The same news with another headline, a changed word, another spelling; and different news."""
    copies = [f"عنوان {number} مختلف تماما\n{NEWS}" for number in range(5)]
    copies += [NEWS.replace("ثمانمائة", "تسعمائة"), NEWS.replace("ة ", "ه ").replace("أ", "ا")]
    others = [" ".join(f"كلمة{number}{word}" for word in range(40)) for number in range(60)]
    texts = copies + others
    items = [Item(uid(number), {}, sketch_text(text)) for number, text in enumerate(texts)]
    for seed in range(10):
        parts = divide(items, SHARES, seed)
        assert len({parts[uid(number)] for number in range(len(copies))}) == 1
        assert len({parts[uid(number)] for number in range(len(texts))}) == 3


def test_texts_that_share_a_phrase_are_no_near_duplicates() -> None:
    sketch = sketch_text(NEWS + " " + " ".join(f"أولى{word}" for word in range(40)))
    other = sketch_text("وأضاف المصدر ذاته أن " + " ".join(f"ثانية{word}" for word in range(60)))
    parts = [divide([Item(uid(0), {}, sketch), Item(uid(1), {}, other)], {"a": 1, "b": 1}, seed) for seed in range(5)]
    assert all(len(set(part.values())) == 2 for part in parts)


def test_a_stock_phrase_makes_no_near_duplicates() -> None:
    items = [Item(uid(number), {}, (1, 2, 3, 4, 1000 + number)) for number in range(300)]
    assert Counter(divide(items, {"a": 1, "b": 1}, 0).values()) == {"a": 150, "b": 150}
    alike = [Item(uid(number), {}, (1, 2, 3, 4, 1000 + number)) for number in range(30)]
    assert len(set(divide(alike, {"a": 1, "b": 1}, 0).values())) == 1


def test_short_texts_have_distinct_sketches() -> None:
    assert sketch_text("خبر رقم 1") != sketch_text("خبر رقم 2")
    assert sketch_text("") == sketch_text(" ")


def test_an_article_takes_some_hundred_bytes() -> None:
    """All articles of a corpus are in memory at once; the promise about a hundred thousand depends on it."""
    count, division = 2_000, DatasetSplitter(SHARES, 0)
    tracemalloc.start()
    for number in range(count):
        division.add(uid(number), {"DATE": 3, "PLAN": number}, range(number, number + 8))
    now, _peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert now / count < 200
