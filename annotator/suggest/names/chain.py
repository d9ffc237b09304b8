"""Where a name ends that begins with a head noun.

An Arabic name is a chain: a head, then an idafa that a definite noun closes (مجلس مدينة الرباط), or a definite head
with adjectives that tell it apart (المكتب الوطني); after that more adjectives, what is joined to it by و (والمالية),
what it is for (للسكك الحديدية), where it is (بالرباط), and for a plan its years. All else ends it.
"""

import re
from typing import Final, NamedTuple

from annotator.suggest.base import PLAN
from annotator.suggest.names.data import (
    ADJECTIVE,
    COUNTRY,
    GENITIVE,
    HONOUR,
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
from annotator.suggest.names.word_roles import AND, AT, DEFINITE, FOR, LATIN, LOCAL, NOUN, Line, Reading, reading
from annotator.text.folding import fold
from annotator.text.proclitics import ARTICLE

_CLOSING: Final = {"«": "»", "“": "”", "”": "“", '"': '"'}
_LONGEST_QUOTED: Final = 8  # tokens between the marks
_NOUNS: Final = 3  # indefinite ones in a row, at most, before the definite one
_FEMININE: Final = frozenset(
    map(fold, ("كتائب", "أوقاف", "جمارك", "العليا", "الكبرى", "الصغرى", "العظمى", "الخضراء", "الحمراء"))
)
_SUFFIXED: Final = frozenset(map(fold, ("منه", "منها")))
_FOR_THE_PERIOD: Final = fold("للفترة")
_SHORT: Final = 3  # letters of nouns of action such as بدء, رفع
_DEEPEST: Final = 3  # names that end with one another
_HYPHENS: Final = ("-", "–", "‑", "‐")
_YEARS: Final = re.compile(r"(?:19|20)\d\d(?:[-‐‑–/](?:19|20)?\d\d)?")


class End(NamedTuple):
    """The word before which a name ends, and the rule that says how likely it is right."""

    last: int
    rule: str


def name_end(line: Line, at: int, head: Head, *, definite: bool, depth: int = 0) -> End | None:
    """Where the name ends whose head stands before word `at` of the line; None if it is none.

    `definite` says whether the head has its article; `depth` is in how many other names it stands, all of which end
    with it: غرفة الجنايات بمحكمة الاستئناف.
    """
    walk = _Walk(line, at, head, depth)
    return walk.definite() if definite else walk.indefinite()


class _Walk:
    """One way along a line from behind a head; `_end` is the last place where the name could end."""

    def __init__(self, line: Line, at: int, head: Head, depth: int) -> None:
        self._depth = depth
        self._line = line
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
        if first.lead or first.kind != DEFINITE or not self._allows(first) or not _agrees(self._head, first):
            return None
        if NATION in takes and self._of_a_nation():
            self._go_on()
            return self._end
        if not first.is_adjective:
            return None
        self._step(ADJECTIVE)
        alone = self._end
        self._go_on()
        is_told = ADJECTIVE in takes and not (first.is_vague and self._end == alone)
        return self._end if is_told or (self._end and self._end.rule != ADJECTIVE) else None

    def indefinite(self) -> End | None:
        takes = self._head.takes
        first = self._next()
        if first is None or not self._allows(first):
            return None
        if (QUOTED in takes and self._quoted()) or (PERIOD in takes and self._period()):
            return self._end
        if PROPER in takes and self._called():
            return self._end
        if self._begins_idafa(first) and self._idafa(GENITIVE):
            alone = self._end
            self._go_on()
            needs_more = (self._head.role == PLAN and first.kind == LOCAL) or (
                WORKS in takes and first.kind == DEFINITE
            )
            needs_years = PERIOD in takes and GENITIVE not in takes  # رؤية المملكة 2030
            is_dated = self._end is not None and self._end.rule == PERIOD
            if (needs_more and self._end == alone) or (needs_years and not is_dated):
                return None
        return self._end

    def _begins_idafa(self, first: Reading) -> bool:
        takes = self._head.takes
        if first.lead:
            return False
        if COUNTRY in takes and first.kind == LOCAL:
            return True
        return GENITIVE in takes or PERIOD in takes or (WORKS in takes and first.is_work)

    def _called(self) -> bool:
        """Behind a known name or one in Latin letters: منظمة أطباء بلا حدود, شركة Managem."""
        last = self._line.listed.get(self._at)
        if last is not None:
            self._at, self._end = last, End(last, GENITIVE)
            self._go_on()
            return True
        while (word := self._next()) and word.kind == LATIN:
            self._step(PROPER)
        return self._end is not None

    def _of_a_nation(self) -> bool:
        """Behind the adjective of a country, over others before it: القوات البحرية السعودية."""
        start = self._at
        while (word := self._next()) and not word.lead and word.is_adjective:
            if word.word in knowledge().nations:
                return self._step(NATION)
            self._at += 1
        self._at = start
        return False

    def _next(self, ahead: int = 0) -> Reading | None:
        return self._line.read(self._at + ahead)

    def _step(self, rule: str) -> bool:
        self._at += self._line.width(self._at)
        self._end = End(self._at, rule)
        return True

    def _allows(self, first: Reading) -> bool:
        head = self._head
        return first.word not in head.without and (not head.only or first.word in head.only)

    def _idafa(self, rule: str, nouns: int = 0) -> bool:
        """Goes behind the definite noun or place that closes a run of indefinite nouns; where none does, it stays.

        `nouns` is 1 where the word here is known to be the first of them. Two may share the one that closes them:
        إعادة بناء وتأهيل المناطق.
        """
        start = self._at
        self._at += nouns
        while word := self._next():
            if word.lead and not (word.lead == AND and nouns and word.kind == NOUN and not word.is_head):
                break
            if word.kind == LOCAL or (word.kind == DEFINITE and not word.is_plain and (nouns or not word.is_actor)):
                return self._step(rule)
            if word.kind != NOUN or nouns > _NOUNS or not self._goes_within(word, nouns):
                break
            before = self._next(-1)
            nouns += 1
            self._at += 1
            if rule == GENITIVE and self._may_be_called(word, before, nouns):
                self._end = End(self._at, PROPER)
        self._at = start
        return False

    def _may_be_called(self, word: Reading, before: Reading | None, nouns: int) -> bool:
        """Whether a noun is a proper name that the head has: the first behind it, or one behind ابن and the like."""
        if PROPER not in self._head.takes or not word.is_proper:
            return False
        looks_like_adjective = self._head.words[-1].endswith("ة") and word.word.endswith("ة")
        return (nouns == 1 and not looks_like_adjective) or (before is not None and before.is_person)

    def _goes_within(self, word: Reading, nouns: int) -> bool:
        """Whether an indefinite noun may stand in the idafa: the first may not be an adjective of the head."""
        if word.is_of_names:
            return True
        if word.word.startswith((FOR, "ي")) or (nouns and word.word.startswith(AT)):  # a verb, or written onto the word
            return False
        return nouns > 0 or not word.is_quality

    def _go_on(self) -> None:
        while (word := self._next()) and self._further(word):
            pass

    def _further(self, word: Reading) -> bool:
        """Goes behind what may follow a name that could end here; false if that ends it."""
        before = self._next(-1)
        if self._end is None or before is None:
            return False
        takes, rule = self._head.takes, self._end.rule
        if self._ended(rule) or self._bound(word, before, rule) or self._asks(word, rule):
            return True
        if word.lead == AND:
            return self._joined(word, before, rule)
        if word.lead == FOR:
            return PURPOSE in takes and not word.is_actor and self._complement(word, PURPOSE)
        if word.lead == AT:
            return PLACE in takes and self._placed(word, rule)
        if (word.is_adjective and self._agrees(word, before)) or (
            before.is_person and word.word in knowledge().ordinals
        ):
            return self._step(rule)
        if before.kind == LOCAL and self._more_of_a_place(word, rule):
            return True
        if HONOUR in takes and rule == ADJECTIVE and (word.is_person or word.word in _CLOSING):
            return self._quoted() or self._honoured()
        if PERIOD in takes:
            return self._period() or (QUOTED in takes and self._quoted())
        return PURPOSE in takes and self._unknown_purpose(word)

    def _agrees(self, word: Reading, before: Reading) -> bool:
        """Whether an adjective may be that of the head or of the word before it.

        A feminine one always may, for many a plural does not look feminine.
        """
        nouns = (self._head.words[-1], before.word)
        return _is_feminine(word.word) or not all(map(_is_feminine, nouns))

    def _honoured(self) -> bool:
        """Behind the one in whose honour it is named: المركز الاستشفائي الحسن الثاني, المستشفى الجهوي ابن زهر."""
        start = self._at
        while (word := self._next()) and not word.lead and (word.is_person or word.is_proper):
            self._step(PROPER)
            if not word.is_person:
                break
        return self._at > start

    def _more_of_a_place(self, word: Reading, rule: str) -> bool:
        """Behind one more place that belongs to the one before it: الرباط سلا, فاس-مكناس."""
        if word.kind == LOCAL:
            return self._step(rule)
        following = self._next(1)
        if word.word not in _HYPHENS or following is None or following.kind != LOCAL:
            return False
        self._at += 1
        return self._step(rule)

    def _ended(self, rule: str) -> bool:
        """Behind words that belong to names and only end them: بالخارج, عن بعد."""
        for tail in knowledge().tails:
            if self._line.words[self._at : self._at + len(tail)] == tail:
                self._at += len(tail)
                self._end = End(self._at, rule)
                return True
        return False

    def _bound(self, word: Reading, before: Reading, rule: str) -> bool:
        """Over a preposition that the noun before it asks for: الوقاية من الرشوة, الاتجار بالبشر."""
        bound = knowledge().bound
        if word.lead == AT:
            return before.word in bound[AT] and self._complement(word, rule)
        if before.word not in bound.get(word.word, ()):
            return False
        if word.word in _SUFFIXED:
            return self._step(rule)
        self._at += 1
        if self._idafa(rule):
            return True
        self._at -= 1
        return False

    def _asks(self, word: Reading, rule: str) -> bool:
        """Behind an adjective with the preposition that it asks for: المناطق المتضررة من الفيضانات."""
        following = self._next(1)
        asked = AT if following and following.lead == AT else following.word if following else ""
        if following is None or word.word not in knowledge().bound.get(asked, ()):
            return False
        self._at += 1
        if self._bound(following, word, rule):
            return True
        self._at -= 1
        return False

    def _joined(self, word: Reading, before: Reading, rule: str) -> bool:
        if before.is_adjective and word.is_adjective:
            return self._step(rule)
        if self._at in self._line.led:  # another name
            return False
        if (JOINED not in self._head.takes and rule != PURPOSE) or word.is_actor or word.is_people or word.is_head:
            return False
        return self._complement(word, rule)

    def _complement(self, word: Reading, rule: str) -> bool:
        """Behind a word that و, ل or ب is written onto, and the idafa that it begins."""
        if word.kind in (DEFINITE, LOCAL):
            return self._step(rule)
        return word.kind == NOUN and self._idafa(rule, 1)

    def _unknown_purpose(self, word: Reading) -> bool:
        """Behind ل and a noun that no list has, if a definite one follows: لمهن المستقبل."""
        following = self._next(1)
        if word.kind != NOUN or not word.word.startswith(FOR) or following is None:
            return False
        if following.kind != DEFINITE and not following.is_of_names:
            return False
        purpose = reading(word.word[1:])
        is_action = purpose.is_action or len(purpose.word) <= _SHORT
        is_said = is_action and self._head.role != PLAN  # what the sentence goes on to: لتقديم الدعم, لبدء العمل
        return not (is_said or following.lead) and self._idafa(PURPOSE, 1)

    def _placed(self, word: Reading, rule: str) -> bool:
        """Behind a place (بفاس, بمدينة فاس), or to the end of the name of what it is a part of: بوزارة الداخلية."""
        if word.kind == LOCAL:
            return self._step(rule)
        following = self._next(1)
        if word.is_locality and following and following.kind == LOCAL and not following.lead:
            self._at += 1
            return self._step(rule)
        if self._depth == _DEEPEST:
            return False
        definite, depth = word.kind == DEFINITE, self._depth + 1
        for head in knowledge().heads.get((word.word.removeprefix(ARTICLE),), ()):
            end = name_end(self._line, self._at + 1, head, definite=definite, depth=depth)
            if end:
                self._end = End(end.last, rule)
                break
        return False

    def _quoted(self) -> bool:
        """Behind what is in quotation marks, with both of them."""
        words = self._line.words
        closing = _CLOSING.get(words[self._at])
        inside = words[self._at + 1 : self._at + 2 + _LONGEST_QUOTED]
        if closing is None or closing not in inside[1:]:
            return False
        self._at += inside.index(closing) + 1
        return self._step(QUOTED)

    def _period(self) -> bool:
        """Behind years, also those behind an adjective that else says nothing: للفترة 2021-2025, الجديدة 2030."""
        words, word = self._line.words[self._at : self._at + 2], self._next()
        skipped = 1 if words[0] == _FOR_THE_PERIOD or (word and word.is_plain) else 0
        if not _YEARS.fullmatch("".join(words[skipped : skipped + 1])):
            return False
        self._at += skipped
        return self._step(PERIOD)


def _agrees(head: Head, adjective: Reading) -> bool:
    """Whether an adjective has the gender of a head."""
    return _is_feminine(head.words[-1]) == _is_feminine(adjective.word)


def _is_feminine(word: str) -> bool:
    """Whether a word is, as far as its form says; plurals of things are."""
    return word.endswith(("ة", "ات", "ا")) or word in _FEMININE
