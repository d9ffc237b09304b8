"""Web pages, also saved whole by a browser (MHTML): one article a file, extracted by trafilatura.

Nothing is loaded: no links followed, scripts run or entities expanded. The article is the main text, a paragraph a
line, after the headline. The page states title, source and address; the time of publication is from its metadata or the
lines below its headline, never a guess.
"""

import codecs
import email
import email.policy
import logging
from collections.abc import Iterator, Mapping
from email.message import EmailMessage
from pathlib import Path
from typing import Any, Final

import regex

from annotator.formats.documents.plain_text import decode_text
from annotator.formats.format import Format
from annotator.formats.library_errors import explain_error
from annotator.formats.reading import article_reader, check_size
from annotator.i18n import _, ngettext
from annotator.model import zones as zoning
from annotator.model.article_builder import build_article
from annotator.model.operations import InvalidEdit
from annotator.model.reasons import Code, Reason
from annotator.model.records import AnnotatedArticle
from annotator.text.folding import fold

_SUFFIXES: Final = (".html", ".htm", ".xhtml", ".mhtml", ".mht")
MAX_BYTES: Final = 10_000_000
"""Bytes of the largest page, without its images and styles."""
_MAX_SAVED_BYTES: Final = 10 * MAX_BYTES + 1

MAX_ELEMENTS: Final = 20_000
"""Elements of the largest page. An article has a few thousand, and each slows extraction."""

MAX_ATTRIBUTES: Final = 1000
"""Attributes of an element at most; some twenty are usual."""

_BOMS: Final = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_PROLOGUE: Final = rb"\s*+(?:<\?xml[^>]*+>\s*+|<!--.*?-->\s*+)*+"
_HTML_START: Final = regex.compile(_PROLOGUE + rb"<(?:!doctype\s+html|html)\b", regex.I | regex.S)
_XML_START: Final = regex.compile(rb"\s*+<\?xml", regex.I)
_HTML_ELEMENT: Final = regex.compile(rb"<(?:head|body|meta|title|article|main|div|p|h1|table|br)\b", regex.I)
_MHTML_START: Final = regex.compile(rb"(?:[\w-]++:[^\n]*+\r?+\n(?:[ \t][^\n]*+\n)*+)*?mime-version:", regex.I)
_MHTML_CONTENT_TYPE: Final = regex.compile(rb"^content-type:\s*+(?:multipart/related|text/html)", regex.I | regex.M)
_CHARSET: Final = regex.compile(
    rb"<(?:meta|\?xml)\b[^>]{0,300}?(?:charset|encoding)\s*+=\s*+[\"']?\s*+([\w.:-]++)", regex.I
)
_CHARSET_RANGE: Final = 1 << 14  # bytes with a page's encoding, and MHTML's MIME version
_NEARBY_LINES: Final = 3  # lines after the headline that may be the dateline
_MAX_DATELINE_LENGTH: Final = 150  # code points
_ENCODING_ALIASES: Final = {
    "iso-8859-1": "cp1252",
    "latin-1": "cp1252",
    "us-ascii": "cp1252",
}  # as browsers take them (WHATWG)

_HIDDEN_ELEMENTS: Final = frozenset(("script", "style", "head"))


def sniff(name: str, beginning: bytes) -> bool:
    """Return whether a file is a web page."""
    data = beginning
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            data = data.removeprefix(mark).decode(encoding, "ignore").encode()
    if _HTML_START.match(data) or (_MHTML_START.match(data) and _MHTML_CONTENT_TYPE.search(data)):
        return True
    return name.endswith(_SUFFIXES) and not _XML_START.match(data) and _HTML_ELEMENT.search(data) is not None


@article_reader
def read(path: Path) -> AnnotatedArticle:
    """See article_reader."""
    with path.open("rb") as file:
        data = file.read(_MAX_SAVED_BYTES)
    url = None
    if _MHTML_START.match(data, endpos=_CHARSET_RANGE):
        data, url = _unpack_mhtml(data)
    check_size(len(data), MAX_BYTES)
    page = _decode(data)
    extracted = _extract(page)
    title = " ".join((extracted.title or "").split()) or None
    text = extracted.text
    if title and not _starts_with_title(text, title):
        text = f"{title}\n{text}"
    source = extracted.sitename or extracted.hostname or None
    return build_article(
        text,
        title=title,
        published=extracted.date or _find_publication_time(page, title),
        source=source,
        url=extracted.url or url,
    )


def _unpack_mhtml(data: bytes) -> tuple[bytes, str | None]:
    """Return the page of an MHTML file, and its address. Raises InvalidEdit."""
    try:
        # Not the newer policy: its parsing of headers is slow, or does not end.
        message = email.message_from_bytes(data, EmailMessage, policy=email.policy.compat32)
        for part in message.walk():
            if part.get_content_type() in ("text/html", "application/xhtml+xml"):
                content = part.get_payload(decode=True)
                address = part.get("Content-Location") or message.get("Snapshot-Content-Location")
                if isinstance(content, bytes):
                    charset = part.get_content_charset()
                    declaration = f'<meta charset="{charset}">'.encode() if charset else b""
                    return declaration + content, str(address).strip() if address else None
    except (ValueError, LookupError, AttributeError, TypeError, RecursionError) as error:
        text = _("The saved page is damaged: {error}").format(error=explain_error(error))
        raise InvalidEdit(Reason(Code.DAMAGED_FILE, text)) from error
    raise InvalidEdit(Reason(Code.WRONG_FORMAT, _("The file contains no web page.")))


