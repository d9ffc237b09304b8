"""The common part of external models: they load late, have their own labels, and may fail."""

import os
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from threading import Lock
from typing import Generic, NamedTuple, TypeVar

from annotator.file_ops import explain_os_error
from annotator.i18n import _
from annotator.model.label_roles import label_for_role, role_of_label
from annotator.model.labels import LabelSet
from annotator.model.records import Article, Suggestion
from annotator.suggest.base import Suggester
from annotator.suggest.trimming import trim_span


class CannotSuggest(Exception):
    """A suggester cannot work; the message is a sentence for a person."""


class LoadedSuggesters(NamedTuple):
    """The available suggesters, and a sentence for each unavailable one."""

    suggesters: tuple[Suggester, ...]
    problems: tuple[str, ...]


class ModelSpan(NamedTuple):
    """A span found by a model: code points, the model's label, and a score from 0 to 1."""

    start: int
    end: int
    label: str
    score: float


_Model = TypeVar("_Model")


class ExternalModel(ABC, Generic[_Model]):
    """A suggester that runs a model made elsewhere, loaded on first use.

    `location` is as a person wrote it, `folder` the path. `names` maps the model's labels to the corpus's. Others
    become the corpus's label of the same name, in any case, or role (ORG is INSTITUTION). Spans without any are not
    suggested: `missing_labels` counts them by the model's label.
    """

    name: str

    def __init__(self, location: str, names: Mapping[str, str] | None = None) -> None:
        self.location = location
        self.folder = Path(os.path.expanduser(location))  # noqa: PTH111 (Path.expanduser raises for an unknown user)
        self.missing_labels: Counter[str] = Counter()
        self._names = dict(names or {})
        self._model: _Model | None = None
        self._failure = ""
        self._lock = Lock()

    def check(self) -> None:
        """Raise CannotSuggest for what is wrong before loading."""
        try:
            self._check()
        except OSError as error:
            raise CannotSuggest(self._loading_error(error)) from error

    @abstractmethod
    def _check(self) -> None:
        """Raise CannotSuggest if something is missing or wrong. May raise OSError."""

    @abstractmethod
    def _load(self) -> _Model:
        """Load the model. May raise anything."""

    @abstractmethod
    def _run(self, model: _Model, text: str) -> Iterable[ModelSpan]:
        """Find the model's spans in a text, in any order. May raise anything."""

    def suggest(self, article: Article, labels: LabelSet) -> list[Suggestion]:
        """Return the model's suggestions by start, each span and label once, with its best score.

        Raises CannotSuggest.
        """
        best: dict[tuple[int, int, str], float] = {}
        with self._lock:
            for start, end, model_label, score in self._find_spans(article.text):
                start, end = trim_span(article.text, start, end)
                label = self._corpus_label(model_label, labels)
                if label is None:
                    self.missing_labels[model_label] += 1
                elif start < end:
                    best[start, end, label] = max(score, best.get((start, end, label), 0.0))
        return [Suggestion(*span, self.name, score) for span, score in sorted(best.items())]

    def _find_spans(self, text: str) -> list[ModelSpan]:
        # These libraries may raise anything, even bare Exception.
        try:
            return list(self._run(self._get_model(), text))
        except CannotSuggest:
            raise
        except Exception as error:
            message = _("The model “{place}” failed on an article: {error}")
            raise CannotSuggest(message.format(place=self.location, error=error_line(error))) from error

    def _get_model(self) -> _Model:
        """Return the model, loading it at first; failures are not retried."""
        if self._model is not None:
            return self._model
        if self._failure:
            raise CannotSuggest(self._failure)
        try:
            self.check()
            self._model = self._load()
        except Exception as error:
            self._failure = str(error) if isinstance(error, CannotSuggest) else self._loading_error(error)
            raise CannotSuggest(self._failure) from error
        return self._model

    def _loading_error(self, error: Exception) -> str:
        message = _("The model “{place}” cannot be loaded: {error}")
        if isinstance(error, OSError) and error.errno is not None:  # not one that a library raises with its own words
            return message.format(place=self.location, error=explain_os_error(error))
        return message.format(place=self.location, error=error_line(error))

    def _corpus_label(self, model_label: str, labels: LabelSet) -> str | None:
        if model_label in self._names:
            label = labels.find(self._names[model_label])
            return label.name if label else None
        if labels.find(model_label):
            return model_label
        same_name = (label.name for label in labels.labels if label.name.casefold() == model_label.casefold())
        role = role_of_label(model_label)
        return next(same_name, label_for_role(role, labels) if role else None)


def error_line(error: BaseException) -> str:
    """Return the first line of an error's message, else its type."""
    return next((line.strip() for line in str(error).splitlines() if line.strip()), type(error).__name__)
