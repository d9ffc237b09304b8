"""Shares as people type them: 80, 0.8, .8, 8e-1, 4/5, 80%, and ٨٠٪ or ٠٫٨, and splits into such shares."""

import re
from collections.abc import Mapping
from fractions import Fraction
from typing import Final, NamedTuple

from annotator.i18n import _
from annotator.text.folding import fold

_NUMBER: Final = re.compile(
    # Longer ones would only take time: 1e-999999999 has a billion digits.
    r"(?:[0-9]{1,9}(?:\.[0-9]{0,9})?|\.[0-9]{1,9})(?:e[+-]?[0-9]{1,2})?|[0-9]{1,9}/[0-9]{1,9}"
)
_SIGNS: Final = str.maketrans("٫٪", ".%")
_SEPARATOR: Final = re.compile("[,،]")
_TOLERANCE: Final = Fraction(1, 100)
"""By which shares may miss the whole: thrice 33.3% is meant to be all."""


class TypedShare(NamedTuple):
    """A number, of which a percentage is a hundredth."""

    value: Fraction
    is_percentage: bool


def parse_share(text: str) -> TypedShare:
    """Parse a number that is not negative. Raises ValueError."""
    number = fold(text).translate(_SIGNS).strip()
    digits = number.removesuffix("%").rstrip()
    is_percentage = number.endswith("%")
    if not _NUMBER.fullmatch(digits):
        raise ValueError(text)
    try:
        value = Fraction(digits)
    except ZeroDivisionError as error:
        raise ValueError(text) from error
    return TypedShare(value / 100 if is_percentage else value, is_percentage)


def parse_split(text: str) -> dict[str, Fraction]:
    """Parse weights of parts such as `train=80,dev=10,test=10`; the export checks names and zeros.

    Percentages, and numbers below 1, are shares of the whole. Raises ValueError, with a sentence for a person.
    """
    shares: dict[str, TypedShare] = {}
    for part in _SEPARATOR.split(text):
        name, equals, number = part.partition("=")
        name = name.strip()
        if not (name and equals):
            raise ValueError(_("“{value}” is not of the form train=80,dev=10,test=10").format(value=text))
        if name.casefold() in map(str.casefold, shares):  # some systems name files without regard to case
            raise ValueError(_("the part “{part}” is there twice").format(part=name))
        shares[name] = _parse_weight(number)
    return _check_total(shares)


def read_split(weights: Mapping[str, object]) -> dict[str, Fraction]:
    """Return the weights of a split as numbers that are exact, as `parse_split` does with their texts."""
    return _check_total({name: _read_weight(weight) for name, weight in weights.items()})


def _read_weight(weight: object) -> TypedShare:
    """Return a number as it is written: 0.8 is 4/5, and not the binary fraction next to it."""
    if isinstance(weight, str):
        return _parse_weight(weight)
    try:
        return TypedShare(Fraction(str(weight)), False)
    except ValueError as error:
        raise ValueError(_explain_weight(str(weight))) from error


def _parse_weight(text: str) -> TypedShare:
    try:
        return parse_share(text)
    except ValueError as error:
        raise ValueError(_explain_weight(text.strip())) from error


def _explain_weight(text: str) -> str:
    return _("“{value}” is no share: write it as 80, 0.8 or 80%").format(value=text)


def _check_total(shares: Mapping[str, TypedShare]) -> dict[str, Fraction]:
    """Return the values. Raises ValueError if it is not certain which shares are meant."""
    percentages = [share.is_percentage for share in shares.values()]
    if any(percentages) and not all(percentages):
        raise ValueError(_("some shares are in % and others are not"))
    total = sum((share.value for share in shares.values()), Fraction())
    are_parts_of_one = all(share.value < 1 for share in shares.values())
    if (any(percentages) or are_parts_of_one) and abs(total - 1) > _TOLERANCE:
        text, whole = (f"{float(total * 100):g}%", "100%") if any(percentages) else (f"{float(total):g}", "1")
        message = _("the shares are {total} together, not {whole}")
        raise ValueError(message.format(total=text, whole=whole))
    return {name: share.value for name, share in shares.items()}
