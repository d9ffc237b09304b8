"""Suggestions of an ONNX model: tags of any scheme become spans, sentence by sentence."""

import json
import math
from pathlib import Path
from typing import Any

import pytest
from builders import build_label_set
from consumers.reading import consumer
from hypothesis import given
from strategies import texts
from suggest.models import FIRM, onnx_model
from suggest.suggesting import article, labelled_texts

from annotator.suggest.external import onnx
from annotator.suggest.external.models import CannotSuggest
from annotator.suggest.external.onnx import OnnxModel
from annotator.suggest.trimming import trim_span

LABELS = build_label_set("DATE", "INSTITUTION", "PLAN")
TEXT = "😀 أعلنت وَزارة الصحّة\u200f خ\u200fطة الماء 2024.\nقالت الوزارة: «9 يوليوز»!"
PIECES = {
    **{"وزا": "B-INSTITUTION", "##رة": "B-DATE", "الصحة": "I-INSTITUTION", "الوزارة": "B-INSTITUTION"},
    **{"خطة": "B-PLAN", "الماء": "I-PLAN", "9": "B-DATE", "يوليوز": "I-DATE", "قالت": "O"},
}
FOUND = [("وَزارة الصحّة", "INSTITUTION"), ("خ\u200fطة الماء", "PLAN"), ("الوزارة", "INSTITUTION"), ("9 يوليوز", "DATE")]


@pytest.fixture(scope="module", autouse=True)
def _packages() -> None:
    for name in ("onnxruntime", "tokenizers", "numpy", "onnx"):
        consumer(name)


def suggested_texts(folder: Path, text: str = TEXT, **options: Any) -> list[tuple[str, str]]:
    return labelled_texts(text, OnnxModel(str(onnx_model(folder, **options))).suggest(article(text), LABELS))


def test_onnx_spans_are_whole_tokens_at_code_points(tmp_path: Path) -> None:
    suggestions = OnnxModel(str(onnx_model(tmp_path / "a", PIECES))).suggest(article(TEXT), LABELS)
    assert labelled_texts(TEXT, suggestions) == FOUND
    assert {suggestion.source for suggestion in suggestions} == {"onnx"}


def test_score_is_the_probability_of_the_least_certain_token(tmp_path: Path) -> None:
    suggestions = OnnxModel(str(onnx_model(tmp_path / "a", PIECES))).suggest(article(TEXT), LABELS)
    other_tags = len(set(PIECES.values())) - 1
    assert {round(suggestion.score, 5) for suggestion in suggestions} == {
        round(math.exp(FIRM) / (math.exp(FIRM) + other_tags), 5)
    }
    unsure = onnx_model(tmp_path / "b", PIECES)
    model = consumer("onnx").load(unsure / "model.onnx")
    (table,) = (tensor for tensor in model.graph.initializer if tensor.name == "table")
    row = [*PIECES].index("الماء") + 3
    tags = list(dict.fromkeys(["O", *PIECES.values()]))
    table.float_data[row * len(tags) + tags.index("I-PLAN")] = 1.0
    consumer("onnx").save(model, unsure / "model.onnx")
    (plan,) = (
        suggestion for suggestion in OnnxModel(str(unsure)).suggest(article(TEXT), LABELS) if suggestion.label == "PLAN"
    )
    assert plan.score == pytest.approx(math.e / (math.e + other_tags))


@pytest.mark.parametrize(
    "tags",
    [
        {"وزا": "B-ORG", "الصحة": "E-ORG", "الوزارة": "S-ORG", "خطة": "B-PLAN", "الماء": "E-PLAN"},
        {"وزا": "B-ORG", "الصحة": "L-ORG", "الوزارة": "U-ORG", "خطة": "B-PLAN", "الماء": "L-PLAN"},
        {"وزا": "I-ORG", "الصحة": "I-ORG", "الوزارة": "I-ORG", "خطة": "I-PLAN", "الماء": "I-PLAN"},
        {"وزا": "ORG", "الصحة": "ORG", "الوزارة": "ORG", "خطة": "PLAN", "الماء": "PLAN"},
    ],
    ids=["iobes", "bilou", "without a beginning", "without a scheme"],
)
def test_tags_of_any_scheme_are_decoded(tmp_path: Path, tags: dict[str, str]) -> None:
    assert suggested_texts(tmp_path / "a", pieces={"##رة": "O", **tags}) == FOUND[:3]


