"""Whether what stands in the lists is a name where it stands in a text."""

from typing import Final

from annotator.model.label_roles import INSTITUTION
from annotator.suggest.names.data import load_knowledge
from annotator.suggest.names.word_roles import AND, AT, is_adjective_at, is_adjective_of
from annotator.text.analysis import TextAnalysis
from annotator.text.folding import fold
from annotator.text.lexicon import Match
from annotator.text.proclitics import DEFINITE_ARTICLE

_FEMININE_STARTS: Final = ("ت", "ست", "كت", "غت", "غات")  # of verbs: تمنع, كتمنع
_MINISTERS: Final = tuple(map(fold, ("وزير", "وزيرة", "وزيرا")))
_FEMININE_ENDINGS: Final = ("ت",)


def is_name(analysis: TextAnalysis, match: Match) -> bool:
    """Return whether a listed match is a name by itself.

    It is none as an adjective of the word before, as an abbreviation not in capitals, among other words in Latin
    letters, as a mood (حماس الجمهور), where it only completes an office (المدير العام للأمن الوطني, وزير الحرس
    الوطني), behind what bears its name (كأس إنوي), and without a verb behind it where the list wants one: الداخلية
    تمنع.
    """
    listed = load_knowledge().listed[match.words]
    if listed.capitals and not analysis.text[match.start : match.end].isupper():
        return False
    if match.words[0].isascii():
        around = analysis.words[max(match.first - 1, 0) : match.first] + analysis.words[match.last : match.last + 1]
        return not any(word.isascii() and word.isalpha() for word in around)
    if match.words[0] in load_knowledge().moods and _is_ordinary(analysis, match):
        return False
    before = analysis.folded_words[match.first - 1] if match.first else ""
    if listed.subject:
        is_adjective = is_adjective_at(analysis.folded_words, match.first, match.words[0])
        if is_adjective or before in load_knowledge().offices or not _is_before_verb(analysis, match.last):
            return False
    if listed.role == INSTITUTION and any(before[skipped:] in _MINISTERS for skipped in range(2)):
        return False
    if listed.role == INSTITUTION and any(before[skipped:] in load_knowledge().events for skipped in range(2)):
        return False
    if match.start > analysis.tokens[match.first].start:
        return not (listed.full and before in load_knowledge().heights)
    return not is_adjective_of(match.words[0], before)


def _is_before_verb(analysis: TextAnalysis, index: int) -> bool:
    """Return whether a feminine verb or a colon stands at a token."""
    word = analysis.folded_words[index] if index < len(analysis.folded_words) else ""
    return word == ":" or (len(word) > 2 and (word.startswith(_FEMININE_STARTS) or word.endswith(_FEMININE_ENDINGS)))


def _is_ordinary(analysis: TextAnalysis, match: Match) -> bool:
    """Return whether a mood's name is none of a body: بحماس, حماس الجمهور, حماس كبير.

    It is one behind a verb of saying or before a nation: نفت حماس الخبر, حماس الفلسطينية.
    """
    token, knowledge = analysis.folded_words[match.first], load_knowledge()
    after = analysis.folded_words[match.last] if match.last < len(analysis.folded_words) else ""
    before = analysis.folded_words[match.first - 1] if match.first else ""
    is_subject = before.removeprefix(AND) in knowledge.ends and before.endswith(_FEMININE_ENDINGS)
    is_noun = after.startswith(DEFINITE_ARTICLE) and after not in knowledge.nations and after not in knowledge.ends
    is_of_somebody = is_noun and not is_subject
    return token.startswith(AT) or is_of_somebody or after in knowledge.qualities
