"""The role of a folded word in a name, with or without و, ل or ب."""

import re
from collections.abc import Container, Mapping
from functools import lru_cache
from typing import Final

from msgspec import Struct, field

from annotator.model.label_roles import PLAN
from annotator.suggest.names.data import ADJECTIVE, NATION, PLACE, PURPOSE, QUOTED, TOWN, Head, load_knowledge
from annotator.text.lexicon import FoldedForm
from annotator.text.proclitics import DEFINITE_ARTICLE

AND: Final = "و"
FOR: Final = "ل"
AT: Final = "ب"

DEFINITE: Final = "definite"
NOUN: Final = "noun"
LOCAL: Final = "place"
NUMBER: Final = "number"
LATIN: Final = "latin"
END: Final = "end"

_MIN_LETTERS: Final = 3  # letters after an article
_PEOPLE: Final = re.compile("ال(?:م.*[يو]ن|.*يين|.*يون)")  # plurals in ين and ون that are hardly ambiguous
_ITS: Final = ("ها", "ه")
_SUFFIXED: Final = ("ها", "هم", "هما", "هن")
_ACTION: Final = re.compile(
    "ا..ا.|ا.[تطد].ا.|ان..ا.|است..ا.|.*(?:ات|ي|ية|ين|ون)|[يتن].*"
)  # احتجاز, استقبال, plurals and verbs, not proper names
_DIALECT_IN: Final = "ف"
_DEFINITE_STARTS: Final = ("ال", "وال", "فال", "بال", "كال", "لل", "ولل", "وبال")
_POSSESSED: Final = (*_SUFFIXED, "ه", "نا", "كم")
_LEADS: Final = (("وال", AND), ("بال", AT), ("لل", FOR))
_NAME_PREFIXES: Final = ("تا", "تي", "تو")  # of foreign names; verbs seldom begin so
_ARABIC: Final = re.compile(".*[حعصضطظقذثءؤئ].*|(?:ال|ا?ست|م).*|.*(?:ة|ات)")  # letters and ends of no foreign name
_LED_FOREIGN: Final = ("لا", "لو", "لي")
_MIN_FOREIGN: Final = 5  # letters
_PRESENT: Final = re.compile(
    "ت(?!..ي.$|.ا..$|(?:قدم|طور|حول|علم|غير|حكم|نقل|خصص|عدد|ضامن)$).{3,7}|ي(?!و).{3,7}"
)  # verbs, and not تمويل, تعاون
_PAST: Final = re.compile(
    "[^ات][^ا][^اوي]ت|[^ات]ا[^اوي][^اوي]?ت|ا[^ا][^ا][^اوي]ت"
    "|(?:ا[^ا][تطد]|ان[^ا]|است[^ا]|ا[^ا])(?:[^اوي][^اوي]|ا[^اوي])ت"
)  # قادت, شاركت, أعلنت, اختارت
_NO_VERB_STARTS: Final = ("تا", "تي", "توي", "توت")
_NO_VERB: Final = ("ة", "ات", "ين", "ون", "ي")


