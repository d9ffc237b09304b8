"""The targets of fuzzing: every reader must turn any bytes into valid articles or messages about why not."""

import shutil
import tempfile
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import Final

from fuzzing.seeds import SEPARATOR
from msgspec.structs import replace
from team.changesets import encode, seal_lines

from annotator import optional_packages, settings
from annotator.formats import registry
from annotator.formats.documents import tables
from annotator.formats.standoff import brat
from annotator.generators import finish
from annotator.jobs.export import existing_output
from annotator.jobs.imports import file_reader
from annotator.jobs.imports.file_reader import ReadOptions
from annotator.model import labels
from annotator.model.article_builder import build_article
from annotator.model.changeset import BaseArticle
from annotator.model.labels import InvalidLabelSet, default_labels, is_label_name
from annotator.model.operations import InvalidEdit, check_span, check_zones
from annotator.model.records import AnnotatedArticle, Refusal, Remark, Span, article_uid
from annotator.store.corpus import Corpus
from annotator.team.changeset_checks import list_items
from annotator.team.changeset_file import InvalidChangeset, read_changeset
from annotator.text import sentences, tokenizer
from annotator.text.offsets import normalise_newlines

MAX_REASON_LENGTH: Final = 1000
"""Code points of a remark."""
_MAX_GROWTH: Final = 60
"""Code points of text, spans and remarks for each byte of a file, besides _ALWAYS_ALLOWED."""
_ALWAYS_ALLOWED: Final = 20_000
_COMPRESSED: Final = ("docx", "pdf", "spacy", "html")
"""Formats whose files may be compressed: the size of their content has its own limits."""

_LABELS: Final = default_labels()

Target = Callable[[bytes], None]


def _is_storable(text: str | None) -> bool:
    """Return whether SQLite stores the text unchanged. Raises UnicodeEncodeError for half a character."""
    if text is None:
        return True
    text.encode()
    return "\0" not in text


def check(items: Iterable[AnnotatedArticle | Remark], size: int | None) -> None:
    """Raise AssertionError unless a file of `size` bytes may contain these items; None for a compressed one."""
    weight = 0
    for item in items:
        if isinstance(item, Remark):
            assert item.path
            assert item.line >= 0
            assert item.reason.strip()
            assert len(item.reason.splitlines()) == 1, item
            assert len(item.reason) <= MAX_REASON_LENGTH, item
            item.reason.encode()
            weight += 1
            continue
        article = item.article
        assert article.text.strip()
        assert article.uid == article_uid(article.text)
        assert normalise_newlines(article.text) == article.text
        assert all(map(_is_storable, (article.text, article.title, article.published, article.source, article.url)))
        check_zones(article, item.zones)
        for span in item.spans:
            with suppress(InvalidEdit):  # as `Corpus.add` does, which reports it
                check_span(article, span)
            assert all(map(_is_storable, (span.annotator, span.value, span.note)))
            assert _is_storable(span.label) or not is_label_name(span.label)  # an import refuses such a label
        assert len({span.uid for span in item.spans}) == len(item.spans)
        assert all(_is_storable(note.text) and _is_storable(note.annotator) for note in item.notes)
        assert all(map(_is_storable, (status.annotator for status in item.states)))
        assert item.line >= 0
        weight += len(article.text) + len(item.spans) + len(item.zones)
    assert size is None or weight <= _MAX_GROWTH * size + _ALWAYS_ALLOWED


class Reader:
    """Reads the bytes of a file in one format, as an import does."""

    def __init__(self, name: str) -> None:
        self._format = registry.get_format(name)
        self._folder = Path(tempfile.mkdtemp())
        self.path = self._folder / f"a{self._format.suffixes[0]}"

    def __del__(self) -> None:
        shutil.rmtree(self._folder, ignore_errors=True)

    def __call__(self, data: bytes) -> None:
        size = None if self._format.name in _COMPRESSED else len(data)
        if self._format is brat.FORMAT:
            data, _separator, text = data.partition(SEPARATOR)
            self.path.with_suffix(".txt").write_bytes(text)
        self.path.write_bytes(data)
        for logical in (False, True):
            way = ReadOptions(self._format.name, logical=logical)
            check(file_reader.read(self.path, way, "ليلى"), size)


class Recognition(Reader):
    """Detects the format of the bytes under each suffix."""

    def __init__(self) -> None:
        super().__init__("text")
        self._names = sorted({suffix for format_ in registry.READ_FORMATS for suffix in format_.suffixes})

    def __call__(self, data: bytes) -> None:
        for suffix in self._names:
            for format_ in registry.READ_FORMATS:
                assert format_.sniff(f"a{suffix}", data[: 1 << 16]) in (True, False)
        self.path.write_bytes(data)
        registry.detect_format(self.path)
        registry.find_candidates(self.path)
        tables.read_header(self.path)


def fuzz_storing(data: bytes) -> None:
    """Store the article of a text, with spans all over it."""
    try:
        text = data.decode()
        item = build_article(
            text, spans=[Span(f"{index}", "", "ليلى", "DATE", index, len(text) - index) for index in range(10)]
        )
    except (UnicodeDecodeError, InvalidEdit):
        return
    tokens = tokenizer.tokenize(item.article.text)
    assert sum(map(len, sentences.split_sentences(item.article.text, tokens))) == len(tokens)
    with tempfile.TemporaryDirectory() as folder, Corpus.create(Path(folder, "a.corpus"), _LABELS) as corpus:
        assert corpus.add(item).is_new
        assert corpus.article(item.article.uid).text == item.article.text


def fuzz_label_set(data: bytes) -> None:
    """Read a label set."""
    try:
        label_set = labels.decode(data, "a.toml")
    except InvalidLabelSet as error:
        check([error.refusal], len(data))
        return
    assert labels.decode(labels.encode(label_set)) == label_set


def fuzz_settings(data: bytes) -> None:
    """Load settings."""
    path = settings.config_dir() / "settings.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    settings.save(settings.load())
    assert settings.load()


def fuzz_report(data: bytes) -> None:
    """Read the digest in a report."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "a.report.json")
        path.write_bytes(data)
        existing_output.read_digest(path)


def fuzz_changeset(data: bytes) -> None:
    """Read a changeset with these lines, and a file with these bytes."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "a.changeset")
        for content in (seal_lines(data.splitlines()), data):
            path.write_bytes(content)
            try:
                changeset = finish(read_changeset(path))
            except InvalidChangeset as error:
                check([Refusal.at(path, error.line, error.reason)], None)
                continue
            for item in list_items(changeset):
                if isinstance(item, BaseArticle):
                    check([AnnotatedArticle(item.article, item.zones)], None)
            path.write_bytes(encode(replace(changeset, newer_steps=())))
            assert finish(read_changeset(path)) == replace(changeset, newer_steps=())


NAMES: Final = (
    *(format_.name for format_ in registry.READ_FORMATS),
    *("recognition", "storing", "labels", "settings", "report", "changeset"),
)


def build_target(name: str) -> Target:
    """Return the target with this name, which is one of NAMES."""
    targets: dict[str, Target] = {
        "storing": fuzz_storing,
        "labels": fuzz_label_set,
        "settings": fuzz_settings,
        "report": fuzz_report,
        "changeset": fuzz_changeset,
    }
    return targets.get(name) or (Recognition() if name == "recognition" else Reader(name))


def is_available(name: str) -> bool:
    """Return whether the package that the reader needs is installed."""
    return name != "spacy" or optional_packages.is_installed("spacy")
