"""doccano's own server: what is exported to it is corrected there as its window does, and comes back span by span."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from consumers.reading import LABELS
from peer_servers import round_trip
from peer_servers.doccano_server import Doccano, running_doccano
from peer_servers.server_process import PEER_TEST_SECONDS

from annotator.formats.json import offset_units
from annotator.model.reasons import Code
from annotator.store.corpus import Corpus

pytestmark = [
    pytest.mark.posix_only("the servers of peers are run as on Linux"),
    pytest.mark.timeout(PEER_TEST_SECONDS),
]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Doccano]:
    """Run a server for the tests of this module."""
    with running_doccano(tmp_path_factory.mktemp("doccano")) as running:
        yield running


def send(server: Doccano, corpus: Corpus, folder: Path, unit: str) -> int:
    """Export a corpus, and upload it into a project of this unit, after the label types that lie beside it."""
    path = folder / "articles.jsonl"
    round_trip.export_all(corpus, path, "doccano", offsets=unit)
    project = server.create_project(grapheme_mode=unit == offset_units.GRAPHEMES)
    server.upload_label_types(project, folder / "articles.jsonl.labels.json")
    assert server.upload(project, path) == []
    return project


def test_label_types_have_our_colours_and_keys(server: Doccano, corpus: Corpus, tmp_path: Path) -> None:
    project = send(server, corpus, tmp_path, offset_units.UTF16)
    types = [(each["text"], each["background_color"], each["suffix_key"]) for each in server.label_types(project)]
    assert types == [(label.name, label.colour.light, label.key) for label in LABELS.labels]


@pytest.mark.parametrize("unit", offset_units.UNITS)
def test_corrections_come_back_in_the_unit_of_the_window(
    server: Doccano, corpus: Corpus, tmp_path: Path, unit: str
) -> None:
    project = send(server, corpus, tmp_path, unit)
    articles = round_trip.load_articles(corpus)
    sent = round_trip.places_by_text(articles)
    if unit == offset_units.GRAPHEMES:
        report = json.loads((tmp_path / "articles.jsonl.report.json").read_bytes())
        texts = {item.article.id: item.article.text for item in articles}
        for entry in report["refused"]:
            sent[texts[entry["article"]]].remove((entry["start"], entry["end"], entry["label"]))
    label_types = {each["text"]: each["id"] for each in server.label_types(project)}
    names = {number: name for name, number in label_types.items()}
    corrections = round_trip.plan_corrections(sent, 5)
    examples = server.examples(project)
    assert len(examples) == len(sent)
    for example in examples:
        text = example["text"]
        convert = offset_units.from_code_points(text, unit)
        spans = {
            (span["start_offset"], span["end_offset"], names[span["label"]]): span["id"]
            for span in server.spans(project, example["id"])
        }
        assert sorted(spans) == sorted(round_trip.convert_places(sent[text], convert))
        if text in corrections:
            correction = corrections[text]
            places = [*correction.moved, *correction.relabelled, correction.deleted, correction.added]
            old, new, wrong, right, deleted, added = round_trip.convert_places(places, convert)
            server.change_span(project, example["id"], spans[old], start_offset=new[0], end_offset=new[1])
            server.change_span(project, example["id"], spans[wrong], label=label_types[right[2]])
            server.delete_span(project, example["id"], spans[deleted])
            server.add_span(project, example["id"], added[0], added[1], label_types[added[2]])
    files = server.download(project, tmp_path)
    returned, result = round_trip.import_back(tmp_path, files)
    with returned:
        assert (result.skipped, result.noticed) == ([], [])
        expected = round_trip.corrected(sent, corrections)
        assert round_trip.places_by_text(round_trip.load_articles(returned)) == expected
    with round_trip.create_corpus(tmp_path / "own.corpus", articles) as own:
        assert round_trip.replace_layer(own, files, None).skipped == []
        assert round_trip.places_by_text(round_trip.load_articles(own)) == expected


def test_what_was_only_labelled_there_is_read_in_the_unit_that_fits(
    server: Doccano, corpus: Corpus, tmp_path: Path
) -> None:
    texts = [item.article.text for item in round_trip.load_articles(corpus)]
    path = tmp_path / "texts.jsonl"
    path.write_text("".join(json.dumps({"text": text, "label": []}) + "\n" for text in texts), encoding="utf-8")
    project = server.create_project()
    sent = round_trip.places_by_text(round_trip.load_articles(corpus))
    (tmp_path / "labels.json").write_text(json.dumps([{"text": label.name} for label in LABELS.labels]))
    server.upload_label_types(project, tmp_path / "labels.json")
    assert server.upload(project, path) == []
    label_types = {each["text"]: each["id"] for each in server.label_types(project)}
    labelled = {text: sent[text] for text in texts if max(text) > "\uffff"}
    for example in server.examples(project):
        if example["text"] in labelled:
            convert = offset_units.from_code_points(example["text"], offset_units.UTF16)
            for start, end, label in round_trip.convert_places(labelled[example["text"]], convert):
                server.add_span(project, example["id"], start, end, label_types[label])
    files = server.download(project, tmp_path)
    returned, result = round_trip.import_back(tmp_path, files)
    with returned:
        places = round_trip.places_by_text(round_trip.load_articles(returned))
    assert {text: places[text] for text in labelled} == labelled
    assert [notice.code for notice in result.noticed] == [Code.OFFSET_UNIT_GUESSED]
