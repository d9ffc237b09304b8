"""Occurrences of a span's words, and of a query."""

import json
import re
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from running import takes_linear_time
from strategies import PIECES, texts

from annotator.text.folding import fold
from annotator.text.proclitics import normalise_form
from annotator.text.search import WORD_BOUNDARY, expand_query, find_occurrences, find_query, make_snippet
from annotator.text.selection import snap_to_words
from annotator.text.tokenizer import tokenize

LEADS = ["", "و", "ف", "ب", "ل", "ك", "س", "ال", "وال", "لل", "ولل", "وب", "فل", "وس", "وبال", "بكال"]
WORD = st.sampled_from(["وزارة", "العدل", "الأمم", "لجنة", "اللجنة", "الجنة", "الله", "جدة", "ا", "ﷺ", "آل", "2024"])
PIECE = st.sampled_from([*LEADS, " ", " ", "َ", "ـ", "\u200f", "\n", "،", "ﻷ", "هـ", "5G", "ß"])
WORDS = st.lists(PIECE | WORD, max_size=20).map("".join)


def mark_hits(text: str, hits: list[tuple[int, int]]) -> str:
    """Return `text` with brackets around each hit."""
    for start, end in reversed(hits):
        text = f"{text[:start]}[{text[start:end]}]{text[end:]}"
    return text


# Occurrences


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        ("وزارة العدل", "[وزارة العدل] ل[وزارة العدل] ول[وزارة العدل] ب[وزارة العدل]، «ك[وزارة العدل]»."),
        ("وزارة العدل", "[وِزَارةُ العَـدْلِ] [وزارة \u00a0العدل] وزارة\nالعدل وزارة، العدل وزارة العدلي"),
        ("وزارة", "الوزارة وزارتنا [وزارة] بالوزارة للوزارة وزاره سوزارة ووزارات كولوزارة فل[وزارة]"),
        ("وزارة", f"كتب{'ـ' * 40}وزارة ل{'ـ' * 20}[وزارة]"),
        ("الامم المتحدة", "[الأمم المتحدة] ل[لأمم المتحدة] ول[لأمم المتحدة] ب[الأمم المتحدة] لامم المتحدة"),
        ("الامم", "أمم [الامم] ل[لأمم] كلأمم فب[الأمم] بللأمم"),
        ("اللجنة", "[اللجنة] ل[لجنة] ول[لجنة] ب[اللجنة] لجنة"),
        ("الجنة", "[الجنة] للجنة ب[الجنة]"),
        ("الله", "[الله] ل[له] ب[الله] له"),
        ("الم", "[ألم] ب[ألم] للم"),
        ("فاس", "[فاس]-مكناس ب[فاس] نفاس فاسي"),
        ("2024", "[2024] و[2024] 2023-2024 20240 [٢٠٢٤]. لـ[2024] [2024]هـ"),
        ("1445ه", "[1445هـ] 1445 هـ"),
        ("هسبريس", "http://هسبريس.ma [هسبريس] #[هسبريس]"),
        ("covid-19", "[Covid-19] و[COVID-19] Covid-190 Covid"),
        ("خطة «المغرب الأخضر»", "[خطة «المغرب الاخضر»] خطة المغرب الأخضر"),
        ("امم", "\u200f[\u064fأمم\u064c] ب[أمم]"),
        ("احزاب", "[أحزاب] ل[أحزاب] ﻷحزاب"),
        ("الله عليه", "ﷺ [الله عليه]"),
        ("بنك بنك", "[بنك بنك] بنك"),
        ("🇲🇦", "[🇲🇦] 🇲 [🇲🇦]🇲"),
        ("covid-19", "[Covid-19\ufe0f] [Covid-19\u064e] Covid-19\u20e3"),
        ("،", "وزارة[،] ثم"),
        ("", "وزارة"),
        (" \u200f", "وزارة \u200f ثم"),
    ],
)
def test_occurrences(form: str, expected: str) -> None:
    text = expected.replace("[", "").replace("]", "")
    assert mark_hits(text, [hit[:2] for hit in find_occurrences(text, form)]) == expected


