"""Word documents (.docx): one article a file, a paragraph a line.

An Office Open XML package (ECMA-376) is a ZIP of XML parts, one of them with the text. It is read as a stream of tags,
so even a document crafted to be large costs little memory. Paragraphs, tables, text boxes and tracked insertions are
read; footnotes, comments, headers, footers and tracked deletions are skipped. A table row with one paragraph a cell is
a line, with tabs.
"""

import re
from itertools import chain
from pathlib import Path
from typing import IO, Final
from xml.etree.ElementTree import XMLParser
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile

from msgspec.structs import replace

from annotator.formats.format import Format
from annotator.formats.library_errors import explain_error
from annotator.formats.reading import article_reader, shorten
from annotator.i18n import _, ngettext
from annotator.model.article_builder import build_article
from annotator.model.operations import InvalidEdit
from annotator.model.reasons import Code, Reason
from annotator.model.records import AnnotatedArticle
from annotator.text.visible import trim_invisible

MAX_PART_BYTES: Final = 50_000_000
"""Bytes of the largest part, uncompressed."""

_ZIP: Final = b"PK\x03\x04"
_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # Word 97 to 2003, or a document with a password
_RTF: Final = b"{\\rtf"
_ENCRYPTED: Final = "EncryptedPackage".encode("utf-16-le")
_CHUNK: Final = 1 << 16
MAX_TABLE_DEPTH: Final = 50
"""Nested tables: the lines of the innermost are moved once for each level."""
MAX_DIRECTORY_BYTES: Final = 10_000_000
"""Bytes of the ZIP directory; a document has some hundred parts."""
_END_OF_DIRECTORY: Final = re.compile(
    rb"PK\x05\x06(?=.{8}(.{4}))", re.DOTALL
)  # with the size of the directory (APPNOTE 4.3.16)
_END_RANGE: Final = (1 << 16) + 22  # bytes at the end of the file with it
_CREATED: Final = re.compile(r"(\d{4}-\d\d-\d\d)(T\d\d:\d\d)?")

