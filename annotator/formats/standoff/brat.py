"""brat's standoff format: a text in a `.txt`, its annotations in the `.ann` of the same name.

    T1<tab>DATE 0 4;9 12<tab>text        a span; offsets are code points of the .txt as it is, newlines included
    #1<tab>AnnotatorNotes T1<tab>a note
    A1<tab>Value T1 2024                 its value

brat splits spans at newlines, so pieces with only space between them are one span; others are refused. Notes and values
that do not fit into a line are JSON in comments of their own types, like values that `annotation.conf`, the folder's
configuration, could not list, and ranges that begin or end with a newline. https://brat.nlplab.org/standoff.html
"""

import re
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path, PurePath
from typing import Final, TypeVar

import msgspec
from msgspec import Struct

from annotator.formats.documents import plain_text as plain
from annotator.formats.format import Files, Format
from annotator.formats.reading import describe_empty, describe_mismatch, describe_outside
from annotator.formats.standoff.annotations import (
    Tally,
    build_article_or_refusal,
    check_count,
    check_sizes,
    load_text,
)
from annotator.i18n import N_, _
from annotator.model.operations import InvalidEdit
from annotator.model.reasons import Code, Reason
from annotator.model.records import AnnotatedArticle, Refusal, Span, new_uid

T = TypeVar("T")

_SUFFIXES: Final = (".ann",)
_TEXT_SUFFIXES: Final = (".txt", ".text")

_BOM: Final = "\ufeff"
_SPAN: Final = re.compile(r"(T[^\t]*)\t(\S+) (\d{1,9} \d{1,9}(?:;\d{1,9} \d{1,9})*)(?:\t(.*))?", re.DOTALL)
_ATTRIBUTE: Final = re.compile(r"[AM][^\t]*\t(\S+) (\S+)(?: (.*))?", re.DOTALL)
_COMMENT: Final = re.compile(r"#[^\t]*\t(\S+) (\S+)(?:\t(.*))?", re.DOTALL)
_UNREAD_LINE: Final = re.compile(r"([REN*])[^\t]*\t\S")
_LINE: Final = re.compile(r"(?:[TREAMN#]\S*|\*)\t\S")
_LINE_BREAKS: Final = re.compile(r"[\t-\r\x1c-\x1f\x85\u2028\u2029]")
_VISIBLE: Final = re.compile(r"\S")
_LINE_ENDS: Final = "\n\x1c\x1d\x1e"
"""What ends a line of an `.ann` for brat, of all that a stored text can have."""
_LINE_END: Final = re.compile(f"[{_LINE_ENDS}]")
_LINE_END_RUN: Final = re.compile(f"[{_LINE_ENDS}]+")
_MAX_GAP: Final = 1000
"""Code points between two pieces of a span, which may have many."""

_VALUE: Final = "Value"
_NOTES: Final = "AnnotatorNotes"
_JSON_NOTE: Final = "NoteJSON"
_JSON_VALUE: Final = "ValueJSON"
_JSON_RANGE: Final = "RangeJSON"
_LISTABLE_VALUE: Final = re.compile(r"[^\s,|]+")
"""A value that `annotation.conf` can list: a comma or bar would end it."""
_OVERLAPPING: Final = "<OVERLAP>\tArg1:<ENTITY>, Arg2:<ENTITY>, <OVL-TYPE>:<ANY>"
"""Without this, brat treats all overlapping spans as errors."""
_CONFIGURATION: Final = "annotation.conf"
_CONFIGURATIONS: Final = (_CONFIGURATION, "visual.conf", "tools.conf", "kb_shortcuts.conf", "acl.conf")


class _ReadSpan(Struct):
    """A span, with its value and notes from other lines."""

    line: int
    label: str
    start: int
    end: int
    value: str | None = None
    notes: list[str] = []
    exact: tuple[int, int] | None = None
    """The range that it was written for, if that has line ends at its edges."""


