"""Where a name ends that begins with a head noun.

An Arabic name is a chain: a head, then an idafa that a definite noun closes (مجلس مدينة الرباط), or a definite head with
adjectives that tell it apart (المكتب الوطني); after that more adjectives, what is joined to it by و (والمالية), what it is for
(للسكك الحديدية), where it is (بالرباط), and for a plan its years. Anything else ends it.
"""

import re
from typing import Final, NamedTuple

from annotator.core.folding import fold
from annotator.core.proclitics import ARTICLE
from annotator.suggest.names.data import (
    ADJECTIVE,
    GENITIVE,
    JOINED,
    NATION,
    PERIOD,
    PLACE,
    PROPER,
    PURPOSE,
    QUOTED,
    WORKS,
    Head,
    knowledge,
)
from annotator.suggest.names.reading import AND, AT, DEFINITE, FOR, LATIN, LOCAL, NOUN, NUMBER, Reading, reading

_CLOSING: Final = {"«": "»", "“": "”", "”": "“", '"': '"'}
_LONGEST_QUOTED: Final = 8  # tokens between the marks
_NOUNS: Final = 3  # indefinite ones in a row, at most, before the definite one
_FEMININE: Final = frozenset(map(fold, ("كتائب", "أوقاف", "جمارك", "العليا", "الكبرى", "العظمى")))
_YEARS: Final = re.compile(r"(?:19|20)\d\d(?:[-‐‑–/](?:19|20)?\d\d)?")


class End(NamedTuple):
    """The word before which a name ends, and the rule that says how likely it is right."""

    last: int
    rule: str


def name_end(words: tuple[str, ...], at: int, head: Head, *, definite: bool) -> End | None:
    """Where the name ends whose head stands before word `at` of a sentence; None if it is none.

    `words` are folded. `definite` says whether the head has its article.
    """
    walk = _Walk(words, at, head)
    return walk.definite() if definite else walk.indefinite()


