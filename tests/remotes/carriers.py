"""What carries the work of a team in tests: a folder, changeset files, or a PostgreSQL server."""

import shutil
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Generator, Sequence
from itertools import count
from pathlib import Path
from typing import ClassVar, Final, Self

from msgspec.structs import replace
from remotes.replicas import TEAM, TEAM_NAME, Desktop, UnreliableRemote, identify

from annotator.generators import finish
from annotator.jobs.merging import read_source, write_changes
from annotator.jobs.syncing import SyncResult, sync
from annotator.model.changeset import Changeset
from annotator.remotes.folder import FolderRemote
from annotator.remotes.remote import LEAD, Member, Unreachable
from annotator.store.changesets import read_changeset as read_corpus
from annotator.store.corpus import Corpus
from annotator.store.merging import merge
from annotator.store.queries.team import leave_team
from annotator.team.changeset_file import read_changeset

Progress = Generator[object, None, SyncResult]
STEPS_AT_ONCE: Final = 500


class Carrier(ABC):
    """A team's remote, in a folder of the test."""

    has_members: ClassVar = True
    """Whether members can be revoked, and have roles."""
    shares_all: ClassVar = True
    """Whether everybody reads everything."""

    def __init__(self, folder: Path, desktops: Sequence[Desktop]) -> None:
        self._folder, self._desktops = folder, desktops

    @abstractmethod
    def create(self) -> None:
        """Make the team, of which the first desktop is the lead's."""

    def copy(self, folder: Path, desktops: Sequence[Desktop]) -> Self:
        """Return one in another folder that carries what this one does, for copies of its desktops."""
        return type(self)(folder, desktops)

    @abstractmethod
    def sync(
        self, desktop: Desktop, corpus: Corpus, fails: Callable[[str], bool], steps_at_once: int = STEPS_AT_ONCE
    ) -> Progress:
        """Sync a corpus; `fails` says whether the answer of a call is lost."""

    @abstractmethod
    def back_up(self) -> None:
        """Keep a copy of the remote as it is now."""

    @abstractmethod
    def restore(self) -> None:
        """Put back that copy."""

    @abstractmethod
    def list_facts(self, *, in_backup: bool = False) -> set[str]:
        """Return what the remote, or its copy, has, as `list_facts` does."""

    def set_members(self, members: Collection[Member]) -> None:  # noqa: B027 - not all have to
        """Let these, and nobody else but the lead, be members with these roles."""

    def verify(self) -> None:  # noqa: B027 - not all have to
        """Assert that nothing is damaged or missing."""

    def forget(self, desktop: Desktop) -> None:  # noqa: B027 - not all have to
        """Take note that a corpus is an older one from now on."""

    def close(self) -> None:  # noqa: B027 - not all have to
        """Let go of it all."""


class FolderCarrier(Carrier):
    """A folder that all share."""

    @property
    def _shared(self) -> Path:
        return self._folder / "team"

    @property
    def _backup(self) -> Path:
        return self._folder / "team of yesterday"

    def create(self) -> None:
        lead = self._desktops[0]
        lead.on_this_computer()
        FolderRemote.create(self._shared, team=TEAM, name=TEAM_NAME, lead=Member(lead.member, lead.person, LEAD))

    def copy(self, folder: Path, desktops: Sequence[Desktop]) -> Self:
        copied = super().copy(folder, desktops)
        shutil.copytree(self._shared, copied._shared)
        return copied

    def sync(
        self, desktop: Desktop, corpus: Corpus, fails: Callable[[str], bool], steps_at_once: int = STEPS_AT_ONCE
    ) -> Progress:
        remote = UnreliableRemote(FolderRemote.open(self._shared, desktop.member), fails)
        return sync(corpus, remote, own_name=desktop.person, steps_at_once=steps_at_once, page_size=steps_at_once)

    def back_up(self) -> None:
        shutil.rmtree(self._backup, ignore_errors=True)
        shutil.copytree(self._shared, self._backup)

    def restore(self) -> None:
        shutil.rmtree(self._shared)
        shutil.copytree(self._backup, self._shared)

    def list_facts(self, *, in_backup: bool = False) -> set[str]:
        folder = self._backup if in_backup else self._shared
        return {fact for path in folder.glob("*/*.changeset") for fact in list_facts(finish(read_changeset(path)))}

    def set_members(self, members: Collection[Member]) -> None:
        lead = self._desktops[0]
        lead.on_this_computer()
        remote = FolderRemote.open(self._shared, lead.member)
        present = {member.uid: member for member in remote.welcome().members}
        wanted = {member.uid: member for member in members}
        for uid, member in present.items():
            if uid not in wanted and member.is_active and uid != lead.member:
                remote.revoke(uid)
        for member in members:
            before = present.get(member.uid)
            if before is None or not before.is_active:
                remote.invite(member)
            elif before.role != member.role:
                remote.set_role(member.uid, member.role)

    def verify(self) -> None:
        assert finish(FolderRemote.open(self._shared, self._desktops[0].member).verify()).faults == ()


class FileCarrier(Carrier):
    """Changeset files that everybody sends to everybody: each is complete, and comes to each at their next sync."""

    has_members = False

    def __init__(self, folder: Path, desktops: Sequence[Desktop]) -> None:
        super().__init__(folder, desktops)
        self._files: list[Path] = []
        self._numbers = count()  # a file whose writer was stopped at its end may be there, and is nobody's
        self._sent: dict[Path, set[str]] = {desktop.path: set() for desktop in desktops}
        self._read: dict[Path, set[Path]] = {desktop.path: set() for desktop in desktops}

    def create(self) -> None:
        for desktop in self._desktops:
            with desktop.open() as corpus:
                leave_team(corpus)

    def sync(
        self,
        desktop: Desktop,
        corpus: Corpus,
        fails: Callable[[str], bool],
        steps_at_once: int = STEPS_AT_ONCE,
    ) -> Progress:
        facts = list_facts(read_corpus(corpus)) - self._sent[desktop.path]
        if facts:
            path = self._folder / f"{next(self._numbers):08}.changeset"
            yield from write_changes(corpus, path)
            self._files.append(path)
            self._sent[desktop.path] |= facts
        if fails("push"):
            raise Unreachable("the stick is lost")
        result = SyncResult(pushed=len(facts))
        for path in [path for path in self._files if path not in self._read[desktop.path]]:
            changeset = yield from read_source(path)
            merged = yield from merge(corpus, changeset, own_name=desktop.person)
            if not merged.waiting_steps:
                self._read[desktop.path].add(path)
            result = replace(result, pulled=result.pulled + merged.steps, articles=result.articles + merged.articles)
        return result

    def back_up(self) -> None:
        """Keep nothing: what was sent was sent."""

    def restore(self) -> None:
        """Change nothing."""

    def list_facts(self, *, in_backup: bool = False) -> set[str]:
        return {fact for path in self._files for fact in list_facts(finish(read_changeset(path)))}

    def forget(self, desktop: Desktop) -> None:
        self._sent[desktop.path], self._read[desktop.path] = set(), set()


def list_facts(changeset: Changeset) -> set[str]:
    """Return what names the steps, changes of labels, articles and assignments in a changeset, for comparisons."""
    names = {person.name: identify(person) for person in changeset.people}
    return {
        *(step.uid for step in changeset.steps),
        *(edit.uid for edit in changeset.label_edits),
        *(base.article.uid for base in changeset.articles),
        *(batch.uid for batch in changeset.batches),
        *(
            f"{each.article} {names[each.annotator]} {each.clock} {each.is_taken_back}"
            for each in changeset.assignments
        ),
    }
