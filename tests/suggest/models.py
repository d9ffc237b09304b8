"""Tiny models for the tests, whose results come from a table."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from consumers.reading import consumer

FIRM = 4.0
"""The logit of the tag that a piece has in the table; the others have 0."""


def entities(folder: Path, **labelled: Sequence[str]) -> Path:
    """Save a spaCy pipeline that gives each of these texts the label under which it is listed."""
    nlp = consumer("spacy").blank("ar")
    ruler = nlp.add_pipe("entity_ruler")
    ruler.add_patterns([{"label": label, "pattern": part} for label, parts in labelled.items() for part in parts])
    nlp.to_disk(folder)
    return folder


def onnx_model(
    folder: Path,
    pieces: Mapping[str, str],
    *,
    inputs: Sequence[str] = ("input_ids", "attention_mask", "token_type_ids"),
    positions: int = 512,
    within: str = "",
    tags: Sequence[str] = (),
) -> Path:
    """Save a model that gives each of `pieces` its tag and every other piece O.

    It fails for more pieces than it has `positions` for, except the two that RoBERTa leaves unused. `within` is the
    folder of the model below `folder`; `tags` are tags that no piece has.
    """
    all_tags = list(dict.fromkeys(["O", *pieces.values(), *tags]))
    (folder / within).mkdir(parents=True)
    config = {"id2label": dict(enumerate(all_tags)), "max_position_embeddings": positions, "model_type": "bert"}
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
    _tokeniser(list(pieces)).save(str(folder / "tokenizer.json"))
    rows = [[0.0] * len(all_tags) for _special in _SPECIAL] + [
        [FIRM * (tag == piece_tag) for tag in all_tags] for piece_tag in pieces.values()
    ]
    for row in rows[: len(_SPECIAL)]:
        row[0] = FIRM
    consumer("onnx").save(_graph(rows, inputs, positions - 2), str(folder / within / "model.onnx"))
    return folder


_SPECIAL = ("[UNK]", "[CLS]", "[SEP]")


def _tokeniser(pieces: Sequence[str]) -> Any:
    """Create a WordPiece tokeniser over letters without marks, like BERT's."""
    tokenizers = consumer("tokenizers")
    vocabulary = {piece: number for number, piece in enumerate((*_SPECIAL, *pieces))}
    tokeniser = tokenizers.Tokenizer(tokenizers.models.WordPiece(vocabulary, unk_token="[UNK]"))
    tokeniser.normalizer = tokenizers.normalizers.Sequence(
        [tokenizers.normalizers.NFD(), tokenizers.normalizers.StripAccents()]
    )
    tokeniser.pre_tokenizer = tokenizers.pre_tokenizers.BertPreTokenizer()
    tokeniser.post_processor = tokenizers.processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 1), ("[SEP]", 2)]
    )
    tokeniser.enable_truncation(max_length=3)  # as many files have it; it must not count
    tokeniser.enable_padding(length=40)
    return tokeniser


def _graph(rows: Sequence[Sequence[float]], inputs: Sequence[str], longest: int) -> Any:
    """Create the graph logits = table[input_ids] + places[0, 1, 2, …], where `places` has `longest` rows of zeros."""
    onnx = consumer("onnx")
    make, kinds = onnx.helper, onnx.TensorProto
    width = len(rows[0])
    constants = [
        make.make_tensor("table", kinds.FLOAT, [len(rows), width], [number for row in rows for number in row]),
        make.make_tensor("places", kinds.FLOAT, [longest, width], [0.0] * (longest * width)),
        make.make_tensor("axis", kinds.INT64, [], [1]),
        make.make_tensor("one", kinds.INT64, [], [1]),
        make.make_tensor("zero", kinds.INT64, [], [0]),
    ]
    nodes = [
        make.make_node("Gather", ["table", "input_ids"], ["known"]),
        make.make_node("Mul", ["input_ids", "zero"], ["zeros"]),
        make.make_node("Add", ["zeros", "one"], ["ones"]),
        make.make_node("CumSum", ["ones", "axis"], ["counted"], exclusive=1),
        make.make_node("Gather", ["places", "counted"], ["placed"]),
        make.make_node("Add", ["known", "placed"], ["logits"]),
    ]
    input_infos = [make.make_tensor_value_info(name, kinds.INT64, ["batch", "length"]) for name in inputs]
    output_info = make.make_tensor_value_info("logits", kinds.FLOAT, ["batch", "length", width])
    graph = make.make_graph(nodes, "tiny", input_infos, [output_info], constants)
    return make.make_model(graph, opset_imports=[make.make_opsetid("", 13)], ir_version=8)
