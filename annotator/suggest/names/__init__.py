"""The suggester `names`: institutions and plans by their head nouns and by lists, before anything is learned.

What is known of words stands in resources/names, with examples; `chain` tells where a name ends. Offsets are code points,
end exclusive.
"""

from collections.abc import Iterator
from typing import Final

from annotator.core.folding import fold
from annotator.core.labels import LabelSet
from annotator.core.model import Article, Suggestion
from annotator.core.proclitics import ARTICLE, readings
from annotator.suggest.analysis import Analysis, analysed
from annotator.suggest.lexicon import Lexicon
from annotator.suggest.names.chain import name_end
from annotator.suggest.names.data import PROPER, Head, knowledge
from annotator.suggest.overlapping import apart
from annotator.suggest.suggester import INSTITUTION, PLAN, label_for

_DOUBTFUL: Final = 0.5  # of its score is left to a short word that may be another one behind its proclitic


class Names:
    """The suggester `names`. It proposes nothing in a corpus without a label for institutions or plans.

    The value of a suggestion is the full name where the text has a short one.
    """

    name = "names"

    def __init__(self) -> None:
        known = knowledge()
        self._listed = Lexicon()
        for words in known.listed:
            self._listed.add(words)
        self._heads: dict[str, list[Head]] = {}
        for words, heads in known.heads.items():
            self._heads.setdefault(words[0], []).extend(heads)

    def suggest(self, article: Article, labels: LabelSet) -> list[Suggestion]:
        """The institutions and plans that the rules and lists find, by start, nested ones too."""
        by_role = {role: label_for(role, labels) for role in (INSTITUTION, PLAN)}
        found = analysed(article.text)
        best: dict[tuple[int, int], Suggestion] = {}
        for start, end, role, score, value in (*self._by_list(found), *self._by_head(found)):
            label = by_role[role]
            if label and ((start, end) not in best or best[start, end].score < score):
                best[start, end] = Suggestion(start, end, label, self.name, round(score, 3), value)
        return apart(best.values(), lambda inner, outer: self._may_nest(article.text, inner, outer))

    def _by_list(self, found: Analysis) -> Iterator[tuple[int, int, str, float, str | None]]:
        listed = knowledge().listed
        for match in self._listed.matches(found):
            name = listed[match.words]
            if not name.capitals or found.text[match.start : match.end].isupper():
                score = name.score * (1 if match.sure else _DOUBTFUL)
                yield match.start, match.end, name.role, score, name.full

    def _by_head(self, found: Analysis) -> Iterator[tuple[int, int, str, float, str | None]]:
        scores = knowledge().scores
        for first, last in found.sentences:
            for at in range(first, last):
                token = found.tokens[at]
                for place, word in readings(found.text[slice(*token)]):
                    for head, definite in self._heads_at(word):
                        behind = at + len(head.words)
                        if found.folded[at + 1 : behind] != head.words[1:]:
                            continue
                        if definite and at > first and _is_adjective_of(word, found.folded[at - 1]):
                            continue
                        end = name_end(found.folded[:last], behind, head, definite=definite)
                        if end:
                            stop = found.tokens[end.last - 1].end
                            yield token.start + place, stop, head.role, scores[end.rule] * head.weight, None

    def _heads_at(self, word: str) -> Iterator[tuple[Head, bool]]:
        """The heads that a folded word without proclitics is, and whether it has its article."""
        for head in self._heads.get(word, ()):
            yield head, False
        if word.startswith(ARTICLE):
            for head in self._heads.get(word[len(ARTICLE) :], ()):
                yield head, True

    def _may_nest(self, text: str, inner: Suggestion, outer: Suggestion) -> bool:
        """Whether one name stands within another on its own.

        Not if it begins where the other does and is that cut short, nor if it is what the other is called: حماس in
        حركة حماس, but the United Nations in مفوضية الأمم المتحدة.
        """
        if inner.start == outer.start:
            return False
        heads = self._heads.get(fold(text[outer.start : inner.start]).strip(), ())
        called = inner.end == outer.end and any(PROPER in head.takes for head in heads)
        return not called or fold(text[inner.start : inner.end]).partition(" ")[0] in self._heads


def _is_adjective_of(word: str, before: str) -> bool:
    """Whether a head in ية is the adjective of a definite noun before it: العلاقات الخارجية."""
    return word.endswith("ية") and before.startswith((ARTICLE, "وال", "بال", "لل"))
