"""The suggesters that need no training."""

from importlib import import_module
from typing import Final

from annotator.suggest.base import Suggester

_CLASSES: Final = {
    "dates": "DateSuggester",
    "names": "NameSuggester",
}
"""The suggesters' classes by the name of each, which is that of its module; the first has the highest priority."""
RESERVED: Final = frozenset({*_CLASSES, "memory", "model", "spacy", "onnx"})
"""The names that no plugin may have."""


def rule_suggesters() -> tuple[Suggester, ...]:
    """Load the suggesters that need no training, with their rules and word lists."""
    # Imported here: the window must not wait for them.
    return tuple(getattr(import_module(f"annotator.suggest.{name}"), class_)() for name, class_ in _CLASSES.items())