def sniff(name: str, beginning: bytes) -> bool:
    """Return whether a file starts as an `.ann`, or is an empty one; under another name, if it starts with a span."""
    line = beginning.decode(errors="replace").removeprefix(_BOM).lstrip().partition("\n")[0]
    suffix = PurePath(name).suffix
    if suffix in _SUFFIXES:
        return not line or bool(_LINE.match(line))
    return suffix not in _TEXT_SUFFIXES and bool(_SPAN.fullmatch(line.rstrip("\r")))


def find_companions(path: Path) -> list[Path]:
    """Return the files that are read with an `.ann` and not imported by themselves."""
    candidates = (path.with_suffix(".txt"), *map(path.with_name, _CONFIGURATIONS))
    return [file for file in candidates if file.is_file()]


def read(path: Path, annotator: str) -> Iterator[AnnotatedArticle | Refusal]:
    """Yield the article of an `.ann` and its text, and a refusal for each skip.

    The spans become `annotator`'s, as brat names none. Raises OSError.
    """
    text_path = path.with_suffix(".txt")
    if reason := _explain_missing_text(path, text_path):
        yield Refusal.at(path, 0, reason)
        return
    try:
        text = load_text(text_path, plain.MAX_BYTES)
        lines = load_text(path).removeprefix(_BOM).split("\n")
    except FileNotFoundError:
        if not path.exists():
            raise
        message = _("The matching text file {name} is missing from the folder.").format(name=text_path.name)
        yield Refusal.at(path, 0, Reason(Code.MISSING_COMPANION, message))
        return
    except InvalidEdit as error:
        yield Refusal.at(path, 0, error.reason)
        return
    refusals: list[Refusal] = []
    try:
        spans_by_id = _read_spans(path, lines, text, refusals)
    except InvalidEdit as error:
        yield Refusal.at(path, 0, error.reason)
        return
    tally = Tally()
    for number, line in enumerate(lines, 1):
        if (
            line.strip()
            and not line.startswith("T")
            and not _read_detail(number, line.rstrip("\r"), spans_by_id, tally)
        ):
            refusals.append(_refuse_line(path, number))
    bom_length = len(_BOM) if text.startswith(_BOM) else 0  # brat counts it
    spans = []
    for span in filter(None, spans_by_id.values()):
        start, end = _restore_edges(text, span)
        note = "\n".join(span.notes) or None
        edges = start - bom_length, end - bom_length
        spans.append(Span(new_uid(), "", annotator, span.label, *edges, span.value, note))
    yield build_article_or_refusal(path, text[bom_length:], spans, page=True, is_complete=not refusals)
    yield from refusals
    yield from tally.refusals(path)


def _explain_missing_text(path: Path, text_path: Path) -> Reason | None:
    """Return why `text_path` is not the text of an `.ann`, or None."""
    if not text_path.exists():
        return None  # opening it will fail
    if not text_path.is_file():
        message = _("The matching text file {name} is not a regular file.")
        return Reason(Code.NOT_A_FILE, message.format(name=text_path.name))
    leads_out = text_path.is_symlink() and not path.is_symlink() and text_path.resolve().parent != path.resolve().parent
    message = _("The matching text file {name} is a link to another folder.").format(name=text_path.name)
    return Reason(Code.LINK_OUTSIDE_FOLDER, message) if leads_out else None


def encode_files(item: AnnotatedArticle) -> dict[str, bytes]:
    """Encode an article's `.txt` and `.ann`, by suffix. Raises InvalidEdit if one is too long."""
    bom = _BOM if item.article.text.startswith(_BOM) else ""  # readers drop the first one
    text = bom + item.article.text
    lines: list[str] = []
    comments = attributes = 0
    for number, span in enumerate(item.spans, 1):
        exact = span.start + len(bom), span.end + len(bom)
        written = _trim_line_ends(text, *exact)
        pieces = _split_pieces(text, *written)
        ranges = ";".join(f"{first} {last}" for first, last in pieces)
        lines.append(f"T{number}\t{span.label} {ranges}\t{_quote_text(text, pieces)}")
        if span.value and _LISTABLE_VALUE.fullmatch(span.value):
            attributes += 1
            lines.append(f"A{attributes}\t{_VALUE} T{number} {span.value}")
        elif span.value:
            comments += 1
            lines.append(f"#{comments}\t{_JSON_VALUE} T{number}\t{_encode_json(span.value)}")
        if exact != written:
            comments += 1
            lines.append(f"#{comments}\t{_JSON_RANGE} T{number}\t{_encode_json(exact)}")
        if span.note:
            comments += 1
            is_plain = span.note == span.note.strip() and not _LINE_BREAKS.search(span.note)
            kind, note = (_NOTES, span.note) if is_plain else (_JSON_NOTE, _encode_json(span.note))
            lines.append(f"#{comments}\t{kind} T{number}\t{note}")
    encoded = check_sizes({".txt": text.encode()}, plain.MAX_BYTES)
    return encoded | check_sizes({".ann": "".join(f"{line}\n" for line in lines).encode()})


