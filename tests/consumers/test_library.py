"""The library hands a corpus to pandas, datasets and spaCy as the files of an export do, and `spacy train` reads it."""

import os
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
from consumers.reading import WHO, consumer, create_corpus, run_export
from pages import ROOT

import annotator
from annotator.store.corpus import Corpus

SPLIT = {"train": 2, "dev": 1}


@pytest.fixture(autouse=True)
def _english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANNOTATOR_LANGUAGE", "en")


def test_a_table_of_pandas_has_every_span_and_article(corpus: Corpus) -> None:
    consumer("pandas")
    with annotator.open(corpus.path) as opened:
        spans, articles = opened.to_pandas(), opened.to_pandas("articles")
        assert [
            annotator.Span(**row) for row in spans.astype(object).where(spans.notna(), None).to_dict("records")
        ] == [*opened.spans()]
        assert list(articles["text"]) == [article.text for article in opened]
    joined = spans.merge(articles, left_on="article", right_on="uid", suffixes=("", "_article"))
    assert len(joined) == len(spans) > 0
    texts = joined.apply(lambda row: row["text_article"][row["start"] : row["end"]], axis=1)
    assert (texts == joined["text"]).all()


def test_tables_of_an_empty_corpus_have_their_columns(tmp_path: Path) -> None:
    consumer("pandas")
    with annotator.create(tmp_path / "a.corpus", "Sanae") as opened:
        spans, articles = opened.to_pandas(), opened.to_pandas("articles")
    assert (len(spans), len(articles)) == (0, 0)
    assert {"label", "start", "end", "text"} < set(spans.columns)
    assert spans["start"].dtype == "int64"


@pytest.mark.parametrize("options", [{}, {"scheme": "iobes", "zones": None, "boundary": "split"}])
def test_a_dataset_is_what_the_export_holds(corpus: Corpus, tmp_path: Path, options: dict[str, Any]) -> None:
    datasets = consumer("datasets")
    run_export(corpus, tmp_path / "news", format="huggingface", **options)
    (exported,) = datasets.load_dataset(str(tmp_path / "news"), cache_dir=str(tmp_path / "cache")).values()
    dataset = annotator.load_dataset(corpus.path, **options)
    assert dataset.features == exported.features
    assert dataset.to_list() == exported.to_list()
    assert len(dataset) > 0


def test_the_parts_of_a_dataset_are_those_of_the_export(corpus: Corpus, tmp_path: Path) -> None:
    datasets = consumer("datasets")
    run_export(corpus, tmp_path / "news", format="huggingface", split=SPLIT, seed=3)
    exported = datasets.load_dataset(str(tmp_path / "news"), cache_dir=str(tmp_path / "cache"))
    parts = annotator.load_dataset(corpus.path, split=SPLIT, seed=3)
    assert {part: rows.to_list() for part, rows in parts.items()} == {
        part: rows.to_list() for part, rows in exported.items()
    }


@pytest.mark.parametrize("package", ["datasets", "spacy"])
def test_nothing_and_an_empty_part_are_errors_as_in_an_export(tmp_path: Path, package: str) -> None:
    """A model would be trained, or judged, on nothing."""
    consumer(package)

    def read(**choices: Any) -> int:
        if package == "datasets":
            return len(opened.to_datasets(**choices))
        return len(list(opened.to_spacy(part="train" if "split" in choices else None, **choices)))

    with annotator.create(tmp_path / "a.corpus", "Sanae") as opened:
        with pytest.raises(annotator.CorpusError, match="the corpus has no articles"):
            read(state="all")
        opened.add_article("أعلنت الوزارة خطة.")
        with pytest.raises(annotator.CorpusError, match="mark articles as done first"):
            read()
        assert read(state="all") == 1
        with pytest.raises(annotator.CorpusError, match="would have no article"):
            read(state="all", split={"train": 1, "test": 1})


@pytest.mark.parametrize("options", [{}, {"split": SPLIT, "seed": 3}, {"folds": 2}])
def test_a_dataset_of_articles_is_what_the_export_holds(
    corpus: Corpus, tmp_path: Path, options: dict[str, Any]
) -> None:
    datasets = consumer("datasets")
    run_export(corpus, tmp_path / "news", format="huggingface", **options)
    names = {"fold-1": "articles-fold-1", "fold-2": "articles-fold-2"} if "folds" in options else {"": "articles"}
    exported = {
        f"{fold}/{part}".strip("/"): rows
        for fold, name in names.items()
        for part, rows in datasets.load_dataset(str(tmp_path / "news"), name, cache_dir=str(tmp_path / "cache")).items()
    }
    articles = annotator.load_dataset(corpus.path, "articles", **options)
    by_part = articles if options else {"train": articles}
    assert {part: rows.to_list() for part, rows in by_part.items()} == {
        part: rows.to_list() for part, rows in exported.items()
    }
    assert {str(rows.features) for rows in by_part.values()} == {str(rows.features) for rows in exported.values()}
    sentences = annotator.load_dataset(corpus.path, "sentences", **options)
    assert set(sentences if options else {"train"}) == set(by_part)


