"""A team's database: what is pushed comes back to all who may read it, numbered without a gap."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import nullcontext
from fractions import Fraction

import msgspec
import pytest
from msgspec.structs import replace
from postgresql import ADMINISTRATOR_PASSWORD, Cluster, PostgresqlTeam
from postgresql import enter as change_secret
from remotes.team_items import (
    TIME,
    WORDS,
    article_item,
    assignment_item,
    batch_item,
    encode,
    label_item,
    person_item,
    span_edit,
    state_edit,
    step_item,
    zone_edit,
)

from annotator import __version__
from annotator.generators import finish
from annotator.model.identities import GOLD_UID, new_identity
from annotator.model.records import Edit, Span, new_uid
from annotator.remotes.administration import Offer
from annotator.remotes.postgresql import administration
from annotator.remotes.postgresql.connection import connect
from annotator.remotes.postgresql.team_server import Row, TeamServer
from annotator.remotes.remote import (
    ANNOTATOR,
    BEGINNING,
    CURATOR,
    LEAD,
    AccessDenied,
    Member,
    NewerProgramNeeded,
    RemoteError,
    RemoteWentBack,
)
from annotator.team.wire import StepItem


@pytest.fixture
def lead(postgresql_team: PostgresqlTeam) -> Iterator[TeamServer]:
    with TeamServer.open(postgresql_team.address, postgresql_team.password) as server:
        yield server


def enter(team: PostgresqlTeam, name: str, role: str) -> tuple[str, TeamServer]:
    """Let somebody join the team; return their uid and a connection."""
    member, address, password = team.invite(name, role)
    return member.uid, TeamServer.open(address, password)


def read_all(server: TeamServer, most: int = 500) -> list[Row]:
    """Return everything that a member may read."""
    rows, cursor, is_last = list[Row](), BEGINNING, False
    while not is_last:
        page = server.pull_items(cursor, most)
        rows += page.rows
        cursor, is_last = page.cursor, page.is_last
    return rows


def test_the_first_lead_is_welcome(postgresql_team: PostgresqlTeam, lead: TeamServer) -> None:
    welcome = lead.welcome()
    assert (welcome.team, welcome.name) == (postgresql_team.uid, postgresql_team.name)
    assert (welcome.member.uid, welcome.member.role) == (postgresql_team.lead.uid, LEAD)
    assert welcome.members == (welcome.member,)


@pytest.mark.parametrize("most", [1, 2, 500])
def test_what_is_pushed_comes_back_in_order(lead: TeamServer, most: int) -> None:
    uid = lead.welcome().member.uid
    article = article_item()
    items = (person_item(uid), label_item(), article, batch_item(), step_item(article["uid"], uid))
    assert lead.push_items(encode(*items)) == {}
    assert [row.body for row in read_all(lead, most)] == encode(*items)


@pytest.mark.parametrize("owner", ["", "l", ",", '"', "\\", "null", "\x01", "\x02", "\x03", '","start":', "٣"])
def test_a_step_comes_back_byte_for_byte(postgresql_team: PostgresqlTeam, lead: TeamServer, owner: str) -> None:
    """The server keeps what a step repeats once, whatever its layer and its uid are called."""
    article, uid = article_item(), postgresql_team.lead.uid
    fields = {"annotator": uid, "undoes": new_uid(), "name": '\x01\x04\x13 ,"after":'}
    span = span_edit(article["uid"], owner)["after"]
    shared = {"before": None, "after": {key: value for key, value in span.items() if key != "annotator"}}
    edits = [shared] if owner == "" else [{"before": span, "after": {**span, "start": 6}}]
    item = StepItem(
        new_uid(),
        0,
        article["uid"],
        uid,
        uid,
        None,
        1,
        "d1",
        "tag",
        TIME,
        None,
        (Edit(None, Span(new_uid(), article["uid"], uid, new_uid(), 1, 5)),),
    )
    written = msgspec.json.encode(item).decode()
    bodies = [
        json.dumps(step_item(article["uid"], owner, *edits, **fields, **names), ensure_ascii=is_ascii)
        for is_ascii in (True, False)
        for names in ({}, {"uid": f"{owner}{new_uid()}"}, {"uid": f"{new_uid()}\x04"})
    ]
    assert lead.push_items([encode(article)[0], written, *bodies]) == {}
    assert [row.body for row in read_all(lead)] == [encode(article)[0], written, *bodies]
    assert lead.push_items([written, *bodies]) == {}
    assert len(read_all(lead)) == 2 + len(bodies)
    assert finish(lead.verify()).faults == ()
    with postgresql_team.connect() as connection:
        [(stored,)] = connection.execute("SELECT octet_length(body) FROM team.item WHERE seq = 2").fetchall()
    assert stored < len(written) / 3


def test_what_is_pushed_again_changes_nothing(lead: TeamServer) -> None:
    uid = lead.welcome().member.uid
    article = article_item()
    items = encode(person_item(uid), article, step_item(article["uid"], uid), assignment_item(article["uid"], uid))
    lead.push_items(items)
    assert lead.push_items(items) == {}
    assert lead.push_items(items + items) == {}
    assert [row.body for row in read_all(lead)] == items


def test_a_refused_item_keeps_no_other_out(lead: TeamServer) -> None:
    uid = lead.welcome().member.uid
    article = article_item()
    step = step_item(new_uid() * 2, uid)
    items = encode(article, step)
    assert lead.push_items(["{", *items]) == {"": "json", step["uid"]: "article"}
    assert [row.body for row in read_all(lead)] == items[:1]


def test_a_step_is_taken_with_all_its_parts_or_not_at_all(lead: TeamServer) -> None:
    uid = lead.welcome().member.uid
    article = article_item()
    part = step_item(article["uid"], uid)
    shared = {**part, "owner": "", "number": 1, "edits": [zone_edit(article["uid"])]}
    assert lead.push_items(encode(article, part, {**shared, "edits": [span_edit(article["uid"], uid)]})) == {
        part["uid"]: "layer"
    }
    assert [row.kind for row in read_all(lead)] == ["article"]
    assert lead.push_items(encode(part, shared)) == {}
    assert [row.kind for row in read_all(lead)] == ["article", "step", "step"]


def test_an_annotator_reads_what_was_given_to_them(postgresql_team: PostgresqlTeam, lead: TeamServer) -> None:
    uid, annotator = enter(postgresql_team, "عمر", ANNOTATOR)
    article, other = article_item(), article_item("نص آخر")
    lead_uid = postgresql_team.lead.uid
    label, zone = label_item(), {**step_item(article["uid"], lead_uid, zone_edit(article["uid"])), "owner": ""}
    hidden = [step_item(article["uid"], lead_uid), step_item(other["uid"], uid)]
    with annotator:
        lead.push_items(encode(label, article, other, zone, *hidden, assignment_item(article["uid"], uid)))
        expected = encode(label, article, zone, assignment_item(article["uid"], uid))
        assert [row.body for row in read_all(annotator)] == expected
        own = step_item(article["uid"], uid)
        assert annotator.push_items(encode(own)) == {}
        assert [row.body for row in read_all(annotator)] == [*expected, *encode(own)]
        assert annotator.pull_items(annotator.pull_items(BEGINNING, 500).cursor, 500).rows == ()
        both = annotator.read_article_items([article["uid"], other["uid"]])
        assert [row.body for row in both] == [*expected, *encode(own)]
        lead.push_items(encode(assignment_item(article["uid"], uid, 2, is_taken_back=True)))
        assert [row.kind for row in read_all(annotator)] == ["label", "assignment", "assignment"]
        # What was done before they knew is not lost.
        assert annotator.push_items(encode(step_item(article["uid"], uid))) == {}


@pytest.mark.parametrize("most", [1, 2, 3, 5])
def test_an_annotator_reads_all_by_pages(postgresql_team: PostgresqlTeam, lead: TeamServer, most: int) -> None:
    """An annotator's own layers, gold and what belongs to no layer are read apart, and come in the order of all."""
    uid, annotator = enter(postgresql_team, "عمر", ANNOTATOR)
    articles = [article_item(f"{WORDS} {number}") for number in range(3)]
    items = [person_item(GOLD_UID, "gold")]
    for article in articles:
        gold = step_item(article["uid"], GOLD_UID, state_edit(article["uid"], GOLD_UID), actor=postgresql_team.lead.uid)
        zones = {**step_item(article["uid"], uid, zone_edit(article["uid"])), "owner": ""}
        own = [step_item(article["uid"], uid, state_edit(article["uid"], uid), clock=clock) for clock in range(3)]
        items += [
            article,
            assignment_item(article["uid"], uid),
            gold,
            zones,
            *own,
            step_item(article["uid"], new_uid()),
        ]
    with annotator:
        lead.push_items(encode(*items))
        rows = read_all(annotator, most)
        others = {item["uid"] for item in items if item.get("owner") not in (None, "", uid, GOLD_UID)}
        expected = [body for body, item in zip(encode(*items), items, strict=True) if item.get("uid") not in others]
        assert [row.body for row in rows if row.kind != "release"] == expected
        assert [row.body for row in rows if row.kind == "release"] == [article["uid"] for article in articles]


