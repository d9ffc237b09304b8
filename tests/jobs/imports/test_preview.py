"""A look at files: what is in each, what is to be decided, and nothing stored."""

import json
from pathlib import Path

import pytest

from annotator.cli.terminal import visual
from annotator.jobs.imports.file_reader import Way
from annotator.jobs.imports.importer import import_paths
from annotator.jobs.imports.preview import Look, look
from annotator.model.labels import decode
from annotator.model.records import article_uid
from annotator.resources import resource
from annotator.store.corpus import Corpus
from annotator.store.queries import article_list

SHOWN = "قالت الوزارة في بلاغ\nيوم الجمعة 5 يوليوز 2024"


@pytest.fixture
def corpus(tmp_path: Path):  # type: ignore[no-untyped-def]
    labels = decode(resource("labels", "default.toml").read_bytes())
    with Corpus.create(tmp_path / "my.corpus", labels) as opened:
        yield opened


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "folder"
    path.mkdir()
    return path


def looks(corpus: Corpus, *paths: Path, ways: dict[Path, Way] | None = None) -> list[Look]:
    steps = look(corpus, paths, "ليلى", ways)
    seen = []
    while True:
        try:
            seen.append(next(steps))
        except StopIteration as end:
            assert seen == sorted(seen)
            return end.value


def lines(path: Path, *articles: object) -> Path:
    path.write_text("\n".join(json.dumps(article) for article in articles), encoding="utf-8")
    return path


def test_articles_spans_labels_and_refusals_are_counted_and_nothing_is_stored(corpus: Corpus, folder: Path) -> None:
    spans = [{"start": 0, "end": 3, "label": label} for label in ("DATE", "PER", "a b")]
    path = lines(
        folder / "a.jsonl", {"text": "زار\nيوسف", "spans": spans}, {"text": ""}, {"text": "زار", "spans": spans[1:2]}
    )
    [found] = looks(corpus, folder)
    assert (found.path, found.format, found.articles, found.spans) == (path, "jsonl", 2, 4)
    assert found.labels == {"PER": 2, "a b": 1}
    assert found.beginning == "زار\nيوسف"
    assert [(remark.line, remark.reason) for remark in found.remarks] == [(2, "The text is empty.")]
    assert (found.refused, found.repaired, found.illogical, found.open) == (1, 0, 0, True)
    assert "text" in found.possible
    assert list(article_list.articles(corpus)) == []


def test_what_is_here_already_and_twice_is_known(corpus: Corpus, folder: Path) -> None:
    for _step in import_paths(corpus, [lines(folder / "a.jsonl", {"text": "أول"})]):
        pass
    [found] = looks(corpus, lines(folder / "b.jsonl", {"text": "أول"}, {"text": "ثان"}, {"text": "ثان"}))
    assert (found.articles, found.new) == (3, {article_uid("ثان")})
    assert not found.open


def test_text_as_a_page_shows_it(corpus: Corpus, folder: Path) -> None:
    for _step in import_paths(corpus, [lines(folder / "a.jsonl", {"text": SHOWN})]):
        pass
    path = lines(folder / "b.jsonl", {"text": "خبر"}, {"text": visual(SHOWN)})
    [found] = looks(corpus, path)
    assert (found.illogical, found.open) == (1, True)
    assert [now for _was, now in found.changed] == SHOWN.split("\n")
    assert [was for was, _now in found.changed] == visual(SHOWN).split("\n")
    assert found.new == {article_uid("خبر")}
    [as_it_is] = looks(corpus, path, ways={path: Way()})
    assert as_it_is.new == {article_uid("خبر"), article_uid(visual(SHOWN))}


def test_a_table_whose_columns_do_not_tell(corpus: Corpus, folder: Path) -> None:
    path = folder / "a.csv"
    path.write_text("c1;c2\nنص;نص\n", encoding="utf-8")
    [found] = looks(corpus, path)
    assert (found.format, found.articles, found.columns, found.open) == ("csv", 0, ["c1", "c2"], True)
    [named] = looks(corpus, path, ways={path: Way(columns={"text": "c2"})})
    assert (named.articles, named.columns, named.refused) == (1, ["c1", "c2"], 0)
    path.write_text("text;c2\nنص;نص\n", encoding="utf-8")
    assert [each.open for each in looks(corpus, path)] == [False]


def test_files_of_no_known_format(corpus: Corpus, folder: Path) -> None:
    (folder / "a.md").write_text("نص", encoding="utf-8")
    (folder / "b.bin").write_bytes(b"\0\1")
    (folder / "c.md").write_bytes("نص".encode("utf-16"))
    known, binary, wide = looks(corpus, folder)
    assert (known.format, known.open, binary.format, binary.open, wide.open) == (None, True, None, False, True)
    assert {"text", "conll"} <= set(known.possible)
    assert not {"pdf", "docx"} & set(known.possible)
    assert [each.articles for each in looks(corpus, folder / "a.md", ways={folder / "a.md": Way("text")})] == [1]


def test_what_is_not_there_is_left_to_the_import(corpus: Corpus, folder: Path) -> None:
    assert looks(corpus, folder / "none") == []


def test_a_large_file_can_be_stopped_on_the_way(corpus: Corpus, folder: Path) -> None:
    steps = look(corpus, [lines(folder / "a.jsonl", *({"text": f"نص {number}"} for number in range(250)))])
    assert [next(steps) for _step in range(3)] == [(0, 1)] * 3
    steps.close()
