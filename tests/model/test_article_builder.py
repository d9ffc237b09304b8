"""Building an article from a text: its newlines are normalised, and offsets move with them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotator.model.article_builder import build_article
from annotator.model.operations import InvalidEdit
from annotator.model.records import Span, Status, Zone, article_uid

HEADLINE = "ساحة المدينة القديمة بتازة تتهيأ لحلة جديدة"
DATELINE = "الثلاثاء 09 يوليوز 2024 - 10:30"
BODY = "أعلنت الجماعة، أمس، أن أشغال تهيئة الساحة ستنطلق الأسبوع المقبل."
TEXT = f"{DATELINE}\n{HEADLINE}\n{BODY}"


def test_zones_and_time_are_recognised() -> None:
    built = build_article(TEXT)
    assert [(zone.kind, built.article.text[zone.start : zone.end]) for zone in built.zones] == [
        ("dateline", DATELINE),
        ("headline", HEADLINE),
        ("body", BODY),
    ]
    assert built.article.published == "2024-07-09T10:30"
    assert {zone.article for zone in built.zones} == {built.article.uid}
    assert len({zone.uid for zone in built.zones}) == 3


def test_metadata_is_kept() -> None:
    built = build_article(
        TEXT, title=" T ", published="2020", source="S", url="U", states=[Status("", "ليلى", "done")], line=7
    )
    article = built.article
    assert (article.title, article.published, article.source, article.url) == (" T ", "2020", "S", "U")
    assert built.states == (Status(article.uid, "ليلى", "done"),)
    assert built.line == 7
    assert build_article(TEXT, zones=[]).zones == ()
    assert build_article(TEXT, zones=[]).article.published is None


def test_publication_time_comes_from_a_dateline_that_was_passed() -> None:
    start = len(DATELINE) + 1
    assert build_article(TEXT, zones=[Zone("z", "", "body", 0, start)]).article.published is None
    assert build_article(TEXT, zones=[Zone("z", "", "dateline", 0, start)]).article.published == "2024-07-09T10:30"


def test_text_is_unchanged_except_for_newlines() -> None:
    unusual_text = " \u200fe\u0301 ﻻ\u00a0ـَ\t\r\n\r\rب😀\ufeff\n "
    built = build_article(unusual_text)
    assert built.article.text == " \u200fe\u0301 ﻻ\u00a0ـَ\t\n\n\nب😀\ufeff\n "
    assert built.article.uid == article_uid(built.article.text)
    assert build_article("أ\r\nب").article == build_article("أ\nب").article


WORDS = st.sampled_from(["سطر", "😀", "َلا", "ـ", "\u200f", " ", "\r\n", "\r", "\n", "\n\r", "x"])


@given(st.lists(WORDS, max_size=20).map("".join), st.data())
def test_offsets_move_with_the_newlines(text: str, data: st.DataObject) -> None:
    text = f"أ{text}ب"
    start, end = sorted(data.draw(st.tuples(*[st.integers(0, len(text))] * 2)))
    built = build_article(
        text, zones=[Zone("z", "", "body", 0, len(text))], spans=[Span("s", "", "ليلى", "DATE", start, end)]
    )
    (span,), (zone,) = built.spans, built.zones
    assert span.article == zone.article == built.article.uid
    assert (zone.start, zone.end) == (0, len(built.article.text))
    assert "\r" not in built.article.text
    cut = text[start:end]
    if text[start - 1 : start + 1] != "\r\n" and text[end - 1 : end + 1] != "\r\n":
        assert built.article.text[span.start : span.end] == cut.replace("\r\n", "\n").replace("\r", "\n")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "The text is empty."),
        (" \r\n\u00a0\u200f\ufeff\t", "The text is empty."),
        ("أ\0ب", "The text contains NUL characters."),
        ("أ\ud83dب", "The text contains an unpaired surrogate at offset 1."),
    ],
)
def test_unusable_text_is_refused(text: str, reason: str) -> None:
    with pytest.raises(InvalidEdit) as error:
        build_article(text)
    assert str(error.value) == reason


@pytest.mark.parametrize(
    "zones",
    [
        [Zone("a", "", "body", 0, 5), Zone("b", "", "body", 4, 9)],
        [Zone("a", "", "body", 0, len(TEXT) + 1)],
        [Zone("a", "", "body", -1, 3)],
        [Zone("a", "", "footer", 0, 3)],
    ],
)
def test_invalid_zones_are_refused(zones: list[Zone]) -> None:
    with pytest.raises(InvalidEdit):
        build_article(TEXT, zones=zones)
