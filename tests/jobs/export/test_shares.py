"""Shares and splits as people type them."""

import re
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotator.jobs.export.shares import parse_share, parse_split, read_split


@pytest.mark.parametrize(
    "value",
    [
        *("train=80,test=20", "train=0.8,test=0.2", "train=.8 , test=.2", "train=8e-1,test=2E-1", "train=4/5,test=1/5"),
        *("train=80%,test=20 %", "train=80.0,test=20.", "train=8e2,test=2e2", "train=٨٠،test=٢٠", "train=۸۰٪,test=۲۰٪"),
        *("train=٠٫٨،test=٠٫٢", "train=\u200f٨٠\u200f,test=٢٠"),
    ],
)
def test_the_same_split_is_meant(value: str) -> None:
    weights = parse_split(value)
    total = sum(weights.values())
    assert {part: weight / total for part, weight in weights.items()} == {
        "train": Fraction(4, 5),
        "test": Fraction(1, 5),
    }


def test_a_third_need_not_be_exact() -> None:
    assert len(set(parse_split("a=33.3%,b=33.3%,c=33.3%").values())) == 1
    assert parse_split("train=1,test=0") == {"train": 1, "test": 0}  # the export says that test is empty


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("0.8", "“0.8” is not of the form"),
        ("80/10/10", "“80/10/10” is not of the form"),
        ("train:80,test:20", "is not of the form"),
        ("train=1,000,test=200", "is not of the form"),
        ("=80,test=20", "is not of the form"),
        ("train=80,test=-20", "“-20” is no share"),
        ("train=80,test=inf", "“inf” is no share"),
        ("train=80,test=", "“” is no share"),
        ("train=80,test=1/0", "“1/0” is no share"),
        ("train=80,test=1e999999999", "“1e999999999” is no share"),
        ("train=80,test=20%%", "“20%%” is no share"),
        ("train=80,train=20", "the part “train” is there twice"),
        ("train=80,Train=20", "the part “Train” is there twice"),
        ("train=0.8,test=20%", "some shares are in % and others are not"),
        ("train=80%,test=10%", "the shares are 90% together, not 100%"),
        ("train=0.8,dev=0.1", "the shares are 0.9 together, not 1"),
        ("train=0.9,dev=0.1,test=0.1", "the shares are 1.1 together, not 1"),
    ],
)
def test_what_is_in_doubt_is_refused_and_says_why(value: str, message: str) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        parse_split(value)


@given(st.text(st.sampled_from("0123456789٠١٢۳.٫,e+-/%٪ \u200fabج"), max_size=12))
def test_a_share_is_a_number_that_is_not_negative_or_refused(text: str) -> None:
    try:
        value, is_percentage = parse_share(text)
    except ValueError:
        return
    assert value >= 0
    assert is_percentage == ("%" in text or "٪" in text)


@pytest.mark.parametrize(
    "weights",
    [
        {"train": 80, "test": 20},
        {"train": 0.8, "test": 0.2},
        {"train": "80%", "test": "20%"},
        {"train": Fraction(4, 5), "test": 1 - 0.8},
    ],
)
def test_weights_are_read_as_they_are_written(weights: dict[str, Any]) -> None:
    read = read_split(weights)
    assert float(read["train"] / sum(read.values())) == pytest.approx(0.8)
    assert read_split({"train": 0.8, "test": 0.2}) == parse_split("train=0.8,test=0.2")


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        ({"train": 0.8, "test": 0.1}, "the shares are 0.9 together"),
        ({"train": float("nan")}, "“nan” is no share"),
        ({"train": None}, "“None” is no share"),
        ({"train": [1]}, "no share"),
    ],
)
def test_weights_in_doubt_are_refused(weights: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        read_split(weights)
