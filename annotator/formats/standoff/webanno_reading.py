"""Reader of WebAnno TSV 3.

    #T_SP=layer|feature|feature          a layer of spans; #T_RL= has relations, #T_CH= chains
    #Sentence.id=12a32                   optional; `webanno_writing.sentence_id` keeps the text around a sentence there
    #Text=the text of a sentence
    #Span=3 12-16                        not of WebAnno: the exact range of annotation [3], which was trimmed
    1-1<tab>0-4<tab>token<tab>value[1]|value[2]<tab>*<tab>
    1-1.1<tab>1-4<tab>oken<tab>…         part of a token, or a zero-width position

Offsets are UTF-16 units. `_` is no annotation, `*` a feature without a value, and `|` separates stacked annotations.
One [id] on several units is one annotation, from the first to the last.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
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
from annotator.text.tokenizer import tokenize

NO_ANNOTATION: Final = "_"
NO_VALUE: Final = "*"
SENTENCE_ID: Final = "#Sentence.id="
SPAN_RANGE: Final = "#Span="
_TEXT: Final = "#Text="
_SENTENCE_ID_PATTERN: Final = re.compile(r"((?:\d{1,7}b)*)(\d{1,9})((?:a\d{1,7})*)")
_SPAN_RANGE_PATTERN: Final = re.compile(rf"{SPAN_RANGE}(\d{{1,9}}) (\d{{1,9}})-(\d{{1,9}})")
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
    exact_ranges: dict[str, tuple[int, int]] = {}
    for number, line in enumerate(lines, 1):
        if line.startswith(_TEXT):
            text.pending.append(_unescape_java(line[len(_TEXT) :]) if minor < 2 else unescape(line[len(_TEXT) :]))
        elif line.startswith(SENTENCE_ID):
            text.pending_id = unescape(line[len(SENTENCE_ID) :])
        elif exact := _SPAN_RANGE_PATTERN.fullmatch(line):
            exact_ranges[exact[1]] = int(exact[2]), int(exact[3])
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
    valid_units = _check_units(path, units, content, layers, refusals)
    return content, _read_annotations(valid_units, layers, exact_ranges, tally)


def _check_units(
    path: Path, units: Iterable[_Unit], content: str, layers: Sequence[_Layer], refusals: list[Refusal]
) -> list[_Unit]:
    """Return the units with all columns whose words are those of the text; refuse the others."""
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
    return valid_units


def unescape(text: str) -> str:
    """Unescape a text of version 3.2 or later."""
    return _TEXT_ESCAPE.sub(lambda match: _ESCAPES.get(match[1], match[1]), text)


def default_gap(gap: str, *, is_first: bool = False) -> str:
    """Return the text that readers infer where a file has none: before its first sentence, or between two sentences.

    It is as long as `gap` in UTF-16 units.
    """
    length = len(gap.encode("utf-16-le", "surrogatepass")) // 2
    return " " * length if is_first or not length else "\n" + " " * (length - 1)


class _SentenceId(NamedTuple):
    """A sentence's start, and the text before and after it, as `webanno_writing.sentence_id` writes them."""

    before: str
    start: int
    after: str


def _parse_sentence_id(id_: str) -> _SentenceId | None:
    """Return what a sentence's id contains, or None for one of another program."""
    match = _SENTENCE_ID_PATTERN.fullmatch(id_)
    if not match:
        return None
    try:
        before, after = ("".join(chr(int(code)) for code in re.findall(r"\d+", codes)) for codes in match.group(1, 3))
    except (ValueError, OverflowError):
        return None
    # Readers trust the offsets of tokens, so a file cannot have anything visible between them.
    return None if tokenize(before) or tokenize(after) else _SentenceId(before, int(match[2]), after)


class _TextBuilder:
    """Reconstructs the text, each sentence at its first token's offset."""

    def __init__(self) -> None:
        self.pending: list[str] = []
        self.pending_id = ""
        self._parts: list[str] = []
        self._length = 0  # UTF-16 units
        self._count = 0  # code points
        self._after: str | None = None  # the text that follows what is placed, if the file has it

    def place_sentence(self, start: int, line: int) -> None:
        """Add the pending sentence at this offset. Raises InvalidEdit if it does not fit."""
        if not self.pending:
            return
        id_ = _parse_sentence_id(self.pending_id)
        gap_length = start - self._length
        gap = self._after if self._parts else id_.before if id_ else None
        if gap is None or len(gap.encode("utf-16-le", "surrogatepass")) // 2 != gap_length:
            if not 0 <= gap_length <= _MAX_GAP:
                message = _("The offsets of the sentence at line {line} do not match its position in the text.")
                raise InvalidEdit(Reason(Code.SENTENCE_MISPLACED, message.format(line=line)))
            gap = default_gap(" " * gap_length, is_first=not self._parts)
        self._add(gap)
        self._after = id_.after if id_ and id_.start == self._count else None
        self._add_sentence()

    def finish(self) -> str:
        """Return the whole text, without the file's last newline."""
        if self.pending:  # a sentence without tokens
            self._add("\n" if self._parts else "")
            self._add_sentence()
        else:
            self._add(self._after or "")
        return "".join(self._parts)

    def _add_sentence(self) -> None:
        self._add("\n".join(self.pending))
        self.pending.clear()
        self.pending_id = ""

    def _add(self, text: str) -> None:
        self._parts.append(text)
        self._count += len(text)
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


def _read_annotations(
    units: list[_Unit], layers: list[_Layer], exact_ranges: Mapping[str, tuple[int, int]], tally: Tally
) -> list[Annotation]:
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
    for (_layer, id_), annotation in annotations_by_id.items():
        annotation.exact = exact_ranges.get(id_)
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
