"""Tokens: what belongs to one, and what to none."""

import unicodedata

import pytest
import regex
from hypothesis import example, given
from hypothesis import strategies as st
from running import takes_linear_time
from strategies import examples, texts

from annotator.text.tokenizer import LONE_MARKS, Token, tokenize
from annotator.text.visible import remove_invisible, trim_invisible

HIDDEN = "\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200b\u00ad\ufeff"
CLUSTER = regex.compile(
    r"[\p{L}--\p{Default_Ignorable_Code_Point}]\p{Mn}+|\p{Extended_Pictographic}[\p{Mn}\p{Emoji_Modifier}]+|\p{RI}{2}",
    regex.V1,
)


def words(text: str) -> list[str]:
    return [text[token.start : token.end] for token in tokenize(text)]


@pytest.mark.parametrize(
    "line",
    [
        "قال « خطة » في “ المغرب ” ، و ( وزارة ) [ أ ] ؛ { ب } : ؟ ! ' \" ‘ ’",
        "نص ... ثم .. ثم … ثم …. و .",
        "2023-2030 2023–2030 09:00 3.5 2.16.668 09/07/2024 1,000 ١٬٠٠٠٫٥ ٢٠٢٣-٢٠٣٠ 2020-٢٠٢١",
        "كـتـاب وَزَارَةٌ ـ لأحزاب ٱلْقُرْآن",
        "Covid-19 l'Intérieur l’ONU G20 5G 19h30 e-mail km²",
        "https://ar.wikipedia.org/wiki/المغرب ، http://a.ma/b?c=d#e ؟ www.x.ma . info@hespress.com , hespress.com !",
        "😀 👩\u200d👩\u200d👧 👍🏽 🇲🇦 🇲 ❤\ufe0f 1\ufe0f\u20e3 \U0001f3f4\U000e0067\U000e0062\U000e007f 𝔄",
        "أ - ب 50 ٪ 1445 هـ لـ 2030 # وزارة _ العدل @ a + 212",
        "می\u200cخواهم \u06dd \u0600 12 \ue000",
    ],
)
def test_tokens(line: str) -> None:
    """Each line has spaces between its tokens; it is also tested without those that cannot matter."""
    expected = line.split(" ")
    assert words(line) == expected
    assert words(line.replace("\u00ab ", "\u00ab").replace(" \u00bb", "\u00bb").replace(" ،", "،")) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("«خطة 2030»،", ["«", "خطة", "2030", "»", "،"]),
        ("“خطة”.", ["“", "خطة", "”", "."]),
        ("أ-ب", ["أ", "-", "ب"]),
        ("1445هـ", ["1445", "هـ"]),
        ("لـ2030", ["لـ", "2030"]),
        ("2023-", ["2023", "-"]),
        ("-5", ["-", "5"]),
        ("2024.", ["2024", "."]),
        ("م.د.", ["م", ".", "د", "."]),
        ("الساعة 09:00: انطلق", ["الساعة", "09:00", ":", "انطلق"]),
        ("http://a.ma/b.", ["http://a.ma/b", "."]),
        ("»www.x.ma«", ["»", "www.x.ma", "«"]),
        ("a@b.ma،", ["a@b.ma", "،"]),
        ("؟!", ["؟", "!"]),
        ("وزارة\u00a0العدل\u3000بالرباط\tأمس\x00ثم\x1fغدا", ["وزارة", "العدل", "بالرباط", "أمس", "ثم", "غدا"]),
        (" َكتب", ["َكتب"]),
        ("وزارة\u200bالصحة ٩\u200b،\u200bmot\u200b5G", ["وزارة", "الصحة", "٩", "،", "mot", "5G"]),
        ("\ufeffوزارة\ufeffالصحة", ["وزارة\ufeffالصحة"]),
        ("https://a.ma/b\u115fc", ["https://a.ma/b", "c"]),
        ("a@b.maَ", ["a", "@", "b", ".", "maَ"]),
    ],
)
def test_tokens_that_touch(text: str, expected: list[str]) -> None:
    assert words(text) == expected


@pytest.mark.parametrize("mark", sorted(set(HIDDEN) - {"\u200b"}))
def test_invisible_marks_lie_within_tokens_or_in_none(mark: str) -> None:
    text = f"{mark}وزا{mark}رة{mark} {mark} {mark}2023{mark}-{mark}2030{mark}،{mark} .{mark}.{mark}"
    assert words(text) == [f"وزا{mark}رة", f"2023{mark}-{mark}2030", "،", f".{mark}."]
    assert [remove_invisible(word) for word in words(text)] == ["وزارة", "2023-2030", "،", ".."]


def test_joiners_stay_within_a_word_and_never_at_its_edge() -> None:
    text = "\u200cمی\u200cخ\u200d \u200d"
    assert words(text) == ["می\u200cخ"]
    assert remove_invisible("می\u200cخ") == "می\u200cخ"


def test_tokens_of_a_range_are_cut_at_its_edges() -> None:
    assert tokenize("وزارة العدل", 2, 8) == [Token(2, 5), Token(6, 8)]


BESIDE_MARKS = (
    *(*LONE_MARKS, *"ب5aé'-./:@٫’…😀🇲", "\u064b", "\u0301", "\u200f", "\u200d", "\ufe0f", "\u115f"),
    *("www.a.ma/ب", "https://a.ma", "a@b.ma", " ", "\n"),
)


@examples(500)
@given(texts | st.lists(st.sampled_from(BESIDE_MARKS), max_size=12).map("".join))
def test_a_lone_mark_begins_a_token_that_ends_before_a_letter_or_digit(text: str) -> None:
    starts = {token.start for token in tokenize(text)}
    for offset, mark in enumerate(text):
        if mark in LONE_MARKS:
            assert offset in starts
            assert offset + 1 in starts or not text[offset + 1 : offset + 2].isalnum() or text[offset + 1] == "\u115f"


@given(texts)
def test_tokens_contain_everything_visible(text: str) -> None:
    tokens = tokenize(text)
    previous_end = 0
    for start, end in [*tokens, (len(text), len(text))]:
        assert previous_end <= start <= end
        assert trim_invisible(text, previous_end, start) == (previous_end, previous_end)
        previous_end = end
    for token in tokens:
        visible_text = remove_invisible(text[token.start : token.end])
        assert visible_text
        assert not any(character.isspace() for character in visible_text)
        assert not set(visible_text) & set(HIDDEN)
        assert trim_invisible(text, *token) == token


@example("https://a.ma/b❤️")
@example("https://a.ma/b\ufe0f a.ma/b❤️‍🔥")
@given(texts)
def test_a_grapheme_cluster_of_letters_or_emoji_is_never_cut(text: str) -> None:
    edges = {edge for token in tokenize(text) for edge in token}
    for cluster in CLUSTER.finditer(text):
        assert not edges & set(range(cluster.start() + 1, cluster.end()))


@pytest.mark.parametrize("unit", ["a.", "aA.", "-", "1-", "a\u200f", "http://", "«", "م. ", "a@", "+", "a-", "\u200f"])
def test_time_for_tokenizing_repetitive_text_is_linear(unit: str) -> None:
    assert takes_linear_time(lambda count: tokenize(unit * count), 1_250)


@given(texts)
@example("Covid-19\ufe0f")
@example("..\u064b")
@example("🇲🇦\ufe0f")
def test_no_token_is_separated_from_its_marks(text: str) -> None:
    following = [text[token.end] for token in tokenize(text) if token.end < len(text)]
    assert not any(unicodedata.category(character).startswith("M") for character in following)
