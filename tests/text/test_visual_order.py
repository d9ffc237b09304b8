"""Text as a page shows it is detected and restored, and offsets are mapped."""

import json
import unicodedata
from itertools import pairwise
from pathlib import Path

import pytest
from arabic_reshaper import ArabicReshaper, reshape
from bidi.algorithm import get_display
from hypothesis import example, given
from hypothesis import strategies as st
from running import takes_linear_time

from annotator.cli.terminal import reorder_for_display
from annotator.text.visual_order import DisplayArtifacts, find_display_artifacts, restore_logical_text

MARKED = ArabicReshaper({"delete_harakat": False})
LETTERS = "ابتثجحخدذرزسشصضطظعغفقكلمنهويءآأؤإئةى"


def _vowelled(word: str) -> bool:
    """Return whether no mark is between a lam and its alef, where a ligature loses it."""
    bare = [index for index, character in enumerate(word) if not unicodedata.combining(character)]
    return not any(word[lam] == "ل" and word[alef] in "اأإآ" and alef > lam + 1 for lam, alef in pairwise(bare))


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
# An Arabic word separates foreign ones: two of these beside each other may look like another two.
SENTENCES = st.lists(st.tuples(WORDS, PIECES), min_size=1, max_size=8).map(
    lambda pairs: "الحكومة " + " ".join(f"{word} {piece}" for word, piece in pairs) + " المغربية."
)
TEXTS = st.lists(SENTENCES, min_size=1, max_size=3).map("\n".join)


def to_visual_order(text: str) -> str:
    """Return `text` laid out by the bidirectional algorithm alone, with unchanged letters."""
    return "\n".join(get_display(line, base_dir="R") for line in text.split("\n"))


@given(TEXTS)
@example("الحكومة خطة 2023-2030 المغربية.")
@example("الحكومة عام 2024 (OECD) المغربية.")
@example("الحكومة في (OECD) 2024، و«OECD» المغربية.")
def test_text_is_restored_from_its_display(text: str) -> None:
    displayed = reorder_for_display(text)
    artifacts = find_display_artifacts(displayed)
    assert artifacts is not None
    assert artifacts.presentation_forms > 0
    assert artifacts.visual_order == len(displayed.replace("\n", ""))
    assert restore_logical_text(displayed).text == text


@given(TEXTS)
def test_each_offset_is_mapped_back(text: str) -> None:
    restored = restore_logical_text(reorder_for_display(text))
    displayed = reorder_for_display(text)
    for index, character in enumerate(displayed):
        range_ = restored.map_range(index, index + 1)
        assert range_ is not None
        assert restored.map_offset(index) == range_[0]
        original = text[slice(*range_)]
        assert (
            original == unicodedata.normalize("NFKC", character) or unicodedata.mirrored(character) or character in "ﷺ…"
        )
    assert restored.map_range(0, len(displayed)) == (0, len(text))
    assert restored.map_offset(len(displayed)) == len(text)


@given(st.lists(WORDS, min_size=1, max_size=5), st.integers(0, 4))
def test_range_of_a_word_is_mapped_to_the_same_word(words: list[str], word_index: int) -> None:
    word_index %= len(words)
    text = " ".join(["الحكومة", *words, "المغربية"])
    start = len(" ".join(["الحكومة", *words[:word_index]])) + 1
    displayed, restored = reorder_for_display(text), restore_logical_text(reorder_for_display(text))
    positions = [
        position
        for position in range(len(displayed))
        if start <= restored.map_offset(position) < start + len(words[word_index])
    ]
    assert restored.map_range(positions[0], positions[-1] + 1) == (start, start + len(words[word_index]))


