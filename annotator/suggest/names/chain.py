"""The parser that finds the end of a name from its head noun.

An Arabic name is a chain: a head, then an idafa closed by a definite noun (مجلس مدينة الرباط), or a definite head with
distinctive adjectives (المكتب الوطني); then adjectives, words joined by و (والمالية), purpose (للسكك الحديدية), place
(بالرباط), and a plan's years. Anything else ends it.
"""

from functools import lru_cache
from typing import Final

from annotator.model.label_roles import PLAN
from annotator.suggest.names.cursor import HYPHENS, NameEnd
from annotator.suggest.names.data import (
    ADJECTIVE,
    ATTACHED,
    BARE,
    BRANCH,
    CAUSE,
    FIELD,
    GENITIVE,
    HONOUR,
    JOINED,
    KNOWN,
    MARKED,
    NATION,
    NATIONWIDE,
    PERIOD,
    PLACE,
    PROPER,
    PURPOSE,
    QUOTED,
    TOWN,
    VERB,
    WORKS,
    Head,
    load_knowledge,
)
from annotator.suggest.names.fixed_parts import (
    BRACKETS,
    NEGATION,
    QUOTATION_MARKS,
    find_closing_mark,
    find_foreign_end,
    find_short_name_end,
    is_spelled,
    tails_by_first_word,
)
from annotator.suggest.names.locations import BEFORE, IN
from annotator.suggest.names.places import find_place_end
from annotator.suggest.names.plans import may_be_participle
from annotator.suggest.names.purposes import FOR_THE_SAKE_OF, PurposeCursor
from annotator.suggest.names.word_roles import (
    AND,
    AT,
    DEFINITE,
    END,
    FOR,
    LATIN,
    LOCAL,
    SentenceLine,
    WordRole,
    is_past_of,
    is_verb_of,
    is_work_on_it,
    looks_foreign,
)
from annotator.text.folding import fold
from annotator.text.proclitics import DEFINITE_ARTICLE

MINISTRIES: Final = tuple((fold(head),) for head in ("وزارة", "وزارتا", "وزارتي"))
_BETWEEN: Final = fold("بين")
_BALL: Final = fold("كرة")
_HEAD_OF_GOVERNMENT: Final = tuple(map(fold, ("رئيس", "الحكومة")))
_MINISTER: Final = (fold("وزير"),)
_FEMININE: Final = frozenset(
    map(fold, ("كتائب", "أوقاف", "جمارك", "العليا", "الكبرى", "الصغرى", "العظمى", "الخضراء", "الحمراء"))
)
_SCOPES: Final = tuple(tuple(fold(scope).split()) for scope in ("في مجال", "في ميدان", "بشأن", "حول"))
_CLOSING_MARKS: Final = ("»", "”")  # behind a name more often the end of a quotation than the start
_PARTIES: Final = frozenset(map(fold, ("حزب", "حركة", "تحالف", "جبهة", "تيار")))
_NEW: Final = frozenset(map(fold, ("الجديد", "الجديدة")))
_SUFFIXED: Final = frozenset(map(fold, ("منه", "منها")))
_PLURAL: Final = "ين"
_FEMININE_PLURAL: Final = "يات"


def find_name_end(line: SentenceLine, start: int, head: Head, *, definite: bool, depth: int = 0) -> NameEnd | None:
    """Return the end of the name whose head precedes word `start`; None if it is no name.

    `definite`: the head has its article; `depth`: how many enclosing names end here too: غرفة الجنايات بمحكمة
    الاستئناف.
    """
    if definite and head.is_construct:
        return None
    parser = _ChainParser(line, start, head, depth)
    end = parser.parse_definite() if definite else parser.parse_indefinite()
    if end is None or (head.needs and head.needs.isdisjoint(line.words[start : end.stop])):
        return None
    stop = end.stop
    if not _is_before_quotation(line, end):
        stop = find_short_name_end(line, end.stop, line.words[start : end.stop])
    if not _is_bare(line, start, stop, head, end.rule):
        return NameEnd(stop, end.rule)
    is_routine = depth == 0 and line.words[start] in load_knowledge().routines
    return None if is_routine else NameEnd(stop, BARE)


