"""Suggesters of other packages, which declare them as entry points in the group `annotator.suggesters`.

Each entry point is a callable without arguments that creates a Suggester, such as its class. A broken one does not
affect the others.
"""

from importlib.metadata import EntryPoint, entry_points
from typing import Any, Final

from annotator.i18n import _
from annotator.suggest.base import Suggester
from annotator.suggest.external.models import LoadedSuggesters, error_line

GROUP: Final = "annotator.suggesters"
RESERVED: Final = frozenset({"dates", "names", "memory", "model", "spacy", "onnx"})
"""The names of the built-in suggesters."""


def load_plugins() -> LoadedSuggesters:
    """Return the suggesters of all plugins, in the order of the entry points' names, and a message for each failure."""
    suggesters: dict[str, Suggester] = {}
    problems: list[str] = []
    for entry in sorted(entry_points(group=GROUP), key=lambda entry: (entry.name, entry.value)):
        try:
            suggester = entry.load()()
            problem = _find_problem(suggester, suggesters)
        except (Exception, SystemExit) as error:  # third-party code
            problem = error_line(error)
        if problem:
            problems.append(_problem_message(entry, problem))
        else:
            suggesters[suggester.name] = suggester
    return LoadedSuggesters(tuple(suggesters.values()), tuple(problems))


def _find_problem(suggester: Any, suggesters: dict[str, Suggester]) -> str:
    """Explain why an object is not a valid suggester; return an empty string if it is."""
    name = getattr(suggester, "name", None)
    if not isinstance(name, str) or not name or not callable(getattr(suggester, "suggest", None)):
        return _("it is not a suggester")
    if name in RESERVED or name in suggesters:
        return _("another suggester is already named “{name}”").format(name=name)
    return ""


def _problem_message(entry: EntryPoint, reason: str) -> str:
    package = entry.dist.name if entry.dist else entry.value
    message = _("The suggester “{name}” from {package} cannot be used: {reason}.")
    return message.format(name=entry.name, package=package, reason=reason.rstrip("."))
