"""Indexes of the folded words of articles, spans and rejections (see `text.folding`).

`search` holds each article's words and `beginning` their short prefixes, for search as you type. `mention` holds each
span's words, to tell what was labelled before; `rejected` those in and next to each rejection. All can be rebuilt. A
change of the folding needs a migration that indexes again what it concerns: the tables do not say how they were folded.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Final

from annotator.model.records import Rejection, Span
from annotator.store.sqlite_library import Database
from annotator.store.text_compression import DamagedText, decompress_text
from annotator.text.folding import fold
from annotator.text.proclitics import normalise_form
from annotator.text.search import ARABIC_LETTERS, WORD_BOUNDARY, short_prefixes
from annotator.text.word_context import extract_context

MENTIONED_SPANS: Final = """(
    SELECT words, label, annotator, source, article_number.uid AS article
    FROM mention NOT INDEXED
    CROSS JOIN stored_span ON stored_span.id = mention.span
    CROSS JOIN article_number ON article_number.id = stored_span.article
)"""
"""The SQL of all spans with their words, by a full scan: a million spans would take five times as long by the index."""

_TOKEN: Final = re.compile(r"[^\W_]+|\S")
# Stands between the two words of سنة2024, so that سنة 2024 does not match; no folded text contains it.
_SEAM_TOKEN: Final = " \u2060 "
_ZERO_WIDTH_SPACE: Final = "\u200b"
_ARTICLES_AT_ONCE: Final = 50  # of up to five million characters
_KEYBOARD_LETTERS: Final = re.compile("([ڪھۀ-ۃےۓە\ufba4-\ufbb1])")
"""The letters of Persian, Urdu and Kurdish keyboards that folding left before version 8."""


def search_tokens(text: str) -> list[str]:
    """Return a text's search tokens.

    These are words, folded with ة as ه, other characters except spaces, and a mark where two words touch (see
    `text.search.WORD_BOUNDARY`).
    """
    return [token for tokens, _prefixes in _read_runs(fold(text, taa=True)) for token in tokens.split()]


def add_articles(db: Database, texts: Iterable[tuple[int, str]]) -> None:
    """Add the words of articles, by number, to the search index; many at once take half as long."""
    words, beginnings = [], []
    for number, text in texts:
        article_words, article_prefixes = _index_entries(fold(text, taa=True))
        words.append((number, article_words))
        beginnings.append((number, article_prefixes))
    db.conn.executemany("INSERT INTO search(rowid, words) VALUES (?, ?)", words)
    db.conn.executemany("INSERT INTO beginning(rowid, letters) VALUES (?, ?)", beginnings)


def _index_entries(folded_text: str) -> tuple[str, str]:
    """Return what `search` and `beginning` hold of an article."""
    runs = _read_runs(folded_text)
    prefixes: frozenset[str] = frozenset().union(*[run_prefixes for _tokens, run_prefixes in runs])
    return " ".join([tokens for tokens, _prefixes in runs]), " ".join(prefixes)


def _read_runs(folded_text: str) -> list[tuple[str, frozenset[str]]]:
    return list(map(_read_run, folded_text.split()))


@lru_cache(maxsize=1 << 15)  # most runs are words, and most words come again
def _read_run(run: str) -> tuple[str, frozenset[str]]:
    """Return the search tokens of a run without spaces, and the short prefixes of the words among them."""
    if run.isalpha() and ARABIC_LETTERS.fullmatch(run):  # as most are
        return run, short_prefixes(run)
    tokens = _TOKEN.findall(WORD_BOUNDARY.sub(_SEAM_TOKEN, run))
    return " ".join(tokens), frozenset().union(*map(short_prefixes, filter(str.isalnum, tokens)))


def add_spans(db: Database, spans: Iterable[Span], texts: Mapping[str, str]) -> None:
    """Index the spans' words, also again; `texts` are those of their articles by uid."""
    db.conn.executemany(
        "INSERT OR REPLACE INTO mention SELECT id, ? FROM stored_span WHERE uid = ?",
        [(normalise_form(texts[span.article], span.start, span.end), span.uid) for span in spans],
    )


def add_rejections(db: Database, rejections: Iterable[Rejection], texts: Mapping[str, str]) -> None:
    """Index the rejections' words and those next to them (see `text.word_context`)."""
    db.conn.executemany(
        "INSERT INTO rejected VALUES (?, ?, ?, ?)",
        [
            (rejection.uid, *extract_context(texts[rejection.article], rejection.start, rejection.end))
            for rejection in rejections
        ],
    )


