"""What sets the names of plans apart: where their years end, and what only looks like one."""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Final

from annotator.model.label_roles import INSTITUTION
from annotator.suggest.names.data import (
    FIELD,
    GENITIVE,
    KNOWN,
    NUMBERED,
    PERIOD,
    PROPER,
    PURPOSE,
    QUOTED,
    WORKS,
    Head,
    load_knowledge,
)
from annotator.suggest.names.fixed_parts import QUOTATION_MARKS, find_closing_mark
from annotator.suggest.names.word_roles import (
    DEFINITE,
    END,
    FOR,
    LOCAL,
    NOUN,
    NUMBER,
    SentenceLine,
    WordRole,
    classify_word,
)
from annotator.text.analysis import TextAnalysis
from annotator.text.folding import fold
from annotator.text.proclitics import PROCLITICS

_HYPHENS: Final = ("-", "–", "‑", "‐", "/")
_JOINERS: Final = (*_HYPHENS, fold("و"), fold("إلى"))
_YEAR: Final = re.compile(r"(?:19|20)\d\d")
_YEARS: Final = re.compile(r"(?:19|20)\d\d(?:[-‐‑–/](?:19|20)?\d\d)?")
_YEAR_NOUNS: Final = frozenset(map(fold, ("سنة", "عام", "أفق")))  # directly behind a head: أجندة سنة 2063
_BY: Final = fold("في")
_HORIZON: Final = fold("أفق")
_FOR_YEARS: Final = frozenset(
    map(fold, ("لسنة", "لعام", "لأفق", "لسنتي", "لعامي", "لسنوات", "للسنوات", "للأعوام", "للفترة", "لفترة"))
)
_BETWEEN: Final = frozenset(map(fold, ("الممتدة", "الزمنية", "المتراوحة", "ما", "بين", "من")))
_WORK: Final = fold("عمل")
_PROJECT: Final = fold("مشروع")
_MIN_PROJECT: Final = 4  # words behind مشروع in the name of a project; fewer describe one
_PROGRAMME: Final = fold("برنامج")
_SHOW_DISTANCE: Final = 6  # words around a programme's name in which a channel or host makes it a broadcast
_VERB_PREFIXES: Final = ("ت", "ي", "ن")
_OWNED_HEADS: Final = tuple(map(fold, ("برنامج", "مشروع", "مخطط", "خطة", "استراتيجية", "إستراتيجية", "مبادرة")))
_OWNERS: Final = ("ه", "ها", "هم", "نا")
_OFTEN_OF_PLANS: Final = frozenset(
    map(fold, ("موسم", "الموسم", "تقديم", "تقدم", "يقدم", "عرض", "يعرض", "عرضه", "معد", "معدة", "ضيوف", "القنوات"))
)
_MAX_BETWEEN: Final = 2  # words between a plan's head and its quoted name
_MIN_OWNED: Final = 2  # tokens to a closing mark, with which a definite word describes
_SAYING_DISTANCE: Final = 5  # words before a programme in which something is said in it
_MAX_BEFORE: Final = 12  # tokens, those of quotations too
_WITH: Final = fold("مع")
_TALK_DISTANCE: Final = 3  # words before a programme in which a talk with it is told of
_IN: Final = frozenset(map(fold, ("في", "خلال", "عبر", "على")))
_THAT: Final = re.compile(fold("ب?(?:أن|إن)(?:ه|ها|هم|نا)?"))
_LENGTHS: Final = frozenset(
    map(fold, ("الثلاثي", "الثلاثية", "الرباعي", "الخماسي", "الخماسية", "الخمسية", "السباعي", "العشري", "العشرية"))
)
_ORDINALS: Final = frozenset(
    map(
        fold,
        (
            *("الأول", "الأولى", "الثاني", "الثانية", "الثالث", "الثالثة", "الرابع", "الرابعة", "الخامس", "الخامسة"),
            *("السادس", "السادسة", "السابع", "السابعة", "الثامن", "الثامنة", "التاسع", "التاسعة", "العاشر", "العاشرة"),
            *("الحادي", "الحادية"),
        ),
    )
)
_PARTICIPLE: Final = re.compile(fold("ال(?:م.{3,4}|.ا..|..ي.)ة?"))  # الملائم, الدامج, البديل
_PRONOMINAL: Final = re.compile(fold("(?:علي|إلي|في|ب|عن|من|ل|مع)(?:ه|ها|هم|هما)"))
_TEN: Final = ("عشر", "عشرة")  # الرابعة عشرة
_NOUN_OF_ACTION: Final = re.compile("ت..ي.|ت.*[ةا]")  # تقليص, تعبئة: no verbs


