"""What the model is told of each token: its word and those around it, and what the other suggesters say of it.

A feature is a short text; that it is there is all it says. Every text costs room and time for each token, so the names
are short: `w` a folded word, `k` its kind, `l` its core, `c` what the date grammar takes it for, `p2` its first two
letters, `q2` its last two, `r1` its reading behind the first proclitic; with a sign in front they are those of a token
before (`-`, `=`: the last, the last but one) or after (`+`, `*`). Opinions are tags (see `tags`) with their source in
front, and once more with the quarter that the score lies in; `o` are those of two neighbours together.

Whoever changes what is said here counts VERSION up: a model that learned other features is of no use.
"""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Final

from annotator.model.records import Suggestion
from annotator.suggest.crf.tags import Chunk, chunks, places, tags
from annotator.suggest.dates.grammar import shipped
from annotator.text.analysis import Analysis
from annotator.text.proclitics import readings

VERSION: Final = 1

_NEAR: Final = (("-", -1), ("+", 1))
_FAR: Final = (("=", -2), ("*", 2))
_AFFIXES: Final = (2, 3, 4)
_SEEN: Final = 1 << 12  # words of which the features are kept; those of a word take about 3 KB
_STEPS: Final = 4  # of a score: an opinion says which quarter it lies in
_CORE: Final = re.compile("[وف]?(?:[بكل]?ال|لل|[بكل])?(?=.{3})")
_ENDING: Final = re.compile("(?<=.{3})(?:ات|ين|ون|يه|ه|ي|ها|هم|ا)$")
_YEAR: Final = re.compile(r"1\d{3}|20\d\d")
_NUMBERS: Final = re.compile(r"\d+(?:[-/.]\d+)+")
_DEFINITE: Final = re.compile("[وف]?(?:[بك]?ال|لل)")


def features(found: Analysis, opinions: Iterable[Suggestion]) -> list[list[str]]:
    """The features of every token of an article. `opinions` are the others' suggestions in it."""
    written = (found.text[slice(*token)] for token in found.tokens)
    words = list(zip(written, found.folded, strict=True))
    told: list[list[str]] = []
    said = _opinions(found, opinions)
    for first, last in found.sentences:
        for at in range(first, last):
            told.append(_told(words, said, at, first, last))
    return told


def _told(words: Sequence[tuple[str, str]], said: Sequence[Sequence[str]], at: int, first: int, last: int) -> list[str]:
    """The features of token `at` of a sentence; of `words` there is how they are written and how they are folded."""
    own = [*_word(*words[at]), *said[at]]
    kind = _date_kind(*words[at])
    for sign, step in _NEAR:
        there = at + step
        if first <= there < last:
            own += _beside(sign, *words[there])
            own += [sign + opinion for opinion in said[there]]
            own.append(f"{sign}o{'|'.join(said[at][::2])} {'|'.join(said[there][::2])}")
            own.append(f"{sign}d{kind} {_date_kind(*words[there])}")
        else:
            own.append(sign)
    for sign, step in _FAR:
        there = at + step
        if first <= there < last:
            own += _away(sign, *words[there])
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
    told = [f"w{folded}", f"k{kind}", f"l{_core(folded)}", f"c{_date_kind(word, folded)}"]
    if kind != folded:
        told += (f"p{length}{folded[:length]}" for length in _AFFIXES if len(folded) >= length)
        told += (f"q{length}{folded[-length:]}" for length in _AFFIXES if len(folded) >= length)
        order = places(word)
        told += (f"r{order.index(place)}{shape}" for place, shape in readings(word)[1:])
    return tuple(told)


@lru_cache(_SEEN * 2)
def _beside(sign: str, word: str, folded: str) -> tuple[str, ...]:
    kinds = (f"{sign}c{kind}" for kind in _date_kind(word, folded).split())
    return f"{sign}w{folded}", f"{sign}k{_kind(word, folded)}", f"{sign}l{_core(folded)}", *kinds


@lru_cache(_SEEN * 2)
def _away(sign: str, word: str, folded: str) -> tuple[str, ...]:
    return f"{sign}w{folded}", f"{sign}k{_kind(word, folded)}", f"{sign}c{_date_kind(word, folded)}"


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


@lru_cache(_SEEN)
def _date_kind(word: str, folded: str) -> str:
    """What the date grammar takes a word for: months, weekdays, units and so on; empty for other words."""
    if folded[:1].isdecimal():
        if folded.isdecimal():
            return "year" if _YEAR.fullmatch(folded) else "number" if len(folded) < 3 else ""
        return "numbers" if _NUMBERS.fullmatch(folded) else ""
    known = shipped().words
    kinds = {kind for _place, shape in readings(word) for kind in known.get(shape.replace("ة", "ه"), ())}
    return " ".join(sorted(kind for kind in kinds if not kind.startswith("=")))
