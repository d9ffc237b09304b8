"""The common part of external models, without the libraries that run them."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from time import sleep

import pytest
from builders import build_label_set
from suggest.suggesting import article

from annotator.model.records import Suggestion
from annotator.suggest.external.models import CannotSuggest, ExternalModel, ModelSpan

TEXT = "خُطّة 2030"


class Model(ExternalModel[str]):
    """Returns fixed spans and counts how often it was loaded."""

    name = "tiny"

    def __init__(
        self, *spans: ModelSpan, names: dict[str, str] | None = None, loads: Callable[[], None] = lambda: None
    ) -> None:
        super().__init__("somewhere", names)
        self.loaded = self.running = 0
        self._found_always = spans
        self._loads = loads

    def _check(self) -> None:
        pass

    def _load(self) -> str:
        self.loaded += 1
        self._loads()
        return "loaded"

    def _run(self, model: str, text: str) -> list[ModelSpan]:
        assert (model, text, self.running) == ("loaded", TEXT, 0)
        self.running += 1
        sleep(0.001)
        self.running -= 1
        return list(self._found_always)


def model_span(label: str, start: int = 0, end: int = 5, score: float = 0.5) -> ModelSpan:
    return ModelSpan(start, end, label, score)


@pytest.mark.parametrize(
    ("model_label", "corpus_labels", "names", "expected"),
    [
        ("PLAN", ("PLAN",), {}, "PLAN"),
        ("plan", ("PLAN", "plan"), {}, "plan"),
        ("Plan", ("ORG", "PLAN"), {}, "PLAN"),
        ("ORG", ("INSTITUTION",), {}, "INSTITUTION"),
        ("Institution", ("DATE", "ORG"), {}, "ORG"),
        ("LAW", ("PLAN",), {"LAW": "PLAN"}, "PLAN"),
        ("DATE", ("DATE", "PLAN"), {"DATE": "PLAN"}, "PLAN"),
        ("LAW", ("PLAN",), {}, None),
        ("ORG", ("PLAN",), {}, None),
        ("DATE", ("DATE",), {"DATE": "LAW"}, None),
    ],
)
def test_model_labels_are_mapped_to_the_corpus_labels(
    model_label: str, corpus_labels: tuple[str, ...], names: dict[str, str], expected: str | None
) -> None:
    model = Model(model_span(model_label), names=names)
    suggestions = model.suggest(article(TEXT), build_label_set(*corpus_labels))
    assert [suggestion.label for suggestion in suggestions] == ([expected] if expected else [])
    assert model.missing_labels == ({} if expected else {model_label: 1})


def test_edges_are_trimmed_and_blank_spans_dropped() -> None:
    model = Model(
        model_span("PLAN", 1, 4),
        model_span("PLAN", 5, 10, 0.1),
        model_span("PLAN", 5, 6),
        model_span("plan", 6, 10, 0.7),
    )
    assert model.suggest(article(TEXT), build_label_set("PLAN")) == [
        Suggestion(0, 4, "PLAN", "tiny", 0.5),
        Suggestion(6, 10, "PLAN", "tiny", 0.7),
    ]


@pytest.mark.parametrize("scores", [(0.7, 0.3), (0.3, 0.7), (0.3, 0.7, 0.5)])
def test_best_score_of_one_span_and_label_counts(scores: tuple[float, ...]) -> None:
    model = Model(*(model_span("PLAN", 6, 10, score) for score in scores))
    assert model.suggest(article(TEXT), build_label_set("PLAN")) == [Suggestion(6, 10, "PLAN", "tiny", 0.7)]


def test_threads_load_a_model_once_and_run_it_in_turn() -> None:
    model = Model(model_span("PLAN"), loads=lambda: sleep(0.02))
    with ThreadPoolExecutor(8) as pool:
        futures = [pool.submit(model.suggest, article(TEXT), build_label_set("PLAN")) for _ in range(16)]
    assert {len(future.result()) for future in futures} == {1}
    assert model.loaded == 1


def test_model_that_fails_to_load_is_not_tried_again() -> None:
    def fails() -> None:
        raise Exception("\n  bad file \nmore of it")

    model = Model(model_span("PLAN"), loads=fails)
    for _time in range(2):
        with pytest.raises(CannotSuggest) as reason:
            model.suggest(article(TEXT), build_label_set("PLAN"))
        assert str(reason.value) == "The model “somewhere” cannot be loaded: bad file"
    assert model.loaded == 1


def test_model_that_fails_on_one_article_is_run_on_the_next() -> None:
    class Failing(Model):
        def _run(self, model: str, text: str) -> list[ModelSpan]:
            if text == TEXT:
                raise Exception("\n  no room \nmore of it")
            return [model_span("PLAN")]

    model = Failing()
    with pytest.raises(CannotSuggest) as reason:
        model.suggest(article(TEXT), build_label_set("PLAN"))
    assert str(reason.value) == "The model “somewhere” failed on an article: no room"
    assert model.suggest(article("وزارة العدل"), build_label_set("PLAN")) == [Suggestion(0, 5, "PLAN", "tiny", 0.5)]
    assert model.loaded == 1


def test_unreadable_folder_is_reported_before_loading() -> None:
    class Unreadable(Model):
        def _check(self) -> None:
            raise PermissionError(13, "Permission denied")

    model = Unreadable(model_span("PLAN"))
    for ask in (model.check, lambda: model.suggest(article(TEXT), build_label_set("PLAN"))):
        with pytest.raises(CannotSuggest) as reason:
            ask()
        assert str(reason.value) == "The model “somewhere” cannot be loaded: [Errno 13] Permission denied"
    assert model.loaded == 0
