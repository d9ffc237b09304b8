"""The palettes: text is readable on every background, and colours are distinguishable with any colour vision.

The numbers are those of WCAG 2.2 (4.5 for text, 1.4.3; 3 for signs, 1.4.11) and of Machado, Oliveira, Fernandes 2009.
"""

import itertools
import math
import re
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

from annotator.model.colours import MIN_CONTRAST, contrast_ratio
from annotator.model.labels import Colour, Label, default_labels
from annotator.resources import resource_path
from annotator.ui.widgets.theme import DARK, LIGHT, Theme, blend, make_palette, style_sheet

BOTH: Final = pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
SIGN: Final = 3.0
SELECTED_STRENGTH: Final = 1.7  # strength of the fill of a selected span
SELECTION: Final = 0.85  # opacity of the selection
ROW: Final = (0.6, 0.9, 1.2)  # fill strength of a label's row: normal, hovered, pressed
APART: Final = 6.0
"""CIE76 distance of two fills. About 2 is just visible side by side; their lines and captions differ much more."""
LABELS: Final = default_labels().labels


def blend_fills(theme: Theme, *fills: QColor) -> str:
    """Blend fills over the paper, the first one lowest."""
    ground = theme.paper
    for fill in fills:
        ground = blend(ground, fill.name(), fill.alphaF())
    return ground


def blend_selection(theme: Theme, ground: str) -> str:
    return blend(ground, theme.selection, SELECTION)


@BOTH
@pytest.mark.parametrize("text", ["ink", "dim", "faint"])
def test_text_is_readable_on_every_background(theme: Theme, text: str) -> None:
    for ground in ("window", "panel", "paper"):
        assert contrast_ratio(getattr(theme, text), getattr(theme, ground)) >= MIN_CONTRAST, ground


@BOTH
@pytest.mark.parametrize("text", ["accent", "warning", "dim", "ink"])
def test_coloured_text_is_readable_on_highlighted_rows_too(theme: Theme, text: str) -> None:
    for ground in ("window", "panel", "paper", "highlight"):
        assert contrast_ratio(getattr(theme, text), getattr(theme, ground)) >= MIN_CONTRAST, ground


@BOTH
def test_text_on_the_accent_colour_and_in_tooltips_is_readable(theme: Theme) -> None:
    assert contrast_ratio(theme.accent_ink, theme.accent) >= MIN_CONTRAST
    assert contrast_ratio(theme.paper, theme.ink) >= MIN_CONTRAST


@BOTH
def test_text_is_readable_on_any_three_overlapping_spans_selected_or_not(theme: Theme) -> None:
    strengths = itertools.product((1.0, SELECTED_STRENGTH), repeat=3)
    for labels, firm in itertools.product(itertools.product(LABELS, repeat=3), strengths):
        fills = [theme.fill_colour(label, strength) for label, strength in zip(labels, firm, strict=True)]
        for depth in (1, 2, 3):
            ground = blend_fills(theme, *fills[:depth])
            assert contrast_ratio(theme.ink, ground) >= MIN_CONTRAST
            assert contrast_ratio(theme.ink, blend_selection(theme, ground)) >= MIN_CONTRAST


@BOTH
@pytest.mark.parametrize("text", ["dim", "accent"])
def test_dateline_and_boilerplate_are_readable_on_spans_and_selections(theme: Theme, text: str) -> None:
    for label, strength in itertools.product(LABELS, (1.0, SELECTED_STRENGTH)):
        assert (
            contrast_ratio(getattr(theme, text), blend_fills(theme, theme.fill_colour(label, strength))) >= MIN_CONTRAST
        )
    assert contrast_ratio(getattr(theme, text), blend_selection(theme, theme.paper)) >= MIN_CONTRAST


@BOTH
@pytest.mark.parametrize("label", LABELS, ids=lambda label: label.name)
def test_titles_of_the_default_labels_are_readable(theme: Theme, label: Label) -> None:
    assert contrast_ratio(theme.line_colour(label).name(), theme.paper) >= MIN_CONTRAST, "beneath a span"
    assert contrast_ratio(theme.line_colour(label).name(), theme.panel) >= MIN_CONTRAST
    for strength in ROW:
        ground = blend(
            theme.panel, theme.fill_colour(label, strength).name(), theme.fill_colour(label, strength).alphaF()
        )
        assert contrast_ratio(theme.name_colour(label, strength).name(), ground) >= MIN_CONTRAST, "in its row"
        assert contrast_ratio(theme.dim, ground) >= MIN_CONTRAST, "the count in the row"


@BOTH
def test_symbols_have_enough_contrast(theme: Theme) -> None:
    for sign, ground in itertools.product(("accent", "warning", "faint"), ("panel", "paper", "highlight")):
        assert contrast_ratio(getattr(theme, sign), getattr(theme, ground)) >= SIGN, (sign, ground)
    for label in LABELS:
        assert contrast_ratio(theme.line_colour(label).name(), theme.highlight) >= SIGN, (
            "the dot of a selected span in the list"
        )


hues = st.from_regex(r"#[0-9a-f]{6}", fullmatch=True)
labels = st.builds(lambda light, dark: Label("X", {}, Colour(light, dark)), hues, hues)


