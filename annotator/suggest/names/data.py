"""What a linguist knows of names: head nouns, words that go on or end one, places, lists. Read from resources/names.

Words are held folded (see text.folding).
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import Final, TypeVar

import msgspec
from msgspec import Struct, field

from annotator.model.structs import prepare
from annotator.resources import resource
from annotator.text.folding import fold
from annotator.text.lexicon import Words, words_of

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
    """A head noun, without its article: whether it begins an `institution` or a `plan`, and what may follow it.

    `takes` are the rules that heads.toml explains; with a word of `without` next it is no head, nor with any but those
    of `only` where there are some, nor behind a word that ends in one of `not_after`. `weight` multiplies the scores of
    the rules.
    """

    words: Words
    role: str
    takes: frozenset[str]
    without: frozenset[str] = frozenset()
    only: frozenset[str] = frozenset()
    not_after: tuple[str, ...] = ()
    weight: float = 1.0


class Listed(Struct, frozen=True):
    """A name that is known: its role, how likely a find of it is right, and what it stands for.

    `capitals`: it is an abbreviation, which is no such thing in small letters. `full` is the full name of a short one.
    """

    role: str
    score: float
    capitals: bool
    full: str | None


class Knowledge(Struct, frozen=True):
    """All that the rules know, as the files explain it.

    `bound` holds the words that a preposition may follow within a name, by preposition; `phrases` are the places whose
    names have several words; `tails` may end a name.
    """

    heads: Mapping[Words, tuple[Head, ...]]
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
    phrases: frozenset[Words]
    bound: Mapping[str, frozenset[str]]
    tails: frozenset[Words]
    listed: Mapping[Words, Listed]


class _Head(Struct, forbid_unknown_fields=True, rename={"without": "not"}):
    role: str
    words: list[str]
    takes: list[str]
    without: list[str] = []
    only: list[str] = []
    not_after: list[str] = []
    score: float = 1.0


class _Example(Struct, forbid_unknown_fields=True):
    """What is to be found in a text; the tests ask."""

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
def knowledge() -> Knowledge:
    """What stands in resources/names, read once."""
    heads, words, places = _read("heads", _Heads), _read("words", _Words), _read("places", _Places)
    nations = _set(words.nations)
    return Knowledge(
        heads=_by_words(heads.head),
        scores=heads.scores,
        ends=_set(words.ends),
        plain=_set(words.plain),
        nouns=_set(words.nouns),
        telling=_set(words.telling),
        nations=nations | {nation + "ة" for nation in nations},
        vague=_set(words.vague),
        ordinals=_set(words.ordinals),
        actors=_set(words.actors),
        works=_set(words.works),
        common=_set(words.common),
        qualities=_set(words.qualities),
        persons=_set(words.persons),
        places=_set(places.names),
        phrases=frozenset(words_of(fold(line)) for line in places.phrases.splitlines() if line),
        bound={fold(word): frozenset(map(fold, before)) for word, before in words.bound.items()},
        tails=frozenset(words_of(fold(tail)) for tail in words.tails),
        listed=_listed(_read("lists", _Lists).lists),
    )


def _read(name: str, kind: type[_File]) -> _File:
    return msgspec.toml.decode(resource("names", f"{name}.toml").read_bytes(), type=kind)


def _set(words: str) -> frozenset[str]:
    return frozenset(map(fold, words.split()))


def _by_words(rows: list[_Head]) -> dict[Words, tuple[Head, ...]]:
    found: dict[Words, tuple[Head, ...]] = {}
    for row in rows:
        without, only = frozenset(map(fold, row.without)), frozenset(map(fold, row.only))
        not_after = tuple(map(fold, row.not_after))
        for name in row.words:
            words = words_of(fold(name))
            head = Head(words, row.role, frozenset(row.takes), without, only, not_after, row.score)
            found[words] = (*found.get(words, ()), head)
    return found


def _listed(lists: list[_List]) -> dict[Words, Listed]:
    found: dict[Words, Listed] = {}
    for group in lists:
        for line in group.names.splitlines():
            full, _colon, short = line.partition(":")
            for name in filter(None, (full, *map(str.strip, short.split(",")))):
                other = None if name == full else full
                found.setdefault(words_of(fold(name)), Listed(group.role, group.score, name.isupper(), other))
    return found


prepare(_Heads, _Words, _Places, _Lists)
