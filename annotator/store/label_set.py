"""The label set of a corpus that is in use: changed as one, with the spans and the record of their edits."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Final, cast

import msgspec
from msgspec.structs import replace

from annotator.i18n import _
from annotator.model.colours import next_ready
from annotator.model.history import LABELS
from annotator.model.label_changes import REMOVE, Change
from annotator.model.labels import KEYS, Label, LabelSet, check, same_key
from annotator.model.records import Edit, Publication, Span, Step, new_uid
from annotator.store import rows
from annotator.store.corpus import Corpus, now
from annotator.store.errors import Conflict

_AT_ONCE: Final = 2000  # spans
_DECISIONS: Final = ("rejection", "dismissal")  # about a label, and gone with it


def usage(corpus: Corpus) -> dict[str, int]:
    """How many spans, of all annotators, each label has that has any."""
    found = corpus.query("SELECT label, count(*) AS spans FROM span GROUP BY label")
    return {row["label"]: row["spans"] for row in found}


def add_label(corpus: Corpus, name: str) -> None:
    """Add a label of this name after the others, with a colour and a key that are free. Raises BadLabelSet where the
    name cannot be one."""
    with corpus.transaction():
        labels = corpus.labels()
        taken = {same_key(label.key) for label in labels.labels if label.key}
        key = next((key for key in KEYS if key not in taken), None)
        label = Label(name, {}, next_ready(labels), key)
        check(LabelSet((*labels.labels, label)))
        corpus._table("label").insert(rows.from_label(label, len(labels.labels)))


def change_labels(corpus: Corpus, change: Change) -> Iterator[tuple[int, int]]:
    """Make the labels those of `change`, in one transaction that ends with the iteration.

    Yields how many of how many spans of deleted labels are dealt with, at least once. Closed before its end, it leaves
    all as it was.

    A label's new name is written into every span and every recorded edit, so that undo goes on across it. Spans of a
    deleted label are changed or removed by recorded edits, one step named LABELS for each annotator; one whose stretch
    has the other label already is removed. That step ends what can be undone in every layer that ever had the deleted
    label, with spans left or not.

    Raises Conflict where the labels, or which of them have spans, are not what the change started from; BadLabelSet,
    BadChange (see Change.check).
    """
    change.check()
    with corpus.transaction():
        used, deleted = usage(corpus), change.deleted()
        if corpus.labels() != change.before or any(used.get(name) and name not in change.instead for name in deleted):
            raise Conflict(_("The labels were changed in another window meanwhile: look at them once more."))
        layers = _layers(corpus, deleted)
        corpus._db.execute("PRAGMA defer_foreign_keys = ON")  # spans and labels agree again when all is done
        _rename(corpus, change.renamed())
        corpus._table("label").delete_where()
        for table in _DECISIONS:
            corpus._db.execute(
                f"DELETE FROM {table} WHERE label IN (SELECT value FROM json_each(?))", (_json(deleted),)
            )
        corpus._table("label").insert_all(rows.from_label(label, at) for at, label in enumerate(change.after.labels))
        record = _Record(corpus)
        done, total = 0, sum(used.get(name, 0) for name in deleted)
        yield done, total
        for name, other in change.instead.items():
            while edits := _moves(corpus, name, other):
                _write(corpus, edits)
                record.add(edits)
                done += len(edits)
                yield done, total
        for (article, annotator), published in layers.items():
            if (article, annotator) not in record.layers:
                # A step is its edits, and this one has to be there: nothing is changed to the same.
                same = Publication(article, published)
                record.write(annotator, [Edit(same, same)])


class _Record:
    """The steps that a change of labels makes: one for each annotator."""

    def __init__(self, corpus: Corpus) -> None:
        self.layers: set[tuple[str, str]] = set()
        """Article and annotator of every span that was changed."""
        self._corpus, self._time = corpus, now()
        self._uids: defaultdict[str, str] = defaultdict(new_uid)

    def add(self, edits: Iterable[Edit]) -> None:
        """Record edits of spans."""
        by_annotator: defaultdict[str, list[Edit]] = defaultdict(list)
        for edit in edits:
            span = cast(Span, edit.before)
            self.layers.add((span.article, span.annotator))
            by_annotator[span.annotator].append(edit)
        for annotator, theirs in by_annotator.items():
            self.write(annotator, theirs)

    def write(self, annotator: str, edits: list[Edit]) -> None:
        """Record edits of this annotator's step."""
        step = Step(self._uids[annotator], annotator, self._time, LABELS, tuple(edits))
        self._corpus._remember(step, edits)


def _layers(corpus: Corpus, names: list[str]) -> Mapping[tuple[str, str], str | None]:
    """Article and annotator of every step that is about one of these labels somewhere; with when it was published."""
    if not names:
        return {}
    query = """
        SELECT DISTINCT edit.article, edit.annotator, article.published
        FROM edit JOIN article ON article.uid = edit.article
        WHERE step IN (
            SELECT step FROM edit
            WHERE json_extract(before, '$.label') IN (SELECT value FROM json_each(?1))
                OR json_extract(after, '$.label') IN (SELECT value FROM json_each(?1))
        )
    """
    found = corpus.query(query, _json(names))
    return {(row["article"], row["annotator"]): row["published"] for row in found}


def _rename(corpus: Corpus, names: dict[str, str]) -> None:
    """Give spans and recorded edits the new names of their labels; the table of labels is left to the caller."""
    if not names:
        return
    stages = [names]
    if names.keys() & set(names.values()):
        # No name may stand for two labels for a moment: both may have spans on one stretch. Names hold no space.
        stages = [{old: f" {new}" for old, new in names.items()}, {f" {new}": new for new in names.values()}]
    for stage in stages:
        for old, new in stage.items():
            for table in ("span", *_DECISIONS):
                corpus._db.execute(f"UPDATE {table} SET label = ? WHERE label = ?", (new, old))
    # json_replace leaves what has no label, and the rest of what has one, as it is.
    corpus._db.execute(
        """
        UPDATE edit SET
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
        (_json(names),),
    )


def _moves(corpus: Corpus, name: str, other: str) -> list[Edit]:
    """What becomes of the next spans of a label that get another one, or none with REMOVE."""
    query = """
        SELECT span.*, EXISTS (
            SELECT 1 FROM span AS there
            WHERE (there.article, there.annotator, there.label, there.start, there."end")
                = (span.article, span.annotator, ?, span.start, span."end")
        ) AS taken
        FROM span WHERE label = ? LIMIT ?
    """
    edits = []
    for row in corpus.query(query, other, name, _AT_ONCE):
        span = cast(Span, rows.to_record(Span, row))
        edits.append(Edit(span, None if other == REMOVE or row["taken"] else replace(span, label=other)))
    return edits


def _write(corpus: Corpus, edits: Iterable[Edit]) -> None:
    """Do to the spans what the edits of their labels say."""
    gone, given = [], []
    for edit in edits:
        if isinstance(edit.after, Span):
            given.append((edit.after.label, edit.after.uid))
        else:
            gone.append((cast(Span, edit.before).uid,))
    corpus._db.conn.executemany("DELETE FROM span WHERE uid = ?", gone)
    corpus._db.conn.executemany("UPDATE span SET label = ? WHERE uid = ?", given)


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()