def test_gold_is_read_once_all_have_finished(postgresql_team: PostgresqlTeam, lead: TeamServer) -> None:
    uid, annotator = enter(postgresql_team, "عمر", ANNOTATOR)
    curator_uid, curator = enter(postgresql_team, "ليلى", CURATOR)
    article = article_item()
    gold = step_item(
        article["uid"],
        GOLD_UID,
        span_edit(article["uid"], GOLD_UID),
        state_edit(article["uid"], GOLD_UID),
        actor=curator_uid,
    )
    with annotator, curator:
        lead.push_items(encode(article, assignment_item(article["uid"], uid)))
        assert curator.push_items(encode(person_item(GOLD_UID, "gold"), gold)) == {}
        assert "step" not in {row.kind for row in read_all(annotator)}
        cursor = annotator.pull_items(BEGINNING, 500).cursor
        own = step_item(article["uid"], uid, state_edit(article["uid"], uid), clock=2)
        assert annotator.push_items(encode(own)) == {}
        assert [(row.kind, row.body) for row in annotator.pull_items(cursor, 500).rows] == [
            ("step", encode(own)[0]),
            ("release", article["uid"]),
        ]
        assert encode(gold)[0] in [row.body for row in annotator.read_article_items([article["uid"]])]


def test_gold_is_read_once_who_had_not_finished_lost_the_article(
    postgresql_team: PostgresqlTeam, lead: TeamServer
) -> None:
    uid, annotator = enter(postgresql_team, "عمر", ANNOTATOR)
    other, _address, _password = postgresql_team.invite("سناء", ANNOTATOR)
    article = article_item()
    done = [step_item(article["uid"], owner, state_edit(article["uid"], owner)) for owner in (uid, GOLD_UID)]
    assignments = [assignment_item(article["uid"], each) for each in (uid, other.uid)]
    with annotator:
        lead.push_items(encode(article, *assignments, person_item(GOLD_UID), *done))
        assert "release" not in {row.kind for row in read_all(annotator)}
        lead.push_items(encode(assignment_item(article["uid"], other.uid, 2, is_taken_back=True)))
        assert "release" in {row.kind for row in read_all(annotator)}


