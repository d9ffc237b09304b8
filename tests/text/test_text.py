"""Newlines, UTF-16, tokens, sentences and snapping."""

import time
import unicodedata

import pytest
import regex
from hypothesis import example, given, settings
from hypothesis import strategies as st
from running import mean_time
from strategies import marked_texts, raw_texts, texts

from annotator.text import punctuation
from annotator.text import sentences as sentence_rules
from annotator.text.offsets import NewlineOffsets, Utf16Offsets, normalise_newlines
from annotator.text.punctuation import is_punctuation
from annotator.text.selection import snap_to_words
from annotator.text.sentences import sentence_breaks, split_sentences
from annotator.text.tokenizer import LONE_MARKS, Token, tokenize
from annotator.text.visible import remove_invisible, trim_invisible

HIDDEN = "\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200b\u00ad\ufeff"


CLUSTER = regex.compile(
    r"[\p{L}--\p{Default_Ignorable_Code_Point}]\p{Mn}+|\p{Extended_Pictographic}[\p{Mn}\p{Emoji_Modifier}]+|\p{RI}{2}",
    regex.V1,
)


def words(text: str) -> list[str]:
    return [text[token.start : token.end] for token in tokenize(text)]


# Newlines


@pytest.mark.parametrize("newline", ["\r\n", "\r", "\n", "\x85", "\u2028", "\u2029", "\v", "\f"])
def test_every_kind_of_newline_is_normalised(newline: str) -> None:
    assert normalise_newlines(f"a{newline}b{newline}{newline}") == "a\nb\n\n"


def test_offsets_shift_by_the_newlines_that_shrink() -> None:
    newlines = NewlineOffsets("a\r\nb\r\n\rc")
    assert [newlines.to_normalised(offset) for offset in range(9)] == [0, 1, 1, 2, 3, 3, 4, 5, 6]


@given(raw_texts, st.data())
def test_normalised_offsets_enclose_the_same_text(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    inside_pair = [text[offset - 1 : offset + 1] == "\r\n" for offset in (start, end)]
    newlines, normalised = NewlineOffsets(text), normalise_newlines(text)
    assert newlines.to_normalised(len(text)) == len(normalised)
    if not any(inside_pair):
        assert normalised[newlines.to_normalised(start) : newlines.to_normalised(end)] == normalise_newlines(
            text[start:end]
        )


# UTF-16


@given(texts)
def test_utf16_offsets_agree_with_the_encoding(text: str) -> None:
    converter = Utf16Offsets(text)
    for offset in range(len(text) + 1):
        unit = converter.to_utf16(offset)
        assert unit == len(text[:offset].encode("utf-16-le")) // 2
        assert converter.to_code_points(unit) == offset
        if offset < len(text) and text[offset] > "\uffff":
            assert converter.to_code_points(unit + 1) == offset


# Tokens


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
        ("https://a.ma/b\u115fc", ["https://a.ma/b", "c"]),
        ("a@b.maَ", ["a", "@", "b", ".", "maَ"]),
    ],
)
def test_tokens_that_touch(text: str, expected: list[str]) -> None:
    assert words(text) == expected


@pytest.mark.parametrize("mark", HIDDEN)
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


@settings(max_examples=500)
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


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("20 \ufe0f", "20"),
        ("20\ufe0f \u200f\ufe0f", "20\ufe0f"),
        ("م\n\u034f\n\ufe0f", "م"),
        (".\U000e007f", "."),
        ("😀\u200f\ufe0f", "😀"),
        ("م\u200f\ufe0f", "م\u200f\ufe0f"),
        ("م َ", "م َ"),
        ("م ـ", "م ـ"),
        (" \ufe0f \U000e0067", ""),
    ],
)
def test_isolated_selectors_are_trimmed(text: str, expected: str) -> None:
    start, end = trim_invisible(text, 0, len(text))
    assert text[start:end] == expected


