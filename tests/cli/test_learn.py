"""`annotator learn`."""

from collections.abc import Callable
from pathlib import Path

import pytest
from cli.sample import Run
from suggest.learning import examples

from annotator.model.records import DONE, Draft, Span, Status, new_uid
from annotator.store.corpus import Corpus
from annotator.store.queries import training_data


@pytest.fixture(autouse=True)
def niceness(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """By how much the command lowered its priority; the tests keep theirs."""
    given: list[int] = []
    monkeypatch.setattr("os.nice", given.append, raising=False)
    return given


@pytest.fixture
def teach(corpus: Path) -> Callable[[int], None]:
    def done(count: int) -> None:
        with Corpus.open(corpus) as opened:
            for one in examples()[:count]:
                uid = one.article.uid
                spans = tuple(Span(new_uid(), uid, "Sanae", label, start, end) for start, end, label in one.spans)
                opened.add(Draft(one.article, spans=spans, states=(Status(uid, "Sanae", DONE),)))

    return done


def test_it_learns_from_what_is_done_and_says_from_how_much(
    run: Run, corpus: Path, teach: Callable[[int], None], niceness: list[int]
) -> None:
    teach(30)
    ended = run("learn", corpus)
    assert (ended.code, ended.err) == (0, "")
    spans = 2 + sum(len(one.spans) for one in examples()[:30])
    assert ended.text.startswith(f"learned from 31 articles, {spans + 1} spans in ") or ended.text.startswith(
        f"learned from 31 articles, {spans} spans in "
    )
    assert niceness == [10]
    with Corpus.open(corpus) as opened:
        found = training_data.learned(opened, "model")
        assert found
        assert found.model
        assert found.lessons == 31
        assert training_data.doubtful(opened, "Sanae") == [2]


def test_json(run: Run, corpus: Path, teach: Callable[[int], None]) -> None:
    teach(30)
    found = run("learn", corpus, "--json").json
    assert list(found) == ["learned", "articles", "spans", "seconds"]
    assert (found["learned"], found["articles"]) == (True, 31)
    assert found["seconds"] >= 0


def test_too_little_is_said_and_is_no_failure(run: Run, corpus: Path) -> None:
    ended = run("learn", corpus)
    assert (ended.code, ended.err) == (0, "")
    assert ended.text.startswith("too little to learn from: 1 article, ")
    assert run("learn", corpus, "--json").json["learned"] is False


def test_a_corpus_that_cannot_be_written_to_is_one_sentence(run: Run, corpus: Path) -> None:
    corpus.chmod(0o444)
    ended = run("learn", corpus)
    assert (ended.code, ended.out) == (2, b"")
    assert "cannot be written to" in ended.err


def test_a_machine_without_priorities_learns_too(run: Run, corpus: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr("os.nice")
    assert run("learn", corpus).code == 0
