"""`annotator list`."""

from pathlib import Path

from builders import apply_edits
from cli.sample import HEADLINE, PLAIN, TEXT, Run

from annotator.cli.terminal import display_width
from annotator.model import operations
from annotator.model.records import article_uid
from annotator.store.corpus import Corpus


def test_json_has_the_keys_of_the_contract(run: Run, corpus: Path) -> None:
    ended = run("list", corpus, "--json")
    assert ended.json == [
        {
            "id": 1,
            "uid": article_uid(TEXT),
            "title": HEADLINE,
            "published": "2024-07-09T09:00",
            "source": "وكالة",
            "states": {"سميرة": "done"},
            "spans": 3,
        },
        {
            "id": 2,
            "uid": article_uid(PLAIN),
            "title": PLAIN.split("\n")[0],
            "published": None,
            "source": None,
            "states": {},
            "spans": 0,
        },
    ]
    assert (ended.code, ended.err) == (0, "")
    assert HEADLINE.encode() in ended.out
    assert ended.out.count(b"\n") == 1


def test_the_table_is_aligned(run: Run, corpus: Path) -> None:
    ended = run("list", corpus)
    head, first, second = ended.text.splitlines()
    assert head.split() == ["No.", "Spans", "Published", "State", "Source", "Title"]
    assert "سميرة: done" in first
    assert "new" in second
    titles = ["Title", HEADLINE, PLAIN.split("\n")[0]]
    starts = {
        display_width(line[: line.index(title)]) for line, title in zip((head, first, second), titles, strict=True)
    }
    assert len(starts) == 1


def test_an_empty_corpus_has_an_empty_list(run: Run, tmp_path: Path) -> None:
    (tmp_path / "none").mkdir()
    run("import", tmp_path / "new.corpus", tmp_path / "none")
    assert run("list", tmp_path / "new.corpus", "--json").json == []
    assert len(run("list", tmp_path / "new.corpus").text.splitlines()) == 1


def test_a_read_only_corpus_can_be_listed(run: Run, corpus: Path) -> None:
    corpus.chmod(0o444)
    assert len(run("list", corpus, "--json").json) == 2


def test_removed_articles_are_listed_only_if_asked_for(run: Run, corpus: Path) -> None:
    with Corpus.open(corpus) as opened:
        apply_edits(opened, operations.set_title(None, opened.article(1), "عنوان أوضح"))
        apply_edits(opened, operations.remove_article(None, opened.article(1)))
    assert [article["id"] for article in run("list", corpus, "--json").json] == [2]
    [removed] = run("list", corpus, "--removed", "--json").json
    assert (removed["id"], removed["title"]) == (1, "عنوان أوضح")
    assert run("search", corpus, "الحكومة", "--json").json == []
    assert run("show", corpus, 1, "--json").json["removed"] is True
    assert run("show", corpus, 2, "--json").json["removed"] is False
    assert "Removed from the corpus." in run("show", corpus, 1).text
    counts = run("stats", corpus, "--json").json
    assert (counts["articles"], counts["spans"], counts["removed"]) == (1, 0, 1)
    assert "1 article removed" in run("stats", corpus).text
    target = corpus.with_suffix(".conll"), "--format", "conll2003", "--json"
    exported = run("export", corpus, *target, "--state", "all", "--annotator", "salma")
    assert (exported.code, exported.json["articles"], exported.json["removed"]) == (0, 1, 1)
    empty = run("export", corpus, *target, "--annotator", "سميرة")
    assert (empty.code, empty.json["articles"], empty.json["removed"]) == (1, 0, 1)
    assert empty.err == "annotator: There is nothing to export: these articles were removed from the corpus.\n"


def test_import_of_a_removed_article_is_refused(run: Run, corpus: Path, tmp_path: Path) -> None:
    with Corpus.open(corpus) as opened:
        apply_edits(opened, operations.remove_article(None, opened.article(2)))
    (tmp_path / "a.txt").write_text(PLAIN, encoding="utf-8")
    imported = run("import", corpus, tmp_path / "a.txt", "--json")
    assert (imported.code, imported.json["added"], imported.json["duplicates"]) == (1, 0, 0)
    [skipped] = imported.json["skipped"]
    assert skipped["reason"] == "This article was removed from the corpus: restore it there to have it again."
    assert [article["id"] for article in run("list", corpus, "--removed", "--json").json] == [2]