def find_period_end(words: Sequence[str], start: int, *, is_after_head: bool = False) -> int | None:
    """Return the end of the years in a plan's name at `start`, in any of their forms; None if there are none.

    2030, 2024-2030, (2015 - 2020), لسنة 2030, للفترة ما بين 2020 و2027, في أفق 2030, directly behind the head also سنة
    2063.
    """
    horizon = start + (words[start : start + 1] == (_BY,))
    if tuple(words[horizon : horizon + 1]) == (_HORIZON,):
        index = horizon + 1
        index += index < len(words) and words[index] in _YEAR_NOUNS
        return index + 1 if index < len(words) and _YEARS.fullmatch(words[index]) else None
    index = start
    is_bracketed = words[index : index + 1] == ("(",)
    index += is_bracketed
    intro = words[index] if index < len(words) else ""
    is_introduced = intro in _FOR_YEARS or (is_after_head and intro in _YEAR_NOUNS)
    index += is_introduced
    while is_introduced and index < len(words) and words[index] in _BETWEEN:
        index += 1
    if index >= len(words) or not _YEARS.fullmatch(words[index]):
        return None
    index += 1
    joiners = _JOINERS if is_introduced else _HYPHENS
    if index + 1 < len(words) and words[index] in joiners and _YEAR.fullmatch(words[index + 1]):
        index += 2
    if is_bracketed:
        return index + 1 if words[index : index + 1] == (")",) else None
    return index


def find_ordinal_end(words: Sequence[str], start: int) -> int | None:
    """Return the end of the ordinal at `start` behind how long a plan is for: الخطة الخمسية | الرابعة عشرة.

    None if there is none.
    """
    if start == 0 or words[start - 1] not in _LENGTHS or start == len(words) or words[start] not in _ORDINALS:
        return None
    return start + 1 + (tuple(words[start + 1 : start + 2]) in {(ten,) for ten in _TEN})


def find_owned_plans(analysis: TextAnalysis) -> Iterator[tuple[int, int]]:
    """Yield the ranges of quoted names of somebody's plans, without the marks: برنامجها «كذا», خطة الوزارة «كذا».

    The words before the marks are no head of the name, being somebody's. One definite word only describes a plan.
    """
    words, owned = analysis.folded_words, _owned_forms()
    for index in [index for index, word in enumerate(words) if word in owned]:
        opening = _skip_owner(words, index + 1, has_owner=owned[words[index]])
        stop = find_closing_mark(words, opening) if opening is not None else None
        if opening is None or stop is None or words[opening] not in QUOTATION_MARKS:
            continue
        first = classify_word(words[opening + 1])
        is_name = stop - opening > _MIN_OWNED or first.kind == NOUN
        is_clause = first.kind in (END, NUMBER) or first.lead != "" or first.is_quality or first.is_plain
        if is_name and not (is_clause or _is_clause(first.word) or _is_shown(words, index, opening, stop + 1)):
            yield analysis.tokens[opening + 1].start, analysis.tokens[stop - 1].end


def _skip_owner(words: tuple[str, ...], start: int, *, has_owner: bool) -> int | None:
    """Return where the owner and adjectives behind a plan's head end; None if the head says no owner and none follows.

    `has_owner`: the head has a pronoun.
    """
    role = classify_word(words[start]) if start < len(words) else None
    if role is not None and not has_owner:
        if not role.is_actor or role.lead:
            return None
        start += 1
    elif role is None:
        return None
    for index in range(start, min(start + _MAX_BETWEEN, len(words))):
        role = classify_word(words[index])
        if role.lead or not (role.is_adjective or role.is_plain):
            return index
    return min(start + _MAX_BETWEEN, len(words))


