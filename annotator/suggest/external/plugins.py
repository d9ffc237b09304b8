"""Suggesters of other packages, which name them among their entry points in the group `annotator.suggesters`.

Each entry is what makes a Suggester when it is called without arguments, such as its class. One that is broken stands
in nobody's way.
"""

from importlib.metadata import EntryPoint, entry_points
from typing import Any, Final

from annotator.i18n import _
from annotator.suggest.base import Suggester
from annotator.suggest.external.models import Brought, one_line

GROUP: Final = "annotator.suggesters"
RESERVED: Final = frozenset({"dates", "names", "memory", "model", "spacy", "onnx"})
"""What the suggesters of this program are called."""


def plugged() -> Brought:
    """The suggesters of all plugins, in the order of their entries' names, and why one could not be taken."""
    found: dict[str, Suggester] = {}
    refused: list[str] = []
    for entry in sorted(entry_points(group=GROUP), key=lambda entry: (entry.name, entry.value)):
        try:
            suggester = entry.load()()
            fault = _fault(suggester, found)
        except (Exception, SystemExit) as error:  # it is somebody else's code
            fault = one_line(error)
        if fault:
            refused.append(_refusal(entry, fault))
        else:
            found[suggester.name] = suggester
    return Brought(tuple(found.values()), tuple(refused))


def _fault(suggester: Any, others: dict[str, Suggester]) -> str:
    """Why what an entry made is no suggester; empty where it is one."""
    name = getattr(suggester, "name", None)
    if not isinstance(name, str) or not name or not callable(getattr(suggester, "suggest", None)):
        return _("it is no suggester")
    if name in RESERVED or name in others:
        return _("another suggester is called “{name}”").format(name=name)
    return ""


def _refusal(entry: EntryPoint, reason: str) -> str:
    package = entry.dist.name if entry.dist else entry.value
    said = _("The suggester “{name}” of {package} cannot be used: {reason}.")
    return said.format(name=entry.name, package=package, reason=reason.rstrip("."))
