"""Reads WebAnno TSV 3.

    #T_SP=layer|feature|feature          a layer of spans; #T_RL= has relations, #T_CH= chains
    #Text=the text of a sentence
    1-1<tab>0-4<tab>token<tab>value[1]|value[2]<tab>*<tab>
    1-1.1<tab>1-4<tab>oken<tab>…         part of a token, or a place of no length

Offsets are UTF-16 units. `_` is nothing, `*` an annotation whose feature says nothing, `|` stands between stacked ones.
The same [id] on several units is one annotation, from the first of them to the last.
"""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final, NamedTuple, TypeAlias

from msgspec import Struct

from annotator.formats.standoff.annotations import Annotation, Tally, check_count, differs, short
from annotator.i18n import _
from annotator.model.article_builder import too_long
from annotator.model.limits import ARTICLE
from annotator.model.operations import Rejected
from annotator.model.records import Refusal
from annotator.text.offsets import Utf16

Parsed: TypeAlias = tuple[str, list[Annotation]]
"""The text of a file and its annotations."""

NOTHING: Final = "_"
UNSAID: Final = "*"
_TEXT: Final = "#Text="
_HEADER: Final = re.compile(r"#T_(SP|RL|CH)=([^|]+)\|?(.*)")
_OFFSETS: Final = re.compile(r"(\d{1,9})-(\d{1,9})")
_WIDEST_GAP: Final = 10_000
"""Spaces between two sentences: the file holds only how many there were."""
_LARGEST: Final = 1_000_000
"""Code points of the line of a token."""
_UNESCAPED: Final = {"t": "\t", "n": "\n", "f": "\f", "r": "\r", "b": "\b", "\\": "\\"}
_IN_TEXT: Final = re.compile(r"\\([tnfrb\\\x00-\x1f])")
_JAVA: Final = re.compile(r"\\(?:u+([0-9a-fA-F]{4})|(.))", re.DOTALL)
_IN_VALUE: Final = re.compile(r"\\(->|[\\\[\]|_;*tnr])")
_STACKED: Final = re.compile(r"(?:^|\|)((?:[^\\|]|\\.|\\$)*)", re.DOTALL)
_ITEM: Final = re.compile(r"((?:[^\\]|\\.)*?)\[(\d{1,9})\]", re.DOTALL)


class Layer(Struct, frozen=True):
    """A layer of the header, and the columns of its features: where they are, and "" for what is no plain feature."""

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


