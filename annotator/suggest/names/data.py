"""Linguistic knowledge of names, read from resources/names; words are folded (see text.folding)."""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, Final, TypeVar

import msgspec
from msgspec import Struct, field
from msgspec.structs import asdict

from annotator.model.decoders import prepare_decoders
from annotator.resources import resource_path
from annotator.text.folding import fold
from annotator.text.lexicon import FoldedForm, split_form
from annotator.text.proclitics import DEFINITE_ARTICLE

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
HONOUR: Final = "honour"
KNOWN: Final = "known"
TOWN: Final = "town"
WITHIN: Final = "within"
SEAT: Final = "seat"
CAUSE: Final = "cause"
ATTACHED: Final = "attached"
REGION: Final = "region"
VERB: Final = "verb"
PERSON: Final = "person"
BARE: Final = "bare"
BRANCH: Final = "branch"
PART: Final = "part"
NATIONWIDE: Final = "nationwide"
NUMBERED: Final = "numbered"
FIELD: Final = "field"
MARKED: Final = "marked"
IN_BRACKETS: Final = "in brackets"
DESCRIBED: Final = "described"
LOCATED: Final = "located"

_JOINED: Final = re.compile(r" و(?=\w\w)")
_RESPELT: Final = (
    ("عبد ال", "عبدال"),
    ("هيئة", "هيأة"),
    ("أمريكي", "أميركي"),
    ("أوروبي", "أوربي"),
    ("ديمقراطي", "ديموقراطي"),
    ("فيدرالي", "فدرالي"),
    ("شؤون", "شئون"),
)
_CLASS: Final = "@"
_LETTERS_FOR_G: Final = "غجكگ"  # in foreign names; the lists have the first

_File = TypeVar("_File", bound=Struct)


class Head(Struct, frozen=True):
    """A head noun without its article: whether it begins an `institution` or a `plan`, and what may follow.

    `takes` are rules explained in heads.toml. It is no head if the next word is in `without`, or not in a non-empty
    `only`, or if the previous word is in `not_after` (with any proclitics), or if one of `not_led` is attached to it.
    Of the words of non-empty `needs` one is in the name. `is_construct`: never with the article, as duals before a
    noun. `weight` multiplies scores.
    """

    words: FoldedForm
    role: str
    takes: frozenset[str]
    without: frozenset[str] = frozenset()
    only: frozenset[str] = frozenset()
    not_after: frozenset[str] = frozenset()
    not_led: str = ""
    needs: frozenset[str] = frozenset()
    is_construct: bool = False
    weight: float = 1.0


class ListedName(Struct, frozen=True):
    """A known name, its role, and the probability that a match is correct.

    `capitals`: an abbreviation only in capital letters. `full`: a short one's full name. `about`: the list's title.
    `beside`: what stands for it too, but only in an article where it stands itself. `subject`: only before a verb.
    `is_apart`: its last word, a nation, is no part of it.
    """

    about: str
    role: str
    score: float
    capitals: bool
    full: str | None
    beside: tuple[FoldedForm, ...]
    subject: bool
    is_apart: bool


class FoldedWords(frozenset[str]):
    """Words, folded; a file has them in one text or in a list."""


class FoldedPhrases(frozenset[FoldedForm]):
    """Phrases, folded; a file has one a line, or a list."""


