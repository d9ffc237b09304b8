"""Edits by the library: an operation on an article becomes a step, with the name that the window gives it."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Final, TypeAlias, TypeVar

from msgspec import UNSET, UnsetType

from annotator.i18n import _
from annotator.jobs.suggesting import ArticleSuggestions, accept_in_batches
from annotator.library.values import (
    Issue,
    Span,
    Suggestion,
    check_kind,
    check_texts,
    from_span,
    from_suggestion,
    to_span,
    to_suggestion,
)
from annotator.model import operations, records
from annotator.model.operations import InvalidEdit
from annotator.model.reasons import Code, Reason
from annotator.model.records import AnnotatedArticle, Edit, Step, labelled_range, new_uid
from annotator.store.corpus import Corpus, utc_timestamp
from annotator.store.errors import Conflict, CorpusError

_STATE_KEEPING_STEPS: Final = frozenset(("state", "note", "dismiss"))
"""Names of steps that do not set a new article to “in progress”."""

OptionalText: TypeAlias = str | UnsetType | None
"""A text, None for none, or UNSET for what there is."""
_TEXT_FIELDS: Final = ("value", "note", "text")
"""The fields of records that have a text of the caller."""
_Value = TypeVar("_Value")


class Editor:
    """Writes the edits of an annotator, None if the corpus is open for reading."""

    def __init__(self, corpus: Corpus, annotator: str | None) -> None:
        self._corpus = corpus
        self.annotator = annotator

    def require_annotator(self) -> str:
        """Return who makes the edits. Raises CorpusError if the corpus is open for reading."""
        if self.annotator is None:
            raise CorpusError(_("The corpus is open for reading. Name the annotator to change it."))
        return self.annotator

    def own(self, span: Span) -> records.Span:
        """Return the record of a span. Raises InvalidEdit if it is another annotator's, TypeError for what is none."""
        record = from_span(span)
        self._check_own(record.annotator)
        return record

    def check_issue(self, issue: Issue) -> None:
        """Raise InvalidEdit for an issue in another annotator's layer, TypeError for what is none."""
        check_kind(issue, Issue)
        self._check_own(issue.annotator)

    def _check_own(self, annotator: str) -> None:
        name = self.require_annotator()
        if annotator != name:
            message = _("This span is in the layer of {annotator}, which {name} cannot change.")
            raise InvalidEdit(Reason(Code.OTHER_ANNOTATOR, message.format(annotator=annotator, name=name)))

    def edit(
        self, article: int | str, name: str, operation: Callable[[AnnotatedArticle], list[Edit]]
    ) -> tuple[str, list[Edit]]:
        """Write the edits of an operation as a step with this name; return the article's text, and the edits.

        The article is found by its number or uid. Raises TypeError, ValueError for what is no text where one belongs.
        """
        annotator = self.require_annotator()
        with self._corpus.transaction(), _explaining_conflicts():
            annotated = self._corpus.load_article(article, annotator)
            edits = operation(annotated)
            for edit in edits:
                check_texts(**{field: getattr(edit.after, field, None) for field in _TEXT_FIELDS})
            if edits:
                beginning = operations.begin_article(first(annotated.states), annotated.article, annotator)
                step_edits = (*edits, *(() if name in _STATE_KEEPING_STEPS else beginning))
                self._corpus.apply(Step(new_uid(), annotator, utc_timestamp(), name, step_edits))
        return annotated.article.text, edits

    def edit_span(
        self,
        article: int | str,
        name: str,
        operation: Callable[[AnnotatedArticle], list[Edit]],
        unchanged: records.Span | None = None,
    ) -> Span:
        """Write the edits of an operation and return the span that they made, or the one that is unchanged."""
        text, edits = self.edit(article, name, operation)
        spans = [edit.after for edit in edits if isinstance(edit.after, records.Span)]
        span = spans[-1] if spans else unchanged
        if span is None:
            raise ValueError(name)
        return to_span(text, span)

    def write_note(self, article: int | str, text: str) -> None:
        """Set the annotator's note on an article. Raises TypeError, ValueError for what is no text."""
        if text is None:
            raise TypeError('text None is not a str: "" removes the note')
        check_texts(text=text)
        owner = self.require_annotator()
        self.edit(
            article,
            "note",
            lambda annotated: operations.set_note(first(annotated.notes), annotated.article, owner, text),
        )

    def accept(self, suggestions: Iterable[Suggestion]) -> list[Suggestion]:
        """Write suggestions as spans, one step an article; return those that were accepted."""
        by_article: dict[str, list[records.Suggestion]] = {}
        for suggestion in suggestions:
            by_article.setdefault(suggestion.article, []).append(from_suggestion(suggestion))
        batch = [ArticleSuggestions(self._corpus.article(uid), tuple(group)) for uid, group in by_article.items()]
        return [
            to_suggestion(accepted.article, suggestion)
            for results in accept_in_batches(self._corpus, self.require_annotator(), [batch])
            for accepted in results
            for suggestion in accepted.suggestions
        ]


@contextmanager
def _explaining_conflicts() -> Iterator[None]:
    """Say what to do, in a program that edits what it has read before; it may have changed that itself."""
    try:
        yield
    except Conflict as error:
        raise Conflict(_("This was changed since it was read: read the article again.")) from error


def build_fixes(annotated: AnnotatedArticle, issue: Issue) -> list[Edit]:
    """Return the edits of an issue's fixes; none of a span that is no longer as it was checked."""
    spans = {span.uid: span for span in annotated.spans}
    replacements = []
    for each in issue.members or (issue,):
        span = spans.get(each.span or "")
        is_unchanged = each.span is None if span is None else labelled_range(span) == (each.start, each.end, each.label)
        if each.fix and is_unchanged:
            replacements.append((span, each.fix.label, each.fix.start, each.fix.end))
    return operations.replace_spans(annotated.article, annotated.spans, issue.annotator, replacements)


def build_dismissals(annotated: AnnotatedArticle, issue: Issue) -> list[Edit]:
    """Return the edits that dismiss an issue, or its members."""
    return [
        edit
        for each in issue.members or (issue,)
        for edit in operations.dismiss(annotated.article, issue.annotator, each.kind, each.label, each.start, each.end)
    ]


def describe(span: records.Span, value: OptionalText, note: OptionalText) -> list[Edit]:
    """Return the edits that set the value and the note of a span, or one of them. Raises TypeError, ValueError."""
    new_value = span.value if value is UNSET else value
    new_note = span.note if note is UNSET else note
    check_texts(value=new_value, note=new_note)
    return operations.describe_span(span, new_value or "", new_note or "")


def reject(annotated: AnnotatedArticle, annotator: str, suggestion: records.Suggestion) -> list[Edit]:
    """Return the edits that reject a suggestion."""
    return operations.reject(annotated.article, annotator, suggestion)


def first(values: Iterable[_Value]) -> _Value | None:
    """Return the first value; None if there is none."""
    return next(iter(values), None)
