"""CoNLL files of every flavour, read: CoNLL-2002 and 2003, GermEval 2014, Wojood, spaCy's .iob, and what is like them.

`column_layout` finds which column holds what, `core.repairing` reads the tags in any scheme and says what it had to put
right. Such a file has tokens and no text: `core.detokenising` says how they become one, a sentence a line. Spans
begin and end where tokens do.

A new article begins at a `-DOCSTART-` line (AIDA has its title there in brackets), after the token `$#$` (Wojood), at a
comment with the address of another page (GermEval: the article has it, and the day that stands with it), and at
`# newdoc id = …`, which is its title. A file without any is one article, or several where it would be too long.
Other columns and comments are passed over. What was not taken is said, and each repair: a tag that is no tag is lost,
and so refused.
"""

import codecs
import re
from collections.abc import Iterable, Iterator, Sequence
from io import BytesIO
from pathlib import Path, PurePath
from typing import BinaryIO, Final, NamedTuple

from annotator.formats.conll import column_layout
from annotator.formats.conll.column_layout import COMMENT, DOCSTART, Layout
from annotator.formats.documents import plain_text
from annotator.i18n import _, ngettext
from annotator.model.article_builder import draft
from annotator.model.operations import Rejected
from annotator.model.records import BODY, Draft, Refusal, Remark, Repair, Span, Zone, new_uid
from annotator.tagging import decoding
from annotator.tagging.decoding import Row
from annotator.tagging.schemes import OUTSIDE, Chunk
from annotator.text.detokenizer import detokenise

NAME: Final = "conll"
SUFFIXES: Final = (".conll", ".conll2002", ".conll2003", ".iob", ".iob2", ".bio", ".bilou", ".txt", ".tsv", ".csv", "")
LARGEST: Final = 1_000_000
"""Bytes of the longest line that is read: some files have a sentence a line."""
LONGEST: Final = 250_000
"""Tokens of the longest article, and of the longest sentence: what follows is another."""
MOST: Final = 1000
"""Remarks of one kind that are given one by one; of more there is the first and their number."""

_OWN: Final = frozenset(SUFFIXES[: SUFFIXES.index(".txt")])
_SAMPLE: Final = 1 << 18
"""Bytes by which the layout and the scheme of a file are recognised."""
_SIGNS: Final = (DOCSTART[0], COMMENT)
_LONG: Final = "long"
_REPAIRS: Final = frozenset((decoding.BEGUN, decoding.ENDED, _LONG))
"""The kinds of remarks where nothing is lost."""
_SEPARATOR: Final = "$#$"
_NO_TAG: Final = frozenset((OUTSIDE,))
_PAGE: Final = re.compile(r"#\s*(https?://\S+)(?:\s+\[(\d{4}-\d\d-\d\d)\])?")
_NEW: Final = re.compile(r"#\s*newdoc(?:\s+id\s*=\s*(.+))?")


class _Sentence(NamedTuple):
    """The tokens of a sentence, the tags of each, and the line of each."""

    tokens: list[str]
    rows: list[Row]
    lines: list[int]


class _Heading(NamedTuple):
    """What stands before an article, and what it says of it; `line` is 0 where it begins at its first token."""

    line: int
    title: str | None = None
    url: str | None = None
    published: str | None = None