class _Words(Struct, frozen=True, forbid_unknown_fields=True):
    ends: FoldedWords
    plain: FoldedWords
    nouns: FoldedWords
    telling: FoldedWords
    nations: FoldedWords
    vague: FoldedWords
    ordinals: FoldedWords
    heights: FoldedWords
    authors: FoldedWords
    broadcasts: FoldedWords
    appearing: FoldedWords
    kinds: FoldedWords
    fields: FoldedWords
    offices: FoldedWords
    occasions: FoldedWords
    named: FoldedWords
    actors: FoldedWords
    works: FoldedWords
    common: FoldedWords
    qualities: FoldedWords
    persons: FoldedWords
    given_names: FoldedWords
    people: FoldedWords
    peoples: FoldedWords
    short: FoldedWords
    indefinite: FoldedWords
    quarters: FoldedWords
    manifold: FoldedWords
    verdicts: FoldedWords
    regional: FoldedWords
    nationwide: FoldedWords
    parliaments: FoldedWords
    particles: FoldedWords
    endings: FoldedWords
    titles: FoldedWords
    reporting: FoldedWords
    reports: FoldedWords
    saying: FoldedWords
    talks: FoldedWords
    statuses: FoldedWords
    formats: FoldedWords
    tails: FoldedPhrases
    pairs: FoldedPhrases
    together: FoldedPhrases
    affiliations: FoldedPhrases
    facilities: FoldedWords
    territories: FoldedWords
    polite: FoldedWords
    counts: FoldedWords
    events: FoldedWords
    sports: FoldedWords
    beneficiaries: FoldedWords
    moods: FoldedWords
    routines: FoldedWords
    dealings: FoldedWords
    missions: FoldedWords
    letters: FoldedWords
    own_haa: FoldedWords
    media: FoldedWords
    quoted_members: FoldedWords
    bound: Mapping[str, FoldedWords]
    plurals: Mapping[str, str]
    classes: Mapping[str, FoldedWords]


class Knowledge(_Words, frozen=True, kw_only=True):
    """The knowledge of the rules, as the files explain it.

    `bound` has the words each preposition may follow, `classes` those that heads name; `phrases` are places of several
    words, `openers` the first words of such, `localities` kinds of places; `tails` may end a name. `clubs` have the
    full names of short ones.
    """

    heads: Mapping[FoldedForm, tuple[Head, ...]]
    scores: Mapping[str, float]
    places: FoldedWords
    phrases: FoldedPhrases
    openers: FoldedWords
    localities: FoldedWords
    clubs: Mapping[FoldedForm, str]
    listed: Mapping[FoldedForm, ListedName]


class _Head(Struct, forbid_unknown_fields=True, rename={"without": "not"}):
    role: str
    words: list[str]
    takes: list[str]
    without: list[str] = []
    only: list[str] = []
    not_after: list[str] = []
    not_led: str = ""
    needs: list[str] = []
    construct: bool = False
    score: float = 1.0


class _Example(Struct, forbid_unknown_fields=True):
    """The names to find in a text; for the tests."""

    text: str
    names: list[str]


class _Heads(Struct, forbid_unknown_fields=True):
    scores: dict[str, float]
    head: list[_Head]
    example: list[_Example]


class _Places(Struct, forbid_unknown_fields=True):
    names: FoldedWords
    phrases: FoldedPhrases
    openers: FoldedWords
    localities: FoldedWords


class _List(Struct, forbid_unknown_fields=True):
    about: str
    role: str
    score: float
    names: str
    heads: FoldedWords = FoldedWords()
    beside: bool = False
    sport: bool = False
    foreign: bool = False
    subject: bool = False
    apart: bool = False


class _Lists(Struct, forbid_unknown_fields=True):
    lists: list[_List] = field(name="list")
    example: list[_Example]


@lru_cache(maxsize=1)
def load_knowledge() -> Knowledge:
    """Return the knowledge in resources/names, read once."""
    heads, words, places = _read("heads", _Heads), _read("words", _Words), _read("places", _Places)
    lists = _read("lists", _Lists).lists
    fields = asdict(words)
    endings = ("", "ة", "ين", "ون")
    fields["nations"] = FoldedWords(nation + ending for nation in words.nations for ending in endings)
    fields["bound"] = {fold(word): before for word, before in words.bound.items()}
    fields["plurals"] = {fold(plural): fold(noun) for plural, noun in words.plurals.items()}
    local = FoldedWords((*places.names, *map(" ".join, places.phrases)))
    classes = {**words.classes, "nations": fields["nations"], "persons": words.persons, "places": local}
    return Knowledge(
        **fields,
        heads=_index_heads(heads.head, classes),
        scores=heads.scores,
        places=places.names,
        phrases=places.phrases,
        openers=places.openers,
        localities=places.localities,
        clubs=_index_clubs(lists),
        listed=_index_names(lists, heads.scores["capitals"], fields["nations"]),
    )


