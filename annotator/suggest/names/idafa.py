"""The idafa of a name: the nouns behind its head up to the definite one, the place or the body that closes them."""

from collections.abc import Callable
from typing import Final, TypeAlias

from annotator.model.label_roles import PLAN
from annotator.suggest.names.cursor import NameCursor, NameEnd
from annotator.suggest.names.data import GENITIVE, HONOUR, PROPER, QUOTED, Head, load_knowledge
from annotator.suggest.names.word_roles import (
    AND,
    AT,
    DEFINITE,
    FOR,
    LOCAL,
    NOUN,
    SentenceLine,
    WordRole,
    classify_word,
    is_verb_of,
    looks_foreign,
)
from annotator.text.proclitics import DEFINITE_ARTICLE

_VERB_PREFIXES: Final = ("ي", "ت", "ن")
_NAME_PREFIXES: Final = ("تا", "تي", "تو")  # of Amazigh names; verbs seldom begin so
_SONS: Final = ("بن", "ابن", "عبد", "ال", "ابو")  # within names of persons, which do not end there
_MAX_NOUNS: Final = 3  # indefinite ones in a row before the definite one
_MAX_DEPTH: Final = 3  # nested names that end together
_MIN_FOREIGN: Final = 5  # letters, with the article

FindEnd: TypeAlias = Callable[[SentenceLine, int, Head, bool, int], NameEnd | None]
"""As find_name_end, with whether the head has its article and how many enclosing names end there too."""


