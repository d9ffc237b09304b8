"""Reader of CoNLL files of every flavour: CoNLL-2002 and 2003, GermEval 2014, Wojood, spaCy's .iob, and token_lines.

`column_layout` identifies the columns; `tagging.decoding` reads the tags in any scheme. `text.detokenizer` joins the
tokens, a sentence a line, as such a file has no text.

An article starts at a `-DOCSTART-` line (in AIDA with its title in brackets), after the token `$#$` (Wojood), at a
comment with another page's address (GermEval: the article's, with its day), or at `# newdoc id = …`, its title.
Otherwise, a file is one article, or several if too long or if asked for: of so many sentences each. In a long file
without an empty line, as ANERcorp is, sentences end at full stops, question and exclamation marks. Other columns and
comments are ignored. Every skip and repair is reported; an invalid tag is refused. Tokens keep their invisible
characters, which no span begins or ends with, as direction marks were often added to every word by the program that
showed it.
"""

import codecs
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from io import BytesIO
from itertools import chain, islice
from pathlib import Path, PurePath
from typing import BinaryIO, Final, NamedTuple

from annotator.formats.conll import column_layout, token_lines
from annotator.formats.conll.column_layout import COMMENT, DOCSTART, Layout
from annotator.formats.conll.column_remarks import RemarkCollector
from annotator.formats.documents import plain_text
from annotator.formats.format import Format
from annotator.i18n import _, ngettext
from annotator.model.article_builder import build_article
from annotator.model.operations import InvalidEdit
from annotator.model.reasons import Code, Reason
from annotator.model.records import BODY, AnnotatedArticle, Remark, Span, Zone, new_uid
from annotator.tagging import decoding
from annotator.tagging.decoding import TokenTags
from annotator.tagging.schemes import OUTSIDE, Chunk
from annotator.text.detokenizer import detokenize
from annotator.text.invisible import find_invisible
from annotator.text.visible import trim_invisible

_SUFFIXES: Final = (".conll", ".conll2002", ".conll2003", ".iob", ".iob2", ".bio", ".bilou", ".txt", ".tsv", ".csv", "")
MAX_LINE_BYTES: Final = 1_000_000
"""Bytes of the longest line; some files have a sentence a line."""
MAX_TOKENS: Final = 250_000
"""Tokens of the longest article and sentence; the rest becomes another one."""

_DISTINCTIVE_SUFFIXES: Final = frozenset(_SUFFIXES[: _SUFFIXES.index(".txt")])
MANY_SENTENCES: Final = 200
"""Sentences from which on a file without a beginning of an article is hardly a single one."""
_MANY_TOKENS: Final = 500
"""Tokens that are hardly one sentence, where no empty line stands between them."""
_MAX_MEAN_LENGTH: Final = 100
"""Tokens that sentences, unlike documents, do not have on average."""
_STOPS: Final = frozenset((".", "؟", "!", "?", "…", "..", "..."))
_CLOSING_MARKS: Final = frozenset(("»", "”", '"', ")", "]", "'"))
_SAMPLE_BYTES: Final = 1 << 18
"""Bytes from which the layout and the scheme of a file are detected."""
_HEADING_STARTS: Final = (DOCSTART[0], COMMENT)
_ARTICLE_SEPARATOR: Final = "$#$"
_OUTSIDE_ONLY: Final = frozenset((OUTSIDE,))
_PAGE_COMMENT: Final = re.compile(r"#\s*(https?://\S+)(?:\s+\[(\d{4}-\d\d-\d\d)\])?")
_NEWDOC_COMMENT: Final = re.compile(r"#\s*newdoc(?:\s+id\s*=\s*(.+))?")


class _Sentence(NamedTuple):
    """The tokens of a sentence, with their tags and lines."""

    tokens: list[str]
    rows: list[TokenTags]
    lines: list[int]


class _Heading(NamedTuple):
    """The start and metadata of an article; `line` is 0 if a token starts it."""

    line: int
    title: str | None = None
    url: str | None = None
    published: str | None = None


