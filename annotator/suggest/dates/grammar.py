"""The grammar of dates, from `resources/dates/*.toml`: classes of words and rules over them.

A file looks like this; every table may repeat:

    [words.month]                        # a class: values, each with its spellings
    7 = ["يوليوز", "تموز"]

    [cues]                               # classes of words without values
    preposition = ["في", "منذ"]

    [[rule]]
    makes = "date"                       # the class of its matches; "date" is suggested, "no-date" never
    pattern = "{day} من? {month}"        # see `pattern`
    name = "day and month"               # tells it from others that make the same; by default what it makes
    value = "merge"                      # a function of `values`; by default parts are merged
    with = { by = 1 }                    # its arguments besides the parts
    score = 0.9                          # how likely it is accepted; by default its parts' lowest
    after = "{preposition}"              # must precede, or follow (`before`), or must not (`unless_…`)
    examples = [{ text = "في 9 يوليوز", span = "9 يوليوز", value = "2024-07-09" }]
"""

import tomllib
from collections.abc import Collection, Iterable, Mapping
from functools import lru_cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import Any, Final, TypeAlias

import msgspec
from msgspec import Struct

from annotator.model.decoders import prepare_decoders
from annotator.resources import resource_path
from annotator.suggest.dates.pattern import Choice, Kind, Part, Row, Word, leaves, parse_pattern, word_label

CONSTANT: Final = "constant"
DATE: Final = "date"
OFFSET: Final = "offset"
"""A time so far from the publication, which is no date by the guideline: قبل ستة أشهر. It is read, not suggested."""
NO_DATE: Final = "no-date"
"""Text that only looks like a date, and hides dates no longer than it."""
_NUMBERS: Final = ("number", "1-31", "1-12", "0-24", "0-59", "1-2-digits", "2-digits", "3-digits", "13-31", "13-99")
_YEARS: Final = ("year-digits", "near-year", "round-year", "hijri-digits", "near-hijri")
LEXER_KINDS: Final = frozenset([*_NUMBERS, *_YEARS, "clock-token", "punctuation", "end", "definite", "verb", "glued"])
"""The classes that `lattice` assigns to tokens by shape."""
_COMPLETE: Final = frozenset([""])
_NOTHING: Final[frozenset[str]] = frozenset()


class GrammarError(ValueError):
    """Invalid rules; the message says why."""


class Example(Struct, frozen=True, forbid_unknown_fields=True):
    """A text, the span that the rule finds (None: nothing), and its value.

    `published` defaults to 2024-07-09, a Tuesday.
    """

    text: str
    span: str | None = None
    value: str | None = None
    published: str = "2024-07-09"


class Rule(Struct, frozen=True, forbid_unknown_fields=True, rename={"arguments": "with"}):
    """A rule as in its file."""

    makes: str
    pattern: str
    name: str = ""
    value: str | None = None
    arguments: dict[str, int | str] = {}
    score: float | None = None
    after: str = ""
    before: str = ""
    unless_after: str = ""
    unless_before: str = ""
    examples: tuple[Example, ...] = ()


Openings: TypeAlias = Mapping[str, frozenset[str]]
"""The labels with which something may begin, each with those that may come second, and "" if nothing must."""


class CompiledRule(Struct, frozen=True):
    """A rule ready to use: its parts, their openings, and the labels that may or must not adjoin.

    Of each set in `needs`, a label must be ahead wherever the rule matches.
    """

    rule: Rule
    row: Row
    openings: Openings
    needs: tuple[frozenset[str], ...]
    after: frozenset[str]
    before: frozenset[str]
    unless_after: frozenset[str]
    unless_before: frozenset[str]


class Grammar(Struct, frozen=True):
    """`words` maps words to their labels with values, `rules` classes to rules, in order.

    `openings` are those of dates and of what only looks like one.
    """

    words: dict[str, dict[str, Any]]
    rules: dict[str, tuple[CompiledRule, ...]]
    openings: Openings


