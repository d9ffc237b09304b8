r"""Builder of articles from the sentences of CoNLL-U documents (see `conllu`), also of a lossless dialect.

Version 0.1.0 wrote it, and JSON lines have replaced it:

    # newdoc id = …               the uid of the article, the SHA-256 of its text
    # spans = start:end:label:annotator:uid:value:note
    # title = …                   and published, source, url, if it has them
    # zones = headline:0:12 body:13:20
    # states = annotator:done
    # notes = annotator:…
    1   لوزارة  _   _   _   _   _   _   _   SpacesAfter=\s\s|Span=1:11:INSTITUTION:annotator:uid:_:_

As in UDPipe, SpaceAfter, SpacesAfter and SpacesBefore have the space between words, and SpacesInToken a word with
invisible marks. `Span` lists the spans that start on or right before the word, separated by ;. Offsets are code points
of the article; a missing value or note is _. \s \t \n \r \p \\ are a space, tab, LF, CR, | and \ as in UDPipe; other
characters that would not survive are \u and four hexadecimal digits. The line `# spans` marks such a document.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from annotator.formats.conll.conllu_sentences import MAX_BYTES, Sentence, Word, unescape
from annotator.formats.standoff.annotations import Tally
from annotator.i18n import _
from annotator.model.article_builder import build_article
from annotator.model.operations import InvalidEdit
from annotator.model.reasons import Code, Reason
from annotator.model.records import (
    BODY,
    STATES,
    AnnotatedArticle,
    Note,
    Refusal,
    Remark,
    Repair,
    Span,
    Status,
    Zone,
    article_uid,
    new_uid,
)
from annotator.tagging import decoding
from annotator.text.tokenizer import Token
from annotator.text.visible import skip_invisible, trim_invisible

_FIELDS: Final = "start:end:label:annotator:uid:value:note"
"""The fields of a span in the dialect: the value of its comment `spans`."""
_METADATA: Final = ("title", "published", "source", "url")
_NO_VALUE: Final = "_"
_UID: Final = re.compile(r"[0-9a-f]{64}")
"""The id of a document that this program wrote, which is no title."""

_UNREAD_ENTITY_KEYS: Final = ("Entity", "NamedEntity", "NE", "Span")
"""Keys of MISC for entities in unsupported encodings."""
_EXACT_SPACE_KEYS: Final = frozenset(("SpacesAfter", "SpacesBefore", "SpacesInToken"))
_OFFSET: Final = re.compile(r"[0-9]{1,12}")


class DocumentReader:
    """Builder of an article from the sentences of its document.

    `skipped` counts entities in unsupported encodings.
    """

    def __init__(self, path: str, annotator: str, first: Sentence, skipped: Tally) -> None:
        self._path, self._annotator, self._skipped = path, annotator, skipped
        self._line = first.line
        self._comments = first.comments
        self._is_own = first.comments.get("spans") == _FIELDS
        self._size = self._length = 0
        self._pieces: list[str] = []
        self._last_word: Word | None = None
        self._has_paragraphs = False
        self._span_fields: list[tuple[int, str]] = []
        self._tagged_sentences: list[tuple[list[Token], list[Word]]] = []
        self._remarks: dict[Remark, None] = {}

    def add(self, sentence: Sentence) -> None:
        """Add the next sentence, unless the article is too long."""
        self._size += sentence.size
        if self._size > MAX_BYTES:  # `finish` refuses the article
            return
        for line, reason in sentence.refusals:
            self._refuse(line, reason)
        self._has_paragraphs = self._has_paragraphs or sentence.starts("newpar")
        if not sentence.words:
            return
        if self._is_own:
            self._append(_join_words(sentence.words)[0])
            self._span_fields += ((word.line, word.misc["Span"]) for word in sentence.words if "Span" in word.misc)
        else:
            self._add_foreign(sentence)

    def finish(self) -> Iterator[AnnotatedArticle | Remark]:
        """Yield the article, and a remark for each skip or repair."""
        if self._size > MAX_BYTES:
            message = _("The article is longer than {size} MB.").format(size=MAX_BYTES // 1_000_000)
            self._refuse(self._line, Reason(Code.ARTICLE_TOO_LONG, message))
        elif article := self._build_article():
            yield article
        yield from sorted(self._remarks, key=lambda remark: (remark.line, remark.reason))

    def _refuse(self, line: int, reason: Reason) -> None:
        self._remarks[Refusal.at(self._path, line, reason)] = None

    def _repair(self, line: int, reason: Reason) -> None:
        self._remarks[Repair.at(self._path, line, reason)] = None

    def _append(self, text: str) -> None:
        self._pieces.append(text)
        self._length += len(text)

    def _add_foreign(self, sentence: Sentence) -> None:
        words = sentence.words
        text, tokens = _join_words(words)
        text = text[: tokens[-1].end]
        stated_text = sentence.comments.get("text", "").strip()
        if stated_text and not any(_EXACT_SPACE_KEYS & word.misc.keys() for word in words):
            stated_tokens = _locate_words(stated_text, words)
            if stated_tokens is None:
                message = _("The words of the sentence do not match its text, so the text is rebuilt from the words.")
                self._refuse(sentence.line, Reason(Code.TEXT_REBUILT, message))
            else:
                text, tokens = stated_text, stated_tokens
        self._append(self._space_before(sentence))
        if any(tag.tag for word in words for tag in word.tags):
            article_tokens = [Token(self._length + start, self._length + end) for start, end in tokens]
            self._tagged_sentences.append((article_tokens, words))
        self._append(text)
        self._last_word = words[-1]
        for word in words:
            for key in _UNREAD_ENTITY_KEYS & word.misc.keys():
                opened, closed = word.misc[key].count("("), ")" in word.misc[key]
                self._skipped.add(key, word.line, opened or not closed)

    def _space_before(self, sentence: Sentence) -> str:
        """Return the space before another program's sentence."""
        if self._last_word is None:
            return ""
        space = self._last_word.space_after
        if "SpacesAfter" not in self._last_word.misc and (not self._has_paragraphs or sentence.starts("newpar")):
            return "\n"
        return " " if space is None else space

    def _build_article(self) -> AnnotatedArticle | None:
        if self._last_word and "SpacesAfter" in self._last_word.misc:
            self._append(self._last_word.space_after or "")
        text = "".join(self._pieces)
        body = [Zone(new_uid(), "", BODY, 0, len(text))]
        if not self._is_own:
            id_ = self._comments.get("newdoc id", "")
            title = self._comments.get("title") or (None if _UID.fullmatch(id_) else id_)
            metadata = {"title": title, "source": self._comments.get("source"), "url": self._comments.get("url")}
            return self._build_article_or_refuse(text, body, metadata, self._decode_entities())
        metadata = {key: unescape(self._comments[key]) for key in _METADATA if key in self._comments}
        zones, spans = list(self._read_zones()), list(self._read_spans(len(text)))
        if self._comments.get("newdoc id") != article_uid(text):
            if zones or spans:
                message = _("The text has changed since its spans and zones were written, so they are skipped.")
                self._refuse(self._line, Reason(Code.TEXT_CHANGED, message))
            return self._build_article_or_refuse(text, body, metadata, [])
        return self._build_article_or_refuse(text, zones, metadata, spans) or self._build_article_or_refuse(
            text, body, metadata, spans
        )

    def _build_article_or_refuse(
        self, text: str, zones: Iterable[Zone], metadata: dict[str, str | None], spans: Iterable[Span]
    ) -> AnnotatedArticle | None:
        """Build the article; return None if it is refused."""
        states, notes = (list(self._read_states()), list(self._read_notes())) if self._is_own else ([], [])
        try:
            return build_article(
                text,
                title=metadata.get("title"),
                published=metadata.get("published"),
                source=metadata.get("source"),
                url=metadata.get("url"),
                zones=zones,
                spans=spans,
                states=states,
                notes=notes,
                line=self._line,
            )
        except InvalidEdit as error:
            self._refuse(self._line, error.reason)
            return None

    def _split_entries(self, key: str, text: str, separator: str, count: int, line: int) -> Iterator[list[str]]:
        """Yield the fields of each entry in a list; refuse one without exactly `count`."""
        for entry in text.split(separator) if text else ():
            fields = entry.split(":")
            if len(fields) == count:
                yield fields
            else:
                message = _("“{given}” is not a valid entry of “{key}”.")
                self._refuse(line, Reason(Code.INVALID_VALUE, message.format(given=entry, key=key)))

    def _read_spans(self, length: int) -> Iterator[Span]:
        """Yield our own spans in a text of this length."""
        uids: set[str] = set()
        for line, text in self._span_fields:
            for first, last, *names, value, note in self._split_entries(
                "Span", text, ";", _FIELDS.count(":") + 1, line
            ):
                start, end = _parse_offset(first), _parse_offset(last)
                if not 0 <= start < end <= length:
                    message = _("A span from {start} to {end} is not within the text.")
                    self._refuse(line, Reason(Code.SPAN_OUTSIDE_TEXT, message.format(start=first, end=last)))
                    continue
                label, owner, uid = map(unescape, names)
                uid = uid if uid and uid not in uids else new_uid()
                uids.add(uid)
                owner = owner if owner.strip() else self._annotator
                optional = (None if field == _NO_VALUE else unescape(field) for field in (value, note))
                yield Span(uid, "", owner, label, start, end, *optional)

    def _read_zones(self) -> Iterator[Zone]:
        for kind, start, end in self._split_entries("zones", self._comments.get("zones", ""), " ", 3, self._line):
            yield Zone(new_uid(), "", unescape(kind), _parse_offset(start), _parse_offset(end))

    def _read_states(self) -> Iterator[Status]:
        for entry in self._split_entries("states", self._comments.get("states", ""), " ", 2, self._line):
            annotator, state = map(unescape, entry)
            if state in STATES and annotator.strip():
                yield Status("", annotator, state)
            else:
                message = _("Invalid state “{state}” for annotator “{annotator}”.")
                self._refuse(self._line, Reason(Code.INVALID_STATE, message.format(state=state, annotator=annotator)))

    def _read_notes(self) -> Iterator[Note]:
        for entry in self._split_entries("notes", self._comments.get("notes", ""), " ", 2, self._line):
            annotator, text = map(unescape, entry)
            if text.strip() and annotator.strip():
                yield Note("", annotator, text.strip())

    def _decode_entities(self) -> Iterator[Span]:
        """Yield the entities by their tags; report a reason for repair once."""
        rows = [
            [(tag.tag,) if tag.tag else () for word in words for tag in word.tags]
            for _tokens, words in self._tagged_sentences
        ]
        scheme = decoding.detect_scheme(rows)
        reported: set[Reason] = set()
        for (tokens, words), row in zip(self._tagged_sentences, rows, strict=True):
            positions = [(token, tag.line) for token, word in zip(tokens, words, strict=True) for tag in word.tags]
            chunks, repairs = decoding.decode_with_repairs(row, scheme)
            for repair in repairs:
                if repair.reason not in reported:
                    report = self._refuse if repair.reason.code == Code.INVALID_TAG else self._repair
                    report(positions[repair.token_index][1], repair.reason)
                reported.add(repair.reason)
            for label, start, end in chunks:
                (first, line), (last, _line) = positions[start], positions[end - 1]
                outside = [token for token, _line in (*positions[max(start - 1, 0) : start], *positions[end : end + 1])]
                if first in outside or last in outside:
                    message = _(
                        "The {label} span starts or ends inside a written word and is widened to the whole word."
                    )
                    self._repair(line, Reason(Code.SPAN_WIDENED, message.format(label=label)))
                yield Span(new_uid(), "", self._annotator, label, first.start, last.end)


