"""Hugging Face's datasets and pyarrow find in our folders the spans that the corpus has, with the names of the tags."""

from pathlib import Path
from typing import Any

import builders
import pytest
from consumers.reading import (
    NAMES,
    WHO,
    consumer,
    expected_places,
    place_chunks,
    read_columns,
    run_export,
    visible_letters,
)

from annotator.jobs.export.exporter import NothingToExport
from annotator.jobs.export.options import ALL
from annotator.store.corpus import Corpus
from annotator.tagging.schemes import IOB1, IOB2, IOBES
from annotator.text.visible import remove_invisible


@pytest.fixture
def datasets(monkeypatch: pytest.MonkeyPatch) -> Any:
    module = consumer("datasets")
    monkeypatch.setattr(module.config, "HF_DATASETS_OFFLINE", True)
    module.disable_progress_bars()
    return module


def load_export(datasets: Any, tmp_path: Path) -> Any:
    return datasets.load_dataset(str(tmp_path / "news"), cache_dir=str(tmp_path / "cache"))


@pytest.mark.parametrize("scheme", [IOB1, IOB2, IOBES])
@pytest.mark.parametrize("flatten", ["outermost", "refuse"])
def test_load_dataset(datasets: Any, corpus: Corpus, tmp_path: Path, scheme: str, flatten: str) -> None:
    kind = {IOB1: "IOB1", IOB2: "IOB2", IOBES: "IOBES"}[scheme]
    seqeval = consumer("seqeval.scheme")
    report = run_export(corpus, tmp_path / "news", format="huggingface", scheme=scheme, flatten=flatten)
    (split,) = load_export(datasets, tmp_path).values()
    tags = split.features["ner_tags"].feature
    assert tags.names[0] == "O"
    assert {name[2:] for name in tags.names[1:]} == set(NAMES)
    articles: dict[int, list[dict[str, Any]]] = {}
    for row in split:
        articles.setdefault(row["article"], []).append(row)
    flat, all_ = [], []
    for number, rows in articles.items():
        assert [row["id"] for row in rows] == [f"{number}-{position}" for position in range(1, len(rows) + 1)]
        tokens = [row["tokens"] for row in rows]
        names = [[tags.int2str(tag) for tag in row["ner_tags"]] for row in rows]
        entities = seqeval.Entities(names, getattr(seqeval, kind)).entities
        flat.append(
            place_chunks(
                tokens,
                [(entity.sent_id, entity.start, entity.end - 1, entity.tag) for some in entities for entity in some],
            )
        )
        offset, spans = 0, []
        for row in rows:
            assert visible_letters(row["text"]) == "".join(row["tokens"])
            for span in row["spans"]:
                start = offset + len(visible_letters(row["text"][: span["start"]]))
                spans.append(
                    (start, start + len(visible_letters(row["text"][span["start"] : span["end"]])), span["label"])
                )
            offset += len(visible_letters(row["text"]))
        all_.append(sorted(spans))
    assert flat == expected_places(corpus, report)
    assert all_ == expected_places(corpus, report, beside=True)


def test_the_parts_of_a_split(datasets: Any, corpus: Corpus, tmp_path: Path) -> None:
    parts = {"train": 8, "dev": 1, "test-a": 1, "اختبار": 1}
    report = run_export(corpus, tmp_path / "news", format="huggingface", split=parts)
    splits = load_export(datasets, tmp_path)
    assert report.parts
    assert {name: len(split) for name, split in splits.items()} == {
        part.replace("-", "_"): counts.sentences for part, counts in report.parts.items()
    }
    assert len({tuple(split.features["ner_tags"].feature.names) for split in splits.values()}) == 1


def test_each_fold_is_a_configuration(datasets: Any, corpus: Corpus, tmp_path: Path) -> None:
    report = run_export(corpus, tmp_path / "news", format="huggingface", folds=2)
    assert report.parts
    assert datasets.get_dataset_config_names(str(tmp_path / "news")) == [
        *("fold-1", "fold-2", "articles-fold-1", "articles-fold-2")
    ]
    numbers = []
    for fold in ("fold-1", "fold-2"):
        splits = datasets.load_dataset(str(tmp_path / "news"), fold, cache_dir=str(tmp_path / "cache"))
        counts = {name: report.parts[f"{fold}/{name}"].sentences for name in ("train", "test")}
        assert {name: len(split) for name, split in splits.items()} == counts
        numbers.append({name: {row["article"] for row in split} for name, split in splits.items()})
        assert splits["train"].features["ner_tags"].feature.names[0] == "O"
        articles = datasets.load_dataset(str(tmp_path / "news"), f"articles-{fold}", cache_dir=str(tmp_path / "cache"))
        assert {name: set(split["number"]) for name, split in articles.items()} == numbers[-1]
    assert numbers[0]["train"] == numbers[1]["test"]
    assert numbers[0]["test"] == numbers[1]["train"]


