"""Plain text: one article a file, in UTF-8, UTF-16 or Windows-1256.

A byte order mark decides. Without one, valid UTF-8 is UTF-8, since no real text in another encoding is. Else
Windows-1256 is tried, then ISO 8859-6, or UTF-16 if there are NUL bytes; the first with plausible Arabic is used. In
Windows-1256 every byte is a character, so only plausibility excludes unsupported encodings. On 119 articles, whole and
cut to 25 letters, this is right each time.
"""

import codecs
from pathlib import Path, PurePath
from typing import Final

import regex

from annotator.formats.format import Format
from annotator.formats.reading import article_reader, check_size, is_mostly_utf8, read_limited
from annotator.i18n import N_, _
from annotator.model.article_builder import build_article
from annotator.model.operations import InvalidEdit
from annotator.model.reasons import Code, Reason
from annotator.model.records import AnnotatedArticle

_SUFFIXES: Final = (".txt", ".text", "")
MAX_BYTES: Final = 10_000_000
"""Bytes of the largest file: a thousand times a long article."""

_BOMS: Final = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_ARABIC: Final = regex.compile(r"\p{Script=Arabic}")
_LETTERS: Final = regex.compile(r"\p{L}")
_NON_ASCII_WORD: Final = regex.compile(r"[!-~]*+[^\s!-~]\S*+")
_TAH_OR_ZAH: Final = regex.compile("[طظ]")
_NOT_ARABIC_LANGUAGE: Final = regex.compile(r"[\p{Script=Arabic}&&\p{L}--[ء-ي]]", regex.V1)
_CONTROL: Final = regex.compile(r"[\p{Cc}\p{Cn}\p{Co}--[\t\n\v\f\r]]", regex.V1)
_ACCENTED: Final = r"[\u00c0-\u00ff\u0152\u0153\u0192]"
_MIXED: Final = regex.compile(rf"\p{{Script=Arabic}}{_ACCENTED}|{_ACCENTED}\p{{Script=Arabic}}")


def sniff(name: str, _beginning: bytes) -> bool:
    """Return whether a file may be a text by its name; its content cannot tell."""
    return PurePath(name).suffix in _SUFFIXES


@article_reader
def read(path: Path) -> AnnotatedArticle:
    """See article_reader."""
    return build_article(decode_text(read_limited(path, MAX_BYTES)))


def decode_text(data: bytes, *, has_tags: bool = False) -> str:
    """Decode a file, without its byte order mark; with `has_tags`, its words of ASCII say nothing of its encoding.

    Raises InvalidEdit.
    """
    check_size(len(data), MAX_BYTES)
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            text = _decode_strictly(data.removeprefix(mark), encoding)
            if text is None:
                message = _("The file has the byte order mark of {encoding} but is not valid {encoding}.").format(
                    encoding=encoding.upper()
                )
                raise InvalidEdit(Reason(Code.INVALID_ENCODING, message))
            return text.lstrip("\ufeff")
    if b"\0" in data:
        candidates: tuple[str, ...] = ("utf-16-le", "utf-16-be")
        reason = Reason(Code.BINARY_FILE, _("The file is binary, not text."))
    else:
        text = _decode_strictly(data, "utf-8")
        if text is not None:
            return text
        candidates = ("cp1256", "iso8859-6")
        message = _("Unknown encoding: the file is not UTF-8, UTF-16 or Windows-1256.")
        reason = Reason(Code.UNKNOWN_ENCODING, message)
    for encoding in candidates:
        text = _decode_strictly(data, encoding)
        if text is not None and _is_plausible(" ".join(_NON_ASCII_WORD.findall(text)) if has_tags else text):
            return text
    if is_mostly_utf8(data):
        reason = _explain_invalid_utf8(data)
    raise InvalidEdit(reason)


def _explain_invalid_utf8(data: bytes) -> Reason:
    """Return the reason for refusing a text in which few bytes are not UTF-8, with the line of the first."""
    valid, _character, _rest = data.decode(errors="replace").partition("\N{REPLACEMENT CHARACTER}")
    message = _("Line {line} of the text is not valid UTF-8.").format(line=valid.count("\n") + 1)
    return Reason(Code.INVALID_ENCODING, message)


def _decode_strictly(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        return None


def _is_plausible(text: str) -> bool:
    """Return whether `text` reads as Arabic, not as something decoded wrongly.

    More than half of its letters are Arabic, and it has no control characters. Other encodings mix Arabic with accented
    Latin, or give mostly letters of Persian and Urdu. Damaged UTF-8 gives ط or ظ for every letter's first byte.
    """
    letters, arabic = len(_LETTERS.findall(text)), len(_ARABIC.findall(text))
    return (
        arabic * 2 > letters
        and not _CONTROL.search(text)
        and len(_MIXED.findall(text)) * 50 < arabic
        and len(_NOT_ARABIC_LANGUAGE.findall(text)) * 3 < arabic
        and len(_TAH_OR_ZAH.findall(text)) * 5 < arabic
    )


FORMAT: Final = Format(
    name="text",
    title=N_("Plain text"),
    suffixes=_SUFFIXES,
    sniff=sniff,
    read=read,
    is_fallback=True,
)
