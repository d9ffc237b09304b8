"""Suggestions of a spaCy pipeline, from a folder or installed as a package: what it puts into `doc.ents` and, as a span
categoriser does, into `doc.spans["sc"]`."""

from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, distribution
from typing import Any, Final

from annotator.i18n import _
from annotator.optional import installed, missing
from annotator.suggest.external.models import CannotSuggest, ForeignModel, Found

_GROUP: Final = "sc"  # where spaCy's span categoriser puts its spans unless told otherwise
_FILES: Final = ("config.cfg", "meta.json")
_SCORE: Final = 0.8
"""What is said where the pipeline does not say how sure it is, as spaCy's `ner` and rulers do not: about as often as
such a model, trained on a thousand sentences of news, is right."""


class SpacyPipeline(ForeignModel[Any]):
    """The pipeline in the folder `place`, or the installed one of that name (see ForeignModel)."""

    name = "spacy"

    def _check(self) -> None:
        if not installed("spacy"):
            raise CannotSuggest(missing("spaCy", "spacy"))
        if self.folder.is_dir():
            for file in _FILES:
                if not (self.folder / file).is_file():
                    said = _("The folder {folder} holds no pipeline of spaCy's: it lacks {file}.")
                    raise CannotSuggest(said.format(folder=self.folder, file=file))
        elif not _is_package(self.place):
            said = _("“{place}” is neither a folder nor an installed pipeline of spaCy's.")
            raise CannotSuggest(said.format(place=self.place))

    def _load(self) -> Any:
        import spacy

        return spacy.load(self.folder if self.folder.is_dir() else self.place)

    def _run(self, model: Any, text: str) -> Iterator[Found]:
        doc = model(text)
        if doc.text != text:  # a tokeniser that normalises: its offsets are those of another text
            said = _("The pipeline “{place}” alters the text, so that its spans have no place in the article.")
            raise CannotSuggest(said.format(place=self.place))
        for span in doc.ents:
            yield Found(span.start_char, span.end_char, span.label_, _SCORE)
        if _GROUP in doc.spans:
            group = doc.spans[_GROUP]
            scores = group.attrs.get("scores")
            said_scores = map(float, scores) if scores is not None else [_SCORE] * len(group)
            for span, score in zip(group, said_scores, strict=True):
                yield Found(span.start_char, span.end_char, span.label_, score)


def _is_package(name: str) -> bool:
    """Whether a package of this name is installed, as spaCy asks before it loads one."""
    try:
        distribution(name)
    except PackageNotFoundError:
        return False
    return True
