"""Desktops of a team in tests: corpora of several computers that sync with one remote."""

import shutil
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Final, Self, TypeVar

import pytest
from builders import apply_edits, build_label_set, build_plain_article, create_corpus
from moves import read_records

from annotator.device_key import device_uid
from annotator.generators import finish
from annotator.jobs.syncing import SyncResult, sync
from annotator.model import operations
from annotator.model.changeset import GOLD, Changeset, Person
from annotator.model.history import LABELS_STEP
from annotator.model.identities import GOLD_UID, person_uid
from annotator.model.labels import LabelSet
from annotator.model.records import Span
from annotator.remotes.folder import FolderRemote
from annotator.remotes.remote import (
    ANNOTATOR,
    LEAD,
    Member,
    Page,
    Receipt,
    Remote,
    Unreachable,
    UnreadableFile,
    Welcome,
)
from annotator.store.changesets import read_people
from annotator.store.corpus import Corpus
from annotator.store.merging import merge
from annotator.store.queries.team import Team, join_team
from annotator.store.recovery.integrity import check_integrity

TEXTS: Final = ("أعلنت وزارة الصحّة 😀 عن خطّة 2024", "وصل القطار إلى و\u200fجدة لأحزاب ـ")
TEAM: Final = "0" * 32
TEAM_NAME: Final = "صحف"
_Answer = TypeVar("_Answer")


class Desktop:
    """A corpus on a computer with a key of its own; `person` is who works there, `member` their uid in the team."""

    def __init__(self, path: Path, home: Path, person: str, member: str, monkeypatch: pytest.MonkeyPatch) -> None:
        self.path, self.home, self.person, self.member = path, home, person, member
        self._monkeypatch = monkeypatch

    def on_this_computer(self) -> None:
        """Let the program believe that it runs there."""
        self._monkeypatch.setenv("ANNOTATOR_HOME", str(self.home))

    @property
    def device(self) -> str:
        """The uid of the computer."""
        self.on_this_computer()
        return device_uid()

    def open(self) -> Corpus:
        self.on_this_computer()
        return Corpus.open(self.path)

    def sync(self, remote: Remote) -> SyncResult:
        with self.open() as corpus:
            result = finish(sync(corpus, remote, own_name=self.person))
            assert list(check_integrity(corpus)) == []
        assert isinstance(result, SyncResult)
        return result

    def tag(self, start: int, end: int, label: str = "A", article: int = 1, annotator: str | None = None) -> Span:
        with self.open() as corpus:
            name = annotator or self.person
            text = corpus.article(article)
            edits = operations.add_span(text, corpus.spans(text.uid, name), name, label, start, end)
            apply_edits(corpus, edits, name)
        [span] = [edit.after for edit in edits if isinstance(edit.after, Span)]
        return span


def create_desktop(
    folder: Path,
    number: int,
    person: str,
    monkeypatch: pytest.MonkeyPatch,
    *,
    member: str = "",
    role: str = ANNOTATOR,
    labels: LabelSet | None = None,
    is_first: bool | None = None,
) -> Desktop:
    """Create a corpus whose person is a member; without labels and articles unless it is the first, that of a lead."""
    desktop = place_desktop(folder, number, person, monkeypatch, member=member)
    if is_first is None:
        is_first = role == LEAD
    texts = TEXTS if is_first else ()
    label_set = (labels or build_label_set(*"ABC")) if is_first else LabelSet(())
    with create_corpus(desktop.path, *map(build_plain_article, texts), labels=label_set) as corpus:
        own = Person(person, (desktop.member, person_uid(desktop.device, person)))
        finish(merge(corpus, Changeset("", people=(own,)), own_name=person))
        join_team(corpus, Team(TEAM, TEAM_NAME, "", desktop.member, role))
    return desktop


def place_desktop(
    folder: Path, number: int, person: str, monkeypatch: pytest.MonkeyPatch, *, member: str = ""
) -> Desktop:
    """Return a desktop, without a corpus yet, whose key is the same each time."""
    home = folder / f"home {number}"
    key = home / "data" / "device.key"
    key.parent.mkdir(parents=True, exist_ok=True)
    key.write_bytes(bytes([number]) * 32)
    desktop = Desktop(folder / f"{number}.corpus", home, person, member or f"{number:032x}", monkeypatch)
    desktop.on_this_computer()
    return desktop


def copy_desktop(desktop: Desktop, path: Path) -> None:
    with desktop.open() as corpus:
        corpus.checkpoint()
    shutil.copyfile(desktop.path, path)


def describe(desktop: Desktop) -> dict[str, list[str]]:
    """Return all that the corpora of a team must have in common, whatever people are called there."""
    with desktop.open() as corpus:
        return describe_corpus(corpus)