def test_range_that_is_split_maps_to_none() -> None:
    displayed = reorder_for_display("في عام 2024 قالت\nالوزارة")
    restored = restore_logical_text(displayed)
    assert restored.text == "في عام 2024 قالت\nالوزارة"
    first = displayed.index("2024")
    assert restored.map_range(first, first + 4) == (7, 11)
    assert (
        restored.map_range(first + 3, first + 6) is None
    )  # the last digit and letters at its right: the first is between
    assert restored.map_range(0, displayed.index("\n") + 1) == (0, 17)
    assert restored.map_range(first, displayed.index("\n") + 1) is None
    assert restored.map_range(3, 3) is None


@given(
    st.text(
        st.sampled_from(LETTERS + " ab1٢.،()«»\n\r\t\u0640\u064b\u0651\u200e\u200f\u2067\u2069ﷺﷲﻻﻫﺔﺑ😀\u200d\u0601")
    )
)
@example("ﷲ ﷴ")
@example("\u064eﺎ ﺑ\u064e")
def test_restoring_keeps_all_characters(text: str) -> None:
    restored = restore_logical_text(text)
    ranges = [restored.map_range(index, index + 1) for index in range(len(text))]
    covered = sorted(index for range_ in ranges if range_ for index in range(*range_))
    assert covered == list(range(len(restored.text)))
    unchanged = {"ﷺ"}
    assert sorted(
        "".join(c if c in unchanged else unicodedata.normalize("NFKC", c) for c in text if not _mirrored(c))
    ) == (sorted(c for c in restored.text if not _mirrored(c)))


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
def test_logical_text_has_no_display_artifacts(text: str) -> None:
    assert find_display_artifacts(text) is None
    if "ﷲ" not in text and "ﻫ" not in text:
        assert restore_logical_text(text).text == text


def test_display_artifacts_are_counted() -> None:
    assert find_display_artifacts("ﺍﻟﺴﻼﻡ ﻋﻠﻴﻜﻢ") == DisplayArtifacts(presentation_forms=10, visual_order=0)
    assert find_display_artifacts("قرأ الآن: ﻻ بأس") == DisplayArtifacts(presentation_forms=1, visual_order=0)
    assert find_display_artifacts(reorder_for_display("السلام عليكم")) == DisplayArtifacts(
        presentation_forms=10, visual_order=11
    )
    plain = to_visual_order("قالت الوزارة في بلاغ إن الخطة ستنجز.")
    assert find_display_artifacts(plain) == DisplayArtifacts(presentation_forms=0, visual_order=len(plain))
    assert restore_logical_text(plain).text == "قالت الوزارة في بلاغ إن الخطة ستنجز."


