"""The edits that undo a recorded step, also in a corpus that was merged."""

from typing import Final

from msgspec.structs import replace

from annotator.model.history import reverse_step
from annotator.model.records import Dismissal, Edit, Record, Span, Zone
from annotator.store import row_mapping
from annotator.store.corpus import Corpus

_PLACES: Final[dict[type[Record], tuple[str, ...]]] = {
    Span: ("article", "annotator", "label", "start", "end", "value", "note"),
    Zone: ("article", "kind", "start", "end"),
    Dismissal: ("article", "annotator", "kind", "label", "start", "end"),
}
"""What equal records of two computers have in common."""


def read_reversal(corpus: Corpus, uid: str) -> tuple[str, tuple[Edit, ...]]:
    """Return the name of the step with this uid, and the edits that undo it, the last one first.

    Of equal records from two computers one stands, under its own uid (see `model.replay`): the edits name that. Raises
    CorpusError.
    """
    step = corpus.step(uid)
    return step.name, _follow_standing(corpus, reverse_step(step))


def _follow_standing(corpus: Corpus, edits: tuple[Edit, ...]) -> tuple[Edit, ...]:
    first_states: dict[str, Record | None] = {}
    for edit in edits:
        record = edit.before or edit.after
        if isinstance(record, Span | Zone | Dismissal):
            first_states.setdefault(record.uid, edit.before)
    standing_uids = {
        uid: standing_uid
        for uid, record in first_states.items()
        if record is not None and (standing_uid := _find_standing(corpus, record)) not in (None, uid)
    }
    if not standing_uids:
        return edits
    return tuple(Edit(_rename(edit.before, standing_uids), _rename(edit.after, standing_uids)) for edit in edits)


def _find_standing(corpus: Corpus, record: Record) -> str | None:
    """Return the uid of the record itself or, if there is none, of an equal one."""
    table, row = row_mapping.TABLE_KEYS[type(record)][0], row_mapping.to_row(record)
    columns = _PLACES[type(record)]
    where = " AND ".join(f'"{column}" IS ?' for column in columns)
    query = f"SELECT uid FROM {table} WHERE uid = ? OR ({where}) ORDER BY uid <> ?"
    rows = corpus.fetch_tuples(query, row["uid"], *(row[column] for column in columns), row["uid"])
    return rows[0][0] if rows else None


def _rename(record: Record | None, uids: dict[str, str]) -> Record | None:
    if isinstance(record, Span | Zone | Dismissal) and record.uid in uids:
        return replace(record, uid=uids[record.uid])
    return record
