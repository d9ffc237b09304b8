"""PDF: the text of one article a file, a line of a page a line, as pypdf reads it.

A PDF says which glyphs stand where and not what the text is. pypdf turns the Arabic in it, run by run: in a line that
was drawn as a whole, from left to right, that leaves the runs in the wrong order, and numbers of Arabic digits
backwards. Both can be told from the same page as it was drawn, and are put right. A line of Arabic alone whose words
were drawn one by one from left to right comes with the last of them first: where they stand on the page tells. Where
letters come out in presentation forms or in visual order all the same, `core.visual` tells and puts them right; here
they stay.
"""

import logging
import re
import time
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from annotator.i18n import _
from annotator.model.article_builder import draft
from annotator.model.operations import Rejected
from annotator.model.records import Draft, Refusal
from annotator.text.visible import visible
from annotator.text.visual_order import turned

if TYPE_CHECKING:
    from pypdf import PdfReader

NAME: Final = "pdf"
SUFFIXES: Final = (".pdf",)
LARGEST: Final = 100_000_000
"""Bytes of the largest file that is read."""
MOST: Final = 500
"""Pages that are read of a file at most; an article has a few, a newspaper a hundred."""
LONGEST: Final = 60
"""Seconds that the pages of a file may take."""

_HEAD: Final = 1024  # bytes within which a reader looks for the header (ISO 32000-1, H.3, note 13)


_RIGHT: Final = r"[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff]"
_NEUTRAL: Final = r"[\x00-\x2f:-@\u0660-\u066d\u06f0-\u06f9\u2000-\u206f\u20a0-\u21ff]"  # to pypdf
_RUN: Final = re.compile(rf"(?!{_NEUTRAL}){_RIGHT}(?:{_RIGHT}|{_NEUTRAL})*")
_RUN_ON: Final = re.compile(rf"\A{_NEUTRAL}*{_RUN.pattern}|{_RUN.pattern}")  # where the line before ended in one
_ARABIC: Final = re.compile(rf"(?!{_NEUTRAL}){_RIGHT}")
_OTHER: Final = re.compile(rf"[٠-٩۰-۹]{{2}}|(?!{_RIGHT})[^\W_]")
_NUMBER: Final = re.compile(r"[٠-٩۰-۹]+(?:[/.,:٫٬-][٠-٩۰-۹]+)*")


class _Piece(NamedTuple):
    """Text that was drawn at once, and where it begins: how far to the right, and how high; None where it is turned."""

    text: str
    place: tuple[float, float] | None


class _TooLong(Exception):
    """The time for the pages of a file is over."""


def recognises(name: str, beginning: bytes) -> bool:
    """Whether a file that begins with these bytes is a PDF, whatever its name."""
    return b"%PDF-" in beginning[:_HEAD]


