"""Tables of articles (CSV and TSV): one article a row, its text and what belongs to it in columns.

Rows are read as RFC 4180 has them, with any line ends, quoted newlines, and commas, semicolons or tabs between,
whichever makes a table of the file. Columns are known by their names in English, French or Arabic, or by what the
caller says. Where none has a known name, the text is the one column, or the one that is much longer than the rest.
A row that is not like the others is refused, for it is a text with a comma or a quotation mark that nothing protects.
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

from annotator.formats.documents.plain_text import decoded
from annotator.i18n import _
from annotator.model import zones as zoning
from annotator.model.article_builder import draft
from annotator.model.operations import Rejected
from annotator.model.records import Draft, Refusal
from annotator.text.folding import fold

NAME: Final = "csv"
SUFFIXES: Final = (".csv", ".tsv")
LARGEST: Final = 10_000_000
"""Characters of the longest cell that is read."""
LONGEST: Final = 20_000_000
"""Characters of the longest row that is read."""

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
"""What of an article a column can hold, and the names that such a column has."""

_SAMPLE: Final = 1 << 18  # bytes that tell the encoding and the columns
_PIECE: Final = 1 << 16  # bytes from where it may be cut off
_PARTIAL: Final = re.compile(rb"[\xc0-\xff][\x80-\xbf]{0,2}\Z")
_PARTIAL_WIDE: Final = re.compile(rb"(?:[\xd8-\xdb].|.[\xd8-\xdb])\Z", re.DOTALL)  # the pieces are even
_ROWS: Final = 200  # rows that tell them, at most
_ENCODINGS: Final = ("utf-8-sig", "utf-16-le", "utf-16-be", "cp1256", "iso8859-6")
_ISO: Final = re.compile(r"\d{4}(-\d\d(-\d\d([T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?)?)?)?")
_SAID: Final = re.compile(r"sep=([,;\t|])\r?\n", re.IGNORECASE)  # how Excel is told
_ALIKE: Final = 0.9  # of the rows, to be a table
_TIMES: Final = 3  # how much longer a column without a name must be than others, to be the text
_NAME_LENGTH: Final = 40  # code points of the longest name of a column


class _Lines:
    """The lines of a file, no longer than there is `room` for: a row may have many, and a line no end. Raises Rejected
    for the first that is."""

    def __init__(self, lines: TextIO) -> None:
        self.room = LONGEST
        self._lines = lines

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        line = self._lines.readline(self.room + 1)
        self.room -= len(line)
        if self.room < 0:
            raise Rejected(_("it is longer than {size} million characters").format(size=LONGEST // 1_000_000))
        if not line:
            raise StopIteration
        return line


class _Shape(Struct, frozen=True):
    """How the rows of a file are read: what stands between cells, and whether quotation marks protect them."""

    delimiter: str
    quoted: bool = True

    def rows(self, lines: TextIO) -> Iterator[tuple[int, list[str] | str]]:
        """Each row that is not empty, with its first line; what is wrong with it in the place of one that is.

        Ends at a row too long to be one, for where the next begins cannot be told then.
        """
        # The limit is one for the whole program, and nothing else in it reads CSV.
        csv.field_size_limit(LARGEST)
        quoting: Literal[0, 3] = csv.QUOTE_MINIMAL if self.quoted else csv.QUOTE_NONE
        bounded = _Lines(lines)
        reader = csv.reader(bounded, delimiter=self.delimiter, quoting=quoting, strict=True)
        while True:
            number = reader.line_num + 1
            bounded.room = LONGEST
            try:
                row = next(reader)
            except StopIteration:
                return
            except Rejected as rejected:
                yield number, str(rejected)
                return
            except csv.Error as error:
                yield number, str(error)
                if "limit" in str(error):
                    return
            else:
                if any(cell.strip() for cell in row):
                    yield number, row


_ALONE: Final = "\x1f"  # between the cells of one column
_SHAPES: Final = (*map(_Shape, f",;\t|{_ALONE}"), _Shape("\t", quoted=False), _Shape(_ALONE, quoted=False))
"""Those that are tried. Tables with tabs, and lists, are written without quotation marks that protect, too."""


class _Layout(Struct, frozen=True):
    """Which column is what, by their numbers; how many there are, and whether the first row has their names."""

    places: Mapping[str, int]
    width: int
    named: bool


def recognises(name: str, beginning: bytes) -> bool:
    """Whether a file of this name that begins with these bytes is a table of articles.

    A .csv is one if it is text and no JSON or markup; a .tsv may be of annotated tokens, and must name its text.
    """
    if not name.endswith(SUFFIXES):
        return False
    try:
        sample = _sample(beginning)[0]
    except Rejected:
        return False
    if name.endswith(".tsv"):
        header = sample.split("\n", 1)[0].rstrip("\r").split("\t")
        return any(_field(cell.strip('"')) == TEXT for cell in header)
    return bool(sample.strip()) and not sample.lstrip().startswith(("{", "[{", "<", "#FORMAT=", "-DOCSTART-"))


def read(path: Path, annotator: str, columns: Mapping[str, str] | None = None) -> Iterator[Draft | Refusal]:
    """The articles in the table at `path`, and what of it was not taken. `annotator` has no spans in it.

    `columns` says which column holds what, by its name in the file: keys are those of COLUMNS, and what is not among
    them is recognised. Raises OSError, and KeyError for another key.
    """
    wanted = dict(columns or {})
    for field in wanted:
        COLUMNS[field]
    with path.open("rb") as file:
        beginning = file.read(_SAMPLE)
        whole = len(beginning) < _SAMPLE
        try:
            sample, encoding = _sample(beginning)
            shape, skipped = _shape(sample, whole)
            layout = _layout(_first_rows(shape, sample, skipped, whole), wanted)
        except Rejected as rejected:
            yield Refusal(str(path), 0, str(rejected))
            return
        file.seek(0)
        yield from _articles(path, file, encoding, shape, layout, skipped)


def names(path: Path) -> list[str]:
    """The cells of the first row of the table at `path`: the names of its columns, if it has any. Raises OSError."""
    with path.open("rb") as file:
        beginning = file.read(_SAMPLE)
    try:
        sample = _sample(beginning)[0]
    except Rejected:  # it is no table that can be read, and reading it says so
        return []
    shape, skipped = _shape(sample, len(beginning) < _SAMPLE)
    rows = _first_rows(shape, sample, skipped, len(beginning) < _SAMPLE)
    return next((row for row in rows if not isinstance(row, str)), [])


def _articles(
    path: Path, file: IO[bytes], encoding: str, shape: _Shape, layout: _Layout, skipped: int
) -> Iterator[Draft | Refusal]:
    with io.TextIOWrapper(file, encoding, newline="") as lines:
        for _line in range(skipped):
            lines.readline()
        number = skipped
        named = layout.named
        try:
            for number, row in shape.rows(lines):
                number += skipped
                if isinstance(row, str):
                    reason = _("The row does not read as one of a table: {error}").format(error=row)
                    yield Refusal(str(path), number, reason)
                elif len(row) != layout.width:
                    reason = _("The row has {count} columns and not {expected}.")
                    yield Refusal(str(path), number, reason.format(count=len(row), expected=layout.width))
                elif named:
                    named = False
                else:
                    yield from _article(path, number, row, layout)
        except UnicodeDecodeError:
            name = encoding.removesuffix("-sig").upper()
            yield Refusal(str(path), number + 1, _("From here on the file is not in {encoding}.").format(encoding=name))


def _article(path: Path, number: int, row: list[str], layout: _Layout) -> Iterator[Draft | Refusal]:
    found = {field: row[place].strip() or None for field, place in layout.places.items()}
    given = found.get("published")
    published = given if not given or _ISO.fullmatch(given) else zoning.published(given)
    try:
        yield draft(
            row[layout.places[TEXT]],
            title=found.get("title"),
            published=published,
            source=found.get("source"),
            url=found.get("url"),
            line=number,
        )
    except Rejected as rejected:
        yield Refusal(str(path), number, str(rejected))
    else:
        if given and not published:
            yield Refusal(str(path), number, _("“{given}” is no time of publication.").format(given=given))


def _sample(beginning: bytes) -> tuple[str, str]:
    """What these bytes hold, and their encoding; of many, without a character that is cut off. Raises Rejected."""
    if len(beginning) >= _PIECE:
        beginning = (_PARTIAL_WIDE if b"\0" in beginning else _PARTIAL).sub(b"", beginning)
    text = decoded(beginning)
    marked = beginning.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    for encoding in ("utf-16",) if marked else _ENCODINGS:
        try:
            if beginning.decode(encoding).lstrip("\ufeff") == text:
                return text, encoding
        except UnicodeError:  # not that one
            continue
    raise Rejected(_("The encoding was not recognised: it is not UTF-8, UTF-16 or Windows-1256."))


def _shape(sample: str, whole: bool) -> tuple[_Shape, int]:
    """How the rows of a file that begins with `sample` are read, and how many lines before them say so.

    What names known columns is right, the more the better; then what gives several cells, as many in nine rows of ten.
    """
    if said := _SAID.match(sample):
        return _Shape(said[1]), 1
    best, found = (0, False, 0.0, 0), _SHAPES[-1]
    for shape in _SHAPES:
        rows = _first_rows(shape, sample, 0, whole)
        if not rows or isinstance(rows[0], str) or (len(rows[0]) == 1 and shape.delimiter != _ALONE):
            continue
        width = len(rows[0])
        alike = sum(not isinstance(row, str) and len(row) == width for row in rows) / len(rows)
        fits = alike >= _ALIKE
        score = sum(_field(cell) is not None for cell in rows[0]), width > 1 and fits, 1.0 if fits else alike, width
        if score > best:
            best, found = score, shape
    return found, 0


def _first_rows(shape: _Shape, sample: str, skipped: int, whole: bool) -> list[list[str] | str]:
    """The rows of the sample, without one that is cut off."""
    lines = io.StringIO(sample, newline="")
    for _line in range(skipped):
        lines.readline()
    rows = [row for _number, row in islice(shape.rows(lines), _ROWS + 1)]
    return rows[:-1] if len(rows) > _ROWS or (not whole and len(rows) > 2) else rows


def _layout(rows: list[list[str] | str], wanted: Mapping[str, str]) -> _Layout:
    """Which column is what, by these first rows and by what is wanted. Raises Rejected."""
    read = [row for row in rows if not isinstance(row, str)]
    if not read:
        raise Rejected(_("The file holds no row of a table."))
    header, width = read[0], len(read[0])
    places = {field: _place(header, name) for field, name in wanted.items()}
    for field in COLUMNS:
        named = [at for at in range(width) if _field(header[at]) == field and at not in places.values()]
        if field in places or not named:
            continue
        if field == TEXT and len(named) > 1:
            reason = _("The columns “{first}” and “{second}” may both hold the text. Say which one does.")
            raise Rejected(reason.format(first=header[named[0]].strip(), second=header[named[1]].strip()))
        places[field] = named[0]
    if TEXT in places:
        return _Layout(places, width, named=True)
    rest = [row for row in read[bool(places) :] if len(row) == width]
    place = _longest(rest, [at for at in range(width) if at not in places.values()])
    return _Layout({TEXT: place, **places}, width, bool(places) or _names(header, place, rest[1:]))


def _place(header: list[str], name: str) -> int:
    """The number of the column with this name. Raises Rejected."""
    found = [at for at, cell in enumerate(header) if cell.strip() == name.strip()]
    found = found or [at for at, cell in enumerate(header) if _key(cell) == _key(name)]
    if len(found) == 1:
        return found[0]
    reason = _("Several columns are called “{name}”.") if found else _("No column is called “{name}”.")
    raise Rejected(reason.format(name=name))


def _longest(rows: list[list[str]], places: list[int]) -> int:
    """The column among `places` that is much longer than the others. Raises Rejected."""
    if len(places) == 1:
        return places[0]
    lengths = sorted(((median(len(row[at]) for row in rows), at) for at in places), reverse=True) if rows else []
    if not lengths or lengths[0][0] < _TIMES * lengths[1][0]:
        raise Rejected(_("No column has a name that says that it holds the text. Say which one does."))
    return lengths[0][1]


def _names(header: list[str], place: int, rest: list[list[str]]) -> bool:
    """Whether a first row without a known name has names all the same: short ones, above a text that is longer."""
    if len(header) < 2 or not rest or len({cell.strip() for cell in header}) < len(header):
        return False
    short = all(0 < len(cell.strip()) <= _NAME_LENGTH for cell in header)
    return short and len(header[place]) * _TIMES < median(len(row[place]) for row in rest)


def _key(cell: str) -> str:
    """The name of a column as it is compared."""
    return " ".join(re.sub(r"[\W_]+", " ", fold(cell)).split())


_FIELDS: Final = {_key(name): field for field, names in COLUMNS.items() for name in names}


def _field(cell: str) -> str | None:
    return _FIELDS.get(_key(cell))
