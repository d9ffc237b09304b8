"""The versions of a conflict in words: what stands, and what its author wanted."""

from datetime import datetime
from typing import Final

from annotator.device_key import device_uid
from annotator.i18n import _, count_phrase
from annotator.model.conflict_resolution import NO_LABEL, Difference
from annotator.model.display_names import article_title, describe_conflict, zone_title
from annotator.model.labels import LabelSet
from annotator.model.records import (
    Article,
    Decision,
    Dismissal,
    Note,
    Publication,
    Record,
    Rejection,
    Removal,
    Span,
    Step,
    Title,
    Zone,
)
from annotator.store.queries.conflicts import OpenConflict
from annotator.ui.widgets.bidi_text import add_arabic_mark, elide_middle, format_value, isolate
from annotator.ui.widgets.file_facts import format_time

_MAX_WORDS: Final = 80  # code points of the text of a span or zone
_CONTEXT: Final = 40  # code points before and after it
_MAX_DIFFERENCES: Final = 6  # of a step that changed many places


def describe_articles(conflict: OpenConflict) -> str:
    """Return the title of the article, and how many others it is about."""
    first, *others = conflict.articles
    title = isolate(article_title(first.article, first.zones))
    return f"{title} · {count_phrase('and {count} more', 'and {count} more', len(others))}" if others else title


def describe_standing(conflict: OpenConflict) -> list[str]:
    """Return what stands, a line for each place."""
    lines = []
    for difference in conflict.own.differences[:_MAX_DIFFERENCES]:
        records = difference.standing or (None,)
        lines += [_describe(record, difference.own, conflict) for record in records]
    return _or_same(lines, conflict)


def describe_own(conflict: OpenConflict) -> list[str]:
    """Return what the author wanted, a line for each place."""
    lines = [
        _describe(difference.own, next(iter(difference.standing), None), conflict)
        for difference in conflict.own.differences[:_MAX_DIFFERENCES]
    ]
    return _or_same(lines, conflict)


def describe_obstacles(conflict: OpenConflict) -> list[str]:
    """Return what of the author's version cannot be as it was, and why, in sentences."""
    sentences = (_describe_obstacle(difference, conflict.labels) for difference in conflict.own.differences)
    return [*dict.fromkeys(filter(None, sentences))]


def describe_origin(step: Step | None, user: str) -> str:
    """Return when a version was made, on which computer, and by whom if that was not the user."""
    if step is None:
        return _("came with the article")
    author = step.actor or step.annotator
    computer = _("on this computer") if step.device == device_uid() else _("on another computer")
    time = format_time(datetime.fromisoformat(step.time))
    return " · ".join(filter(None, (time, step.device and computer, isolate(author) if author != user else "")))


def find_place(conflict: OpenConflict) -> tuple[Article, int, int]:
    """Return the article and the range that the conflict is about; the range is empty if it is about no words."""
    articles = {annotated.article.uid: annotated.article for annotated in conflict.articles}
    for record in _list_records(conflict):
        if isinstance(record, Span | Zone | Rejection | Dismissal | Decision):
            article = articles[record.article]
            return article, min(record.start, len(article.text)), min(record.end, len(article.text))
    return conflict.articles[0].article, 0, 0


def describe_place(conflict: OpenConflict) -> str:
    """Return the words that the conflict is about, between those before and after them; "" if it is about none."""
    article, start, end = find_place(conflict)
    words = article.text[start:end]
    start, end = start + len(words) - len(words.lstrip()), end - len(words) + len(words.rstrip())
    if start >= end:
        return ""
    before, after = article.text[max(0, start - _CONTEXT) : start], article.text[end : end + _CONTEXT]
    before = before.partition(" ")[2] if start > _CONTEXT else before
    after = after.rpartition(" ")[0] if end + _CONTEXT < len(article.text) else after
    words = elide_middle(_on_one_line(article.text[start:end]), _MAX_WORDS)
    context = " ".join(f"{before}«{words}»{after}".split())
    head, tail = "…" if start > _CONTEXT else "", "…" if end + _CONTEXT < len(article.text) else ""
    return isolate(f"{head}{context}{tail}")


