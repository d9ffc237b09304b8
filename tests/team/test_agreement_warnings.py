"""Tests of what is said where figures of agreement cannot be trusted."""

import pytest
from team.layer_strategies import TEXT

from annotator import i18n
from annotator.team import agreement_warnings
from annotator.team.agreement import Agreement, AgreementCounter
from annotator.team.agreement_warnings import AgreementWarning, FactFormat, find_warnings
from annotator.team.layers import LabelledRange, Layer, SharedArticle

DATE, PLAN = (0, 4, "DATE"), (5, 16, "PLAN")


@pytest.fixture(autouse=True)
def _english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(i18n, "_current", "en")
    monkeypatch.setattr(i18n, "_translations", None)


def warn(*pairs: tuple[set[LabelledRange], set[LabelledRange]], accepted: int = 0) -> dict[str, AgreementWarning]:
    """Return the warnings about articles that Sanae and Omar labelled like this, by code."""
    return {warning.code: warning for warning in find_warnings(measure(*pairs, accepted=accepted))}


def measure(*pairs: tuple[set[LabelledRange], set[LabelledRange]], accepted: int = 0) -> Agreement:
    """Return the agreement in articles that Sanae and Omar labelled like this."""
    counter = AgreementCounter()
    for number, (first, second) in enumerate(pairs, 1):
        layers = {"Sanae": Layer(frozenset(first), accepted), "Omar": Layer(frozenset(second), accepted)}
        counter.add(SharedArticle(f"{number:03}", number, TEXT, [(0, len(TEXT))], layers))
    return counter.measure()


def test_enough_articles_that_agree_need_no_warning() -> None:
    assert warn(*[({DATE, PLAN}, {DATE, PLAN})] * 25) == {}


def test_nothing_in_common() -> None:
    assert list(warn()) == [agreement_warnings.NO_COMMON_ARTICLES]


def test_few_articles_and_spans() -> None:
    warnings = warn(*[({DATE, PLAN}, {DATE, PLAN})] * 9)
    assert list(warnings) == ["few_articles", "few_spans"]
    assert warnings["few_articles"].annotators == ("Omar", "Sanae")
    assert "Omar – Sanae: 9" in warnings["few_articles"].message
    assert warnings["few_spans"].labels == ("DATE", "PLAN")
    assert "DATE: 18, PLAN: 18" in warnings["few_spans"].message


def test_one_label_and_nearly_one_label() -> None:
    assert list(warn(*[({DATE}, {DATE})] * 25)) == ["one_category"]
    skewed = warn(*[({DATE}, {DATE})] * 95, *[({PLAN}, {PLAN})] * 10)
    assert list(skewed) == ["skewed_labels"]
    assert "Omar – Sanae: DATE" in skewed["skewed_labels"].message


def test_edges_that_one_annotator_alone_chose() -> None:
    warnings = warn(*[({DATE, PLAN}, {DATE, (5, 15, "PLAN"), (6, 16, "PLAN")})] * 25)
    assert list(warnings) == ["unshared_positions", "one_category"]
    assert "Omar – Sanae: 0.40" in warnings["unshared_positions"].message


def test_accepted_suggestions() -> None:
    warnings = warn(*[({DATE, PLAN}, {DATE, PLAN})] * 25, accepted=1)
    assert list(warnings) == ["accepted_suggestions"]
    assert "50%" in warnings["accepted_suggestions"].message


def test_articles_that_an_annotator_left_empty() -> None:
    empty: set[LabelledRange] = set()
    warnings = warn(*[({DATE, PLAN}, {DATE, PLAN})] * 60, *[({DATE, PLAN}, empty)] * 7, (empty, empty))
    assert list(warnings) == ["empty_layers"]
    assert warnings["empty_layers"].articles == tuple(range(61, 68))
    assert warnings["empty_layers"].annotators == ("Omar",)
    assert "Omar: 61, 62, 63, 64, 65…" in warnings["empty_layers"].message


def test_articles_without_zones_count_for_nothing() -> None:
    counter = AgreementCounter()
    layers = {name: Layer(frozenset(), 0) for name in ("Sanae", "Omar")}
    for number, ranges in ((4, []), (7, [(0, 5)]), (2, [])):
        counter.add(SharedArticle(f"{number:03}", number, TEXT, ranges, layers))
    warning = find_warnings(counter.measure())[0]
    assert (warning.code, warning.articles) == ("without_zones", (2, 4))
    assert "2, 4" in warning.message


def test_names_and_scores_are_written_as_the_reader_needs_them() -> None:
    write = FactFormat("<{}>".format, {"DATE": "Date", "PLAN": "Plan"}.__getitem__, "{:.1f}".format)
    empty: set[LabelledRange] = set()
    agreement = measure(*[({DATE, PLAN}, {DATE, (5, 15, "PLAN"), (6, 16, "PLAN")})] * 9, ({DATE}, empty))
    messages = {warning.code: warning.message for warning in find_warnings(agreement, write)}
    assert "<Omar> – <Sanae>: 10" in messages["few_articles"]
    assert "<Omar> – <Sanae>: 0.4" in messages["unshared_positions"]
    assert "<Omar> – <Sanae>: Date" in messages["one_category"]
    assert "Date: 19" in messages["few_spans"]
    assert "<Omar>: 10" in messages["empty_layers"]