def test_ta_marbuta_and_ha_match_only_on_request() -> None:
    text = "وزارة وزاره"
    assert mark_hits(text, [hit[:2] for hit in find_occurrences(text, "وزارة")]) == "[وزارة] وزاره"
    assert mark_hits(text, [hit[:2] for hit in find_occurrences(text, "وزاره")]) == "وزارة [وزاره]"
    assert mark_hits(text, [hit[:2] for hit in find_occurrences(text, "وزارة", taa=True)]) == "[وزارة] [وزاره]"


@pytest.mark.parametrize(
    ("form", "text", "sure"),
    [
        ("جدة", "جدة وجدة", [True, False]),
        ("بنك", "وبنك بنك", [False, True]),
        ("وزارة", "لوزارة وزارة", [True, True]),
        ("حزب الاستقلال", "لحزب الاستقلال", [True]),
        ("لجنة", "لجنة للجنة بلجنة وللجنة", [True, False, True, False]),
        ("لجنة العدل", "للجنة العدل", [True]),
        ("اللجنة", "للجنة اللجنة", [True, True]),
        ("الامم", "للأمم", [True]),
    ],
)
def test_a_hit_that_may_be_another_word_is_not_sure(form: str, text: str, sure: list[bool]) -> None:
    assert [hit.is_sure for hit in find_occurrences(text, form)] == sure


@example("ل الأمم للأمم", "الأمم")
@example("ُأمم ﻷمم", "أمم")
@given(texts | WORDS, st.sampled_from(PIECES) | WORDS)
def test_hit_is_made_of_complete_tokens_with_the_same_letters(text: str, form: str) -> None:
    hits = find_occurrences(text, form)
    folded_form = fold(form).strip()
    edges = [(token.start, token.end) for token in tokenize(text)]
    for start, end, is_sure in hits:
        folded = fold(text[start:end])
        prefix = next(text[first:start] for first, last in edges if first <= start < last)
        assert end in {last for _, last in edges}
        assert "\n" not in text[start:end]
        assert fold(prefix) in {"", *"وفبلك", *(a + b for a in "وف" for b in "بلك")}
        assert folded == folded_form or (folded_form.startswith("ال") and folded in (folded_form[1:], folded_form[2:]))
        assert folded == folded_form or fold(prefix)[-1] == "ل"
        assert is_sure or prefix
    assert all(first.end <= second.start for first, second in pairwise(hits))


@given(texts | WORDS, st.data())
def test_snapped_range_is_found_at_its_own_offsets(text: str, data: st.DataObject) -> None:
    start, end = snap_to_words(text, data.draw(st.integers(0, len(text))), data.draw(st.integers(0, len(text))))
    form = normalise_form(text, start, end)
    assume(form and "\n" not in text[start:end])
    assert any(hit.start <= start < hit.end or start <= hit.start < end for hit in find_occurrences(text, form))


@pytest.mark.parametrize("lead", ["", "و", "ف", "ب", "ك", "وب", "فك", "و\u064e", "بـ", "\u0648\u064e\u0628\u0640"])
@pytest.mark.parametrize("word", ["الأمم المتحدة", "اللجنة المركزية", "وزارة العدل", "بريد المغرب"])
def test_a_span_is_found_behind_other_proclitics(lead: str, word: str) -> None:
    text = f"قال {lead}{word}."
    start = len(f"قال {lead}")
    assert find_occurrences(text, normalise_form(text, start, len(text) - 1)) == [(start, len(text) - 1, True)]


