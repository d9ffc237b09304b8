"""How a text becomes an article: verbatim but for its newlines, with everything moved along."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotator.model.article_builder import draft
from annotator.model.operations import Rejected
from annotator.model.records import Span, Status, Zone, article_uid

HEADLINE = "ساحة المدينة القديمة بتازة تتهيأ لحلة جديدة"
DATELINE = "الثلاثاء 09 يوليوز 2024 - 10:30"
BODY = "أعلنت الجماعة، أمس، أن أشغال تهيئة الساحة ستنطلق الأسبوع المقبل."
TEXT = f"{DATELINE}\n{HEADLINE}\n{BODY}"


def test_zones_and_time_are_recognised():
    found = draft(TEXT)
    assert [(zone.kind, found.article.text[zone.start : zone.end]) for zone in found.zones] == [
        ("dateline", DATELINE),
        ("headline", HEADLINE),
        ("body", BODY),
    ]
    assert found.article.published == "2024-07-09T10:30"
    assert {zone.article for zone in found.zones} == {found.article.uid}
    assert len({zone.uid for zone in found.zones}) == 3


def test_what_is_given_is_kept():
    found = draft(TEXT, title=" T ", published="2020", source="S", url="U", states=[Status("", "ليلى", "done")], line=7)
    article = found.article
    assert (article.title, article.published, article.source, article.url) == (" T ", "2020", "S", "U")
    assert found.states == (Status(article.uid, "ليلى", "done"),)
    assert found.line == 7
    assert draft(TEXT, zones=[]).zones == ()
    assert draft(TEXT, zones=[]).article.published is None


def test_the_time_comes_from_a_dateline_that_is_given():
    start = len(DATELINE) + 1
    assert draft(TEXT, zones=[Zone("z", "", "body", 0, start)]).article.published is None
    assert draft(TEXT, zones=[Zone("z", "", "dateline", 0, start)]).article.published == "2024-07-09T10:30"


def test_the_text_is_verbatim_but_for_newlines():
    odd = " \u200fe\u0301 ﻻ\u00a0ـَ\t\r\n\r\rب😀\ufeff\n "
    found = draft(odd)
    assert found.article.text == " \u200fe\u0301 ﻻ\u00a0ـَ\t\n\n\nب😀\ufeff\n "
    assert found.article.uid == article_uid(found.article.text)
    assert draft("أ\r\nب").article == draft("أ\nب").article


WORDS = st.sampled_from(["سطر", "😀", "َلا", "ـ", "\u200f", " ", "\r\n", "\r", "\n", "\n\r", "x"])


@given(st.lists(WORDS, max_size=20).map("".join), st.data())
def test_offsets_move_with_the_newlines(text, data):
    text = f"أ{text}ب"
    start, end = sorted(data.draw(st.tuples(*[st.integers(0, len(text))] * 2)))
    found = draft(text, zones=[Zone("z", "", "body", 0, len(text))], spans=[Span("s", "", "ليلى", "DATE", start, end)])
    (span,), (zone,) = found.spans, found.zones
    assert span.article == zone.article == found.article.uid
    assert (zone.start, zone.end) == (0, len(found.article.text))
    assert "\r" not in found.article.text
    cut = text[start:end]
    if text[start - 1 : start + 1] != "\r\n" and text[end - 1 : end + 1] != "\r\n":
        assert found.article.text[span.start : span.end] == cut.replace("\r\n", "\n").replace("\r", "\n")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "The text is empty."),
        (" \r\n\u00a0\u200f\ufeff\t", "The text is empty."),
        ("أ\0ب", "The text holds NUL characters, as no text does."),
        ("أ\ud83dب", "The text holds half a character at 1."),
    ],
)
def test_a_text_that_cannot_be_an_article(text, reason):
    with pytest.raises(Rejected) as rejected:
        draft(text)
    assert str(rejected.value) == reason


@pytest.mark.parametrize(
    "zones",
    [
        [Zone("a", "", "body", 0, 5), Zone("b", "", "body", 4, 9)],
        [Zone("a", "", "body", 0, len(TEXT) + 1)],
        [Zone("a", "", "body", -1, 3)],
        [Zone("a", "", "footer", 0, 3)],
    ],
)
def test_zones_that_cannot_be(zones):
    with pytest.raises(Rejected):
        draft(TEXT, zones=zones)
