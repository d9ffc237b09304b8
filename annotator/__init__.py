"""Annotate dates, institutions and plans in Arabic news: a desktop application, and a library (docs/library.md)."""

import logging
from importlib import import_module
from typing import Any, Final

__version__ = "0.1.0"
__all__ = [
    *("Article", "Disagreement", "Fix", "Issue", "Match", "Span", "Suggestion", "Zone"),
    *("Corpus", "create", "load_dataset", "open"),
    *("CorpusError", "InvalidEdit"),
]

_MODULES: Final = {
    **dict.fromkeys(
        ("Article", "Disagreement", "Fix", "Issue", "Match", "Span", "Suggestion", "Zone"), "library.values"
    ),
    "Corpus": "library.corpus",
    **dict.fromkeys(("create", "load_dataset", "open"), "library.opening"),
    "CorpusError": "store.errors",
    "InvalidEdit": "model.operations",
}
"""The module of each public name. They are loaded when they are used, so that the window starts without them."""

logging.getLogger(__name__).addHandler(logging.NullHandler())  # or Python would write warnings to stderr without a log


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = globals()[name] = getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
    return value


def __dir__() -> list[str]:
    return sorted({*__all__, *(name for name in globals() if name.startswith("__"))})
