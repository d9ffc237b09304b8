"""What libraries say of damaged files, in the language of the interface, with their own words as a detail.

English readers have the libraries' words alone, which are English.
"""

import re
import zlib
from typing import Final

import msgspec

from annotator.i18n import N_, _, current_language

_NEAR: Final = 20
"""Bytes before and after the place of an error that a message quotes."""

_TEXTS: Final = (
    # msgspec
    N_("Input data was truncated"),
    N_("Expected `{expected}`, got `{actual}`"),
    N_("Object missing required field `{name}`"),
    N_("invalid character"),
    N_("trailing characters"),
    N_("trailing comma in object"),
    N_("trailing comma in array"),
    N_("object keys must be strings"),
    N_("expected ',' or '}}'"),
    N_("expected ',' or ']'"),
    N_("expected ':'"),
    N_("expected '\"'"),
    N_("invalid escape character in string"),
    N_("invalid number"),
    # zipfile and csv
    N_("File is not a zip file"),
    N_("Bad CRC-32 for file {name}"),
    N_("There is no item named {name} in the archive"),
    N_("unexpected end of data"),
    N_("field larger than field limit ({count})"),
    # expat
    N_("mismatched tag: line {line}, column {column}"),
    N_("no element found: line {line}, column {column}"),
    N_("undefined entity: line {line}, column {column}"),
    N_("not well-formed (invalid token): line {line}, column {column}"),
    N_("junk after document element: line {line}, column {column}"),
    N_("unclosed token: line {line}, column {column}"),
    N_("syntax error: line {line}, column {column}"),
    N_("unknown encoding: {name}"),
    # pypdf
    N_("Cannot read an empty file"),
    N_("Stream has ended unexpectedly"),
    N_("EOF marker not found"),
    N_("startxref not found"),
    N_("Cannot find Root object in pdf"),
    # formats.datasets.docbin_reading
    N_("invalid lengths"),
    N_("the lengths do not match the tokens"),
    N_("an array has the wrong length"),
    N_("too many values"),
)
"""Frequent messages, with the parts that differ in braces."""

_PLACE: Final = re.compile(r"(?P<words>.*) - at `(?P<path>.*)`", re.DOTALL)  # msgspec's, of a wrong value
_MALFORMED: Final = re.compile(r"JSON is malformed: (?P<words>.*) \(byte (?P<byte>\d+)\)", re.DOTALL)  # msgspec's


def explain_error(error: Exception, data: bytes | None = None, line: int = 1) -> str:
    """Return what a library says of a file, after a translation if the message is a frequent one.

    `data` is the JSON that it decoded, which begins at this line of the file: an error of its syntax has a place.
    """
    words = str(error) or type(error).__name__
    explanation: str | None
    if isinstance(error, UnicodeDecodeError):
        explanation = _explain_bytes(error)
    elif data is not None and (match := _MALFORMED.fullmatch(words)):
        offset = int(match["byte"])
        explanation = _("JSON is malformed in line {line}, at “{text}”: {words}").format(
            line=line + data.count(b"\n", 0, offset),
            text=_quote(data[max(0, offset - _NEAR) : offset + _NEAR]),
            words=_translate(match["words"]) or match["words"],
        )
    elif isinstance(error, msgspec.ValidationError) and (match := _PLACE.fullmatch(words)):
        explanation = _translate(match["words"])  # the place is in the detail
    elif current_language() != "en" and isinstance(error, RecursionError):
        explanation = _("its parts are nested too deeply")
    elif current_language() != "en" and isinstance(error, zlib.error):
        explanation = _("its compressed data is damaged")
    else:
        explanation = _translate(words)
    if explanation and isinstance(error, UnicodeDecodeError):
        return explanation  # it says all that the codec's words do
    if current_language() == "en":
        return words if explanation is None or _PLACE.fullmatch(words) else explanation
    return f"{explanation} ({_isolate(words)})" if explanation else _isolate(words)


def _translate(words: str) -> str | None:
    """Return the translation of a message; None for one that is not among the frequent ones."""
    for template, pattern in _PATTERNS:
        if match := pattern.fullmatch(words):
            parts = {name: _isolate(part) for name, part in match.groupdict().items()}
            return _(template).format(**parts)
    return None


def _explain_bytes(error: UnicodeDecodeError) -> str:
    encoding = error.encoding.upper()
    text = _quote(error.object[max(0, error.start - _NEAR) : error.start])
    if not text:
        return _("Its first bytes are not valid {encoding}.").format(encoding=encoding)
    return _("The bytes after “{text}” are not valid {encoding}.").format(text=text, encoding=encoding)


def _quote(data: bytes) -> str:
    return " ".join(data.decode("utf-8", "ignore").split())


def _isolate(words: str) -> str:
    """Keep words that are written from left to right apart from an Arabic sentence around them."""
    return f"\u2066{words}\u2069" if current_language() == "ar" else words


def _compile(template: str) -> re.Pattern[str]:
    """Return a pattern of the messages of this template."""
    pieces = re.split(r"\{(\w+)\}", template)
    texts = [re.escape(piece.replace("{{", "{").replace("}}", "}")) for piece in pieces[::2]]
    names = [f"(?P<{name}>.*)" for name in pieces[1::2]]
    return re.compile("".join(text + name for text, name in zip(texts, [*names, ""], strict=True)), re.DOTALL)


_PATTERNS: Final = tuple((template, _compile(template)) for template in _TEXTS)
