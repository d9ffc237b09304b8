"""`annotator list`."""

from pathlib import Path

from builders import apply_edits, give_articles
from cli.sample import HEADLINE, PLAIN, TEXT, Run
from msgspec.structs import replace

from annotator.cli.terminal import display_width
from annotator.model import operations
from annotator.model.article_builder import build_article
from annotator.model.records import Edit, Status, article_uid
from annotator.store.corpus import Corpus
from annotator.store.queries.article_list import LazyArticleList
from annotator.store.queries.training_data import StoredModel, save_model
from annotator.ui.session.state import SessionState


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
            "uncertainty": None,
        },
        {
            "id": 2,
            "uid": article_uid(PLAIN),
            "title": PLAIN.split("\n")[0],
            "published": None,
            "source": None,
            "states": {},
            "spans": 0,
            "uncertainty": None,
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


def test_the_most_informative_articles_come_first_for_the_annotator(run: Run, corpus: Path) -> None:
    with Corpus.open(corpus) as opened:
        opened.add_all(build_article(f"مقال {number}") for number in range(3, 6))
        uids = {number: opened.article(number).uid for number in range(1, 6)}
        apply_edits(opened, [Edit(None, Status(uids[4], "سلمى", "in_progress"))], "سلمى")
        uncertainties = {uids[1]: 0.5, uids[3]: 0.00012345, uids[4]: 0.75, uids[5]: 0.25}
        save_model(opened, "model", StoredModel(None, 0, 0), uncertainties)
    command = "list", corpus, "--sort", "informative"
    by_annotator = {"سميرة": [4, 5, 3, 1, 2], "سلمى": [1, 5, 3, 2, 4]}  # the first has done 1, the second begun 4
    for annotator, numbers in by_annotator.items():
        articles = run(*command, "--annotator", annotator, "--json").json
        assert [article["id"] for article in articles] == numbers
        assert window_order(corpus, annotator) == numbers[:3]
    assert {article["id"]: article["uncertainty"] for article in articles} == {
        1: 0.5, 2: None, 3: 0.00012345, 4: 0.75, 5: 0.25
    }  # fmt: skip
    head, *lines = run(*command, "--annotator", "سلمى", "--limit", 4).text.splitlines()
    assert head.split() == ["No.", "Uncertainty", "Spans", "Published", "State", "Source", "Title"]
    assert [line.split()[:2] for line in lines] == [["1", "0.5"], ["5", "0.25"], ["3", "0.000123"], ["2", "-"]]
    assert [article["id"] for article in run("list", corpus, "--json").json] == [1, 2, 3, 4, 5]


def window_order(corpus: Path, annotator: str) -> list[int]:
    """Return the articles that the window offers one after the other, each begun and left."""
    offered = list[int]()
    with Corpus.open(corpus, readonly=True) as opened:
        articles = LazyArticleList(opened, annotator)
        state = SessionState(corpus=opened, annotator=annotator, articles=articles)
        for _article in range(3):
            offered.append(state.next_unfinished(prefers_informative=True) or 0)
            state = replace(state, article=opened.article(offered[-1]))
    return offered


def test_the_most_informative_articles_are_those_of_a_queue(run: Run, corpus: Path) -> None:
    with Corpus.open(corpus) as opened:
        opened.add_all(build_article(f"مقال {number}") for number in (3, 4))
        uids = {number: opened.article(number).uid for number in (2, 3, 4)}
        save_model(opened, "model", StoredModel(None, 0, 0), {uids[2]: 0.1, uids[3]: 0.9, uids[4]: 0.2})
        give_articles(opened, {"سلمى": [2, 4]})
    articles = run("list", corpus, "--sort", "informative", "--annotator", "سلمى", "--json").json
    assert [article["id"] for article in articles] == [4, 2, 1, 3]


def test_a_list_says_that_nothing_is_ranked(run: Run, corpus: Path) -> None:
    ended = run("list", corpus, "--sort", "informative", "--json")
    assert [article["id"] for article in ended.json] == [1, 2]
    note = "annotator: the model has ranked none of these articles; it ranks some whenever it learns\n"
    assert (ended.code, ended.err) == (0, note)
    ended = run("list", corpus, "--annotator", "سلمى")
    assert (ended.code, ended.err) == (2, "annotator: --annotator is for lists with --sort informative.\n")


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
    target = corpus.with_suffix(".conll"), "--format", "conll2003", "--zones", "all", "--json"
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
