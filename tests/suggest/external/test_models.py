"""What models made elsewhere have in common, without any of the programs that run them."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from time import sleep

import pytest
from suggest.models import article, label_set

from annotator.model.records import Suggestion
from annotator.suggest.external.models import CannotSuggest, ForeignModel, Found

TEXT = "خُطّة 2030"


class Model(ForeignModel[str]):
    """Finds what it was made with; counts how often it was loaded."""

    name = "tiny"

    def __init__(self, *found: Found, names: dict[str, str] | None = None, loads: Callable[[], None] = lambda: None):
        super().__init__("somewhere", names)
        self.loaded = self.running = 0
        self._found_always = found
        self._loads = loads

    def _check(self) -> None:
        pass

    def _load(self) -> str:
        self.loaded += 1
        self._loads()
        return "loaded"

    def _run(self, model: str, text: str) -> list[Found]:
        assert (model, text, self.running) == ("loaded", TEXT, 0)
        self.running += 1
        sleep(0.001)
        self.running -= 1
        return list(self._found_always)


def found(label: str, start: int = 0, end: int = 5, score: float = 0.5) -> Found:
    return Found(start, end, label, score)


@pytest.mark.parametrize(
    ("theirs", "corpus", "names", "expected"),
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
def test_a_label_is_the_corpus_s(
    theirs: str, corpus: tuple[str, ...], names: dict[str, str], expected: str | None
) -> None:
    model = Model(found(theirs), names=names)
    suggestions = model.suggest(article(TEXT), label_set(*corpus))
    assert [one.label for one in suggestions] == ([expected] if expected else [])
    assert model.lacking == ({} if expected else {theirs: 1})


def test_edges_are_put_right_and_what_is_blank_is_nothing() -> None:
    model = Model(found("PLAN", 1, 4), found("PLAN", 5, 10, 0.1), found("PLAN", 5, 6), found("plan", 6, 10, 0.7))
    assert model.suggest(article(TEXT), label_set("PLAN")) == [
        Suggestion(0, 4, "PLAN", "tiny", 0.5),
        Suggestion(6, 10, "PLAN", "tiny", 0.7),
    ]


@pytest.mark.parametrize("scores", [(0.7, 0.3), (0.3, 0.7), (0.3, 0.7, 0.5)])
def test_of_one_stretch_and_label_the_higher_score_counts(scores: tuple[float, ...]) -> None:
    model = Model(*(found("PLAN", 6, 10, score) for score in scores))
    assert model.suggest(article(TEXT), label_set("PLAN")) == [Suggestion(6, 10, "PLAN", "tiny", 0.7)]


def test_threads_load_it_once_and_run_it_one_after_the_other() -> None:
    model = Model(found("PLAN"), loads=lambda: sleep(0.02))
    with ThreadPoolExecutor(8) as pool:
        asked = [pool.submit(model.suggest, article(TEXT), label_set("PLAN")) for _ in range(16)]
    assert {len(one.result()) for one in asked} == {1}
    assert model.loaded == 1


def test_a_model_that_cannot_be_loaded_is_not_tried_again() -> None:
    def fails() -> None:
        raise Exception("\n  bad file \nmore of it")

    model = Model(found("PLAN"), loads=fails)
    for _time in range(2):
        with pytest.raises(CannotSuggest) as reason:
            model.suggest(article(TEXT), label_set("PLAN"))
        assert str(reason.value) == "The model “somewhere” cannot be loaded: bad file"
    assert model.loaded == 1


def test_a_model_that_fails_on_an_article_says_so_and_is_asked_about_the_next() -> None:
    class Failing(Model):
        def _run(self, model: str, text: str) -> list[Found]:
            if text == TEXT:
                raise Exception("\n  no room \nmore of it")
            return [found("PLAN")]

    model = Failing()
    with pytest.raises(CannotSuggest) as reason:
        model.suggest(article(TEXT), label_set("PLAN"))
    assert str(reason.value) == "The model “somewhere” failed on an article: no room"
    assert model.suggest(article("وزارة العدل"), label_set("PLAN")) == [Suggestion(0, 5, "PLAN", "tiny", 0.5)]
    assert model.loaded == 1


def test_a_folder_that_cannot_be_read_is_told_before_the_model_is_loaded() -> None:
    class Unreadable(Model):
        def _check(self) -> None:
            raise PermissionError(13, "Permission denied")

    model = Unreadable(found("PLAN"))
    for ask in (model.check, lambda: model.suggest(article(TEXT), label_set("PLAN"))):
        with pytest.raises(CannotSuggest) as reason:
            ask()
        assert str(reason.value) == "The model “somewhere” cannot be loaded: [Errno 13] Permission denied"
    assert model.loaded == 0
