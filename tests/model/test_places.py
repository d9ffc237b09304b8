"""Places in articles as people write them."""

import pytest
from builders import build_plain_article
from hypothesis import given
from hypothesis import strategies as st

from annotator.model.places import Place, describe_missing_range, parse_place


@given(st.from_regex(r"[0-9a-f]{1,64}", fullmatch=True), st.integers(0, 10**18 - 1), st.integers(0, 10**18 - 1))
def test_a_place_is_read_as_it_is_written(article: str, start: int, end: int) -> None:
    place = Place(article, start, end)
    assert parse_place(str(place)) == place


@pytest.mark.parametrize(
    "text", ["", "12", "12@", "@1-2", "12@1", "12@1-", "12@-1-2", "12@1-2x", "12@1-9999999999999999999"]
)
def test_what_has_another_form_is_no_place(text: str) -> None:
    assert parse_place(text) is None


def test_a_range_that_a_text_lacks_is_explained() -> None:
    article = build_plain_article("خبر").article
    assert "0-7" in describe_missing_range(article, Place("1", 0, 7))