_SKIPPED: Final = frozenset({"pPr", "rPr", "tblPr", "trPr", "tcPr", "del", "moveFrom", "Fallback", "rt"})
"""Elements without the article's text: properties, deletions, fallbacks for older programs, and ruby."""
_MARKS: Final = {"tab": "\t", "ptab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "\u2011", "softHyphen": "\u00ad"}


def sniff(name: str, beginning: bytes) -> bool:
    """Return whether a file is a Word document, even of older formats."""
    if beginning.startswith(_ZIP):
        return b"word/" in beginning or (name.endswith(".docx") and b"[Content_Types].xml" in beginning)
    return name.endswith((".doc", ".docx", ".rtf")) and beginning.startswith((_OLE, _RTF))


@article_reader
def read(path: Path) -> AnnotatedArticle:
    """See article_reader."""
    with path.open("rb") as file:
        beginning = file.read(_CHUNK)
        if beginning.startswith((_OLE, _RTF)):
            if _ENCRYPTED in beginning + file.read(MAX_PART_BYTES):
                message = _("The document is password-protected. Save it without a password.")
                raise InvalidEdit(Reason(Code.PASSWORD_PROTECTED, message))
            message = _("The document is in an older format. Open it in Word and save it as .docx.")
            raise InvalidEdit(Reason(Code.UNSUPPORTED_VERSION, message))
        try:
            if _directory_size(file) > MAX_DIRECTORY_BYTES:
                raise InvalidEdit(Reason(Code.TOO_COMPLEX, _("The document has too many parts.")))
            with ZipFile(file) as package:
                text = _TextHandler()
                _parse_part(package, _find_main_part(package), text)
                properties = _PropertiesHandler()
                if "docProps/core.xml" in package.namelist():
                    _parse_part(package, "docProps/core.xml", properties)
        except (InvalidEdit, OSError):
            raise
        except Exception as error:  # zipfile and expat do not document what damaged files raise
            message = _("The document is damaged: {error}").format(error=explain_error(error))
            raise InvalidEdit(Reason(Code.DAMAGED_FILE, message)) from error
    article = build_article("\n".join(text.lines), title=properties.get("title"))
    created = _CREATED.match(properties.get("created") or "")
    # The time of writing is the best guess if the article does not state when it was published.
    if created and not article.article.published:
        return replace(article, article=replace(article.article, published=created[0]))
    return article


def _directory_size(file: IO[bytes]) -> int:
    """Return the bytes of the ZIP directory, which zipfile reads at once; 0 without one."""
    file.seek(max(0, file.seek(0, 2) - _END_RANGE))
    tail = file.read()
    file.seek(0)
    return max((int.from_bytes(match[1], "little") for match in _END_OF_DIRECTORY.finditer(tail)), default=0)


def _find_main_part(package: ZipFile) -> str:
    """Return the text part's name, which some programs number. Raises like _parse_part."""
    handler = _RelationsHandler()
    _parse_part(package, "_rels/.rels", handler)
    return handler.main_part.lstrip("/")


def _parse_part(package: ZipFile, name: str, target: "_ElementHandler") -> None:
    """Send a part's elements to `target`. Raises InvalidEdit, and whatever damaged parts raise."""
    if name not in package.NameToInfo:
        message = _("The document is damaged: it has no part “{name}”.").format(name=shorten(name))
        raise InvalidEdit(Reason(Code.DAMAGED_FILE, message))
    info = package.getinfo(name)
    if info.compress_type not in (ZIP_STORED, ZIP_DEFLATED):  # those of ECMA-376; others may need any memory
        raise BadZipFile(name)
    if info.file_size > MAX_PART_BYTES:  # zipfile unpacks no more than this states
        message = _("The document is larger than {size} MB.").format(size=MAX_PART_BYTES // 1_000_000)
        raise InvalidEdit(Reason(Code.FILE_TOO_LARGE, message))
    parser = XMLParser(target=target)
    with package.open(name) as part:
        while chunk := part.read(_CHUNK):
            parser.feed(chunk)
    parser.close()


class _ElementHandler:
    """A parser target that removes namespaces from the names of elements."""

    def doctype(self, name: str, public: str, system: str) -> None:
        # Word never writes one, and it could declare entities that explode.
        message = _("The document contains a DOCTYPE declaration, which Word never writes.")
        raise InvalidEdit(Reason(Code.DOCTYPE, message))

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self.start_element(tag.rpartition("}")[2], attributes)

    def end(self, tag: str) -> None:
        self.end_element(tag.rpartition("}")[2])

    def data(self, text: str) -> None:
        """Handle some of the characters between two tags."""

    def start_element(self, name: str, attributes: dict[str, str]) -> None:
        """Handle the start of an element."""

    def end_element(self, name: str) -> None:
        """Handle the end of an element."""

    def close(self) -> None:
        """Handle the end of the part."""


class _RelationsHandler(_ElementHandler):
    """Finds a package's main part."""

    main_part = "word/document.xml"

    def start_element(self, name: str, attributes: dict[str, str]) -> None:
        if name == "Relationship" and attributes.get("Type", "").endswith("/officeDocument"):
            self.main_part = attributes.get("Target", self.main_part)


class _PropertiesHandler(_ElementHandler):
    """Collects a document's properties by name."""

    def __init__(self) -> None:
        self._texts: dict[str, list[str]] = {}
        self._name = ""

    def get(self, name: str) -> str | None:
        """Return this property, or None if it is missing or blank."""
        return "".join(self._texts.get(name, ())).strip() or None

    def start_element(self, name: str, attributes: dict[str, str]) -> None:
        self._name = name

    def data(self, text: str) -> None:
        self._texts.setdefault(self._name, []).append(text)

    def end_element(self, name: str) -> None:
        self._name = ""


class _TextHandler(_ElementHandler):
    """Collects a document's lines."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self._skipped_depth = 0
        self._is_in_text = False
        self._paragraphs: list[list[str]] = []  # open ones, as a text box nests a paragraph in another
        self._rows: list[list[list[str]]] = []  # open rows: their cells, and the lines of each

    def start_element(self, name: str, attributes: dict[str, str]) -> None:
        if self._skipped_depth or name in _SKIPPED:
            self._skipped_depth += 1
        elif name == "p":
            self._paragraphs.append([])
        elif name == "tr":
            self._rows.append([])
            if len(self._rows) > MAX_TABLE_DEPTH:
                message = ngettext(
                    "The document has tables nested more than {count} level deep.",
                    "The document has tables nested more than {count} levels deep.",
                    MAX_TABLE_DEPTH,
                )
                raise InvalidEdit(Reason(Code.TOO_COMPLEX, message.format(count=MAX_TABLE_DEPTH)))
        elif name == "tc" and self._rows:
            self._rows[-1].append([])
        elif name in _MARKS and self._paragraphs:
            self._paragraphs[-1].append(_MARKS[name])
        self._is_in_text = name == "t" and not self._skipped_depth

    def data(self, text: str) -> None:
        if self._is_in_text and self._paragraphs:
            self._paragraphs[-1].append(text)

    def end_element(self, name: str) -> None:
        self._is_in_text = False
        if self._skipped_depth:
            self._skipped_depth -= 1
        elif name == "p" and self._paragraphs:
            self._add_line("".join(self._paragraphs.pop()))
        elif name == "tr" and self._rows:
            cells = [[line for line in cell if _is_visible(line)] for cell in self._rows.pop()]
            is_single_line = all(len(cell) < 2 and "\n" not in "".join(cell) for cell in cells)
            for line in ["\t".join(map("".join, cells))] if is_single_line else chain(*cells):
                self._add_line(line)

    def _add_line(self, line: str) -> None:
        if self._rows and self._rows[-1]:
            self._rows[-1][-1].append(line)
        else:
            self.lines.append(line)


def _is_visible(line: str) -> bool:
    start, end = trim_invisible(line, 0, len(line))
    return start < end


FORMAT: Final = Format(
    name="docx",
    title="Word",
    suffixes=(".docx",),
    sniff=sniff,
    read=read,
    is_binary=True,
)