class _Walk:
    """One way along a sentence from behind a head; `_end` is the last place where the name could end."""

    def __init__(self, words: tuple[str, ...], at: int, head: Head) -> None:
        self._words = words
        self._at = at
        self._head = head
        self._end: End | None = None

    def definite(self) -> End | None:
        takes = self._head.takes
        first = self._next()
        if first is None:
            return None
        if QUOTED in takes and self._quoted():
            return self._end
        if first.lead or first.kind != DEFINITE or not self._allows(first):
            return None
        if not _agrees(self._head.words[-1], first.word):
            return None
        if NATION in takes and self._of_a_nation():
            self._go_on()
            return self._end
        if first.is_adjective:
            self._step(ADJECTIVE)
            self._go_on()
        told = ADJECTIVE in takes or (self._end is not None and self._end.rule != ADJECTIVE)
        return self._end if told else None

    def indefinite(self) -> End | None:
        takes = self._head.takes
        first = self._next()
        if first is None or not self._allows(first):
            return None
        if (QUOTED in takes and self._quoted()) or (PERIOD in takes and self._period()):
            return self._end
        if PROPER in takes and first.kind == LATIN:
            while (word := self._next()) and word.kind == LATIN:
                self._step(PROPER)
            return self._end
        of_matter = first.kind == NOUN and first.word in knowledge().works
        if GENITIVE in takes or (WORKS in takes and of_matter) or (NATION in takes and first.kind == LOCAL):
            if not first.lead and self._idafa(GENITIVE):
                self._go_on()
        return self._end

    def _of_a_nation(self) -> bool:
        """Behind the adjective of a country, over others before it: القوات البحرية السعودية."""
        start = self._at
        while (word := self._next()) and not word.lead and word.is_adjective:
            if word.word in knowledge().nations:
                return self._step(NATION)
            self._at += 1
        self._at = start
        return False

    def _next(self) -> Reading | None:
        return reading(self._words[self._at]) if self._at < len(self._words) else None

    def _step(self, rule: str) -> bool:
        self._at += 1
        self._end = End(self._at, rule)
        return True

    def _allows(self, first: Reading) -> bool:
        head = self._head
        return first.word not in head.without and (not head.only or first.word in head.only)

    def _idafa(self, rule: str, nouns: int = 0) -> bool:
        """Goes behind the definite noun or place that closes a run of indefinite nouns, of which there were some
        already; where none does, it stays."""
        start = self._at
        self._at += 1 if nouns else 0
        while word := self._next():
            if word.lead:
                break
            if word.kind == LOCAL or (word.kind == DEFINITE and not word.is_plain and (nouns or not word.is_actor)):
                return self._step(rule)
            if word.kind != NOUN or nouns > _NOUNS or not self._goes_within(word, nouns):
                break
            nouns += 1
            self._at += 1
            if nouns == 1 and PROPER in self._head.takes and word.is_proper and not self._looks_like_adjective(word):
                self._end = End(self._at, PROPER)
        self._at = start
        return False

    def _goes_within(self, word: Reading, nouns: int) -> bool:
        """Whether an indefinite noun may stand in the idafa: the first may not be an adjective of the head."""
        known = knowledge()
        if word.is_of_names:
            return True
        if nouns == 0 and (word.word.endswith("ية") or word.word in known.common):
            return False
        return not word.word.startswith("ي")  # a verb

    def _looks_like_adjective(self, word: Reading) -> bool:
        return self._head.words[-1].endswith("ة") and word.word.endswith("ة")

    def _go_on(self) -> None:
        while (word := self._next()) and self._further(word):
            pass

    def _further(self, word: Reading) -> bool:
        """Goes behind what may follow a name that could end here; false if that ends it."""
        end, takes = self._end, self._head.takes
        if end is None:
            return False
        before = reading(self._words[self._at - 1])
        if self._bound(word, before, end.rule):
            return True
        if word.lead == AND:
            return self._joined(word, before, end.rule)
        if word.lead == FOR:
            return PURPOSE in takes and not word.is_actor and self._complement(word, PURPOSE)
        if word.lead == AT:
            return PLACE in takes and self._placed(word, end.rule)
        if word.is_adjective or (word.kind == LOCAL and before.kind == LOCAL):
            return self._step(end.rule)
        if PERIOD in takes:
            return self._period() or (QUOTED in takes and self._quoted())
        return PURPOSE in takes and self._unknown_purpose(word)

    def _bound(self, word: Reading, before: Reading, rule: str) -> bool:
        """Over a preposition that the noun before it asks for: الوقاية من الرشوة, الاتجار بالبشر."""
        bound = knowledge().bound
        if word.lead == AT:
            return before.word in bound[AT] and self._complement(word, rule)
        if before.word not in bound.get(word.word, ()):
            return False
        if word.word in ("منه", "منها"):
            return self._step(rule)
        self._at += 1
        if self._idafa(rule):
            return True
        self._at -= 1
        return False

    def _joined(self, word: Reading, before: Reading, rule: str) -> bool:
        if word.is_adjective and before.is_adjective:
            return self._step(rule)
        if JOINED not in self._head.takes or word.is_actor or word.is_people or word.is_head:
            return False
        return self._complement(word, rule)

    def _complement(self, word: Reading, rule: str) -> bool:
        """Behind a word that و, ل or ب is written onto, and the idafa that it begins."""
        if word.kind in (DEFINITE, LOCAL):
            return self._step(rule)
        return word.kind == NOUN and self._idafa(rule, 1)

    def _unknown_purpose(self, word: Reading) -> bool:
        """Behind ل and a noun that no list has, if a definite one follows: لمهن المستقبل."""
        following = reading(self._words[self._at + 1]) if self._at + 1 < len(self._words) else None
        if word.kind != NOUN or not word.word.startswith(FOR) or following is None:
            return False
        return following.kind == DEFINITE and not following.lead and self._idafa(PURPOSE, 1)

    def _placed(self, word: Reading, rule: str) -> bool:
        """Behind a place, or behind the name of what it is a part of: بوزارة الداخلية."""
        if word.kind == LOCAL:
            return self._step(rule)
        for head in knowledge().heads.get((word.word.removeprefix(ARTICLE),), ()):
            end = name_end(self._words, self._at + 1, head, definite=word.kind == DEFINITE)
            if end:
                self._at = end.last
                self._end = End(end.last, rule)
                return True
        return False

    def _quoted(self) -> bool:
        """Behind what is in quotation marks, with both of them."""
        closing = _CLOSING.get(self._words[self._at]) if self._at < len(self._words) else None
        inside = self._words[self._at + 1 : self._at + 2 + _LONGEST_QUOTED]
        if closing is None or closing not in inside[1:]:
            return False
        self._at += inside.index(closing) + 1
        return self._step(QUOTED)

    def _period(self) -> bool:
        """Behind years, which may be said to be years: 2024-2025, للفترة 2021-2025."""
        ahead = self._words[self._at : self._at + 2]
        if ahead[:1] == ("للفترة",):
            ahead = ahead[1:]
        if not ahead or reading(ahead[0]).kind != NUMBER or not _YEARS.fullmatch(ahead[0]):
            return False
        self._at += 1 if ahead[0] == self._words[self._at] else 2
        self._end = End(self._at, PERIOD)
        return True


def _agrees(head: str, adjective: str) -> bool:
    """Whether an adjective has the gender of a head; plurals of things are feminine."""
    feminine = head.endswith(("ة", "ات", "ا")) or head in _FEMININE
    return feminine == adjective.endswith("ة") or adjective in _FEMININE
