"""Articles given to annotators, and what stays hidden of the work of others in those given blind."""

from collections.abc import Iterable
from typing import Final

from msgspec.structs import replace

from annotator.model.changeset import GOLD, Assignment, Batch
from annotator.model.records import DONE, NEW
from annotator.store.corpus import Corpus
from annotator.store.queries.removals import not_removed
from annotator.store.row_mapping import to_json

_BLIND: Final = "SELECT article, annotator FROM assignment JOIN batch ON batch.uid = assignment.batch AND is_blind"

LABELLED_BLIND: Final = f"SELECT article FROM ({_BLIND}) WHERE annotator = ?1"
"""Selects the uids of the articles that reader ?1 labels blind."""

_BLIND_TO_DO: Final = f"""
    {LABELLED_BLIND} AND article NOT IN (SELECT article FROM status WHERE annotator = ?1 AND state = '{DONE}')
"""

IS_COUNTED: Final = f"({{person}} = ?1 OR {{article}} NOT IN ({_BLIND_TO_DO}))"
"""The SQL condition that reader ?1 may know of a row, be it as a part of a total; `person` did what it says.

What others did in an article that the reader still labels blind would show in a total: most simply where it is the only
one of a day, or of an annotator.
"""

_HIDDEN: Final = f"""
    {LABELLED_BLIND} AND NOT (
        (SELECT kind FROM annotator WHERE name = ?2) IS '{GOLD}'
        AND article IN (SELECT article FROM status WHERE annotator = ?1 AND state = '{DONE}')
    )
"""

IS_GOLD: Final = f"{{layer}}.annotator IN (SELECT name FROM annotator WHERE kind = '{GOLD}')"
"""The SQL condition that a row is of a gold layer; `layer`, to be filled in as below, is the table."""

IS_PUBLIC: Final = f"""({IS_GOLD} OR {{layer}}.article NOT IN (
    SELECT article FROM ({_BLIND}) GROUP BY article HAVING count(*) > 1
))"""
"""The SQL condition that a row may teach everybody: of a gold layer, or of no article that several label blind."""

TEACHES: Final = f"""({{layer}}.annotator = ?1 OR {IS_GOLD} AND {{layer}}.article NOT IN (
    SELECT article FROM assignment WHERE annotator = ?1 AND article NOT IN (
        SELECT article FROM status WHERE annotator = ?1 AND state = '{DONE}'
    )
))"""
"""The SQL condition that a row may teach annotator ?1: own, or gold, but not in articles that they still have to do."""


_ASSIGN: Final = """
    INSERT INTO assignment (article, annotator, clock, batch) VALUES (?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET batch = excluded.batch, clock = excluded.clock
    WHERE (excluded.clock, coalesce(excluded.batch, '')) > (clock, coalesce(batch, ''))
"""

_TAKE_BACK: Final = """
    INSERT INTO unassignment (article, annotator, clock) VALUES (?, ?, ?)
    ON CONFLICT DO UPDATE SET clock = max(clock, excluded.clock)
"""

_DELETE_TAKEN_BACK: Final = """
    DELETE FROM assignment WHERE EXISTS (
        SELECT 1 FROM unassignment
        WHERE (unassignment.article, unassignment.annotator) = (assignment.article, assignment.annotator)
            AND unassignment.clock >= assignment.clock
    )
"""


def save_assignments(corpus: Corpus, batch: Batch, assignments: Iterable[Assignment]) -> None:
    """Store a batch and its assignments; one that exists stays as it is. Annotators are added if they are new."""
    with corpus.transaction():
        clock = _next_clock(corpus)
        given_out = [replace(assignment, batch=batch.uid, clock=clock) for assignment in assignments]
        for name in dict.fromkeys(assignment.annotator for assignment in given_out):
            corpus._add_annotator(name)
        values = {"uid": batch.uid, "name": batch.name, "is_blind": int(batch.is_blind), "time": batch.time}
        corpus._insert("batch", values, "IGNORE")
        for assignment in given_out:
            row = {column: getattr(assignment, column) for column in ("article", "annotator", "batch", "clock")}
            corpus._insert("assignment", row, "IGNORE")


def take_back(corpus: Corpus, annotator: str) -> int:
    """Take back the articles assigned to an annotator that they have not done; return their number.

    What they did there stays. Elsewhere, too, the articles are taken back by a merge, unless they were given out later.
    """
    with corpus.transaction():
        query = f"""
            SELECT article FROM assignment WHERE annotator = ?1 AND article NOT IN (
                SELECT article FROM status WHERE annotator = ?1 AND state = '{DONE}'
            )
        """
        articles = [article for (article,) in corpus.fetch_tuples(query, annotator)]
        clock = _next_clock(corpus)
        merge_assignments(
            corpus, [Assignment(article, annotator, clock=clock, is_taken_back=True) for article in articles]
        )
    return len(articles)


def merge_assignments(corpus: Corpus, assignments: Iterable[Assignment]) -> None:
    """Store assignments, and what was taken back, of annotators of the corpus; of each, the latest stands.

    In whatever order they come, the result is the same. Those of articles or batches that the corpus does not have are
    left out.
    """
    assignments = list(assignments)
    query = "SELECT uid FROM article WHERE uid IN (SELECT value FROM json_each(?))"
    uids = to_json(list({assignment.article for assignment in assignments}))
    articles = {uid for (uid,) in corpus.fetch_tuples(query, uids)}
    batches = {None, *(batch.uid for batch in list_batches(corpus))}
    with corpus.transaction():
        for assignment in assignments:
            if assignment.article not in articles or assignment.batch not in batches:
                continue
            values = (assignment.article, assignment.annotator, assignment.clock)
            if assignment.is_taken_back:
                corpus.db.execute(_TAKE_BACK, values)
            else:
                corpus.db.execute(_ASSIGN, (*values, assignment.batch))
        corpus.db.execute(_DELETE_TAKEN_BACK)