class WordRole(Struct, frozen=True):
    """A word without its attached prefix: `lead` is و, ل, ب or empty, `word` the rest, `kind` its kind.

    `is_adjective`: distinguishes institutions; `is_vague`: only with others after it; `is_plain`: an adjective that
    does not. `is_actor`: a person, not part of a name; `is_people`: several. `is_head`: begins names. `is_of_names`:
    known within names. `is_person`: part of a person's name. `is_action`: looks like a noun of action, plural or verb.
    `is_common`: not the proper name of the head before; `is_quality`: its indefinite adjective. `is_work`: a noun of
    action or matter in names, with or without article. `is_locality`: a city, region or the like, whose name follows.
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
        """Return whether it may be a proper name by itself."""
        return self.kind == NOUN and not (self.is_of_names or self.is_action or self.is_common or self.is_quality)


@lru_cache(maxsize=1 << 14)
def classify_word(word: str) -> WordRole:
    """Return the role of a folded word where a name may continue."""
    knowledge = load_knowledge()
    lead, base, kind = _split_lead(word)
    bare = base.removeprefix(DEFINITE_ARTICLE) if kind == DEFINITE else base
    is_plain = base in knowledge.plain
    is_work = base in knowledge.works
    heads = [head for head in knowledge.heads.get((bare,), ()) if not (kind == DEFINITE and head.is_construct)]
    is_head = bool(heads) and not (bare.endswith("ية") and all(map(_is_oftener_an_adjective, heads)))
    is_head = is_head and not (kind == DEFINITE and not lead and base in knowledge.nations)  # الشرطة الفدرالية
    return WordRole(
        lead,
        base,
        kind,
        is_adjective=kind == DEFINITE and not (is_plain or is_head) and _is_distinctive(base),
        is_plain=is_plain,
        is_vague=base in knowledge.vague or base in knowledge.nations,
        is_actor=base in knowledge.actors,
        is_people=_PEOPLE.fullmatch(base) is not None,
        is_head=is_head,
        is_of_names=is_work or is_head or base in knowledge.persons,
        is_person=kind != END and base in knowledge.persons,
        is_action=_ACTION.fullmatch(base) is not None,
        is_locality=base in knowledge.localities,
        is_common=base in knowledge.common or (base.endswith(_ITS[1]) and (base[:-1],) in knowledge.heads),  # حزبه
        is_quality=base in knowledge.qualities or (base.endswith(("ي", "ية")) and base not in knowledge.localities),
        is_work=bare in knowledge.works,
    )


def _is_oftener_an_adjective(head: Head) -> bool:
    """Return whether a head in ية is more often an adjective: المالية الخارجية, المحكمة الابتدائية."""
    return NATION in head.takes or head.takes == {TOWN} or head.role == PLAN


def _is_distinctive(word: str) -> bool:
    knowledge = load_knowledge()
    return (
        word in knowledge.telling
        or word in knowledge.vague
        or word in knowledge.nations
        or (word.endswith(("ي", "ية")) and word not in knowledge.nouns)
    )


def _split_lead(word: str) -> tuple[str, str, str]:
    """Return a word's attached prefix, the base, and its kind."""
    knowledge = load_knowledge()
    if word in knowledge.ends:
        return "", word, END
    if word in knowledge.places and word not in knowledge.nations:  # السعودية is both
        return "", word, LOCAL
    if word in knowledge.indefinite:
        return "", word, NOUN
    if word[:1] in (AND, FOR, AT) and word[1:] in knowledge.indefinite:
        return word[0], word[1:], NOUN
    if word.startswith(DEFINITE_ARTICLE) and len(word) >= len(DEFINITE_ARTICLE) + _MIN_LETTERS:
        return "", word, DEFINITE
    if word in knowledge.short:
        return "", word, DEFINITE
    for start, lead in _LEADS:
        base = DEFINITE_ARTICLE + word[len(start) :]
        if word.startswith(start) and (len(word) >= len(start) + _MIN_LETTERS or base in knowledge.short):
            return lead, base, LOCAL if base in knowledge.places else DEFINITE
    if word[:1] in (AND, FOR, AT) and word not in knowledge.works and (word,) not in knowledge.heads:
        base = word[1:]
        if base in knowledge.places:
            return word[0], base, LOCAL
        if base in knowledge.works or base in knowledge.localities or (base,) in knowledge.heads:
            return word[0], base, NOUN
    in_dialect = _in_dialect(word)
    if in_dialect:
        return AT, in_dialect, LOCAL
    if word[:1].isdecimal() and not word[-1].isalpha():
        return "", word, NUMBER
    if word.isascii() and word.isalnum() and len(word) > 1:
        return "", word, LATIN
    if len(word) == 1 or not word[:1].isalpha() or word.endswith(_SUFFIXED) or _is_led(word):
        return "", word, END
    return "", word, LATIN if word.isascii() else NOUN


