"""Reconciling an article's tables and recorded edits, both perhaps incomplete (see `salvage`)."""

import sqlite3
from collections.abc import Mapping, Sequence
from typing import Final, cast

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from annotator.i18n import _
from annotator.model import zones as zoning
from annotator.model.colours import next_palette_colour
from annotator.model.history import LABELS_STEP
from annotator.model.labels import InvalidLabelSet, Label, LabelSet, check_labels
from annotator.model.operations import InvalidEdit, check_span, check_zones
from annotator.model.reasons import Code
from annotator.model.records import (
    Article,
    Decision,
    Dismissal,
    Edit,
    Note,
    Publication,
    Record,
    Rejection,
    Removal,
    Resolution,
    Span,
    Status,
    Step,
    Title,
    Zone,
    new_uid,
)
from annotator.store import row_mapping, word_index
from annotator.store.corpus import Corpus, utc_timestamp
from annotator.store.errors import CorpusError
from annotator.store.queries.recorded_edits import RECORDED_EDITS, replay_edits

FROM_BACKUP: Final = -1
"""A staged record from a backup, used only without any of its kind in the file."""
ORPHANED: Final = 0
"""A staged record from an orphaned page, perhaps deleted."""
CERTAIN: Final = 1
"""A staged record that cannot be a deleted one."""


_LOST_STEPS: Final = 1_000_000  # more than any file has lost


class Loss(Struct, frozen=True):
    """Something lost or uncertain: its table, its row's identity, and a message for the user with its code."""

    table: str
    row: str
    message: str
    code: Code
    lost: bool = True


