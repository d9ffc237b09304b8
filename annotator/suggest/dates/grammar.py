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

from annotator.resources import resource
from annotator.suggest.dates.pattern import Choice, Kind, Row, Word, labelled, parsed, silenced

DATE: Final = "date"
NO_DATE: Final = "no-date"
"""What looks like a date and is none: where it is at least as long, nothing is suggested."""
_NUMBERS: Final = ("number", "1-31", "1-12", "0-24", "0-59", "1-2-digits", "2-digits", "13-31", "13-99")
_YEARS: Final = ("year-digits", "near-year", "round-year", "hijri-digits", "near-hijri")
LEXER: Final = frozenset([*_NUMBERS, *_YEARS, "clock-token", "punctuation", "end", "definite", "glued"])
"""The classes that `lattice` gives to tokens by their shape."""


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
    """`words` are the labels of each known word, with what it stands for; `rules` those of each class, in their order;
    `first` the labels with which something of a class may begin."""

    words: dict[str, dict[str, Any]]
    rules: dict[str, tuple[Compiled, ...]]
    first: dict[str, frozenset[str]]


class _File(Struct, frozen=True, forbid_unknown_fields=True):
    words: dict[str, dict[str, list[str]]] = {}
    cues: dict[str, list[str]] = {}
    rule: list[Rule] = []


@lru_cache(maxsize=1)
def shipped() -> Grammar:
    """The grammar in `resources/dates`."""
    return read(sorted(resource("dates").glob("*.toml")))


def read(paths: Iterable[Path]) -> Grammar:
    """The grammar of these files. ValueError, with the file and what is wrong, if one cannot be used."""
    files = []
    for path in paths:
        try:
            file = msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), _File)
            rows = [(rule, parsed(rule.pattern)) for rule in (*file.rule, *_phrases(file))]
        except ValueError as error:  # tomllib's and msgspec's are such
            raise ValueError(f"{path.name}: {error}") from error
        files.append((path.name, file, rows))
    return _built(files)


def _phrases(file: _File) -> list[Rule]:
    """A rule for each name of several words."""
    found = []
    for kind, values in file.words.items():
        for value, names in values.items():
            found += [
                Rule(kind, name, value="constant", given={"constant": _number(value)}) for name in names if " " in name
            ]
    found += [
        Rule(kind, name, "constant", {"constant": 0}) for kind in file.cues for name in file.cues[kind] if " " in name
    ]
    return found


def _built(files: list[tuple[str, _File, list[tuple[Rule, Row]]]]) -> Grammar:
    words: dict[str, dict[str, Any]] = {}
    kinds = set(LEXER)
    for _, file, rows in files:
        for kind, values in file.words.items():
            kinds.add(kind)
            for value, names in values.items():
                for name in names:
                    if " " not in name:
                        _known(words, name)[kind] = _number(value)
        for kind, names in file.cues.items():
            kinds.add(kind)
            for name in names:
                if " " not in name:
                    _known(words, name)[kind] = None
        kinds.update(rule.makes for rule, _ in rows)
    for name, _, rows in files:
        for rule, row in rows:
            for part in _leaves(row):
                if isinstance(part, Word):
                    words.setdefault(part.label[1:], {})[part.label] = None
                elif part.kind not in kinds:
                    raise ValueError(f"{name}: {rule.pattern!r}: there is no class {part.kind!r}")
    cues = {kind for _, file, _ in files for kind in file.cues}
    return _indexed(words, [(rule, silenced(row, cues)) for *_, rows in files for rule, row in rows])


def _indexed(words: dict[str, dict[str, Any]], rows: list[tuple[Rule, Row]]) -> Grammar:
    first: dict[str, frozenset[str]] = {}
    grown = True
    while grown:
        grown = False
        for rule, row in rows:
            known = first.get(rule.makes, frozenset([rule.makes]))
            more = known | _first(row, first)
            grown = grown or more != known or rule.makes not in first
            first[rule.makes] = more
    _refuse_circles(rows)
    rules: dict[str, list[Compiled]] = {}
    for rule, row in rows:
        sides = (_beside(words, side) for side in (rule.after, rule.before, rule.unless_after, rule.unless_before))
        rules.setdefault(rule.makes, []).append(Compiled(rule, row, _first(row, first), *sides))
    return Grammar(words, {kind: tuple(some) for kind, some in rules.items()}, first)


def _refuse_circles(rows: list[tuple[Rule, Row]]) -> None:
    """ValueError if something of a class may begin with itself: it would be looked for without end."""
    begins: dict[str, set[str]] = {}
    for rule, row in rows:
        begins.setdefault(rule.makes, set()).update(_first(row, {}))
    for kind in begins:
        seen: set[str] = set()
        coming = set(begins[kind])
        while coming:
            one = coming.pop()
            seen.add(one)
            coming |= begins.get(one, set()) - seen
        if kind in seen:
            raise ValueError(f"{kind!r} may begin with itself")


def _beside(words: dict[str, dict[str, Any]], side: str) -> frozenset[str]:
    """The labels that a condition names; its words become known."""
    labels = set()
    for part in parsed(side) if side else ():
        if isinstance(part, Word):
            words.setdefault(part.label[1:], {})[part.label] = None
            labels.add(part.label)
        elif isinstance(part, Kind):
            labels.add(part.kind)
        else:
            raise ValueError(f"{side!r}: words and classes alone can stand beside a date")
    return frozenset(labels)


def _known(words: dict[str, dict[str, Any]], name: str) -> dict[str, Any]:
    label = labelled(name)
    labels = words.setdefault(label[1:], {})
    labels[label] = None
    return labels


def _leaves(row: Row) -> Iterable[Word | Kind]:
    for part in row:
        if isinstance(part, Choice):
            for inner in part.rows:
                yield from _leaves(inner)
        else:
            yield part


def _first(row: Row, known: dict[str, frozenset[str]]) -> frozenset[str]:
    """The labels with which a row of parts may begin."""
    labels: frozenset[str] = frozenset()
    for part in row:
        if isinstance(part, Word):
            return labels | {part.label}
        if isinstance(part, Kind):
            return labels | known.get(part.kind, frozenset([part.kind])) | {part.kind}
        labels |= frozenset().union(*(_first(inner, known) for inner in part.rows))
        if () not in part.rows:
            return labels
    return labels


def _number(value: str) -> int | str:
    return int(value) if value.lstrip("-").isdigit() else value