@lru_cache(maxsize=1)
def _owned_forms() -> Mapping[str, bool]:
    """Return the forms of heads of plans behind proclitics, and whether they say themselves whose it is."""
    forms = {}
    for head in _OWNED_HEADS:
        stem = head[:-1] + "ت" if head.endswith("ة") else head
        for proclitic in ("", *PROCLITICS):
            forms.update({proclitic + stem + owner: True for owner in _OWNERS})
            forms[proclitic + head] = False
    return forms


def may_be_participle(word: WordRole, following: WordRole | None) -> bool:
    """Return whether a definite word behind a definite noun may be its adjective by its form: برنامج السكن الملائم.

    With a preposition it begins a clause: خطة العمل | المتفق عليها.
    """
    if following is not None and _PRONOMINAL.fullmatch(following.word):
        return False
    is_noun = word.is_plain or word.is_actor or word.is_people or word.is_head or word.is_of_names or word.is_locality
    return word.kind == DEFINITE and not (word.lead or is_noun) and _PARTICIPLE.fullmatch(word.word) is not None


def is_plan_name(line: SentenceLine, start: int, first: int, stop: int, head: Head, rule: str) -> bool:
    """Return whether the words from a plan's head at `start` to `stop` are a name; `first` is behind the head.

    It is none as a broadcast or computer program, of another kind (برنامج إيران النووي), by its author (مبادرة الأمين
    العام), as a clause (مبادرة تروم كذا), with a definite noun alone (خطة السلام), and as a project that is only
    described.
    """
    word, listed = line.words[first], line.listed.get(first)
    if _is_broadcast(line, start, stop, rule) or _is_of_kind(line.words, start, first, stop, rule):
        return False
    if (rule == QUOTED and _quotes_body(line, first)) or _breaks_off(line.words, stop):
        return False
    if rule == PERIOD or (rule == QUOTED and GENITIVE not in head.takes):
        return True
    if PERIOD in head.takes and GENITIVE not in head.takes:  # a vision or an agenda is named by its years
        return False
    is_by_author = listed is not None and load_knowledge().listed[line.words[first:listed]].role == INSTITUTION
    is_by_author = is_by_author or (rule in (GENITIVE, PROPER) and word in load_knowledge().persons)
    if is_by_author or word in load_knowledge().authors or _is_clause(word):
        return False
    if rule == GENITIVE and word == _WORK and stop == first + 2:  # برنامج عمل الوزارة has no name
        owner = classify_word(line.words[first + 1])
        if owner.is_actor or owner.is_head:
            return False
    is_project = WORKS in head.takes and head.words[0] == _PROJECT
    if is_project and stop > first + 1 and line.words[first + 1] in load_knowledge().qualities:  # مشروع ميناء جديد
        return False
    is_facility = is_project and word in load_knowledge().facilities and _has_proper_name(line, first + 1, stop)
    last = classify_word(line.words[stop - 1])
    is_local = is_project and stop - first == _MIN_PROJECT - 1 and last.kind == LOCAL and not last.lead
    is_bare = stop == first + 1 and listed is None and classify_word(word).kind == DEFINITE
    return rule != GENITIVE or is_facility or is_local or not (is_bare or (is_project and stop - first < _MIN_PROJECT))


def _is_of_kind(words: tuple[str, ...], start: int, first: int, stop: int, rule: str) -> bool:
    """Return whether a plan is of a kind that is none, by an adjective of it or what it is for: برنامج إيران النووي."""
    kinds = load_knowledge().kinds
    if words[first] in kinds or any(word in kinds and word.startswith(FOR) for word in words[first:stop]):
        return True
    is_feminine = words[start].endswith("ة")
    return rule == GENITIVE and any(word in kinds and word.endswith("ة") == is_feminine for word in words[first:stop])