class _Account:
    """What is to be said of a file, by kind."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._found: dict[str, list[Remark]] = {}
        self._more: dict[str, int] = {}

    def add(self, line: int, kind: str, reason: str) -> None:
        found = self._found.setdefault(kind, [])
        if len(found) < MOST:
            found.append(_kind(kind)(self._path, line, reason))
        else:
            self._more[kind] = self._more.get(kind, 0) + 1

    def remarks(self) -> list[Remark]:
        """All that was found, by line; of a kind that there is too much of, the first and their number."""
        said: list[Remark] = []
        for kind, found in self._found.items():
            count = len(found) + self._more.get(kind, 0)
            if count == len(found):
                said += found
                continue
            reason = ngettext("{reason} The same kind: {count} line.", "{reason} The same kind: {count} lines.", count)
            said.append(_kind(kind)(self._path, found[0].line, reason.format(reason=found[0].reason, count=count)))
        return sorted(said, key=lambda remark: remark.line)


def _kind(kind: str) -> type[Remark]:
    return Repair if kind in _REPAIRS else Refusal


def recognises(name: str, beginning: bytes) -> bool:
    """Whether a file of this name begins with lines of tokens and tags.

    Under a name that other formats have too there must be a tag besides O, or a line that begins an article.
    """
    lines = _lines_of(beginning)
    layout = column_layout.recognise(lines)
    if layout is None or PurePath(name).suffix in _OWN or any(line.startswith(DOCSTART) for line in lines):
        return layout is not None
    tags = (tag for rows in _tagged(layout, lines) for row in rows for tag in row)
    return any(tag != OUTSIDE and decoding.is_tag(tag) for tag in tags)


def read(path: Path, annotator: str) -> Iterator[Draft | Remark]:
    """The articles of the file at `path`, with their spans as `annotator`'s, then what was not taken or put right.

    Raises OSError.
    """
    account = _Account(str(path))
    with path.open("rb") as file:
        try:
            yield from _read(file, annotator, account)
        except Rejected as rejected:
            account.add(0, "file", str(rejected))
    yield from account.remarks()


def _read(file: BinaryIO, annotator: str, account: _Account) -> Iterator[Draft]:
    """Raises Rejected where nothing of the file can be read."""
    beginning = file.read(_SAMPLE)
    file.seek(0)
    stream = file if _is_utf8(beginning) else BytesIO(plain_text.decoded(file.read(plain_text.LARGEST + 1)).encode())
    sample = _lines_of(stream.read(_SAMPLE))
    stream.seek(0)
    layout = column_layout.recognise(sample)
    if layout is None:
        raise Rejected(_("No columns of tokens and tags were found in the file."))
    scheme = decoding.recognise(_tagged(layout, sample))
    for heading, sentences in _articles(_parts(_lines(stream, account), layout, account), account):
        line = heading.line or (sentences[0].lines[0] if sentences else 0)
        content, starts = detokenise(sentence.tokens for sentence in sentences)
        spans: list[Span] = []
        for sentence, begins in zip(sentences, starts, strict=True):
            for label, start, end in _chunks(sentence, layout, scheme, account):
                stretch = begins[start], begins[end - 1] + len(sentence.tokens[end - 1])
                spans.append(Span(new_uid(), "", annotator, label, *stretch))
        zones = [Zone(new_uid(), "", BODY, 0, len(content))] if content else []
        _line, title, url, published = heading
        try:
            yield draft(content, title=title, published=published, url=url, zones=zones, spans=spans, line=line)
        except Rejected as rejected:
            account.add(line, "article", str(rejected))


def _articles(
    parts: Iterable[_Sentence | _Heading], account: _Account
) -> Iterator[tuple[_Heading, Sequence[_Sentence]]]:
    """The articles of a file with their sentences.

    One without any has a line of its own, or is all that there is.
    """
    heading, sentences = _Heading(0), list[_Sentence]()
    length = count = 0
    for part in parts:
        if isinstance(part, _Sentence) and length < LONGEST:
            sentences.append(part)
            length += len(part.tokens)
            continue
        if sentences or heading.line:
            yield heading, sentences
            count += 1
        if isinstance(part, _Sentence):
            account.add(part.lines[0], _LONG, _("The article is too long: another one begins here."))
            heading, sentences, length = _Heading(0), [part], len(part.tokens)
        else:
            heading, sentences, length = part, [], 0
    if sentences or heading.line or not count:
        yield heading, sentences


def _parts(lines: Iterable[tuple[int, str]], layout: Layout, account: _Account) -> Iterator[_Sentence | _Heading]:
    """The sentences of a file, none of them empty, and what stands between its articles."""
    rows_of = column_layout.reader(layout)
    url: str | None = None
    tokens, tags, numbers = sentence = _Sentence([], [], [])
    for number, line in lines:
        heading: _Heading | None = None
        if line[:1] in _SIGNS and (line.startswith(DOCSTART) or (line[0] == COMMENT and layout.is_comment(line))):
            heading = _heading(line, number)
            if not heading or (url and heading.url == url):
                continue
            url = heading.url
        elif line:
            for row in rows_of(line):
                if row is None:
                    account.add(number, "columns", _other_columns(line, layout))
                elif not row[0]:
                    account.add(number, "token", _("The line has no token."))
                elif row[0] == _SEPARATOR and not layout.items and _NO_TAG.issuperset(row[1]):
                    heading = _Heading(0)
                else:
                    tokens.append(row[0])
                    tags.append(row[1])
                    numbers.append(number)
        if heading or layout.items or not line or len(tokens) >= LONGEST:
            if len(tokens) >= LONGEST:
                account.add(number, _LONG, _("The sentence is too long: it ends here."))
            if tokens:
                yield sentence
                tokens, tags, numbers = sentence = _Sentence([], [], [])
            if heading:
                yield heading
    if tokens:
        yield sentence


def _heading(line: str, number: int) -> _Heading | None:
    """What a `-DOCSTART-` line or a comment says of the article that begins there; None for any other comment."""
    if line.startswith(DOCSTART):
        return _Heading(number, line.partition("(")[2].rpartition(")")[0] or None)
    if page := _PAGE.fullmatch(line):
        return _Heading(number, None, *page.groups())
    new = _NEW.fullmatch(line)
    return _Heading(number, new[1]) if new else None


def _chunks(sentence: _Sentence, layout: Layout, scheme: str, account: _Account) -> Iterator[Chunk]:
    for rows in _by_column(layout, sentence.rows):
        chunks, repairs = decoding.decode(rows, scheme)
        for repair in repairs:
            account.add(sentence.lines[repair.at], repair.kind, repair.reason)
        yield from chunks


def _by_column(layout: Layout, rows: Sequence[Row]) -> Iterator[Sequence[Row]]:
    """The tags of a sentence, once for each column that is to be read by itself."""
    if layout.tags is None or len(layout.tags) == 1:
        yield rows
    else:
        yield from ([(tag,) for tag in column] for column in zip(*rows, strict=True))


def _tagged(layout: Layout, lines: Iterable[str]) -> Iterator[Sequence[Row]]:
    """The tags of the sentences in these lines."""
    read = column_layout.reader(layout)
    rows: list[Row] = []
    for line in (*lines, ""):
        rows += (row[1] for row in read(line) if row) if line and not line.startswith(DOCSTART) else ()
        if layout.items or not line:
            yield from _by_column(layout, rows)
            rows = []


def _other_columns(line: str, layout: Layout) -> str:
    if layout.items:
        return _("A word of the line has other columns than the rest of the file.")
    count = len(layout.split(line))
    reason = ngettext(
        "The line has {count} column, unlike the rest of the file.",
        "The line has {count} columns, unlike the rest of the file.",
        count,
    )
    return reason.format(count=count)


def _is_utf8(beginning: bytes) -> bool:
    """Whether these bytes, which may end within a character, are UTF-8 but for a line here and there."""
    if b"\0" in beginning:
        return False
    try:
        codecs.getincrementaldecoder("utf-8")().decode(beginning)
        return True
    except UnicodeDecodeError:
        lines = beginning.split(b"\n")
        foreign = [line for line in lines if not line.isascii()]
        wrong = sum("\ufffd" in line.decode(errors="replace") for line in foreign)
        return wrong * 2 < len(foreign) or wrong * 100 < len(lines)


def _lines_of(beginning: bytes) -> list[str]:
    """The first lines of a file as far as its ASCII tells; what else they hold may be wrong."""
    encoding = "utf-16" if beginning.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else "utf-8-sig"
    return [line.rstrip(" \t\r") for line in beginning.decode(encoding, "replace").split("\n")]


def _lines(stream: BinaryIO, account: _Account) -> Iterator[tuple[int, str]]:
    """The lines with their numbers, without blanks at their ends. What cannot be read goes to the account."""
    for number, data in enumerate(_split(stream), 1):
        if len(data) > LARGEST:
            reason = _("The line is longer than {size} MB.").format(size=LARGEST // 1_000_000)
            account.add(number, "line", reason)
            continue
        try:
            line = data.decode()
        except UnicodeDecodeError:
            account.add(number, "encoding", _("The line is not UTF-8."))
            continue
        yield number, (line.removeprefix("\ufeff") if number == 1 else line).rstrip(" \t\r")


def _split(stream: BinaryIO) -> Iterator[bytes]:
    """The lines without their LF; of one that is too long no more than tells that it is."""
    rest = b""
    while block := stream.read(LARGEST):
        *lines, rest = (rest + block).split(b"\n")
        yield from lines
        rest = rest[: LARGEST + 1]
    if rest:
        yield rest
