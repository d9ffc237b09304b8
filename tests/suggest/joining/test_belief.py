"""What the sources are believed to be worth, before and after decisions."""

import re

import pytest
from builders import build_label_set
from suggest.suggesting import CREDULITY, LABELS

from annotator.model.open_suggestions import MIN_SCORE, SURE_SCORE, select_open_suggestions
from annotator.model.records import Suggestion
from annotator.suggest.dates import BESIDE_TIME
from annotator.suggest.dates.grammar import load_grammar
from annotator.suggest.joining.belief import Belief, DecidedArticle, believe_beforehand, learn_belief, load_prior
from annotator.suggest.joining.candidates import ALTERNATIVE
from annotator.suggest.joining.sureness import NEVER
from annotator.suggest.names.data import load_knowledge

_ADDITION = re.compile(", (?:going on|nation|sport|apart)$")  # to the list of a name that is longer or shorter
TEXT = "قالت وزارة العدل أمس"
PLACE = (5, 16)
OTHER_PLACE = (17, 20)


def suggestion(source: str, score: float = 0.8, bounds: tuple[int, int] = PLACE, evidence: str = "") -> Suggestion:
    return Suggestion(*bounds, "INSTITUTION", source, score, evidence=evidence)


def decided(*suggestions: Suggestion, is_right: bool) -> DecidedArticle:
    spans = {(*PLACE, "INSTITUTION")} if is_right else set()
    by_source = {source: [each for each in suggestions if each.source == source] for source in ("names", "model")}
    return DecidedArticle(TEXT, by_source, spans, lambda _start, _end: True)


def believed(belief: Belief, *suggestions: Suggestion) -> list[float]:
    by_source = {source: [each for each in suggestions if each.source == source] for source in ("names", "model")}
    return [each.score for joined in belief.join(by_source, TEXT) for each in joined]


def test_external_sources_are_believed_as_they_say() -> None:
    belief = believe_beforehand(LABELS)
    joined = belief.join({"spacy": [suggestion("spacy", 0.71)]}, TEXT)
    assert joined == [[suggestion("spacy", 0.71)]]


def test_every_source_of_a_place_has_the_joint_score() -> None:
    by_source = {"names": [suggestion("names")], "model": [suggestion("model", 0.4)]}
    [[of_names], [of_model]] = believe_beforehand(LABELS).join(by_source, TEXT)
    assert of_names == of_model
    assert of_names.source == "names", "the most confident one speaks for both"


def test_what_is_unlikely_is_left_out() -> None:
    assert believed(CREDULITY, suggestion("names", MIN_SCORE - 0.01)) == []
    assert believed(CREDULITY, suggestion("names", MIN_SCORE)) == [MIN_SCORE]


@pytest.mark.parametrize(("sure_from", "is_sure"), [(0.8, True), (0.95, False), (NEVER, False)])
def test_sure_is_what_was_shown_to_be_and_nothing_else(sure_from: float, is_sure: bool) -> None:
    belief = Belief(CREDULITY.weights, {"institution": sure_from, "date": 0.0})
    [score] = believed(belief, suggestion("names", 0.9))
    assert (score >= SURE_SCORE) is is_sure
    [certain] = believed(Belief(CREDULITY.weights, {}), suggestion("names", 1.0))
    assert certain < SURE_SCORE


@pytest.mark.parametrize(("alternative", "chosen"), [(0.4, PLACE), (0.8, (5, 20))])
def test_of_a_suggestion_and_its_alternative_only_the_better_one_is_open(
    alternative: float, chosen: tuple[int, int]
) -> None:
    longer = suggestion("model", alternative, (5, 20), ALTERNATIVE)
    joined = CREDULITY.join({"model": [longer, suggestion("model", 0.6)]}, TEXT)
    [open_suggestion] = select_open_suggestions(joined, ())
    assert (open_suggestion.start, open_suggestion.end) == chosen


def test_evidence_that_was_mostly_wrong_is_believed_less() -> None:
    good, bad = suggestion("names", evidence="list:A"), suggestion("names", evidence="list:B")
    articles = [decided(good, is_right=True), decided(bad, is_right=False)] * 15
    belief = learn_belief(articles, LABELS)
    [of_good], of_bad = believed(belief, good), believed(belief, bad)
    assert of_good > 0.7
    assert all(score < 0.4 for score in of_bad)


def test_lists_share_what_is_learned_of_one() -> None:
    other, unknown = suggestion("names", evidence="list:A"), suggestion("names", evidence="list:B")
    belief = learn_belief([decided(other, is_right=False)] * 15, LABELS)
    [beforehand] = believed(believe_beforehand(LABELS), unknown)
    assert believed(belief, unknown) < [beforehand - 0.1]


def test_later_decisions_count_more() -> None:
    right, wrong = decided(suggestion("names"), is_right=True), decided(suggestion("names"), is_right=False)
    [improved] = believed(learn_belief([*[wrong] * 300, *[right] * 300], LABELS), suggestion("names"))
    worsened = believed(learn_belief([*[right] * 300, *[wrong] * 300], LABELS), suggestion("names"))
    assert improved > 0.6
    assert all(score < 0.4 for score in worsened)


def test_decisions_outside_labelled_ranges_teach_nothing() -> None:
    article = DecidedArticle(TEXT, {"names": [suggestion("names")]}, (), lambda _start, _end: False)
    assert learn_belief([article] * 30, LABELS) == believe_beforehand(LABELS)


def test_many_right_suggestions_become_sure_and_few_wrong_ones_end_it() -> None:
    right, wrong = decided(suggestion("names"), is_right=True), decided(suggestion("names"), is_right=False)
    [sure] = believed(learn_belief([right] * 400, LABELS), suggestion("names"))
    assert sure >= SURE_SCORE
    [unsure] = believed(learn_belief([*[right] * 40, wrong] * 10, LABELS), suggestion("names"))
    assert unsure < SURE_SCORE


def test_labels_of_others_have_a_prior_of_their_own() -> None:
    assert load_prior(LABELS) is load_prior(build_label_set("PLAN", "PERSON"))
    assert load_prior(LABELS) != load_prior(build_label_set("DATE", "ORG"))


def test_measured_lists_and_date_rules_exist() -> None:
    """Renaming one drops what was measured of it: measure the prior again."""
    lists = {group.about for group in load_knowledge().listed.values()}
    rules = {rule.rule.name or kind for kind, compiled in load_grammar().rules.items() for rule in compiled}
    rules.add(BESIDE_TIME)
    for labels in (LABELS, build_label_set("ORG")):
        for feature in load_prior(labels).weights:
            if feature.startswith("names list:"):
                assert _ADDITION.sub("", feature.removeprefix("names list:")) in lists
            if feature.startswith("dates rule:"):
                assert feature.removeprefix("dates rule:").partition(" ")[0] in rules


def test_rules_keep_their_worth_where_the_memory_says_nothing_yet() -> None:
    """The memory repeats what the rules are right about, and is silent where they are wrong."""
    good, bad = suggestion("names", evidence="list:A"), suggestion("names", evidence="list:B")
    right = DecidedArticle(
        TEXT,
        {"names": [good], "memory": [suggestion("memory", 0.9)]},
        {(*PLACE, "INSTITUTION")},
        lambda _start, _end: True,
    )
    wrong = DecidedArticle(TEXT, {"names": [bad], "memory": []}, (), lambda _start, _end: True)
    [score] = believed(learn_belief([right, wrong] * 40, LABELS), good)
    assert score > 0.6
