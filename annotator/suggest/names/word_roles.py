"""What one folded word may be in a name: a definite noun, an adjective, a place, behind و, ل or ب or not."""

import re
from collections.abc import Container, Mapping
from functools import lru_cache
from typing import Final

from msgspec import Struct

from annotator.suggest.base import PLAN
from annotator.suggest.names.data import NATION, Head, knowledge
from annotator.text.folding import fold
from annotator.text.lexicon import Words
from annotator.text.proclitics import ARTICLE

AND: Final = "و"
FOR: Final = "ل"
AT: Final = "ب"

DEFINITE: Final = "definite"
NOUN: Final = "noun"
LOCAL: Final = "place"
NUMBER: Final = "number"
LATIN: Final = "latin"
END: Final = "end"

_FEWEST: Final = 3  # letters behind an article
_PEOPLE: Final = re.compile("ال(?:م.*[يو]ن|.*يين|.*يون)")  # the plurals in ين and ون that are hardly anything else
_LOCALITIES: Final = frozenset(map(fold, ("مدينة", "جهة", "إقليم", "عمالة", "منطقة", "مطار")))
_SUFFIXED: Final = ("ها", "هم", "هما", "هن")
_ACTION: Final = re.compile("ا.{2,4}ا.|.*(?:ات|ي|ية|ين|ون)|[يتن].*")  # احتجاز, استقبال, plurals, verbs: no proper names
_LEADS: Final = (("وال", AND), ("بال", AT), ("لل", FOR))


class Reading(Struct, frozen=True):
    """A word without what is written onto it: `lead` is و, ل, ب or empty, `word` what is left, `kind` what that is.

    `is_adjective`: it tells a body apart from others; `is_vague`: it does only with others behind it; `is_plain`: it is
    an adjective that does not. `is_actor`: it is somebody, rather than part of a name; `is_people`: it is several of
    them. `is_head`: names begin with it. `is_of_names`: it is known to stand within names. `is_person`: it is of the
    name of one. `is_action`: by its shape it is a noun of action, a plural or a verb. `is_common`: the head before
    it is not called so; `is_quality`: it is an indefinite adjective of it. `is_work`: it is a noun of action or matter
    that stands in names, with its article or without. `is_locality`: it is a city, a region and the like, whose name
    follows.
    """

    lead: str
    word: str
    kind: str
    is_adjective: bool = False
    is_plain: bool = False
    is_vague: bool = False
    is_actor: bool = False
    is_people: bool = False
    is_head: bool = False
    is_of_names: bool = False
    is_person: bool = False
    is_action: bool = False
    is_common: bool = False
    is_quality: bool = False
    is_locality: bool = False
    is_work: bool = False

    @property
    def is_proper(self) -> bool:
        """Whether it may be a proper name by itself."""
        return self.kind == NOUN and not (self.is_of_names or self.is_action or self.is_common or self.is_quality)


@lru_cache(maxsize=1 << 14)
def reading(word: str) -> Reading:
    """How a folded word is read where a name may go on."""
    known = knowledge()
    lead, rest, kind = _cut(word)
    bare = rest.removeprefix(ARTICLE) if kind == DEFINITE else rest
    plain = rest in known.plain
    matter = rest in known.works
    heads = known.heads.get((bare,), ())
    head = bool(heads) and not (bare.endswith("ية") and all(map(_is_oftener_an_adjective, heads)))
    return Reading(
        lead,
        rest,
        kind,
        is_adjective=kind == DEFINITE and not (plain or head) and _tells(rest),
        is_plain=plain,
        is_vague=rest in known.vague or rest in known.nations,
        is_actor=rest in known.actors,
        is_people=_PEOPLE.fullmatch(rest) is not None,
        is_head=head,
        is_of_names=matter or head or rest in known.persons,
        is_person=kind != END and rest in known.persons,
        is_action=_ACTION.fullmatch(rest) is not None,
        is_locality=rest in _LOCALITIES,
        is_common=rest in known.common,
        is_quality=rest in known.qualities or rest.endswith(("ي", "ية")),
        is_work=bare in known.works,
    )


