"""Label Studio's own code, and what the makers of Prodigy and doccano document, against what we write for them."""

import json
from pathlib import Path
from typing import Any

import pytest
from consumers.reading import NAMES, WHO, consumer, exported, texts

from annotator.store.corpus import Corpus

CONFIG = (
    '<View><Labels name="label" toName="text">'
    + "".join(f'<Label value="{name}"/>' for name in NAMES)
    + '</Labels><Text name="text" value="$text"/></View>'
)


def stored(corpus: Corpus) -> list[list[tuple[int, int, str]]]:
    """The spans of each article."""
    return [sorted((s.start, s.end, s.label) for s in corpus.spans(article.uid, WHO)) for article in texts(corpus)]


def test_label_studios_converter_reads_every_span(corpus: Corpus, tmp_path: Path) -> None:
    converter = consumer("label_studio_sdk.converter").Converter(CONFIG, project_dir=None)
    exported(corpus, tmp_path / "a.json", format="labelstudio")
    items = list(converter.iter_from_json_file(str(tmp_path / "a.json")))
    assert [item["input"]["text"] for item in items] == [article.text for article in texts(corpus)]
    found = [[value for values in item["output"].values() for value in values] for item in items]
    assert stored(corpus) == [
        sorted((value["start"], value["end"], label) for value in values for label in value["labels"])
        for values in found
    ]
    for item, values in zip(items, found, strict=True):
        assert all(item["input"]["text"][value["start"] : value["end"]] == value["text"] for value in values)


def test_label_studios_schema_takes_the_tasks(corpus: Corpus, tmp_path: Path) -> None:
    interface = consumer("label_studio_sdk.label_interface").LabelInterface(CONFIG)
    exported(corpus, tmp_path / "a.json", format="labelstudio")
    tasks = json.loads((tmp_path / "a.json").read_text(encoding="utf-8"))
    assert len(tasks) == len(texts(corpus))
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


def lines(corpus: Corpus, path: Path, format_: str, schema: dict[str, Any]) -> list[dict[str, Any]]:
    jsonschema = consumer("jsonschema")
    exported(corpus, path, format=format_, annotator=WHO)
    found = [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n")[:-1]]
    for line in found:
        jsonschema.validate(line, schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**found[0], "text": 1}, schema)
    assert [line["text"] for line in found] == [article.text for article in texts(corpus)]
    return found


def test_prodigys_lines_are_as_it_documents_them(corpus: Corpus, tmp_path: Path) -> None:
    """Among them, that spaCy would make the same text and spans of the tokens, as Prodigy does."""
    tokens = consumer("spacy.tokens")
    vocab = consumer("spacy.vocab").Vocab()
    found = []
    for line in lines(corpus, tmp_path / "a.jsonl", "prodigy", PRODIGY):
        words, spaces = [token["text"] for token in line["tokens"]], [token["ws"] for token in line["tokens"]]
        doc = tokens.Doc(vocab, words=words, spaces=spaces)
        assert doc.text == line["text"]
        spans = [doc.char_span(span["start"], span["end"], span["label"]) for span in line["spans"]]
        assert [(span["token_start"], span["token_end"] + 1) for span in line["spans"]] == [
            (span.start, span.end) for span in spans
        ]
        found.append(sorted((span.start_char, span.end_char, span.label_) for span in spans))
    assert found == stored(corpus)


def test_doccanos_lines_are_as_it_documents_them(corpus: Corpus, tmp_path: Path) -> None:
    found = lines(corpus, tmp_path / "a.jsonl", "doccano", DOCCANO)
    assert [sorted(map(tuple, line["label"])) for line in found] == stored(corpus)
