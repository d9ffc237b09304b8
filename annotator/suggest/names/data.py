"""Linguistic knowledge of names, read from resources/names; words are folded (see text.folding)."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Final, TypeVar

import msgspec
from msgspec import Struct, field

from annotator.model.structs import prepare_decoders
from annotator.resources import resource_path
from annotator.text.folding import fold
from annotator.text.lexicon import FoldedForm, split_form

GENITIVE: Final = "genitive"
PROPER: Final = "proper"
QUOTED: Final = "quoted"
ADJECTIVE: Final = "adjective"
NATION: Final = "nation"
JOINED: Final = "joined"
PURPOSE: Final = "purpose"
PLACE: Final = "place"
PERIOD: Final = "period"
WORKS: Final = "works"
COUNTRY: Final = "country"
HONOUR: Final = "honour"

_File = TypeVar("_File", bound=Struct)


class Head(Struct, frozen=True):
    """A head noun without its article: whether it begins an `institution` or a `plan`, and what may follow.

    `takes` are rules explained in heads.toml. It is no head if the next word is in `without`, or not in a non-empty
    `only`, or if the previous word ends in one of `not_after`. `weight` multiplies scores.
    """

    words: FoldedForm
    role: str
    takes: frozenset[str]
    without: frozenset[str] = frozenset()
    only: frozenset[str] = frozenset()
    not_after: tuple[str, ...] = ()
    weight: float = 1.0


class ListedName(Struct, frozen=True):
    """A known name, its role, and the probability that a match is correct.

    `capitals`: an abbreviation only in capital letters. `full`: a short one's full name.
    """

    role: str
    score: float
    capitals: bool
    full: str | None


class Knowledge(Struct, frozen=True):
    """The knowledge of the rules, as the files explain it.

    `bound` has the words each preposition may follow; `phrases` are places of several words; `tails` may end a name.
    """

    heads: Mapping[FoldedForm, tuple[Head, ...]]
    scores: Mapping[str, float]
    ends: frozenset[str]
    plain: frozenset[str]
    nouns: frozenset[str]
    telling: frozenset[str]
    nations: frozenset[str]
    vague: frozenset[str]
    ordinals: frozenset[str]
    actors: frozenset[str]
    works: frozenset[str]
    common: frozenset[str]
    qualities: frozenset[str]
    persons: frozenset[str]
    places: frozenset[str]
    phrases: frozenset[FoldedForm]
    bound: Mapping[str, frozenset[str]]
    tails: frozenset[FoldedForm]
    listed: Mapping[FoldedForm, ListedName]


class _Head(Struct, forbid_unknown_fields=True, rename={"without": "not"}):
    role: str
    words: list[str]
    takes: list[str]
    without: list[str] = []
    only: list[str] = []
    not_after: list[str] = []
    score: float = 1.0


class _Example(Struct, forbid_unknown_fields=True):
    """The names to find in a text; for the tests."""

    text: str
    names: list[str]


class _Heads(Struct, forbid_unknown_fields=True):
    scores: dict[str, float]
    head: list[_Head]
    example: list[_Example]


class _Words(Struct, forbid_unknown_fields=True):
    ends: str
    plain: str
    nouns: str
    telling: str
    nations: str
    vague: str
    ordinals: str
    actors: str
    works: str
    common: str
    qualities: str
    persons: str
    tails: list[str]
    bound: dict[str, list[str]]


class _Places(Struct, forbid_unknown_fields=True):
    names: str
    phrases: str


class _List(Struct, forbid_unknown_fields=True):
    about: str
    role: str
    score: float
    names: str


class _Lists(Struct, forbid_unknown_fields=True):
    lists: list[_List] = field(name="list")


@lru_cache(maxsize=1)
def load_knowledge() -> Knowledge:
    """Return the knowledge in resources/names, read once."""
    heads, words, places = _read("heads", _Heads), _read("words", _Words), _read("places", _Places)
    nations = _fold_words(words.nations)
    return Knowledge(
        heads=_index_heads(heads.head),
        scores=heads.scores,
        ends=_fold_words(words.ends),
        plain=_fold_words(words.plain),
        nouns=_fold_words(words.nouns),
        telling=_fold_words(words.telling),
        nations=nations | {nation + "ة" for nation in nations},
        vague=_fold_words(words.vague),
        ordinals=_fold_words(words.ordinals),
        actors=_fold_words(words.actors),
        works=_fold_words(words.works),
        common=_fold_words(words.common),
        qualities=_fold_words(words.qualities),
        persons=_fold_words(words.persons),
        places=_fold_words(places.names),
        phrases=frozenset(split_form(fold(line)) for line in places.phrases.splitlines() if line),
        bound={fold(word): frozenset(map(fold, before)) for word, before in words.bound.items()},
        tails=frozenset(split_form(fold(tail)) for tail in words.tails),
        listed=_index_names(_read("lists", _Lists).lists),
    )


def _read(name: str, kind: type[_File]) -> _File:
    return msgspec.toml.decode(resource_path("names", f"{name}.toml").read_bytes(), type=kind)


def _fold_words(words: str) -> frozenset[str]:
    return frozenset(map(fold, words.split()))


def _index_heads(rows: list[_Head]) -> dict[FoldedForm, tuple[Head, ...]]:
    heads: dict[FoldedForm, tuple[Head, ...]] = {}
    for row in rows:
        without, only = frozenset(map(fold, row.without)), frozenset(map(fold, row.only))
        not_after = tuple(map(fold, row.not_after))
        for name in row.words:
            words = split_form(fold(name))
            head = Head(words, row.role, frozenset(row.takes), without, only, not_after, row.score)
            heads[words] = (*heads.get(words, ()), head)
    return heads


def _index_names(lists: list[_List]) -> dict[FoldedForm, ListedName]:
    listed: dict[FoldedForm, ListedName] = {}
    for group in lists:
        for line in group.names.splitlines():
            full, _colon, short = line.partition(":")
            for name in filter(None, (full, *map(str.strip, short.split(",")))):
                full_name = None if name == full else full
                listed.setdefault(
                    split_form(fold(name)), ListedName(group.role, group.score, name.isupper(), full_name)
                )
    return listed


prepare_decoders(_Heads, _Words, _Places, _Lists)
