"""Find names that say nothing about their value, such as `found` or `one`: in the program, its tools and its tests.

The words are participles, pronouns and adverbs that once named two in three locals here. One in 1,000 lines passes.
"""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
FOLDERS: Final = ("annotator", "packaging", "tests")
VAGUE: Final = frozenset(
    (
        *("found", "said", "one", "told", "given", "held", "kept", "left", "known", "shown", "refused", "chosen"),
        *("asked", "named", "made", "begun", "there", "again", "here", "at"),
    )
)
LIMIT: Final = 1.0
"""Vague names in 1,000 lines."""


def bound_names(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Yield the line and the name of everything that a module binds: variables, parameters, functions, classes."""
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=name, ctx=ast.Store()) | ast.Attribute(attr=name, ctx=ast.Store()):
                yield node.lineno, name
            case ast.arg(arg=name) | ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                yield node.lineno, name
            case ast.alias(asname=str(name)) | ast.ExceptHandler(name=str(name)):
                yield node.lineno, name
            case ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
                yield node.lineno, name


def count_vague_names(folder: Path) -> tuple[int, int]:
    """Print the vague names in the modules of a folder, and return how many they are and in how many lines."""
    count = lines = 0
    for path in sorted(folder.rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        lines += text.count("\n")
        for line, name in sorted(set(bound_names(ast.parse(text)))):
            if name.strip("_") in VAGUE:
                count += 1
                print(f"{path.relative_to(ROOT)}:{line}: `{name}` says nothing about its value")
    return count, lines


def main() -> int:
    """Print the vague names of each of FOLDERS, and return 1 where one has too many of them, else 0."""
    code = 0
    for name in FOLDERS:
        count, lines = count_vague_names(ROOT / name)
        print(f"{name}: {count} vague names in {lines} lines: {1000 * count / lines:.1f} in 1,000; {LIMIT} pass.")
        code |= 1000 * count > LIMIT * lines
    return code


if __name__ == "__main__":
    sys.exit(main())
