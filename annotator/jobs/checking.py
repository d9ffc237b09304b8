"""Checking a corpus: what is asked about its labels, compared with what the corpus itself shows to be usual."""

from collections.abc import Collection, Generator, Sequence
from typing import Final

from msgspec import Struct

from annotator.checks.all_checks import Checks
from annotator.checks.check_context import Seen
from annotator.checks.consistency import unlabelled_repeat
from annotator.checks.issue import KINDS, Question
from annotator.checks.label_statistics import Usage
from annotator.model.records import NEW, Article, Draft
from annotator.store.corpus import Corpus
from annotator.store.queries import check_data
from annotator.store.queries.annotated_articles import drafts
from annotator.store.queries.check_data import Place
from annotator.suggest.base import DATE, role_of
from annotator.text.lexicon import Match, Words

_TOLD: Final = 50  # articles, a tenth of a second: at each yield a window takes its turn, and that takes as long as ten


class Asked(Struct, frozen=True, gc=False):
    """A question about the layer of an annotator in article `number`, whose uid is `article`. `text` is what stands at
    its place."""

    number: int
    article: str
    annotator: str
    text: str
    question: Question


class _Repeat(Struct, frozen=True, gc=False):
    """Words without a span: whether they are asked about is known when all of the corpus has been seen."""

    number: int
    article: str
    annotator: str
    text: str
    match: Match


class Checked(Struct, frozen=True):
    """What was asked, in order, and the checks that did, to ask again."""

    checks: Checks
    asked: list[Asked]


def checks_of(corpus: Corpus) -> Checks:
    """The checks of a corpus, as it is now. Takes some seconds where it holds a million spans."""
    labels = corpus.labels().labels
    dates = frozenset(label.name for label in labels if role_of(label.name) == DATE)
    usage = Usage(check_data.forms(corpus), check_data.lengths(corpus))
    return Checks(usage, {label.name: label.shown() for label in labels}, dates)


def check(
    corpus: Corpus, annotator: str | None = None, state: str | None = None
) -> Generator[tuple[int, int], None, Checked]:
    """What is asked about the layers of the annotator, or of everybody with None; only about those in this state, where
    one is named. What was dismissed is not asked. Yields how many articles of how many have been looked at."""
    checks, asked, repeats = checks_of(corpus), list[Asked](), dict[Words, list[_Repeat]]()
    numbers, dismissed = check_data.checked(corpus, annotator), check_data.dismissed(corpus)
    for count, draft in enumerate(drafts(corpus, numbers, annotator)):
        if count % _TOLD == 0:
            yield count, len(numbers)
        article = draft.article
        for name in _annotators(draft):
            reached = state_of(draft, name)
            if state not in (None, reached):
                continue
            seen = seen_by(draft, name)
            questions = checks.of_spans(seen)
            asked += _asked(article, name, questions, dismissed.get((article.uid, name), ()))
            for match in checks.unlabelled(seen, reached):
                checks.usage.met(match.words)
                if checks.usage.mostly_labelled(match.words):
                    words = article.text[match.start : match.end]
                    repeats.setdefault(match.words, []).append(_Repeat(article.id, article.uid, name, words, match))
                else:
                    repeats.pop(match.words, None)  # too common to be asked about: none of them is kept
    for repeat in (repeat for some in repeats.values() for repeat in some):
        question = unlabelled_repeat(repeat.match, checks.usage, checks.titles)
        if question and question.place not in dismissed.get((repeat.article, repeat.annotator), ()):
            asked.append(Asked(repeat.number, repeat.article, repeat.annotator, repeat.text, question))
    asked.sort(key=order)
    return Checked(checks, asked)


def check_again(checks: Checks, draft: Draft, annotator: str, dismissed: Collection[Place]) -> list[Asked]:
    """What is asked about the annotator's layer of one article now, in order."""
    seen = seen_by(draft, annotator)
    questions = checks.of_spans(seen)
    for match in checks.unlabelled(seen, state_of(draft, annotator)):
        if question := unlabelled_repeat(match, checks.usage, checks.titles):
            questions.append(question)
    return sorted(_asked(draft.article, annotator, questions, dismissed), key=order)


def order(asked: Asked) -> tuple[int, int, int, int, str]:
    """What questions are sorted by: the article, the start, the longer first, the kind."""
    question = asked.question
    return asked.number, question.start, -question.end, KINDS.index(question.kind), question.label


def seen_by(draft: Draft, annotator: str) -> Seen:
    """The article and this annotator's layer of it."""
    return Seen(draft.article.text, draft.zones, [span for span in draft.spans if span.annotator == annotator])


def state_of(draft: Draft, annotator: str) -> str:
    """How far the annotator is with the article."""
    return next((status.state for status in draft.states if status.annotator == annotator), NEW)


def _annotators(draft: Draft) -> list[str]:
    names = [status.annotator for status in draft.states] + [span.annotator for span in draft.spans]
    return list(dict.fromkeys(names))


def _asked(
    article: Article, annotator: str, questions: Sequence[Question], dismissed: Collection[Place]
) -> list[Asked]:
    return [
        Asked(article.id, article.uid, annotator, article.text[one.start : one.end], one)
        for one in questions
        if one.place not in dismissed
    ]
