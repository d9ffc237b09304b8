from collections import Counter
from itertools import pairwise

from builders import label_words
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from strategies import examples

from annotator.model.records import Span
from annotator.team.adjudication import overrules
from annotator.team.disagreements import (
    CandidateSpan,
    compare_layers,
    describe_candidate,
    describe_kind,
    encode_votes,
    find_candidate,
    shuffle_annotators,
)

TEXT = "أعلنت وزارة الصحة بالرباط عن الخطة الوطنية للتلقيح، وقالت وزارة الصحة بالرباط إن البرنامج بدأ."

_SPANS = st.builds(
    lambda start, length, label, value: CandidateSpan(start, start + length, label, value),
    st.integers(0, 30),
    st.integers(1, 8),
    st.sampled_from(["DATE", "PLAN"]),
    st.sampled_from([None, "2024"]),
)
_LAYERS = st.dictionaries(
    st.sampled_from("ABCD"),
    st.lists(_SPANS, max_size=6, unique_by=lambda span: span[:3]).map(
        lambda spans: [
            Span(f"s{index}", "a", "", span.label, *span[:2], span.value) for index, span in enumerate(spans)
        ]
    ),
    min_size=2,
)


def _candidate_spans(spans: list[Span]) -> set[CandidateSpan]:
    return {CandidateSpan(span.start, span.end, span.label, span.value) for span in spans}


@examples(150)
@given(_LAYERS)
def test_agreement_and_candidates_make_every_layer(layers: dict[str, list[Span]]) -> None:
    comparison = compare_layers(layers)
    for annotator, spans in layers.items():
        chosen = {agreed.span for agreed in comparison.agreed}
        for disagreement in comparison.disagreements:
            [candidate] = [each for each in disagreement.candidates if annotator in each.annotators]
            assert not chosen & set(candidate.spans)
            chosen |= set(candidate.spans)
            assert all(disagreement.start <= span.start < span.end <= disagreement.end for span in candidate.spans)
        assert chosen == _candidate_spans(spans)


@examples(150)
@given(_LAYERS)
def test_candidates_differ_and_the_first_has_most_votes(layers: dict[str, list[Span]]) -> None:
    for disagreement in compare_layers(layers).disagreements:
        votes = [candidate.votes for candidate in disagreement.candidates]
        assert len({candidate.spans for candidate in disagreement.candidates}) == len(votes) > 1
        assert votes == sorted(votes, reverse=True)
        assert sum(votes) == disagreement.annotator_count == len(layers)
        assert (disagreement.majority is None) == (2 * votes[0] <= len(layers))
        assert disagreement.example in {span for candidate in disagreement.candidates for span in candidate.spans}


@examples(150)
@given(_LAYERS, st.randoms())
def test_the_order_of_the_annotators_changes_only_their_order(layers: dict[str, list[Span]], random: object) -> None:
    names = list(layers)
    random.shuffle(names)  # type: ignore[attr-defined]
    shuffled = compare_layers({name: layers[name] for name in names})
    comparison = compare_layers(layers)
    assert shuffled.agreed == comparison.agreed
    assert [[each.spans for each in other.candidates] for other in shuffled.disagreements] == [
        [each.spans for each in other.candidates] for other in comparison.disagreements
    ]


@examples(150)
@given(_LAYERS)
def test_a_quorum_agrees_on_what_so_many_have(layers: dict[str, list[Span]]) -> None:
    quorum = len(layers) // 2 + 1
    comparison = compare_layers(layers, quorum)
    votes = Counter(span for spans in layers.values() for span in _candidate_spans(spans))
    assert {agreed.span: agreed.votes for agreed in comparison.agreed} == {
        span: count for span, count in votes.items() if count >= quorum
    }
    for disagreement in comparison.disagreements:
        assert all(candidate.votes < quorum for candidate in disagreement.candidates)


@given(_LAYERS)
def test_places_without_a_difference_of_values_do_not_overlap(layers: dict[str, list[Span]]) -> None:
    plain = {name: [span for span in spans if span.value is None] for name, spans in layers.items()}
    for first, second in pairwise(compare_layers(plain).disagreements):
        assert first.end <= second.start


def test_overlapping_spans_are_one_disagreement_and_the_longest_of_a_tie_is_first() -> None:
    comparison = compare_layers(
        {
            "سلمى": label_words(TEXT, [("وزارة الصحة", "INSTITUTION"), ("الخطة الوطنية للتلقيح", "PLAN")]),
            "منى": label_words(TEXT, [("وزارة الصحة بالرباط", "INSTITUTION"), ("الخطة الوطنية للتلقيح", "PLAN")]),
        }
    )
    [agreed], [disagreement] = comparison.agreed, comparison.disagreements
    assert (agreed.span.label, agreed.votes) == ("PLAN", 2)
    assert [candidate.annotators for candidate in disagreement.candidates] == [("منى",), ("سلمى",)]
    assert TEXT[disagreement.start : disagreement.end] == "وزارة الصحة بالرباط"
    assert disagreement.majority is None


