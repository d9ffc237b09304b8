"""Syncing real corpora of several computers with a real folder: what each has afterwards, and after failures."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest
from builders import apply_edits, build_plain_article, create_corpus, locate
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from small_disk import fill_disk, free_disk, small_disk
from strategies import examples

from annotator.device_key import device_uid
from annotator.generators import finish
from annotator.jobs.syncing import SyncResult, _group_by_article, sync
from annotator.model.changeset import Assignment, BaseArticle, Changeset, Person
from annotator.model.identities import new_identity, person_uid
from annotator.model.operations import add_span, remove_span
from annotator.model.records import Article, Edit, Removal, Span, Step, article_uid
from annotator.remotes.folder import FolderRemote
from annotator.remotes.remote import (
    ANNOTATOR,
    BEGINNING,
    LEAD,
    Member,
    Page,
    Receipt,
    Unreachable,
    Welcome,
)
from annotator.store.changesets import read_changeset
from annotator.store.corpus import Corpus
from annotator.store.errors import FullDisk
from annotator.store.merging import merge
from annotator.store.queries.assignments import list_assignments
from annotator.store.queries.team import (
    Team,
    confirm,
    count_pending,
    join_team,
    offer_again,
    read_team,
    update_team,
)

TEXT = "أعلنت وزارة الصحة يوم 9 يوليو 2024 عن خُطّة وطنيـــة 😀 للأمم المتحدة"
THIRD_TEXT = "افتتح الوزير معرضا"
OTHER_TEXT = "نظمت الجامعة ندوة بالرباط"
MINISTRY, DAY = "وزارة الصحة", "9 يوليو 2024"


class Computer:
    """A computer with a corpus in a team, and who works there."""

    def __init__(self, folder: Path, name: str, shared: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.name, self.shared, self.folder = name, shared, folder
        self.path = folder / "team.corpus"
        self._monkeypatch = monkeypatch
        folder.mkdir()
        with self.sit():
            self.uid = person_uid(device_uid(), name)

    @contextmanager
    def sit(self) -> Iterator[None]:
        with self._monkeypatch.context() as context:
            context.setenv("ANNOTATOR_HOME", str(self.folder))
            yield

    def join(self, member: Member, *texts: str) -> None:
        with self.sit(), create_corpus(self.path, *texts) as corpus:
            remote = FolderRemote(self.shared, member.uid)
            welcome = remote.welcome()
            finish(merge(corpus, Changeset("", people=(Person(self.name, (member.uid,)),))))
            join_team(corpus, Team(welcome.team, welcome.name, str(self.shared), member.uid, welcome.member.role))

    @contextmanager
    def open(self) -> Iterator[Corpus]:
        with self.sit(), Corpus.open(self.path) as corpus:
            yield corpus

    def sync(self, remote: Any = None, steps_at_once: int = 500, page_size: int = 1000) -> SyncResult:
        with self.open() as corpus:
            team = read_team(corpus)
            assert team
            remote = remote or FolderRemote.open(self.shared, team.member)
            return finish(sync(corpus, remote, own_name=self.name, steps_at_once=steps_at_once, page_size=page_size))

    def tag(self, words: str, label: str = "INSTITUTION", text: str = TEXT) -> None:
        with self.open() as corpus:
            article = corpus.article(article_uid(text))
            layer = corpus.spans(article.uid, self.name)
            apply_edits(corpus, add_span(article, layer, self.name, label, *locate(words, text)), self.name)

    def spans(self) -> list[tuple[str, str, str]]:
        """Return the annotator, label and words of each span."""
        with self.open() as corpus:
            spans = corpus.fetch_tuples('SELECT annotator, label, article, start, "end" FROM span')
            texts = corpus.texts(uid for _annotator, _label, uid, _start, _end in spans)
            return sorted((annotator, label, texts[uid][start:end]) for annotator, label, uid, start, end in spans)


class CountingRemote(FolderRemote):
    """Notes what it is asked for, and for how many steps at most."""

    def __init__(self, folder: Path, member: str) -> None:
        super().__init__(folder, member)
        self.calls: list[str] = []
        self.sizes: list[int] = []

    def welcome(self) -> Welcome:
        self.calls.append("welcome")
        return super().welcome()

    def push(self, changeset: Changeset) -> Receipt:
        self.calls.append("push")
        return super().push(changeset)

    def pull(self, cursor: str, most: int) -> Page:
        self.calls.append("pull")
        self.sizes.append(most)
        return super().pull(cursor, most)

    def read_articles(self, uids: Collection[str]) -> Changeset:
        self.calls.append("read_articles")
        return super().read_articles(uids)


@pytest.fixture
def shared(tmp_path: Path) -> Path:
    return tmp_path / "shared"


@pytest.fixture
def lead(tmp_path: Path, shared: Path, monkeypatch: pytest.MonkeyPatch) -> Computer:
    computer = Computer(tmp_path / "lead", "سلمى", shared, monkeypatch)
    member = Member(computer.uid, computer.name, LEAD)
    with computer.sit():
        FolderRemote.create(shared, team=new_identity(), name="الفريق", lead=member)
    computer.join(member, TEXT, OTHER_TEXT)
    computer.sync()
    return computer


@pytest.fixture
def colleague(tmp_path: Path, lead: Computer, monkeypatch: pytest.MonkeyPatch) -> Computer:
    return add_member(tmp_path / "colleague", "Youssef", lead, ANNOTATOR, monkeypatch)


def add_member(
    folder: Path, name: str, lead: Computer, role: str, monkeypatch: pytest.MonkeyPatch, uid: str = ""
) -> Computer:
    computer = Computer(folder, name, lead.shared, monkeypatch)
    member = Member(uid or computer.uid, name, role)
    with lead.sit():
        FolderRemote(lead.shared, lead.uid).invite(member)
    computer.join(member)
    computer.sync()
    return computer


def test_what_each_labels_is_with_the_other_after_a_sync(lead: Computer, colleague: Computer) -> None:
    colleague.tag(MINISTRY)
    lead.tag(DAY, "DATE")
    assert (colleague.sync().pushed, lead.sync().pushed) == (1, 1)
    assert (colleague.sync().pulled, lead.sync().pulled) == (1, 0)
    expected = [("Youssef", "INSTITUTION", MINISTRY), ("سلمى", "DATE", DAY)]
    assert lead.spans() == colleague.spans() == expected
    assert lead.sync() == colleague.sync() == SyncResult()


def test_what_waits_is_counted_until_it_is_there(colleague: Computer) -> None:
    colleague.tag(MINISTRY)
    with colleague.open() as corpus:
        assert count_pending(corpus) == 1
    assert colleague.sync().pending == 0


def test_a_remote_that_lost_what_this_computer_wrote_gets_it_again(lead: Computer, colleague: Computer) -> None:
    colleague.tag(MINISTRY)
    colleague.sync()
    colleague.sync()  # reads its own file
    with colleague.sit():
        folder = lead.shared / device_uid()
    for path in folder.iterdir():
        path.unlink()
    assert lead.sync().pulled == 0
    assert colleague.sync().pushed == 1
    assert lead.sync().pulled == 1
    assert lead.spans() == colleague.spans()


def test_what_a_full_disk_has_no_room_for_comes_once_there_is_room(
    tmp_path: Path, lead: Computer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The desktop's own disk: a page is there as a whole, with the cursor behind it, or not at all."""
    with small_disk(tmp_path / "disk", megabytes=3) as disk:
        colleague = add_member(disk / "colleague", "Youssef", lead, ANNOTATOR, monkeypatch)
        for words in (MINISTRY, DAY):
            lead.tag(words)
        with lead.open() as corpus:
            corpus.add(build_plain_article(TEXT * 2_000))
        lead.sync()
        before = colleague.spans()
        with colleague.open() as corpus:  # while it is open: opening asks for room as well
            fill_disk(disk, spare=100_000)  # enough for the cursor alone
            team = read_team(corpus)
            assert team
            with pytest.raises(FullDisk):
                finish(sync(corpus, FolderRemote.open(lead.shared, team.member), own_name=colleague.name))
        free_disk(disk)
        assert (before, colleague.spans()) == ([], [])
        assert colleague.sync().pulled == 2
        assert colleague.spans() == lead.spans()


