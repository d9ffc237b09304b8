"""Parts of names that are known by their marks or words: quoted ones, short names in brackets, foreign ones."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from annotator.suggest.names.data import load_knowledge
from annotator.suggest.names.word_roles import DEFINITE, END, LATIN, LOCAL, NOUN, NUMBER, SentenceLine, classify_word
from annotator.text.folding import fold
from annotator.text.lexicon import FoldedForm

# Quotation marks, with what closes each: sites mix them, and write ″ behind a number.
QUOTATION_MARKS: Final = {"«": "»", "»": "«", "“": '”″"', "”": '“”″"', '"': '"″”'}
_ONE_WAY: Final = ("«", "»", "“")
_USUAL_OPENING: Final = {"»": "«", "”": "“"}
BRACKETS: Final = {"(": ")", "[": "]"}
_CLOSING: Final = {**QUOTATION_MARKS, **BRACKETS}
_MAX_QUOTED: Final = 8  # tokens between the marks
_MAX_WITH_SAME_MARK: Final = 3  # tokens between two marks that are both written as the opening or the closing one
_MAX_SHORT_NAME: Final = 3
_MAX_SPELLED: Final = 8  # tokens of an abbreviation with full stops
_ACRONYM_LENGTH: Final = 3  # letters of one that looks like a verb: (تاس)
_OF_IN_AMAZIGH: Final = (fold("ن"),)
_MAX_FOREIGN: Final = 6
_NOT: Final = fold("لا")
NEGATION: Final = fold("غير")
_VERB_PREFIXES: Final = ("ي", "ت", "ن")
_FOR_BALL: Final = tuple(map(fold, ("لكرة", "للكرة")))


def find_closing_mark(words: tuple[str, ...], opening: int, max_words: int = _MAX_QUOTED) -> int | None:
    """Return the index of the mark that closes the one at `opening`; None if there is none, or too far or near.

    A few words may stand between the same marks: « كذا « or » كذا ».
    """
    mark = words[opening] if opening < len(words) else ""
    closing = _CLOSING.get(mark)
    if closing is None or _closes(words, opening):
        return None
    for stop in range(opening + 2, min(opening + 2 + max_words, len(words))):
        if words[stop] == ":":  # what somebody says, or a mark that was forgotten
            return None
        is_same = words[stop] == mark in QUOTATION_MARKS and stop - opening - 1 <= _MAX_WITH_SAME_MARK
        if is_same or words[stop] in closing:
            return stop
    return None


def _closes(words: tuple[str, ...], index: int) -> bool:
    """Return whether the mark at `index` closes a quotation before it, as » does behind «."""
    opening = _USUAL_OPENING.get(words[index])
    if opening is None:
        return False
    marks = (word for word in reversed(words[max(0, index - _MAX_QUOTED) : index]) if word in (opening, words[index]))
    return next(marks, None) == opening


def find_short_name_end(line: SentenceLine, start: int, name: tuple[str, ...] = ()) -> int:
    """Return the end of the short name in brackets or quotation marks at `start`; `start` if there is none.

    It belongs to the full name before it: المكتب الوطني للمطارات (ONDA). So does the union of the named one. A word of
    the full `name` may be its short one, whatever it looks like: الشركة الوطنية للتبريد (تبريد).
    """
    for affiliation in load_knowledge().affiliations:
        if line.words[start : start + len(affiliation)] == affiliation:
            return start + len(affiliation)
    stop = find_closing_mark(line.words, start, _MAX_SPELLED)
    if stop is None or line.words[start] == line.words[stop] in _ONE_WAY:  # stray marks more often than a name
        return start
    inside = line.words[start + 1 : stop]
    letters = tuple(word for word in inside if word != ".")  # (ن.و.ر)
    is_listed, is_dotted = line.listed.get(start + 1) == stop, 1 < len(letters) < len(inside)
    is_quoted = line.words[start] in QUOTATION_MARKS and not is_dotted
    if len(letters) > _MAX_SHORT_NAME + is_dotted:
        return start
    is_of_name = len(letters) == 1 and len(letters[0]) > 1 and any(word.endswith(letters[0]) for word in name)
    return stop + 1 if is_listed or is_of_name or _is_short_name(letters, is_quoted=is_quoted) else start


def is_spelled(words: Sequence[str]) -> bool:
    """Return whether words are an abbreviation by the names of its Latin letters: إن إتش كي."""
    return len(words) > 1 and load_knowledge().letters.issuperset(words)


def _is_short_name(words: tuple[str, ...], *, is_quoted: bool) -> bool:
    roles = [classify_word(word) for word in words]
    if is_spelled(words):
        return True
    if is_quoted:
        return not any(role.lead or role.kind in (END, NUMBER) for role in roles)
    if len(words) > 1:  # (ك د ش), (كي جي بي)
        letters = load_knowledge().letters
        return all((len(word) == 1 and word.isalpha()) or word in letters for word in words)
    if words[0].isascii():
        return words[0].replace("-", "").isalpha()
    role = roles[0]
    is_known = role.is_of_names or role.is_common or role.is_quality or role.is_adjective or role.is_plain
    is_verb = words[0].startswith(_VERB_PREFIXES[:2]) and len(words[0]) != _ACRONYM_LENGTH
    return role.kind in (NOUN, DEFINITE) and not (role.lead or is_known or is_verb)


def find_foreign_end(words: tuple[str, ...], start: int) -> int | None:
    """Return the end of a foreign name at `start`: its last word behind a particle, or known to end such names.

    None if it is none. لا راثون, نيويورك تايمز, باريس سان جيرمان, تيويزي ن أيت علي.
    """
    knowledge = load_knowledge()
    if words[start + 1 : start + 2] == _OF_IN_AMAZIGH and len(words) > start + 2 and words[start].isalpha():
        return start + 3 + (words[start + 2] in knowledge.openers and len(words) > start + 3)
    last, particle = None, ""
    for index in range(start, min(start + _MAX_FOREIGN, len(words))):
        word = words[index]
        if word in knowledge.particles:
            particle = word
            continue
        if not _may_be_foreign(words, index) or (particle == _NOT and word.startswith(_VERB_PREFIXES)):
            break
        if particle or word in knowledge.endings:
            last = index + 1
        elif index - start > 1 and last is None:
            break
        particle = ""
    return last


def _may_be_foreign(words: tuple[str, ...], index: int) -> bool:
    """Return whether a word may stand in a foreign name; what else ends names may before its last: غرب تايمز."""
    role = classify_word(words[index])
    if role.lead or role.is_of_names or role.is_quality:
        return False
    is_before_last = index + 1 < len(words) and words[index + 1] in load_knowledge().endings
    return role.kind in (NOUN, LOCAL, LATIN) or (is_before_last and words[index].isalpha())


def find_tail_end(words: tuple[str, ...], start: int) -> int | None:
    """Return the end of words that end names: بالخارج, عن بعد, غير اللائق; None if there are none at `start`."""
    if words[start] == NEGATION and start + 1 < len(words):
        negated = classify_word(words[start + 1])
        return start + 2 if negated.kind == DEFINITE and not (negated.lead or negated.is_plain) else None
    tails = tails_by_first_word().get(words[start], ())
    return next((start + len(tail) for tail in tails if words[start : start + len(tail)] == tail), None)


def find_sport_end(words: tuple[str, ...], start: int) -> int | None:
    """Return the end of the game that a club or federation is for, if it is at `start`: لكرة القدم, للكرة الطائرة."""
    has_ball = start + 1 < len(words) and words[start] in _FOR_BALL
    return start + 2 if has_ball and classify_word(words[start + 1]).kind == DEFINITE else None


@lru_cache(maxsize=1)
def tails_by_first_word() -> dict[str, list[FoldedForm]]:
    """Return the words that only end names by the first of them."""
    tails: dict[str, list[FoldedForm]] = {}
    for tail in load_knowledge().tails:
        tails.setdefault(tail[0], []).append(tail)
    return tails
