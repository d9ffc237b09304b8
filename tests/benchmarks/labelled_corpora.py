"""The labelled corpora that suggestions are measured on, beside the checkout or in any column file.

The news are the 119 articles of MArSum, whose labels lie here by article and offset, as the texts belong to others.
Whoever works on rules and lists must not read the 40 in `news_labels.jsonl`; the others, in `seen_news_labels.jsonl`,
were at hand when rules were written, so that figures on them are no forecast. Those in `written_news.jsonl` were
written for this program, with their labels: of events that never were, in the manner of many sites.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Final, NamedTuple

from model_accuracy import TWO, read_sentences

from annotator.model.records import Article, article_uid

NEWS_LABELS: Final = Path(__file__).parent / "news_labels.jsonl"
SEEN_NEWS_LABELS: Final = Path(__file__).parent / "seen_news_labels.jsonl"
WRITTEN_NEWS: Final = Path(__file__).parent / "written_news.jsonl"
NEWS: Final = ("DATE", "INSTITUTION", "PLAN")
SENTENCES: Final = "sentences"
ARTICLES: Final = "articles"
_SENTENCE_COUNTS: Final = (30, 100, 300, 1000)
_ARTICLE_COUNTS: Final = (8, 24, 60)
_MIN_SPANS: Final = 10  # of a label that is measured in any file


class Gold(NamedTuple):
    """An article, and the spans that it should have."""

    article: Article
    spans: tuple[tuple[int, int, str], ...]


class LabelledCorpus(NamedTuple):
    """A corpus that is labelled: `unit` is what its items are, `counts` how many of them are learned from.

    `judged` is a part that is kept for judging; without one, items are judged by what is learned from others.
    """

    name: str
    labels: tuple[str, ...]
    items: tuple[Gold, ...]
    unit: str = SENTENCES
    counts: tuple[int, ...] = _SENTENCE_COUNTS
    judged: tuple[Gold, ...] = ()


def load_corpora(data: Path) -> Iterator[LabelledCorpus]:
    """Yield the labelled corpora: the written news, and those of the data folder beside the checkout that are there."""
    yield load_texts(WRITTEN_NEWS)._replace(name="written news")
    samples = [data / "ner" / f"wojood-sample-{part}.txt" for part in ("train", "val")]
    if all(path.exists() for path in samples):
        training, judged = (_read_items(path, TWO) for path in samples)
        texts = {item.article.uid for item in judged}
        unseen = tuple(item for item in training if item.article.uid not in texts)
        yield LabelledCorpus("Wojood", TWO, unseen, judged=judged)
    tweets = data / "peers" / "conll" / "idrisi-ar-bilou.txt"
    if tweets.exists():
        yield load_column_file(tweets, "IDRISI")
    news = data / "articles" / "marsum.jsonl"
    if news.exists():
        yield LabelledCorpus("news", NEWS, load_news(news, NEWS_LABELS), ARTICLES, _ARTICLE_COUNTS)
        yield LabelledCorpus("seen news", NEWS, load_news(news, SEEN_NEWS_LABELS), ARTICLES, _ARTICLE_COUNTS)


def load_all_labels(data: Path) -> LabelledCorpus:
    """Return the training part of Wojood's sample with all frequent labels, some of which no rule knows."""
    return load_column_file(data / "ner" / "wojood-sample-train.txt", "Wojood, all labels")


def load_column_file(path: Path, name: str = "", only: Collection[str] = ()) -> LabelledCorpus:
    """Return the sentences of a column file with its frequent labels, or `only` some of these.

    Raises OSError, and ValueError without any.
    """
    examples = read_sentences(path)
    counts = Counter(label for example in examples for _start, _end, label in example.spans)
    frequent = (label for label, count in counts.items() if count >= _MIN_SPANS)
    labels = tuple(sorted(label for label in frequent if not only or label in only))
    if not labels:
        raise ValueError(f"{path} has no such label {_MIN_SPANS} times")
    return LabelledCorpus(name or path.stem, labels, _read_items(path, labels))


def load_texts(path: Path) -> LabelledCorpus:
    """Return texts labelled by this program's guideline, from lines of JSON with `text` and `spans`.

    A span is [start, end, label], in code points.
    """
    items = []
    for row in map(json.loads, path.open(encoding="utf-8")):
        spans = sorted(((start, end, label) for start, end, label in row["spans"]), key=lambda it: (it[0], -it[1]))
        items.append(Gold(Article(article_uid(row["text"]), row["text"]), tuple(spans)))
    return LabelledCorpus(path.parent.name, NEWS, tuple(items), ARTICLES, _ARTICLE_COUNTS)


def _read_items(path: Path, labels: tuple[str, ...]) -> tuple[Gold, ...]:
    """Return the sentences of a column file with their spans of these labels; of equal ones, the first."""
    items = {
        example.article.uid: Gold(example.article, tuple(span for span in example.spans if span[2] in labels))
        for example in reversed(read_sentences(path))
    }
    return tuple(reversed(items.values()))


def load_news(articles: Path, labels: Path) -> tuple[Gold, ...]:
    """Return the articles that `labels` has spans of, in their order. Raises ValueError where a text is another one."""
    labelled = {row["id"]: row for row in map(json.loads, labels.open(encoding="utf-8"))}
    items = []
    for row in map(json.loads, articles.open(encoding="utf-8")):
        text, gold = row["text"], labelled.get(row["id"])
        if gold is None:
            continue
        if hashlib.sha256(text.encode()).hexdigest() != gold["sha256"]:
            raise ValueError(f"the text of {row['id']} is not the one that was labelled")
        spans = sorted(((start, end, label) for start, end, label in gold["spans"]), key=lambda it: (it[0], -it[1]))
        items.append(Gold(Article(article_uid(text), text), tuple(spans)))
    return tuple(items)
