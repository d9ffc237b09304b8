"""Lines broken to fit a page are joined, and those that were ended on purpose are not."""

from hypothesis import given
from hypothesis import strategies as st

from annotator.text.line_joining import find_broken_lines, join_lines

PAGE = """وزارة الصحة تطلق خطة
أعلنت وزارة الصحة أمس الثلاثاء بالرباط عن الخطة الوطنية للتلقيح التي
ستشمل ثلاثة ملايين طفل في جميع جهات المملكة، وقالت إنها حلول فعالة
للمشكلات.
وقال المصدر إن الخطة تشمل ما يلي من المدن التي ذكرت في البلاغ كلها:
- الرباط وما حولها من الجماعات القروية التي ليس فيها مركز صحي قريب
- فاس

وستنطلق الخطة في شتنبر المقبل بعد أن توقع الاتفاقية مع الجهات كلها."""


def test_sentence_broken_by_the_page_is_one_line() -> None:
    lines = join_lines(PAGE).split("\n")
    assert lines[0] == "وزارة الصحة تطلق خطة", "a title is shorter than the page is wide"
    assert lines[1].startswith("أعلنت")
    assert lines[1].endswith("فعالة للمشكلات.")
    assert lines[2].endswith("كلها:")
    assert [line[:6] for line in lines[3:5]] == ["- الرب", "- فاس"]
    assert lines[5] == ""


def test_verse_and_headings_stay_as_they_are() -> None:
    text = "قفا نبك\nمن ذكرى حبيب\nومنزل"
    assert join_lines(text) == text


@given(st.text(alphabet="اب .،:\n-", max_size=300))
def test_only_newlines_between_words_become_spaces(text: str) -> None:
    joined = join_lines(text)
    breaks = set(find_broken_lines(text))
    assert len(joined) == len(text)
    assert all(text[index] == "\n" for index in breaks)
    assert all(joined[index] == (" " if index in breaks else char) for index, char in enumerate(text))
