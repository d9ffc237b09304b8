"""A caret on words, and its moves by word, line and sentence."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import accumulate
from typing import overload

from annotator.text.punctuation import is_punctuation
from annotator.text.sentences import split_sentences
from annotator.text.tokenizer import Token, tokenize
from annotator.ui.article.page import Page


class Words(Sequence[Token]):
    """The tokens of a text, computed line by line so that long articles open quickly."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens: list[Token] = []
        self._tokenized_to = 0  # all tokens that begin before this offset are in _tokens

    def tokenize_next_line(self) -> bool:
        """Tokenize the next line; return False at the end."""
        if self._tokenized_to > len(self._text):
            return False
        newline = self._text.find("\n", self._tokenized_to)  # no token crosses it
        end = len(self._text) if newline < 0 else newline
        self._tokens += tokenize(self._text, self._tokenized_to, end)
        self._tokenized_to = end + 1
        return True

    def tokens_to(self, offset: int) -> list[Token]:
        """Return at least the tokens that begin up to this offset."""
        while self._tokenized_to <= offset and self.tokenize_next_line():
            pass
        return self._tokens

    def __len__(self) -> int:
        return len(self.tokens_to(len(self._text)))

    def __bool__(self) -> bool:
        return next(iter(self), None) is not None

    def __iter__(self) -> Iterator[Token]:
        index = 0
        while index < len(self._tokens) or self.tokenize_next_line():
            if index < len(self._tokens):
                yield self._tokens[index]
                index += 1

    @overload
    def __getitem__(self, index: int) -> Token: ...
    @overload
    def __getitem__(self, index: slice) -> list[Token]: ...
    def __getitem__(self, index: int | slice) -> Token | list[Token]:
        if isinstance(index, slice) or index < 0:
            return self.tokens_to(len(self._text))[index]
        while index >= len(self._tokens) and self.tokenize_next_line():
            pass
        return self._tokens[index]


class Caret:
    """A caret on the word of index `focus`; a keyboard selection begins at index `anchor`.

    Moves skip folded words and only return an index.
    """

    def __init__(self, page: Page) -> None:
        self.page, self.words = page, Words(page.text)
        self.focus = self.anchor = next((index for index, word in enumerate(self.words) if page.line_of(word.start)), 0)

    @cached_property
    def _sentences(self) -> list[int]:
        """The indices of the sentences' first words."""
        lengths = [len(sentence) for sentence in split_sentences(self.page.text, self.words[:])]
        return [0, *accumulate(lengths)][:-1]

    @property
    def word(self) -> Token | None:
        """The word under the caret; None in a text without words."""
        return self.words[self.focus] if self.words else None

    def is_rtl(self) -> bool:
        """Return whether the caret's line runs from right to left."""
        line = self.page.line_of(self.word.start) if self.word else None
        return line is None or line.block.is_rtl

    def logical_step(self, step: int) -> int:
        """Convert a step left (1) or right (-1) in the caret's line to logical order."""
        return step if self.is_rtl() else -step

    def index_at(self, offset: int) -> int:
        """Return the index of the word at this offset, or the last before it."""
        return max(0, bisect_right(self.words.tokens_to(offset), offset, key=lambda word: word.start) - 1)

    def move_to(self, offset: int) -> None:
        """Move to the word at this offset."""
        self.focus = self.anchor = self.index_at(offset)

    def selected_range(self) -> tuple[int, int]:
        """Return the range from the anchor to the focus word, inclusive."""
        first, last = sorted((self.anchor, self.focus))
        return self.words[first].start, self.words[last].end

    def adjacent_word(self, step: int) -> int | None:
        """Return the index of the next (1) or previous (-1) word, or None.

        Punctuation, at which no span begins or ends, counts only if no word follows.
        """
        index, punctuation = self.focus + step, None
        while 0 <= index < len(self.words):
            if self.page.line_of(self.words[index].start):
                if not is_punctuation(self.page.text, self.words[index]):
                    return index
                punctuation = index if punctuation is None else punctuation
            index += step
        return punctuation

    def adjacent_sentence(self, step: int) -> int | None:
        """Return the first word of the next sentence (1), or of this one and then the previous one (-1)."""
        starts = [index for index in self._sentences if self.page.line_of(self.words[index].start)]
        index = bisect_right(starts, self.focus) if step > 0 else bisect_left(starts, self.focus) - 1
        return starts[index] if 0 <= index < len(starts) else None

    def sentence_edge(self, step: int) -> int | None:
        """Return the last word of this sentence and then the next one (1), or adjacent_sentence (-1)."""
        if step < 0:
            return self.adjacent_sentence(step)
        ends = [index - 1 for index in self._sentences[1:]] + [len(self.words) - 1]
        return next(
            (index for index in ends if index > self.focus and self.page.line_of(self.words[index].start)), None
        )

    def article_edge(self, step: int) -> int | None:
        """Return the index of the article's last (1) or first (-1) unfolded word."""
        indices = range(len(self.words))
        return next((index for index in indices[::-step] if self.page.line_of(self.words[index].start)), None)

    def word_on_adjacent_line(self, step: int) -> int | None:
        """Return the index of the word below (1) or above (-1), or None."""
        line = self.page.line_of(self.word.start) if self.word else None
        segments = self.page.segments(*self.word) if self.word else []
        if not line or not segments:
            return None
        target = self.page.adjacent_line(line, step)
        if target is None:
            return None
        middle = (segments[0].left + segments[0].right) / 2
        boundary = self.page.boundary_at(middle, (target.top + target.bottom) / 2)
        return None if boundary is None else self.index_at(max(target.start, min(boundary, target.end - 1)))

    def line_edge(self, step: int) -> int | None:
        """Return the index of the line's last (1) or first (-1) word, or None."""
        line = self.page.line_of(self.word.start) if self.word else None
        if not line:
            return None
        return self.index_at(line.start if step < 0 else max(line.start, line.end - 1))

    def next_word_edge(self, offset: int, step: int, *, end: bool) -> int | None:
        """Return the nearest word start, or `end`, after (1) or before (-1) this offset, or None."""
        index = self.index_at(offset)
        while 0 <= index < len(self.words):
            edge = self.words[index].end if end else self.words[index].start
            if (edge - offset) * step > 0:
                return edge
            index += step
        return None
