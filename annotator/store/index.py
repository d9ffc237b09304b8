"""Indexes that the corpus keeps beside its articles and spans, all of folded text (see text.folding).

`search` holds the words of each article, and `beginning` what they begin with, for a search as it is typed; `mention`
the words of each span, which is how the corpus knows what was labelled before, and `rejected` those of each rejection
with the words beside it. All can be made anew from the rest of the file.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Final

from annotator.model.records import Rejection, Span
from annotator.store.sqlite_utils_import import Database
from annotator.text.folding import fold
from annotator.text.proclitics import form
from annotator.text.search import SEAM, beginnings
from annotator.text.word_context import context

_PART: Final = re.compile(r"[^\W_]+|\S")
_JOINED: Final = " \u2060 "  # between the words of سنة2024, which are then not those of سنة 2024; no folded text has it


def parts(text: str) -> list[str]:
    """What the search knows of a text: its words (see text.search.SEAM), folded with ة as ه, each other character
    but the spaces, and a sign where two words touch."""
    return _PART.findall(SEAM.sub(_JOINED, fold(text, taa=True)))


def add_article(db: Database, number: int, text: str) -> None:
    """Take the words of article `number` into the search."""
    words = parts(text)
    begun = frozenset().union(*map(beginnings, filter(str.isalnum, set(words))))
    db.execute("INSERT INTO search(rowid, words) VALUES (?, ?)", (number, " ".join(words)))
    db.execute("INSERT INTO beginning(rowid, letters) VALUES (?, ?)", (number, " ".join(begun)))


def add_spans(db: Database, spans: Iterable[Span], texts: Mapping[str, str]) -> None:
    """Know the words of the spans, stretches of the `texts` of their articles; a span that was known is known anew."""
    db.conn.executemany(
        "INSERT INTO mention VALUES (?, ?) ON CONFLICT (span) DO UPDATE SET words = excluded.words",
        [(span.uid, form(texts[span.article], span.start, span.end)) for span in spans],
    )


def add_rejections(db: Database, rejections: Iterable[Rejection], texts: Mapping[str, str]) -> None:
    """Know the words of the rejections and those beside them (see text.word_context)."""
    db.conn.executemany(
        "INSERT INTO rejected VALUES (?, ?, ?, ?)",
        [(one.uid, *context(texts[one.article], one.start, one.end)) for one in rejections],
    )


def fill(db: Database) -> None:
    """Make them, for a file that was made before there were any."""
    for number, text in db.execute("SELECT id, text FROM article"):  # not all at once: they may be gigabytes
        add_article(db, number, text)
    rows = db.execute('SELECT span.uid, start, "end", text FROM span JOIN article ON article.uid = span.article')
    for uid, start, end, text in rows:
        db.execute("INSERT INTO mention VALUES (?, ?)", (uid, form(text, start, end)))
