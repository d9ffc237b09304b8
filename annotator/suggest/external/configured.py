"""The models that a person brings, by where they are."""

from collections.abc import Iterator, Mapping
from typing import Any

from annotator.settings import Settings
from annotator.suggest.base import Suggester
from annotator.suggest.external.models import Brought, CannotSuggest, ForeignModel
from annotator.suggest.external.onnx import OnnxModel
from annotator.suggest.external.spacy_pipeline import SpacyPipeline


def own(spacy: str = "", onnx: str = "", names: Mapping[str, str] | None = None) -> list[Suggester]:
    """The suggesters for a pipeline of spaCy's (a folder or a name) and a folder with a model in ONNX; none for an
    empty one. `names` has the corpus's label for a label of the models (see ForeignModel).

    Nothing is loaded yet. Raises CannotSuggest with the reason where one of them cannot be.
    """
    found: list[Suggester] = []
    for model in _models(spacy, onnx, names):
        model.check()
        found.append(model)
    return found


def of_settings(settings: Settings) -> Brought:
    """The suggesters that a person's settings name, and a sentence for each that cannot be had."""
    found: list[Suggester] = []
    refused: list[str] = []
    for model in _models(settings.spacy_pipeline, settings.onnx_folder, settings.model_labels):
        try:
            model.check()
            found.append(model)
        except CannotSuggest as reason:
            refused.append(str(reason))
    return Brought(tuple(found), tuple(refused))


def _models(spacy: str, onnx: str, names: Mapping[str, str] | None) -> Iterator[ForeignModel[Any]]:
    if spacy:
        yield SpacyPipeline(spacy, names)
    if onnx:
        yield OnnxModel(onnx, names)