class IdafaCursor(NameCursor):
    """A cursor that takes idafas, and institutions within names by `find_end`."""

    def __init__(self, line: SentenceLine, position: int, head: Head, depth: int, find_end: FindEnd) -> None:
        super().__init__(line, position, head)
        self._depth = depth
        self._find_end = find_end

    def _take_idafa(self, rule: str, nouns: int = 0) -> bool:
        """Take indefinite nouns with the definite noun or place that closes them, if any.

        `nouns` is 1 if the word here is known to be the first. Two may share a closing one: إعادة بناء وتأهيل المناطق.
        """
        start = self._position
        if nouns:
            self._position += self._line.word_count_at(start)  # two if its و is written apart
        while word := self._peek():
            if word.lead and not (word.lead == AND and nouns and word.kind == NOUN and not word.is_head):
                break
            if nouns and (self._is_of_nation(word) or word.word in load_knowledge().polite):
                break
            if nouns == 1 and PROPER in self._head.takes and is_verb_of(word, self._head.words[-1]):
                break  # شركة تبغ | تخسر الدعوى
            if not nouns and word.is_actor and self._take_body(word, rule):  # مفوضية الاتحاد الأوروبي
                return True
            if not nouns and self._is_title(word):
                nouns, self._position = 1, self._position + 1
                continue
            may_close = word.kind == DEFINITE and not word.is_plain
            if may_close and nouns and self._is_behind_foreign_name(word, nouns):
                break
            is_meant = word.is_people or word.word in load_knowledge().beneficiaries
            is_member = is_meant and PROPER in self._head.takes  # نقابة الصحفيين, جمعية المرأة القروية
            if word.kind == LOCAL or (may_close and (nouns or is_member or not word.is_actor)):
                return self._advance(rule)
            if nouns and rule == GENITIVE and QUOTED in self._head.takes and self._take_quoted():  # نقابة مستخدمي «كذا»
                return True
            if word.kind != NOUN or nouns > _MAX_NOUNS or not self._may_stand_in_idafa(word, nouns):
                break
            if word.is_locality and self._take_locality(rule):
                return True
            if nouns and word.is_head and self._take_body(word, rule):  # جمعية آباء تلاميذ مدرسة ابن رشد
                return True
            before = self._peek(-1)
            nouns += 1
            self._position += 1
            if rule == GENITIVE and self._may_be_proper_name(word, before, nouns):
                self._end = NameEnd(self._position, PROPER)
        self._position = start
        return False

    def _is_behind_foreign_name(self, word: WordRole, nouns: int) -> bool:
        """Return whether only foreign words stand before a definite one, which is not theirs: حزب فوكس | الحكومة."""
        head = self._head.words[-1]
        before = [self._peek(-number) for number in range(1, nouns + 1)]
        is_foreign = all(noun is not None and looks_foreign(noun, head) for noun in before)
        return is_foreign and PROPER in self._head.takes and (word.is_actor or word.word in load_knowledge().nouns)

    def _is_title(self, word: WordRole) -> bool:
        """Return whether a word is a person's title before the name: جامعة الأمير عبد القادر."""
        following = self._peek(1)
        is_name = following is not None and not following.lead and following.kind == NOUN
        return is_name and word.kind == DEFINITE and word.is_person and not word.lead

    def _is_of_nation(self, word: WordRole) -> bool:
        """Return whether a word is the adjective of a country of the proper name before it: شركة كذا | الفرنسية."""
        return word.kind == DEFINITE and PROPER in self._head.takes and word.word in load_knowledge().nations

    def _may_be_proper_name(self, word: WordRole, before: WordRole | None, nouns: int) -> bool:
        """Return whether a noun is the head's proper name: the first after it, or after ابن and the like."""
        if {PROPER, HONOUR}.isdisjoint(self._head.takes):
            return False
        if before is not None and before.is_person and nouns > 1:
            is_known = word.is_person or word.word in load_knowledge().given_names
            return word.word not in _SONS and (is_known or not word.word.startswith(_VERB_PREFIXES))
        if PROPER not in self._head.takes:
            return False
        looks_like_adjective = self._head.words[-1].endswith("ة") and word.word.endswith("ة")
        return nouns == 1 and not looks_like_adjective and (word.is_proper or self._is_for_something(word))

    def _is_for_something(self, word: WordRole) -> bool:
        """Return whether a purpose behind a noun makes it a name, whatever it looks like: جمعية جديات للتنمية."""
        following, missions = self._peek(), load_knowledge().missions
        is_verb = word.word.startswith(_VERB_PREFIXES) and not word.word.startswith(_NAME_PREFIXES)
        is_purpose = following is not None and (following.kind == DEFINITE or following.word in missions)
        has_purpose = following is not None and following.lead == FOR and is_purpose
        return has_purpose and not (is_verb or word.is_common or word.is_quality or word.is_of_names)

    def _may_stand_in_idafa(self, word: WordRole, nouns: int) -> bool:
        """Return whether an indefinite noun may stand in the idafa; the first may be no adjective of the head."""
        if word.is_of_names or _is_foreign(word.word):
            return True
        if word.word.startswith((FOR, "ي")) or (
            nouns and word.word.startswith(AT)
        ):  # a verb, or an attached preposition
            return False
        return nouns > 0 or not word.is_quality

    def _take_body(self, word: WordRole, rule: str) -> bool:
        """Take an institution that a word begins: بوزارة الداخلية, للنقابة الوطنية للرعاة."""
        if self._depth == _MAX_DEPTH:
            return False
        definite, depth = word.kind == DEFINITE, self._depth + 1
        bare, heads = word.word.removeprefix(DEFINITE_ARTICLE), load_knowledge().heads
        following = self._line.words[self._position + 1 : self._position + 2]
        for head in (*heads.get((bare, *following), ()), *heads.get((bare,), ())):
            if head.role == PLAN:  # no institution is at a plan: بمشروع كذا
                continue
            end = self._find_end(self._line, self._position + len(head.words), head, definite, depth)
            if end:
                return self._advance_to(end.stop, rule)
        return False


def _is_foreign(word: str) -> bool:
    """Return whether a word begins with the article of Romance languages, not with ل: لافيتا, not لاستقبال."""
    if not word.startswith("لا") or len(word) < _MIN_FOREIGN:
        return False
    return classify_word(word[1:]).is_proper
