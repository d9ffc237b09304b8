"""Readable colours."""

import colorsys

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from model.test_labels import PAPER, READABLE
from model.test_labels import contrast as expected_contrast

from annotator.model.colours import PALETTE, contrast_ratio, ensure_contrast, next_palette_colour
from annotator.model.labels import Colour, Label, LabelSet

colours = st.from_regex(r"#[0-9a-f]{6}", fullmatch=True)
papers = st.sampled_from([*PAPER.values(), "#ffffff", "#000000", "#767676", "#777777"])


def hls(colour: str) -> tuple[float, float, float]:
    return colorsys.rgb_to_hls(*(part / 255 for part in bytes.fromhex(colour[1:])))


@given(colours, colours)
def test_contrast_is_that_of_wcag(first: str, second: str) -> None:
    assert (
        contrast_ratio(first, second)
        == contrast_ratio(second, first)
        == pytest.approx(expected_contrast(first, second), rel=1e-3)
    )
    assert 1 <= contrast_ratio(first, second) <= 21.01


@example("#007aad", "#000000")
@given(colours, papers)
def test_shade_is_the_nearest_with_enough_contrast(colour: str, paper: str) -> None:
    readable = ensure_contrast(colour, paper)
    assert contrast_ratio(readable, paper) >= READABLE
    if contrast_ratio(colour, paper) >= READABLE:
        assert readable == colour
        return
    hue, lightness, saturation = hls(colour)
    distance = hls(readable)[1] - lightness
    for part in (0.0, 0.25, 0.5, 0.75):
        nearer_lightness = lightness + part * distance
        shade = "#" + "".join(
            f"{round(part * 255):02x}" for part in colorsys.hls_to_rgb(hue, nearer_lightness, saturation)
        )
        is_rounding = all(
            abs(first - second) <= 1
            for first, second in zip(*map(bytes.fromhex, (shade[1:], readable[1:])), strict=True)
        )
        assert contrast_ratio(shade, paper) < READABLE or is_rounding  # channels are not rounded at the same lightness


@pytest.mark.parametrize(("paper", "darker"), [(PAPER["light"], True), (PAPER["dark"], False)])
def test_shade_keeps_its_hue(paper: str, darker: bool) -> None:
    for colour in ("#d4a017", "#7f9fbf", "#c05080"):
        if contrast_ratio(colour, paper) < READABLE:
            shade = ensure_contrast(colour, paper)
            assert hls(shade)[0] == pytest.approx(hls(colour)[0], abs=0.01)
            assert (hls(shade)[1] < hls(colour)[1]) is darker


def test_next_palette_colour_is_the_first_unused_and_then_the_least_used() -> None:
    labels: list[Label] = []
    for colour in (*PALETTE, *PALETTE):
        next_colour = next_palette_colour(LabelSet(tuple(labels)))
        assert next_colour == colour
        labels.append(Label(f"L{len(labels)}", {}, next_colour))
    assert next_palette_colour(LabelSet((Label("X", {}, Colour("#000000", "#ffffff")),))) == PALETTE[0]
