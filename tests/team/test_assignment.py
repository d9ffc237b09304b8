"""Articles are divided by chance, in exact shares, and always alike for the same seed."""

from collections import Counter
from collections.abc import Collection, Mapping
from fractions import Fraction
from itertools import chain, combinations
from math import floor
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotator.team.assignment import assign

NAMES = ("Amal", "Bilal", "سعاد", "Dounia", "Éric")
annotators = st.lists(st.sampled_from(NAMES), min_size=2, unique=True)
articles = st.sets(st.integers(0, 10_000).map(str), max_size=60)
shares = st.fractions(0, 1, max_denominator=20)


def merge(*divisions: Mapping[str, Collection[str]]) -> dict[str, list[str]]:
    """Return who has which article after several divisions."""
    owners: dict[str, list[str]] = {}
    for uid, names in chain.from_iterable(division.items() for division in divisions):
        owners.setdefault(uid, []).extend(names)
    return owners


def count_doubles(owners: Mapping[str, Collection[str]]) -> int:
    return sum(len(names) == 2 for names in owners.values())


def count_pairs(owners: Mapping[str, Collection[str]], names: Collection[str]) -> list[int]:
    pairs = Counter(frozenset(pair) for pair in owners.values() if len(pair) == 2)
    return [pairs[frozenset(pair)] for pair in combinations(names, 2)]


def test_a_seed_decides_for_ever() -> None:
    """The very division: a copy of the corpus on another computer, in another year, is divided like this."""
    division = assign(map(str, range(6)), ["Amal", "Bilal", "سعاد"], double=Fraction(1, 3), seed=7)
    assert division == {
        "0": ("سعاد",),
        "1": ("Bilal",),
        "2": ("سعاد",),
        "3": ("Amal", "Bilal"),
        "4": ("Amal", "سعاد"),
        "5": ("Amal",),
    }


@given(articles, annotators, shares, st.integers(), st.randoms())
def test_the_order_of_articles_and_annotators_does_not_matter(
    uids: set[str], names: list[str], share: Fraction, seed: int, random: Random
) -> None:
    division = assign(uids, names, double=share, seed=seed)
    shuffled = random.sample(sorted(uids), len(uids))
    assert assign(shuffled, names[::-1], double=share, seed=seed) == division


@given(articles, annotators, shares, st.integers())
def test_each_article_is_given_once_or_to_two_different_annotators(
    uids: set[str], names: list[str], share: Fraction, seed: int
) -> None:
    division = assign(uids, names, double=share, seed=seed)
    assert division.keys() == uids
    assert all(len(owners) == len(set(owners)) in (1, 2) and set(owners) <= set(names) for owners in division.values())
    assert count_doubles(division) == floor(share * len(uids) + Fraction(1, 2))


@given(articles, annotators, shares, st.integers())
def test_pairs_and_annotators_get_equal_numbers(uids: set[str], names: list[str], share: Fraction, seed: int) -> None:
    division = assign(uids, names, double=share, seed=seed)
    pairs = count_pairs(division, names)
    assert max(pairs) - min(pairs) <= 1
    loads = Counter(chain.from_iterable(division.values()))
    spread = max(loads[name] for name in names) - min(loads[name] for name in names)
    singles = len(division) - count_doubles(division)
    assert spread <= (1 if singles >= len(names) else 2)


@given(articles, articles, annotators, shares, st.integers())
def test_later_articles_leave_earlier_ones_where_they_are(
    uids: set[str], later: set[str], names: list[str], share: Fraction, seed: int
) -> None:
    first = assign(uids, names, double=share, seed=seed)
    second = assign(uids | later, names, double=share, seed=seed, holders=first)
    owners = merge(first, second)
    assert owners.keys() == uids | later
    assert all(len(set(pair)) == len(pair) <= 2 for pair in owners.values())
    expected = floor(share * len(owners) + Fraction(1, 2))
    assert count_doubles(owners) == max(count_doubles(first), expected)
    pairs = count_pairs(owners, names)
    assert max(pairs) - min(pairs) <= 1
    assert assign(uids | later, names, double=share, seed=seed, holders=owners) == {}


@given(articles, annotators, shares, st.integers(), st.integers(0, 20))
def test_nobody_gets_more_than_the_limit(
    uids: set[str], names: list[str], share: Fraction, seed: int, limit: int
) -> None:
    division = assign(uids, names, double=share, seed=seed, limit=limit)
    loads = Counter(chain.from_iterable(division.values()))
    assert all(load <= limit for load in loads.values())
    assert count_doubles(division) <= floor(share * len(division) + Fraction(1, 2))
    unlimited = assign(uids, names, double=share, seed=seed)
    assert limit < len(uids) or division == unlimited


def test_what_one_annotator_did_alone_is_given_to_a_second_one_for_the_share() -> None:
    owners = {str(number): ["Amal"] for number in range(40)}
    division = assign(owners, ["Amal", "Bilal", "سعاد"], double=Fraction("0.1"), seed=3, holders=owners)
    assert Counter(division.values()) == {("Bilal",): 2, ("سعاد",): 2}


@given(articles, st.sets(st.integers(0, 20)), annotators, shares, st.integers())
def test_vacated_articles_get_another_second_annotator(
    uids: set[str], places: set[int], names: list[str], share: Fraction, seed: int
) -> None:
    held = {uid: ("Sanae",) for position, uid in enumerate(sorted(uids)) if position in places}
    vacated = set(sorted(held)[::2])
    division = assign(uids, names, double=share, seed=seed, holders=held, vacated=vacated)
    owners = merge(held, division)
    assert all(len(set(owners[uid])) == len(owners[uid]) == 2 for uid in vacated)
    assert count_doubles(owners) == max(len(vacated), floor(share * len(owners) + Fraction(1, 2)))
    assert owners.keys() == uids


def test_a_lab_of_three_gets_a_thousand_articles() -> None:
    division = assign(map(str, range(1000)), ["A", "B", "C"], double=Fraction("0.1"), seed=7)
    assert sorted(count_pairs(division, ["A", "B", "C"])) == [33, 33, 34]
    assert sorted(Counter(chain.from_iterable(division.values())).values()) == [366, 367, 367]


@pytest.mark.parametrize("names", [[], ["Amal"]])
def test_a_pair_needs_two_annotators(names: list[str]) -> None:
    with pytest.raises(ValueError, match="annotator"):
        assign(["1"], names, double=Fraction(1, 2))
