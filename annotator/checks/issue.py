"""Issues: a check's doubt about a span, or about words without one, until it is fixed or dismissed.

Offsets are code points of the article's text, end exclusive.
"""

from typing import Final

from msgspec import Struct

from annotator.i18n import pgettext

DAMAGED: Final = "damaged"
OUTSIDE: Final = "outside"
EMPTY: Final = "empty"
PUNCTUATION: Final = "punctuation"
INSIDE_WORD: Final = "inside_word"
PROCLITIC: Final = "proclitic"
ACROSS_SENTENCES: Final = "across_sentences"
ACROSS_ZONES: Final = "across_zones"
BOILERPLATE: Final = "in_boilerplate"
HUGE: Final = "huge"
LABELLED_DIFFERENTLY: Final = "labelled_differently"
UNLABELLED_REPEAT: Final = "unlabelled_repeat"
INVISIBLE: Final = "invisible"
VALUE: Final = "value"
KINDS: Final = (
    *(OUTSIDE, EMPTY, PUNCTUATION, INSIDE_WORD, PROCLITIC, ACROSS_SENTENCES, ACROSS_ZONES, BOILERPLATE, HUGE),
    *(LABELLED_DIFFERENTLY, UNLABELLED_REPEAT, INVISIBLE, VALUE),
)
"""The kinds of issues with labels, in the order in which they are listed. DAMAGED is about the file."""


class Fix(Struct, frozen=True, gc=False):
    """The span that resolves an issue: it replaces the span in question; with the label None the span is removed."""

    label: str | None
    start: int
    end: int


class Issue(Struct, frozen=True, gc=False):
    """One issue: `kind` is one of KINDS, `message` a sentence in the reader's language.

    `span` is the uid of the span in question; None for words without a span, whose `label` is the one they would get.
    """

    kind: str
    label: str
    start: int
    end: int
    message: str
    span: str | None = None
    fix: Fix | None = None

    @property
    def key(self) -> tuple[str, str, int, int]:
        """Return what identifies the issue within a layer; a dismissal is matched by it."""
        return self.kind, self.label, self.start, self.end


def kind_title(kind: str) -> str:
    """Return the title of a kind of issue; the kind itself if it is unknown."""
    return {
        DAMAGED: pgettext("what is doubtful", "Damaged file"),
        OUTSIDE: pgettext("what is doubtful", "Outside the text"),
        EMPTY: pgettext("what is doubtful", "Nothing readable"),
        PUNCTUATION: pgettext("what is doubtful", "Punctuation at the edge"),
        INSIDE_WORD: pgettext("what is doubtful", "Edge inside a word"),
        PROCLITIC: pgettext("what is doubtful", "Begins with a proclitic"),
        ACROSS_SENTENCES: pgettext("what is doubtful", "Across sentences"),
        ACROSS_ZONES: pgettext("what is doubtful", "Across zones"),
        BOILERPLATE: pgettext("what is doubtful", "Boilerplate"),
        HUGE: pgettext("what is doubtful", "Very long"),
        LABELLED_DIFFERENTLY: pgettext("what is doubtful", "Labelled differently elsewhere"),
        UNLABELLED_REPEAT: pgettext("what is doubtful", "Labelled elsewhere, not here"),
        INVISIBLE: pgettext("what is doubtful", "Invisible characters"),
        VALUE: pgettext("what is doubtful", "Invalid date"),
    }.get(kind, kind)
