"""Reader of WebAnno TSV 3.

    #T_SP=layer|feature|feature          a layer of spans; #T_RL= has relations, #T_CH= chains
    #Text=the text of a sentence
    1-1<tab>0-4<tab>token<tab>value[1]|value[2]<tab>*<tab>
    1-1.1<tab>1-4<tab>oken<tab>…         part of a token, or a zero-width position

Offsets are UTF-16 units. `_` is no annotation, `*` a feature without a value, and `|` separates stacked annotations.
One [id] on several units is one annotation, from the first to the last.
"""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from msgspec import Struct

from annotator.formats.reading import describe_mismatch
from annotator.formats.standoff.annotations import Annotation, ParsedFile, Tally, check_count, short_name
from annotator.i18n import _
from annotator.model.article_builder import explain_too_long
from annotator.model.limits import MAX_ARTICLE_LENGTH
from annotator.model.operations import InvalidEdit
from annotator.model.reasons import Code, Reason
from annotator.model.records import Refusal
from annotator.text.offsets import Utf16Offsets

NO_ANNOTATION: Final = "_"
NO_VALUE: Final = "*"
_TEXT: Final = "#Text="
_HEADER: Final = re.compile(r"#T_(SP|RL|CH)=([^|]+)\|?(.*)")
_OFFSETS: Final = re.compile(r"(\d{1,9})-(\d{1,9})")
_MAX_GAP: Final = 10_000
"""Spaces between two sentences; the file stores only their number."""
_MAX_LINE_LENGTH: Final = 1_000_000
"""Code points of a token's longest line."""
_ESCAPES: Final = {"t": "\t", "n": "\n", "f": "\f", "r": "\r", "b": "\b", "\\": "\\"}
_TEXT_ESCAPE: Final = re.compile(r"\\([tnfrb\\\x00-\x1f])")
_JAVA_ESCAPE: Final = re.compile(r"\\(?:u+([0-9a-fA-F]{4})|(.))", re.DOTALL)
_VALUE_ESCAPE: Final = re.compile(r"\\(->|[\\\[\]|_;*tnr])")
_STACKED_VALUE: Final = re.compile(r"(?:^|\|)((?:[^\\|]|\\.|\\$)*)", re.DOTALL)
_VALUE_WITH_ID: Final = re.compile(r"((?:[^\\]|\\.)*?)\[(\d{1,9})\]", re.DOTALL)


class _Layer(Struct, frozen=True):
    """A layer of the header, and the columns of its features: their index, and "" for one that is not plain."""

    name: str
    kind: str
    first: int
    features: tuple[str, ...]
    slots: frozenset[int] = frozenset()


class _Unit(NamedTuple):
    line: int
    start: int
    end: int
    fields: list[str]


