"""Build the articles, spans, label sets and corpora of the tests, of all folders."""

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from annotator.model.changeset import Assignment, Batch
from annotator.model.labels import Colour, Label, LabelSet, default_labels
from annotator.model.records import AnnotatedArticle, Article, Edit, Span, Step, article_uid, new_uid
from annotator.store.corpus import Corpus, utc_timestamp
from annotator.store.queries.assignments import save_assignments
from annotator.tagging.flat import FlatProjection
from annotator.tagging.schemes import Chunk


def build_plain_article(text: str, published: str | None = None) -> AnnotatedArticle:
    """Build an article without zones and spans; `build_article` of the program would recognise zones."""
    return AnnotatedArticle(Article(article_uid(text), text, published=published))


def build_label_set(*names: str) -> LabelSet:
    """Build a label set with these names, which are also the labels' Arabic titles."""
    return LabelSet(tuple(Label(name, {"ar": name}, Colour("#8f6a0a", "#ecc04c")) for name in names))


def create_corpus(path: Path, *articles: AnnotatedArticle | str, labels: LabelSet | None = None) -> Corpus:
    """Create a corpus of these articles, each numbered from 1 on; texts become plain articles.

    The labels are those that come with the program, unless others are passed.
    """
    corpus = Corpus.create(path, default_labels() if labels is None else labels)
    for article in articles:
        corpus.add(build_plain_article(article) if isinstance(article, str) else article)
    return corpus


def locate(words: str, text: str) -> tuple[int, int]:
    """Return the start and the end of the first occurrence of these words in the text."""
    start = text.index(words)
    return start, start + len(words)


def label_words(
    text: str, labelled_words: Sequence[tuple[str, str]], annotator: str = "سلمى", value: str | None = None
) -> list[Span]:
    """Build spans on words of the text, given as (words, label); their uids are in that order, and decide ties."""
    uid = article_uid(text)
    return [
        Span(f"{uid[:8]}-{annotator}-{index:03}", uid, annotator, label, *locate(words, text), value)
        for index, (words, label) in enumerate(labelled_words)
    ]


def apply_edits(
    corpus: Corpus,
    edits: Iterable[Edit],
    annotator: str = "Sanae",
    undoes: str | None = None,
    name: str = "tag",
    actor: str | None = None,
) -> Step:
    """Apply these edits as a step of the annotator, and return the step."""
    step = Step(new_uid(), annotator, utc_timestamp(), name, tuple(edits), undoes, actor=actor)
    corpus.apply(step)
    return step


def give_articles(corpus: Corpus, queues: Mapping[str, Iterable[int]], *, is_blind: bool = False) -> Batch:
    """Assign the articles with these numbers to annotators, and return the batch."""
    batch = Batch(new_uid(), "1", is_blind, utc_timestamp())
    assignments = [
        Assignment(corpus.article(number).uid, name, batch.uid)
        for name, numbers in queues.items()
        for number in numbers
    ]
    save_assignments(corpus, batch, assignments)
    return batch


def write_json_lines(path: Path, *values: object) -> Path:
    """Write each of these values as a line of JSON, and return the path."""
    path.write_text("\n".join(map(json.dumps, values)), encoding="utf-8")
    return path


def execute_unchecked(path: Path, statement: str) -> None:
    """Execute a statement without the constraints of the schema, as an attacker could."""
    db = sqlite3.connect(path, isolation_level=None)
    db.execute("PRAGMA ignore_check_constraints = ON")
    db.execute("PRAGMA foreign_keys = OFF")
    db.execute(statement)
    db.close()


class FlatSentence(NamedTuple):
    """A sentence of a flat projection: its tokens, and its labelled stretches by their tokens."""

    words: list[str]
    chunks: list[Chunk]


def list_sentences(projection: FlatProjection) -> list[FlatSentence]:
    """Return the sentences of a flat projection."""
    sentences = [FlatSentence([], [])]
    for lines, label in projection.stretches:
        words, chunks = sentences[-1]
        tokens = lines.removesuffix("\n").split("\n")
        ends_sentence = tokens[-1] == ""
        tokens = tokens[: len(tokens) - ends_sentence]
        if label is not None:
            chunks.append(Chunk(label, len(words), len(words) + len(tokens)))
        words += tokens
        if ends_sentence:
            sentences.append(FlatSentence([], []))
    assert sentences.pop() == ([], [])
    return sentences
