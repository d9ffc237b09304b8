"""Features of tokens for the model: the word, its neighbours, and other suggestions.

A feature is a text that a token has or lacks, short to save memory and time: `w` a folded word, `k` its kind, `l` its
core, `c` its class in the date grammar, `n` that in the lists of the names, `p2` its first two letters, `q2` its last
two, `s` how many it has, `r1` its reading after the first proclitic; with a sign, those of a token before (`-`, `=`:
the last, the last but one) or after (`+`, `*`). Suggestions become tags (see `tags`) prefixed with their source, once
more with the quarter of their score; `o` combines those of neighbours, `d` their classes.

Increase FEATURES_VERSION with every change: a model trained on other features is useless.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Final

from annotator.model.label_roles import DATE, label_for_role
from annotator.model.labels import LabelSet
from annotator.model.records import Article, Suggestion
from annotator.suggest.base import Suggester
from annotator.suggest.crf.tags import Chunk, encode_tags, find_chunks, span_starts
from annotator.suggest.dates.grammar import load_grammar
from annotator.suggest.memory import Count, MemorySuggester
from annotator.suggest.names.data import load_knowledge
from annotator.suggest.names.word_roles import classify_word
from annotator.text.analysis import TextAnalysis
from annotator.text.proclitics import find_readings

FEATURES_VERSION: Final = 5

_NEAR: Final = (("-", -1), ("+", 1))
_FAR: Final = (("=", -2), ("*", 2))
_PREFIXES: Final = (2, 3, 4)
_SUFFIXES: Final = (1, 2, 3, 4)
_LONG: Final = 9  # letters
_CACHE_SIZE: Final = 1 << 12  # words; the features of one take about 3 KB
_SCORE_STEPS: Final = 4  # quarters of a score
_CORE: Final = re.compile("[وف]?(?:[بكل]?ال|لل|[بكل])?(?=.{3})")
_ENDING: Final = re.compile("(?<=.{3})(?:ات|ين|ون|يه|ه|ي|ها|هم|ا)$")
_YEAR: Final = re.compile(r"1\d{3}|20\d\d")
_NUMBERS: Final = re.compile(r"\d+(?:[-/.]\d+)+")
_DEFINITE: Final = re.compile("[وف]?(?:[بك]?ال|لل)")


def extract_features(analysis: TextAnalysis, suggestions: Iterable[Suggestion]) -> list[list[str]]:
    """Return the features of an article's tokens; `suggestions` are the base suggesters'."""
    words = list(zip(analysis.words, analysis.folded_words, strict=True))
    features: list[list[str]] = []
    tags_by_token = _suggestion_tags(analysis, suggestions)
    for first, last in analysis.sentence_ranges:
        features += (_token_features(words, tags_by_token, index, first, last) for index in range(first, last))
    return features


def _token_features(
    words: Sequence[tuple[str, str]], tags_by_token: Sequence[Sequence[str]], index: int, first: int, last: int
) -> list[str]:
    """Return a token's features; `words` are as written and as folded."""
    features = [*_word_features(*words[index]), *tags_by_token[index]]
    kind = _date_kind(*words[index])
    for sign, distance in _NEAR:
        neighbour = index + distance
        if first <= neighbour < last:
            features += _neighbour_features(sign, *words[neighbour])
            features += [sign + tag for tag in tags_by_token[neighbour]]
            features.append(f"{sign}o{'|'.join(tags_by_token[index][::2])} {'|'.join(tags_by_token[neighbour][::2])}")
            features.append(f"{sign}d{kind} {_date_kind(*words[neighbour])}")
        else:
            features.append(sign)
    for sign, distance in _FAR:
        neighbour = index + distance
        if first <= neighbour < last:
            features += _distant_features(sign, *words[neighbour])
    return features


def _suggestion_tags(analysis: TextAnalysis, suggestions: Iterable[Suggestion]) -> list[list[str]]:
    """Return each token's tags from suggestions, each without and with the score's quarter."""
    tags_by_token: list[list[str]] = [[] for _token in analysis.tokens]
    for suggestion in suggestions:
        quarter = min(int(suggestion.score * _SCORE_STEPS), _SCORE_STEPS - 1)
        for chunk in find_chunks(analysis, [(suggestion.start, suggestion.end, suggestion.label)]):
            relative = Chunk(chunk.label, 0, chunk.last - chunk.first, chunk.skipped_proclitics)
            for index, tag in enumerate(encode_tags(relative.last, [relative]), chunk.first):
                tags_by_token[index] += (f"{suggestion.source}:{tag}", f"{suggestion.source}:{tag}{quarter}")
    return tags_by_token


