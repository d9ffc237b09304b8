"""`annotator list`."""

from pathlib import Path

from cli.sample import HEADLINE, PLAIN, TEXT, Run

from annotator.cli.terminal import display_width
from annotator.model.records import article_uid


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
