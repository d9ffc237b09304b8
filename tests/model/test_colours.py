"""Colours that can be read."""

import colorsys

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from model.test_labels import PAPER, READABLE
from model.test_labels import contrast as measured

from annotator.model.colours import READY, contrast, next_ready, readable
from annotator.model.labels import Colour, Label, LabelSet

colours = st.from_regex(r"#[0-9a-f]{6}", fullmatch=True)
papers = st.sampled_from([*PAPER.values(), "#ffffff", "#000000", "#767676", "#777777"])


def hls(colour: str) -> tuple[float, float, float]:
    return colorsys.rgb_to_hls(*(part / 255 for part in bytes.fromhex(colour[1:])))


@given(colours, colours)
def test_contrast_is_that_of_wcag(one: str, other: str) -> None:
    assert contrast(one, other) == contrast(other, one) == pytest.approx(measured(one, other), rel=1e-3)
    assert 1 <= contrast(one, other) <= 21.01


@example("#007aad", "#000000")
@given(colours, papers)
def test_a_readable_shade_passes_and_no_nearer_one_does(colour: str, paper: str) -> None:
    found = readable(colour, paper)
    assert contrast(found, paper) >= READABLE
    if contrast(colour, paper) >= READABLE:
        assert found == colour
        return
    hue, lightness, saturation = hls(colour)
    way = hls(found)[1] - lightness
    for part in (0.0, 0.25, 0.5, 0.75):
        before = lightness + part * way
        shade = "#" + "".join(f"{round(part * 255):02x}" for part in colorsys.hls_to_rgb(hue, before, saturation))
        near = all(
            abs(one - other) <= 1 for one, other in zip(*map(bytes.fromhex, (shade[1:], found[1:])), strict=True)
        )
        assert contrast(shade, paper) < READABLE or near  # channels are not rounded at the same lightness


@pytest.mark.parametrize(("paper", "darker"), [(PAPER["light"], True), (PAPER["dark"], False)])
def test_a_readable_shade_keeps_its_hue(paper: str, darker: bool) -> None:
    for colour in ("#d4a017", "#7f9fbf", "#c05080"):
        if contrast(colour, paper) < READABLE:
            found = readable(colour, paper)
            assert hls(found)[0] == pytest.approx(hls(colour)[0], abs=0.01)
            assert (hls(found)[1] < hls(colour)[1]) is darker


def test_a_new_label_gets_the_first_colour_that_is_free_and_then_the_least_used() -> None:
    labels: list[Label] = []
    for colour in (*READY, *READY):
        found = next_ready(LabelSet(tuple(labels)))
        assert found == colour
        labels.append(Label(f"L{len(labels)}", {}, found))
    assert next_ready(LabelSet((Label("X", {}, Colour("#000000", "#ffffff")),))) == READY[0]
