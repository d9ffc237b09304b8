"""Web pages, and such that a browser saved whole (MHTML): one article a file, found by trafilatura.

Nothing is loaded: what a page links to is not looked at, its scripts are not run and its entities not expanded. The
article is the main text, a paragraph a line, with the headline before it. Title, source and address are what the page
says of itself; the time of publication is what its metadata or the lines below its headline say, and never a guess.
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

from annotator.formats.documents.plain_text import decoded
from annotator.i18n import _, ngettext
from annotator.model import zones as zoning
from annotator.model.article_builder import draft
from annotator.model.operations import Rejected
from annotator.model.records import Draft, Refusal
from annotator.text.folding import fold

NAME: Final = "html"
SUFFIXES: Final = (".html", ".htm", ".xhtml", ".mhtml", ".mht")
LARGEST: Final = 10_000_000
"""Bytes of the largest page that is read, without what it shows besides text."""

MOST: Final = 20_000
"""Elements of a page that is read. An article has a few thousand, and finding the text takes longer with every one."""

ATTRIBUTES: Final = 1000
"""Attributes of an element, which has some twenty."""

_BOMS: Final = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_PROLOGUE: Final = rb"\s*+(?:<\?xml[^>]*+>\s*+|<!--.*?-->\s*+)*+"
_PAGE: Final = regex.compile(_PROLOGUE + rb"<(?:!doctype\s+html|html)\b", regex.I | regex.S)
_XML: Final = regex.compile(rb"\s*+<\?xml", regex.I)
_ELEMENT: Final = regex.compile(rb"<(?:head|body|meta|title|article|main|div|p|h1|table|br)\b", regex.I)
_SAVED: Final = regex.compile(rb"(?:[\w-]++:[^\n]*+\r?+\n(?:[ \t][^\n]*+\n)*+)*?mime-version:", regex.I)
_RELATED: Final = regex.compile(rb"^content-type:\s*+(?:multipart/related|text/html)", regex.I | regex.M)
_CHARSET: Final = regex.compile(
    rb"<(?:meta|\?xml)\b[^>]{0,300}?(?:charset|encoding)\s*+=\s*+[\"']?\s*+([\w.:-]++)", regex.I
)
_HEAD: Final = 1 << 14  # bytes within which a page names its encoding, and a saved one says that it is one
_NEAR: Final = 3  # lines from the headline within which a dateline stands
_LONG: Final = 150  # code points above which a line is no dateline
_UNNAMED: Final = {"iso-8859-1": "cp1252", "latin-1": "cp1252", "us-ascii": "cp1252"}  # as browsers take them (WHATWG)

_NOT_SHOWN: Final = frozenset(("script", "style", "head"))


def recognises(name: str, beginning: bytes) -> bool:
    """Whether a file of this name that begins with these bytes is a web page."""
    data = beginning
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            data = data.removeprefix(mark).decode(encoding, "ignore").encode()
    if _PAGE.match(data) or (_SAVED.match(data) and _RELATED.search(data)):
        return True
    return name.endswith(SUFFIXES) and not _XML.match(data) and _ELEMENT.search(data) is not None


def read(path: Path, annotator: str) -> Iterator[Draft | Refusal]:
    """The article in the page at `path`, or why it is none. A page has no spans, so `annotator` has none either.

    Raises OSError.
    """
    with path.open("rb") as file:
        data = file.read(10 * LARGEST + 1)
    try:
        yield _article(data)
    except Rejected as rejected:
        yield Refusal(str(path), 0, str(rejected))


def _article(data: bytes) -> Draft:
    """The article of a page. Raises Rejected."""
    url = None
    if _SAVED.match(data, endpos=_HEAD):
        data, url = _unpacked(data)
    if len(data) > LARGEST:
        raise Rejected(_("The file is larger than {size} MB.").format(size=LARGEST // 1_000_000))
    page = _text(data)
    found = _extracted(page)
    title = " ".join((found.title or "").split()) or None
    text = found.text
    if title and not _begins(text, title):
        text = f"{title}\n{text}"
    source = found.sitename or found.hostname or None
    return draft(text, title=title, published=found.date or _stated(page, title), source=source, url=found.url or url)


def _unpacked(data: bytes) -> tuple[bytes, str | None]:
    """The page in a file that a browser saved whole, and its address. Raises Rejected."""
    try:
        # Not the newer policy: what it does with headers takes longer than it should, or does not end.
        message = email.message_from_bytes(data, EmailMessage, policy=email.policy.compat32)
        for part in message.walk():
            if part.get_content_type() in ("text/html", "application/xhtml+xml"):
                content = part.get_payload(decode=True)
                address = part.get("Content-Location") or message.get("Snapshot-Content-Location")
                if isinstance(content, bytes):
                    charset = part.get_content_charset()
                    known = f'<meta charset="{charset}">'.encode() if charset else b""
                    return known + content, str(address).strip() if address else None
    except (ValueError, LookupError, AttributeError, TypeError, RecursionError) as error:  # what no rule covers
        raise Rejected(_("The saved page is damaged: {error}").format(error=error)) from error
    raise Rejected(_("The file holds no web page."))


def _text(data: bytes) -> str:
    """A page as text: by its byte order mark, as UTF-8 if it is that, by the encoding that it names, or that it shows.

    Raises Rejected.
    """
    if data.startswith(tuple(mark for mark, _encoding in _BOMS)):
        return decoded(data)
    named = _CHARSET.search(data[:_HEAD])
    for encoding in ("utf-8", named[1].decode().lower() if named else ""):
        try:
            return data.decode(_UNNAMED.get(encoding, encoding))
        except (UnicodeError, LookupError):  # not that one, or one that nobody knows
            continue
    return _guessed(data)


def _guessed(data: bytes) -> str:
    """A page that is not in the encoding that it names, if it names one. Raises Rejected."""
    from charset_normalizer import from_bytes

    # Only what is read can tell, and every byte is a character in Latin-1.
    words = "\n".join(_lines(data.decode("latin-1"))).encode("latin-1", "ignore")
    try:
        text = decoded(words)
        return next(data.decode(encoding) for encoding in ("cp1256", "iso8859-6") if words.decode(encoding) == text)
    except (UnicodeError, Rejected, StopIteration):  # it is not Arabic
        best = from_bytes(words).best()
    try:
        return data.decode(best.encoding if best else "ascii")
    except UnicodeError as error:
        raise Rejected(_("The encoding of the page was not recognised.")) from error


def _extracted(page: str) -> Any:
    """What trafilatura finds in a page: text, title, date, sitename, hostname and url. Raises Rejected."""
    from trafilatura import bare_extraction, load_html

    for name in ("trafilatura", "htmldate", "courlan"):
        # They would tell on the terminal, from the middle of an import, what the sentences here say.
        logging.getLogger(name).setLevel(logging.CRITICAL)
    try:
        _count(page)
        tree = load_html(page)
        dates = {"extensive_search": False, "original_date": True, "max_date": "9999-12-31"}
        found: Any = tree is not None and bare_extraction(
            tree, with_metadata=True, include_comments=False, date_extraction_params=dates
        )
    except Rejected:
        raise
    except Exception as error:  # of a page that is damaged or hostile; what is raised is nowhere listed
        raise Rejected(_("The page does not read: {error}").format(error=error or type(error).__name__)) from error
    if not found or not found.text.strip():
        raise Rejected(_("No main text was found in the page."))
    return found


def _count(page: str) -> None:
    """Raise Rejected for a page with too much in it to make a tree of: that would take longer with every attribute."""
    from lxml.etree import HTMLParser

    parser = HTMLParser(target=_Counter(), encoding="utf-8")
    parser.feed(page.encode("utf-8", "replace"))
    parser.close()


class _Counter:
    """What a parser that makes no tree sends the elements of a page to."""

    def __init__(self) -> None:
        self._elements = 0

    def start(self, _name: str, attributes: Mapping[str, str]) -> None:
        self._elements += 1
        if self._elements > MOST:
            raise Rejected(_("The page has more than {count} elements.").format(count=MOST))
        if len(attributes) > ATTRIBUTES:
            reason = ngettext(
                "An element of the page has more than {count} attribute.",
                "An element of the page has more than {count} attributes.",
                ATTRIBUTES,
            )
            raise Rejected(reason.format(count=ATTRIBUTES))

    def end(self, _name: str) -> None:
        """An element ends."""

    def close(self) -> None:
        """The page ends."""


def _begins(text: str, title: str) -> bool:
    """Whether one of the first lines of `text` is the title."""
    wanted = _words(title)
    return any(_words(line) == wanted for line in text.split("\n", _NEAR)[:_NEAR])


def _words(line: str) -> str:
    return " ".join(regex.findall(r"[^\W_]+", fold(line)))


def _stated(page: str, title: str | None) -> str | None:
    """The time of publication that a line close to the headline states."""
    lines = list(_lines(page)) if title else []
    wanted = _words(title or "")
    heads = [at for at, line in enumerate(lines) if _words(line) == wanted]
    near = (line for at in heads for line in lines[at + 1 : at + 1 + _NEAR] if len(line) <= _LONG)
    return next(filter(None, map(zoning.published, near)), None)


def _lines(page: str) -> Iterator[str]:
    """What a page shows, each stretch between two tags that is more than space."""
    from lxml.etree import iterwalk
    from trafilatura import load_html

    tree = load_html(page)
    if tree is None:
        return
    hidden = 0  # how many of what a page does not show it is within
    # Not by XPath: for thousands of elements side by side, it takes the square of the time.
    for event, element in iterwalk(tree, events=("start", "end", "comment", "pi")):
        outer = element.tag in _NOT_SHOWN
        if event == "start":
            hidden += outer
            text = element.text
        else:
            hidden -= outer
            text = element.tail
        if text and not hidden and (line := text.strip()):
            yield line
