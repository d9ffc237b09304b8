"""The lists that commands print for other programs: JSON, lines of JSON, CSV, and some of their columns."""

import csv
import io
import json
import sys
from pathlib import Path
from typing import Any

import pytest
from builders import apply_edits, create_corpus
from cli.sample import HEADLINE, PLAIN, Run

from annotator.model import operations
from annotator.model.article_builder import build_article
from annotator.model.records import article_uid
from annotator.store.corpus import Corpus

LISTS = {
    "list": ["list"],
    "search": ["search"],
    "suggest": ["suggest", "--source", "dates", "--annotator", "salma"],
    "check": ["check"],
}
"""Commands that list records, with what they take before and behind the corpus."""


def arguments(name: str, corpus: Path) -> list[object]:
    command, *options = LISTS[name]
    return [command, corpus, *(["عاجل"] if name == "search" else []), *options]


@pytest.fixture
def issues(corpus: Path) -> Path:
    """Add dates to suggest, and a span that cuts a word."""
    with Corpus.open(corpus) as opened:
        opened.add(build_article('قال, "نعم"\nيوم 12 ماي 2014'))
        opened.add(build_article("عاجل مرة أخرى يوم 13 ماي 2014"))
        article = opened.article(2)
        apply_edits(opened, operations.add_span(article, (), "salma", "DATE", 1, 5), "salma")
    return corpus


@pytest.mark.parametrize("name", LISTS)
def test_lines_of_json_are_the_items_of_the_list(run: Run, issues: Path, name: str) -> None:
    records = run(*arguments(name, issues), "--json").json
    ended = run(*arguments(name, issues), "--jsonl")
    assert [json.loads(line) for line in ended.text.splitlines()] == records
    assert (ended.code, ended.err) == (0, "")
    assert records


@pytest.mark.parametrize("name", LISTS)
def test_csv_has_the_same_values(run: Run, issues: Path, name: str) -> None:
    records = run(*arguments(name, issues), "--json").json
    head, *rows = csv.reader(io.StringIO(run(*arguments(name, issues), "--csv").text))
    assert head[: len(records[0])] == list(records[0])
    assert [dict(zip(head, row, strict=True)) for row in rows] == [
        {key: as_cell(record.get(key)) for key in head} for record in records
    ]


def as_cell(value: Any) -> str:
    if value is None or isinstance(value, str):
        return value or ""
    return json.dumps(value, ensure_ascii=False)


@pytest.mark.parametrize("name", LISTS)
def test_columns_are_the_keys_that_are_asked_for_in_this_order(run: Run, issues: Path, name: str) -> None:
    records = run(*arguments(name, issues), "--json").json
    keys = list(records[0])[2::-2]
    selected = [{key: record[key] for key in keys} for record in records]
    ended = run(*arguments(name, issues), "--json", "--columns", ", ".join(keys))
    assert [list(record.items()) for record in ended.json] == [list(record.items()) for record in selected]
    head, *rows = csv.reader(io.StringIO(run(*arguments(name, issues), "--csv", "--columns", ",".join(keys)).text))
    assert head == keys
    assert len(rows) == len(records)
    table = run(*arguments(name, issues), "--columns", "،".join(keys)).text.splitlines()
    assert table[0].split() == keys
    assert len(table) == 1 + len(records)


def test_keys_that_only_some_records_have_are_columns(run: Run, issues: Path) -> None:
    assert {"table", "row"} <= set(run("check", issues, "--csv").text.splitlines()[0].split(","))
    assert all(record == {"table": None} for record in run("check", issues, "--json", "--columns", "table").json)


def test_an_empty_list_has_no_lines_and_a_head(run: Run, tmp_path: Path) -> None:
    create_corpus(tmp_path / "a.corpus").close()
    assert run("list", tmp_path / "a.corpus", "--jsonl").out == b""
    head = run("list", tmp_path / "a.corpus", "--csv").text
    assert head == "id,uid,title,published,source,states,spans,uncertainty\n"


def test_a_column_that_is_none_is_named_with_those_that_are(run: Run, corpus: Path) -> None:
    for columns, wrong in (("id,name", "name"), ("", ""), ("id,,uid", "")):
        ended = run("search", corpus, "وزارة", "--columns", columns)
        assert (ended.code, ended.out) == (2, b"")
        assert f"“{wrong}” is no key of these records; choose from id, uid, title, start, end, snippet" in ended.err


def test_a_list_is_printed_in_one_form(run: Run, corpus: Path) -> None:
    ended = run("list", corpus, "--csv", "--jsonl")
    assert (ended.code, ended.out, ended.err) == (2, b"", "annotator: --jsonl, --csv exclude one another\n")


def test_csv_keeps_control_characters_in_files_and_from_terminals(
    run: Run, corpus: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Corpus.open(corpus) as opened:
        opened.add(build_article("نص", source="\x1b[31m\rأحمر"))
    command = "list", corpus, "--csv", "--columns", "source"
    assert run(*command).text.endswith('"\x1b[31m\rأحمر"\n')
    monkeypatch.setattr(type(sys.stdout), "isatty", lambda _self: True)
    assert "\x1b" not in run(*command).text


def test_a_search_leads_to_the_article_by_its_uid(run: Run, corpus: Path) -> None:
    [match] = run("search", corpus, "عاجل", "--json").json
    place = f"{match['uid']}@{match['start']}-{match['end']}"
    assert match["uid"] == article_uid(PLAIN)
    assert run("show", corpus, place, "--json").json["text"] == "عاجل"
    assert HEADLINE not in run("show", corpus, place).text
