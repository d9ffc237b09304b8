"""What the tests share that have other programs read what was written: a corpus, and where its spans should be found.

Places are letters of an article's text without its spaces and invisible marks: all that a file of tokens shows of it.
"""

import importlib.util
import random
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from builders import label_words
from msgspec.structs import replace

from annotator.formats.report import Report
from annotator.generators import finish
from annotator.jobs.export.exporter import export
from annotator.jobs.export.options import ExportOptions
from annotator.model.article_builder import build_article
from annotator.model.labels import default_labels
from annotator.model.records import BODY, DONE, HEADLINE, AnnotatedArticle, Article, Span, Status, Zone, new_uid
from annotator.resources import resource_path
from annotator.store.corpus import Corpus
from annotator.store.queries import article_list
from annotator.text.tokenizer import tokenize
from annotator.text.visible import remove_invisible

LABELS = default_labels()
NAMES = tuple(label.name for label in LABELS.labels)
WHO = "سلمى"
BEFORE_314 = ("jsonschema", "label_studio_sdk")
"""What pyproject.toml asks for on older Pythons alone, and what comes with it."""
Found = tuple[int, int, str]
Sentence = list[tuple[str, str]]


def consumer(name: str) -> Any:
    """Return the module of a program that reads exports; skips the test where it is not installed."""
    package = name.partition(".")[0]
    if importlib.util.find_spec(package) is None:
        if package in BEFORE_314 and sys.version_info >= (3, 14):
            pytest.skip(f"{name} cannot be installed on Python 3.14")
        pytest.skip(f"{name} is not installed; this brings it: python3 packaging/dev.py test --with consumers")
    return importlib.import_module(name)


def build_tricky_articles() -> list[AnnotatedArticle]:
    """Build articles that confuse readers: emoji, marks, tatweel, spans that nest, cross, touch and cut words."""

    def article(text: str, *parts: tuple[str, str]) -> AnnotatedArticle:
        spans = label_words(text, parts, WHO)
        return build_article(
            text, zones=[Zone(new_uid(), "", BODY, 0, len(text))], spans=spans, states=[Status("", WHO, DONE)]
        )

    return [
        article(
            "😀👩\u200d👧 أعلنت لوزارة الصحة خطة العمل 2024-2025 يوم 9 يوليوز.\nقالت الوزارة: «نعم»!",
            *(("وزارة الصحة", "INSTITUTION"), ("خطة العمل 2024-2025", "PLAN"), ("2024-2025", "DATE")),
            *(("الصحة خطة", "PLAN"), ("9 يوليوز", "DATE"), ("الوزارة", "INSTITUTION"), ("نعم", "PLAN")),
        ),
        article(
            "رؤ\u200fية  2030\u200f: كـتـابٌ وَزَارَةٌ\u00a0🇲🇦 l'État “خطة” 2.16.668 😀",
            *(("رؤ\u200fية  2030", "PLAN"), ("كـتـابٌ", "PLAN"), ("وَزَارَةٌ", "PLAN"), ("🇲🇦", "INSTITUTION")),
            *(("l'État", "INSTITUTION"), ("خطة", "PLAN"), ("2.16.668", "DATE"), ("😀", "DATE")),
        ),
        article("لا شيء هنا."),
        article("أمس غدا", ("أمس", "DATE"), ("غدا", "DATE")),
        article("أمس. غدا قال", ("أمس. غدا", "PLAN"), ("غدا", "DATE")),
    ]


def build_samples() -> Iterator[AnnotatedArticle]:
    """Yield the sample articles, each with random spans that nest, cross and cut words."""
    dice = random.Random(7)
    for path in sorted(resource_path("samples").glob("*.txt")):
        item = build_article(path.read_text(encoding="utf-8"), states=[Status("", WHO, DONE)])
        text = item.article.text
        words = tokenize(text)
        stretches = set()
        for _ in range(40):
            first = dice.randrange(len(words))
            last = min(first + dice.choice((0, 0, 1, 1, 2, 5)), len(words) - 1)
            start, end = words[first].start, words[last].end
            cut = dice.random() < 0.1 and end - start > 1
            stretches.add((start + cut, end, dice.choice(NAMES)))
        spans = (Span(new_uid(), item.article.uid, WHO, label, start, end) for start, end, label in sorted(stretches))
        yield replace(item, spans=tuple(spans))


def create_corpus(path: Path) -> Corpus:
    """Create the corpus."""
    corpus = Corpus.create(path, LABELS)
    for item in (*build_tricky_articles(), *build_samples()):
        corpus.add(item)
    return corpus


def run_export(corpus: Corpus, path: Path, **options: Any) -> Report:
    """Export to `path` with these options, and return the report."""
    return finish(export(corpus, path, ExportOptions(**options)))


def visible_letters(text: str) -> str:
    """Return what can be seen of a text, without spaces."""
    return "".join(character for character in remove_invisible(text) if not character.isspace())


def expected_places(corpus: Corpus, report: Report, *, beside: bool = False) -> list[list[Found]]:
    """Return where the file of a report should have spans, article by article: those of the corpus, as moved there.

    With `beside` also those that are left out for others and are in a second list.
    """
    lost = {entry.uid: entry for entry in (*report.flattened, *report.refused, *report.outside_zones)}
    outcomes = {entry.uid: entry for entry in (*report.widened, *report.split, *lost.values())}
    places = []
    for summary in article_list.load_all_summaries(corpus):
        item = corpus.load_article(summary.id, WHO)
        stretches = []
        for span in item.spans:
            text = outcomes[span.uid].became if span.uid in outcomes else item.article.text[span.start : span.end]
            if text is not None and (beside or span.uid not in lost):
                stretches.append(_find_place(item, span, visible_letters(text)))
        places.append(sorted(stretches))
    return places


def _find_place(item: AnnotatedArticle, span: Span, visible: str) -> Found:
    parts = sorted((zone.start, zone.end) for zone in item.zones if zone.kind in (HEADLINE, BODY))
    text = item.article.text
    before = sum(len(visible_letters(text[start : min(end, span.start)])) for start, end in parts if start < span.start)
    everything = "".join(visible_letters(text[start:end]) for start, end in parts)
    start = everything.rindex(visible, 0, before + len(visible))
    assert start <= before <= start + len(visible)
    return start, start + len(visible), span.label


def read_columns(path: Path) -> list[list[Sentence]]:
    """Return the sentences of each article of a file of columns as (token, tag), read in the plainest way."""
    articles: list[list[Sentence]] = []
    for block in path.read_text(encoding="utf-8").strip().split("\n\n"):
        rows = [line.split(" ") for line in block.split("\n")]
        if rows[0][0] == "-DOCSTART-":
            articles.append([])
        else:
            articles[-1].append([(row[0], row[-1]) for row in rows])
    return articles


def place_chunks(sentences: Sequence[Sequence[str]], chunks: Iterable[tuple[int, int, int, str]]) -> list[Found]:
    """Return chunks of an article, each (sentence, first token, last token, label), as places in its text."""
    starts: list[list[int]] = []
    offset = 0
    for words in sentences:
        starts.append([])
        for word in words:
            starts[-1].append(offset)
            offset += len(word)
    return sorted(
        (starts[number][first], starts[number][last] + len(sentences[number][last]), label)
        for number, first, last, label in chunks
    )


def load_articles(corpus: Corpus) -> list[Article]:
    """Return the articles."""
    return [corpus.article(summary.id) for summary in article_list.load_all_summaries(corpus)]