def parse(path: Path, lines: list[str], minor: int, tally: Tally, refusals: list[Refusal]) -> ParsedFile:
    """Parse the text and annotations of a file of version 3.`minor`.

    Raises InvalidEdit if the text cannot be reconstructed, or is too much.
    """
    layers: list[_Layer] = []
    text = _TextBuilder()
    units: list[_Unit] = []
    for number, line in enumerate(lines, 1):
        if line.startswith(_TEXT):
            text.pending.append(_unescape_java(line[len(_TEXT) :]) if minor < 2 else unescape(line[len(_TEXT) :]))
        elif header := _HEADER.fullmatch(line):
            layers.append(_parse_layer(layers, *header.groups()))
        elif len(line) > _MAX_LINE_LENGTH:
            message = _("The line is longer than {size} MB.").format(size=_MAX_LINE_LENGTH // 1_000_000)
            refusals.append(Refusal.at(path, number, Reason(Code.LINE_TOO_LONG, message)))
        elif line.strip() and not line.startswith("#"):
            fields = line.split("\t")
            match = _OFFSETS.fullmatch(fields[1]) if len(fields) > 2 else None
            if not match:
                message = _("The line is not a valid token.")
                refusals.append(Refusal.at(path, number, Reason(Code.INVALID_LINE, message)))
                continue
            units.append(_Unit(number, int(match[1]), int(match[2]), fields))
            text.place_sentence(units[-1].start, number)
    content = text.finish()
    width = layers[-1].first + len(layers[-1].features) if layers else 3
    utf16 = Utf16Offsets(content)
    valid_units: list[_Unit] = []
    for unit in units:
        quoted, start, end = unit.fields[2], utf16.to_code_points(unit.start), utf16.to_code_points(unit.end)
        actual = content[start : min(end, start + len(quoted) + 1)]  # enough to see whether they differ
        if len(unit.fields) < width:
            message = _("The line has fewer columns than the file header declares.")
            reason = Reason(Code.WRONG_COLUMNS, message)
        elif actual not in (quoted, unescape(quoted)):
            reason = describe_mismatch(unit.start, unit.end, quoted, actual)
        else:
            valid_units.append(unit)
            continue
        refusals.append(Refusal.at(path, unit.line, reason))
    return content, _read_annotations(valid_units, layers, tally)


def unescape(text: str) -> str:
    """Unescape a text of version 3.2 or later."""
    return _TEXT_ESCAPE.sub(lambda match: _ESCAPES.get(match[1], match[1]), text)


class _TextBuilder:
    """Reconstructs the text, each sentence at its first token's offset."""

    def __init__(self) -> None:
        self.pending: list[str] = []
        self._parts: list[str] = []
        self._length = 0

    def place_sentence(self, start: int, line: int) -> None:
        """Add the pending sentence at this offset. Raises InvalidEdit if it does not fit."""
        if not self.pending:
            return
        if self._parts and start == self._length - 1:
            self._parts[-1] = self._parts[-1].removesuffix("\n")
            self._length -= 1
        if not 0 <= start - self._length <= _MAX_GAP:
            message = _("The offsets of the sentence at line {line} do not match its position in the text.")
            raise InvalidEdit(Reason(Code.SENTENCE_MISPLACED, message.format(line=line)))
        self._add(" " * (start - self._length))
        self._add_sentence()

    def finish(self) -> str:
        """Return the whole text, without the file's last newline."""
        self._add_sentence()
        return "".join(self._parts).removesuffix("\n")

    def _add_sentence(self) -> None:
        self._add("".join(f"{text}\n" for text in self.pending))
        self.pending.clear()

    def _add(self, text: str) -> None:
        if text:
            self._parts.append(text)
            self._length += len(text.encode("utf-16-le", "surrogatepass")) // 2
        if self._length > 2 * MAX_ARTICLE_LENGTH:  # the spaces between sentences take no room in the file
            raise InvalidEdit(explain_too_long())


def _parse_layer(layers: list[_Layer], kind: str, name: str, columns: str) -> _Layer:
    """Parse a header line; a layer without features has one column."""
    names = columns.split("|")
    slots = frozenset(index for index, column in enumerate(names) if column.startswith("ROLE_"))
    plain = (
        "" if index in slots or "." in column or column.startswith("BT_") else column
        for index, column in enumerate(names)
    )
    first = layers[-1].first + len(layers[-1].features) if layers else 3
    return _Layer(name, kind, first, tuple(plain), slots)


def _read_annotations(units: list[_Unit], layers: list[_Layer], tally: Tally) -> list[Annotation]:
    annotations: list[Annotation] = []
    annotations_by_id: dict[tuple[str, str], Annotation] = {}
    for unit in units:
        for layer in layers:
            cells = unit.fields[layer.first : layer.first + len(layer.features)]
            columns = [[] if cell == NO_ANNOTATION else list(_split_stack(cell)) for cell in cells]
            if layer.kind == "SP":
                _read_unit(unit, layer, columns, annotations_by_id, annotations, tally)
                check_count(len(annotations))
            else:
                tally.add(short_name(layer.name), unit.line, len(columns[-1] if layer.kind == "RL" else columns[0]))
    return annotations


def _read_unit(
    unit: _Unit,
    layer: _Layer,
    columns: Sequence[list[tuple[str, str]]],
    annotations_by_id: dict[tuple[str, str], Annotation],
    annotations: list[Annotation],
    tally: Tally,
) -> None:
    """Add a unit's annotations of a layer; `annotations_by_id` has those with an id."""
    for index in range(max(map(len, columns))):
        items = [column[index] if index < len(column) else (NO_ANNOTATION, "") for column in columns]
        id_ = next((id_ for _value, id_ in items if id_), "")
        annotation = annotations_by_id.get((layer.name, id_)) if id_ else None
        if annotation is None:
            annotation = Annotation(layer.name, unit.start, unit.end, unit.line, {})
            annotations.append(annotation)
            for slot in layer.slots:
                count = sum(role not in (NO_ANNOTATION, NO_VALUE) for role in re.split(r"(?<!\\);", items[slot][0]))
                tally.add(_("slot of {layer}").format(layer=short_name(layer.name)), unit.line, count)
            if id_:
                annotations_by_id[layer.name, id_] = annotation
        annotation.start, annotation.end = min(annotation.start, unit.start), max(annotation.end, unit.end)
        for feature, (value, _id) in zip(layer.features, items, strict=True):
            if feature and value not in (NO_ANNOTATION, NO_VALUE):
                annotation.features.setdefault(feature, _unescape_value(value))


def _split_stack(cell: str) -> Iterator[tuple[str, str]]:
    """Yield a cell's stacked values, each with its id or ""."""
    for value in _STACKED_VALUE.findall(cell):
        item = _VALUE_WITH_ID.fullmatch(value)
        yield (item[1], item[2]) if item else (value, "")


def _unescape_value(value: str) -> str:
    return _VALUE_ESCAPE.sub(lambda match: _ESCAPES.get(match[1], match[1]), value)


def _unescape_java(text: str) -> str:
    """Unescape a text of version 3.1 as in Java, with characters beyond U+FFFF as two."""

    def decode_escape(match: re.Match[str]) -> str:
        return chr(int(match[1], 16)) if match[1] else _ESCAPES.get(match[2], match[2])

    units = _JAVA_ESCAPE.sub(decode_escape, text)
    return units.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
