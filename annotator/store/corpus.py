"""The corpus: one SQLite file that holds everything, and the only place that reads and writes it."""

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path
from typing import Final, Self, cast

import msgspec
from msgspec import Struct

from annotator.i18n import _
from annotator.model import operations
from annotator.model.history import IMPORT
from annotator.model.labels import LabelSet
from annotator.model.records import (
    Article,
    Draft,
    Edit,
    Note,
    Past,
    Record,
    Rejection,
    Span,
    Status,
    Step,
    Zone,
    new_uid,
)
from annotator.model.structs import prepare
from annotator.store import index, opening, rows
from annotator.store.connection import Connection
from annotator.store.errors import Conflict, CorpusError, NoSuchArticle
from annotator.store.sqlite_utils_import import Database

_AT_ONCE: Final = 500  # edits: a hundredth of a second


class _SpanRow(msgspec.Struct, array_like=True, gc=False):
    """A span of an article that is known."""

    uid: str
    annotator: str
    label: str
    start: int
    end: int
    value: str | None
    note: str | None
    source: str | None


class Added(Struct, frozen=True):
    """What `Corpus.add` did: whether the article was new, how many spans came in, and why others did not."""

    new: bool
    spans: int
    refused: tuple[str, ...] = ()


def now() -> str:
    """This moment in UTC, as ISO 8601 with milliseconds."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


class Corpus(Connection):
    """An open corpus file. Every method raises CorpusError, with a sentence for a person, where the file fails it.

    What is read is checked: it raises Damaged where a row does not hold what it is for. `lenient` leaves out whether
    places are within their texts, for whoever looks for all that is damaged.
    """

    lenient = False
    _length = ("", 0)  # the uid of the article that was asked about last, and the code points of its text

    @classmethod
    def create(cls, path: Path, labels: LabelSet) -> Self:
        """Make a corpus with these labels at `path`, where there must be no file yet, and open it."""

        def fill(db: Database) -> None:
            db.table("label").insert_all(rows.from_label(label, at) for at, label in enumerate(labels.labels))

        opening.create(path, fill)
        return cls.open(path)

    @classmethod
    def open(cls, path: Path, *, readonly: bool = False, damaged: bool = False) -> Self:
        """Open the corpus at `path`; with `readonly` one that cannot be written to will do, with `damaged` one in which
        not all is in order."""
        corpus = cls(path, opening.connect(path, readonly=readonly, damaged=damaged))
        corpus.lenient = damaged
        return corpus

    # Reading

    def labels(self) -> LabelSet:
        """The labels, in their order."""
        return LabelSet(tuple(rows.to_label(row) for row in self.query("SELECT * FROM label ORDER BY position")))

    def annotators(self) -> list[str]:
        """The names of all who have a layer or a state here, in the order in which they came."""
        return [row["name"] for row in self.query("SELECT name FROM annotator ORDER BY rowid")]

    def layers(self) -> list[str]:
        """The names of those annotators who have at least one span."""
        return [row["annotator"] for row in self.query("SELECT DISTINCT annotator FROM span ORDER BY annotator")]

    def article(self, identity: int | str) -> Article:
        """The article of this number or uid. Raises NoSuchArticle."""
        column = "id" if isinstance(identity, int) else "uid"
        for row in self.query(f"SELECT * FROM article WHERE {column} = ?", identity):
            article = rows.to_article(row)
            self._length = article.uid, len(article.text)
            return article
        raise self._missing(identity)

    def zones(self, article: str) -> list[Zone]:
        """The zones of the article of this uid, from its beginning to its end."""
        zones = self._zones(article)
        if zones and not self.lenient:
            rows.check_zones(article, zones, self._length_of(article))
        return zones

    def spans(self, article: str, annotator: str | None = None) -> list[Span]:
        """The spans of the article of this uid, of one layer or of all: by start, the longer first."""
        query = "SELECT * FROM span WHERE article = ? AND (? IS NULL OR annotator = ?)"
        columns = 'uid, annotator, label, start, "end", value, note, source'
        found = self._listed(_SpanRow, columns, query, article, annotator, annotator)
        found.sort(key=lambda row: (row.start, -row.end, row.uid))  # a thousand in a quarter of the time SQLite takes
        spans = [
            Span(row.uid, article, row.annotator, row.label, row.start, row.end, row.value, row.note, row.source)
            for row in found
        ]
        if spans and not self.lenient:
            rows.check_spans(spans, self._length_of(article), self._label_names())
        return spans

    def status(self, article: str, annotator: str) -> Status | None:
        """How far the annotator is with the article; None before they did anything there."""
        found = self.query("SELECT * FROM status WHERE article = ? AND annotator = ?", article, annotator)
        return next((cast(Status, rows.to_record(Status, row)) for row in found), None)

    def note(self, article: str, annotator: str) -> Note | None:
        """What the annotator noted about the article."""
        found = self.query("SELECT * FROM note WHERE article = ? AND annotator = ?", article, annotator)
        return next((cast(Note, rows.to_record(Note, row)) for row in found), None)

    def whole(self, identity: int | str, annotator: str | None = None) -> Draft:
        """The article of this number or uid with all that is known of it, from one annotator or from all. Raises
        NoSuchArticle."""
        article = self.article(identity)
        names = self.annotators() if annotator is None else [annotator]
        return Draft(
            article,
            tuple(self.zones(article.uid)),
            tuple(self.spans(article.uid, annotator)),
            tuple(status for name in names if (status := self.status(article.uid, name))),
            tuple(note for name in names if (note := self.note(article.uid, name))),
        )

    def place(self, annotator: str) -> tuple[str, int] | None:
        """Where the annotator stopped: the article's uid, and the code point in its text."""
        for row in self.query('SELECT article, "offset" FROM place WHERE annotator = ?', annotator):
            article, offset = self._converted((row["article"], row["offset"]), tuple[str, int])
            rows.check_offset(annotator, offset, self._length_of(article))
            return article, offset
        return None

    def version(self) -> int:
        """A number that changes when another connection has written to the file, and not by what this one writes."""
        [(version,)] = self.tuples("PRAGMA data_version")
        return int(version)

    def knows(self, words: str) -> bool:
        """Whether a span in the corpus says these words, or begins with them. `words` are as text.proclitics.form
        gives them."""
        query = "SELECT 1 AS found FROM mention WHERE words = ? OR (words >= ? AND words < ?) LIMIT 1"
        return bool(list(self.query(query, words, f"{words} ", f"{words}!")))  # ! is the character after the space

    def history(self, article: str, annotator: str) -> list[Past]:
        """The steps that the annotator ever made on the article, oldest first (see model.history)."""
        query = "SELECT * FROM edit WHERE article = ? AND annotator = ? ORDER BY id"
        steps = self._listed(Past, "step, name, undoes", query, article, annotator)
        return list({step.uid: step for step in steps}.values())

    def step(self, uid: str) -> Step:
        """The step of this uid, with its edits. Raises CorpusError where there is none."""
        found = list(self.query("SELECT * FROM edit WHERE step = ? ORDER BY id", uid))
        if not found:
            raise CorpusError(_("“{path}” holds no step {uid}.").format(path=self.path, uid=uid))
        edits = tuple(map(rows.to_edit, found))
        first = found[0]
        return Step(uid, first["annotator"], first["time"], first["name"], edits, first["undoes"])

    def size(self, step: str) -> int:
        """How many edits the step of this uid has."""
        [(count,)] = self.tuples("SELECT count(*) FROM edit WHERE step = ?", step)
        return int(count)

    # Writing

    def apply(self, step: Step) -> None:
        """Write all edits of `step` and the record of them, or none.

        Raises Conflict when a record is no longer what an edit says that it was before.
        """
        deque(self.applying(step), maxlen=0)

    def applying(self, step: Step) -> Iterator[int]:
        """The same, some hundreds at a time: yields how many are done. Closed before its end, it leaves nothing
        written."""
        with self.transaction():
            self._know(step.annotator)
            for start in range(0, len(step.edits), _AT_ONCE):
                edits = step.edits[start : start + _AT_ONCE]
                self._write(edits)
                self._remember(step, edits)
                yield start + len(edits)
            for uid in {edit.article for edit in step.edits if isinstance(edit.after, Zone)}:
                self._check_zones(uid)

    def add(self, draft: Draft) -> Added:
        """Store an article with its zones, and the spans, states and notes that came with it.

        An article that is here already is left as it is, zones and all; spans that its layers lack are added even so.
        Spans that cannot be are refused, each with a reason; the rest is stored.
        """
        with self.transaction():
            uid = draft.article.uid
            new = not list(self.query("SELECT 1 AS found FROM article WHERE uid = ?", uid))
            if new:
                operations.check_zones(draft.article, draft.zones)
                number = self._insert("article", {**rows.from_article(draft.article), "added": now()})
                index.add_article(self._db, number, draft.article.text)
                self._insert_all("zone", [rows.to_row(zone) for zone in draft.zones])
            spans, refused = self._add_spans(draft, [] if new else self.spans(uid))
            for status in draft.states:
                if new or self.status(uid, status.annotator) is None:
                    self._add_step(status.annotator, [Edit(None, status)])
            for note in draft.notes:
                if new or self.note(uid, note.annotator) is None:
                    self._add_step(note.annotator, [Edit(None, note)])
            return Added(new, spans, tuple(refused))

    def stand(self, annotator: str, article: str, offset: int) -> None:
        """Remember where the annotator is (see `place`)."""
        with self.transaction():
            self._insert("place", {"annotator": annotator, "article": article, "offset": offset}, "REPLACE")

    def _zones(self, article: str) -> list[Zone]:
        found = self.query("SELECT * FROM zone WHERE article = ? ORDER BY start", article)
        return [cast(Zone, rows.to_record(Zone, row)) for row in found]

    def _label_names(self) -> set[str]:
        return {name for (name,) in self.tuples("SELECT name FROM label")}

    def _length_of(self, article: str) -> int:
        """How many code points the text of the article of this uid has, which never changes."""
        if self._length[0] != article:
            self._length = article, len(self.article(article).text)  # SQL's length() ends at a NUL
        return self._length[1]

    def _missing(self, identity: int | str) -> NoSuchArticle:
        return NoSuchArticle(_("“{path}” holds no article {identity}.").format(path=self.path, identity=identity))

    def _know(self, annotator: str) -> None:
        if not annotator.strip():
            raise CorpusError(_("An annotator must have a name."))
        self._insert("annotator", {"name": annotator, "added": now()}, "IGNORE")

    def _change(self, edit: Edit) -> None:
        """Change or remove a record."""
        record = edit.before
        if record is None:
            raise ValueError(edit)
        table = rows.KEYS[type(record)][0]
        where = " AND ".join(f"{column} = ?" for column in rows.key(record))
        if self._current(table, where, record) != edit.before:
            raise Conflict(_("This was changed in another window meanwhile: look at it once more."))
        if edit.after is None:
            self._db.execute(f"DELETE FROM {table} WHERE {where}", [*rows.key(record).values()])
        else:
            row = rows.to_row(edit.after)
            changed = row.keys() - rows.key(record).keys()
            changes = ", ".join(f'"{column}" = ?' for column in changed)
            values = [row[column] for column in (*changed, *rows.key(record))]
            self._db.execute(f"UPDATE {table} SET {changes} WHERE {where}", values)

    def _current(self, table: str, where: str, record: Record) -> Record | None:
        found = self.query(f"SELECT * FROM {table} WHERE {where}", *rows.key(record).values())
        return next((rows.to_record(type(record), row) for row in found), None)

    def _check_zones(self, uid: str) -> None:
        operations.check_zones(self.article(uid), self._zones(uid))

    def _write(self, edits: Sequence[Edit]) -> None:
        for table, some in groupby(edits, key=rows.added_to):
            if table is None:
                for edit in some:
                    self._change(edit)
            else:
                self._insert_all(table, [rows.to_row(edit.after) for edit in some if edit.after])
        spans = [edit.after for edit in edits if isinstance(edit.after, Span)]
        rejections = [edit.after for edit in edits if isinstance(edit.after, Rejection)]
        told = {span.article for span in spans} | {rejection.article for rejection in rejections}
        texts = {uid: self.article(uid).text for uid in told}
        about: list[Span | Rejection] = [*spans, *rejections]
        for record in about:
            if not 0 <= record.start < record.end <= len(texts[record.article]):
                said = _("A span from {start} to {end} is not within the text.")
                raise CorpusError(said.format(start=record.start, end=record.end))
        index.add_spans(self._db, spans, texts)
        index.add_rejections(self._db, rejections, texts)

    def _remember(self, step: Step, edits: Iterable[Edit]) -> None:
        made = {"step": step.uid, "name": step.name, "annotator": step.annotator, "time": step.time}
        new = [
            {
                **made,
                "article": edit.article,
                "undoes": step.undoes,
                "before": rows.encoded(edit.before),
                "after": rows.encoded(edit.after),
            }
            for edit in edits
        ]
        self._insert_all("edit", new)

    def _add_spans(self, draft: Draft, stored: Iterable[Span]) -> tuple[int, list[str]]:
        """Add the spans that are not among those `stored` of the article; how many, and why others were not."""
        if not draft.spans:
            return 0, []
        known = self._label_names()
        uids = msgspec.json.encode([span.uid for span in draft.spans]).decode()
        query = "SELECT uid FROM span WHERE uid IN (SELECT value FROM json_each(?))"
        taken = {uid for (uid,) in self.tuples(query, uids)}
        layers: dict[str, list[Edit]] = {}
        here = {_place(span): span for span in stored}
        refused = []
        for span in draft.spans:
            if span.label not in known:
                refused.append(_("the corpus has no label {label}").format(label=span.label))
                continue
            try:
                operations.check_span(draft.article, span)
            except operations.Rejected as rejected:
                refused.append(str(rejected))
                continue
            there = here.get(_place(span))
            if there is None:
                if span.uid in taken:
                    span = msgspec.structs.replace(span, uid=new_uid())
                taken.add(span.uid)
                here[_place(span)] = span
                layers.setdefault(span.annotator, []).append(Edit(None, span))
            elif (there.value, there.note) != (span.value, span.note):
                reason = _("{annotator} has labelled “{text}” ({label}) already, with another value or note")
                text = draft.article.text[span.start : span.end]
                refused.append(reason.format(annotator=span.annotator, text=text, label=span.label))
        for annotator, edits in layers.items():
            self._add_step(annotator, edits)
        return sum(map(len, layers.values())), refused

    def _add_step(self, annotator: str, edits: list[Edit]) -> None:
        self.apply(Step(new_uid(), annotator, now(), IMPORT, tuple(edits)))


def _place(span: Span) -> tuple[str, str, int, int]:
    return span.annotator, span.label, span.start, span.end


prepare(_SpanRow)
