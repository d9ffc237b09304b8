"""The palette: whatever text is painted on can be read, and what is told by colour is told apart by every eye.

The numbers are those of WCAG 2.2 (4.5 for text, 1.4.3; 3 for signs, 1.4.11) and of Machado, Oliveira, Fernandes 2009.
"""

import itertools
import math
import shutil
import sys
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st
from model.test_labels import MACHADO, Vector, lab, linear, seen
from PySide6.QtGui import QColor, QImage, QPainter, QPalette, QPixmapCache
from PySide6.QtWidgets import QApplication, QComboBox

from annotator.model.colours import READABLE, contrast
from annotator.model.labels import Colour, Label, default_labels
from annotator.resources import resource
from annotator.ui import app
from annotator.ui.widgets.theme import DARK, LIGHT, Theme, mixed, style_sheet

BOTH: Final = pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
SIGN: Final = 3.0
CHOSEN: Final = 1.7  # how much firmer the fill of a selected span is
SELECTION: Final = 0.85  # how opaque the selection lies on what is beneath it
ROW: Final = (0.6, 0.9, 1.2)  # a label's row at rest, under the mouse, pressed
APART: Final = 6.0
"""CIE76 distance of two soft fills. About 2 can just be seen side by side; their lines and names differ much more."""
LABELS: Final = default_labels().labels


def over(theme: Theme, *fills: QColor) -> str:
    """The paper with these laid upon it, the first one lowest."""
    ground = theme.paper
    for fill in fills:
        ground = mixed(ground, fill.name(), fill.alphaF())
    return ground


def selected(theme: Theme, ground: str) -> str:
    return mixed(ground, theme.selection, SELECTION)


@BOTH
@pytest.mark.parametrize("text", ["ink", "dim", "faint"])
def test_text_can_be_read_wherever_it_stands(theme: Theme, text: str) -> None:
    for ground in ("desk", "panel", "paper"):
        assert contrast(getattr(theme, text), getattr(theme, ground)) >= READABLE, ground


@BOTH
@pytest.mark.parametrize("text", ["accent", "warning", "dim", "ink"])
def test_coloured_text_can_be_read_also_where_something_is_chosen(theme: Theme, text: str) -> None:
    for ground in ("desk", "panel", "paper", "chosen"):
        assert contrast(getattr(theme, text), getattr(theme, ground)) >= READABLE, ground


@BOTH
def test_what_is_written_on_the_accent_and_in_a_tooltip_can_be_read(theme: Theme) -> None:
    assert contrast(theme.accent_ink, theme.accent) >= READABLE
    assert contrast(theme.paper, theme.ink) >= READABLE


@BOTH
def test_text_can_be_read_above_any_three_spans_selected_or_not(theme: Theme) -> None:
    strengths = itertools.product((1.0, CHOSEN), repeat=3)
    for labels, firm in itertools.product(itertools.product(LABELS, repeat=3), strengths):
        fills = [theme.fill(label, strength) for label, strength in zip(labels, firm, strict=True)]
        for depth in (1, 2, 3):
            ground = over(theme, *fills[:depth])
            assert contrast(theme.ink, ground) >= READABLE
            assert contrast(theme.ink, selected(theme, ground)) >= READABLE


@BOTH
@pytest.mark.parametrize("text", ["dim", "accent"])
def test_the_dateline_and_boilerplate_can_be_read_above_a_span_and_a_selection(theme: Theme, text: str) -> None:
    for label, strength in itertools.product(LABELS, (1.0, CHOSEN)):
        assert contrast(getattr(theme, text), over(theme, theme.fill(label, strength))) >= READABLE
    assert contrast(getattr(theme, text), selected(theme, theme.paper)) >= READABLE


@BOTH
@pytest.mark.parametrize("label", LABELS, ids=lambda label: label.name)
def test_the_names_of_the_default_labels_can_be_read(theme: Theme, label: Label) -> None:
    assert contrast(theme.firm(label).name(), theme.paper) >= READABLE, "beneath a span"
    assert contrast(theme.firm(label).name(), theme.panel) >= READABLE
    for strength in ROW:
        ground = mixed(theme.panel, theme.fill(label, strength).name(), theme.fill(label, strength).alphaF())
        assert contrast(theme.name(label, strength).name(), ground) >= READABLE, "in its row"
        assert contrast(theme.dim, ground) >= READABLE, "the count in the row"


