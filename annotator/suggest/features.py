"""What the model is told of each token: its word and those around it, and what the other suggesters say of it.

A feature is a short text; that it is there is all it says. Every text costs room and time for each token, so the names
are short: `w` a folded word, `k` its kind, `l` its core, `p2` its first two letters, `q2` its last two; with a sign in
front they are those of a token before (`-`, `=`: the last, the last but one) or after (`+`, `*`).

Whoever changes what is said here counts VERSION up: a model that learned other features is of no use.
"""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Final

from annotator.core.model import Suggestion
from annotator.core.proclitics import readings
from annotator.suggest.analysis import Analysis
from annotator.suggest.tags import Chunk, chunks, tags

VERSION: Final = 1

_NEAR: Final = (("-", -1), ("+", 1))
_FAR: Final = (("=", -2), ("*", 2))
_AFFIXES: Final = (1, 2, 3, 4)
_BESIDE: Final = (2, 3)
_SEEN: Final = 1 << 12  # words of which the features are kept; those of a word take about 3 KB
_STEPS: Final = 4  # of a score: an opinion says which quarter it lies in
_CORE: Final = re.compile("[وف]?(?:[بكل]?ال|لل|[بكل])?(?=.{3})")
_ENDING: Final = re.compile("(?<=.{3})(?:ات|ين|ون|يه|ه|ي|ها|هم|ا)$")
_DEFINITE: Final = re.compile("[وف]?(?:[بك]?ال|لل)")


def features(found: Analysis, opinions: Iterable[Suggestion]) -> list[list[str]]:
    """The features of every token of an article. `opinions` are the others' suggestions in it."""
    words = [found.text[slice(*token)] for token in found.tokens]
    told: list[list[str]] = []
    said = _opinions(found, opinions)
    for first, last in found.sentences:
        for at in range(first, last):
            told.append(_told(words, found.folded, said, at, first, last))
    return told


def _told(
    words: Sequence[str], folded: Sequence[str], said: Sequence[Sequence[str]], at: int, first: int, last: int
) -> list[str]:
    own = [*_word(words[at], folded[at])]
    for sign, step in _NEAR:
        there = at + step
        if first <= there < last:
            own += _beside(sign, words[there], folded[there])
            own += [sign + opinion for opinion in said[there]]
        else:
            own.append(sign)
    for sign, step in _FAR:
        there = at + step
        if first <= there < last:
            own += _away(sign, words[there], folded[there])
    if at > first:
        own.append(f"-2{folded[at - 1]} {folded[at]}")
    if at + 1 < last:
        own.append(f"+2{folded[at]} {folded[at + 1]}")
    own += said[at]
    return own


def _opinions(found: Analysis, opinions: Iterable[Suggestion]) -> list[list[str]]:
    """For each token what the others take it for, with and without how sure they are of it."""
    said: list[list[str]] = [[] for _token in found.tokens]
    for opinion in opinions:
        step = min(int(opinion.score * _STEPS), _STEPS - 1)
        for chunk in chunks(found, [(opinion.start, opinion.end, opinion.label)]):
            here = Chunk(chunk.label, 0, chunk.last - chunk.first, chunk.place)
            for at, tag in enumerate(tags(here.last, [here]), chunk.first):
                said[at] += (f"{opinion.source}:{tag}", f"{opinion.source}:{tag}{step}")
    return said


@lru_cache(_SEEN)
def _word(word: str, folded: str) -> tuple[str, ...]:
    kind = _kind(word, folded)
    told = [f"w{folded}", f"k{kind}", f"l{_core(folded)}"]
    if kind != folded:
        told += (f"p{length}{folded[:length]}" for length in _AFFIXES if len(folded) >= length)
        told += (f"q{length}{folded[-length:]}" for length in _AFFIXES if len(folded) >= length)
        told += (f"r{place}{shape}" for place, shape in readings(word)[1:])
    return tuple(told)


@lru_cache(_SEEN * 2)
def _beside(sign: str, word: str, folded: str) -> tuple[str, ...]:
    kind = _kind(word, folded)
    told = [f"{sign}w{folded}", f"{sign}k{kind}", f"{sign}l{_core(folded)}"]
    if kind != folded:
        told += (f"{sign}p{length}{folded[:length]}" for length in _BESIDE if len(folded) >= length)
        told += (f"{sign}q{length}{folded[-length:]}" for length in _BESIDE if len(folded) >= length)
    return tuple(told)


@lru_cache(_SEEN * 2)
def _away(sign: str, word: str, folded: str) -> tuple[str, ...]:
    return f"{sign}w{folded}", f"{sign}k{_kind(word, folded)}"


def _kind(word: str, folded: str) -> str:
    """Digits with their number, Latin letters, a mark of punctuation itself, an Arabic word with or without ال."""
    if folded.isdecimal():
        return f"#{min(len(folded), 5)}"
    if any(map(str.isdecimal, folded)):
        return "#"
    if not any(map(str.isalnum, word)):
        return folded
    if folded.isascii():
        return "A"
    return "D" if _DEFINITE.match(folded) else "N"


@lru_cache(_SEEN)
def _core(folded: str) -> str:
    """A word roughly without proclitics, article and the commonest endings."""
    word = folded.replace("ة", "ه")
    begun = _CORE.match(word)
    return _ENDING.sub("", word[begun.end() :] if begun else word)
