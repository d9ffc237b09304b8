"""Label sets: the default one, every fault that a file can have, and looking labels up."""

import itertools
import json
import math
from typing import Final, TypeAlias

import pytest
from hypothesis import given
from hypothesis import strategies as st
from text.texts import PIECES

from annotator import i18n
from annotator.model.colours import READY
from annotator.model.labels import BadLabelSet, Colour, Fault, Label, LabelSet, check, decode, encode, faults, same_key
from annotator.model.records import Refusal
from annotator.resources import resource

PAPER: Final = {"light": "#fffdf8", "dark": "#25292d"}
READABLE = 4.5
"""The contrast that WCAG 2.2 asks of text (1.4.3, level AA): a label's name is written in its colour."""
APART = 30.0
"""CIE76 distance. About 2 can just be seen side by side; thin lines that stand apart need many times that."""
STILL_APART = 16.0
"""What is left of it where eight colours have to share the shades that contrast with the paper."""

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
    """`#rrggbb` in linear light, 0 to 1 (IEC 61966-2-1)."""
    red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return _linear(red), _linear(green), _linear(blue)


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4


def dot(left: Vector, right: Vector) -> float:
    return sum(a * b for a, b in zip(left, right, strict=True))


def seen(matrix: Matrix, colour: Vector) -> Vector:
    red, green, blue = (min(1.0, max(0.0, dot(row, colour))) for row in matrix)
    return red, green, blue


def visions(colour: str) -> dict[str, Vector]:
    """The linear colour as each kind of eye sees it."""
    light = linear(colour)
    brettel = TRITAN_ABOVE if dot(TRITAN_NORMAL, light) >= 0 else TRITAN_BELOW
    return {
        "normal": light,
        **{f"{kind} (Machado 2009)": seen(matrix, light) for kind, matrix in MACHADO.items()},
        **{f"{kind} (Viénot 1999)": seen(matrix, light) for kind, matrix in VIENOT.items()},
        "tritan (Brettel 1997)": seen(brettel, light),
    }


def lab(light: Vector) -> Vector:
    """CIE Lab, D65, of a linear sRGB colour."""
    x = dot((0.4124564, 0.3575761, 0.1804375), light) / 0.95047
    y = dot((0.2126729, 0.7151522, 0.0721750), light)
    z = dot((0.0193339, 0.1191920, 0.9503041), light) / 1.08883
    fx, fy, fz = (t ** (1 / 3) if t > 216 / 24389 else (24389 / 27 * t + 16) / 116 for t in (x, y, z))
    return 116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)


def contrast(one: str, other: str) -> float:
    """The contrast ratio of WCAG, 1 to 21."""
    dark, bright = sorted(dot((0.2126, 0.7152, 0.0722), linear(colour)) for colour in (one, other))
    return (bright + 0.05) / (dark + 0.05)


def too_near(colours: list[str], apart: float = APART) -> list[tuple[str, str, str, float]]:
    """Who takes which two colours for one another."""
    return [
        (eye, one, other, round(distance, 1))
        for one, other in itertools.combinations(colours, 2)
        for eye, light in visions(one).items()
        if (distance := math.dist(lab(light), lab(visions(other)[eye]))) < apart
    ]


def default() -> LabelSet:
    return decode(resource("labels", "default.toml").read_bytes(), "default.toml")


def test_the_default_set_holds_the_three_labels_in_their_order() -> None:
    assert [(label.name, label.key) for label in default().labels] == [
        ("DATE", "1"),
        ("INSTITUTION", "2"),
        ("PLAN", "3"),
    ]
    assert [label.title["ar"] for label in default().labels] == ["تاريخ", "مؤسسة", "خطة"]


def test_every_default_label_speaks_every_language() -> None:
    for label in default().labels:
        assert set(label.title) == set(label.guideline) == set(i18n.LANGUAGES)
        assert all(text.strip() for text in label.title.values())


def test_a_guideline_is_short_plain_text_in_three_parts_that_agree() -> None:
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


@pytest.mark.parametrize("paper", PAPER)
def test_a_label_can_be_read_on_its_paper(paper: str) -> None:
    for label in default().labels:
        assert contrast(getattr(label.colour, paper), PAPER[paper]) >= READABLE, label.name


@pytest.mark.parametrize("paper", PAPER)
def test_a_colour_blind_reader_tells_the_labels_apart(paper: str) -> None:
    assert too_near([getattr(label.colour, paper) for label in default().labels]) == []


@pytest.mark.parametrize("paper", PAPER)
def test_the_ready_colours_can_be_read_and_told_apart(paper: str) -> None:
    ready = [getattr(colour, paper) for colour in READY]
    assert all(contrast(colour, PAPER[paper]) >= READABLE for colour in ready)
    assert too_near(ready, STILL_APART) == []
    assert [label.colour for label in default().labels] == list(READY[:3])