def _decode(data: bytes) -> str:
    """Decode a page by its byte order mark, as UTF-8, by its declared encoding, or by a guess.

    Raises InvalidEdit.
    """
    if data.startswith(tuple(mark for mark, _encoding in _BOMS)):
        return decode_text(data)
    declared = _CHARSET.search(data[:_CHARSET_RANGE])
    for encoding in ("utf-8", declared[1].decode().lower() if declared else ""):
        try:
            return data.decode(_ENCODING_ALIASES.get(encoding, encoding))
        except (UnicodeError, LookupError):  # LookupError: an unknown encoding
            continue
    return _guess_encoding(data)


def _guess_encoding(data: bytes) -> str:
    """Decode a page without a correct declaration. Raises InvalidEdit."""
    from charset_normalizer import from_bytes

    # Judge by the visible text alone; to find it, any byte decodes as Latin-1.
    words = "\n".join(_visible_lines(data.decode("latin-1"))).encode("latin-1", "ignore")
    try:
        text = decode_text(words)
        return next(data.decode(encoding) for encoding in ("cp1256", "iso8859-6") if words.decode(encoding) == text)
    except (UnicodeError, InvalidEdit, StopIteration):  # not Arabic
        best = from_bytes(words).best()
    try:
        return data.decode(best.encoding if best else "ascii")
    except UnicodeError as error:
        raise InvalidEdit(Reason(Code.UNKNOWN_ENCODING, _("The page has an unknown encoding."))) from error


def _extract(page: str) -> Any:
    """Return trafilatura's text, title, date, sitename, hostname and url. Raises InvalidEdit."""
    from trafilatura import bare_extraction, load_html

    for name in ("trafilatura", "htmldate", "courlan"):
        # They would log to the terminal what the messages here say.
        logging.getLogger(name).setLevel(logging.CRITICAL)
    try:
        _check_size(page)
        tree = load_html(page)
        dates = {"extensive_search": False, "original_date": True, "max_date": "9999-12-31"}
        extracted: Any = tree is not None and bare_extraction(
            tree, with_metadata=True, include_comments=False, date_extraction_params=dates
        )
    except InvalidEdit:
        raise
    except Exception as error:  # damaged and hostile pages raise undocumented exceptions
        message = _("The page cannot be parsed: {error}").format(error=explain_error(error))
        raise InvalidEdit(Reason(Code.DAMAGED_FILE, message)) from error
    if not extracted or not extracted.text.strip():
        raise InvalidEdit(Reason(Code.NO_TEXT, _("No main text found in the page.")))
    return extracted


def _check_size(page: str) -> None:
    """Raise InvalidEdit for too many elements or attributes, as each slows building a tree."""
    from lxml.etree import HTMLParser

    parser = HTMLParser(target=_ElementCounter(), encoding="utf-8")
    parser.feed(page.encode("utf-8", "replace"))
    parser.close()


class _ElementCounter:
    """A parser target that only counts elements and attributes."""

    def __init__(self) -> None:
        self._elements = 0

    def start(self, _name: str, attributes: Mapping[str, str]) -> None:
        self._elements += 1
        if self._elements > MAX_ELEMENTS:
            message = _("The page has more than {count} elements.").format(count=MAX_ELEMENTS)
            raise InvalidEdit(Reason(Code.TOO_COMPLEX, message))
        if len(attributes) > MAX_ATTRIBUTES:
            message = ngettext(
                "An element of the page has more than {count} attribute.",
                "An element of the page has more than {count} attributes.",
                MAX_ATTRIBUTES,
            )
            raise InvalidEdit(Reason(Code.TOO_COMPLEX, message.format(count=MAX_ATTRIBUTES)))

    def end(self, _name: str) -> None:
        """Ignore the end of an element."""

    def close(self) -> None:
        """Ignore the end of the page."""


def _starts_with_title(text: str, title: str) -> bool:
    """Return whether one of the first lines is the title."""
    normalised_title = _normalise(title)
    return any(_normalise(line) == normalised_title for line in text.split("\n", _NEARBY_LINES)[:_NEARBY_LINES])


def _normalise(line: str) -> str:
    return " ".join(regex.findall(r"[^\W_]+", fold(line)))


def _find_publication_time(page: str, title: str | None) -> str | None:
    """Return the time of publication in a line below the headline."""
    lines = list(_visible_lines(page)) if title else []
    normalised_title = _normalise(title or "")
    headlines = [index for index, line in enumerate(lines) if _normalise(line) == normalised_title]
    nearby_lines = (
        line
        for index in headlines
        for line in lines[index + 1 : index + 1 + _NEARBY_LINES]
        if len(line) <= _MAX_DATELINE_LENGTH
    )
    return next(filter(None, map(zoning.parse_dateline, nearby_lines)), None)


def _visible_lines(page: str) -> Iterator[str]:
    """Yield the visible text of a page: each non-blank run between tags."""
    from lxml.etree import iterwalk
    from trafilatura import load_html

    tree = load_html(page)
    if tree is None:
        return
    hidden = 0  # hidden elements around the current one
    # XPath would take quadratic time for thousands of sibling elements.
    for event, element in iterwalk(tree, events=("start", "end", "comment", "pi")):
        is_hidden = element.tag in _HIDDEN_ELEMENTS
        if event == "start":
            hidden += is_hidden
            text = element.text
        else:
            hidden -= is_hidden
            text = element.tail
        if text and not hidden and (line := text.strip()):
            yield line


FORMAT: Final = Format(
    name="html",
    title="HTML",
    suffixes=_SUFFIXES,
    sniff=sniff,
    declares_encoding=True,
    read=read,
)
