"""A model in ONNX proposes: its tags as spans, of any scheme, sentence by sentence."""

import json
import math
from pathlib import Path
from typing import Any

import pytest
from consumers.reading import consumer
from hypothesis import given
from suggest.models import FIRM, article, label_set, onnx_model
from text.texts import texts

from annotator.model.records import Suggestion
from annotator.suggest.external import onnx
from annotator.suggest.external.models import CannotSuggest
from annotator.suggest.external.onnx import OnnxModel
from annotator.suggest.trimming import whole

LABELS = label_set("DATE", "INSTITUTION", "PLAN")
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


def said(text: str, found: list[Suggestion]) -> list[tuple[str, str]]:
    return [(text[one.start : one.end], one.label) for one in found]


def proposed(folder: Path, text: str = TEXT, **options: Any) -> list[tuple[str, str]]:
    return said(text, OnnxModel(str(onnx_model(folder, **options))).suggest(article(text), LABELS))


def test_spans_are_whole_tokens_at_code_points(tmp_path: Path) -> None:
    found = OnnxModel(str(onnx_model(tmp_path / "a", PIECES))).suggest(article(TEXT), LABELS)
    assert said(TEXT, found) == FOUND
    assert {one.source for one in found} == {"onnx"}


def test_the_score_is_the_probability_of_the_least_sure_token(tmp_path: Path) -> None:
    found = OnnxModel(str(onnx_model(tmp_path / "a", PIECES))).suggest(article(TEXT), LABELS)
    others = len(set(PIECES.values())) - 1
    assert {round(one.score, 5) for one in found} == {round(math.exp(FIRM) / (math.exp(FIRM) + others), 5)}
    unsure = onnx_model(tmp_path / "b", PIECES)
    model = consumer("onnx").load(unsure / "model.onnx")
    (table,) = (tensor for tensor in model.graph.initializer if tensor.name == "table")
    row = [*PIECES].index("الماء") + 3
    tags = list(dict.fromkeys(["O", *PIECES.values()]))
    table.float_data[row * len(tags) + tags.index("I-PLAN")] = 1.0
    consumer("onnx").save(model, unsure / "model.onnx")
    (plan,) = (one for one in OnnxModel(str(unsure)).suggest(article(TEXT), LABELS) if one.label == "PLAN")
    assert plan.score == pytest.approx(math.e / (math.e + others))


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
def test_tags_of_any_scheme(tmp_path: Path, tags: dict[str, str]) -> None:
    assert proposed(tmp_path / "a", pieces={"##رة": "O", **tags}) == FOUND[:3]


def test_labels_that_the_corpus_lacks_are_counted(tmp_path: Path) -> None:
    model = OnnxModel(str(onnx_model(tmp_path / "a", {"خطة": "B-MISC", "الماء": "B-WATER"})), {"WATER": "PLAN"})
    assert said(TEXT, model.suggest(article(TEXT), LABELS)) == [("الماء", "PLAN")]
    assert model.lacking == {"MISC": 1}


def test_a_long_sentence_is_read_in_windows(tmp_path: Path) -> None:
    """12 positions hold eight pieces here. A span may run over the edge of a window."""
    text = "خطة الماء الماء الماء " * 30
    folder = onnx_model(tmp_path / "a", PIECES, positions=12)
    found = OnnxModel(str(folder)).suggest(article(text), LABELS)
    assert said(text, found) == [("خطة الماء الماء الماء", "PLAN")] * 30


def test_a_word_that_is_longer_than_a_window_is_read_by_its_first_piece(tmp_path: Path) -> None:
    text = "خطة " + "خطة" + "ء" * 50 + " الماء"
    folder = onnx_model(tmp_path / "a", {**PIECES, "##ء": "O"}, positions=12)
    assert said(text, OnnxModel(str(folder)).suggest(article(text), LABELS)) == [
        ("خطة", "PLAN"),
        ("خطة" + "ء" * 50 + " الماء", "PLAN"),
    ]


@pytest.mark.parametrize("positions", [None, -1, 0])
def test_a_model_that_names_no_end_reads_as_much_as_most_do(tmp_path: Path, positions: int | None) -> None:
    folder = onnx_model(tmp_path / "a", PIECES)
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    (folder / "config.json").write_text(json.dumps({**config, "max_position_embeddings": positions}), encoding="utf-8")
    text = "خطة الماء " * 600
    assert len(OnnxModel(str(folder)).suggest(article(text), LABELS)) == 600


