"""The texts of articles as a corpus file stores them: encoded, compressed by zlib, with their length beside them.

Arabic news takes a third of its bytes in UTF-8 so, and most articles fit into a third of a page (see docs/adr/0031).
"""

import zlib
from typing import Final

from annotator.i18n import _

_ENCODINGS: Final = ("cp1256", "utf-8")
"""A stored text has the first of these that can express it, and begins with its index. Never change one, only append.

Nineteen in twenty articles of news have all their characters in Windows' Arabic code page, with one byte for each.
"""
_MAX_BYTES_A_CHARACTER: Final = 4  # of UTF-8
_MAX_SIZE: Final = 1 << 28  # bytes: fifty times the longest article, and what SQLite lets a row have
_LEVEL: Final = 4  # 6 takes a third longer, for a fiftieth less


class DamagedText(ValueError):
    """A stored text is not what was compressed; for the user."""


def compress_text(text: str) -> bytes:
    """Return a text as it is stored. Raises UnicodeEncodeError for one with halves of surrogate pairs."""
    try:
        index, encoded = 0, text.encode(_ENCODINGS[0])
    except UnicodeEncodeError:
        index, encoded = 1, text.encode(_ENCODINGS[1])
    return bytes([index]) + zlib.compress(encoded, _LEVEL)


def decompress_text(stored_text: bytes | str, length: int) -> str:
    """Return a stored text of `length` code points, as it is if it comes from an older file. Raises DamagedText.

    A file may contain anything: no more is decompressed than a text of this length can have.
    """
    if isinstance(stored_text, str):
        return stored_text
    decompressor = zlib.decompressobj()
    try:
        encoded = decompressor.decompress(stored_text[1:], _max_size(length))
        text = encoded.decode(_ENCODINGS[stored_text[0]])
    except (zlib.error, UnicodeDecodeError, IndexError) as error:
        raise DamagedText(_("its text cannot be decompressed")) from error
    if not decompressor.eof or decompressor.unused_data or len(text) != length:
        raise DamagedText(_("its text is not as long as it was"))
    return text


def decompress_beginning(stored_text: bytes | str, length: int) -> str:
    """Return at least the first `length` code points of a stored text, or all; a damaged one is empty."""
    if isinstance(stored_text, str):
        return stored_text
    try:
        beginning = zlib.decompressobj().decompress(stored_text[1:], _max_size(length))
        return beginning.decode(_ENCODINGS[stored_text[0]], errors="ignore")  # its last character may be cut
    except (zlib.error, IndexError):
        return ""


def _max_size(length: int) -> int:
    """Return one more byte than a text of `length` code points can have, so that its end is reached."""
    return min(max(0, length) * _MAX_BYTES_A_CHARACTER, _MAX_SIZE) + 1
