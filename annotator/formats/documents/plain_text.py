"""Plain text: one article a file, in UTF-8, UTF-16 or Windows-1256.

The encoding is found by rule and not by guess. A byte order mark decides. Without one, bytes that are valid UTF-8
are UTF-8, since no real text in another encoding is. Else Windows-1256 is tried, then ISO 8859-6, or UTF-16 where
there are NUL bytes, and the first that gives plausible Arabic is taken: in Windows-1256 every byte is *something*, so
only plausibility can tell a text in it from one that nobody here reads. On 119 articles, whole and cut to 25 letters,
that is right each time.
"""

import codecs
from collections.abc import Iterator
from pathlib import Path, PurePath
from typing import Final

import regex

from annotator.i18n import _
from annotator.model.article_builder import draft
from annotator.model.operations import Rejected
from annotator.model.records import Draft, Refusal

NAME: Final = "text"
SUFFIXES: Final = (".txt", ".text", "")
LARGEST: Final = 10_000_000
"""Bytes of the largest file that is read: a thousand times a long article."""

_BOMS: Final = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_ARABIC: Final = regex.compile(r"\p{Script=Arabic}")
_LETTERS: Final = regex.compile(r"\p{L}")
_TAH: Final = regex.compile("[طظ]")
_RARE: Final = regex.compile(r"[\p{Script=Arabic}&&\p{L}--[ء-ي]]", regex.V1)
_ODD: Final = regex.compile(r"[\p{Cc}\p{Cn}\p{Co}--[\t\n\v\f\r]]", regex.V1)
_ACCENTED: Final = r"[\u00c0-\u00ff\u0152\u0153\u0192]"
_MIXED: Final = regex.compile(rf"\p{{Script=Arabic}}{_ACCENTED}|{_ACCENTED}\p{{Script=Arabic}}")


def recognises(name: str, _beginning: bytes) -> bool:
    """Whether a file of this name is taken for a text: nothing inside tells one."""
    return PurePath(name).suffix in SUFFIXES


def read(path: Path, annotator: str) -> Iterator[Draft | Refusal]:
    """The article in the file at `path`, or why it is none. A text has no spans, so `annotator` has none either.

    Raises OSError.
    """
    with path.open("rb") as file:
        data = file.read(LARGEST + 1)
    try:
        yield draft(decoded(data))
    except Rejected as rejected:
        yield Refusal(str(path), 0, str(rejected))


def decoded(data: bytes) -> str:
    """The text that the bytes of a file hold, without its byte order mark. Raises Rejected."""
    if len(data) > LARGEST:
        raise Rejected(_("The file is larger than {size} MB.").format(size=LARGEST // 1_000_000))
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            text = _strict(data.removeprefix(mark), encoding)
            if text is None:
                raise Rejected(
                    _("The file says that it is in {encoding}, and is not.").format(encoding=encoding.upper())
                )
            return text.lstrip("\ufeff")
    if b"\0" in data:
        candidates: tuple[str, ...] = ("utf-16-le", "utf-16-be")
        reason = _("The file is binary: it holds no text.")
    else:
        text = _strict(data, "utf-8")
        if text is not None:
            return text
        candidates = ("cp1256", "iso8859-6")
        reason = _("The encoding was not recognised: it is not UTF-8, UTF-16 or Windows-1256.")
    for encoding in candidates:
        text = _strict(data, encoding)
        if text is not None and _plausible(text):
            return text
    raise Rejected(reason)


def _strict(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:  # not in this encoding: that is the answer
        return None


def _plausible(text: str) -> bool:
    """Whether `text` reads as Arabic and not as something else decoded wrongly.

    Half of its letters at least are Arabic, and there are no control characters. Other encodings give words of Arabic
    and accented Latin letters mixed, or mostly the letters that Persian and Urdu added. UTF-8 that is
    damaged gives ط or ظ for every letter's first byte.
    """
    letters, arabic = len(_LETTERS.findall(text)), len(_ARABIC.findall(text))
    return (
        arabic * 2 > letters
        and not _ODD.search(text)
        and len(_MIXED.findall(text)) * 50 < arabic
        and len(_RARE.findall(text)) * 3 < arabic
        and len(_TAH.findall(text)) * 5 < arabic
    )
