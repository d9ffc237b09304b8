"""What an article costs to export and check grows with its spans, not with their square."""

from collections.abc import Callable, Sequence

import pytest
from running import takes_linear_time

from annotator.checks.all_checks import check_spans
from annotator.checks.check_context import CheckContext, CorpusFacts
from annotator.checks.label_statistics import LabelStatistics
from annotator.jobs.export.expected_outcomes import expect_outcomes
from annotator.model.labels import default_labels
from annotator.model.records import BODY, Article, Span, Zone
from annotator.tagging.combined import project_combined
from annotator.tagging.flat import ProjectionOptions, project_flat
from annotator.tagging.nested import project_nested
from annotator.text.analysis import analysed

pytestmark = pytest.mark.slow
LABELS, OPTIONS = default_labels(), ProjectionOptions(zones=None)
LINES = {
    "a zone a line": ("أعلنت وزارة الصحة عن خطة.", "وزارة الصحة", "\n"),
    "punctuation at edges": ("أعلنت «وزارة الصحة، عن خطة", "وزارة الصحة،", " "),
    "marks and controls": ("أعلنت \u202bوزارة\u200f \u200fالصحة\u202c\u202b عن خطة", "وزارة\u200f \u200fالصحة", " "),
}
Work = Callable[[Article, Sequence[Zone], Sequence[Span]], object]


def check(article: Article, zones: Sequence[Zone], spans: Sequence[Span]) -> object:
    analysed(article.text)  # which is kept for the next time
    facts = CorpusFacts(LabelStatistics(), {}, frozenset())
    return check_spans(CheckContext(article.text, zones, spans, facts))


WORKS: dict[str, Work] = {
    "check": check,
    "flat": lambda article, zones, spans: project_flat(article, zones, spans, LABELS, OPTIONS),
    "nested": lambda article, zones, spans: project_nested(article, zones, spans, LABELS, OPTIONS),
    "combined": lambda article, zones, spans: project_combined(article, zones, spans, LABELS, OPTIONS, "all"),
    "expected": lambda article, zones, spans: expect_outcomes(article, zones, spans, OPTIONS, LABELS, lambda _span: ""),
}


@pytest.mark.parametrize("line", LINES)
@pytest.mark.parametrize("work", WORKS)
def test_time_is_linear_in_spans(work: str, line: str) -> None:
    def run(count: int) -> object:
        text, words, space = LINES[line]
        article = Article("a", space.join([text] * count))
        starts = range(text.index(words), len(article.text), len(text) + 1)
        spans = [Span(f"s{start}", "a", "a", "PLAN", start, start + len(words)) for start in starts]
        ends = range(len(text), len(article.text) + 1, len(text) + 1)
        zones = [Zone(f"z{end}", "a", BODY, end - len(text), end) for end in ends]
        return WORKS[work](article, zones if space == "\n" else (), spans)

    assert takes_linear_time(run, 500)