def _is_oftener_an_adjective(head: Head) -> bool:
    """Whether a head in ية is met in names as an adjective rather: المالية الخارجية, الدراسات الاستراتيجية."""
    return NATION in head.takes or head.role == PLAN


def _tells(word: str) -> bool:
    known = knowledge()
    return word in known.telling or word in known.vague or (word.endswith(("ي", "ية")) and word not in known.nouns)


def _cut(word: str) -> tuple[str, str, str]:
    """What is written onto a word, what is left of it, and its kind."""
    known = knowledge()
    if word in known.ends:
        return "", word, END
    if word in known.places and word not in known.nations:  # السعودية is both
        return "", word, LOCAL
    if word.startswith(ARTICLE) and len(word) >= len(ARTICLE) + _FEWEST:
        return "", word, DEFINITE
    for start, lead in _LEADS:
        if word.startswith(start) and len(word) >= len(start) + _FEWEST:
            rest = ARTICLE + word[len(start) :]
            return lead, rest, LOCAL if rest in known.places else DEFINITE
    if word[:1] in (AND, FOR, AT) and word not in known.works and (word,) not in known.heads:
        rest = word[1:]
        if rest in known.places:
            return word[0], rest, LOCAL
        if rest in known.works or rest in _LOCALITIES or (rest,) in known.heads:
            return word[0], rest, NOUN
    if word[:1].isdecimal():
        return "", word, NUMBER
    if len(word) == 1 or not word[:1].isalpha() or word.endswith(_SUFFIXED) or _is_led(word):
        return "", word, END
    return "", word, LATIN if word.isascii() else NOUN


def _is_led(word: str) -> bool:
    """Whether و is written onto a word that no list has: ومحاسبة. In a name such words are not met."""
    known = knowledge()
    is_known = word in known.works or word in known.persons or (word,) in known.heads
    return word.startswith(AND) and len(word) > _FEWEST + 1 and not is_known


class Line(Struct, frozen=True):
    """The folded words of a sentence, along which a name goes.

    `listed` has the ends of known names by their starts, `led` the starts of those behind a proclitic.
    """

    words: tuple[str, ...]
    listed: Mapping[int, int]
    led: Container[int]

    def read(self, at: int) -> Reading | None:
        """The word at this place; a place of several words as one. None beyond the end."""
        if not 0 <= at < len(self.words):
            return None
        phrase = self._phrase(at)
        return phrase[0] if phrase else reading(self.words[at])

    def width(self, at: int) -> int:
        """How many words that is."""
        phrase = self._phrase(at)
        return phrase[1] if phrase else 1

    def _phrase(self, at: int) -> tuple[Reading, int] | None:
        for lead, first in _beginnings(self.words[at]):
            for phrase in _by_first().get(first, ()):
                if self.words[at + 1 : at + len(phrase)] == phrase[1:]:
                    return Reading(lead, " ".join(phrase), LOCAL), len(phrase)
        return None


@lru_cache(maxsize=1 << 14)
def _beginnings(word: str) -> tuple[tuple[str, str], ...]:
    """The words with which a place may begin here, each with what is written onto it."""
    found = [("", word), *((start, ARTICLE + word[len(begun) :]) for begun, start in _LEADS if word.startswith(begun))]
    if word[:1] in (AND, FOR, AT):
        found.append((word[0], word[1:]))
    return tuple(pair for pair in found if pair[1] in _by_first())


@lru_cache(maxsize=1)
def _by_first() -> Mapping[str, list[Words]]:
    """The places of several words by their first, the longest first."""
    found: dict[str, list[Words]] = {}
    for phrase in sorted(knowledge().phrases, key=len, reverse=True):
        found.setdefault(phrase[0], []).append(phrase)
    return found