# Searching


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("وزار", "[وزار]ة ال[وزار]ة لل[وزار]ة وبال[وزار]ة ل[وزَار]تنا مستوزار"),
        ("وزاره", "[وزارة] ال[وزارة]"),
        (" أُمم ", "[امم] ال[أمم] لل[أمم] أم"),
        ("الام", "[الأم]م ل[لأم]م ول[لأم]م ب[الأم]م الم"),
        ("اللجن", "[اللجن]ة ل[لجن]ة لجنة"),
        ("لجنه", "[لجنة] ال[لجنة] ل[لجنة]"),
        ("يعلن", "س[يعلن] و[يعلن] وس[يعلن]ون"),
        ("وزارة الع", "ل[وزارة\n الع]دل ال[وزارة الع]دل وزارة، العدل"),
        ("2030", "2023-[2030] و[2030] بـ[2030] 12030 [٢٠٣٠]م"),
        ("covid", "[COVID]-19 ال[Covid]"),
        ("20", "كوفيد[20] [20]فبراير [20]G 120"),
        ("فبراير", "20[فبراير] 20و[فبراير] GPS[فبراير]"),
        ("حكومة", "[حكومة\u064c]"),
        ("مد", "[مُدَّ]ة محمد"),
        ("«", "قال [«]خطة»"),
        ("؟!", "هل[؟!][؟!][؟!]"),
        ("😀", "a[😀]b"),
        ("ج", "[ﷻ]"),
        ("", "وزارة"),
        (" \u200fـَ", "وزارة ـَ"),
    ],
)
def test_query_hits(query: str, expected: str) -> None:
    text = expected.replace("[", "").replace("]", "")
    assert mark_hits(text, find_query(text, query)) == expected


def test_query_distinguishes_ta_marbuta_from_ha_on_request() -> None:
    assert mark_hits("وزارة وزاره", find_query("وزارة وزاره", "وزاره", taa=False)) == "وزارة [وزاره]"


@given(texts | WORDS, WORDS | st.sampled_from(PIECES), st.booleans())
def test_query_hits_are_within_the_text_in_order_and_without_overlaps(text: str, query: str, taa: bool) -> None:
    hits = find_query(text, query, taa=taa)
    assert all(0 <= start < end <= len(text) for start, end in hits)
    assert all(first[1] <= second[0] for first, second in pairwise(hits))
    if not set(text) & set("ﷺﻷß"):
        folded_query = fold(query, taa=taa).strip()
        assert {fold(text[start:end], taa=taa) for start, end in hits} <= {
            folded_query,
            folded_query[1:],
            folded_query[2:],
        }


@example("ولجنة للجنة", "الجنة", False)
@example("هـ2024", "2024", False)
@example("\u0645\u0640\u06e5ba", "مب", True)
@example("،و", "،و", False)
@given(texts | WORDS, WORDS, st.booleans())
def test_first_word_of_a_hit_starts_with_one_of_the_expanded_prefixes(text: str, query: str, taa: bool) -> None:
    assume(not any(" " in fold(character).strip() for character in text))  # ﷺ is four words
    first_word = re.search(r"[^\W_]+", WORD_BOUNDARY.sub("_", fold(query, taa=True)))
    word_starts = re.compile(rf"(?<![^\W_])|{WORD_BOUNDARY.pattern}")
    for start, _ in find_query(text, query, taa=taa):
        if first_word:
            folded, index = fold(text, taa=True), len(fold(text[:start] + "x")) - 1
            marks = re.match(r"[\W_]*", folded[index:])
            assert marks
            index += len(marks[0])  # a query may begin with a mark, and so a hit
            word = max(match.start() for match in word_starts.finditer(folded) if match.start() <= index)
            assert folded[word:].startswith(tuple(expand_query(first_word[0])))


@given(WORD, st.sampled_from(["", "ون", "ها"]))
def test_query_finds_each_of_its_expanded_prefixes(word: str, rest: str) -> None:
    for prefix in expand_query(word):
        assert find_query(f"قال {prefix}{rest}، ثم", word)


def test_expanded_prefixes_are_folded_and_unique() -> None:
    assert expand_query("وزارة")[0] == "وزاره"
    assert {"الوزاره", "للوزاره", "وبالوزاره", "ولوزاره", "سوزاره"} <= set(expand_query("وزارة"))
    assert {"الامم", "للامم", "وللامم"} <= set(expand_query("الأُمم"))
    assert {"للجنه"} <= set(expand_query("اللجنة"))
    assert "للجنه" not in expand_query("الجنة")
    assert "لالوزاره" not in expand_query("وزارة")
    assert len(expand_query("وزارة")) == len(set(expand_query("وزارة")))
    assert expand_query(" ") == expand_query("«") == []


