"""The suggester `names`: institutions and plans by head nouns and lists, without training.

Words are in resources/names, with examples; `chain` finds where a name ends.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from itertools import pairwise
from typing import Final, NamedTuple, TypeAlias

from annotator.model.label_roles import INSTITUTION, PLAN, label_for_role, role_of_label
from annotator.model.labels import LabelSet
from annotator.model.plan_values import years_in
from annotator.model.records import Article, Suggestion
from annotator.suggest.names.chain import MINISTRIES, find_name_end
from annotator.suggest.names.data import (
    ADJECTIVE,
    GENITIVE,
    HONOUR,
    JOINED,
    KNOWN,
    NATION,
    PERIOD,
    PROPER,
    QUOTED,
    WITHIN,
    Head,
    load_knowledge,
    without_article,
)
from annotator.suggest.names.enumerations import find_enumerations
from annotator.suggest.names.fixed_parts import BRACKETS, QUOTATION_MARKS, find_short_name_end, find_sport_end
from annotator.suggest.names.listed import is_name
from annotator.suggest.names.outlets import LINK_TO_ARTICLE, TAGS, find_outlets
from annotator.suggest.names.plans import find_owned_plans, is_plan_name
from annotator.suggest.names.short_forms import CLOSING_MARKS, FullName, find_short_forms, has_proper_name
from annotator.suggest.names.taa import read_taa
from annotator.suggest.names.word_roles import AND, DEFINITE, LOCAL, SentenceLine, is_adjective_of
from annotator.suggest.overlaps import resolve_overlaps
from annotator.text.analysis import TextAnalysis, analysed
from annotator.text.folding import fold
from annotator.text.intervals import IntervalIndex
from annotator.text.lexicon import FoldedForm, Lexicon, Match, split_form
from annotator.text.proclitics import DEFINITE_ARTICLE, find_readings

_MAX_TOKENS: Final = 1 << 15  # whose heads are remembered
_GOING_ON_FACTOR: Final = 0.8  # for a listed name that may be the first half of a longer one
_NATION_FACTOR: Final = 0.95  # for one with the adjective of a country behind it
_FIRM_SCORE: Final = 0.98  # of a listed name that no guess is longer than
_UNSURE_FACTOR: Final = 0.5  # for a short word that may be another after its proclitic


_YEAR_DIGITS: Final = 4
_MAX_DAY: Final = 10  # a number that needs a noun in the singular is greater

_AROUND: Final = ' \xa0"“”«»()'
_SAME_BODY: Final = (fold("وزارة"), fold("هيئة"))  # before the name of one: وزارة الخارجية الأميركية
_OPENING: Final = (*BRACKETS, *QUOTATION_MARKS)
_ABBREVIATION: Final = re.compile(r" ?\( ?([A-Z][A-Z-]*[A-Z][0-9]?) ?\)")


_Line: TypeAlias = tuple[SentenceLine, int, int]
"""A sentence, with its first and last token."""


class _NameSpan(NamedTuple):
    """An institution's or plan's name; `full` is a short one's full name, `evidence` as in Suggestion.

    `is_local`: by a head of bodies of which there is one in many places, so that the place belongs to its name.
    `proper_start` is where its proper name begins, if that may stand alone elsewhere; `beside` as in ListedName.
    """

    start: int
    end: int
    role: str
    score: float
    evidence: str
    full: str | None = None
    is_local: bool = False
    proper_start: int | None = None
    beside: tuple[FoldedForm, ...] = ()


class NameSuggester:
    """The suggester `names`; it needs a label for institutions or plans.

    The value of an institution's short name is its full one, that of a plan the years in its name (`2030`,
    `2024/2025`).
    """

    name = "names"

    def __init__(self) -> None:
        knowledge = load_knowledge()
        self._listed = Lexicon()
        for words in knowledge.listed:
            self._listed.add(words)
        self._heads: dict[str, list[Head]] = {}
        for words, heads in knowledge.heads.items():
            self._heads.setdefault(words[0], []).extend(heads)
        self._heads_of_tokens: dict[str, tuple[tuple[int, str, Head, bool], ...]] = {}

    def suggest(self, article: Article, labels: LabelSet) -> list[Suggestion]:
        """See Suggester. Names may nest."""
        by_role = {role: label_for_role(role, labels) for role in (INSTITUTION, PLAN)}
        analysis = read_taa(analysed(article.text))
        matches = [match for match in self._listed.find_matches(analysis) if is_name(analysis, match)]
        lines = list(_sentence_lines(analysis, matches))
        names = list(self._find_listed(analysis, matches, lines))
        names += _without_firm(self._find_by_head(analysis, lines), names)
        names += self._find_abbreviations(analysis, names)
        names += (
            _NameSpan(*outlet.bounds, INSTITUTION, outlet.score, outlet.evidence) for outlet in find_outlets(analysis)
        )
        joined = load_knowledge().scores["enumeration"]
        names += (_NameSpan(*bounds, INSTITUTION, joined, "enumeration") for bounds in find_enumerations(analysis))
        outside = [part.span() for pattern in (LINK_TO_ARTICLE, TAGS) for part in pattern.finditer(article.text)]
        names = [name for name in names if not any(start < name.start < end for start, end in outside)]
        owned = load_knowledge().scores["owned"]
        names += (_NameSpan(*bounds, PLAN, owned, "quoted:owned") for bounds in find_owned_plans(analysis))
        suggestions = self._choose(article.text, names, by_role)
        short = [
            form
            for role, label in by_role.items()
            if label
            for form in self._find_short_forms(analysis, names, suggestions, role, label)
        ]
        return self._choose(article.text, names + short, by_role) if short else suggestions

    def _choose(self, text: str, names: Iterable[_NameSpan], by_role: Mapping[str, str | None]) -> list[Suggestion]:
        """Return the suggestions that stay of these names, by start."""
        best: dict[tuple[int, int], Suggestion] = {}
        for name in names:
            label, bounds = by_role[name.role], (name.start, name.end)
            same = best.get(bounds)  # a list's doubt outdoes a rule's trust
            is_better = same is None or (same.score < name.score and not same.evidence.startswith("list:"))
            if label and is_better:
                value = years_in(text[slice(*bounds)]) if name.role == PLAN else name.full
                best[bounds] = Suggestion(
                    *bounds, label, self.name, round(name.score, 3), value, evidence=name.evidence
                )
        return resolve_overlaps(best.values(), lambda inner, outer: self._may_nest(text, inner, outer))

    def _find_short_forms(
        self,
        analysis: TextAnalysis,
        names: Iterable[_NameSpan],
        suggestions: Iterable[Suggestion],
        role: str,
        label: str,
    ) -> list[_NameSpan]:
        """Return the short forms of the names of a role that stand outside of others with its label."""
        full_names = [
            FullName(*name[:2], name.full or analysis.text[name.start : name.end], name.proper_start, name.beside)
            for name in names
            if name.role == role
            and (
                role == PLAN
                or name.beside
                or name.proper_start is not None
                or analysis.text[name.end - 1] in CLOSING_MARKS
            )
        ]
        forms = list(find_short_forms(analysis, full_names, role))
        around = IntervalIndex[Suggestion]()
        for suggestion in suggestions if forms else ():
            if suggestion.label == label:
                around.add(suggestion.start, suggestion.end, suggestion)
        scores = load_knowledge().scores
        return [
            _NameSpan(form.start, form.end, role, scores[form.kind], f"short form:{form.kind}", form.full)
            for form in forms
            if not any(around.overlapping(form.start, form.end))
        ]

    def _find_listed(self, analysis: TextAnalysis, matches: list[Match], lines: list[_Line]) -> Iterator[_NameSpan]:
        """Yield the listed names, with a short one behind the full one, or in brackets behind one that has its head."""
        starts = [match.first for match in matches]
        short_names = {match.last: after for match, after in pairwise(matches) if _is_short_name_of(after, match)}
        for match, (_start, line, first) in zip(matches, _with_lines(starts, lines), strict=True):
            if match.first in short_names:
                continue
            name = load_knowledge().listed[match.words]
            end = analysis.tokens[match.last - 1 - name.is_apart].end
            start = _find_full_start(analysis, match) or match.start
            score, evidence = name.score * (1 if match.is_sure else _UNSURE_FACTOR), f"list:{name.about}"
            stop = find_sport_end(line.words, match.last - first)
            if stop:
                end, evidence = analysis.tokens[first + stop - 1].end, f"{evidence}, sport"
            elif name.is_apart:
                evidence = f"{evidence}, apart"
            elif self._has_status(line, match, first):
                after = match.last - first + 1
                stop = find_short_name_end(line, after)
                if stop > after:
                    end = analysis.tokens[first + stop - 1].end
                else:
                    score, evidence = score * _GOING_ON_FACTOR, f"{evidence}, going on"
            elif match.last in short_names:
                end = short_names[match.last].end
            elif self._may_have_short_name(line, match, first):
                end = analysis.tokens[first + find_short_name_end(line, match.last - first) - 1].end
            if end == match.end and self._has_nation(match, line, first):
                end, score = analysis.tokens[match.last].end, score * _NATION_FACTOR
                evidence = f"{evidence}, {NATION}"
            if self._may_go_on(match, line, first):
                score, evidence = score * _GOING_ON_FACTOR, f"{evidence}, going on"
            proper = match.end if end > match.end and match.words[0] in load_knowledge().named else None
            yield _NameSpan(start, end, name.role, score, evidence, name.full, False, proper, name.beside)

    def _has_nation(self, match: Match, line: SentenceLine, first: int) -> bool:
        """Return whether a country's adjective follows a name with a definite head: المجلس الأعلى للمراعي الليبي."""
        word = line.word_at(match.last - first)
        is_nation = word is not None and not word.lead and word.word in load_knowledge().nations
        bare = match.words[0].removeprefix(DEFINITE_ARTICLE)
        is_descriptive = any({ADJECTIVE, NATION} & head.takes for head in self._heads.get(bare, ()))
        return is_nation and len(match.words) > 1 and bare != match.words[0] and is_descriptive

    def _may_go_on(self, match: Match, line: SentenceLine, first: int) -> bool:
        """Return whether و and a definite noun that begins no listed name go on from a listed name with such a head."""
        heads = self._heads.get(match.words[0].removeprefix(DEFINITE_ARTICLE), ())
        if not any(JOINED in head.takes for head in heads):
            return False
        after = match.last - first
        word = line.word_at(after)
        if word and word.word == AND:  # apart from what it joins
            after += 1
            word = line.word_at(after)
            is_joined = word is not None and word.lead == "" and after not in line.listed
        else:
            is_joined = word is not None and word.lead == AND and after not in line.led
        return is_joined and word is not None and word.kind == DEFINITE and not (word.is_head or word.is_actor)

    def _has_status(self, line: SentenceLine, match: Match, first: int) -> bool:
        """Return whether an adjective behind a listed name with a head says whose it is: وكالة الأنباء الرسمية."""
        words = line.words[match.last - first : match.last - first + 1]
        is_headed = match.words[0].removeprefix(DEFINITE_ARTICLE) in self._heads
        return is_headed and not load_knowledge().statuses.isdisjoint(words)

    def _may_have_short_name(self, line: SentenceLine, match: Match, first: int) -> bool:
        """Return whether what stands in marks behind a listed name may be its short one.

        It needs a head before it; in quotation marks, one of plans or that is called by proper names, or a listed name.
        """
        bare, opening = match.words[0].removeprefix(DEFINITE_ARTICLE), match.last - first
        is_quoted = opening < len(line.words) and line.words[opening] in QUOTATION_MARKS
        knowledge = load_knowledge()
        is_plan = knowledge.listed[match.words].role == PLAN
        is_known = is_plan or bare in knowledge.named or opening + 1 in line.listed
        return bare in self._heads and (is_known or not is_quoted)

    def _find_abbreviations(self, analysis: TextAnalysis, names: Iterable[_NameSpan]) -> Iterator[_NameSpan]:
        """Yield bracketed abbreviations after names: المكتب الوطني للمطارات (ONDA)."""
        score = load_knowledge().scores["abbreviation"]
        for name in names:
            inside = _ABBREVIATION.match(analysis.text, name.end)
            if inside:
                yield _NameSpan(*inside.span(1), name.role, score, "abbreviation", analysis.text[name.start : name.end])

    def _find_by_head(self, analysis: TextAnalysis, lines: Iterable[_Line]) -> Iterator[_NameSpan]:
        """Yield the names that begin with a head."""
        scores, heads_of_tokens = load_knowledge().scores, self._look_up_heads(analysis)
        at_heads = [index for index, heads in enumerate(map(heads_of_tokens.__getitem__, analysis.words)) if heads]
        for position, line, first in _with_lines(at_heads, lines):
            index = position - first
            for offset, word, head, definite in heads_of_tokens[analysis.words[position]]:
                after = index + len(head.words)
                if line.words[index + 1 : after] != head.words[1:]:
                    continue
                before = line.words[index - 1] if index else ""
                if not offset and is_adjective_of(word, before) and not _is_object(head, line, index):
                    continue
                if _is_led(head, before, analysis.words[position][:offset]):
                    continue
                if not definite and not offset and _is_count(before):
                    continue
                is_definite = definite or (len(head.words) > 1 and head.words[-1].startswith(DEFINITE_ARTICLE))
                end = find_name_end(line, after, head, definite=is_definite)
                if end and head.role == PLAN and not is_plan_name(line, index, after, end.stop, head, end.rule):
                    continue
                if end:
                    start, stop = analysis.tokens[position].start + offset, analysis.tokens[first + end.stop - 1].end
                    evidence = f"head:{end.rule} {' '.join(head.words)}"
                    is_called = has_proper_name(head, after, end, definite=definite)
                    proper = analysis.tokens[first + after].start if is_called else None
                    score, is_local = scores[end.rule] * head.weight, bool({WITHIN, HONOUR} & head.takes)
                    yield _NameSpan(start, stop, head.role, score, evidence, None, is_local, proper)
                    second = (
                        _find_second_ministry(analysis, line, first, end.stop) if head.words in MINISTRIES[1:] else None
                    )
                    if second:
                        yield _NameSpan(*second, head.role, score, f"{evidence}, second")

    def _look_up_heads(self, analysis: TextAnalysis) -> Mapping[str, tuple[tuple[int, str, Head, bool], ...]]:
        """Return the heads that each token of a text may be."""
        if len(self._heads_of_tokens) > _MAX_TOKENS:
            self._heads_of_tokens = {}
        heads_of_tokens = self._heads_of_tokens
        for token in set(analysis.words).difference(heads_of_tokens):
            heads_of_tokens[token] = self._find_heads(token)
        return heads_of_tokens

    def _find_heads(self, token: str) -> tuple[tuple[int, str, Head, bool], ...]:
        """Return the heads that a token may be: behind its proclitics, as which word, and whether with the article."""
        return tuple(
            (offset, word, head, definite)
            for offset, word in find_readings(token)
            for definite, bare in ((False, word), (True, word.removeprefix(DEFINITE_ARTICLE)))
            if not definite or bare != word
            for head in self._heads.get(bare, ())
        )

    def _heads_by_words(self, words: FoldedForm) -> list[Head]:
        """Return the heads that these are all the words of: موقع, موقع التواصل الاجتماعي."""
        return [head for first in words[:1] for head in self._heads.get(first, ()) if head.words == words]

    def _may_nest(self, text: str, inner: Suggestion, outer: Suggestion) -> bool:
        """Return whether one name may stand within another.

        Not if it begins where the other does, being that cut short, nor as its short name or a head's proper name: حماس
        in حركة حماس. But the United Nations may in مفوضية الأمم المتحدة.
        """
        before = text[outer.start : inner.start].rstrip()
        between = fold(before.strip(_AROUND))
        between = load_knowledge().plurals.get(between, between)
        heads = self._heads_by_words(split_form(between)) or self._heads_by_words(split_form(without_article(between)))
        is_owner = inner.evidence.startswith("list:") and outer.evidence.startswith(f"head:{GENITIVE}")
        is_called = not is_owner and any(
            {KNOWN, PROPER, QUOTED} & head.takes for head in heads if head.role == role_of_label(inner.label)
        )
        full = outer.value or text[outer.start : outer.end]
        is_short = inner.value is not None and without_article(inner.value) == without_article(full)
        is_bracketed = text[outer.end - 1] in CLOSING_MARKS and before.endswith(_OPENING)
        is_listed = inner.evidence.startswith("list:")
        is_cut = is_listed and inner.value is not None and inner.end < outer.end and outer.evidence.startswith("list:")
        is_once = is_short or is_cut or (is_listed and between in _SAME_BODY)  # هيئة الجمارك وحماية الحدود
        is_same = is_once or (inner.label == outer.label and (is_called or is_bracketed))
        return inner.start > outer.start and not is_same


