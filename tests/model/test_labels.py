"""Label sets: the default one, every fault that a file can have, and lookups."""

import itertools
import json
import math
import os
import tracemalloc
from pathlib import Path
from typing import Final, TypeAlias

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import PIECES

from annotator import i18n
from annotator.model.colours import PALETTE
from annotator.model.labels import (
    Colour,
    Fault,
    InvalidLabelSet,
    Label,
    LabelSet,
    check_labels,
    decode,
    encode,
    find_faults,
    normalise_key,
    read_label_set,
)
from annotator.model.reasons import Code, Reason
from annotator.model.records import Refusal
from annotator.resources import resource_path

PAPER: Final = {"light": "#fffdf8", "dark": "#25292d"}
READABLE = 4.5
"""The contrast that WCAG 2.2 requires of text (1.4.3, level AA), for a label's name in its colour."""
MIN_DISTANCE = 30.0
"""CIE76 distance. About 2 is just visible side by side; separate thin lines need many times that."""
MIN_PALETTE_DISTANCE = 16.0
"""The distance that remains if eight colours share the shades that contrast with the paper."""

Vector: TypeAlias = tuple[float, float, float]
Matrix: TypeAlias = tuple[Vector, Vector, Vector]

# Machado, Oliveira, Fernandes 2009, severity 1.0; on linear sRGB.
MACHADO: Final[dict[str, Matrix]] = {
    "protan": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "deutan": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)),
    "tritan": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.303900)),
}
# Viénot, Brettel, Mollon 1999, derived anew for linear sRGB by DaltonLens.
VIENOT: Final[dict[str, Matrix]] = {
    "protan": ((0.11238, 0.88762, 0.0), (0.11238, 0.88762, 0.0), (0.00401, -0.00401, 1.0)),
    "deutan": ((0.29275, 0.70725, 0.0), (0.29275, 0.70725, 0.0), (-0.02234, 0.02234, 1.0)),
}
# Brettel, Viénot, Mollon 1997 for tritanopia, which one plane does not model well: the normal of the plane that
# parts the two half spaces, and the projection in each (DaltonLens).
TRITAN_NORMAL: Final[Vector] = (0.03901, -0.02788, -0.01113)
TRITAN_ABOVE: Final[Matrix] = (
    (1.01277, 0.13548, -0.14826),
    (-0.01243, 0.86812, 0.14431),
    (0.07589, 0.80500, 0.11911),
)
TRITAN_BELOW: Final[Matrix] = (
    (0.93678, 0.18979, -0.12657),
    (0.06154, 0.81526, 0.12320),
    (-0.37562, 1.12767, 0.24796),
)


def linear(colour: str) -> Vector:
    """Convert `#rrggbb` to linear light, 0 to 1 (IEC 61966-2-1)."""
    red, green, blue = (int(colour[index : index + 2], 16) / 255 for index in (1, 3, 5))
    return _linear(red), _linear(green), _linear(blue)


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4


def dot(first: Vector, second: Vector) -> float:
    return sum(a * b for a, b in zip(first, second, strict=True))


def seen(matrix: Matrix, colour: Vector) -> Vector:
    red, green, blue = (min(1.0, max(0.0, dot(row, colour))) for row in matrix)
    return red, green, blue


def perceived_colours(colour: str) -> dict[str, Vector]:
    """Return the linear colour as each type of colour vision perceives it."""
    light = linear(colour)
    brettel = TRITAN_ABOVE if dot(TRITAN_NORMAL, light) >= 0 else TRITAN_BELOW
    return {
        "normal": light,
        **{f"{kind} (Machado 2009)": seen(matrix, light) for kind, matrix in MACHADO.items()},
        **{f"{kind} (Viénot 1999)": seen(matrix, light) for kind, matrix in VIENOT.items()},
        "tritan (Brettel 1997)": seen(brettel, light),
    }


def lab(light: Vector) -> Vector:
    """Convert a linear sRGB colour to CIE Lab, D65."""
    x = dot((0.4124564, 0.3575761, 0.1804375), light) / 0.95047
    y = dot((0.2126729, 0.7151522, 0.0721750), light)
    z = dot((0.0193339, 0.1191920, 0.9503041), light) / 1.08883
    fx, fy, fz = (t ** (1 / 3) if t > 216 / 24389 else (24389 / 27 * t + 16) / 116 for t in (x, y, z))
    return 116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)