class _File(Struct, frozen=True, forbid_unknown_fields=True):
    words: dict[str, dict[str, list[str]]] = {}
    cues: dict[str, list[str]] = {}
    rule: list[Rule] = []


@lru_cache(maxsize=1)
def load_grammar() -> Grammar:
    """Return the grammar in `resources/dates`."""
    return read_grammar(sorted(resource_path("dates").glob("*.toml")))


def read_grammar(paths: Iterable[Path]) -> Grammar:
    """Read the grammar of these files.

    Raises GrammarError, with file and mistake, if one is invalid.
    """
    words = _Vocabulary()
    rules: list[tuple[str, Rule, Row]] = []
    for path in paths:
        try:
            file = msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), _File)
            phrases = _add_words(file, words)
            rules += [(path.name, rule, parse_pattern(rule.pattern)) for rule in (*file.rule, *phrases)]
        except ValueError as error:  # also the base of tomllib's and msgspec's errors
            raise GrammarError(f"{path.name}: {error}") from error
    kinds = LEXER_KINDS | words.kinds | {rule.makes for _, rule, _ in rules}
    for name, rule, row in rules:
        unknown = next((part.kind for part in leaves(row) if isinstance(part, Kind) and part.kind not in kinds), None)
        if unknown:
            raise GrammarError(f"{name}: {rule.pattern!r}: there is no class {unknown!r}")
    return _compile_grammar(words, rules)


class _Vocabulary:
    """The known words' labels; `kinds` are their classes, `cues` those without values."""

    def __init__(self) -> None:
        self.labels: dict[str, dict[str, Any]] = {}
        self.kinds: set[str] = set()
        self.cues: set[str] = set()

    def add(self, label: str, kind: str | None = None, value: int | str | None = None) -> None:
        """Add a word's label, class and value."""
        labels = self.labels.setdefault(label[1:], {})
        labels[label] = None
        if kind is not None:
            labels[kind] = value


def _add_words(file: _File, words: _Vocabulary) -> list[Rule]:
    """Add a file's words and return rules for those of several."""
    phrase_rules = []
    for kind, values in file.words.items():
        words.kinds.add(kind)
        for key, names in values.items():
            value = int(key) if key.lstrip("-").isdigit() else key
            phrase_rules += _add_names(words, kind, value, names)
    for kind, names in file.cues.items():
        words.kinds.add(kind)
        words.cues.add(kind)
        phrase_rules += _add_names(words, kind, None, names)
    return phrase_rules


def _add_names(words: _Vocabulary, kind: str, value: int | str | None, names: list[str]) -> list[Rule]:
    phrase_rules = []
    for name in names:
        if " " in name:
            constant = {CONSTANT: "" if value is None else value}
            phrase_rules.append(Rule(kind, name, value=CONSTANT, arguments=constant))
        else:
            words.add(word_label(name), kind, value)
    return phrase_rules


def _compile_grammar(words: _Vocabulary, rules: list[tuple[str, Rule, Row]]) -> Grammar:
    _reject_cycles(rules)
    rows_by_class: dict[str, list[Row]] = {}
    for _, rule, row in rules:
        rows_by_class.setdefault(rule.makes, []).append(row)
    compiler = _RowCompiler(rows_by_class, words.cues)
    compiled: dict[str, list[CompiledRule]] = {}
    for name, rule, row in rules:
        for part in leaves(row):
            if isinstance(part, Word):
                words.add(part.label)
        sides = [rule.after, rule.before, rule.unless_after, rule.unless_before]
        conditions = [_context_labels(words, name, side) for side in sides]
        parts = compiler.compile_row(row)
        needs = tuple(part.firsts for part in parts if not part.may_be_empty)
        compiled.setdefault(rule.makes, []).append(
            CompiledRule(rule, parts, compiler.row_openings(row), needs, *conditions)
        )
    return Grammar(
        words.labels,
        {kind: tuple(rules) for kind, rules in compiled.items()},
        _merge([compiler.class_openings(DATE), compiler.class_openings(NO_DATE)]),
    )


