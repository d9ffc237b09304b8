"""All checks together: what is labelled by the guidelines is not asked about."""

from collections import Counter
from itertools import chain

import pytest
from checks.samples import on, seen, span
from demo import TAGS, place_of
from hypothesis import given
from stories import ARTICLES, gold, sample
from text.texts import layered

from annotator.checks.all_checks import Checks
from annotator.checks.check_context import Seen
from annotator.checks.issue import KINDS, kind_title
from annotator.checks.label_statistics import Usage
from annotator.model.article_builder import draft
from annotator.model.records import DONE, FLAGGED, IN_PROGRESS, NEW, SKIPPED, Article, Span, Zone
from annotator.text.proclitics import form

TEXT = "قالت وزارة العدل إن وزارة العدل تعمل"


def usage(text: str, layer: list[Span]) -> Usage:
    """What is usual in a corpus of one article."""
    forms = [(form(text, one.start, one.end), one.label, 1) for one in layer if one.start < one.end <= len(text)]
    return Usage(forms, [(one.label, one.end - one.start, 1) for one in layer])


def labelled_by_the_guidelines() -> list[tuple[str, list[Span]]]:
    text = sample("01-reading-plan").read_text(encoding="utf-8")
    keys = {"1": "DATE", "2": "INSTITUTION", "3": "PLAN"}
    found = [(text, [span(*place_of(text, tag), keys[tag.key], tag.value or None) for tag in TAGS])]
    for name in ARTICLES:
        found.append((sample(name).read_text(encoding="utf-8"), [span(*one[1:], one.label) for one in gold(name)]))
    return found


@pytest.mark.parametrize(("text", "layer"), labelled_by_the_guidelines(), ids=["01-reading-plan", *ARTICLES])
def test_nothing_is_asked_about_what_is_labelled_by_the_guidelines(text: str, layer: list[Span]) -> None:
    checks = Checks(usage(text, layer), {}, frozenset(["DATE"]))
    looked = Seen(text, draft(text).zones, sorted(layer, key=lambda one: (one.start, -one.end)))
    assert [(text[one.start : one.end], one.message) for one in checks.of_spans(looked)] == []
    assert [text[match.start : match.end] for match in checks.unlabelled(looked, DONE)] == []


@pytest.mark.parametrize(("state", "count"), [(DONE, 2), (FLAGGED, 1), (IN_PROGRESS, 1), (NEW, 1), (SKIPPED, 0)])
def test_repeats_are_looked_for_as_far_as_the_annotator_has_come(state: str, count: int) -> None:
    checks = Checks(Usage([("وزارة العدل", "INSTITUTION", 2)]), {}, frozenset())
    assert len(checks.unlabelled(seen(TEXT, on(TEXT, "إن", "PLAN")), state)) == count


def test_what_is_empty_or_outside_is_not_asked_about_twice() -> None:
    checks = Checks(Usage(), {}, frozenset(["DATE"]))
    text = "قال «»، شيئا"
    kinds = [one.kind for one in checks.of_spans(seen(text, on(text, "«»، "), span(3, 99, "DATE", "x")))]
    assert kinds == ["outside", "empty"]


@given(layered())
def test_any_layer_can_be_checked(made: tuple[Article, list[Zone], list[Span]]) -> None:
    article, found, spans = made
    checks = Checks(usage(article.text, spans), {}, frozenset(["DATE"]))
    looked = Seen(article.text, found, sorted(spans, key=lambda one: (one.start, -one.end)))
    asked = checks.of_spans(looked)
    assert all(one.kind in KINDS and one.message for one in asked)
    places = Counter((one.span, one.place) for one in asked)
    assert set(places.values()) <= {1}
    for match in chain(checks.unlabelled(looked, DONE), checks.unlabelled(looked, NEW)):
        assert not any(one.start < match.end and match.start < one.end for one in spans)


def test_each_kind_has_a_title_of_its_own() -> None:
    assert len({kind_title(kind) for kind in KINDS}) == len(KINDS)
