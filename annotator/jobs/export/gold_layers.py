"""Which layer of each article an export of gold has, and where its labels come from."""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from annotator.i18n import N_, _, format_number
from annotator.model.records import DONE
from annotator.store.corpus import Corpus
from annotator.store.queries import gold

ADJUDICATED: Final = "adjudicated"
AGREED: Final = "agreed"
UNFINISHED: Final = "unfinished"
SINGLE: Final = "single"
ORIGINS: Final = (ADJUDICATED, AGREED, UNFINISHED, SINGLE)
"""Where the labels of an article come from.

Somebody decided, all agreed, disagreements may be open, or only one person has done the article.
"""
_TEXTS: Final = {
    ADJUDICATED: N_("articles adjudicated: {count}"),
    AGREED: N_("articles all agree on: {count}"),
    UNFINISHED: N_("articles not yet adjudicated to the end: {count}"),
    SINGLE: N_("articles of a single annotator: {count}"),
}


class GoldLayer(NamedTuple):
    """The layer of an article that counts as gold: its owner and origin, one of ORIGINS."""

    annotator: str
    origin: str


def describe_origins(origins: Iterable[str]) -> Iterator[str]:
    """Yield a text for each of ORIGINS that articles have, with their number."""
    counts = Counter(origins)
    yield from (
        _(text).format(count=format_number(counts[origin])) for origin, text in _TEXTS.items() if counts[origin]
    )


def select_gold_layers(corpus: Corpus, *, single: bool, state: str) -> dict[int, GoldLayer]:
    """Return the layers by article number, in corpus order.

    They are the gold layers that are done, or all if `state` is not DONE, and, if `single`, those of the articles
    without one that a single person has done or imported.
    """
    layers: dict[int, GoldLayer] = {}
    if name := gold.find_gold(corpus):
        decided = gold.list_decided_articles(corpus, name)
        done = set(gold.list_gold_articles(corpus, name, DONE))
        for number in done if state == DONE else gold.list_gold_articles(corpus, name, None):
            origin = ADJUDICATED if number in decided else AGREED
            layers[number] = GoldLayer(name, origin if number in done else UNFINISHED)
    if single:
        for number, annotator in gold.list_single_layers(corpus):
            layers.setdefault(number, GoldLayer(annotator, SINGLE))
    return dict(sorted(layers.items()))