def _context_labels(words: _Vocabulary, name: str, side: str) -> frozenset[str]:
    """Return a condition's labels and add its words, which must be single: no rule makes them."""
    labels = set()
    for part in parse_pattern(side) if side else ():
        if isinstance(part, Word):
            words.add(part.label)
            labels.add(part.label)
        elif isinstance(part, Kind) and part.kind in words.kinds | LEXER_KINDS:
            labels.add(part.kind)
        else:
            raise GrammarError(f"{name}: {side!r}: only words and classes of single words are allowed beside a date")
    return frozenset(labels)


def _reject_cycles(rules: list[tuple[str, Rule, Row]]) -> None:
    """Raise GrammarError if a class may contain itself: depth must be bounded."""
    contained: dict[str, set[str]] = {}
    for _, rule, row in rules:
        contained.setdefault(rule.makes, set()).update(part.kind for part in leaves(row) if isinstance(part, Kind))
    try:
        TopologicalSorter(contained).prepare()
    except CycleError as error:
        cycle = error.args[1]
        name, kind = next((name, rule.makes) for name, rule, _ in rules if rule.makes in cycle)
        raise GrammarError(f"{name}: {kind!r} may contain itself") from error


def can_begin(openings: Openings, labels: frozenset[str], next_labels: frozenset[str]) -> bool:
    """Return whether something with these openings can begin at a node with `labels`, before one with `next_labels`."""
    firsts = openings.keys() & labels
    return any("" in openings[first] or not openings[first].isdisjoint(next_labels) for first in firsts)


class _RowCompiler:
    """Finds with which labels rows may begin, and writes that into their parts.

    Among the openings of a row or part, "" as a first label says that it may be empty.
    """

    def __init__(self, rows_by_class: Mapping[str, list[Row]], cues: Collection[str]) -> None:
        self._rows_by_class, self._cues = rows_by_class, cues
        self._openings: dict[str, Openings] = {}  # by class

    def compile_row(self, row: Row) -> Row:
        """Return the row with the first labels of its parts, and without names for cues, which have no value."""
        return tuple(map(self._compile_part, row))

    def class_openings(self, kind: str) -> Openings:
        """Return the openings of a class."""
        if kind not in self._openings:
            rows = self._rows_by_class.get(kind, ())
            self._openings[kind] = _merge([{kind: _COMPLETE}, *map(self.row_openings, rows)])
        return self._openings[kind]

    def row_openings(self, row: Row) -> Openings:
        """Return the openings of a row."""
        openings: Openings = {"": _COMPLETE}
        for part in row:
            if not any("" in seconds for seconds in openings.values()):
                break
            following = self._part_openings(part)
            firsts = frozenset(following)
            extended = {
                first: seconds - _COMPLETE | firsts if "" in seconds else seconds
                for first, seconds in openings.items()
                if first
            }
            openings = _merge([extended, following] if "" in openings else [extended])
        return openings

    def _compile_part(self, part: Part) -> Part:
        openings = self._part_openings(part)
        firsts = frozenset(filter(None, openings))
        if isinstance(part, Word):
            return Word(part.label, firsts=firsts)
        if isinstance(part, Kind):
            return Kind(part.kind, "" if part.kind in self._cues else part.name, firsts=firsts)
        return Choice(tuple(map(self.compile_row, part.rows)), firsts=firsts, may_be_empty="" in openings)

    def _part_openings(self, part: Part) -> Openings:
        if isinstance(part, Word):
            return {part.label: _COMPLETE}
        return self.class_openings(part.kind) if isinstance(part, Kind) else _merge(map(self.row_openings, part.rows))


def _merge(alternatives: Iterable[Openings]) -> Openings:
    merged: dict[str, frozenset[str]] = {}
    for openings in alternatives:
        for first, seconds in openings.items():
            merged[first] = merged.get(first, _NOTHING) | seconds
    return merged


prepare_decoders(_File)
