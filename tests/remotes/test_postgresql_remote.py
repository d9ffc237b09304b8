"""Syncing real corpora through a real PostgreSQL server."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from builders import apply_edits, create_corpus, locate
from postgresql import PostgresqlTeam
from remotes.team_items import WORDS, encode, step_item

from annotator.generators import finish
from annotator.jobs.syncing import SyncResult, sync
from annotator.model.changeset import Assignment, Changeset, Person
from annotator.model.labels import LabelSet
from annotator.model.operations import add_span
from annotator.model.records import article_uid
from annotator.remotes.postgresql.postgresql_remote import PostgresqlRemote
from annotator.remotes.remote import ANNOTATOR, Member
from annotator.store.corpus import Corpus
from annotator.store.merging import merge
from annotator.store.queries.team import Team, join_team

OTHER_TEXT = "نظمت الجامعة ندوة بالرباط"


@pytest.fixture
def lead(postgresql_team: PostgresqlTeam) -> Iterator[PostgresqlRemote]:
    with PostgresqlRemote.open(postgresql_team.address, postgresql_team.password) as remote:
        yield remote


def join(corpus: Corpus, member: Member, remote: PostgresqlRemote) -> None:
    """Let a corpus belong to the team of a remote."""
    welcome = remote.welcome()
    finish(merge(corpus, Changeset("", people=(Person(member.name, (member.uid,)),))))
    join_team(corpus, Team(welcome.team, welcome.name, "", member.uid, welcome.member.role))


def sync_all(corpus: Corpus, remote: PostgresqlRemote) -> SyncResult:
    """Sync a corpus."""
    return finish(sync(corpus, remote))


def tag(corpus: Corpus, name: str, words: str, text: str) -> None:
    """Tag words of an article in somebody's layer."""
    article = corpus.article(article_uid(text))
    layer = corpus.spans(article.uid, name)
    apply_edits(corpus, add_span(article, layer, name, "INSTITUTION", *locate(words, text)), name)


def list_spans(corpus: Corpus) -> set[tuple[str, str, int]]:
    """Return the annotator, label and start of each span."""
    return set(corpus.fetch_tuples("SELECT annotator, label, start FROM span"))


def test_what_each_labels_comes_to_those_who_may_read_it(
    tmp_path: Path, postgresql_team: PostgresqlTeam, lead: PostgresqlRemote
) -> None:
    person = postgresql_team.lead
    member, address, password = postgresql_team.invite("عمر", ANNOTATOR)
    with (
        create_corpus(tmp_path / "lead.corpus", WORDS, OTHER_TEXT) as own,
        Corpus.create(tmp_path / "annotator.corpus", LabelSet(())) as other,
        PostgresqlRemote.open(address, password) as remote,
    ):
        join(own, person, lead)
        tag(own, person.name, "وزارة الصحة", WORDS)
        assignment = Changeset(
            "",
            people=(Person(member.name, (member.uid,)),),
            assignments=(Assignment(article_uid(WORDS), member.name, clock=1),),
        )
        finish(merge(own, assignment))
        result = sync_all(own, lead)
        assert (result.refusals, result.pending) == ({}, 0)
        join(other, member, remote)
        assert sync_all(other, remote).articles == 1
        assert list_spans(other) == set()  # another's layer
        tag(other, member.name, "الصحة", WORDS)
        result = sync_all(other, remote)
        assert (result.pushed, result.refusals, result.pending) == (1, {}, 0)
        assert sync_all(own, lead).pulled == 1
        assert {name for name, _label, _start in list_spans(own)} == {person.name, member.name}
        assert {label for _name, label, _start in list_spans(own)} == {"INSTITUTION"}
        for corpus, each in ((own, lead), (other, remote)):
            result = sync_all(corpus, each)
            assert (result.pushed, result.pulled, result.pending) == (0, 0, 0)
        assert finish(lead.verify()).faults == ()


def test_what_the_server_refuses_is_explained_and_kept(tmp_path: Path, postgresql_team: PostgresqlTeam) -> None:
    member, address, password = postgresql_team.invite("عمر", ANNOTATOR)
    with create_corpus(tmp_path / "one.corpus", WORDS) as own, PostgresqlRemote.open(address, password) as remote:
        join(own, member, remote)
        tag(own, member.name, "وزارة الصحة", WORDS)
        result = sync_all(own, remote)
        assert list(result.refusals.values()) == [
            "The server does not accept it: its article was not given to you, or is not there."
        ]
        assert result.pushed == 0
        assert len(list_spans(own)) == 1


def test_an_item_that_no_program_made_keeps_nobody_from_reading_the_others(
    tmp_path: Path, postgresql_team: PostgresqlTeam, lead: PostgresqlRemote
) -> None:
    person = postgresql_team.lead
    with create_corpus(tmp_path / "one.corpus", WORDS) as own:
        join(own, person, lead)
        sync_all(own, lead)
        edit = {"type": "status", "article": article_uid(WORDS), "annotator": person.uid, "state": "nonsense"}
        step = step_item(article_uid(WORDS), person.uid, {"before": None, "after": edit})
        assert lead.push_items(encode(step)) == {}
        tag(own, person.name, "وزارة الصحة", WORDS)
        result = sync_all(own, lead)
        assert (result.pushed, result.pulled) == (1, 0)