def test_that_most_have_nothing_is_a_majority_too() -> None:
    comparison = compare_layers({"A": [], "B": label_words(TEXT, [("الصحة", "INSTITUTION")]), "C": []})
    [disagreement] = comparison.disagreements
    assert disagreement.majority == disagreement.candidates[0]
    assert (disagreement.candidates[0].spans, disagreement.candidates[0].annotators) == ((), ("A", "C"))
    assert disagreement.example.label == "INSTITUTION"


def test_a_value_that_differs_is_a_disagreement_of_its_own_and_one_with_a_value_is_first() -> None:
    layers = {name: label_words(TEXT, [("أعلنت", "DATE")], name, value) for name, value in (("A", None), ("B", "2024"))}
    layers["A"] += label_words(TEXT, [("أعلنت وزارة", "PLAN")])
    values, plan = compare_layers(layers).disagreements[1], compare_layers(layers).disagreements[0]
    assert [candidate.spans[0].value for candidate in values.candidates] == ["2024", None]
    assert [len(candidate.spans) for candidate in plan.candidates] == [1, 0]


def test_votes_differ_by_what_was_voted_for_and_not_by_who_did_or_the_name_of_a_label() -> None:
    spans = label_words(TEXT, [("الصحة", "INSTITUTION")])
    [before] = compare_layers({"A": spans, "B": []}).disagreements
    [swapped] = compare_layers({"A": [], "B": spans}).disagreements
    [third] = compare_layers({"A": spans, "B": [], "C": []}).disagreements
    [renamed] = compare_layers({"A": label_words(TEXT, [("الصحة", "ORG")]), "B": []}).disagreements
    ids = {"INSTITUTION": "1", "ORG": "1"}
    assert encode_votes(before, ids) == encode_votes(swapped, ids) == encode_votes(renamed, ids)
    assert encode_votes(before, ids) != encode_votes(third, ids)
    assert encode_votes(before, {}) != encode_votes(renamed, {})


def test_the_same_words_with_the_same_candidates_are_the_same_disagreement() -> None:
    words = "وزارة الصحة"
    second = TEXT.rindex(words)
    spans = label_words(TEXT, [(words, "INSTITUTION")])
    repeated = Span("there", "a", "سلمى", "INSTITUTION", second, second + len(words))
    first, second_one = compare_layers({"A": [*spans, repeated], "B": []}).disagreements
    [shorter] = compare_layers({"A": [*spans], "B": label_words(TEXT, [("وزارة", "INSTITUTION")])}).disagreements
    assert describe_kind(first, TEXT) == describe_kind(second_one, TEXT)
    assert describe_kind(first, TEXT) != describe_kind(shorter, TEXT)


@examples(100)
@given(_LAYERS)
def test_each_candidate_of_a_disagreement_is_that_of_the_same_disagreement_elsewhere(
    layers: dict[str, list[Span]],
) -> None:
    line, shift = TEXT[:50], 51
    text = f"{line}\n{line}"
    repeated = {
        name: [*spans, *(replace(span, start=span.start + shift, end=span.end + shift) for span in spans)]
        for name, spans in layers.items()
    }
    disagreements = compare_layers(repeated).disagreements
    half = len(disagreements) // 2
    for first, second in zip(disagreements[:half], disagreements[half:], strict=True):
        assert describe_kind(first, text) == describe_kind(second, text)
        for candidate in first.candidates:
            same = find_candidate(second, text, describe_candidate(first, candidate, text))
            assert same
            assert [(span.start - shift, span.end - shift, *span[2:]) for span in same.spans] == [*candidate.spans]
            assert same.annotators == candidate.annotators


@examples(100)
@given(_LAYERS)
def test_a_decision_overrules_where_most_have_something_else_or_nobody_has_that(layers: dict[str, list[Span]]) -> None:
    for disagreement in compare_layers(layers).disagreements:
        accepted = [each for each in disagreement.candidates if not overrules(disagreement, each.spans)]
        assert accepted == ([disagreement.majority] if disagreement.majority else [*disagreement.candidates])
        assert overrules(disagreement, [CandidateSpan(disagreement.start, disagreement.end, "PERSON")])


def test_the_order_of_hidden_annotators_is_another_one_in_other_articles_and_batches() -> None:
    names = ["سلمى", "منى", "Sanae", "Youssef"]
    orders = {tuple(shuffle_annotators(names, f"article {number}", "batch")) for number in range(40)}
    assert len(orders) > 10
    assert shuffle_annotators(names, "a", "b") == shuffle_annotators(reversed(names), "a", "b")
    assert {tuple(shuffle_annotators(names, "article", f"batch {number}")) for number in range(40)} != orders
