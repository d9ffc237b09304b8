"""Two indexes that the corpus keeps beside its articles and spans, both of folded text (see core.folding).

`search` holds the words of each article, for the search; `mention` the words of each span, which is how the corpus
knows what was labelled before. Both can be made anew from the rest of the file.
"""

import re
from typing import Final

from sqlite_utils import Database

from annotator.core.folding import fold
from annotator.core.model import Span
from annotator.core.proclitics import form

_PART: Final = re.compile(r"[^\W_]+|\S")


def parts(text: str) -> list[str]:
    """What the search knows of a text: the words, which are the runs of letters and digits, folded with ة as ه, and
    each other character but the spaces."""
    return _PART.findall(fold(text, taa=True))


def add_article(db: Database, number: int, text: str) -> None:
    """Take the words of article `number` into the search."""
    db.execute("INSERT INTO search(rowid, words) VALUES (?, ?)", (number, " ".join(parts(text))))


def add_span(db: Database, span: Span, text: str) -> None:
    """Know the words of `span`, a stretch of its article's `text`; a span that was known is known anew."""
    words = form(text, span.start, span.end)
    db.execute(
        "INSERT INTO mention VALUES (?, ?) ON CONFLICT (span) DO UPDATE SET words = excluded.words", (span.uid, words)
    )


def fill(db: Database) -> None:
    """Make both, for a file that was made before there were any."""
    for number, text in db.execute("SELECT id, text FROM article"):  # not all at once: they may be gigabytes
        add_article(db, number, text)
    rows = db.execute('SELECT span.uid, start, "end", text FROM span JOIN article ON article.uid = span.article')
    for uid, start, end, text in rows:
        db.execute("INSERT INTO mention VALUES (?, ?)", (uid, form(text, start, end)))
