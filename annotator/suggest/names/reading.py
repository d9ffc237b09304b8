"""What one folded word may be in a name: a definite noun, an adjective, a place, behind و, ل or ب or not."""

import re
from functools import lru_cache
from typing import Final

from msgspec import Struct

from annotator.core.proclitics import ARTICLE
from annotator.suggest.names.data import knowledge

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
_SUFFIXED: Final = ("ها", "هم", "هما", "هن")
_ACTION: Final = re.compile("ا.{2,4}ا.|.*(?:ات|ية|ين|ون)|[يتن].*")  # احتجاز, استقبال, plurals, verbs: no proper names
_LEADS: Final = (("وال", AND), ("بال", AT), ("لل", FOR))


class Reading(Struct, frozen=True):
    """A word without what is written onto it: `lead` is و, ل, ب or empty, `word` what is left, `kind` what that is.

    `is_adjective`: it tells a body apart from others; `is_plain`: it is an adjective that does not. `is_actor`: it is
    somebody, rather than part of a name; `is_people`: it is several of them. `is_head`: names begin with it.
    `is_of_names`: it is known to stand within names. `is_proper`: it may be a proper name.
    """

    lead: str
    word: str
    kind: str
    is_adjective: bool = False
    is_plain: bool = False
    is_actor: bool = False
    is_people: bool = False
    is_head: bool = False
    is_of_names: bool = False
    is_proper: bool = False


@lru_cache(maxsize=1 << 14)
def reading(word: str) -> Reading:
    """How a folded word is read where a name may go on."""
    known = knowledge()
    lead, rest, kind = _cut(word)
    bare = rest.removeprefix(ARTICLE) if kind == DEFINITE else rest
    plain = rest in known.plain
    matter = rest in known.works
    head = (bare,) in known.heads
    return Reading(
        lead,
        rest,
        kind,
        is_adjective=kind == DEFINITE and not plain and not head and _tells(rest),
        is_plain=plain,
        is_actor=rest in known.actors,
        is_people=_PEOPLE.fullmatch(rest) is not None,
        is_head=head,
        is_of_names=matter or head or rest in known.persons,
        is_proper=kind == NOUN and not (matter or head or rest in known.common or _ACTION.fullmatch(rest)),
    )


def _tells(word: str) -> bool:
    return word in knowledge().telling or word.endswith(("ي", "ية"))


def _cut(word: str) -> tuple[str, str, str]:
    """What is written onto a word, what is left of it, and its kind."""
    known = knowledge()
    if word in known.ends:
        return "", word, END
    if word in known.places:
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
        if (word[0] != AT and rest in known.works) or (rest,) in known.heads:
            return word[0], rest, NOUN
    if word[:1].isdecimal():
        return "", word, NUMBER
    if len(word) == 1 or not word[:1].isalpha() or word.endswith(_SUFFIXED) or _is_led(word):
        return "", word, END
    return "", word, LATIN if word.isascii() else NOUN


def _is_led(word: str) -> bool:
    """Whether something is written onto a word that no list has: بطرح, ومحاسبة. In a name such words are not met."""
    known = knowledge()
    is_known = word in known.works or word in known.persons or (word,) in known.heads
    return word.startswith((AND, AT)) and len(word) > _FEWEST + 1 and not is_known
