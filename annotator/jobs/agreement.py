"""How far the annotators of a corpus agree: collects the layers to compare, and has them measured."""

from collections import defaultdict
from collections.abc import Generator, Mapping, Sequence
from datetime import tzinfo
from typing import Final

from msgspec import Struct
from msgspec.structs import asdict

from annotator.i18n import _
from annotator.model.choices import check_choice
from annotator.model.records import BODY, DONE, HEADLINE, ZONE_KINDS, AnnotatedArticle, Span, labelled_range
from annotator.store.corpus import Corpus
from annotator.store.errors import CorpusError
from annotator.store.queries import agreement_data
from annotator.store.queries.annotators import list_people
from annotator.tagging.flat import TextRange, select_ranges
from annotator.team.agreement import Agreement, AgreementCounter
from annotator.team.agreement_warnings import AgreementWarning, find_warnings
from annotator.team.first_layers import FirstLayer, LayerKey, fold_first_layers
from annotator.team.layers import Layer, SharedArticle, list_touched

NOW: Final = "now"
FIRST: Final = "first"
ALL: Final = "all"
HAND: Final = "hand"
MOMENTS: Final = (NOW, FIRST)
SPANS: Final = (ALL, HAND)
STATES: Final = (DONE, ALL)

_BATCH_SIZE: Final = 50  # articles between two yields, some tenths of a second


class AgreementOptions(Struct, frozen=True):
    """What to compare.

    `annotators` are names, by default all people. `moment` is NOW, or FIRST for the layers as they were when their
    annotators were first done. `spans` is ALL, or HAND without accepted suggestions. `state` is DONE, or ALL for
    layers that are not done, too. `zones` are the kinds to include; None includes all text. `excluded` are numbers of
    articles to leave out.
    """

    annotators: tuple[str, ...] = ()
    moment: str = NOW
    spans: str = ALL
    state: str = DONE
    zones: frozenset[str] | None = frozenset((HEADLINE, BODY))
    excluded: frozenset[int] = frozenset()

    def __post_init__(self) -> None:
        """Raise ValueError for an unknown value."""
        check_choice("moment", self.moment, MOMENTS)
        check_choice("spans", self.spans, SPANS)
        check_choice("state", self.state, STATES)
        for kind in self.zones or ():
            check_choice("zone", kind, ZONE_KINDS)


class AgreementReport(Agreement, frozen=True):
    """Figures of agreement, and why to doubt some of them."""

    warnings: tuple[AgreementWarning, ...] = ()

    def __repr__(self) -> str:
        """Return the main figures: all of them would fill pages."""
        return (
            f"{type(self).__name__}(articles={self.articles}, spans={self.spans}, scores={self.scores}, "
            f"alpha={self.alpha}, …)"
        )


def report_agreement(
    corpus: Corpus, options: AgreementOptions | None = None
) -> Generator[tuple[int, int], None, AgreementReport]:
    """Measure how far annotators agree, and where the figures cannot be trusted; see `measure_agreement`."""
    agreement = yield from measure_agreement(corpus, options)
    return AgreementReport(**asdict(agreement), warnings=tuple(find_warnings(agreement)))


def measure_agreement(
    corpus: Corpus, options: AgreementOptions | None = None, zone: tzinfo | None = None
) -> Generator[tuple[int, int], None, Agreement]:
    """Measure how far annotators agree in the articles of which two or more have a layer to compare.

    Yields the numbers of articles compared and of all. Weeks are those of the time zone, by default this computer's.
    Raises CorpusError for an annotator whom the corpus does not have.
    """
    options = options or AgreementOptions()
    counter = AgreementCounter(zone)
    with corpus.snapshot():
        shared = _list_shared_layers(corpus, options)
        numbers = list(shared)
        for start in range(0, len(numbers), _BATCH_SIZE):
            articles = list(corpus.load_articles(numbers[start : start + _BATCH_SIZE]))
            uids = [annotated.article.uid for annotated in articles]
            first_layers = _load_first_layers(corpus, articles) if options.moment == FIRST else {}
            done_times = agreement_data.load_done_times(corpus, uids)
            for annotated in articles:
                annotators = shared[annotated.article.id]
                counter.add(_share_article(annotated, annotators, options, first_layers, done_times))
            yield start + len(articles), len(numbers)
    return counter.measure()


def _list_shared_layers(corpus: Corpus, options: AgreementOptions) -> dict[int, list[str]]:
    """Return the numbers of the articles to compare, each with the annotators who have a layer that counts."""
    names = options.annotators or list_people(corpus)
    known_names = set(corpus.annotators())
    for name in names:
        if name not in known_names:
            raise CorpusError(_("The corpus has no annotator “{name}”.").format(name=name))
    if options.state == ALL:
        layers = agreement_data.list_begun_layers(corpus)
    elif options.moment == FIRST:
        layers = agreement_data.list_once_done_layers(corpus)
    else:
        layers = agreement_data.list_done_layers(corpus)
    annotators: defaultdict[int, list[str]] = defaultdict(list)
    for layer in layers:
        if layer.annotator in names and layer.article not in options.excluded:
            annotators[layer.article].append(layer.annotator)
    return {number: article_names for number, article_names in annotators.items() if len(article_names) > 1}


def _load_first_layers(corpus: Corpus, articles: Sequence[AnnotatedArticle]) -> dict[LayerKey, FirstLayer]:
    lengths = {annotated.article.uid: len(annotated.article.text) for annotated in articles}
    return fold_first_layers(agreement_data.load_layer_steps(corpus, list(lengths)), lengths)


def _share_article(
    annotated: AnnotatedArticle,
    annotators: Sequence[str],
    options: AgreementOptions,
    first_layers: Mapping[LayerKey, FirstLayer],
    done_times: Mapping[LayerKey, str],
) -> SharedArticle:
    """Return an article with these annotators' layers, as they are or as they first were."""
    article = annotated.article
    ranges = select_ranges(article, annotated.zones, options.zones)
    done_annotators = {status.annotator for status in annotated.states if status.state == DONE}
    layers = {}
    for name in annotators:
        key = article.uid, name
        if key in first_layers:
            layers[name] = _build_layer(first_layers[key].spans, ranges, options, first_layers[key].time)
        else:
            spans = [span for span in annotated.spans if span.annotator == name]
            layers[name] = _build_layer(
                spans, ranges, options, done_times.get(key) if name in done_annotators else None
            )
    return SharedArticle(article.uid, article.id, article.text, ranges, layers)


def _build_layer(
    spans: Sequence[Span], ranges: Sequence[TextRange], options: AgreementOptions, done: str | None
) -> Layer:
    """Return the spans that count: those that are not quite outside the exported zones."""
    counted = [
        span
        for span in spans
        if list_touched(ranges, span.start, span.end) and (options.spans == ALL or span.source is None)
    ]
    accepted = sum(span.source is not None for span in counted)
    return Layer(frozenset(map(labelled_range, counted)), accepted, done)
