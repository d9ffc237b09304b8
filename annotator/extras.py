"""Packages that one format or one kind of model needs, installed with the program where they are asked for."""

import importlib.util

from annotator.i18n import _


def installed(*packages: str) -> bool:
    """Whether all of these packages can be imported; none is loaded."""
    return all(importlib.util.find_spec(package) is not None for package in packages)


def missing(program: str, extra: str) -> str:
    """Says that what was asked for cannot do without this program, and what installs it."""
    command = f'pip install "arabic-news-annotator[{extra}]"'
    return _("This needs {program}, which is not installed. This installs it: {command}").format(
        program=program, command=command
    )
