"""The words around a place."""

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from text.texts import texts

from annotator.text.snippets import snippet

LINE = "أعلنت وزارة الصحة اليوم عن خطة جديدة للوقاية من أمراض القلب والشرايين في أفق سنة 2030 وما بعدها"


def shown(text: str, part: str) -> str:
    """The snippet of `part` with brackets around its place."""
    made = snippet(text, text.index(part), text.index(part) + len(part))
    return f"{made.text[: made.start]}[{made.text[made.start : made.end]}]{made.text[made.end :]}"


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
def test_the_words_around_a_place(text: str, part: str, expected: str) -> None:
    assert shown(text, part) == expected


@example("قال\u00a0وزير", 4, 5)
@given(texts, st.integers(0), st.integers(1))
def test_a_snippet_is_one_line_of_whole_words_with_the_place_in_it(text: str, start: int, length: int) -> None:
    text = text.replace("…", "..")
    assume(text)
    start %= len(text)
    end = start + 1 + length % (len(text) - start)
    made = snippet(text, start, end)
    assert made.text[made.start : made.end] == text[start:end].replace("\n", " ")
    before, after = made.text[: made.start].removeprefix("…"), made.text[made.end :].removesuffix("…")
    assert len(before) <= 18
    assert len(after) <= 60
    assert "\n" not in made.text
    assert text[:start].endswith(before)
    assert text[end:].startswith(after)
    left, right = start - len(before), end + len(after)
    assert left in (0, start) or text[left - 1] in " \n"
    assert right in (end, len(text)) or text[right] in " \n"
    cut = [text[text.rfind("\n", 0, start) + 1 : left], text[right:].partition("\n")[0]]
    assert [made.text.startswith("…"), made.text.endswith("…")] == [bool(part.strip()) for part in cut]
