"""What models made elsewhere have in common: they are loaded late, name labels in their own way, and may fail."""

import os
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from threading import Lock
from typing import Generic, NamedTuple, TypeVar

from annotator.i18n import _
from annotator.model.labels import LabelSet
from annotator.model.records import Article, Suggestion
from annotator.suggest.base import Suggester, label_for, role_of
from annotator.suggest.trimming import whole


class CannotSuggest(Exception):
    """A source of suggestions cannot do its work. The message is a sentence for a person."""


class Brought(NamedTuple):
    """The suggesters that somebody brought, and a sentence for each that could not be taken."""

    suggesters: tuple[Suggester, ...]
    refused: tuple[str, ...]


class Found(NamedTuple):
    """A stretch that a model proposes: code points, the label as the model names it, and a score from 0 to 1."""

    start: int
    end: int
    label: str
    score: float


_Model = TypeVar("_Model")


class ForeignModel(ABC, Generic[_Model]):
    """A suggester that runs a model made elsewhere, which is loaded when it is first asked for suggestions.

    `place` is where the model is, as a person wrote it, and `folder` the same as a path. `names` has the corpus's label
    for a label of the model. One that it lacks is the corpus's label of the same name, in any case, or of the same role
    (ORG is INSTITUTION). What has none of these is not proposed: `lacking` counts it, by the model's label.
    """

    name: str

    def __init__(self, place: str, names: Mapping[str, str] | None = None) -> None:
        self.place = place
        self.folder = Path(os.path.expanduser(place))  # noqa: PTH111 (Path's own fails where nobody has that home)
        self.lacking: Counter[str] = Counter()
        self._names = dict(names or {})
        self._model: _Model | None = None
        self._failure = ""
        self._one_at_a_time = Lock()

    def check(self) -> None:
        """Raise CannotSuggest for what can be told without loading the model."""
        try:
            self._check()
        except OSError as error:
            raise CannotSuggest(self._not_loaded(error)) from error

    @abstractmethod
    def _check(self) -> None:
        """Raise CannotSuggest where something is missing, or is of another kind. May raise OSError."""

    @abstractmethod
    def _load(self) -> _Model:
        """The model. May raise anything."""

    @abstractmethod
    def _run(self, model: _Model, text: str) -> Iterable[Found]:
        """What the model finds in a text, in any order. May raise anything."""

    def suggest(self, article: Article, labels: LabelSet) -> list[Suggestion]:
        """What the model proposes, by start; of one stretch and label once. Raises CannotSuggest."""
        best: dict[tuple[int, int, str], float] = {}
        with self._one_at_a_time:
            for start, end, theirs, score in self._found(article.text):
                start, end = whole(article.text, start, end)
                ours = self._label(theirs, labels)
                if ours is None:
                    self.lacking[theirs] += 1
                elif start < end:
                    best[start, end, ours] = max(score, best.get((start, end, ours), 0.0))
        return [Suggestion(*place, self.name, score) for place, score in sorted(best.items())]

    def _found(self, text: str) -> list[Found]:
        # These libraries raise whatever they like, bare Exception among it.
        try:
            return list(self._run(self._loaded(), text))
        except CannotSuggest:
            raise
        except Exception as error:
            said = _("The model “{place}” failed on an article: {error}")
            raise CannotSuggest(said.format(place=self.place, error=one_line(error))) from error

    def _loaded(self) -> _Model:
        """The model. One that could not be loaded is not tried again at each article."""
        if self._model is not None:
            return self._model
        if self._failure:
            raise CannotSuggest(self._failure)
        try:
            self.check()
            self._model = self._load()
        except Exception as error:
            self._failure = str(error) if isinstance(error, CannotSuggest) else self._not_loaded(error)
            raise CannotSuggest(self._failure) from error
        return self._model

    def _not_loaded(self, error: Exception) -> str:
        return _("The model “{place}” cannot be loaded: {error}").format(place=self.place, error=one_line(error))

    def _label(self, theirs: str, labels: LabelSet) -> str | None:
        if theirs in self._names:
            label = labels.find(self._names[theirs])
            return label.name if label else None
        if labels.find(theirs):
            return theirs
        same = (label.name for label in labels.labels if label.name.casefold() == theirs.casefold())
        role = role_of(theirs)
        return next(same, label_for(role, labels) if role else None)


def one_line(error: BaseException) -> str:
    """What an error says, in one line; its kind where it says nothing."""
    return next((line.strip() for line in str(error).splitlines() if line.strip()), type(error).__name__)
