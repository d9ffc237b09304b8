"""Desktops of a team in tests: corpora of several computers that sync with one remote."""

import shutil
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Final

import pytest
from builders import apply_edits, build_label_set, build_plain_article, create_corpus

from annotator.generators import finish
from annotator.jobs.syncing import SyncResult, sync
from annotator.model import operations
from annotator.model.changeset import Changeset, Person
from annotator.model.identities import person_uid
from annotator.model.labels import LabelSet
from annotator.model.records import Span
from annotator.remotes.folder import FolderRemote
from annotator.remotes.remote import ANNOTATOR, LEAD, Member, Page, Receipt, Unreachable, Welcome
from annotator.store.changesets import read_people
from annotator.store.corpus import Corpus
from annotator.store.merging import merge
from annotator.store.queries.team import Team, join_team
from annotator.store.recovery.integrity import check_integrity

TEXTS: Final = ("أعلنت وزارة الصحّة 😀 عن خطّة 2024", "وصل القطار إلى و\u200fجدة لأحزاب ـ")
TEAM: Final = "0" * 32
LEAD_UID: Final = "1" * 32


class Desktop:
    """A corpus on a computer with a uid; `person` is who works there."""

    def __init__(self, path: Path, device: str, person: str, member: str, monkeypatch: pytest.MonkeyPatch) -> None:
        self.path, self.device, self.person, self.member = path, device, person, member
        self._monkeypatch = monkeypatch

    def on_this_computer(self) -> None:
        """Let the program believe that it runs there."""
        for module in (
            "store.corpus",
            "remotes.folder",
            "store.changesets",
            "store.annotator_merging",
            "store.queries.team",
        ):
            self._monkeypatch.setattr(f"annotator.{module}.device_uid", lambda: self.device)

    def open(self) -> Corpus:
        self.on_this_computer()
        return Corpus.open(self.path)

    def sync(self, remote: object) -> SyncResult:
        with self.open() as corpus:
            result = finish(sync(corpus, remote, own_name=self.person))  # type: ignore[arg-type]
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
) -> Desktop:
    """Create a corpus without labels and articles, as one who joins has it, whose person is a member."""
    member = member or f"{number:032x}"
    desktop = Desktop(folder / f"{number}.corpus", f"{number + 100:032x}", person, member, monkeypatch)
    desktop.on_this_computer()
    is_lead = role == LEAD
    texts = TEXTS if is_lead else ()
    label_set = (labels or build_label_set(*"ABC")) if is_lead else LabelSet(())
    with create_corpus(desktop.path, *map(build_plain_article, texts), labels=label_set) as corpus:
        own = Person(person, (member, person_uid(desktop.device, person)))
        finish(merge(corpus, Changeset("", people=(own,)), own_name=person))
        join_team(corpus, Team(TEAM, "صحف", "", member, role))
    return desktop


def copy_desktop(desktop: Desktop, path: Path) -> None:
    with desktop.open() as corpus:
        corpus.checkpoint()
    shutil.copyfile(desktop.path, path)


def describe(desktop: Desktop) -> dict[str, object]:
    """Return all that the corpora of a team must have in common, whatever people are called there."""
    queries = {
        "labels": "SELECT * FROM label",
        "label edits": "SELECT * FROM label_edit",
        "articles": "SELECT uid, title, published, added, text FROM article",
        "zones": "SELECT uid, article, kind, start, end FROM zone",
        "spans": "SELECT uid, article, annotator, label, start, end, value, note FROM span",
        "steps": "SELECT step, clock, annotator, actor, time, name, undoes, before, after FROM edit",
        "conflicts": "SELECT step, reason FROM conflict",
        "assignments": "SELECT article, annotator, batch, clock FROM assignment",
    }
    with desktop.open() as corpus:
        names = {person.name: min(person.uids) for person in read_people(corpus)}
        return {
            title: sorted(_name(row, names) for row in corpus.fetch_tuples(query)) for title, query in queries.items()
        }


def _name(row: tuple[object, ...], names: dict[str, str]) -> str:
    text = repr(row)
    for name in sorted(names, key=len, reverse=True):
        text = text.replace(f'"annotator":"{name}"', f'"annotator":"{names[name]}"').replace(repr(name), names[name])
    return text


class UnreliableRemote:
    """A remote of which `fails(call)` says whether a call fails, after it was done: the answer is lost."""

    def __init__(self, remote: FolderRemote, fails: Callable[[str], bool]) -> None:
        self._remote, self._fails = remote, fails

    def _answer(self, name: str, answer: object) -> object:
        if self._fails(name):
            raise Unreachable("the line is cut")
        return answer

    def welcome(self) -> Welcome:
        return self._answer("welcome", self._remote.welcome())  # type: ignore[return-value]

    def push(self, changeset: Changeset) -> Receipt:
        return self._answer("push", self._remote.push(changeset))  # type: ignore[return-value]

    def pull(self, cursor: str, most: int) -> Page:
        return self._answer("pull", self._remote.pull(cursor, most))  # type: ignore[return-value]

    def read_articles(self, uids: Collection[str]) -> Changeset:
        return self._remote.read_articles(uids)


def create_team(folder: Path, *members: Desktop) -> dict[str, FolderRemote]:
    """Make a folder a team of these desktops, the first of which is the lead's; return its remotes by path."""
    lead, *others = members
    first = FolderRemote.create(folder, team=TEAM, name="صحف", lead=Member(lead.member, lead.person, LEAD))
    for desktop in {each.member: each for each in others if each.member != lead.member}.values():
        first.invite(Member(desktop.member, desktop.person, ANNOTATOR))
    return {desktop.path.name: FolderRemote.open(folder, desktop.member) for desktop in members}