@lru_cache(_CACHE_SIZE)
def _word_features(word: str, folded: str) -> tuple[str, ...]:
    kind = _word_kind(word, folded)
    features = [f"w{folded}", f"k{kind}", f"l{_core(folded)}", f"c{_date_kind(word, folded)}"]
    features += (f"n{kind}" for kind in _name_kinds(folded))
    if kind != folded:
        features += (f"p{length}{folded[:length]}" for length in _PREFIXES if len(folded) >= length)
        features += (f"q{length}{folded[-length:]}" for length in _SUFFIXES if len(folded) >= length)
        features.append(f"s{min(len(folded), _LONG)}")
        starts = span_starts(word)
        features += (f"r{starts.index(start)}{shape}" for start, shape in find_readings(word)[1:])
    return tuple(features)


@lru_cache(_CACHE_SIZE * 2)
def _neighbour_features(sign: str, word: str, folded: str) -> tuple[str, ...]:
    kinds = (f"{sign}c{kind}" for kind in _date_kind(word, folded).split())
    name_kinds = (f"{sign}n{kind}" for kind in _name_kinds(folded))
    return f"{sign}w{folded}", f"{sign}k{_word_kind(word, folded)}", f"{sign}l{_core(folded)}", *kinds, *name_kinds


@lru_cache(_CACHE_SIZE * 2)
def _distant_features(sign: str, word: str, folded: str) -> tuple[str, ...]:
    return f"{sign}w{folded}", f"{sign}k{_word_kind(word, folded)}", f"{sign}c{_date_kind(word, folded)}"


def _word_kind(word: str, folded: str) -> str:
    """Return the kind of a word.

    `#` with the number of its digits (at most 5), alone if not all are digits; `A` (Latin), `D` or `N` (Arabic with or
    without ال), or a punctuation mark itself.
    """
    if folded.isdecimal():
        return f"#{min(len(folded), 5)}"
    if any(map(str.isdecimal, folded)):
        return "#"
    if not any(map(str.isalnum, word)):
        return folded
    if folded.isascii():
        return "A"
    return "D" if _DEFINITE.match(folded) else "N"


@lru_cache(_CACHE_SIZE)
def _core(folded: str) -> str:
    """Return a word roughly without proclitics, article and common endings."""
    word = folded.replace("ة", "ه")
    prefix = _CORE.match(word)
    return _ENDING.sub("", word[prefix.end() :] if prefix else word)


@lru_cache(_CACHE_SIZE)
def _date_kind(word: str, folded: str) -> str:
    """Return a word's classes in the date grammar, such as months and units; empty without."""
    if folded[:1].isdecimal():
        if folded.isdecimal():
            return "year" if _YEAR.fullmatch(folded) else "number" if len(folded) < 3 else ""
        return "numbers" if _NUMBERS.fullmatch(folded) else ""
    known_words = load_grammar().words
    kinds = {kind for _start, shape in find_readings(word) for kind in known_words.get(shape.replace("ة", "ه"), ())}
    return " ".join(sorted(kind for kind in kinds if not kind.startswith("=")))


@lru_cache(_CACHE_SIZE)
def _name_kinds(folded: str) -> tuple[str, ...]:
    """Return whether a word, also behind و, ل or ب, is a place, a nation, or part of a person's name."""
    knowledge = load_knowledge()
    word = classify_word(folded).word
    kinds = (
        *(("place", knowledge.places), ("nation", knowledge.nations)),
        *(("person", knowledge.persons), ("given", knowledge.given_names)),
    )
    return tuple(kind for kind, words in kinds if word in words)


def collect_suggestions(
    article: Article, labels: LabelSet, suggesters: Sequence[Suggester], article_counts: Iterable[Count] | None = None
) -> Iterator[Suggestion]:
    """Yield the suggestions of `suggesters`. A memory ignores `article_counts`, learned from the article."""
    for suggester in suggesters:
        if isinstance(suggester, MemorySuggester):
            yield from suggester.suggest(article, labels, article_counts)
        else:
            yield from suggester.suggest(article, labels)


def suggester_features(suggestions: Iterable[Suggestion], labels: LabelSet) -> Iterator[Suggestion]:
    """Select the suggestions for features: all but a memory's dates.

    Rules know dates better. (Memory's lower the F1 of DATE by 0.6 points, by cross-validation on Wojood's training
    part.)
    """
    date_label = label_for_role(DATE, labels)
    return (
        suggestion
        for suggestion in suggestions
        if suggestion.source != MemorySuggester.name or suggestion.label != date_label
    )
