"""Changes to a corpus's label set, its spans and recorded edits, in one transaction."""

from collections import defaultdict
from collections.abc import Generator, Iterable, Sequence

from annotator.device_key import device_uid
from annotator.i18n import _
from annotator.model.colours import next_palette_colour
from annotator.model.date_values import is_date_value
from annotator.model.history import LABELS_STEP
from annotator.model.label_changes import LabelChange
from annotator.model.labels import DEFAULT_KEYS, Label, LabelSet, check_labels, normalise_key
from annotator.model.records import Edit, Publication, Span, Step, new_uid
from annotator.store import row_mapping
from annotator.store.corpus import Corpus, utc_timestamp
from annotator.store.errors import Conflict
from annotator.store.label_rows import (
    append_label,
    delete_decisions,
    find_impossible_values,
    next_changes,
    replace_labels,
    write_changes,
)


def count_spans(corpus: Corpus) -> dict[str, int]:
    """Return the number of all annotators' spans by label, of labels with any."""
    return dict(corpus.fetch_tuples("SELECT label, count(*) FROM span GROUP BY label"))


def count_values(corpus: Corpus) -> dict[str, tuple[int, int]]:
    """Return the number of all annotators' values, and of those that are no dates, by label with any."""
    counts: defaultdict[str, tuple[int, int]] = defaultdict(lambda: (0, 0))
    query = "SELECT label, value, count(*) FROM span WHERE value IS NOT NULL GROUP BY label, value"
    for label, value, count in corpus.fetch_tuples(query):
        values, others = counts[label]
        counts[label] = values + count, others + (0 if is_date_value(value) else count)
    return dict(counts)


def add_labels(corpus: Corpus, names: Iterable[str]) -> None:
    """Append labels, each with a free colour and key, or none. Raises InvalidLabelSet if a name is invalid."""
    with corpus.transaction():
        labels = corpus.labels()
        used_keys = {normalise_key(label.key) for label in labels.labels if label.key}
        free_keys = (key for key in DEFAULT_KEYS if key not in used_keys)
        for name in names:
            label = Label(name, {}, next_palette_colour(labels), next(free_keys, None))
            append_label(corpus, label, len(labels.labels), utc_timestamp())
            labels = LabelSet((*labels.labels, label))
        check_labels(labels)


def change_labels(corpus: Corpus, change: LabelChange) -> Generator[tuple[int, int], None, None]:
    """Apply a change of the label set in one transaction that ends with the iteration.

    Yields (spans done, total spans) of the deleted labels, at least once; closed early, it changes nothing.

    New names are written into every span and recorded edit, so that undo works across a renaming. Recorded edits, one
    step named LABELS_STEP per annotator, relabel or delete a deleted label's spans; a span whose range already has the
    replacement is deleted. Undo ends at that step in every layer that ever had the label, even without spans left.
    So do values that are no dates, of a label that gets a name of dates: they become notes (see `with_possible_value`).

    Raises Conflict if the labels, or which of them have spans, have changed since `change` was made, and
    InvalidLabelSet and InvalidLabelChange (see `LabelChange.check`).
    """
    change.check()
    with corpus.transaction():
        span_counts, deleted = count_spans(corpus), change.deleted_labels()
        if corpus.labels() != change.before or any(
            span_counts.get(name) and name not in change.replacements for name in deleted
        ):
            message = _(
                "The labels were changed in another window or on another computer in the meantime: check them and try "
                "again."
            )
            raise Conflict(message)
        layers = _find_affected_layers(corpus, deleted)
        dates = change.labels_turned_into_dates()
        clock, device, time = corpus.next_clock(), device_uid(), utc_timestamp()
        delete_decisions(corpus, deleted)
        replace_labels(corpus, change, clock, time)
        uids: defaultdict[str, str] = defaultdict(new_uid)
        changed_layers = set[tuple[str, str]]()

        def record(annotator: str, edits: list[Edit]) -> None:
            step = Step(uids[annotator], annotator, time, LABELS_STEP, tuple(edits), clock=clock, device=device)
            corpus._record_edits(step, edits)

        def write(changes: Sequence[tuple[Span, Span | None]]) -> None:
            write_changes(corpus, changes)
            edits: defaultdict[str, list[Edit]] = defaultdict(list)
            for before, after in changes:
                edits[before.annotator].append(Edit(before, after))
                changed_layers.add((before.article, before.annotator))
            for annotator, annotator_edits in edits.items():
                record(annotator, annotator_edits)

        changed, total = 0, sum(span_counts.get(name, 0) for name in deleted)
        yield changed, total
        for name, replacement in change.replacements.items():
            while changes := next_changes(corpus, name, replacement):
                write(changes)
                changed += len(changes)
                yield changed, total
        for name in dates:
            layers |= _find_layers_with_other_values(corpus, name)
            write(find_impossible_values(corpus, name))
        for (article, annotator), published in layers.items():
            if (article, annotator) not in changed_layers:
                # A step exists only through its edits; this edit changes nothing.
                publication = Publication(article, published)
                record(annotator, [Edit(publication, publication)])


def _find_affected_layers(corpus: Corpus, names: list[str]) -> dict[tuple[str, str], str | None]:
    """Return layers (article, annotator) with steps about these labels, and their articles' dates."""
    if not names:
        return {}
    query = """
        SELECT DISTINCT article.uid AS article, annotator, published
        FROM stored_edit JOIN stored_step ON stored_step.id = step JOIN article ON article.id = stored_edit.article
        WHERE step IN (
            SELECT step FROM stored_edit
            WHERE json_extract(before, '$.label') IN (SELECT value FROM json_each(?1))
                OR json_extract(after, '$.label') IN (SELECT value FROM json_each(?1))
        )
    """
    layers = corpus.query(query, row_mapping.to_json(names))
    return {(row["article"], row["annotator"]): row["published"] for row in layers}


def _find_layers_with_other_values(corpus: Corpus, name: str) -> dict[tuple[str, str], str | None]:
    """Return layers (article, annotator) where undo could give this label a value that is no date."""
    query = """
        SELECT edit.article, edit.annotator, article.published,
            json_extract(before, '$.value') AS old_value, json_extract(after, '$.value') AS new_value
        FROM edit JOIN article ON article.uid = edit.article
        WHERE json_extract(before, '$.label') = ?1 AND json_extract(before, '$.value') IS NOT NULL
            OR json_extract(after, '$.label') = ?1 AND json_extract(after, '$.value') IS NOT NULL
    """
    return {
        (row["article"], row["annotator"]): row["published"]
        for row in corpus.query(query, name)
        if not all(value is None or is_date_value(value) for value in (row["old_value"], row["new_value"]))
    }
