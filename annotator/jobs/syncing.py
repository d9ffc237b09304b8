"""Syncing a corpus with the remote of its team.

What is read from the remote is merged page by page, each with its cursor in one transaction; what is written to it is
pending until it has answered. So a sync may end at any point, in a crash too, and the next one goes on from there.
"""

from collections.abc import Callable, Collection, Generator, Sequence
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from annotator.i18n import _
from annotator.jobs.clock_error import measure_clock_error
from annotator.jobs.reading_position import LeftOut, ReadingPosition
from annotator.jobs.unreadable_files import find_unreadable
from annotator.model.changeset import Changeset
from annotator.model.records import Step
from annotator.remotes.remote import (
    BEGINNING,
    OtherTeam,
    Page,
    Receipt,
    Remote,
    RemoteError,
    RemoteWentBack,
    RoleChanged,
    UnreadableFile,
    Welcome,
)
from annotator.store.changesets import find_articles, select_people
from annotator.store.corpus import Corpus, utc_timestamp
from annotator.store.label_rows import read_label_edits
from annotator.store.merging import MergeConflict, MergeResult, merge
from annotator.store.queries.team import (
    Team,
    confirm,
    count_pending,
    count_pending_items,
    count_pending_labels,
    has_pending,
    list_lacking_articles,
    list_missing_assignments,
    offer_again,
    read_pending,
    read_team,
    update_team,
)

STEPS_AT_ONCE: Final = 500
PAGE_SIZE: Final = 5000
"""Steps that are asked for at once, some 2 MB: each time waits for the network, and all of them are in memory.

A merge replays the layers that it adds to. Where many worked at once, a small page has a few steps of each layer: of
100,000 steps by 200 people in turn, pages of 1,000 took three times as long to merge.
"""
_ARTICLES_AT_ONCE: Final = 100
"""Articles that are asked for at once, with all steps on them: they are in memory, too."""
_EDITS_AT_ONCE: Final = 500  # in one push
_BYTES_AT_ONCE: Final = 8_000_000  # about, in one push


class SentItems(Struct, frozen=True):
    """Numbers of what a lead sent besides steps."""

    articles: int = 0
    label_edits: int = 0
    assignments: int = 0


class SyncResult(Struct, frozen=True):
    """Numbers of steps: those that the remote took, those merged here, and those that still wait.

    `refusals` has why the remote did not take others, by uid. `articles` came new, `conflicts` are new, and `sent` has
    what was sent besides steps. `clock_error` is that of `measure_clock_error`, and `unreadable` that of
    `find_unreadable`.
    """

    pushed: int = 0
    pulled: int = 0
    pending: int = 0
    conflicts: tuple[MergeConflict, ...] = ()
    refusals: dict[str, str] = {}
    articles: int = 0
    sent: SentItems = SentItems()
    clock_error: int = 0
    unreadable: tuple[UnreadableFile, ...] = ()


def sync(
    corpus: Corpus,
    remote: Remote,
    *,
    own_name: str = "",
    steps_at_once: int = STEPS_AT_ONCE,
    page_size: int = PAGE_SIZE,
    await_pause: Callable[[], object] = lambda: None,
) -> Generator[tuple[int, int], None, SyncResult]:
    """Fetch what others did and leave what was done here; yield (steps done, steps known of).

    It yields between transactions, too, when others can write.

    `own_name` is the name of whoever works on this computer (see `merge_people`); `steps_at_once` bounds how long
    others wait who write to the corpus, and `page_size` how many steps are fetched at once. `await_pause` is called
    before each merge. Closed early, it keeps what it did. Raises RemoteError and CorpusError.
    """
    return (yield from _Sync(corpus, remote, own_name, steps_at_once, page_size, await_pause).run())