class Reconciler:
    """Reconciles articles in a corpus that has its articles, their edits and, in the table `staged`, their table rows.

    `last_missing_edit` is the highest id that a lost edit may have. Losses are appended to `losses`. `backup_labels`
    (by name) serve spans whose label is lost. `lossy_tables` have lost rows; `damaged_articles` are pairs of a table
    with a damaged row and that row's article uid.
    """

    def __init__(
        self,
        corpus: Corpus,
        last_missing_edit: float,
        losses: list[Loss],
        backup_labels: Mapping[str, Label],
        lossy_tables: set[str],
        damaged_articles: set[tuple[str, str]],
    ) -> None:
        self._corpus, self._losses = corpus, losses
        self._last_missing_edit, self._backup_labels = last_missing_edit, backup_labels
        self._lossy_tables, self._damaged_articles = lossy_tables, damaged_articles
        # After the lost steps, which another copy may have: they made what is recovered.
        self._first_clock = corpus.next_clock() + (_LOST_STEPS if last_missing_edit else 0)
        self._has_edits = bool(corpus.fetch_tuples("SELECT 1 FROM edit LIMIT 1"))
        self._labels = {label.name for label in corpus.labels().labels}
        self._annotators = set(corpus.annotators())

    def reconcile(self, article: Article) -> None:
        """Write the article's records, and record edits for what its recorded edits lack."""
        from_tables: dict[tuple[str, ...], tuple[Record, bool]] = {}
        query = "SELECT record, certainty FROM staged WHERE article = ? ORDER BY certainty"
        staged = [
            (msgspec.json.decode(text, type=Record), certainty)
            for text, certainty in self._corpus.fetch_tuples(query, article.uid)
        ]
        kinds = {type(record) for record, certainty in staged if certainty != FROM_BACKUP}
        for record, certainty in staged:
            if certainty != FROM_BACKUP or type(record) not in kinds:
                from_tables[row_mapping.record_key(record)] = (record, certainty != ORPHANED)
        from_edits, last_missing = self._read_edits(article, [record for record, _is_certain in from_tables.values()])
        records: dict[tuple[str, ...], Record] = {}
        for key in dict.fromkeys([*from_tables, *from_edits]):
            if record := self._decide(article, key, from_tables.get(key), from_edits.get(key), last_missing):
                records[key] = record
            elif key[0] == "article":
                records[key] = Publication(article.uid, None)  # no record is without a row
        self._write_records(article, records)
        last_states = {key: last_state for key, (last_state, _id) in from_edits.items()}
        self._complete_edits(last_states | self._list_unrecorded(article, records, last_states), records)

    def _read_edits(
        self, article: Article, records: Sequence[Record]
    ) -> tuple[dict[tuple[str, ...], tuple[Record | None, int]], float]:
        """Return each record's state by the recorded edits, with the id of its last edit, and the last missing edit."""
        from_edits: dict[tuple[str, ...], tuple[Record | None, int]] = {}
        last_missing, has_first_edits = self._last_missing_edit, True
        rows = list(self._corpus.query(RECORDED_EDITS, article.uid))
        for row in rows:
            edit = row_mapping.to_edit(row)
            recorded = edit.after or edit.before
            if row["reason"] is not None or not isinstance(recorded, row_mapping.EDIT_TRACKED):
                continue
            key = row_mapping.record_key(recorded)
            is_first = key not in from_edits
            has_first_edits &= not is_first or edit.before is None or not isinstance(recorded, row_mapping.FROM_EDITS)
            if edit.before != from_edits.get(key, (None, 0))[0] and (
                not is_first or isinstance(recorded, row_mapping.FROM_EDITS)
            ):
                # This edit or an earlier one, of any record, is damaged.
                last_missing = max(last_missing, row["id"])
            from_edits[key] = edit.after, row["id"]
        states, fit = replay_edits(article, rows, records)
        if fit and has_first_edits:  # what seemed to be missing are the edits of several people, merged
            from_edits = {key: (states.get(key), number) for key, (_after, number) in from_edits.items()}
            last_missing = self._last_missing_edit
        return from_edits, last_missing

    def _decide(
        self,
        article: Article,
        key: tuple[str, ...],
        from_table: tuple[Record, bool] | None,
        from_edits: tuple[Record | None, int] | None,
        last_missing: float,
    ) -> Record | None:
        """Return the record that table and edits together support, and report doubts about it."""
        row, is_certain = from_table or (None, True)
        if from_edits is None:
            if row and (self._has_edits or last_missing or not is_certain) and isinstance(row, row_mapping.FROM_EDITS):
                self._report_doubt(article, key, row)
            return row
        last_state, number = from_edits
        if row == last_state:
            return row
        is_edit_missing = number < last_missing  # a later edit may be missing
        if not is_certain:
            row = None  # deleted, or older than the recorded edit
        if row is None:
            is_lossy = self._is_lossy(key[0], article)
            if not is_lossy and is_edit_missing:
                return None  # deleted by the missing edit
            if is_lossy:
                if is_edit_missing and last_state:
                    self._report_doubt(article, key, last_state)
                return last_state
        elif is_edit_missing:
            self._report_doubt(article, key, row)
            return row
        message = _("Article {number}: {row} differs between its table and the edit history: {one}; {other}.")
        values = {"one": row_mapping.encode_record(row) or "–", "other": row_mapping.encode_record(last_state) or "–"}
        record = row or last_state
        if record:
            name = ", ".join(key[1:])
            message = message.format(number=article.id, row=_describe_record(record, article), **values)
            self._report_loss(Code.CONTRADICTS_STEPS, key[0], name, message)
        return None

    def _write_records(self, article: Article, records: dict[tuple[str, ...], Record]) -> None:
        """Write the valid records; report the others and remove them from `records`."""
        zones = [record for record in records.values() if isinstance(record, Zone)]
        must_recognise = not zones and self._is_lossy("zone", article)
        try:
            check_zones(article, zones)
        except InvalidEdit:
            must_recognise = True
        if must_recognise:
            for zone in zones:
                del records[row_mapping.record_key(zone)]
            recognised = [
                Zone(new_uid(), article.uid, *zone_fields) for zone_fields in zoning.recognise_zones(article.text)
            ]
            records |= {row_mapping.record_key(zone): zone for zone in recognised}
            message = _("The zones of article {number} were detected again.").format(number=article.id)
            self._report_loss(Code.ZONES_DETECTED, "zone", article.uid, message, lost=False)
        for key, record in list(records.items()):
            try:
                if isinstance(record, Span | Rejection | Dismissal):
                    check_span(article, cast(Span, record))
                    self._ensure_label(record.label)
                if isinstance(record, Decision):
                    row_mapping.check_range(record, len(article.text))
                if not isinstance(record, Zone | Publication | Title | Removal):
                    self._ensure_annotator(record.annotator)
                if isinstance(record, Publication):
                    self._write_publication(article, record)
                else:
                    self._corpus._insert(key[0], row_mapping.to_row(record))
            except (InvalidEdit, InvalidLabelSet, CorpusError, sqlite3.IntegrityError) as error:
                del records[key]
                # The message about a constraint is SQLite's.
                reason = _("it contradicts another row") if isinstance(error, sqlite3.IntegrityError) else error
                message = _("Article {number}: {row} is invalid: {error}")
                message = message.format(number=article.id, row=_describe_record(record, article), error=reason)
                self._report_loss(Code.DAMAGED_ROW, key[0], ", ".join(key[1:]), message)
        db, texts = self._corpus.db, {article.uid: article.text}
        word_index.add_spans(db, [record for record in records.values() if isinstance(record, Span)], texts)
        word_index.add_rejections(db, [record for record in records.values() if isinstance(record, Rejection)], texts)

    def _write_publication(self, article: Article, publication: Publication) -> None:
        """Write a time of publication into the row of its article, which is there."""
        if publication.published != article.published:
            query = "UPDATE article SET published = ? WHERE uid = ?"
            self._corpus.db.execute(query, (publication.published, article.uid))

    def _list_unrecorded(
        self,
        article: Article,
        records: Mapping[tuple[str, ...], Record],
        last_states: Mapping[tuple[str, ...], Record | None],
    ) -> dict[tuple[str, ...], None]:
        """Return the keys of records that no recorded edit names: without a step, a merge would leave them behind."""
        query = "SELECT DISTINCT json_extract(coalesce(after, before), '$.uid') FROM edit WHERE article = ?"
        recorded_uids = {uid for (uid,) in self._corpus.fetch_tuples(query, article.uid)}
        return {
            key: None
            for key, record in records.items()
            if isinstance(record, (*row_mapping.FROM_EDITS, Rejection, Dismissal))
            and key not in last_states
            and getattr(record, "uid", "") not in recorded_uids
        }

    def _complete_edits(
        self,
        last_states: dict[tuple[str, ...], Record | None],
        records: dict[tuple[str, ...], Record],
    ) -> None:
        """Record edits from the last recorded states to the current ones where they differ.

        They are one step per annotator; undo ends there.
        """
        edits: dict[str, list[Edit]] = {}
        for key, last_state in last_states.items():
            current = records.get(key)
            if current != last_state:
                record = current or last_state
                edits.setdefault(getattr(record, "annotator", ""), []).append(Edit(last_state, current))
        fallback = next((name for name in edits if name), None) or next(iter(self._corpus.annotators()), None)
        for annotator, annotator_edits in edits.items():
            author = annotator or fallback
            if author:
                self._ensure_annotator(author)
                step = Step(new_uid(), author, utc_timestamp(), LABELS_STEP, tuple(annotator_edits))
                step = self._corpus._stamp(step)
                step = replace(step, clock=max(step.clock, self._first_clock))
                self._corpus._record_edits(step, annotator_edits)

    def _is_lossy(self, table: str, article: Article) -> bool:
        return table in self._lossy_tables or (table, article.uid) in self._damaged_articles

    def _ensure_annotator(self, annotator: str) -> None:
        if annotator not in self._annotators:
            self._corpus._add_annotator(annotator)
            self._annotators.add(annotator)

    def _ensure_label(self, name: str) -> None:
        """Recreate a lost label that spans have."""
        if name in self._labels:
            return
        labels = self._corpus.labels()
        label = self._backup_labels.get(name) or Label(name, {}, next_palette_colour(labels))
        check_labels(LabelSet((*labels.labels, label)))
        self._corpus._insert("label", row_mapping.from_label(label, len(labels.labels)))
        self._labels.add(name)
        message = _("The label {name} was recreated without its title and key.")
        if name in self._backup_labels:
            message = _("The label {name} was restored from a backup.")
        is_lost = name not in self._backup_labels
        self._report_loss(Code.LABEL_CHANGED, "label", name, message.format(name=name), lost=is_lost)

    def _report_loss(self, code: Code, table: str, row: str, message: str, *, lost: bool = True) -> None:
        self._losses.append(Loss(table, row, message, code, lost))

    def _report_doubt(self, article: Article, key: tuple[str, ...], record: Record) -> None:
        message = _("Article {number}: {row} may have been changed or removed later: an edit is missing.")
        message = message.format(number=article.id, row=_describe_record(record, article))
        self._report_loss(Code.UNCERTAIN_ROW, key[0], ", ".join(key[1:]), message, lost=False)


def _describe_record(record: Record, article: Article) -> str:
    """Describe the record for the user."""
    if isinstance(record, Status):
        return record.state
    if isinstance(record, Zone):
        return _("a zone")
    if isinstance(record, Publication):
        return _("the publication date")
    if isinstance(record, Title):
        return _("the title “{title}”").format(title=record.text)
    if isinstance(record, Removal):
        return _("its removal")
    if isinstance(record, Note):
        return _("a note")
    if isinstance(record, Resolution | Decision):
        return _("a decision")
    text = " ".join(article.text[record.start : record.end].split())
    return _("“{text}” ({label})").format(text=text, label=record.label)
