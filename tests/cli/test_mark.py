"""`annotator mark` and `annotator remove`."""

import io
from pathlib import Path

import pytest
from builders import apply_edits
from cli.sample import TEXT, Run, locate

from annotator.model.history import build_stacks, reverse_step
from annotator.model.operations import add_span, set_state
from annotator.model.records import DONE, FLAGGED, IN_PROGRESS, Status, article_uid
from annotator.settings import Settings
from annotator.store.corpus import Corpus
from annotator.store.queries.article_list import ArticleFilter, list_article_numbers
from annotator.store.queries.gold import create_gold

UID = article_uid(TEXT)


def states(path: Path, annotator: str = "sanae") -> list[str | None]:
    with Corpus.open(path, readonly=True) as corpus:
        statuses = [corpus.status(corpus.article(number).uid, annotator) for number in (1, 2)]
    return [status.state if status else None for status in statuses]


@pytest.fixture(autouse=True)
def _sanae(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("annotator.cli.annotators.settings.load", lambda: Settings(annotator="sanae"))


def test_marked_articles_have_the_state_and_can_be_undone_in_the_window(corpus: Path, run: Run) -> None:
    ended = run("mark", corpus, 1, UID[:6], 2, "--state", "done")
    assert (ended.code, ended.text) == (0, "done: 2 articles changed\n")
    assert states(corpus) == [DONE, DONE]
    with Corpus.open(corpus) as opened:
        [info] = build_stacks(opened.history(UID, "sanae"))[0]
        step = opened.step(info.uid)
        assert (step.name, len(step.edits)) == ("state", 1)
        apply_edits(opened, reverse_step(step), "sanae", undoes=step.uid)
    assert states(corpus) == [None, DONE]


def test_all_articles_but_removed_ones_are_marked_for_a_named_annotator(corpus: Path, run: Run) -> None:
    run("remove", corpus, 2)
    ended = run("mark", corpus, "all", "--state", "flagged", "--annotator", " سميرة ", "--json")
    assert ended.json == {
        "state": FLAGGED,
        "annotator": "سميرة",
        "changed": 1,
        "unchanged": 0,
        "skipped": [],
        "noticed": [],
    }
    assert ended.err == "annotator: 1 article no longer counts as done\n"
    assert states(corpus, "سميرة") == [FLAGGED, None]
    assert run("mark", corpus, "all", "--state", "flagged", "--annotator", "سميرة").text == (
        "flagged: 0 articles changed, 1 was so already\n"
    )


def test_unknown_articles_are_refused_and_the_rest_marked(corpus: Path, run: Run) -> None:
    ended = run("mark", corpus, "ffff", 2, 17, "--state", "skipped", "--json")
    assert ended.code == 1
    assert (ended.json["changed"], [refusal["path"] for refusal in ended.json["skipped"]]) == (1, ["ffff", "17"])
    assert states(corpus) == [None, "skipped"]


def test_ids_are_read_from_standard_input(corpus: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = f"{UID}\n\n 2 nothing\n".encode()
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(lines)))
    ended = run("mark", corpus, "-", "--state", "in_progress")
    assert (ended.code, ended.text) == (1, "in progress: 2 articles changed\n")
    assert ended.err == f"annotator: -:3: “{corpus}” has no article nothing.\n"
    assert states(corpus) == [IN_PROGRESS, IN_PROGRESS]


def test_a_new_name_like_one_of_the_annotators_is_noticed(corpus: Path, run: Run) -> None:
    ended = run("mark", corpus, 2, "--state", "done", "--annotator", "selma")
    assert ended.code == 0
    assert "annotator: “selma” is new in this corpus, which has “salma” already\n" in ended.err
    assert run("mark", corpus, 2, "--state", "done", "--annotator", "salma").err == ""


def test_nobody_marks_under_the_name_of_the_gold_layer_or_without_a_name(corpus: Path, run: Run) -> None:
    with Corpus.open(corpus) as opened:
        gold = create_gold(opened)
    for name in (gold, "\u200f "):
        ended = run("mark", corpus, 1, "--state", "done", "--annotator", name)
        assert (ended.code, ended.text) == (2, "")
        assert len(ended.err.splitlines()) == 1


