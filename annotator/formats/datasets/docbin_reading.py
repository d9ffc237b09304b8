"""Reader of spaCy DocBin files of any origin (see `docbin_unpacking`).

The text is `doc.text`, or built from the words (`text.detokenizer`) if their spaces are unknown (`has_unknown_spaces`,
as from `spacy convert`).

The spans of `doc.ents` and of every group in `doc.spans` are read, one for each range and label; ids in a knowledge
base become values. All else is ignored.
"""

import struct
import zlib
from collections.abc import Iterator
from itertools import accumulate, chain, pairwise
from pathlib import Path
from typing import Final, TypeAlias

import msgspec
from msgspec import Struct

from annotator.formats.datasets.docbin_unpacking import PackedDoc, read_documents
from annotator.formats.format import Requirement
from annotator.i18n import _
from annotator.model.article_builder import build_article
from annotator.model.operations import InvalidEdit
from annotator.model.records import BODY, AnnotatedArticle, Refusal, Remark, Repair, Span, Zone, new_uid
from annotator.tagging import decoding
from annotator.tagging.schemes import IOB2, OUTSIDE
from annotator.text.detokenizer import detokenize

MAX_BYTES: Final = 2_000_000_000
"""Bytes of the largest file, uncompressed: some sixty million tokens as this program writes them."""
SPACY: Final = Requirement("spacy", "spaCy", "spacy")
SENTENCE_START: Final = 1
"""The value of SENT_START where a sentence starts."""
IOB_PREFIXES: Final = {3: "B", 1: "I"}
"""Tag prefixes by the values of ENT_IOB in an entity."""

_SNIFFED_BYTES: Final = 64
_SPAN_STRUCT: Final = struct.Struct(">QQQllll")  # id, knowledge base, label, tokens from and to, characters from and to

PendingRemark: TypeAlias = tuple[type[Remark], str]
"""The class and the reason of a remark on a document."""


class _Group(Struct):
    spans: list[bytes]


def sniff(name: str, beginning: bytes) -> bool:
    """Return whether a file is a DocBin, whatever its name."""
    try:
        head = zlib.decompressobj().decompress(beginning, _SNIFFED_BYTES)
    except zlib.error:
        return False
    return head[:1] in (b"\x88", b"\x89", b"\x8a") and b"\xa7version" in head and b"\xa5attrs" in head


def read(path: Path, annotator: str) -> Iterator[AnnotatedArticle | Remark]:
    """Yield the documents, and a remark for each skip or repair; all spans are `annotator`'s.

    Remarks name the document. Raises OSError.
    """
    if reason := SPACY.explain_missing():
        yield Refusal(str(path), 0, reason)
        return
    try:
        for number, document in enumerate(read_documents(path, MAX_BYTES), 1):
            for item in _read_article(document, annotator):
                if isinstance(item, AnnotatedArticle):
                    yield item
                else:
                    kind, reason = item
                    yield kind(str(path), 0, _("Document {number}: {reason}").format(number=number, reason=reason))
    except InvalidEdit as error:
        yield Refusal(str(path), 0, str(error))
    except (ValueError, RecursionError) as error:
        yield Refusal(str(path), 0, _("The file is not a valid spaCy DocBin: {error}").format(error=error))


def _read_article(document: PackedDoc, annotator: str) -> Iterator[AnnotatedArticle | PendingRemark]:
    """Yield the article, then its remarks."""
    remarks: list[PendingRemark] = []
    try:
        text, token_ranges = _layout_text(document)
        value_by_span: dict[tuple[int, int, str], str] = {}
        for first, last, label, value in (
            *_decode_entities(document, remarks),
            *read_span_groups(document, len(token_ranges), remarks),
        ):
            value_by_span.setdefault((token_ranges[first][0], token_ranges[last][1], label), value)
        spans = [
            Span(new_uid(), "", annotator, label, start, end, value or None)
            for (start, end, label), value in value_by_span.items()
        ]
        zones = [Zone(new_uid(), "", BODY, 0, len(text))] if document.has_unknown_spaces and text else None
        yield build_article(text, zones=zones, spans=spans)
    except InvalidEdit as error:
        remarks.append((Refusal, str(error)))
    except KeyError:
        remarks.append((Refusal, _("The text of a word or label is missing from the file.")))
    yield from remarks


def _layout_text(document: PackedDoc) -> tuple[str, list[tuple[int, int]]]:
    """Return a document's text, and the range of each token. Raises KeyError and ValueError."""
    from spacy.attrs import ORTH, SENT_START

    if ORTH not in document.columns:
        raise ValueError("no ORTH attribute")
    words = document.attribute_texts(ORTH)
    if document.has_unknown_spaces:
        starts = enumerate(document.columns.get(SENT_START, ()))
        breaks = [index for index, value in starts if index and value == SENTENCE_START]
        text, token_starts = detokenize([words[a:b] for a, b in pairwise([0, *breaks, len(words)])])
        token_ranges = [(index, index + len(word)) for index, word in zip(chain(*token_starts), words, strict=True)]
        return text, token_ranges
    words_with_space = [word + " " if space else word for word, space in zip(words, document.spaces, strict=True)]
    ends = accumulate(map(len, words_with_space), initial=0)
    return "".join(words_with_space), [(index, index + len(word)) for index, word in zip(ends, words, strict=False)]


def _decode_entities(document: PackedDoc, remarks: list[PendingRemark]) -> Iterator[tuple[int, int, str, str]]:
    """Yield each span's first and last token, label and value from `doc.ents`. Raises KeyError."""
    from spacy.attrs import ENT_IOB, ENT_KB_ID, ENT_TYPE

    rows = [
        (f"{IOB_PREFIXES[kind]}-{label}" if kind in IOB_PREFIXES and label else OUTSIDE,)
        for kind, label in zip(document.columns.get(ENT_IOB, ()), document.attribute_texts(ENT_TYPE), strict=False)
    ]
    values = document.attribute_texts(ENT_KB_ID)
    chunks, repairs = decoding.decode_with_repairs(rows, IOB2)
    remarks += ((Refusal if repair.kind == decoding.UNKNOWN_TAG else Repair, repair.reason) for repair in repairs)
    for label, start, end in chunks:
        yield start, end - 1, label, values[start] if values else ""


def read_span_groups(
    document: PackedDoc, size: int, remarks: list[PendingRemark]
) -> Iterator[tuple[int, int, str, str]]:
    """Yield the same from every group. Raises KeyError and ValueError."""
    group_type = list[bytes] | dict[bytes, list[str]]
    groups = msgspec.msgpack.decode(document.groups, type=group_type) if document.groups else []
    for group in groups:
        for packed in msgspec.msgpack.decode(group, type=_Group).spans:
            if len(packed) != _SPAN_STRUCT.size:
                raise ValueError("invalid span")
            _id, value, label, start, end, *_characters = _SPAN_STRUCT.unpack(packed)
            if 0 <= start < end <= size:
                yield start, end - 1, document.text(label), document.text(value)
            else:
                reason = _("A span from token {start} to {end} lies outside the document.")
                remarks.append((Refusal, reason.format(start=start, end=end)))
