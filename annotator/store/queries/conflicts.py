"""Steps that did not fit and wait for their authors, and what stands in their place."""

from collections.abc import Collection
from itertools import groupby
from typing import Final

from msgspec import Struct

from annotator.model.conflict_resolution import (
    Layers,
    OwnVersion,
    StepConflict,
    find_own_version,
    group_conflicts,
    list_disputed_keys,
)
from annotator.model.label_history import ResolvedLabels, resolve_labels
from annotator.model.labels import LabelSet
from annotator.model.records import AnnotatedArticle, Record, Step
from annotator.model.replay import WITHDRAWN, RecordKey, order_key, record_key
from annotator.store import row_mapping
from annotator.store.corpus import Corpus
from annotator.store.label_rows import read_label_edits
from annotator.store.queries.recorded_edits import RECORDED_EDITS, replay_article

_PENDING: Final = """
    SELECT edit.* FROM conflict CROSS JOIN edit ON edit.step = conflict.step
    WHERE reason <> ? AND conflict.step NOT IN (SELECT step FROM resolution) AND coalesce(actor, annotator) = ?
    ORDER BY clock, edit.step, edit.id
"""


class OpenConflict(Struct, frozen=True):
    """A conflict that is to be decided, as everything is now.

    `articles` are those that it is about, `labels` all that ever existed, and `rival` is the step that last changed
    what stands; None if that came without a step.
    """

    conflict: StepConflict
    articles: tuple[AnnotatedArticle, ...]
    labels: LabelSet
    layers: Layers
    own: OwnVersion
    rival: Step | None


def list_conflicts(corpus: Corpus, author: str) -> list[StepConflict]:
    """Return the conflicts that this person has not decided yet, oldest first."""
    if not corpus.fetch_tuples("SELECT 1 FROM conflict LIMIT 1"):
        return []  # as nearly always
    rows = corpus.query(_PENDING, WITHDRAWN, author)
    steps = [row_mapping.to_step(list(edits)) for _uid, edits in groupby(rows, key=lambda row: row["step"])]
    return group_conflicts(steps)


def load_conflict(corpus: Corpus, conflict: StepConflict) -> OpenConflict:
    """Return the conflict with what stands now. Raises CorpusError."""
    with corpus.snapshot():
        records: dict[RecordKey, Record] = {}
        aliases: dict[RecordKey, RecordKey] = {}
        changed_by: dict[RecordKey, str] = {}
        articles = tuple(corpus.load_article(uid, conflict.annotator) for uid in conflict.articles)
        for annotated in articles:
            article = annotated.article
            stored = _read_records(corpus, article.uid, conflict.annotator)
            replayed = replay_article(article, list(corpus.query(RECORDED_EDITS, article.uid)), stored)
            records |= {record_key(record): record for record in stored}
            aliases |= replayed.aliases
            changed_by |= replayed.changed_by
        lengths = {annotated.article.uid: len(annotated.article.text) for annotated in articles}
        labels, resolved = corpus.labels().labels, resolve_labels(read_label_edits(corpus))
        names = frozenset(label.name for label in labels)
        layers = Layers(records, aliases, lengths, names, _find_replacements(resolved, names))
        all_labels = LabelSet((*labels, *(deleted.label for deleted in resolved.deleted.values())))
        steps = {changed_by[key] for key in list_disputed_keys(conflict, layers) if key in changed_by}
        rival = max(map(corpus.step, steps), key=order_key, default=None)
        return OpenConflict(conflict, articles, all_labels, layers, find_own_version(conflict, layers), rival)


def _read_records(corpus: Corpus, article: str, annotator: str) -> list[Record]:
    """Return the records of a layer, and those that the article has for everybody."""
    records: list[Record] = []
    for kind, (table, _columns) in row_mapping.TABLE_KEYS.items():
        column = "uid" if table == "article" else "article"
        rows = corpus.query(f"SELECT * FROM {table} WHERE {column} = ?", article)
        records += (row_mapping.to_record(kind, row) for row in rows if row.get("annotator", annotator) == annotator)
    return records


def _find_replacements(resolved: ResolvedLabels, names: Collection[str]) -> dict[str, str]:
    """Return the name of the label that took the place of a deleted one, by its name in recorded edits."""
    all_names = resolved.names()
    replacements = (
        (deleted.label.name, all_names.get(deleted.replacement or "", "")) for deleted in resolved.deleted.values()
    )
    return {name: replacement for name, replacement in replacements if replacement in names}
