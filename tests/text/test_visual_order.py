"""Text as a page shows it: noticed, put right, and every offset with it."""

import json
import time
import unicodedata
from itertools import pairwise

import pytest
from arabic_reshaper import ArabicReshaper, reshape
from bidi.algorithm import get_display
from hypothesis import example, given
from hypothesis import strategies as st

from annotator.cli.terminal import visual
from annotator.text.visual_order import Suspicion, repaired, suspect

MARKED = ArabicReshaper({"delete_harakat": False})
LETTERS = "ابتثجحخدذرزسشصضطظعغفقكلمنهويءآأؤإئةى"


def _vowelled(word: str) -> bool:
    """Whether no mark stands between a lam and its alef, which is where a ligature loses it."""
    bare = [at for at, character in enumerate(word) if not unicodedata.combining(character)]
    return not any(word[left] == "ل" and word[right] in "اأإآ" and right > left + 1 for left, right in pairwise(bare))


WORDS = (
    st.lists(st.sampled_from(LETTERS), min_size=2, max_size=8).map("".join)
    | st.sampled_from(["وزارة", "لأحزاب", "السلام", "عـــام", "بُنيَ", "الجامعُ", "خُطَّةٌ", "لآلئ", "النبي ﷺ", "ئۆ"])
).filter(_vowelled)
FOREIGN = st.sampled_from(
    [
        *(
            "OECD",
            "World Bank",
            "Airbus 320",
            "café",
            "Wi-Fi",
            "x@y.ma",
            "2024",
            "٢٠٢٤",
            "12.5",
            "10:30",
            "2023-2030",
            "25%",
        ),
        *("$5", "٪30", "3/4", "😀", "👍🏽", "👩🏽🚀", "+5", "-", "–", "…", "🇲🇦"),
    ]
)
MARKS = st.sampled_from(["", "", "،", ".", "؟", "!", ":", "؛"])
QUOTES = st.sampled_from(["{}", "{}", "{}", "«{}»", "({})", "[{}]", '"{}"', "“{}”"])
PIECES = st.builds(lambda quotes, text, mark: quotes.format(text) + mark, QUOTES, WORDS | FOREIGN, MARKS)
# Between what is not Arabic there is always a word of it: two such beside each other may look like another two.
SENTENCES = st.lists(st.tuples(WORDS, PIECES), min_size=1, max_size=8).map(
    lambda pairs: "الحكومة " + " ".join(f"{word} {piece}" for word, piece in pairs) + " المغربية."
)
TEXTS = st.lists(SENTENCES, min_size=1, max_size=3).map("\n".join)


def turned(text: str) -> str:
    """`text` laid out by the bidirectional algorithm alone, its letters as they were."""
    return "\n".join(get_display(line, base_dir="R") for line in text.split("\n"))


@given(TEXTS)
@example("الحكومة خطة 2023-2030 المغربية.")
@example("الحكومة عام 2024 (OECD) المغربية.")
@example("الحكومة في (OECD) 2024، و«OECD» المغربية.")
def test_what_was_laid_out_comes_back(text):
    shown = visual(text)
    found = suspect(shown)
    assert found is not None
    assert found.presentation_forms > 0
    assert found.visual_order == len(shown.replace("\n", ""))
    assert repaired(shown).text == text


@given(TEXTS)
def test_each_offset_comes_back(text):
    back = repaired(visual(text))
    shown = visual(text)
    for at, character in enumerate(shown):
        stretch = back.stretch(at, at + 1)
        assert stretch is not None
        assert back.moved(at) == stretch[0]
        there = text[slice(*stretch)]
        assert there == unicodedata.normalize("NFKC", character) or unicodedata.mirrored(character) or character in "ﷺ…"
    assert back.stretch(0, len(shown)) == (0, len(text))
    assert back.moved(len(shown)) == len(text)


@given(st.lists(WORDS, min_size=1, max_size=5), st.integers(0, 4))
def test_a_word_that_is_marked_is_the_same_word_afterwards(words, at):
    at %= len(words)
    text = " ".join(["الحكومة", *words, "المغربية"])
    start = len(" ".join(["الحكومة", *words[:at]])) + 1
    shown, back = visual(text), repaired(visual(text))
    begins = [place for place in range(len(shown)) if start <= back.moved(place) < start + len(words[at])]
    assert back.stretch(begins[0], begins[-1] + 1) == (start, start + len(words[at]))


def test_a_stretch_that_falls_apart():
    shown = visual("في عام 2024 قالت\nالوزارة")
    back = repaired(shown)
    assert back.text == "في عام 2024 قالت\nالوزارة"
    first = shown.index("2024")
    assert back.stretch(first, first + 4) == (7, 11)
    assert (
        back.stretch(first + 3, first + 6) is None
    )  # the last digit and the letters at its right: the first is between
    assert back.stretch(0, shown.index("\n") + 1) == (0, 17)
    assert back.stretch(first, shown.index("\n") + 1) is None
    assert back.stretch(3, 3) is None


