"""Join lines that were broken to fit a page, as in a PDF, so that a sentence is not cut in two."""

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Final

_FULL: Final = 0.7  # of the usual width: a shorter line was ended on purpose
_MIN_WIDTH: Final = 20  # code points; of narrower lines nothing can be told
_ENDED: Final = re.compile(r"[.!?؟:؛…][\s\"'”’»)\]]*\Z")
_BULLET: Final = re.compile(r"\s*(?:[•▪◦*–—-]|[0-9٠-٩]{1,2}[.)-])\s")


def join_lines(text: str) -> str:
    """Return the text with a space in place of each break inside a paragraph; it is as long as before."""
    breaks = set(find_broken_lines(text))
    return "".join(" " if index in breaks else char for index, char in enumerate(text)) if breaks else text


def find_broken_lines(text: str) -> Iterator[int]:
    """Yield the offset of each newline that breaks a sentence.

    The line before it is about as wide as the widest ones and ends no sentence, and the next one goes on.
    """
    lines = text.split("\n")
    usual_width = _usual_width(lines)
    offset = -1
    for line, following in pairwise(lines):
        offset += len(line) + 1
        is_full = len(line.strip()) >= max(_MIN_WIDTH, _FULL * usual_width)
        if is_full and following.strip() and not _ENDED.search(line) and not _BULLET.match(following):
            yield offset


def _usual_width(lines: list[str]) -> int:
    """Return the width that a tenth of the lines exceed, in code points."""
    widths = sorted(len(line.strip()) for line in lines if line.strip())
    return widths[int(len(widths) * 0.9)] if widths else 0