def test_what_a_full_disk_of_the_team_has_no_room_for_stays_pending(
    tmp_path: Path, shared: Path, request: pytest.FixtureRequest
) -> None:
    with small_disk(shared) as disk:
        lead, colleague = (request.getfixturevalue(name) for name in ("lead", "colleague"))
        fill_disk(disk)
        colleague.tag(MINISTRY)
        with pytest.raises(Unreachable, match="disk is full"):
            colleague.sync()
        with colleague.open() as corpus:
            assert count_pending(corpus) == 1
        assert lead.sync() == SyncResult()  # no half file keeps others from reading
        free_disk(disk)
        assert (colleague.sync().pushed, lead.sync().pulled) == (1, 1)
        assert lead.spans() == colleague.spans() != []


def test_steps_wait_for_an_article_that_comes_later(tmp_path: Path, lead: Computer, colleague: Computer) -> None:
    """A sync program may bring the file of a colleague before that of the lead who added the article."""
    with lead.open() as corpus:
        corpus.add(build_plain_article(THIRD_TEXT))
    lead.sync()
    colleague.sync()
    colleague.tag(THIRD_TEXT.split()[0], text=THIRD_TEXT)
    colleague.sync()
    with lead.sit():
        last = max((lead.shared / device_uid()).glob("*.changeset"))
    late = last.rename(tmp_path / "on its way")
    third = Computer(tmp_path / "third", "Hind", lead.shared, lead._monkeypatch)
    with lead.sit():
        FolderRemote(lead.shared, lead.uid).invite(Member(third.uid, "Hind", ANNOTATOR))
    third.join(Member(third.uid, "Hind", ANNOTATOR))
    third.sync()
    assert third.spans() == []
    for colleagues_words in THIRD_TEXT.split()[1:]:
        colleague.tag(colleagues_words, text=THIRD_TEXT)
        colleague.sync()
        third.sync()
    remote = CountingRemote(lead.shared, third.uid)
    third.sync(remote)
    assert remote.calls == ["welcome", "pull"]  # what waits is not read again
    late.rename(last)
    third.sync()
    assert [words for _name, _label, words in third.spans()] == sorted(THIRD_TEXT.split())
    remote.calls.clear()
    third.sync(remote)
    assert remote.calls == ["welcome", "pull"]
    with third.open() as corpus:
        team = read_team(corpus)
        assert team
        assert not team.cursor.startswith("[")  # nothing waits any more


