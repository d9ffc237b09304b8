"""Statistics of a corpus: articles, spans, states and edits, by label and annotator; and counts for crash reports."""

import sqlite3

from msgspec import Struct

from annotator.model.history import IMPORT_STEPS
from annotator.model.records import STATES
from annotator.store.corpus import Corpus
from annotator.store.errors import CorpusError
from annotator.store.queries.article_list import count_by_state
from annotator.store.queries.gold import find_gold
from annotator.store.queries.removals import count_removed_articles, not_removed
from annotator.store.queries.suggestion_statistics import SuggestionCounts, count_decisions


class AnnotatorStatistics(Struct, frozen=True):
    """The work of one annotator.

    `states` counts articles by state, `labels` spans by label, `accepted`, `corrected` and
    `rejected` suggestions (see `suggestion_statistics`). `edits` counts edits
    of single records except imports, on `days` different days (UTC), from `first` to `last` (ISO 8601, None without
    edits).
    """

    states: dict[str, int]
    spans: int
    labels: dict[str, int]
    accepted: int
    corrected: int
    rejected: int
    dismissed: int
    edits: int
    days: int
    first: str | None
    last: str | None


class CorpusStatistics(Struct, frozen=True):
    """Statistics of a corpus. `labels` has all its labels; `characters` are code points of text.

    `gold` is what was decided of the annotators' work, None before: it is nobody's, and no part of the sums.
    Of removed articles only their number counts, `removed`, and the edits.
    """

    articles: int
    characters: int
    spans: int
    edits: int
    labels: dict[str, int]
    annotators: dict[str, AnnotatorStatistics]
    removed: int
    gold: AnnotatorStatistics | None = None


def collect_statistics(corpus: Corpus) -> CorpusStatistics:
    """Count the corpus's content."""
    with corpus.snapshot():
        [(articles, characters)] = corpus.fetch_tuples(
            f"SELECT count(*), coalesce(sum(length), 0) FROM article WHERE {not_removed('uid')}"
        )
        removed = count_removed_articles(corpus)
        gold_name = find_gold(corpus)
        counted = f"WHERE {not_removed('article')} GROUP BY annotator"
        spans = corpus.fetch_tuples(f"SELECT annotator, label, count(*) FROM span {counted}, label")
        decisions = count_decisions(corpus)
        dismissed = dict(corpus.fetch_tuples(f"SELECT annotator, count(*) FROM dismissal {counted}"))
        query = f"""
            SELECT annotator, sum(edits), count(DISTINCT substr(time, 1, 10)), min(time), max(time)
            FROM (SELECT step, count(*) AS edits FROM stored_edit GROUP BY step)
            CROSS JOIN stored_step ON stored_step.id = step WHERE name NOT IN {IMPORT_STEPS} GROUP BY annotator
        """
        edits = {row[0]: row[1:] for row in corpus.fetch_tuples(query)}
        labels = dict.fromkeys((label.name for label in corpus.labels().labels), 0)
        annotator_statistics = {}
        for name in corpus.annotators():
            own_labels = {label: count for owner, label, count in spans if owner == name}
            for label, count in own_labels.items() if name != gold_name else ():
                labels[label] += count
            edit_count, days, first, last = edits.get(name, (0, 0, None, None))
            states, own_decisions = count_by_state(corpus, name), decisions.get(name, SuggestionCounts())
            annotator_statistics[name] = AnnotatorStatistics(
                states={state: states[state] for state in STATES},
                spans=sum(own_labels.values()),
                labels=own_labels,
                accepted=own_decisions.accepted,
                corrected=own_decisions.corrected,
                rejected=own_decisions.rejected,
                dismissed=dismissed.get(name, 0),
                edits=edit_count,
                days=days,
                first=first,
                last=last,
            )
    gold = annotator_statistics.pop(gold_name, None) if gold_name else None
    edit_count = sum(share.edits for share in annotator_statistics.values())
    span_count = sum(labels.values())
    return CorpusStatistics(articles, characters, span_count, edit_count, labels, annotator_statistics, removed, gold)


def collect_facts(corpus: Corpus | None) -> dict[str, str]:
    """Return facts about SQLite and the corpus by name: only versions and counts. An unreadable corpus is one, too."""
    facts = {"SQLite": sqlite3.sqlite_version}
    if corpus is None:
        return facts
    try:
        [(version,)] = corpus.fetch_tuples("PRAGMA user_version")
        [(articles, spans)] = corpus.fetch_tuples("SELECT (SELECT count(*) FROM article), (SELECT count(*) FROM span)")
    except (CorpusError, sqlite3.Error) as error:
        return {**facts, "corpus": f"cannot be read: {type(error).__name__}"}
    return {**facts, "corpus": f"schema {version}, {articles} articles, {spans} spans"}
