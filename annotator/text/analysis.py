"""Tokenize a text, fold its words and split its sentences, once for all users."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import cached_property, lru_cache
from typing import TypeAlias

from msgspec import Struct

from annotator.text.folding import fold_word
from annotator.text.proclitics import PROCLITICS, find_readings
from annotator.text.sentences import split_sentences
from annotator.text.tokenizer import Token, tokenize

Reading: TypeAlias = tuple[int, int, int]
"""The index of a token, that of a word among those that it may be, and the word's offset in the token."""


class TextAnalysis(Struct, frozen=True, dict=True):
    """A text with its tokens, words and sentences.

    `words[i]` is the text of `tokens[i]`, and `folded_words[i]` that folded (see text.folding). `sentence_ranges` are
    of tokens, last exclusive.
    """

    text: str
    tokens: tuple[Token, ...]
    words: tuple[str, ...]
    folded_words: tuple[str, ...]
    sentence_ranges: tuple[tuple[int, int], ...]

    @cached_property
    def readings(self) -> Mapping[str, Sequence[Reading]]:
        """The folded words that tokens may be, as written or without their proclitics, by token (see find_readings)."""
        readings = defaultdict[str, list[Reading]](list)
        for index, folded_word in enumerate(self.folded_words):
            if folded_word.startswith(PROCLITICS):
                for order, (offset, word) in enumerate(find_readings(self.words[index])):
                    readings[word].append((index, order, offset))
            else:
                readings[folded_word].append((index, 0, 0))
        return readings


def analyse(text: str) -> TextAnalysis:
    """Return a text's tokens, words and sentences."""
    tokens = tokenize(text)
    ranges, start = [], 0
    for sentence in split_sentences(text, tokens):
        ranges.append((start, start + len(sentence)))
        start += len(sentence)
    words = tuple(text[start:end] for start, end in tokens)
    return TextAnalysis(text, tuple(tokens), words, tuple(map(fold_word, words)), tuple(ranges))


@lru_cache(maxsize=16)
def analysed(text: str) -> TextAnalysis:
    """Analyse a text that is read again soon, such as an article."""
    return analyse(text)