def read(path: Path, annotator: str) -> Iterator[Draft | Refusal]:
    """The article in the file at `path`, or why it is none. A page has no spans, so `annotator` has none either.

    Raises OSError.
    """
    with path.open("rb") as file:
        try:
            size = file.seek(0, 2)
            if size > LARGEST:
                raise Rejected(_("The file is larger than {size} MB.").format(size=LARGEST // 1_000_000))
            text, title = _content(file)
            yield draft(text, title=title)
        except Rejected as rejected:
            yield Refusal(str(path), 0, str(rejected))


def _content(file: Any) -> tuple[str, str | None]:
    """The text and the title of the PDF in `file`. Raises Rejected and OSError."""
    from pypdf import PdfReader
    from pypdf.errors import DependencyError

    # What pypdf puts right by itself it would tell on the terminal, from the middle of an import.
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    try:
        reader = PdfReader(file)
        if reader.is_encrypted and not reader.decrypt(""):
            raise Rejected(_("The PDF is protected by a password."))
        if len(reader.pages) > MOST:
            raise Rejected(_("The PDF has more than {count} pages.").format(count=MOST))
        text = "\n".join(_pages(reader))
        title = reader.metadata.title if reader.metadata else None
    except (Rejected, OSError):
        raise
    except DependencyError as error:
        raise Rejected(_("The PDF is encrypted in a way that cannot be read here.")) from error
    except _TooLong as error:
        raise Rejected(_("The PDF takes longer than {count} seconds to read.").format(count=LONGEST)) from error
    except Exception as error:  # pypdf says of few files in its own words what is wrong with them
        raise Rejected(_("The PDF is damaged: {error}").format(error=error or type(error).__name__)) from error
    if visible(text, 0, len(text)) == (0, 0):
        raise Rejected(_("The PDF holds no text: its pages are pictures, as a scanner makes them."))
    return text, title.strip() or None if isinstance(title, str) else None


def _pages(reader: "PdfReader") -> Iterator[str]:
    """The text of each page that has some. Raises _TooLong, and whatever pypdf raises."""
    until = time.monotonic() + LONGEST

    def check(*_operation: object) -> None:
        if time.monotonic() > until:
            raise _TooLong

    for page in reader.pages:
        check()
        pieces: list[_Piece] = []

        def take(text: str, page: list[float], line: list[float], *_font: object, pieces: Any = pieces) -> None:
            pieces.append(_Piece(text, _place(page, line)))

        page.extract_text(visitor_operand_before=check, visitor_text=take)
        text = "\n".join(map(_from_the_right, _lines(pieces))).strip("\n")
        if any(map(_mixed, text.split("\n"))):
            check()
            text = _as_drawn(text, page.extract_text(extraction_mode="layout"))
        if text:
            yield text


def _place(page: Sequence[float], line: Sequence[float]) -> tuple[float, float] | None:
    """Where text begins by the matrices of its page and its line (ISO 32000-1, 9.4.4)."""
    if page[1] or page[2] or line[1] or line[2] or page[0] * line[0] <= 0:
        return None
    return line[4] * page[0] + page[4], line[5] * page[3] + page[5]


def _lines(pieces: Iterable[_Piece]) -> Iterator[list[_Piece]]:
    line: list[_Piece] = []
    for text, place in pieces:
        before, *after = text.split("\n")
        line.append(_Piece(before, place))
        for begun in after:
            yield line
            line = [_Piece(begun, place)]
    yield line


def _from_the_right(line: Sequence[_Piece]) -> str:
    """The text of a line. One of Arabic alone is read from the right: where each of its pieces stands further to the
    right than the one before, they are taken from the last to the first."""
    text = "".join(piece.text for piece in line)
    shown = [piece.place for piece in line if piece.text.strip()]
    if len(shown) < 2 or not _ARABIC.search(text) or _OTHER.search(text):
        return text
    for before, after in pairwise(shown):
        if before is None or after is None or before[0] >= after[0] or before[1] != after[1]:
            return text
    return "".join(piece.text for piece in reversed(line))


def _as_drawn(text: str, drawn: str) -> str:
    """The `text` of a page with its lines and numbers put right by the page as it was `drawn`, from left to right."""
    lines = {_run_by_run(line, run): " ".join(line.split()) for line in drawn.split("\n") for run in (_RUN, _RUN_ON)}
    numbers = set(_NUMBER.findall(drawn))

    def number(found: re.Match[str]) -> str:
        backwards = found[0][::-1]
        return backwards if found[0] not in numbers and backwards in numbers else found[0]

    def line(given: str) -> str:
        visual = lines.get("".join(given.split())) if _mixed(given) else None
        return turned(visual) if visual else _NUMBER.sub(number, given)

    return "\n".join(map(line, text.split("\n")))


def _mixed(line: str) -> bool:
    """Whether a line has Arabic and something that runs from left to right in it."""
    return _ARABIC.search(line) is not None and _OTHER.search(line) is not None


def _run_by_run(line: str, run: re.Pattern[str]) -> str:
    """A line in visual order as pypdf turns it: each run of Arabic backwards where it is. Without spaces."""
    return run.sub(lambda found: found[0][::-1], "".join(line.split()))