@given(
    st.text(
        st.sampled_from(LETTERS + " ab1٢.،()«»\n\r\t\u0640\u064b\u0651\u200e\u200f\u2067\u2069ﷺﷲﻻﻫﺔﺑ😀\u200d\u0601")
    )
)
@example("ﷲ ﷴ")
@example("\u064eﺎ ﺑ\u064e")
def test_any_text_keeps_all_its_characters(text):
    back = repaired(text)
    stretches = [back.stretch(at, at + 1) for at in range(len(text))]
    covered = sorted(at for stretch in stretches if stretch for at in range(*stretch))
    assert covered == list(range(len(back.text)))
    kept = {"ﷺ"}
    assert sorted("".join(c if c in kept else unicodedata.normalize("NFKC", c) for c in text if not _mirrored(c))) == (
        sorted(c for c in back.text if not _mirrored(c))
    )


def _mirrored(character: str) -> bool:
    return bool(unicodedata.mirrored(character))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "السلام عليكم",
        "صلى النبي ﷺ على",
        "ﷲ",
        "عبدﷲ بن عمر رضي ﷲ عنه",
        "عام 1445 ﻫ",
        "مثلا أولا فعلا لا إلا قليلا أصلا",
        "قال ،ثم ،عاد ،وقال",
        "OECD 2024",
        "The ministry (وزارة العدل) said.",
        "﴿ بسم الله ﴾ ﷽ ﷼",
        "\ufeffنص",
        "זה טקסט בעברית",
    ],
)
def test_logical_text_is_not_suspected(text):
    assert suspect(text) is None
    if "ﷲ" not in text and "ﻫ" not in text:
        assert repaired(text).text == text


def test_what_is_noticed_is_counted():
    assert suspect("ﺍﻟﺴﻼﻡ ﻋﻠﻴﻜﻢ") == Suspicion(presentation_forms=10, visual_order=0)
    assert suspect("قرأ الآن: ﻻ بأس") == Suspicion(presentation_forms=1, visual_order=0)
    assert suspect(visual("السلام عليكم")) == Suspicion(presentation_forms=10, visual_order=11)
    plain = turned("قالت الوزارة في بلاغ إن الخطة ستنجز.")
    assert suspect(plain) == Suspicion(presentation_forms=0, visual_order=len(plain))
    assert repaired(plain).text == "قالت الوزارة في بلاغ إن الخطة ستنجز."


@pytest.mark.parametrize(
    ("given", "logical"),
    [
        ("ﻻ", "لا"),
        ("ﻷﺣﺰاب", "لأحزاب"),
        ("ﷲ وﷴ ﷺ ﷻ ﷼", "الله ومحمد ﷺ ﷻ ﷼"),
        ("ﺑ\ufe76ﺎ", "ب\u064eا"),
        ("ﺑ\ufe77ﺎ", "ب\u064eا"),
        ("ﺑ\ufc60ﺎ", "ب\u064e\u0651ا"),
        ("ﺑـــﺎ", "بـــا"),
        ("ﺃﻋﻠﻦ (2024) OECD", "أعلن (2024) OECD"),
        ("﴿ﻧﺺ﴾", "﴿نص﴾"),
    ],
)
def test_forms_become_letters(given, logical):
    assert repaired(given).text == logical


@pytest.mark.parametrize(
    ("logical", "back"),
    [
        ("خزنت الشركة 5 GB هنا", "خزنت الشركة GB 5 هنا"),
        ("OECD قالت الوزارة", "قالت الوزارة OECD"),
        ("قالت\u200f الوزارة", "قالت الوزارة"),
        ("السلَام عليكم", "السلاَم عليكم"),
        ("دار", "راد"),
        ("تقول (2024) OECD في", "تقول OECD (2024) في"),
        ("قالت OECD)OECD) في", "قالت (OECD)OECD في"),
        ("The الخطة 2023 in Rabat", "The 2023 الخطة in Rabat"),
    ],
)
def test_what_cannot_be_had_back(logical, back):
    assert repaired(visual(logical)).text == back


FORMS_OF = {
    letter: [chr(form) for form in range(0xFE80, 0xFEF5) if unicodedata.normalize("NFKC", chr(form)) == letter]
    for letter in LETTERS
}


@given(st.lists(st.sampled_from(LETTERS), min_size=4, max_size=9).map("".join), st.data())
def test_odd_forms_in_logical_text_never_turn_its_line(word, data):
    at = data.draw(st.integers(0, len(word) - 2))
    odd = "".join(data.draw(st.sampled_from(FORMS_OF[letter])) for letter in word[at : at + 2])
    text = "قالت الوزارة {} في بلاغ\n{}"
    assert repaired(text.format(word[:at] + odd + word[at + 2 :], word)).text == text.format(word, word)


