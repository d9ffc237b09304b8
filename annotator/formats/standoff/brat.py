"""The standoff format of brat: the text in a `.txt`, its annotations in the `.ann` of the same name beside it.

    T1<tab>DATE 0 4;9 12<tab>text        a span; offsets are code points of the .txt as it is, newlines included
    #1<tab>AnnotatorNotes T1<tab>a note
    A1<tab>Value T1 2024                 what it stands for

A line end cannot stand within a line: brat cuts a span there, so pieces with nothing but space between them are one
span. Other pieces have text between them that is not the span's, and are refused. Notes and values that a line cannot
hold as they are stand as JSON in comments of a kind of their own; so do values that `annotation.conf`, which says what
may be annotated in its folder, could not list. https://brat.nlplab.org/standoff.html
"""

import re
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path, PurePath
from typing import Final

import msgspec
from msgspec import Struct

from annotator.formats.documents import plain_text as plain
from annotator.formats.standoff.annotations import Tally, check_count, differs, drafted, loaded, within
from annotator.i18n import _
from annotator.model.operations import Rejected
from annotator.model.records import Draft, Refusal, Span, new_uid

NAME: Final = "brat"
SUFFIXES: Final = (".ann",)
HOLDS: Final = frozenset(("value", "note"))

_BOM: Final = "\ufeff"
_SPAN: Final = re.compile(r"(T[^\t]*)\t(\S+) (\d{1,9} \d{1,9}(?:;\d{1,9} \d{1,9})*)(?:\t(.*))?", re.DOTALL)
_ATTRIBUTE: Final = re.compile(r"[AM][^\t]*\t(\S+) (\S+)(?: (.*))?", re.DOTALL)
_COMMENT: Final = re.compile(r"#[^\t]*\t(\S+) (\S+)(?:\t(.*))?", re.DOTALL)
_OTHER: Final = re.compile(r"([REN*])[^\t]*\t\S")
_LINE: Final = re.compile(r"(?:[TREAMN#]\S*|\*)\t\S")
_BREAKS: Final = re.compile(r"[\t-\r\x1c-\x1f\x85\u2028\u2029]")
_VISIBLE: Final = re.compile(r"\S")
_WITHIN: Final = re.compile(r"\n+")
_WIDEST_GAP: Final = 1000
"""Code points between two pieces of a span, of which each span may have many."""

_VALUE: Final = "Value"
_NOTES: Final = "AnnotatorNotes"
_JSON_NOTE: Final = "NoteJSON"
_JSON_VALUE: Final = "ValueJSON"
_LISTED: Final = re.compile(r"[^\s,|]+")
"""A value that `annotation.conf` can list: a comma or a bar would end it there."""
_OVERLAPPING: Final = "<OVERLAP>\tArg1:<ENTITY>, Arg2:<ENTITY>, <OVL-TYPE>:<ANY>"
"""Without it brat has all spans that overlap for mistakes."""
_CONFIGURATION: Final = "annotation.conf"
_CONFIGURATIONS: Final = (_CONFIGURATION, "visual.conf", "tools.conf", "kb_shortcuts.conf", "acl.conf")


class _Found(Struct):
    """A span of the file, and what its other lines say of it."""

    line: int
    label: str
    start: int
    end: int
    value: str | None = None
    notes: list[str] = []


def recognises(name: str, beginning: bytes) -> bool:
    """Whether a file of this name, in lower case, begins as an `.ann` does; one without annotations is empty."""
    line = beginning.decode(errors="replace").removeprefix(_BOM).lstrip().partition("\n")[0]
    return PurePath(name).suffix in SUFFIXES and (not line or bool(_LINE.match(line)))


def companions(path: Path) -> list[Path]:
    """The files that the `.ann` at `path` is read with, so that nobody takes them for articles of their own."""
    beside = (path.with_suffix(".txt"), *map(path.with_name, _CONFIGURATIONS))
    return [file for file in beside if file.is_file()]


