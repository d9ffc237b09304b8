"""A question: what a check asks about a span, or about words that have none, until it is put right or dismissed.

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
"""The kinds of question about labels, in the order in which they are listed. DAMAGED is about the file."""


class Remedy(Struct, frozen=True, gc=False):
    """How a question is put right where that is clear: there is to be such a span in place of the one that it is about,
    or none with the label None."""

    label: str | None
    start: int
    end: int


class Question(Struct, frozen=True, gc=False):
    """`kind` is one of KINDS, `message` a sentence in the reader's language. `span` is the uid of the span that it is
    about; None where words have no span, and `label` is the one that they would have."""

    kind: str
    label: str
    start: int
    end: int
    message: str
    span: str | None = None
    remedy: Remedy | None = None

    @property
    def place(self) -> tuple[str, str, int, int]:
        """What tells it from the other questions about a layer, and by which a dismissal knows it again."""
        return self.kind, self.label, self.start, self.end


def kind_title(kind: str) -> str:
    """What a kind of question is called; the kind itself where nobody here knows it."""
    return {
        DAMAGED: pgettext("what is doubtful", "Damage of the file"),
        OUTSIDE: pgettext("what is doubtful", "Beyond the text"),
        EMPTY: pgettext("what is doubtful", "Nothing to read"),
        PUNCTUATION: pgettext("what is doubtful", "Edge on punctuation"),
        INSIDE_WORD: pgettext("what is doubtful", "Edge inside a word"),
        PROCLITIC: pgettext("what is doubtful", "Begins with a proclitic"),
        ACROSS_SENTENCES: pgettext("what is doubtful", "Across sentences"),
        ACROSS_ZONES: pgettext("what is doubtful", "Across zones"),
        BOILERPLATE: pgettext("what is doubtful", "Not of the article"),
        HUGE: pgettext("what is doubtful", "Very long"),
        LABELLED_DIFFERENTLY: pgettext("what is doubtful", "Labelled differently elsewhere"),
        UNLABELLED_REPEAT: pgettext("what is doubtful", "Labelled elsewhere, not here"),
        INVISIBLE: pgettext("what is doubtful", "Invisible characters"),
        VALUE: pgettext("what is doubtful", "Value that is no date"),
    }.get(kind, kind)
