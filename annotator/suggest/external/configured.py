"""Suggesters for a person's own models, by their locations."""

from collections.abc import Iterator, Mapping
from typing import Any

from annotator.settings import Settings
from annotator.suggest.base import Suggester
from annotator.suggest.external.models import CannotSuggest, ExternalModel, LoadedSuggesters
from annotator.suggest.external.onnx import OnnxModel
from annotator.suggest.external.spacy_pipeline import SpacyPipeline


def configured_suggesters(spacy: str = "", onnx: str = "", names: Mapping[str, str] | None = None) -> list[Suggester]:
    """Return suggesters for a spaCy pipeline (folder or name) and an ONNX model's folder, unless empty.

    `names` maps the models' labels to the corpus's (see ExternalModel). Nothing is loaded yet. Raises CannotSuggest
    with the reason if one cannot be.
    """
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