def sniff(name: str, beginning: bytes) -> bool:
    """Return whether a file starts with tokens and tags, in lines or in JSON.

    If other formats share its suffix, it needs a tag besides O or a line that starts an article.
    """
    if token_lines.sniff(beginning):
        return True
    lines = _sample_lines(beginning)
    layout = column_layout.detect_layout(lines)
    if (
        layout is None
        or PurePath(name).suffix in _DISTINCTIVE_SUFFIXES
        or any(line.startswith(DOCSTART) for line in lines)
    ):
        return layout is not None
    tags = (tag for rows in _read_tags(layout, lines) for row in rows for tag in row)
    return any(tag != OUTSIDE and decoding.is_tag(tag) for tag in tags)


def read(path: Path, annotator: str, sentences_per_article: int | None = None) -> Iterator[AnnotatedArticle | Remark]:
    """Yield the articles, then a remark for each skip or repair.

    The spans become `annotator`'s. A file that does not say where its articles begin is cut into articles of
    `sentences_per_article`, unless that is None. Raises OSError.
    """
    remarks = RemarkCollector(str(path))
    with path.open("rb") as file:
        try:
            yield from _read_articles(file, annotator, sentences_per_article, remarks)
        except InvalidEdit as error:
            remarks.add(0, error.reason)
    yield from remarks.remarks()


def _read_articles(
    file: BinaryIO, annotator: str, sentences_per_article: int | None, remarks: RemarkCollector
) -> Iterator[AnnotatedArticle]:
    """Yield the articles. Raises InvalidEdit if nothing can be read."""
    beginning = file.read(_SAMPLE_BYTES)
    file.seek(0)
    if token_lines.sniff(beginning):
        sentences: Iterator[_Sentence] = (
            _Sentence(tokens, [(tag,) for tag in tags], [line] * len(tokens))
            for line, tokens, tags in token_lines.read_sentences(file, remarks)
        )
        first = list(islice(sentences, MANY_SENTENCES))
        if column_layout.has_bare_labels([tag for sentence in first for (tag,) in sentence.rows]):
            remarks.add(0, _describe_bare_labels())
            first, sentences = list(map(_complete_tags, first)), map(_complete_tags, sentences)
        scheme = decoding.detect_scheme(sentence.rows for sentence in first)
        yield from _build_articles(
            chain(first, sentences), token_lines.LAYOUT, scheme, sentences_per_article, annotator, remarks
        )
        return
    stream = file
    if not _is_utf8(beginning):
        stream = BytesIO(plain_text.decode_text(file.read(plain_text.MAX_BYTES + 1), has_tags=True).encode())
    sample = _sample_lines(stream.read(_SAMPLE_BYTES))
    stream.seek(0)
    layout = column_layout.detect_layout(sample)
    if layout is None:
        raise InvalidEdit(Reason(Code.WRONG_FORMAT, _("No columns of tokens and tags found in the file.")))
    if layout.has_bare_labels:
        remarks.add(0, _describe_bare_labels())
    scheme = decoding.detect_scheme(_read_tags(layout, sample))
    ends_at_stops = _has_no_sentences(layout, sample)
    max_sentences = None
    if sentences_per_article and not _is_divided(stream, layout, ends_at_stops):
        max_sentences = sentences_per_article
    parts = _read_parts(_read_lines(stream, remarks), layout, ends_at_stops, remarks)
    yield from _build_articles(parts, layout, scheme, max_sentences, annotator, remarks)


def _describe_bare_labels() -> Reason:
    message = _("The tags do not say where spans begin: tokens with one label beside each other are one span.")
    return Reason(Code.MISSING_SPAN_START, message)


def _complete_tags(sentence: _Sentence) -> _Sentence:
    return sentence._replace(rows=[tuple(map(column_layout.complete_tag, row)) for row in sentence.rows])


