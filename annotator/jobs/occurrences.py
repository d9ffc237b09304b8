"""Where else in a corpus the words of a span stand, and labelling all those places in one step."""

from bisect import bisect_right
from collections.abc import Generator, Iterable, Sequence
from functools import lru_cache
from itertools import groupby
from operator import itemgetter
from typing import Final

from msgspec import Struct

from annotator.model import operations
from annotator.model.records import IN_PROGRESS, Article, Edit, Span, Status, Step, new_uid
from annotator.store.corpus import Corpus, now
from annotator.store.queries.article_list import summaries
from annotator.store.queries.search import matching
from annotator.text.search import occurrences
from annotator.text.sentences import sentences
from annotator.text.tokenizer import tokens

STEP: Final = "tag_each"
"""The name of the step that labels them."""


class Occurrence(Struct, frozen=True):
    """One place where the words stand: code points `start` to `end` of article `number`, called `title`.

    `before` and `after` are the rest of its sentence. `sure` is False where it may be another word; `labels` are those
    that the annotator gave this very stretch already.
    """

    number: int
    title: str
    start: int
    end: int
    before: str
    words: str
    after: str
    sure: bool
    labels: frozenset[str]


def in_article(
    article: Article, title: str, layer: Iterable[Span], form: str, *, taa: bool = False
) -> list[Occurrence]:
    """Where the words of `form` (see text.proclitics.form) stand in the article; `taa` takes ة for ه."""
    hits = occurrences(article.text, form, taa=taa)
    if not hits:
        return []
    given: dict[tuple[int, int], set[str]] = {}
    for span in layer:
        given.setdefault((span.start, span.end), set()).add(span.label)
    found = []
    for hit in hits:
        start, end = _sentence(article.text, hit.start, hit.end)
        found.append(
            Occurrence(
                article.id,
                title,
                hit.start,
                hit.end,
                article.text[start : hit.start],
                article.text[hit.start : hit.end],
                article.text[hit.end : end],
                hit.sure,
                frozenset(given.get((hit.start, hit.end), ())),
            )
        )
    return found


def in_corpus(
    corpus: Corpus, annotator: str, form: str, *, taa: bool = False
) -> Generator[tuple[int, int], None, list[Occurrence]]:
    """The same in all articles, in their order; yields how many articles of how many have been looked through."""
    numbers = matching(corpus, form)
    found: list[Occurrence] = []
    for done, summary in enumerate(summaries(corpus, numbers), 1):
        article = corpus.article(summary.id)
        found += in_article(article, summary.title, corpus.spans(article.uid, annotator), form, taa=taa)
        yield done, len(numbers)
    return found


def tag_each(
    corpus: Corpus, annotator: str, label: str, chosen: Sequence[Occurrence], here: str
) -> Generator[tuple[int, int], None, int]:
    """Label these places, in the order of their articles, but those that have the label: one step, so that one undo
    takes all of it back, also in the article of uid `here`, where the annotator is, if none of the places is there.
    Yields how much is done: each place counts once when it is looked at and once when it is written. Returns how many
    spans there are more. Closed before its end, it leaves nothing written."""
    edits: list[Edit] = []
    done = 0
    for number, group in groupby(chosen, lambda one: one.number):
        places = [(one.start, one.end) for one in group]
        article = corpus.article(number)
        edits += operations.add_each(article, corpus.spans(article.uid, annotator), annotator, label, places)
        done += len(places)
        yield done, 2 * len(chosen)
    count = len(edits)
    if edits and all(edit.article != here for edit in edits):
        status = corpus.status(here, annotator)
        edits.append(Edit(status, status or Status(here, annotator, IN_PROGRESS)))
    if edits:
        for written in corpus.applying(Step(new_uid(), annotator, now(), STEP, tuple(edits))):
            yield min(done + written, 2 * done), 2 * done
    return count


def _sentence(text: str, start: int, end: int) -> tuple[int, int]:
    """The sentence around a stretch, within its line."""
    first = text.rfind("\n", 0, start) + 1
    last = text.find("\n", end)
    line = _sentences(text, first, last if last >= 0 else len(text))
    at = bisect_right(line, start, key=itemgetter(0)) - 1
    return (line[at][0], max(end, line[at][1])) if at >= 0 and start < line[at][1] else (start, end)


@lru_cache(maxsize=1)  # the next place is likely to be in the same line
def _sentences(text: str, first: int, last: int) -> list[tuple[int, int]]:
    return [(sentence[0].start, sentence[-1].end) for sentence in sentences(text, tokens(text, first, last))]
