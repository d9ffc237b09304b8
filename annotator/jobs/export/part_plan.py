"""The parts of an export: which there are, which articles go into each, and how even they are."""

from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction
from typing import Final

from annotator.formats.report import PartCounts, PartNotice
from annotator.i18n import _, format_number
from annotator.jobs.export.dataset_splitter import DatasetSplitter, sketch_text
from annotator.jobs.export.file_output import UNSPLIT
from annotator.jobs.export.writer import Converted
from annotator.model.reasons import Code
from annotator.model.records import BODY, HEADLINE, AnnotatedArticle
from annotator.tagging.flat import FLATTENED, OUTSIDE_ZONES, REFUSED, select_ranges

TRAIN: Final = "train"
TEST: Final = "test"
_COMPARED_ZONES: Final = frozenset((HEADLINE, BODY))  # for near-duplicates: page furniture is always alike
_TOLERANCE: Final = Fraction(1, 2)  # of a part's share of the sentences


class PartPlan:
    """The parts of an export, by name, and the share of the articles that each should have."""

    def __init__(
        self,
        shares: Mapping[str, Fraction],
        splitter: DatasetSplitter | None = None,
        list_parts: Callable[[str], tuple[str, ...]] = lambda drawn: (drawn,),
    ) -> None:
        """`list_parts` returns the parts that have an article for which the splitter has drawn a part."""
        self.shares = shares
        self.copies = round(sum(shares.values()))
        """How many parts have each article."""
        self._splitter, self._list_parts = splitter, list_parts

    def add(self, annotated: AnnotatedArticle) -> None:
        """Add an article of the corpus, older ones first."""
        text = annotated.article.text
        zones = select_ranges(annotated.article, annotated.zones, _COMPARED_ZONES)
        words = " ".join(text[zone.start : zone.end] for zone in zones) or text
        if self._splitter:
            self._splitter.add(annotated.article.uid, sketch_text(words))

    def assign(self) -> Iterable[tuple[str, ...]]:
        """Return the parts of each article, in the order added."""
        return map(self._list_parts, self._splitter.assign_parts() if self._splitter else ())


def plan_unsplit() -> PartPlan:
    """Plan an export with one part."""
    return PartPlan({UNSPLIT: Fraction(1)})


def plan_split(split: Mapping[str, Fraction | int], seed: int) -> PartPlan:
    """Plan a split by these weights, which are greater than 0."""
    total = sum(split.values(), Fraction())
    return PartPlan({part: Fraction(weight) / total for part, weight in split.items()}, DatasetSplitter(split, seed))


def plan_folds(count: int, seed: int) -> PartPlan:
    """Plan folds: each article is in the test set of one, and in the training sets of the others."""
    names = [f"fold-{number}" for number in range(1, count + 1)]
    share = Fraction(1, count)
    shares = {f"{name}/{kind}": part for name in names for kind, part in ((TRAIN, 1 - share), (TEST, share))}
    parts_by_fold = {tested: tuple(f"{name}/{TEST if name == tested else TRAIN}" for name in names) for tested in names}
    return PartPlan(shares, DatasetSplitter(dict.fromkeys(names, 1), seed), parts_by_fold.__getitem__)


def find_imbalances(
    parts: Mapping[str, PartCounts], shares: Mapping[str, Fraction], total: PartCounts
) -> list[PartNotice]:
    """Return a notice for each part far from its share of the sentences, and for each label that it lacks."""
    notices = []
    for part, counts in parts.items():
        expected = shares[part]
        if total.sentences and counts.articles:
            actual = Fraction(counts.sentences, total.sentences)
            if abs(actual - expected) > expected * _TOLERANCE:
                reason = _("The part {part} has {actual} of the sentences instead of about {expected}.")
                percentages = {"actual": _format_percent(actual), "expected": _format_percent(expected)}
                notices.append(PartNotice(part, Code.UNEVEN_PART, reason.format(part=part, **percentages)))
        for label in sorted(total.labels.keys() - counts.labels.keys()):
            reason = _("The part {part} has no span labelled {label}.").format(part=part, label=label)
            notices.append(PartNotice(part, Code.LABEL_MISSING, reason))
    return notices


def _format_percent(share: Fraction) -> str:
    return f"{format_number(round(100 * share))} %"


def count_spans(annotated: AnnotatedArticle, counts: PartCounts, converted: Converted) -> None:
    """Count the spans and their labels in the file."""
    counts.spans += len(annotated.spans)
    counts.written += len(annotated.spans) - len(converted.outcomes)
    for index, span in enumerate(annotated.spans):
        outcome = converted.outcomes.get(index)
        if not outcome or outcome[0] not in (REFUSED, FLATTENED, OUTSIDE_ZONES):
            counts.labels[span.label] = counts.labels.get(span.label, 0) + 1
