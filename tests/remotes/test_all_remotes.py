"""What holds for every remote of a team: a folder, changeset files and a PostgreSQL server.

What only one of them can do, or do wrong, is in a file of its own. `test_histories.py` mixes all of it at random.
"""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import pytest
from builders import apply_edits, build_plain_article, locate
from moves import Move, move_labels
from msgspec.structs import replace
from remotes.carriers import STEPS_AT_ONCE, Carrier, FileCarrier, FolderCarrier
from remotes.histories import copy_template, give_articles, list_articles
from remotes.postgresql_carrier import PostgresqlCarrier
from remotes.replicas import TEXTS, describe_corpus

from annotator.generators import finish
from annotator.jobs.reading_position import ReadingPosition
from annotator.jobs.syncing import SyncResult
from annotator.model.identities import GOLD_NAME
from annotator.model.label_changes import LabelChange
from annotator.model.labels import LabelSet
from annotator.model.operations import add_span
from annotator.model.records import Edit, Span, article_uid
from annotator.remotes.remote import ANNOTATOR, BEGINNING, CURATOR, AccessDenied, Member, OtherTeam, Unreachable
from annotator.store.corpus import Corpus
from annotator.store.label_set import change_labels
from annotator.store.queries.assignments import list_assignments, take_back
from annotator.store.queries.team import Team as TeamOfCorpus
from annotator.store.queries.team import count_pending, join_team, read_team, update_team

LEAD, OMAR, LAPTOP, HIND, NEW = range(5)
ALL = (LEAD, OMAR, LAPTOP, HIND)
READERS = (LEAD, HIND)
"""Who may read everything."""
TEXT = TEXTS[1]
TRAIN, CITY, ARRIVAL = "القطار", "لأحزاب", "وصل"


class Team:
    """The desktops of a team that has synced, and a new one of the lead; an annotator has two of them."""

    def __init__(self, folder: Path, carrier_class: type[Carrier], monkeypatch: pytest.MonkeyPatch) -> None:
        self.desktops, self.carrier = copy_template(carrier_class, folder, monkeypatch)
        self.members = [
            Member(self.desktops[OMAR].member, "Omar", ANNOTATOR),
            Member(self.desktops[HIND].member, "Hind", CURATOR),
        ]

    def open(self, number: int) -> Corpus:
        return self.desktops[number].open()

    def sync(
        self, number: int, fails: Callable[[str], bool] = lambda _call: False, steps_at_once: int = STEPS_AT_ONCE
    ) -> SyncResult:
        with self.open(number) as corpus:
            return finish(self.carrier.sync(self.desktops[number], corpus, fails, steps_at_once))

    def sync_until(self, number: int, corpus: Corpus, is_reached: Callable[[], object]) -> None:
        """Sync a step a transaction, and break it off between two of them once something is reached."""
        with closing(self.carrier.sync(self.desktops[number], corpus, lambda _call: False, 1)) as steps:
            while corpus.db.conn.in_transaction or not is_reached():
                next(steps)

    def sync_all(self) -> None:
        for _round in range(2):
            for number in ALL:
                self.sync(number)

    def tag(self, number: int, words: str, label: str = "DATE", *, in_gold: bool = False) -> None:
        person = self.desktops[number].person
        name, actor = (GOLD_NAME, person) if in_gold else (person, None)
        with self.open(number) as corpus:
            article = corpus.article(article_uid(TEXT))
            edits = add_span(article, corpus.spans(article.uid, name), name, label, *locate(words, TEXT))
            apply_edits(corpus, edits, name, actor=actor)

    def list_spans(self, number: int) -> list[tuple[str, str, str]]:
        """Return the annotator, label and words of the spans of the second article."""
        with self.open(number) as corpus:
            spans = corpus.spans(article_uid(TEXT))
            return sorted((span.annotator, span.label, TEXT[span.start : span.end]) for span in spans)

    def assert_equal(self, *numbers: int) -> None:
        descriptions = []
        for number in numbers:
            with self.open(number) as corpus:
                descriptions.append(describe_corpus(corpus))
        assert all(description == descriptions[0] for description in descriptions)
        self.carrier.verify()


@pytest.fixture(params=[FolderCarrier, FileCarrier, PostgresqlCarrier])
def team(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Team]:
    with _meet(request, tmp_path, monkeypatch) as new_team:
        yield new_team


