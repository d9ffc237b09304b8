"""Finding and labelling all occurrences of a span's words."""

from bisect import bisect_right
from collections.abc import Collection, Generator, Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import groupby
from operator import itemgetter
from types import MappingProxyType
from typing import Final

from msgspec import Struct

from annotator.model import operations
from annotator.model.records import IN_PROGRESS, Article, Edit, Span, Status, Step, Suggestion, new_uid
from annotator.store.corpus import Corpus, utc_timestamp
from annotator.store.queries.article_list import ArticleFilter, list_article_numbers, load_summaries
from annotator.suggest.span_values import fill_values
from annotator.text.intervals import IntervalIndex
from annotator.text.offsets import line_range
from annotator.text.search import find_occurrences
from annotator.text.sentences import split_sentences
from annotator.text.tokenizer import tokenize

STEP_NAME: Final = "tag_each"
"""The name, in the corpus file, of the step that labels occurrences."""


class Occurrence(Struct, frozen=True):
    """An occurrence: code points `start` to `end` of the article with this `number` and `title`.

    `before` and `after` are the rest of the sentence. `is_certain` is False if it may be another word; `labels` are the
    annotator's for exactly this range. `longer_name` is the text of the span or suggestion with the label that it is a
    part of, if any.
    """

    number: int
    title: str
    start: int
    end: int
    before: str
    words: str
    after: str
    is_certain: bool
    labels: frozenset[str]
    longer_name: str = ""


def find_in_article(
    article: Article,
    title: str,
    layer: Collection[Span],
    form: str,
    *,
    taa: bool = False,
    label: str = "",
    suggestions: Iterable[Suggestion] = (),
) -> list[Occurrence]:
    """Find the words of `form` (see text.proclitics.normalise_form), to be tagged with `label`.

    With `taa`, ة matches ه. `suggestions` are the open ones for the article.
    """
    hits = find_occurrences(article.text, form, taa=taa)
    if not hits:
        return []
    labels_by_range: dict[tuple[int, int], set[str]] = {}
    for span in layer:
        labels_by_range.setdefault((span.start, span.end), set()).add(span.label)
    names = IntervalIndex[tuple[int, int]]()
    items: list[Span | Suggestion] = [*layer, *suggestions]
    for item in items:
        if item.label == label:
            names.add(item.start, item.end, (item.start, item.end))
    results = []
    for hit in hits:
        longer = [
            name
            for name in names.overlapping(hit.start, hit.end)
            if name[0] <= hit.start and hit.end <= name[1] and name != (hit.start, hit.end)
        ]
        start, end = sentence_around(article.text, hit.start, hit.end)
        results.append(
            Occurrence(
                article.id,
                title,
                hit.start,
                hit.end,
                article.text[start : hit.start],
                article.text[hit.start : hit.end],
                article.text[hit.end : end],
                hit.is_sure,
                frozenset(labels_by_range.get((hit.start, hit.end), ())),
                article.text[slice(*max(longer, key=lambda name: name[1] - name[0]))] if longer else "",
            )
        )
    return results


def find_in_corpus(
    corpus: Corpus,
    annotator: str,
    form: str,
    *,
    taa: bool = False,
    label: str = "",
    suggestions: Mapping[int, Sequence[Suggestion]] = MappingProxyType({}),
) -> Generator[tuple[int, int], None, list[Occurrence]]:
    """Find the words in all articles, in order (see find_in_article).

    `suggestions` are by number of article, where they are known. Yields the articles searched and the total.
    """
    numbers = list_article_numbers(corpus, annotator, ArticleFilter(words=form))
    results: list[Occurrence] = []
    for count, summary in enumerate(load_summaries(corpus, numbers), 1):
        article = corpus.article(summary.id)
        layer = corpus.spans(article.uid, annotator)
        open_suggestions = suggestions.get(summary.id, ())
        results += find_in_article(
            article, summary.title, layer, form, taa=taa, label=label, suggestions=open_suggestions
        )
        yield count, len(numbers)
    return results


def label_occurrences(
    corpus: Corpus,
    annotator: str,
    label: str,
    selection: Sequence[Occurrence],
    article_uid: str,
    *,
    actor: str | None = None,
) -> Generator[tuple[int, int], None, int]:
    """Label these occurrences, sorted by article, unless labelled so; return the number of new spans.

    `actor` does it, if not the annotator.

    One undo reverts all, also from the open article `article_uid` without an occurrence. The progress counts each
    occurrence twice: once examined, once written. If closed before the end, nothing is written.
    """
    edits: list[Edit] = []
    examined = 0
    for number, group in groupby(selection, lambda occurrence: occurrence.number):
        ranges = [(occurrence.start, occurrence.end) for occurrence in group]
        article = corpus.article(number)
        layer = corpus.spans(article.uid, annotator)
        edits += fill_values(article, operations.add_spans(article, layer, annotator, label, ranges))
        examined += len(ranges)
        yield examined, 2 * len(selection)
    count = len(edits)
    if edits and all(edit.article != article_uid for edit in edits):
        status = corpus.status(article_uid, annotator)
        edits.append(Edit(status, status or Status(article_uid, annotator, IN_PROGRESS)))
    if edits:
        step = Step(new_uid(), annotator, utc_timestamp(), STEP_NAME, tuple(edits), actor=actor)
        for written in corpus.apply_in_batches(step):
            yield min(examined + written, 2 * examined), 2 * examined
    return count


def sentence_around(text: str, start: int, end: int) -> tuple[int, int]:
    """Return the sentence around a range, within its line."""
    line_sentences = _sentences(text, *line_range(text, start, end))
    index = bisect_right(line_sentences, start, key=itemgetter(0)) - 1
    return (
        (line_sentences[index][0], max(end, line_sentences[index][1]))
        if index >= 0 and start < line_sentences[index][1]
        else (start, end)
    )


@lru_cache(maxsize=1)  # the next occurrence is often in the same line
def _sentences(text: str, first: int, last: int) -> list[tuple[int, int]]:
    return [(sentence[0].start, sentence[-1].end) for sentence in split_sentences(text, tokenize(text, first, last))]
