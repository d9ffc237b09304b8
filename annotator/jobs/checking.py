"""Checks of labels against what is usual in their corpus."""

from collections.abc import Collection, Container, Generator, Iterable, Iterator, Sequence
from functools import partial
from itertools import islice
from typing import Final, NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from annotator.checks.all_checks import KINDS, check_spans, find_unlabelled_words
from annotator.checks.check_context import CheckContext, CorpusFacts
from annotator.checks.consistency import check_unlabelled, select_unlabelled
from annotator.checks.invisible_characters import INVISIBLE, summarise_invisible
from annotator.checks.issue import Issue
from annotator.checks.label_statistics import LabelStatistics
from annotator.jobs.processes import map_in_processes
from annotator.model.label_roles import is_date_label
from annotator.model.records import NEW, AnnotatedArticle, Article
from annotator.store.corpus import Corpus
from annotator.store.queries import check_data
from annotator.store.queries.check_data import DismissalKey
from annotator.store.queries.training_data import last_edit_id
from annotator.store.recovery.integrity import PLACE, Damage, check_integrity
from annotator.text.lexicon import FoldedForm, Match

# Articles between two yields, about a tenth of a second: the window's turn at a yield costs as much as ten.
_PROGRESS_INTERVAL: Final = 50


class ArticleIssue(Struct, frozen=True, gc=False):
    """An issue about `text`, in a layer of the article with this `number` and, as `article`, its uid."""

    number: int
    article: str
    annotator: str
    text: str
    issue: Issue


class _LayerResult(NamedTuple):
    """The issues of a layer, and the places of words without a span with their text.

    These are perhaps issues, depending on the rest of the corpus.
    """

    number: int
    article: str
    annotator: str
    issues: list[ArticleIssue]
    unlabelled: dict[Match, str]


class CheckResult(Struct, frozen=True):
    """The sorted issues of a corpus, and what the checks need to check articles again.

    `last_edit` is the id of the last edit that they know of.
    """

    facts: CorpusFacts
    issues: list[ArticleIssue]
    last_edit: int


def collect_facts(corpus: Corpus, annotator: str | None = None) -> CorpusFacts:
    """Collect what the checks need to know of one annotator's layers or all. Takes some seconds for a million spans."""
    labels = corpus.labels().labels
    dates = frozenset(label.name for label in labels if is_date_label(label.name))
    forms = check_data.count_labelled_forms(corpus, annotator)
    usage = LabelStatistics(forms, check_data.count_span_lengths(corpus, annotator))
    return CorpusFacts(usage, {label.name: label.localised_title() for label in labels}, dates)


def check_corpus(
    corpus: Corpus,
    annotator: str | None = None,
    state: str | None = None,
    jobs: int = 1,
    hidden_articles: Container[int] = (),
) -> Generator[tuple[int, int], None, CheckResult]:
    """Find the issues in the layers of `annotator` (None: all) in `state` (None: any).

    What is usual is learned from the same layers, so that one annotator's decisions do not show in another's issues.
    Dismissed ones are left out, and those in `hidden_articles` (numbers). Yields the number of articles checked and the
    total. `jobs` processes check them.
    """
    last_edit = last_edit_id(corpus)  # first: what is written after it is read again
    facts, issues, repeats = (
        collect_facts(corpus, annotator),
        list[ArticleIssue](),
        dict[FoldedForm, list[tuple[_LayerResult, Match]]](),
    )
    listed, dismissed = check_data.list_articles_to_check(corpus, annotator), check_data.load_dismissals(corpus)
    numbers = [number for number in listed if number not in hidden_articles]
    remaining = iter(corpus.load_articles(numbers, annotator))
    chunks = iter(lambda: list(islice(remaining, _PROGRESS_INTERVAL)), [])
    yield 0, len(numbers)
    results = map_in_processes(partial(_check_layers, facts, state), chunks, jobs)
    for count, layers in enumerate(results, 1):
        for layer in layers:
            issues += layer.issues
            for match in select_unlabelled(layer.unlabelled, facts.statistics):
                facts.statistics.add_unlabelled(match.words)
                if facts.statistics.is_mostly_labelled(match.words):
                    repeats.setdefault(match.words, []).append((layer, match))
                else:
                    repeats.pop(match.words, None)  # too common without a label to be an issue
        yield min(count * _PROGRESS_INTERVAL, len(numbers)), len(numbers)
    for layer, match in (repeat for group in repeats.values() for repeat in group):
        if issue := check_unlabelled(match, facts):
            issues.append(ArticleIssue(layer.number, layer.article, layer.annotator, layer.unlabelled[match], issue))
    open_issues = [
        issue for issue in issues if issue.issue.key not in dismissed.get((issue.article, issue.annotator), ())
    ]
    open_issues.sort(key=sort_key)
    return CheckResult(facts, _summarise(open_issues), last_edit)