def _is_before_quotation(line: SentenceLine, end: NameEnd) -> bool:
    """Return whether marks behind a name that ends in a place or nation quote something else: بلدية صيدا «تحذر»."""
    last = line.word_at(end.stop - 1)
    has_place = end.rule in (NATION, PROPER, TOWN) or (last is not None and last.kind == LOCAL)
    is_quoted = end.stop < len(line.words) and line.words[end.stop] in QUOTATION_MARKS
    if not (has_place and is_quoted) or end.stop + 1 in line.listed:
        return False
    closing = find_closing_mark(line.words, end.stop)
    return closing is None or not is_spelled(line.words[end.stop + 1 : closing])  # «إن إتش كي»


def _is_bare(line: SentenceLine, start: int, stop: int, head: Head, rule: str) -> bool:
    """Return whether one definite noun is all that makes a name, as often of something generic: نقابة العمال."""
    word = line.word_at(start)
    is_noun = rule == GENITIVE and stop == start + 1 and word is not None and word.kind == DEFINITE
    return is_noun and head.role != PLAN and head.words not in MINISTRIES


class _ChainParser(PurposeCursor):
    """A cursor that also knows how the parts of a name may follow one another."""

    def __init__(self, line: SentenceLine, position: int, head: Head, depth: int) -> None:
        super().__init__(line, position, head, depth, _find_end)

    def parse_definite(self) -> NameEnd | None:
        takes = self._head.takes
        first = self._peek()
        if first is None:
            return None
        if (QUOTED in takes and self._quotes_name() and self._take_quoted()) or self._take_plan_in_apposition():
            self._take_years_behind_name()
            return self._end
        if self._take_described_quotation(all_adjectives=True) or self._take_name_of_kind():
            return self._end
        if ADJECTIVE in takes and self._take_manifold():
            self._take_continuations()
            return self._end
        if len(self._head.words) > 1 and self._take_portfolio(first):
            self._take_continuations()
            return self._end
        if len(self._head.words) > 1 and first.lead == FOR and PURPOSE in takes:
            if self._take_purpose(first):  # اللجنة المنظمة لكأس آسيا
                self._take_continuations()
            is_named = self._head.role != PLAN or (self._end is not None and self._end.rule == PERIOD)
            return self._end if is_named else None  # خارطة الطريق للتعاون 2024-2026
        is_cause = CAUSE in takes and self._head.role != PLAN and first.word == FOR_THE_SAKE_OF[0]
        if is_cause and self._take_cause():  # الائتلاف من أجل الماء
            self._take_continuations()
            return self._end
        if {TOWN, PLACE} <= takes and (first.lead == AT or first.word == IN):  # مندوبية الحكومة بسبتة
            has_place = self._take_place(first, TOWN) if first.lead else self._take_behind(self._take_place, TOWN)
            return self._end if has_place else None
        if first.lead or not self._may_follow_head(first) or not _agrees(self._head, first):
            return None
        if first.is_plain:  # also الجديدة, which is a town as well
            return self._end if self._take_purpose_of_new_plan() or self._take_court_of_numbered_chamber() else None
        if first.kind != DEFINITE:
            return None
        if NATION in takes and self._take_nation():
            self._take_continuations()
            return self._end
        if not first.is_adjective:
            return None
        self._advance(ADJECTIVE)
        self._take_continuations()
        stop = self._end.stop if self._end else self._position
        self._position = stop
        is_distinctive = ADJECTIVE in takes and not self._is_vague()
        following = self._line.word_at(stop)
        is_of_adjectives = self._end is not None and self._end.rule == ADJECTIVE
        if is_of_adjectives and following and following.lead == FOR and following.is_actor:  # المجلس الوطني للحزب
            return None
        return self._end if is_distinctive or (self._end and self._end.rule != ADJECTIVE) else None

    def _take_portfolio(self, first: WordRole) -> bool:
        """Take what a secretary of state or minister has charge of, and under whom: كتابة الدولة المكلفة بكذا.

        الوزارة المنتدبة لدى رئيس الحكومة المكلفة بكذا
        """
        if first.word == BEFORE and self._line.words[self._position + 1 :][:2] == _HEAD_OF_GOVERNMENT:
            self._position += 1 + len(_HEAD_OF_GOVERNMENT)
        elif first.word == BEFORE and self._line.words[self._position + 1 :][:1] == _MINISTER:
            self._position += 1 + len(_MINISTER)
            return self._take_idafa(PURPOSE)
        word = self._peek()
        return word is not None and self._take_adjective_with_preposition(word, PURPOSE)

    def _take_name_before_verb(self, first: WordRole) -> bool:
        """Take one foreign word with a verb behind it that has an object or more: شركة ديليفري | تعلق خفض الأجور."""
        verb, head = self._peek(1), self._head.words[-1]
        if {PROPER, KNOWN}.isdisjoint(self._head.takes) or verb is None or self._peek(2) is None:
            return False
        return looks_foreign(first, head) and is_verb_of(verb, head) and self._advance(VERB)

    def _take_purpose_of_new_plan(self) -> bool:
        """Take a plain adjective with what a plan is for: الميثاق الجديد للنقل البحري."""
        purpose = self._peek(1)
        is_plan = self._head.role == PLAN and PURPOSE in self._head.takes
        if not is_plan or purpose is None or purpose.lead != FOR or purpose.is_actor or purpose.is_head:
            return False
        self._position += 1
        if not self._take_complement(purpose, PURPOSE):
            return False
        self._take_continuations()
        return True

    def _take_court_of_numbered_chamber(self) -> bool:
        """Take a number with the court that it tells a chamber apart in: الغرفة الثالثة لدى محكمة النقض."""
        if ATTACHED not in self._head.takes:
            return False
        self._position += 1
        court = self._peek()
        if court and court.word == BEFORE:
            return self._take_behind(self._take_body, ADJECTIVE)
        return court is not None and court.lead == AT and court.is_head and self._take_body(court, ADJECTIVE)

    def parse_indefinite(self) -> NameEnd | None:
        takes = self._head.takes
        first = self._peek()
        if first is None or not self._may_follow_head(first):
            return None
        if ({QUOTED, HONOUR} & takes and self._take_quoted()) or (QUOTED in takes and self._take_bracketed()):
            self._take_years_behind_name()
            is_complete = self._take_mission() or QUOTED in takes  # مركز «كذا» is a village
            if is_complete and self._end and self._end.rule == QUOTED and self._head.role != PLAN:
                self._take_format()
            return self._end if is_complete else None
        if PERIOD in takes and self._take_period(is_after_head=True):
            return self._end
        if {PROPER, KNOWN} & takes and self._take_known_name():
            return self._end
        if MARKED in takes and self._take_listed_in_marks():
            return self._end
        if self._take_described_quotation(all_adjectives=False) or self._take_name_before_verb(first):
            return self._end
        if BRANCH in takes:
            return self._end if self._take_branch(first) else None
        if {NATIONWIDE, PROPER} <= takes and self._take_quarter():
            self._take_continuations()
            return self._end
        if TOWN in takes and self._take_town(first):
            return self._end
        if {PROPER, HONOUR} & takes and self._take_foreign_person(first):
            self._is_proper = True
            self._take_continuations()
            return self._end
        if self._take_person_with_purpose(first):
            return self._end
        if self._begins_idafa(first) and self._take_idafa(GENITIVE):
            idafa_end = self._end
            self._take_continuations()
            needs_more = (self._head.role == PLAN and first.kind == LOCAL) or (
                WORKS in takes and first.kind == DEFINITE
            )
            needs_years = PERIOD in takes and GENITIVE not in takes  # رؤية المملكة 2030
            is_dated = self._end is not None and self._end.rule == PERIOD
            if (needs_more and self._end == idafa_end) or (needs_years and not is_dated):
                return None
        elif self._end:  # a bare proper name
            self._position, self._is_proper = self._end.stop, True
            self._take_continuations()
        return self._end

    def _take_mission(self) -> bool:
        """Take what a body with a quoted name is for: جمعية «سنابل» لتنمية المراعي, not to do once: لتنظيم الندوة."""
        word = self._peek()
        if self._head.role == PLAN or PURPOSE not in self._head.takes or word is None or word.lead != FOR:
            return False
        may_be_for = word.kind == DEFINITE or word.word in load_knowledge().missions
        if not may_be_for or word.is_actor or word.is_head or word.is_people or not self._take_purpose(word):
            return False
        self._is_proper = self._is_quoted = True
        self._take_continuations()
        return True

    def _take_branch(self, body: WordRole) -> bool:
        """Take the body that has the branch, and where that is: فرع النقابة الوطنية للرعاة بتازة."""
        following = self._peek(1)
        if body.word == _BALL and following and following.kind == DEFINITE:  # فرع كرة السلة بنادي كذا
            self._position += 2
            club = self._peek()
            return club is not None and club.lead in (AT, FOR) and self._take_whole(club, GENITIVE)
        if body.kind == LOCAL and not body.lead and following and following.lead == FOR:  # فرع تازة لنقابة كذا
            self._position += self._line.word_count_at(self._position)
            return self._take_whole(following, GENITIVE)
        if body.lead or not self._take_whole(body, GENITIVE):
            return False
        self._take_continuations()
        return True

    def _begins_idafa(self, first: WordRole) -> bool:
        takes = self._head.takes
        if first.lead:
            return False
        return GENITIVE in takes or PERIOD in takes or (WORKS in takes and first.is_work)

    def _take_known_name(self) -> bool:
        """Take a listed, foreign or Latin name: منظمة أطباء بلا حدود, صحيفة لا راثون, شركة Managem, محطة «سي إن إن»."""
        if self._take_listed_in_marks():
            return True
        last = self._line.listed.get(self._position)
        listed = load_knowledge().listed.get(self._line.words[self._position : last]) if last else None
        if last is not None and listed is not None and listed.is_apart:  # نادي الجزيرة | الإماراتي
            last -= 1
        last = last or find_foreign_end(self._line.words, self._position)
        if last is not None:
            self._advance_to(last, KNOWN)
        while (word := self._peek()) and word.kind == LATIN:
            self._advance(KNOWN)
        self._is_proper = self._end is not None
        if self._is_proper:
            self._take_continuations()
        return self._is_proper

    def _take_person_with_purpose(self, first: WordRole) -> bool:
        """Take the person that a plan is named for, with what it is for: برنامج الشيخ زايد للإسكان."""
        if self._head.role != PLAN or not first.is_person or first.lead or not self._take_honoured_person():
            return False
        purpose = self._peek()
        if purpose is not None and purpose.lead == FOR and self._take_purpose(purpose):
            self._take_continuations()
            return True
        self._position, self._end = self._start, None
        return False

    def _take_town(self, first: WordRole) -> bool:
        """Take the place of a local body: استئنافية الرباط; with `proper` also one of no list: جماعة بوكراع."""
        may_be_name = first.is_proper or first.word in load_knowledge().openers
        may_be_name = may_be_name or (first.kind == DEFINITE and not (first.is_plain or first.is_actor))
        if first.is_locality and not first.lead and self._take_locality(TOWN):
            self._take_continuations()
            return True
        if first.lead or not (first.kind == LOCAL or (PROPER in self._head.takes and may_be_name)):
            return False
        self._advance_to(find_place_end(self._line, self._position), TOWN if first.kind == LOCAL else PROPER)
        self._take_continuations()
        return True

    def _may_follow_head(self, first: WordRole) -> bool:
        head = self._head
        is_known = bool({KNOWN, PROPER} & head.takes) and self._position in self._line.listed
        following = self._peek(1) if first.word in QUOTATION_MARKS else first
        word = following.word if following else ""
        if head.only and word not in head.only:
            return False
        return is_known or not (word in head.without or is_past_of(first, head.words[-1]))

    def _take_continuations(self) -> None:
        while (word := self._peek()) and self._take_continuation(word):
            pass

    def _take_continuation(self, word: WordRole) -> bool:
        """Take what may follow a possible end of the name, if anything."""
        before = self._peek(-1)
        if self._end is None or before is None or self._end.rule == PERIOD:
            return False
        takes, rule = self._head.takes, self._end.rule
        if word.kind == END and before.kind != LOCAL and is_work_on_it(word.word):
            return self._advance(rule)
        if word.kind == END and PERIOD not in takes and word.word not in _words_that_go_on():
            return False
        if PERIOD in takes and (
            self._take_period() or self._take_scope(rule) or self._take_listed_plan() or self._take_ordinal()
        ):
            return True
        if (
            self._take_tail(rule)
            or (PERIOD not in takes and (self._take_sector(rule) or self._take_other_nation(before, rule)))
            or self._take_bound_preposition(word, before, rule)
            or self._take_adjective_with_preposition(word, PURPOSE if self._head.role == PLAN else rule)
        ):
            return True
        if word.lead in (AND, FOR, AT) or word.word in (BEFORE, IN):
            return self._take_behind_preposition(word, before, rule)
        return self._take_description(word, before, rule) or self._take_distinction(word, before, rule)

    def _take_behind_preposition(self, word: WordRole, before: WordRole, rule: str) -> bool:
        """Take what a conjunction or preposition joins to the name; the word is one, or begins with one."""
        takes = self._head.takes
        if word.lead == AND:
            return self._take_conjunct(word, before, rule)
        if word.lead == FOR:
            return PURPOSE in takes and self._take_purpose(word)
        return self._take_location(word, rule)

    def _take_description(self, word: WordRole, before: WordRole, rule: str) -> bool:
        """Take an adjective, the ordinal of a king, the purpose of a new plan, or the kind of people that are meant."""
        knowledge = load_knowledge()
        is_noun = before.kind == DEFINITE and (self._position == self._start + 1 or not before.is_adjective)
        is_of_plan = self._head.role == PLAN and is_noun and may_be_participle(word, self._peek(1))
        if self._begins_plan(word) and not any(map(_is_feminine, (self._head.words[-1], before.word))):
            return False  # ناقش البرلمان العربي | الاستراتيجية العربية
        is_adjective = (word.is_adjective or is_of_plan) and self._agrees(word, before) and self._may_be_of_nation(word)
        if word.word in knowledge.statuses and before.word in knowledge.nations and not self._is_before_short_name():
            return False  # وكالة الأنباء الليبية | الرسمية
        is_pair = not word.lead and (before.word, word.word) in knowledge.pairs
        if is_adjective or is_pair or (before.is_person and word.word in knowledge.ordinals):
            return self._advance(rule)
        if word.is_plain and rule == ADJECTIVE and self._take_purpose_of_new_plan():
            return True
        if word.word in knowledge.peoples and not word.lead:
            return self._names_people() and self._advance(rule)
        if self._is_new_party(word, before):
            return self._advance(rule)
        is_of_people = before.word in knowledge.people
        is_plural = before.is_people or (before.kind == DEFINITE and before.word.endswith(_PLURAL))  # الفاعلين المحليين
        is_kind_of_people = (word.is_people and (is_plural or is_of_people)) or (
            is_of_people and word.word.endswith(_FEMININE_PLURAL)
        )
        return is_kind_of_people and self._advance(rule)

    def _names_people(self) -> bool:
        """Return whether people are in the name so far, whose adjective may follow: أطباء الأسنان الخواص."""
        people = load_knowledge().people
        words = (self._line.word_at(index) for index in range(self._start, self._position))
        return any(
            word is not None and (word.is_people or word.word in people or DEFINITE_ARTICLE + word.word in people)
            for word in words
        )

    def _is_new_party(self, word: WordRole, before: WordRole) -> bool:
        """Return whether a party's noun is called new, not the party: حركة الجيل الجديد."""
        is_noun = self._position == self._start + 1 and before.kind == DEFINITE and not self._is_proper
        is_party = is_noun and self._head.words[-1] in _PARTIES and word.word in _NEW
        return is_party and _is_feminine(word.word) == _is_feminine(before.word)

    def _is_before_short_name(self) -> bool:
        following = self._peek(1)
        return following is not None and (following.word in (*BRACKETS, *QUOTATION_MARKS) or following.lead == FOR)

    def _take_distinction(self, word: WordRole, before: WordRole, rule: str) -> bool:
        """Take what tells the body or plan apart: its place, its own name, a cause, whom it honours."""
        takes = self._head.takes
        if self._take_adjoining_place(word, before, rule) or self._take_manifold():
            return True
        if rule == ADJECTIVE and ((QUOTED in takes and self._take_quoted()) or self._take_listed()):
            return True
        if CAUSE in takes and self._take_cause():
            return True
        if HONOUR in takes and rule == ADJECTIVE and (word.is_person or word.word in QUOTATION_MARKS):
            return self._take_quoted() or self._take_honoured_person()
        if PERIOD in takes and QUOTED in takes and word.word not in _CLOSING_MARKS and self._take_quoted():
            return True
        return PURPOSE in takes and self._take_unknown_purpose(word)

    def _agrees(self, word: WordRole, before: WordRole) -> bool:
        """Return whether an adjective may be the head's or the previous word's.

        A feminine one always may: many plurals look masculine.
        """
        nouns = (self._head.words[-1], before.word)
        return _is_feminine(word.word) or not all(map(_is_feminine, nouns))

    def _may_be_of_nation(self, adjective: WordRole) -> bool:
        """Return whether an adjective is none of a country, or the name a descriptive one: وزارة العدل المصرية.

        Heads that take no adjectives only have proper names: صحيفة الشمس | البريطانية.
        """
        before, takes = self._peek(-1), self._head.takes
        if (
            before is not None
            and before.kind == LOCAL
            and before.lead == AT
            and adjective.word in load_knowledge().nations
        ):
            return False  # المحكمة العليا بباريس | الفرنسية
        locality = self._peek(-2)
        is_place = before is not None and (before.kind == LOCAL or (locality is not None and locality.is_locality))
        is_proper = PROPER in takes and (is_place or ADJECTIVE not in takes)
        has_proper_name = self._is_proper or is_proper or (is_place and takes == {TOWN})  # شبيبة تازة | الجزائرية
        return not (has_proper_name and adjective.word in load_knowledge().nations)

    def _take_bound_preposition(self, word: WordRole, before: WordRole, rule: str) -> bool:
        """Take the previous noun's preposition and its complement: الوقاية من الرشوة, الاتجار بالبشر."""
        bound = load_knowledge().bound
        if word.lead == AT:
            return before.word in bound[AT] and self._take_complement(word, rule)
        if not self._asks_for(word.word):
            return False
        if word.word in _SUFFIXED:
            return self._advance(rule)
        self._position += 1
        complement = self._peek()
        if complement is not None and complement.is_actor and word.word == _BETWEEN:  # اللجنة المشتركة بين البلدين
            self._position -= 1
            return False
        is_definite = complement is not None and complement.kind == DEFINITE and not complement.lead
        if self._take_idafa(rule) or (is_definite and self._advance(rule)):  # الحوار مع البرلمان
            return True
        self._position -= 1
        return False

    def _take_adjective_with_preposition(self, word: WordRole, rule: str) -> bool:
        """Take an adjective and its preposition: المناطق المتضررة من الفيضانات."""
        following = self._peek(1)
        preposition = AT if following and following.lead == AT else following.word if following else ""
        if (
            self._is_proper
            or not _may_describe_people(word)
            or following is None
            or word.lead in (FOR, AND)
            or word.word not in load_knowledge().bound.get(preposition, ())
        ):
            return False
        self._position += 1
        if self._take_bound_preposition(following, word, rule):
            return True
        self._position -= 1
        return False

    def _asks_for(self, preposition: str) -> bool:
        """Return whether the noun before asks for a preposition, over its adjectives: الوقاية الصحية من الوباء."""
        nouns, ahead = load_knowledge().bound.get(preposition, ()), -1
        while nouns and (word := self._peek(ahead)) and self._position + ahead >= self._start:
            if word.word in nouns:
                return True
            if not word.is_adjective or word.lead:
                return False
            ahead -= 1
        return False

    def _take_conjunct(self, word: WordRole, before: WordRole, rule: str) -> bool:
        first = self._line.word_at(self._start)
        is_of_person = rule == GENITIVE and first is not None and first.is_person
        is_alone = is_of_person or self._head.words in MINISTRIES[1:]
        is_complete = rule == KNOWN or is_alone or (self._is_proper and rule not in (PURPOSE, QUOTED))
        if is_complete or self._begins_plan(word):
            return False
        if before.is_adjective and word.is_adjective:
            return self._advance(rule)
        if self._position in self._line.led or (before.kind == LOCAL and word.kind != LOCAL):  # something else begins
            return False
        knowledge = load_knowledge()
        is_together = (before.word, word.word) in knowledge.together
        if is_together and (rule == PURPOSE or (rule == GENITIVE and JOINED in self._head.takes)):
            return self._advance(rule)
        is_for_people = rule == PURPOSE and word.word in knowledge.beneficiaries
        is_behind_people = before.is_people or before.word in knowledge.people
        if (
            rule in (ADJECTIVE, FIELD)
            or (JOINED not in self._head.takes and rule != PURPOSE)
            or (word.is_actor and not is_for_people)
            or (word.is_people and not is_behind_people and not is_for_people)
            or word.is_head
            or word.is_plain
        ):
            return False
        return not word.is_locality and self._take_complement(word, rule)

    def _begins_plan(self, word: WordRole) -> bool:
        """Return whether a plan's head follows, which may look like an adjective: والاستراتيجية الوطنية."""
        heads = load_knowledge().heads.get((word.word.removeprefix(DEFINITE_ARTICLE),), ())
        following = self._peek(1) if any(head.role == PLAN for head in heads) else None
        return following is not None and following.is_adjective and not following.lead

    def _take_scope(self, rule: str) -> bool:
        """Take what a plan is about behind في مجال, بشأن or حول: خطة العمل في مجال حقوق الإنسان."""
        length = next((len(scope) for scope in _SCOPES if self._line.words[self._position :][: len(scope)] == scope), 0)
        if not length:
            return False
        self._position += length
        if self._take_idafa(rule):
            return True
        self._position -= length
        return False