class _Sync:
    """One sync."""

    def __init__(
        self,
        corpus: Corpus,
        remote: Remote,
        own_name: str,
        steps_at_once: int,
        page_size: int,
        await_pause: Callable[[], object],
    ) -> None:
        self._corpus, self._remote, self._own_name = corpus, remote, own_name
        self._steps_at_once, self._page_size, self._await_pause = steps_at_once, page_size, await_pause
        self._result = SyncResult()
        self._steps_done = 0
        self._remaining = 0  # pending items that this sync is to send: somebody who works on adds more all the time

    def run(self) -> Generator[tuple[int, int], None, SyncResult]:
        team = self._team()
        welcome = self._remote.welcome()
        self._result = replace(self._result, clock_error=measure_clock_error(welcome))
        self._check_team(team, welcome)
        self._follow_role(team, welcome)
        yield from self._pull()
        if has_pending(self._corpus):
            yield from self._push()
        update_team(self._corpus, synced=utc_timestamp())
        unreadable = find_unreadable(self._corpus, self._remote)
        return replace(self._result, pending=count_pending(self._corpus), unreadable=unreadable)

    def _team(self) -> Team:
        team = read_team(self._corpus)
        if team is None:
            raise RemoteError(_("“{path}” belongs to no team.").format(path=self._corpus.path))
        return team

    def _check_team(self, team: Team, welcome: Welcome) -> None:
        if welcome.team != team.uid:
            message = _("“{address}” has another team, “{name}”: nothing was sent. Ask the lead of your team.")
            raise OtherTeam(message.format(address=team.address, name=welcome.name))
        if welcome.member.uid != team.member:
            message = _("“{address}” takes you for somebody else, “{name}”: nothing was sent. Join the team again.")
            raise OtherTeam(message.format(address=team.address, name=welcome.member.name))

    def _follow_role(self, team: Team, welcome: Welcome) -> None:
        """Read everything again where the role is another one: more may be read now.

        Everything is pending until then: without the cursor, nothing else would tell of a remote that went back.
        """
        with self._corpus.transaction():
            changes = {"role": welcome.member.role, "name": welcome.name}
            if replace(team, **changes) != team:
                update_team(self._corpus, **changes)
            if welcome.member.role != team.role:
                self._offer_again()

    # Reading

    def _pull(self) -> Generator[tuple[int, int], None, None]:
        """Merge all pages, those once more of which something was left out whose article or label has come since."""
        tried = set[str]()
        yield from self._pull_to_the_end()
        while arrived := self._find_arrived(self._position()) - tried:
            tried |= arrived
            update_team(self._corpus, cursor=self._position().rewind().encode())
            yield from self._pull_to_the_end()
        if tried and (position := self._position()) != (remaining := position.without(tried)):
            update_team(self._corpus, cursor=remaining.encode())  # it is not for these that it was left out

    def _pull_to_the_end(self) -> Generator[tuple[int, int], None, None]:
        """Merge the pages behind the stored cursor."""
        if furthest := self._position().furthest:
            self._check_whether_there(furthest)
        is_last = False
        while not is_last:
            start, page = self._read_page()
            yield from self._merge_page(start, page)
            is_last = page.is_last
        if (position := self._position()).furthest:
            update_team(self._corpus, cursor=replace(position, furthest=None).encode())

    def _check_whether_there(self, cursor: str) -> None:
        """Offer everything again, and read from the beginning, where the remote went back to before a cursor."""
        try:
            self._remote.pull(cursor, 1)
        except RemoteWentBack:
            self._offer_again()

    def _offer_again(self) -> None:
        offer_again(self._corpus)
        self._remaining = count_pending_items(self._corpus)

    def _position(self) -> ReadingPosition:
        return ReadingPosition.decode(self._team().cursor)

    def _find_arrived(self, position: ReadingPosition) -> set[str]:
        """Return which of the articles and labels are here now that something left out waits for."""
        arrived = find_articles(self._corpus, position.articles) if position.articles else set()
        if position.labels:
            arrived |= {edit.label for edit in read_label_edits(self._corpus)} & {*position.labels}
        return arrived

    def _read_page(self) -> tuple[str, Page]:
        """Return the stored cursor and the page behind it."""
        cursor = self._position().cursor
        try:
            return cursor, self._remote.pull(cursor, self._page_size)
        except RemoteWentBack:
            # What it lacks now is still here: it is sent again, by everybody what they have.
            self._offer_again()
        except RoleChanged:
            self._follow_role(self._team(), self._remote.welcome())
        return BEGINNING, self._remote.pull(BEGINNING, self._page_size)

    def _merge_page(self, start: str, page: Page) -> Generator[tuple[int, int], None, None]:
        """Merge the articles that a page needs, then the page, its last portion with the position behind it."""
        position, left_out_there, left_out_here = self._position(), LeftOut(), LeftOut()
        missing = sorted(self._list_missing_articles(page, position))
        for first in range(0, len(missing), _ARTICLES_AT_ONCE):
            articles = self._remote.read_articles(missing[first : first + _ARTICLES_AT_ONCE])
            # An article that is here tells nobody that a part of its steps is not, should this end in between.
            update_team(self._corpus, cursor=position.restart().encode())
            yield from self._merge_portions(articles, left_out_there)

        def save_position() -> None:
            # What came with an article may be from before this page.
            behind = position.advance(BEGINNING, page.cursor, left_out_there)
            update_team(self._corpus, cursor=behind.advance(start, page.cursor, left_out_here).encode())

        yield from self._merge_portions(page.changeset, left_out_here, save_position)

    def _merge_portions(
        self, changeset: Changeset, left_out: LeftOut, at_end: Callable[[], None] = lambda: None
    ) -> Generator[tuple[int, int], None, None]:
        """Merge a changeset in portions; `at_end` is called in the transaction of the last one."""
        left_out.has_unreadable |= bool(changeset.newer_steps)
        portions = self._divide(changeset)
        for number, portion in enumerate(portions, 1):
            self._await_pause()
            with self._corpus.transaction():
                yield from self._merge(portion, left_out)
                if number == len(portions):
                    at_end()
            yield self._steps_done, self._steps_done + count_pending(self._corpus)  # others may write now

    def _list_missing_articles(self, page: Page, position: ReadingPosition) -> set[str]:
        """Return the articles (uids) that a page needs, or of which older steps may be missing here."""
        lacking = list_lacking_articles(self._corpus, page.changeset).difference(position.articles)  # asked for before
        return lacking | list_missing_assignments(self._corpus, page.changeset, self._team().member) | {*page.released}

    def _divide(self, changeset: Changeset) -> list[Changeset]:
        """Return changesets of a few steps each, as many as may keep a key waiting; the first has all else, too.

        The steps of an article come together: a merge replays all steps of each layer that it adds to.
        """
        steps, size = _group_by_article(changeset.steps), self._steps_at_once
        portions = [replace(changeset, steps=tuple(steps[:size]))]
        for start in range(size, len(steps), size):
            portion = steps[start : start + size]
            people = tuple(select_people(changeset.people, portion, (), ()))
            # The changes of labels are what the names of labels in the steps are understood from.
            portions.append(
                replace(changeset, steps=tuple(portion), people=people, articles=(), batches=(), assignments=())
            )
        return portions

    def _merge(self, changeset: Changeset, left_out: LeftOut) -> Generator[tuple[int, int], None, None]:
        """Merge a changeset, which is not pending then; add to what had to be left out."""
        result: MergeResult = yield from self._shift(merge(self._corpus, changeset, own_name=self._own_name))
        confirm(self._corpus, _without(changeset, result.waiting_steps))
        self._steps_done += result.steps
        self._result = replace(
            self._result,
            pulled=self._result.pulled + result.steps,
            articles=self._result.articles + result.articles,
            conflicts=(*self._result.conflicts, *result.conflicts),
        )
        left_out.articles |= list_lacking_articles(self._corpus, changeset)
        left_out.labels |= result.undescribed_labels.keys()

    def _shift(
        self, steps: Generator[tuple[int, int], None, MergeResult]
    ) -> Generator[tuple[int, int], None, MergeResult]:
        """Yield the progress of a merge on top of what was done before."""
        while True:
            try:
                done, total = next(steps)
            except StopIteration as end:
                result: MergeResult = end.value
                return result
            yield self._steps_done + done, self._steps_done + total + count_pending(self._corpus)

    # Writing

    def _push(self) -> Generator[tuple[int, int], None, None]:
        """Push what is pending now; what the remote refuses stays so, and keeps nothing else from being sent.

        Each portion is pending until it was read back, with a cursor behind it: if the remote is restored from a backup
        in between, that is noticed. What may not be read back, such as steps on an article that was taken back, is
        confirmed then too.
        """
        refusals = dict[str, str]()
        self._remaining = count_pending_items(self._corpus)
        changeset = read_pending(self._corpus, _EDITS_AT_ONCE, _BYTES_AT_ONCE)
        is_first = True  # with the changes of labels, even if nothing else is pending
        while is_first or (self._remaining > 0 and _has_items(changeset)):
            labels = count_pending_labels(self._corpus)
            self._remaining -= _count_items(changeset)
            receipt = self._remote.push(changeset)
            refusals |= receipt.refusals
            yield from self._pull()
            confirm(self._corpus, _without(changeset, receipt.refusals))
            self._steps_done += receipt.steps
            self._count_sent(changeset, receipt, labels - count_pending_labels(self._corpus))
            self._result = replace(self._result, pushed=self._result.pushed + receipt.steps, refusals=refusals)
            yield self._steps_done, self._steps_done + count_pending(self._corpus)
            changeset = read_pending(self._corpus, _EDITS_AT_ONCE, _BYTES_AT_ONCE, without=refusals)
            is_first = False

    def _count_sent(self, changeset: Changeset, receipt: Receipt, label_edits: int) -> None:
        sent, refusals = self._result.sent, receipt.refusals
        sent = SentItems(
            sent.articles + sum(base.article.uid not in refusals for base in changeset.articles),
            sent.label_edits + max(label_edits, 0),
            sent.assignments + sum(each.article not in refusals for each in changeset.assignments),
        )
        self._result = replace(self._result, sent=sent)


def _group_by_article(steps: Sequence[Step]) -> list[Step]:
    """Return the steps with those of one article together, and otherwise in their order.

    Articles that steps have in common are one group, so that no step comes before another one that it needs.
    """
    groups: dict[str, list[str]] = {}
    for step in steps:
        first, *others = dict.fromkeys(edit.article for edit in step.edits)
        group = groups.setdefault(first, [first])
        for article in others:
            other = groups.setdefault(article, [article])
            if other is not group:
                group += other
                groups.update(dict.fromkeys(other, group))
    ranks: dict[int, int] = {}
    for step in steps:
        ranks.setdefault(id(groups[step.edits[0].article]), len(ranks))
    return sorted(steps, key=lambda step: ranks[id(groups[step.edits[0].article])])


def _has_items(changeset: Changeset) -> bool:
    return bool(_count_items(changeset) or changeset.batches)


def _count_items(changeset: Changeset) -> int:
    """Return the number of items that no other changeset has as well: a batch comes with each of its assignments."""
    return len(changeset.steps) + len(changeset.articles) + len(changeset.assignments)


def _without(changeset: Changeset, uids: Collection[str]) -> Changeset:
    return replace(changeset, steps=tuple(step for step in changeset.steps if step.uid not in uids))