@pytest.mark.parametrize("unit", ["ب", "ب ", "a-", "ـ", "بَ", "وب", "ﻻ", " ", "م.", "5"])
def test_time_for_a_search_in_repetitive_text_is_linear(unit: str) -> None:
    """Once, a word was tokenized again for each of its letters."""

    def search(count: int) -> None:
        for query in ("ب", unit.strip() or unit):
            find_query(unit * count, query)
            find_occurrences(unit * count, query)

    assert takes_linear_time(search, 1_250)


def test_occurrences_in_real_articles_match_a_plain_pattern(shared: Path) -> None:
    lines = (shared / "data/articles/marsum.jsonl").read_text("utf-8").splitlines()
    texts = [json.loads(line)["text"] for line in lines]
    for name, pattern in (
        ("وزارة", "[وف]?[بلك]?وزارة"),
        ("المغرب", "[وف]?(?:[بلك]?ا|ل)لمغرب"),
        ("حزب", "[وف]?[بلك]?حزب"),
    ):
        counts = [len(find_occurrences(text, name)) for text in texts]
        assert counts == [len(re.findall(rf"(?<!\w){pattern}(?!\w)", text)) for text in texts]
        assert sum(counts) > 10


LINE = "أعلنت وزارة الصحة اليوم عن خطة جديدة للوقاية من أمراض القلب والشرايين في أفق سنة 2030 وما بعدها"


def mark_part(text: str, part: str) -> str:
    """Return the snippet of `part` with brackets around it."""
    snippet = make_snippet(text, text.index(part), text.index(part) + len(part))
    return f"{snippet.text[: snippet.start]}[{snippet.text[snippet.start : snippet.end]}]{snippet.text[snippet.end :]}"


@pytest.mark.parametrize(
    ("text", "part", "expected"),
    [
        ("قال.", "قال", "[قال]."),
        (LINE, "أعلنت", "[أعلنت] وزارة الصحة اليوم عن خطة جديدة للوقاية من أمراض القلب…"),
        (LINE, "خطة", "…الصحة اليوم عن [خطة] جديدة للوقاية من أمراض القلب والشرايين في أفق سنة 2030 وما…"),
        (LINE, "بعدها", "…أفق سنة 2030 وما [بعدها]"),
        (LINE, "صحة", "أعلنت وزارة ال[صحة] اليوم عن خطة جديدة للوقاية من أمراض القلب والشرايين في أفق…"),
        (f"قبل\n{LINE}\nبعد", "أعلنت", "[أعلنت] وزارة الصحة اليوم عن خطة جديدة للوقاية من أمراض القلب…"),
        (f"قبل\n{LINE}\nبعد", "بعدها", "…أفق سنة 2030 وما [بعدها]"),
        ("وزارة\nالصحة", "وزارة\nالصحة", "[وزارة الصحة]"),
        (f"{'م' * 50}خطة{'م' * 90}", "خطة", "…[خطة]…"),
    ],
)
def test_snippet(text: str, part: str, expected: str) -> None:
    assert mark_part(text, part) == expected


@example("قال\u00a0وزير", 4, 5)
@given(texts, st.integers(0), st.integers(1))
def test_snippet_is_one_line_of_complete_words_around_the_range(text: str, start: int, length: int) -> None:
    text = text.replace("…", "..")
    assume(text)
    start %= len(text)
    end = start + 1 + length % (len(text) - start)
    snippet = make_snippet(text, start, end)
    assert snippet.text[snippet.start : snippet.end] == text[start:end].replace("\n", " ")
    before, after = snippet.text[: snippet.start].removeprefix("…"), snippet.text[snippet.end :].removesuffix("…")
    assert len(before) <= 18
    assert len(after) <= 60
    assert "\n" not in snippet.text
    assert text[:start].endswith(before)
    assert text[end:].startswith(after)
    excerpt_start, excerpt_end = start - len(before), end + len(after)
    assert excerpt_start in (0, start) or text[excerpt_start - 1] in " \n"
    assert excerpt_end in (end, len(text)) or text[excerpt_end] in " \n"
    omitted = [text[text.rfind("\n", 0, start) + 1 : excerpt_start], text[excerpt_end:].partition("\n")[0]]
    assert [snippet.text.startswith("…"), snippet.text.endswith("…")] == [bool(part.strip()) for part in omitted]
