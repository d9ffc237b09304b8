"""Tables of articles (CSV and TSV): one article a row, its text and metadata in columns.

Rows are as in RFC 4180, with any line ends, quoted newlines, and commas, semicolons or tabs as delimiters, whichever
make a table. Columns are recognised by name in English, French or Arabic, or named by the caller. Without a known name,
the text is the only column, or one much longer than the rest. A row unlike the others is refused, as a text with an
unquoted comma or quotation mark.
"""

import codecs
import csv
import io
import re
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path
from statistics import median
from typing import IO, Final, Literal, TextIO

from msgspec import Struct

from annotator.formats.documents.plain_text import decode_text
from annotator.formats.format import Format
from annotator.formats.library_errors import explain_error
from annotator.formats.reading import parse_published, shorten
from annotator.i18n import _
from annotator.model.article_builder import build_article
from annotator.model.operations import InvalidEdit
from annotator.model.reasons import Code, Reason
from annotator.model.records import AnnotatedArticle, Notice, Refusal, Remark
from annotator.tagging.decoding import is_tag
from annotator.tagging.schemes import OUTSIDE
from annotator.text.folding import fold

_SUFFIXES: Final = (".csv", ".tsv")
MAX_CELL_LENGTH: Final = 10_000_000
"""Characters of the longest cell."""
MAX_ROW_LENGTH: Final = 20_000_000
"""Characters of the longest row."""

TEXT: Final = "text"
COLUMNS: Final[Mapping[str, tuple[str, ...]]] = {
    TEXT: (
        *(
            "text",
            "content",
            "body",
            "article",
            "article text",
            "full text",
            "article body",
            "texte",
            "contenu",
            "corps",
        ),
        *("نص", "النص", "نص المقال", "نص الخبر", "المحتوى", "محتوى", "المقال", "الخبر", "المتن"),
    ),
    "title": ("title", "headline", "titre", "عنوان", "العنوان", "عنوان المقال", "عنوان الخبر"),
    "published": (
        *("published", "date", "published at", "publication date", "publish date", "date published", "pubdate"),
        *("date de publication", "publié", "publié le", "تاريخ", "التاريخ", "تاريخ النشر"),
    ),
    "source": ("source", "site", "publisher", "newspaper", "journal", "مصدر", "المصدر", "الموقع", "الجريدة"),
    "url": ("url", "link", "uri", "href", "lien", "adresse", "رابط", "الرابط"),
}
"""The fields of an article, and the names of their columns."""

_SAMPLE_BYTES: Final = 1 << 18  # for detecting the encoding and the columns
_MIN_CUT_BYTES: Final = 1 << 16  # from this size on, a sample may end within a character
_PARTIAL_UTF8: Final = re.compile(rb"[\xc0-\xff][\x80-\xbf]{0,2}\Z")
_PARTIAL_UTF16: Final = re.compile(rb"(?:[\xd8-\xdb].|.[\xd8-\xdb])\Z", re.DOTALL)  # samples have an even size
_SAMPLE_ROWS: Final = 200  # at most
_ENCODINGS: Final = ("utf-8-sig", "utf-16-le", "utf-16-be", "cp1256", "iso8859-6")
_SEP_LINE: Final = re.compile(r"sep=([,;\t|])\r?\n", re.IGNORECASE)  # a declaration for Excel
_MIN_SAME_WIDTH: Final = 0.9  # share of a table's rows that must have the same width
_MIN_LENGTH_RATIO: Final = 3  # of the text column to any other, if it is detected by its length
_MAX_NAME_LENGTH: Final = 40  # code points of a column's name
LABEL_STUDIO_COLUMNS: Final = frozenset({"annotation_id", "annotator"})
"""Columns that each table of Label Studio has."""
_LABEL_STUDIO_CELL: Final = re.compile(r'\[\{[^\]]*"labels":\s*\[')
_SPANS_CELL: Final = re.compile(r"\s*\[\s*(?:[\[{][^\]}]*\d|\(\s*\d+\s*,\s*\d)")  # JSON, or tuples in Python
"""The beginning of a list of spans in JSON."""
_MAX_HEADER_LENGTH: Final = 1000  # code points of the first row of a table without its suffix
_CELL_NAME: Final = re.compile(r"[^,;|\t\r]+")
_MIN_TAG_SHARE: Final = 0.8  # of the cells of a column of tags
_MIN_WORDS: Final = 3  # of the usual text in such a table