def test_the_highest_clock_of_an_assignment_stands(postgresql_team: PostgresqlTeam, lead: TeamServer) -> None:
    article = article_item()
    uid = postgresql_team.lead.uid
    lead.push_items(encode(article, assignment_item(article["uid"], uid, 5), assignment_item(article["uid"], uid, 3)))
    lead.push_items(encode(assignment_item(article["uid"], uid, 4, is_taken_back=True)))
    with postgresql_team.connect() as connection:
        rows = connection.execute("SELECT clock, is_taken_back FROM team.assignment").fetchall()
    assert rows == [(5, False)]


def test_another_step_of_the_same_uid_is_refused(postgresql_team: PostgresqlTeam, lead: TeamServer) -> None:
    uid, annotator = enter(postgresql_team, "عمر", ANNOTATOR)
    article = article_item()
    step = step_item(article["uid"], postgresql_team.lead.uid)
    with annotator:
        lead.push_items(encode(article, step, assignment_item(article["uid"], uid)))
        assert annotator.push_items(encode(step_item(article["uid"], uid, uid=step["uid"]))) == {step["uid"]: "uid"}
    changed = {**step, "edits": [span_edit(article["uid"], postgresql_team.lead.uid)]}
    assert lead.push_items(encode(changed)) == {step["uid"]: "uid"}


