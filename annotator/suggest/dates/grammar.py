"""The grammar of dates, read from `resources/dates/*.toml`: classes of words and rules over them.

A file looks like this; every table may repeat:

    [words.month]                        # a class: values of words, each with its spellings
    7 = ["يوليوز", "تموز"]

    [cues]                               # a class of words without a value
    preposition = ["في", "منذ"]

    [[rule]]
    makes = "date"                       # the class of its matches; "date" is suggested, "no-date" never
    pattern = "{day} من? {month}"        # see `pattern`
    value = "merge"                      # a function of `values`; without one the parts are merged
    with = { by = 1 }                    # its arguments besides the parts
    score = 0.9                          # how likely such a date is accepted; else the lowest of its parts'
    after = "{preposition}"              # must precede it, or follow it (`before`), or must not (`unless_…`)
    examples = [{ text = "في 9 يوليوز", span = "9 يوليوز", value = "2024-07-09" }]
"""

import tomllib
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import msgspec
from msgspec import Struct

from annotator.model.structs import prepare_decoders
from annotator.resources import resource_path
from annotator.suggest.dates.pattern import Kind, Row, Word, drop_values, leaves, parse_pattern, word_label

CONSTANT: Final = "constant"
DATE: Final = "date"
NO_DATE: Final = "no-date"
"""Text that only looks like a date: where it is at least as long, nothing is suggested."""
_NUMBERS: Final = ("number", "1-31", "1-12", "0-24", "0-59", "1-2-digits", "2-digits", "13-31", "13-99")
_YEARS: Final = ("year-digits", "near-year", "round-year", "hijri-digits", "near-hijri")
LEXER_KINDS: Final = frozenset([*_NUMBERS, *_YEARS, "clock-token", "punctuation", "end", "definite", "verb", "glued"])
"""The classes that `lattice` assigns to tokens by their shape."""


class GrammarError(ValueError):
    """The rules are invalid. The message says why."""


class Example(Struct, frozen=True, forbid_unknown_fields=True):
    """A text, the span that the rule finds in it (None: nothing is found), and its value.

    `published` defaults to 2024-07-09, a Tuesday.
    """

    text: str
    span: str | None = None
    value: str | None = None
    published: str = "2024-07-09"


class Rule(Struct, frozen=True, forbid_unknown_fields=True, rename={"arguments": "with"}):
    """One rule, as its file has it."""

    makes: str
    pattern: str
    value: str | None = None
    arguments: dict[str, int | str] = {}
    score: float | None = None
    after: str = ""
    before: str = ""
    unless_after: str = ""
    unless_before: str = ""
    examples: tuple[Example, ...] = ()


class CompiledRule(Struct, frozen=True):
    """A rule ready to use: its parts, and the labels that may or must not precede or follow it."""

    rule: Rule
    row: Row
    first: frozenset[str]
    after: frozenset[str]
    before: frozenset[str]
    unless_after: frozenset[str]
    unless_before: frozenset[str]


class Grammar(Struct, frozen=True):
    """`words` are the labels of each known word, with their values; `rules` those of a class, in order."""

    words: dict[str, dict[str, Any]]
    rules: dict[str, tuple[CompiledRule, ...]]


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

    Raises GrammarError, with the file and the mistake, if one is invalid.
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
    return _compile_grammar(words, [(name, rule, drop_values(row, words.cues)) for name, rule, row in rules])


class _Vocabulary:
    """The known words with their labels; `kinds` are their classes, `cues` the classes without a value."""

    def __init__(self) -> None:
        self.labels: dict[str, dict[str, Any]] = {}
        self.kinds: set[str] = set()
        self.cues: set[str] = set()

    def add(self, label: str, kind: str | None = None, value: int | str | None = None) -> None:
        """Add a word, by its label, and optionally its class and value."""
        labels = self.labels.setdefault(label[1:], {})
        labels[label] = None
        if kind is not None:
            labels[kind] = value


def _add_words(file: _File, words: _Vocabulary) -> list[Rule]:
    """Add the words of a file, and return rules for the names of several words."""
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
            phrase_rules.append(Rule(kind, name, CONSTANT, {CONSTANT: "" if value is None else value}))
        else:
            words.add(word_label(name), kind, value)
    return phrase_rules


def _compile_grammar(words: _Vocabulary, rules: list[tuple[str, Rule, Row]]) -> Grammar:
    first: dict[str, frozenset[str]] = {}
    _reject_cycles(rules)
    has_grown = True
    while has_grown:
        has_grown = False
        for _, rule, row in rules:
            labels = first.get(rule.makes, frozenset([rule.makes]))
            extended = labels | _first_labels(row, first)
            has_grown = has_grown or extended != labels or rule.makes not in first
            first[rule.makes] = extended
    compiled: dict[str, list[CompiledRule]] = {}
    for name, rule, row in rules:
        for part in leaves(row):
            if isinstance(part, Word):
                words.add(part.label)
        sides = [rule.after, rule.before, rule.unless_after, rule.unless_before]
        conditions = [_context_labels(words, name, side) for side in sides]
        compiled.setdefault(rule.makes, []).append(CompiledRule(rule, row, _first_labels(row, first), *conditions))
    return Grammar(words.labels, {kind: tuple(rules) for kind, rules in compiled.items()})


def _context_labels(words: _Vocabulary, name: str, side: str) -> frozenset[str]:
    """Return the labels that a condition names, and add its words to the vocabulary.

    Only single words are possible there: no rule makes them.
    """
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
    """Raise GrammarError if an element of a class may contain another of it, which would make the depth unbounded."""
    contained: dict[str, set[str]] = {}
    for _, rule, row in rules:
        contained.setdefault(rule.makes, set()).update(part.kind for part in leaves(row) if isinstance(part, Kind))
    for name, rule, _ in rules:
        seen: set[str] = set()
        pending = set(contained[rule.makes])
        while pending:
            kind = pending.pop()
            seen.add(kind)
            pending |= contained.get(kind, set()) - seen
        if rule.makes in seen:
            raise GrammarError(f"{name}: {rule.makes!r} may contain itself")


def _first_labels(row: Row, first_labels: dict[str, frozenset[str]]) -> frozenset[str]:
    """Return the labels with which a row of parts may begin."""
    labels: frozenset[str] = frozenset()
    for part in row:
        if isinstance(part, Word):
            return labels | {part.label}
        if isinstance(part, Kind):
            return labels | first_labels.get(part.kind, frozenset()) | {part.kind}
        labels |= frozenset().union(*(_first_labels(inner, first_labels) for inner in part.rows))
        if () not in part.rows:
            return labels
    return labels


prepare_decoders(_File)
