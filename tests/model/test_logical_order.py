"""Articles in presentation forms or visual order: the logical text comes back, and all that stands in it with it."""

import json
from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st
from text.texts import layered

from annotator.cli.terminal import visual
from annotator.model.article_builder import draft
from annotator.model.logical_order import changed_lines, is_logical, logical
from annotator.model.records import BODY, HEADLINE, Draft, Note, Span, Status, Zone
from annotator.text.visual_order import repaired

HEAD = "ساحة المدينة القديمة بتازة تتهيأ لحلة جديدة"
DATE = "الثلاثاء 09 يوليوز 2024 - 10:30"
TEXT = f"{HEAD}\n{DATE}\nأعلنت الجماعة، أمس، أن أشغال «الساحة» 👍🏽 ستنطلق خلال 2023-2030 بدعم من OECD في لأحزاب."
WORDS = st.sampled_from(["وزارة", "لأحزاب", "كـتـاب", "بُنيَ", "OECD", "2024", "٢٠٢٤", "😀", "«خطة»", "10:30"])


def shown_at(text: str, start: int, end: int) -> tuple[int, int]:
    """Where a page has what `text` has from `start` to `end`."""
    back = repaired(visual(text))
    at = [place for place in range(len(visual(text))) if start <= back.moved(place) < end]
    return at[0], at[-1] + 1


def span(text: str, words: str, label: str = "DATE") -> Span:
    start = text.index(words)
    return Span(f"{label}-{start}", "", "ليلى", label, *shown_at(text, start, start + len(words)), "قيمة", "ملاحظة")


def stretches(items: Sequence[Span | Zone], text: str) -> list[str]:
    return [text[item.start : item.end] for item in items]


def test_text_spans_and_zones_come_back() -> None:
    words = ["2023-2030", "الجماعة", "الجماعة، أمس", "لأحزاب", "حزاب", "👍🏽", "OECD"]
    spans = [span(TEXT, each, f"L{at}") for at, each in enumerate(words)]
    shown = draft(visual(TEXT), title=visual(HEAD), source="S", url="U", spans=spans, line=7)
    assert not is_logical(shown)
    found, lost = logical(shown)
    assert lost == []
    assert found.article == draft(TEXT, title=HEAD, source="S", url="U").article
    assert stretches(found.spans, TEXT) == words
    assert [(each.uid, each.label, each.value, each.note) for each in found.spans] == [
        (each.uid, each.label, each.value, each.note) for each in spans
    ]
    assert {each.article for each in (*found.spans, *found.zones)} == {found.article.uid}
    assert stretches(found.zones, TEXT) == TEXT.split("\n")
    assert [zone.kind for zone in found.zones] == ["headline", "dateline", "body"]
    assert (found.line, found.article.published) == (7, "2024-07-09T10:30")


def test_zones_that_were_given_are_moved_and_what_is_known_stays() -> None:
    shown = visual(TEXT)
    zones = [Zone("1", "", BODY, *shown_at(TEXT, 0, 4)), Zone("2", "", HEADLINE, *shown_at(TEXT, 5, len(HEAD)))]
    states, notes = [Status("", "ليلى", "done")], [Note("", "ليلى", "نص")]
    found, lost = logical(draft(shown, published="2020", zones=zones, states=states, notes=notes))
    assert lost == []
    assert [(zone.uid, zone.kind) for zone in found.zones] == [("1", BODY), ("2", HEADLINE)]
    assert stretches(found.zones, TEXT) == [HEAD[:4], HEAD[5:]]
    assert found.article.published == "2020"
    assert [(each.annotator, each.article) for each in (*found.states, *found.notes)] == [
        ("ليلى", found.article.uid)
    ] * 2


def test_what_falls_apart_is_named() -> None:
    text = "قالت الوزارة\nفي عام 2024"
    shown = visual(text)
    apart = Span("u", "", "ليلى", "DATE", shown.index("\n") - 2, shown.index("2024") + 2)
    found, lost = logical(draft(shown, zones=[Zone("z", "", BODY, 3, len(shown) - 3)], spans=[apart]))
    assert (found.article.text, found.spans, found.zones) == (text, (), ())
    assert len(lost) == 2
    assert lost[1] == f"“{shown[apart.start : apart.end]}” (DATE) falls apart in the logical text."
    assert "(body)" in lost[0]


def test_a_title_alone_is_put_right_and_the_text_stays() -> None:
    item = draft(TEXT, title=visual(HEAD), spans=[Span("u", "", "a", "DATE", 0, 4)])
    assert not is_logical(item)
    found, lost = logical(item)
    assert (found.article.title, lost) == (HEAD, [])
    assert (found.article.text, found.spans, found.zones) == (TEXT, item.spans, item.zones)


@given(st.lists(WORDS, min_size=1, max_size=8), st.data())
def test_any_span_of_whole_words_comes_back(words: list[str], data: st.DataObject) -> None:
    pieces = ["الحكومة", *(piece for word in words for piece in (word, "الجديدة")), "المغربية"]
    text = " ".join(pieces)
    first = data.draw(st.integers(0, len(pieces) - 1))
    last = data.draw(st.integers(first, min(first + 1, len(pieces) - 1)))
    start = len(" ".join([*pieces[:first], ""]))
    end = start + len(" ".join(pieces[first : last + 1]))
    there = Span("u", "", "a", "PLAN", *shown_at(text, start, end))
    found, lost = logical(draft(visual(text), spans=[there]))
    assert found.article.text == text
    assert lost == [] if found.spans else len(lost) == 1
    assert stretches(found.spans, text) in ([text[start:end]], [])
    assert found.spans or last > first  # one word is one stretch on a page too


@given(layered())
def test_what_is_logical_is_left_alone(given_: tuple) -> None:
    article, zones, spans = given_
    item = Draft(article, tuple(zones), tuple(spans))
    if is_logical(item):
        assert logical(item) == (item, [])


def test_lines_before_and_after() -> None:
    before, after = f"{visual(HEAD)}\n2024\n{visual('قالت')}\n{visual('وزارة')}", f"{HEAD}\n2024\nقالت\nوزارة"
    assert changed_lines(before, after, 2) == [(visual(HEAD), HEAD), (visual("قالت"), "قالت")]
    assert changed_lines(before, before, 2) == []


def test_real_articles_are_logical(shared) -> None:  # type: ignore[no-untyped-def]
    for line in (shared / "data" / "articles" / "marsum.jsonl").read_text(encoding="utf-8").splitlines():
        article = json.loads(line)
        assert is_logical(draft(article["text"], title=article["title"]))
