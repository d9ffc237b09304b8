"""The JSON that spaCy 2 is trained on: documents of paragraphs of sentences of tokens, each with its BILUO tag.

    [{"id": 0, "paragraphs": [{"raw": "…", "sentences": [{"tokens": [{"orth": "الرباط", "ner": "U-GPE"}]}]}]}]

A document is an article, its paragraphs apart by an empty line. The text is `raw` where the tokens stand in it, else it
is made of them (`core.detokenising`). "-" and no tag at all say that nothing is known of a token: it is outside.
The other keys are passed over.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, TypeAlias

import msgspec
import regex
from msgspec import Raw, Struct

from annotator.i18n import _
from annotator.model.article_builder import draft
from annotator.model.operations import Rejected
from annotator.model.records import BODY, Draft, Refusal, Remark, Repair, Span, Zone, new_uid
from annotator.tagging import decoding
from annotator.tagging.schemes import IOBES, OUTSIDE
from annotator.text.detokenizer import detokenise, locate

NAME: Final = "spacy-json"
SUFFIXES: Final = (".json",)
LARGEST: Final = 100_000_000
"""Bytes of the largest file that is read: it is one JSON value."""

_BOM: Final = b"\xef\xbb\xbf"
_BEGINS: Final = regex.compile(
    rb'\s*+(?:\[\s*+)?+\{[^{}\[\]]*"paragraphs"\s*:\s*\[\s*\{.*?"sentences"\s*:\s*\[\s*\{\s*"', regex.DOTALL
)
_UNKNOWN: Final = "-"

_Said: TypeAlias = tuple[type[Remark], str]


class _Token(Struct):
    orth: str
    ner: str | None = None


class _Sentence(Struct):
    tokens: list[_Token]


class _Paragraph(Struct):
    sentences: list[_Sentence]
    raw: str | None = None


class _Document(Struct):
    paragraphs: list[_Paragraph]


def recognises(name: str, beginning: bytes) -> bool:
    """Whether a file begins with a document, whatever its name."""
    return _BEGINS.match(beginning.removeprefix(_BOM)) is not None


def read(path: Path, annotator: str) -> Iterator[Draft | Remark]:
    """The documents of the file at `path`, and what of it was not taken or put right; all spans are `annotator`'s.

    Remarks name the document, for a JSON value has no lines. Raises OSError.
    """
    with path.open("rb") as file:
        data = file.read(LARGEST + 1).removeprefix(_BOM)
    if len(data) > LARGEST:
        reason = _("The file is larger than {size} MB.").format(size=LARGEST // 1_000_000)
        yield Refusal(str(path), 0, reason)
        return
    whole = _decoded(data, list[Raw] if data.lstrip().startswith(b"[") else Raw)
    if isinstance(whole, str):
        yield Refusal(str(path), 0, whole)
        return
    for number, raw in enumerate(whole if isinstance(whole, list) else [whole], 1):
        document = _decoded(raw, _Document)
        found = [(Refusal, document)] if isinstance(document, str) else _article(document, annotator)
        for item in found:
            if isinstance(item, Draft):
                yield item
            else:
                kind, said = item
                yield kind(str(path), 0, _("Document {number}: {reason}").format(number=number, reason=said))


def _decoded(data: bytes | Raw, kind: Any) -> Any:
    """The JSON `data` as a `kind`, or a sentence that says why it is none."""
    try:
        return msgspec.json.decode(data, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        return _("It does not read as a document of spaCy's: {error}").format(error=error)


def _article(document: _Document, annotator: str) -> Iterator[Draft | _Said]:
    """The article, and a sentence for each thing in it that was not taken or put right."""
    text = ""
    spans: list[Span] = []
    said: list[_Said] = []
    for paragraph in document.paragraphs:
        text += "\n\n" if text else ""
        content, starts = _laid_out(paragraph, said)
        for sentence, begins in zip(paragraph.sentences, starts, strict=True):
            chunks, repairs = decoding.decode([_row(token) for token in sentence.tokens], IOBES)
            said += ((Refusal if repair.kind == decoding.UNKNOWN else Repair, repair.reason) for repair in repairs)
            for label, start, end in chunks:
                stretch = len(text) + begins[start], len(text) + begins[end - 1] + len(sentence.tokens[end - 1].orth)
                spans.append(Span(new_uid(), "", annotator, label, *stretch))
        text += content
    zones = [Zone(new_uid(), "", BODY, 0, len(text))] if text else []
    try:
        yield draft(text, zones=zones, spans=spans)
    except Rejected as rejected:
        said.append((Refusal, str(rejected)))
    yield from said


def _laid_out(paragraph: _Paragraph, said: list[_Said]) -> tuple[str, list[list[int]]]:
    """The text of a paragraph, and where in it the tokens of its sentences begin."""
    sentences = [[token.orth for token in sentence.tokens] for sentence in paragraph.sentences]
    if paragraph.raw is None:
        return detokenise(sentences)
    places = locate(paragraph.raw, (token for sentence in sentences for token in sentence))
    if places is None:
        said.append((Refusal, _("The text of a paragraph is not that of its tokens, and was made of these.")))
        return detokenise(sentences)
    left = iter(places)
    return paragraph.raw, [[next(left) for _token in sentence] for sentence in sentences]


def _row(token: _Token) -> decoding.Row:
    return (OUTSIDE if token.ner in (None, "", _UNKNOWN) else token.ner,)