def read(path: Path, annotator: str) -> Iterator[Draft | Refusal]:
    """The article of the `.ann` at `path`, with the text beside it, and what of it was not taken.

    brat does not name its annotators: the spans are `annotator`'s. Raises OSError.
    """
    beside = path.with_suffix(".txt")
    if fault := _no_text(path, beside):
        yield Refusal(str(path), 0, fault)
        return
    try:
        text = loaded(beside, plain.LARGEST)
        lines = loaded(path).removeprefix(_BOM).split("\n")
    except FileNotFoundError:
        if not path.exists():
            raise
        yield Refusal(
            str(path), 0, _("The text that belongs to it, {name}, is not beside it.").format(name=beside.name)
        )
        return
    except Rejected as rejected:
        yield Refusal(str(path), 0, str(rejected))
        return
    refused: list[Refusal] = []
    try:
        found = _spans(path, lines, text, refused)
    except Rejected as rejected:
        yield Refusal(str(path), 0, str(rejected))
        return
    tally = Tally()
    for number, line in enumerate(lines, 1):
        if line.strip() and not line.startswith("T") and not _taken(number, line.rstrip("\r"), found, tally):
            refused.append(_unread(path, number))
    mark = len(_BOM) if text.startswith(_BOM) else 0  # brat counts a byte order mark
    spans = [
        Span(
            *(new_uid(), "", annotator, span.label, span.start - mark, span.end - mark, span.value),
            "\n".join(span.notes) or None,
        )
        for span in found.values()
        if span is not None
    ]
    yield drafted(path, text[mark:], spans, page=True)
    yield from refused
    yield from tally.refusals(path)


def _no_text(path: Path, beside: Path) -> str | None:
    """Why what stands `beside` the `.ann` at `path` is not its text; None where it may be."""
    if not beside.exists():
        return None  # opening it says so
    if not beside.is_file():
        return _("The text that belongs to it, {name}, is no file.").format(name=beside.name)
    led_out = beside.is_symlink() and not path.is_symlink() and beside.resolve().parent != path.resolve().parent
    return (
        _("The text that belongs to it, {name}, is a link to another folder.").format(name=beside.name)
        if led_out
        else None
    )


def encode_files(item: Draft) -> dict[str, bytes]:
    """The `.txt` and the `.ann` of an article, by their suffixes. Raises Rejected for a text that is too long."""
    mark = _BOM if item.article.text.startswith(_BOM) else ""  # or the text would lose its first character
    text = mark + item.article.text
    lines: list[str] = []
    comments = attributes = 0
    for number, span in enumerate(item.spans, 1):
        start, end = span.start + len(mark), span.end + len(mark)
        pieces = _pieces(text, start, end)
        places = ";".join(f"{first} {last}" for first, last in pieces)
        lines.append(f"T{number}\t{span.label} {places}\t{_copy(text, pieces)}")
        if span.value and _LISTED.fullmatch(span.value):
            attributes += 1
            lines.append(f"A{attributes}\t{_VALUE} T{number} {span.value}")
        elif span.value:
            comments += 1
            lines.append(f"#{comments}\t{_JSON_VALUE} T{number}\t{_json(span.value)}")
        if span.note:
            comments += 1
            plainly = span.note == span.note.strip() and not _BREAKS.search(span.note)
            kind, note = (_NOTES, span.note) if plainly else (_JSON_NOTE, _json(span.note))
            lines.append(f"#{comments}\t{kind} T{number}\t{note}")
    encoded = within({".txt": text.encode()}, plain.LARGEST)
    return encoded | within({".ann": "".join(f"{line}\n" for line in lines).encode()})


def shared_files(labels: Sequence[str], values: Collection[str]) -> dict[str, bytes]:
    """What brat needs once a folder, by name: the labels that may be given there, and the values that spans have.

    brat would not keep a value that is not listed. It takes no label to be one that has other than ASCII letters,
    digits, `_` and `-`, though it shows what is labelled so.
    """
    listed = "|".join(sorted(filter(_LISTED.fullmatch, values)))
    attributes = [f"{_VALUE}\tArg:<ENTITY>, Value:{listed}"] if listed else []
    lines = ["[entities]", *labels, "[relations]", _OVERLAPPING, "[events]", "[attributes]", *attributes]
    return {_CONFIGURATION: "".join(f"{line}\n" for line in lines).encode()}


def fault(span: Span) -> str | None:
    """Why an `.ann` cannot hold a span; None where it can."""
    return _("A label with a space in it would end there.") if re.search(r"\s", span.label) else None


