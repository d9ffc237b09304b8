"""Reading and writing labels and the record of their changes; spans and recorded edits by the name of their label."""

from collections.abc import Iterable, Mapping
from typing import Final, cast

from annotator.device_key import device_uid
from annotator.model.label_changes import REMOVE, LabelChange
from annotator.model.label_history import LabelEdit, PlacedLabel, choose_uid, record_changes, resolve_labels
from annotator.model.labels import Label, LabelSet, find_faults
from annotator.model.limits import MAX_LABEL_LENGTH
from annotator.model.operations import with_label, with_possible_value
from annotator.model.records import Span, new_uid
from annotator.store import row_mapping
from annotator.store.corpus import Corpus, utc_timestamp

_BATCH_SIZE: Final = 2000  # spans
_MAX_NUMBER_LENGTH: Final = 10  # characters behind a name that another label has (see resolve_labels)
_DECISION_TABLES: Final = ("rejection", "dismissal")  # rows are deleted together with their label


def read_label_edits(corpus: Corpus) -> list[LabelEdit]:
    """Return the record of all changes of labels."""
    return [row_mapping.to_label_edit(row) for row in corpus.query("SELECT * FROM label_edit ORDER BY clock, uid")]


def read_label_uids(corpus: Corpus) -> dict[str, str]:
    """Return the uid of each label by name."""
    return dict(corpus.fetch_tuples("SELECT name, uid FROM label ORDER BY position"))


def write_label_edits(corpus: Corpus, edits: Iterable[LabelEdit]) -> None:
    """Add edits to the record."""
    corpus._insert_all("label_edit", [row_mapping.from_label_edit(edit) for edit in edits])


def write_labels(corpus: Corpus, labels: Mapping[str, Label]) -> None:
    """Replace the labels by these, by uid and in order; spans must match them at the end of the transaction."""
    rows = [row_mapping.from_label(label, position, uid) for position, (uid, label) in enumerate(labels.items())]
    columns = ", ".join(rows[0] if rows else ("uid",))
    if rows != list(corpus.query(f"SELECT {columns} FROM label ORDER BY position")):
        corpus.db.execute("PRAGMA defer_foreign_keys = ON")
        corpus.db.execute("DELETE FROM label")
        corpus._insert_all("label", rows)


def append_label(corpus: Corpus, label: Label, index: int, time: str) -> None:
    """Add and record a label after all others; an import does that for hundreds of labels."""
    if _may_be_deleted(corpus, label.name):
        before = corpus.labels()
        names = {present.name: present.name for present in before.labels}
        change = LabelChange(before, LabelSet((*before.labels, label)), names)
        replace_labels(corpus, change, corpus.next_clock(), time)
        return
    query = "SELECT uid FROM label UNION SELECT label FROM label_edit"
    uid = choose_uid(label.name, {uid for (uid,) in corpus.fetch_tuples(query)})
    [(last,)] = corpus.fetch_tuples("SELECT max(json_extract(after, '$.position')) FROM label_edit")
    placed = PlacedLabel(label, index if last is None else last + 1)
    edit = LabelEdit(new_uid(), corpus.next_clock(), time, device_uid(), uid, None, placed)
    corpus._insert("label", row_mapping.from_label(label, index, uid))
    write_label_edits(corpus, [edit])


def _may_be_deleted(corpus: Corpus, name: str) -> bool:
    """Return whether a deleted label may have this name in recorded edits: its own, or that with a number behind it."""
    query = """
        SELECT 1 FROM (
            SELECT substr(json_extract(coalesce(after, before), '$.name'), 1, ?2) AS name FROM label_edit
            WHERE label NOT IN (SELECT uid FROM label)
        )
        WHERE substr(?1, 1, length(name)) = name LIMIT 1
    """
    return bool(corpus.fetch_tuples(query, name, MAX_LABEL_LENGTH - _MAX_NUMBER_LENGTH))


def is_recorded(corpus: Corpus) -> bool:
    """Return whether the labels are those that their recorded changes amount to."""
    labels = _read_labels(corpus)
    recorded = resolve_labels(read_label_edits(corpus), labels).labels
    return list(recorded.items()) == list(labels.items())


def complete_record(corpus: Corpus) -> list[LabelEdit]:
    """Return the record of all changes of labels, after making it and the labels agree again.

    In a file that was damaged each may lack what the other has: that is added.
    """
    edits = read_label_edits(corpus)
    if is_recorded(corpus):
        return edits
    labels, recorded_labels = _read_labels(corpus), {edit.label for edit in edits}
    time, device, new_edits = utc_timestamp(), device_uid(), []
    for position, (uid, label) in enumerate(labels.items()):
        if uid not in recorded_labels:
            # Before any change elsewhere, which says more.
            new_edits.append(LabelEdit(new_uid(), 0, time, device, uid, None, PlacedLabel(label, position)))
    recorded = resolve_labels([*edits, *new_edits], labels).labels
    all_labels = {uid: labels.get(uid, label) for uid, label in recorded.items()}
    if not list(find_faults(LabelSet(tuple(all_labels.values())))):
        labels = all_labels
        write_labels(corpus, labels)
    clock = corpus.next_clock()
    new_edits += record_changes([*edits, *new_edits], labels, labels, {}, clock=clock, time=time, device=device)
    write_label_edits(corpus, new_edits)
    return [*edits, *new_edits]


def _read_labels(corpus: Corpus) -> dict[str, Label]:
    """Return the labels by uid, in order."""
    uids = read_label_uids(corpus)
    return {uids[label.name]: label for label in corpus.labels().labels}


