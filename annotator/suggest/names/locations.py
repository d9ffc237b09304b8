"""Where a body is, or what it is a part of, behind ب, في or لدى."""

from collections.abc import Callable
from typing import Final

from annotator.model.label_roles import INSTITUTION, PLAN
from annotator.suggest.names.cursor import NameEnd
from annotator.suggest.names.data import (
    ADJECTIVE,
    ATTACHED,
    GENITIVE,
    HONOUR,
    JOINED,
    LOCATED,
    NATIONWIDE,
    PART,
    PLACE,
    REGION,
    SEAT,
    WITHIN,
    WORKS,
    Head,
    load_knowledge,
)
from annotator.suggest.names.idafa import FindEnd, IdafaCursor
from annotator.suggest.names.word_roles import AT, DEFINITE, LOCAL, NOUN, SentenceLine, WordRole
from annotator.text.folding import fold

IN: Final = fold("في")
BEFORE: Final = fold("لدى")
_PLACED: Final = tuple(map(fold, ("برنامج", "مخطط")))  # a visit or a talk is where an initiative is told of
_MIN_PLACED: Final = 2  # words behind the head of a plan that a place tells apart
_INTERNATIONAL: Final = frozenset(map(fold, ("الدولي", "الدولية", "العالمي", "العالمية")))
_NUMBERS: Final = ("1", "2")  # of a town's courts
_NATIONAL: Final = frozenset(map(fold, ("الوطني", "الوطنية")))


