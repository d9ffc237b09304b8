"""Tokenize a text, fold its words and split its sentences, once for all users."""

from functools import lru_cache

from msgspec import Struct

from annotator.text.folding import fold
from annotator.text.sentences import split_sentences
from annotator.text.tokenizer import Token, tokenize


class TextAnalysis(Struct, frozen=True):
    """A text with its tokens, folded words and sentences.

    `folded_words[i]` is the word of `tokens[i]` (see text.folding). `sentence_ranges` are of tokens, last exclusive.
    """

    text: str
    tokens: tuple[Token, ...]
    folded_words: tuple[str, ...]
    sentence_ranges: tuple[tuple[int, int], ...]


@lru_cache(maxsize=16)
def analysed(text: str) -> TextAnalysis:
    """Return the tokens, words and sentences of a text."""
    tokens = tokenize(text)
    ranges, start = [], 0
    for sentence in split_sentences(text, tokens):
        ranges.append((start, start + len(sentence)))
        start += len(sentence)
    return TextAnalysis(
        text, tuple(tokens), tuple(_fold_cached(text[slice(*token)]) for token in tokens), tuple(ranges)
    )


@lru_cache(maxsize=1 << 15)
def _fold_cached(word: str) -> str:
    return fold(word)