def test_articles_are_a_configuration_and_as_the_corpus_has_them(datasets: Any, corpus: Corpus, tmp_path: Path) -> None:
    """The spans that no tag can have are there too: they are those of the corpus, not of the tokens."""
    report = run_export(corpus, tmp_path / "news", format="huggingface", split={"train": 1, "test-a": 1})
    assert datasets.get_dataset_config_names(str(tmp_path / "news")) == ["default", "articles"]
    sentences = load_export(datasets, tmp_path)
    parts = datasets.load_dataset(str(tmp_path / "news"), "articles", cache_dir=str(tmp_path / "cache"))
    assert report.parts
    assert {name: len(split) for name, split in parts.items()} == {
        part.replace("-", "_"): counts.articles for part, counts in report.parts.items()
    }
    span_count = 0
    for name, split in parts.items():
        assert set(split["part"]) == {name.replace("_", "-")}
        rows = {row["number"]: row for row in split}
        for number, row in rows.items():
            item = corpus.load_article(row["uid"])
            article = item.article
            assert (number, row["text"], row["published"]) == (article.id, article.text, article.published)
            assert (row["source"], row["url"]) == (article.source, article.url)
            assert row["spans"] == [
                {key: getattr(span, key) for key in row["spans"][0]} for span in item.spans if span.annotator == WHO
            ]
            span_count += len(row["spans"])
        for sentence in sentences[name]:
            article_row = rows[sentence["article"]]
            assert (sentence["uid"], sentence["title"]) == (article_row["uid"], article_row["title"])
            stored = {span["uid"]: span for span in article_row["spans"]}
            for span in sentence["spans"]:
                text = article_row["text"][stored[span["uid"]]["start"] : stored[span["uid"]]["end"]]
                assert visible_letters(text) in visible_letters(sentence["text"][span["start"] : span["end"]])
    assert span_count == report.spans


def test_a_file_by_itself_has_the_names_too(datasets: Any, corpus: Corpus, tmp_path: Path) -> None:
    run_export(corpus, tmp_path / "news", format="huggingface")
    alone = datasets.Dataset.from_parquet(str(tmp_path / "news/train.parquet"), cache_dir=str(tmp_path / "cache"))
    assert alone.features == load_export(datasets, tmp_path)["train"].features
    table = consumer("pyarrow.parquet").read_table(tmp_path / "news/train.parquet")
    assert table.column_names == [
        *("id", "article", "uid", "title", "published", "source", "url", "start", "text", "tokens", "offsets"),
        *("ner_tags", "spans"),
    ]
    assert table.num_rows == len(alone)


def test_tokens_are_those_of_the_columns(corpus: Corpus, tmp_path: Path) -> None:
    """Nothing flattened cuts words or joins sentences here, so both show the same."""
    parquet = consumer("pyarrow.parquet")
    run_export(corpus, tmp_path / "news", format="huggingface", boundary="refuse", flatten="innermost")
    run_export(corpus, tmp_path / "news.conll", boundary="refuse", flatten="innermost")
    rows = parquet.read_table(tmp_path / "news/train.parquet")["tokens"].to_pylist()
    sentences = [sentence for article in read_columns(tmp_path / "news.conll") for sentence in article]
    words = [word for sentence in sentences for word, _tag in sentence]
    assert [token for row in rows for token in row] == words


def test_the_card_is_yaml_whatever_parts_are_called(corpus: Corpus, tmp_path: Path) -> None:
    yaml = consumer("yaml")
    report = run_export(corpus, tmp_path / "news", format="huggingface", split={"no": 1, "1": 1}, state=ALL)
    _empty, header, body = (tmp_path / "news/README.md").read_text(encoding="utf-8").split("---\n", 2)
    card = yaml.safe_load(header)
    assert [file["split"] for file in card["configs"][0]["data_files"]] == ["no", "1"]
    assert [file["path"] for file in card["configs"][0]["data_files"]] == ["no.parquet", "1.parquet"]
    assert card["language"] == ["ar"]
    assert card["size_categories"] == ["n<1K"]
    for count in (report.spans, *report.labels.values()):
        assert str(count) in body


def test_of_an_empty_corpus_no_dataset_is_made(tmp_path: Path) -> None:
    from consumers.reading import LABELS

    consumer("pyarrow")
    with Corpus.create(tmp_path / "empty.corpus", LABELS) as empty, pytest.raises(NothingToExport):
        run_export(empty, tmp_path / "news", format="huggingface")
    assert not (tmp_path / "news").exists()


def test_rows_lead_back_to_the_corpus(datasets: Any, corpus: Corpus, tmp_path: Path) -> None:
    run_export(corpus, tmp_path / "news", format="huggingface")
    (split,) = load_export(datasets, tmp_path).values()
    for row in split:
        item = corpus.load_article(row["uid"])
        text = item.article.text
        assert row["article"] == item.article.id
        assert (row["source"], row["url"]) == (item.article.source, item.article.url)
        assert row["start"] == row["offsets"][0]
        assert all(
            remove_invisible(text[offset:]).startswith(token)
            for offset, token in zip(row["offsets"], row["tokens"], strict=True)
        )
        spans = {span.uid: span for span in item.spans}
        assert all(spans[span["uid"]].label == span["label"] for span in row["spans"])


def test_an_export_is_not_mistaken_for_an_older_one(datasets: Any, tmp_path: Path) -> None:
    """`datasets` caches by the card, which was the same for other articles with the same labels."""
    consumer("pyarrow")
    for number, text in enumerate(("قالت الوزارة", "قال الوزير", "قال الوزير أمس")):
        with builders.create_corpus(tmp_path / f"{number}.corpus", text) as corpus:
            run_export(corpus, tmp_path / "news", format="huggingface", state=ALL, zones=None)
        assert load_export(datasets, tmp_path)["train"]["text"][:] == [text]