def _build_articles(
    parts: Iterable[_Sentence | _Heading],
    layout: Layout,
    scheme: str,
    max_sentences: int | None,
    annotator: str,
    remarks: RemarkCollector,
) -> Iterator[AnnotatedArticle]:
    """Yield the articles of these parts, of at most `max_sentences` each, unless that is None."""
    invisible_names, counts = Counter[str](), _PartCounts()
    for heading, sentences in _group_articles(counts.count(parts), max_sentences, remarks):
        line = heading.line or (sentences[0].lines[0] if sentences else 0)
        content, starts = detokenize(sentence.tokens for sentence in sentences)
        spans: list[Span] = []
        for sentence, token_starts in zip(sentences, starts, strict=True):
            for label, start, end in _decode_chunks(sentence, layout, scheme, remarks):
                offsets = token_starts[start], token_starts[end - 1] + len(sentence.tokens[end - 1])
                first, last = trim_invisible(content, *offsets)
                if first < last:
                    spans.append(Span(new_uid(), "", annotator, label, first, last))
                else:
                    reason = Reason(Code.SPAN_BLANK, _("The span has nothing visible."))
                    remarks.add(sentence.lines[start], reason)
        zones = [Zone(new_uid(), "", BODY, 0, len(content))] if content else []
        _line, title, url, published = heading
        try:
            annotated = build_article(
                content, title=title, published=published, url=url, zones=zones, spans=spans, line=line
            )
        except InvalidEdit as error:
            remarks.add(line, error.reason)
            continue
        invisible_names.update(character.name for character in find_invisible(annotated.article.text))
        yield annotated
    if not counts.divisions and counts.sentences > MANY_SENTENCES:
        remarks.add_undivided(counts.sentences, max_sentences)
    remarks.add_invisible(invisible_names)


class _PartCounts:
    """Counts the sentences of a file, and the beginnings of articles behind the first of them."""

    def __init__(self) -> None:
        self.sentences = self.divisions = 0

    def count(self, parts: Iterable[_Sentence | _Heading]) -> Iterator[_Sentence | _Heading]:
        """Yield the parts, counted."""
        for part in parts:
            if isinstance(part, _Sentence):
                self.sentences += 1
            elif self.sentences:
                self.divisions += 1
            yield part


def _has_no_sentences(layout: Layout, sample: Sequence[str]) -> bool:
    """Return whether neither an empty line nor a column ends a sentence, as in ANERcorp.

    `sample` has the first lines of a file.
    """
    *lines, _last = sample  # cut off, or empty
    if len(lines) < _MANY_TOKENS or layout.is_sentence_per_line or not all(lines):
        return False
    ends = sum(not line for _number, line in _end_groups(enumerate(lines), layout))
    return len(lines) > ends * _MAX_MEAN_LENGTH


def _is_divided(stream: BinaryIO, layout: Layout, ends_at_stops: bool) -> bool:
    """Return whether a file says where a second article begins; read it from its beginning, and return there."""
    counts, ignored = _PartCounts(), RemarkCollector("")
    parts = counts.count(_read_parts(_read_lines(stream, ignored), layout, ends_at_stops, ignored))
    is_divided = any(counts.divisions for _part in parts)
    stream.seek(0)
    return is_divided


def _group_articles(
    parts: Iterable[_Sentence | _Heading], max_sentences: int | None, remarks: RemarkCollector
) -> Iterator[tuple[_Heading, Sequence[_Sentence]]]:
    """Yield the articles with their sentences, at most `max_sentences` of them.

    An article may have none if it has a heading or is the only one.
    """
    heading, sentences = _Heading(0), list[_Sentence]()
    length = count = 0
    for part in parts:
        is_full = max_sentences is not None and len(sentences) >= max_sentences
        if isinstance(part, _Sentence) and length < MAX_TOKENS and not is_full:
            sentences.append(part)
            length += len(part.tokens)
            continue
        if sentences or heading.line:
            yield heading, sentences
            count += 1
        if isinstance(part, _Sentence):
            if not is_full:
                reason = Reason(Code.ARTICLE_SPLIT, _("The article is too long, so a new one starts here."))
                remarks.add(part.lines[0], reason)
            heading, sentences, length = _Heading(0), [part], len(part.tokens)
        else:
            heading, sentences, length = part, [], 0
    if sentences or heading.line or not count:
        yield heading, sentences


