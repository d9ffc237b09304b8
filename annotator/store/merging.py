"""Merging a changeset into a corpus.

The steps of both are united by uid, and so are the edits of a step of which one has only a part (`model.step_parts`).
The tables of the layers that new edits concern become what `model.replay` makes of the union. So a merge is idempotent,
and the order of several merges does not matter (docs/adr/0021).
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Generator, Iterable, Mapping, Sequence
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from annotator.i18n import _
from annotator.model.changeset import BaseArticle, Changeset
from annotator.model.history import LABELS_STEP
from annotator.model.label_history import last_deletions
from annotator.model.operations import find_overlap
from annotator.model.records import Edit, Publication, Record, Rejection, Span, Step, Zone
from annotator.model.replay import (
    FOREVER,
    WITHDRAWN,
    Layer,
    RecordKey,
    Replay,
    changed_layers,
    connected_layers,
    order_key,
    record_key,
    replay,
)
from annotator.model.step_parts import list_missing_edits, unite_edits, with_annotators
from annotator.store import row_mapping, word_index
from annotator.store.annotator_merging import merge_people
from annotator.store.changesets import base_records, find_articles, read_bases, read_steps, read_steps_of
from annotator.store.corpus import Corpus
from annotator.store.errors import CorpusError
from annotator.store.label_merging import complete_deletions, merge_label_edits
from annotator.store.label_rows import read_label_edits, read_label_uids
from annotator.store.queries.assignments import merge_assignments
from annotator.store.queries.team import list_provisional_steps, withdraw_steps


class MergeConflict(Struct, frozen=True):
    """A step that did not fit: one of its articles (uid), its annotator and author here, and why (see model.replay).

    They differ in the gold layer, which has no person of its own.
    """

    step: str
    article: str
    annotator: str
    author: str
    reason: str


class MergeResult(Struct, frozen=True):
    """What a merge brought: numbers of steps and articles, each of their annotators' names here, and new conflicts.

    `steps` counts those that are new here, and those of which a part is new. `same_names` are annotators of theirs who
    have the name of another person here, and got the name that `people` has. `joined` has, for annotators who turned
    out to be another one here, the name that they have now. `waiting_steps` were left out, since of their articles the
    `missing_articles` (uids) are neither here nor in the changeset: once they are here, merging the changeset again
    brings those steps in. `undescribed_labels` has the number of steps left out that name a label which the changeset
    does not describe.
    """

    steps: int
    articles: int
    people: dict[str, str]
    conflicts: tuple[MergeConflict, ...]
    same_names: tuple[str, ...] = ()
    joined: dict[str, str] = {}
    waiting_steps: tuple[str, ...] = ()
    missing_articles: tuple[str, ...] = ()
    undescribed_labels: dict[str, int] = {}


def merge(
    corpus: Corpus, changeset: Changeset, *, same: Mapping[str, str] | None = None, own_name: str = ""
) -> Generator[tuple[int, int], None, MergeResult]:
    """Merge the changeset in one transaction; yield (done, total) now and then. Closed early, it changes nothing.

    `same` has, for annotators of theirs, who they are here; `own_name` is the name of whoever works on this computer
    (see `merge_people`). Raises CorpusError.
    """
    with corpus.transaction():
        return (yield from _Merge(corpus, changeset, same or {}, own_name).run())


class _TranslatedSteps:
    """The steps of a changeset in the words of the corpus.

    `steps` are whole, `new_parts` what the corpus lacks of them, and `recorded` those that it has by uid. `waiting` are
    the uids of steps in `missing_articles`; steps with labels that nothing describes are counted.
    """

    def __init__(self, recorded: Mapping[str, Step]) -> None:
        self.recorded = recorded
        self.steps, self.new_parts = list[Step](), list[Step]()
        self.waiting, self.missing_articles = list[str](), set[str]()
        self.undescribed_labels = Counter[str]()


class _Merge:
    """One merge, within a transaction."""

    def __init__(self, corpus: Corpus, changeset: Changeset, same: Mapping[str, str], own_name: str) -> None:
        self._corpus, self._changeset, self._same, self._own_name = corpus, changeset, same, own_name

    def run(self) -> Generator[tuple[int, int], None, MergeResult]:
        corpus, changeset = self._corpus, self._changeset
        people = merge_people(corpus, changeset.people, same=self._same, own_name=self._own_name)
        labels_before = frozenset(read_label_uids(corpus).values())
        label_edits_before = {edit.uid for edit in read_label_edits(corpus)}
        labels = merge_label_edits(corpus, changeset.label_edits)
        articles, layers = self._add_articles()
        layers |= people.layers
        if any(edit.uid not in label_edits_before for edit in changeset.label_edits):
            layers |= self._find_provisional_layers()
        translated = self._translate_steps(_Translator(people.names, labels))
        steps, total = translated.steps, len(translated.steps)
        yield 0, total
        for part in translated.new_parts:
            layers |= changed_layers(part)
        own_steps, layers = self._connect(layers, steps)
        own_steps = self._withdraw_provisional(own_steps)
        yield total // 4, total
        # A new part that changes no record, which only ends undo, leaves what the rest of its step does as it is.
        replayed = [step for step in steps if changed_layers(step) <= layers]
        conflicts = self._replay(layers, [*own_steps, *replayed], people.records)
        yield total // 2, total
        for part in sorted(translated.new_parts, key=order_key):
            corpus._record_edits(translated.recorded.get(part.uid, part), part.edits)
        yield 3 * total // 4, total
        complete_deletions(corpus)
        conflicts += self._restore_decisions(labels_before)
        self._add_assignments(people.names)
        yield total, total
        return MergeResult(
            total,
            articles,
            people.names,
            tuple(conflicts),
            people.same_names,
            people.joined,
            tuple(translated.waiting),
            tuple(sorted(translated.missing_articles)),
            dict(translated.undescribed_labels),
        )

    # Articles, assignments

    def _add_articles(self) -> tuple[int, set[Layer]]:
        """Add the articles that are new; return their number, and the shared layers that must be replayed.

        Those are of articles that began otherwise here: with other zones, or another time of publication; and of new
        ones that began with different zones in the files merged there.
        """
        corpus, count = self._corpus, 0
        texts: list[tuple[int, str]] = []
        layers: set[Layer] = set()
        bases = read_bases(corpus, {base.article.uid for base in self._changeset.articles})
        for base in self._changeset.articles:
            article = base.article
            rows = list(corpus.query("SELECT id, title, source, url, added FROM article WHERE uid = ?", article.uid))
            if rows:
                self._complete_article(base, rows[0])
                if set(base_records(base)) != set(bases[article.uid]):
                    layers.add((article.uid, None))
                continue
            row = {**row_mapping.from_article(article), "added": base.added}
            texts.append((corpus._insert("article", row), article.text))
            corpus._insert_all("zone", [row_mapping.to_row(zone) for zone in base.zones])
            if find_overlap(base.zones) is not None:
                layers.add((article.uid, None))
            count += 1
        word_index.add_articles(corpus.db, texts)
        return count, layers

    def _complete_article(self, base: BaseArticle, row: Mapping[str, Any]) -> None:
        """Let the copy that was added first say where the article is from; the other says what that one does not."""
        theirs = {column: getattr(base.article, column) for column in ("title", "source", "url")}
        ours = {column: row[column] for column in theirs}
        is_theirs_first = (base.added, *map(str, theirs.values())) < (row["added"], *map(str, ours.values()))
        first, second = (theirs, ours) if is_theirs_first else (ours, theirs)
        values = {column: first[column] or second[column] for column in theirs} | {
            "added": min(base.added, row["added"])
        }
        if values != ours | {"added": row["added"]}:
            assignments = ", ".join(f"{column} = ?" for column in values)
            self._corpus.db.execute(f"UPDATE article SET {assignments} WHERE id = ?", [*values.values(), row["id"]])

    def _add_assignments(self, people: Mapping[str, str]) -> None:
        for batch in self._changeset.batches:
            row = {"uid": batch.uid, "name": batch.name, "is_blind": int(batch.is_blind), "time": batch.time}
            self._corpus._insert("batch", row, "IGNORE")
        assignments = self._changeset.assignments
        merge_assignments(self._corpus, [replace(each, annotator=people[each.annotator]) for each in assignments])

    # Steps

    def _translate_steps(self, translator: "_Translator") -> _TranslatedSteps:
        """Return the changeset's steps as this corpus has them, as far as its articles and labels are here."""
        steps = self._changeset.steps
        recorded_steps = {step.uid: step for step in read_steps(self._corpus, [step.uid for step in steps])}
        present_articles = find_articles(self._corpus, {edit.article for step in steps for edit in step.edits})
        result = _TranslatedSteps(recorded_steps)
        for step in steps:
            part, recorded = translator.translate_people(step), recorded_steps.get(step.uid)
            if recorded is not None:
                part = replace(part, edits=list_missing_edits(recorded.edits, part.edits))
                if not part.edits:
                    continue
            if missing := {edit.article for edit in part.edits} - present_articles:
                result.waiting.append(step.uid)
                result.missing_articles |= missing
                continue
            try:
                part = translator.translate_labels(part)
            except _UndescribedLabel as error:
                result.undescribed_labels[error.label] += 1
                continue
            result.new_parts.append(part)
            result.steps.append(part if recorded is None else unite_edits(recorded, part.edits))
        return result

    def _connect(self, layers: set[Layer], new_steps: Iterable[Step]) -> tuple[list[Step], set[Layer]]:
        """Return the steps of this corpus in the layers that must be replayed, and those layers."""
        own_steps: dict[str, Step] = {}
        groups = [step_layers for step in new_steps if len(step_layers := changed_layers(step)) > 1]
        connected, articles = connected_layers(layers, groups), set[str]()
        while missing := {article for article, _annotator in connected} - articles:
            articles |= missing
            for step in read_steps_of(self._corpus, missing):
                own_steps[step.uid] = step
                if len(step_layers := changed_layers(step)) > 1:
                    groups.append(step_layers)
            connected = connected_layers(layers, groups)
        return [step for step in own_steps.values() if changed_layers(step) & connected], connected

    def _find_provisional_layers(self) -> set[Layer]:
        """Return the layers with provisional steps."""
        uids = list_provisional_steps(self._corpus)
        return {layer for step in read_steps(self._corpus, uids) for layer in changed_layers(step)}

    def _withdraw_provisional(self, steps: Sequence[Step]) -> list[Step]:
        """Remove those of these steps that are provisional, and return the others: they are made anew at the end."""
        made_by_merges = {step.uid for step in steps if step.name == LABELS_STEP and step.device is None}
        if not made_by_merges:
            return [*steps]  # as a rule
        sent = {step.uid for step in self._changeset.steps}
        uids = made_by_merges.intersection(list_provisional_steps(self._corpus)) - sent
        withdraw_steps(self._corpus, uids)
        return [step for step in steps if step.uid not in uids]

    def _replay(
        self, layers: Collection[Layer], steps: Collection[Step], joined_records: Collection[Record] = ()
    ) -> list[MergeConflict]:
        """Make the tables of these layers what all their steps make; return the conflicts that are new.

        `joined_records` are what the tables had of annotators who turned out to be another one here.
        """
        corpus = self._corpus
        articles = {article for article, _annotator in layers}
        texts = corpus.texts(sorted(articles))
        current = self._read_records(layers, articles)
        shared_articles = {article for article, annotator in layers if annotator is None}
        bases = [record for base in read_bases(corpus, shared_articles).values() for record in base]
        for base in self._changeset.articles:
            if base.article.uid in shared_articles:
                bases += base_records(base)
        bases += [record for record in current.values() if not isinstance(record, Zone | Publication)]
        bases += joined_records
        lengths = {uid: len(text) for uid, text in texts.items()}
        existing_labels = read_label_uids(corpus)
        deletions = {
            name: place if name in existing_labels else FOREVER
            for name, place in last_deletions(read_label_edits(corpus)).items()
        }
        result = replay(bases, steps, lengths, deletions)
        self._write_records(current, result.records, texts)
        return self._write_conflicts(steps, result)

    def _restore_decisions(self, labels_before: Collection[str]) -> list[MergeConflict]:
        """Replay the layers with rejections and dismissals of deleted labels that exist again because of new spans.

        While such a label did not exist, those that came from elsewhere had no place here.
        """
        corpus = self._corpus
        deletions = last_deletions(read_label_edits(corpus))
        names = [name for name, uid in read_label_uids(corpus).items() if uid not in labels_before]
        query = """
            SELECT DISTINCT article, json_extract(after, '$.annotator') FROM edit
            WHERE json_extract(after, '$.type') IN ('rejection', 'dismissal')
                AND json_extract(after, '$.label') IN (SELECT value FROM json_each(?))
        """
        restored = [name for name in names if name in deletions]
        rows = corpus.fetch_tuples(query, row_mapping.to_json(restored)) if restored else []
        steps, layers = self._connect({(article, annotator) for article, annotator in rows}, [])
        return self._replay(layers, steps) if layers else []

    def _read_records(self, layers: Collection[Layer], articles: Collection[str]) -> dict[RecordKey, Record]:
        """Return the records of these layers as the tables have them."""
        records: dict[RecordKey, Record] = {}
        uids = row_mapping.to_json(sorted(articles))
        for kind, (table, _columns) in row_mapping.TABLE_KEYS.items():
            column = "uid" if kind is Publication else "article"
            query = f"SELECT * FROM {table} WHERE {column} IN (SELECT value FROM json_each(?))"
            for row in self._corpus.query(query, uids):
                record = row_mapping.to_record(kind, row)
                if (record.article, getattr(record, "annotator", None)) in layers:
                    records[record_key(record)] = record
        return records

    def _write_records(
        self, before: Mapping[RecordKey, Record], after: Mapping[RecordKey, Record], texts: Mapping[str, str]
    ) -> None:
        """Write the differences; first what goes, since two records cannot share a place."""
        db = self._corpus.db
        removed: defaultdict[str, list[tuple[str, ...]]] = defaultdict(list)
        added: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
        changed = [(record, after[key]) for key, record in before.items() if key in after and after[key] != record]
        # A changed span may take the place of one that changes too: so it is removed and added.
        for record in (
            *(record for key, record in before.items() if key not in after),
            *(old for old, _new in changed),
        ):
            if not isinstance(record, Publication):
                removed[row_mapping.TABLE_KEYS[type(record)][0]].append(tuple(row_mapping.row_key(record).values()))
        new_records = [record for key, record in after.items() if key not in before] + [new for _old, new in changed]
        for record in new_records:
            if isinstance(record, Publication):
                query = "UPDATE article SET published = ? WHERE uid = ?"
                db.execute(query, (record.published, record.article))
            else:
                added[row_mapping.TABLE_KEYS[type(record)][0]].append(row_mapping.to_row(record))
        columns_by_table = dict(row_mapping.TABLE_KEYS.values())
        for table, keys in removed.items():
            where = " AND ".join(f"{column} = ?" for column in columns_by_table[table])
            db.conn.executemany(f"DELETE FROM {table} WHERE {where}", keys)
        self._check_owners({record.uid: record.annotator for record in new_records if isinstance(record, Span)})
        for table, rows in added.items():
            self._corpus._insert_all(table, rows)
        word_index.add_spans(db, [record for record in new_records if isinstance(record, Span)], texts)
        word_index.add_rejections(db, [record for record in new_records if isinstance(record, Rejection)], texts)

    def _check_owners(self, owners: Mapping[str, str]) -> None:
        """Raise CorpusError if a span of these annotators, by its uid, is another one's here.

        So it is if the articles came as an export, which has the uids, and then as a corpus.
        """
        query = "SELECT uid, annotator FROM span WHERE uid IN (SELECT value FROM json_each(?))"
        for uid, owner in self._corpus.fetch_tuples(query, row_mapping.to_json(list(owners))):
            message = _(
                "Spans of “{theirs}” are those of “{ours}” here, as after the import of an export. Say that they are "
                "one person, and merge again."
            )
            raise CorpusError(message.format(theirs=owners[uid], ours=owner))

    def _write_conflicts(self, steps: Iterable[Step], result: Replay) -> list[MergeConflict]:
        corpus = self._corpus
        by_uid = {step.uid: step for step in steps}
        before = {uid for (uid,) in corpus.fetch_tuples("SELECT step FROM conflict")}
        corpus.db.conn.executemany("DELETE FROM conflict WHERE step = ?", [(uid,) for uid in before & by_uid.keys()])
        rows = [{"step": uid, "reason": reason} for uid, reason in result.conflicts.items()]
        corpus._insert_all("conflict", rows)
        return [
            MergeConflict(uid, step.edits[0].article, step.annotator, step.actor or step.annotator, reason)
            for uid, reason in result.conflicts.items()
            if uid not in before and reason != WITHDRAWN and (step := by_uid[uid])
        ]