@given(
    st.sampled_from([LIGHT, DARK]), st.lists(labels, min_size=1, max_size=3), st.sampled_from([1.0, SELECTED_STRENGTH])
)
def test_text_is_readable_on_labels_of_any_colour(theme: Theme, labels: list[Label], strength: float) -> None:
    assert (
        contrast_ratio(theme.ink, blend_fills(theme, *(theme.fill_colour(label, strength) for label in labels)))
        >= MIN_CONTRAST
    )
    for label in labels:
        for ground in (theme.panel, theme.window, theme.paper):
            fill = theme.fill_colour(label, strength)
            background = blend(ground, fill.name(), fill.alphaF())
            assert contrast_ratio(theme.name_colour(label, strength).name(), background) >= MIN_CONTRAST


@given(st.sampled_from([LIGHT, DARK]), labels)
def test_captions_of_labels_of_any_colour_are_readable(theme: Theme, label: Label) -> None:
    assert contrast_ratio(theme.caption_colour(label).name(), theme.paper) >= MIN_CONTRAST


def perceived_colours(colour: str) -> dict[str, Vector]:
    """Return the colour in CIE Lab as perceived with each kind of colour vision."""
    light = linear(colour)
    return {"normal": lab(light), **{eye: lab(seen(matrix, light)) for eye, matrix in MACHADO.items()}}


@BOTH
def test_fills_selection_and_hits_are_distinguishable_with_any_colour_vision(theme: Theme) -> None:
    grounds = {label.name: blend_fills(theme, theme.fill_colour(label)) for label in LABELS}
    grounds |= {"paper": theme.paper, "selection": blend_selection(theme, theme.paper), "hit": theme.hit}
    too_close = [
        (first, second, eye, round(distance, 1))
        for first, second in itertools.combinations(grounds, 2)
        for eye, lab_colour in perceived_colours(grounds[first]).items()
        if (distance := math.dist(lab_colour, perceived_colours(grounds[second])[eye])) < APART
    ]
    assert too_close == []


@BOTH
def test_text_is_readable_on_search_hits(theme: Theme) -> None:
    for text in (theme.ink, theme.dim, theme.accent):
        assert contrast_ratio(text, theme.hit) >= MIN_CONTRAST


@given(hues, hues, st.floats(0, 1))
def test_blend_agrees_with_qt(ground: str, colour: str, opacity: float) -> None:
    image = QImage(1, 1, QImage.Format.Format_RGB32)
    image.fill(QColor(ground))
    above = QColor(colour)
    above.setAlphaF(opacity)
    painter = QPainter(image)
    painter.fillRect(image.rect(), above)
    painter.end()
    painted, computed = QColor(image.pixel(0, 0)), QColor(blend(ground, colour, opacity))
    for component in ("red", "green", "blue"):
        assert abs(getattr(painted, component)() - getattr(computed, component)()) <= 2


@BOTH
def test_placeholders_and_disabled_text_are_readable(theme: Theme) -> None:
    placeholder = make_palette(theme).color(QPalette.ColorRole.PlaceholderText).name()
    assert contrast_ratio(placeholder, theme.paper) >= MIN_CONTRAST
    assert contrast_ratio(theme.faint, theme.window) >= MIN_CONTRAST  # in a dialog, disabled widgets have no background
    rules = [rule for rule in style_sheet(theme).split("}") if ":disabled" in rule and "::" not in rule]
    assert rules
    for rule in rules:
        assert theme.faint in rule
        assert theme.rule not in rule.split("border-color")[0], "faint text stands on paper"


@BOTH
def test_the_style_sheet_finds_its_images_in_a_folder_of_any_name(
    theme: Theme, qapp: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, qtlog: Any
) -> None:
    quote = "'" if sys.platform == "win32" else '"'  # Windows forbids the other in names
    folder = tmp_path / f"O'Brien (a {quote}copy{quote}) of $mine; برنامج"
    shutil.copytree(resource_path("icons"), folder / "icons")
    monkeypatch.setattr("annotator.ui.widgets.theme.resource_path", folder.joinpath)
    combo = QComboBox()
    combo.setStyleSheet("QComboBox::drop-down { width: 30px; border: none; }" + style_sheet(theme))
    combo.resize(200, 40)
    with_arrow = combo.grab().toImage()
    assert [record.message for record in qtlog.records] == []
    (folder / "icons" / f"down-{'dark' if theme.is_dark else 'light'}.svg").unlink()
    QPixmapCache.clear()
    other = QComboBox()
    other.setStyleSheet(combo.styleSheet())
    other.resize(200, 40)
    assert with_arrow != other.grab().toImage()


def test_no_state_of_a_widget_has_a_font_of_its_own() -> None:
    """Qt makes buttons as wide as their text in the plain state: bold text of a default one was cut."""
    rules = re.findall(r"([^{}]+){([^{}]*)}", style_sheet(LIGHT))
    assert len(rules) > 40
    assert [names for names, style in rules if re.search(r"(?<!:):\w", names) and "font" in style] == []


@BOTH
def test_frame_of_a_control_is_visible_on_every_background(theme: Theme) -> None:
    for ground in ("window", "panel", "paper", "highlight"):
        assert contrast_ratio(theme.edge, getattr(theme, ground)) >= SIGN, ground
    assert contrast_ratio(theme.accent_ink, theme.accent) >= MIN_CONTRAST
    assert contrast_ratio(theme.ink, theme.hit) >= MIN_CONTRAST
