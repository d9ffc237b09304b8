"""Shared parts of the JSON formats: files of values, one a line or in a list, and metadata.

A file is read value by value, so only a value's size is limited. A list is cut at its brackets and each piece decoded
by itself, so a malformed or truncated one does not affect others, which it would with ijson (docs/adr/0015).
"""

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from functools import partial
from itertools import chain, pairwise
from pathlib import Path
from typing import Any, BinaryIO, Final, Literal, TypeAlias

import msgspec

from annotator.formats.documents import tables
from annotator.formats.library_errors import explain_error
from annotator.formats.reading import (
    MAX_QUOTE,
    describe_mismatch,
    describe_outside,
    is_iso_time,
    name_document,
    parse_published,
    shorten,
)
from annotator.i18n import _
from annotator.model.operations import InvalidEdit
from annotator.model.reasons import Code, Reason, json_error_code
from annotator.model.records import AnnotatedArticle, Article, Notice, Refusal, Remark
from annotator.open_databases import is_open_here
from annotator.paths import is_file

MAX_BYTES: Final = 50_000_000
"""Bytes of the longest line, and of the longest value of a list."""

RawValue: TypeAlias = tuple[int, bytes | Reason]
"""A value's first line, and its bytes or the reason for skipping it."""

_BOM: Final = b"\xef\xbb\xbf"
_CHUNK: Final = 1 << 20
_BEGINNING: Final = 1 << 16
_CONFIGURATION_BYTES: Final = 1000
_MAX_DEPTH: Final = 8
"""Levels of nesting to which keys are searched."""
# The content of a repeated possessive group can match in one way only: Python 3.11.0 to 3.11.4 is wrong for others
# (https://github.com/python/cpython/issues/106052), and `regex` runs out of memory at a text of millions of escapes.
_STRING: Final = rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"'
_NEXT_BRACKET: Final = re.compile(rb'[^"\[\]{}]*+(?:' + _STRING + rb'[^"\[\]{}]*+)*+[\[\]{}]', re.DOTALL)
_SCALAR: Final = re.compile(_STRING + rb"|[\]}]|[^\s,\[\]{}\"]++", re.DOTALL)
_GAP: Final = re.compile(rb"[\s,]*")
_TOKEN: Final = re.compile(_STRING + rb'(\s*:)?|["\[\]{}]', re.DOTALL)
METADATA: Final = ("title", "published", "source", "url")
"""The keys of an article's metadata."""
TOKEN_KEYS: Final = ("tokens", "words")
"""The keys that datasets of Hugging Face have for the tokens of a sentence."""
TAG_KEYS: Final = ("ner_tags", "ner", "tags", "labels")
"""The keys that they have for the tags of the tokens."""
_UID: Final = "uid"
_OBJECT_START: Final = re.compile(rb"\{\s*" + _STRING + rb"\s*:", re.DOTALL)
_LIST_START: Final = re.compile(rb"\[\s*+\{")

Layout: TypeAlias = Literal["lines", "list", "values"]
"""One value a line, a list of values, or values of many lines each."""


def value_reader(
    parse: Callable[[dict[str, Any], int, str, list[Reason]], AnnotatedArticle],
) -> Callable[[Path, str], Iterator[AnnotatedArticle | Remark]]:
    """Return the reader of a format with an object for each article.

    `parse` takes the object, its line, and the annotator of spans without one; it returns the article and adds each
    skip's reason to the list. It raises InvalidEdit if the text is invalid: nothing else matters then.
    """

    def read(path: Path, annotator: str) -> Iterator[AnnotatedArticle | Remark]:
        with path.open("rb") as file:
            for line, name_value, data in locate_values(file):
                reasons: list[Reason] = []
                if isinstance(data, bytes) and (key := find_repeated_key(data)):
                    yield Notice.at(path, line, name_value(describe_repeated_key(key)))
                try:
                    yield parse(decode_object(data, line), line, annotator, reasons)
                except InvalidEdit as error:
                    reasons = [error.reason]
                yield from refuse_all(path, line, map(name_value, reasons))

    return read


