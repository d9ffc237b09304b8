"""Label Studio's own code, and what the makers of Prodigy and doccano document, against what we write for them."""

import json
from pathlib import Path
from typing import Any

import pytest
from consumers.reading import NAMES, WHO, consumer, load_articles, run_export

from annotator.store.corpus import Corpus


def load_places(corpus: Corpus) -> list[list[tuple[int, int, str]]]:
    """Return the spans of each article."""
    return [
        sorted((s.start, s.end, s.label) for s in corpus.spans(article.uid, WHO)) for article in load_articles(corpus)
    ]


def test_label_studios_converter_reads_every_span(corpus: Corpus, tmp_path: Path) -> None:
    sdk = consumer("label_studio_sdk.converter")
    run_export(corpus, tmp_path / "a.json", format="labelstudio")
    converter = sdk.Converter((tmp_path / "a.json.config.xml").read_text(encoding="utf-8"), project_dir=None)
    items = list(converter.iter_from_json_file(str(tmp_path / "a.json")))
    assert [item["input"]["text"] for item in items] == [article.text for article in load_articles(corpus)]
    results = [[value for values in item["output"].values() for value in values] for item in items]
    assert load_places(corpus) == [
        sorted((value["start"], value["end"], label) for value in values for label in value["labels"])
        for values in results
    ]
    for item, values in zip(items, results, strict=True):
        assert all(item["input"]["text"][value["start"] : value["end"]] == value["text"] for value in values)


def test_label_studios_schema_takes_the_tasks(corpus: Corpus, tmp_path: Path) -> None:
    sdk = consumer("label_studio_sdk.label_interface")
    run_export(corpus, tmp_path / "a.json", format="labelstudio")
    interface = sdk.LabelInterface((tmp_path / "a.json.config.xml").read_text(encoding="utf-8"))
    tasks = json.loads((tmp_path / "a.json").read_text(encoding="utf-8"))
    assert len(tasks) == len(load_articles(corpus))
    for task in tasks:
        assert interface.validate_task({"data": task["data"]})
        for annotation in task["annotations"]:
            assert interface.validate_annotation(annotation)
    regions = tasks[0]["annotations"][0]["result"]
    assert not interface.validate_annotation({"result": [{**regions[0], "from_name": "other"}]})


# As https://prodi.gy/docs/api-interfaces#spans_manual has it, and https://doccano.github.io/doccano/tutorial/.
PRODIGY: dict[str, Any] = {
    "type": "object",
    "required": ["text", "tokens", "spans", "answer"],
    "properties": {
        "text": {"type": "string"},
        "answer": {"enum": ["accept", "reject", "ignore"]},
        "meta": {"type": "object"},
        "tokens": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["text", "start", "end", "id"],
                "properties": {
                    "text": {"type": "string"},
                    "start": {"type": "integer"},
                    "end": {"type": "integer"},
                    "id": {"type": "integer"},
                    "ws": {"type": "boolean"},
                },
            },
        },
        "spans": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["start", "end", "token_start", "token_end", "label"],
                "properties": {
                    "start": {"type": "integer"},
                    "end": {"type": "integer"},
                    "token_start": {"type": "integer"},
                    "token_end": {"type": "integer"},
                    "label": {"enum": list(NAMES)},
                },
            },
        },
    },
}
DOCCANO: dict[str, Any] = {
    "type": "object",
    "required": ["text", "label"],
    "properties": {
        "text": {"type": "string"},
        "label": {
            "type": "array",
            "items": {
                "type": "array",
                "prefixItems": [{"type": "integer"}, {"type": "integer"}, {"enum": list(NAMES)}],
                "minItems": 3,
                "maxItems": 3,
            },
        },
    },
}


def export_lines(
    corpus: Corpus, path: Path, format_: str, schema: dict[str, Any], **options: Any
) -> list[dict[str, Any]]:
    jsonschema = consumer("jsonschema")
    run_export(corpus, path, format=format_, annotator=WHO, **options)
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n")[:-1]]
    for line in rows:
        jsonschema.validate(line, schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**rows[0], "text": 1}, schema)
    assert [line["text"] for line in rows] == [article.text for article in load_articles(corpus)]
    return rows


def test_prodigys_lines_are_as_it_documents_them(corpus: Corpus, tmp_path: Path) -> None:
    """Among them, that spaCy would make the same text and spans of the tokens, as Prodigy does."""
    tokens = consumer("spacy.tokens")
    vocab = consumer("spacy.vocab").Vocab()
    places = []
    for line in export_lines(corpus, tmp_path / "a.jsonl", "prodigy", PRODIGY):
        words, spaces = [token["text"] for token in line["tokens"]], [token["ws"] for token in line["tokens"]]
        doc = tokens.Doc(vocab, words=words, spaces=spaces)
        assert doc.text == line["text"]
        spans = [doc.char_span(span["start"], span["end"], span["label"]) for span in line["spans"]]
        assert [(span["token_start"], span["token_end"] + 1) for span in line["spans"]] == [
            (span.start, span.end) for span in spans
        ]
        places.append(sorted((span.start_char, span.end_char, span.label_) for span in spans))
    assert places == load_places(corpus)


def test_doccanos_lines_are_as_it_documents_them(corpus: Corpus, tmp_path: Path) -> None:
    rows = export_lines(corpus, tmp_path / "a.jsonl", "doccano", DOCCANO, offsets="codepoints")
    assert [sorted(map(tuple, line["label"])) for line in rows] == load_places(corpus)
