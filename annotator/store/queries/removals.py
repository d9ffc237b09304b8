"""Articles that were removed from the corpus, but not from its file."""

from annotator.store.corpus import Corpus


def not_removed(column: str) -> str:
    """Return the SQL condition that the article whose uid is in this column was not removed."""
    return f"{column} NOT IN (SELECT article FROM removal)"


def list_removed_articles(corpus: Corpus) -> list[int]:
    """Return the numbers of the removed articles, first added first."""
    return corpus.fetch_numbers("SELECT id AS number FROM removal JOIN article ON uid = article ORDER BY id")


def count_removed_articles(corpus: Corpus, state: str | None = None, annotator: str | None = None) -> int:
    """Return the number of removed articles, of those in this state for the annotator, or for anybody with None."""
    query = """
        SELECT count(*) FROM removal WHERE ?1 IS NULL
            OR article IN (SELECT article FROM status WHERE state = ?1 AND (?2 IS NULL OR annotator = ?2))
    """
    [(count,)] = corpus.fetch_tuples(query, state, annotator)
    return int(count)