class _BoundedLines:
    """The lines that fit into `remaining` characters, as rows and lines may have no end.

    Raises InvalidEdit for the first that does not fit.
    """

    def __init__(self, lines: TextIO) -> None:
        self.remaining = MAX_ROW_LENGTH
        self._lines = lines

    def __iter__(self) -> "_BoundedLines":
        return self

    def __next__(self) -> str:
        line = self._lines.readline(self.remaining + 1)
        self.remaining -= len(line)
        if self.remaining < 0:
            message = _("it is longer than {size} million characters").format(size=MAX_ROW_LENGTH // 1_000_000)
            raise InvalidEdit(Reason(Code.LINE_TOO_LONG, message))
        if not line:
            raise StopIteration
        return line


class _Dialect(Struct, frozen=True):
    """The delimiter between cells, and whether quotes protect it."""

    delimiter: str
    is_quoted: bool = True

    def read_rows(self, lines: TextIO) -> Iterator[tuple[int, list[str] | Reason]]:
        """Yield each row's first line, with its cells or an error message; skip blank rows.

        Ends at a row that is too long, as the next one's start is unknown.
        """
        # The limit is global, and nothing else in the program reads CSV.
        csv.field_size_limit(MAX_CELL_LENGTH)
        quoting: Literal[0, 3] = csv.QUOTE_MINIMAL if self.is_quoted else csv.QUOTE_NONE
        bounded = _BoundedLines(lines)
        reader = csv.reader(bounded, delimiter=self.delimiter, quoting=quoting, strict=True)
        while True:
            number = reader.line_num + 1
            bounded.remaining = MAX_ROW_LENGTH
            try:
                row = next(reader)
            except StopIteration:
                return
            except InvalidEdit as error:
                yield number, error.reason
                return
            except csv.Error as error:
                yield number, Reason(Code.INVALID_LINE, explain_error(error))
                if "limit" in str(error):
                    return
            else:
                if any(cell.strip() for cell in row):
                    yield number, row


_SINGLE_COLUMN: Final = "\x1f"  # a delimiter that no file contains
_DIALECTS: Final = (
    *map(_Dialect, f",;\t|{_SINGLE_COLUMN}"),
    _Dialect("\t", is_quoted=False),
    _Dialect(_SINGLE_COLUMN, is_quoted=False),
)
"""The dialects to try. Tabs and single columns may come without quoting."""


class _Layout(Struct, frozen=True):
    """The columns of the fields, their total, and whether the first row names them."""

    columns: Mapping[str, int]
    width: int
    has_header: bool


def sniff(name: str, beginning: bytes) -> bool:
    """Return whether a file is a table of articles.

    A .csv is one if it is text but neither JSON nor markup; a .tsv may have annotated tokens, so it must name its text
    column; any other file must be a regular table of texts with such a name.
    """
    has_suffix = name.endswith(_SUFFIXES)
    if (not has_suffix and b"\0" in beginning) or has_label_studio_columns(beginning):
        return False
    try:
        sample = _decode_sample(beginning)[0]
    except InvalidEdit:
        return False
    if not has_suffix:
        return _is_clear_table(sample, len(beginning) < _MIN_CUT_BYTES)
    if name.endswith(".tsv"):
        header = sample.split("\n", 1)[0].rstrip("\r").split("\t")
        return any(find_field(cell.strip('"')) == TEXT for cell in header)
    return bool(sample.strip()) and not sample.lstrip().startswith(("{", "[{", "<", "#FORMAT=", "-DOCSTART-"))


def _is_clear_table(sample: str, is_complete: bool) -> bool:
    """Return whether all rows have as many cells as the first, which names the columns, one of them of long texts."""
    header = sample.partition("\n")[0]
    if len(header) > _MAX_HEADER_LENGTH or all(find_field(name) != TEXT for name in _CELL_NAME.findall(header)):
        return False
    dialect, skipped = _detect_dialect(sample, is_complete)
    head, *body = _read_sample_rows(dialect, sample, skipped, is_complete) or [[]]
    if isinstance(head, Reason) or len(head) < 2 or not body:
        return False
    texts = [index for index, cell in enumerate(head) if find_field(cell) == TEXT]
    if len(texts) != 1:
        return False
    regular = [row for row in body if not isinstance(row, Reason) and len(row) == len(head)]
    if len(regular) < len(body) * _MIN_SAME_WIDTH and len(regular) < max(2, len(body) - 1):
        return False
    return all(map(str.strip, head)) and median(len(row[texts[0]].split()) for row in regular) >= _MIN_WORDS


def has_label_studio_columns(beginning: bytes) -> bool:
    """Return whether a table that starts so is one of Label Studio's, whose spans are JSON in a column."""
    try:
        sample = _decode_sample(beginning)[0]
    except InvalidEdit:
        return False
    if not any(name in sample for name in ('"labels"', '""labels""', *LABEL_STUDIO_COLUMNS)):  # most have none
        return False
    is_complete = len(beginning) < _MIN_CUT_BYTES
    dialect, skipped = _detect_dialect(sample, is_complete)
    header, *rows = [
        row for row in _read_sample_rows(dialect, sample, skipped, is_complete) if not isinstance(row, Reason)
    ] or [[]]
    return LABEL_STUDIO_COLUMNS.issubset(header) or any(
        _LABEL_STUDIO_CELL.match(cell) for row in rows for cell in row if len(row) == len(header)
    )


def read_records(path: Path) -> Iterator[tuple[int, dict[str, str] | Reason]]:
    """Yield the rows below the first with their lines: the cells by the names in the first, or why it is refused.

    Raises OSError.
    """
    with path.open("rb") as file:
        beginning = file.read(_SAMPLE_BYTES)
        try:
            sample, encoding = _decode_sample(beginning)
        except InvalidEdit as error:
            yield 0, error.reason
            return
        dialect, skipped = _detect_dialect(sample, len(beginning) < _SAMPLE_BYTES)
        file.seek(0)
        header: list[str] | None = None
        for number, row in _read_rows(file, encoding, dialect, skipped):
            if isinstance(row, Reason):
                yield number, row
            elif header is None:
                header = row
            else:
                yield number, dict(zip(header, row, strict=True))


def read(path: Path, annotator: str, columns: Mapping[str, str] | None = None) -> Iterator[AnnotatedArticle | Remark]:
    """Yield the articles, a refusal for each skip, and a notice for spans in a column; `annotator` is unused.

    `columns` maps fields (keys of COLUMNS) to the names of columns in the file; other fields are detected. Raises
    OSError, and KeyError for an unknown field.
    """
    column_names = dict(columns or {})
    for field in column_names:
        COLUMNS[field]
    with path.open("rb") as file:
        beginning = file.read(_SAMPLE_BYTES)
        is_complete = len(beginning) < _SAMPLE_BYTES
        try:
            sample, encoding = _decode_sample(beginning)
            dialect, skipped = _detect_dialect(sample, is_complete)
            rows = _read_sample_rows(dialect, sample, skipped, is_complete)
            layout = _detect_layout(rows, column_names)
        except InvalidEdit as error:
            yield Refusal.at(path, 0, error.reason)
            return
        yield from _notice_spans(path, rows, layout)
        file.seek(0)
        yield from _read_articles(path, file, encoding, dialect, layout, skipped)


def read_header(path: Path) -> list[str]:
    """Return the table's first row, with the names of its columns if any. Raises OSError."""
    with path.open("rb") as file:
        beginning = file.read(_SAMPLE_BYTES)
    try:
        sample = _decode_sample(beginning)[0]
    except InvalidEdit:  # `read` will report it
        return []
    dialect, skipped = _detect_dialect(sample, len(beginning) < _SAMPLE_BYTES)
    rows = _read_sample_rows(dialect, sample, skipped, len(beginning) < _SAMPLE_BYTES)
    return next((row for row in rows if not isinstance(row, Reason)), [])


def _notice_spans(path: Path, rows: list[list[str] | Reason], layout: _Layout) -> Iterator[Notice]:
    """Yield a notice for each column that has lists of spans, which a table's columns cannot say more of."""
    header, *body = [row for row in rows if not isinstance(row, Reason)]
    for index in set(range(layout.width)) - set(layout.columns.values()) if layout.has_header else ():
        if any(len(row) == layout.width and _SPANS_CELL.match(row[index]) for row in body):
            yield Notice.at(path, 1, describe_unread_spans(header[index]))


def describe_unread_spans(name: str) -> Reason:
    """Return the reason that the spans in a column are not read."""
    message = _("The column “{name}” seems to contain spans, which are not read: only the articles are.")
    return Reason(Code.ANNOTATION_SKIPPED, message.format(name=name))


def _read_articles(
    path: Path, file: IO[bytes], encoding: str, dialect: _Dialect, layout: _Layout, skipped: int
) -> Iterator[AnnotatedArticle | Refusal]:
    is_header = layout.has_header
    for number, row in _read_rows(file, encoding, dialect, skipped):
        if isinstance(row, Reason):
            yield Refusal.at(path, number, row)
        elif is_header:
            is_header = False
        else:
            yield from _read_article(path, number, row, layout)


def _read_rows(
    file: IO[bytes], encoding: str, dialect: _Dialect, skipped: int
) -> Iterator[tuple[int, list[str] | Reason]]:
    """Yield each row's first line, with its cells, as many as the first has, or why it is refused."""
    width: int | None = None
    with io.TextIOWrapper(file, encoding, newline="") as lines:
        for _line in range(skipped):
            lines.readline()
        number = skipped
        try:
            for number, row in dialect.read_rows(lines):
                number += skipped
                if isinstance(row, Reason):
                    yield number, Reason(row.code, _("The row cannot be parsed: {error}").format(error=row))
                    continue
                width = len(row) if width is None else width
                if len(row) != width:
                    message = _("Wrong number of columns: {count} instead of {expected}.")
                    yield number, Reason(Code.WRONG_COLUMNS, message.format(count=len(row), expected=width))
                else:
                    yield number, row
        except UnicodeDecodeError:
            name = encoding.removesuffix("-sig").upper()
            message = _("From this line on, the file is not valid {encoding}.")
            yield number + 1, Reason(Code.INVALID_ENCODING, message.format(encoding=name))


def _read_article(path: Path, number: int, row: list[str], layout: _Layout) -> Iterator[AnnotatedArticle | Refusal]:
    fields = {field: row[column].strip() or None for field, column in layout.columns.items()}
    reasons: list[Reason] = []
    try:
        yield build_article(
            row[layout.columns[TEXT]],
            title=fields.get("title"),
            published=parse_published(fields.get("published"), reasons),
            source=fields.get("source"),
            url=fields.get("url"),
            line=number,
        )
    except InvalidEdit as error:
        yield Refusal.at(path, number, error.reason)
    else:
        yield from (Refusal.at(path, number, reason) for reason in reasons)


def _decode_sample(beginning: bytes) -> tuple[str, str]:
    """Return the text, without a partial last character, and the encoding. Raises InvalidEdit."""
    if len(beginning) >= _MIN_CUT_BYTES:
        beginning = (_PARTIAL_UTF16 if b"\0" in beginning else _PARTIAL_UTF8).sub(b"", beginning)
    text = decode_text(beginning)
    has_utf16_bom = beginning.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    for encoding in ("utf-16",) if has_utf16_bom else _ENCODINGS:
        try:
            if beginning.decode(encoding).lstrip("\ufeff") == text:
                return text, encoding
        except UnicodeError:
            continue
    message = _("Unknown encoding: the file is not UTF-8, UTF-16 or Windows-1256.")
    raise InvalidEdit(Reason(Code.UNKNOWN_ENCODING, message))


def _detect_dialect(sample: str, is_complete: bool) -> tuple[_Dialect, int]:
    """Detect how rows are read, and how many lines before them declare it.

    The dialect with most known column names wins; then one with several cells, equally many in nine of ten rows.
    """
    if declaration := _SEP_LINE.match(sample):
        return _Dialect(declaration[1]), 1
    best_score, best = (0, False, 0.0, 0), _DIALECTS[-1]
    for dialect in _DIALECTS:
        rows = _read_sample_rows(dialect, sample, 0, is_complete)
        if not rows or isinstance(rows[0], Reason) or (len(rows[0]) == 1 and dialect.delimiter != _SINGLE_COLUMN):
            continue
        width = len(rows[0])
        same_width = sum(not isinstance(row, Reason) and len(row) == width for row in rows) / len(rows)
        is_regular = same_width >= _MIN_SAME_WIDTH
        score = (
            sum(find_field(cell) is not None for cell in rows[0]),
            width > 1 and is_regular,
            1.0 if is_regular else same_width,
            width,
        )
        if score > best_score:
            best_score, best = score, dialect
    return best, 0


def _read_sample_rows(dialect: _Dialect, sample: str, skipped: int, is_complete: bool) -> list[list[str] | Reason]:
    """Return the sample's rows, without one that is cut off."""
    lines = io.StringIO(sample, newline="")
    for _line in range(skipped):
        lines.readline()
    rows = [row for _number, row in islice(dialect.read_rows(lines), _SAMPLE_ROWS + 1)]
    return rows[:-1] if len(rows) > _SAMPLE_ROWS or (not is_complete and len(rows) > 2) else rows


def _detect_layout(rows: list[list[str] | Reason], column_names: Mapping[str, str]) -> _Layout:
    """Detect the columns of the fields, given `column_names`. Raises InvalidEdit."""
    valid_rows = [row for row in rows if not isinstance(row, Reason)]
    if not valid_rows:
        raise InvalidEdit(Reason(Code.WRONG_FORMAT, _("The file contains no table rows.")))
    header, width = valid_rows[0], len(valid_rows[0])
    _check_articles(valid_rows)
    columns = {field: _find_column(header, name) for field, name in column_names.items()}
    for field in COLUMNS:
        matches = [
            index for index in range(width) if find_field(header[index]) == field and index not in columns.values()
        ]
        if field in columns or not matches:
            continue
        if field == TEXT and len(matches) > 1:
            raise InvalidEdit(describe_ambiguous(header[matches[0]].strip(), header[matches[1]].strip()))
        columns[field] = matches[0]
    if TEXT in columns:
        return _Layout(columns, width, has_header=True)
    body = [row for row in valid_rows[bool(columns) :] if len(row) == width]
    text_column = _find_longest(body, [index for index in range(width) if index not in columns.values()])
    return _Layout({TEXT: text_column, **columns}, width, bool(columns) or _is_header(header, text_column, body[1:]))


def _check_articles(rows: list[list[str]]) -> None:
    """Raise InvalidEdit if the rows are tokens with their tags: each would become an article."""
    header, *body = rows
    for index, name in enumerate(header):
        cells = [row[index] for row in body if len(row) == len(header)]
        tag_count = sum(map(is_tag, cells))
        if tag_count >= _MIN_TAG_SHARE * max(len(cells), 1) and OUTSIDE in cells and {*cells} != {OUTSIDE}:
            message = _(
                "Each row has a token, with its tag in “{name}”, and no article. For CoNLL, write token, tab and tag "
                "on a line, with an empty line after each sentence."
            )
            raise InvalidEdit(Reason(Code.WRONG_FORMAT, message.format(name=shorten(name.strip()))))


def _find_column(header: list[str], name: str) -> int:
    """Return the number of the named column. Raises InvalidEdit."""
    matches = [index for index, cell in enumerate(header) if cell.strip() == name.strip()]
    matches = matches or [index for index, cell in enumerate(header) if _normalise_name(cell) == _normalise_name(name)]
    if len(matches) == 1:
        return matches[0]
    if matches:
        raise InvalidEdit(Reason(Code.AMBIGUOUS_COLUMN, _("More than one column is named “{name}”.").format(name=name)))
    raise InvalidEdit(describe_missing(name))


def describe_ambiguous(first: str, second: str) -> Reason:
    """Return the reason that two columns or keys may have the text."""
    message = _("Columns “{first}” and “{second}” could both contain the text. Specify which one does.")
    return Reason(Code.AMBIGUOUS_COLUMN, message.format(first=first, second=second))


def describe_missing(name: str) -> Reason:
    """Return the reason that there is no column or key of a name."""
    return Reason(Code.COLUMN_NOT_FOUND, _("No column is named “{name}”.").format(name=name))


def _find_longest(rows: list[list[str]], columns: list[int]) -> int:
    """Return the column much longer than the others. Raises InvalidEdit."""
    if len(columns) == 1:
        return columns[0]
    lengths = (
        sorted(((median(len(row[column]) for row in rows), column) for column in columns), reverse=True) if rows else []
    )
    if not lengths or lengths[0][0] < _MIN_LENGTH_RATIO * lengths[1][0]:
        message = _("No column name shows which column contains the text. Specify the column.")
        raise InvalidEdit(Reason(Code.COLUMN_NOT_FOUND, message))
    return lengths[0][1]


def _is_header(header: list[str], text_column: int, body: list[list[str]]) -> bool:
    """Return whether a row without known names has short ones above a longer text."""
    if len(header) < 2 or not body or len({cell.strip() for cell in header}) < len(header):
        return False
    has_short_names = all(0 < len(cell.strip()) <= _MAX_NAME_LENGTH for cell in header)
    return has_short_names and len(header[text_column]) * _MIN_LENGTH_RATIO < median(
        len(row[text_column]) for row in body
    )


def _normalise_name(cell: str) -> str:
    """Return a column's name in a form for comparison."""
    return " ".join(re.sub(r"[\W_]+", " ", fold(cell)).split())


_FIELDS: Final = {_normalise_name(name): field for field, names in COLUMNS.items() for name in names}


def find_field(name: str) -> str | None:
    """Return the field of an article that a column or key of this name has; None if none is known."""
    return _FIELDS.get(_normalise_name(name)) if len(name) <= _MAX_NAME_LENGTH else None


FORMAT: Final = Format(
    name="csv",
    title="CSV",
    suffixes=_SUFFIXES,
    sniff=sniff,
    read=read,
)
