"""Reads a DocBin of spaCy's that may come from anywhere.

How the file is unpacked is in `docbin_unpacking`. The text is `doc.text`, but where the file does not know what was
between the words (`has_unknown_spaces`, as `spacy convert` leaves it): there it is made of the words
(`core.detokenising`).

Taken are the spans of `doc.ents` and of every group in `doc.spans`, one of each stretch and label; the id that one has
in a knowledge base is its value. Tags, trees, lemmas and categories are passed over.
"""

import struct
import zlib
from collections.abc import Iterator
from itertools import accumulate, chain, pairwise
from pathlib import Path
from typing import Final, TypeAlias

import msgspec
from msgspec import Struct

from annotator import optional
from annotator.formats.datasets.docbin_unpacking import Document, documents
from annotator.i18n import _
from annotator.model.article_builder import draft
from annotator.model.operations import Rejected
from annotator.model.records import BODY, Draft, Refusal, Remark, Repair, Span, Zone, new_uid
from annotator.tagging import decoding
from annotator.tagging.schemes import IOB2, OUTSIDE
from annotator.text.detokenizer import detokenise

LARGEST: Final = 2_000_000_000
"""Bytes of the largest file that is read, unpacked: some sixty million tokens as this program writes them."""
STARTS: Final = 1
"""What SENT_START is where a sentence starts."""
KINDS: Final = {3: "B", 1: "I"}
"""What ENT_IOB says of a token of an entity."""

_LOOK: Final = 64
_GROUPED: Final = struct.Struct(">QQQllll")  # id, knowledge base, label, tokens from and to, characters from and to

Said: TypeAlias = tuple[type[Remark], str]
"""What is to be said of a document."""


class _Group(Struct):
    spans: list[bytes]


def missing() -> str:
    """Says what to install where spaCy is missing."""
    return optional.missing("spaCy", "spacy")


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
    if not optional.installed("spacy"):
        yield Refusal(str(path), 0, missing())
        return
    try:
        for number, document in enumerate(documents(path, LARGEST), 1):
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


def _article(document: Document, annotator: str) -> Iterator[Draft | Said]:
    """The article, and a sentence for each thing in it that was not taken or put right."""
    said: list[Said] = []
    try:
        text, places = _laid_out(document)
        found: dict[tuple[int, int, str], str] = {}
        for first, last, label, value in (*_entities(document, said), *grouped(document, len(places), said)):
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


def _laid_out(document: Document) -> tuple[str, list[tuple[int, int]]]:
    """The text of a document, and where in it each token starts and ends. Raises KeyError, ValueError."""
    from spacy.attrs import ORTH, SENT_START

    if ORTH not in document.columns:
        raise ValueError("ORTH")
    words = document.said(ORTH)
    if document.unknown_spaces:
        starts = enumerate(document.columns.get(SENT_START, ()))
        breaks = [at for at, value in starts if at and value == STARTS]
        text, begun = detokenise([words[a:b] for a, b in pairwise([0, *breaks, len(words)])])
        places = [(at, at + len(word)) for at, word in zip(chain(*begun), words, strict=True)]
        return text, places
    spaced = [word + " " if space else word for word, space in zip(words, document.spaces, strict=True)]
    ends = accumulate(map(len, spaced), initial=0)
    return "".join(spaced), [(at, at + len(word)) for at, word in zip(ends, words, strict=False)]


def _entities(document: Document, said: list[Said]) -> Iterator[tuple[int, int, str, str]]:
    """The first and last token, the label and the value of each span of `doc.ents`. Raises KeyError."""
    from spacy.attrs import ENT_IOB, ENT_KB_ID, ENT_TYPE

    rows = [
        (f"{KINDS[kind]}-{label}" if kind in KINDS and label else OUTSIDE,)
        for kind, label in zip(document.columns.get(ENT_IOB, ()), document.said(ENT_TYPE), strict=False)
    ]
    values = document.said(ENT_KB_ID)
    chunks, repairs = decoding.decode(rows, IOB2)
    said += ((Refusal if repair.kind == decoding.UNKNOWN else Repair, repair.reason) for repair in repairs)
    for label, start, end in chunks:
        yield start, end - 1, label, values[start] if values else ""


def grouped(document: Document, size: int, said: list[Said]) -> Iterator[tuple[int, int, str, str]]:
    """The same of the spans of every group. Raises KeyError, DecodeError."""
    kind = list[bytes] | dict[bytes, list[str]]
    groups = msgspec.msgpack.decode(document.groups, type=kind) if document.groups else []
    for group in groups:
        for packed in msgspec.msgpack.decode(group, type=_Group).spans:
            if len(packed) != _GROUPED.size:
                raise ValueError("span")
            _id, value, label, start, end, *_characters = _GROUPED.unpack(packed)
            if 0 <= start < end <= size:
                yield start, end - 1, document.text(label), document.text(value)
            else:
                reason = _("A span from token {start} to {end} lies outside the document.")
                said.append((Refusal, reason.format(start=start, end=end)))
