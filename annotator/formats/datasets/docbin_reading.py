"""Reader of spaCy DocBin files of any origin.

The file is msgpack in zlib: columns with the data of all documents (https://spacy.io/api/docbin). It is unpacked in
memory up to a limit, and each column checked before it is decoded: spaCy's own reader has no limits, and one wrong
document costs it all (docs/adr/0015). spaCy resolves the hashes by which tokens name strings, which nothing else can.

The text is `doc.text`, or built from the words (`text.detokenizer`) if their spaces are unknown (`has_unknown_spaces`,
as from `spacy convert`).

The spans of `doc.ents` and of every group in `doc.spans` are read, one for each range and label; ids in a knowledge
base become values. All else is ignored.
"""

import struct
import zlib
from collections.abc import Callable, Iterator
from itertools import accumulate, chain, pairwise
from pathlib import Path
from typing import Any, Final, TypeAlias

import msgspec
from msgspec import Raw, Struct

from annotator.formats.format import Requirement
from annotator.formats.library_errors import explain_error
from annotator.formats.reading import PendingRemark, check_size, number_remarks
from annotator.i18n import _, ngettext
from annotator.model.article_builder import build_article
from annotator.model.operations import InvalidEdit
from annotator.model.reasons import Code, Reason
from annotator.model.records import BODY, AnnotatedArticle, Refusal, Remark, Repair, Span, Zone, new_uid
from annotator.tagging import decoding
from annotator.tagging.schemes import IOB2, OUTSIDE
from annotator.text.detokenizer import detokenize

MAX_BYTES: Final = 1_000_000_000
"""Bytes of the largest file, uncompressed: forty million tokens as this program writes them."""
MAX_ENTRIES: Final = 2_000_000
"""Documents, strings, and spans of a group."""
MAX_TOKENS: Final = 1_000_000
"""Tokens of a document."""
ATTRIBUTE_BYTES: Final = 8
"""Bytes of an attribute of a token."""
SPACY: Final = Requirement("spacy", "spaCy", "spacy")
SENTENCE_START: Final = 1
"""The value of SENT_START where a sentence starts."""
IOB_PREFIXES: Final = {3: "B", 1: "I"}
"""Tag prefixes by the values of ENT_IOB in an entity."""

_SNIFFED_BYTES: Final = 64
_LENGTH_BYTES: Final = 4
_CHUNK: Final = 1 << 20
_MAX_RATIO: Final = 200  # of uncompressed to compressed size: that of words is ten, of zeros a thousand
_ALWAYS_ALLOWED: Final = 2_000_000  # uncompressed bytes, whatever the ratio
_COUNT_BYTES: Final = {0xDC: 2, 0xDD: 4, 0xDE: 2, 0xDF: 4}
"""By the first byte of a long array or map in msgpack: the bytes of its count."""
_SPAN_STRUCT: Final = struct.Struct(">QQQllll")  # id, knowledge base, label, tokens from and to, characters from and to


_ReadSpan: TypeAlias = tuple[int, int, str, str, str]
"""A span's first and last token, label, value and id."""


class PackedDoc(Struct):
    """The tokens of a Doc: whether a space follows each, and their attributes by number.

    `text` returns a hash's string, and raises KeyError for an unknown one.
    """

    text: Callable[[int], str]
    spaces: memoryview
    columns: dict[int, memoryview]
    has_unknown_spaces: bool
    groups: bytes
    user_data: bytes

    def find_text(self, hash_: int) -> str:
        """Return a hash's string, "" if the file has none."""
        try:
            return self.text(hash_)
        except KeyError:
            return ""

    def attribute_texts(self, attribute: int) -> list[str]:
        """Return each token's string for an attribute, or [] if it is missing. Raises KeyError."""
        return [self.text(hash_) for hash_ in self.columns.get(attribute, ())]


