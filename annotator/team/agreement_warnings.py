"""Where figures of agreement cannot be trusted, or should be read in another way, in plain words."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from typing import Final, NamedTuple

from msgspec import Struct

from annotator.i18n import N_, _, format_number
from annotator.team.agreement import Agreement, PairAgreement

FEW_ARTICLES: Final = 25
"""Measured: the interval of fewer articles of 30 spans is wider than 0.06."""
FEW_SPANS: Final = 20
_MANY_ACCEPTED: Final = 0.3  # of all spans
_MANY_UNSHARED: Final = 0.3  # of all positions
_NEARLY_ALL: Final = 0.9  # of the spans with the same edges
_MAX_LISTED: Final = 5

NO_COMMON_ARTICLES: Final = "no_common_articles"
FEW_COMMON_ARTICLES: Final = "few_articles"
FEW_SPANS_OF_LABEL: Final = "few_spans"
ONE_CATEGORY: Final = "one_category"
SKEWED_LABELS: Final = "skewed_labels"
UNSHARED_POSITIONS: Final = "unshared_positions"
ACCEPTED_SUGGESTIONS: Final = "accepted_suggestions"
EMPTY_LAYERS: Final = "empty_layers"
WITHOUT_ZONES: Final = "without_zones"

_MESSAGES: Final = {
    NO_COMMON_ARTICLES: N_("No article was done by two annotators, so nothing can be compared."),
    FEW_COMMON_ARTICLES: N_("Few articles in common: {names}. The figures are rough, as their intervals show."),
    FEW_SPANS_OF_LABEL: N_("Few spans of a label: {names}. Its figures say little."),
    ONE_CATEGORY: N_("Spans with the same edges all have one label: {names}. Kappa cannot be computed there."),
    SKEWED_LABELS: N_(
        "Spans with the same edges nearly all have one label: {names}. Kappa is low there even if annotators agree."
    ),
    UNSHARED_POSITIONS: N_(
        "Many spans have edges that only one annotator chose: {names}. Read the score by position first, since kappa "
        "says nothing about them."
    ),
    ACCEPTED_SUGGESTIONS: N_(
        "Many spans are accepted suggestions: {names}. These agree by themselves, so read the figures of the spans "
        "labelled by hand, too."
    ),
    WITHOUT_ZONES: N_(
        "Articles without a headline or a body: {names}. What is labelled in them does not count, so mark their zones."
    ),
    EMPTY_LAYERS: N_(
        "Articles, by number, that one annotator left empty and another did not: {names}. Check that they were done."
    ),
}


class AgreementWarning(Struct, frozen=True):
    """A reason to doubt figures: `code` is a stable word, `message` a sentence; `articles` are numbers."""

    code: str
    message: str
    annotators: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    articles: tuple[int, ...] = ()


class FactFormat(NamedTuple):
    """How names of people and labels, and scores, are written in a message."""

    person: Callable[[str], str] = str
    label: Callable[[str], str] = str
    score: Callable[[float], str] = "{:.2f}".format


_PLAIN: Final = FactFormat()


def find_warnings(agreement: Agreement, write: FactFormat = _PLAIN) -> list[AgreementWarning]:
    """Return the warnings about these figures, at most one of each code; those about most figures come first."""
    if not agreement.articles:
        return [_build_warning(NO_COMMON_ARTICLES, ())]
    matched_pairs = [(pair, pair.main_label) for pair in agreement.pairs if pair.main_label is not None]
    return [
        *_warn_of_missing_zones(agreement),
        *_warn_of_pairs(
            FEW_COMMON_ARTICLES,
            (
                (pair, format_number(pair.scores.articles))
                for pair in agreement.pairs
                if pair.scores.articles < FEW_ARTICLES
            ),
            write,
        ),
        *_warn_of_empty_layers(agreement, write),
        *_warn_of_suggestions(agreement),
        *_warn_of_pairs(
            UNSHARED_POSITIONS,
            (
                (pair, write.score(position))
                for pair in agreement.pairs
                if (position := pair.scores.position.value) is not None and position < 1 - _MANY_UNSHARED
            ),
            write,
        ),
        *_warn_of_pairs(
            ONE_CATEGORY, ((pair, write.label(label)) for pair, label in matched_pairs if pair.main_share == 1), write
        ),
        *_warn_of_pairs(
            SKEWED_LABELS,
            ((pair, write.label(label)) for pair, label in matched_pairs if _NEARLY_ALL <= pair.main_share < 1),
            write,
        ),
        *_warn_of_labels(agreement, write),
    ]


def _warn_of_missing_zones(agreement: Agreement) -> Iterator[AgreementWarning]:
    if numbers := agreement.articles_without_zones:
        yield _build_warning(WITHOUT_ZONES, map(format_number, numbers), articles=numbers)


def _warn_of_pairs(
    code: str, facts: Iterable[tuple[PairAgreement, str]], write: FactFormat
) -> Iterator[AgreementWarning]:
    pairs = list(facts)
    if pairs:
        names = (_name_fact(f"{write.person(pair.first)} – {write.person(pair.second)}", fact) for pair, fact in pairs)
        annotators = dict.fromkeys(name for pair, _fact in pairs for name in (pair.first, pair.second))
        yield _build_warning(code, names, annotators=tuple(annotators))


def _warn_of_labels(agreement: Agreement, write: FactFormat) -> Iterator[AgreementWarning]:
    few = {name: label.spans for name, label in agreement.labels.items() if label.spans < FEW_SPANS}
    if few:
        names = (_name_fact(write.label(name), format_number(count)) for name, count in few.items())
        yield _build_warning(FEW_SPANS_OF_LABEL, names, labels=tuple(few))


def _warn_of_suggestions(agreement: Agreement) -> Iterator[AgreementWarning]:
    if agreement.accepted > _MANY_ACCEPTED * agreement.spans:
        share = round(100 * agreement.accepted / agreement.spans)
        yield _build_warning(ACCEPTED_SUGGESTIONS, [_("{number}%").format(number=format_number(share))])


def _warn_of_empty_layers(agreement: Agreement, write: FactFormat) -> Iterator[AgreementWarning]:
    numbers: defaultdict[str, list[int]] = defaultdict(list)
    for layer in agreement.empty_layers:
        numbers[layer.annotator].append(layer.article)
    if numbers:
        names = (
            _name_fact(write.person(name), _list(map(format_number, articles))) for name, articles in numbers.items()
        )
        articles = tuple(sorted({layer.article for layer in agreement.empty_layers}))
        yield _build_warning(EMPTY_LAYERS, names, annotators=tuple(numbers), articles=articles)


def _build_warning(
    code: str,
    names: Iterable[str],
    *,
    annotators: tuple[str, ...] = (),
    labels: tuple[str, ...] = (),
    articles: tuple[int, ...] = (),
) -> AgreementWarning:
    return AgreementWarning(code, _(_MESSAGES[code]).format(names=_list(names)), annotators, labels, articles)


def _name_fact(name: str, fact: str) -> str:
    return _("{name}: {fact}").format(name=name, fact=fact)


def _list(names: Iterable[str]) -> str:
    """List the first of these names."""
    listed = list(names)
    return _(", ").join(listed[:_MAX_LISTED]) + ("…" if len(listed) > _MAX_LISTED else "")
