"""Adjudication: what annotators agree on goes into the gold layer, and their disagreements are decided there."""

from collections import Counter
from collections.abc import Collection, Generator, Iterable, Iterator, Sequence
from itertools import islice
from typing import Final

from msgspec import Struct

from annotator.model import operations
from annotator.model.history import AGREED_STEP, DECIDE_STEP
from annotator.model.records import DONE, IN_PROGRESS, NEW, AnnotatedArticle, Article, Edit, Span, Status, Step, new_uid
from annotator.store.corpus import Corpus, utc_timestamp
from annotator.store.queries import gold
from annotator.store.queries.annotators import list_people
from annotator.team.adjudication import Adjudication, DecidedOtherwise, find_decided_otherwise
from annotator.team.disagreements import Disagreement, compare_layers

_BATCH_SIZE: Final = 50
"""Articles loaded at once."""
_WRITTEN_AT_ONCE: Final = 10
"""Articles in one transaction, for which a key of who labels meanwhile has to wait."""


class ArticleToAdjudicate(Struct, frozen=True):
    """An article that several annotators have done, and the state of its gold layer, if any."""

    article: Article
    adjudication: Adjudication
    status: Status | None


class ArticleDisagreement(Struct, frozen=True):
    """A disagreement that is to be decided, and its article."""

    article: Article
    disagreement: Disagreement


class AdjudicationResult(Struct, frozen=True):
    """How many agreed spans were put into the gold layer, how many disagreements decided, and those left."""

    agreed: int
    decided: int
    disagreements: Sequence[ArticleDisagreement]

    def count_by_article(self) -> dict[int, int]:
        """Return the numbers of disagreements to decide by the number of their article, the largest first."""
        counts = Counter(item.article.id for item in self.disagreements)
        return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def load_adjudications(corpus: Corpus, gold_name: str, numbers: Iterable[int]) -> Iterator[ArticleToAdjudicate]:
    """Yield the articles with these numbers, which must exist, in this order."""
    persons, label_uids = frozenset(list_people(corpus)), gold.load_label_uids(corpus)
    remaining = iter(numbers)
    while batch := list(islice(remaining, _BATCH_SIZE)):
        articles = list(corpus.load_articles(batch))
        uids = [annotated.article.uid for annotated in articles]
        decisions, rejected = gold.load_decisions(corpus, uids), gold.load_rejected_ranges(corpus, uids, gold_name)
        for annotated in articles:
            uid = annotated.article.uid
            adjudication = Adjudication(
                uid,
                gold_name,
                compare_layers(_finished_layers(annotated, persons)),
                [span for span in annotated.spans if span.annotator == gold_name],
                decisions.get(uid, ()),
                rejected.get(uid, ()),
                label_uids,
            )
            status = next((status for status in annotated.states if status.annotator == gold_name), None)
            yield ArticleToAdjudicate(annotated.article, adjudication, status)


def list_decided_otherwise(
    corpus: Corpus, annotator: str
) -> Generator[tuple[int, int], None, list[tuple[AnnotatedArticle, DecidedOtherwise]]]:
    """Return what was decided otherwise than the annotator has it, in the articles that are adjudicated.

    Yields the articles done and their total.
    """
    gold_name = gold.find_gold(corpus)
    numbers = gold.list_gold_articles(corpus, gold_name, DONE) if gold_name else []
    results: list[tuple[AnnotatedArticle, DecidedOtherwise]] = []
    for start in range(0, len(numbers), _BATCH_SIZE):
        yield start, len(numbers)
        articles = list(corpus.load_articles(numbers[start : start + _BATCH_SIZE]))
        decisions = gold.load_decisions(corpus, [annotated.article.uid for annotated in articles])
        for annotated in articles:
            if annotator not in _finished_layers(annotated, [annotator]):
                continue
            own, decided = (
                [span for span in annotated.spans if span.annotator == name] for name in (annotator, gold_name)
            )
            differences = find_decided_otherwise(own, decided, decisions.get(annotated.article.uid, ()))
            results += ((annotated, difference) for difference in differences)
    return results


