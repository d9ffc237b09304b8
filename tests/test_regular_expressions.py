"""What the `re` of Python 3.11.0 to 3.11.4, which Debian 12 has, gets wrong stays out of it: `regex` has no such fault.

A possessive quantifier or an atomic group around what can match in several ways:
https://github.com/python/cpython/issues/106052.
"""

import importlib
import pkgutil
import re
from collections.abc import Iterator
from re import _parser  # type: ignore[attr-defined]  # the only way to a parsed pattern
from typing import Any

import pytest

import annotator

POSSESSIVE = {"POSSESSIVE_REPEAT", "ATOMIC_GROUP"}
AMBIGUOUS = {"BRANCH", "MAX_REPEAT", "MIN_REPEAT"}


def operations(parsed: Any) -> Iterator[tuple[str, Any]]:
    """Yield the name and the argument of every operation in a parsed pattern."""
    for item in parsed:
        if isinstance(item, tuple) and hasattr(item[0], "name"):
            yield item[0].name, item[1]
        if isinstance(item, _parser.SubPattern | tuple | list):
            yield from operations(item)


def is_affected(pattern: str | bytes, flags: int = 0) -> bool:
    """Return whether a possessive part of the pattern can match in several ways."""
    possessive = [argument for name, argument in operations(_parser.parse(pattern, flags)) if name in POSSESSIVE]
    return any(name in AMBIGUOUS for argument in possessive for name, _ in operations([argument]))


def patterns() -> Iterator[tuple[str, re.Pattern[Any]]]:
    """Yield the name and the value of every compiled pattern of `re` that a module of the program holds."""
    for module in pkgutil.walk_packages(annotator.__path__, "annotator."):
        if module.name != "annotator.__main__":
            for name, value in vars(importlib.import_module(module.name)).items():
                if isinstance(value, re.Pattern):
                    yield f"{module.name}.{name}", value


@pytest.mark.parametrize("pattern", ["(?:ab?c)*+", "x(?:a|(?>b+c))", "(?=(?:a|bc)?+)", r"(?:\s*,)++"])
def test_possessive_group_with_several_matches_is_affected(pattern: str) -> None:
    assert is_affected(pattern)


@pytest.mark.parametrize("pattern", ["(?:ab|c)*?[+]+", "[ab]*+c", "(?:a[bc]*+)*+d+"])
def test_possessive_group_with_one_match_is_not_affected(pattern: str) -> None:
    assert not is_affected(pattern)


def test_no_pattern_of_the_program_is_affected() -> None:
    compiled = dict(patterns())
    assert len(compiled) > 20
    assert [name for name, pattern in compiled.items() if is_affected(pattern.pattern, pattern.flags)] == []
