"""The lead of a team, on a computer of their own and without a window: for tests of what members see."""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from unittest import mock

from builders import create_corpus
from postgresql import ADMINISTRATOR_PASSWORD

from annotator import settings
from annotator.generators import finish
from annotator.jobs.assignment import AssignmentPlan, assign_articles
from annotator.jobs.syncing import SyncResult, sync
from annotator.jobs.teams.administration import invite
from annotator.jobs.teams.connecting import find_membership, open_remote
from annotator.jobs.teams.creation import create_team
from annotator.model.article_builder import build_article
from annotator.remotes.administration import AdministeredRemote
from annotator.remotes.remote import ANNOTATOR
from annotator.store.corpus import Corpus

NAME = "Naima"


class Lead:
    """The lead of a team that meets at `location`; their files are in `folder`."""

    def __init__(self, folder: Path, location: str) -> None:
        self.folder, self.location = folder, location
        self.wait: Callable[[], object] = lambda: None
        """Waits until nothing else of this process needs the settings."""
        self.corpus_path = folder / "lead.corpus"

    @contextmanager
    def at_home(self) -> Iterator[None]:
        """Let what is done be done on the computer of the lead."""
        self.wait()
        with mock.patch.dict(os.environ, ANNOTATOR_HOME=str(self.folder / "home")):
            yield

    @contextmanager
    def opened(self) -> Iterator[tuple[Corpus, AdministeredRemote]]:
        """Open the corpus of the lead and the remote."""
        with self.at_home(), Corpus.open(self.corpus_path) as corpus, open_remote(corpus) as remote:
            yield corpus, remote

    def found_team(self, texts: Sequence[str]) -> None:
        """Make the team, with a corpus of these articles."""
        self.folder.mkdir(exist_ok=True)
        with self.at_home():
            settings.save(settings.Settings(annotator=NAME))
            with create_corpus(self.corpus_path, *map(build_article, texts)) as corpus:
                create_team(self.location, "News", own_name=NAME, corpus=corpus, password=ADMINISTRATOR_PASSWORD)
        self.work()

    def invite(self, name: str, role: str = ANNOTATOR) -> Path:
        """Invite somebody; return the path of the invitation."""
        path = self.folder / f"{name}.team"
        with self.opened() as (corpus, _remote):
            invite(find_membership(corpus), name, role, path)
        return path

    def give(self, name: str, batch: str = "first") -> None:
        """Give somebody all articles that nobody has."""
        self.work(lambda corpus: assign_articles(corpus, AssignmentPlan((name,), batch)))

    def revoke(self, name: str) -> None:
        """Keep somebody out."""
        with self.opened() as (_corpus, remote):
            remote.revoke(next(member.uid for member in remote.welcome().members if member.name == name))

    def work(self, act: Callable[[Corpus], object] = lambda _corpus: None) -> SyncResult:
        """Do something with the corpus, and sync it."""
        with self.opened() as (corpus, remote):
            act(corpus)
            return finish(sync(corpus, remote))
