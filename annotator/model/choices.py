"""Arguments of which only some values are allowed."""

from collections.abc import Iterable


def check_choice(name: str, value: object, choices: Iterable[object]) -> None:
    """Raise ValueError, with what is allowed, unless the value of the argument `name` is one of the choices."""
    choices = tuple(choices)
    if value not in choices:
        raise ValueError(f"{name} {value!r} is none of {', '.join(map(repr, choices))}")
