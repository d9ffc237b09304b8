"""Merging the labels of two corpora by the record of their changes (see `model.label_history`).

`merge_label_edits` comes before the other corpus's steps, `complete_deletions` after them, in one transaction: between
the two, the corpus has every label that the steps may name.
"""

from collections.abc import Collection, Iterator

from annotator.model.history import LABELS_STEP
from annotator.model.identities import derive_uid
from annotator.model.label_changes import REMOVE
from annotator.model.label_history import (
    DeletedLabel,
    LabelEdit,
    last_deletions,
    map_names,
    resolve_labels,
)
from annotator.model.labels import check_label
from annotator.model.records import Edit, Publication, Span, Step
from annotator.store import row_mapping
from annotator.store.corpus import Corpus
from annotator.store.label_rows import (
    changed_names,
    complete_record,
    delete_decisions,
    delete_decisions_before,
    next_changes,
    read_label_edits,
    rename_labels,
    write_changes,
    write_label_edits,
    write_labels,
)


def merge_label_edits(corpus: Corpus, edits: Collection[LabelEdit]) -> dict[str, str]:
    """Add another corpus's record of changes of labels; return our name for each of its names, and for each uid.

    The record may be a part of the whole: labels that it does not describe go by their uids.

    Renames labels, also in spans and recorded edits, and adds all that are missing; `complete_deletions` removes the
    deleted ones. Raises InvalidLabelSet for a label that cannot be.
    """
    for edit in edits:
        for placed in filter(None, (edit.before, edit.after)):
            check_label(placed.label)
    with corpus.transaction():
        recorded = {edit.uid: edit for edit in complete_record(corpus)}
        merged = {edit.uid: edit for edit in (*edits, *recorded.values())}
        names_before = resolve_labels(recorded.values()).names()
        resolved = resolve_labels(merged.values())
        rename_labels(corpus, changed_names(names_before, resolved.names()))
        write_labels(corpus, resolved.all_labels())
        write_label_edits(corpus, [edit for uid, edit in merged.items() if uid not in recorded])
    return resolved.names() | map_names(edits, merged.values())


def complete_deletions(corpus: Corpus) -> None:
    """Give the spans of deleted labels their replacements, and remove the labels.

    Each such span, as yet unknown to the corpus where its label was deleted, gets a step named LABELS_STEP of its own,
    which is the same in each corpus with the same steps. It also ends undo; layers that have no such span, but steps
    about a deleted label, get one that changes nothing.
    """
    with corpus.transaction():
        edits = read_label_edits(corpus)
        if not last_deletions(edits):
            return  # as a rule, so that no merge reads all spans
        names = resolve_labels(edits).names()
        uids = {name: uid for uid, name in names.items()}
        span_labels = [name for (name,) in corpus.fetch_tuples("SELECT DISTINCT label FROM span")]
        resolved = resolve_labels(edits, [uids[name] for name in span_labels if name in uids])
        deleted_names = [deleted.label.name for deleted in resolved.deleted.values()]
        for deleted in resolved.deleted.values():
            if deleted.label.name in span_labels:
                _replace_spans(corpus, deleted, names.get(deleted.replacement or REMOVE, REMOVE))
        for step in list(_end_undo(corpus, deleted_names)):
            corpus._record_edits(step, step.edits)
        delete_decisions(corpus, deleted_names)
        delete_decisions_before(corpus, last_deletions(edits))
        write_labels(corpus, resolved.labels)


def _replace_spans(corpus: Corpus, deleted: DeletedLabel, replacement: str) -> None:
    clocks: dict[tuple[str, str], int] = {}
    while changes := next_changes(corpus, deleted.label.name, replacement):
        write_changes(corpus, changes)
        for before, after in changes:
            layer = before.article, before.annotator
            if layer not in clocks:
                clocks[layer] = max(_last_clock(corpus, *layer), deleted.deletion.clock) + 1
            step = _build_completion(deleted, before, after, clocks[layer])
            corpus._record_edits(step, step.edits)


def _build_completion(deleted: DeletedLabel, before: Span, after: Span | None, clock: int) -> Step:
    """Return the step that gives a span its replacement; its uid depends on nothing that is local to the file."""
    replacement = REMOVE if after is None else deleted.replacement
    parts = (before.uid, before.value, before.note, before.start, before.end, clock, replacement)
    uid = derive_uid(deleted.deletion.uid, row_mapping.to_json(parts))
    return Step(uid, before.annotator, deleted.deletion.time, LABELS_STEP, (Edit(before, after),), clock=clock)


def _end_undo(corpus: Corpus, labels: Collection[str]) -> Iterator[Step]:
    """Yield a step that changes nothing for each layer where a step about one of these labels can be undone."""
    query = """
        SELECT DISTINCT article.uid AS article, annotator, stored_step.uid AS step, name, time, published
        FROM stored_edit JOIN stored_step ON stored_step.id = stored_edit.step
        JOIN article ON article.id = stored_edit.article
        WHERE stored_step.uid NOT IN (SELECT step FROM conflict) AND (name = ?1 OR stored_edit.step IN (
            SELECT step FROM stored_edit
            WHERE json_extract(before, '$.label') IN (SELECT value FROM json_each(?2))
                OR json_extract(after, '$.label') IN (SELECT value FROM json_each(?2))
        ))
        ORDER BY clock, stored_step.uid
    """
    if not labels:
        return
    rows = corpus.query(query, LABELS_STEP, row_mapping.to_json(labels))
    for (article, annotator), row in {(row["article"], row["annotator"]): row for row in rows}.items():
        if row["name"] != LABELS_STEP:
            clock = _last_clock(corpus, article, annotator) + 1
            uid = derive_uid(row["step"], article, str(clock), row["published"] or "")  # of all that it records
            publication = Publication(article, row["published"])
            edits = (Edit(publication, publication),)
            yield Step(uid, annotator, row["time"], LABELS_STEP, edits, clock=clock)


def _last_clock(corpus: Corpus, article: str, annotator: str) -> int:
    query = """
        SELECT coalesce(max(clock), 0) FROM stored_step WHERE annotator = ?2 AND id IN (
            SELECT step FROM stored_edit WHERE article = (SELECT id FROM article_number WHERE uid = ?1)
        )
    """
    [(clock,)] = corpus.fetch_tuples(query, article, annotator)
    return int(clock)