def _find_end(line: SentenceLine, start: int, head: Head, definite: bool, depth: int) -> NameEnd | None:
    return find_name_end(line, start, head, definite=definite, depth=depth)


@lru_cache(maxsize=1)
def _words_that_go_on() -> frozenset[str]:
    """Return the words of no name by which one may yet go on."""
    knowledge = load_knowledge()
    prepositions = (IN, BEFORE, FOR_THE_SAKE_OF[0], *knowledge.bound, *BRACKETS)
    return frozenset((*prepositions, NEGATION, *QUOTATION_MARKS, *HYPHENS, *tails_by_first_word()))


def _may_describe_people(word: WordRole) -> bool:
    """Return whether a word that asks for a preposition may be an adjective, not a noun of action: المكلفة, الحفاظ."""
    return word.is_adjective or word.is_plain or word.is_people or word.word.endswith(_PLURAL)


def _agrees(head: Head, adjective: WordRole) -> bool:
    """Return whether an adjective has a head's gender."""
    nouns = head.words[::-1] if head.role == PLAN else head.words[-1:]  # خارطة الطريق الوطنية
    return any(_is_feminine(noun) == _is_feminine(adjective.word) for noun in nouns)


def _is_feminine(word: str) -> bool:
    """Return whether a word looks feminine, as plurals of things do."""
    return word.endswith(("ة", "ات", "ا")) or word in _FEMININE
