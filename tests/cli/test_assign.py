"""`annotator assign`: who was given what, and what is refused."""

from datetime import date
from pathlib import Path

import pytest
from builders import create_corpus
from cli.sample import Run

from annotator.store.corpus import Corpus
from annotator.store.queries.assignments import list_assignments, list_batches, list_hidden_articles, list_queue

TEXTS = tuple(f"وصل القطار رقم {number} إلى وجدة" for number in range(20))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    create_corpus(tmp_path / "news.corpus", *TEXTS).close()
    return tmp_path / "news.corpus"


def test_three_annotators_get_equal_numbers_and_a_share_is_double(path: Path, run: Run) -> None:
    names = ("--annotator", "Amal", "--annotator", "بلال", "--annotator", "Chama")
    ended = run("assign", path, *names, "--double", "20%", "--seed", 7, "--json")
    assert ended.code == 0
    assert ended.json == {"annotators": {"Amal": 8, "بلال": 8, "Chama": 8}, "double": 4}
    with Corpus.open(path) as corpus:
        assert len(list_assignments(corpus)) == 24
        assert set().union(*(list_queue(corpus, name) for name in ("Amal", "بلال", "Chama"))) == set(range(1, 21))
        assert not list_hidden_articles(corpus, "Amal")


def test_the_same_seed_gives_the_same_in_every_copy(path: Path, tmp_path: Path, run: Run) -> None:
    copy = tmp_path / "copy.corpus"
    assert run("backup", path, copy).code == 0
    for corpus in (path, copy):
        assert run("assign", corpus, "--annotator", "A", "--annotator", "B", "--double", "0.25", "--seed", 3).code == 0
    with Corpus.open(path) as first, Corpus.open(copy) as second:
        assert list_assignments(first) == list_assignments(second)
        assert [batch.uid for batch in list_batches(first)] == [batch.uid for batch in list_batches(second)]


def test_what_was_given_out_stays_and_later_articles_follow(path: Path, run: Run) -> None:
    arguments = ("assign", path, "--annotator", "A", "--annotator", "B", "--blind")
    assert run(*arguments, "--each", 4, "--batch", "first", "--json").json == {
        "annotators": {"A": 4, "B": 4},
        "double": 0,
    }
    with Corpus.open(path) as corpus:
        first = list_assignments(corpus)
        assert set(list_hidden_articles(corpus, "A")) == list_queue(corpus, "A")
    assert run(*arguments, "--json").json["annotators"] == {"A": 6, "B": 6}
    with Corpus.open(path) as corpus:
        assert set(first) <= set(list_assignments(corpus))
        assert [batch.name for batch in list_batches(corpus)] == ["first", date.today().isoformat()]
    ended = run(*arguments)
    assert (ended.code, ended.text) == (0, "nothing was given out: somebody has every article already\n")


def test_people_read_who_got_what(path: Path, run: Run) -> None:
    ended = run("assign", path, "--annotator", "A", "--annotator", "B", "--double", "5%")
    assert ended.text.split("\n")[:2] in (["A  11 articles", "B  10 articles"], ["A  10 articles", "B  11 articles"])
    assert ended.text.endswith("1 of the articles is with two annotators\n")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "--annotator"),
        (("--annotator", " "), "An annotator must have a name."),
        (("--annotator", "A", "--double", "10%"), "articles for two need two annotators"),
        (("--annotator", "A", "--annotator", "B", "--double", "ten"), "“ten” is no share"),
        (("--annotator", "A", "--annotator", "B", "--double", "110%"), "“110%” is no share"),
    ],
)
def test_what_cannot_be_given_out_is_refused(path: Path, run: Run, arguments: tuple[str, ...], message: str) -> None:
    ended = run("assign", path, *arguments)
    assert ended.code == 2
    assert message in ended.err
    with Corpus.open(path) as corpus:
        assert not list_assignments(corpus)
