"""spaCy 2's training JSON: documents of paragraphs of sentences of tokens with BILUO tags.

    [{"id": 0, "paragraphs": [{"raw": "…", "sentences": [{"tokens": [{"orth": "الرباط", "ner": "U-GPE"}]}]}]}]

A document is an article, with an empty line between paragraphs. The text is `raw` if it has the tokens in order, else
built from them (`text.detokenizer`). A token with "-" or no tag is not annotated: it is outside. Other keys are
ignored.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import msgspec
import regex
from msgspec import Raw, Struct

from annotator.formats.format import Format
from annotator.formats.library_errors import explain_error
from annotator.formats.reading import PendingRemark, number_remarks, read_limited
from annotator.i18n import _
from annotator.model.article_builder import build_article
from annotator.model.operations import InvalidEdit
from annotator.model.reasons import Code, Reason, json_error_code
from annotator.model.records import BODY, AnnotatedArticle, Refusal, Remark, Repair, Span, Zone, new_uid
from annotator.tagging import decoding
from annotator.tagging.schemes import IOBES, OUTSIDE
from annotator.text.detokenizer import detokenize, find_token_starts

MAX_BYTES: Final = 100_000_000
"""Bytes of the largest file, which is one JSON value."""

_BOM: Final = b"\xef\xbb\xbf"
_DOCUMENT_START: Final = regex.compile(
    rb'\s*+(?:\[\s*+)?+\{[^{}\[\]]*"paragraphs"\s*:\s*\[\s*\{.*?"sentences"\s*:\s*\[\s*\{\s*"', regex.DOTALL
)
_NO_TAG: Final = "-"


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


def sniff(name: str, beginning: bytes) -> bool:
    """Return whether a file starts with a document, whatever its name."""
    return _DOCUMENT_START.match(beginning.removeprefix(_BOM)) is not None


def read(path: Path, annotator: str) -> Iterator[AnnotatedArticle | Remark]:
    """Yield the documents, and a remark for each skip or repair; all spans are `annotator`'s.

    Remarks name the document, as JSON values have no lines. Raises OSError.
    """
    try:
        data = read_limited(path, MAX_BYTES).removeprefix(_BOM)
    except InvalidEdit as error:
        yield Refusal.at(path, 0, error.reason)
        return
    content = _decode(data, list[Raw] if data.lstrip().startswith(b"[") else Raw)
    if isinstance(content, Reason):
        yield Refusal.at(path, 0, content)
        return
    for number, raw in enumerate(content if isinstance(content, list) else [content], 1):
        document = _decode(raw, _Document)
        items = [(Refusal, document)] if isinstance(document, Reason) else _read_article(document, annotator)
        yield from number_remarks(path, number, items)


def _decode(data: bytes | Raw, type_: Any) -> Any:
    """Decode JSON as a `type_`, or return why it is invalid."""
    try:
        return msgspec.json.decode(data, type=type_)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        message = _("This is not a valid spaCy document: {error}").format(error=explain_error(error))
        return Reason(json_error_code(error), message)


def _read_article(document: _Document, annotator: str) -> Iterator[AnnotatedArticle | PendingRemark]:
    """Yield the article, then its remarks."""
    text = ""
    spans: list[Span] = []
    remarks: list[PendingRemark] = []
    for paragraph in document.paragraphs:
        text += "\n\n" if text else ""
        content, starts = _layout_text(paragraph, remarks)
        for sentence, token_starts in zip(paragraph.sentences, starts, strict=True):
            chunks, repairs = decoding.decode_with_repairs([_tag_row(token) for token in sentence.tokens], IOBES)
            remarks += (
                (Refusal if repair.reason.code == Code.INVALID_TAG else Repair, repair.reason) for repair in repairs
            )
            for label, start, end in chunks:
                offsets = (
                    len(text) + token_starts[start],
                    len(text) + token_starts[end - 1] + len(sentence.tokens[end - 1].orth),
                )
                spans.append(Span(new_uid(), "", annotator, label, *offsets))
        text += content
    zones = [Zone(new_uid(), "", BODY, 0, len(text))] if text else []
    try:
        yield build_article(text, zones=zones, spans=spans)
    except InvalidEdit as error:
        remarks.append((Refusal, error.reason))
    yield from remarks


def _layout_text(paragraph: _Paragraph, remarks: list[PendingRemark]) -> tuple[str, list[list[int]]]:
    """Return a paragraph's text, and its tokens' starts by sentence."""
    sentences = [[token.orth for token in sentence.tokens] for sentence in paragraph.sentences]
    if paragraph.raw is None:
        return detokenize(sentences)
    token_starts = find_token_starts(paragraph.raw, (token for sentence in sentences for token in sentence))
    if token_starts is None:
        message = _("The text of a paragraph does not match its tokens, so it is rebuilt from the tokens.")
        remarks.append((Refusal, Reason(Code.TEXT_REBUILT, message)))
        return detokenize(sentences)
    remaining = iter(token_starts)
    return paragraph.raw, [[next(remaining) for _token in sentence] for sentence in sentences]


def _tag_row(token: _Token) -> decoding.TokenTags:
    return (OUTSIDE if token.ner in (None, "", _NO_TAG) else token.ner,)


FORMAT: Final = Format(
    name="spacy-json",
    title="spaCy JSON",
    suffixes=(".json",),
    sniff=sniff,
    read=read,
    is_projection=True,
)
