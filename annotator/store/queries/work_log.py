"""What annotators did and when, read from the record of edits (see `model.progress`)."""

from collections.abc import Generator
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from annotator.model.history import AGREED_STEP, IMPORT_STEPS
from annotator.model.progress import LabelledSpan, Moment, Origin, WorkLog
from annotator.model.records import DONE
from annotator.store.corpus import Corpus
from annotator.store.queries.assignments import IS_COUNTED
from annotator.store.queries.removals import not_removed
from annotator.store.queries.suggestion_statistics import CORRECTION

# Undo and redo bring back records that were first added by a step that undoes none. Records' JSON begins with the type.
_DECISIONS: Final = f"""
    WITH {CORRECTION}, addition AS (
        SELECT annotator, time, json_extract(after, '$.uid') AS uid, after GLOB '{{"type":"span"*' AS is_span FROM edit
        WHERE before IS NULL AND undoes IS NULL AND name NOT IN {IMPORT_STEPS}
            AND (after GLOB '{{"type":"span"*' OR after GLOB '{{"type":"rejection"*')
    )
    SELECT addition.annotator, time, label, CASE
        WHEN source IS NOT NULL OR is_restored THEN '{Origin.ACCEPTED}'
        WHEN is_restored = 0 THEN '{Origin.CORRECTED}'
        ELSE '{Origin.BY_HAND}' END
    FROM addition JOIN span ON span.uid = addition.uid LEFT JOIN correction ON correction.span = span.uid
    WHERE is_span AND {not_removed("span.article")}
        AND {IS_COUNTED.format(person="addition.annotator", article="span.article")}
    UNION ALL
    SELECT addition.annotator, time, NULL, NULL FROM addition JOIN rejection ON rejection.uid = addition.uid
    WHERE NOT is_span AND rejection.uid NOT IN (SELECT rejection FROM correction)
        AND {not_removed("rejection.article")}
        AND {IS_COUNTED.format(person="addition.annotator", article="rejection.article")}
"""
_LAST_DONE: Final = f"""
    SELECT edit.article, edit.annotator, max(edit.time) AS time
    FROM edit JOIN status ON status.article = edit.article AND status.annotator = edit.annotator
    WHERE edit.name NOT IN {IMPORT_STEPS} AND status.state = '{DONE}'
        AND after GLOB '{{"type":"status"*' AND json_extract(after, '$.state') = '{DONE}'
        AND {not_removed("status.article")}
    GROUP BY edit.article, edit.annotator
"""
_BY_HAND: Final = f"name NOT IN {(*IMPORT_STEPS, AGREED_STEP)}"
_IS_COUNTED_EDIT: Final = IS_COUNTED.format(person="coalesce(actor, annotator)", article="article")
_STEPS: Final = f"SELECT DISTINCT annotator, time, actor FROM edit WHERE {_BY_HAND} AND {_IS_COUNTED_EDIT}"
_ORIGINS: Final = {origin.value: origin for origin in Origin}  # a third of the time that Origin() takes
LOG_PARTS: Final = 4
"""What `load_work_log` reads one after the other."""


def load_work_log(corpus: Corpus, reader: str = "") -> Generator[tuple[int, int], None, WorkLog]:
    """Read what annotators did, of removed articles only the steps; yield the parts read and their number.

    What others did in articles that the `reader` still labels blind is left out; "" is somebody who sees all.
    Takes some seconds for 300,000 steps.
    """
    with corpus.snapshot():
        yield 0, LOG_PARTS
        decisions = corpus.fetch_tuples(_DECISIONS, reader)
        yield 1, LOG_PARTS
        spans = [
            LabelledSpan(annotator, time, label, _ORIGINS[origin])
            for annotator, time, label, origin in decisions
            if origin is not None
        ]
        rejections = [Moment(annotator, time) for annotator, time, _label, origin in decisions if origin is None]
        yield 2, LOG_PARTS
        is_counted = IS_COUNTED.format(person="annotator", article="article")
        done = corpus.fetch_tuples(f"SELECT annotator, time FROM ({_LAST_DONE}) WHERE {is_counted}", reader)
        yield 3, LOG_PARTS
        steps = corpus.fetch_tuples(_STEPS, reader)
    return WorkLog(spans, rejections, [Moment(*row) for row in done], [Moment(*row) for row in steps])


def list_articles_done_on(corpus: Corpus, annotator: str, day: date) -> list[int]:
    """Return the numbers of the articles that the annotator has done, and did last, on a day of this computer's."""
    query = f"""
        SELECT id AS number FROM ({_LAST_DONE}) AS done JOIN article ON uid = done.article
        WHERE annotator = ? AND time >= ? AND time < ? ORDER BY id
    """
    return corpus.fetch_numbers(query, annotator, *_day_limits(day))


def list_articles_edited_on(corpus: Corpus, annotator: str, day: date) -> list[int]:
    """Return the numbers of the articles that the annotator edited or adjudicated on a day of this computer's."""
    query = f"""
        SELECT id AS number FROM article WHERE {not_removed("uid")} AND uid IN (
            SELECT article FROM edit
            WHERE coalesce(actor, annotator) = ? AND time >= ? AND time < ? AND {_BY_HAND}
        ) ORDER BY id
    """
    return corpus.fetch_numbers(query, annotator, *_day_limits(day))


def list_labelled_articles(corpus: Corpus, annotator: str) -> list[int]:
    """Return the numbers of the articles in which the annotator has a span."""
    query = f"""
        SELECT id AS number FROM article
        WHERE {not_removed("uid")} AND uid IN (SELECT article FROM span WHERE annotator = ?) ORDER BY id
    """
    return corpus.fetch_numbers(query, annotator)


def _day_limits(day: date) -> list[str]:
    """Return when a day of this computer's time zone begins and ends, as the record of edits writes times."""
    midnights = (datetime.combine(day + timedelta(days=days), time()).astimezone(UTC) for days in (0, 1))
    return [midnight.isoformat(timespec="milliseconds") for midnight in midnights]


def count_edits(corpus: Corpus, reader: str = "") -> list[tuple[str, str, int]]:
    """Return (who did them, minute, number of edits of single records); minutes are ISO 8601 in UTC.

    Imports do not count, and neither do what went into the gold layer by itself, and what `load_work_log` leaves out.
    """
    query = f"""
        SELECT coalesce(actor, annotator) AS person, substr(time, 1, 16) AS minute, count(*) FROM edit
        WHERE {_BY_HAND} AND {_IS_COUNTED_EDIT} GROUP BY person, minute
    """
    return corpus.fetch_tuples(query, reader)
