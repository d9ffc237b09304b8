"""Reads a DocBin of spaCy's that may come from anywhere.

The file is msgpack in zlib: a table of the attributes of all tokens, which are numbers, the hashes of texts among them,
and the texts themselves. It is decoded here and checked, and spaCy asked for what it alone knows, the hash of a text:
spaCy's own reading trusts the offsets and lengths in the file. The text is `doc.text`, but where the file does not know
what was between the words (`has_unknown_spaces`, as `spacy convert` leaves it): there it is made of the words
(`core.detokenising`).

Taken are the spans of `doc.ents` and of every group in `doc.spans`, one of each stretch and label; the id that one has
in a knowledge base is its value. Tags, trees, lemmas and categories are passed over.
"""

import struct
import zlib
from collections.abc import Iterator
from itertools import accumulate, chain, pairwise
from pathlib import Path
from typing import Any, Final, Literal, TypeAlias

import msgspec
from msgspec import Raw, Struct

from annotator import extras
from annotator.core import repairing
from annotator.core.detokenising import detokenise
from annotator.core.drafting import draft
from annotator.core.editing import Rejected
from annotator.core.model import BODY, Draft, Refusal, Remark, Repair, Span, Zone, new_uid
from annotator.core.tagging import IOB2, OUTSIDE
from annotator.i18n import _

LARGEST: Final = 400_000_000
"""Bytes of the largest file that is read, unpacked: some three million tokens with all that spaCy may say of them."""
MOST: Final = 5_000_000
"""Documents, and texts of words, that a file may have at most."""

_CHUNK: Final = 1 << 20
_LOOK: Final = 64
_GROUPED: Final = struct.Struct(">QQQllll")  # id, knowledge base, label, tokens from and to, characters from and to
_STARTS: Final = 1  # of SENT_START
_INSIDE, _BEGINS = 1, 3  # of ENT_IOB


_Said: TypeAlias = tuple[type[Remark], str]


class _Bin(Struct):
    attrs: list[int]
    tokens: bytes
    spaces: bytes
    lengths: bytes
    strings: Raw
    flags: Raw = Raw()
    span_groups: Raw = Raw()


class _Flags(Struct):
    has_unknown_spaces: bool = False


class _Group(Struct):
    spans: list[bytes]


class _Document(Struct):
    """The tokens of a Doc: whether a space follows each, the attributes of each by their numbers, and what `texts` has
    for the hashes among them."""

    texts: Any
    spaces: memoryview
    columns: dict[int, memoryview]
    unknown_spaces: bool
    groups: bytes

    def said(self, attribute: int) -> list[str]:
        """The text that each token has for an attribute; none where the file has no such attribute. Raises KeyError."""
        return [self.texts[hash_] for hash_ in self.columns.get(attribute, ())]


def missing() -> str:
    """Says what to install where spaCy is missing."""
    return extras.missing("spaCy", "spacy")


def recognises(name: str, beginning: bytes) -> bool:
    """Whether a file that begins with these bytes is a DocBin, whatever its name."""
    try:
        head = zlib.decompressobj().decompress(beginning, _LOOK)
    except zlib.error:
        return False
    return head[:1] in (b"\x88", b"\x89", b"\x8a") and b"\xa7version" in head and b"\xa5attrs" in head


def read(path: Path, annotator: str) -> Iterator[Draft | Remark]:
    """The documents of the file at `path`, and what of it was not taken or put right; all spans are `annotator`'s.

    Remarks name the document. Raises OSError.
    """
    if not extras.installed("spacy"):
        yield Refusal(str(path), 0, missing())
        return
    try:
        bin_ = msgspec.msgpack.decode(_unpacked(path), type=_Bin)
        for number, document in enumerate(_documents(bin_), 1):
            for item in _article(document, annotator):
                if isinstance(item, Draft):
                    yield item
                else:
                    kind, said = item
                    yield kind(str(path), 0, _("Document {number}: {reason}").format(number=number, reason=said))
    except Rejected as rejected:
        yield Refusal(str(path), 0, str(rejected))
    except (ValueError, RecursionError) as error:
        yield Refusal(str(path), 0, _("It does not read as a DocBin of spaCy's: {error}").format(error=error))


