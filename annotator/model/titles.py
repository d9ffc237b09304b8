"""What an article is called where there is no room for more of it."""

from collections.abc import Iterable
from typing import Final

from annotator.model.records import HEADLINE, Article, Zone
from annotator.text.visible import written

_BEGINNING: Final = 80  # code points of a text's beginning that stand for a title


def title(article: Article, zones: Iterable[Zone]) -> str:
    """What to call `article` in a list: its first headline, else what its source called it, else how it begins."""
    found = sorted((zone.start, zone.end) for zone in zones if zone.kind == HEADLINE)
    return shown_title(article.text[slice(*found[0])] if found else None, article.title, article.text)


def shown_title(headline: str | None, named: str | None, beginning: str) -> str:
    """The first of these that shows something, without invisible marks and with single spaces.

    Of `beginning`, which is a text or its first lines, it is the first line, cut where it is long.
    """
    if given := _plain(headline or "") or _plain(named or ""):
        return given
    line = next(filter(None, map(_plain, beginning.split("\n"))), "")
    return line if len(line) <= _BEGINNING else f"{line[:_BEGINNING].rpartition(' ')[0] or line[:_BEGINNING]}…"


def _plain(text: str) -> str:
    return " ".join(written(text).split())
