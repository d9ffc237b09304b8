"""What a report says of the corpus: numbers."""

import sqlite3
from pathlib import Path

from annotator.model.article_builder import draft
from annotator.model.labels import default_labels
from annotator.store.corpus import Corpus
from annotator.store.queries.file_facts import facts
from annotator.store.schema import VERSION


def test_the_facts_are_versions_and_counts(tmp_path: Path) -> None:
    assert facts(None) == {"SQLite": sqlite3.sqlite_version}
    with Corpus.create(tmp_path / "news.corpus", default_labels()) as corpus:
        corpus.add(draft("وزارة الصحة"))
        assert facts(corpus) == {
            "SQLite": sqlite3.sqlite_version,
            "corpus": f"schema {VERSION}, 1 articles, 0 spans",
        }
    assert facts(corpus)["corpus"].startswith("cannot be read: ")
