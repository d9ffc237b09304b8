"""The grammar of dates, read from `resources/dates/*.toml`: classes of words and rules over them.

A file looks like this; every table may repeat:

    [words.month]                        # a class: what each word stands for, and its spellings
    7 = ["يوليوز", "تموز"]

    [cues]                               # a class of words that stand for nothing
    preposition = ["في", "منذ"]

    [[rule]]
    makes = "date"                       # the class that it adds to; "date" is suggested, "no-date" never
    pattern = "{day} من? {month}"        # see `pattern`
    value = "merge"                      # a function of `values`; without one the parts are merged
    with = { by = 1 }                    # what it is given besides the parts
    score = 0.9                          # how likely such a date is to be accepted; else the least of its parts'
    after = "{preposition}"              # what stands before it, or after it (`before`), or must not (`unless_…`)
    examples = [{ text = "في 9 يوليوز", span = "9 يوليوز", value = "2024-07-09" }]
"""

import tomllib
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import msgspec
from msgspec import Struct

from annotator.model.structs import prepare
from annotator.resources import resource
from annotator.suggest.dates.pattern import Kind, Row, Word, labelled, leaves, parsed, silenced

CONSTANT: Final = "constant"
DATE: Final = "date"
NO_DATE: Final = "no-date"
"""What looks like a date and is none: where it is at least as long, nothing is suggested."""
_NUMBERS: Final = ("number", "1-31", "1-12", "0-24", "0-59", "1-2-digits", "2-digits", "13-31", "13-99")
_YEARS: Final = ("year-digits", "near-year", "round-year", "hijri-digits", "near-hijri")
LEXER: Final = frozenset([*_NUMBERS, *_YEARS, "clock-token", "punctuation", "end", "definite", "verb", "glued"])
"""The classes that `lattice` gives to tokens by their shape."""


class BadGrammar(ValueError):
    """Rules that cannot be used, and why."""


class Example(Struct, frozen=True, forbid_unknown_fields=True):
    """A text, what the rule finds in it (none: that nothing is found), and the value. `published` is 2024-07-09, a
    Tuesday, where it is not given."""

    text: str
    span: str | None = None
    value: str | None = None
    published: str = "2024-07-09"


class Rule(Struct, frozen=True, forbid_unknown_fields=True, rename={"given": "with"}):
    """One rule, as its file has it."""

    makes: str
    pattern: str
    value: str | None = None
    given: dict[str, int | str] = {}
    score: float | None = None
    after: str = ""
    before: str = ""
    unless_after: str = ""
    unless_before: str = ""
    examples: tuple[Example, ...] = ()


class Compiled(Struct, frozen=True):
    """A rule made ready: its parts, and the labels that may or must not stand beside it."""

    rule: Rule
    row: Row
    first: frozenset[str]
    after: frozenset[str]
    before: frozenset[str]
    unless_after: frozenset[str]
    unless_before: frozenset[str]


class Grammar(Struct, frozen=True):
    """`words` are the labels of each known word, with what it stands for; `rules` those of a class, in order."""

    words: dict[str, dict[str, Any]]
    rules: dict[str, tuple[Compiled, ...]]


class _File(Struct, frozen=True, forbid_unknown_fields=True):
    words: dict[str, dict[str, list[str]]] = {}
    cues: dict[str, list[str]] = {}
    rule: list[Rule] = []


@lru_cache(maxsize=1)
def shipped() -> Grammar:
    """The grammar in `resources/dates`."""
    return read(sorted(resource("dates").glob("*.toml")))


def read(paths: Iterable[Path]) -> Grammar:
    """The grammar of these files. BadGrammar, with the file and what is wrong, if one cannot be used."""
    words = _Words()
    rules: list[tuple[str, Rule, Row]] = []
    for path in paths:
        try:
            file = msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), _File)
            phrases = _taken(file, words)
            rules += [(path.name, rule, parsed(rule.pattern)) for rule in (*file.rule, *phrases)]
        except ValueError as error:  # tomllib's and msgspec's are such
            raise BadGrammar(f"{path.name}: {error}") from error
    kinds = LEXER | words.kinds | {rule.makes for _, rule, _ in rules}
    for name, rule, row in rules:
        unknown = next((part.kind for part in leaves(row) if isinstance(part, Kind) and part.kind not in kinds), None)
        if unknown:
            raise BadGrammar(f"{name}: {rule.pattern!r}: there is no class {unknown!r}")
    return _indexed(words, [(name, rule, silenced(row, words.cues)) for name, rule, row in rules])


