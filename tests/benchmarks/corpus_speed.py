"""How fast a large corpus is opened, listed and searched, and how such a corpus is made."""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import accumulate, cycle
from pathlib import Path
from random import Random

from measuring import FRAME, RUNS, Figure, Size, Wanted, measure_by_turns, time_call
from PySide6.QtWidgets import QApplication
from window_speed import close_program, open_program, wait_for_suggestions

from annotator.model.labels import default_labels
from annotator.model.records import BODY, DONE, FLAGGED, HEADLINE, IN_PROGRESS, NEW, SKIPPED, article_uid
from annotator.resources import resource_path
from annotator.store import word_index
from annotator.store.corpus import Corpus, utc_timestamp
from annotator.store.queries.article_list import ArticleFilter, LazyArticleList, find_first_open
from annotator.store.queries.search import find_article_numbers
from annotator.store.text_compression import compress_text
from annotator.text.proclitics import normalise_form
from annotator.text.punctuation import is_punctuation
from annotator.text.sentences import split_sentences
from annotator.text.tokenizer import tokenize

LARGE = 100_000
"""Articles for which the promises are made."""
_QUERIES = 200
_ANNOTATOR = "bench"
_RARE = 200_000  # different words besides those of the sample articles
_STATES = (DONE, DONE, DONE, IN_PROGRESS, SKIPPED, FLAGGED)
_TOUCHED = 0.3  # of the articles have a state and spans
_AT_ONCE = 2_000


def measure(path: Path, small: Path, texts: Sequence[str], size: Size, runs: int = RUNS) -> Iterator[Figure]:
    """Every figure about the corpus at `path`, of which these are `texts`, beside one at `small` with few articles."""
    bare = sqlite3.connect(path, isolation_level=None)

    def scan() -> None:
        bare.execute("SELECT uid FROM article").fetchall()

    yield from _measure_window(path, small, size, runs, scan)
    with Corpus.open(path) as corpus:
        yield from _measure_lists(corpus, size, runs, scan)
        yield _measure_search(corpus, sample_queries(texts), size, bare)
    bare.close()


def _create_target(size: Size, of: str, bound: float) -> Wanted | None:
    return Wanted(of, bound, issue=3) if size.count >= LARGE else None