def test_eight_writers_leave_no_gap_and_no_reader_skips(postgresql_team: PostgresqlTeam, lead: TeamServer) -> None:
    article, uid = article_item(), postgresql_team.lead.uid
    lead.push_items(encode(article))
    rounds, writers, errors = 25, 8, list[BaseException]()
    stop = threading.Event()

    def write(count: int) -> None:
        try:
            with TeamServer.open(postgresql_team.address, postgresql_team.password) as server:
                for turn in range(rounds):
                    server.push_items(
                        encode(*(step_item(article["uid"], uid) for _step in range(1 + (turn + count) % 5)))
                    )
        except BaseException as error:
            errors.append(error)

    bodies_read, cursor = list[str](), BEGINNING

    def poll() -> None:
        nonlocal cursor
        while True:
            was_stopped = stop.is_set()
            page = lead.pull_items(cursor, 7)
            bodies_read.extend(row.body for row in page.rows)
            cursor = page.cursor
            if page.is_last and was_stopped:
                return

    reader = threading.Thread(target=poll)
    threads = [threading.Thread(target=write, args=(count,)) for count in range(8)]
    for thread in (reader, *threads):
        thread.start()
    for thread in threads:
        thread.join()
    stop.set()
    reader.join()
    assert errors == []
    with postgresql_team.connect() as connection:
        query = "SELECT seq, team.unpack(kind, body, uid, article, owner) FROM team.item ORDER BY seq"
        stored = connection.execute(query).fetchall()
    assert [seq for seq, _body in stored] == list(range(1, len(stored) + 1))
    assert bodies_read == [body for _seq, body in stored]
    assert len(stored) == 1 + sum(1 + (turn + count) % 5 for turn in range(rounds) for count in range(writers))


@pytest.mark.parametrize("is_same", [True, False])
def test_what_came_while_a_push_waited_counts(postgresql_team: PostgresqlTeam, lead: TeamServer, is_same: bool) -> None:
    """A push waits for its turn; a step that another computer has added meanwhile is known then."""
    article, uid = article_item(), postgresql_team.lead.uid
    lead.push_items(encode(article))
    step = step_item(article["uid"], uid)
    other = step if is_same else {**step, "clock": 7}
    answers = list[dict[str, str]]()
    with postgresql_team.connect() as watcher, connect(postgresql_team.address, postgresql_team.password) as first:
        waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted"
        with first.transaction():
            first.execute("SELECT team.push_v1(%s::text[])", (list(encode(step)),))
            thread = threading.Thread(target=lambda: answers.append(lead.push_items(encode(other))))
            thread.start()
            while watcher.execute(waiting).fetchone() == (0,):
                assert thread.is_alive()
                time.sleep(0.01)
        thread.join()
    assert answers == [{} if is_same else {step["uid"]: "uid"}]
    assert [row.body for row in read_all(lead)] == list(encode(article, step))


def test_a_push_reads_no_assignment_of_another_article(postgresql_team: PostgresqlTeam, lead: TeamServer) -> None:
    """What a push costs does not grow with the number of articles that its annotator was given."""
    article, (member, address, password) = article_item(), postgresql_team.invite("عمر", ANNOTATOR)
    lead.push_items(encode(article, assignment_item(article["uid"], member.uid)))
    reads = "SELECT seq_tup_read + idx_tup_fetch FROM pg_stat_user_tables WHERE relname = 'assignment'"
    pushes = "SELECT n_tup_ins FROM pg_stat_user_tables WHERE relname = 'layer'"
    with postgresql_team.connect() as connection:
        others = "SELECT n::text, %s, NULL, 1, false FROM generate_series(1, 2000) AS n"
        connection.execute(f"INSERT INTO team.assignment {others}", (member.uid,))
        connection.execute("ANALYZE team.assignment")
        connection.execute("SELECT pg_stat_force_next_flush()")
        [(before,)] = connection.execute(reads)
        with TeamServer.open(address, password) as server:
            assert server.push_items(encode(step_item(article["uid"], member.uid))) == {}
        deadline = time.monotonic() + 20
        while connection.execute(pushes).fetchone() == (0,):  # the server counts when the connection has ended
            assert time.monotonic() < deadline
            time.sleep(0.01)
        [(after,)] = connection.execute(reads)
    assert after - before < 100


