"""What is still open in an annotator's layers: suggestions that were not looked at, and issues."""

from collections.abc import Callable, Iterator, Sequence

from msgspec import Struct

from annotator.jobs.checking import check_article, collect_facts
from annotator.jobs.suggesting import BatchSuggester, suggest_in_batches
from annotator.model.records import DONE
from annotator.store.corpus import Corpus
from annotator.store.queries.check_data import load_dismissals


class OpenWork(Struct, frozen=True):
    """How many suggestions and issues are open in the article with this number."""

    article: int
    suggestions: int
    issues: int


def list_not_done(corpus: Corpus, numbers: Sequence[int], annotator: str) -> list[int]:
    """Return the numbers of those articles that the annotator has not done."""
    statuses = ((number, corpus.status(corpus.article(number).uid, annotator)) for number in numbers)
    return [number for number, status in statuses if not (status and status.state == DONE)]


def find_open_work(
    corpus: Corpus,
    numbers: Sequence[int],
    annotator: str,
    report_error: Callable[[str], None],
    *,
    has_suggestions: bool = True,
) -> Iterator[OpenWork]:
    """Yield what is open in these articles, if anything; without `has_suggestions` only issues.

    The suggesters are as the corpus has trained them. `report_error` is called with a sentence on each problem with an
    external one.
    """
    counts: dict[int, int] = {}
    if has_suggestions:
        suggester = BatchSuggester.from_corpus(corpus, annotator)
        for batch in suggest_in_batches(suggester, corpus.load_articles(numbers, annotator), report_error):
            counts |= {item.article.id: len(item.suggestions) for item in batch}
    facts, dismissals = collect_facts(corpus, annotator), load_dismissals(corpus)
    for annotated in corpus.load_articles(numbers, annotator):
        article = annotated.article
        issues = check_article(facts, annotated, annotator, dismissals.get((article.uid, annotator), ()))
        work = OpenWork(article.id, counts.get(article.id, 0), len(issues))
        if work.suggestions or work.issues:
            yield work
