"""Packages that only one format needs, and that are installed with the program where they are asked for."""

import importlib.util

from annotator.i18n import _


def installed(package: str) -> bool:
    """Whether a package can be imported; it is not loaded."""
    return importlib.util.find_spec(package) is not None


def missing(program: str, extra: str) -> str:
    """Says that a format cannot do without this program, and what installs it."""
    command = f'pip install "arabic-news-annotator[{extra}]"'
    return _("This format needs {program}, which is not installed. This installs it: {command}").format(
        program=program, command=command
    )
