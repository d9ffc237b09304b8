"""The corpus: articles, layers and edits in one SQLite file."""

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import groupby, islice
from operator import itemgetter
from pathlib import Path
from typing import Final, Self, TypeVar

from msgspec import Struct
from msgspec.json import Decoder
from msgspec.structs import replace

from annotator.device_key import device_uid
from annotator.generators import finish
from annotator.i18n import _
from annotator.model import operations
from annotator.model.history import IMPORT_STEP
from annotator.model.identities import person_uid
from annotator.model.labels import LabelSet
from annotator.model.reasons import Code, Reason
from annotator.model.records import (
    AnnotatedArticle,
    Article,
    Edit,
    FileLayers,
    Note,
    Rejection,
    Removal,
    Span,
    Status,
    Step,
    StepInfo,
    Title,
    Zone,
    new_uid,
)
from annotator.store import opening, row_mapping, verification, word_index
from annotator.store.content_version import CONTENT_VERSION, ContentVersion
from annotator.store.corpus_file import CorpusFile
from annotator.store.errors import Conflict, CorpusError, NoSuchArticle
from annotator.store.schema import record_first_labels
from annotator.store.sqlite_library import Database

_BATCH_SIZE: Final = 500  # edits: a hundredth of a second
_FEW_SPANS: Final = 2000  # all looked at in some milliseconds
_ARTICLES_AT_ONCE: Final = 100  # makes a query's overhead negligible
# Not structs: building these from tuples of a known length is the fastest.
_ZONE_ROWS: Final = Decoder(list[tuple[str, str, int, int]])
_SPAN_ROWS: Final = Decoder(list[tuple[str, str, str, int, int, str | None, str | None, str | None]])
_ANNOTATOR_ROWS: Final = Decoder(list[tuple[str, str]])
_POSITION: Final = Decoder(tuple[str, int])
_STEP_ROWS: Final = Decoder(list[tuple[int, str, str, str | None]])
_ARTICLES: Final = """
    SELECT article.*, title.text AS custom_title FROM article LEFT JOIN title ON title.article = article.uid
"""
_Row = TypeVar("_Row")
_AnnotatorRecord = TypeVar("_AnnotatorRecord", Status, Note)
_ArticleRecord = TypeVar("_ArticleRecord", Title, Removal)


class AddResult(Struct, frozen=True):
    """What `Corpus.add` did: `spans` were added, others skipped. To a removed article nothing is added.

    `changed` and `removed` count the records of which a layer was replaced (see jobs.imports.replacement).
    """

    is_new: bool
    spans: int
    skip_reasons: tuple[Reason, ...] = ()
    is_removed: bool = False
    changed: int = 0
    removed: int = 0


