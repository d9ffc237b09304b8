"""Where suggesters come from that are not built in: a person's own models, by their settings, and other packages.

A package declares entry points in the group `annotator.suggesters`. Each is a callable without arguments that creates a
Suggester, such as its class. A broken one affects no other.
"""

from collections.abc import Iterator, Mapping
from importlib.metadata import EntryPoint, entry_points
from typing import Any, Final

from annotator.i18n import _, set_language
from annotator.settings import Settings, interface_language
from annotator.suggest.base import Suggester
from annotator.suggest.built_in import RESERVED
from annotator.suggest.external.models import CannotSuggest, ExternalModel, LoadedSuggesters, error_line
from annotator.suggest.external.onnx import OnnxModel
from annotator.suggest.external.spacy_pipeline import SpacyPipeline

GROUP: Final = "annotator.suggesters"


def load_plugins() -> LoadedSuggesters:
    """Return all plugins' suggesters, by entry point name, and a message for each failure."""
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
    """Explain why an object is no valid suggester; return an empty string if it is."""
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


def configured_suggesters(spacy: str = "", onnx: str = "", names: Mapping[str, str] | None = None) -> list[Suggester]:
    """Return suggesters for a spaCy pipeline (folder or name) and an ONNX model's folder, unless empty.

    `names` maps the models' labels to the corpus's (see ExternalModel). Nothing is loaded yet. Raises CannotSuggest
    with the reason, in the language of the commands, if one cannot be. It is for programs of others, which have not
    chosen a language.
    """
    set_language(interface_language())
    suggesters: list[Suggester] = []
    for model in _models(spacy, onnx, names):
        model.check()
        suggesters.append(model)
    return suggesters


def suggesters_from_settings(settings: Settings) -> LoadedSuggesters:
    """Return the configured suggesters, and a message for each unavailable one."""
    suggesters: list[Suggester] = []
    problems: list[str] = []
    for model in _models(settings.spacy_pipeline, settings.onnx_folder, settings.model_labels):
        try:
            model.check()
            suggesters.append(model)
        except CannotSuggest as error:
            problems.append(str(error))
    return LoadedSuggesters(tuple(suggesters), tuple(problems))


def _models(spacy: str, onnx: str, names: Mapping[str, str] | None) -> Iterator[ExternalModel[Any]]:
    if spacy:
        yield SpacyPipeline(spacy, names)
    if onnx:
        yield OnnxModel(onnx, names)
