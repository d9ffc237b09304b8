"""Texts on the screen, where two directions of writing meet."""

import pytest

from annotator.ui.wording import as_read, isolated

ALM = "\u061c"


@pytest.mark.parametrize("text", ["2024-2028", "09:00", "3.5 %", ""])
def test_what_has_no_letter_reads_as_in_an_arabic_line(text: str) -> None:
    assert as_read(text) == ALM + text


@pytest.mark.parametrize("text", ["سنة 2024", "Covid-19", "2024 م"])
def test_what_has_a_letter_goes_by_it(text: str) -> None:
    assert as_read(text) == text


def test_an_isolate_is_closed() -> None:
    assert isolated("«أ»") == "\u2068«أ»\u2069"