@pytest.mark.parametrize("kind", ["Metaspace", "ByteLevel"])
def test_pieces_of_other_tokenisers(tmp_path: Path, kind: str) -> None:
    """SentencePiece's and RoBERTa's, which put a mark of their own before each word."""
    tokenizers = consumer("tokenizers")
    cut = getattr(tokenizers.pre_tokenizers, kind)()
    written = {word: cut.pre_tokenize_str(word)[0][0] for word in ("خطة", "الماء")}
    pieces = {written["خطة"]: "B-PLAN", written["الماء"][:3]: "I-PLAN", written["الماء"][3:]: "B-DATE"}
    folder = onnx_model(tmp_path / "a", pieces)
    vocabulary = {piece: number for number, piece in enumerate(("<unk>", "<s>", "</s>", *pieces))}
    scored = [(piece, -1.0) for piece in vocabulary]
    tokeniser = tokenizers.Tokenizer(tokenizers.models.Unigram(scored, unk_id=0))
    tokeniser.pre_tokenizer = cut
    tokeniser.post_processor = tokenizers.processors.TemplateProcessing(
        single="<s> $A </s>", special_tokens=[("<s>", 1), ("</s>", 2)]
    )
    tokeniser.save(str(folder / "tokenizer.json"))
    text = "يوم 😀 خطة الماء."
    assert said(text, OnnxModel(str(folder)).suggest(article(text), LABELS)) == [("خطة الماء", "PLAN")]


@pytest.mark.parametrize("inputs", [["input_ids"], ["input_ids", "attention_mask"]])
def test_it_is_fed_what_it_asks_for(tmp_path: Path, inputs: list[str]) -> None:
    assert proposed(tmp_path / "a", pieces=PIECES, inputs=inputs) == FOUND


def test_the_model_may_be_in_a_folder_of_its_own(tmp_path: Path) -> None:
    assert proposed(tmp_path / "a", pieces=PIECES, within="onnx") == FOUND


@pytest.fixture(scope="module")
def of_letters(tmp_path_factory: pytest.TempPathFactory) -> OnnxModel:
    letters = {"م": "B-PLAN", "كتـاب": "B-PLAN", "e": "B-DATE", "1": "I-DATE", "«": "B-PLAN", "😀": "I-PLAN"}
    return OnnxModel(str(onnx_model(tmp_path_factory.mktemp("models") / "a", letters)))


@given(text=texts)
def test_every_text_is_read(of_letters: OnnxModel, text: str) -> None:
    found = of_letters.suggest(article(text), LABELS)
    assert found == of_letters.suggest(article(text), LABELS)
    assert all(0 <= one.start < one.end <= len(text) and 0 <= one.score <= 1 for one in found)
    assert all(whole(text, one.start, one.end) == (one.start, one.end) for one in found)


# --- What cannot be used


def refusal(folder: Path) -> str:
    with pytest.raises(CannotSuggest) as reason:
        OnnxModel(str(folder)).suggest(article(TEXT), LABELS)
    assert "\n" not in str(reason.value)
    return str(reason.value)


@pytest.mark.parametrize("file", ["model.onnx", "tokenizer.json", "config.json"])
def test_a_file_that_is_missing_is_named(tmp_path: Path, file: str) -> None:
    folder = onnx_model(tmp_path / "a", PIECES)
    (folder / file).unlink()
    assert refusal(folder) == f"The folder {folder} holds no model in ONNX: it lacks {file}."
    assert refusal(tmp_path / "b") == f"There is no folder {tmp_path / 'b'}."


@pytest.mark.parametrize(
    "labels", [{}, {"0": "LABEL_0", "1": "LABEL_1"}, {"0": "positive", "1": "negative"}, {"0": "O", "2": "B-ORG"}]
)
def test_a_model_of_another_kind_is_refused(tmp_path: Path, labels: dict[str, str]) -> None:
    folder = onnx_model(tmp_path / "a", PIECES)
    (folder / "config.json").write_text(json.dumps({"id2label": labels}), encoding="utf-8")
    with pytest.raises(CannotSuggest, match="does not classify tokens: its id2label does not name the tags"):
        OnnxModel(str(folder)).check()


def test_a_model_that_has_other_tags_than_its_configuration_is_refused(tmp_path: Path) -> None:
    folder = onnx_model(tmp_path / "a", PIECES)
    (folder / "config.json").write_text(json.dumps({"id2label": {"0": "O", "1": "B-ORG"}}), encoding="utf-8")
    assert "it gives 1×11×7 numbers for 11 pieces and 2 tags" in refusal(folder)


def test_a_model_that_asks_for_more_is_refused(tmp_path: Path) -> None:
    folder = onnx_model(tmp_path / "a", PIECES, inputs=["input_ids", "bbox"])
    assert refusal(folder) == f"The model in {folder} does not classify tokens: it asks for bbox."


@pytest.mark.parametrize("content", [b"", b"{", b"\xff\xfe", b"[]", b'{"id2label": {"a": 1}}'])
@pytest.mark.parametrize("file", ["model.onnx", "tokenizer.json", "config.json"])
def test_a_broken_file_is_one_sentence(tmp_path: Path, file: str, content: bytes) -> None:
    folder = onnx_model(tmp_path / "a", PIECES)
    (folder / file).write_bytes(content)
    assert str(folder) in refusal(folder)


def test_without_onnx_runtime_it_is_said_what_brings_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(onnx, "installed", lambda *packages: False)
    assert refusal(tmp_path) == (
        'This needs ONNX Runtime, which is not installed. This installs it: pip install "arabic-news-annotator[onnx]"'
    )
