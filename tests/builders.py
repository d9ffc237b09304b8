"""Build the articles, spans, label sets and corpora of the tests, of all folders."""

import json
import sqlite3
from collections.abc import Iterable, Sequence
from itertools import accumulate, pairwise
from pathlib import Path

from annotator.model.labels import Colour, Label, LabelSet, default_labels
from annotator.model.records import AnnotatedArticle, Article, Edit, Span, Step, article_uid, new_uid
from annotator.store.corpus import Corpus, utc_timestamp
from annotator.tagging.flat import FlatSentence
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
    corpus: Corpus, edits: Iterable[Edit], annotator: str = "Sanae", undoes: str | None = None, name: str = "tag"
) -> Step:
    """Apply these edits as a step of the annotator, and return the step."""
    step = Step(new_uid(), annotator, utc_timestamp(), name, tuple(edits), undoes)
    corpus.apply(step)
    return step


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


def list_words(sentence: FlatSentence) -> list[str]:
    """Return the tokens of a sentence."""
    return "".join(lines for lines, _label in sentence.stretches).split("\n")[:-1]


def list_chunks(sentence: FlatSentence) -> list[Chunk]:
    """Return the labelled stretches of a sentence by their tokens."""
    ends = [*accumulate((lines.count("\n") for lines, _label in sentence.stretches), initial=0)]
    stretches = zip(sentence.stretches, pairwise(ends), strict=True)
    return [Chunk(label, start, end) for (_lines, label), (start, end) in stretches if label is not None]
