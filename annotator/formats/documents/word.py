"""Word documents (.docx): the text of one article a file, a paragraph a line.

An Office Open XML package (ECMA-376) is a ZIP of XML parts, and the text is in one of them. It is read as a stream of
tags and never kept as a tree, so that neither a large document nor one that was made to be large costs much memory.
Taken are paragraphs, tables, text boxes and what was inserted with changes tracked; not taken are footnotes, comments,
headers and footers, and what was deleted. A row of a table whose cells hold a paragraph each is a line, with tabs.
"""

import re
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import IO, Final
from xml.etree.ElementTree import XMLParser
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile

from msgspec.structs import replace

from annotator.i18n import _, ngettext
from annotator.model.article_builder import draft
from annotator.model.operations import Rejected
from annotator.model.records import Draft, Refusal
from annotator.text.visible import visible

NAME: Final = "docx"
SUFFIXES: Final = (".docx",)
LARGEST: Final = 50_000_000
"""Bytes of the largest part that is read, unpacked."""

_ZIP: Final = b"PK\x03\x04"
_OLD: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # an OLE file: Word 97 to 2003, or a document with a password
_RTF: Final = b"{\\rtf"
_ENCRYPTED: Final = "EncryptedPackage".encode("utf-16-le")
_CHUNK: Final = 1 << 16
TABLES: Final = 50
"""Tables within one another: the lines of the innermost are moved as often as it is deep."""
DIRECTORY: Final = 10_000_000
"""Bytes of the list of its parts, of which a document has some hundred."""
_END: Final = re.compile(rb"PK\x05\x06(?=.{8}(.{4}))", re.DOTALL)  # of a ZIP, and the size of the list (APPNOTE 4.3.16)
_TAIL: Final = (1 << 16) + 22  # bytes in which it is
_CREATED: Final = re.compile(r"(\d{4}-\d\d-\d\d)(T\d\d:\d\d)?")

