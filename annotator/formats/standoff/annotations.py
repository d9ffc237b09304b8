"""Shared parts of the standoff formats: files, offsets, and spans from UIMA annotations."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final, TypeAlias

from msgspec import Struct

from annotator.formats.documents import plain_text as plain
from annotator.formats.reading import ArticleReader, describe_empty, describe_outside, read_limited
from annotator.i18n import _, ngettext
from annotator.model.article_builder import build_article
from annotator.model.operations import InvalidEdit
from annotator.model.reasons import Code, Reason
from annotator.model.records import BODY, AnnotatedArticle, FileLayers, Refusal, Span, Zone, new_uid
from annotator.text.offsets import Utf16Offsets
from annotator.text.visible import trim_invisible

MAX_BYTES: Final = 50_000_000
"""Bytes of the largest file of annotations."""

MAX_ANNOTATIONS: Final = 1_000_000
"""Annotations of a file; the longest article has some hundred thousand tokens, with a few annotations each."""

_DKPRO: Final = "de.tudarmstadt.ukp.dkpro.core.api."
NAMED_ENTITY: Final = f"{_DKPRO}ner.type.NamedEntity"
"""The type of named entities in DKPro Core, WebAnno and INCEpTION; its `value` is the label."""
SENTENCE: Final = f"{_DKPRO}segmentation.type.Sentence"
TOKEN: Final = f"{_DKPRO}segmentation.type.Token"
LABEL_FEATURES: Final = ("label", "value", "kind")
VALUE_FEATURES: Final = ("identifier", "value")
NOTE_FEATURES: Final = ("note", "comment")
"""The features of label, value and note; of several that an annotation has, the first."""
_NOT_A_NAME: Final = re.compile(r"true|false|[-\d.\s]*")
"""A value that cannot be a label: a boolean, a number, or references to structures."""


class Tally:
    """Counts of skipped annotations by kind, with the line of each kind's first."""

    def __init__(self) -> None:
        self._kinds: dict[str, tuple[int, int]] = {}

    def add(self, kind: str, line: int, count: int = 1) -> None:
        """Count annotations of a kind; zero adds nothing."""
        if count:
            previous, first = self._kinds.get(kind, (0, line))
            self._kinds[kind] = previous + count, first

    def refusals(self, path: Path) -> Iterator[Refusal]:
        """Yield a refusal for each kind."""
        for kind, (count, line) in self._kinds.items():
            message = ngettext(
                "{count} annotation of type “{kind}” is skipped.",
                "{count} annotations of type “{kind}” are skipped.",
                count,
            )
            yield Refusal.at(path, line, Reason(Code.ANNOTATION_SKIPPED, message.format(count=count, kind=kind)))


class SpanFields(Struct, frozen=True):
    """The fields of a span from UIMA features; `unused` names the others."""

    label: str
    value: str | None = None
    note: str | None = None
    unused: tuple[str, ...] = ()


def load_text(path: Path, max_bytes: int = MAX_BYTES) -> str:
    """Read a text file, usually UTF-8; a byte order mark is kept. Raises InvalidEdit and OSError."""
    data = read_limited(path, max_bytes)
    try:
        return data.decode()
    except UnicodeDecodeError:
        return plain.decode_text(data)