def contrast(first: str, second: str) -> float:
    """Return the contrast ratio of WCAG, 1 to 21."""
    dark, bright = sorted(dot((0.2126, 0.7152, 0.0722), linear(colour)) for colour in (first, second))
    return (bright + 0.05) / (dark + 0.05)


def too_similar(colours: list[str], min_distance: float = MIN_DISTANCE) -> list[tuple[str, str, str, float]]:
    """Return the pairs of colours that are hard to distinguish, with the type of colour vision."""
    return [
        (vision, first, second, round(distance, 1))
        for first, second in itertools.combinations(colours, 2)
        for vision, light in perceived_colours(first).items()
        if (distance := math.dist(lab(light), lab(perceived_colours(second)[vision]))) < min_distance
    ]


def default() -> LabelSet:
    return decode(resource_path("labels", "default.toml").read_bytes(), "default.toml")


def test_default_set_has_the_three_labels_in_order() -> None:
    assert [(label.name, label.key) for label in default().labels] == [
        ("DATE", "1"),
        ("INSTITUTION", "2"),
        ("PLAN", "3"),
    ]
    assert [label.title["ar"] for label in default().labels] == ["تاريخ", "مؤسسة", "خطة"]


def test_default_labels_have_texts_in_every_language() -> None:
    for label in default().labels:
        assert set(label.title) == set(label.guideline) == set(i18n.LANGUAGES)
        assert all(text.strip() for text in label.title.values())


def test_guideline_is_plain_text_in_three_parts_that_agree_across_languages() -> None:
    for label in default().labels:
        shapes = set()
        for text in label.guideline.values():
            assert text == text.strip()
            paragraphs = text.split("\n\n")
            assert len(paragraphs) == 3, "what it is, what it takes in, what it leaves out"
            assert "- " not in paragraphs[0]
            assert all(line.startswith("- ") for part in paragraphs[1:] for line in part.split("\n")[1:])
            assert not set("*_#`<>") & set(text), "no markup"
            shapes.add(tuple(part.count("\n- ") for part in paragraphs))
        assert len(shapes) == 1, "the same points in each language"


@pytest.mark.parametrize(
    ("name", "examples"),
    [
        ("DATE", ["2023/2030", "اليوم", "24 و27 دجنبر 2024", "مونديال 2030", "عاجل"]),
        ("INSTITUTION", ["الرئاسة الفلسطينية", "البوليساريو", "المكتب السياسي", "مجلة تايم", "عاجل"]),
        ("PLAN", ["وبرنامج تيسير", "المبادرة الوطنية للتنمية البشرية", "أجندة 2063", "2024/2025", "عاجل"]),
    ],
)
def test_guideline_has_its_examples_in_every_language(name: str, examples: list[str]) -> None:
    label = default().find(name)
    assert label
    for text in label.guideline.values():
        assert [example for example in examples if example not in text] == []


@pytest.mark.parametrize("paper", PAPER)
def test_default_labels_are_readable_on_their_paper(paper: str) -> None:
    for label in default().labels:
        assert contrast(getattr(label.colour, paper), PAPER[paper]) >= READABLE, label.name


@pytest.mark.parametrize("paper", PAPER)
def test_colour_blind_readers_can_distinguish_the_default_labels(paper: str) -> None:
    assert too_similar([getattr(label.colour, paper) for label in default().labels]) == []


@pytest.mark.parametrize("paper", PAPER)
def test_palette_colours_are_readable_and_distinguishable(paper: str) -> None:
    palette = [getattr(colour, paper) for colour in PALETTE]
    assert all(contrast(colour, PAPER[paper]) >= READABLE for colour in palette)
    assert too_similar(palette, MIN_PALETTE_DISTANCE) == []
    assert [label.colour for label in default().labels] == list(PALETTE[:3])


def test_similarity_finds_colours_known_to_be_confused() -> None:
    confused = {vision.split()[0] for vision, *_others in too_similar(["#c00000", "#707000"])}
    assert {"protan", "deutan"} <= confused
    # Blue beside green, which the first sketch of the window had, is lost on a tritanope alone.
    assert {vision.split()[0] for vision, *_others in too_similar(["#2a66b0", "#2c8a57"])} >= {"tritan"}


def test_colour_computations_agree_with_reference_values() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)
    assert lab(linear("#ffffff")) == pytest.approx((100, 0, 0), abs=0.02)
    assert lab(linear("#ff0000")) == pytest.approx((53.24, 80.09, 67.20), abs=0.02)
    for matrix in (*MACHADO.values(), *VIENOT.values(), TRITAN_ABOVE, TRITAN_BELOW):
        assert [sum(row) for row in matrix] == pytest.approx([1, 1, 1], abs=1e-4), "grey stays grey"