def _in_dialect(word: str) -> str | None:
    """Return the place behind ف, as Moroccans write في: فالرباط, فطنجة."""
    place = word.removeprefix(_DIALECT_IN)
    return place if word.startswith(_DIALECT_IN) and place in load_knowledge().places else None


def _is_led(word: str) -> bool:
    """Return whether و is attached to a word of no list (ومحاسبة), as never in a name."""
    knowledge = load_knowledge()
    is_known = word in knowledge.works or word in knowledge.persons or word in knowledge.localities
    is_known = is_known or (word,) in knowledge.heads
    return word.startswith(AND) and len(word) > _MIN_LETTERS + 1 and not is_known


def is_adjective_of(word: str, before: str) -> bool:
    """Return whether a word in ية is an adjective, so no name, after a definite noun: العلاقات الخارجية.

    Words that end names are no nouns, even those that begin as definite ones: إلى الجمعية, اليوم الجمعية.
    """
    is_definite = before.startswith(_DEFINITE_STARTS) and before not in load_knowledge().ends
    return is_definite and word.startswith(DEFINITE_ARTICLE) and word.endswith("ية")


def is_adjective_at(words: tuple[str, ...], index: int, word: str) -> bool:
    """Return whether a word in ية at `index` is an adjective of what stands before, also of whose or behind another.

    سياستها الخارجية، السياسة الداخلية والخارجية
    """
    before = words[index - 1] if index else ""
    if words[index].startswith(AND) and before.endswith("ية"):
        return is_adjective_at(words, index - 1, before)
    if words[index] != word:  # behind a preposition
        return False
    is_possessed = len(before) > _MIN_LETTERS and before.endswith(_POSSESSED)
    return is_adjective_of(word, before) or (is_possessed and word.endswith("ية"))


def is_work_on_it(word: str) -> bool:
    """Return whether a word is و with a work on what was named before: الوقاية من الرشوة ومحاربتها, الدم وحفظه."""
    if not word.startswith(AND) or not word.endswith(_ITS):
        return False
    work = word.removeprefix(AND).removesuffix(_ITS[0]).removesuffix(_ITS[1])
    works = load_knowledge().works
    return work in works or (work.endswith("ت") and work.removesuffix("ت") + "ة" in works)


def looks_foreign(role: WordRole, head: str) -> bool:
    """Return whether a noun behind a head looks like a foreign name, and no adjective of it: شركة ديليفري."""
    word = role.word
    if role.kind != NOUN or role.lead or role.is_of_names or role.is_common or len(word) < _MIN_FOREIGN:
        return False
    if _ARABIC.fullmatch(word):
        return False
    if word.endswith("ي") and not head.endswith("ة"):  # موقع إخباري
        return False
    is_led = word.startswith(FOR) and not word.startswith(_LED_FOREIGN)
    is_verb = word.startswith(("ي", "ت")) and not word.startswith(_NAME_PREFIXES)
    return not (is_led or is_verb)


def is_verb_of(role: WordRole, head: str) -> bool:
    """Return whether a word looks like a verb in the present of what a head names: شركة ديليفري تعلق."""
    word, knowledge = role.word, load_knowledge()
    if role.kind != NOUN or role.is_of_names or word in knowledge.endings or word in knowledge.particles:
        return False
    is_of_gender = word.startswith("ت" if head.endswith("ة") else "ي")
    is_verb = _PRESENT.fullmatch(word) and not word.endswith(_NO_VERB) and not word.startswith(_NO_VERB_STARTS)
    return is_of_gender and bool(is_verb)