def test_lines_of_latin_letters():
    text = "The ministry (وزارة العدل) published 2023 الخطة in Rabat."
    assert repaired(visual(text)).text == text
    assert (
        repaired(visual("قالت الوزارة\nOECD 2024 (Paris)\nثم عادت")).text == "قالت الوزارة\nOECD 2024 (Paris)\nثم عادت"
    )


def test_brackets_as_other_engines_lay_them_out():
    # Rule N0, which python-bidi does not have, keeps OECD (Paris) together.
    assert repaired("ﺕﻻﺎﻛﻮﻟﺍﻭ OECD (Paris) ﻲﻓ").text == "في OECD (Paris) والوكالات"
    assert repaired("ﻰﻟﺇ (ﻚﻨﺑ ،Paris) OECD ﻲﻓ").text == "في OECD (Paris، بنك) إلى"


@given(st.lists(st.sampled_from(["كتابٌ", "خُطَّةٌ", "جامِعُ", "بَيتٍ"]), min_size=1, max_size=5).map(" ".join))
def test_marks_that_stand_before_their_letters(text):
    # As the algorithm alone leaves them (rule L3).
    assert repaired(get_display(MARKED.reshape(text), base_dir="R")).text == text


@pytest.mark.parametrize("piece", ["%", "(", "(a 1", "()", "ﺔﻄﺧ OECD (2024) 5 GB ", "\u064e"])
def test_a_line_without_an_end_takes_no_longer_a_character(piece):
    line = "ﺔﻄﺧ " + piece * (60_000 // len(piece)) + ")" * 10_000
    started = time.monotonic()
    assert suspect(line) is not None
    assert len(repaired(line).text) == len(line)
    assert time.monotonic() - started < 5


def test_a_line_goes_by_its_own_letters_first():
    logical, shown, silent = reshape("لا سلام"), visual("قالت الوزارة في بلاغ لها"), visual("دار")
    assert repaired(f"{logical}\n{shown}\r\n{silent}").text == "لا سلام\nقالت الوزارة في بلاغ لها\r\nدار"
    assert repaired(f"{logical}\n{logical}\n{visual('قالت')}\n{silent}").text.split("\n")[2:] == ["قالت", "راد"]


def test_no_real_article_is_suspected_and_each_comes_back(shared):
    lines = (shared / "data" / "articles" / "marsum.jsonl").read_text(encoding="utf-8").splitlines()
    articles = [f"{article['title']}\n{article['text']}" for article in map(json.loads, lines)]
    articles.append((shared / "data" / "seed-article.txt").read_text(encoding="utf-8"))
    paragraphs = [line for article in articles for line in article.split("\n") if line.strip()]
    assert not any(map(suspect, articles + paragraphs))
    for article in articles:
        assert suspect(visual(article)) is not None
        assert repaired(visual(article)).text == "\n".join(map(_shown, article.split("\n")))
        plain = suspect(turned(article))
        assert plain is not None
        assert plain.presentation_forms == 0
    noticed = sum(suspect(turned(line)) is not None for line in paragraphs)
    assert noticed > 0.9 * len(paragraphs)


def _shown(line: str) -> str:
    """A line as far as it can be had back."""
    return line.translate(dict.fromkeys(map(ord, "\u200b\u200c\u200d\u200e\u200f")))


OTHERS = [
    # The forms were made without the marks,
    ("السَلَاْمٌ عَلَيْكُمْ", "السلام عليكم"),
    ("تحدثاً ونطقاً ضمن مجموعة", "تحدثا ونطقا ضمن مجموعة"),
    ("الأمم المتحدة، ويُحتفل", "الأمم المتحدة، ويحتفل"),
    # have the mark of a lam after its alef,
    ("السَلَاْمٌ عَلَيْكُمْ", "السَلاَْمٌ عَلَيْكُمْ"),
    # or each mark before its letter in a logical line;
    ("فُعِلَ", "ُفِعَل"),
    ("فُعِّلَ", "ُفِّعَل"),
    # signs for a phrase stay;
    ("محمد رسول الله صلى الله عليه وسلم", "محمد رسول الله ﷺ"),
    ("الله جل جلاله", "الله ﷻ"),
    # and here the logical one is in forms as well.
    ("ﺧﯚﻣﺎﻥ ﺧﯚﺵ", "خۆمان خۆش"),
]


def test_pairs_of_logical_text_and_forms(shared):
    lines = (shared / "data" / "pdf" / "presentation-forms.jsonl").read_text(encoding="utf-8").splitlines()
    pairs = [(pair["logical"], pair["presentation"]) for pair in map(json.loads, lines)]
    others = [(logical, repaired(given).text) for logical, given in pairs if repaired(given).text != logical]
    assert len(pairs) == 54
    assert unicodedata.normalize("NFC", str(others)) == unicodedata.normalize("NFC", str(OTHERS))
