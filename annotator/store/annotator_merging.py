"""Merging the annotators of two corpora by the uids of the people (see docs/adr/0021).

Annotators with a uid in common are one person. So a corpus may learn that two annotators of its own are one: their
layers are then replayed together, as if they had been one from the start.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import Any, Final

from msgspec import Struct
from msgspec.structs import replace

from annotator import __version__
from annotator.device_key import device_uid
from annotator.i18n import _
from annotator.model.annotator_names import find_free_name
from annotator.model.changeset import Changeset, Person
from annotator.model.identities import person_uid
from annotator.model.records import Record
from annotator.model.replay import Layer
from annotator.store import row_mapping
from annotator.store.changesets import read_assignments, read_people
from annotator.store.corpus import Corpus
from annotator.store.errors import CorpusError
from annotator.store.queries.annotators import find_own_name
from annotator.store.queries.assignments import merge_assignments
from annotator.store.queries.team import forget_assignments

_PERSONAL_KINDS: Final = tuple(kind for kind in row_mapping.TABLE_KEYS if "annotator" in kind.__struct_fields__)
"""The kinds of records that belong to an annotator."""


class MergedPeople(Struct, frozen=True):
    """The people of a changeset in a corpus.

    - `names`: of each of their annotators, the name here
    - `same_names`: their annotators who have the name of another person here, and got a new one
    - `joined`: of annotators here who turned out to be another one here, the name that they have now
    - `layers`: those of the joined annotators, without tables' rows, to be replayed
    - `records`: what the tables had of them, under the new names
    """

    names: dict[str, str]
    same_names: tuple[str, ...]
    joined: dict[str, str]
    layers: frozenset[Layer]
    records: tuple[Record, ...]


def merge_people(corpus: Corpus, people: Collection[Person], *, same: Mapping[str, str], own_name: str) -> MergedPeople:
    """Add another corpus's people, and join those of ours who are one.

    `same` has, for annotators of theirs, who they are here; others without a known uid whose name is taken get a new
    one. `own_name` is the name of whoever works on this computer, perhaps not yet in the corpus. Raises CorpusError
    where a person would be the gold layer.
    """
    return _PeopleMerge(corpus, same, own_name).run(people)


def find_same_names(corpus: Corpus, people: Iterable[Person], own_name: str) -> list[str]:
    """Return the names of these annotators of another corpus that, as far as the uids tell, another person has here."""
    names = set(corpus.annotators())
    return [
        person.name
        for person in people
        if not find_annotators(corpus, person) and person.name in names | _reserved_names(person, own_name)
    ]


def joins_annotators(corpus: Corpus, people: Iterable[Person], same: Mapping[str, str]) -> bool:
    """Return whether `merge_people` would join annotators of this corpus."""
    return any(len({*find_annotators(corpus, person), *filter(None, [same.get(person.name)])}) > 1 for person in people)


def build_join(corpus: Corpus, name: str, other: str) -> Changeset:
    """Return a changeset that says no more than that two annotators of the corpus are one person, called `name`."""
    people = {person.name: person for person in read_people(corpus)}
    uids = (*people[name].uids, *people[other].uids)
    return Changeset(__version__, device_uid(), (replace(people[name], uids=uids),))


class _PeopleMerge:
    """One merge of people, within a transaction."""

    def __init__(self, corpus: Corpus, same: Mapping[str, str], own_name: str) -> None:
        self._corpus, self._same, self._own_name = corpus, same, own_name
        self._same_names: list[str] = []
        self._joined: dict[str, str] = {}
        self._layers: set[tuple[str, str]] = set()  # under the former names
        self._rows: list[tuple[type[Record], dict[str, Any]]] = []

    def run(self, people: Collection[Person]) -> MergedPeople:
        corpus = self._corpus
        names = {person.name: name for person in people if (name := self._identify(person))}
        names = {theirs: self._present_name(ours) for theirs, ours in names.items()}
        for person in people:  # once names are free that joined annotators had
            if person.name not in names:
                names[person.name] = self._add(person)
            corpus.db.execute("UPDATE annotator SET kind = ? WHERE name = ?", (person.kind, names[person.name]))
            for uid in person.uids:
                corpus._insert("identity", {"uid": uid, "annotator": names[person.name]}, "IGNORE")
        return MergedPeople(
            names,
            tuple(self._same_names),
            {former: self._present_name(former) for former in self._joined},
            frozenset((article, self._present_name(former)) for article, former in self._layers),
            tuple(
                row_mapping.to_record(kind, {**row, "annotator": self._present_name(row["annotator"])})
                for kind, row in self._rows
            ),
        )

    def _identify(self, person: Person) -> str | None:
        """Return this person's name here, after joining all annotators who are this person; None if they are new."""
        corpus = self._corpus
        names = find_annotators(corpus, person)
        answer = self._same.get(person.name)
        if answer is not None and (answer := self._present_name(answer)) not in names:
            names.append(answer)
        if not names:
            return None
        name = self._choose_name(person, names, answer)
        self._check_kind(person, names)
        corpus._add_annotator(name)
        for former in names:
            if former != name:
                self._join(former, name)
                if former == self._own_name:  # works here under this name, perhaps in a copy from elsewhere
                    uid = person_uid(device_uid(), former)
                    corpus._insert("identity", {"uid": uid, "annotator": name}, "IGNORE")
        return name

    def _add(self, person: Person) -> str:
        corpus = self._corpus
        names = {*corpus.annotators(), *_reserved_names(person, self._own_name)}
        if person.name in names:
            self._same_names.append(person.name)
        name = find_free_name(person.name, names)
        corpus._add_annotator(name)
        if person.uids:
            corpus.db.execute("DELETE FROM identity WHERE annotator = ?", (name,))
        return name

    def _choose_name(self, person: Person, names: list[str], answer: str | None) -> str:
        """Return which name of one person here stays. It is for show, and may be another one elsewhere."""
        preferred_names = (answer, find_own_name(self._corpus, self._own_name), person.name)
        return next((name for name in preferred_names if name in names), names[0])

    def _check_kind(self, person: Person, names: Collection[str]) -> None:
        """Raise CorpusError if one of several annotators who are this person is of another kind."""
        if len(names) > 1 or person.name in self._same:
            kinds = {each.name: each.kind for each in read_people(self._corpus)}
            for name in names:
                if kinds.get(name, person.kind) != person.kind:
                    message = _("“{name}” and “{other}” cannot be one: one of them is the gold layer.")
                    raise CorpusError(message.format(name=name, other=person.name))

    def _present_name(self, name: str) -> str:
        while name in self._joined:
            name = self._joined[name]
        return name

    def _join(self, former: str, name: str) -> None:
        """Give all that an annotator did to another one; the layers are without rows until they are replayed."""
        corpus, db = self._corpus, self._corpus.db
        query = """
            SELECT DISTINCT article FROM edit
            WHERE annotator = ?1 OR json_extract(coalesce(after, before), '$.annotator') = ?1
        """
        self._layers |= {(article, former) for (article,) in corpus.fetch_tuples(query, former)}
        for kind in _PERSONAL_KINDS:
            table, _columns = row_mapping.TABLE_KEYS[kind]
            rows = list(corpus.query(f"SELECT * FROM {table} WHERE annotator = ?", former))
            self._layers |= {(row["article"], former) for row in rows}
            self._rows += [(kind, dict(row)) for row in rows]
            db.execute(f"DELETE FROM {table} WHERE annotator = ?", (former,))
        db.execute("UPDATE stored_step SET annotator = ? WHERE annotator = ?", (name, former))
        db.execute("UPDATE stored_step SET actor = ? WHERE actor = ?", (name, former))
        for column in ("before", "after"):
            db.execute(
                f"UPDATE stored_edit SET {column} = json_replace({column}, '$.annotator', ?1) "
                f"WHERE json_extract({column}, '$.annotator') = ?2",
                (name, former),
            )
        assignments = read_assignments(corpus, [former])
        for table in ("identity", "place"):
            db.execute(f"UPDATE OR IGNORE {table} SET annotator = ? WHERE annotator = ?", (name, former))
        for table in ("place", "assignment", "unassignment"):
            db.execute(f"DELETE FROM {table} WHERE annotator = ?", (former,))
        forget_assignments(corpus, former)
        merge_assignments(corpus, [replace(assignment, annotator=name) for assignment in assignments])
        db.execute("DELETE FROM annotator WHERE name = ?", (former,))
        self._joined[former] = name


def find_annotators(corpus: Corpus, person: Person) -> list[str]:
    """Return the annotators here who have a uid of this person, first added first."""
    query = """
        SELECT name FROM annotator
        WHERE name IN (SELECT annotator FROM identity WHERE uid IN (SELECT value FROM json_each(?))) ORDER BY rowid
    """
    return [name for (name,) in corpus.fetch_tuples(query, row_mapping.to_json(person.uids))]


def _reserved_names(person: Person, own_name: str) -> set[str]:
    """Return the name of whoever works on this computer, if that is not this person."""
    return set() if person_uid(device_uid(), own_name) in person.uids else {own_name}