def _unpacked(path: Path) -> bytearray:
    """What is in the file. Raises Rejected, OSError."""
    unpacking = zlib.decompressobj()
    found = bytearray()
    with path.open("rb") as file:
        try:
            while not unpacking.eof and (packed := file.read(_CHUNK)):
                found += unpacking.decompress(packed, LARGEST + 1 - len(found))
                if len(found) > LARGEST:
                    raise Rejected(_("The file is larger than {size} MB.").format(size=LARGEST // 1_000_000))
        except zlib.error as error:
            raise Rejected(_("It does not read as a DocBin of spaCy's: {error}").format(error=error)) from error
    if not unpacking.eof:
        raise Rejected(_("The file ends too early."))
    return found


def _documents(bin_: _Bin) -> Iterator[_Document]:
    """The documents of a file. Raises ValueError where its parts do not fit each other."""
    from spacy.strings import StringStore

    texts = StringStore(_entries(bin_.strings, list[str]))
    lengths, table, spaces = _numbers(bin_.lengths, "i"), _numbers(bin_.tokens, "Q"), memoryview(bin_.spaces)
    width, size = len(bin_.attrs), sum(lengths)
    flags, groups = _entries(bin_.flags, list[_Flags]), _entries(bin_.span_groups, list[bytes])
    right = min(lengths, default=0) >= 0 and len(table) == size * width and len(spaces) == size
    if not right or len(lengths) > MOST or any(part and len(part) != len(lengths) for part in (flags, groups)):
        raise ValueError("lengths")
    at = 0
    for number, length in enumerate(lengths):
        own = table[at * width : (at + length) * width]
        yield _Document(
            texts,
            spaces[at : at + length],
            {attribute: own[column::width] for column, attribute in enumerate(bin_.attrs)},
            flags[number].has_unknown_spaces if flags else False,
            groups[number] if groups else b"",
        )
        at += length


def _numbers(data: bytes, kind: Literal["i", "Q"]) -> memoryview:
    if len(data) % struct.calcsize(kind):
        raise ValueError("numbers")
    return memoryview(data).cast(kind)


def _entries(raw: Raw, kind: Any) -> Any:
    """The entries of an array, whose length is looked at first: a few bytes may say that there are very many."""
    head = bytes(memoryview(raw)[:5])
    if not head:
        return []
    wide = {0xDC: 3, 0xDD: 5}.get(head[0])
    if (int.from_bytes(head[1:wide]) if wide else 0) > MOST:
        raise ValueError("array")
    return msgspec.msgpack.decode(raw, type=kind)


def _article(document: _Document, annotator: str) -> Iterator[Draft | _Said]:
    """The article, and a sentence for each thing in it that was not taken or put right."""
    said: list[_Said] = []
    try:
        text, places = _laid_out(document)
        found: dict[tuple[int, int, str], str] = {}
        for first, last, label, value in (*_entities(document, said), *_grouped(document, len(places), said)):
            found.setdefault((places[first][0], places[last][1], label), value)
        spans = [
            Span(new_uid(), "", annotator, label, start, end, value or None)
            for (start, end, label), value in found.items()
        ]
        zones = [Zone(new_uid(), "", BODY, 0, len(text))] if document.unknown_spaces and text else None
        yield draft(text, zones=zones, spans=spans)
    except Rejected as rejected:
        said.append((Refusal, str(rejected)))
    except KeyError:
        said.append((Refusal, _("The file lacks the text of a word or a label in it.")))
    yield from said


def _laid_out(document: _Document) -> tuple[str, list[tuple[int, int]]]:
    """The text of a document, and where in it each token starts and ends. Raises KeyError, ValueError."""
    from spacy.attrs import ORTH, SENT_START

    if ORTH not in document.columns:
        raise ValueError("ORTH")
    words = document.said(ORTH)
    if document.unknown_spaces:
        starts = enumerate(document.columns.get(SENT_START, ()))
        breaks = [at for at, value in starts if at and value == _STARTS]
        text, begun = detokenise([words[a:b] for a, b in pairwise([0, *breaks, len(words)])])
        places = [(at, at + len(word)) for at, word in zip(chain(*begun), words, strict=True)]
        return text, places
    spaced = [word + " " if space else word for word, space in zip(words, document.spaces, strict=True)]
    ends = accumulate(map(len, spaced), initial=0)
    return "".join(spaced), [(at, at + len(word)) for at, word in zip(ends, words, strict=False)]


def _entities(document: _Document, said: list[_Said]) -> Iterator[tuple[int, int, str, str]]:
    """The first and last token, the label and the value of each span of `doc.ents`. Raises KeyError."""
    from spacy.attrs import ENT_IOB, ENT_KB_ID, ENT_TYPE

    kinds = {_BEGINS: "B", _INSIDE: "I"}
    rows = [
        (f"{kinds[kind]}-{label}" if kind in kinds and label else OUTSIDE,)
        for kind, label in zip(document.columns.get(ENT_IOB, ()), document.said(ENT_TYPE), strict=False)
    ]
    values = document.said(ENT_KB_ID)
    chunks, repairs = repairing.decode(rows, IOB2)
    said += ((Refusal if repair.kind == repairing.UNKNOWN else Repair, repair.reason) for repair in repairs)
    for label, start, end in chunks:
        yield start, end - 1, label, values[start] if values else ""


def _grouped(document: _Document, size: int, said: list[_Said]) -> Iterator[tuple[int, int, str, str]]:
    """The same of the spans of every group. Raises KeyError, DecodeError."""
    kind = list[bytes] | dict[bytes, list[str]]
    groups = msgspec.msgpack.decode(document.groups, type=kind) if document.groups else []
    for group in groups:
        for packed in msgspec.msgpack.decode(group, type=_Group).spans:
            if len(packed) != _GROUPED.size:
                raise ValueError("span")
            _id, value, label, start, end, *_characters = _GROUPED.unpack(packed)
            if 0 <= start < end <= size:
                yield start, end - 1, document.texts[label], document.texts[value]
            else:
                reason = _("A span from token {start} to {end} lies outside the document.")
                said.append((Refusal, reason.format(start=start, end=end)))
