"""Suggestions of a spaCy pipeline: with the labels of the corpus, at whole letters."""

from pathlib import Path
from typing import Any

import pytest
from builders import build_label_set
from consumers.reading import consumer
from hypothesis import given
from strategies import texts
from suggest.models import entities
from suggest.suggesting import article

from annotator.model.records import Suggestion
from annotator.suggest.external import spacy_pipeline
from annotator.suggest.external.models import CannotSuggest
from annotator.suggest.external.spacy_pipeline import SpacyPipeline
from annotator.suggest.trimming import trim_span
from annotator.text import spacy_tokenizer
from annotator.text.visible import trim_invisible

LABELS = build_label_set("DATE", "INSTITUTION", "PLAN")
TEXT = "😀 أعلنت وزارة الصحة خطة الماء يوم الأحد."


@pytest.fixture(scope="module")
def spacy() -> Any:
    """spaCy, with components that do as a span categoriser and as a careless tokeniser do."""
    module = consumer("spacy")

    @module.language.Language.component("tests_spans")  # type: ignore[untyped-decorator]
    def spans(doc: Any) -> Any:
        scored = [(token, score) for token, score in zip(doc, (0.9, 0.6, 0.3), strict=False)]
        doc.spans["sc"] = [module.tokens.Span(doc, token.i, token.i + 1, "PLAN") for token, _score in scored]
        doc.spans["sc"].attrs["scores"] = consumer("numpy").array([score for _token, score in scored])
        doc.spans["other"] = [module.tokens.Span(doc, 0, len(doc), "PLAN")] if len(doc) else []
        return doc

    @module.language.Language.component("tests_blanks")  # type: ignore[untyped-decorator]
    def blanks(doc: Any) -> Any:
        return module.tokens.Doc(doc.vocab, words=["لا", "شيء"])

    @module.language.Language.component("tests_letters")  # type: ignore[untyped-decorator]
    def letters(doc: Any) -> Any:
        """Each code point is a token of its own, and each is found."""
        split_doc = module.tokens.Doc(doc.vocab, words=list(doc.text), spaces=[False] * len(doc.text))
        split_doc.spans["sc"] = [module.tokens.Span(split_doc, token.i, token.i + 1, "PLAN") for token in split_doc]
        return split_doc

    @module.language.Language.component("tests_fails")  # type: ignore[untyped-decorator]
    def fails(doc: Any) -> Any:
        raise ValueError("no vectors\nat all")

    return module


def pipeline_with(spacy: Any, folder: Path, component: str) -> SpacyPipeline:
    nlp = spacy.blank("ar")
    nlp.add_pipe(component)
    nlp.to_disk(folder)
    return SpacyPipeline(str(folder))


def scored_texts(text: str, suggestions: list[Suggestion]) -> list[tuple[str, str, float]]:
    return [
        (text[suggestion.start : suggestion.end], suggestion.label, round(suggestion.score, 3))
        for suggestion in suggestions
    ]


def test_entities_are_suggested_at_code_points(spacy: Any, tmp_path: Path) -> None:
    folder = entities(tmp_path, INSTITUTION=["وزارة الصحة"], PLAN=["خطة الماء"])
    suggestions = SpacyPipeline(str(folder)).suggest(article(TEXT), LABELS)
    assert scored_texts(TEXT, suggestions) == [("وزارة الصحة", "INSTITUTION", 0.8), ("خطة الماء", "PLAN", 0.8)]
    assert {suggestion.source for suggestion in suggestions} == {"spacy"}


def test_span_group_is_suggested_with_its_scores(spacy: Any, tmp_path: Path) -> None:
    suggestions = pipeline_with(spacy, tmp_path, "tests_spans").suggest(article(TEXT), LABELS)
    assert scored_texts(TEXT, suggestions) == [("😀", "PLAN", 0.9), ("أعلنت", "PLAN", 0.6), ("وزارة", "PLAN", 0.3)]


def test_pipeline_labels_are_mapped_to_the_corpus_labels(spacy: Any, tmp_path: Path) -> None:
    folder = entities(tmp_path, ORG=["وزارة الصحة"], plan=["خطة الماء"], MISC=["أعلنت"], DAY=["الأحد"], X=["يوم"])
    model = SpacyPipeline(str(folder), {"DAY": "DATE", "X": "Y"})
    suggestions = model.suggest(article(TEXT), LABELS)
    assert scored_texts(TEXT, suggestions) == [
        ("وزارة الصحة", "INSTITUTION", 0.8),
        ("خطة الماء", "PLAN", 0.8),
        ("الأحد", "DATE", 0.8),
    ]
    assert model.missing_labels == {"MISC": 1, "X": 1}
    model.suggest(article(TEXT), LABELS)
    assert model.missing_labels["MISC"] == 2


def test_exact_label_name_wins_over_another_case(spacy: Any, tmp_path: Path) -> None:
    model = SpacyPipeline(str(entities(tmp_path, org=["الصحة"])))
    assert [suggestion.label for suggestion in model.suggest(article(TEXT), build_label_set("ORG", "org"))] == ["org"]
    assert [suggestion.label for suggestion in model.suggest(article(TEXT), build_label_set("INSTITUTION", "Org"))] == [
        "Org"
    ]


