"""What the formats of JSON share: files of one value a line, or of one list, and what such values say of an article.

A file is read value by value, so that its size does not matter; that of one value is limited. A list is cut at its
brackets and each piece decoded by itself: what is broken in one, or cut off at the end, does not cost the others.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO, Final, TypeAlias

import msgspec

from annotator.i18n import _
from annotator.model import zones as zoning
from annotator.model.operations import Rejected
from annotator.model.records import Article, Draft, Refusal

LARGEST: Final = 50_000_000
"""Bytes of the longest line, and of the longest value of a list, that is read."""

Found: TypeAlias = tuple[int, bytes | str]
"""The line where a value begins, and its bytes; or a sentence that says why it was not taken."""

_BOM: Final = b"\xef\xbb\xbf"
_CHUNK: Final = 1 << 20
_BEGINNING: Final = 1 << 16
_DEPTH: Final = 8
"""How deep keys are looked for."""
_QUOTED: Final = 100
"""Characters of a text that a sentence holds."""
# What a possessive group repeats can match in one way only: Python 3.11.0 to 3.11.4 goes wrong at others
# (https://github.com/python/cpython/issues/106052), and `regex` runs out of memory at a text of millions of escapes.
_STRING: Final = rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"'
_NEXT_BRACKET: Final = re.compile(rb'[^"\[\]{}]*+(?:' + _STRING + rb'[^"\[\]{}]*+)*+[\[\]{}]', re.DOTALL)
_SCALAR: Final = re.compile(_STRING + rb"|[\]}]|[^\s,\[\]{}\"]++", re.DOTALL)
_GAP: Final = re.compile(rb"[\s,]*")
_MARK: Final = re.compile(_STRING + rb'(\s*:)?|["\[\]{}]', re.DOTALL)
_ISO: Final = re.compile(r"\d{4}(-\d\d(-\d\d([T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?)?)?)?")
_KNOWN: Final = ("title", "published", "source", "url")


def read(
    path: Path,
    values: Callable[[BinaryIO], Iterator[Found]],
    article: Callable[[bytes, int], tuple[Draft | None, list[str]]],
) -> Iterator[Draft | Refusal]:
    """What `article` makes of each of the `values` of the file at `path`: given the bytes of a value and its line, it
    returns the article if there is one, and a sentence for each thing that was not taken. Raises OSError.
    """
    with path.open("rb") as file:
        for line, data in values(file):
            found, refused = (None, [data]) if isinstance(data, str) else article(data, line)
            if found:
                yield found
            yield from (Refusal(str(path), line, reason) for reason in refused)


def lines(file: BinaryIO, largest: int = LARGEST) -> Iterator[Found]:
    """The lines that are not blank; none follows one of more than `largest` bytes."""
    number = 0
    while data := file.readline(largest + 1):
        number += 1
        data = data.removeprefix(_BOM) if number == 1 else data
        if len(data) > largest:
            yield number, _("The line is longer than {size} MB.").format(size=largest // 1_000_000)
            return
        if data.strip():
            yield number, data


def values(file: BinaryIO, largest: int = LARGEST) -> Iterator[Found]:
    """The values of a file that holds one a line, or a list of them, or some over several lines each."""
    beginning = file.read(_BEGINNING).removeprefix(_BOM).lstrip()
    file.seek(0)
    listed = beginning.startswith(b"[")
    if listed or beginning.partition(b"\n")[0].rstrip() == b"{":
        yield from _pieces(file, largest, listed)
    else:
        yield from lines(file, largest)


def keys(beginning: bytes) -> frozenset[str]:
    """The keys of the values that a file begins with, each after the keys that it stands within: "data", "data/text".

    A list adds none. The bytes may end anywhere; there are no keys in what is no JSON.
    """
    data = beginning.removeprefix(_BOM).lstrip()
    found: set[str] = set()
    within: list[str] = []
    key = ""
    for mark in _MARK.finditer(data) if data.startswith((b"{", b"[")) else ():
        first = mark[0][:1]
        if mark[1] and len(within) <= _DEPTH:
            key = mark[0].removesuffix(mark[1])[1:-1].decode(errors="replace")
            found.add("/".join([*filter(None, within), key]))
        elif mark[0] == b'"':  # a string that is cut off
            break
        elif first in b"[{":
            within.append(key)
            key = ""
        elif first in b"]}" and within:
            within.pop()
            key = ""
    return frozenset(found)


def members(data: bytes) -> dict[str, Any]:
    """The JSON object that `data` is. Raises Rejected."""
    try:
        return msgspec.json.decode(data, type=dict[str, Any])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Rejected(_("The line does not read as an article: {error}").format(error=error)) from error


def converted(value: Any, kind: Any, key: str, refused: list[str]) -> Any:
    """What was decoded as a `kind`; None where it is none, and `refused` then says so. Digits may be in quotes."""
    try:
        return msgspec.convert(value, kind, strict=False)
    except msgspec.ValidationError as error:
        refused.append(_("Something in “{key}” does not read: {error}").format(key=key, error=error))
        return None


def passed_over(key: str) -> str:
    """The sentence that says that what an article has under this key is no span."""
    return _("“{key}” is not taken: only labelled stretches of the text are.").format(key=key)


def misplaced(text: str, start: int, end: int, given: str | None = None) -> str | None:
    """Why no span of `text` can be there, if none can; `given` is what the file says that it holds."""
    if not 0 <= start < end <= len(text):
        return _("A span from {start} to {end} is not within the text.").format(start=start, end=end)
    if given is None or (len(given) == end - start and text.startswith(given, start)):
        return None
    reason = _("The span from {start} to {end} should hold “{given}”, and the text there is “{there}”.")
    there = _quoted(text[start : min(end, start + _QUOTED + 1)])
    return reason.format(start=start, end=end, given=_quoted(given), there=there)


def published(given: str | None, refused: list[str]) -> str | None:
    """The time of publication as ISO 8601: `given`, or what it says as a dateline would."""
    if not given or _ISO.fullmatch(given):
        return given or None
    found = zoning.published(given)
    if found is None:
        refused.append(_("“{given}” is no time of publication.").format(given=_quoted(given)))
    return found


def known(table: Mapping[str, Any], refused: list[str]) -> dict[str, Any]:
    """What a table says of the article that has it: title, time of publication, source, address; else None."""
    said = {name: value if isinstance(value := table.get(name), str) and value else None for name in _KNOWN}
    return {**said, "published": published(said["published"], refused)}


def about(article: Article) -> dict[str, str]:
    """The table that `known` reads, with what is known of the article."""
    return {name: value for name in _KNOWN if (value := getattr(article, name))}


def named(*names: Any) -> str | None:
    """The first of the names that is one: a text that is not blank, or a number."""
    said = (str(name) for name in names if isinstance(name, str | int) and not isinstance(name, bool))
    return next(filter(str.strip, said), None)


def _quoted(text: str) -> str:
    return text if len(text) <= _QUOTED else text[:_QUOTED] + "…"


def _pieces(file: BinaryIO, largest: int, listed: bool) -> Iterator[Found]:
    """The values of a list, or those that follow each other without one."""
    data = file.read(_CHUNK).removeprefix(_BOM)
    at = data.index(b"[") + 1 if listed else 0
    line = 1 + data.count(b"\n", 0, at)
    while True:
        gap = _gap(data, at)
        line += data.count(b"\n", at, gap)
        at = gap
        end = _end(data, at)
        if (end or len(data)) - at > largest:
            size = largest // 1_000_000
            yield line, _("The article that begins here is longer than {size} MB.").format(size=size)
            return
        if end is None:
            more = file.read(max(_CHUNK, len(data) - at))  # as much again, so that nothing is looked at often
            if more:
                data, at = data[at:] + more, 0
                continue
            if listed or data[at:]:
                yield line, _("The file is cut off: it ends before what it holds does.")
            return
        if listed and data[at:end] == b"]":
            if data[end:].strip() or file.read(_CHUNK).strip():
                yield line, _("What follows the end of the list is not taken.")
            return
        yield line, data[at:end]
        line += data.count(b"\n", at, end)
        at = end


def _gap(data: bytes, at: int) -> int:
    gap = _GAP.match(data, at)
    return gap.end() if gap else at


def _end(data: bytes, at: int) -> int | None:
    """Where the value that begins at `at` ends; None if `data` may end before it does."""
    if data[at : at + 1] not in (b"[", b"{"):
        scalar = _SCALAR.match(data, at)
        closed = scalar is not None and (scalar.end() < len(data) or scalar[0][:1] in b'"]}')
        return scalar.end() if scalar and closed else None
    depth = 0
    while bracket := _NEXT_BRACKET.match(data, at):
        at = bracket.end()
        depth += 1 if data[at - 1] in b"[{" else -1
        if not depth:
            return at
    return None