def parsed(path: Path, lines: list[str], minor: int, tally: Tally, refused: list[Refusal]) -> Parsed:
    """The text and the annotations of the lines of a file of version 3.`minor`.

    Raises Rejected where the text cannot be put together, or there is too much in it.
    """
    layers: list[Layer] = []
    text = _Text()
    units: list[_Unit] = []
    for number, line in enumerate(lines, 1):
        if line.startswith(_TEXT):
            text.waiting.append(_java(line[len(_TEXT) :]) if minor < 2 else unescaped(line[len(_TEXT) :]))
        elif header := _HEADER.fullmatch(line):
            layers.append(_layer(layers, *header.groups()))
        elif len(line) > _LARGEST:
            reason = _("The line is longer than {size} MB.").format(size=_LARGEST // 1_000_000)
            refused.append(Refusal(str(path), number, reason))
        elif line.strip() and not line.startswith("#"):
            fields = line.split("\t")
            offsets = _OFFSETS.fullmatch(fields[1]) if len(fields) > 2 else None
            if not offsets:
                refused.append(Refusal(str(path), number, _("The line does not read as a token.")))
                continue
            units.append(_Unit(number, int(offsets[1]), int(offsets[2]), fields))
            text.place(units[-1].start, number)
    whole = text.end()
    width = layers[-1].first + len(layers[-1].features) if layers else 3
    converted = Utf16(whole)
    right: list[_Unit] = []
    for unit in units:
        given, start, end = unit.fields[2], converted.points(unit.start), converted.points(unit.end)
        there = whole[start : min(end, start + len(given) + 1)]  # no more than tells whether they differ
        if len(unit.fields) < width:
            reason = _("The line has fewer columns than the head of the file says.")
        elif there not in (given, unescaped(given)):
            reason = differs(unit.start, unit.end, given, there)
        else:
            right.append(unit)
            continue
        refused.append(Refusal(str(path), unit.line, reason))
    return whole, _annotations(right, layers, tally)


def unescaped(text: str) -> str:
    """What a text of version 3.2 or later says."""
    return _IN_TEXT.sub(lambda found: _UNESCAPED.get(found[1], found[1]), text)


class _Text:
    """Puts the text together: sentences stand where the offset of their first token says."""

    def __init__(self) -> None:
        self.waiting: list[str] = []
        self._parts: list[str] = []
        self._length = 0

    def place(self, start: int, line: int) -> None:
        """Add the sentence that was waiting at this offset. Raises Rejected where it cannot stand."""
        if not self.waiting:
            return
        if self._parts and start == self._length - 1:
            self._parts[-1] = self._parts[-1].removesuffix("\n")
            self._length -= 1
        if not 0 <= start - self._length <= _WIDEST_GAP:
            reason = _("The sentence at line {line} does not stand where its offsets say.")
            raise Rejected(reason.format(line=line))
        self._add(" " * (start - self._length))
        self._sentence()

    def end(self) -> str:
        """The whole text; the line end after the last sentence is the file's and not the text's."""
        self._sentence()
        return "".join(self._parts).removesuffix("\n")

    def _sentence(self) -> None:
        self._add("".join(f"{text}\n" for text in self.waiting))
        self.waiting.clear()

    def _add(self, text: str) -> None:
        if text:
            self._parts.append(text)
            self._length += len(text.encode("utf-16-le", "surrogatepass")) // 2
        if self._length > 2 * ARTICLE:  # the spaces between sentences stand in no file
            raise Rejected(too_long())


def _layer(before: list[Layer], kind: str, name: str, columns: str) -> Layer:
    """A line of the header. A layer without a feature has a column all the same."""
    names = columns.split("|")
    slots = frozenset(at for at, column in enumerate(names) if column.startswith("ROLE_"))
    plain = (
        "" if at in slots or "." in column or column.startswith("BT_") else column for at, column in enumerate(names)
    )
    first = before[-1].first + len(before[-1].features) if before else 3
    return Layer(name, kind, first, tuple(plain), slots)


def _annotations(units: list[_Unit], layers: list[Layer], tally: Tally) -> list[Annotation]:
    found: list[Annotation] = []
    known: dict[tuple[str, str], Annotation] = {}
    for unit in units:
        for layer in layers:
            cells = unit.fields[layer.first : layer.first + len(layer.features)]
            columns = [[] if cell == NOTHING else list(_stacked(cell)) for cell in cells]
            if layer.kind == "SP":
                _spans(unit, layer, columns, known, found, tally)
                check_count(len(found))
            else:
                tally.add(short(layer.name), unit.line, len(columns[-1] if layer.kind == "RL" else columns[0]))
    return found


def _spans(
    unit: _Unit,
    layer: Layer,
    columns: Sequence[list[tuple[str, str]]],
    known: dict[tuple[str, str], Annotation],
    found: list[Annotation],
    tally: Tally,
) -> None:
    """Add what a unit says in the columns of a layer; `known` has the annotations with an id."""
    for at in range(max(map(len, columns))):
        items = [column[at] if at < len(column) else (NOTHING, "") for column in columns]
        id_ = next((id_ for _value, id_ in items if id_), "")
        annotation = known.get((layer.name, id_)) if id_ else None
        if annotation is None:
            annotation = Annotation(layer.name, unit.start, unit.end, unit.line, {})
            found.append(annotation)
            for slot in layer.slots:
                count = sum(role not in (NOTHING, UNSAID) for role in re.split(r"(?<!\\);", items[slot][0]))
                tally.add(_("slot of {layer}").format(layer=short(layer.name)), unit.line, count)
            if id_:
                known[layer.name, id_] = annotation
        annotation.start, annotation.end = min(annotation.start, unit.start), max(annotation.end, unit.end)
        for feature, (value, _id) in zip(layer.features, items, strict=True):
            if feature and value not in (NOTHING, UNSAID):
                annotation.features.setdefault(feature, _value(value))


def _stacked(cell: str) -> Iterator[tuple[str, str]]:
    """The stacked values of a cell, each with its id or ""."""
    for value in _STACKED.findall(cell):
        item = _ITEM.fullmatch(value)
        yield (item[1], item[2]) if item else (value, "")


def _value(value: str) -> str:
    return _IN_VALUE.sub(lambda found: _UNESCAPED.get(found[1], found[1]), value)


def _java(text: str) -> str:
    """What a text of version 3.1 says, which is escaped as in Java, characters beyond U+FFFF as two."""

    def unescape(found: re.Match[str]) -> str:
        return chr(int(found[1], 16)) if found[1] else _UNESCAPED.get(found[2], found[2])

    units = _JAVA.sub(unescape, text)
    return units.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
