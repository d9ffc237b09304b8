"""That the labelled corpora are read as they were labelled."""

import hashlib
import json
from pathlib import Path

import pytest
from labelled_corpora import load_column_file, load_corpora, load_news

from annotator.model.records import article_uid

_TEXT = "أعلنت وزارة الصحة أمس عن خطة."


def write_news(folder: Path, text: str) -> tuple[Path, Path]:
    """Write an article, and labels of one with this text; return the files of both."""
    articles, labels = folder / "articles.jsonl", folder / "labels.jsonl"
    rows = ({"id": "other", "text": "ليس منها"}, {"id": "a", "text": _TEXT})
    articles.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    spans = [[18, 21, "DATE"], [6, 17, "INSTITUTION"]]
    row = {"id": "a", "sha256": hashlib.sha256(text.encode()).hexdigest(), "spans": spans}
    labels.write_text(json.dumps(row), encoding="utf-8")
    return articles, labels


def test_news_are_the_articles_that_are_labelled(tmp_path: Path) -> None:
    [item] = load_news(*write_news(tmp_path, _TEXT))
    assert item.article.uid == article_uid(_TEXT)
    assert item.spans == ((6, 17, "INSTITUTION"), (18, 21, "DATE"))


def test_labels_of_another_text_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="the text of a is not the one that was labelled"):
        load_news(*write_news(tmp_path, _TEXT + " "))


def test_a_column_file_has_its_frequent_labels_by_the_sentence(tmp_path: Path) -> None:
    path = tmp_path / "mine.conll"
    sentences = [f"وزارة B-ORG\nالصحة I-ORG\nرقم O\n{number} B-NUM\n" for number in range(10)]
    path.write_text("\n".join([*sentences, "وزارة B-ORG\nالعدل I-ORG\n", sentences[0], "x B-RARE\n"]), encoding="utf-8")
    corpus = load_column_file(path)
    assert (corpus.name, corpus.labels, len(corpus.items)) == ("mine", ("NUM", "ORG"), 12)  # the equal one once
    assert corpus.items[0].spans == ((0, 11, "ORG"), (16, 17, "NUM"))
    assert load_column_file(path, only=["ORG", "PERS"]).labels == ("ORG",)
    with pytest.raises(ValueError, match="no such label 10 times"):
        load_column_file(path, only=["PERS"])


def test_the_corpora_beside_the_checkout_are_measured_and_else_the_written_news(shared: Path, tmp_path: Path) -> None:
    corpora = {corpus.name: corpus for corpus in load_corpora(shared / "data")}
    assert (len(corpora["Wojood"].items), len(corpora["Wojood"].judged)) == (1081, 157)
    assert corpora["IDRISI"].labels == ("CITY", "CTRY", "HPOI")
    assert (len(corpora["news"].items), len(corpora["seen news"].items)) == (40, 79)
    assert [corpus.name for corpus in load_corpora(tmp_path)] == ["written news"]