def test_the_tables_of_datasets_are_named(corpus: Corpus) -> None:
    with pytest.raises(ValueError, match="table 'spans' is none of 'sentences', 'articles'"):
        annotator.load_dataset(corpus.path, "spans")


def test_each_article_is_tested_in_one_fold(corpus: Corpus) -> None:
    consumer("datasets")
    folds = annotator.load_dataset(corpus.path, folds=3)
    every = set(annotator.load_dataset(corpus.path)["article"])
    tested = [set(folds[f"fold-{number}/test"]["article"]) for number in (1, 2, 3)]
    assert [set(folds[f"fold-{number}/train"]["article"]) for number in (1, 2, 3)] == [every - part for part in tested]
    assert sorted(number for part in tested for number in part) == sorted(every)


def test_a_dataset_is_of_the_corpus_as_it_is_now(tmp_path: Path) -> None:
    """`datasets` would take its copy of the same call before, if it made the rows by itself."""
    consumer("datasets")
    path = tmp_path / "news.corpus"
    create_corpus(path).close()
    before = len(annotator.load_dataset(path))
    with annotator.open(path, WHO) as opened:
        opened.set_state(1, "flagged")
        assert 0 < len(opened.to_datasets()) < before


def test_documents_of_spacy_are_those_of_the_export(corpus: Corpus, tmp_path: Path) -> None:
    spacy_tokens = consumer("spacy.tokens")
    vocab = consumer("spacy.vocab").Vocab()
    run_export(corpus, tmp_path / "news.spacy", format="spacy")
    exported = spacy_tokens.DocBin().from_disk(tmp_path / "news.spacy").get_docs(vocab)
    with annotator.open(corpus.path) as opened:
        documents = list(opened.to_spacy(vocab))
    assert [*map(_describe, documents)] == [*map(_describe, exported)]


def _describe(doc: Any) -> tuple[object, ...]:
    return (
        [token.text_with_ws for token in doc],
        [token.is_sent_start for token in doc],
        [(span.start, span.end, span.label_) for span in doc.ents],
        sorted((span.start, span.end, span.label_) for span in doc.spans["sc"]),
    )


def test_the_reader_yields_the_parts_of_a_split(corpus: Corpus) -> None:
    spacy = consumer("spacy")
    from annotator.library.spacy_reader import create_reader

    nlp = spacy.blank("ar")
    texts = {
        part: [
            example.reference.text
            for example in create_reader(str(corpus.path), part=part, split=SPLIT, seed=3, zones=["body"])(nlp)
        ]
        for part in SPLIT
    }
    every = [example.reference.text for example in create_reader(str(corpus.path), zones=["body"])(nlp)]
    assert sorted(texts["train"] + texts["dev"]) == sorted(every)
    assert 0 < len(texts["dev"]) < len(texts["train"])
    assert len(list(create_reader(str(corpus.path), limit=2)(nlp))) == 2
    longest = max(len(example.predicted) for example in create_reader(str(corpus.path), max_length=40)(nlp))
    assert longest < 50 < max(len(example.predicted) for example in create_reader(str(corpus.path))(nlp))
    with pytest.raises(ValueError, match="'test'"):
        create_reader(str(corpus.path), part="test", split=SPLIT)
    with pytest.raises(annotator.CorpusError):
        list(create_reader(str(corpus.path.with_name("missing.corpus")))(nlp))


TRAIN = (
    *("train", "config.cfg", "--output", "models", "--training.max_steps", "3", "--training.eval_frequency", "3"),
    *("--paths.train", "news.corpus", "--paths.dev", "news.corpus"),
    *("--corpora.train.@readers", "annotator.Corpus.v1", "--corpora.dev.@readers", "annotator.Corpus.v1"),
    *("--corpora.train.split", '{"train": 2, "dev": 1}', "--corpora.dev.split", '{"train": 2, "dev": 1}'),
    *("--corpora.train.part", "train", "--corpora.dev.part", "dev"),
)


def test_spacy_train_finds_the_reader_and_reads_the_corpus(tmp_path: Path) -> None:
    """The entry point is that of pyproject.toml, whatever is installed here."""
    consumer("spacy")
    entry_points = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["entry-points"]
    metadata = tmp_path / "site" / "annotator_of_the_checkout-1.dist-info"
    metadata.mkdir(parents=True)
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: annotator-of-the-checkout\nVersion: 1\n")
    lines = [f"{name} = {target}" for name, target in entry_points["spacy_readers"].items()]
    (metadata / "entry_points.txt").write_text("\n".join(["[spacy_readers]", *lines, ""]))
    create_corpus(tmp_path / "news.corpus").close()
    search = os.pathsep.join((str(metadata.parent), str(ROOT)))
    for arguments in (("init", "config", "config.cfg", "--lang", "ar", "--pipeline", "ner"), TRAIN):
        completed = subprocess.run(
            [sys.executable, "-m", "spacy", *arguments],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": search},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            check=False,
        )
        assert completed.returncode == 0, completed.stdout
    assert (tmp_path / "models" / "model-last" / "config.cfg").exists()