@pytest.fixture(params=[FolderCarrier, PostgresqlCarrier])
def remote_team(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Team]:
    """Return a team that has a remote: changeset files are none."""
    with _meet(request, tmp_path, monkeypatch) as new_team:
        yield new_team


@contextmanager
def _meet(request: pytest.FixtureRequest, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Team]:
    if request.param is PostgresqlCarrier:
        PostgresqlCarrier.cluster = request.getfixturevalue("postgresql_cluster")
    new_team = Team(folder, request.param, monkeypatch)
    yield new_team
    new_team.carrier.close()


def test_what_each_labels_is_with_all_who_may_read_it(team: Team) -> None:
    team.tag(OMAR, TRAIN)
    team.tag(HIND, CITY, "PLAN", in_gold=True)
    team.sync_all()
    expected = [("Omar", "DATE", TRAIN), (GOLD_NAME, "PLAN", CITY)]
    assert team.list_spans(LEAD) == team.list_spans(HIND) == expected
    assert team.list_spans(OMAR) == team.list_spans(LAPTOP)
    assert team.list_spans(OMAR) == (expected if team.carrier.shares_all else expected[:1])
    team.assert_equal(*READERS)
    for number in ALL:
        result = team.sync(number)
        assert (result.pulled, result.articles) == (0, 0)
        assert result.pushed == 0 or not team.carrier.has_members  # a file says again what others' said


def test_a_new_computer_gets_everything(team: Team) -> None:
    team.tag(OMAR, TRAIN)
    team.sync_all()
    team.sync(NEW)
    team.sync(LEAD)
    team.assert_equal(LEAD, NEW)


@pytest.mark.parametrize("lost", range(6))
def test_a_lost_answer_loses_and_doubles_nothing(team: Team, lost: int) -> None:
    team.tag(OMAR, TRAIN)
    calls = iter(range(lost + 1))
    with suppress(Unreachable):
        team.sync(OMAR, lambda _call: next(calls, lost) == lost)
    team.sync_all()
    assert team.list_spans(LEAD) == [("Omar", "DATE", TRAIN)]
    with team.open(OMAR) as corpus:
        assert count_pending(corpus) == 0
    team.assert_equal(*READERS)


def test_a_sync_that_is_closed_anywhere_goes_on_next_time(team: Team) -> None:
    for words in TEXT.split():
        team.tag(OMAR, words)
    for number in (OMAR, LEAD):
        for length in range(12):
            with team.open(number) as corpus:
                steps = team.carrier.sync(team.desktops[number], corpus, lambda _call: False, 1)
                for _progress, _limit in zip(steps, range(length), strict=False):
                    pass
                steps.close()
    team.sync_all()
    assert len(team.list_spans(LEAD)) == len(TEXT.split())
    team.assert_equal(*READERS)


def test_reading_all_once_more_changes_nothing(team: Team) -> None:
    team.tag(OMAR, TRAIN)
    team.sync_all()
    before = team.list_spans(LEAD)
    team.carrier.forget(team.desktops[LEAD])
    with team.open(LEAD) as corpus:
        update_team(corpus, cursor=BEGINNING)
    assert team.sync(LEAD).pulled == 0
    assert team.list_spans(LEAD) == before


def test_two_computers_of_a_person_share_the_layer(team: Team) -> None:
    team.tag(OMAR, TRAIN)
    team.tag(LAPTOP, CITY, "PLAN")
    team.sync_all()
    assert team.list_spans(OMAR) == team.list_spans(LAPTOP) == [("Omar", "DATE", TRAIN), ("Omar", "PLAN", CITY)]
    team.assert_equal(OMAR, LAPTOP)


def test_two_changes_of_one_span_are_a_conflict_that_all_see(team: Team) -> None:
    team.tag(OMAR, TRAIN)
    team.sync_all()
    for number, note in ((OMAR, "في المكتب"), (LAPTOP, "في البيت")):
        with team.open(number) as corpus:
            [span] = corpus.spans(article_uid(TEXT), "Omar")
            apply_edits(corpus, [_with_note(span, note)], "Omar", name="describe")
    team.sync_all()
    for number in ALL:
        with team.open(number) as corpus:
            assert corpus.fetch_tuples("SELECT count(*) FROM conflict") == [(1,)]
    team.assert_equal(OMAR, LAPTOP)