def test_a_server_that_went_back_is_noticed(postgresql_team: PostgresqlTeam, lead: TeamServer) -> None:
    article, uid = article_item(), postgresql_team.lead.uid
    lead.push_items(encode(article))
    lead.push_items(encode(step_item(article["uid"], uid)))
    cursor = lead.pull_items(BEGINNING, 500).cursor
    with postgresql_team.connect() as connection:  # as if restored from before the second push
        connection.execute("DELETE FROM team.item WHERE seq = 2; UPDATE team.team SET last_seq = 1")
    with pytest.raises(RemoteWentBack):
        lead.pull_items(cursor, 500)
    lead.push_items(encode(step_item(article["uid"], uid)))
    with pytest.raises(RemoteWentBack):
        lead.pull_items(cursor, 500)
    for nonsense in ("x", "1", "1.", "-1.x", "99999999999999999999.x", "٣.x", "1.'; DROP SCHEMA team; --"):
        with pytest.raises(RemoteWentBack):
            lead.pull_items(nonsense, 500)


def test_articles_are_claimed_by_so_many_as_were_wanted(postgresql_team: PostgresqlTeam, lead: TeamServer) -> None:
    articles = [article_item(f"{WORDS} {number}") for number in range(10)]
    uids = tuple(article["uid"] for article in articles)
    offer = Offer("b" * 32, "دفعة", uids, Fraction(1, 5), is_blind=True)
    with pytest.raises(RemoteError):
        lead.offer(offer)
    lead.push_items(encode(*articles))
    assert lead.offer(offer) == 10
    assert lead.offer(offer) == 0
    assert set(lead.list_offered()) == set(uids)
    claims = dict[str, list[str]]()
    servers = [enter(postgresql_team, name, ANNOTATOR) for name in ("عمر", "ليلى", "يوسف")]

    def claim(uid: str, server: TeamServer) -> None:
        while server.claim(2):
            pass
        claims[uid] = [row.body for row in read_all(server) if row.kind == "article"]

    threads = [threading.Thread(target=claim, args=each) for each in servers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for _uid, server in servers:
        server.close()
    claimed = [body for bodies in claims.values() for body in bodies]
    assert len(claimed) == 12
    assert all(len(set(bodies)) == len(bodies) for bodies in claims.values())
    assert set(claimed) == set(encode(*articles))
    assert all(claimed.count(body) == (2 if body in encode(*articles[:2]) else 1) for body in claimed)


def test_what_was_claimed_and_not_begun_goes_back(postgresql_team: PostgresqlTeam, lead: TeamServer) -> None:
    articles = [article_item(f"{WORDS} {number}") for number in range(2)]
    lead.push_items(encode(*articles))
    lead.offer(Offer("b" * 32, "دفعة", tuple(article["uid"] for article in articles)))
    (first, annotator), (second, other) = (enter(postgresql_team, name, ANNOTATOR) for name in ("عمر", "ليلى"))
    with annotator, other:
        assert annotator.claim(5) == 2
        annotator.push_items(encode(step_item(articles[0]["uid"], first)))
        assert other.claim(5) == 0
        with postgresql_team.connect() as connection:
            connection.execute("UPDATE team.slot SET lease = now() - interval '1 second'")
        assert other.claim(5) == 1  # the one that was begun stays
        assert encode(articles[1])[0] in [row.body for row in read_all(other)]
        assert encode(articles[1])[0] not in [row.body for row in read_all(annotator)]
        assert encode(articles[0])[0] in [row.body for row in read_all(annotator)]
    assert second != first


def test_an_invitation_is_good_once(postgresql_team: PostgresqlTeam, lead: TeamServer) -> None:
    member, address, password = postgresql_team.invite("عمر", ANNOTATOR)
    with pytest.raises(AccessDenied):
        change_secret(address, password, "another")
    with TeamServer.open(address, password) as server:
        assert server.welcome().member.name == "عمر"
        lead.revoke(member.uid)
        with pytest.raises(RemoteError):
            server.welcome()
    with pytest.raises(AccessDenied):
        TeamServer.open(address, password)
    lead.invite(member)  # once more
    with pytest.raises(AccessDenied):
        TeamServer.open(address, password)


def test_a_member_has_a_login_on_each_computer(postgresql_team: PostgresqlTeam, lead: TeamServer) -> None:
    member, address, password = postgresql_team.invite("عمر", ANNOTATOR)
    with TeamServer.open(address, password) as server:
        joined = server.welcome().member.joined
    _member, second, second_password = postgresql_team.invite("عمر", ANNOTATOR, member.uid)
    assert second.login != address.login
    with TeamServer.open(address, password) as one, TeamServer.open(second, second_password) as other:
        first_visit = one.welcome().member
        last_visit = other.welcome().member
        assert (first_visit.uid, last_visit.uid) == (member.uid, member.uid)
        assert first_visit.joined == last_visit.joined == joined
        assert last_visit.seen
        assert first_visit.seen
        assert last_visit.seen > first_visit.seen
        assert [each.uid for each in lead.welcome().members] == [postgresql_team.lead.uid, member.uid]
        assert one.welcome().member.seen == lead.welcome().members[1].seen


def test_an_unused_invitation_to_another_computer_shuts_none(postgresql_team: PostgresqlTeam, lead: TeamServer) -> None:
    member, address, password = postgresql_team.invite("عمر", ANNOTATOR)
    invitations = [lead.invite(member) for _computer in range(2)]
    assert len({address.login, *(access.login for access in invitations)}) == 3
    for access in invitations:
        server = TeamServer.open(replace(address, login=access.login), access.secret)
        with server, pytest.raises(AccessDenied):
            server.welcome()  # nobody has joined by it yet
    with TeamServer.open(address, password) as server:
        assert server.welcome().member.uid == member.uid


def test_an_invitation_is_good_for_seven_days(postgresql_team: PostgresqlTeam, lead: TeamServer) -> None:
    member, address, password = postgresql_team.invite("عمر", ANNOTATOR)
    access = lead.invite(member)
    with postgresql_team.connect() as connection:
        connection.execute(
            "UPDATE team.login SET invited = now() - interval '7 days 1 second' WHERE login = %s", (access.login,)
        )
    with pytest.raises(AccessDenied):
        change_secret(replace(address, login=access.login), access.secret, "late")
    with TeamServer.open(address, password) as server:
        assert server.welcome().member.uid == member.uid


def test_revoking_shuts_the_logins_of_all_computers_for_good(postgresql_team: PostgresqlTeam, lead: TeamServer) -> None:
    member, address, password = postgresql_team.invite("عمر", ANNOTATOR)
    _member, second, second_password = postgresql_team.invite("عمر", ANNOTATOR, member.uid)
    unused = lead.invite(member)
    with TeamServer.open(address, password) as one, TeamServer.open(second, second_password) as other:
        lead.revoke(member.uid)
        access = lead.invite(member)  # once more
        change_secret(replace(address, login=access.login), access.secret, "new")
        for server in (one, other):  # open since before
            with pytest.raises(RemoteError):
                server.welcome()
    for login, secret in (
        *((address.login, password), (second.login, second_password)),
        *((unused.login, unused.secret), (access.login, access.secret)),
    ):
        with pytest.raises(AccessDenied):
            TeamServer.open(replace(address, login=login), secret)
    with TeamServer.open(replace(address, login=access.login), "new") as server:
        assert server.welcome().member.uid == member.uid


def test_revoking_ends_the_sessions_of_the_member_and_no_other(
    postgresql_team: PostgresqlTeam, lead: TeamServer
) -> None:
    member, address, password = postgresql_team.invite("عمر", ANNOTATOR)
    _member, other_address, other_password = postgresql_team.invite("سناء", ANNOTATOR)
    query = "SELECT pid FROM pg_stat_activity WHERE usename = ANY (%s)"
    with TeamServer.open(address, password), TeamServer.open(other_address, other_password) as other:
        lead.revoke(member.uid)
        with postgresql_team.connect() as connection:
            deadline = time.monotonic() + 20
            while connection.execute(query, ([address.login],)).fetchall() and time.monotonic() < deadline:
                time.sleep(0.01)
            assert connection.execute(query, ([address.login],)).fetchall() == []
            doorkeeper = address.login.removesuffix(member.uid) + "doorkeeper"
            powers = (
                "SELECT 1 FROM pg_auth_members WHERE roleid = %s::regrole AND member = %s::regrole AND inherit_option"
            )
            if connection.info.server_version < 16_00_00:
                powers = powers.removesuffix(" AND inherit_option")
            assert connection.execute(powers, (address.login, doorkeeper)).fetchall() == []
        assert other.welcome().member.name == "سناء"
    assert lead.welcome().member.role == LEAD


def test_a_login_shuts_itself_and_no_other(postgresql_team: PostgresqlTeam, lead: TeamServer) -> None:
    member, address, password = postgresql_team.invite("عمر", ANNOTATOR)
    _member, second, second_password = postgresql_team.invite("عمر", ANNOTATOR, member.uid)
    with connect(second, second_password) as connection:
        connection.execute("SELECT team.close_login_v1(%s)", (address.login,))
    with TeamServer.open(address, password) as first:
        first.close_login()
        with pytest.raises(AccessDenied):
            first.welcome()
    with pytest.raises(AccessDenied):
        TeamServer.open(address, password)
    with TeamServer.open(second, second_password) as server:
        assert server.welcome().member.uid == member.uid
    with pytest.raises(RemoteError, match="lead"):
        lead.close_login()  # nobody could get in as one
    assert lead.welcome().member.role == LEAD


@pytest.mark.parametrize(
    ("oldest", "is_turned_away"), [("", False), ("0.1", False), (__version__, False), ("99", True)]
)
def test_a_program_that_is_too_old_is_told_so(
    postgresql_team: PostgresqlTeam, lead: TeamServer, oldest: str, is_turned_away: bool
) -> None:
    url = postgresql_team.cluster.url(postgresql_team.address.database)
    administration.upgrade(url, ADMINISTRATOR_PASSWORD, oldest=oldest)
    with pytest.raises(NewerProgramNeeded, match="99") if is_turned_away else nullcontext():
        assert lead.welcome().member.role == LEAD
    with pytest.raises(NewerProgramNeeded) if is_turned_away else nullcontext():
        administration.upgrade(url, ADMINISTRATOR_PASSWORD, oldest="0.1")


def test_a_page_has_few_large_items(lead: TeamServer) -> None:
    articles = [article_item(f"{number} {'ن' * 1_500_000}") for number in range(6)]  # 3 MB each
    small = [article_item(f"خبر {number}") for number in range(10)]
    for article in articles:
        assert lead.push_items(encode(article)) == {}
    assert lead.push_items(encode(*small)) == {}
    sizes, cursor, is_last = list[int](), BEGINNING, False
    while not is_last:
        page = lead.pull_items(cursor, 1000)
        sizes.append(len(page.rows))
        cursor, is_last = page.cursor, page.is_last
    assert sizes == [3, 3, 10]
    assert [len(lead.pull_items(BEGINNING, most).rows) for most in (1, 2)] == [1, 2]


def test_the_last_lead_stays(postgresql_team: PostgresqlTeam, lead: TeamServer) -> None:
    with pytest.raises(RemoteError, match="lead"):
        lead.revoke(postgresql_team.lead.uid)
    with pytest.raises(RemoteError, match="lead"):
        lead.set_role(postgresql_team.lead.uid, CURATOR)
    assert lead.welcome().member.role == LEAD


def test_a_role_is_changed(postgresql_team: PostgresqlTeam, lead: TeamServer) -> None:
    uid, server = enter(postgresql_team, "عمر", ANNOTATOR)
    with server:
        lead.set_role(uid, CURATOR)
        assert server.welcome().member.role == CURATOR


def test_verifying_finds_each_fault(postgresql_team: PostgresqlTeam, lead: TeamServer) -> None:
    articles = [article_item(f"{WORDS} {number}") for number in range(4)]
    uid = postgresql_team.lead.uid
    lead.push_items(encode(*articles, *(step_item(article["uid"], uid) for article in articles)))
    result = finish(lead.verify())
    assert (result.items, result.faults) == (8, ())
    with postgresql_team.connect() as connection:
        connection.execute("UPDATE team.item SET body = replace(body, 'قالت', 'قال') WHERE seq = 1")
        connection.execute("DELETE FROM team.item WHERE seq = 2")
        connection.execute("UPDATE team.item SET body = replace(body, '\"start\": 5', '\"start\": 6') WHERE seq = 7")
    faults = finish(lead.verify()).faults
    assert [fault.split(":")[0].split(" (")[0] for fault in faults] == [
        "Item 1",
        "Item 2 is missing.",
        "Item 6",
        "Item 7",
    ]


def test_a_database_has_one_team_and_is_brought_up_to_date_twice(postgresql_team: PostgresqlTeam) -> None:
    url = postgresql_team.cluster.url(postgresql_team.address.database)
    number = administration.list_migrations()[-1][0]
    assert administration.upgrade(url, ADMINISTRATOR_PASSWORD) == number
    with pytest.raises(RemoteError, match="already"):
        administration.create(
            url, ADMINISTRATOR_PASSWORD, team=new_identity(), name="x", lead=postgresql_team.lead, lead_password="x"
        )
    with TeamServer.open(postgresql_team.address, postgresql_team.password) as server:
        assert server.welcome().team == postgresql_team.uid


def test_a_right_that_the_server_lacks_is_named(postgresql_team: PostgresqlTeam, lead: TeamServer) -> None:
    """From PostgreSQL 16 on, whoever made a login on 15 may not change it any more, until that is granted."""
    member, address, _password = postgresql_team.invite("عمر", ANNOTATOR)
    invited = lead.invite(Member(new_identity(), "سناء", ANNOTATOR))
    doorkeeper = address.login.removesuffix(member.uid) + "doorkeeper"
    with postgresql_team.connect() as connection:
        if connection.info.server_version < 16_00_00:
            connection.execute(f"ALTER ROLE {doorkeeper} NOCREATEROLE")
        else:
            connection.execute(f"REVOKE {address.login}, {invited.login} FROM {doorkeeper}")
    with pytest.raises(RemoteError, match="Ask who administers") as revoking:
        lead.revoke(member.uid)
    with pytest.raises(RemoteError, match="Ask who administers") as entering:
        change_secret(replace(address, login=invited.login), invited.secret, "p")
    assert (revoking.type, entering.type) == (RemoteError, RemoteError)  # none that says that the invitation was used
    assert all(each.is_active for each in lead.welcome().members)


def test_whoever_may_make_roles_and_owns_the_database_makes_a_team(postgresql_cluster: Cluster) -> None:
    """No superuser is needed, and the maker keeps no power over the team's data."""
    uid, person = new_identity(), Member(new_identity(), "سلمى", LEAD)
    maker, secret = f"maker_{uid[:8]}", "of-the-maker"
    with postgresql_cluster.new_database() as database:
        with postgresql_cluster.connect() as connection:
            connection.execute(f"CREATE ROLE {maker} LOGIN CREATEROLE PASSWORD '{secret}'")
            connection.execute(f"ALTER DATABASE {database} OWNER TO {maker}")
        url = postgresql_cluster.url(database, maker)
        address = administration.create(url, secret, team=uid, name="x", lead=person, lead_password="p")
        team = PostgresqlTeam(postgresql_cluster, uid, "x", person, address, "p")
        with TeamServer.open(address, "p") as server:
            assert server.push_items(encode(article_item())) == {}
            assert server.welcome().member.uid == person.uid
        _uid, annotator = enter(team, "عمر", ANNOTATOR)
        with annotator:
            assert annotator.welcome().member.name == "عمر"
        assert administration.upgrade(url, secret) == administration.list_migrations()[-1][0]
        with postgresql_cluster.connect(database, maker, secret) as connection:
            for table in ("item", "member", "team"):
                with pytest.raises(Exception, match="permission denied"):
                    connection.execute(f"SELECT * FROM team.{table}")
        with postgresql_cluster.connect() as connection:
            connection.execute(f"ALTER DATABASE {database} OWNER TO postgres")