def may_be_surname(role: WordRole, head: str) -> bool:
    """Return whether a noun behind a given name may be a foreign surname, and no verb of what a head names.

    Nouns of action and adjectives are none, nor what ends as feminine Arabic words do, unless it is a given name, too.
    """
    word, knowledge = role.word, load_knowledge()
    if role.lead or role.kind not in (NOUN, LOCAL) or role.is_of_names or role.is_common or word in knowledge.qualities:
        return False
    if word in knowledge.given_names:
        return True
    is_led = word.startswith((FOR, AT)) and classify_word(word[1:]).kind != NOUN
    is_short_verb = word.startswith(("ت", "ي")) and len(word) <= _MIN_LETTERS
    return not (is_led or is_short_verb or word.endswith(("ة", "ت", "ا")) or is_verb_of(role, head))


def is_past_of(role: WordRole, head: str) -> bool:
    """Return whether a word looks like a verb in the past of what a feminine head names: مجموعة | قادت."""
    if not head.endswith("ة") or role.kind != NOUN or role.is_of_names or role.is_common:
        return False
    return _PAST.fullmatch(role.word) is not None and role.word not in load_knowledge().endings


def is_addressed(word: WordRole) -> bool:
    """Return whether a word begins names of media, to which something is said rather than for which a body is."""
    heads = load_knowledge().heads.get((word.word,), ())
    return any(QUOTED in head.takes and not {ADJECTIVE, PLACE, PURPOSE} & head.takes for head in heads)


class SentenceLine(Struct, frozen=True):
    """A sentence's folded words.

    `listed` maps known names' starts to their ends; `led` are starts behind a proclitic; `roles` caches words and how
    many each counts for.
    """

    words: tuple[str, ...]
    listed: Mapping[int, int]
    led: Container[int]
    roles: dict[int, tuple[WordRole, int]] = field(default_factory=dict)

    def word_at(self, index: int) -> WordRole | None:
        """Return the word at this index, a place of several counting as one; None beyond the end."""
        if not 0 <= index < len(self.words):
            return None
        return self._role_at(index)[0]

    def word_count_at(self, index: int) -> int:
        """Return how many words that is."""
        return self._role_at(index)[1]

    def _role_at(self, index: int) -> tuple[WordRole, int]:
        role = self.roles.get(index)
        if role is None:
            role = self.roles[index] = (
                self._phrase(index) or self._joined(index) or (classify_word(self.words[index]), 1)
            )
        return role

    def _joined(self, index: int) -> tuple[WordRole, int] | None:
        """Return the word behind a و that is written apart from it, with it."""
        if self.words[index] != AND or index + 1 == len(self.words):
            return None
        role = classify_word(AND + self.words[index + 1])
        return (role, 2) if role.lead == AND else None

    def _phrase(self, index: int) -> tuple[WordRole, int] | None:
        for lead, first in _phrase_starts(self.words[index]):
            for phrase in _phrases_by_first_word().get(first, ()):
                if self.words[index + 1 : index + len(phrase)] == phrase[1:]:
                    return WordRole(lead, " ".join(phrase), LOCAL), len(phrase)
        return None


@lru_cache(maxsize=1 << 14)
def _phrase_starts(word: str) -> tuple[tuple[str, str], ...]:
    """Return the words that may begin a place here, each with its prefix."""
    starts = [
        ("", word),
        *((lead, DEFINITE_ARTICLE + word[len(prefix) :]) for prefix, lead in _LEADS if word.startswith(prefix)),
    ]
    if word[:1] in (AND, FOR, AT):
        starts.append((word[0], word[1:]))
    return tuple(pair for pair in starts if pair[1] in _phrases_by_first_word())


@lru_cache(maxsize=1)
def _phrases_by_first_word() -> Mapping[str, list[FoldedForm]]:
    """Return the places of several words by their first, longest first."""
    phrases: dict[str, list[FoldedForm]] = {}
    for phrase in sorted(load_knowledge().phrases, key=len, reverse=True):
        phrases.setdefault(phrase[0], []).append(phrase)
    return phrases