@pytest.mark.parametrize("name", ["سطر\nآخر", "\x1b[31mred", "x" * 256, ""])
@pytest.mark.parametrize(
    "command",
    [
        ("mark", 1, "--state", "done"),
        ("remove", 1),
        ("suggest", "--accept", "--source", "dates"),
        ("assign",),
        ("import", "a.txt"),
    ],
)
def test_no_command_writes_under_what_is_no_name(
    corpus: Path, run: Run, command: tuple[object, ...], name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a.txt").write_text("خبر آخر", encoding="utf-8")
    before = corpus.read_bytes()
    verb, *arguments = command
    ended = run(verb, corpus, *arguments, "--annotator", name)
    assert (ended.code, ended.text) == (2, "")
    [line] = ended.err.splitlines()
    assert len(line) < 200
    assert corpus.read_bytes() == before


def test_an_annotator_whose_name_is_longer_than_a_new_one_may_be_is_still_one(corpus: Path, run: Run) -> None:
    with Corpus.open(corpus) as opened:
        apply_edits(opened, set_state(None, opened.article(1), "x" * 300, "done"), "x" * 300)
    assert run("mark", corpus, 1, "--state", "flagged", "--annotator", "x" * 300).code == 0


def test_all_stands_alone_and_a_state_is_one_of_them(corpus: Path, run: Run) -> None:
    for arguments in (["all", 1, "--state", "done"], [1, "--state", "finished"], [1], ["--state", "done"]):
        assert run("mark", corpus, *arguments).code == 2
    assert states(corpus) == [None, None]


def test_removed_articles_stay_in_the_file_and_come_back(corpus: Path, run: Run) -> None:
    assert run("remove", corpus, UID[:4], "zzzz").text == "1 article removed\n"
    assert run("remove", corpus, 1, 2).text == "1 article removed, 1 was so already\n"
    with Corpus.open(corpus) as opened:
        assert list_article_numbers(opened, "", ArticleFilter()) == []
        assert len(opened.spans(UID)) == 3
        [info] = build_stacks(opened.history(UID, "sanae"))[0]
        assert info.name == "remove_article"
    ended = run("remove", corpus, 1, 2, "--restore", "--json")
    assert ended.json == {"restored": 2, "unchanged": 0, "skipped": []}
    assert run("remove", corpus, 1, "--restore").text == "0 articles restored, 1 was so already\n"
    with Corpus.open(corpus) as opened:
        assert list_article_numbers(opened, "", ArticleFilter()) == [1, 2]
        assert [info.name for info in build_stacks(opened.history(UID, "sanae"))[0]][-1] == "restore_article"


def test_what_is_open_in_an_article_is_noticed_and_it_is_done_all_the_same(corpus: Path, run: Run) -> None:
    with Corpus.open(corpus) as opened:  # a span that begins within a word
        apply_edits(opened, add_span(opened.article(1), [], "sanae", "DATE", *locate("025")), "sanae")
    suggested = run("suggest", corpus, "--article", 1, "--json").json
    assert len(suggested) > 1
    ended = run("mark", corpus, 1, "--state", "done", "--json")
    assert (ended.code, ended.json["changed"]) == (0, 1)
    assert [(notice["path"], notice["code"]) for notice in ended.json["noticed"]] == [
        ("1", "open_suggestions"),
        ("1", "open_issues"),
    ]
    assert ended.err.splitlines() == [
        f"annotator: 1: note: {len(suggested)} suggestions were not looked at.",
        "annotator: 1: note: 1 issue is open.",
    ]
    assert states(corpus) == [DONE, None]
    assert run("mark", corpus, 1, "--state", "done").err == "", "it was done already"
    assert run("mark", corpus, 1, "--state", "flagged").err == "annotator: 1 article no longer counts as done\n"


def test_no_suggestion_is_noticed_where_none_is_shown_and_none_in_many_articles(
    corpus: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("annotator.cli.annotators.settings.load", lambda: Settings(annotator="s", suggestions=False))
    assert run("mark", corpus, 1, "--state", "done").err == ""
    monkeypatch.setattr("annotator.cli.annotators.settings.load", lambda: Settings(annotator="t"))
    monkeypatch.setattr("annotator.cli.mark._MAX_LOOKED_AT", 1)
    assert run("mark", corpus, 1, 2, "--state", "done").err == ""
    assert "not looked at" in run("mark", corpus, 1, "--state", "done", "--annotator", "unlike").err


def test_the_states_of_others_stay(corpus: Path, run: Run) -> None:
    run("mark", corpus, 1, "--state", "skipped")
    with Corpus.open(corpus) as opened:
        assert opened.status(UID, "سميرة") == Status(UID, "سميرة", DONE)
