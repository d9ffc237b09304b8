"""How fast a corpus is exported and imported, against what others do with the same articles and spans."""

import json
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import corpus_speed
import peers
from measuring import RATIO, Figure, Wanted, measure_by_turns, not_measured, per_second, time_call
from sqlite_utils import Database

from annotator.jobs.export.exporter import export
from annotator.jobs.export.options import ALL, ExportOptions
from annotator.jobs.imports.importer import import_paths
from annotator.model.article_builder import build_article
from annotator.model.labels import default_labels
from annotator.model.records import AnnotatedArticle, Span, new_uid
from annotator.store import word_index
from annotator.store.corpus import Corpus
from annotator.text import fast_tokenizer
from annotator.text.punctuation import is_punctuation
from annotator.text.search import short_prefixes
from annotator.text.tokenizer import tokenize

_ANNOTATOR = "bench"
_APART = 30  # words from one span to the next: some three in a hundred tokens begin one
_EXPORT = "tokens exported to CoNLL 2003 in a second, read back"


def measure(
    folder: Path, runs: int, articles: int, python: Callable[[], Path] = peers.make_environment
) -> Iterator[Figure]:
    """Measure an export to CoNLL 2003 against tokenization alone and each of the peers, and an import of JSON lines.

    `python` returns the Python that runs the peers.
    """
    drafts = list(islice(_generate_articles(), articles))
    with Corpus.create(folder / "transfer.corpus", default_labels()) as corpus:
        with corpus.transaction():
            for item in drafts:
                corpus.add(item)
        yield from _measure_exports(corpus, drafts, folder, runs, python)
        lines = folder / "transfer.jsonl"
        _run_to_end(export(corpus, lines, ExportOptions("jsonl", annotator=_ANNOTATOR, state=ALL)))
    yield from _measure_import(lines, folder, runs)


def _measure_exports(
    corpus: Corpus, drafts: list[AnnotatedArticle], folder: Path, runs: int, python: Callable[[], Path]
) -> Iterator[Figure]:
    options = ExportOptions(annotator=_ANNOTATOR, state=ALL, zones=None)

    def own() -> Any:
        return _run_to_end(export(corpus, folder / "own.conll", options))

    count = own().tokens
    finding = measure_by_turns(
        _EXPORT,
        own,
        "finding them alone",
        lambda: [tokenize(draft.article.text) for draft in drafts],
        runs,
        _clear_caches,
    )
    yield per_second(finding, count, "tokens/s")
    peers.write_articles(drafts, [label.name for label in default_labels().labels], folder)
    _run_to_end(export(corpus, folder / "tasks.json", ExportOptions("labelstudio", annotator=_ANNOTATOR, state=ALL)))
    for name, what in peers.PEERS.items():
        try:
            with peers.start_peer(name, python(), folder) as peer:
                figure = per_second(_by_turns(own, peer, what, runs), count, "tokens/s")
        except peers.Absent as absent:
            figure = not_measured(_EXPORT, str(absent), what)
        yield figure._replace(wanted=Wanted(RATIO, 5, issue=4), more=True)


def _by_turns(own: Callable[[], Any], peer: peers.Peer, what: str, runs: int) -> Figure:
    """Measure both by turns, each without a word that it has met before, like a program that has just started."""
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(runs):
        _clear_caches()
        times[0].append(time_call(own))
        times[1].append(peer.convert())
    return Figure(_EXPORT, times[0], what, times[1])


def _measure_import(lines: Path, folder: Path, runs: int) -> Iterator[Figure]:
    """Measure the import against inserting the articles, zones and spans of the file, and every row that it makes.

    The import also makes the record of edits and the indexes for search.
    """
    articles: list[dict[str, Any]] = []
    zones: list[dict[str, Any]] = []
    spans: list[dict[str, Any]] = []
    for line in lines.read_bytes().splitlines():
        read = json.loads(line)
        zones += ({"article": read["uid"], **zone} for zone in read.pop("zones"))
        spans += ({"article": read["uid"], **span} for span in read.pop("spans"))
        articles.append({key: value for key, value in read.items() if isinstance(value, str | None)})
    path, bare = folder / "own.corpus", folder / "bare.db"

    def own() -> None:
        with Corpus.create(path, default_labels()) as corpus:
            assert _run_to_end(import_paths(corpus, [lines])).spans == len(spans)

    def insert_read_rows() -> None:
        db = Database(bare)
        for name, rows in (("article", articles), ("zone", zones), ("span", spans)):
            db.table(name).insert_all(rows)
        db.close()

    def clear() -> None:
        for file in folder.glob("*.corpus*"):
            if file.name.startswith(path.name):
                file.unlink()
        bare.unlink(missing_ok=True)

    clear()
    own()
    tables = _read_tables(path)

    def insert_all_rows() -> None:
        db = Database(bare)
        for create in tables.creates:
            db.execute(create)
        for name, rows in tables.rows.items():
            db.table(name).insert_all(rows)
        db.close()

    what, count = "articles imported in a second", len(articles)
    for wanted, against, reference in (
        (Wanted(RATIO, 1 / 3, issue=4), "sqlite-utils' insert_all of their rows", insert_read_rows),
        (None, "insert_all of all rows that it makes", insert_all_rows),
    ):
        figure = per_second(measure_by_turns(what, own, against, reference, runs, clear), count, "articles/s")
        yield figure._replace(wanted=wanted)


class _Tables(NamedTuple):
    """The rows of a corpus file by table; `creates` make those tables that insert_all cannot make by itself."""

    creates: list[str]
    rows: dict[str, list[dict[str, Any]]]


def _read_tables(path: Path) -> _Tables:
    with Corpus.open(path) as corpus:
        stored = ("article", "zone", "span", "mention", "edit", "annotator")
        rows = {name: [dict(row) for row in corpus.query(f"SELECT * FROM {name}")] for name in stored}
        texts = list(corpus.texts(row["uid"] for row in rows["article"]).values())
        query = "SELECT sql FROM sqlite_master WHERE name IN ('search', 'beginning')"
        creates = [create for (create,) in corpus.fetch_tuples(query)]
    token_lists = [word_index.search_tokens(text) for text in texts]  # the indexes do not hold what they index
    rows["search"] = [{"rowid": number, "words": " ".join(parts)} for number, parts in enumerate(token_lists, 1)]
    prefixes = (frozenset().union(*map(short_prefixes, filter(str.isalnum, set(parts)))) for parts in token_lists)
    rows["beginning"] = [{"rowid": number, "letters": " ".join(letters)} for number, letters in enumerate(prefixes, 1)]
    return _Tables(creates, rows)


def _generate_articles() -> Iterator[AnnotatedArticle]:
    """Yield articles as in a large corpus, with a span of one to four words at every thirtieth word."""
    dice = Random(2)
    for text in corpus_speed.generate_texts():
        tokens = [token for token in tokenize(text) if not is_punctuation(text, token)]
        spans = []
        for first in range(dice.randint(0, _APART), len(tokens) - 4, _APART):
            start, end = tokens[first].start, tokens[first + dice.randint(0, 3)].end
            if "\n" not in text[start:end]:
                label = dice.choice(default_labels().labels).name
                spans.append(Span(new_uid(), "", _ANNOTATOR, label, start, end))
        yield build_article(text, spans=spans)


def _clear_caches() -> None:
    fast_tokenizer._split_piece.cache_clear()


def _run_to_end(steps: Any) -> Any:
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return end.value
