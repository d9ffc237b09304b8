"""What fuzzing asks of every reader: whatever the bytes are, articles that can be stored or words about why not."""

import shutil
import tempfile
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import Final

from fuzzing.seeds import SEPARATOR

from annotator import optional, settings
from annotator.formats import registry
from annotator.formats.documents import tables
from annotator.formats.standoff import brat
from annotator.jobs.export import existing_output
from annotator.jobs.imports import file_reader
from annotator.jobs.imports.file_reader import Way
from annotator.model import labels
from annotator.model.article_builder import draft
from annotator.model.labels import BadLabelSet, is_name
from annotator.model.operations import Rejected, check_span, check_zones
from annotator.model.records import Draft, Remark, Span, article_uid
from annotator.resources import resource
from annotator.store.corpus import Corpus
from annotator.text import sentences, tokenizer
from annotator.text.offsets import normalise_newlines

LONGEST: Final = 1000
"""Code points of what is said of one thing in a file."""
_GROWTH: Final = 60
"""Code points of text, spans and remarks that a byte of a file may become, and some for what is always said."""
_ALWAYS: Final = 20_000
_PACKED: Final = ("docx", "pdf", "spacy", "html")
"""Formats whose files are packed, or may be: what is in them is as large as its own limits allow."""

_LABELS: Final = labels.decode(resource("labels", "default.toml").read_bytes())

Target = Callable[[bytes], None]


def _stores(text: str | None) -> bool:
    """Whether a file of SQLite takes it as it is."""
    if text is None:
        return True
    text.encode()  # raises for half a character
    return "\0" not in text


def check(items: Iterable[Draft | Remark], size: int | None) -> None:
    """Raise AssertionError unless a file of so many bytes may have given these; None for one that is packed."""
    weight = 0
    for item in items:
        if isinstance(item, Remark):
            assert item.path
            assert item.line >= 0
            assert item.reason.strip()
            assert len(item.reason.splitlines()) == 1, item
            assert len(item.reason) <= LONGEST, item
            item.reason.encode()
            weight += 1
            continue
        article = item.article
        assert article.text.strip()
        assert article.uid == article_uid(article.text)
        assert normalise_newlines(article.text) == article.text
        assert all(map(_stores, (article.text, article.title, article.published, article.source, article.url)))
        check_zones(article, item.zones)
        for span in item.spans:
            with suppress(Rejected):  # as Corpus.add, which says so
                check_span(article, span)
            assert all(map(_stores, (span.annotator, span.value, span.note)))
            assert _stores(span.label) or not is_name(span.label)  # an import refuses that label
        assert len({span.uid for span in item.spans}) == len(item.spans)
        assert all(_stores(note.text) and _stores(note.annotator) for note in item.notes)
        assert all(map(_stores, (status.annotator for status in item.states)))
        assert item.line >= 0
        weight += len(article.text) + len(item.spans) + len(item.zones)
    assert size is None or weight <= _GROWTH * size + _ALWAYS


class Reader:
    """Reads the bytes of a file in one format, as an import does."""

    def __init__(self, name: str) -> None:
        self._format = registry.by_name(name)
        self._folder = Path(tempfile.mkdtemp())
        self.path = self._folder / f"a{self._format.SUFFIXES[0]}"

    def __del__(self) -> None:
        shutil.rmtree(self._folder, ignore_errors=True)

    def __call__(self, data: bytes) -> None:
        size = None if self._format.NAME in _PACKED else len(data)
        if self._format is brat:
            data, _separator, text = data.partition(SEPARATOR)
            self.path.with_suffix(".txt").write_bytes(text)
        self.path.write_bytes(data)
        for logical in (False, True):
            way = Way(self._format.NAME, logical=logical)
            check(file_reader.read(self.path, way, "ليلى"), size)


class Recognition(Reader):
    """Asks which format a file of each suffix has."""

    def __init__(self) -> None:
        super().__init__("text")
        self._names = sorted({suffix for format_ in registry.FORMATS for suffix in format_.SUFFIXES})

    def __call__(self, data: bytes) -> None:
        for suffix in self._names:
            for format_ in registry.FORMATS:
                assert format_.recognises(f"a{suffix}", data[: 1 << 16]) in (True, False)
        self.path.write_bytes(data)
        registry.recognise(self.path)
        registry.possible(self.path)
        tables.names(self.path)


def storing(data: bytes) -> None:
    """Store the article that a text is, with spans all over it."""
    try:
        text = data.decode()
        item = draft(text, spans=[Span(f"{at}", "", "ليلى", "DATE", at, len(text) - at) for at in range(10)])
    except (UnicodeDecodeError, Rejected):
        return
    tokens = tokenizer.tokens(item.article.text)
    assert sum(map(len, sentences.sentences(item.article.text, tokens))) == len(tokens)
    with tempfile.TemporaryDirectory() as folder, Corpus.create(Path(folder, "a.corpus"), _LABELS) as corpus:
        assert corpus.add(item).new
        assert corpus.article(item.article.uid).text == item.article.text


def label_set(data: bytes) -> None:
    """Read a label set."""
    try:
        found = labels.decode(data, "a.toml")
    except BadLabelSet as bad:
        check([bad.refusal], len(data))
        return
    assert labels.decode(labels.encode(found)) == found


def chosen(data: bytes) -> None:
    """Load settings."""
    path = settings.config_dir() / "settings.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    settings.save(settings.load())
    assert settings.load()


def report(data: bytes) -> None:
    """Look at what a report says of the folder that it lies beside."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "a.report.json")
        path.write_bytes(data)
        existing_output.read_digest(path)


NAMES: Final = (
    *(format_.NAME for format_ in registry.FORMATS),
    *("recognition", "storing", "labels", "settings", "report"),
)


def target(name: str) -> Target:
    """What reads the bytes of a file; `name` is one of NAMES."""
    others: dict[str, Target] = {"storing": storing, "labels": label_set, "settings": chosen, "report": report}
    return others.get(name) or (Recognition() if name == "recognition" else Reader(name))


def can(name: str) -> bool:
    """Whether what the reader needs is installed."""
    return name != "spacy" or optional.installed("spacy")
