r"""CoNLL-U (universaldependencies.org/format.html): the words of a text, one a line, without any loss.

    # newdoc id = …               the uid of the article, the SHA-256 of its text
    # spans = start:end:label:annotator:uid:value:note
    # title = …                   and published, source, url, if it has them
    # zones = headline:0:12 body:13:20
    # states = annotator:done
    # notes = annotator:…
    # sent_id = …
    # text = …                    with single spaces and without invisible marks, for Universal Dependencies
    1   لوزارة  _   _   _   _   _   _   _   SpacesAfter=\s\s|Span=1:11:INSTITUTION:annotator:uid:_:_

As in UDPipe, SpaceAfter, SpacesAfter and SpacesBefore have the space between words, and SpacesInToken a word with
invisible marks. `Span` lists the spans that start on or right before the word (on the last, also after it), separated
by ;. Offsets are code points of the article; a missing value or note is _. \s \t \n \r \p \\ are a space, tab, LF, CR,
| and \ as in UDPipe; other characters that would not survive are \u and four hexadecimal digits. The line `# spans`
marks such a document.

Of other CoNLL-U, only the text and the entities in NER of MISC are read, in any BIO scheme. The text of a sentence is
`# text` if that has the words in order. Each sentence is a line, unless paragraphs are marked.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePath
from typing import Final

import regex

from annotator.formats.conll.conllu_articles import FIELDS, METADATA, NO_VALUE, DocumentReader
from annotator.formats.conll.conllu_sentences import BOM, ESCAPES, read_sentences
from annotator.formats.format import ALL_FIELDS, Documents, Format
from annotator.formats.standoff.annotations import Tally
from annotator.i18n import N_
from annotator.model.records import AnnotatedArticle, Remark, Span
from annotator.text import sentences, tokenizer, visible
from annotator.text.tokenizer import Token

_SUFFIXES: Final = (".conllu",)

_WORD_LINE: Final = re.compile(rb"[0-9]{1,9}(?:[-.][0-9]{1,9})?(?:\t[^\t]+){5}\t(?:_|[0-9]{1,9})(?:\t[^\t]+){3}")
_UNSAFE_IN_FIELD: Final = regex.compile(r"[\\|:;=\s\p{Z}\p{Cc}[\p{Cf}&&[\u0000-\uffff]]]", regex.V1)
_UNSAFE_IN_COMMENT: Final = regex.compile(r"[\\\p{Cc}\p{Zl}\p{Zp}]|\A\s|\s\Z", regex.V1)
_ESCAPES: Final = {character: f"\\{letter}" for letter, character in ESCAPES.items()}


def sniff(name: str, beginning: bytes) -> bool:
    """Return whether the first line that is no comment is a word with ten columns.

    A file of only comments is recognised by its suffix.
    """
    lines = [line.rstrip(b"\r") for line in beginning.removeprefix(BOM).split(b"\n") if line.strip()]
    first = next((line for line in lines if not line.startswith(b"#")), None)
    if first is None:
        return PurePath(name).suffix in _SUFFIXES and bool(lines)
    return _WORD_LINE.fullmatch(first) is not None and not lines[0].startswith(b"#FORMAT")


def encode(item: AnnotatedArticle) -> str:
    """Encode all of an article, an empty line after each sentence."""
    text = item.article.text
    tokens = tokenizer.tokenize(text)
    spans_by_token = _spans_by_token(item.spans, tokens)
    lines = list(_header_lines(item))
    index = 0
    for number, sentence in enumerate(sentences.split_sentences(text, tokens), 1):
        rows, text_parts = [], []
        for id_, token in enumerate(sentence, 1):
            index += 1
            after = text[token.end : tokens[index].start if index < len(tokens) else len(text)]
            token_text = text[token.start : token.end]
            form = visible.remove_invisible(token_text)
            has_space = any(map(str.isspace, after))
            text_parts += [form, " "] if has_space else [form]
            misc = {
                "SpaceAfter": "" if has_space else "No",
                "SpacesAfter": "" if after in ("", " ") else _escape_field(after),
                "SpacesBefore": _escape_field(text[: token.start]) if index == 1 else "",
                "SpacesInToken": "" if form == token_text else _escape_field(token_text),
                "Span": ";".join(map(_encode_span, spans_by_token.get(index - 1, ()))),
            }
            misc_field = "|".join(f"{key}={value}" for key, value in misc.items() if value)
            rows.append("\t".join((str(id_), form, *"_______", misc_field or NO_VALUE)))
        lines += (
            f"# sent_id = {item.article.uid[:16]}-{number}",
            f"# text = {''.join(text_parts).rstrip()}",
            *rows,
            "",
        )
    return "".join(f"{line}\n" for line in lines)


def read(path: Path, annotator: str) -> Iterator[AnnotatedArticle | Remark]:
    """Yield the articles, and a remark for each skip or repair.

    Spans without an annotator become `annotator`'s. Raises OSError.
    """
    skipped = Tally()
    document: DocumentReader | None = None
    with path.open("rb") as file:
        for sentence in read_sentences(file):
            if not (sentence.words or sentence.refusals or sentence.starts("newdoc")):
                continue
            if document is None or sentence.starts("newdoc"):
                yield from document.finish() if document else ()
                document = DocumentReader(str(path), annotator, sentence, skipped)
            document.add(sentence)
    yield from document.finish() if document else ()
    yield from skipped.refusals(path)


def _header_lines(item: AnnotatedArticle) -> Iterator[str]:
    yield f"# newdoc id = {item.article.uid}"
    yield f"# spans = {FIELDS}"
    for key in METADATA:
        value = getattr(item.article, key)
        if value is not None:
            yield f"# {key} = {_escape(value, _UNSAFE_IN_COMMENT)}"
    for key, entries in (
        ("zones", [(zone.kind, str(zone.start), str(zone.end)) for zone in item.zones]),
        ("states", [(status.annotator, status.state) for status in item.states]),
        ("notes", [(note.annotator, note.text) for note in item.notes]),
    ):
        if entries:
            yield f"# {key} = {' '.join(':'.join(map(_escape_field, entry)) for entry in entries)}"


def _spans_by_token(spans: Iterable[Span], tokens: list[Token]) -> dict[int, list[Span]]:
    """Return the spans by the first token that ends after their start, or else the last."""
    result: dict[int, list[Span]] = {}
    for span in spans:
        index = bisect_right(tokens, span.start, key=lambda token: token.end)
        result.setdefault(min(index, len(tokens) - 1), []).append(span)
    return result


def _encode_span(span: Span) -> str:
    fields = (span.label, span.annotator, span.uid)
    optional = (
        NO_VALUE if text is None else r"\u005f" if text == NO_VALUE else _escape_field(text)
        for text in (span.value, span.note)
    )
    return ":".join((str(span.start), str(span.end), *map(_escape_field, fields), *optional))


def _escape_field(text: str) -> str:
    return _escape(text, _UNSAFE_IN_FIELD)


def _escape(text: str, unsafe: regex.Pattern[str]) -> str:
    return unsafe.sub(lambda match: _ESCAPES.get(match[0]) or f"\\u{ord(match[0]):04x}", text)


FORMAT: Final = Format(
    name="conllu",
    title="CoNLL-U",
    suffixes=_SUFFIXES,
    sniff=sniff,
    read=read,
    output=Documents(encode, ALL_FIELDS),
    export_title=N_("CoNLL-U: words and complete articles"),
)