def _with_note(span: Span, note: str) -> Edit:
    return Edit(span, replace(span, note=note))


def test_a_label_is_renamed_while_steps_with_its_old_name_travel(team: Team) -> None:
    team.tag(OMAR, TRAIN, "DATE")
    with team.open(LEAD) as corpus:
        before = corpus.labels()
        names = {label.name: label.name for label in before.labels} | {"DATE": "PLAN", "PLAN": "DATE"}
        labels = LabelSet(tuple(replace(label, name=names[label.name]) for label in before.labels))
        finish(change_labels(corpus, LabelChange(before, labels, names, {})))
    team.sync_all()
    for number in ALL:
        assert team.list_spans(number) == [("Omar", "PLAN", TRAIN)]
    team.assert_equal(*READERS)


def test_an_article_that_is_given_out_later_comes_with_its_work(team: Team) -> None:
    with team.open(LEAD) as corpus:
        corpus.add(build_plain_article("افتتح الوزير معرضا"))
    team.sync_all()
    with team.open(LEAD) as corpus:
        give_articles(corpus, *list_articles(corpus))
    team.sync_all()
    for number in ALL:
        with team.open(number) as corpus:
            assert len(list_articles(corpus)) == len(TEXTS) + 1


def test_a_corpus_of_yesterday_gets_its_own_work_back(team: Team) -> None:
    with team.open(OMAR) as corpus:
        corpus.checkpoint()
    yesterday = team.desktops[OMAR].path.read_bytes()
    team.tag(OMAR, TRAIN)
    team.sync(OMAR)
    team.desktops[OMAR].path.write_bytes(yesterday)
    team.carrier.forget(team.desktops[OMAR])
    team.tag(OMAR, CITY, "PLAN")
    team.sync_all()
    for number in ALL:
        assert team.list_spans(number) == [("Omar", "DATE", TRAIN), ("Omar", "PLAN", CITY)]


def test_a_remote_of_yesterday_gets_all_that_is_missing(remote_team: Team) -> None:
    team = remote_team
    team.carrier.back_up()
    team.tag(OMAR, TRAIN)
    team.tag(HIND, CITY, "PLAN", in_gold=True)
    team.sync_all()
    expected = team.list_spans(LEAD)
    team.carrier.restore()
    team.tag(LEAD, CITY)
    team.sync_all()
    assert team.list_spans(LEAD) == sorted([*expected, ("سناء", "DATE", CITY)])
    team.sync(NEW)
    assert team.list_spans(NEW) == team.list_spans(LEAD)
    team.assert_equal(*READERS)


def test_a_remote_of_before_a_role_was_given_gets_all_that_is_missing(remote_team: Team) -> None:
    """It is read from the beginning for the sake of the role, which says nothing of what it lost."""
    team = remote_team
    team.carrier.back_up()
    team.carrier.set_members([replace(team.members[0], role=CURATOR), team.members[1]])
    team.tag(OMAR, TRAIN)
    team.sync_all()
    team.carrier.restore()
    team.carrier.set_members(team.members)
    team.sync(OMAR)
    team.sync(NEW)
    assert team.list_spans(NEW) == [("Omar", "DATE", TRAIN)]


def test_a_remote_that_went_back_while_it_is_read_again_gets_all_that_is_missing(remote_team: Team) -> None:
    """A newer program begins where the older one had left something out, at a cursor that the remote still has."""
    team = remote_team
    team.carrier.back_up()
    with team.open(OMAR) as corpus:
        first_left_out = _read_team(corpus).cursor
    team.tag(OMAR, TRAIN)
    team.sync(OMAR)
    with team.open(OMAR) as corpus:
        cursor = _read_team(corpus).cursor
        position = ReadingPosition(cursor, first_left_out, program="0.0.1")
        update_team(corpus, cursor=position.encode())
    team.carrier.restore()
    team.sync(OMAR)
    team.sync(NEW)
    assert team.list_spans(NEW) == [("Omar", "DATE", TRAIN)]
    with team.open(OMAR) as corpus:
        assert not _read_team(corpus).cursor.startswith("[")


def test_what_was_never_read_back_is_sent_again_after_a_restoration(remote_team: Team) -> None:
    team = remote_team
    team.carrier.back_up()
    team.tag(OMAR, TRAIN)
    with pytest.raises(Unreachable):
        team.sync(OMAR, lambda call: call == "push")
    team.carrier.restore()
    team.sync_all()
    assert team.list_spans(LEAD) == [("Omar", "DATE", TRAIN)]


