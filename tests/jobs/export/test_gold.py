"""Exports of the gold layer."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from builders import apply_edits, create_corpus, label_words

from annotator.jobs.adjudication import adjudicate
from annotator.jobs.export.exporter import NothingToExport, export
from annotator.jobs.export.options import ExportOptions
from annotator.model.records import DONE, Edit, Status, article_uid
from annotator.store.corpus import Corpus

DISPUTED = "أعلنت وزارة الصحة بالرباط عن الخطة الوطنية للتلقيح."
AGREED = "وصل القطار إلى وجدة يوم الجمعة."
SINGLE = "اجتمعت لجنة المالية في فاس."
LAYERS = {
    DISPUTED: {
        "منى": [("وزارة الصحة", "INSTITUTION")],
        "سلمى": [("الصحة", "PLAN")],
        "Sanae": [("وزارة الصحة", "INSTITUTION")],
    },
    AGREED: {"منى": [("وجدة", "INSTITUTION")], "سلمى": [("وجدة", "INSTITUTION")]},
    SINGLE: {"منى": [("لجنة المالية", "INSTITUTION")]},
}


@pytest.fixture
def corpus(tmp_path: Path) -> Iterator[Corpus]:
    with create_corpus(tmp_path / "a.corpus", *LAYERS) as corpus:
        for text, layers in LAYERS.items():
            for name, labelled in layers.items():
                status = Edit(None, Status(article_uid(text), name, DONE))
                apply_edits(corpus, [*(Edit(None, span) for span in label_words(text, labelled, name)), status], name)
        yield corpus


def export_gold(corpus: Corpus, path: Path, **options: Any) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Return the report, and the articles in the file."""
    list(export(corpus, path, ExportOptions(format="jsonl", gold=True, **options)))
    report = json.loads(path.with_name(f"{path.name}.report.json").read_text(encoding="utf-8"))
    return report, [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_gold_is_what_was_decided_and_the_report_says_where_it_comes_from(corpus: Corpus, tmp_path: Path) -> None:
    list(adjudicate(corpus, "Lead", majority=True))
    report, articles = export_gold(corpus, tmp_path / "gold.jsonl")
    assert report["origin"] == {"1": "adjudicated", "2": "agreed"}
    assert (report["annotator"], report["verified"], report["spans"]) == ("gold", True, 2)
    assert [[span["text"] for span in article["spans"]] for article in articles] == [["وزارة الصحة"], ["وجدة"]]
    assert {span["annotator"] for article in articles for span in article["spans"]} == {"gold"}


def test_articles_of_a_single_person_come_on_request(corpus: Corpus, tmp_path: Path) -> None:
    list(adjudicate(corpus, "Lead", agreed=True))
    report, articles = export_gold(corpus, tmp_path / "gold.jsonl", single=True)
    assert report["origin"] == {"2": "agreed", "3": "single"}  # nothing was decided in the first
    assert [span["annotator"] for article in articles for span in article["spans"]] == ["gold", "منى"]


def test_an_article_with_open_disagreements_is_not_said_to_be_agreed_on(corpus: Corpus, tmp_path: Path) -> None:
    list(adjudicate(corpus, "Lead", agreed=True))
    report, _articles = export_gold(corpus, tmp_path / "gold.jsonl", state="all", single=True)
    assert report["origin"] == {"1": "unfinished", "2": "agreed", "3": "single"}


def test_without_any_gold_there_is_nothing_to_export(corpus: Corpus, tmp_path: Path) -> None:
    with pytest.raises(NothingToExport, match="adjudicated"):
        export_gold(corpus, tmp_path / "gold.jsonl")


def test_other_exports_say_nothing_of_an_origin(corpus: Corpus, tmp_path: Path) -> None:
    path = tmp_path / "own.jsonl"
    list(export(corpus, path, ExportOptions(format="jsonl", annotator="منى")))
    assert "origin" not in json.loads(path.with_name("own.jsonl.report.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("options", [{"single": True}, {"gold": True, "annotator": "منى"}])
def test_options_that_contradict_each_other_are_refused(options: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r".*"):
        ExportOptions(**options)