def replace_labels(corpus: Corpus, change: LabelChange, clock: int, time: str) -> None:
    """Change and record the labels, and write new names into spans and recorded edits.

    Spans of deleted labels are left to the caller, within the same transaction.
    """
    edits, uids = complete_record(corpus), read_label_uids(corpus)
    names_before = resolve_labels(edits).names()
    uids_after = {new: uids[old] for old, new in change.new_names.items()}
    unused_uids = {name: uid for uid, name in names_before.items() if uid not in uids_after.values()}
    for label in change.after.labels:
        if label.name not in uids_after:
            taken = {*names_before, *uids_after.values()}
            uids_after[label.name] = unused_uids.get(label.name) or choose_uid(label.name, taken)
    labels = {uids_after[label.name]: label for label in change.after.labels}
    replacements = {uids[old]: uids_after.get(new, REMOVE) for old, new in change.replacements.items()}
    new_edits = record_changes(edits, uids.values(), labels, replacements, clock=clock, time=time, device=device_uid())
    names_after = resolve_labels([*edits, *new_edits]).names()
    rename_labels(corpus, changed_names(names_before, names_after))
    write_labels(corpus, labels)
    write_label_edits(corpus, new_edits)


def delete_decisions(corpus: Corpus, labels: Iterable[str]) -> None:
    """Delete the rejections and dismissals of these labels."""
    for table in _DECISION_TABLES:
        corpus.db.execute(
            f"DELETE FROM {table} WHERE label IN (SELECT value FROM json_each(?))", (row_mapping.to_json(list(labels)),)
        )


def delete_decisions_before(corpus: Corpus, deletions: Mapping[str, tuple[int, str]]) -> None:
    """Delete the rejections and dismissals of labels that were recorded before the label was deleted (clock, uid)."""
    for name, (clock, uid) in deletions.items():
        for table in _DECISION_TABLES:
            query = f"""
                DELETE FROM {table} WHERE label = ?1 AND uid IN (
                    SELECT json_extract(after, '$.uid') FROM edit
                    WHERE (clock, step) < (?2, ?3) AND json_extract(after, '$.label') = ?1
                )
            """
            corpus.db.execute(query, (name, clock, uid))


def changed_names(before: Mapping[str, str], after: Mapping[str, str]) -> dict[str, str]:
    """Return the new name for each name that changes; both mappings have names by uid."""
    return {name: after[uid] for uid, name in before.items() if after.get(uid, name) != name}


def rename_labels(corpus: Corpus, names: Mapping[str, str]) -> None:
    """Write new names into spans and recorded edits, not the table of labels, which must match at the end."""
    if not names:
        return
    corpus.db.execute("PRAGMA defer_foreign_keys = ON")
    stages: list[Mapping[str, str]] = [names]
    if names.keys() & set(names.values()):
        # No name may ever mean two labels: both may have spans at one range. Names contain no space.
        stages = [
            {old_name: f" {new_name}" for old_name, new_name in names.items()},
            {f" {new_name}": new_name for new_name in names.values()},
        ]
    for stage in stages:
        for old_name, new_name in stage.items():
            for table in ("span", *_DECISION_TABLES):
                corpus.db.execute(f"UPDATE {table} SET label = ? WHERE label = ?", (new_name, old_name))
    # json_replace changes nothing but an existing label.
    corpus.db.execute(
        """
        UPDATE stored_edit SET
            before = json_replace(before, '$.label', coalesce(
                (SELECT value FROM json_each(?1) WHERE key = json_extract(before, '$.label')),
                json_extract(before, '$.label')
            )),
            after = json_replace(after, '$.label', coalesce(
                (SELECT value FROM json_each(?1) WHERE key = json_extract(after, '$.label')),
                json_extract(after, '$.label')
            ))
        WHERE json_extract(before, '$.label') IN (SELECT key FROM json_each(?1))
            OR json_extract(after, '$.label') IN (SELECT key FROM json_each(?1))
        """,
        (row_mapping.to_json(names),),
    )


def next_changes(corpus: Corpus, name: str, replacement: str) -> list[tuple[Span, Span | None]]:
    """Return a label's next spans, each with what replaces it: nothing if `replacement` is REMOVE or taken."""
    query = """
        SELECT span.*, EXISTS (
            SELECT 1 FROM span AS other
            WHERE (other.article, other.annotator, other.label, other.start, other."end")
                = (span.article, span.annotator, ?, span.start, span."end")
        ) AS taken
        FROM span WHERE label = ? LIMIT ?
    """
    changes: list[tuple[Span, Span | None]] = []
    for row in corpus.query(query, replacement, name, _BATCH_SIZE):
        span = cast(Span, row_mapping.to_record(Span, row))
        changes.append((span, None if replacement == REMOVE or row["taken"] else with_label(span, replacement)))
    return changes


def find_impossible_values(corpus: Corpus, name: str) -> list[tuple[Span, Span | None]]:
    """Return a label's spans with a value that it cannot have, each with what replaces it."""
    spans = (
        cast(Span, row_mapping.to_record(Span, row))
        for row in corpus.query("SELECT * FROM span WHERE label = ? AND value IS NOT NULL", name)
    )
    return [(span, after) for span in spans if (after := with_possible_value(span)) != span]


def write_changes(corpus: Corpus, changes: Iterable[tuple[Span, Span | None]]) -> None:
    """Relabel or delete spans."""
    deleted = [(before.uid,) for before, after in changes if after is None]
    relabelled = [(after.label, after.value, after.note, after.uid) for _before, after in changes if after]
    corpus.db.conn.executemany("DELETE FROM span WHERE uid = ?", deleted)
    corpus.db.conn.executemany("UPDATE span SET label = ?, value = ?, note = ? WHERE uid = ?", relabelled)
