"""How fast a corpus is exported and imported, against what others do with the same articles and spans."""

import json
import warnings
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from itertools import islice
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import corpus_speed
from measuring import Figure, measured
from sqlite_utils import Database

from annotator.core import words
from annotator.core.drafting import draft
from annotator.core.model import Draft, Span, new_uid
from annotator.core.occurrences import beginnings
from annotator.core.text import is_punctuation, tokens
from annotator.jobs.exporting import ALL, Options, export
from annotator.jobs.importing import import_paths
from annotator.store import index
from annotator.store.corpus import Corpus
from annotator.ui.corpus_commands import default_labels

_ANNOTATOR = "bench"
_APART = 30  # words from one span to the next: some three in a hundred tokens begin one
_CONFIG = """
<View><Labels name="label" toName="text">{labels}</Labels><Text name="text" value="$text"/></View>
"""
PEERS = {"spacy": "spaCy's offsets_to_biluo_tags", "label_studio_sdk": "Label Studio's converter"}
"""What is measured against where it is installed: `pip install -e '.[consumers]'`."""


def missing() -> list[str]:
    """What cannot be measured, for want of what it is measured against, in sentences."""
    return [
        f"exporting, against {what}: not measured, {name.replace('_', '-')} is not installed (extra: consumers)"
        for name, what in PEERS.items()
        if not find_spec(name)
    ]


def figures(folder: Path, runs: int, articles: int) -> Iterator[Figure]:
    """An export to CoNLL 2003 against each of the PEERS that there is, and an import of JSON lines."""
    found = list(islice(_drafts(), articles))
    with Corpus.create(folder / "transfer.corpus", default_labels()) as corpus:
        with corpus.transaction():
            for item in found:
                corpus.add(item)
        yield from _exports(corpus, found, folder, runs)
        lines = folder / "transfer.jsonl"
        _finish(export(corpus, lines, Options("jsonl", annotator=_ANNOTATOR, state=ALL)))
    yield from _imports(lines, folder, runs)


def _exports(corpus: Corpus, found: list[Draft], folder: Path, runs: int) -> Iterator[Figure]:
    options = Options(annotator=_ANNOTATOR, state=ALL, zones=None)

    def own() -> Any:
        return _finish(export(corpus, folder / "own.conll", options))

    what = f"exporting {own().tokens:,} tokens, read back"
    if find_spec("label_studio_sdk"):
        converting = _label_studio(corpus, folder)
        yield measured(what, own, f"{PEERS['label_studio_sdk']} (to a file)", converting, runs, _forget)
    if find_spec("spacy"):
        import spacy
        from spacy.training import offsets_to_biluo_tags

        warnings.filterwarnings("ignore", message="\\[W030\\]")  # of spans that it cannot align
        new: list[Any] = []

        def anew() -> None:
            """Both begin without a word that they have met before, as a program that was just started."""
            _forget()
            new[:] = [spacy.blank("ar")]

        def tagging() -> None:
            for item in found:
                spans = [(span.start, span.end, span.label) for span in item.spans]
                offsets_to_biluo_tags(new[0].make_doc(item.article.text), spans)

        yield measured(what, own, f"{PEERS['spacy']} (of tokens it makes, no file)", tagging, runs, anew)


def _label_studio(corpus: Corpus, folder: Path) -> Callable[[], None]:
    from label_studio_sdk.converter import Converter

    tasks = folder / "tasks.json"
    _finish(export(corpus, tasks, Options("labelstudio", annotator=_ANNOTATOR, state=ALL)))
    names = "".join(f'<Label value="{label.name}"/>' for label in corpus.labels().labels)
    converter = Converter(_CONFIG.format(labels=names), str(folder), upload_dir=str(folder))
    return lambda: converter.convert_to_conll2003(str(tasks), str(folder / "label-studio"), is_dir=False)


def _imports(lines: Path, folder: Path, runs: int) -> Iterator[Figure]:
    """Against the articles, zones and spans of the file alone, and against every row that the import makes of them:
    the record of the edits and the indexes for search, too."""
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
            assert _finish(import_paths(corpus, [lines])).spans == len(spans)

    def inserting() -> None:
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
    tables = _tables(path)

    def inserting_all() -> None:
        db = Database(bare)
        for create in tables.creates:
            db.execute(create)
        for name, rows in tables.rows.items():
            db.table(name).insert_all(rows)
        db.close()

    what = f"importing {len(articles):,} articles, {len(spans):,} spans"
    yield measured(what, own, "sqlite-utils' insert_all of their rows", inserting, runs, clear)
    yield measured(what, own, "insert_all of all rows that it makes", inserting_all, runs, clear)


class _Tables(NamedTuple):
    """The rows of a corpus file by table; `creates` make those tables that insert_all cannot make by itself."""

    creates: list[str]
    rows: dict[str, list[dict[str, Any]]]


def _tables(path: Path) -> _Tables:
    with Corpus.open(path) as corpus:
        stored = ("article", "zone", "span", "mention", "edit", "annotator")
        rows = {name: [dict(row) for row in corpus.query(f"SELECT * FROM {name}")] for name in stored}
        texts = [row["text"] for row in rows["article"]]
        query = "SELECT sql FROM sqlite_master WHERE name IN ('search', 'beginning')"
        creates = [create for (create,) in corpus.tuples(query)]
    found = [index.parts(text) for text in texts]  # the indexes do not hold what they index
    rows["search"] = [{"rowid": number, "words": " ".join(parts)} for number, parts in enumerate(found, 1)]
    begun = (frozenset().union(*map(beginnings, filter(str.isalnum, set(parts)))) for parts in found)
    rows["beginning"] = [{"rowid": number, "letters": " ".join(letters)} for number, letters in enumerate(begun, 1)]
    return _Tables(creates, rows)


def _drafts() -> Iterator[Draft]:
    """Articles as in a large corpus, with a span of one to four words at every thirtieth."""
    dice = Random(2)
    for text in corpus_speed.texts():
        found = [token for token in tokens(text) if not is_punctuation(text, token)]
        spans = []
        for at in range(dice.randint(0, _APART), len(found) - 4, _APART):
            start, end = found[at].start, found[at + dice.randint(0, 3)].end
            if "\n" not in text[start:end]:
                label = dice.choice(default_labels().labels).name
                spans.append(Span(new_uid(), "", _ANNOTATOR, label, start, end))
        yield draft(text, spans=spans)


def _forget() -> None:
    words._words.cache_clear()


def _finish(steps: Any) -> Any:
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return end.value
