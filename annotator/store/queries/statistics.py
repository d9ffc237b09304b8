"""How much there is in a corpus: articles, spans, states and edits, by label and annotator."""

from msgspec import Struct

from annotator.model.history import IMPORT
from annotator.model.records import STATES
from annotator.store.corpus import Corpus
from annotator.store.queries.article_list import counts


class Share(Struct, frozen=True):
    """What one annotator has done. `states` are how many articles are in which state; `labels` how many spans have
    which label, `accepted` how many of all spans are as they were suggested. `edits` are those of records, one by one,
    but for imports; they were made on so many `days` (UTC), from `first` to `last` (ISO 8601, None without any)."""

    states: dict[str, int]
    spans: int
    labels: dict[str, int]
    accepted: int
    rejected: int
    dismissed: int
    edits: int
    days: int
    first: str | None
    last: str | None


class Statistics(Struct, frozen=True):
    """Of a whole corpus; `labels` names every label that it has, `characters` are code points of text."""

    articles: int
    characters: int
    spans: int
    edits: int
    labels: dict[str, int]
    annotators: dict[str, Share]


def statistics(corpus: Corpus) -> Statistics:
    """What is in the corpus, counted. Reads every text once for its length: a second for some hundred megabytes."""
    with corpus.snapshot():
        [(articles, characters)] = corpus.tuples("SELECT count(*), coalesce(sum(length(text)), 0) FROM article")
        known = corpus.annotators()
        spans = corpus.tuples("SELECT annotator, label, count(*), count(source) FROM span GROUP BY annotator, label")
        rejected = dict(corpus.tuples("SELECT annotator, count(*) FROM rejection GROUP BY annotator"))
        dismissed = dict(corpus.tuples("SELECT annotator, count(*) FROM dismissal GROUP BY annotator"))
        query = """
            SELECT annotator, count(*), count(DISTINCT substr(time, 1, 10)), min(time), max(time)
            FROM edit WHERE name <> ? GROUP BY annotator
        """
        edits = {row[0]: row[1:] for row in corpus.tuples(query, IMPORT)}
        labels = dict.fromkeys((label.name for label in corpus.labels().labels), 0)
        shares = {}
        for name in known:
            mine = {label: count for who, label, count, _accepted in spans if who == name}
            for label, count in mine.items():
                labels[label] += count
            made, days, first, last = edits.get(name, (0, 0, None, None))
            states = counts(corpus, name)
            shares[name] = Share(
                states={state: states[state] for state in STATES},
                spans=sum(mine.values()),
                labels=mine,
                accepted=sum(accepted for who, _label, _count, accepted in spans if who == name),
                rejected=rejected.get(name, 0),
                dismissed=dismissed.get(name, 0),
                edits=made,
                days=days,
                first=first,
                last=last,
            )
    made = sum(share.edits for share in shares.values())
    return Statistics(articles, characters, sum(labels.values()), made, labels, shares)