def _read(name: str, kind: type[_File]) -> _File:
    data = resource_path("names", f"{name}.toml").read_bytes()
    return msgspec.toml.decode(data, type=kind, dec_hook=_fold_words)


def _fold_words(kind: type, words: Any) -> Any:
    """Decode FoldedWords and FoldedPhrases."""
    if kind is FoldedWords:
        return FoldedWords(map(fold, words.split() if isinstance(words, str) else words))
    phrases = words.splitlines() if isinstance(words, str) else words
    return FoldedPhrases(split_form(fold(phrase)) for phrase in phrases if phrase)


def _index_heads(rows: list[_Head], classes: Mapping[str, FoldedWords]) -> dict[FoldedForm, tuple[Head, ...]]:
    heads: dict[FoldedForm, tuple[Head, ...]] = {}
    for row in rows:
        without, only = _expand(row.without, classes), _expand(row.only, classes)
        not_after, needs = _expand(row.not_after, classes), _expand(row.needs, classes)
        takes = frozenset(row.takes)
        for name in row.words:
            words = split_form(fold(name))
            head = Head(words, row.role, takes, without, only, not_after, row.not_led, needs, row.construct, row.score)
            heads[words] = (*heads.get(words, ()), head)
    return heads


def _expand(words: list[str], classes: Mapping[str, FoldedWords]) -> frozenset[str]:
    """Return the words folded, and those of each class that is named behind @."""
    named = (classes[word[1:]] for word in words if word.startswith(_CLASS))
    return frozenset(fold(word) for word in words if not word.startswith(_CLASS)).union(*named)


def _index_names(lists: list[_List], capitals_score: float, nations: FoldedWords) -> dict[FoldedForm, ListedName]:
    listed: dict[FoldedForm, ListedName] = {}
    beside = _index_beside(lists)
    for group in lists:
        for name, full in () if group.beside or group.sport else _listed_names(group):
            capitals = name.isupper()
            score = min(group.score, capitals_score) if capitals else group.score
            short = () if group.subject else beside.get(fold(full or name), ())
            words = split_form(fold(name))
            is_apart = group.apart and words[-1] in nations
            entry = ListedName(group.about, group.role, score, capitals, full, short, group.subject, is_apart)
            listed.setdefault(words, entry)
    return listed


def _index_clubs(lists: list[_List]) -> dict[FoldedForm, str]:
    names = (pair for group in lists if group.sport for pair in _listed_names(group))
    return {split_form(fold(name)): full for name, full in names if full}


def _index_beside(lists: list[_List]) -> dict[str, tuple[FoldedForm, ...]]:
    beside: dict[str, tuple[FoldedForm, ...]] = {}
    for group in lists:
        for name, full in _listed_names(group) if group.beside else ():
            if full:
                beside[fold(full)] = (*beside.get(fold(full), ()), split_form(fold(name)))
    return beside


@lru_cache(maxsize=1 << 13)
def without_article(name: str) -> str:
    """Return a name folded and without its article, also where a proclitic has swallowed the alef."""
    return fold(name).removeprefix(DEFINITE_ARTICLE[0]).removeprefix(DEFINITE_ARTICLE[1])


def _listed_names(group: _List) -> Iterator[tuple[str, str | None]]:
    """Yield a list's names in all their spellings, each behind each of its heads, with the full name of a short one."""
    for line in group.names.splitlines():
        full, _colon, short = line.partition(":")
        for name in filter(None, (full, *map(str.strip, short.split(",")))):
            for spelling in _spellings(name, foreign=group.foreign):
                for head in group.heads or ("",):
                    yield f"{head} {spelling}".strip(), None if name == full else full


def _spellings(name: str, *, foreign: bool) -> Iterator[str]:
    """Yield a name as it is listed, as others spell it, and with other letters for a foreign g."""
    yield from dict.fromkeys((name, _JOINED.sub(" و ", name), *(name.replace(*pair) for pair in _RESPELT)))
    for letter in _LETTERS_FOR_G[1:] if foreign and _LETTERS_FOR_G[0] in name else ():
        yield name.replace(_LETTERS_FOR_G[0], letter)


prepare_decoders(_Heads, _Words, _Places, _Lists)
