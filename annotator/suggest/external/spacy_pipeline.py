"""Suggestions of a spaCy pipeline, from a folder or an installed package.

They are `doc.ents` and a span categoriser's `doc.spans["sc"]`.
"""

from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, distribution
from typing import Any, Final

from annotator.i18n import _
from annotator.open_databases import refuse_open_below
from annotator.optional_packages import explain_missing, is_installed
from annotator.suggest.external.models import CannotSuggest, ExternalModel, ModelSpan
from annotator.text import spacy_tokenizer

_GROUP: Final = "sc"  # the span categoriser's default key
_FILES: Final = ("config.cfg", "meta.json")
_SCORE: Final = 0.8
"""The score where the pipeline has none, as with spaCy's `ner` and rulers.

Such a model, trained on a thousand news sentences, is right about as often.
"""


class SpacyPipeline(ExternalModel[Any]):
    """The pipeline in the folder `location`, or installed by that name (see ExternalModel)."""

    name = "spacy"

    def _check(self) -> None:
        if not is_installed("spacy"):
            raise CannotSuggest(explain_missing("spaCy", "spacy"))
        if self.folder.is_dir():
            for file in _FILES:
                if not (self.folder / file).is_file():
                    message = _("The folder {folder} does not contain a spaCy pipeline: {file} is missing.")
                    raise CannotSuggest(message.format(folder=self.folder, file=file))
            refuse_open_below(self.folder)
        elif not _is_package(self.location):
            message = _("“{place}” is neither a folder nor an installed spaCy pipeline.")
            raise CannotSuggest(message.format(place=self.location))

    def _load(self) -> Any:
        import spacy

        spacy_tokenizer.register()
        return spacy.load(self.folder if self.folder.is_dir() else self.location)

    def _run(self, model: Any, text: str) -> Iterator[ModelSpan]:
        doc = model(text)
        if doc.text != text:  # its tokeniser normalises, which shifts offsets
            message = _("The pipeline “{place}” changes the text, so its spans cannot be located in the article.")
            raise CannotSuggest(message.format(place=self.location))
        for span in doc.ents:
            yield ModelSpan(span.start_char, span.end_char, span.label_, _SCORE)
        if _GROUP in doc.spans:
            group = doc.spans[_GROUP]
            scores = group.attrs.get("scores")
            span_scores = map(float, scores) if scores is not None else [_SCORE] * len(group)
            for span, score in zip(group, span_scores, strict=True):
                yield ModelSpan(span.start_char, span.end_char, span.label_, score)


def _is_package(name: str) -> bool:
    """Return whether a package of this name is installed, as spaCy checks it."""
    try:
        distribution(name)
    except PackageNotFoundError:
        return False
    return True
