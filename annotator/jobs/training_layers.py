"""The layers that teach: what the memory counts in them."""

from collections.abc import Iterator
from itertools import pairwise

from annotator.model.records import BOILERPLATE, AnnotatedArticle, labelled_range
from annotator.store.corpus import Corpus
from annotator.store.queries import training_data
from annotator.suggest.crf.training import MAX_TOKENS
from annotator.suggest.memory import Count, MemorySuggester


def load_memory(corpus: Corpus, annotator: str | None = None, *, only_reviewed: bool = False) -> MemorySuggester:
    """Return a memory of a corpus: of spans and rejections, and of where the words stand without the label.

    Of the last, only the latest MAX_TOKENS words count, which takes half a second. See
    training_data.count_mentions for what teaches an annotator, and for `only_reviewed`.
    """
    memory = MemorySuggester(training_data.count_mentions(corpus, annotator, only_reviewed=only_reviewed))
    for annotated, layer_annotator in load_latest_layers(corpus, annotator):
        for count in count_places(memory, annotated, layer_annotator):  # of forms and labels that it knows already
            memory.learn(*count)
    return memory


def load_latest_layers(corpus: Corpus, annotator: str | None = None) -> Iterator[tuple[AnnotatedArticle, str]]:
    """Yield each article's latest layer that teaches an annotator, or everybody, newest first, up to MAX_TOKENS."""
    layers: dict[int, str] = {}
    for number, layer_annotator in reversed(training_data.list_training_layers(corpus, annotator)):
        layers.setdefault(number, layer_annotator)
    words = 0
    for annotated in corpus.load_articles(layers):
        yield annotated, layers[annotated.article.id]
        words += len(annotated.article.text.split())
        if words >= MAX_TOKENS:
            return


def count_places(memory: MemorySuggester, annotated: AnnotatedArticle, annotator: str) -> list[Count]:
    """Return where the memory's forms stand without their labels in a layer, or nested, outside boilerplate."""
    spans = [labelled_range(span) for span in annotated.spans if span.annotator == annotator]
    return list(memory.count_places(annotated.article, spans, find_labelled_ranges(annotated)))


def find_labelled_ranges(annotated: AnnotatedArticle) -> tuple[tuple[int, int], ...] | None:
    """Return the ranges outside boilerplate, where missing labels are intended; None for the whole text."""
    boilerplate = [(zone.start, zone.end) for zone in annotated.zones if zone.kind == BOILERPLATE]
    edges = [0, *(edge for text_range in boilerplate for edge in text_range), len(annotated.article.text)]
    return (
        tuple(text_range for text_range in list(pairwise(edges))[::2] if text_range[0] < text_range[1])
        if boilerplate
        else None
    )