@pytest.mark.parametrize(
    ("text", "logical"),
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
def test_presentation_forms_become_letters(text: str, logical: str) -> None:
    assert restore_logical_text(text).text == logical


@pytest.mark.parametrize(
    ("logical", "restored"),
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
def test_ambiguous_layouts_are_restored_differently(logical: str, restored: str) -> None:
    assert restore_logical_text(reorder_for_display(logical)).text == restored


FORMS_OF = {
    letter: [chr(form) for form in range(0xFE80, 0xFEF5) if unicodedata.normalize("NFKC", chr(form)) == letter]
    for letter in LETTERS
}


@given(st.lists(st.sampled_from(LETTERS), min_size=4, max_size=9).map("".join), st.data())
def test_few_forms_in_logical_text_never_reverse_its_line(word: str, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, len(word) - 2))
    forms = "".join(data.draw(st.sampled_from(FORMS_OF[letter])) for letter in word[index : index + 2])
    text = "قالت الوزارة {} في بلاغ\n{}"
    assert restore_logical_text(text.format(word[:index] + forms + word[index + 2 :], word)).text == text.format(
        word, word
    )


def test_lines_of_latin_letters() -> None:
    text = "The ministry (وزارة العدل) published 2023 الخطة in Rabat."
    assert restore_logical_text(reorder_for_display(text)).text == text
    assert (
        restore_logical_text(reorder_for_display("قالت الوزارة\nOECD 2024 (Paris)\nثم عادت")).text
        == "قالت الوزارة\nOECD 2024 (Paris)\nثم عادت"
    )


def test_brackets_laid_out_by_other_engines() -> None:
    # Rule N0, which python-bidi does not have, keeps OECD (Paris) together.
    assert restore_logical_text("ﺕﻻﺎﻛﻮﻟﺍﻭ OECD (Paris) ﻲﻓ").text == "في OECD (Paris) والوكالات"
    assert restore_logical_text("ﻰﻟﺇ (ﻚﻨﺑ ،Paris) OECD ﻲﻓ").text == "في OECD (Paris، بنك) إلى"


@given(st.lists(st.sampled_from(["كتابٌ", "خُطَّةٌ", "جامِعُ", "بَيتٍ"]), min_size=1, max_size=5).map(" ".join))
def test_marks_before_their_letters(text: str) -> None:
    # As the algorithm alone leaves them (rule L3).
    assert restore_logical_text(get_display(MARKED.reshape(text), base_dir="R")).text == text


@pytest.mark.parametrize("piece", ["%", "(", "(a 1", "()", "ﺔﻄﺧ OECD (2024) 5 GB ", "\u064e"])
def test_time_for_long_lines_is_linear(piece: str) -> None:
    def restore(size: int) -> None:
        line = "ﺔﻄﺧ " + piece * (6 * size // len(piece)) + ")" * size
        assert find_display_artifacts(line) is not None
        assert len(restore_logical_text(line).text) == len(line)

    assert takes_linear_time(restore, 1_250)


def test_order_of_a_line_is_decided_by_its_own_letters_first() -> None:
    logical, displayed, undecided = (
        reshape("لا سلام"),
        reorder_for_display("قالت الوزارة في بلاغ لها"),
        reorder_for_display("دار"),
    )
    assert (
        restore_logical_text(f"{logical}\n{displayed}\r\n{undecided}").text
        == "لا سلام\nقالت الوزارة في بلاغ لها\r\nدار"
    )
    assert restore_logical_text(f"{logical}\n{logical}\n{reorder_for_display('قالت')}\n{undecided}").text.split("\n")[
        2:
    ] == ["قالت", "راد"]


@pytest.mark.slow
def test_real_articles_have_no_artifacts_and_are_restored_from_their_display(shared: Path) -> None:
    lines = (shared / "data" / "articles" / "marsum.jsonl").read_text(encoding="utf-8").splitlines()
    articles = [f"{article['title']}\n{article['text']}" for article in map(json.loads, lines)]
    articles.append((shared / "data" / "seed-article.txt").read_text(encoding="utf-8"))
    paragraphs = [line for article in articles for line in article.split("\n") if line.strip()]
    assert not any(map(find_display_artifacts, articles + paragraphs))
    for article in articles:
        assert find_display_artifacts(reorder_for_display(article)) is not None
        assert restore_logical_text(reorder_for_display(article)).text == "\n".join(
            map(_restorable, article.split("\n"))
        )
        plain = find_display_artifacts(to_visual_order(article))
        assert plain is not None
        assert plain.presentation_forms == 0
    detected = sum(find_display_artifacts(to_visual_order(line)) is not None for line in paragraphs)
    assert detected > 0.9 * len(paragraphs)


def _restorable(line: str) -> str:
    """Return a line as far as it can be restored."""
    return line.translate(dict.fromkeys(map(ord, "\u200b\u200c\u200d\u200e\u200f")))


DIFFERING = [
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


def test_pairs_of_logical_text_and_forms(shared: Path) -> None:
    lines = (shared / "data" / "pdf" / "presentation-forms.jsonl").read_text(encoding="utf-8").splitlines()
    pairs = [(pair["logical"], pair["presentation"]) for pair in map(json.loads, lines)]
    differing = [
        (logical, restore_logical_text(displayed).text)
        for logical, displayed in pairs
        if restore_logical_text(displayed).text != logical
    ]
    assert len(pairs) == 54
    assert unicodedata.normalize("NFC", str(differing)) == unicodedata.normalize("NFC", str(DIFFERING))