def adjudicate(
    corpus: Corpus, actor: str, *, agreed: bool = False, majority: bool = False
) -> Generator[tuple[int, int], None, AdjudicationResult]:
    """Put what all agree on into the gold layer, if `agreed`, and decide by majority, if `majority`.

    An article in which nothing is left to decide is then adjudicated: its gold layer is done. Without both, nothing is
    written. Each batch of articles is a transaction; yields the articles done and their total. `actor` does it.
    """
    writes = agreed or majority
    gold_name = gold.create_gold(corpus) if writes else gold.find_gold(corpus) or ""
    numbers = gold.list_shared_articles(corpus)
    agreed_count = decided_count = 0
    disagreements: list[ArticleDisagreement] = []
    batch_size = _WRITTEN_AT_ONCE if writes else _BATCH_SIZE
    for start in range(0, len(numbers), batch_size):
        yield start, len(numbers)
        batch = numbers[start : start + batch_size]
        if not writes:
            for item in load_adjudications(corpus, gold_name, batch):
                disagreements += _list_open(item.article, item.adjudication)
            continue
        with corpus.transaction():
            for item in list(load_adjudications(corpus, gold_name, batch)):
                edits = item.adjudication.agree()
                adjudication = item.adjudication.after(edits)
                decisions = adjudication.decide_by_majority(adjudication.open_disagreements()) if majority else []
                adjudication = adjudication.after(decisions)
                open_disagreements = _list_open(item.article, adjudication)
                _apply(corpus, item, actor, edits, decisions, is_done=not open_disagreements)
                agreed_count += sum(edit.before is None for edit in edits if isinstance(edit.after, Span))
                decided_count += len(item.adjudication.open_disagreements()) - len(open_disagreements)
                disagreements += open_disagreements
    yield len(numbers), len(numbers)
    return AdjudicationResult(agreed_count, decided_count, disagreements)


def _finished_layers(annotated: AnnotatedArticle, persons: Collection[str]) -> dict[str, list[Span]]:
    """Return the layers of the persons who have done the article, or whose spans were imported."""
    states = {status.annotator: status.state for status in annotated.states}
    layers: dict[str, list[Span]] = {name: [] for name, state in states.items() if state == DONE and name in persons}
    for span in annotated.spans:
        name = span.annotator
        if name in persons and states.get(name, NEW) in (NEW, DONE):
            layers.setdefault(name, []).append(span)
    return layers


def _list_open(article: Article, adjudication: Adjudication) -> list[ArticleDisagreement]:
    return [ArticleDisagreement(article, disagreement) for disagreement in adjudication.open_disagreements()]


def _apply(
    corpus: Corpus, item: ArticleToAdjudicate, actor: str, agreed: list[Edit], decisions: list[Edit], *, is_done: bool
) -> None:
    """Write what changes the gold layer of an article, and its state."""
    state_edits = change_state(item, is_done=is_done)
    steps = {AGREED_STEP: agreed, DECIDE_STEP: decisions}
    name = DECIDE_STEP if decisions else AGREED_STEP
    steps[name] = [*steps[name], *state_edits]
    for name, edits in steps.items():
        if edits:
            corpus.apply(Step(new_uid(), item.adjudication.gold, utc_timestamp(), name, tuple(edits), actor=actor))


def change_state(item: ArticleToAdjudicate, *, is_done: bool) -> list[Edit]:
    """Return the edits of the state of a gold layer in which nothing is left to decide (`is_done`), or something is.

    One that was done is in progress again if votes have changed; one that is skipped or flagged stays so.
    """
    before, state = item.status, item.status.state if item.status else NEW
    if is_done and state in (NEW, IN_PROGRESS):
        return operations.set_state(before, item.article, item.adjudication.gold, DONE)
    if not is_done and state in (NEW, DONE):
        return operations.set_state(before, item.article, item.adjudication.gold, IN_PROGRESS)
    return []
