"""Optional packages that one format or one kind of model needs."""

import importlib.util
import sys

from annotator.i18n import _


def is_installed(*packages: str) -> bool:
    """Return whether all of these packages can be imported, without loading them."""
    return all(importlib.util.find_spec(package) is not None for package in packages)


def explain_missing(program: str, extra: str) -> str:
    """Explain that a feature needs `program`, and how to install it.

    A bundle cannot take it in: there the text names an installation from a checkout, which opens the same corpora.
    """
    command = f'pip install ".[{extra}]"'
    if getattr(sys, "frozen", False):
        template = _(
            "This needs {program}, which this copy of Annotator cannot take in. One that is "
            "installed from a checkout of the program can have it, and opens the same corpora: {command}"
        )
    else:
        template = _(
            "This needs {program}, which is not installed. In a checkout of the program, this installs it: {command}"
        )
    return template.format(program=program, command=command)