def _read_parts(
    lines: Iterable[tuple[int, str]], layout: Layout, ends_at_stops: bool, remarks: RemarkCollector
) -> Iterator[_Sentence | _Heading]:
    """Yield the headings and the non-empty sentences, which also end behind full stops and the like if asked for."""
    parse_line = column_layout.build_line_parser(layout)
    url: str | None = None
    is_start, is_ended = True, False
    tokens, tags, numbers = sentence = _Sentence([], [], [])
    for number, line in _end_groups(lines, layout):
        heading: _Heading | None = None
        if line[:1] in _HEADING_STARTS and (
            line.startswith(DOCSTART) or (line[0] == COMMENT and layout.is_comment(line))
        ):
            heading = _parse_heading(line, number)
            if not heading or (url and heading.url == url):
                continue
            url = heading.url
        elif line:
            for row in parse_line(line):
                if is_start and _names_columns(line, row, layout):
                    message = _("The first line has the names of the columns, and no token.")
                    remarks.add(number, Reason(Code.COLUMN_NAMES, message))
                    is_start = False
                elif row is None:
                    remarks.add(number, _describe_wrong_columns(line, layout))
                elif not row[0]:
                    remarks.add(number, Reason(Code.NO_TOKEN, _("The line has no token.")))
                elif (
                    row[0] == _ARTICLE_SEPARATOR
                    and not layout.is_sentence_per_line
                    and _OUTSIDE_ONLY.issuperset(row[1])
                ):
                    heading = _Heading(0)
                else:
                    is_start = False
                    if is_ended and row[0] not in _CLOSING_MARKS and row[0] not in _STOPS:
                        yield sentence
                        tokens, tags, numbers = sentence = _Sentence([], [], [])
                        is_ended = False
                    if ends_at_stops and row[0] in _STOPS and _OUTSIDE_ONLY.issuperset(row[1]):
                        is_ended = True
                    tokens.append(row[0])
                    tags.append(row[1])
                    numbers.append(number)
        if heading or layout.is_sentence_per_line or not line or len(tokens) >= MAX_TOKENS:
            if len(tokens) >= MAX_TOKENS:
                reason = Reason(Code.SENTENCE_SPLIT, _("The sentence is too long, so it is split here."))
                remarks.add(number, reason)
            if tokens:
                yield sentence
                tokens, tags, numbers = sentence = _Sentence([], [], [])
                is_ended = False
            if heading:
                yield heading
    if tokens:
        yield sentence


def _end_groups(lines: Iterable[tuple[int, str]], layout: Layout) -> Iterator[tuple[int, str]]:
    """Yield the numbered lines, with an empty one where a column says that another sentence or document begins."""
    if not layout.groups:
        yield from lines
        return
    last: tuple[str, ...] | None = None
    for number, line in lines:
        group = layout.find_group(line)
        if group and last and group != last:
            yield number, ""
        last = group or last
        yield number, line


def _names_columns(line: str, row: tuple[str, TokenTags] | None, layout: Layout) -> bool:
    """Return whether a line has the names of the columns; `row` is its token and tags."""
    is_named = row is not None and bool(row[1]) and column_layout.names_tags(row[1][-1])
    return is_named or column_layout.names_columns(layout.split(line))


def _parse_heading(line: str, number: int) -> _Heading | None:
    """Parse a `-DOCSTART-` line or a comment; None if it starts no article."""
    if line.startswith(DOCSTART):
        return _Heading(number, line.partition("(")[2].rpartition(")")[0] or None)
    if page := _PAGE_COMMENT.fullmatch(line):
        return _Heading(number, None, *page.groups())
    newdoc = _NEWDOC_COMMENT.fullmatch(line)
    return _Heading(number, newdoc[1]) if newdoc else None