def _breaks_off(words: tuple[str, ...], stop: int) -> bool:
    """Return whether the last word before `stop` asks for the preposition there: الخطة الأمنية للقضاء | على كذا."""
    following = words[stop] if stop < len(words) else ""
    return classify_word(words[stop - 1]).word in load_knowledge().bound.get(following, ())


def _quotes_body(line: SentenceLine, opening: int) -> bool:
    """Return whether a body's listed name is what the mark at `opening` quotes, as whose plan it is: أجندة «داعش»."""
    stop = line.listed.get(opening + 1)
    if stop is None or find_closing_mark(line.words, opening) != stop:
        return False
    return load_knowledge().listed[line.words[opening + 1 : stop]].role == INSTITUTION


def _has_proper_name(line: SentenceLine, start: int, stop: int) -> bool:
    """Return whether a place or a noun of no list stands in a range of words: ميناء بوحصيرة, سد وادي الرمال."""
    roles = [classify_word(word) for word in line.words[start:stop]]
    return any(role.kind == LOCAL or role.is_proper or role.word in load_knowledge().openers for role in roles)


def _is_clause(word: str) -> bool:
    role = classify_word(word)
    is_verb = word.startswith(_VERB_PREFIXES) and not _NOUN_OF_ACTION.fullmatch(word)
    return is_verb and not role.is_of_names and role.kind != DEFINITE


def _is_broadcast(line: SentenceLine, start: int, stop: int, rule: str) -> bool:
    """Return whether a channel, host, episode or computer is spoken of around a programme, or something said in it."""
    following = line.words[start + 1]
    is_for_work = rule == GENITIVE and (following == _WORK or classify_word(following).is_work)  # برنامج دعم كذا
    if not line.words[start].endswith(_PROGRAMME) or is_for_work or rule in (PURPOSE, PERIOD, FIELD, NUMBERED):
        return False
    if rule in (QUOTED, KNOWN) and _is_said_in(line.words, start):
        return True
    return _is_shown(line.words, start, start, stop, is_quoted=rule == QUOTED)


def _is_shown(words: tuple[str, ...], start: int, opening: int, stop: int, *, is_quoted: bool = True) -> bool:
    """Return whether a word of broadcasts or computers stands around a programme from `start`, or before its marks.

    Words that are as often of something else count for a quoted one only: تقديم برنامج كذا أمام المجلس.
    """
    around = words[start:opening]
    if _PROGRAMME in words[start]:
        around = (*words[max(start - _SHOW_DISTANCE, 0) : opening], *words[stop : stop + _SHOW_DISTANCE])
    broadcasts = load_knowledge().broadcasts
    spoken = {bare for word in around for bare in (word, word[1:] if word.startswith(PROCLITICS) else "")} & broadcasts
    return bool(spoken if is_quoted else spoken - _OFTEN_OF_PLANS)


def _is_said_in(words: tuple[str, ...], start: int) -> bool:
    """Return whether somebody speaks in what begins at `start`, or with it: قال في برنامج «كذا», لقاء مع برنامج «كذا».

    It may be part of what is said, too: قال إنه شارك في برنامج «كذا».
    """
    if start > 1 and words[start - 1] == _WITH:
        return not load_knowledge().talks.isdisjoint(words[max(0, start - 1 - _TALK_DISTANCE) : start - 1])
    if start == 0 or words[start - 1] not in _IN:
        return False
    before = _words_before(words, start - 1, _SAYING_DISTANCE)
    appearing = load_knowledge().saying | load_knowledge().appearing
    said = next((index for index in reversed(range(len(before))) if before[index] in appearing), None)
    return said is not None and not any(map(_THAT.fullmatch, before[said + 1 :]))


def _words_before(words: tuple[str, ...], stop: int, count: int) -> list[str]:
    """Return the last words before `stop`, at most so many, a quotation counting as none: أوضح ل«كذا» | في."""
    before: list[str] = []
    is_quoted = False
    for word in reversed(words[max(0, stop - _MAX_BEFORE) : stop]):
        if word in QUOTATION_MARKS:
            is_quoted = not is_quoted
        elif not is_quoted:
            before.append(word)
    return before[:count][::-1]