def _with_lines(positions: Sequence[int], lines: Iterable[_Line]) -> Iterator[tuple[int, SentenceLine, int]]:
    """Yield each of these tokens, which are in order, with its sentence and that sentence's first token."""
    index = 0
    for line, first, last in lines:
        while index < len(positions) and positions[index] < last:
            yield positions[index], line, first
            index += 1


def _is_object(head: Head, line: SentenceLine, index: int) -> bool:
    """Return whether a plan's head is no adjective of what stands before: قدمت الوزيرة الاستراتيجية.

    The heads look feminine, so that they are none of an adjective of one man or body either: الاتحاد الإفريقي.
    """
    before = line.word_at(index - 1)
    is_noun = before is not None and (before.is_actor or before.kind == LOCAL or before.word.endswith("ي"))
    return head.role == PLAN and is_noun


def _is_led(head: Head, before: str, proclitics: str) -> bool:
    """Return whether the word before or a proclitic makes something else of a head."""
    is_after = any(before[skipped:] in head.not_after for skipped in range(3)) if head.not_after else False
    return is_after or (proclitics != "" and proclitics[-1] in head.not_led)


def _find_second_ministry(analysis: TextAnalysis, line: SentenceLine, first: int, index: int) -> tuple[int, int] | None:
    """Return the range of the second of two ministries behind their dual head: وزارتا الداخلية والعدل."""
    word = line.word_at(index)
    if word is None or word.lead != AND or word.kind != DEFINITE or line.word_count_at(index) > 1:
        return None
    alone = SentenceLine((*line.words[:index], word.word, *line.words[index + 1 :]), {}, ())
    (head,) = load_knowledge().heads[MINISTRIES[0]]
    end = find_name_end(alone, index, head, definite=False)
    start = analysis.tokens[first + index].start + len(AND)
    return (start, analysis.tokens[first + end.stop - 1].end) if end else None


