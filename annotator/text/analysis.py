"""Tokenize a text, fold its words and split its sentences, once for all users."""

from functools import lru_cache

from msgspec import Struct

from annotator.text.folding import fold
from annotator.text.sentences import split_sentences
from annotator.text.tokenizer import Token, tokenize


class TextAnalysis(Struct, frozen=True):
    """A text with its tokens, words and sentences.

    `words[i]` is the text of `tokens[i]`, and `folded_words[i]` that folded (see text.folding). `sentence_ranges` are
    of tokens, last exclusive.
    """

    text: str
    tokens: tuple[Token, ...]
    words: tuple[str, ...]
    folded_words: tuple[str, ...]
    sentence_ranges: tuple[tuple[int, int], ...]


def analyse(text: str) -> TextAnalysis:
    """Return a text's tokens, words and sentences."""
    tokens = tokenize(text)
    ranges, start = [], 0
    for sentence in split_sentences(text, tokens):
        ranges.append((start, start + len(sentence)))
        start += len(sentence)
    words = tuple(text[start:end] for start, end in tokens)
    return TextAnalysis(text, tuple(tokens), words, tuple(map(_fold_cached, words)), tuple(ranges))


@lru_cache(maxsize=16)
def analysed(text: str) -> TextAnalysis:
    """Analyse a text that is read again soon, such as an article."""
    return analyse(text)


@lru_cache(maxsize=1 << 15)
def _fold_cached(word: str) -> str:
    return fold(word)