def check_sizes(files: dict[str, bytes], max_bytes: int = MAX_BYTES) -> dict[str, bytes]:
    """Return `files`. Raises InvalidEdit for one over `max_bytes`, too large to read again."""
    if max(map(len, files.values())) > max_bytes:
        message = _("The article's file would be larger than {size} MB.").format(size=max_bytes // 1_000_000)
        raise InvalidEdit(Reason(Code.FILE_TOO_LARGE, message))
    return files


def check_count(count: int) -> None:
    """Raise InvalidEdit for more annotations than a news text can have."""
    if count > MAX_ANNOTATIONS:
        message = ngettext(
            "The file has more than {count} annotation.", "The file has more than {count} annotations.", MAX_ANNOTATIONS
        )
        raise InvalidEdit(Reason(Code.TOO_COMPLEX, message.format(count=MAX_ANNOTATIONS)))


def build_article_or_refusal(
    path: Path, text: str, spans: Iterable[Span], *, page: bool, is_complete: bool
) -> AnnotatedArticle | Refusal:
    """Build an article, or a refusal; zones are recognised if the text may be a web page (`page`).

    The spans are of the layer that an import names; all of them if `is_complete`.
    """
    zones = None if page else [Zone(new_uid(), "", BODY, 0, len(text))]
    try:
        return build_article(text, zones=zones, spans=spans, layers=FileLayers(frozenset({""}), is_complete))
    except InvalidEdit as error:
        return Refusal.at(path, 0, error.reason)


def to_code_points(units: Utf16Offsets, length: int, start: int, end: int) -> tuple[int, int]:
    """Convert UTF-16 offsets to code points in a text of `length` code points.

    Raises InvalidEdit for a range that is empty, outside the text, or cuts a character.
    """
    if start == end:
        raise InvalidEdit(describe_empty(start, end))
    if not 0 <= start < end <= units.to_utf16(length):
        raise InvalidEdit(describe_outside(start, end))
    first, last = units.to_code_points(start), units.to_code_points(end)
    if (units.to_utf16(first), units.to_utf16(last)) != (start, end):
        message = _("A span from {start} to {end} splits a character.").format(start=start, end=end)
        raise InvalidEdit(Reason(Code.SPAN_SPLITS_CHARACTER, message))
    return first, last


def short_name(type_: str) -> str:
    """Return a UIMA type's name without its package."""
    return type_.rpartition(".")[2]


def is_layer(type_: str) -> bool:
    """Return whether a UIMA type is of spans: all but DKPro Core's other than names.

    Those (parts of speech, lemmas, dependencies) cannot be labels.
    """
    return not type_.startswith(_DKPRO) or type_.startswith(f"{_DKPRO}ner.")


def read_features(type_: str, features: Mapping[str, str]) -> SpanFields:
    """Return a span's fields from the features of a UIMA annotation.

    The label is `label`, `value` or `kind`, the only other feature that may be a name, or else the type's name.
    `identifier` is the value, or `value` beside a `label`; `note` or `comment` is the note.
    """
    note = _first_present(NOTE_FEATURES, features)
    label = _first_present(LABEL_FEATURES, features)
    if not label:
        names = [
            name
            for name, value in features.items()
            if name not in (*VALUE_FEATURES, *NOTE_FEATURES) and not _NOT_A_NAME.fullmatch(value)
        ]
        label = names[0] if len(names) == 1 else ""
    value = next((name for name in VALUE_FEATURES if features.get(name) and name != label), "")
    return SpanFields(
        features.get(label) or short_name(type_),
        features.get(value) or None,
        features.get(note) or None,
        tuple(name for name, content in features.items() if content and name not in (label, value, note)),
    )


def _first_present(names: Iterable[str], features: Mapping[str, str]) -> str:
    """Return the first feature of these names that has a value, or ""."""
    return next((name for name in names if features.get(name)), "")


class Annotation(Struct):
    """A UIMA annotation: offsets in UTF-16 units, its line in the file, features as written.

    `exact` are the offsets of the span that it was written for, if that has blanks at its edges.
    """

    type: str
    start: int
    end: int
    line: int
    features: dict[str, str]
    exact: tuple[int, int] | None = None


def _restore_edges(
    text: str, units: Utf16Offsets, trimmed: tuple[int, int], exact: tuple[int, int] | None
) -> tuple[int, int]:
    """Return the range that a span had before its edges were trimmed, unless it has been moved since.

    Raises InvalidEdit for an exact range that no span can have.
    """
    if exact is None:
        return trimmed
    start, end = to_code_points(units, len(text), *exact)
    return (start, end) if trim_invisible(text, start, end) == trimmed else trimmed


class InvalidLine(InvalidEdit):
    """A file that cannot be read, and the line from which on it cannot."""

    def __init__(self, line: int, reason: Reason) -> None:
        super().__init__(reason)
        self.line = line


ParsedFile: TypeAlias = tuple[str, Iterable[Annotation]]
"""The text of a file and its annotations."""


def annotation_reader(parse: Callable[[Path, Tally, list[Refusal]], ParsedFile]) -> ArticleReader:
    """Return the reader of a format with an article of UIMA annotations a file.

    `parse` counts what it skips, and adds refusals; it raises InvalidEdit if there is no valid text, and OSError. No
    file names its annotator.
    """

    def read(path: Path, annotator: str) -> Iterator[AnnotatedArticle | Refusal]:
        tally = Tally()
        refusals: list[Refusal] = []
        spans: list[Span] = []
        span_refusals: list[Refusal] = []
        try:
            text, annotations = parse(path, tally, refusals)
        except InvalidEdit as error:
            line = error.line if isinstance(error, InvalidLine) else 0
            yield Refusal.at(path, line, error.reason)
            return
        units = Utf16Offsets(text)
        for annotation in annotations:
            if not is_layer(annotation.type):
                tally.add(short_name(annotation.type), annotation.line)
                continue
            try:
                start, end = to_code_points(units, len(text), annotation.start, annotation.end)
                start, end = _restore_edges(text, units, (start, end), annotation.exact)
            except InvalidEdit as error:
                span_refusals.append(Refusal.at(path, annotation.line, error.reason))
                continue
            fields = read_features(annotation.type, annotation.features)
            for name in fields.unused:
                tally.add(f"{short_name(annotation.type)}.{name}", annotation.line)
            spans.append(Span(new_uid(), "", annotator, fields.label, start, end, fields.value, fields.note))
        yield build_article_or_refusal(path, text, spans, page=False, is_complete=not (refusals or span_refusals))
        yield from (*refusals, *span_refusals, *tally.refusals(path))

    return read