def test_a_missing_article_is_asked_for_once(
    tmp_path: Path, lead: Computer, colleague: Computer, monkeypatch: pytest.MonkeyPatch
) -> None:
    with lead.open() as corpus:
        corpus.add(build_plain_article(THIRD_TEXT))
    lead.sync()
    colleague.sync()
    colleague.tag(THIRD_TEXT.split()[0], text=THIRD_TEXT)
    colleague.sync()
    with lead.sit():
        max((lead.shared / device_uid()).glob("*.changeset")).unlink()
    third = Computer(tmp_path / "third", "Hind", lead.shared, monkeypatch)
    with lead.sit():
        FolderRemote(lead.shared, lead.uid).invite(Member(third.uid, "Hind", ANNOTATOR))
    third.join(Member(third.uid, "Hind", ANNOTATOR))
    remote = CountingRemote(lead.shared, third.uid)
    for _sync in range(2):
        third.sync(remote)
    assert (third.spans(), remote.calls.count("read_articles")) == ([], 1)  # it does not have it
    with third.open() as corpus:
        update_team(corpus, cursor=BEGINNING)
    giving = GivingRemote(lead.shared, third.uid)
    third.sync(giving)
    assert third.spans() == [("Youssef", "INSTITUTION", THIRD_TEXT.split()[0])]
    assert giving.calls.count("read_articles") == 1


def test_a_push_has_about_so_many_bytes(lead: Computer, colleague: Computer, monkeypatch: pytest.MonkeyPatch) -> None:
    with lead.open() as corpus:
        for number in range(6):
            corpus.add(build_plain_article(f"{number} {THIRD_TEXT}"))
    for words in TEXT.split():
        lead.tag(words)
    size = 2 * len(f"0 {THIRD_TEXT}")  # about as many bytes
    monkeypatch.setattr("annotator.jobs.syncing._BYTES_AT_ONCE", 2 * size)
    remote = CountingRemote(lead.shared, lead.uid)
    result = lead.sync(remote)
    assert (result.pushed, result.sent.articles, result.pending) == (len(TEXT.split()), 6, 0)
    assert remote.calls.count("push") == 3 + len(TEXT.split())
    colleague.sync()
    assert lead.spans() == colleague.spans()


@pytest.mark.parametrize("size", [1, 2, 500])
def test_portions_of_a_page_come_to_the_same(lead: Computer, colleague: Computer, size: int) -> None:
    for words in TEXT.split():
        colleague.tag(words)
    with colleague.open() as corpus:
        [first, *_others] = corpus.spans(article_uid(TEXT), "Youssef")
        apply_edits(corpus, remove_span(first), "Youssef", name="remove")
    colleague.sync()
    assert lead.sync(steps_at_once=size).pulled == len(TEXT.split()) + 1
    assert lead.spans() == colleague.spans()