class LocationCursor(IdafaCursor):
    """A cursor that takes what stands behind ب, في and لدى."""

    def __init__(self, line: SentenceLine, position: int, head: Head, depth: int, find_end: FindEnd) -> None:
        super().__init__(line, position, head, depth, find_end)
        self._is_proper = False  # whether the name so far is a proper one, complete without a country or place
        self._is_quoted = False

    def _take_location(self, word: WordRole, rule: str) -> bool:
        """Take what a preposition joins to the name; the word is one, or begins with one."""
        takes = self._head.takes
        if self._head.role == PLAN:
            return self._take_plan_location(word, rule)
        if word.lead == AT:
            return PLACE in takes and self._may_have_place() and self._take_place(word, rule)
        if word.word == BEFORE:
            take = self._take_host if WITHIN in takes else self._take_body
            return ATTACHED in takes and self._take_behind(take, rule)
        if PART in takes and self._take_behind(self._take_whole, rule):
            return True
        if self._is_proper:
            return False
        if WITHIN in takes:
            return self._take_behind(self._take_place, rule)
        may_be_local = rule == GENITIVE and not {PLACE, JOINED}.isdisjoint(takes) and not self._ends_in_whose()
        return may_be_local and self._take_behind(self._take_whereabouts, LOCATED)

    def _ends_in_whose(self) -> bool:
        """Return whether the last word says that a country has one: جهاز الأمن الوطني | في السودان."""
        before, knowledge = self._peek(-1), load_knowledge()
        return before is not None and (before.word in knowledge.nationwide or before.word in knowledge.nations)

    def _take_whereabouts(self, word: WordRole, rule: str) -> bool:
        """Take a listed place or a body that tells one of many apart: هيئة الطرق في دبي, عمادة الطلاب في جامعة دمشق."""
        return (word.kind == LOCAL and self._advance(rule)) or (word.is_head and self._take_body(word, rule))

    def _take_plan_location(self, word: WordRole, rule: str) -> bool:
        """Take the field, region or project's place that a plan is for: في الإعلام, بجهة الشرق, بفاس."""
        if word.lead != AT:
            return word.word == IN and self._take_behind(self._take_field, rule)
        if WORKS in self._head.takes and word.kind == LOCAL:
            return self._advance(rule)
        is_of_region = REGION in self._head.takes and self._may_have_region(word)
        if is_of_region and word.kind == LOCAL:
            before = self._peek(-1)
            is_placed = self._head.words[0] in _PLACED and before is not None and before.kind != LOCAL
            is_placed = is_placed and rule == GENITIVE and self._position - self._start >= _MIN_PLACED
            return is_placed and self._advance(rule)
        return self._take_field(word, rule) or (is_of_region and self._take_locality(rule))

    def _take_quarter(self) -> bool:
        """Take parts of a region with its name: جامعة شمال غرب الصين."""
        index, quarters = self._position, load_knowledge().quarters
        while index < len(self._line.words) and self._line.words[index] in quarters:
            index += 1
        place = self._line.word_at(index) if index > self._position else None
        if place is None or place.lead or place.kind != LOCAL:
            return False
        return self._advance_to(index + self._line.word_count_at(index), GENITIVE)

    def _take_behind(self, take: Callable[[WordRole, str], bool], rule: str) -> bool:
        """Take what stands behind a preposition: محكمة الاستئناف في طنجة, الغرفة الثالثة لدى محكمة النقض."""
        self._position += 1
        word = self._peek()
        if word and not word.lead and take(word, rule):
            return True
        self._position -= 1
        return False

    def _may_have_place(self) -> bool:
        return not self._is_proper or (HONOUR in self._head.takes and not self._is_quoted)

    def _is_nationwide(self) -> bool:
        """Return whether an adjective says that the world or a country has one: الاتحاد المغربي للشغل | بتازة.

        For a country it takes a purpose, too: الجامعة الوطنية بأثينا is another.
        """
        if NATIONWIDE not in self._head.takes or self._end is None:
            return False
        if not _INTERNATIONAL.isdisjoint(self._line.words[self._start + 1 : self._position]):
            return True
        knowledge, index, is_nationwide = load_knowledge(), self._start, False
        while (word := self._line.word_at(index)) and word.is_adjective and not word.lead:
            if word.word in knowledge.regional:
                return False
            is_nationwide = is_nationwide or word.word in knowledge.nationwide or word.word in knowledge.nations
            index += 1
        return is_nationwide and self._end.rule != ADJECTIVE

    def _may_have_region(self, word: WordRole) -> bool:
        """Return whether a kind of region tells a plan apart; a national or listed one is the same everywhere."""
        knowledge, words = load_knowledge(), self._line.words[self._start - len(self._head.words) : self._position]
        is_listed = any(index in self._line.listed for index in range(self._position - len(words), self._position))
        is_region = word.kind == LOCAL or word.word in knowledge.territories
        return is_region and not is_listed and _NATIONAL.isdisjoint(words)

    def _take_place(self, word: WordRole, rule: str) -> bool:
        """Take a place (بفاس, بمدينة فاس), or the enclosing institution: بوزارة الداخلية."""
        if not self._is_nationwide():
            if word.kind == LOCAL:
                return self._advance(rule) and (self._take_number(rule) or True)
            if word.is_locality and word.kind == NOUN and self._take_locality(rule):
                return True
            if self._may_be_place(word):
                return self._advance(rule)
        if PART in self._head.takes and self._take_parliament(word, rule):
            return True
        self._take_body(word, rule)
        return False

    def _take_number(self, rule: str) -> bool:
        """Take which of a town's courts is meant: المحكمة الابتدائية بتونس 2."""
        number = self._peek()
        return number is not None and number.word in _NUMBERS and SEAT in self._head.takes and self._advance(rule)

    def _may_be_place(self, word: WordRole) -> bool:
        """Return whether a definite noun behind ب is a place of no list: محكمة الاستئناف بالزهراوية."""
        is_noun = word.kind == DEFINITE and word.lead == AT and SEAT in self._head.takes
        is_known = word.is_head or word.is_work or word.is_plain or word.is_actor or word.is_people
        return is_noun and not is_known and word.word not in load_knowledge().verdicts

    def _take_whole(self, word: WordRole, rule: str) -> bool:
        """Take the body that this one is a part of, also a listed one: لجنة الانضباط في الأمم المتحدة."""
        stop, knowledge = self._line.listed.get(self._position), load_knowledge()
        if stop is not None and knowledge.listed[self._line.words[self._position : stop]].role == INSTITUTION:
            self._end = NameEnd(stop, rule)
            return self._advance_to(stop, rule)
        return self._take_parliament(word, rule) or self._take_body(word, rule)

    def _take_host(self, word: WordRole, rule: str) -> bool:
        """Take the country or body that a mission is at: سفارة المملكة لدى فرنسا, لدى الاتحاد الأوروبي."""
        return self._take_whole(word, rule) or self._take_place(word, rule)

    def _take_parliament(self, word: WordRole, rule: str) -> bool:
        """Take a parliament, which is generic by itself: لجنة المالية بالبرلمان."""
        following = self._peek(1)
        is_named = following is not None and following.is_adjective
        return word.word in load_knowledge().parliaments and not is_named and self._advance(rule)
