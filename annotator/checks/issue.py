"""Issues: a check's doubt about a span or unlabelled words, until fixed or dismissed.

Offsets are code points, end exclusive.
"""

from msgspec import Struct

from annotator.model.reasons import Code


class Fix(Struct, frozen=True, gc=False):
    """The span that resolves an issue, replacing any in question; the label None removes that."""

    label: str | None
    start: int
    end: int


class Issue(Struct, frozen=True, gc=False):
    """One issue: `kind` is one of all_checks.KINDS.

    `message` is a sentence in the reader's language, `code` the stable word for it. `span` is the uid of the span in
    question; None for unlabelled words, whose `label` is the proposed one. `members` are the issues of a layer that
    this one, at the first of them, stands for: they are fixed and dismissed together.
    """

    kind: str
    label: str
    start: int
    end: int
    message: str
    code: Code
    span: str | None = None
    fix: Fix | None = None
    members: tuple["Issue", ...] = ()

    @property
    def key(self) -> tuple[str, str, int, int]:
        """Return what identifies the issue in a layer, to match dismissals."""
        return self.kind, self.label, self.start, self.end