@examples(200)
@given(st.lists(st.sets(st.sampled_from("ABCDEF"), min_size=1, max_size=3), max_size=12))
def test_the_steps_of_an_article_come_together_and_after_those_that_they_need(articles: list[set[str]]) -> None:
    steps = [
        Step(str(number), "Youssef", "", "remove", tuple(Edit(None, Removal(uid)) for uid in sorted(uids)))
        for number, uids in enumerate(articles)
    ]
    grouped = [int(step.uid) for step in _group_by_article(steps)]
    assert sorted(grouped) == list(range(len(steps)))
    connected = [{uid} for uid in "ABCDEF"]
    for uids in articles:
        [*united] = (group for group in connected if group & uids)
        connected = [group for group in connected if not group & uids] + [set().union(*united)]
    runs = [next(number for number, group in enumerate(connected) if group & articles[index]) for index in grouped]
    assert len(list(groupby(runs))) == len(set(runs))
    for group in set(runs):
        indexes = [index for index, run in zip(grouped, runs, strict=True) if run == group]
        assert indexes == sorted(indexes)


def test_a_page_is_asked_for_once_however_few_steps_are_merged_at_once(lead: Computer, colleague: Computer) -> None:
    for words in TEXT.split():
        colleague.tag(words)
    colleague.sync()
    remote = CountingRemote(lead.shared, lead.uid)
    lead.sync(remote, steps_at_once=1, page_size=300)
    assert lead.spans() == colleague.spans()
    assert set(remote.sizes) == {300}
    assert len(remote.sizes) < len(TEXT.split())


class BusyRemote(CountingRemote):
    """Has somebody label on while it takes what they did before."""

    def __init__(self, computer: Computer) -> None:
        super().__init__(computer.shared, computer.uid)
        self._computer, self._words = computer, iter(TEXT.split())

    def push(self, changeset: Changeset) -> Receipt:
        self._computer.tag(next(self._words))
        return super().push(changeset)


def test_a_sync_ends_though_somebody_labels_on(colleague: Computer) -> None:
    colleague.tag(DAY, "DATE")
    remote = BusyRemote(colleague)
    result = colleague.sync(remote)
    assert (remote.calls.count("push"), result.pushed, result.pending) == (1, 1, 1)
    assert colleague.sync().pending == 0


class ClosingRemote(FolderRemote):
    """Ends the program in the place of the second pull, whatever comes before it."""

    pulls = 0

    def pull(self, cursor: str, most: int) -> Page:
        self.pulls += 1
        if self.pulls > 1:
            raise KeyboardInterrupt
        return super().pull(cursor, most)


def test_a_sync_that_ends_early_goes_on_next_time(lead: Computer, colleague: Computer) -> None:
    for words in (MINISTRY, DAY):
        colleague.tag(words)
        colleague.sync()
    with pytest.raises(KeyboardInterrupt):
        lead.sync(ClosingRemote(lead.shared, lead.uid))
    lead.sync()
    assert lead.spans() == colleague.spans()


def test_what_is_given_out_waits_for_its_article(lead: Computer, colleague: Computer) -> None:
    uid = article_uid(THIRD_TEXT)
    article = BaseArticle(Article(uid, THIRD_TEXT), "2024-07-09T09:00:00+00:00")
    assignment = Assignment(uid, "Youssef", clock=1)
    with lead.sit():
        remote = FolderRemote(lead.shared, lead.uid)
        remote.push(Changeset("1", people=(Person("Youssef", (colleague.uid,)),), assignments=(assignment,)))
    for _sync in range(2):
        colleague.sync()
    with lead.sit():
        remote.push(Changeset("1", articles=(article,)))
    colleague.sync()
    with colleague.open() as corpus:
        assert [(each.article, each.annotator) for each in list_assignments(corpus)] == [(uid, "Youssef")]


def test_missing_articles_are_asked_for_some_at_a_time(
    lead: Computer, colleague: Computer, monkeypatch: pytest.MonkeyPatch
) -> None:
    assignments = tuple(Assignment(f"{number:064x}", "Youssef", clock=1) for number in range(5))
    with lead.sit():
        people = (Person("Youssef", (colleague.uid,)),)
        FolderRemote(lead.shared, lead.uid).push(Changeset("1", people=people, assignments=assignments))
    monkeypatch.setattr("annotator.jobs.syncing._ARTICLES_AT_ONCE", 2)
    remote = CountingRemote(lead.shared, colleague.uid)
    colleague.sync(remote)
    assert remote.calls.count("read_articles") == 3