@given(marked_texts | texts, st.data())
def test_visible_range_runs_from_the_first_token_to_the_last(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    tokens = tokenize(text, start, end)
    expected = (tokens[0].start, tokens[-1].end) if tokens else (start, start)
    assert trim_invisible(text, start, end) == expected


@example("https://a.ma/b❤️")
@example("https://a.ma/b\ufe0f a.ma/b❤️‍🔥")
@given(texts)
def test_a_grapheme_cluster_of_letters_or_emoji_is_never_cut(text: str) -> None:
    edges = {edge for token in tokenize(text) for edge in token}
    for cluster in CLUSTER.finditer(text):
        assert not edges & set(range(cluster.start() + 1, cluster.end()))


@pytest.mark.parametrize("unit", ["a.", "aA.", "-", "1-", "a\u200f", "http://", "«", "م. ", "a@", "+", "a-", "\u200f"])
def test_tokenizing_is_fast_in_repetitive_text(unit: str) -> None:
    """The limit is a hundred times the normal time, and a hundredth of that of a search from each character."""
    start = time.perf_counter()
    tokenize(unit * 10_000)
    assert time.perf_counter() - start < 3


# Sentences


@pytest.mark.parametrize(
    "text",
    [
        "وقع الوزير.| ثم غادر.",
        "هل وقع؟| نعم!| ثم…| غادر",
        "قال: «وقع الوزير.»| ثم غادر (أمس.)| انتهى",
        "قال ”وقع.“| ثم “غادر.”| انتهى",
        "وقع?!..| ثم",
        "سطر أول\n|سطر ثان\n\n|ثالث",
        "في 3.5 وفي 2.16.668 معا",
        "السيد م. العلوي ود. الصديق ص. 12 وق.م. معا",
        "في سنة 2024.| وقع",
        "قال «هل وقع؟»، ثم غادر",
        "تقرير المغرب.. تنويه",
        "تقرير المغرب...| تنويه",
        "هل؟| «نعم».",
        "هل وقع?| نعم",
        "الفوج م!| ثم الفوج ب؟| ثم",
        "في 2024?| نعم",
        'هل؟| "نعم".',
        'قال "هل؟"| "نعم".',
        "وقع.\u200f\u200e|ثم",
        "نقطة .",
    ],
)
def test_sentences(text: str) -> None:
    """The bars mark the ends of sentences."""
    plain = text.replace("|", "")
    sentences = [[plain[a:b] for a, b in sentence] for sentence in split_sentences(plain, tokenize(plain))]
    assert sentences == [words(part) for part in text.split("|")]


def split_by_walk(text: str) -> list[list[Token]]:
    """Return the sentences of a text by a walk over all of its tokens."""
    tokens = tokenize(text)
    partners = punctuation.match_pairs(text, tokens)
    sentences: list[list[Token]] = []
    is_ended = True
    for index, token in enumerate(tokens):
        mark = text[token.start]
        is_closing = partners.get(index, index) < index or (
            index not in partners and mark in punctuation.OPENING_BRACKETS
        )
        if index and "\n" in text[tokens[index - 1].end : token.start]:
            is_ended = True
        elif sentences and is_ended and (mark in sentence_rules._STOPS or is_closing):
            sentences[-1].append(token)
            continue
        elif mark in sentence_rules._NO_START:
            is_ended = False
        if is_ended or not sentences:
            sentences.append([])
        sentences[-1].append(token)
        is_ended = (
            mark in sentence_rules._STOPS
            and text[slice(*token)] != ".."
            and not sentence_rules.is_abbreviation_dot(text, tokens, index)
        )
    return sentences


STOPPING = st.sampled_from(
    [*'.!؟?…،:“”"«»’()', "..", ".\u200f", " ", " ", " ", "\n", "كلمة", "م", "ود", "2.5", "a.ma", "كِ"]
)


def test_breaks_of_a_range_ignore_the_text_before_it() -> None:
    text = "كلم. نعم"
    assert sentence_breaks(text, 0, len(text)) == [5]
    assert sentence_breaks(text, 1, len(text)) == [5]
    assert sentence_breaks(text, 2, len(text)) == []  # the range starts with م.


@settings(max_examples=500)
@given(texts | st.lists(STOPPING, max_size=30).map("".join))
def test_sentences_equal_those_of_a_walk_over_all_tokens(text: str) -> None:
    assert split_sentences(text, tokenize(text)) == split_by_walk(text)


@pytest.mark.parametrize("unit", [". ", '." ', '"."', "كلمة. ", "؟! ", ".a"])
def test_time_for_sentences_is_linear(unit: str) -> None:
    def measure(count: int) -> float:
        text = unit * count
        return mean_time(lambda: sentence_breaks(text, 0, len(text)))

    assert measure(32_000) < 30 * measure(4_000)  # eight times the text: quadratic time would be 64 times as long


@given(texts)
def test_sentences_contain_every_token_and_no_newline(text: str) -> None:
    sentences = split_sentences(text, tokenize(text))
    assert [token for sentence in sentences for token in sentence] == tokenize(text)
    assert all(sentences)
    assert not any("\n" in text[sentence[0].start : sentence[-1].end] for sentence in sentences)


# Snapping


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("في و[زارة الع]دل أمس", "وزارة العدل"),
        ("في[ وزارة ]أمس", "وزارة"),
        ("لو[زار]ة العدل", "لوزارة"),
        ("ما بين 202[3-20]30 معا", "2023-2030"),
        ("قال [«خطة المغرب»،] ثم", "خطة المغرب"),
        ("قال [خطة «المغرب الأخضر»]، ثم", "خطة «المغرب الأخضر»"),
        ("قال [خطة «المغرب الأخضر]»، ثم", "خطة «المغرب الأخضر»"),
        ("قال [خطة «المغرب] الأخضر» ثم", "خطة «المغرب الأخضر»"),
        ("قال «المغرب [الأخضر» أمس]", "«المغرب الأخضر» أمس"),
        ("قال [«أ» و«ب»] أمس", "«أ» و«ب»"),
        ('قال ["أ" و"ب"] أمس', '"أ" و"ب"'),
        ("قال [”أ“ أمس]", "”أ“ أمس"),
        ("قال [(«أ»)] أمس", "أ"),
        ("قال [وزارة) أمس]", "وزارة) أمس"),
        ("قال [(وزارة] أمس", "وزارة"),
        ("خطة «س\n[ص» ع]", "ص» ع"),
        ('قال [أ "س\nص] ب" ع', 'أ "س\nص'),
        ('أ ( [ب " ج ) د] " ه', '( ب " ج ) د'),
        ("قال[،] ثم", "،"),
        ("قال [«] ثم", "«"),
        ("قال [»، ]ثم", "»،"),
        ("قال[ \u200f ]ثم", ""),
        ("قال[]ثم", ""),
        ("[\u200fوزارة\u200f]", "وزارة"),
        ("سطر [أول\nثان] معا", "أول\nثان"),
        ("[في 10.30.]", "في 10.30"),
        ("👍[🏽]", "👍🏽"),
    ],
)
def test_snap(text: str, expected: str) -> None:
    """The brackets in the text mark the raw selection."""
    selection_start, selection_end = text.index("["), text.index("]") - 1
    plain = text.replace("[", "").replace("]", "")
    start, end = snap_to_words(plain, selection_start, selection_end)
    assert plain[start:end] == expected
    if not expected:
        assert start == selection_start


@given(texts, st.data())
def test_snap_returns_complete_tokens_and_is_idempotent(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(0, len(text)))
    first, last = snap_to_words(text, start, end)
    touched = [token for token in tokenize(text) if token.start < end and start < token.end]
    if start >= end or not touched:
        assert (first, last) == (start, start)
        return
    tokens = tokenize(text)
    assert first in {token.start for token in tokens}
    assert last in {token.end for token in tokens}
    assert snap_to_words(text, first, last) == (first, last)
    words = [token for token in touched if not is_punctuation(text, token)]
    assert all(first <= token.start and token.end <= last for token in words or touched)


@given(texts)
@example("Covid-19\ufe0f")
@example("..\u064b")
@example("🇲🇦\ufe0f")
def test_no_token_is_separated_from_its_marks(text: str) -> None:
    following = [text[token.end] for token in tokenize(text) if token.end < len(text)]
    assert not any(unicodedata.category(character).startswith("M") for character in following)