class _Columns(Struct):
    attrs: Raw
    tokens: memoryview
    spaces: memoryview
    lengths: memoryview
    strings: Raw
    flags: Raw = Raw(b"\x90")
    span_groups: Raw = Raw(b"\x90")
    user_data: Raw = Raw(b"\x90")


class _Flags(Struct):
    has_unknown_spaces: bool = False


class _Group(Struct):
    spans: Raw


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
    if message := SPACY.explain_missing():
        yield Refusal.at(path, 0, Reason(Code.PACKAGE_MISSING, message))
        return
    try:
        for number, document in enumerate(read_documents(path, MAX_BYTES), 1):
            yield from number_remarks(path, number, _read_article(document, annotator))
    except InvalidEdit as error:
        yield Refusal.at(path, 0, error.reason)
    except (ValueError, RecursionError) as error:
        message = _("The file is not a valid spaCy DocBin: {error}").format(error=explain_error(error))
        yield Refusal.at(path, 0, Reason(Code.DAMAGED_FILE, message))


def read_documents(path: Path, max_bytes: int | None) -> Iterator[PackedDoc]:
    """Yield the documents of a file, of at most `max_bytes` uncompressed (None: any size).

    Raises InvalidEdit, OSError, and ValueError if its parts do not fit.
    """
    from spacy.strings import StringStore

    columns = msgspec.msgpack.decode(_unpack(path, max_bytes), type=_Columns)
    attrs: list[int] = _decode_list(columns.attrs, int)
    if len(columns.lengths) % _LENGTH_BYTES or len(columns.lengths) > MAX_ENTRIES * _LENGTH_BYTES:
        raise ValueError("invalid lengths")
    sizes = columns.lengths.cast("i")
    width, token_count = len(attrs) * ATTRIBUTE_BYTES, sum(sizes)
    is_consistent = len(columns.tokens) == token_count * width and len(columns.spaces) == token_count
    if not is_consistent or not all(0 <= length <= MAX_TOKENS for length in sizes):
        raise ValueError("the lengths do not match the tokens")
    texts = StringStore()
    for text in _decode_list(columns.strings, str):
        texts.add(text)
    flags = _decode_list(columns.flags, _Flags) or [_Flags()] * len(sizes)
    groups = _decode_list(columns.span_groups, bytes) or [b""] * len(sizes)
    user_data = [data or b"\x80" for data in _decode_list(columns.user_data, bytes | None)] or [b"\x80"] * len(sizes)
    if not len(flags) == len(groups) == len(user_data) == len(sizes):
        raise ValueError("an array has the wrong length")
    start = 0
    for length, flag, group, data in zip(sizes, flags, groups, user_data, strict=True):
        values = columns.tokens[start * width : (start + length) * width].cast("Q")
        yield PackedDoc(
            texts.__getitem__,
            columns.spaces[start : start + length],
            {attribute: values[column :: len(attrs)] for column, attribute in enumerate(attrs)},
            flag.has_unknown_spaces,
            group,
            data,
        )
        start += length


def _unpack(path: Path, max_bytes: int | None) -> bytearray:
    """Return a file uncompressed. Raises InvalidEdit, OSError and ValueError."""
    decompressor = zlib.decompressobj()
    data = bytearray()
    with path.open("rb") as packed:
        try:
            while not decompressor.eof and (chunk := decompressor.unconsumed_tail or packed.read(_CHUNK)):
                data += decompressor.decompress(chunk, _CHUNK)
                if max_bytes is None:
                    continue
                check_size(len(data), max_bytes)
                if len(data) > _MAX_RATIO * packed.tell() + _ALWAYS_ALLOWED:
                    message = ngettext(
                        "The file decompresses to more than {count} time its size.",
                        "The file decompresses to more than {count} times its size.",
                        _MAX_RATIO,
                    )
                    raise InvalidEdit(Reason(Code.SUSPICIOUS_COMPRESSION, message.format(count=_MAX_RATIO)))
        except zlib.error as error:
            raise ValueError(str(error)) from error
    if not decompressor.eof:
        raise InvalidEdit(Reason(Code.FILE_TRUNCATED, _("The file is truncated.")))
    return data