def _spans(path: Path, lines: list[str], text: str, refused: list[Refusal]) -> dict[str, _Found | None]:
    """The spans of the file by their ids; None for one that was refused. Raises Rejected where they are too many."""
    found: dict[str, _Found | None] = {}
    for number, line in enumerate(lines, 1):
        if not line.startswith("T"):
            continue
        match = _SPAN.fullmatch(line.rstrip("\r"))
        if not match:
            refused.append(_unread(path, number))
        elif match[1] in found:
            reason = _("The id {id} is another annotation’s already.").format(id=match[1])
            refused.append(Refusal(str(path), number, reason))
        else:
            pieces = [(int(start), int(end)) for start, end in (piece.split(" ") for piece in match[3].split(";"))]
            fault = _fault(text, match[2], pieces, match[4])
            check_count(len(found))
            found[match[1]] = None if fault else _Found(number, match[2], pieces[0][0], pieces[-1][1])
            refused += [Refusal(str(path), number, fault)] if fault else []
    return found


def _fault(text: str, label: str, pieces: list[tuple[int, int]], given: str | None) -> str | None:
    """Why these pieces are no span of the text; None where they are one."""
    for start, end in pieces:
        if start == end:
            return _("A span from {start} to {end} holds nothing.").format(start=start, end=end)
        if not start < end <= len(text):
            return _("A span from {start} to {end} is not within the text.").format(start=start, end=end)
    ends = [end for _start, end in pieces[:-1]]
    starts = [start for start, _end in pieces[1:]]
    if any(
        start < end or start - end > _WIDEST_GAP or _VISIBLE.search(text, end, start)
        for end, start in zip(ends, starts, strict=True)
    ):
        return _("The span {label} is in {count} pieces with other text between them.").format(
            label=label, count=len(pieces)
        )
    if given is None:
        return None
    length = sum(end - start for start, end in pieces) + len(pieces) - 1
    if length != len(given) or _BREAKS.sub(" ", given) != _copy(text, pieces):
        there = text[pieces[0][0] : min(pieces[-1][1], pieces[0][0] + len(given) + 1)]
        return differs(pieces[0][0], pieces[-1][1], given, there)
    return None


def _taken(number: int, line: str, found: dict[str, _Found | None], tally: Tally) -> bool:
    """Take a line that says something of a span, or count it; whether it reads at all."""
    attribute, comment, other = _ATTRIBUTE.fullmatch(line), _COMMENT.fullmatch(line), _OTHER.match(line)
    if attribute:
        name, target, said = attribute.groups()
        span = found.get(target)
        if span and name.casefold() == _VALUE.casefold() and said and span.value is None:
            span.value = said
        else:
            tally.add(_("attribute {name}").format(name=name), number)
    elif comment:
        name, target, said = comment.groups()
        span = found.get(target)
        decoded = _decoded(said) if name in (_JSON_NOTE, _JSON_VALUE) else said
        if span and decoded and name in (_NOTES, _JSON_NOTE):
            span.notes.append(decoded)
        elif span and decoded and name == _JSON_VALUE and span.value is None:
            span.value = decoded
        else:
            tally.add(_("comment {name}").format(name=name), number)
    elif other:
        tally.add(_kind(other[1]), number)
    return bool(attribute or comment or other)


def _kind(letter: str) -> str:
    """What the annotations are whose ids begin with this."""
    kinds = {"R": _("relation"), "E": _("event"), "N": _("normalization"), "*": _("equivalence")}
    return kinds[letter]


def _unread(path: Path, number: int) -> Refusal:
    return Refusal(str(path), number, _("The line does not read as an annotation."))


def _pieces(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """The stretch, cut at the line ends within it."""
    inner = text[start:end]
    first, last = len(inner) - len(inner.lstrip("\n")), len(inner.rstrip("\n"))
    cuts = [match.span() for match in _WITHIN.finditer(inner, first, last)]
    edges = [0, *(edge for cut in cuts for edge in cut), len(inner)]
    return [(start + edges[at], start + edges[at + 1]) for at in range(0, len(edges), 2)]


def _copy(text: str, pieces: list[tuple[int, int]]) -> str:
    """The file's own copy of the text of a span: on one line, and without a tab."""
    return _BREAKS.sub(" ", " ".join(text[start:end] for start, end in pieces))


def _json(said: str) -> str:
    """`said` as JSON that breaks no line, however lines are told."""
    return _BREAKS.sub(lambda found: f"\\u{ord(found[0]):04x}", msgspec.json.encode(said).decode())


def _decoded(said: str | None) -> str | None:
    """The text that a JSON string is; None for what is none."""
    try:
        return msgspec.json.decode(said or "", type=str)
    except msgspec.DecodeError:
        return None
