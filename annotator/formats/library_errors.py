"""What libraries say of damaged files, in the language of the interface, with their own words as a detail.

English readers have the libraries' words alone, which are English. Of a value of the wrong kind, msgspec's are for
programmers, so nobody has them.
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

_KINDS: Final = {
    "int": N_("a whole number"),
    "float": N_("a number"),
    "str": N_("a text"),
    "bool": N_("true or false"),
    "object": N_("an object"),
    "array": N_("a list"),
    "null": N_("null"),
}
"""The kinds of values in JSON, by msgspec's names."""
_AT_PLACE: Final = r"(?: - at `\$\.?(?P<place>[^`]*)`)?"
_WRONG_KIND: Final = re.compile(r"Expected `(?P<expected>[^`]*)`, got `(?P<actual>[^`]*)`" + _AT_PLACE)
_MISSING_FIELD: Final = re.compile(r"Object missing required field `(?P<name>[^`]*)`" + _AT_PLACE)
_PLACE: Final = re.compile(r"(?P<words>.*) - at `(?P<path>.*)`", re.DOTALL)  # msgspec's, of a wrong value
_MALFORMED: Final = re.compile(r"JSON is malformed: (?P<words>.*) \(byte (?P<byte>\d+)\)", re.DOTALL)  # msgspec's


def explain_error(error: Exception, data: bytes | None = None, line: int = 1) -> str:
    """Return what a library says of a file, after a translation if the message is a frequent one.

    `data` is the JSON that it decoded, which begins at this line of the file: an error of its syntax has a place.
    """
    words = str(error) or type(error).__name__
    explanation: str | None
    if isinstance(error, UnicodeDecodeError):
        return _explain_bytes(error)  # which says all that the codec's words do
    if isinstance(error, msgspec.ValidationError) and (explanation := _explain_value(words)):
        return explanation
    if data is not None and (match := _MALFORMED.fullmatch(words)):
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


def _explain_value(words: str) -> str | None:
    """Return what is wrong with a value, and where it is; None for what msgspec says of few values."""
    if match := _MISSING_FIELD.fullmatch(words):
        explanation = _("“{name}” is missing").format(name=_isolate(match["name"]))
    elif (match := _WRONG_KIND.fullmatch(words)) and {
        *match["expected"].split(" | "),
        match["actual"],
    } <= _KINDS.keys():
        expected = [_(_KINDS[kind]) for kind in match["expected"].split(" | ") if kind != "null"]
        actual = _KINDS[match["actual"]]
        message = _("expected {expected}, found {actual}")
        explanation = message.format(expected=_(" or ").join(expected), actual=_(actual))
    else:
        return None
    if not match["place"]:
        return explanation
    return _("{explanation}, in “{place}”").format(explanation=explanation, place=_isolate(match["place"]))


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