class _UndescribedLabel(Exception):
    """A step names a label that nothing in its changeset describes: which one of ours it is cannot be known."""

    def __init__(self, label: str) -> None:
        self.label = label
        super().__init__(label)


class _Translator:
    """Gives steps the names that people and labels have here."""

    def __init__(self, people: Mapping[str, str], labels: Mapping[str, str]) -> None:
        self._people, self._labels = people, labels

    def translate_people(self, step: Step) -> Step:
        """Return the step with our names of people. Raises CorpusError."""
        return with_annotators(step, self._name)

    def translate_labels(self, step: Step) -> Step:
        """Return the step with our names of labels. Raises _UndescribedLabel."""
        edits = tuple(Edit(self._with_label(edit.before), self._with_label(edit.after)) for edit in step.edits)
        return replace(step, edits=edits)

    def _with_label(self, record: Any) -> Any:
        """Return the record with our name of its label; itself if that is the same."""
        label = getattr(record, "label", None)
        if label is None or self._label(label) == label:
            return record
        return replace(record, label=self._label(label))

    def _name(self, annotator: str) -> str:
        if annotator not in self._people:
            raise CorpusError(_("The changes name an annotator whom they do not describe."))
        return self._people[annotator]

    def _label(self, label: str) -> str:
        if label not in self._labels:
            raise _UndescribedLabel(label)
        return self._labels[label]
