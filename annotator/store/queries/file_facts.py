"""Facts about SQLite and the corpus for crash reports: only versions and counts."""

import sqlite3

from annotator.store.corpus import Corpus
from annotator.store.errors import CorpusError


def collect_facts(corpus: Corpus | None) -> dict[str, str]:
    """Return facts by name. An unreadable corpus is a fact, not an error."""
    facts = {"SQLite": sqlite3.sqlite_version}
    if corpus is None:
        return facts
    try:
        [(version,)] = corpus.fetch_tuples("PRAGMA user_version")
        [(articles, spans)] = corpus.fetch_tuples("SELECT (SELECT count(*) FROM article), (SELECT count(*) FROM span)")
    except (CorpusError, sqlite3.Error) as error:
        return {**facts, "corpus": f"cannot be read: {type(error).__name__}"}
    return {**facts, "corpus": f"schema {version}, {articles} articles, {spans} spans"}
