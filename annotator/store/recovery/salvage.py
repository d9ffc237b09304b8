"""Salvage of a damaged corpus into a new one, with a report of the losses.

Nearly everything is stored twice, in its table and the recorded edits. If both agree, a record is certain. If one is
lost, the other is used; if they differ and no missing edit explains that, neither is. An article whose text does not
match its uid is looked up in the backups.
"""

from collections import Counter
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import closing, suppress
from pathlib import Path
from typing import Any, Final

from msgspec import Struct
from msgspec.structs import replace

from annotator.device_key import device_uid
from annotator.i18n import _, ngettext
from annotator.model.colours import next_palette_colour
from annotator.model.history import LABELS_STEP
from annotator.model.labels import InvalidLabelSet, Label, LabelSet, check_labels
from annotator.model.reasons import Code
from annotator.model.records import Publication, Record, article_uid
from annotator.model.teams import BEGINNING
from annotator.store import row_mapping, word_index
from annotator.store.copying import new_file
from annotator.store.corpus import Corpus
from annotator.store.errors import (
    CorpusError,
    DamagedCorpus,
    NewerCorpus,
    NotACorpus,
    newer_version_message,
    translating_file_errors,
)
from annotator.store.label_rows import complete_record
from annotator.store.queries.team import join_team, to_team
from annotator.store.recovery.damaged_database import DamagedDatabase, with_text
from annotator.store.recovery.integrity import check_integrity
from annotator.store.recovery.reconciler import CERTAIN, FROM_BACKUP, ORPHANED, Loss, Reconciler
from annotator.store.schema import UNKNOWN_TIME, identify_annotators, number_steps, record_first_labels
from annotator.store.table_titles import describe_table

_MAX_ROWID: Final = (1 << 63) - 1
_BATCH_SIZE: Final = 50  # articles between two progress reports


class SalvageResult(Struct, frozen=True):
    """The new corpus's content, and the losses."""

    articles: int
    spans: int
    edits: int
    losses: tuple[Loss, ...]


def salvage(path: Path, target: Path, backups: Sequence[Path] = ()) -> Generator[tuple[int, int], None, SalvageResult]:
    """Copy everything readable in the damaged corpus at `path` into a new one at `target` (see `new_file`).

    Lost articles are taken from `backups`, best first. The damaged file is only read. Yields (done, total); closed
    early, it leaves nothing behind. Checks the new corpus's integrity. Raises ExistingCorpus, NotACorpus, NewerCorpus,
    NotACorpus, DamagedCorpus (nothing can be salvaged), CorpusError, also for a file that this process has open.
    """
    if path.exists() and not path.is_file():  # a pipe could be waited for in vain
        raise NotACorpus(_("“{path}” is not a corpus. If it has articles, import it into one.").format(path=path))
    with new_file(target) as temporary:
        with translating_file_errors(path):
            database = DamagedDatabase(path)
        with closing(database):
            if database.is_newer():
                raise NewerCorpus(newer_version_message(path))
            for done, total in database.scan_pages():
                yield done, 2 * total
            with Corpus.create(temporary, LabelSet(())) as corpus:
                result = yield from _Salvager(database, corpus).run(backups, database.page_reader.page_count)
                if not result.articles:
                    raise DamagedCorpus(_("No corpus data can be read from “{path}”.").format(path=path))
    return result


