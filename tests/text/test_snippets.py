"""Excerpts around a range."""

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from text.texts import texts

from annotator.text.snippets import make_snippet

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