def build(db: Database) -> None:
    """Build the indexes of articles and spans in an older file."""
    for article in db.execute("SELECT id, text FROM article"):  # not all at once: they may be gigabytes
        add_articles(db, [article])
    rows = db.execute('SELECT span.uid, start, "end", text FROM span JOIN article ON article.uid = span.article')
    for uid, start, end, text in rows:
        db.execute("INSERT INTO mention VALUES (?, ?)", (uid, normalise_form(text, start, end)))


def index_keyboard_letters_again(db: Database) -> None:
    """Index again, in an older file, the articles with letters that folding left before version 8."""
    for number, uid, text in db.execute("SELECT id, uid, text FROM article"):
        if not _KEYBOARD_LETTERS.search(text):
            continue
        # An index without a copy of the text forgets only what it is told again.
        words, prefixes = _index_entries(_fold_as_before(text))
        db.execute("INSERT INTO search(search, rowid, words) VALUES ('delete', ?, ?)", (number, words))
        db.execute("INSERT INTO beginning(beginning, rowid, letters) VALUES ('delete', ?, ?)", (number, prefixes))
        add_articles(db, [(number, text)])
        spans = db.execute('SELECT uid, start, "end" FROM span WHERE article = ?', (uid,)).fetchall()
        _index_ranges_again(db, uid, text, spans)


def _index_ranges_again(db: Database, uid: str, text: str, spans: list[tuple[str | int, int, int]]) -> None:
    """Index again the words of an article's rejections and spans, each as `mention` names it, with its range."""
    rejections = db.execute('SELECT uid, start, "end" FROM rejection WHERE article = ?', (uid,)).fetchall()
    db.conn.executemany(
        "UPDATE mention SET words = ? WHERE span = ?",
        [(normalise_form(text, start, end), span) for span, start, end in spans],
    )
    db.conn.executemany(
        "UPDATE rejected SET before = ?, words = ?, after = ? WHERE rejection = ?",
        [(*extract_context(text, start, end), rejection) for rejection, start, end in rejections],
    )


def _fold_as_before(text: str) -> str:
    """Fold a text as before version 8, when the keyboard letters lost only marks and presentation forms."""
    pieces = _KEYBOARD_LETTERS.split(text)
    pieces[::2] = [fold(piece, taa=True) for piece in pieces[::2]]
    pieces[1::2] = [unicodedata.normalize("NFKD", letter)[0] for letter in pieces[1::2]]
    return "".join(pieces)


def empty(db: Database) -> None:
    """Empty the index of articles in an older file, to be rebuilt without prefixes of three letters (docs/adr/0032)."""
    db.execute("DROP TABLE search")
    db.execute(
        """
        CREATE VIRTUAL TABLE search USING fts5(
            words, content = '', columnsize = 0, prefix = '1 2',
            tokenize = "unicode61 remove_diacritics 0 categories 'L* M* N* P* S* C*'"
        )
        """
    )
    db.execute("INSERT INTO beginning(beginning) VALUES ('delete-all')")


def rebuild(db: Database) -> Iterator[tuple[int, int]]:
    """Fill the index of articles, which is empty, and index again the spans of those with a zero-width space.

    Words that one separates were one before version 13. Yields (articles done, their number).
    """
    numbers = [number for (number,) in db.execute("SELECT id FROM article ORDER BY id")]
    for start in range(0, len(numbers), _ARTICLES_AT_ONCE):
        texts = list(_read_texts(db, numbers[start : start + _ARTICLES_AT_ONCE]))
        add_articles(db, [(number, text) for number, _uid, text in texts])
        for number, uid, text in texts:
            if _ZERO_WIDTH_SPACE in text:
                spans = db.execute('SELECT id, start, "end" FROM stored_span WHERE article = ?', (number,)).fetchall()
                _index_ranges_again(db, uid, text, spans)
        yield min(start + _ARTICLES_AT_ONCE, len(numbers)), len(numbers)


def _read_texts(db: Database, numbers: list[int]) -> Iterator[tuple[int, str, str]]:
    """Yield the number, uid and text of articles, but for damaged ones, which stay for the report of damages."""
    for number in numbers:
        query = "SELECT uid, compressed_text, length FROM article WHERE id = ?"
        [(uid, stored_text, length)] = db.execute(query, (number,)).fetchall()
        try:
            yield number, uid, decompress_text(stored_text, length)
        except DamagedText:
            continue