def toml(**changes: object) -> bytes:
    """Return a set of one label that is valid except for the changes; None leaves a field out."""
    fields: dict[str, object] = {
        "name": "DATE",
        "key": "1",
        "colour": {"light": "#8f6a0a", "dark": "#ecc04c"},
        "title": {"ar": "تاريخ", "fr": "Date", "en": "Date"},
        **changes,
    }
    return to_toml({name: value for name, value in fields.items() if value is not None})


def to_toml(label: dict[str, object]) -> bytes:
    """Return one `[[label]]` in TOML, with strings as in JSON."""
    lines = ["[[label]]"]
    for name, value in label.items():
        if isinstance(value, dict):
            inner = ", ".join(f"{key} = {json.dumps(text, ensure_ascii=False)}" for key, text in value.items())
            lines.append(f"{name} = {{ {inner} }}")
        else:
            lines.append(f"{name} = {json.dumps(value, ensure_ascii=False)}")
    return ("\n".join(lines) + "\n").encode()


def refusal(data: bytes) -> Refusal:
    with pytest.raises(InvalidLabelSet) as caught:
        decode(data, "my.toml")
    assert caught.value.refusal.path == "my.toml"
    assert str(caught.value) == caught.value.refusal.reason
    return caught.value.refusal


def test_key_and_guideline_are_optional() -> None:
    (label,) = decode(toml(key=None)).labels
    assert label.key is None
    assert label.localised_guideline() == ""


def test_labels_without_keys_do_not_conflict() -> None:
    assert len(decode(toml(key=None) + toml(name="PLAN", key=None)).labels) == 2


def test_toml_error_is_reported_with_its_line() -> None:
    toml_refusal = refusal(b'[[label]]\nname = "DATE"\nname = = 1\n')
    assert toml_refusal.line == 3
    assert "invalid label set" in toml_refusal.reason


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", "label"),
        (b"\xff\xfe", "invalid label set"),
        (b"[[labels]]\n", "labels"),
        (b"label = []\n", "has no labels"),
        (toml() + b'[colours]\nlight = "#000000"\n', "colours"),
        (toml(colour=None), "colour"),
        (toml(title=None), "title"),
        (toml(colour={"light": "#8f6a0a"}), "dark"),
        (toml(key=1), "key"),
        (toml(title="Date"), "title"),
        (toml(name=""), "is not a valid label name"),
        (toml(name="A DATE"), "“A DATE” is not a valid label name"),
        (toml(name="_DATE"), "“_DATE” is not a valid label name"),
        (toml(name="-DATE"), "“-DATE” is not a valid label name"),
        (toml(name="B\tDATE"), "is not a valid label name"),
        (toml(name="DATE\n"), "is not a valid label name"),
        (toml(colour={"light": "8f6a0a", "dark": "#ecc04c"}), "“8f6a0a” of DATE is not of the form #rrggbb"),
        (toml(colour={"light": "#8f6a0a", "dark": "#ecc"}), "“#ecc” of DATE"),
        (toml(colour={"light": "#8f6a0a", "dark": "#ecc04c "}), "“#ecc04c ” of DATE"),
        (toml(colour={"light": "amber", "dark": "#ecc04c"}), "“amber” of DATE"),
        (toml(key="12"), "“12” of DATE is not a single visible character"),
        (toml(key=""), "“” of DATE is not a single visible character"),
        (toml(key=" "), "is not a single visible character"),
        (toml(key="\u200f"), "is not a single visible character"),
        (toml() + toml(key="2"), "two labels are named DATE"),
        (toml() + toml(name="PLAN"), "two labels have the key 1"),
        (toml(key="١") + toml(name="PLAN", key="1"), "two labels have the key ١"),
        (toml(key="q") + toml(name="PLAN", key="Q"), "two labels have the key q"),
    ],
)
def test_every_fault_is_reported(data: bytes, expected: str) -> None:
    assert expected in refusal(data).reason


@pytest.mark.parametrize("name", ["DATE", "date", "B-DATE", "تاريخ", "L2", "MISC_1"])
def test_valid_names_are_accepted(name: str) -> None:
    assert decode(toml(name=name)).find(name) is not None


def test_localised_texts_are_in_the_current_language() -> None:
    label = Label("DATE", {"ar": "تاريخ", "en": "Date"}, Colour("#000000", "#ffffff"), guideline={"en": "A day."})
    i18n.set_language("en")
    assert (label.localised_title(), label.localised_guideline()) == ("Date", "A day.")