def _decode_list(data: Raw, type_: Any) -> list[Any]:
    """Decode an array, unless it has too many entries. Raises ValueError."""
    _check_count(data)
    return msgspec.msgpack.decode(data, type=list[type_])


def _check_count(data: Raw | bytes) -> None:
    """Raise ValueError for too many entries of an array or map; each may take much more memory than in the file."""
    head = bytes(memoryview(data)[:5])
    if int.from_bytes(head[1 : 1 + _COUNT_BYTES.get(head[0], 0)]) > MAX_ENTRIES:
        raise ValueError("too many values")


def _read_article(document: PackedDoc, annotator: str) -> Iterator[AnnotatedArticle | PendingRemark]:
    """Yield the article, then its remarks."""
    remarks: list[PendingRemark] = []
    try:
        text, token_ranges = _layout_text(document)
        value_by_span: dict[tuple[int, int, str], str] = {}
        for first, last, label, value, _uid in (
            *_decode_entities(document, remarks),
            *read_span_groups(document, len(token_ranges), remarks),
        ):
            text_range = token_ranges[first][0], token_ranges[last][1], label
            value_by_span[text_range] = value_by_span.get(text_range) or value
        spans = [
            Span(new_uid(), "", annotator, label, start, end, value or None)
            for (start, end, label), value in value_by_span.items()
        ]
        zones = [Zone(new_uid(), "", BODY, 0, len(text))] if document.has_unknown_spaces and text else None
        yield build_article(text, zones=zones, spans=spans)
    except InvalidEdit as error:
        remarks.append((Refusal, error.reason))
    except KeyError:
        reason = Reason(Code.DAMAGED_FILE, _("The text of a word or label is missing from the file."))
        remarks.append((Refusal, reason))
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


def _decode_entities(document: PackedDoc, remarks: list[PendingRemark]) -> Iterator[_ReadSpan]:
    """Yield the spans of `doc.ents`. Raises KeyError."""
    from spacy.attrs import ENT_IOB, ENT_KB_ID, ENT_TYPE

    rows = [
        (f"{IOB_PREFIXES[kind]}-{label}" if kind in IOB_PREFIXES and label else OUTSIDE,)
        for kind, label in zip(document.columns.get(ENT_IOB, ()), document.attribute_texts(ENT_TYPE), strict=False)
    ]
    values = document.attribute_texts(ENT_KB_ID)
    chunks, repairs = decoding.decode_with_repairs(rows, IOB2)
    remarks += ((Refusal if repair.reason.code == Code.INVALID_TAG else Repair, repair.reason) for repair in repairs)
    for label, start, end in chunks:
        yield start, end - 1, label, values[start] if values else "", ""


def read_span_groups(document: PackedDoc, size: int, remarks: list[PendingRemark]) -> Iterator[_ReadSpan]:
    """Yield the spans of every group. Raises KeyError and ValueError."""
    if document.groups:
        _check_count(document.groups)
    group_type = list[bytes] | dict[bytes, list[str]]
    groups = msgspec.msgpack.decode(document.groups, type=group_type) if document.groups else []
    for group in groups:
        for packed in _decode_list(msgspec.msgpack.decode(group, type=_Group).spans, bytes):
            if len(packed) != _SPAN_STRUCT.size:
                raise ValueError("invalid span")
            id_, value, label, start, end, *_characters = _SPAN_STRUCT.unpack(packed)
            if 0 <= start < end <= size:
                yield start, end - 1, document.text(label), document.text(value), document.find_text(id_)
            else:
                message = _("A span from token {start} to {end} lies outside the document.")
                remarks.append((Refusal, Reason(Code.SPAN_OUTSIDE_TEXT, message.format(start=start, end=end))))
