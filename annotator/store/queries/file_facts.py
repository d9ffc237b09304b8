"""What a report of an error says of the corpus and of what it is kept with: numbers alone."""

import sqlite3

from annotator.store.corpus import Corpus
from annotator.store.errors import CorpusError


def facts(corpus: Corpus | None) -> dict[str, str]:
    """The facts by their names. A corpus that cannot be read any more is a fact too."""
    found = {"SQLite": sqlite3.sqlite_version}
    if corpus is None:
        return found
    try:
        [(version,)] = corpus.tuples("PRAGMA user_version")
        [(articles, spans)] = corpus.tuples("SELECT (SELECT count(*) FROM article), (SELECT count(*) FROM span)")
    except (CorpusError, sqlite3.Error) as error:
        return {**found, "corpus": f"cannot be read: {type(error).__name__}"}
    return {**found, "corpus": f"schema {version}, {articles} articles, {spans} spans"}