def _measure_window(path: Path, small: Path, size: Size, runs: int, scan: Callable[[], None]) -> Iterator[Figure]:
    controller = open_program(Corpus.open(small))

    def open_(path: Path) -> None:
        controller.open_corpus(Corpus.open(path))
        controller.window.repaint()
        QApplication.processEvents()

    def settle() -> None:
        controller.learner.stop()
        wait_for_suggestions(controller)

    opening, often = partial(open_, path), max(1, runs // 3)
    with Corpus.open(small, readonly=True) as few:
        against = f"opening {len(LazyArticleList(few))} there"
    yield measure_by_turns(
        "opening a corpus in the window", opening, against, partial(open_, small), often, settle, size=size
    )
    opening()
    settle()
    article_list, places = controller.window.articles_sidebar.article_list, Random(7)
    bar = article_list.verticalScrollBar()
    article_list.viewport().repaint()

    def scroll() -> None:
        bar.setValue(places.randint(bar.minimum(), bar.maximum()))
        article_list.viewport().repaint()

    times = [time_call(scroll) for _ in range(runs * 4)]
    wanted = _create_target(size, "99 %", 16.7)
    yield Figure("a jump in the list, painted", times, "one frame at 60 Hz", [FRAME], wanted=wanted, size=size)
    choices = cycle([ArticleFilter(DONE), ArticleFilter(NEW), ArticleFilter()])

    def choose() -> None:
        controller.session.set_article_filter(next(choices))
        controller.window.repaint()

    yield measure_by_turns("the list by state, painted", choose, "a bare SELECT of all uids", scan, runs, size=size)
    close_program(controller)


def _measure_lists(corpus: Corpus, size: Size, runs: int, scan: Callable[[], None]) -> Iterator[Figure]:
    listing, places = LazyArticleList(corpus, _ANNOTATOR), Random(7)

    def read_page() -> None:
        listing.invalidate()
        listing[places.randrange(len(listing))]

    times = [time_call(read_page) for _ in range(runs * 4)]
    wanted = _create_target(size, "99 %", 16.7)
    yield Figure("a page of the list, read", times, "one frame at 60 Hz", [FRAME], wanted=wanted, size=size)
    closed = LazyArticleList(corpus, _ANNOTATOR, ArticleFilter(DONE)).numbers

    def search_none() -> None:
        assert find_first_open(corpus, _ANNOTATOR, closed) is None

    what = "looking for an open article where none is"
    yield measure_by_turns(what, search_none, "a bare SELECT of all uids", scan, runs, size=size)


def _measure_search(corpus: Corpus, typed: Sequence[str], size: Size, bare: sqlite3.Connection) -> Figure:
    def search_word() -> None:
        bare.execute("""SELECT rowid FROM search WHERE search MATCH '"في"'""").fetchall()

    own: list[float] = []
    reference: list[float] = []
    for query in typed:
        own.append(time_call(partial(find_article_numbers, corpus, query)))
        reference.append(time_call(search_word))
    wanted = _create_target(size, "95 %", 50)
    return Figure("a search as it is typed", own, "one frequent word in bare FTS5", reference, wanted=wanted, size=size)


def sample_queries(texts: Sequence[str], count: int = _QUERIES) -> list[str]:
    """One word, two and three of the articles, as far as typed: from one letter to all of them."""
    dice, typed = Random(5), []
    for number in range(count):
        text = dice.choice(texts)
        words = [word for word in tokenize(text) if not is_punctuation(text, word)]
        first = dice.randrange(len(words) - 2)
        phrase = text[words[first].start : words[first + number % 3].end]
        typed.append(phrase[: dice.randint(1, len(phrase))])
    return typed


def create_corpus(path: Path, articles: int) -> list[str]:
    """Create a corpus of that many articles, and return the texts of some of them.

    Each has 1,500 to 2,500 letters, and three of ten have a state and some spans. They are sentences of the sample
    articles, a third of their words replaced by rare ones: of those there are a few frequent and very many, as in any
    news. They are written in bulk, without `Corpus.add`, to save time.
    """
    samples: list[str] = []
    with (
        Corpus.create(path, default_labels()) as corpus,
        corpus.transaction(),
    ):
        corpus._add_annotator(_ANNOTATOR)
        dice, new_texts, batch = Random(3), generate_texts(), []
        for number in range(1, articles + 1):
            batch.append((number, article_uid(text := next(new_texts)), text))
            if len(batch) == _AT_ONCE or number == articles:
                _write(corpus, batch, dice)
                samples += [text for _number, _uid, text in batch[:50]]
                batch.clear()
    return samples


def generate_texts() -> Iterator[str]:
    """Yield the texts of such a corpus, without end."""
    dice, pieces = Random(1), []
    for sample in sorted(resource_path("samples").iterdir()):
        text = sample.read_text(encoding="utf-8")
        pieces += [text[piece[0].start : piece[-1].end] for piece in split_sentences(text, tokenize(text))]
    pieces = [" ".join(piece.split()) for piece in pieces if len(piece) > 40]
    letters = [letter for letter in "".join(pieces) if letter.isalpha()]
    rare = ["".join(dice.choices(letters, k=dice.randint(3, 7))) for _ in range(_RARE)]
    often = list(accumulate(1 / (rank + 200) for rank in range(_RARE)))  # Zipf's law, for the words after the 200th
    while True:
        words = " ".join(dice.choices(pieces, k=dice.randint(12, 19))).split(" ")
        some = len(words) // 3
        replaced = zip(dice.sample(range(len(words)), some), dice.choices(rare, cum_weights=often, k=some), strict=True)
        for position, word in replaced:
            words[position] = dice.choice(("", "", "ال", "و", "ب", "لل")) + word
        yield f"{' '.join(words[:8])}\n\n{' '.join(words[8:])}"


def _write(corpus: Corpus, batch: list[tuple[int, str, str]], dice: Random) -> None:
    write = corpus.db.conn.executemany
    row = """
        INSERT INTO article(id, uid, compressed_text, length, published, source, added)
        VALUES (?, ?, ?, ?, '2024-07-09', 'bench', ?)
    """
    write(row, [(number, uid, compress_text(text), len(text), utc_timestamp()) for number, uid, text in batch])
    zones, states, spans, mentions = [], [], [], []
    for number, uid, text in batch:
        word_index.add_articles(corpus.db, [(number, text)])
        line = text.index("\n")
        zones += [(f"h{number}", uid, HEADLINE, 0, line), (f"b{number}", uid, BODY, line + 2, len(text))]
        if dice.random() < _TOUCHED:
            states.append((uid, _ANNOTATOR, dice.choice(_STATES)))
            for place in dice.sample(range(0, len(text) - 30, 5), 10):
                span = f"s{number}-{place}"
                spans.append((span, uid, _ANNOTATOR, "PLAN", place, place + 12))
                mentions.append((normalise_form(text, place, place + 12), span))
    write("INSERT INTO zone VALUES (?, ?, ?, ?, ?)", zones)
    write("INSERT INTO status VALUES (?, ?, ?)", states)
    write('INSERT INTO span(uid, article, annotator, label, start, "end") VALUES (?, ?, ?, ?, ?, ?)', spans)
    write("INSERT INTO mention SELECT id, ? FROM stored_span WHERE uid = ?", mentions)