def test_missing_language_falls_back_to_arabic_and_then_to_the_name() -> None:
    colour = Colour("#000000", "#ffffff")
    i18n.set_language("en")
    assert Label("DATE", {"ar": "تاريخ"}, colour, guideline={"ar": "يوم"}).localised_title() == "تاريخ"
    assert Label("DATE", {"ar": "تاريخ"}, colour, guideline={"ar": "يوم"}).localised_guideline() == "يوم"
    assert Label("DATE", {"fr": "Date"}, colour).localised_title() == "DATE"


names = st.from_regex(r"[A-Za-zء-ي0-9][A-Za-zء-ي0-9_-]{0,8}", fullmatch=True)
keys = st.characters(codec="utf-8", categories=("Ll", "Lo", "Nd"))
_awkward = (*PIECES, '"', '"""', "\\", "\\n", "\x7f", "\r", "\b")
anything = st.lists(st.sampled_from(_awkward) | st.characters(codec="utf-8"), max_size=8).map("".join)
texts_by_language = st.dictionaries(st.sampled_from(["ar", "fr", "en"]) | anything, anything, max_size=3)
hues = st.from_regex(r"#[0-9a-f]{6}", fullmatch=True)


@st.composite
def label_sets(draw: st.DrawFn) -> LabelSet:
    label_names = draw(st.lists(names, min_size=1, max_size=6, unique=True))
    label_keys = draw(st.lists(keys, min_size=len(label_names), max_size=len(label_names), unique_by=normalise_key))
    return LabelSet(
        tuple(
            Label(
                name,
                draw(texts_by_language),
                Colour(draw(hues), draw(hues)),
                draw(st.sampled_from([key, None])),
                draw(texts_by_language),
            )
            for name, key in zip(label_names, label_keys, strict=True)
        )
    )


@given(label_sets())
def test_label_set_round_trips(labels: LabelSet) -> None:
    assert decode(encode(labels)) == labels


def test_default_set_round_trips() -> None:
    assert decode(encode(default())) == default()
    assert encode(default()).count(b"\n- "), "a guideline is written in its lines"


def test_fault_has_the_index_of_its_label_and_the_field() -> None:
    good = Label("DATE", {}, Colour("#8f6a0a", "#ecc04c"), "1")
    bad = Label("A B", {}, Colour("#8f6a0", "#ecc04"), "12")
    assert [(fault.index, fault.field) for fault in find_faults(LabelSet((good, bad)))] == [
        (1, "name"),
        (1, "light"),
        (1, "dark"),
        (1, "key"),
    ]
    faults = list(find_faults(LabelSet((good, good))))
    assert [(fault.index, fault.field) for fault in faults] == [(0, "name"), (0, "key"), (1, "name"), (1, "key")]
    assert list(find_faults(LabelSet((good,)))) == []
    assert list(find_faults(LabelSet(()))) == [Fault(0, "name", Reason(Code.NO_LABELS, "the label set has no labels"))]


def test_caller_may_decide_which_keys_are_the_same() -> None:
    first, second = (Label(name, {}, Colour("#8f6a0a", "#ecc04c"), key) for name, key in (("A", "q"), ("B", "ض")))
    assert list(find_faults(LabelSet((first, second)))) == []
    assert {fault.field for fault in find_faults(LabelSet((first, second)), lambda _key: "Q")} == {"key"}


@given(label_sets())
def test_label_set_without_faults_passes_the_check(labels: LabelSet) -> None:
    assert list(find_faults(labels)) == []
    check_labels(labels)


@given(label_sets(), names)
def test_find_and_rank_agree_with_the_order(labels: LabelSet, name: str) -> None:
    order = labels.labels
    assert [labels.find(label.name) for label in order] == list(order)
    assert [labels.rank(label.name) for label in order] == list(range(len(order)))
    if name not in {label.name for label in order}:
        assert labels.find(name) is None
        assert labels.rank(name) == len(order)


def test_no_more_of_a_file_is_read_than_a_label_set_may_have(tmp_path: Path) -> None:
    """As of a device, which has no end."""
    (tmp_path / "labels.toml").touch()
    os.truncate(tmp_path / "labels.toml", 300_000_000)
    tracemalloc.start()
    try:
        with pytest.raises(InvalidLabelSet) as invalid:
            read_label_set(tmp_path / "labels.toml")
        _size, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert invalid.value.refusal.code == Code.FILE_TOO_LARGE
    assert peak < 50_000_000
