"""All checks together: spans that follow the guidelines have no issues."""

from collections import Counter
from itertools import chain

import pytest
from checks.samples import context, span, span_on
from e2e.stories import ARTICLES, load_gold, sample_path
from hypothesis import given
from strategies import article_layers
from window_driver import TAGS, locate_words

from annotator.checks.all_checks import KINDS, check_spans, find_unlabelled_words, kind_title
from annotator.checks.check_context import CheckContext, CorpusFacts
from annotator.checks.label_statistics import LabelStatistics
from annotator.model.article_builder import build_article
from annotator.model.records import DONE, FLAGGED, IN_PROGRESS, NEW, SKIPPED, Article, Span, Zone
from annotator.text.proclitics import normalise_form

TEXT = "قالت وزارة العدل إن وزارة العدل تعمل"


def statistics(text: str, layer: list[Span]) -> LabelStatistics:
    """Return the statistics of a corpus of one article."""
    forms = [(normalise_form(text, s.start, s.end), s.label, 1) for s in layer if s.start < s.end <= len(text)]
    return LabelStatistics(forms, [(s.label, s.end - s.start, 1) for s in layer])


def labelled_by_the_guidelines() -> list[tuple[str, list[Span]]]:
    text = sample_path("01-reading-plan").read_text(encoding="utf-8")
    keys = {"1": "DATE", "2": "INSTITUTION", "3": "PLAN"}
    articles = [(text, [span(*locate_words(text, tag), keys[tag.key], tag.value or None) for tag in TAGS])]
    for name in ARTICLES:
        articles.append(
            (sample_path(name).read_text(encoding="utf-8"), [span(*gold[1:], gold.label) for gold in load_gold(name)])
        )
    return articles


@pytest.mark.parametrize(("text", "layer"), labelled_by_the_guidelines(), ids=["01-reading-plan", *ARTICLES])
def test_spans_that_follow_the_guidelines_have_no_issues(text: str, layer: list[Span]) -> None:
    facts = CorpusFacts(statistics(text, layer), {}, frozenset(["DATE"]))
    spans = sorted(layer, key=lambda s: (s.start, -s.end))
    layer_context = CheckContext(text, build_article(text).zones, spans, facts)
    assert [(text[issue.start : issue.end], issue.message) for issue in check_spans(layer_context)] == []
    assert [text[match.start : match.end] for match in find_unlabelled_words(layer_context, DONE)] == []


@pytest.mark.parametrize(("state", "count"), [(DONE, 2), (FLAGGED, 1), (IN_PROGRESS, 1), (NEW, 1), (SKIPPED, 0)])
def test_unlabelled_words_are_found_as_far_as_the_annotator_has_come(state: str, count: int) -> None:
    corpus_statistics = LabelStatistics([("وزارة العدل", "INSTITUTION", 2)])
    layer_context = context(TEXT, span_on(TEXT, "إن", "PLAN"), statistics=corpus_statistics)
    assert len(find_unlabelled_words(layer_context, state)) == count


def test_empty_and_outside_spans_have_no_further_issues() -> None:
    text = "قال «»، شيئا"
    kinds = [issue.kind for issue in check_spans(context(text, span_on(text, "«»، "), span(3, 99, "DATE", "x")))]
    assert kinds == ["outside", "empty"]


@given(article_layers())
def test_any_layer_can_be_checked(annotated: tuple[Article, list[Zone], list[Span]]) -> None:
    article, zones, spans = annotated
    facts = CorpusFacts(statistics(article.text, spans), {}, frozenset(["DATE"]))
    layer_context = CheckContext(article.text, zones, sorted(spans, key=lambda s: (s.start, -s.end)), facts)
    issues = check_spans(layer_context)
    assert all(issue.kind in KINDS and issue.message for issue in issues)
    places = Counter((issue.span, issue.key) for issue in issues)
    assert set(places.values()) <= {1}
    for match in chain(find_unlabelled_words(layer_context, DONE), find_unlabelled_words(layer_context, NEW)):
        assert not any(s.start < match.end and match.start < s.end for s in spans)


def test_each_kind_of_issue_has_its_own_title() -> None:
    assert len({kind_title(kind) for kind in KINDS}) == len(KINDS)
