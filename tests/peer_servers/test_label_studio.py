"""Label Studio's own server: what is exported to it is corrected there and comes back span by span, in each shape."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from consumers.reading import WHO
from peer_servers import round_trip
from peer_servers.label_studio_server import LabelStudio, running_label_studio
from peer_servers.server_process import PEER_TEST_SECONDS

from annotator.model.article_builder import build_article
from annotator.model.reasons import Code
from annotator.model.records import Span, new_uid
from annotator.store.corpus import Corpus

pytestmark = [
    pytest.mark.posix_only("the servers of peers are run as on Linux"),
    pytest.mark.timeout(PEER_TEST_SECONDS),
]
SHAPES = {"JSON": "json", "JSON_MIN": "json", "CSV": "csv", "TSV": "tsv"}
"""Shapes of its exports, and the suffixes of their files."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LabelStudio]:
    """Run a server for the tests of this module."""
    with running_label_studio(tmp_path_factory.mktemp("label-studio")) as running:
        yield running


def send(server: LabelStudio, corpus: Corpus, folder: Path) -> int:
    """Export a corpus, and import it into a project with the configuration that lies beside it."""
    path = folder / "tasks.json"
    round_trip.export_all(corpus, path, "labelstudio")
    project = server.create_project((folder / "tasks.json.config.xml").read_text(encoding="utf-8"))
    counts = server.import_file(project, path)
    assert counts["task_count"] == len(round_trip.load_articles(corpus))
    return project


def build_region(text: str, start: int, end: int, label: str) -> dict[str, Any]:
    value = {"start": start, "end": end, "text": text[start:end], "labels": [label]}
    return {"id": new_uid()[:10], "from_name": "label", "to_name": "text", "type": "labels", "value": value}


def find_region(results: list[dict[str, Any]], place: round_trip.Place) -> dict[str, Any]:
    start, end, label = place
    [region] = [
        result
        for result in results
        if result["type"] == "labels"
        and (result["value"]["start"], result["value"]["end"], result["value"]["labels"]) == (start, end, [label])
    ]
    return region


def correct(results: list[dict[str, Any]], text: str, correction: round_trip.Correction) -> list[dict[str, Any]]:
    """Return the results as its window saves them after the corrections: a region's value moves along with it."""
    moved, relabelled = find_region(results, correction.moved[0]), find_region(results, correction.relabelled[0])
    deleted = find_region(results, correction.deleted)
    start, end, _label = correction.moved[1]
    for result in results:
        if result["id"] == moved["id"]:
            result["value"] |= {"start": start, "end": end}
    moved["value"]["text"] = text[start:end]
    relabelled["value"]["labels"] = [correction.relabelled[1][2]]
    remaining = [result for result in results if result["id"] != deleted["id"]]
    return [*remaining, build_region(text, *correction.added)]


@pytest.mark.parametrize("shape", SHAPES)
def test_corrections_come_back_in_every_shape(server: LabelStudio, corpus: Corpus, tmp_path: Path, shape: str) -> None:
    project = send(server, corpus, tmp_path)
    articles = round_trip.load_articles(corpus)
    sent = round_trip.places_by_text(articles)
    *corrected, emptied = round_trip.plan_corrections(sent, 6).items()
    corrections = dict(corrected)
    assert len(corrections) == 5
    for task in server.tasks(project):
        text = task["data"]["text"]
        if text == emptied[0]:
            server.change_annotation(task["annotations"][0]["id"], [])
        if text in corrections:
            [annotation] = task["annotations"]
            server.change_annotation(annotation["id"], correct(annotation["result"], text, corrections[text]))
    path = server.export(project, shape, tmp_path / f"back.{SHAPES[shape]}")
    returned, result = round_trip.import_back(tmp_path, [path])
    with returned:
        assert result.skipped == []
        expected = round_trip.corrected(sent, corrections) | {emptied[0]: []}
        assert round_trip.places_by_text(round_trip.load_articles(returned)) == expected
        assert {span.annotator for item in round_trip.load_articles(returned) for span in item.spans} == {"1"}
    with round_trip.create_corpus(tmp_path / "own.corpus", articles) as own:
        result = round_trip.replace_layer(own, [path], "1")
        assert (result.added, result.skipped) == (0, [])
        assert round_trip.places_by_text(round_trip.load_articles(own)) == expected
        assert {span.annotator for item in round_trip.load_articles(own) for span in item.spans} == {WHO}