def test_others_can_write_between_two_portions(lead: Computer, colleague: Computer) -> None:
    for words in TEXT.split():
        colleague.tag(words)
    colleague.sync()
    with lead.open() as corpus:
        remote = FolderRemote.open(lead.shared, lead.uid)
        steps = sync(corpus, remote, own_name=lead.name, steps_at_once=1)
        pauses = [progress for progress in steps if not corpus.db.conn.in_transaction]
    assert len(pauses) >= len(TEXT.split())


class GivingRemote(CountingRemote):
    """Has the articles that somebody asks for, as a server does."""

    def read_articles(self, uids: Collection[str]) -> Changeset:
        super().read_articles(uids)
        assert set(uids) == {article_uid(THIRD_TEXT)}
        article = BaseArticle(Article(article_uid(THIRD_TEXT), THIRD_TEXT), "2024-07-09T09:00:00+00:00")
        return Changeset("1", articles=(article,))


class ServerRemote(CountingRemote):
    """Has an article, and a step on it from before what can be pulled, for those who ask for the article."""

    def __init__(self, folder: Path, member: str, changeset: Changeset) -> None:
        super().__init__(folder, member)
        self.changeset = changeset

    def read_articles(self, uids: Collection[str]) -> Changeset:
        super().read_articles(uids)
        return self.changeset


@pytest.fixture
def older_part(colleague: Computer) -> Changeset:
    """Return an article that the folder does not have, and the first of the colleague's steps on it."""
    with colleague.open() as corpus:
        corpus.add(build_plain_article(THIRD_TEXT))
    first, second, _third = THIRD_TEXT.split()
    colleague.tag(first, text=THIRD_TEXT)
    with colleague.open() as corpus:
        changeset = read_changeset(corpus, annotators=[colleague.name])
        offer_again(corpus)
        confirm(corpus, changeset)
    colleague.tag(second, text=THIRD_TEXT)
    colleague.sync()
    return changeset


def test_older_steps_come_with_an_article_that_is_missing(lead: Computer, older_part: Changeset) -> None:
    remote = ServerRemote(lead.shared, lead.uid, older_part)
    lead.sync(remote)
    assert [words for _name, _label, words in lead.spans()] == sorted(THIRD_TEXT.split()[:2])
    assert remote.calls.count("read_articles") == 1


def test_what_cannot_be_read_of_a_missing_article_comes_once_the_program_is_newer(
    lead: Computer, older_part: Changeset, monkeypatch: pytest.MonkeyPatch
) -> None:
    unreadable = replace(older_part, steps=(), newer_steps=("f" * 32,))
    lead.sync(ServerRemote(lead.shared, lead.uid, unreadable))
    assert len(lead.spans()) == 1
    with lead.sit():
        FolderRemote(lead.shared, lead.uid).push(older_part)
    monkeypatch.setattr("annotator.jobs.reading_position.__version__", "99.0")
    newer = CursorRemote(lead.shared, lead.uid)
    lead.sync(newer)
    assert BEGINNING in newer.cursors  # it is from before the page that needed the article
    assert len(lead.spans()) == 2


class CursorRemote(FolderRemote):
    """Notes from where it is read."""

    def __init__(self, folder: Path, member: str) -> None:
        super().__init__(folder, member)
        self.cursors: list[str] = []

    def pull(self, cursor: str, most: int) -> Page:
        self.cursors.append(cursor)
        return super().pull(cursor, most)


class OlderProgramsRemote(CountingRemote):
    """Reads as a program would that knows no spans."""

    def pull(self, cursor: str, most: int) -> Page:
        page = super().pull(cursor, most)
        known: list[Step] = []
        newer: list[Step] = []
        for step in page.changeset.steps:
            (newer if any(isinstance(edit.after, Span) for edit in step.edits) else known).append(step)
        changeset = replace(page.changeset, steps=tuple(known), newer_steps=tuple(step.uid for step in newer))
        return replace(page, changeset=changeset)


def test_what_an_older_program_cannot_read_comes_once_it_is_newer(
    lead: Computer, colleague: Computer, monkeypatch: pytest.MonkeyPatch
) -> None:
    colleague.tag(MINISTRY)
    colleague.sync()
    colleague.tag(DAY, "DATE")
    colleague.sync()
    older = OlderProgramsRemote(lead.shared, lead.uid)
    assert lead.sync(older).pulled == 0
    assert older.calls.count("pull") == 2
    older.calls.clear()
    assert lead.sync(older).pulled == 0
    assert older.calls == ["welcome", "pull"]  # it reads none of it again
    monkeypatch.setattr("annotator.jobs.reading_position.__version__", "99.0")
    assert lead.sync().pulled == 2
    assert lead.spans() == colleague.spans()
