"""Packages that one format or one kind of model needs, installed with the program where they are asked for."""

import importlib.util
import sys

from annotator.i18n import _


def installed(*packages: str) -> bool:
    """Whether all of these packages can be imported; none is loaded."""
    return all(importlib.util.find_spec(package) is not None for package in packages)


def missing(program: str, extra: str) -> str:
    """Says that what was asked for cannot do without this program, and what installs it.

    A bundle has no place for it: there another installation is named, by Python's pip, which opens the same corpora.
    """
    command = f'pip install "arabic-news-annotator[{extra}]"'
    if getattr(sys, "frozen", False):
        said = _(
            "This needs {program}, which this copy of Annotator cannot take in. One that Python installs has it, "
            "and opens the same corpora: {command}"
        )
    else:
        said = _("This needs {program}, which is not installed. This installs it: {command}")
    return said.format(program=program, command=command)