def test_a_revoked_member_keeps_the_corpus_and_sends_nothing(remote_team: Team) -> None:
    team = remote_team
    team.carrier.set_members(team.members[1:])
    team.tag(OMAR, TRAIN)
    before = team.carrier.list_facts()
    with pytest.raises(AccessDenied):
        team.sync(OMAR)
    assert team.carrier.list_facts() == before
    assert team.list_spans(OMAR) == [("Omar", "DATE", TRAIN)]
    team.carrier.set_members(team.members)  # invited again
    team.sync_all()
    assert team.list_spans(LEAD) == [("Omar", "DATE", TRAIN)]


def test_a_role_that_was_widened_is_followed(remote_team: Team) -> None:
    team = remote_team
    team.tag(LEAD, CITY)
    team.sync_all()
    team.carrier.set_members([replace(team.members[0], role=CURATOR), team.members[1]])
    team.sync(OMAR)
    with team.open(OMAR) as corpus:
        assert _read_team(corpus).role == CURATOR
    assert team.list_spans(OMAR) == [("سناء", "DATE", CITY)]


@pytest.fixture
def read_past(remote_team: Team) -> Team:
    """Return a team where an annotator has read past steps of theirs on an article that was taken back for a while."""
    team = remote_team
    for words in (TRAIN, CITY, ARRIVAL):
        team.tag(LAPTOP, words)
    team.sync(LAPTOP)
    with team.open(LEAD) as corpus:
        move_labels(corpus, Move("swap labels", 0, 1))
    team.sync(LEAD)
    with team.open(LEAD) as corpus:
        take_back(corpus, "Omar")
    team.sync(LEAD)
    # Up to behind the laptop's steps, and not up to where the article is taken back.
    with team.open(OMAR) as corpus:
        team.sync_until(OMAR, corpus, lambda: corpus.fetch_tuples("SELECT 1 FROM label_edit WHERE clock > 0"))
        assert list_assignments(corpus, "Omar")
    with team.open(LEAD) as corpus:
        give_articles(corpus, *list_articles(corpus))
    team.sync(LEAD)
    return team


def test_steps_read_past_while_an_article_was_taken_back_come_when_it_is_given_again(read_past: Team) -> None:
    read_past.sync(OMAR)
    assert len(read_past.list_spans(OMAR)) == 3


def test_a_sync_that_ends_amid_an_article_that_was_asked_for_goes_on_with_its_other_steps(read_past: Team) -> None:
    with read_past.open(OMAR) as corpus:
        read_past.sync_until(OMAR, corpus, lambda: corpus.spans(article_uid(TEXT)))
    read_past.sync(OMAR)
    assert len(read_past.list_spans(OMAR)) == 3


def test_a_role_that_is_another_one_for_a_while_hides_nothing_for_good(remote_team: Team) -> None:
    """An annotator's cursor would lie behind what only curators may read."""
    team, [omar, hind] = remote_team, remote_team.members
    roles = [ANNOTATOR]

    def change_role_after_welcome(call: str) -> bool:
        if call == "welcome" and roles:
            team.carrier.set_members([omar, replace(hind, role=roles.pop())])
            team.desktops[HIND].on_this_computer()
        return False

    team.tag(LEAD, CITY)
    team.sync(LEAD)
    team.sync(HIND, change_role_after_welcome)
    with team.open(HIND) as corpus:
        assert _read_team(corpus).role == (CURATOR if team.carrier.shares_all else ANNOTATOR)
    team.carrier.set_members(team.members)
    team.sync(HIND)
    assert team.list_spans(HIND) == [("سناء", "DATE", CITY)]


def test_another_team_gets_nothing(remote_team: Team) -> None:
    team = remote_team
    team.tag(OMAR, TRAIN)
    with team.open(OMAR) as corpus:
        join_team(corpus, replace(_read_team(corpus), uid="f" * 32))
    before = team.carrier.list_facts()
    with pytest.raises(OtherTeam):
        team.sync(OMAR)
    assert team.carrier.list_facts() == before


def _read_team(corpus: Corpus) -> TeamOfCorpus:
    read = read_team(corpus)
    assert read
    return read
