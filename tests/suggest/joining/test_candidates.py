"""What every source says of a place."""

import pytest

from annotator.model.records import Suggestion, labelled_range
from annotator.suggest.joining.candidates import ALTERNATIVE, find_candidates, log_odds

TEXT = "قالت وزارة العدل والحريات أمس"
SHORT, LONG = (5, 16), (5, 25)


def suggestion(
    bounds: tuple[int, int], source: str, score: float = 0.5, label: str = "ORG", evidence: str = ""
) -> Suggestion:
    return Suggestion(*bounds, label, source, score, evidence=evidence)


def features(by_source: dict[str, list[Suggestion]], bounds: tuple[int, int], label: str = "ORG") -> dict[str, float]:
    candidates = {labelled_range(each.suggestion): each.features for each in find_candidates(by_source, TEXT)}
    return dict(candidates[*bounds, label])


def test_candidate_is_what_any_source_suggests_by_start_and_the_longer_first() -> None:
    by_source = {
        "names": [suggestion(SHORT, "names", 0.4), suggestion((26, 29), "names")],
        "model": [suggestion(SHORT, "model", 0.9), suggestion(LONG, "model")],
    }
    candidates = find_candidates(by_source, TEXT)
    assert [labelled_range(each.suggestion) for each in candidates] == [
        (*LONG, "ORG"),
        (*SHORT, "ORG"),
        (26, 29, "ORG"),
    ]
    assert candidates[1].suggestion.source == "model", "the most confident speaks for them"


@pytest.mark.parametrize(
    ("rival", "opinion"),
    [
        ([], "silent"),
        ([suggestion(LONG, "model", 0.7)], "longer"),
        ([suggestion((11, 16), "model", 0.7)], "shorter"),
        ([suggestion((11, 25), "model", 0.7)], "crossing"),
        ([suggestion(SHORT, "model", 0.7, "PLACE")], "other"),
        ([suggestion((11, 25), "model", 0.7, "PLACE")], "other"),
        ([suggestion(LONG, "model", 0.7, "PLACE")], "within"),
        ([suggestion((11, 16), "model", 0.7, "PLACE")], "silent"),
        ([suggestion((26, 29), "model", 0.7)], "silent"),
    ],
    ids=[
        *("nothing", "longer", "shorter", "crossing"),
        *("another label", "another across", "another around", "another within", "elsewhere"),
    ],
)
def test_source_that_was_asked_has_an_opinion(rival: list[Suggestion], opinion: str) -> None:
    names = features({"names": [suggestion(SHORT, "names")], "model": rival}, SHORT)
    about = {name.removeprefix("institution model ") for name in names if name.startswith("institution model ")}
    assert about == ({opinion, f"{opinion} score"} if opinion in ("longer", "shorter", "crossing") else {opinion})


def test_source_that_was_not_asked_has_none() -> None:
    assert not any("model" in name for name in features({"names": [suggestion(SHORT, "names")]}, SHORT))


def test_rules_have_no_opinion_of_labels_that_they_do_not_know() -> None:
    by_source = {"dates": [], "names": [], "model": [suggestion((26, 29), "model", label="DATE")]}
    names = features(by_source, (26, 29), "DATE")
    assert "date dates silent" in names
    assert not any(name.startswith("date names") for name in names)


def test_suggestion_tells_its_score_length_and_evidence() -> None:
    own = suggestion(LONG, "names", 0.8, evidence="list:Ministries")
    assert features({"names": [own]}, LONG) == {
        "label ORG": 1,
        "institution names same": 1,
        "institution names score": log_odds(0.8),
        "institution names words 3": 1,
        "names list:Ministries": 1,
        "names list": 1,
        "names list words 3": 1,
        "names list after end": 1,
        "institution before word": 1,
        "institution after end": 1,
        "institution last و definite": 1,
        "institution last و definite after end": 1,
    }


def test_head_noun_and_rule_of_a_name_count_by_themselves_too() -> None:
    own = suggestion(LONG, "names", evidence="head:genitive وزارة")
    evidence = {name for name in features({"names": [own]}, LONG) if name.startswith("names ")}
    assert evidence == {
        "names head:genitive وزارة",
        "names head:genitive",
        "names head وزارة",
        "names head:genitive words 3",
        "names head after end",
    }


def test_alternative_says_what_it_is_an_alternative_to() -> None:
    likelier, alternative = suggestion(LONG, "model", 0.8), suggestion(SHORT, "model", 0.2, evidence=ALTERNATIVE)
    values = features({"model": [likelier, alternative]}, SHORT)
    assert values == {
        "label ORG": 1,
        "institution model alternative": 1,
        "institution model alternative score": log_odds(0.2),
        "institution model alternative longer": 1,
        "institution model alternative longer score": log_odds(0.8),
        "institution model words 2": 1,
        "institution before word": 1,
        "institution after و definite": 1,
        "institution last definite": 1,
        "institution last definite after و definite": 1,
    }
    assert "institution model nested" not in features({"model": [likelier, alternative]}, LONG)
    alone = features({"model": [alternative]}, SHORT)
    assert not any("longer" in feature for feature in alone)


def test_what_is_within_an_alternative_is_not_nested() -> None:
    by_source = {"model": [suggestion(LONG, "model", 0.3, evidence=ALTERNATIVE), suggestion(SHORT, "model", 0.6)]}
    assert "institution model nested" not in features(by_source, SHORT)


def test_inner_suggestion_of_the_same_source_is_nested() -> None:
    both = {"names": [suggestion(LONG, "names"), suggestion((11, 16), "names")]}
    assert "institution names nested" in features(both, (11, 16))
    assert "institution names nested" not in features(both, LONG)


def test_unknown_sources_are_external_and_what_stands_next_to_their_places_says_nothing() -> None:
    names = features({"spacy": [suggestion(SHORT, "spacy")]}, SHORT)
    assert "institution external same" in names
    assert not any(" before " in name or " after " in name for name in names)


@pytest.mark.parametrize(("probability", "expected"), [(0.5, 0), (0, -5), (1, 5), (0.999, 5), (0.75, 1.0986)])
def test_log_odds_are_bounded(probability: float, expected: float) -> None:
    assert log_odds(probability) == pytest.approx(expected, abs=1e-4)
