"""`annotator labels`."""

from pathlib import Path

import pytest
from cli.sample import TEXT, Run, locate

from annotator.model.labels import Colour
from annotator.model.records import article_uid
from annotator.store.backups import list_backups
from annotator.store.corpus import Corpus

UID = article_uid(TEXT)


def names(path: Path) -> list[str]:
    with Corpus.open(path, readonly=True) as corpus:
        return [label.name for label in corpus.labels().labels]


def span_labels(path: Path) -> list[tuple[str, int]]:
    with Corpus.open(path, readonly=True) as corpus:
        return [(span.label, span.start) for span in corpus.spans(UID)]


def test_labels_are_listed_with_their_spans(corpus: Path, run: Run) -> None:
    assert run("labels", corpus).text.splitlines() == [
        "Label        Spans  Key  Title",
        "DATE         1      1    Date",
        "INSTITUTION  1      2    Institution",
        "PLAN         1      3    Plan",
    ]
    records = run("labels", corpus, "--json").json
    assert [(record["name"], record["spans"]) for record in records] == [("DATE", 1), ("INSTITUTION", 1), ("PLAN", 1)]
    assert records[2].keys() == {"name", "title", "key", "colour", "guideline", "spans"}


def test_a_label_is_added_with_a_free_key_and_colour_or_with_those_of_the_command(corpus: Path, run: Run) -> None:
    assert run("labels", corpus, "add", "قانون").text == "label added: قانون\n"
    run("labels", corpus, "add", "LAW", "--title-ar", " ظهير ", "--colour", "#101010", "#f0f0f0", "--key", "ظ")
    with Corpus.open(corpus) as opened:
        law, other = opened.labels().find("LAW"), opened.labels().find("قانون")
    assert other
    assert (other.key, other.title) == ("4", {})
    assert law
    assert (law.key, law.title, law.colour) == ("ظ", {"ar": "ظهير"}, Colour("#101010", "#f0f0f0"))


def test_a_label_is_edited(corpus: Path, run: Run) -> None:
    ended = run("labels", corpus, "edit", "PLAN", "--title-en", "Programme", "--title-fr", "", "--key", "", "--json")
    assert (ended.code, ended.json["action"], ended.json["label"]) == (0, "edit", "PLAN")
    with Corpus.open(corpus) as opened:
        plan = opened.labels().find("PLAN")
    assert plan
    assert (plan.title, plan.key) == ({"ar": "خطة", "en": "Programme"}, None)


def test_a_new_name_is_written_into_the_spans_and_the_title_stays(corpus: Path, run: Run) -> None:
    assert run("labels", corpus, "rename", "PLAN", "PROGRAMME").text == "PLAN is now PROGRAMME: 1 span\n"
    assert names(corpus) == ["DATE", "INSTITUTION", "PROGRAMME"]
    assert ("PROGRAMME", locate("خطة العمل 2024-2025")[0]) in span_labels(corpus)


def test_values_under_a_new_name_are_noticed(corpus: Path, run: Run) -> None:
    ended = run("labels", corpus, "rename", "DATE", "DAY")
    assert ended.err == "annotator: DAY is no label of dates: 1 value stays, and is checked no more.\n"


def test_a_label_with_spans_is_deleted_only_if_it_is_said_what_happens_to_them(corpus: Path, run: Run) -> None:
    ended = run("labels", corpus, "delete", "PLAN")
    assert (ended.code, names(corpus)) == (2, ["DATE", "INSTITUTION", "PLAN"])
    assert "--move-to" in ended.err
    ended = run("labels", corpus, "delete", "PLAN", "--move-to", "INSTITUTION")
    assert ended.text == "label deleted: PLAN, 1 span moved to INSTITUTION\n"
    ended = run("labels", corpus, "delete", "DATE", "--with-spans", "--json")
    assert (ended.json["spans"], [label["name"] for label in ended.json["labels"]]) == (1, ["INSTITUTION"])
    assert {label for label, _start in span_labels(corpus)} == {"INSTITUTION"}
    assert [names(backup.path) for backup in list_backups(corpus)] == [
        ["DATE", "INSTITUTION"],
        ["DATE", "INSTITUTION", "PLAN"],
    ]
    assert run("labels", corpus, "delete", "INSTITUTION", "--with-spans").code == 2  # the last one


def test_a_label_without_spans_is_deleted_at_once(corpus: Path, run: Run) -> None:
    run("labels", corpus, "add", "LAW")
    assert run("labels", corpus, "delete", "LAW").text == "label deleted: LAW\n"
    assert names(corpus) == ["DATE", "INSTITUTION", "PLAN"]


@pytest.mark.parametrize(
    "arguments",
    [
        ["add"],
        ["rename", "PLAN"],
        ["delete", "PLAN", "DATE", "--with-spans"],
        ["edit", "LAW"],
        ["edit", "PLAN"],
        ["delete", "LAW"],
        ["delete", "PLAN", "--move-to", "LAW"],
        ["delete", "PLAN", "--move-to", "PLAN"],
        ["delete", "PLAN", "--move-to", "DATE", "--with-spans"],
        ["add", "PLAN"],
        ["add", "two words"],
        ["add", "LAW", "--key", "1"],
        ["add", "LAW", "--colour", "red", "blue"],
        ["add", "LAW", "--with-spans"],
        ["rename", "PLAN", "DATE"],
        ["rename", "PLAN", "LAW", "--title-en", "Law"],
        ["drop", "PLAN"],
        ["--key", "p"],
    ],
)
def test_what_makes_no_label_set_changes_nothing(corpus: Path, run: Run, arguments: list[str]) -> None:
    ended = run("labels", corpus, *arguments)
    assert (ended.code, ended.text) == (2, "")
    assert len(ended.err.splitlines()) == 1
    assert names(corpus) == ["DATE", "INSTITUTION", "PLAN"]


def test_an_option_in_the_place_of_a_colour_is_not_taken_for_one(corpus: Path, run: Run) -> None:
    assert "two colours" in run("labels", corpus, "add", "LAW", "--colour", "#ff0000", "--key", "7").err


def test_spans_of_a_deleted_label_that_are_to_keep_it_are_refused_as_such(corpus: Path, run: Run) -> None:
    assert "the label that is deleted" in run("labels", corpus, "delete", "PLAN", "--move-to", "PLAN").err
