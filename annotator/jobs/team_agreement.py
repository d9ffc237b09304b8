"""How far a team agrees, and which articles have the most disagreements left to decide."""

from collections.abc import Generator
from itertools import islice

from msgspec import Struct

from annotator.jobs.adjudication import adjudicate
from annotator.jobs.agreement import AgreementOptions, measure_agreement
from annotator.store.content_version import ContentVersion
from annotator.store.corpus import Corpus
from annotator.store.queries.article_list import load_summaries
from annotator.store.queries.assignments import list_blind_to_do
from annotator.team.agreement import Agreement

_MAX_ARTICLES = 100  # listed as those to adjudicate first


class ContestedArticle(Struct, frozen=True):
    """An article with so many disagreements to decide."""

    number: int
    title: str
    disagreements: int


class TeamAgreement(Struct, frozen=True):
    """How far a team agrees in a corpus with this content, and the articles to adjudicate, most disagreements first.

    `disagreements` are those of all these articles. What the `reader` labels blind and is not done with is left out:
    so many articles are `hidden`.
    """

    content: ContentVersion
    agreement: Agreement
    contested: tuple[ContestedArticle, ...]
    disagreements: int
    reader: str
    hidden: int


def measure_team_agreement(corpus: Corpus, reader: str = "") -> Generator[tuple[int, int], None, TeamAgreement]:
    """Measure how far all annotators agree, for a reader from whom some may be hidden; "" is somebody who sees all.

    Yields parts done and their number, twice from 0 on.
    """
    content, hidden = corpus.content_version(), frozenset(list_blind_to_do(corpus, reader))
    agreement = yield from measure_agreement(corpus, AgreementOptions(excluded=hidden))
    result = yield from adjudicate(corpus, "")
    counts = {number: count for number, count in result.count_by_article().items() if number not in hidden}
    first = dict(islice(counts.items(), _MAX_ARTICLES))
    titles = {summary.id: summary.title for summary in load_summaries(corpus, first)}
    contested = (ContestedArticle(number, titles[number], count) for number, count in first.items())
    return TeamAgreement(content, agreement, tuple(contested), sum(counts.values()), reader, len(hidden))
