"""Reading a corpus as a changeset: its steps, and what they need to be replayed elsewhere (see `model.changeset`)."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import groupby
from typing import Final

from msgspec.structs import replace

from annotator import __version__
from annotator.device_key import device_uid
from annotator.model.changeset import Assignment, BaseArticle, Batch, Changeset, Person
from annotator.model.records import Publication, Record, Step, Zone
from annotator.model.replay import RecordKey, record_key
from annotator.store import row_mapping
from annotator.store.corpus import Corpus
from annotator.store.label_rows import read_label_edits

_BATCH_SIZE: Final = 500  # articles in one query
_IN_STEPS: Final = "WHERE step IN (SELECT value FROM json_each(?))"
_SHARED_EDITS: Final = """
    WHERE article IN (SELECT value FROM json_each(?)) AND (
        coalesce(after, before) GLOB '{"type":"zone"*' OR coalesce(after, before) GLOB '{"type":"publication"*'
    )
"""


def read_changeset(
    corpus: Corpus,
    *,
    known_steps: Collection[str] = (),
    known_articles: Collection[str] | None = None,
    annotators: Collection[str] | None = None,
) -> Changeset:
    """Return the steps of these annotators, or of all, that are not in `known_steps`, and what they need.

    Articles without any step come along unless they are `known_articles`; with `known_steps` alone, none of them does.
    Raises CorpusError.
    """
    with corpus.snapshot():
        steps = list(_select_steps(corpus, known_steps, annotators))
        uids = {edit.article for step in steps for edit in step.edits}
        assignments = read_assignments(corpus, annotators)
        if known_articles is not None or not known_steps:
            uids |= set(_list_articles(corpus, assignments, annotators)).difference(known_articles or ())
        people = read_people(corpus)
        return Changeset(
            program=__version__,
            device=device_uid(),
            people=tuple(select_people(people, steps, assignments, annotators)),
            label_edits=tuple(read_label_edits(corpus)),
            articles=tuple(read_articles(corpus, uids)),
            steps=tuple(steps),
            batches=read_batches(corpus, {assignment.batch for assignment in assignments}),
            assignments=tuple(assignments),
        )


def read_assigned_part(corpus: Corpus, annotator: str) -> Changeset:
    """Return what the annotator needs to work on the articles assigned to them: nothing of other people's layers.

    The articles come with their present zones and times of publication instead of the steps that made them, since
    others may have done more in such a step. The annotator's own steps are all there. Raises CorpusError.
    """
    with corpus.snapshot():
        changeset = read_changeset(corpus, annotators=[annotator])
        added = {base.article.uid: base.added for base in changeset.articles}
        numbers = [corpus.article(uid).id for uid in added]
        articles = [
            BaseArticle(
                replace(annotated.article, id=0, custom_title=None), added[annotated.article.uid], annotated.zones
            )
            for annotated in corpus.load_articles(numbers, annotator)
        ]
        own_uids = {step.uid for step in changeset.steps}
        title_steps = (step for step in _read_title_steps(corpus, added) if step.uid not in own_uids)
        steps = [*changeset.steps, *title_steps]
        people = tuple(select_people(read_people(corpus), steps, changeset.assignments, [annotator]))
        return replace(changeset, articles=tuple(articles), steps=tuple(steps), people=people)


def read_people(corpus: Corpus) -> list[Person]:
    """Return all annotators with their uids, first added first."""
    uids: defaultdict[str, list[str]] = defaultdict(list)
    for uid, name in corpus.fetch_tuples("SELECT uid, annotator FROM identity ORDER BY uid"):
        uids[name].append(uid)
    rows = corpus.fetch_tuples("SELECT name, kind FROM annotator ORDER BY rowid")
    return [Person(name, tuple(uids[name]), kind) for name, kind in rows]


def read_assignments(corpus: Corpus, annotators: Collection[str] | None = None) -> list[Assignment]:
    """Return what is assigned to these annotators, or to anybody, and what was taken back from them."""
    rows = corpus.fetch_tuples("SELECT article, annotator, batch, clock FROM assignment ORDER BY rowid")
    assignments = [Assignment(*row) for row in rows]
    rows = corpus.fetch_tuples("SELECT article, annotator, clock FROM unassignment ORDER BY rowid")
    assignments += [Assignment(article, name, clock=clock, is_taken_back=True) for article, name, clock in rows]
    return [assignment for assignment in assignments if annotators is None or assignment.annotator in annotators]


def read_step_uids(corpus: Corpus) -> set[str]:
    """Return the uids of all steps."""
    return {uid for (uid,) in corpus.fetch_tuples("SELECT uid FROM stored_step")}


def read_steps(corpus: Corpus, uids: Collection[str]) -> Iterator[Step]:
    """Yield these steps."""
    yield from _read_steps(corpus, _IN_STEPS, row_mapping.to_json(list(uids)))


def find_steps(corpus: Corpus, uids: Collection[str]) -> set[str]:
    """Return which of these uids are of steps in the corpus, without reading all of those."""
    query = "SELECT uid FROM stored_step WHERE uid IN (SELECT value FROM json_each(?))"
    return {uid for (uid,) in corpus.fetch_tuples(query, row_mapping.to_json(list(uids)))}


def find_articles(corpus: Corpus, uids: Collection[str]) -> set[str]:
    """Return which of these uids are of articles in the corpus."""
    query = "SELECT uid FROM article WHERE uid IN (SELECT value FROM json_each(?))"
    return {uid for (uid,) in corpus.fetch_tuples(query, row_mapping.to_json(list(uids)))}


def read_steps_of(corpus: Corpus, articles: Collection[str]) -> Iterator[Step]:
    """Yield every step with an edit of one of these articles, whole."""
    remaining, seen = sorted(articles), set[str]()
    for start in range(0, len(remaining), _BATCH_SIZE):
        query = "SELECT DISTINCT step FROM edit WHERE article IN (SELECT value FROM json_each(?))"
        batch = row_mapping.to_json(remaining[start : start + _BATCH_SIZE])
        uids = [uid for (uid,) in corpus.fetch_tuples(query, batch) if uid not in seen]
        seen.update(uids)
        yield from _read_steps(corpus, _IN_STEPS, row_mapping.to_json(uids))


def read_bases(corpus: Corpus, articles: Collection[str]) -> dict[str, tuple[Record, ...]]:
    """Return the zones and time of publication of each of these articles as they were before its first step, by uid."""
    bases: dict[str, tuple[Record, ...]] = {}
    remaining = sorted(articles)
    for start in range(0, len(remaining), _BATCH_SIZE):
        bases |= _read_bases(corpus, remaining[start : start + _BATCH_SIZE])
    return bases


def base_records(base: BaseArticle) -> tuple[Record, ...]:
    """Return the zones and time of publication that an article has in a changeset, as `read_bases` does."""
    return Publication(base.article.uid, base.article.published), *base.zones


def _read_title_steps(corpus: Corpus, articles: Collection[str]) -> Iterator[Step]:
    """Yield the steps that gave these articles titles, or removed or restored them, and did nothing else."""
    query = """
        SELECT step FROM edit GROUP BY step HAVING min(
            article IN (SELECT value FROM json_each(?)) AND (
                coalesce(after, before) GLOB '{"type":"title"*' OR coalesce(after, before) GLOB '{"type":"removal"*'
            )
        )
    """
    uids = [uid for (uid,) in corpus.fetch_tuples(query, row_mapping.to_json(sorted(articles)))]
    yield from _read_steps(corpus, _IN_STEPS, row_mapping.to_json(uids))


def _read_bases(corpus: Corpus, articles: Sequence[str]) -> dict[str, tuple[Record, ...]]:
    uids = row_mapping.to_json(articles)
    firsts: dict[RecordKey, Record | None] = {}
    for step in _read_steps(corpus, _SHARED_EDITS, uids):
        for edit in step.edits:
            record = edit.after or edit.before
            if record is not None and edit.before != edit.after:
                firsts.setdefault(record_key(record), edit.before)
    query = "SELECT uid, published FROM article WHERE uid IN (SELECT value FROM json_each(?))"
    current: dict[str, list[Record]] = {
        uid: [Publication(uid, published)] for uid, published in corpus.fetch_tuples(query, uids)
    }
    for uid, zones in corpus._zones(articles).items():
        current[uid] += zones
    bases = {
        uid: [record for record in records if record_key(record) not in firsts] for uid, records in current.items()
    }
    for record in firsts.values():
        if record is not None:
            bases[record.article].append(record)
    return {uid: tuple(records) for uid, records in bases.items()}


def _select_steps(corpus: Corpus, known_steps: Collection[str], annotators: Collection[str] | None) -> Iterator[Step]:
    if annotators is None and not known_steps:
        yield from _read_steps(corpus, "")
        return
    rows = corpus.fetch_tuples("SELECT uid, annotator FROM stored_step")
    uids = [uid for uid, name in rows if uid not in known_steps and (annotators is None or name in annotators)]
    yield from _read_steps(corpus, _IN_STEPS, row_mapping.to_json(uids))


def _read_steps(corpus: Corpus, where: str, *values: object) -> Iterator[Step]:
    rows = corpus.query(f"SELECT * FROM edit {where} ORDER BY clock, step, id", *values)
    for _uid, step_rows in groupby(rows, key=lambda row: row["step"]):
        yield row_mapping.to_step(list(step_rows))


def read_batches(corpus: Corpus, uids: Collection[str | None]) -> tuple[Batch, ...]:
    """Return these batches."""
    batches = corpus.fetch_tuples("SELECT uid, name, is_blind, time FROM batch ORDER BY rowid")
    return tuple(Batch(uid, name, bool(is_blind), time) for uid, name, is_blind, time in batches if uid in uids)


def _list_articles(
    corpus: Corpus, assignments: Iterable[Assignment], annotators: Collection[str] | None
) -> Iterator[str]:
    yield from (assignment.article for assignment in assignments if not assignment.is_taken_back)
    if annotators is None:
        yield from (uid for (uid,) in corpus.fetch_tuples("SELECT uid FROM article"))


def select_people(
    people: Collection[Person],
    steps: Iterable[Step],
    assignments: Iterable[Assignment],
    annotators: Collection[str] | None,
) -> Iterator[Person]:
    """Yield the people whom the steps or assignments name.

    Of everybody's work, also those with several uids: elsewhere they may count as several people.
    """
    names = {name for step in steps for name in (step.annotator, step.actor)}
    edits = [edit for step in steps for edit in step.edits]
    names |= {getattr(record, "annotator", None) for edit in edits for record in (edit.before, edit.after)}
    names |= {assignment.annotator for assignment in assignments}
    joined_names = {person.name for person in people if annotators is None and len(person.uids) > 1}
    return (person for person in people if person.name in names | joined_names)


def read_articles(corpus: Corpus, uids: Collection[str]) -> Iterator[BaseArticle]:
    """Yield these articles, in the order of the corpus, as they were before their first step."""
    query = "SELECT * FROM article WHERE uid IN (SELECT value FROM json_each(?)) ORDER BY id"
    numbered = "SELECT uid FROM article_number WHERE uid IN (SELECT value FROM json_each(?)) ORDER BY id"
    ordered = [uid for (uid,) in corpus.fetch_tuples(numbered, row_mapping.to_json(list(uids)))]
    for start in range(0, len(ordered), _BATCH_SIZE):
        batch = ordered[start : start + _BATCH_SIZE]
        bases = _read_bases(corpus, batch)
        for row in corpus.query(query, row_mapping.to_json(batch)):
            article = row_mapping.to_article({column: row[column] for column in row if column != "added"})
            base = bases[article.uid]
            [published] = [record.published for record in base if isinstance(record, Publication)]
            zones = tuple(record for record in base if isinstance(record, Zone))
            yield BaseArticle(replace(article, id=0, published=published), row["added"], zones)
