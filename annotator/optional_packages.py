"""Optional packages for one format or kind of model."""

import importlib.util
import sys

from annotator.i18n import _


def is_installed(*packages: str) -> bool:
    """Return whether all packages can be imported, without importing them."""
    return all(importlib.util.find_spec(package) is not None for package in packages)


def explain_missing(program: str, extra: str) -> str:
    """Explain that a feature needs `program`, and how to install it.

    Nothing can be added to a bundle: there the text suggests a checkout, which opens the same corpora.
    """
    command = f'pip install ".[{extra}]"'
    if getattr(sys, "frozen", False):
        template = _(
            "This needs {program}, which cannot be added to this copy of Annotator. Use an installation from a "
            "source checkout, which opens the same corpora, and run: {command}"
        )
    else:
        template = _(
            "This needs {program}, which is not installed. To install it, run this in a source checkout: {command}"
        )
    return template.format(program=program, command=command)