@BOTH
def test_signs_can_be_seen(theme: Theme) -> None:
    for sign, ground in itertools.product(("accent", "warning", "faint"), ("panel", "paper", "chosen")):
        assert contrast(getattr(theme, sign), getattr(theme, ground)) >= SIGN, (sign, ground)
    for label in LABELS:
        assert contrast(theme.firm(label).name(), theme.chosen) >= SIGN, "the dot of a selected span in the list"


hues = st.from_regex(r"#[0-9a-f]{6}", fullmatch=True)
labels = st.builds(lambda light, dark: Label("X", {}, Colour(light, dark)), hues, hues)


@given(st.sampled_from([LIGHT, DARK]), st.lists(labels, min_size=1, max_size=3), st.sampled_from([1.0, CHOSEN]))
def test_whatever_colours_a_person_gives_to_labels_text_is_readable_above_them(
    theme: Theme, chosen: list[Label], strength: float
) -> None:
    assert contrast(theme.ink, over(theme, *(theme.fill(label, strength) for label in chosen))) >= READABLE
    for label in chosen:
        for ground in (theme.panel, theme.desk, theme.paper):
            fill = theme.fill(label, strength)
            shown = mixed(ground, fill.name(), fill.alphaF())
            assert contrast(theme.name(label, strength).name(), shown) >= READABLE


def eyes(colour: str) -> dict[str, Vector]:
    """The colour in CIE Lab, as each kind of eye sees it."""
    light = linear(colour)
    return {"normal": lab(light), **{eye: lab(seen(matrix, light)) for eye, matrix in MACHADO.items()}}


@BOTH
def test_fills_selection_and_hits_are_told_apart_by_every_eye(theme: Theme) -> None:
    grounds = {label.name: over(theme, theme.fill(label)) for label in LABELS}
    grounds |= {"paper": theme.paper, "selection": selected(theme, theme.paper), "hit": theme.hit}
    near = [
        (one, other, eye, round(distance, 1))
        for one, other in itertools.combinations(grounds, 2)
        for eye, place in eyes(grounds[one]).items()
        if (distance := math.dist(place, eyes(grounds[other])[eye])) < APART
    ]
    assert near == []


@BOTH
def test_a_hit_leaves_text_readable(theme: Theme) -> None:
    for text in (theme.ink, theme.dim, theme.accent):
        assert contrast(text, theme.hit) >= READABLE


@given(hues, hues, st.floats(0, 1))
def test_colours_are_mixed_as_qt_paints_them(ground: str, colour: str, opacity: float) -> None:
    image = QImage(1, 1, QImage.Format.Format_RGB32)
    image.fill(QColor(ground))
    above = QColor(colour)
    above.setAlphaF(opacity)
    painter = QPainter(image)
    painter.fillRect(image.rect(), above)
    painter.end()
    painted, reckoned = QColor(image.pixel(0, 0)), QColor(mixed(ground, colour, opacity))
    for part in ("red", "green", "blue"):
        assert abs(getattr(painted, part)() - getattr(reckoned, part)()) <= 2


@BOTH
def test_placeholders_and_what_is_disabled_can_be_read(theme: Theme) -> None:
    placeholder = app.palette(theme).color(QPalette.ColorRole.PlaceholderText).name()
    assert contrast(placeholder, theme.paper) >= READABLE
    assert contrast(theme.faint, theme.desk) >= READABLE  # in a dialog, what is disabled has no ground of its own
    rules = [rule for rule in style_sheet(theme).split("}") if ":disabled" in rule and "::" not in rule]
    assert rules
    for rule in rules:
        assert theme.faint in rule
        assert theme.rule not in rule.split("border-color")[0], "faint text stands on paper"


@BOTH
def test_the_program_may_lie_in_a_folder_of_any_name(
    theme: Theme, qapp: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, qtlog: Any
) -> None:
    quote = "'" if sys.platform == "win32" else '"'  # which Windows has in no name
    folder = tmp_path / f"O'Brien (a {quote}copy{quote}) of $mine; برنامج"
    shutil.copytree(resource("icons"), folder / "icons")
    monkeypatch.setattr("annotator.ui.widgets.theme.resource", folder.joinpath)
    combo = QComboBox()
    combo.setStyleSheet("QComboBox::drop-down { width: 30px; border: none; }" + style_sheet(theme))
    combo.resize(200, 40)
    with_arrow = combo.grab().toImage()
    assert [record.message for record in qtlog.records] == []
    (folder / "icons" / f"down-{'dark' if theme.dark else 'light'}.svg").unlink()
    QPixmapCache.clear()
    other = QComboBox()
    other.setStyleSheet(combo.styleSheet())
    other.resize(200, 40)
    assert with_arrow != other.grab().toImage()