def _is_count(word: str) -> bool:
    """Return whether what follows a word is counted, so no name: ثلاثون شركة تأمين, كل جامعة; no year or day is one."""
    if word.isdecimal():
        return len(word) < _YEAR_DIGITS and int(word) > _MAX_DAY
    return word in load_knowledge().counts


def _sentence_lines(analysis: TextAnalysis, matches: list[Match]) -> Iterator[_Line]:
    """Yield sentences as lines with their listed names."""
    index = 0
    for first, last in analysis.sentence_ranges:
        listed, led = dict[int, int](), set[int]()
        while index < len(matches) and matches[index].first < last:
            match = matches[index]
            if match.start == analysis.tokens[match.first].start:
                start, stop = match.first - first, match.last - first
                listed[start] = max(stop, listed.get(start, stop))
            else:
                led.add(match.first - first)
            index += 1
        yield SentenceLine(analysis.folded_words[first:last], listed, led), first, last


def _cross(guess: _NameSpan, name: _NameSpan) -> bool:
    """Return whether a guess ends or begins within a name, and not where that does."""
    breaks_off = guess.start < name.start < guess.end < name.end
    return breaks_off or name.start < guess.start < name.end < guess.end


def _find_full_start(analysis: TextAnalysis, match: Match) -> int | None:
    """Return where the full name of a listed short one begins, cut short before it: الاتحاد الدولي | فيفا."""
    words = _full_words(match.words)
    for count in range(min(len(words), match.first), 1, -1):
        first = match.first - count
        if analysis.words[first + 1 : match.first] == words[1:count]:
            for offset, word in find_readings(analysis.words[first]):
                if word == words[0]:
                    return analysis.tokens[first].start + offset
    return None


