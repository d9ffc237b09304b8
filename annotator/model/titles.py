"""Choose a short title for an article."""

from collections.abc import Iterable
from typing import Final

from annotator.model.records import HEADLINE, Article, Zone
from annotator.text.visible import remove_invisible

_MAX_LENGTH: Final = 80  # code points of the text that serve as a title


def article_title(article: Article, zones: Iterable[Zone]) -> str:
    """Return the title of `article` in a list: its first headline, or its source's title, or its first line."""
    headlines = sorted((zone.start, zone.end) for zone in zones if zone.kind == HEADLINE)
    return display_title(article.text[slice(*headlines[0])] if headlines else None, article.title, article.text)


def display_title(headline: str | None, source_title: str | None, beginning: str) -> str:
    """Return the first of these that has something visible, without invisible marks and with single spaces.

    Of `beginning`, which is a text or its first lines, the first line is used, shortened if it is long.
    """
    if title := _to_one_line(headline or "") or _to_one_line(source_title or ""):
        return title
    line = next(filter(None, map(_to_one_line, beginning.split("\n"))), "")
    return line if len(line) <= _MAX_LENGTH else f"{line[:_MAX_LENGTH].rpartition(' ')[0] or line[:_MAX_LENGTH]}…"


def _to_one_line(text: str) -> str:
    return " ".join(remove_invisible(text).split())