def _next_clock(corpus: Corpus) -> int:
    """Return a clock after every step, and after all that was given out or taken back."""
    query = "SELECT max(clock) FROM (SELECT clock FROM assignment UNION ALL SELECT clock FROM unassignment)"
    [(last_clock,)] = corpus.fetch_tuples(query)
    return max(corpus.next_clock(), (last_clock or 0) + 1)


def list_batches(corpus: Corpus) -> list[Batch]:
    """Return all batches, the first given out first."""
    rows = corpus.fetch_tuples("SELECT uid, name, is_blind, time FROM batch ORDER BY time, uid")
    return [Batch(uid, name, bool(is_blind), time) for uid, name, is_blind, time in rows]


def list_assignments(corpus: Corpus, annotator: str | None = None) -> list[Assignment]:
    """Return the assignments of an annotator or all, in the order of articles; none of removed articles."""
    query = f"""
        SELECT assignment.article, annotator, batch FROM assignment JOIN article ON uid = assignment.article
        WHERE (?1 IS NULL OR annotator = ?1) AND {not_removed("assignment.article")} ORDER BY article.id, annotator
    """
    return [Assignment(*row) for row in corpus.fetch_tuples(query, annotator)]


def list_annotators_with_queues(corpus: Corpus) -> list[str]:
    """Return the annotators to whom an article is assigned, first added first."""
    query = "SELECT name FROM annotator WHERE name IN (SELECT annotator FROM assignment) ORDER BY rowid"
    return [name for (name,) in corpus.fetch_tuples(query)]


def has_queue(corpus: Corpus, annotator: str) -> bool:
    """Return whether an article is assigned to the annotator."""
    return bool(corpus.fetch_tuples("SELECT 1 FROM assignment WHERE annotator = ? LIMIT 1", annotator))


def list_queue(corpus: Corpus, annotator: str) -> set[int]:
    """Return the numbers of the articles assigned to the annotator."""
    query = "SELECT id AS number FROM assignment JOIN article ON uid = article WHERE annotator = ?"
    return set(corpus.fetch_numbers(query, annotator))


def list_hidden_articles(corpus: Corpus, reader: str, annotator: str | None = None) -> dict[int, str]:
    """Return the uids by number of the articles where the reader sees nothing of what the annotator did, or anybody.

    These are the articles that the reader labels blind; of gold, only until they have done them.
    """
    query = f"SELECT id, uid FROM article WHERE uid IN ({_HIDDEN})"
    return dict(corpus.fetch_tuples(query, reader, annotator))


def is_hidden(corpus: Corpus, article: str, reader: str, annotator: str) -> bool:
    """Return whether the reader sees nothing of what the annotator did in the article (see list_hidden_articles)."""
    return bool(corpus.fetch_tuples(f"SELECT 1 WHERE ?3 IN ({_HIDDEN})", reader, annotator, article))


def list_blind_to_do(corpus: Corpus, reader: str) -> set[int]:
    """Return the numbers of the articles that the reader labels blind and is not done with."""
    query = f"""
        SELECT id AS number FROM article WHERE uid IN ({_BLIND_TO_DO}) AND {not_removed("uid")}
    """
    return set(corpus.fetch_numbers(query, reader))


def list_shared_secrets(corpus: Corpus) -> set[str]:
    """Return the uids of the articles that several annotators label blind (see IS_PUBLIC)."""
    query = f"SELECT article FROM ({_BLIND}) GROUP BY article HAVING count(*) > 1"
    return {uid for (uid,) in corpus.fetch_tuples(query)}


def list_holders(corpus: Corpus, annotators: Iterable[str]) -> dict[str, list[str]]:
    """Return who has an article already, by its uid: it is assigned to them, or they have done it.

    Of `annotators`, also those who have begun it. Removed articles and gold layers do not count.
    """
    query = f"""
        SELECT article, annotator FROM assignment WHERE {not_removed("article")}
        UNION SELECT article, annotator FROM status
            WHERE NOT {IS_GOLD.format(layer="status")} AND {not_removed("article")} AND (
                state = '{DONE}' OR state <> '{NEW}' AND annotator IN (SELECT value FROM json_each(?1))
            )
        UNION SELECT article, annotator FROM span
            WHERE annotator IN (SELECT value FROM json_each(?1)) AND {not_removed("article")}
        ORDER BY article, annotator
    """
    holders: dict[str, list[str]] = {}
    for article, annotator in corpus.fetch_tuples(query, to_json(list(annotators))):
        holders.setdefault(article, []).append(annotator)
    return holders


def list_article_uids(corpus: Corpus) -> list[str]:
    """Return the uids of all articles, first added first; of no removed ones."""
    return [uid for (uid,) in corpus.fetch_tuples(f"SELECT uid FROM article WHERE {not_removed('uid')} ORDER BY id")]


def list_gold_annotators(corpus: Corpus) -> set[str]:
    """Return the names of the annotators whose layers are gold."""
    return {name for (name,) in corpus.fetch_tuples("SELECT name FROM annotator WHERE kind = ?", GOLD)}


def count_assigned_states(corpus: Corpus) -> list[tuple[str, str, str, int]]:
    """Return (batch uid, annotator, state, number of articles) of all assignments but those of removed articles."""
    query = f"""
        SELECT batch, assignment.annotator, coalesce(state, '{NEW}'), count(*) FROM assignment
        LEFT JOIN status ON status.article = assignment.article AND status.annotator = assignment.annotator
        WHERE {not_removed("assignment.article")} GROUP BY 1, 2, 3
    """
    return corpus.fetch_tuples(query)
