"""Check corpora whose process was killed while it created them or migrated them from an older version."""

import sqlite3
from pathlib import Path
from random import Random
from typing import Final

from annotator_at_work import ANNOTATORS, CORPUS, create_corpus
from msgspec.structs import replace
from soundness import Rows, find_faults

from annotator.model.article_builder import build_article
from annotator.model.labels import default_labels
from annotator.model.records import Span, new_uid
from annotator.store.corpus import Corpus
from annotator.store.schema import APPLICATION_ID, VERSION, migrations
from annotator.store.sqlite_library import Database
from annotator.store.text_compression import decompress_text
from annotator.text.tokenizer import tokenize

_OLD: Final = ("label", "annotator", "article", "zone", "span", "status", "edit")  # the tables of version 1
_ARTICLES: Final = 60


def check_created(path: Path) -> list[str]:
    """Return what is wrong where a corpus was being created: there is none, or a complete one with its labels."""
    wrong = [f"there is {file}" for file in path.parent.iterdir() if not _is_hidden(file, path)]
    if not path.exists():
        with Corpus.create(path, default_labels()):
            pass
    with Corpus.open(path) as corpus:
        if corpus.labels() != default_labels():
            wrong.append(f"the new corpus has the labels {[label.name for label in corpus.labels().labels]}")
    return [*wrong, *find_faults(Rows(path))]


def create_old_corpus(folder: Path, random: Random) -> Path:
    """Create a corpus of version 1 with articles, spans and states, and the record of them; return its path."""
    create_corpus(folder, random)
    source = folder / CORPUS
    with Corpus.open(source) as corpus:
        uids = [uid for (uid,) in corpus.fetch_tuples("SELECT uid FROM article")]
        words = [word for text in corpus.texts(uids).values() for word in text.split()]
        for _ in range(_ARTICLES):
            drafted = build_article(" ".join(random.choices(words, k=200)))
            tokens = random.sample(tokenize(drafted.article.text), 40)
            spans = [Span(new_uid(), "", random.choice(ANNOTATORS), "DATE", token.start, token.end) for token in tokens]
            corpus.add(replace(drafted, spans=tuple(replace(span, article=drafted.article.uid) for span in spans)))
    old = folder / "old.corpus"
    db = Database(sqlite3.connect(old, isolation_level=None), execute_plugins=False)
    db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    migrations.apply(db, stop_before="m002_desk")
    db.execute("PRAGMA user_version = 1")
    db.execute("PRAGMA journal_mode = WAL")
    db.conn.create_function("decompress_text", 2, decompress_text)
    db.execute("ATTACH ? AS source", [str(source)])
    db.execute("BEGIN")
    for table in _OLD:
        columns = ", ".join(f'"{column.name}"' for column in db.table(table).columns)
        values = (
            columns.replace('"text"', "decompress_text(compressed_text, length)") if table == "article" else columns
        )
        db.execute(f"INSERT INTO main.{table} ({columns}) SELECT {values} FROM source.{table}")
    db.execute("UPDATE edit SET before = json_remove(before, '$.source'), after = json_remove(after, '$.source')")
    db.execute("COMMIT")
    db.close()
    return old


def check_migrated(path: Path, old: Path) -> list[str]:
    """Return what is wrong where a copy of `old` was being migrated.

    It is the old or the new one, and opens as the new one.
    """
    with Corpus.open(path):
        pass
    rows = Rows(path)
    with sqlite3.connect(path) as new, sqlite3.connect(old) as before:
        [version] = new.execute("PRAGMA user_version").fetchone()
        counts = [[db.execute(f"SELECT count(*) FROM {table}").fetchone() for table in _OLD] for db in (new, before)]
    new.close()
    before.close()
    wrong = find_faults(rows)
    if version != VERSION:
        wrong.append(f"it was opened and is of version {version}")
    if counts[0] != counts[1]:
        wrong.append(f"of {counts[1]} rows there are {counts[0]}")
    return wrong


def _is_hidden(file: Path, path: Path) -> bool:
    return file.name.startswith(".") or file.name in {path.name + end for end in ("", "-wal", "-shm")}