class _Words:
    """The words that are known, with their labels; `kinds` are their classes, `cues` those that stand for nothing."""

    def __init__(self) -> None:
        self.labels: dict[str, dict[str, Any]] = {}
        self.kinds: set[str] = set()
        self.cues: set[str] = set()

    def add(self, label: str, kind: str | None = None, value: int | str | None = None) -> None:
        """A word, by its label, is known, and of a class."""
        labels = self.labels.setdefault(label[1:], {})
        labels[label] = None
        if kind is not None:
            labels[kind] = value


def _taken(file: _File, words: _Words) -> list[Rule]:
    """Takes the words of a file; a name of several is a rule instead."""
    found = []
    for kind, values in file.words.items():
        words.kinds.add(kind)
        for key, names in values.items():
            value = int(key) if key.lstrip("-").isdigit() else key
            found += _named(words, kind, value, names)
    for kind, names in file.cues.items():
        words.kinds.add(kind)
        words.cues.add(kind)
        found += _named(words, kind, None, names)
    return found


def _named(words: _Words, kind: str, value: int | str | None, names: list[str]) -> list[Rule]:
    found = []
    for name in names:
        if " " in name:
            found.append(Rule(kind, name, CONSTANT, {CONSTANT: "" if value is None else value}))
        else:
            words.add(labelled(name), kind, value)
    return found


def _indexed(words: _Words, rules: list[tuple[str, Rule, Row]]) -> Grammar:
    first: dict[str, frozenset[str]] = {}
    _refuse_circles(rules)
    grown = True
    while grown:
        grown = False
        for _, rule, row in rules:
            known = first.get(rule.makes, frozenset([rule.makes]))
            more = known | _first(row, first)
            grown = grown or more != known or rule.makes not in first
            first[rule.makes] = more
    found: dict[str, list[Compiled]] = {}
    for name, rule, row in rules:
        for part in leaves(row):
            if isinstance(part, Word):
                words.add(part.label)
        sides = [rule.after, rule.before, rule.unless_after, rule.unless_before]
        beside = [_beside(words, name, side) for side in sides]
        found.setdefault(rule.makes, []).append(Compiled(rule, row, _first(row, first), *beside))
    return Grammar(words.labels, {kind: tuple(some) for kind, some in found.items()})


def _beside(words: _Words, name: str, side: str) -> frozenset[str]:
    """The labels that a condition names; its words become known. They are those of single words: no rule makes them."""
    labels = set()
    for part in parsed(side) if side else ():
        if isinstance(part, Word):
            words.add(part.label)
            labels.add(part.label)
        elif isinstance(part, Kind) and part.kind in words.kinds | LEXER:
            labels.add(part.kind)
        else:
            raise BadGrammar(f"{name}: {side!r}: beside a date stand words, and classes of single words")
    return frozenset(labels)


def _refuse_circles(rules: list[tuple[str, Rule, Row]]) -> None:
    """BadGrammar if something of a class may hold another of it: then the depth of what is looked for has no bound."""
    held: dict[str, set[str]] = {}
    for _, rule, row in rules:
        held.setdefault(rule.makes, set()).update(part.kind for part in leaves(row) if isinstance(part, Kind))
    for name, rule, _ in rules:
        seen: set[str] = set()
        coming = set(held[rule.makes])
        while coming:
            one = coming.pop()
            seen.add(one)
            coming |= held.get(one, set()) - seen
        if rule.makes in seen:
            raise BadGrammar(f"{name}: {rule.makes!r} may hold itself")


def _first(row: Row, known: dict[str, frozenset[str]]) -> frozenset[str]:
    """The labels with which a row of parts may begin."""
    labels: frozenset[str] = frozenset()
    for part in row:
        if isinstance(part, Word):
            return labels | {part.label}
        if isinstance(part, Kind):
            return labels | known.get(part.kind, frozenset()) | {part.kind}
        labels |= frozenset().union(*(_first(inner, known) for inner in part.rows))
        if () not in part.rows:
            return labels
    return labels


prepare(_File)
