"""Which places of a module are mutated, and which tests are to see it."""

import ast
import json
import random
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import Final, Protocol, TypeVar

Position = tuple[int, int]
"""A line from 1 and a column from 0, in characters."""

SILENT_DECORATORS: Final = {
    "override",
    "overload",
    "final",
    "runtime_checkable",
    "abstractmethod",
    "cache",
    "lru_cache",
}
"""What only a type checker sees, or a clock."""
SILENT_OPERATORS: Final = {
    f"core/ReplaceComparisonOperator_{first}_{second}"
    for pair in (("Eq", "Is"), ("NotEq", "IsNot"))
    for first, second in (pair, pair[::-1])
}
"""Whether what is equal is the same object, too, depends on what Python keeps only once."""
_TRANSLATION: Final = {"_", "ngettext"}


class Mutation(Protocol):
    """What cosmic-ray knows of a mutation, of which this is needed here."""

    @property
    def module_path(self) -> Path: ...
    @property
    def operator_name(self) -> str: ...
    @property
    def occurrence(self) -> int: ...
    @property
    def start_pos(self) -> Position: ...


T = TypeVar("T", bound=Mutation)


class Source:
    """One module: where its statements stand, and what of it nobody can see."""

    def __init__(self, text: str) -> None:
        self._lines = text.splitlines()
        self._tree = ast.parse(text)

    def is_invisible(self, position: Position) -> bool:
        """Say whether `position` is in what only a type checker, a clock or the log sees, or in a translated text."""
        return any(start <= position < stop for start, stop in self._invisible)

    def lines_of_statement(self, line: int) -> range:
        """Return the lines of the innermost statement that `line` is in, of a compound one those of its head."""
        lines = range(line, line + 1)
        for node in ast.walk(self._tree):
            if isinstance(node, ast.stmt):
                first, last = node.lineno, node.end_lineno or node.lineno
                if body := getattr(node, "body", None):
                    last = max(first, body[0].lineno - 1)
                if first <= line <= last:
                    lines = range(first, last + 1)  # walked from the outside in: the last that fits is the innermost
        return lines

    def lines_of_function(self, line: int) -> range:
        """Return the lines of the body of the function that `line` is in; none outside of functions."""
        lines = range(0)
        for node in ast.walk(self._tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                first, last = node.body[0].lineno, node.end_lineno or node.lineno
                if first <= line <= last:
                    lines = range(first, last + 1)
        return lines

    @cached_property
    def _invisible(self) -> list[tuple[Position, Position]]:
        nodes: list[ast.AST | None] = []
        for node in ast.walk(self._tree):
            match node:
                case ast.FunctionDef(name="__repr__"):
                    nodes.append(node)
                case ast.FunctionDef() | ast.AsyncFunctionDef():
                    nodes.append(node.returns)
                case ast.arg() | ast.AnnAssign():
                    nodes.append(node.annotation)
                case ast.Expr(value=ast.Call(func=ast.Attribute(value=ast.Name(id="_log")))):
                    nodes.append(node)
                case ast.Call(func=ast.Name(id=name)) if name in _TRANSLATION:
                    nodes += [argument for argument in node.args if isinstance(argument, ast.Constant)]
                case ast.If(test=ast.Name(id="TYPE_CHECKING")):
                    nodes.append(node)
                case ast.If(
                    test=ast.Compare(ast.Attribute(attr="platform"), [ast.Eq()], [ast.Constant(str(platform))])
                ) if platform != sys.platform:
                    nodes += node.body
                case ast.Call(func=ast.Name(id="zip")):
                    nodes += [keyword.value for keyword in node.keywords]  # strict=True asserts what is so
                case ast.ClassDef(bases=[*_, ast.Name(id="Protocol")]):
                    nodes.append(node)
                case ast.ClassDef():
                    nodes += [keyword.value for keyword in node.keywords if keyword.arg == "frozen"]
            for decorator in getattr(node, "decorator_list", ()):
                silent = decorator.func if isinstance(decorator, ast.Call) else decorator
                if isinstance(silent, ast.Name) and silent.id in SILENT_DECORATORS:
                    nodes.append(decorator)
        return [self._ends(node) for node in nodes if node is not None]

    def _ends(self, node: ast.AST) -> tuple[Position, Position]:
        start, stop = (node.lineno, node.col_offset), (node.end_lineno, node.end_col_offset)  # type: ignore[attr-defined]
        if isinstance(node, ast.Name | ast.Call) and self._lines[start[0] - 1].encode()[: start[1]].strip() == b"@":
            start = (start[0], start[1] - 1)  # a decorator is mutated from its @ on
        return self._in_characters(*start), self._in_characters(*stop)

    def _in_characters(self, line: int, column: int) -> Position:
        """Turn a column in bytes, as `ast` counts, into one in characters."""
        return line, len(self._lines[line - 1].encode()[:column].decode(errors="ignore"))


def sample(mutations: Iterable[T], sources: Mapping[Path, Source], seed: int) -> Iterator[T]:
    """Yield one mutation of each place, in an order drawn by chance: the same for the same seed and sources.

    A place that can be mutated in many ways (`<` into five others) comes no sooner than one with a single way.
    """
    places: defaultdict[tuple[Path, Position], list[T]] = defaultdict(list)
    for mutation in mutations:
        silent = mutation.operator_name in SILENT_OPERATORS
        if not silent and not sources[mutation.module_path].is_invisible(mutation.start_pos):
            places[mutation.module_path, mutation.start_pos].append(mutation)
    draw = random.Random(seed)
    for place in draw.sample(sorted(places), len(places)):
        yield draw.choice(sorted(places[place], key=lambda mutation: (mutation.operator_name, mutation.occurrence)))


@dataclass(frozen=True)
class RecordedTest:
    """What `recording` has noted of a test."""

    name: str
    seconds: float
    lines: Mapping[str, frozenset[int]]


def read_recorded(folder: Path, longest: float) -> list[RecordedTest]:
    """Read what `recording` has written, without tests that take more than `longest` seconds."""
    return [
        RecordedTest(name, test["seconds"], {module: frozenset(lines) for module, lines in test["lines"].items()})
        for path in sorted(folder.glob("*.json"))
        for name, test in json.loads(path.read_text(encoding="utf-8")).items()
        if test["seconds"] <= longest
    ]


def choose_tests(
    tests: Sequence[RecordedTest], module: str, source: Source, line: int, seconds: float
) -> list[RecordedTest]:
    """Return the tests that run the statement at `line`, by how near they are to the module and then by their time.

    Together they take no more than `seconds`. Where none runs it, those that run another line of its function follow,
    and at last those of the module itself: a test may run it in another process.
    """
    statement, function = source.lines_of_statement(line), source.lines_of_function(line)

    runs = [test for test in tests if not test.lines.get(module, frozenset()).isdisjoint(statement)]
    if not function:  # a constant or the head of a function is run once, when the module is loaded
        runs = [test for test in tests if module in test.lines]
    runs = (
        runs
        or [test for test in tests if not test.lines.get(module, frozenset()).isdisjoint(function)]
        or [test for test in tests if distance(test, module) == 0]
    )
    selected: list[RecordedTest] = []
    total = 0.0
    for test in sorted(runs, key=lambda test: (distance(test, module), test.seconds)):
        total += test.seconds
        if total > seconds and selected:
            break
        selected.append(test)
    return selected


def distance(test: RecordedTest, module: str) -> int:
    """Return 0 for a test of this module, 1 for one of another module in its folder, 2 for any other."""
    path, file = PurePosixPath(module), PurePosixPath(test.name.partition("::")[0])
    if file.parent.name != path.parent.name:
        return 2
    return 0 if file.name == f"test_{path.name}" else 1
