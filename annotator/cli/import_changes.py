"""What a dry run of an import found, as rows for a terminal and as JSON."""

from collections.abc import Iterator
from typing import Any

from annotator.i18n import _, count_phrase
from annotator.jobs.imports.dry_run import ArticleChanges
from annotator.model.display_names import state_title
from annotator.model.records import Article, Edit, Note, Span, Status


def list_rows(changes: ArticleChanges) -> Iterator[list[str]]:
    """Yield a row for each change: +, ~ or -, the article, the annotator, the label, the range and the text."""
    number = str(changes.article.id)
    if changes.is_new:
        yield ["+", number, "", count_phrase("{count} span", "{count} spans", changes.spans), "", changes.title]
    for edit in changes.edits:
        sign = "+" if edit.before is None else "-" if edit.after is None else "~"
        versions = [record for record in (edit.before, edit.after) if record is not None]
        cells = zip(*(_describe(changes.article, record) for record in versions), strict=True)
        annotator, *others = (" → ".join(dict.fromkeys(cell)) for cell in cells)
        yield [sign, number, annotator, *others]


def build_record(changes: ArticleChanges) -> dict[str, Any]:
    """Return the changes of an article as JSON values."""
    return {
        "id": changes.article.id,
        "uid": changes.article.uid,
        "title": changes.title,
        "is_new": changes.is_new,
        "spans": changes.spans,
        "changes": [_build_change(changes.article, edit) for edit in changes.edits],
    }


def _describe(article: Article, record: object) -> tuple[str, str, str, str]:
    """Return the annotator, the label or kind, the range and the text of a record."""
    if isinstance(record, Span):
        details = [detail for detail in (record.value, record.note) if detail]
        text = article.text[record.start : record.end] + (f" ({', '.join(details)})" if details else "")
        return record.annotator, record.label, f"{record.start}-{record.end}", text
    if isinstance(record, Status):
        return record.annotator, _("state"), "", state_title(record.state)
    assert isinstance(record, Note)
    return record.annotator, _("note"), "", record.text


def _build_change(article: Article, edit: Edit) -> dict[str, Any]:
    change = "added" if edit.before is None else "removed" if edit.after is None else "changed"
    record = edit.after or edit.before
    kind = {Span: "span", Status: "state", Note: "note"}[type(record)]  # type: ignore[index]
    return {
        "change": change,
        "kind": kind,
        **_build_version(article, record),
        "before": _build_version(article, edit.before) if change == "changed" else None,
    }


def _build_version(article: Article, record: object) -> dict[str, Any]:
    if isinstance(record, Span):
        keys = ("uid", "start", "end", "label", "annotator", "value", "note")
        return {key: getattr(record, key) for key in keys} | {"text": article.text[record.start : record.end]}
    if isinstance(record, Status):
        return {"annotator": record.annotator, "state": record.state}
    assert isinstance(record, Note)
    return {"annotator": record.annotator, "text": record.text}
