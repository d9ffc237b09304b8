r"""CoNLL-U (universaldependencies.org/format.html): the words of a text, one a line, and nothing of it is lost.

    # newdoc id = …               the uid of the article, the SHA-256 of its text
    # spans = start:end:label:annotator:uid:value:note
    # title = …                   and published, source, url, where there are any
    # zones = headline:0:12 body:13:20
    # states = annotator:done
    # notes = annotator:…
    # sent_id = …
    # text = …                    the words as Universal Dependencies wants them here: single spaces, no invisible marks
    1   لوزارة  _   _   _   _   _   _   _   SpacesAfter=\s\s|Span=1:11:INSTITUTION:annotator:uid:_:_

What stands between the words is in SpaceAfter, SpacesAfter and SpacesBefore, and a word with invisible marks in it is
in SpacesInToken, as UDPipe has them. `Span` has the spans that begin on the word or right before it (those after the
last word are on that), with ; between them. Their offsets are code points of the article; a value or note that is none
is _. \s \t \n \r \p \\ are a space, tab, LF, CR, | and \ as in UDPipe, and any other character that would not come back
is \u and its code in four hexadecimal digits. The line `# spans` says that a document is written so.

Of other CoNLL-U the text is read, and the entities in NER of MISC in any scheme of BIO; what else is said of the words
is passed over. A sentence's text is `# text` if it has the words in order. Each sentence is a line, but in a document
that says its paragraphs.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePath
from typing import Final

import regex

from annotator.formats.conll.conllu_articles import FIELDS, METADATA, NONE, Document
from annotator.formats.conll.conllu_sentences import BOM, LETTERS, read_sentences
from annotator.formats.standoff.annotations import Tally
from annotator.model.records import Draft, Remark, Span
from annotator.text import sentences, tokenizer, visible
from annotator.text.tokenizer import Token

NAME: Final = "conllu"
SUFFIXES: Final = (".conllu",)
HEAD = BETWEEN = FOOT = ""
HOLDS: Final = frozenset(
    {"annotator", "value", "note", "zones", "states", "notes", "title", "published", "source", "url"}
)

_WORD: Final = re.compile(rb"[0-9]{1,9}(?:[-.][0-9]{1,9})?(?:\t[^\t]+){5}\t(?:_|[0-9]{1,9})(?:\t[^\t]+){3}")
_IN_FIELD: Final = regex.compile(r"[\\|:;=\s\p{Z}\p{Cc}[\p{Cf}&&[\u0000-\uffff]]]", regex.V1)
_IN_COMMENT: Final = regex.compile(r"[\\\p{Cc}\p{Zl}\p{Zp}]|\A\s|\s\Z", regex.V1)
_ESCAPES: Final = {character: f"\\{letter}" for letter, character in LETTERS.items()}


def recognises(name: str, beginning: bytes) -> bool:
    """Whether the first line that is no comment is a word in ten columns."""
    lines = [line.rstrip(b"\r") for line in beginning.removeprefix(BOM).split(b"\n") if line.strip()]
    first = next((line for line in lines if not line.startswith(b"#")), None)
    if first is None:
        return PurePath(name).suffix in SUFFIXES and bool(lines)
    return _WORD.fullmatch(first) is not None and not lines[0].startswith(b"#FORMAT")


def encode(item: Draft) -> str:
    """One article with all that belongs to it, an empty line after each of its sentences."""
    words = item.article.text
    tokens = tokenizer.tokens(words)
    begun = _begun(item.spans, tokens)
    lines = list(_head(item))
    at = 0
    for number, sentence in enumerate(sentences.sentences(words, tokens), 1):
        rows, shown = [], []
        for id_, token in enumerate(sentence, 1):
            at += 1
            after = words[token.end : tokens[at].start if at < len(tokens) else len(words)]
            given = words[token.start : token.end]
            form = visible.written(given)
            spaced = any(map(str.isspace, after))
            shown += [form, " "] if spaced else [form]
            misc = {
                "SpaceAfter": "" if spaced else "No",
                "SpacesAfter": "" if after in ("", " ") else _field(after),
                "SpacesBefore": _field(words[: token.start]) if at == 1 else "",
                "SpacesInToken": "" if form == given else _field(given),
                "Span": ";".join(map(_span_field, begun.get(at - 1, ()))),
            }
            said = "|".join(f"{key}={value}" for key, value in misc.items() if value)
            rows.append("\t".join((str(id_), form, *"_______", said or NONE)))
        lines += (f"# sent_id = {item.article.uid[:16]}-{number}", f"# text = {''.join(shown).rstrip()}", *rows, "")
    return "".join(f"{line}\n" for line in lines)


def read(path: Path, annotator: str) -> Iterator[Draft | Remark]:
    """The articles of the file at `path`, and what of it was not taken; spans that name nobody are `annotator`'s.

    Raises OSError.
    """
    passed = Tally()
    document: Document | None = None
    with path.open("rb") as file:
        for sentence in read_sentences(file):
            if not (sentence.words or sentence.refused or sentence.says("newdoc")):
                continue
            if document is None or sentence.says("newdoc"):
                yield from document.finish() if document else ()
                document = Document(str(path), annotator, sentence, passed)
            document.add(sentence)
    yield from document.finish() if document else ()
    yield from passed.refusals(path)


def _head(item: Draft) -> Iterator[str]:
    yield f"# newdoc id = {item.article.uid}"
    yield f"# spans = {FIELDS}"
    for key in METADATA:
        value = getattr(item.article, key)
        if value is not None:
            yield f"# {key} = {_escaped(value, _IN_COMMENT)}"
    for key, entries in (
        ("zones", [(zone.kind, str(zone.start), str(zone.end)) for zone in item.zones]),
        ("states", [(status.annotator, status.state) for status in item.states]),
        ("notes", [(note.annotator, note.text) for note in item.notes]),
    ):
        if entries:
            yield f"# {key} = {' '.join(':'.join(map(_field, entry)) for entry in entries)}"


def _begun(spans: Iterable[Span], tokens: list[Token]) -> dict[int, list[Span]]:
    """The spans by the token that they are said on: the first that ends after their start, or else the last."""
    found: dict[int, list[Span]] = {}
    for span in spans:
        at = bisect_right(tokens, span.start, key=lambda token: token.end)
        found.setdefault(min(at, len(tokens) - 1), []).append(span)
    return found


def _span_field(span: Span) -> str:
    given = (span.label, span.annotator, span.uid)
    optional = (
        NONE if said is None else r"\u005f" if said == NONE else _field(said) for said in (span.value, span.note)
    )
    return ":".join((str(span.start), str(span.end), *map(_field, given), *optional))


def _field(said: str) -> str:
    return _escaped(said, _IN_FIELD)


def _escaped(said: str, unsafe: regex.Pattern[str]) -> str:
    return unsafe.sub(lambda match: _ESCAPES.get(match[0]) or f"\\u{ord(match[0]):04x}", said)
