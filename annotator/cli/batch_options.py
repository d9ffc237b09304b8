"""The options by which `assign` and `team offer` say how articles go out together, as one batch."""

from collections.abc import Callable
from typing import Any, TypeVar

from annotator.cli.command import Share, decode_argument, option
from annotator.i18n import LazyText

Function = TypeVar("Function", bound=Callable[..., Any])


def batch_options(function: Function) -> Function:
    """Give a command the parameters `double`, `blind`, `seed` and `batch`."""
    options = (
        option(
            "--double",
            metavar="SHARE",
            type=Share(),
            default="0%",
            help=LazyText("Share of the articles that two annotators get, such as 10%."),
        ),
        option("--blind", is_flag=True, help=LazyText("Show and suggest nothing of what others do in these articles.")),
        option(
            "--seed",
            metavar="N",
            type=int,
            default=0,
            show_default=True,
            help=LazyText("Random seed; the same number makes the same choice again."),
        ),
        option(
            "--batch",
            metavar="NAME",
            callback=decode_argument,
            help=LazyText("Name of this batch, for `annotator progress --by batch`; by default, the date."),
        ),
    )
    for each in reversed(options):  # the last decorator comes first
        function = each(function)
    return function