def _check_layers(facts: CorpusFacts, state: str | None, chunk: Sequence[AnnotatedArticle]) -> list[_LayerResult]:
    """Check the layers in this state of some articles."""
    results: list[_LayerResult] = []
    for annotated in chunk:
        article = annotated.article
        for name in _list_annotators(annotated):
            layer_state = annotator_state(annotated, name)
            if state in (None, layer_state):
                context = build_context(annotated, name, facts)
                issues = _open_issues(article, name, check_spans(context), ())
                unlabelled = {
                    match: article.text[match.start : match.end]
                    for match in find_unlabelled_words(context, layer_state)
                }
                results.append(_LayerResult(article.id, article.uid, name, issues, unlabelled))
    return results


def find_damage(corpus: Corpus) -> Iterator[Damage]:
    """Yield the damage in the file, except spans outside their text, on which an issue says more."""
    return (damage for damage in check_integrity(corpus) if (damage.kind, damage.table) != (PLACE, "span"))


def check_article(
    facts: CorpusFacts, annotated: AnnotatedArticle, annotator: str, dismissed: Collection[DismissalKey]
) -> list[ArticleIssue]:
    """Find the issues in one layer of an article, sorted."""
    context = build_context(annotated, annotator, facts)
    issues = check_spans(context)
    unlabelled = find_unlabelled_words(context, annotator_state(annotated, annotator))
    for match in select_unlabelled(unlabelled, facts.statistics):
        if issue := check_unlabelled(match, facts):
            issues.append(issue)
    return _summarise(sorted(_open_issues(annotated.article, annotator, issues, dismissed), key=sort_key))


def _summarise(issues: Iterable[ArticleIssue]) -> list[ArticleIssue]:
    """Replace the issues of invisible characters in a layer by one at the first if there are many."""
    summarised: list[ArticleIssue] = []
    layers: dict[tuple[str, str], list[tuple[int, Issue]]] = {}
    for entry in issues:
        if entry.issue.kind == INVISIBLE:
            members = layers.setdefault((entry.article, entry.annotator), [])
            members.append((len(summarised), entry.issue))
        summarised.append(entry)
    replaced: set[int] = set()
    for members in layers.values():
        if summary := summarise_invisible([issue for _index, issue in members]):
            (first, _issue), *others = members
            summarised[first] = replace(summarised[first], issue=summary)
            replaced.update(index for index, _issue in others)
    return [entry for index, entry in enumerate(summarised) if index not in replaced]


def sort_key(article_issue: ArticleIssue) -> tuple[int, int, int, int, str]:
    """Return a sort key: article, start, longer first, kind, label."""
    issue = article_issue.issue
    return article_issue.number, issue.start, -issue.end, KINDS.index(issue.kind), issue.label


def build_context(annotated: AnnotatedArticle, annotator: str, facts: CorpusFacts) -> CheckContext:
    """Return the article with this layer, for the checks."""
    layer = [span for span in annotated.spans if span.annotator == annotator]
    article = annotated.article
    return CheckContext(article.text, annotated.zones, layer, facts, article.published)


def annotator_state(annotated: AnnotatedArticle, annotator: str) -> str:
    """Return the annotator's state of the article."""
    return next((status.state for status in annotated.states if status.annotator == annotator), NEW)


def _list_annotators(annotated: AnnotatedArticle) -> list[str]:
    names = [status.annotator for status in annotated.states] + [span.annotator for span in annotated.spans]
    return list(dict.fromkeys(names))


def _open_issues(
    article: Article, annotator: str, issues: Sequence[Issue], dismissed: Collection[DismissalKey]
) -> list[ArticleIssue]:
    return [
        ArticleIssue(article.id, article.uid, annotator, article.text[issue.start : issue.end], issue)
        for issue in issues
        if issue.key not in dismissed
    ]