def _decode_chunks(sentence: _Sentence, layout: Layout, scheme: str, remarks: RemarkCollector) -> Iterator[Chunk]:
    for rows in _split_columns(layout, sentence.rows):
        chunks, repairs = decoding.decode_with_repairs(rows, scheme)
        for repair in repairs:
            remarks.add(sentence.lines[repair.token_index], repair.reason)
        yield from chunks


def _split_columns(layout: Layout, rows: Sequence[TokenTags]) -> Iterator[Sequence[TokenTags]]:
    """Yield the tags of each column that is read by itself."""
    if layout.tags is None or len(layout.tags) == 1:
        yield rows
    else:
        yield from ([(tag,) for tag in column] for column in zip(*rows, strict=True))


def _read_tags(layout: Layout, lines: Iterable[str]) -> Iterator[Sequence[TokenTags]]:
    """Yield the tags of each sentence."""
    parse_line = column_layout.build_line_parser(layout)
    rows: list[TokenTags] = []
    for _number, line in _end_groups(enumerate((*lines, "")), layout):
        rows += (row[1] for row in parse_line(line) if row) if line and not line.startswith(DOCSTART) else ()
        if layout.is_sentence_per_line or not line:
            yield from _split_columns(layout, rows)
            rows = []


def _describe_wrong_columns(line: str, layout: Layout) -> Reason:
    if layout.is_sentence_per_line:
        return Reason(Code.WRONG_COLUMNS, _("A word in the line has different columns from the rest of the file."))
    count = len(layout.split(line))
    message = ngettext(
        "The line has {count} column, unlike the rest of the file.",
        "The line has {count} columns, unlike the rest of the file.",
        count,
    )
    return Reason(Code.WRONG_COLUMNS, message.format(count=count))


def _is_utf8(beginning: bytes) -> bool:
    """Return whether these bytes, maybe cut within a character, are UTF-8 except for some lines."""
    if b"\0" in beginning:
        return False
    try:
        codecs.getincrementaldecoder("utf-8")().decode(beginning)
        return True
    except UnicodeDecodeError:
        lines = beginning.split(b"\n")
        non_ascii = [line for line in lines if not line.isascii()]
        invalid_count = sum("\ufffd" in line.decode(errors="replace") for line in non_ascii)
        return invalid_count * 2 < len(non_ascii) or invalid_count * 100 < len(lines)


def _sample_lines(beginning: bytes) -> list[str]:
    """Decode the first lines; only their ASCII characters are reliable."""
    encoding = "utf-16" if beginning.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else "utf-8-sig"
    return [line.rstrip(" \t\r") for line in beginning.decode(encoding, "replace").split("\n")]


def _read_lines(stream: BinaryIO, remarks: RemarkCollector) -> Iterator[tuple[int, str]]:
    """Yield the numbered lines without trailing blanks; report unreadable ones."""
    for number, data in enumerate(_split_lines(stream), 1):
        if len(data) > MAX_LINE_BYTES:
            message = _("The line is longer than {size} MB.").format(size=MAX_LINE_BYTES // 1_000_000)
            remarks.add(number, Reason(Code.LINE_TOO_LONG, message))
            continue
        try:
            line = data.decode()
        except UnicodeDecodeError:
            remarks.add(number, Reason(Code.INVALID_ENCODING, _("The line is not valid UTF-8.")))
            continue
        yield number, (line.removeprefix("\ufeff") if number == 1 else line).rstrip(" \t\r")


def _split_lines(stream: BinaryIO) -> Iterator[bytes]:
    """Yield the lines without LF; cut one just above the limit."""
    remainder = b""
    while block := stream.read(MAX_LINE_BYTES):
        *lines, remainder = (remainder + block).split(b"\n")
        yield from lines
        remainder = remainder[: MAX_LINE_BYTES + 1]
    if remainder:
        yield remainder


FORMAT: Final = Format(
    name="conll",
    title="CoNLL",
    suffixes=_SUFFIXES,
    sniff=sniff,
    read=read,
    is_projection=True,
)
