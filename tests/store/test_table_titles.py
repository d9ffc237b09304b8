"""What tables hold, in words."""

from pathlib import Path

import pytest
from builders import create_corpus

from annotator import i18n
from annotator.store import schema_check
from annotator.store.row_mapping import TABLE_KEYS
from annotator.store.table_titles import describe_table

SEARCH = {f"{index}_{part}" for index in ("search", "beginning") for part in ("config", "data", "idx")}
INTERNAL = {"_sqlite_migrations", "article_number", "doubt", "learned", "pending", "rejected", *SEARCH}
"""Tables that people know nothing of; what is in most of them is made anew."""


@pytest.mark.parametrize("language", ["ar", "fr"])
def test_every_table_has_a_title_in_words(tmp_path: Path, language: str) -> None:
    with create_corpus(tmp_path / "a.corpus", "نص") as corpus:
        names = {*schema_check.list_tables(corpus.db), *(name for name, _columns in TABLE_KEYS.values())}
    i18n.set_language(language)
    plain = {name for name in names if describe_table(name) == name.removeprefix("stored_")}
    assert plain == INTERNAL
    assert describe_table("stored_edit") == describe_table("edit") == {"ar": "الخطوات", "fr": "étapes"}[language]
