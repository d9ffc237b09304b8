"""Where letters stand: the same offsets come back from the screen, in any text and any direction."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from PySide6.QtWidgets import QApplication

from annotator.model.records import Zone
from annotator.text.offsets import normalise_newlines
from annotator.ui.article.block import Line
from annotator.ui.article.page import Fold, Page, measure

PIECES = (
    *("لأحزاب", "لا", "الأمم", "مُحَمَّدٌ", "كـــتاب", "ﷺ", "2023-2030", "٢٠٢٤", "09:00", "(لا)", "«خطة»", "Covid-19"),
    *("😀", "👨‍👩‍👧", "🇲🇦", "e\u0301", "\u200f", "\u200e", "\u202b", "\u202c", "\u2067", "\u2069", "\u200d", "\u200c"),
    *(" ", "  ", "\t", "\u00a0", "\n", "\r\n", "\r", "\u2028", ".", "،", "؟", "-", "𝔸", "a", "ب", "\ufeff", "\u00ad"),
)
texts = st.lists(st.sampled_from(PIECES) | st.characters(codec="utf-8", exclude_characters="\0"), max_size=30).map(
    lambda pieces: normalise_newlines("".join(pieces))
)


def page(text: str, width: float = 400.0) -> Page:
    return Page(text, [], width, 22.0)


@example("\ufeffلا")
@example("\ufffeلا")
@given(texts)
def test_the_boxes_cover_every_character_once_and_in_order(qapp: QApplication, text: str) -> None:
    laid = page(text)
    for block in laid.blocks:
        boxes = [box for line in block.lines for box in line.boxes]
        assert "".join(text[box.start : box.end] for box in boxes) == block.text == text[block.start : block.end]
        assert all(box.left <= box.right for box in boxes)
    shown = {line for block in laid.blocks for line in block.text.split("\n")}
    assert {line for line in text.split("\n") if line.strip()} <= shown


@example("\ufeffلا")
@given(texts)
def test_a_point_on_a_letter_is_that_letter(qapp: QApplication, text: str) -> None:
    laid = page(text)
    for line in laid.lines:
        middle = (line.top + line.bottom) / 2
        for box in line.boxes:
            if box.right - box.left < 1:
                continue
            others = [one for one in line.boxes if one is not box and one.left < box.right and box.left < one.right]
            if others:
                continue  # drawn over one another, as marks without a letter are
            found = laid.box_at((box.left + box.right) / 2, middle)
            assert found == box
            before = box.right - 0.2 if box.rtl else box.left + 0.2
            after = box.left + 0.2 if box.rtl else box.right - 0.2
            assert laid.boundary_at(before, middle) == box.start
            assert laid.boundary_at(after, middle) == box.end


@given(texts, st.data())
def test_a_stretch_is_shown_as_wide_as_its_letters(qapp: QApplication, text: str, data: st.DataObject) -> None:
    laid = page(text)
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    segments = laid.segments(start, end)
    for segment in segments:
        assert segment.right > segment.left
    boxes = [box for line in laid.lines for box in line.boxes if box.start < end and start < box.end]
    widest = max((box.right for box in boxes if box.right > box.left), default=None)
    assert (max((one.right for one in segments), default=None)) == widest


@example("قال «لأحزاب الأغلبية» (لا) سنة 2024 Covid-19", 400.0)
@example("لأحزاب\x1f\u200d", 400.0)
@example(".\u200f", 400.0)
@example("أحزاب 2023-2030\U0001f3fb", 400.0)
@given(texts, st.sampled_from((90.0, 400.0)))
def test_a_stretch_is_the_same_before_and_after_its_letters_are_measured(
    qapp: QApplication, text: str, width: float
) -> None:
    measured = page(text, width)
    places = sorted({place for line in measured.lines for box in line.boxes for place in (box.start, box.end)})
    for at, start in enumerate(places):
        for end in places[at + 1 :]:
            unmeasured = [(one.line.start, one.left, one.right) for one in page(text, width).segments(start, end)]
            assert unmeasured == [(one.line.start, one.left, one.right) for one in measured.segments(start, end)]


QUESTIONS = {
    "line at": lambda laid, y, _offset: _seen(laid.line_at(y)),
    "line of": lambda laid, _y, offset: _seen(laid.line_of(offset)),
    "line below": lambda laid, y, _offset: (line := laid.line_at(y)) and _seen(laid.line_beside(line, 1)),
    "line above": lambda laid, y, _offset: (line := laid.line_at(y)) and _seen(laid.line_beside(line, -1)),
    "lines between": lambda laid, y, _offset: [_seen(line) for line in laid.lines_between(y, y + 150)],
    "fold at": lambda laid, y, _offset: _put_away(laid.fold_at(y)),
    "fold of": lambda laid, _y, offset: _put_away(laid.fold_of(offset)),
    "folds between": lambda laid, y, _offset: [_put_away(fold) for fold in laid.folds_between(y, y + 150)],
    "boundary": lambda laid, y, _offset: laid.boundary_at(120.0, y),
    "box": lambda laid, y, _offset: laid.box_at(120.0, y),
    "segments": lambda laid, _y, offset: [(_seen(one.line), one.left) for one in laid.segments(offset, offset + 9)],
    "height": lambda laid, _y, _offset: laid.height,
}


def _seen(line: Line | None) -> tuple[int, int, float] | None:
    return line and (line.start, line.end, line.top)


def _put_away(fold: Fold | None) -> tuple[int, int, float, bool] | None:
    return fold and (fold.start, fold.end, fold.top, fold.opened)


@given(
    st.lists(st.sampled_from(("نص طويل " * 9, "إعلان", "عاجل", "", " ", "Covid-19 a")), max_size=9).map("\n".join),
    st.booleans(),
    st.lists(st.tuples(st.sampled_from(sorted(QUESTIONS)), st.floats(-50, 900), st.integers(0, 300)), max_size=4),
)
def test_what_is_laid_out_only_as_far_as_asked_is_where_it_would_be(
    qapp: QApplication, text: str, opened: bool, questions: list[tuple[str, float, int]]
) -> None:
    zones = [Zone(f"{match.start()}", "x", "boilerplate", *match.span()) for match in re.finditer("إعلان|عاجل", text)]
    folds = [zone.start for zone in zones] if opened else []
    asked, whole = Page(text, zones, 250, 22, folds), Page(text, zones, 250, 22, folds)
    assert whole.height >= 0  # lays all of it out
    for name, y, offset in questions:
        assert QUESTIONS[name](asked, y, offset) == QUESTIONS[name](whole, y, offset), name
    while asked.grow():
        pass
    assert [_seen(line) for line in asked.lines] == [_seen(line) for line in whole.lines]


def test_only_what_is_asked_for_is_laid_out(qapp: QApplication) -> None:
    laid = page("\n".join(["نص طويل " * 20] * 100))
    assert laid.line_at(500)
    known = laid.likely_height(500)
    assert len([*laid.lines_between(0, 500)]) < 15
    steps = 0
    while laid.grow():
        steps += 1
    assert steps > 90
    assert known == pytest.approx(laid.height, rel=0.2)
    assert laid.likely_height(500) == laid.height


def test_a_number_in_arabic_is_read_from_the_left(qapp: QApplication) -> None:
    # The first letter of a run in the other direction is where a caret of Qt's would name its neighbour's edge.
    text = "سنة 2024 هنا"
    boxes = {text[box.start]: box for box in page(text).lines[0].boxes}
    digits = [box for box in page(text).lines[0].boxes if text[box.start].isdigit()]
    assert [box.left for box in digits] == sorted(box.left for box in digits)
    assert digits[-1].right <= boxes["ة"].left
    assert boxes["ه"].right <= digits[0].left
    assert all(box.right - box.left > 5 for box in digits)


def test_a_ligature_is_shared_by_its_letters(qapp: QApplication) -> None:
    boxes = page("لأحزاب").lines[0].boxes
    lam, alef = boxes[0], boxes[1]
    assert lam.left == alef.right
    assert lam.right - lam.left == pytest.approx(alef.right - alef.left)
    assert alef.right - alef.left > 2


def test_zones_give_blocks_their_kind_and_boilerplate_folds(qapp: QApplication) -> None:
    text = "إعلان\nعاجل\nعنوان\nنص طويل"
    zones = [
        Zone("a", "x", "boilerplate", 0, 5),
        Zone("b", "x", "boilerplate", 6, 10),
        Zone("c", "x", "headline", 11, 16),
        Zone("d", "x", "body", 17, 24),
    ]
    folded = Page(text, zones, 400, 22)
    assert [block.kind for block in folded.blocks] == ["headline", "body"]
    assert [(fold.start, fold.end, fold.count, fold.opened) for fold in folded.folds] == [(0, 10, 2, False)]
    assert folded.fold_of(3) is folded.folds[0]
    assert folded.line_of(3) is None
    opened = Page(text, zones, 400, 22, [0])
    assert [block.kind for block in opened.blocks] == ["boilerplate", "boilerplate", "headline", "body"]
    assert opened.height > folded.height
    assert opened.fold_of(3) is None


def test_a_line_holds_about_seventy_letters(qapp: QApplication) -> None:
    text = "أعلنت الوزارة أن البرنامج الجديد يهم جميع الجهات ويشمل تكوين الأساتذة " * 6
    lines = Page(text, [], measure(22), 22).lines
    assert 58 <= lines[0].end - lines[0].start <= 84


def test_an_empty_text_has_no_lines(qapp: QApplication) -> None:
    laid = page("\n \n")
    assert (laid.lines, laid.line_at(5), laid.box_at(1, 1), laid.boundary_at(1, 1), laid.segments(0, 3)) == (
        [],
        None,
        None,
        None,
        [],
    )
