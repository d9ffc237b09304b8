"""`annotator learn`."""

from collections.abc import Callable
from pathlib import Path

import pytest
from cli.sample import Run
from suggest.learning import examples

from annotator.model.records import DONE, AnnotatedArticle, Span, Status, new_uid
from annotator.store.corpus import Corpus
from annotator.store.queries import training_data
from annotator.suggest.crf import training


@pytest.fixture
def teach(corpus: Path) -> Callable[[int], None]:
    def done(count: int) -> None:
        with Corpus.open(corpus) as opened:
            for example in examples()[:count]:
                uid = example.article.uid
                spans = tuple(Span(new_uid(), uid, "Sanae", label, start, end) for start, end, label in example.spans)
                opened.add(AnnotatedArticle(example.article, spans=spans, states=(Status(uid, "Sanae", DONE),)))

    return done


def test_learn_trains_on_finished_articles_and_prints_the_counts(
    run: Run, corpus: Path, teach: Callable[[int], None], niceness: list[int]
) -> None:
    teach(30)
    ended = run("learn", corpus)
    assert (ended.code, ended.err) == (0, "")
    spans = 2 + sum(len(example.spans) for example in examples()[:30])
    assert ended.text.startswith(f"learned from 31 articles, {spans + 1} spans in ") or ended.text.startswith(
        f"learned from 31 articles, {spans} spans in "
    )
    assert niceness == [10]
    with Corpus.open(corpus) as opened:
        model = training_data.load_stored_model(opened, "model")
        assert model
        assert model.model
        assert model.lessons == 31
        assert training_data.list_uncertain_articles(opened, "Sanae") == [2]


def test_json(run: Run, corpus: Path, teach: Callable[[int], None]) -> None:
    teach(30)
    result = run("learn", corpus, "--json").json
    assert list(result) == ["learned", "articles", "spans", "seconds", "left_out"]
    assert result["left_out"] == 0
    assert (result["learned"], result["articles"]) == (True, 31)
    assert result["seconds"] >= 0


def test_too_few_articles_are_reported_with_exit_code_0(run: Run, corpus: Path) -> None:
    ended = run("learn", corpus)
    assert (ended.code, ended.err) == (0, "")
    assert ended.text.startswith("not enough to learn from: 1 article, ")
    assert run("learn", corpus, "--json").json["learned"] is False


def test_a_read_only_corpus_is_reported_in_one_line(run: Run, corpus: Path) -> None:
    corpus.chmod(0o444)
    ended = run("learn", corpus)
    assert (ended.code, ended.out) == (2, b"")
    assert "cannot be written to" in ended.err


def test_learn_works_without_process_priorities(run: Run, corpus: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr("os.nice")
    assert run("learn", corpus).code == 0


def test_articles_beyond_the_limit_are_counted(
    run: Run, corpus: Path, teach: Callable[[int], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    teach(30)
    monkeypatch.setattr(training, "MAX_TOKENS", 200)
    result = run("learn", corpus, "--json").json
    assert 0 < result["articles"] < 31
    assert result["articles"] + result["left_out"] == 31
    lines = run("learn", corpus).text.splitlines()
    assert (
        lines[-1]
        == f"{result['left_out']} articles edited earlier were left out: learning is limited to the latest words"
    )
    assert "50,000 tokens" in " ".join(run("learn", "--help").text.split())