def encode_shared_files(labels: Sequence[str], values: Collection[str]) -> dict[str, bytes]:
    """Encode a folder's configuration, by name: the labels, and the values of spans.

    brat drops an unlisted value. In new spans it accepts only labels of ASCII letters, digits, `_` and `-`, but
    displays others.
    """
    value_list = "|".join(sorted(filter(_LISTABLE_VALUE.fullmatch, values)))
    attributes = [f"{_VALUE}\tArg:<ENTITY>, Value:{value_list}"] if value_list else []
    lines = ["[entities]", *labels, "[relations]", _OVERLAPPING, "[events]", "[attributes]", *attributes]
    return {_CONFIGURATION: "".join(f"{line}\n" for line in lines).encode()}


def refusal_reason(_text: str, span: Span) -> Reason | None:
    """Return why an `.ann` cannot contain a span, or None."""
    if not re.search(r"\s", span.label):
        return None
    return Reason(Code.INVALID_LABEL, _("The format does not allow spaces in labels."))


def _read_spans(path: Path, lines: list[str], text: str, refusals: list[Refusal]) -> dict[str, _ReadSpan | None]:
    """Return the spans by id, None for a refused one. Raises InvalidEdit for too many."""
    spans_by_id: dict[str, _ReadSpan | None] = {}
    for number, line in enumerate(lines, 1):
        if not line.startswith("T"):
            continue
        match = _SPAN.fullmatch(line.rstrip("\r"))
        if not match:
            refusals.append(_refuse_line(path, number))
        elif match[1] in spans_by_id:
            reason = Reason(Code.DUPLICATE_ID, _("Another annotation already has the id {id}.").format(id=match[1]))
            refusals.append(Refusal.at(path, number, reason))
        else:
            pieces = [(int(start), int(end)) for start, end in (piece.split(" ") for piece in match[3].split(";"))]
            problem = _explain_misplaced(text, match[2], pieces, match[4])
            check_count(len(spans_by_id))
            spans_by_id[match[1]] = None if problem else _ReadSpan(number, match[2], pieces[0][0], pieces[-1][1])
            refusals += [Refusal.at(path, number, problem)] if problem else []
    return spans_by_id


def _explain_misplaced(text: str, label: str, pieces: list[tuple[int, int]], quoted: str | None) -> Reason | None:
    """Return why these pieces are no span of the text, or None."""
    for start, end in pieces:
        if start == end:
            return describe_empty(start, end)
        if not start < end <= len(text):
            return describe_outside(start, end)
    ends = [end for _start, end in pieces[:-1]]
    starts = [start for start, _end in pieces[1:]]
    if any(
        start < end or start - end > _MAX_GAP or _VISIBLE.search(text, end, start)
        for end, start in zip(ends, starts, strict=True)
    ):
        message = _("The {label} span is discontinuous: it has {count} pieces with other text between them.")
        return Reason(Code.SPAN_DISCONTINUOUS, message.format(label=label, count=len(pieces)))
    if quoted is None:
        return None
    length = sum(end - start for start, end in pieces) + len(pieces) - 1
    if length != len(quoted) or _LINE_BREAKS.sub(" ", quoted) != _LINE_BREAKS.sub(" ", _quote_text(text, pieces)):
        actual = text[pieces[0][0] : min(pieces[-1][1], pieces[0][0] + len(quoted) + 1)]
        return describe_mismatch(pieces[0][0], pieces[-1][1], quoted, actual)
    return None