def test_labels_that_the_corpus_lacks_are_counted(tmp_path: Path) -> None:
    model = OnnxModel(str(onnx_model(tmp_path / "a", {"خطة": "B-MISC", "الماء": "B-WATER"})), {"WATER": "PLAN"})
    assert labelled_texts(TEXT, model.suggest(article(TEXT), LABELS)) == [("الماء", "PLAN")]
    assert model.missing_labels == {"MISC": 1}


def test_long_sentence_is_read_in_windows(tmp_path: Path) -> None:
    """Twelve positions hold eight pieces here. A span may cross the edge of a window."""
    text = "خطة الماء الماء الماء " * 30
    folder = onnx_model(tmp_path / "a", PIECES, positions=12)
    suggestions = OnnxModel(str(folder)).suggest(article(text), LABELS)
    assert labelled_texts(text, suggestions) == [("خطة الماء الماء الماء", "PLAN")] * 30


def test_word_longer_than_a_window_is_read_by_its_first_piece(tmp_path: Path) -> None:
    text = "خطة " + "خطة" + "ء" * 50 + " الماء"
    folder = onnx_model(tmp_path / "a", {**PIECES, "##ء": "O"}, positions=12)
    assert labelled_texts(text, OnnxModel(str(folder)).suggest(article(text), LABELS)) == [
        ("خطة", "PLAN"),
        ("خطة" + "ء" * 50 + " الماء", "PLAN"),
    ]


@pytest.mark.parametrize("positions", [None, -1, 0])
def test_model_without_a_limit_reads_the_default_number_of_pieces(tmp_path: Path, positions: int | None) -> None:
    folder = onnx_model(tmp_path / "a", PIECES)
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    (folder / "config.json").write_text(json.dumps({**config, "max_position_embeddings": positions}), encoding="utf-8")
    text = "خطة الماء " * 600
    assert len(OnnxModel(str(folder)).suggest(article(text), LABELS)) == 600


@pytest.mark.parametrize("kind", ["Metaspace", "ByteLevel"])
def test_pieces_of_other_tokenisers_are_mapped_to_words(tmp_path: Path, kind: str) -> None:
    """SentencePiece's and RoBERTa's put a mark of their own before each word."""
    tokenizers = consumer("tokenizers")
    splitter = getattr(tokenizers.pre_tokenizers, kind)()
    marked = {word: splitter.pre_tokenize_str(word)[0][0] for word in ("خطة", "الماء")}
    pieces = {marked["خطة"]: "B-PLAN", marked["الماء"][:3]: "I-PLAN", marked["الماء"][3:]: "B-DATE"}
    folder = onnx_model(tmp_path / "a", pieces)
    vocabulary = {piece: number for number, piece in enumerate(("<unk>", "<s>", "</s>", *pieces))}
    scored = [(piece, -1.0) for piece in vocabulary]
    tokeniser = tokenizers.Tokenizer(tokenizers.models.Unigram(scored, unk_id=0))
    tokeniser.pre_tokenizer = splitter
    tokeniser.post_processor = tokenizers.processors.TemplateProcessing(
        single="<s> $A </s>", special_tokens=[("<s>", 1), ("</s>", 2)]
    )
    tokeniser.save(str(folder / "tokenizer.json"))
    text = "يوم 😀 خطة الماء."
    assert labelled_texts(text, OnnxModel(str(folder)).suggest(article(text), LABELS)) == [("خطة الماء", "PLAN")]


@pytest.mark.parametrize("inputs", [["input_ids"], ["input_ids", "attention_mask"]])
def test_model_gets_only_the_inputs_it_declares(tmp_path: Path, inputs: list[str]) -> None:
    assert suggested_texts(tmp_path / "a", pieces=PIECES, inputs=inputs) == FOUND