def describe_corpus(
    corpus: Corpus, is_visible: Callable[[str, str | None], bool] = lambda _article, _owner: True
) -> dict[str, list[str]]:
    """Return what `describe` does, of the articles and layers (uids) that are visible; the shared one has no owner."""
    # Those that a merge makes of spans whose label was deleted are pushed by whoever may change the layer, and nobody
    # else; a merge of a part of what there is makes more of them, which change nothing once all is there.
    is_completion = f"edit.device IS NULL AND name = '{LABELS_STEP}'"
    names = name_people(corpus)
    queries = {
        "labels": "SELECT '', NULL, * FROM label",
        "label edits": "SELECT '', NULL, * FROM label_edit",
        "articles": "SELECT uid, NULL, uid, title, published, added, compressed_text, source, url FROM article",
        "steps": f"""
            SELECT json_extract(coalesce(after, before), '$.article'),
                json_extract(coalesce(after, before), '$.annotator'),
                step, clock, annotator, actor, time, name, undoes, before, after FROM edit
            WHERE NOT ({is_completion})
        """,
        "conflicts": f"""
            SELECT json_extract(coalesce(after, before), '$.article'),
                json_extract(coalesce(after, before), '$.annotator'), conflict.step, reason
            FROM conflict JOIN edit ON edit.step = conflict.step WHERE NOT ({is_completion})
        """,
        "assignments": "SELECT article, annotator, article, annotator, batch, clock FROM assignment",
        "batches": "SELECT '', NULL, uid, name, is_blind, time FROM batch WHERE uid IN (SELECT batch FROM assignment)",
        "taken back": """
            SELECT article, annotator, article, annotator, clock FROM unassignment
            WHERE (article, annotator) NOT IN (SELECT article, annotator FROM assignment)
        """,
    }
    description = {
        title: sorted(
            _name(tuple(row), names)
            for article, owner, *row in corpus.fetch_tuples(query)
            if is_visible(article, names.get(owner, owner))
        )
        for title, query in queries.items()
    }
    description["records"] = sorted(
        _name(record, names)
        for record in read_records(corpus)
        if is_visible(record.article, names.get(getattr(record, "annotator", "")))
    )
    return description


def name_people(corpus: Corpus) -> dict[str, str]:
    """Return a uid for each annotator that is the same in all corpora of the team."""
    return {person.name: identify(person) for person in read_people(corpus)}


def identify(person: Person) -> str:
    """Return the uid of a person in the team: that of a member, if they are one."""
    return GOLD_UID if person.kind == GOLD else min(person.uids, key=lambda uid: (not uid.startswith("0" * 20), uid))


def _name(row: object, names: dict[str, str]) -> str:
    text = repr(row)
    for name in sorted(names, key=len, reverse=True):
        text = text.replace(f'"annotator":"{name}"', f'"annotator":"{names[name]}"').replace(repr(name), names[name])
    return text


class UnreliableRemote:
    """A remote of which `fails(call)` says whether a call fails, after it was done: the answer is lost."""

    def __init__(self, remote: Remote, fails: Callable[[str], bool]) -> None:
        self._remote, self._fails = remote, fails

    def welcome(self) -> Welcome:
        return self._answer("welcome", self._remote.welcome())

    def push(self, changeset: Changeset) -> Receipt:
        return self._answer("push", self._remote.push(changeset))

    def pull(self, cursor: str, most: int) -> Page:
        return self._answer("pull", self._remote.pull(cursor, most))

    def read_articles(self, uids: Collection[str]) -> Changeset:
        return self._answer("read_articles", self._remote.read_articles(uids))

    def claim(self, most: int) -> int:
        return self._answer("claim", self._remote.claim(most))

    def list_unreadable(self, cursor: str) -> Collection[UnreadableFile]:
        return self._remote.list_unreadable(cursor)

    def close(self) -> None:
        self._remote.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def _answer(self, name: str, answer: _Answer) -> _Answer:
        if self._fails(name):
            raise Unreachable("the line is cut")
        return answer


def create_team(folder: Path, *members: Desktop) -> dict[str, FolderRemote]:
    """Make a folder a team of these desktops, the first of which is the lead's; return its remotes by path."""
    lead, *others = members
    lead.on_this_computer()
    first = FolderRemote.create(folder, team=TEAM, name=TEAM_NAME, lead=Member(lead.member, lead.person, LEAD))
    for desktop in {each.member: each for each in others if each.member != lead.member}.values():
        first.invite(Member(desktop.member, desktop.person, ANNOTATOR))
    return {desktop.path.name: FolderRemote.open(folder, desktop.member) for desktop in members}
