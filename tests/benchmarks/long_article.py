"""An article as long as they get, and labelled as densely: what the window's speed is measured with."""

from itertools import cycle
from typing import Final

from msgspec.structs import replace

from annotator.model.article_builder import build_article
from annotator.model.records import BODY, HEADLINE, AnnotatedArticle, Span, Zone, new_uid
from annotator.resources import resource_path
from annotator.text.punctuation import is_punctuation
from annotator.text.tokenizer import tokenize

SPANS: Final = 1_000
_DENSE: Final = 20  # code points to a span: an article of 20,000 has those thousand
_PARAGRAPH: Final = 260  # code points at most: some ninety of them
# Of ten words in a row those that are labelled, from the first to the last: two inside another, and one beside them.
_PATTERN: Final = (("PLAN", 0, 5), ("INSTITUTION", 0, 2), ("DATE", 4, 4), ("DATE", 7, 7))


def build_long_article(annotator: str, count: int = SPANS) -> AnnotatedArticle:
    """Build an article of repeated paragraphs of the samples, with that many nested and evenly spread spans.

    The article is as long as the spans of the annotator need.
    """
    text = _text(count * _DENSE)
    read, headline = build_article(text), text.index("\n")
    uid = read.article.uid
    zones = (Zone(new_uid(), uid, HEADLINE, 0, headline), Zone(new_uid(), uid, BODY, headline + 2, len(text)))
    words = [word for word in tokenize(text) if not is_punctuation(text, word)]
    groups = count // len(_PATTERN)
    spans = [
        Span(new_uid(), uid, annotator, label, words[first_word + first].start, words[first_word + last].end)
        for first_word in (group * (len(words) - 10) // groups for group in range(groups))
        for label, first, last in _PATTERN
    ]
    return replace(read, zones=zones, spans=tuple(spans))


def _text(length: int) -> str:
    samples = [path.read_text(encoding="utf-8") for path in sorted(resource_path("samples").iterdir())]
    paragraphs: list[str] = []
    for line in cycle(line for sample in samples for line in sample.split("\n") if len(line) > _PARAGRAPH / 2):
        paragraphs.append(line if len(line) <= _PARAGRAPH else line[: line.rfind(" ", 0, _PARAGRAPH)])
        text = "\n\n".join(paragraphs)
        if len(text) >= length:
            return text[:length].rstrip()
    raise ValueError("there are no sample articles")
