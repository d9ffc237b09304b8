"""Texts on the screen, where two directions of writing meet."""

import pytest

from annotator.ui.widgets.bidi_text import as_read, isolated, quotes_apart, with_paths

ALM = "\u061c"


@pytest.mark.parametrize("text", ["2024-2028", "09:00", "3.5 %", ""])
def test_what_has_no_letter_reads_as_in_an_arabic_line(text: str) -> None:
    assert as_read(text) == ALM + text


@pytest.mark.parametrize("text", ["سنة 2024", "Covid-19", "2024 م"])
def test_what_has_a_letter_goes_by_it(text: str) -> None:
    assert as_read(text) == text


def test_an_isolate_is_closed() -> None:
    assert isolated("«أ»") == "\u2068«أ»\u2069"


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("begins with “ب”; 6 others", "begins with “\u2068ب\u2069”; 6 others"),
        ("يبدأ بـ«OECD»، وتتركه", "يبدأ بـ«\u2068OECD\u2069»، وتتركه"),
        ("fait « ب » ; 6", "fait « \u2068ب\u2069 » ; 6"),
        ("nothing quoted", "nothing quoted"),
    ],
)
def test_what_is_quoted_does_not_change_places_with_what_follows(said: str, shown: str) -> None:
    assert quotes_apart(said) == shown


@pytest.mark.parametrize(
    ("sentence", "path"),
    [
        ("يقفل برنامج آخر الملف «/home/سناء/a b.corpus».", "/home/سناء/a b.corpus"),
        ("Un programme garde « /home/a.corpus » verrouillé.", "/home/a.corpus"),
        ("There is no file “C:\\x\\a.corpus”.", "C:\\x\\a.corpus"),
        ("There is no folder “\\\\server\\x”.", "\\\\server\\x"),
    ],
)
def test_a_path_in_a_sentence_reads_from_the_left(sentence: str, path: str) -> None:
    assert with_paths(sentence) == sentence.replace(path, f"\u2066{path}\u2069")


def test_what_is_no_path_is_left_as_it_is() -> None:
    said = "«وزارة العدل» و“x/y” و‹/›"
    assert with_paths(said) == said
