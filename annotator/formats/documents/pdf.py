"""PDF: one article a file, a line of a page a line, as pypdf reads it.

A PDF stores positions of glyphs, not text. pypdf reverses its Arabic run by run: in a line drawn as a whole from left
to right, this leaves the runs in the wrong order, and numbers of Arabic digits reversed. Both are detected from the
page as drawn, and corrected. A line of only Arabic with its words drawn one by one from left to right comes last word
first. Letters in presentation forms or visual order stay so here: `text.visual_order` corrects them.
"""

import logging
import re
import time
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from annotator.formats.format import Format
from annotator.formats.library_errors import explain_error
from annotator.formats.reading import article_reader, check_size
from annotator.i18n import _
from annotator.model.article_builder import build_article
from annotator.model.operations import InvalidEdit
from annotator.model.reasons import Code, Reason
from annotator.model.records import AnnotatedArticle
from annotator.text.visible import trim_invisible
from annotator.text.visual_order import restore_line_order

if TYPE_CHECKING:
    from pypdf import PdfReader

MAX_BYTES: Final = 100_000_000
"""Bytes of the largest file."""
MAX_PAGES: Final = 500
"""Pages of the longest file; an article has a few, a newspaper a hundred."""
MAX_SECONDS: Final = 60
"""Seconds for reading the pages of a file."""

_HEADER_RANGE: Final = 1024  # bytes that may contain the header (ISO 32000-1, H.3, note 13)


_RTL: Final = r"[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff]"
_NEUTRAL: Final = r"[\x00-\x2f:-@\u0660-\u066d\u06f0-\u06f9\u2000-\u206f\u20a0-\u21ff]"  # to pypdf
_RUN: Final = re.compile(rf"(?!{_NEUTRAL}){_RTL}(?:{_RTL}|{_NEUTRAL})*")
_RUN_ON: Final = re.compile(rf"\A{_NEUTRAL}*{_RUN.pattern}|{_RUN.pattern}")  # if the previous line ended in a run
_ARABIC: Final = re.compile(rf"(?!{_NEUTRAL}){_RTL}")
_LTR: Final = re.compile(rf"[٠-٩۰-۹]{{2}}|(?!{_RTL})[^\W_]")
_NUMBER: Final = re.compile(r"[٠-٩۰-۹]+(?:[/.,:٫٬-][٠-٩۰-۹]+)*")


class _TextPiece(NamedTuple):
    """Text drawn at once, and where it starts (x, y); None if rotated."""

    text: str
    position: tuple[float, float] | None


class _Timeout(Exception):
    """Reading the pages took too long."""


def sniff(name: str, beginning: bytes) -> bool:
    """Return whether a file is a PDF, whatever its name."""
    return b"%PDF-" in beginning[:_HEADER_RANGE]


@article_reader
def read(path: Path) -> AnnotatedArticle:
    """See article_reader."""
    with path.open("rb") as file:
        check_size(file.seek(0, 2), MAX_BYTES)
        text, title = _extract(file)
    return build_article(text, title=title)


def _extract(file: Any) -> tuple[str, str | None]:
    """Return the text and title of a PDF. Raises InvalidEdit and OSError."""
    from pypdf import PdfReader
    from pypdf.errors import DependencyError

    # pypdf would log its repairs to the terminal during an import.
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    try:
        reader = PdfReader(file)
        if reader.is_encrypted and not reader.decrypt(""):
            raise InvalidEdit(Reason(Code.PASSWORD_PROTECTED, _("The PDF is password-protected.")))
        if len(reader.pages) > MAX_PAGES:
            message = _("The PDF has more than {count} pages.").format(count=MAX_PAGES)
            raise InvalidEdit(Reason(Code.TOO_COMPLEX, message))
        text = "\n".join(_extract_pages(reader))
        title = reader.metadata.title if reader.metadata else None
    except (InvalidEdit, OSError):
        raise
    except DependencyError as error:
        message = _("The PDF uses an unsupported encryption method.")
        raise InvalidEdit(Reason(Code.UNSUPPORTED_ENCRYPTION, message)) from error
    except _Timeout as error:
        message = _("The PDF takes longer than {count} seconds to read.").format(count=MAX_SECONDS)
        raise InvalidEdit(Reason(Code.TOO_SLOW, message)) from error
    except Exception as error:  # pypdf raises its own exceptions for only few damaged files
        message = _("The PDF is damaged: {error}").format(error=explain_error(error))
        raise InvalidEdit(Reason(Code.DAMAGED_FILE, message)) from error
    if trim_invisible(text, 0, len(text)) == (0, 0):
        raise InvalidEdit(Reason(Code.NO_TEXT, _("The PDF contains no text: its pages are images, probably scanned.")))
    return text, title.strip() or None if isinstance(title, str) else None


