"""The same disagreement in all articles: its places, and how they are decided in one step."""

from collections.abc import Generator, Iterable, Sequence

from msgspec import Struct

from annotator.jobs.adjudication import ArticleToAdjudicate, change_state, load_adjudications
from annotator.jobs.occurrences import Occurrence, sentence_around
from annotator.model.history import AGREED_STEP, DECIDE_STEP
from annotator.model.records import IN_PROGRESS, Edit, Status, Step, new_uid
from annotator.store.corpus import Corpus, utc_timestamp
from annotator.store.queries.article_list import ArticleFilter, list_article_numbers, load_summaries
from annotator.team.disagreements import (
    Candidate,
    CandidateKind,
    Disagreement,
    describe_candidate,
    describe_kind,
    find_candidate,
)


class SamePlace(Struct, frozen=True):
    """A place in which a disagreement is to be decided, and the kind of candidate that most have there, if any.

    The `candidates` are in the order of the disagreement that was looked for. It `was_decided` if somebody decided it
    before annotators changed their labels there.
    """

    occurrence: Occurrence
    disagreement: Disagreement
    candidates: tuple[Candidate, ...]
    majority: CandidateKind | None
    was_decided: bool


def find_same_disagreements(
    corpus: Corpus, gold_name: str, number: int, disagreement: Disagreement
) -> Generator[tuple[int, int], None, list[SamePlace]]:
    """Return the undecided places with the same words and candidates as this one of the article with this number.

    It is among them, if it is undecided. Yields the articles searched and their total.
    """
    text = corpus.article(number).text
    kind = describe_kind(disagreement, text)
    candidate_kinds = [describe_candidate(disagreement, candidate, text) for candidate in disagreement.candidates]
    numbers = list_article_numbers(corpus, gold_name, ArticleFilter(words=kind[0]))
    if number not in numbers:  # the index knows whole words, and these begin inside one
        numbers = list_article_numbers(corpus, gold_name, ArticleFilter())
    results: list[SamePlace] = []
    for position, item in enumerate(load_adjudications(corpus, gold_name, numbers), 1):
        places = [
            each for each in item.adjudication.open_disagreements() if describe_kind(each, item.article.text) == kind
        ]
        if places:
            [summary] = load_summaries(corpus, [item.article.id])
            results += (_describe(item, summary.title, place, candidate_kinds) for place in places)
        yield position, len(numbers)
    return results


def decide_same_disagreements(
    corpus: Corpus,
    gold_name: str,
    actor: str,
    places: Sequence[SamePlace],
    choice: CandidateKind,
    *,
    open_article: str,
    cause: str | None = None,
    reason: str | None = None,
) -> Generator[tuple[int, int], None, int]:
    """Decide these places for the candidates of this kind, or for no span, in one step; return how many there were.

    Those that somebody has decided meanwhile, or in which votes have changed, are left alone. An article in which
    nothing is left to decide is done, but for the one with the uid `open_article`, in which one undo reverts all, too.
    Yields the parts done and their total. If closed before the end, nothing is written.
    """
    wanted = {(place.occurrence.number, place.disagreement) for place in places}
    numbers = sorted({number for number, _disagreement in wanted})
    edits: list[Edit] = []
    count = 0
    with corpus.transaction():
        for position, item in enumerate(load_adjudications(corpus, gold_name, numbers), 1):
            agreed = item.adjudication.agree()
            adjudication = item.adjudication.after(agreed)
            decisions: list[Edit] = []
            for disagreement in adjudication.open_disagreements():
                candidate = find_candidate(disagreement, item.article.text, choice)
                if (item.article.id, disagreement) in wanted and (candidate or not choice):
                    spans = candidate.spans if candidate else ()
                    new_edits = adjudication.decide(disagreement, spans, cause=cause, reason=reason)
                    adjudication = adjudication.after(new_edits)
                    decisions += new_edits
                    count += 1
            if decisions:
                if agreed:
                    corpus.apply(Step(new_uid(), gold_name, utc_timestamp(), AGREED_STEP, tuple(agreed), actor=actor))
                is_done = item.article.uid != open_article and not adjudication.open_disagreements()
                edits += [*decisions, *change_state(item, is_done=is_done)]
            yield position, 2 * len(numbers)
        if edits and all(edit.article != open_article for edit in edits):
            status = corpus.status(open_article, gold_name)
            edits.append(Edit(status, status or Status(open_article, gold_name, IN_PROGRESS)))
        if edits:
            step = Step(new_uid(), gold_name, utc_timestamp(), DECIDE_STEP, tuple(edits), actor=actor)
            for written in corpus.apply_in_batches(step):
                yield len(numbers) + len(numbers) * written // len(edits), 2 * len(numbers)
    return count


def _describe(
    item: ArticleToAdjudicate, title: str, place: Disagreement, candidate_kinds: Iterable[CandidateKind]
) -> SamePlace:
    article = item.article
    start, end = sentence_around(article.text, place.start, place.end)
    occurrence = Occurrence(
        article.id,
        title,
        place.start,
        place.end,
        article.text[start : place.start],
        article.text[place.start : place.end],
        article.text[place.end : end],
        is_certain=True,
        labels=frozenset(),
    )
    was_decided = any(each.start < place.end and place.start < each.end for each in item.adjudication.decisions)
    majority = describe_candidate(place, place.majority, article.text) if place.majority else None
    candidates = (find_candidate(place, article.text, kind) for kind in candidate_kinds)
    return SamePlace(occurrence, place, tuple(filter(None, candidates)), majority, was_decided)
