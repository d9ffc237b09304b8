"""Offering articles that members claim."""

from fractions import Fraction
from random import Random

from annotator.jobs.assignment import name_batch, read_holdings
from annotator.model.identities import derive_uid
from annotator.remotes.administration import AdministeredRemote, Offer
from annotator.store.corpus import Corpus


def offer_articles(
    corpus: Corpus,
    remote: AdministeredRemote,
    *,
    name: str = "",
    double: Fraction = Fraction(0),
    is_blind: bool = False,
    seed: int = 0,
) -> int:
    """Let members claim the articles of a corpus that nobody has, in an order that the seed gives; return how many.

    Raises CorpusError.
    """
    holdings = read_holdings(corpus, corpus.annotators())
    taken = {uid for uid, holders in holdings.holders.items() if holders} | set(remote.list_offered())
    articles = sorted(set(holdings.articles) - taken)
    if not articles:
        return 0
    Random(seed).shuffle(articles)
    batch = derive_uid("offer", str(is_blind), *articles)
    return remote.offer(Offer(batch, name_batch(name), tuple(articles), double, is_blind))