def _parse_offset(text: str) -> int:
    return int(text) if _OFFSET.fullmatch(text) else -1


def _join_words(words: Iterable[Word]) -> tuple[str, list[Token]]:
    """Return the text of the words with the stated space, and their positions."""
    pieces: list[str] = []
    tokens: list[Token] = []
    offset = 0
    for word in words:
        space_before = unescape(word.misc.get("SpacesBefore", ""))
        form = unescape(word.misc["SpacesInToken"]) if "SpacesInToken" in word.misc else word.form
        space_after = " " if word.space_after is None else word.space_after
        tokens.append(Token(offset + len(space_before), offset + len(space_before) + len(form)))
        pieces += (space_before, form, space_after)
        offset = tokens[-1].end + len(space_after)
    return "".join(pieces), tokens


def _locate_words(text: str, words: Iterable[Word]) -> list[Token] | None:
    """Return the positions of the words, in order, or None if they are not all of the text."""
    tokens: list[Token] = []
    offset = 0
    for word in words:
        offset = offset if text.startswith(word.form, offset) else skip_invisible(text, offset)
        if not text.startswith(word.form, offset):
            return None
        tokens.append(Token(offset, offset + len(word.form)))
        offset = tokens[-1].end
    first, last = trim_invisible(text, offset, len(text))
    return tokens if first == last else None