def _extract_pages(reader: "PdfReader") -> Iterator[str]:
    """Yield each non-empty page's text. Raises _Timeout and pypdf's exceptions."""
    deadline = time.monotonic() + MAX_SECONDS

    def check(*_operation: object) -> None:
        if time.monotonic() > deadline:
            raise _Timeout

    for page in reader.pages:
        check()
        pieces: list[_TextPiece] = []

        def collect(text: str, page: list[float], line: list[float], *_font: object, pieces: Any = pieces) -> None:
            pieces.append(_TextPiece(text, _position(page, line)))

        page.extract_text(visitor_operand_before=check, visitor_text=collect)
        text = "\n".join(map(_order_pieces, _group_lines(pieces))).strip("\n")
        if any(map(_is_mixed, text.split("\n"))):
            check()
            text = _correct_by_layout(text, page.extract_text(extraction_mode="layout"))
        if text:
            yield text


def _position(page: Sequence[float], line: Sequence[float]) -> tuple[float, float] | None:
    """Return where a text starts, by the matrices of page and line (ISO 32000-1, 9.4.4)."""
    if page[1] or page[2] or line[1] or line[2] or page[0] * line[0] <= 0:
        return None
    return line[4] * page[0] + page[4], line[5] * page[3] + page[5]


def _group_lines(pieces: Iterable[_TextPiece]) -> Iterator[list[_TextPiece]]:
    line: list[_TextPiece] = []
    for text, position in pieces:
        line_end, *next_lines = text.split("\n")
        line.append(_TextPiece(line_end, position))
        for line_start in next_lines:
            yield line
            line = [_TextPiece(line_start, position)]
    yield line


def _order_pieces(line: Sequence[_TextPiece]) -> str:
    """Join the pieces of a line, in reverse if it is of only Arabic drawn from left to right."""
    text = "".join(piece.text for piece in line)
    positions = [piece.position for piece in line if piece.text.strip()]
    if len(positions) < 2 or not _ARABIC.search(text) or _LTR.search(text):
        return text
    for previous, position in pairwise(positions):
        if previous is None or position is None or previous[0] >= position[0] or previous[1] != position[1]:
            return text
    return "".join(piece.text for piece in reversed(line))


def _correct_by_layout(text: str, drawn: str) -> str:
    """Correct the lines and numbers of a page's text by the page as `drawn`."""
    lines = {_reverse_runs(line, run): " ".join(line.split()) for line in drawn.split("\n") for run in (_RUN, _RUN_ON)}
    numbers = set(_NUMBER.findall(drawn))

    def correct_number(match: re.Match[str]) -> str:
        backwards = match[0][::-1]
        return backwards if match[0] not in numbers and backwards in numbers else match[0]

    def correct_line(line: str) -> str:
        visual = lines.get("".join(line.split())) if _is_mixed(line) else None
        return restore_line_order(visual) if visual else _NUMBER.sub(correct_number, line)

    return "\n".join(map(correct_line, text.split("\n")))


def _is_mixed(line: str) -> bool:
    """Return whether a line has both Arabic and left-to-right text."""
    return _ARABIC.search(line) is not None and _LTR.search(line) is not None


def _reverse_runs(line: str, run: re.Pattern[str]) -> str:
    """Return a visual line as pypdf turns it: runs of Arabic reversed in place, without spaces."""
    return run.sub(lambda match: match[0][::-1], "".join(line.split()))


FORMAT: Final = Format(
    name="pdf",
    title="PDF",
    suffixes=(".pdf",),
    sniff=sniff,
    read=read,
    is_binary=True,
)
