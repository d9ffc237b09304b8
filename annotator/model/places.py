"""A place in an article as people and programs write it: `ID@START-END`."""

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from annotator.i18n import _

if TYPE_CHECKING:  # every start of the program loads this module
    from annotator.model.records import Article

_PLACE: Final = re.compile(r"(?P<article>.+)@(?P<start>[0-9]{1,18})-(?P<end>[0-9]{1,18})")


class Place(NamedTuple):
    """A range of an article in code points; `article` is its number, its uid, or the beginning of that."""

    article: str
    start: int
    end: int

    def __str__(self) -> str:
        return f"{self.article}@{self.start}-{self.end}"


def parse_place(text: str) -> Place | None:
    """Return the place in `ID@START-END`, None if the text is not of this form."""
    match = _PLACE.fullmatch(text)
    return Place(match["article"], int(match["start"]), int(match["end"])) if match else None


def describe_missing_range(article: "Article", place: Place) -> str:
    """Return the message that the article's text has no such range."""
    reason = _("Article {number} has no range {start}-{end}: its text has {length} characters.")
    return reason.format(number=article.id, start=place.start, end=place.end, length=len(article.text))