def test_the_measure_knows_colours_that_are_taken_for_one_another() -> None:
    confused = {eye.split()[0] for eye, *_rest in too_near(["#c00000", "#707000"])}
    assert {"protan", "deutan"} <= confused
    # Blue beside green, which the first sketch of the window had, is lost on a tritanope alone.
    assert {eye.split()[0] for eye, *_rest in too_near(["#2a66b0", "#2c8a57"])} >= {"tritan"}


def test_the_measure_agrees_with_known_values() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)
    assert lab(linear("#ffffff")) == pytest.approx((100, 0, 0), abs=0.02)
    assert lab(linear("#ff0000")) == pytest.approx((53.24, 80.09, 67.20), abs=0.02)
    for matrix in (*MACHADO.values(), *VIENOT.values(), TRITAN_ABOVE, TRITAN_BELOW):
        assert [sum(row) for row in matrix] == pytest.approx([1, 1, 1], abs=1e-4), "grey stays grey"


def toml(**changes: object) -> bytes:
    """A set of one label that is good but for the changes; None leaves a field out."""
    fields: dict[str, object] = {
        "name": "DATE",
        "key": "1",
        "colour": {"light": "#8f6a0a", "dark": "#ecc04c"},
        "title": {"ar": "تاريخ", "fr": "Date", "en": "Date"},
        **changes,
    }
    return written({name: value for name, value in fields.items() if value is not None})


def written(label: dict[str, object]) -> bytes:
    """One `[[label]]` in TOML: its strings are those of JSON."""
    lines = ["[[label]]"]
    for name, value in label.items():
        if isinstance(value, dict):
            inner = ", ".join(f"{key} = {json.dumps(text, ensure_ascii=False)}" for key, text in value.items())
            lines.append(f"{name} = {{ {inner} }}")
        else:
            lines.append(f"{name} = {json.dumps(value, ensure_ascii=False)}")
    return ("\n".join(lines) + "\n").encode()


def refusal(data: bytes) -> Refusal:
    with pytest.raises(BadLabelSet) as caught:
        decode(data, "my.toml")
    assert caught.value.refusal.path == "my.toml"
    assert str(caught.value) == caught.value.refusal.reason
    return caught.value.refusal


def test_a_label_may_have_no_key_and_no_guideline() -> None:
    (label,) = decode(toml(key=None)).labels
    assert label.key is None
    assert label.told() == ""


def test_labels_without_keys_do_not_claim_the_same_one() -> None:
    assert len(decode(toml(key=None) + toml(name="PLAN", key=None)).labels) == 2


def test_a_fault_in_the_toml_is_named_with_its_line() -> None:
    refused = refusal(b'[[label]]\nname = "DATE"\nname = = 1\n')
    assert refused.line == 3
    assert "does not read as one" in refused.reason


@pytest.mark.parametrize(
    ("data", "named"),
    [
        (b"", "label"),
        (b"\xff\xfe", "does not read as one"),
        (b"[[labels]]\n", "labels"),
        (b"label = []\n", "holds no label"),
        (toml() + b'[colours]\nlight = "#000000"\n', "colours"),
        (toml(colour=None), "colour"),
        (toml(title=None), "title"),
        (toml(colour={"light": "#8f6a0a"}), "dark"),
        (toml(key=1), "key"),
        (toml(title="Date"), "title"),
        (toml(name=""), "cannot name a label"),
        (toml(name="A DATE"), "“A DATE” cannot name a label"),
        (toml(name="_DATE"), "“_DATE” cannot name a label"),
        (toml(name="-DATE"), "“-DATE” cannot name a label"),
        (toml(name="B\tDATE"), "cannot name a label"),
        (toml(name="DATE\n"), "cannot name a label"),
        (toml(colour={"light": "8f6a0a", "dark": "#ecc04c"}), "“8f6a0a” of DATE is not of the form #rrggbb"),
        (toml(colour={"light": "#8f6a0a", "dark": "#ecc"}), "“#ecc” of DATE"),
        (toml(colour={"light": "#8f6a0a", "dark": "#ecc04c "}), "“#ecc04c ” of DATE"),
        (toml(colour={"light": "amber", "dark": "#ecc04c"}), "“amber” of DATE"),
        (toml(key="12"), "“12” of DATE is not one character that can be seen"),
        (toml(key=""), "“” of DATE is not one character that can be seen"),
        (toml(key=" "), "is not one character that can be seen"),
        (toml(key="\u200f"), "is not one character that can be seen"),
        (toml() + toml(key="2"), "two labels are named DATE"),
        (toml() + toml(name="PLAN"), "two labels have the key 1"),
        (toml(key="١") + toml(name="PLAN", key="1"), "two labels have the key ١"),
        (toml(key="q") + toml(name="PLAN", key="Q"), "two labels have the key q"),
    ],
)
def test_every_fault_is_named(data: bytes, named: str) -> None:
    assert named in refusal(data).reason


