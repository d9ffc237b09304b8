"""Moving the files of an export into place, and back after an error."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from annotator.file_ops import replace_file
from annotator.formats.report import Report, report_path
from annotator.generators import finish
from annotator.jobs.export.existing_output import WouldReplace, file_digest
from annotator.jobs.export.exporter import export
from annotator.jobs.export.file_output import moved_aside
from annotator.jobs.export.options import ALL, ExportOptions
from annotator.model.article_builder import build_article
from annotator.model.records import Span, new_uid
from annotator.store.corpus import Corpus
from annotator.store.label_set import add_labels


def fail_after(report: Path, old: Path, text: str | None) -> None:
    """Fail in the block that moves the old report aside, after writing a new one if there is a text."""
    with moved_aside(report, old):
        assert not report.exists()
        if text is not None:
            report.write_text(text, encoding="utf-8")
        raise ValueError("the disk is full")


def test_old_report_is_moved_back_after_an_error(tmp_path: Path) -> None:
    report, old = tmp_path / "report.json", tmp_path / "old"
    report.write_text("old", encoding="utf-8")
    with pytest.raises(ValueError, match="full"):
        fail_after(report, old, None)
    assert report.read_text(encoding="utf-8") == "old"
    assert not old.exists()


def test_new_report_stays_after_an_error(tmp_path: Path) -> None:
    report, old = tmp_path / "report.json", tmp_path / "old"
    report.write_text("old", encoding="utf-8")
    with pytest.raises(ValueError, match="full"):
        fail_after(report, old, "new")
    assert report.read_text(encoding="utf-8") == "new"
    assert not old.exists()


def test_error_without_an_old_report_is_raised_unchanged(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="full"):
        fail_after(tmp_path / "report.json", tmp_path / "old", None)
    assert list(tmp_path.iterdir()) == []


def export_labels(corpus: Corpus, path: Path, **options: Any) -> Report:
    return finish(export(corpus, path, ExportOptions(format="doccano", state=ALL, **options)))


@pytest.fixture
def labelled(make: Callable[..., Corpus]) -> Corpus:
    """Return a corpus of one article."""
    return make(build_article("أعلنت الوزارة"))


def test_the_labels_are_written_beside_a_file_and_into_a_folder(labelled: Corpus, tmp_path: Path) -> None:
    path, companion = tmp_path / "a.jsonl", tmp_path / "a.jsonl.labels.json"
    report = export_labels(labelled, path)
    names = [label_type["text"] for label_type in json.loads(companion.read_bytes())]
    assert names == [label.name for label in labelled.labels().labels]
    assert report.companions == {companion.name: file_digest(companion)}
    assert json.loads(report_path(path).read_bytes())["companions"] == report.companions
    add_labels(labelled, ["PLACE"])
    export_labels(labelled, path)
    assert json.loads(companion.read_bytes())[-1]["text"] == "PLACE"
    folder = export_labels(labelled, tmp_path / "parts", split={"train": 1})
    assert (tmp_path / "parts" / "labels.json").read_bytes() == companion.read_bytes()
    assert folder.companions is None
    assert [file.name for file in tmp_path.iterdir() if file.name.startswith(".")] == []


@pytest.mark.parametrize("is_there", [False, True])
def test_the_file_of_labels_is_as_it_was_after_an_error(
    labelled: Corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_there: bool
) -> None:
    path = tmp_path / "a.jsonl"
    if is_there:
        export_labels(labelled, path)
    before = {file.name: file.read_bytes() for file in tmp_path.glob("*a.jsonl*")}
    add_labels(labelled, ["PLACE"])

    def fail(source: Path, target: Path) -> None:
        if target == path:
            assert (tmp_path / "a.jsonl.labels.json").read_bytes().count(b"PLACE") == 1
            raise OSError("the disk is full")
        replace_file(source, target)

    monkeypatch.setattr("annotator.jobs.export.file_output.replace_file", fail)
    with pytest.raises(OSError, match="full"):
        export_labels(labelled, path)
    assert {file.name: file.read_bytes() for file in tmp_path.glob("*a.jsonl*")} == before


def test_a_span_that_a_unit_cannot_express_is_refused_and_emoji_are_pointed_out(
    make: Callable[..., Corpus], tmp_path: Path
) -> None:
    text = "شكراً 😀 جزيلا"
    spans = [Span(new_uid(), "", "ليلى", "DATE", start, end) for start, end in ((0, 5), (0, 4), (8, 13))]
    corpus = make(build_article(text, spans=spans))
    in_utf16 = export_labels(corpus, tmp_path / "a.jsonl")
    assert (in_utf16.written, in_utf16.offsets) == (3, "utf16")
    assert [notice.reason for notice in in_utf16.noticed] == [
        "1 article has characters beyond U+FFFF, such as emoji: offsets count UTF-16 units there."
    ]
    in_graphemes = export_labels(corpus, tmp_path / "b.jsonl", offsets="graphemes")
    assert (in_graphemes.written, [entry.uid for entry in in_graphemes.refused]) == (2, [spans[1].uid])
    assert json.loads((tmp_path / "b.jsonl").read_bytes())["label"] == [[0, 4, "DATE"], [7, 12, "DATE"]]


def test_a_file_of_labels_that_somebody_changed_is_not_replaced(labelled: Corpus, tmp_path: Path) -> None:
    path, companion = tmp_path / "a.jsonl", tmp_path / "a.jsonl.labels.json"
    companion.write_bytes(b"mine")
    with pytest.raises(WouldReplace, match="is not an export"):
        export_labels(labelled, path)
    assert (companion.read_bytes(), path.exists()) == (b"mine", False)
    finish(export(labelled, path, ExportOptions(format="doccano", state=ALL), force=True))
    assert path.exists()
    assert companion.read_bytes() != b"mine"


@pytest.mark.posix_only("names are text on Windows")
def test_the_labels_of_a_file_whose_name_is_no_text_are_written_and_replaced(labelled: Corpus, tmp_path: Path) -> None:
    path = tmp_path / os.fsdecode(b"\xff.jsonl")
    for label in ("PLACE", "LAW"):
        add_labels(labelled, [label])
        assert [*(export_labels(labelled, path).companions or ())] == ["\ufffd.jsonl.labels.json"]