def test_model_in_a_subfolder_is_found(tmp_path: Path) -> None:
    assert suggested_texts(tmp_path / "a", pieces=PIECES, within="onnx") == FOUND


@pytest.fixture(scope="module")
def letter_model(tmp_path_factory: pytest.TempPathFactory) -> OnnxModel:
    letters = {"م": "B-PLAN", "كتـاب": "B-PLAN", "e": "B-DATE", "1": "I-DATE", "«": "B-PLAN", "😀": "I-PLAN"}
    return OnnxModel(str(onnx_model(tmp_path_factory.mktemp("models") / "a", letters)))


@given(text=texts)
def test_onnx_model_handles_any_text(letter_model: OnnxModel, text: str) -> None:
    suggestions = letter_model.suggest(article(text), LABELS)
    assert suggestions == letter_model.suggest(article(text), LABELS)
    assert all(
        0 <= suggestion.start < suggestion.end <= len(text) and 0 <= suggestion.score <= 1 for suggestion in suggestions
    )
    assert all(
        trim_span(text, suggestion.start, suggestion.end) == (suggestion.start, suggestion.end)
        for suggestion in suggestions
    )


# --- What cannot be used


def load_error(folder: Path) -> str:
    with pytest.raises(CannotSuggest) as reason:
        OnnxModel(str(folder)).suggest(article(TEXT), LABELS)
    assert "\n" not in str(reason.value)
    return str(reason.value)


@pytest.mark.parametrize("file", ["model.onnx", "tokenizer.json", "config.json"])
def test_missing_file_is_named(tmp_path: Path, file: str) -> None:
    folder = onnx_model(tmp_path / "a", PIECES)
    (folder / file).unlink()
    assert load_error(folder) == f"The folder {folder} does not contain an ONNX model: {file} is missing."
    assert load_error(tmp_path / "b") == f"The folder {tmp_path / 'b'} does not exist."


@pytest.mark.parametrize(
    "labels", [{}, {"0": "LABEL_0", "1": "LABEL_1"}, {"0": "positive", "1": "negative"}, {"0": "O", "2": "B-ORG"}]
)
def test_model_that_does_not_classify_tokens_raises(tmp_path: Path, labels: dict[str, str]) -> None:
    folder = onnx_model(tmp_path / "a", PIECES)
    (folder / "config.json").write_text(json.dumps({"id2label": labels}), encoding="utf-8")
    with pytest.raises(CannotSuggest, match="is not a token classifier: its id2label does not list token tags"):
        OnnxModel(str(folder)).check()


def test_model_with_other_tags_than_its_configuration_raises(tmp_path: Path) -> None:
    folder = onnx_model(tmp_path / "a", PIECES)
    (folder / "config.json").write_text(json.dumps({"id2label": {"0": "O", "1": "B-ORG"}}), encoding="utf-8")
    assert "its output has the shape 1×11×7 for 11 word pieces and 2 tags" in load_error(folder)


def test_model_with_unknown_inputs_raises(tmp_path: Path) -> None:
    folder = onnx_model(tmp_path / "a", PIECES, inputs=["input_ids", "bbox"])
    assert (
        load_error(folder) == f"The model in {folder} is not a token classifier: it needs the unsupported input bbox."
    )


@pytest.mark.parametrize("content", [b"", b"{", b"\xff\xfe", b"[]", b'{"id2label": {"a": 1}}'])
@pytest.mark.parametrize("file", ["model.onnx", "tokenizer.json", "config.json"])
def test_invalid_file_raises_with_a_one_line_message(tmp_path: Path, file: str, content: bytes) -> None:
    folder = onnx_model(tmp_path / "a", PIECES)
    (folder / file).write_bytes(content)
    assert str(folder) in load_error(folder)


def test_missing_onnx_runtime_is_explained(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(onnx, "is_installed", lambda *packages: False)
    assert load_error(tmp_path) == (
        "This needs ONNX Runtime, which is not installed. "
        'To install it, run this in a source checkout: pip install ".[onnx]"'
    )