class _Salvager:
    """One salvage into an empty corpus."""

    def __init__(self, database: DamagedDatabase, corpus: Corpus) -> None:
        self._database, self._corpus = database, corpus
        self._losses: list[Loss] = []
        self._lost_edits: Counter[str] = Counter()  # by the uid of a lost article
        self._backup_labels: dict[str, Label] = {}
        self._unknown_losses = 0  # lost articles without even a title
        self._reported_uids: set[str] = set()  # lost articles reported by title or uid
        self._damaged_articles: set[tuple[str, str]] = set()  # tables with a damaged row, its article's uid
        self._last_missing_edit: float = 0  # the highest id that a lost edit may have

    def run(self, backups: Sequence[Path], page_count: int) -> Generator[tuple[int, int], None, SalvageResult]:
        corpus = self._corpus
        with corpus.transaction():
            corpus.db.execute("PRAGMA defer_foreign_keys = ON")
            corpus.db.execute("CREATE TEMP TABLE staged (article TEXT, kind TEXT, record TEXT, certainty INTEGER)")
            self._salvage_labels()
            annotators = (row.values for row in self._database.read_rows("annotator"))
            corpus.db.table("annotator").insert_all(annotators, ignore=True)
            yield from self._salvage_articles(backups, page_count)
            self._salvage_edits(backups)
            self._salvage_team()
            self._stage_rows()
            corpus.db.execute("CREATE INDEX temp.staged_by_article ON staged(article)")
            reconciler = Reconciler(
                corpus,
                self._last_missing_edit,
                self._losses,
                self._backup_labels,
                self._database.find_lossy_tables(),
                self._damaged_articles,
            )
            numbers = [number for (number,) in corpus.fetch_tuples("SELECT id FROM article ORDER BY id")]
            for index, number in enumerate(numbers):
                if index % _BATCH_SIZE == 0:
                    yield page_count + page_count * index // len(numbers), 2 * page_count
                reconciler.reconcile(corpus.article(number))
            if not self._has_label_edits():
                record_first_labels(corpus.db)
            complete_record(corpus)  # of labels that were recreated for spans
            self._salvage_positions()
            self._salvage_membership()
            self._report_lost_articles()
            corpus.db.execute("DROP TABLE staged")
        if self._database.page_reader.is_wal_torn:
            message = _("The log beside the file is incomplete: the last changes may be missing.")
            self._report_loss(Code.LOG_INCOMPLETE, "", "", message, lost=False)
        for damage in check_integrity(corpus):
            self._losses.append(Loss(damage.table, damage.row, damage.message, damage.kind))
        self._report_unreadable_rows()
        [(articles, spans, edits)] = corpus.fetch_tuples(
            "SELECT (SELECT count(*) FROM article), (SELECT count(*) FROM span), (SELECT count(*) FROM edit)"
        )
        return SalvageResult(articles, spans, edits, tuple(self._losses))

    # Labels, annotators, articles

    def _salvage_labels(self) -> None:
        labels: list[Label] = []
        for row in sorted(self._database.read_rows("label"), key=lambda row: row.values["position"]):
            try:
                label = self._salvage_label(row.values, LabelSet(tuple(labels)))
                check_labels(LabelSet((*labels, label)))
            except (CorpusError, InvalidLabelSet) as error:
                self._report_loss(Code.DAMAGED_ROW, "label", row.values["name"], str(error))
                continue
            labels.append(label)
        self._corpus.db.table("label").insert_all(
            (row_mapping.from_label(label, position) for position, label in enumerate(labels)), ignore=True
        )
        for row in self._database.read_rows("label"):
            if row.values["uid"]:
                query = "UPDATE OR IGNORE label SET uid = ? WHERE name = ?"
                self._corpus.db.execute(query, (row.values["uid"], row.values["name"]))

    def _salvage_label(self, row: dict[str, Any], other_labels: LabelSet) -> Label:
        """Return a row's label, without its key or with a rarely used colour if its own is invalid."""
        with suppress(CorpusError):
            return row_mapping.to_label(row)
        palette_colour = next_palette_colour(other_labels)
        keyless, coloured = {"key": None}, {"light": palette_colour.light, "dark": palette_colour.dark}
        for changes in (keyless, coloured):
            with suppress(CorpusError):
                label = row_mapping.to_label(row | changes)
                break
        else:
            label = row_mapping.to_label(row | coloured | keyless)
        message = _("The label {name} has a different colour or no key: its own could not be read.")
        self._report_loss(Code.LABEL_CHANGED, "label", label.name, message.format(name=label.name), lost=False)
        return label

    def _salvage_articles(self, backups: Sequence[Path], page_count: int) -> Iterator[tuple[int, int]]:
        """Add the file's articles, then the lost ones that a backup has."""
        damaged_rows: dict[int, dict[str, Any]] = {}
        numbers = [0]
        intact: dict[int, str] = {}
        for row in self._database.read_rows("article"):
            numbers.append(row.rowid)
            if _has_intact_text(row.values):
                intact[row.rowid] = row.values["uid"]
                self._add_article(row.values)
                self._stage_record(Publication(row.values["uid"], row.values["published"]), CERTAIN)
                yield page_count, 2 * page_count
            else:
                damaged_rows[row.rowid] = row.values
        last_number = self._last_row("article", numbers)
        for path in backups:
            try:
                with Corpus.open_backup(path) as backup:
                    self._backup_labels = {label.name: label for label in backup.labels().labels} | self._backup_labels
                    for (number,) in backup.fetch_tuples("SELECT id FROM article WHERE id <= ?", last_number):
                        [backup_row] = map(with_text, backup.query("SELECT * FROM article WHERE id = ?", number))
                        if _has_intact_text(backup_row) and self._add_article(backup_row):
                            self._stage_zones(backup, backup_row["uid"])
                            self._damaged_articles.add(("article", backup_row["uid"]))
                        yield page_count, 2 * page_count
            except CorpusError:  # the backup is damaged too
                continue
        rows = self._corpus.fetch_tuples("SELECT id, uid FROM article")
        present = {number for number, _uid in rows}
        self._database.name_articles(intact, (uid for _number, uid in rows))
        self._unknown_losses = len(set(range(1, max([*present, *damaged_rows, 1]))) - present - damaged_rows.keys())
        for number in sorted(damaged_rows.keys() - present):
            message = _("Article {number} (“{title}”) is lost: its text is damaged.")
            title = damaged_rows[number]["title"] or damaged_rows[number]["uid"]
            message = message.format(number=number, title=title)
            self._report_loss(Code.ARTICLE_LOST, "article", str(number), message)
            self._reported_uids.add(damaged_rows[number]["uid"])

    def _last_row(self, table: str, rows: Sequence[int]) -> int:
        """Return the highest id that a row of the file can have had, which is known unless its end is lost.

        A backup from before another one was restored has rows that were given up.
        """
        return _MAX_ROWID if table in self._database.truncated_tables else max(rows)

    def _add_article(self, row: dict[str, Any]) -> bool:
        """Add a new article, under its own number if free; return whether it is new."""
        if self._corpus.fetch_tuples("SELECT 1 FROM article WHERE uid = ?", row["uid"]):
            return False
        if self._corpus.fetch_tuples("SELECT 1 FROM article WHERE id = ?", row["id"]):
            row = {**row, "id": None}
        text = row["text"]
        other_columns = {column: row[column] for column in row if column != "text"}
        number = self._corpus._insert("article", other_columns | row_mapping.from_text(text))
        word_index.add_articles(self._corpus.db, [(number, text)])
        return True

    def _stage_zones(self, backup: Corpus, uid: str) -> None:
        """Stage a backup's zones, in case the file's are lost: their first state is in no edit."""
        for zone in backup.zones(uid):
            self._stage_record(zone, FROM_BACKUP)

    # Recorded edits

    def _salvage_edits(self, backups: Sequence[Path]) -> None:
        """Add existing articles' recorded edits, and determine the missing ones."""
        unreadable_count = 0
        step_by_id: dict[int, str] = {}
        articles = {uid for (uid,) in self._corpus.fetch_tuples("SELECT uid FROM article")}

        def add_edit(row: dict[str, Any]) -> bool:
            try:
                edit = row_mapping.to_edit(row)
            except (CorpusError, ValueError):
                return False
            record = edit.after or edit.before
            annotator = getattr(record, "annotator", row["annotator"])  # a zone has none
            if (
                row["id"] in step_by_id
                or (edit.article, annotator) != (row["article"], row["annotator"])
                or not annotator.strip()
            ):
                return False
            step_by_id[row["id"]] = row["step"]
            if row["article"] in articles:
                self._corpus._add_annotator(row["annotator"])
                records = {column: row_mapping.encode_record(getattr(edit, column)) for column in ("before", "after")}
                self._corpus._insert("edit", {**row, **records})
            else:
                self._lost_edits[row["article"]] += 1
            return True

        ids = [0]
        lost_steps: dict[str, list[dict[str, Any]]] = {}
        for row in self._database.read_rows("edit"):
            ids.append(row.rowid)
            if row.values["time"] is None:
                lost_steps.setdefault(row.values["step"], []).append(row.values)
            else:
                unreadable_count += not add_edit(row.values)
        last_edit = self._last_row("edit", ids)
        labels = {label.name for label in self._corpus.labels().labels}
        for path in backups:
            with suppress(CorpusError), Corpus.open_backup(path) as backup:  # ignores a damaged backup
                backup_steps = dict(backup.fetch_tuples("SELECT id, step FROM edit WHERE id <= ?", last_edit))
                # Another history, or other label names, would add edits that never happened.
                if {label.name for label in backup.labels().labels} == labels and all(
                    step_by_id.get(id_, step) == step for id_, step in backup_steps.items()
                ):
                    for id_ in sorted(backup_steps.keys() - step_by_id.keys()):
                        [backup_row] = backup.query("SELECT * FROM edit WHERE id = ?", id_)
                        add_edit(dict(backup_row))
        self._complete_steps(lost_steps, step_by_id, add_edit)
        last_id = max(step_by_id, default=0)
        missing_ids = set(range(1, last_id + 1)) - step_by_id.keys()
        self._last_missing_edit = (
            float("inf") if "edit" in self._database.truncated_tables else max(missing_ids, default=0)
        )
        if missing_ids or (unreadable_count and "edit" in self._database.truncated_tables):
            lost_count = len(missing_ids) or unreadable_count
            message = ngettext(
                "{count} edit in the edit history is lost and cannot be undone.",
                "{count} edits in the edit history are lost and cannot be undone.",
                lost_count,
            )
            self._report_loss(Code.EDITS_LOST, "edit", "", message.format(count=lost_count))
        if "edit" in self._database.truncated_tables:
            message = _("The last edits may be lost: the end of the edit history is unknown.")
            self._report_loss(Code.EDITS_LOST, "edit", "", message)

    def _complete_steps(
        self,
        lost_steps: Mapping[str, Sequence[dict[str, Any]]],
        step_by_id: Mapping[int, str],
        add_edit: Callable[[dict[str, Any]], bool],
    ) -> None:
        """Add the edits of lost steps that no backup had, each step by whoever its records name; undo ends there."""
        count = 0
        for edits in lost_steps.values():
            rows = [row for row in edits if row["id"] not in step_by_id]
            if not rows:
                continue
            annotator, clock = self._find_place(rows)
            step = {
                "name": LABELS_STEP,
                "annotator": annotator,
                "time": UNKNOWN_TIME,
                "clock": clock,
                "device": device_uid(),
            }
            added = [add_edit({**row, **step}) for row in rows]
            count += any(added)
        if count:
            message = ngettext(
                "Of {count} step in the edit history, only the edits are left: its time is unknown, and it cannot be "
                "undone.",
                "Of {count} steps in the edit history, only the edits are left: their times are unknown, and they "
                "cannot be undone.",
                count,
            )
            self._report_loss(Code.EDITS_LOST, "edit", "", message.format(count=count))

    def _find_place(self, rows: Sequence[dict[str, Any]]) -> tuple[str, int]:
        """Return who made these edits of a lost step, and its clock: if it is lost too, that after the step before."""
        query = "SELECT annotator, clock FROM edit WHERE id < ? ORDER BY id DESC LIMIT 1"
        previous = self._corpus.fetch_tuples(query, rows[0]["id"])
        last_annotator, last_clock = previous[0] if previous else ("", 0)
        clock = last_clock + 1 if rows[0]["clock"] is None else rows[0]["clock"]
        for row in rows:
            with suppress(CorpusError):
                edit = row_mapping.to_edit(row)
                if name := getattr(edit.after or edit.before, "annotator", ""):
                    return name, clock
        return last_annotator or next(iter(self._corpus.annotators()), ""), clock

    def _salvage_team(self) -> None:
        """Add what merging needs: clocks, identities, the changes of labels, conflicts, assignments."""
        if self._corpus.fetch_tuples("SELECT 1 FROM edit WHERE clock = 0 LIMIT 1"):
            number_steps(self._corpus.db)  # the file is of a version without clocks
        for table in ("identity", "label_edit", "conflict", "batch", "assignment", "unassignment"):
            for row in self._database.read_rows(table):
                if annotator := row.values.get("annotator"):
                    self._corpus._add_annotator(annotator)
                if table == "label_edit" and not self._is_label_edit(row.values):
                    continue
                self._corpus._insert(table, row.values, "REPLACE")
        self._corpus.db.execute(
            """
            DELETE FROM assignment
            WHERE article NOT IN (SELECT uid FROM article) OR batch NOT IN (SELECT uid FROM batch)
            """
        )
        self._corpus.db.execute("DELETE FROM unassignment WHERE article NOT IN (SELECT uid FROM article)")
        identify_annotators(self._corpus.db)
        if self._has_label_edits():
            complete_record(self._corpus)  # adds the labels that only the record has

    def _has_label_edits(self) -> bool:
        return bool(self._corpus.fetch_tuples("SELECT 1 FROM label_edit LIMIT 1"))

    def _is_label_edit(self, row: dict[str, Any]) -> bool:
        """Return whether the row can be read; report it otherwise."""
        try:
            row_mapping.to_label_edit(row)
        except CorpusError as error:
            self._report_loss(Code.DAMAGED_ROW, "label_edit", row["uid"], str(error))
            return False
        return True

    # Records about articles

    def _stage_rows(self) -> None:
        lengths = dict(self._corpus.fetch_tuples("SELECT uid, length FROM article"))
        for kind in row_mapping.ARTICLE_RECORDS:
            table = row_mapping.TABLE_KEYS[kind][0]
            for row in self._database.read_rows(table):
                try:
                    record = row_mapping.to_record(kind, row.values)
                    if (length := lengths.get(record.article)) is not None:
                        row_mapping.check_range(record, length)
                except CorpusError as error:
                    self._damaged_articles.add((table, row.values["article"]))
                    is_lost = not self._is_recorded(kind, row.values)
                    self._report_loss(Code.DAMAGED_ROW, table, str(row.rowid), str(error), lost=is_lost)
                    continue
                self._stage_record(record, CERTAIN if row.is_certain else ORPHANED)

    def _is_recorded(self, kind: type[Record], row: dict[str, Any]) -> bool:
        """Return whether an edit mentions a row's record and so its content."""
        query = "SELECT 1 FROM edit WHERE article = ? AND after IS NOT NULL AND instr(after, ?) LIMIT 1"
        table, columns = row_mapping.TABLE_KEYS[kind]
        [name] = [str(row[column]) for column in columns if column != "article"] or [f'"type":"{table}"']
        return kind in row_mapping.EDIT_TRACKED and bool(self._corpus.fetch_tuples(query, row["article"], name))

    def _stage_record(self, record: Record, certainty: int) -> None:
        row = {
            "article": record.article,
            "kind": row_mapping.TABLE_KEYS[type(record)][0],
            "record": row_mapping.encode_record(record),
        }
        self._corpus._insert("staged", row | {"certainty": certainty})

    # Last positions and the report

    def _salvage_positions(self) -> None:
        for row in self._database.read_rows("place"):
            lengths = self._corpus.fetch_numbers(
                "SELECT length AS number FROM article WHERE uid = ?", row.values["article"]
            )
            annotator, offset = row.values["annotator"], row.values["offset"]
            if lengths and annotator.strip():
                if not 0 <= offset <= lengths[0]:
                    offset = 0
                    message = _("The position where {annotator} stopped in an article is lost.")
                    message = message.format(annotator=annotator)
                    self._report_loss(Code.POSITION_LOST, "place", annotator, message, lost=False)
                self._corpus._add_annotator(annotator)
                self._corpus._insert("place", {**row.values, "offset": offset}, "REPLACE")

    def _salvage_membership(self) -> None:
        """Let the corpus belong to its team as if it joined it now: the remote gives back what is lost here."""
        for row in self._database.read_rows("team"):
            try:
                join_team(self._corpus, replace(to_team(row.values), cursor=BEGINNING))
            except DamagedCorpus as error:
                self._report_loss(Code.DAMAGED_ROW, "team", row.values["uid"], str(error))

    def _report_lost_articles(self) -> None:
        """Report each lost article with its numbers of spans and edits."""
        query = (
            "SELECT article, sum(kind = 'span') FROM staged WHERE article NOT IN (SELECT uid FROM article) GROUP BY 1"
        )
        span_counts = dict(self._corpus.fetch_tuples(query))
        lost_uids = sorted({*span_counts, *self._lost_edits})
        for uid in lost_uids:
            message = _("An article is lost with its spans ({spans}) and edits ({edits}): {uid}")
            message = message.format(uid=uid, spans=span_counts.get(uid, 0), edits=self._lost_edits[uid])
            self._report_loss(Code.ARTICLE_LOST, "article", uid, message)
        if (unknown_count := self._unknown_losses - len(set(lost_uids) - self._reported_uids)) > 0:
            message = ngettext(
                "{count} article is lost; nothing about it is known.",
                "{count} articles are lost; nothing about them is known.",
                unknown_count,
            )
            self._report_loss(Code.ARTICLE_LOST, "article", "", message.format(count=unknown_count))

    def _report_unreadable_rows(self) -> None:
        """Report unreadable pages and rows by table."""
        for table, count in self._database.lost_counts.items():
            if table in ("mention", "doubt", "learned"):
                continue  # rebuilt from the rest
            message = ngettext(
                "{count} page or row of the table “{table}” could not be read.",
                "{count} pages or rows of the table “{table}” could not be read.",
                count,
            )
            if not table:
                message = _("The first page, which lists the tables, could not be read.")
            message = message.format(count=count, table=describe_table(table))
            self._report_loss(Code.ROWS_UNREADABLE, table, "", message, lost=False)

    def _report_loss(self, code: Code, table: str, row: str, message: str, *, lost: bool = True) -> None:
        self._losses.append(Loss(table, row, message, code, lost))


def _has_intact_text(row: Any) -> bool:
    try:
        return bool(row["text"]) and article_uid(row["text"]) == row["uid"]
    except UnicodeEncodeError:
        return False
