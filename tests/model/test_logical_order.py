"""Articles in presentation forms or visual order are restored, with their spans and zones."""

import json
from collections.abc import Sequence
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from strategies import article_layers

from annotator.cli.terminal import reorder_for_display
from annotator.model.article_builder import build_article
from annotator.model.logical_order import changed_lines, is_logical, restore_logical_order
from annotator.model.reasons import Code
from annotator.model.records import BODY, HEADLINE, AnnotatedArticle, Article, Note, Span, Status, Zone
from annotator.text.visual_order import restore_logical_text

HEAD = "ساحة المدينة القديمة بتازة تتهيأ لحلة جديدة"
DATE = "الثلاثاء 09 يوليوز 2024 - 10:30"
TEXT = f"{HEAD}\n{DATE}\nأعلنت الجماعة، أمس، أن أشغال «الساحة» 👍🏽 ستنطلق خلال 2023-2030 بدعم من OECD في لأحزاب."
WORDS = st.sampled_from(["وزارة", "لأحزاب", "كـتـاب", "بُنيَ", "OECD", "2024", "٢٠٢٤", "😀", "«خطة»", "10:30"])


def displayed_range(text: str, start: int, end: int) -> tuple[int, int]:
    """Return the range on a displayed page of `text[start:end]`."""
    restored = restore_logical_text(reorder_for_display(text))
    offsets = [offset for offset in range(len(reorder_for_display(text))) if start <= restored.map_offset(offset) < end]
    return offsets[0], offsets[-1] + 1


def span(text: str, words: str, label: str = "DATE") -> Span:
    start = text.index(words)
    return Span(
        f"{label}-{start}", "", "ليلى", label, *displayed_range(text, start, start + len(words)), "قيمة", "ملاحظة"
    )


def texts_of(items: Sequence[Span | Zone], text: str) -> list[str]:
    return [text[item.start : item.end] for item in items]


def test_text_spans_and_zones_are_restored() -> None:
    words = ["2023-2030", "الجماعة", "الجماعة، أمس", "لأحزاب", "حزاب", "👍🏽", "OECD"]
    spans = [span(TEXT, word, f"L{index}") for index, word in enumerate(words)]
    displayed = build_article(
        reorder_for_display(TEXT), title=reorder_for_display(HEAD), source="S", url="U", spans=spans, line=7
    )
    assert not is_logical(displayed)
    restored, losses = restore_logical_order(displayed)
    assert losses == []
    assert restored.article == build_article(TEXT, title=HEAD, source="S", url="U").article
    assert texts_of(restored.spans, TEXT) == words
    assert [(item.uid, item.label, item.value, item.note) for item in restored.spans] == [
        (item.uid, item.label, item.value, item.note) for item in spans
    ]
    parts: list[Span | Zone] = [*restored.spans, *restored.zones]
    assert {part.article for part in parts} == {restored.article.uid}
    assert texts_of(restored.zones, TEXT) == TEXT.split("\n")
    assert [zone.kind for zone in restored.zones] == ["headline", "dateline", "body"]
    assert (restored.line, restored.article.published) == (7, "2024-07-09T10:30")


def test_given_zones_are_moved_and_metadata_is_kept() -> None:
    displayed = reorder_for_display(TEXT)
    zones = [
        Zone("1", "", BODY, *displayed_range(TEXT, 0, 4)),
        Zone("2", "", HEADLINE, *displayed_range(TEXT, 5, len(HEAD))),
    ]
    states, notes = [Status("", "ليلى", "done")], [Note("", "ليلى", "نص")]
    restored, losses = restore_logical_order(
        build_article(displayed, published="2020", zones=zones, states=states, notes=notes)
    )
    assert losses == []
    assert [(zone.uid, zone.kind) for zone in restored.zones] == [("1", BODY), ("2", HEADLINE)]
    assert texts_of(restored.zones, TEXT) == [HEAD[:4], HEAD[5:]]
    assert restored.article.published == "2020"
    decisions: list[Status | Note] = [*restored.states, *restored.notes]
    assert [(item.annotator, item.article) for item in decisions] == [("ليلى", restored.article.uid)] * 2


def test_split_spans_and_zones_are_reported() -> None:
    text = "قالت الوزارة\nفي عام 2024"
    displayed = reorder_for_display(text)
    split_span = Span("u", "", "ليلى", "DATE", displayed.index("\n") - 2, displayed.index("2024") + 2)
    restored, losses = restore_logical_order(
        build_article(displayed, zones=[Zone("z", "", BODY, 3, len(displayed) - 3)], spans=[split_span])
    )
    assert (restored.article.text, restored.spans, restored.zones) == (text, (), ())
    assert len(losses) == 2
    assert (
        str(losses[1]) == f"“{displayed[split_span.start : split_span.end]}” (DATE) is not contiguous in logical order."
    )
    assert "(body)" in losses[0].text
    assert {loss.code for loss in losses} == {Code.NOT_CONTIGUOUS}


def test_only_the_title_is_restored_if_the_text_is_logical() -> None:
    item = build_article(TEXT, title=reorder_for_display(HEAD), spans=[Span("u", "", "a", "DATE", 0, 4)])
    assert not is_logical(item)
    restored, losses = restore_logical_order(item)
    assert (restored.article.title, losses) == (HEAD, [])
    assert (restored.article.text, restored.spans, restored.zones) == (TEXT, item.spans, item.zones)


@given(st.lists(WORDS, min_size=1, max_size=8), st.data())
def test_span_of_complete_words_is_restored(words: list[str], data: st.DataObject) -> None:
    pieces = ["الحكومة", *(piece for word in words for piece in (word, "الجديدة")), "المغربية"]
    text = " ".join(pieces)
    first = data.draw(st.integers(0, len(pieces) - 1))
    last = data.draw(st.integers(first, min(first + 1, len(pieces) - 1)))
    start = len(" ".join([*pieces[:first], ""]))
    end = start + len(" ".join(pieces[first : last + 1]))
    displayed_span = Span("u", "", "a", "PLAN", *displayed_range(text, start, end))
    restored, losses = restore_logical_order(build_article(reorder_for_display(text), spans=[displayed_span]))
    assert restored.article.text == text
    assert losses == [] if restored.spans else len(losses) == 1
    assert texts_of(restored.spans, text) in ([text[start:end]], [])
    assert restored.spans or last > first  # one word is one range on a page too


@given(article_layers())
def test_logical_article_is_unchanged(layer: tuple[Article, list[Zone], list[Span]]) -> None:
    article, zones, spans = layer
    item = AnnotatedArticle(article, tuple(zones), tuple(spans))
    if is_logical(item):
        assert restore_logical_order(item) == (item, [])


def test_changed_lines() -> None:
    before, after = (
        f"{reorder_for_display(HEAD)}\n2024\n{reorder_for_display('قالت')}\n{reorder_for_display('وزارة')}",
        f"{HEAD}\n2024\nقالت\nوزارة",
    )
    assert changed_lines(before, after, 2) == [(reorder_for_display(HEAD), HEAD), (reorder_for_display("قالت"), "قالت")]
    assert changed_lines(before, before, 2) == []


def test_real_articles_are_logical(shared: Path) -> None:
    for line in (shared / "data" / "articles" / "marsum.jsonl").read_text(encoding="utf-8").splitlines():
        article = json.loads(line)
        assert is_logical(build_article(article["text"], title=article["title"]))