def _read_detail(number: int, line: str, spans_by_id: dict[str, _ReadSpan | None], tally: Tally) -> bool:
    """Read or count a line that adds to a span; return whether it is valid."""
    attribute, comment, unread = _ATTRIBUTE.fullmatch(line), _COMMENT.fullmatch(line), _UNREAD_LINE.match(line)
    if attribute:
        name, target, value = attribute.groups()
        span = spans_by_id.get(target)
        if span and name.casefold() == _VALUE.casefold() and value and span.value is None:
            span.value = value
        else:
            tally.add(_("attribute {name}").format(name=name), number)
    elif comment:
        name, target, value = comment.groups()
        span = spans_by_id.get(target)
        decoded = _decode_json(value, str) if name in (_JSON_NOTE, _JSON_VALUE) else value
        exact = _decode_json(value, tuple[int, int]) if name == _JSON_RANGE else None
        if span and decoded and name in (_NOTES, _JSON_NOTE):
            span.notes.append(decoded)
        elif span and decoded and name == _JSON_VALUE and span.value is None:
            span.value = decoded
        elif span and exact:
            span.exact = exact
        else:
            tally.add(_("comment {name}").format(name=name), number)
    elif unread:
        tally.add(_kind_of_id(unread[1]), number)
    return bool(attribute or comment or unread)


def _kind_of_id(letter: str) -> str:
    """Return the kind of annotations with this first letter."""
    kinds = {"R": _("relation"), "E": _("event"), "N": _("normalization"), "*": _("equivalence")}
    return kinds[letter]


def _refuse_line(path: Path, number: int) -> Refusal:
    return Refusal.at(path, number, Reason(Code.INVALID_LINE, _("The line is not a valid annotation.")))


def _split_pieces(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Split a range at its line ends; one of nothing else is a piece."""
    cuts = [match.span() for match in _LINE_END_RUN.finditer(text, start, end)]
    if cuts == [(start, end)]:
        return cuts
    edges = [start, *(edge for cut in cuts for edge in cut), end]
    return list(zip(edges[::2], edges[1::2], strict=True))


def _trim_line_ends(text: str, start: int, end: int) -> tuple[int, int]:
    """Return a range without the line ends at its edges, unless it has nothing else."""
    inner = text[start:end]
    trimmed = start + len(inner) - len(inner.lstrip(_LINE_ENDS)), start + len(inner.rstrip(_LINE_ENDS))
    return trimmed if trimmed[0] < trimmed[1] else (start, end)


def _restore_edges(text: str, span: _ReadSpan) -> tuple[int, int]:
    """Return the range that a span was written for, unless it has been moved since."""
    edges = span.start, span.end
    if span.exact is None or not 0 <= span.exact[0] < span.exact[1] <= len(text):
        return edges
    return span.exact if _trim_line_ends(text, *span.exact) == edges else edges


def _quote_text(text: str, pieces: list[tuple[int, int]]) -> str:
    """Return the file's copy of a span's text, on one line; brat drops a span with any other."""
    return _LINE_END.sub(" ", " ".join(text[start:end] for start, end in pieces))


def _encode_json(value: object) -> str:
    """Encode a value as JSON without line breaks."""
    return _LINE_BREAKS.sub(lambda match: f"\\u{ord(match[0]):04x}", msgspec.json.encode(value).decode())


def _decode_json(text: str | None, type_: type[T]) -> T | None:
    """Decode JSON of a type; return None if it is invalid."""
    try:
        return msgspec.json.decode(text or "", type=type_)
    except msgspec.DecodeError:
        return None


def _has_solid_label(_text: str, span: Span) -> bool:
    return not any(map(str.isspace, span.label))


FORMAT: Final = Format(
    name="brat",
    title="brat",
    suffixes=_SUFFIXES,
    sniff=sniff,
    read=read,
    find_companions=find_companions,
    output=Files(
        encode_files,
        frozenset(("value", "note")),
        encode_shared_files,
        refusal_reason,
        allows_span=_has_solid_label,
    ),
    export_title=N_("brat: a folder with two files per article"),
)
