"""Where letters stand: the same offsets come back from the screen, in any text and any direction."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from PySide6.QtWidgets import QApplication

from annotator.core.model import Zone
from annotator.core.text import normalise_newlines
from annotator.ui.page import Page, measure

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
