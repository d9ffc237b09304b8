"""Shares as people type them: 80, 0.8, .8, 8e-1, 4/5, 80%, and ٨٠٪ or ٠٫٨."""

import re
from collections.abc import Mapping
from fractions import Fraction
from typing import Final, NamedTuple

import click

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


def parse_split(_context: click.Context, _parameter: click.Parameter, value: str | None) -> dict[str, Fraction] | None:
    """Parse weights of parts such as `train=80,dev=10,test=10`; the export checks names and zeros.

    Percentages, and numbers below 1, are shares of the whole.
    """
    if value is None:
        return None
    shares: dict[str, TypedShare] = {}
    for part in _SEPARATOR.split(value):
        name, equals, text = part.partition("=")
        name = name.strip()
        if not (name and equals):
            raise click.BadParameter(_("“{value}” is not of the form train=80,dev=10,test=10").format(value=value))
        if name in shares:
            raise click.BadParameter(_("the part “{part}” is there twice").format(part=name))
        try:
            shares[name] = parse_share(text)
        except ValueError as error:
            message = _("“{value}” is no share: write it as 80, 0.8 or 80%")
            raise click.BadParameter(message.format(value=text.strip())) from error
    _check_total(shares)
    return {name: share.value for name, share in shares.items()}


def _check_total(shares: Mapping[str, TypedShare]) -> None:
    """Raise BadParameter if it is not certain which shares are meant."""
    percentages = [share.is_percentage for share in shares.values()]
    if any(percentages) and not all(percentages):
        raise click.BadParameter(_("some shares are in % and others are not"))
    total = sum((share.value for share in shares.values()), Fraction())
    are_parts_of_one = all(share.value < 1 for share in shares.values())
    if (any(percentages) or are_parts_of_one) and abs(total - 1) > _TOLERANCE:
        text, whole = (f"{float(total * 100):g}%", "100%") if any(percentages) else (f"{float(total):g}", "1")
        message = _("the shares are {total} together, not {whole}")
        raise click.BadParameter(message.format(total=text, whole=whole))
