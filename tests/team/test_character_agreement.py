"""Tests of the agreement by characters and by tokens, against counting each of them."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st
from team.layer_strategies import LABELS, TEXT, spans

from annotator.team.character_agreement import compare_characters
from annotator.team.cohen_kappa import cohen_kappa
from annotator.team.krippendorff_alpha import UnitCounts, nominal_alpha
from annotator.team.layers import LabelledRange, flatten_outermost
from annotator.team.token_agreement import Tag, count_tag_pairs, list_tokens, tag_tokens

PARTS = [(0, 16), (20, len(TEXT))]
OFFSETS = [offset for part in PARTS for offset in range(*part)]

layer_lists = st.lists(spans, min_size=2, max_size=4)


def alpha(counts: UnitCounts[str | None]) -> float | None:
    return nominal_alpha([*counts.values.values()], counts.differences)


def clip(layer: frozenset[LabelledRange]) -> set[LabelledRange]:
    return {
        (max(start, first), min(end, last), label)
        for start, end, label in layer
        for first, last in PARTS
        if start < last and first < end
    }


@given(layer_lists)
def test_each_character_is_a_unit(layers: list[frozenset[LabelledRange]]) -> None:
    comparison = compare_characters(layers, PARTS)
    total = UnitCounts[str | None]()
    outermost = [flatten_outermost(clip(layer)) for layer in layers]
    for offset in OFFSETS:
        total.add([next((span[2] for span in line if span[0] <= offset < span[1]), None) for line in outermost])
    assert (comparison.total.values, comparison.total.differences) == (total.values, total.differences)
    for label in LABELS:
        line = UnitCounts[str | None]()
        for offset in OFFSETS:
            line.add(
                [label if any(a <= offset < b and name == label for a, b, name in layer) else None for layer in layers]
            )
        if label in comparison.labels:
            counts = comparison.labels[label]
            assert (counts.values, counts.differences) == (line.values, line.differences)
        else:
            assert line.values.keys() <= {None}


@given(layer_lists)
def test_alpha_is_1_only_where_all_label_the_same_characters(layers: list[frozenset[LabelledRange]]) -> None:
    comparison = compare_characters(layers, PARTS)
    outermost = [flatten_outermost(clip(layer)) for layer in layers]
    lines = [[next((s[2] for s in line if s[0] <= offset < s[1]), None) for offset in OFFSETS] for line in outermost]
    score = alpha(comparison.total)
    if len(set().union(*lines)) == 1:
        assert score is None
    else:
        assert (score == 1) == all(line == lines[0] for line in lines)
    assert alpha(compare_characters(layers[::-1], PARTS).total) == score


@given(spans, spans)
def test_each_token_is_a_unit(first: frozenset[LabelledRange], second: frozenset[LabelledRange]) -> None:
    tokens = list_tokens(TEXT, PARTS)
    assert [token for token in tokens if token.start >= 16] == [token for token in tokens if token.start >= 20]
    tags = tag_tokens(first, tokens), tag_tokens(second, tokens)
    pairs = count_tag_pairs(*tags, len(tokens))
    assert pairs == Counter((tags[0].get(index), tags[1].get(index)) for index in range(len(tokens)))
    kappa = cohen_kappa(pairs)
    if len({tag for pair in pairs for tag in pair}) == 1:
        assert kappa is None
    else:
        assert (kappa == 1) == (tags[0] == tags[1])
    assert kappa == cohen_kappa({(b, a): count for (a, b), count in pairs.items()})


def test_tags_of_tokens() -> None:
    tokens = list_tokens(TEXT, [(0, len(TEXT))])
    words = [TEXT[token.start : token.end] for token in tokens]

    def tag(*labelled: tuple[str, str]) -> list[Tag]:
        layer = [(TEXT.index(part), TEXT.index(part) + len(part), label) for part, label in labelled]
        tags = tag_tokens(layer, tokens)
        return [tags.get(index) for index in range(len(tokens))]

    assert words[1:6] == ["وزارة", "الصحة", "إن", "خطة", "العمل"]
    assert tag(("وزارة الصحة", "ORG"))[:4] == [None, ("ORG", True), ("ORG", False), None]
    # A span that cuts a token has all of it; the inner one and the shorter one of two that then meet are left out.
    assert tag(("زارة", "ORG"))[1] == ("ORG", True)
    assert tag(("وزارة الصحة", "ORG"), ("الصحة", "PLACE"))[1:3] == [("ORG", True), ("ORG", False)]
    assert tag(("وزارة ال", "ORG"), ("صحة", "PLACE"))[1:3] == [("ORG", True), ("ORG", False)]
    # Two that touch are two.
    assert tag(("خطة", "PLAN"), ("العمل", "PLAN"))[4:6] == [("PLAN", True), ("PLAN", True)]


def test_a_space_has_no_token() -> None:
    space = TEXT.index(" ")
    assert tag_tokens([(space, space + 1, "DATE")], list_tokens(TEXT, [(0, len(TEXT))])) == {}
