"""What a body or a plan is for, behind ل or من أجل."""

import re
from typing import Final

from annotator.model.label_roles import PLAN
from annotator.suggest.names.data import ADJECTIVE, GENITIVE, KNOWN, PERIOD, PERSON, PURPOSE, QUOTED, load_knowledge
from annotator.suggest.names.locations import LocationCursor
from annotator.suggest.names.word_roles import DEFINITE, FOR, LOCAL, NOUN, WordRole, classify_word, is_addressed
from annotator.text.folding import fold

_AIM: Final = re.compile(
    fold("ا..ا.|ان..ا.|است.*|ت.*|م.ا..ة|دعم|ضمان|حماية|رعاية|صون|وقف|وسائل")
)  # of what somebody does
_DESCRIBED: Final = re.compile(fold("(?!(?:ل|ب|مرة|سنة|خاصة|نتيجة|مباشرة|إضافة|عشية|غداة)).*ة"))  # آمنة ومنظمة
_MAX_SHORT: Final = 3  # letters of nouns of action such as بدء, رفع
FOR_THE_SAKE_OF: Final = tuple(map(fold, ("من", "أجل")))


class PurposeCursor(LocationCursor):
    """A cursor that takes purposes."""

    def _take_purpose(self, word: WordRole) -> bool:
        """Take what a body or a plan is for, behind ل: المديرية العامة للأمن, الخطة الاستراتيجية للوزارة 2024-2028."""
        knowledge = load_knowledge()
        if is_addressed(word) or word.word in knowledge.dealings or self._is_second_purpose(word):
            return False
        is_open = self._head.role == PLAN or (self._end is not None and self._end.rule == ADJECTIVE)
        is_for_people = is_open and word.word in knowledge.beneficiaries
        following = self._peek(1)
        is_described = self._head.role == PLAN and following is not None and following.word in knowledge.telling
        if word.is_actor and not (is_for_people or is_described):  # برنامج التأهيل الحضري للمدينة العتيقة
            return self._take_body(word, PURPOSE) or self._take_owner_with_years()
        return self._take_complement(word, PURPOSE)

    def _take_owner_with_years(self) -> bool:
        """Take whose a plan is, if years name it: الخطة الاستراتيجية للوزارة 2024-2028."""
        if PERIOD not in self._head.takes:
            return False
        self._position += 1
        if self._take_period():
            return True
        self._position -= 1
        return False

    def _is_second_purpose(self, word: WordRole) -> bool:
        """Return whether ل and a noun of action follow what has its matter already: for what somebody does it.

        المديرية العامة للأمن الوطني | لمكافحة الجريمة, برنامج دعم المقاولات | لمواجهة الأزمة.
        """
        if word.kind != NOUN or word.is_locality or self._end is None or not _AIM.fullmatch(word.word):
            return False
        if self._end.rule in (QUOTED, PERSON) and word.word in load_knowledge().missions:
            return False
        first = self._line.word_at(self._start)
        is_of_action = self._end.rule == GENITIVE and first is not None and first.is_work and first.kind == NOUN
        return self._end.rule in (PURPOSE, QUOTED, KNOWN, PERSON) or is_of_action

    def _take_unknown_purpose(self, word: WordRole) -> bool:
        """Take ل and a noun of no list before a definite one: لمهن المستقبل."""
        following = self._peek(1)
        if word.kind != NOUN or not word.word.startswith(FOR) or following is None:
            return False
        if following.kind not in (DEFINITE, LOCAL) and not following.is_of_names:
            return False
        if self._end is not None and self._end.rule == PURPOSE and self._head.role != PLAN:  # لزيارة كذا
            return False
        purpose = classify_word(word.word[1:])
        is_people = purpose.word.startswith("م") and purpose.word.endswith("ي")  # لمهنيي القطاع
        is_action = not is_people and (purpose.is_action or len(purpose.word) <= _MAX_SHORT)
        is_clause = is_action and self._head.role != PLAN  # a continuation of the sentence: لتقديم الدعم, لبدء العمل
        return not (is_clause or following.lead) and self._take_idafa(PURPOSE, 1)

    def _take_cause(self) -> bool:
        """Take what it is for behind من أجل: الشبكة المغربية من أجل البيئة."""
        words = self._line.words[self._position : self._position + len(FOR_THE_SAKE_OF)]
        if words != FOR_THE_SAKE_OF:
            return False
        cause = self._peek(len(FOR_THE_SAKE_OF))
        if cause is None or cause.lead or cause.word in load_knowledge().dealings:
            return False
        is_place = self._head.role == PLAN and cause.kind == LOCAL
        if cause.kind != DEFINITE and not (self._head.role == PLAN or self._is_vague()):
            return False
        self._position += len(FOR_THE_SAKE_OF)
        is_whole = is_place or (cause.kind == DEFINITE and not cause.is_actor)
        if (is_whole and self._advance(PURPOSE)) or self._take_idafa(PURPOSE) or self._take_described_cause(cause):
            return True
        self._position -= len(FOR_THE_SAKE_OF)
        return False

    def _take_described_cause(self, cause: WordRole) -> bool:
        """Take an indefinite feminine noun with its adjectives: الميثاق العالمي من أجل هجرة آمنة ومنظمة."""
        if self._head.role != PLAN or cause.kind != NOUN:
            return False
        count = 0
        while (word := self._peek(count)) and word.kind != DEFINITE and _DESCRIBED.fullmatch(word.word):
            count += 1
        return count > 1 and self._advance_to(self._position + count, PURPOSE)

    def _is_vague(self) -> bool:
        """Return whether the name so far needs more to be one: الشبكة العربية."""
        words = (self._line.word_at(index) for index in range(self._start, self._position))
        return all(word is not None and word.is_vague for word in words)

    def _take_complement(self, word: WordRole, rule: str) -> bool:
        """Take a word with و, ل or ب attached, and its idafa."""
        if word.kind in (DEFINITE, LOCAL):
            return self._advance(rule)
        return word.kind == NOUN and self._take_idafa(rule, 1)
