"""A cursor that moves past those parts of a name that are known by their words or marks alone."""

from typing import Final, NamedTuple

from annotator.model.label_roles import PLAN
from annotator.suggest.names.data import (
    ADJECTIVE,
    DESCRIBED,
    FIELD,
    GENITIVE,
    IN_BRACKETS,
    JOINED,
    KNOWN,
    NATION,
    NUMBERED,
    PERIOD,
    PERSON,
    PLACE,
    PROPER,
    PURPOSE,
    QUOTED,
    SEAT,
    WITHIN,
    Head,
    load_knowledge,
)
from annotator.suggest.names.fixed_parts import BRACKETS, QUOTATION_MARKS, find_closing_mark, find_tail_end
from annotator.suggest.names.places import find_locality_end
from annotator.suggest.names.plans import find_ordinal_end, find_period_end
from annotator.suggest.names.word_roles import (
    AND,
    DEFINITE,
    END,
    LATIN,
    LOCAL,
    NOUN,
    SentenceLine,
    WordRole,
    classify_word,
    may_be_surname,
)
from annotator.text.folding import fold

_MAX_BRACKETED: Final = 4  # words
_MAX_QUOTED_NAME: Final = 3  # words between the marks behind a description
HYPHENS: Final = ("-", "–", "‑", "‐")
_SECTOR: Final = (fold("قطاع"),)


class NameEnd(NamedTuple):
    """The end of a name, exclusive, and the rule for its score."""

    stop: int
    rule: str