def utc_timestamp() -> str:
    """Return the current UTC time, as ISO 8601 with milliseconds."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


class Corpus(CorpusFile):
    """An open corpus file.

    Every method raises CorpusError, with a message for the user, if the file fails. Rows are validated when read;
    invalid ones raise DamagedCorpus. `is_lenient` skips the check that offsets lie within their texts, for callers that
    look for all damage.
    """

    is_lenient = False
    _cached_text = ("", "")  # uid and text of the last article

    @classmethod
    def create(cls, path: Path, labels: LabelSet) -> Self:
        """Create and open a corpus with these labels at `path`, where no file may exist."""
        label_rows = [row_mapping.from_label(label, position) for position, label in enumerate(labels.labels)]

        def fill(db: Database) -> None:
            db.table("label").insert_all(label_rows)
            record_first_labels(db)

        opening.create(path, fill)
        return cls.open(path)

    @classmethod
    def open(
        cls,
        path: Path,
        *,
        readonly: bool = False,
        allow_damaged: bool = False,
        run_migration: opening.MigrationRunner = finish,
    ) -> Self:
        """Open the corpus at `path`, which may be write-protected (`readonly`) or damaged (`allow_damaged`)."""
        corpus = cls(
            path,
            opening.connect_to_corpus(
                path, readonly=readonly, allow_damaged=allow_damaged, run_migration=run_migration
            ),
        )
        corpus.is_lenient = allow_damaged
        return corpus

    @classmethod
    def open_backup(cls, path: Path) -> Self:
        """Open a backup of any version read-only, without migration and side files.

        Later additions to the schema cannot be read.
        """
        return cls(path, verification.connect_immutable(path))

    # Reading

    def labels(self) -> LabelSet:
        """Return the labels in their order."""
        return LabelSet(tuple(row_mapping.to_label(row) for row in self.query("SELECT * FROM label ORDER BY position")))

    def annotators(self) -> list[str]:
        """Return all annotators with a layer or status, first added first."""
        return [name for (name,) in self.fetch_tuples("SELECT name FROM annotator ORDER BY rowid")]

    def annotators_with_spans(self) -> list[str]:
        """Return the annotators with at least one span in an article that was not removed."""
        query = """
            SELECT DISTINCT annotator FROM span WHERE article NOT IN (SELECT article FROM removal) ORDER BY annotator
        """
        return [name for (name,) in self.fetch_tuples(query)]

    def article(self, identity: int | str) -> Article:
        """Return the article with this number or uid. Raises NoSuchArticle."""
        column = "id" if isinstance(identity, int) else "uid"
        for row in self.query(f"{_ARTICLES} WHERE article.{column} = ?", identity):
            article = row_mapping.to_article(row)
            self._cached_text = article.uid, article.text
            return article
        raise NoSuchArticle(_("“{path}” has no article {identity}.").format(path=self.path, identity=identity))

    def zones(self, article: str) -> list[Zone]:
        """Return an article's zones in text order."""
        zones = self._zones([article]).get(article, [])
        if zones and not self.is_lenient:
            row_mapping.check_zones(article, zones, len(self._text(article)))
        return zones

    def spans(self, article: str, annotator: str | None = None) -> list[Span]:
        """Return an article's spans, of one layer or all, by start, longer ones first."""
        spans = self._spans([article], annotator).get(article, [])
        if spans and not self.is_lenient:
            row_mapping.check_spans(spans, len(self._text(article)), self._label_names())
        return spans

    def status(self, article: str, annotator: str) -> Status | None:
        """Return the annotator's status of the article; None before their first action there."""
        return next(iter(self._by_annotator(Status, "state", [article], annotator).get(article, ())), None)

    def note(self, article: str, annotator: str) -> Note | None:
        """Return the annotator's note on the article."""
        return next(iter(self._by_annotator(Note, "text", [article], annotator).get(article, ())), None)

    def title(self, article: str) -> Title | None:
        """Return the title that an annotator gave the article."""
        return self._article_record(Title, article)

    def removal(self, article: str) -> Removal | None:
        """Return the article's removal; None if it was not removed."""
        return self._article_record(Removal, article)

    def texts(self, articles: Iterable[str]) -> dict[str, str]:
        """Return the texts of those of these articles that the corpus has, by uid."""
        query = "SELECT * FROM article WHERE uid IN (SELECT value FROM json_each(?))"
        rows = self.query(query, row_mapping.to_json(list(articles)))
        return {row["uid"]: row_mapping.to_article(row).text for row in rows}

    def load_article(self, identity: int | str, annotator: str | None = None) -> AnnotatedArticle:
        """Return an article with its zones, spans, states and notes, of one annotator or all.

        Raises NoSuchArticle.
        """
        [annotated] = self._annotate([self.article(identity)], annotator)
        return annotated

    def load_articles(self, numbers: Iterable[int], annotator: str | None = None) -> Iterator[AnnotatedArticle]:
        """Yield the articles with these numbers, which must exist, in this order (see `load_article`)."""
        remaining = iter(numbers)
        while batch := list(islice(remaining, _ARTICLES_AT_ONCE)):
            query = f"{_ARTICLES} WHERE id IN (SELECT value FROM json_each(?))"
            articles = {row["id"]: row_mapping.to_article(row) for row in self.query(query, row_mapping.to_json(batch))}
            yield from self._annotate([articles[number] for number in batch], annotator)

    def last_position(self, annotator: str) -> tuple[str, int] | None:
        """Return the annotator's last position: article uid and offset (code points) in its text."""
        for (text,) in self.fetch_tuples(
            'SELECT json_array(article, "offset") FROM place WHERE annotator = ?', annotator
        ):
            article, offset = self._decode_json(text, _POSITION)
            row_mapping.check_offset(annotator, offset, len(self._text(article)))
            return article, offset
        return None

    def data_version(self) -> int:
        """Return a number that changes with other connections' writes to the file, and never with one's own.

        It changes when another connection truncates the log, too: see `content_version`.
        """
        [(version,)] = self.fetch_tuples("PRAGMA data_version")
        return int(version)

    def content_version(self) -> ContentVersion:
        """Return the version of the content, which only writes change."""
        [row] = self.fetch_tuples(CONTENT_VERSION)
        return ContentVersion(*row)

    def has_mention(self, words: str, annotator: str | None = None) -> bool:
        """Return whether the words of a span, of one annotator or any, are or begin with `words`.

        See `normalise_form`.
        """
        tables, owner = "mention CROSS JOIN stored_span ON stored_span.id = mention.span", ""
        values = [words, f"{words} ", f"{words}!"]  # ! is the character after the space
        if annotator is not None:
            owner = "AND annotator = ?4"
            values.append(annotator)
            # Keystrokes wait: others may have a hundred thousand spans with the words.
            if self._has_few_spans(annotator):
                tables = "stored_span CROSS JOIN mention ON mention.span = stored_span.id"
        query = f"""
            SELECT 1 FROM {tables} WHERE (words = ?1 OR (words >= ?2 AND words < ?3)) {owner}
                AND article NOT IN (SELECT id FROM removal CROSS JOIN article_number ON uid = removal.article) LIMIT 1
        """
        return bool(self.fetch_tuples(query, *values))

    def history(self, article: str, annotator: str) -> list[StepInfo]:
        """Return all steps of the annotator in the article, oldest first (see `model.history`).

        Steps in conflict are left out: they changed nothing.
        """
        # One JSON text: 1,000 rows would take half as long again, and keystrokes wait. Steps are numbered as they come,
        # nearly by clock, so sorting them here is next to nothing; ORDER BY would take as long as all the rest.
        query = """
            SELECT json_group_array(json_array(clock, uid, name, undoes)) FROM stored_step
            WHERE annotator = ?2 AND uid NOT IN (SELECT step FROM conflict) AND id IN (
                SELECT step FROM stored_edit WHERE article = (SELECT id FROM article_number WHERE uid = ?1)
            )
        """
        [(text,)] = self.fetch_tuples(query, article, annotator)
        rows = self._decode_json(text, _STEP_ROWS)
        rows.sort(key=itemgetter(0, 1))
        return [StepInfo(uid, name, undoes) for _clock, uid, name, undoes in rows]

    def step(self, uid: str) -> Step:
        """Return the step with this uid and its edits. Raises CorpusError without one."""
        edit_rows = list(self.query("SELECT * FROM edit WHERE step = ? ORDER BY id", uid))
        if not edit_rows:
            raise CorpusError(_("“{path}” has no step {uid}.").format(path=self.path, uid=uid))
        return row_mapping.to_step(edit_rows)

    def stored_articles(self, uids: Iterable[str]) -> set[str]:
        """Return the uids of those of these articles that the corpus has."""
        query = "SELECT uid FROM article WHERE uid IN (SELECT value FROM json_each(?))"
        return {uid for (uid,) in self.fetch_tuples(query, row_mapping.to_json(list(uids)))}

    def stored_spans(self, uids: Iterable[str]) -> set[str]:
        """Return the uids of those of these spans that the corpus has, in any layer."""
        query = "SELECT uid FROM span WHERE uid IN (SELECT value FROM json_each(?))"
        return {uid for (uid,) in self.fetch_tuples(query, row_mapping.to_json(list(uids)))}

    def edit_count(self, step: str) -> int:
        """Return the number of the step's edits."""
        query = "SELECT count(*) FROM stored_edit WHERE step = (SELECT id FROM stored_step WHERE uid = ?)"
        [(count,)] = self.fetch_tuples(query, step)
        return int(count)

    # Writing

    def apply(self, step: Step) -> None:
        """Apply and record all edits of `step`, or none.

        Raises Conflict if a record is not in the state that an edit expects.
        """
        deque(self.apply_in_batches(step), maxlen=0)

    def apply_in_batches(self, step: Step) -> Iterator[int]:
        """Do the same as `apply` in batches; yield the edits done. Closed early, it writes nothing."""
        with self.transaction():
            self._add_annotator(step.annotator)
            if step.actor:
                self._add_annotator(step.actor)
            step = self._stamp(step)
            for start in range(0, len(step.edits), _BATCH_SIZE):
                edits = step.edits[start : start + _BATCH_SIZE]
                self._write_edits(edits)
                self._record_edits(step, edits)
                yield start + len(edits)
            for uid in {edit.article for edit in step.edits if isinstance(edit.after, Zone)}:
                operations.check_zones(self.article(uid), self._zones([uid]).get(uid, []))

    def add(self, annotated: AnnotatedArticle) -> AddResult:
        """Store an article; see add_all."""
        [result] = self.add_all([annotated])
        return result

    def add_all(self, articles: Iterable[AnnotatedArticle]) -> list[AddResult]:
        """Store articles with their zones, spans, states and notes, or none.

        An existing article keeps its text and zones, and gets what it lacks of the rest, unless it was removed. Invalid
        spans are skipped, each with a reason.
        """
        with self.transaction():
            new_texts: list[tuple[int, str]] = []
            results = [self._add(annotated, new_texts) for annotated in articles]
            word_index.add_articles(self.db, new_texts)
            return results

    def _add(self, annotated: AnnotatedArticle, new_texts: list[tuple[int, str]]) -> AddResult:
        """Store an article, except in the search index; append a new one's number and text."""
        uid = annotated.article.uid
        is_new = not list(self.query("SELECT 1 AS found FROM article WHERE uid = ?", uid))
        if is_new:
            operations.check_zones(annotated.article, annotated.zones)
            number = self._insert("article", {**row_mapping.from_article(annotated.article), "added": utc_timestamp()})
            new_texts.append((number, annotated.article.text))
            self._insert_all("zone", [row_mapping.to_row(zone) for zone in annotated.zones])
        elif self.removal(uid):
            return AddResult(is_new, 0, is_removed=True)
        spans, skip_reasons = self._add_spans(annotated, [] if is_new else self.spans(uid))
        for status in annotated.states:
            if is_new or self.status(uid, status.annotator) is None:
                self._add_step(status.annotator, [Edit(None, status)])
        for note in annotated.notes:
            if is_new or self.note(uid, note.annotator) is None:
                self._add_step(note.annotator, [Edit(None, note)])
        return AddResult(is_new, spans, tuple(skip_reasons))

    def save_position(self, annotator: str, article: str, offset: int) -> None:
        """Save the annotator's position for `last_position`."""
        with self.transaction():
            self._insert("place", {"annotator": annotator, "article": article, "offset": offset}, "REPLACE")

    def _annotate(self, articles: Sequence[Article], annotator: str | None) -> Iterator[AnnotatedArticle]:
        """Yield the articles with their zones, and the layers of one annotator or all."""
        uids = [article.uid for article in articles]
        zones, spans = self._zones(uids), self._spans(uids, annotator)
        states, notes = (
            self._by_annotator(Status, "state", uids, annotator),
            self._by_annotator(Note, "text", uids, annotator),
        )
        labels = self._label_names()
        for article in articles:
            uid, length = article.uid, len(article.text)
            if not self.is_lenient:
                row_mapping.check_zones(uid, zones.get(uid, ()), length)
                row_mapping.check_spans(spans.get(uid, ()), length, labels)
            yield AnnotatedArticle(
                article,
                tuple(zones.get(uid, ())),
                tuple(spans.get(uid, ())),
                tuple(states.get(uid, ())),
                tuple(notes.get(uid, ())),
            )

    def _zones(self, articles: Sequence[str]) -> dict[str, list[Zone]]:
        """Return the zones of these articles by uid, in text order."""
        zones = self._fetch_by_article("zone", 'uid, kind, start, "end"', _ZONE_ROWS, articles)
        return {
            uid: sorted((Zone(row[0], uid, *row[1:]) for row in zone_rows), key=lambda zone: zone.start)
            for uid, zone_rows in zones.items()
        }

    def _spans(self, articles: Sequence[str], annotator: str | None) -> dict[str, list[Span]]:
        """Return the spans of these articles by uid, by start, longer ones first."""
        columns = 'uid, annotator, label, start, "end", value, note, source'
        spans = {
            article: [
                Span(uid, article, owner, label, start, end, value, note, source)
                for uid, owner, label, start, end, value, note, source in span_rows
            ]
            for article, span_rows in self._fetch_by_article("span", columns, _SPAN_ROWS, articles, annotator).items()
        }
        for article_spans in spans.values():
            article_spans.sort(key=lambda span: (span.start, -span.end, span.uid))  # four times as fast as ORDER BY
        return spans

    def _by_annotator(
        self, kind: type[_AnnotatorRecord], column: str, articles: Sequence[str], annotator: str | None
    ) -> dict[str, list[_AnnotatorRecord]]:
        """Return the states of these articles or the notes on them by uid, in the order of their annotators."""
        table = row_mapping.TABLE_KEYS[kind][0]
        by_article = self._fetch_by_article(table, f"annotator, {column}", _ANNOTATOR_ROWS, articles, annotator)
        names = self.annotators() if annotator is None and by_article else []
        order = {name: position for position, name in enumerate(names)}
        return {
            uid: [kind(uid, *row) for row in sorted(by_article[uid], key=lambda row: order.get(row[0], len(order)))]
            for uid in by_article
        }

    def _article_record(self, kind: type[_ArticleRecord], article: str) -> _ArticleRecord | None:
        table = row_mapping.TABLE_KEYS[kind][0]
        rows = self.query(f"SELECT * FROM {table} WHERE article = ?", article)
        records = (row_mapping.to_record(kind, row) for row in rows)
        return next((record for record in records if isinstance(record, kind)), None)

    def _fetch_by_article(
        self,
        table: str,
        columns: str,
        decoder: Decoder[list[_Row]],
        articles: Sequence[str],
        annotator: str | None = None,
    ) -> dict[str, list[_Row]]:
        """Return columns of a table's rows by article uid, of one annotator or all; no entry without rows.

        SQLite returns a JSON text for each article: 300 spans of an article would take twice as long as tuples.
        """
        # The + keeps SQLite from reading all rows of the annotator by an index of theirs.
        query = f"""
            SELECT article, json_group_array(json_array({columns})) FROM {table}
            WHERE article IN (SELECT value FROM json_each(?)) {"" if annotator is None else "AND +annotator = ?"}
            GROUP BY article
        """
        values = [row_mapping.to_json(articles), annotator][: 1 if annotator is None else 2]
        return {uid: self._decode_json(text, decoder) for uid, text in self.fetch_tuples(query, *values)}

    def _has_few_spans(self, annotator: str) -> bool:
        query = "SELECT count(*) FROM (SELECT 1 FROM stored_span WHERE annotator = ? LIMIT ?)"
        [(count,)] = self.fetch_tuples(query, annotator, _FEW_SPANS + 1)
        return int(count) <= _FEW_SPANS

    def _label_names(self) -> set[str]:
        return {name for (name,) in self.fetch_tuples("SELECT name FROM label")}

    def _text(self, article: str) -> str:
        """Return an article's text, which never changes."""
        return self._cached_text[1] if self._cached_text[0] == article else self.article(article).text

    def _add_annotator(self, annotator: str) -> None:
        if not annotator.strip():
            raise CorpusError(_("An annotator must have a name."))
        if self.fetch_tuples("SELECT 1 FROM annotator WHERE name = ?", annotator):
            return
        self._insert("annotator", {"name": annotator, "added": utc_timestamp()})
        uid = person_uid(device_uid(), annotator)
        if self.fetch_tuples("SELECT 1 FROM identity WHERE uid = ?", uid):
            uid = new_uid()  # this person has another name here
        self._insert("identity", {"uid": uid, "annotator": annotator})

    def next_clock(self) -> int:
        """Return the clock of a step that is recorded now (see Step)."""
        query = """
            SELECT 1 + max(
                coalesce((SELECT max(clock) FROM stored_step), 0), coalesce((SELECT max(clock) FROM label_edit), 0)
            )
        """
        [(clock,)] = self.fetch_tuples(query)
        return int(clock)

    def _stamp(self, step: Step) -> Step:
        """Return a new step with its clock and this computer."""
        return replace(step, clock=self.next_clock(), device=device_uid())

    def _change_record(self, edit: Edit) -> None:
        """Change or delete a record."""
        record = edit.before
        if record is None:
            raise ValueError(edit)
        table, key = row_mapping.TABLE_KEYS[type(record)][0], row_mapping.row_key(record)
        where = " AND ".join(f"{column} = ?" for column in key)
        stored = [*self.query(f"SELECT * FROM {table} WHERE {where}", *key.values())]
        if [row_mapping.to_record(type(record), row) for row in stored] != [record]:
            raise Conflict(
                _("This was changed in another window or on another computer in the meantime: check it and try again.")
            )
        if edit.after is None:
            self.db.execute(f"DELETE FROM {table} WHERE {where}", [*key.values()])
        else:
            row = row_mapping.to_row(edit.after)
            columns = row.keys() - key.keys()
            assignments = ", ".join(f'"{column}" = ?' for column in columns)
            values = [row[column] for column in (*columns, *key)]
            self.db.execute(f"UPDATE {table} SET {assignments} WHERE {where}", values)

    def _write_edits(self, edits: Sequence[Edit]) -> None:
        for table, group in groupby(edits, key=row_mapping.insertion_table):
            if table is None:
                for edit in group:
                    self._change_record(edit)
            else:
                self._insert_all(table, [row_mapping.to_row(edit.after) for edit in group if edit.after])
        spans = [edit.after for edit in edits if isinstance(edit.after, Span)]
        rejections = [edit.after for edit in edits if isinstance(edit.after, Rejection)]
        article_uids = {span.article for span in spans} | {rejection.article for rejection in rejections}
        texts = {uid: self._text(uid) for uid in article_uids}
        records: list[Span | Rejection] = [*spans, *rejections]
        for record in records:
            if not 0 <= record.start < record.end <= len(texts[record.article]):
                message = _("A span from {start} to {end} is not within the text.")
                raise CorpusError(message.format(start=record.start, end=record.end))
        word_index.add_spans(self.db, spans, texts)
        word_index.add_rejections(self.db, rejections, texts)

    def _record_edits(self, step: Step, edits: Iterable[Edit]) -> None:
        common = {
            "step": step.uid,
            "name": step.name,
            "annotator": step.annotator,
            "time": step.time,
            "clock": step.clock,
            "device": step.device,
            "actor": step.actor,
        }
        edit_rows = [
            {
                **common,
                "article": edit.article,
                "undoes": step.undoes,
                "before": row_mapping.encode_record(edit.before),
                "after": row_mapping.encode_record(edit.after),
            }
            for edit in edits
        ]
        self._insert_all("edit", edit_rows)

    def _add_spans(self, annotated: AnnotatedArticle, stored: Iterable[Span]) -> tuple[int, list[Reason]]:
        """Add the spans not `stored` yet; return their number and why others were skipped."""
        if not annotated.spans:
            return 0, []
        label_names = self._label_names()
        used_uids = self.stored_spans(span.uid for span in annotated.spans)
        layers: dict[str, list[Edit]] = {}
        spans_by_key = {_span_key(span): span for span in stored}
        skip_reasons = list[Reason]()
        for span in annotated.spans:
            if span.label not in label_names:
                message = _("the corpus has no label {label}").format(label=span.label)
                skip_reasons.append(Reason(Code.UNKNOWN_LABEL, message))
                continue
            try:
                operations.check_span(annotated.article, span)
            except operations.InvalidEdit as error:
                skip_reasons.append(error.reason)
                continue
            existing = spans_by_key.get(_span_key(span))
            if existing is None:
                if span.uid in used_uids:
                    span = replace(span, uid=new_uid())
                used_uids.add(span.uid)
                spans_by_key[_span_key(span)] = span
                layers.setdefault(span.annotator, []).append(Edit(None, span))
            elif _says_otherwise(span, existing, annotated.layers):
                message = _("{annotator} has already labelled “{text}” ({label}) with a different value or note")
                text = annotated.article.text[span.start : span.end]
                message = message.format(annotator=span.annotator, text=text, label=span.label)
                skip_reasons.append(Reason(Code.SPAN_DIFFERS, message))
        for annotator, edits in layers.items():
            self._add_step(annotator, edits)
        return sum(map(len, layers.values())), skip_reasons

    def _add_step(self, annotator: str, edits: list[Edit]) -> None:
        self.apply(Step(new_uid(), annotator, utc_timestamp(), IMPORT_STEP, tuple(edits)))


def _says_otherwise(span: Span, existing: Span, layers: FileLayers | None) -> bool:
    """Return whether a span has another value or note; without one it differs only if the file says so."""
    is_exact = layers is not None and layers.is_exact and span.uid not in layers.unstated
    pairs = ((span.value, existing.value), (span.note, existing.note))
    return any(theirs != ours for theirs, ours in pairs if is_exact or theirs)


def _span_key(span: Span) -> tuple[str, str, int, int]:
    return span.annotator, span.label, span.start, span.end
