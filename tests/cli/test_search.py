"""`annotator search`."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from cli.sample import HEADLINE, PLAIN, TEXT, Run

from annotator.model.article_builder import build_article
from annotator.model.records import article_uid
from annotator.store.corpus import Corpus


def test_json_has_the_keys_of_the_contract(run: Run, corpus: Path) -> None:
    ended = run("search", corpus, "خطه العمل", "--json")
    start = TEXT.index("خطة العمل")
    assert ended.json == [
        {
            "id": 1,
            "uid": article_uid(TEXT),
            "title": HEADLINE,
            "start": start,
            "end": start + len("خطة العمل"),
            "snippet": HEADLINE,
        }
    ]
    assert (ended.code, ended.err) == (0, "")
    assert HEADLINE.encode() in ended.out
    assert ended.out.count(b"\n") == 1


def test_each_article_is_a_line_with_the_context_of_its_first_match(run: Run, corpus: Path) -> None:
    ended = run("search", corpus, "sans")
    line, summary = ended.text.splitlines()
    assert summary == "1 article"
    assert line.split()[0] == "2"
    assert PLAIN.split("\n")[0] in line
    assert (ended.code, ended.err) == (0, "")


def test_a_match_across_two_lines_is_shown_in_one(run: Run, corpus: Path) -> None:
    with Corpus.open(corpus) as opened:
        opened.add(build_article("عنوان طويل\n\nأعلنت وزارة\nالصحة 👍🏽"))
    [match] = run("search", corpus, "وزارة الصحة", "--json").json
    assert match["id"] == 3
    assert "أعلنت وزارة الصحة" in match["snippet"] or "وزارة الصحة" in match["snippet"]
    assert "\n" not in match["snippet"]
    assert len(run("search", corpus, "وزارة الصحة").text.splitlines()) == 2


@pytest.mark.parametrize("query", ["زرافة", "", " ", '"', "*", "AND", "خطة AND", "words:خطة", "NEAR(خطة", "'; DROP"])
def test_no_match_is_no_error(run: Run, corpus: Path, query: str) -> None:
    ended = run("search", corpus, "--", query)
    assert (ended.code, ended.text.splitlines(), ended.err) == (0, ["0 articles"], "")
    assert run("search", corpus, "--json", "--", query).json == []


def test_more_than_one_article(run: Run, corpus: Path) -> None:
    with Corpus.open(corpus) as opened:
        opened.add(build_article("قانون جديد لوزارة العدل"))
    ended = run("search", corpus, "وزارة")
    assert ended.text.splitlines()[-1] == "2 articles"
    assert [line.split()[0] for line in ended.text.splitlines()[:-1]] == ["1", "3"]


def test_a_limit_leaves_out_articles_and_says_so(run: Run, corpus: Path) -> None:
    with Corpus.open(corpus) as opened:
        opened.add(build_article("قانون جديد لوزارة العدل"))
    assert run("search", corpus, "وزارة", "--limit", 1).text.splitlines()[-1] == "1 article; there are more"
    assert run("search", corpus, "وزارة", "--limit", 2).text.splitlines()[-1] == "2 articles"
    assert [match["id"] for match in run("search", corpus, "وزارة", "--limit", 1, "--json").json] == [1]
    assert run("search", corpus, "وزارة", "--limit", 0).code == 2
    assert run("search", corpus, "وزارة", "--limit", 10**30).text.splitlines()[-1] == "2 articles"


def test_what_is_found_is_printed_at_once(run: Run, corpus: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is searched beyond what a reader of the output waits for."""
    with Corpus.open(corpus) as opened:
        opened.add_all(build_article(f"وزارة العدل {number}") for number in range(30))
    for arguments in ([], ["--json"]):
        printed: list[str] = []
        looked_at = iter(range(40))

        def find(*_arguments: object, _looked_at: Iterator[int] = looked_at) -> list[tuple[int, int]]:
            next(_looked_at)
            return [(0, 5)]

        def stop(text: object, _printed: list[str] = printed, **_options: object) -> None:
            _printed.append(str(text))
            raise BrokenPipeError

        monkeypatch.setattr("annotator.store.queries.search.find_query", find)
        monkeypatch.setattr("click.echo", stop)
        with pytest.raises(BrokenPipeError):
            run("search", corpus, "وزارة", *arguments)
        assert next(looked_at) <= 20


@pytest.mark.slow
def test_a_query_of_any_length_is_answered_or_refused_at_once(run: Run, corpus: Path) -> None:
    with Corpus.open(corpus) as opened:
        opened.add(build_article("اب" * 500_000))
    assert run("search", corpus, "اب" * 500).code == 0
    ended = run("search", corpus, "اب" * 501)
    assert (ended.code, ended.text, ended.err) == (2, "", "annotator: The query is longer than 1000 characters.\n")


def test_a_read_only_corpus_can_be_searched(run: Run, corpus: Path) -> None:
    corpus.chmod(0o444)
    assert len(run("search", corpus, "وزارة", "--json").json) == 1


def test_a_missing_corpus_is_reported_in_one_line(run: Run, tmp_path: Path) -> None:
    ended = run("search", tmp_path / "none.corpus", "وزارة")
    assert ended.code != 0
    assert "none.corpus” does not exist" in ended.err
    assert ended.out == b""


def test_a_search_requires_words(run: Run, corpus: Path) -> None:
    ended = run("search", corpus)
    assert ended.code == 2
    assert "QUERY" in ended.err