def test_span_found_twice_is_suggested_once(spacy: Any, tmp_path: Path) -> None:
    nlp = spacy.blank("ar")
    nlp.add_pipe("entity_ruler").add_patterns([{"label": "PLAN", "pattern": "أعلنت"}])
    nlp.add_pipe("tests_spans")
    nlp.to_disk(tmp_path)
    suggestions = SpacyPipeline(str(tmp_path)).suggest(article(TEXT), LABELS)
    assert scored_texts(TEXT, suggestions)[1] == ("أعلنت", "PLAN", 0.8)
    assert len(suggestions) == 3


def test_pipeline_that_alters_the_text_raises(spacy: Any, tmp_path: Path) -> None:
    with pytest.raises(CannotSuggest, match="changes the text"):
        pipeline_with(spacy, tmp_path, "tests_blanks").suggest(article(TEXT), LABELS)


def test_failure_is_reported_in_one_line(spacy: Any, tmp_path: Path) -> None:
    with pytest.raises(CannotSuggest, match=r"failed on an article: no vectors$"):
        pipeline_with(spacy, tmp_path, "tests_fails").suggest(article(TEXT), LABELS)


@pytest.fixture(scope="module")
def letter_pipeline(spacy: Any, tmp_path_factory: pytest.TempPathFactory) -> SpacyPipeline:
    return pipeline_with(spacy, tmp_path_factory.mktemp("letters"), "tests_letters")


@given(text=texts)
def test_no_letter_is_cut_by_a_pipeline(letter_pipeline: SpacyPipeline, text: str) -> None:
    for suggestion in letter_pipeline.suggest(article(text), LABELS):
        assert 0 <= suggestion.start < suggestion.end <= len(text)
        assert (
            (suggestion.start, suggestion.end)
            == trim_invisible(text, suggestion.start, suggestion.end)
            == trim_span(text, suggestion.start, suggestion.end)
        )


def test_pipeline_is_loaded_once_at_first_use(spacy: Any, tmp_path: Path) -> None:
    model = SpacyPipeline(str(entities(tmp_path / "a", PLAN=["خطة الماء"])))
    model.check()
    assert model.suggest(article(TEXT), LABELS)
    (tmp_path / "a").rename(tmp_path / "b")
    assert model.suggest(article(TEXT), LABELS)


def test_failure_to_load_is_remembered(spacy: Any, tmp_path: Path) -> None:
    folder = entities(tmp_path / "a", PLAN=["خطة الماء"])
    (folder / "config.cfg").write_text("[nlp]\nlang = 3\n\n", encoding="utf-8")
    model = SpacyPipeline(str(folder))
    model.check()
    with pytest.raises(CannotSuggest, match=r"“.*a” cannot be loaded: .") as first:
        model.suggest(article(TEXT), LABELS)
    assert "\n" not in str(first.value)
    entities(folder, PLAN=["خطة الماء"])
    with pytest.raises(CannotSuggest) as second:
        model.suggest(article(TEXT), LABELS)
    assert str(second.value) == str(first.value)


def test_missing_pipeline_is_explained(spacy: Any, tmp_path: Path) -> None:
    with pytest.raises(CannotSuggest, match="does not contain a spaCy pipeline: config"):
        SpacyPipeline(str(tmp_path)).check()
    for place in (str(tmp_path / "missing"), "no_such_pipeline", "no.such", "-"):
        with pytest.raises(CannotSuggest, match="is neither a folder nor an installed spaCy pipeline"):
            SpacyPipeline(place).check()


def test_installed_pipeline_is_found_by_its_name(spacy: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "tiny_pipeline"
    package.mkdir()
    entities(package / "data", PLAN=["خطة الماء"])
    code = "import pathlib, spacy\n\ndef load(**how):\n    return spacy.load(pathlib.Path(__file__).parent / 'data')\n"
    (package / "__init__.py").write_text(code, encoding="utf-8")
    about = tmp_path / "tiny_pipeline-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: tiny_pipeline\nVersion: 1.0\n", encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    model = SpacyPipeline("tiny_pipeline")
    model.check()
    assert scored_texts(TEXT, model.suggest(article(TEXT), LABELS)) == [("خطة الماء", "PLAN", 0.8)]


def test_missing_spacy_is_explained(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spacy_pipeline, "is_installed", lambda *packages: False)
    with pytest.raises(CannotSuggest) as reason:
        SpacyPipeline("anything").suggest(article(TEXT), LABELS)
    assert str(reason.value) == (
        'This needs spaCy, which is not installed. To install it, run this in a source checkout: pip install ".[spacy]"'
    )


def test_pipeline_with_the_tokenizer_of_exports_is_loaded(spacy: Any, tmp_path: Path) -> None:
    """It is known by name only; the test forgets it after saving."""
    spacy_tokenizer.register()
    config = {"nlp": {"tokenizer": {"@tokenizers": spacy_tokenizer.REGISTERED_NAME}}}
    nlp = spacy.blank("ar", config=config)
    nlp.add_pipe("entity_ruler").add_patterns([{"label": "DATE", "pattern": [{"TEXT": "2024-2025"}]}])
    nlp.to_disk(tmp_path)
    del consumer("catalogue").REGISTRY["spacy", "tokenizers", spacy_tokenizer.REGISTERED_NAME]
    (suggestion,) = SpacyPipeline(str(tmp_path)).suggest(article("خطة 2024-2025."), LABELS)
    assert (suggestion.start, suggestion.end, suggestion.label) == (4, 13, "DATE")