def _list_records(conflict: OpenConflict) -> list[Record]:
    """Return the records of both versions, the author's first, or else those of the author's steps."""
    shown = [(difference.own, *difference.standing) for difference in conflict.own.differences]
    wanted = [(edit.after, edit.before) for step in conflict.conflict.steps for edit in step.edits]
    return [record for records in (*shown, *wanted) for record in records if record is not None]


def _or_same(lines: list[str], conflict: OpenConflict) -> list[str]:
    hidden_count = len(conflict.own.differences) - _MAX_DIFFERENCES
    if hidden_count > 0:
        lines.append(count_phrase("and {count} more", "and {count} more", hidden_count))
    return lines or [_("Both are the same by now.")]


def _describe(record: Record | None, other: Record | None, conflict: OpenConflict) -> str:
    """Return a record in words; None means that there is nothing where the other version has `other`."""
    if record is None:
        return _describe_absence(other)
    match record:
        case Span():
            return _describe_span(record, _words(record, conflict), conflict.labels)
        case Zone():
            text = _("{name}: {fact}")
            return text.format(name=zone_title(record.kind), fact=isolate(_words(record, conflict)))
        case Publication():
            date = isolate(format_value(record.published)) if record.published else _("unknown")
            return _("Publication date: {date}").format(date=date)
        case Title() | Note():
            text = _("Title: {text}") if isinstance(record, Title) else _("Article note: {text}")
            return text.format(text=isolate(elide_middle(_on_one_line(record.text), _MAX_WORDS)))
        case Rejection() | Dismissal():
            text = _("Not {label}: {words}") if isinstance(record, Rejection) else _("Dismissed issue: {words}")
            words = isolate(_words(record, conflict))
            return text.format(label=_label_title(record.label, conflict.labels), words=words)
        case Decision():
            return _("Decision on: {words}").format(words=isolate(_words(record, conflict)))
        case _:
            return _("The article is removed")


def _describe_span(span: Span, words: str, labels: LabelSet) -> str:
    """Return a span with its label, value and note in one line."""
    note = isolate(elide_middle(_on_one_line(span.note), _MAX_WORDS)) if span.note else ""
    value = isolate(format_value(span.value)) if span.value else ""
    described = _("{name}: {fact}").format(name=_label_title(span.label, labels), fact=isolate(words))
    return " · ".join(filter(None, (described, value, note)))


def _describe_absence(other: Record | None) -> str:
    match other:
        case Span():
            return _("No span here")
        case Zone():
            return _("No zone here")
        case Title():
            return _("The title of the source")
        case Note():
            return _("No note on the article")
        case Removal():
            return _("The article is not removed")
        case _:
            return _("Nothing")


def _describe_obstacle(difference: Difference, labels: LabelSet) -> str:
    own = difference.own
    if difference.obstacle == NO_LABEL and isinstance(own, Span):
        return _("There is no label {label} any more: choose another one in the article.").format(
            label=_label_title(own.label, labels)
        )
    if difference.obstacle:
        return describe_conflict(difference.obstacle).text
    if difference.former_label and isinstance(own, Span):
        text = _("The label {former} was replaced by {label}.")
        return text.format(former=_label_title(difference.former_label, labels), label=_label_title(own.label, labels))
    return ""


def _label_title(name: str, labels: LabelSet) -> str:
    label = labels.find(name)
    return label.localised_title() if label else isolate(name)


def _words(record: Span | Zone | Rejection | Dismissal | Decision, conflict: OpenConflict) -> str:
    texts = {annotated.article.uid: annotated.article.text for annotated in conflict.articles}
    words = _on_one_line(texts[record.article][record.start : record.end])
    return add_arabic_mark(elide_middle(words, _MAX_WORDS))


def _on_one_line(text: str) -> str:
    return " ".join(text.split())