def test_values_and_notes_come_back_in_json(server: LabelStudio, corpus: Corpus, tmp_path: Path) -> None:
    project = send(server, corpus, tmp_path)
    for shape, suffix in SHAPES.items():
        path = server.export(project, shape, tmp_path / f"{shape}.{suffix}")
        returned, result = round_trip.import_back(tmp_path, [path])
        with returned:
            described = [
                (span.start, span.value, span.note)
                for built in (corpus, returned)
                for item in round_trip.load_articles(built)
                for span in item.spans
                if span.value or span.note
            ]
        half = len(described) // 2
        if shape == "JSON":
            assert half == 3
            assert described[:half] == described[half:]
        else:
            assert {notice.code for notice in result.noticed} >= {Code.VALUE_UNASSIGNED}


def test_layers_come_back_apart(server: LabelStudio, tmp_path: Path) -> None:
    other = "سعيد"
    texts = ["أعلنت 😀 الوزارة أمس", "قالت الوزارة", "أكدت الوزارة"]
    names = [(WHO, other), (other,), (WHO, other)]
    articles = [
        build_article(
            text,
            spans=[
                Span(new_uid(), "", name, "INSTITUTION", start := text.index("الوزارة"), start + 5 + 2 * (name == WHO))
                for name in owners
            ],
        )
        for text, owners in zip(texts, names, strict=True)
    ]
    with round_trip.create_corpus(tmp_path / "two.corpus", articles) as corpus:
        project = send(server, corpus, tmp_path)
        for task in server.tasks(project):
            text = task["data"]["text"]
            *_before, last = task["annotations"]
            if text == texts[1]:
                server.change_annotation(last["id"], [*last["result"], build_region(text, 0, 4, "PLAN")])
            elif text == texts[2]:
                server.change_annotation(last["id"], [])
        result = round_trip.replace_layer(corpus, [server.export(project, "JSON", tmp_path / "back.json")], "1")
        assert (result.spans, result.changed, result.removed, result.skipped) == (1, 0, 1, [])
        assert [
            {(span.annotator, span.label, item.article.text[span.start : span.end]) for span in item.spans}
            for item in round_trip.load_articles(corpus)
        ] == [
            {(WHO, "INSTITUTION", "الوزارة"), (other, "INSTITUTION", "الوزا")},
            {(other, "INSTITUTION", "الوزا"), (other, "PLAN", "قالت")},
            {(WHO, "INSTITUTION", "الوزارة")},
        ]


def test_predictions_drafts_and_cancelled_annotations_are_said_and_not_taken(
    server: LabelStudio, tmp_path: Path
) -> None:
    text = "أعلنت الوزارة أمس"
    span = Span(new_uid(), "", WHO, "INSTITUTION", 6, 13)
    with round_trip.create_corpus(tmp_path / "one.corpus", [build_article(text, spans=[span])]) as corpus:
        project = send(server, corpus, tmp_path)
    [task] = server.tasks(project)
    other = [build_region(text, 14, 17, "DATE")]
    server.add_prediction(task["id"], other)
    server.add_draft(task["id"], other)
    server.add_annotation(task["id"], other, was_cancelled=True)
    for shape, suffix in SHAPES.items():
        path = server.export(project, shape, tmp_path / f"{shape}.{suffix}")
        returned, result = round_trip.import_back(tmp_path, [path])
        with returned:
            assert list(round_trip.places_by_text(round_trip.load_articles(returned)).values()) == [
                [(6, 13, "INSTITUTION")]
            ]
        codes = {remark.code for remark in (*result.skipped, *result.noticed)}
        # The other shapes have none of these.
        expected = {Code.PREDICTION_SKIPPED, Code.ANNOTATION_CANCELLED, Code.ANNOTATION_SKIPPED}
        assert codes == (expected if shape == "JSON" else set())