_SKIPPED: Final = frozenset({"pPr", "rPr", "tblPr", "trPr", "tcPr", "del", "moveFrom", "Fallback", "rt"})
"""Elements with no text of the article: properties, deletions, what older programs show instead, and ruby."""
_MARKS: Final = {"tab": "\t", "ptab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "\u2011", "softHyphen": "\u00ad"}


def recognises(name: str, beginning: bytes) -> bool:
    """Whether a file of this name that begins with these bytes is a Word document, the older kinds included."""
    if beginning.startswith(_ZIP):
        return b"word/" in beginning or (name.endswith(".docx") and b"[Content_Types].xml" in beginning)
    return name.endswith((".doc", ".docx", ".rtf")) and beginning.startswith((_OLD, _RTF))


def read(path: Path, annotator: str) -> Iterator[Draft | Refusal]:
    """The article in the file at `path`, or why it is none. A document has no spans, so `annotator` has none either.

    Raises OSError.
    """
    try:
        yield _article(path)
    except Rejected as rejected:
        yield Refusal(str(path), 0, str(rejected))


def _article(path: Path) -> Draft:
    with path.open("rb") as file:
        beginning = file.read(_CHUNK)
        if beginning.startswith((_OLD, _RTF)):
            if _ENCRYPTED in beginning + file.read(LARGEST):
                raise Rejected(_("The document is protected by a password. Save it without one."))
            raise Rejected(_("This is a document of an older kind. Open it in Word and save it as .docx."))
        try:
            if _listed(file) > DIRECTORY:
                raise Rejected(_("The document has too many parts."))
            with ZipFile(file) as package:
                text = _Text()
                _parse(package, _main_part(package), text)
                properties = _Properties()
                if "docProps/core.xml" in package.namelist():
                    _parse(package, "docProps/core.xml", properties)
        except (Rejected, OSError):
            raise
        except Exception as error:  # what zipfile and expat raise for what is damaged is nowhere listed
            raise Rejected(_("The document is damaged: {error}").format(error=error or type(error).__name__)) from error
    found = draft("\n".join(text.lines), title=properties.of("title"))
    created = _CREATED.match(properties.of("created") or "")
    # When it was written is the best guess where the article itself does not say when it was published.
    if created and not found.article.published:
        return replace(found, article=replace(found.article, published=created[0]))
    return found


def _listed(file: IO[bytes]) -> int:
    """Bytes of the list of parts in the ZIP `file`, which are all read at once; 0 where there is none."""
    file.seek(max(0, file.seek(0, 2) - _TAIL))
    tail = file.read()
    file.seek(0)
    return max((int.from_bytes(found[1], "little") for found in _END.finditer(tail)), default=0)


def _main_part(package: ZipFile) -> str:
    """The name of the part with the text: some programs number it. Raises KeyError."""
    relations = _Relations()
    _parse(package, "_rels/.rels", relations)
    return relations.main.lstrip("/")


def _parse(package: ZipFile, name: str, target: "_Target") -> None:
    """Send what is in a part to `target`. Raises Rejected, and what a damaged package or part raises."""
    about = package.getinfo(name)
    if about.compress_type not in (ZIP_STORED, ZIP_DEFLATED):  # as ECMA-376 has them; others may ask for any memory
        raise BadZipFile(name)
    if about.file_size > LARGEST:  # no more than is said there is ever unpacked
        raise Rejected(_("The document is larger than {size} MB.").format(size=LARGEST // 1_000_000))
    parser = XMLParser(target=target)
    with package.open(name) as part:
        while chunk := part.read(_CHUNK):
            parser.feed(chunk)
    parser.close()


class _Target:
    """What a parser sends elements to, by their names without a namespace."""

    def doctype(self, name: str, public: str, system: str) -> None:
        # No document of Word has one; it is what entities are declared in, and what would make them explode.
        raise Rejected(_("The document declares a document type, as none of Word does."))

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self.begun(tag.rpartition("}")[2], attributes)

    def end(self, tag: str) -> None:
        self.ended(tag.rpartition("}")[2])

    def data(self, text: str) -> None:
        """Characters between two tags, maybe not all."""

    def begun(self, name: str, attributes: dict[str, str]) -> None:
        """An element begins."""

    def ended(self, name: str) -> None:
        """An element ends."""

    def close(self) -> None:
        """The part ends."""


class _Relations(_Target):
    """Finds the main part of a package."""

    main = "word/document.xml"

    def begun(self, name: str, attributes: dict[str, str]) -> None:
        if name == "Relationship" and attributes.get("Type", "").endswith("/officeDocument"):
            self.main = attributes.get("Target", self.main)


class _Properties(_Target):
    """The properties of a document, by name."""

    def __init__(self) -> None:
        self._found: dict[str, list[str]] = {}
        self._name = ""

    def of(self, name: str) -> str | None:
        """The property of this name; None where there is none or it shows nothing."""
        return "".join(self._found.get(name, ())).strip() or None

    def begun(self, name: str, attributes: dict[str, str]) -> None:
        self._name = name

    def data(self, text: str) -> None:
        self._found.setdefault(self._name, []).append(text)

    def ended(self, name: str) -> None:
        self._name = ""


class _Text(_Target):
    """The lines of a document."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self._skipped = 0
        self._taken = False
        self._paragraphs: list[list[str]] = []  # those that are open: one in a text box lies in another
        self._rows: list[list[list[str]]] = []  # those that are open, their cells, and the lines of these

    def begun(self, name: str, attributes: dict[str, str]) -> None:
        if self._skipped or name in _SKIPPED:
            self._skipped += 1
        elif name == "p":
            self._paragraphs.append([])
        elif name == "tr":
            self._rows.append([])
            if len(self._rows) > TABLES:
                reason = ngettext(
                    "The document has more than {count} table within one another.",
                    "The document has more than {count} tables within one another.",
                    TABLES,
                )
                raise Rejected(reason.format(count=TABLES))
        elif name == "tc" and self._rows:
            self._rows[-1].append([])
        elif name in _MARKS and self._paragraphs:
            self._paragraphs[-1].append(_MARKS[name])
        self._taken = name == "t" and not self._skipped

    def data(self, text: str) -> None:
        if self._taken and self._paragraphs:
            self._paragraphs[-1].append(text)

    def ended(self, name: str) -> None:
        self._taken = False
        if self._skipped:
            self._skipped -= 1
        elif name == "p" and self._paragraphs:
            self._add("".join(self._paragraphs.pop()))
        elif name == "tr" and self._rows:
            cells = [[line for line in cell if _shows(line)] for cell in self._rows.pop()]
            together = all(len(cell) < 2 and "\n" not in "".join(cell) for cell in cells)
            for line in ["\t".join(map("".join, cells))] if together else chain(*cells):
                self._add(line)

    def _add(self, line: str) -> None:
        if self._rows and self._rows[-1]:
            self._rows[-1][-1].append(line)
        else:
            self.lines.append(line)


def _shows(line: str) -> bool:
    start, end = visible(line, 0, len(line))
    return start < end
