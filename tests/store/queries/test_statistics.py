"""Tests of the facts about a corpus in crash reports."""

import sqlite3
from pathlib import Path

from annotator.model.article_builder import build_article
from annotator.model.labels import default_labels
from annotator.store.corpus import Corpus
from annotator.store.queries.statistics import collect_facts
from annotator.store.schema import VERSION


def test_facts_are_versions_and_counts(tmp_path: Path) -> None:
    assert collect_facts(None) == {"SQLite": sqlite3.sqlite_version}
    with Corpus.create(tmp_path / "news.corpus", default_labels()) as corpus:
        corpus.add(build_article("وزارة الصحة"))
        assert collect_facts(corpus) == {
            "SQLite": sqlite3.sqlite_version,
            "corpus": f"schema {VERSION}, 1 articles, 0 spans",
        }
    assert collect_facts(corpus)["corpus"].startswith("cannot be read: ")