class NameCursor:
    """Moves along a line from the word after a head; `_end` is the last possible end.

    The `_take…` methods move past what they accept and return whether they did.
    """

    def __init__(self, line: SentenceLine, position: int, head: Head) -> None:
        self._line = line
        self._start = self._position = position
        self._head = head
        self._end: NameEnd | None = None

    def _advance_to(self, stop: int, rule: str) -> bool:
        self._position, self._end = stop, NameEnd(stop, rule)
        return True

    def _take_nation(self) -> bool:
        """Take a country's adjective, and others before it: القوات البحرية السعودية."""
        start = self._position
        while (word := self._peek()) and not word.lead and word.is_adjective:
            if word.word in load_knowledge().nations:
                return self._advance(NATION)
            self._position += 1
        self._position = start
        return False

    def _peek(self, ahead: int = 0) -> WordRole | None:
        return self._line.word_at(self._position + ahead)

    def _advance(self, rule: str) -> bool:
        self._position += self._line.word_count_at(self._position)
        self._end = NameEnd(self._position, rule)
        return True

    def _take_listed(self) -> bool:
        """Take a listed name behind the kind of body: الجريدة الإلكترونية هسبريس."""
        last, takes = self._line.listed.get(self._position), self._head.takes
        if last is None or PROPER not in takes or ADJECTIVE in takes:
            return False
        return self._advance_to(last, KNOWN)

    def _take_locality(self, rule: str) -> bool:
        """Take a kind of place and its name, known or not: مدينة سلا, جماعة بوكراع."""
        stop = find_locality_end(self._line, self._position)
        return stop is not None and self._advance_to(stop, rule)

    def _take_manifold(self) -> bool:
        """Take an adjective with the noun that completes it: الكلية متعددة التخصصات."""
        word = self._peek()
        if word is None or word.word not in load_knowledge().manifold:
            return False
        following = self._peek(1)
        if following is None or following.kind != DEFINITE:
            return False
        self._position += 1
        return self._advance(ADJECTIVE)

    def _take_honoured_person(self) -> bool:
        """Take the person it is named after: المركز الاستشفائي الحسن الثاني, المستشفى الجهوي ابن زهر."""
        start = self._position
        while (word := self._peek()) and not word.lead:
            is_surname = word.kind == DEFINITE and word.word.endswith("ي") and self._position > start
            if not (word.is_person or word.is_proper or is_surname):
                break
            self._advance(PROPER)
            if not word.is_person:
                break
        return self._position > start

    def _take_foreign_person(self, first: WordRole) -> bool:
        """Take a given name and what may be the surname behind it: مؤسسة كارل شتاين, مركز الشيخ أنتا ديوب."""
        knowledge, index = load_knowledge(), self._position
        if first.kind == DEFINITE and first.is_person and not first.lead:  # a title
            index += 1
        given = self._line.word_at(index)
        if given is None or given.lead or given.kind == DEFINITE or given.word in knowledge.persons:
            return False
        is_given = given.word in knowledge.given_names or (index > self._position and given.is_proper)
        surname = self._line.word_at(index + 1)
        if not is_given or surname is None or not may_be_surname(surname, self._head.words[-1]):
            return False
        return self._advance_to(index + 2, PERSON)

    def _take_adjoining_place(self, word: WordRole, before: WordRole, rule: str) -> bool:
        """Take a place that belongs to what is before: الرباط سلا, فاس-مكناس, المجلس الجهوي فاس, نادي بايرن ميونخ."""
        if word.kind == LOCAL:
            may_follow = before.kind in (LOCAL, LATIN) or rule == PROPER or SEAT in self._head.takes
            may_follow = may_follow or self._is_regional() or self._is_company()
            return not word.lead and may_follow and self._advance(rule)
        may_be_hyphened = before.kind == LOCAL or WITHIN in self._head.takes  # كلية العلوم - الرباط
        following = self._peek(1) if may_be_hyphened and word.word in HYPHENS else None
        if following is None or following.kind != LOCAL:
            return False
        self._position += 1
        return self._advance(rule)

    def _is_company(self) -> bool:
        """Return whether the head is one of companies, which end in their country: بنك البركة مصر."""
        takes = self._head.takes
        return {PROPER, ADJECTIVE, JOINED} <= takes and PLACE not in takes

    def _is_regional(self) -> bool:
        """Return whether the name has an adjective like regional, whose place may follow as it is."""
        regional = load_knowledge().regional
        return any(word in regional for word in self._line.words[self._start : self._position])

    def _take_tail(self, rule: str) -> bool:
        """Take words that only end names: بالخارج, عن بعد."""
        stop = find_tail_end(self._line.words, self._position)
        return stop is not None and self._advance_to(stop, rule)

    def _quotes_name(self) -> bool:
        """Return whether quoted words may be a name behind a definite head, and neither a clause nor a description.

        الحزب «مسار الثقة», but الخطة «إنها ناجحة», الخطة «الجديدة».
        """
        word = self._peek(1)
        return word is not None and word.kind != END and not word.is_plain

    def _take_listed_plan(self) -> bool:
        """Take a listed plan with its years in marks: الاستراتيجية الفلاحية الجديدة (الجيل الأخضر 2020-2030)."""
        word = self._peek()
        opening = self._position + (1 if word and word.is_plain else 0)
        stop = self._line.listed.get(opening + 1)
        if stop is None:
            return False
        stop = find_period_end(self._line.words, stop) or stop
        is_closed = find_closing_mark(self._line.words, opening) == stop
        return is_closed and self._advance_to(stop + 1, KNOWN)

    def _take_quoted(self) -> bool:
        """Take quoted words with both marks."""
        opening, words = self._position, self._line.words
        stop = find_closing_mark(words, opening) if opening < len(words) and words[opening] in QUOTATION_MARKS else None
        if stop is None:
            return False
        self._position = stop
        return self._advance(QUOTED)

    def _take_described_quotation(self, *, all_adjectives: bool) -> bool:
        """Take the words that describe a body with its quoted name: شبكة التلفزيون الإيطالية الخاصة «كذا».

        The last of them is an adjective, all of them if the head has its article; behind another head none need be if
        the name is listed: موقع رفع الصور «كذا». A listed one behind an adjective needs no marks: شركة السيارات
        الألمانية كذا.
        """
        if QUOTED not in self._head.takes or self._head.role == PLAN:
            return False
        described: list[WordRole] = []
        while (word := self._peek(len(described))) and not word.lead and _may_describe(word, len(described)):
            described.append(word)
        adjectives = described if all_adjectives else described[-1:]
        opening = self._position + len(described)
        listed = self._line.listed.get(opening) if described and not all_adjectives else None
        if listed is not None and described[-1].is_adjective:
            role = load_knowledge().listed[self._line.words[opening:listed]].role
            return role == self._head.role and self._advance_to(listed, DESCRIBED)
        stop = find_closing_mark(self._line.words, opening) if described else None
        if stop is None or self._line.words[opening] not in QUOTATION_MARKS:
            return False
        is_described = described[0].kind == DEFINITE and all(map(_describes, adjectives))
        if self._line.listed.get(opening + 1) == stop and (is_described or not all_adjectives):
            return self._advance_to(stop + 1, QUOTED)
        if not is_described:
            return False
        name = self._line.word_at(opening + 1)
        is_known = self._line.words[stop - 1] in load_knowledge().endings
        is_proper = name is not None and name.is_proper and not name.word.endswith("ة")
        is_name = is_known or is_proper or (name is not None and name.kind == LATIN)
        return is_name and stop - opening - 1 <= _MAX_QUOTED_NAME and self._advance_to(stop + 1, QUOTED)

    def _take_format(self) -> bool:
        """Take the adjective behind a quoted name that says of what kind its head is: موقع «كذا» الإلكتروني."""
        word = self._peek()
        is_format = word is not None and word.word in load_knowledge().formats and not word.lead
        return is_format and self._advance(DESCRIBED)

    def _take_sector(self, rule: str) -> bool:
        """Take which of its sectors is meant, between dashes or brackets: وزارة الشباب والتواصل - قطاع التواصل."""
        start, words = self._position, self._line.words
        if words[start] not in (*HYPHENS, *BRACKETS) or words[start + 1 : start + 2] != _SECTOR:
            return False
        self._position += 1 + len(_SECTOR)
        first = self._position
        while (word := self._peek()) and word.kind == DEFINITE:
            if not _goes_on(word, is_first=self._position == first):
                break
            self._position += self._line.word_count_at(self._position)
        closing = BRACKETS.get(words[start])
        is_closed = self._position < len(words) and words[self._position] in ((closing,) if closing else HYPHENS)
        if self._position == first or (closing and not is_closed):
            self._position = start
            return False
        self._end = NameEnd(self._position + (closing is not None), rule)
        self._position += is_closed
        return True

    def _take_other_nation(self, before: WordRole, rule: str) -> bool:
        """Take a second nation that a dash joins to the first: غرفة التجارة الفرنسية - المغربية."""
        word, following, nations = self._peek(), self._peek(1), load_knowledge().nations
        if word is None or word.word not in HYPHENS or before.word not in nations or following is None:
            return False
        if following.lead or following.word not in nations:
            return False
        self._position += 1
        return self._advance(rule)

    def _take_name_of_kind(self) -> bool:
        """Take a listed name behind its kind in several words: موقع التواصل الاجتماعي فيسبوك."""
        if len(self._head.words) == 1 or KNOWN not in self._head.takes or self._head.role == PLAN:
            return False
        stop = self._line.listed.get(self._position)
        return self._take_listed_in_marks() or (stop is not None and self._advance_to(stop, KNOWN))

    def _take_plan_in_apposition(self) -> bool:
        """Take a listed plan behind its kind: المخطط المغرب الأخضر."""
        stop = self._line.listed.get(self._position)
        if stop is None or self._head.role != PLAN or KNOWN not in self._head.takes:
            return False
        is_plan = load_knowledge().listed[self._line.words[self._position : stop]].role == PLAN
        return is_plan and self._advance_to(stop, KNOWN)

    def _take_years_behind_name(self) -> None:
        if PERIOD in self._head.takes:
            self._take_period()

    def _take_bracketed(self) -> bool:
        """Take a name in brackets, as some sites write it, with both of them: شركة (كذا), برنامج (كذا وكذا)."""
        opening, words = self._position, self._line.words
        stop = find_closing_mark(words, opening, _MAX_BRACKETED) if words[opening] in BRACKETS else None
        if stop is None:
            return False
        inside = [classify_word(word) for word in words[opening + 1 : stop]]
        is_name = all(role.kind in (NOUN, DEFINITE, LOCAL, LATIN) for role in inside)
        first = inside[0]
        is_feminine = len(inside) == 1 and first.word.endswith("ة") and self._head.words[-1].endswith("ة")
        is_quality = first.is_quality and (len(inside) > 1 or not self._head.words[-1].endswith("ة") or is_feminine)
        is_adjective = is_quality or first.is_plain or first.is_adjective or is_feminine
        if not is_name or first.lead or first.is_actor or is_adjective:
            return False
        return self._advance_to(stop + 1, IN_BRACKETS)

    def _take_listed_in_marks(self) -> bool:
        """Take a listed name with the marks around it: محطة «سي إن إن»."""
        opening, line = self._position, self._line
        last = line.listed.get(opening + 1)
        if last is None or line.words[opening] not in QUOTATION_MARKS or find_closing_mark(line.words, opening) != last:
            return False
        is_of_role = load_knowledge().listed[line.words[opening + 1 : last]].role == self._head.role
        return is_of_role and self._advance_to(last + 1, QUOTED)

    def _take_ordinal(self) -> bool:
        """Take which one a plan is behind how long it is for: الخطة الخمسية الرابعة عشرة."""
        end = find_ordinal_end(self._line.words, self._position)
        return end is not None and self._advance_to(end, NUMBERED)

    def _take_field(self, word: WordRole, rule: str) -> bool:
        """Take where a plan does something, if it is no place: الميثاق الوطني لكذا في الحياة العامة."""
        knowledge, following = load_knowledge(), self._peek(1)
        is_described = following is not None and following.is_adjective and not following.lead
        if rule not in (GENITIVE, PURPOSE):
            return False
        is_field = word.word in knowledge.fields and (is_described or word.word in knowledge.beneficiaries)
        return is_field and self._advance(FIELD)

    def _take_period(self, *, is_after_head: bool = False) -> bool:
        """Take years, also behind a plain adjective: الجديدة 2030."""
        word = self._peek()
        start = self._position + (1 if word and word.is_plain else 0)
        end = find_period_end(self._line.words, start, is_after_head=is_after_head)
        if end is None:
            return False
        self._position, self._end = end, NameEnd(end, PERIOD)
        return True


def _may_describe(word: WordRole, count: int) -> bool:
    """Return whether a word, behind so many others, may tell of what kind a body is: رفع الصور."""
    return word.kind == DEFINITE or (count == 0 and word.kind == NOUN)


def _describes(word: WordRole) -> bool:
    knowledge = load_knowledge()
    is_known = word.word in knowledge.ordinals or word.word in knowledge.statuses
    return word.is_adjective or word.is_plain or is_known


def _goes_on(word: WordRole, *, is_first: bool) -> bool:
    """Return whether a definite word begins a list, or goes on with it by و or as an adjective."""
    return not word.lead if is_first else word.lead == AND or (word.is_adjective and not word.lead)
