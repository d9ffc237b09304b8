"""The suggester `names`: institutions and plans by their head nouns and by lists, before anything is learned.

What is known of words stands in resources/names, with examples; `chain` tells where a name ends. Offsets are code
points, end exclusive.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from annotator.model.labels import LabelSet
from annotator.model.records import Article, Suggestion
from annotator.suggest.base import INSTITUTION, PLAN, label_for
from annotator.suggest.conflicts import apart
from annotator.suggest.names.chain import name_end
from annotator.suggest.names.data import PROPER, QUOTED, Head, knowledge
from annotator.suggest.names.word_roles import Line
from annotator.text.analysis import Analysis, analysed
from annotator.text.folding import fold
from annotator.text.lexicon import Lexicon, Match
from annotator.text.proclitics import ARTICLE, readings

_DOUBTFUL: Final = 0.5  # of its score is left to a short word that may be another one behind its proclitic


_YEARS: Final = re.compile(r"\b((?:19|20)\d\d)(?:[-‐‑–/]((?:19|20)\d\d))?\b")
_AROUND: Final = ' "“”«»'
_ABBREVIATION: Final = re.compile(r" ?\( ?([A-Z][A-Z-]*[A-Z][0-9]?) ?\)")


class _Name(NamedTuple):
    """A stretch that is the name of an institution or a plan; `full` is what a short one stands for."""

    start: int
    end: int
    role: str
    score: float
    full: str | None = None


class Names:
    """The suggester `names`. It proposes nothing in a corpus without a label for institutions or plans.

    The value of an institution is its full name where the text has a short one, that of a plan is its years (`2030`,
    `2024/2025`) where its name has some.
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
        matches = [match for match in self._listed.matches(found) if _is_name(found, match)]
        names = [*map(_listed, matches), *self._by_head(found, matches)]
        names += self._abbreviated(found, names)
        best: dict[tuple[int, int], Suggestion] = {}
        for name in names:
            label, place = by_role[name.role], (name.start, name.end)
            if label and (place not in best or best[place].score < name.score):
                value = _period(article.text[slice(*place)]) if name.role == PLAN else name.full
                best[place] = Suggestion(*place, label, self.name, round(name.score, 3), value)
        return apart(best.values(), lambda inner, outer: self._may_nest(article.text, inner, outer))

    def _abbreviated(self, found: Analysis, names: Iterable[_Name]) -> Iterator[_Name]:
        """The abbreviations in brackets behind names: المكتب الوطني للمطارات (ONDA)."""
        score = knowledge().scores["abbreviation"]
        for name in names:
            inside = _ABBREVIATION.match(found.text, name.end)
            if inside:
                yield _Name(*inside.span(1), name.role, score, found.text[name.start : name.end])

    def _by_head(self, found: Analysis, matches: list[Match]) -> Iterator[_Name]:
        """The names that begin with a head; `matches` are those of the lists."""
        scores = knowledge().scores
        for line, first, last in _lines(found, matches):
            for at, token in enumerate(found.tokens[first:last]):
                for place, shape in readings(found.text[slice(*token)]):
                    for head, definite in self._heads_at(shape):
                        behind = at + len(head.words)
                        if line.words[at + 1 : behind] != head.words[1:]:
                            continue
                        before = line.words[at - 1] if at else ""
                        if before.endswith(head.not_after) or (not place and _is_adjective_of(shape, before)):
                            continue
                        end = name_end(line, behind, head, definite=definite)
                        if end:
                            stop = found.tokens[first + end.last - 1].end
                            yield _Name(token.start + place, stop, head.role, scores[end.rule] * head.weight)

    def _heads_at(self, word: str) -> Iterator[tuple[Head, bool]]:
        """The heads that a folded word without proclitics is, and whether it has its article."""
        for head in self._heads.get(word, ()):
            yield head, False
        if word.startswith(ARTICLE):
            for head in self._heads.get(word[len(ARTICLE) :], ()):
                yield head, True

    def _may_nest(self, text: str, inner: Suggestion, outer: Suggestion) -> bool:
        """Whether one name stands within another on its own.

        Not if it begins where the other does and is that cut short; nor if it is short for the other, or is what a head
        is called: حماس in حركة حماس. But the United Nations do in مفوضية الأمم المتحدة.
        """
        between = fold(text[outer.start : inner.start]).strip(_AROUND)
        is_called = any({PROPER, QUOTED} & head.takes for head in self._heads.get(between, ()))
        full = outer.value or text[outer.start : outer.end]
        is_short = inner.value is not None and fold(inner.value) == fold(full)
        return inner.start > outer.start and not is_short and not (is_called and inner.label == outer.label)


def _lines(found: Analysis, matches: list[Match]) -> Iterator[tuple[Line, int, int]]:
    """The sentences as lines with the listed names in them, and their first and last token."""
    at = 0
    for first, last in found.sentences:
        listed, led = {}, set()
        while at < len(matches) and matches[at].first < last:
            match = matches[at]
            if match.start == found.tokens[match.first].start:
                listed[match.first - first] = match.last - first
            else:
                led.add(match.first - first)
            at += 1
        yield Line(found.folded[first:last], listed, led), first, last


def _period(name: str) -> str | None:
    """The years in the name of a plan, as ISO 8601 has them; None where there are none, or several."""
    found = _YEARS.findall(fold(name))
    return "/".join(filter(None, found[0])) if len(found) == 1 else None


def _is_name(found: Analysis, match: Match) -> bool:
    """Whether what says a listed name is one: an abbreviation in capitals, and no adjective of what stands before."""
    if knowledge().listed[match.words].capitals and not found.text[match.start : match.end].isupper():
        return False
    leads = match.start > found.tokens[match.first].start or not match.first
    return leads or not _is_adjective_of(match.words[0], found.folded[match.first - 1])


def _listed(match: Match) -> _Name:
    name = knowledge().listed[match.words]
    return _Name(match.start, match.end, name.role, name.score * (1 if match.sure else _DOUBTFUL), name.full)


def _is_adjective_of(word: str, before: str) -> bool:
    """Whether a word in ية is the adjective of a definite noun before it, and begins no name: العلاقات الخارجية."""
    return word.startswith(ARTICLE) and word.endswith("ية") and before.startswith((ARTICLE, "وال", "بال", "لل"))
