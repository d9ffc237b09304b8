"""A caret that stands on words, and knows the word after, before, above and below. It paints nothing."""

from bisect import bisect_left, bisect_right

from annotator.core.text import Token
from annotator.ui.page import Page


class Caret:
    """Stands on word `focus` of `words`; a selection by keys began on word `anchor`. Folded words are passed over."""

    def __init__(self, page: Page, words: list[Token]) -> None:
        self.page, self.words = page, words
        self.focus = self.anchor = next((at for at, word in enumerate(words) if page.line_of(word.start)), 0)

    @property
    def word(self) -> Token | None:
        """The word that it stands on; None in a text without words."""
        return self.words[self.focus] if self.words else None

    def is_rtl(self) -> bool:
        """Whether the line that it stands on is read from right to left."""
        line = self.page.line_of(self.word.start) if self.word else None
        return line is None or line.block.rtl

    def place(self, offset: int) -> int:
        """The place among the words of the one at this offset, or of the one before it."""
        return max(0, bisect_right(self.words, offset, key=lambda word: word.start) - 1)

    def stand(self, offset: int) -> None:
        """Stand on the word at this offset."""
        self.focus = self.anchor = self.place(offset)

    def stretch(self) -> tuple[int, int]:
        """From the word where the selection began to the one that the caret stands on, both included."""
        first, last = sorted((self.anchor, self.focus))
        return self.words[first].start, self.words[last].end

    def by_word(self, step: int) -> int | None:
        """The place of the next (1) or previous (-1) word; None where there is none."""
        at = self.focus + step
        while 0 <= at < len(self.words):
            if self.page.line_of(self.words[at].start):
                return at
            at += step
        return None

    def by_line(self, step: int) -> int | None:
        """The place of the word below (1) or above (-1); None where there is none."""
        line = self.page.line_of(self.word.start) if self.word else None
        segments = self.page.segments(*self.word) if self.word else []
        if not line or not segments:
            return None
        at = self.page.lines.index(line) + step
        if not 0 <= at < len(self.page.lines):
            return None
        other = self.page.lines[at]
        middle = (segments[0].left + segments[0].right) / 2
        boundary = self.page.boundary_at(middle, (other.top + other.bottom) / 2)
        return None if boundary is None else self.place(max(other.start, min(boundary, other.end - 1)))

    def to_edge(self, step: int) -> int | None:
        """The place of the last (1) or first (-1) word of the line; None where there is none."""
        line = self.page.line_of(self.word.start) if self.word else None
        if not line:
            return None
        return self.place(line.start if step < 0 else max(line.start, line.end - 1))

    def next_edge(self, offset: int, step: int, *, end: bool) -> int | None:
        """The end (or the start) of a word, the next one after (1) or before (-1) this offset; None without one."""
        edges = [word.end if end else word.start for word in self.words]
        at = bisect_right(edges, offset) if step > 0 else bisect_left(edges, offset) - 1
        return edges[at] if 0 <= at < len(edges) else None