def _is_short_name_of(match: Match, full: Match) -> bool:
    """Return whether a listed name is a short one of the listed name just before it: منظمة الصحة العالمية OMS."""
    return match.first == full.last and _full_words(match.words) == full.words


@cache  # of the lists' names, at most
def _full_words(words: FoldedForm) -> FoldedForm:
    """Return the words of the full name of a listed short one, () of a full one."""
    full = load_knowledge().listed[words].full
    return split_form(fold(full)) if full else ()


def _without_firm(guesses: Iterable[_NameSpan], listed: Iterable[_NameSpan]) -> Iterator[_NameSpan]:
    """Yield the guesses that neither go on from a firmly listed name nor break it off.

    The years of a plan and the places of local bodies go on rightly, and so does what begins a longer listed name that
    is not firm itself: مجلس الأمن in مجلس الأمن القومي التركي.
    """
    longest: dict[int, _NameSpan] = {}
    firm = IntervalIndex[_NameSpan]()
    for name in listed:
        if name.start not in longest or name.end > longest[name.start].end:
            longest[name.start] = name
        if name.score >= _FIRM_SCORE:
            firm.add(name.start, name.end, name)
    ends = {start: name.end for start, name in longest.items() if name.score >= _FIRM_SCORE}
    for guess in guesses:
        may_go_on = guess.is_local or guess.evidence.startswith(f"head:{PERIOD}")
        goes_on = guess.end > ends.get(guess.start, guess.end) and not may_go_on
        around = firm.overlapping(guess.start, guess.end)
        if not goes_on and not any(_cross(guess, name) for name in around):
            yield guess
