"""A caret that stands on words, and knows the word after, before, above and below. It paints nothing."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import accumulate
from typing import overload

from annotator.text.punctuation import is_punctuation
from annotator.text.sentences import sentences
from annotator.text.tokenizer import Token, tokens
from annotator.ui.article.page import Page


class Words(Sequence[Token]):
    """The tokens of a text, in order, found a line at a time and only as far as they are asked for: an article opens
    before its last words are known."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._found: list[Token] = []
        self._reached = 0  # every token that begins before this offset is found

    def grow(self) -> bool:
        """Find the tokens of the next line; False where none is left."""
        if self._reached > len(self._text):
            return False
        newline = self._text.find("\n", self._reached)  # no token runs over it
        end = len(self._text) if newline < 0 else newline
        self._found += tokens(self._text, self._reached, end)
        self._reached = end + 1
        return True

    def until(self, offset: int) -> list[Token]:
        """The tokens, at least all that begin at this offset or before it."""
        while self._reached <= offset and self.grow():
            pass
        return self._found

    def __len__(self) -> int:
        return len(self.until(len(self._text)))

    def __bool__(self) -> bool:
        return next(iter(self), None) is not None

    def __iter__(self) -> Iterator[Token]:
        at = 0
        while at < len(self._found) or self.grow():
            if at < len(self._found):
                yield self._found[at]
                at += 1

    @overload
    def __getitem__(self, place: int) -> Token: ...
    @overload
    def __getitem__(self, place: slice) -> list[Token]: ...
    def __getitem__(self, place: int | slice) -> Token | list[Token]:
        if isinstance(place, slice) or place < 0:
            return self.until(len(self._text))[place]
        while place >= len(self._found) and self.grow():
            pass
        return self._found[place]


class Caret:
    """Stands on word `focus` of `words`; a selection by keys began on word `anchor`. Folded words are passed over."""

    def __init__(self, page: Page) -> None:
        self.page, self.words = page, Words(page.text)
        self.focus = self.anchor = next((at for at, word in enumerate(self.words) if page.line_of(word.start)), 0)

    @cached_property
    def _sentences(self) -> list[int]:
        """The places of the first words of all sentences."""
        lengths = [len(sentence) for sentence in sentences(self.page.text, self.words[:])]
        return [0, *accumulate(lengths)][:-1]

    @property
    def word(self) -> Token | None:
        """The word that it stands on; None in a text without words."""
        return self.words[self.focus] if self.words else None

    def is_rtl(self) -> bool:
        """Whether the line that it stands on is read from right to left."""
        line = self.page.line_of(self.word.start) if self.word else None
        return line is None or line.block.rtl

    def reading(self, step: int) -> int:
        """What a step to the left (1) or to the right (-1) is in the order of reading, in its line."""
        return step if self.is_rtl() else -step

    def place(self, offset: int) -> int:
        """The place among the words of the one at this offset, or of the one before it."""
        return max(0, bisect_right(self.words.until(offset), offset, key=lambda word: word.start) - 1)

    def stand(self, offset: int) -> None:
        """Stand on the word at this offset."""
        self.focus = self.anchor = self.place(offset)

    def stretch(self) -> tuple[int, int]:
        """From the word where the selection began to the one that the caret stands on, both included."""
        first, last = sorted((self.anchor, self.focus))
        return self.words[first].start, self.words[last].end

    def by_word(self, step: int) -> int | None:
        """The place of the next (1) or previous (-1) word; None where there is none.

        A mark of punctuation is stopped at only where no word comes after it: no span begins or ends with one.
        """
        at, mark = self.focus + step, None
        while 0 <= at < len(self.words):
            if self.page.line_of(self.words[at].start):
                if not is_punctuation(self.page.text, self.words[at]):
                    return at
                mark = at if mark is None else mark
            at += step
        return mark

    def by_sentence(self, step: int) -> int | None:
        """The place of the first word of the next sentence (1), or of this one and then the one before (-1)."""
        starts = [at for at in self._sentences if self.page.line_of(self.words[at].start)]
        at = bisect_right(starts, self.focus) if step > 0 else bisect_left(starts, self.focus) - 1
        return starts[at] if 0 <= at < len(starts) else None

    def sentence_edge(self, step: int) -> int | None:
        """The place of the last word of this sentence, or of the next one from there (1), or the first word (-1)."""
        if step < 0:
            return self.by_sentence(step)
        ends = [at - 1 for at in self._sentences[1:]] + [len(self.words) - 1]
        return next((at for at in ends if at > self.focus and self.page.line_of(self.words[at].start)), None)

    def to_end(self, step: int) -> int | None:
        """The place of the last (1) or the first (-1) word of the article that is not folded away."""
        order = range(len(self.words))
        return next((at for at in order[::-step] if self.page.line_of(self.words[at].start)), None)

    def by_line(self, step: int) -> int | None:
        """The place of the word below (1) or above (-1); None where there is none."""
        line = self.page.line_of(self.word.start) if self.word else None
        segments = self.page.segments(*self.word) if self.word else []
        if not line or not segments:
            return None
        other = self.page.line_beside(line, step)
        if other is None:
            return None
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
        at = self.place(offset)
        while 0 <= at < len(self.words):
            edge = self.words[at].end if end else self.words[at].start
            if (edge - offset) * step > 0:
                return edge
            at += step
        return None
