"""What the library returns: frozen values that are compared, copied and shown as dictionaries by `vars`.

Offsets are code points of the article's text, ends are exclusive: `article.text[span.start : span.end]`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from annotator.checks import issue as checks
from annotator.jobs.adjudication import ArticleDisagreement
from annotator.jobs.checking import ArticleIssue
from annotator.model import records
from annotator.model.display_names import exported_title
from annotator.team.disagreements import Candidate


@dataclass(frozen=True)
class Zone:
    """A part of an article by its role: `kind` is `headline`, `dateline`, `body` or `boilerplate`."""

    kind: str
    start: int
    end: int
    text: str


@dataclass(frozen=True)
class Span:
    """A labelled range of an article in one annotator's layer.

    `article` is the article's uid, `text` the words of the range. `value` is the normalised meaning, such as
    `2024-07-09` for a date. `source` names the suggester of a suggestion that was accepted unchanged; it is None for
    what a person labelled.
    """

    uid: str
    article: str
    annotator: str
    label: str
    start: int
    end: int
    text: str
    value: str | None = None
    note: str | None = None
    source: str | None = None


@dataclass(frozen=True)
class Suggestion:
    """A span that a suggester proposes; it is in no file before it is accepted.

    `article` is the article's uid, `source` the suggester's name, `score` the probability of acceptance, from 0 to 1.
    `assumed` is true if `value` says more than the text, as for a date without its year. `evidence` names the rule or
    list behind it.
    """

    article: str
    label: str
    start: int
    end: int
    text: str
    source: str
    score: float
    value: str | None = None
    assumed: bool = False
    evidence: str = ""


@dataclass(frozen=True)
class Article:
    """An article with its zones, spans, states and notes as they were when it was read.

    `uid` identifies the text in all corpora (its SHA-256), `number` counts the articles of this corpus from 1. `title`
    is the displayed one. `published` is ISO 8601, as precise as its source, such as `2024-07-09`. `spans` are sorted by
    start, longer ones first. `states` and `notes` are by annotator; who has not touched the article is in neither.
    """

    uid: str
    number: int
    text: str
    title: str
    published: str | None = None
    source: str | None = None
    url: str | None = None
    zones: tuple[Zone, ...] = ()
    spans: tuple[Span, ...] = ()
    states: Mapping[str, str] = field(default_factory=dict, hash=False)
    notes: Mapping[str, str] = field(default_factory=dict, hash=False)


@dataclass(frozen=True)
class Fix:
    """The span that resolves an issue, in place of the one in question; the label None deletes that."""

    label: str | None
    start: int
    end: int


@dataclass(frozen=True)
class Issue:
    """Something doubtful in an annotator's layer, found by a check.

    `article` is the article's uid, `number` its number. `kind` names the check and `code` the reason, the same in every
    language; `message` says it in a sentence. `span` is the uid of the span in question; it is None for words without a
    label, whose `label` is the proposed one. `members` are the issues of a layer that this one stands for: they are
    fixed and dismissed together.
    """

    article: str
    number: int
    annotator: str
    kind: str
    code: str
    label: str
    start: int
    end: int
    text: str
    message: str
    span: str | None = None
    fix: Fix | None = None
    members: tuple["Issue", ...] = ()


@dataclass(frozen=True)
class Disagreement:
    """A place in which annotators differ, for adjudication to decide.

    `article` is the article's uid, `number` its number. A candidate has what its `annotators` have there: `spans` with
    `start`, `end`, `label` and `value`, in the order of the text, or none. Those of most annotators come first.
    """

    article: str
    number: int
    start: int
    end: int
    text: str
    candidates: tuple[Candidate, ...]


@dataclass(frozen=True)
class Match:
    """The first place in an article where the words of a search are."""

    article: Article
    start: int
    end: int
    text: str


def to_article(annotated: records.AnnotatedArticle) -> Article:
    """Convert an article of the store."""
    article, text = annotated.article, annotated.article.text
    zones = annotated.zones
    return Article(
        article.uid,
        article.id,
        text,
        exported_title(article, zones),
        article.published,
        article.source,
        article.url,
        tuple(Zone(zone.kind, zone.start, zone.end, text[zone.start : zone.end]) for zone in zones),
        tuple(to_span(text, span) for span in annotated.spans),
        {status.annotator: status.state for status in annotated.states},
        {note.annotator: note.text for note in annotated.notes},
    )


def to_span(text: str, span: records.Span) -> Span:
    """Convert a span of the store in an article with this text."""
    return Span(
        *(span.uid, span.article, span.annotator, span.label, span.start, span.end, text[span.start : span.end]),
        *(span.value, span.note, span.source),
    )


def from_span(span: Span) -> records.Span:
    """Return the record of a span. Raises TypeError for what is none, such as a row of `Corpus.to_pandas`."""
    check_kind(span, Span)
    return records.Span(
        *(span.uid, span.article, span.annotator, span.label, span.start, span.end),
        *(span.value, span.note, span.source),
    )


def to_suggestion(article: records.Article, suggestion: records.Suggestion) -> Suggestion:
    """Convert a suggestion in this article."""
    text = article.text[suggestion.start : suggestion.end]
    return Suggestion(
        *(article.uid, suggestion.label, suggestion.start, suggestion.end, text, suggestion.source, suggestion.score),
        *(suggestion.value, suggestion.assumed, suggestion.evidence),
    )


def from_suggestion(suggestion: Suggestion) -> records.Suggestion:
    """Return the record of a suggestion. Raises TypeError, ValueError for what is no text where one belongs."""
    check_texts(value=suggestion.value, source=suggestion.source)
    return records.Suggestion(
        *(suggestion.start, suggestion.end, suggestion.label, suggestion.source, suggestion.score),
        *(suggestion.value, suggestion.assumed, suggestion.evidence),
    )


def to_issue(item: ArticleIssue, text: str) -> Issue:
    """Convert an issue in an article with this text, which matters only if the issue has members."""
    issue = _to_issue(item, item.issue, item.text)
    members = (_to_issue(item, member, text[member.start : member.end]) for member in item.issue.members)
    return replace(issue, members=tuple(members))


def _to_issue(item: ArticleIssue, issue: checks.Issue, text: str) -> Issue:
    fix = Fix(issue.fix.label, issue.fix.start, issue.fix.end) if issue.fix else None
    return Issue(
        *(item.article, item.number, item.annotator, issue.kind, str(issue.code), issue.label),
        *(issue.start, issue.end, text, issue.message, issue.span, fix),
    )


def to_disagreement(item: ArticleDisagreement) -> Disagreement:
    """Convert a disagreement that is to be decided."""
    article, disagreement = item.article, item.disagreement
    text = article.text[disagreement.start : disagreement.end]
    return Disagreement(*(article.uid, article.id, disagreement.start, disagreement.end, text), disagreement.candidates)


def check_kind(value: object, *kinds: type) -> None:
    """Raise TypeError for what is none of the library's values of these kinds."""
    if not isinstance(value, kinds):
        names = " or ".join(f"annotator.{kind.__name__}" for kind in kinds)
        raise TypeError(f"{type(value).__name__} is not an {names}")


def check_texts(**texts: object) -> None:
    """Raise TypeError for what is neither a text nor None, ValueError for characters that no file can have."""
    for name, text in texts.items():
        if text is None:
            continue
        if not isinstance(text, str):
            raise TypeError(f"{name} {text!r} is not a str")
        if "\0" in text:
            raise ValueError(f"{name} {text!r} has a NUL character")
        if any("\ud800" <= character <= "\udfff" for character in text):
            raise ValueError(f"{name} {text!r} has half of a surrogate pair")
