"""Reading the rows of damaged tables."""

import sqlite3
from pathlib import Path

from annotator.model.labels import LabelSet
from annotator.store.corpus import Corpus
from annotator.store.recovery.damaged_database import DamagedDatabase

SIZE = 4096


def leaf_pages(path: Path, table: str) -> list[int]:
    """Return the leaves of a table that has more than one, in their order."""
    db = sqlite3.connect(path)
    [[root]] = db.execute("SELECT rootpage FROM sqlite_schema WHERE name = ?", (table,))
    db.close()
    database = DamagedDatabase(path)
    pages = database.page_reader.read_children(root)
    database.close()
    return list(pages)


def first_rowid_offset(content: bytes, page: int) -> int:
    """Return the offset of the rowid of the first row of a leaf whose payload length takes two bytes."""
    start = (page - 1) * SIZE
    return start + int.from_bytes(content[start + 8 : start + 10], "big") + 2


def test_row_with_a_smaller_rowid_than_the_page_before_is_lost(tmp_path: Path) -> None:
    path = tmp_path / "a.corpus"
    with Corpus.create(path, LabelSet(())) as corpus, corpus.transaction():
        for number in range(1, 31):
            row = {"id": number, "uid": f"{number:064x}", "title": "x" * 500, "added": "2026-01-01T00:00:00+00:00"}
            corpus._insert("article", row)
    second = leaf_pages(path, "article")[1]
    content = bytearray(path.read_bytes())
    offset = first_rowid_offset(bytes(content), second)
    wrong = content[offset]
    assert 3 < wrong < 30
    content[offset] = 2
    path.write_bytes(content)
    database = DamagedDatabase(path)
    for _progress in database.scan_pages():
        pass
    rows = list(database.read_rows("article"))
    database.close()
    assert [row.rowid for row in rows] == [number for number in range(1, 31) if number != wrong]
    assert all(row.values["uid"] == f"{row.rowid:064x}" for row in rows)
    assert database.lost_counts["article"] == 1