def refuse_all(path: Path, line: int, reasons: Iterable[Reason]) -> Iterator[Refusal]:
    """Yield a refusal for each reason, the same one once."""
    return (Refusal.at(path, line, reason) for reason in dict.fromkeys(reasons))


def read_lines(file: BinaryIO, max_bytes: int = MAX_BYTES) -> Iterator[RawValue]:
    """Yield the lines that are not blank, up to one of more than `max_bytes`."""
    number = 0
    while data := file.readline(max_bytes + 1):
        number += 1
        data = data.removeprefix(_BOM) if number == 1 else data
        if len(data) > max_bytes:
            message = _("The line is longer than {size} MB.")
            yield number, Reason(Code.LINE_TOO_LONG, message.format(size=max_bytes // 1_000_000))
            return
        if data.strip():
            yield number, data


def read_values(file: BinaryIO, max_bytes: int = MAX_BYTES) -> Iterator[RawValue]:
    """Yield the values of a file: one a line, a list, or several of many lines each."""
    beginning = file.read(_BEGINNING)
    file.seek(0)
    layout = _detect_layout(beginning)
    if layout == "lines":
        yield from read_lines(file, max_bytes)
    else:
        yield from _split_values(file, max_bytes, layout == "list")


def locate_values(
    file: BinaryIO, max_bytes: int = MAX_BYTES
) -> Iterator[tuple[int, Callable[[Reason], Reason], bytes | Reason]]:
    """Yield the values as `read_values` does, with a function between that adds to a reason which value it is about.

    It does so for values in one line only: others are told by that.
    """
    previous_line = 0
    values = chain(read_values(file, max_bytes), [(0, b"")])
    for number, ((line, data), (next_line, _next)) in enumerate(pairwise(values), 1):
        is_shared = isinstance(data, bytes) and line in (previous_line, next_line)
        yield line, partial(name_document, number) if is_shared else _leave_unnamed, data
        previous_line = line


def _leave_unnamed(reason: Reason) -> Reason:
    return reason


def has_objects(beginning: bytes) -> bool:
    """Return whether a file that starts so consists of JSON objects, but for some of its lines."""
    return bool(_sample_values(beginning))


def is_value(beginning: bytes) -> bool:
    """Return whether a file that starts so is a list or object of JSON, or has one on each line; it may be empty.

    Only a file that ends within these bytes is recognised.
    """
    data = beginning.removeprefix(_BOM).strip()
    values = [_decode(data)] if data[:1] in (b"[", b"{") else []
    if values == [None]:
        values = [_decode(line) for line in data.splitlines() if line.strip()]
    return bool(values) and all(isinstance(value, list | dict) for value in values)


def are_lines(beginning: bytes) -> bool:
    """Return whether a file that starts so has an object a line, but for some of its lines."""
    return has_objects(beginning) and _detect_layout(beginning) == "lines"


def find_keys(beginning: bytes) -> frozenset[str]:
    """Return the keys of a file's first values, each after those around it: "data", "data/text".

    A list adds none. The bytes may end anywhere; what is not JSON has no keys.
    """
    values = _sample_values(beginning)
    # A damaged line may seem to have the keys of another format. One that is cut off is the only one, or not needed.
    return frozenset().union(*map(_find_keys, list(filter(_is_object, values)) or values))


def find_repeated_key(data: bytes) -> str | None:
    """Return a key that an object of this JSON has twice, or None."""
    repeated: str | None = None

    def check(pairs: list[tuple[str, Any]]) -> None:
        nonlocal repeated
        if repeated is None and len(dict(pairs)) < len(pairs):
            counts = Counter(key for key, _value in pairs)
            repeated = next(key for key, count in counts.items() if count > 1)

    with suppress(ValueError, RecursionError):  # what decodes the values reports it
        json.loads(data, object_pairs_hook=check)
    return repeated


def describe_repeated_key(key: str) -> Reason:
    """Return the reason that an object has a key twice."""
    message = _("The key “{key}” is repeated; its last value was read.").format(key=shorten(key))
    return Reason(Code.REPEATED_KEY, message)


def _detect_layout(beginning: bytes) -> Layout:
    """Detect how a file that starts so contains its values; one of its first two lines may be damaged."""
    data = beginning.removeprefix(_BOM).lstrip()
    line, _newline, rest = data.partition(b"\n")
    if line.startswith(b"["):
        return "lines" if rest.strip() and _decode(line) is not None else "list"
    is_open = line.startswith(b"{") and not line.rstrip().endswith(b"}")
    return "values" if is_open and rest.lstrip()[:1] in (b'"', b"}") else "lines"


def _sample_values(beginning: bytes) -> list[bytes]:
    """Return the objects of a file's first bytes, one an item if they are lines, else all in one; none if it has none.

    At least half of the lines must be objects. The last may be cut off.
    """
    data = beginning.removeprefix(_BOM).lstrip()
    layout = _detect_layout(data)
    if layout == "list":
        return [data] if _LIST_START.match(data) else []
    if layout == "values":
        return [data] if _OBJECT_START.match(data) else []
    lines = [line.strip() for line in data.split(b"\n") if line.strip()]
    objects = [
        line
        for number, line in enumerate(lines, 1)
        if _OBJECT_START.match(line) and (line.endswith(b"}") or number == len(lines))
    ]
    return objects if len(objects) * 2 >= len(lines) else []


def _is_object(data: bytes) -> bool:
    return isinstance(_decode(data), dict)


def _decode(data: bytes) -> Any:
    """Return the value of this JSON, None if it is damaged."""
    try:
        return msgspec.json.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def _find_keys(data: bytes) -> set[str]:
    result: set[str] = set()
    path: list[str] = []
    key = ""
    for token in _TOKEN.finditer(data):
        first = token[0][:1]
        if token[1] and len(path) <= _MAX_DEPTH:
            key = token[0].removesuffix(token[1])[1:-1].decode(errors="replace")
            result.add("/".join([*filter(None, path), key]))
        elif token[0] == b'"':  # a string that is cut off
            break
        elif first in b"[{":
            path.append(key)
            key = ""
        elif first in b"]}" and path:
            path.pop()
            key = ""
    return result


def decode_object(data: bytes | Reason, line: int = 1) -> dict[str, Any]:
    """Decode a JSON object, which begins at this line, or raise InvalidEdit with the reason for skipping it."""
    if isinstance(data, Reason):
        raise InvalidEdit(data)
    try:
        return msgspec.json.decode(data, type=dict[str, Any])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        message = _("The line is not a valid article: {error}").format(error=explain_error(error, data, line))
        raise InvalidEdit(Reason(json_error_code(error), message)) from error


def convert(value: Any, type_: Any, key: str, reasons: list[Reason]) -> Any:
    """Convert a decoded value to `type_`, also from quoted numbers; on failure add to `reasons` and return None."""
    try:
        return msgspec.convert(value, type_, strict=False)
    except msgspec.ValidationError as error:
        message = _("Invalid value in “{key}”: {error}").format(key=key, error=explain_error(error))
        reasons.append(Reason(Code.INVALID_VALUE, message))
        return None


def find_configurations(path: Path, name: str, mark: bytes) -> list[Path]:
    """Return the files with labels beside a file (see formats.format.Configuration): they begin with `mark`, almost."""
    candidates = (path.with_name(f"{path.name}.{name}"), path.with_name(name))
    files = [candidate for candidate in candidates if is_file(candidate) and not is_open_here(candidate)]
    return [file for file in files if mark in _read_beginning(file)]


def _read_beginning(path: Path) -> bytes:
    """Return the first bytes of a file; none if it cannot be read, which is said where it is read by itself."""
    try:
        with path.open("rb") as file:
            return file.read(_CONFIGURATION_BYTES)
    except OSError:
        return b""


def describe_skipped(key: str) -> Reason:
    """Return the reason that this key is skipped, as it is no span."""
    message = _("“{key}” is skipped: only labelled spans are imported.")
    return Reason(Code.ANNOTATION_SKIPPED, message.format(key=key))


def explain_misplaced(text: str, start: int, end: int, quoted: str | None = None) -> Reason | None:
    """Return why `text` cannot have this span, or None; `quoted` is the file's copy of its text."""
    if not 0 <= start < end <= len(text):
        return describe_outside(start, end)
    if quoted is None or (len(quoted) == end - start and text.startswith(quoted, start)):
        return None
    return describe_mismatch(start, end, quoted, text[start : min(end, start + MAX_QUOTE + 1)])


def read_metadata(table: Mapping[str, Any], reasons: list[Reason]) -> dict[str, Any]:
    """Return title, time of publication, source and address from a table; None for what it lacks.

    Where it has no key of such a name, they are under those that tables have for it, such as `date` (see
    tables.COLUMNS).
    """
    texts = {name: value for name, value in table.items() if isinstance(value, str) and value}
    others = {field: texts[name] for name in reversed(texts) if (field := tables.find_field(name))}
    metadata = {name: texts.get(name) if name in table else others.get(name) for name in METADATA}
    return {**metadata, "published": parse_published(metadata["published"], reasons)}


def build_metadata(article: Article) -> dict[str, str]:
    """Return an article's uid and metadata as a table for `read_uid` and `read_metadata`.

    It lacks a time that no calendar has.
    """
    metadata = {name: value for name in METADATA if (value := getattr(article, name))}
    if not is_iso_time(article.published or ""):
        metadata.pop("published", None)
    return {_UID: article.uid, **metadata}


def read_uid(table: Any) -> str | None:
    """Return the uid of the article from which a text was exported, None if a table has none."""
    uid = table.get(_UID) if isinstance(table, dict) else None
    return uid if isinstance(uid, str) else None


def first_name(*names: Any) -> str | None:
    """Return the first non-blank text or number."""
    texts = (str(name) for name in names if isinstance(name, str | int) and not isinstance(name, bool))
    return next(filter(str.strip, texts), None)


def _split_values(file: BinaryIO, max_bytes: int, is_list: bool) -> Iterator[RawValue]:
    """Yield the values of a list, or those without one."""
    data = file.read(_CHUNK).removeprefix(_BOM)
    index = data.index(b"[") + 1 if is_list else 0
    line = 1 + data.count(b"\n", 0, index)
    while True:
        gap = _skip_gap(data, index)
        line += data.count(b"\n", index, gap)
        index = gap
        end = _find_end(data, index)
        if (end or len(data)) - index > max_bytes:
            size = max_bytes // 1_000_000
            message = _("The article that starts here is longer than {size} MB.").format(size=size)
            yield line, Reason(Code.ARTICLE_TOO_LONG, message)
            return
        if end is None:
            next_chunk = file.read(max(_CHUNK, len(data) - index))  # doubling, so that little is scanned again
            if next_chunk:
                data, index = data[index:] + next_chunk, 0
                continue
            if is_list or data[index:]:
                yield line, Reason(Code.FILE_TRUNCATED, _("The file is truncated: its JSON is incomplete."))
            return
        if is_list and data[index:end] == b"]":
            if data[end:].strip() or file.read(_CHUNK).strip():
                yield line, Reason(Code.EXTRA_CONTENT, _("Content after the end of the list is ignored."))
            return
        yield line, data[index:end]
        line += data.count(b"\n", index, end)
        index = end


def _skip_gap(data: bytes, index: int) -> int:
    gap = _GAP.match(data, index)
    return gap.end() if gap else index


def _find_end(data: bytes, index: int) -> int | None:
    """Return the end of the value at `index`; None if `data` may end before it."""
    if data[index : index + 1] not in (b"[", b"{"):
        scalar = _SCALAR.match(data, index)
        is_closed = scalar is not None and (scalar.end() < len(data) or scalar[0][:1] in b'"]}')
        return scalar.end() if scalar and is_closed else None
    depth = 0
    while bracket := _NEXT_BRACKET.match(data, index):
        index = bracket.end()
        depth += 1 if data[index - 1] in b"[{" else -1
        if not depth:
            return index
    return None