@pytest.mark.parametrize("name", ["DATE", "date", "B-DATE", "تاريخ", "L2", "MISC_1"])
def test_names_that_an_export_can_write_are_taken(name: str) -> None:
    assert decode(toml(name=name)).find(name) is not None


def test_a_label_speaks_the_language_in_use() -> None:
    label = Label("DATE", {"ar": "تاريخ", "en": "Date"}, Colour("#000000", "#ffffff"), guideline={"en": "A day."})
    i18n.use("en")
    assert (label.shown(), label.told()) == ("Date", "A day.")


def test_where_a_language_is_missing_arabic_stands_in_and_then_the_name() -> None:
    colour = Colour("#000000", "#ffffff")
    i18n.use("en")
    assert Label("DATE", {"ar": "تاريخ"}, colour, guideline={"ar": "يوم"}).shown() == "تاريخ"
    assert Label("DATE", {"ar": "تاريخ"}, colour, guideline={"ar": "يوم"}).told() == "يوم"
    assert Label("DATE", {"fr": "Date"}, colour).shown() == "DATE"


names = st.from_regex(r"[A-Za-zء-ي0-9][A-Za-zء-ي0-9_-]{0,8}", fullmatch=True)
keys = st.characters(codec="utf-8", categories=("Ll", "Lo", "Nd"))
_awkward = (*PIECES, '"', '"""', "\\", "\\n", "\x7f", "\r", "\b")
anything = st.lists(st.sampled_from(_awkward) | st.characters(codec="utf-8"), max_size=8).map("".join)
spoken = st.dictionaries(st.sampled_from(["ar", "fr", "en"]) | anything, anything, max_size=3)
hues = st.from_regex(r"#[0-9a-f]{6}", fullmatch=True)


@st.composite
def label_sets(draw: st.DrawFn) -> LabelSet:
    chosen = draw(st.lists(names, min_size=1, max_size=6, unique=True))
    keyed = draw(st.lists(keys, min_size=len(chosen), max_size=len(chosen), unique_by=same_key))
    return LabelSet(
        tuple(
            Label(
                name,
                draw(spoken),
                Colour(draw(hues), draw(hues)),
                draw(st.sampled_from([key, None])),
                draw(spoken),
            )
            for name, key in zip(chosen, keyed, strict=True)
        )
    )


@given(label_sets())
def test_a_set_survives_being_written_and_read(labels: LabelSet) -> None:
    assert decode(encode(labels)) == labels


def test_the_default_set_survives_being_written_and_read() -> None:
    assert decode(encode(default())) == default()
    assert encode(default()).count(b"\n- "), "a guideline is written in its lines"


def test_each_fault_is_at_its_label_and_field() -> None:
    good = Label("DATE", {}, Colour("#8f6a0a", "#ecc04c"), "1")
    bad = Label("A B", {}, Colour("#8f6a0", "#ecc04"), "12")
    assert [(fault.at, fault.field) for fault in faults(LabelSet((good, bad)))] == [
        (1, "name"),
        (1, "light"),
        (1, "dark"),
        (1, "key"),
    ]
    found = list(faults(LabelSet((good, good))))
    assert [(fault.at, fault.field) for fault in found] == [(0, "name"), (0, "key"), (1, "name"), (1, "key")]
    assert list(faults(LabelSet((good,)))) == []
    assert list(faults(LabelSet(()))) == [Fault(0, "name", "the label set holds no label")]


def test_who_asks_may_say_which_keys_are_the_same() -> None:
    one, other = (Label(name, {}, Colour("#8f6a0a", "#ecc04c"), key) for name, key in (("A", "q"), ("B", "ض")))
    assert list(faults(LabelSet((one, other)))) == []
    assert {fault.field for fault in faults(LabelSet((one, other)), lambda _key: "Q")} == {"key"}


@given(label_sets())
def test_a_set_without_faults_passes_the_check(labels: LabelSet) -> None:
    assert list(faults(labels)) == []
    check(labels)


@given(label_sets(), names)
def test_find_and_rank_agree_with_the_order(labels: LabelSet, name: str) -> None:
    order = labels.labels
    assert [labels.find(label.name) for label in order] == list(order)
    assert [labels.rank(label.name) for label in order] == list(range(len(order)))
    if name not in {label.name for label in order}:
        assert labels.find(name) is None
        assert labels.rank(name) == len(order)
