"""Attacks on a team's database: what members, former members and strangers try with a client of their own.

What cannot be avoided: whoever can log in may read the names of roles, tables and functions in PostgreSQL's catalogue,
estimates of the numbers of rows, and may keep the server busy. Whoever has the uid of a step of others, which is
random, learns by pushing another one of that uid that it is there.
"""

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import pytest
from msgspec import Struct
from postgresql import Cluster, PostgresqlTeam, make_certificates, new_team
from remotes.team_items import (
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

from annotator.model.identities import GOLD_UID, new_identity
from annotator.model.records import new_uid
from annotator.remotes.invitation import ServerAddress
from annotator.remotes.postgresql.connection import connect
from annotator.remotes.postgresql.team_server import TeamServer
from annotator.remotes.remote import (
    ANNOTATOR,
    BEGINNING,
    CURATOR,
    LEAD,
    AccessDenied,
    Member,
    OtherTeam,
    RemoteError,
    Unreachable,
)

psycopg = pytest.importorskip("psycopg")

DENIED: Final = "42501"
NO_MEMBER: Final = "AN003"
RESERVED: Final = "42939"  # a name of PostgreSQL itself
NO_SUCH_MEMBERS: Final = ("XX000", "0A000")  # of 16 and 17, and of 18
WRONG_ROLE: Final = "AN004"
IMPOSSIBLE: Final = "AN006"
MEMBERS: Final = (ANNOTATOR, CURATOR, LEAD)
FORMER: Final = ("revoked", "invited")
STRANGERS: Final = ("stranger",)
FOR_ALL: Final = ("push_v1", "pull_v1", "articles_v1", "hello_v1", "claim_v1", "close_login_v1")
FOR_LEADS: Final = ("offer_v1", "offered_v1", "invite_v1", "set_role_v1", "revoke_v1", "end_sessions_v1", "verify_v1")
FOR_INVITED: Final = ("enter_v1",)


class Attackers(Struct, frozen=True):
    """Connections of everybody who can log in, and the uids of the members."""

    team: PostgresqlTeam
    connections: dict[str, Any]
    uids: dict[str, str]

    def server(self, role: str) -> TeamServer:
        """Return the functions of the database, as one of them calls them."""
        return TeamServer(self.connections[role], self.team.address)

    def push(self, role: str, *items: dict[str, Any]) -> dict[str, str]:
        """Push items as one of them, through the functions."""
        return self.server(role).push_items(encode(*items))

    def fail(self, role: str, statement: str, *arguments: object) -> str:
        """Return the code of the error that a statement raises, "" if it raises none."""
        try:
            self.connections[role].execute(statement, arguments)
        except psycopg.Error as error:
            return error.sqlstate or "no code"
        return ""


@pytest.fixture(scope="module")
def attackers(postgresql_cluster: Any) -> Iterator[Attackers]:
    """Let everybody log in to one team: no attack changes it."""
    with contextlib.ExitStack() as stack:
        team = stack.enter_context(new_team(postgresql_cluster))
        connections: dict[str, Any] = {LEAD: stack.enter_context(connect(team.address, team.password))}
        uids = {LEAD: team.lead.uid}
        for role in (ANNOTATOR, CURATOR, "revoked", "other"):
            member, address, password = team.invite(role, role if role == CURATOR else ANNOTATOR)
            connections[role] = stack.enter_context(connect(address, password))
            uids[role] = member.uid
        lead = TeamServer(connections[LEAD], team.address)
        # The session stays open, as where the program of the lead dies before it ends it.
        connections[LEAD].execute("SELECT team.revoke_v1(%s)", (uids["revoked"],))
        invited = Member(new_identity(), "invited", LEAD)
        access = lead.invite(invited)
        uids["invited"] = invited.uid
        connections["invited"] = stack.enter_context(connect(replace_login(team.address, access.login), access.secret))
        with team.connect() as administrator:
            name = f"stranger_{team.uid[:8]}"
            administrator.execute(f"CREATE ROLE {name} LOGIN PASSWORD 'stranger'")
            administrator.execute(f"GRANT CONNECT ON DATABASE {team.address.database} TO {name}")
        connections["stranger"] = stack.enter_context(connect(replace_login(team.address, name), "stranger"))
        yield Attackers(team, connections, uids)


def replace_login(address: ServerAddress, login: str) -> ServerAddress:
    """Return the address with another login."""
    return ServerAddress(address.host, address.port, address.database, login, address.certificate)


def list_relations(attackers: Attackers) -> list[str]:
    """Return all tables, views and sequences of the schema."""
    query = (
        "SELECT relname FROM pg_class WHERE relnamespace = 'team'::regnamespace AND relkind IN ('r','p','v','m','S')"
    )
    with attackers.team.connect() as connection:
        return [name for (name,) in connection.execute(query).fetchall()]


def list_functions(attackers: Attackers) -> list[tuple[str, str]]:
    """Return the name and a call with NULLs of every function of the schema."""
    query = """
        SELECT p.proname, format('SELECT team.%I(%s)', p.proname, coalesce((SELECT string_agg(
            format(CASE WHEN p.provariadic <> 0 AND place = p.pronargs THEN 'VARIADIC NULL::%s' ELSE 'NULL::%s' END,
                format_type(type, NULL)), ', ' ORDER BY place)
            FROM unnest(p.proargtypes::oid[]) WITH ORDINALITY AS each (type, place)), ''))
        FROM pg_proc p WHERE p.pronamespace = 'team'::regnamespace
    """
    with attackers.team.connect() as connection:
        rows: list[tuple[str, str]] = connection.execute(query).fetchall()
        return rows


# Tables and functions


@pytest.mark.parametrize("role", [*MEMBERS, *FORMER, *STRANGERS])
def test_nobody_touches_a_table(attackers: Attackers, role: str) -> None:
    relations = list_relations(attackers)
    assert {"item", "member", "login", "team", "migration", "assignment", "layer", "slot"} <= set(relations)
    statements = (
        *("SELECT FROM team.{}", "SELECT * FROM team.{} LIMIT 1", "INSERT INTO team.{} DEFAULT VALUES"),
        *("DELETE FROM team.{}", "TRUNCATE team.{}", "COPY team.{} TO STDOUT", "COPY team.{} FROM STDIN"),
        *("SELECT 1; LOCK team.{}", "ALTER TABLE team.{} DISABLE ROW LEVEL SECURITY", "DROP TABLE team.{} CASCADE"),
        *(
            "CREATE INDEX ON team.{} ((1))",
            "CREATE TRIGGER t AFTER INSERT ON team.{} EXECUTE FUNCTION suppress_redundant_updates_trigger()",
        ),
    )
    for relation in relations:
        assert [attackers.fail(role, statement.format(relation)) for statement in statements] == [DENIED] * len(
            statements
        )
    with attackers.team.connect() as connection:
        columns = connection.execute(
            "SELECT attrelid::regclass::text, attname FROM pg_attribute a JOIN pg_class c ON c.oid = attrelid "
            "WHERE relnamespace = 'team'::regnamespace AND relkind = 'r' AND attnum > 0"
        ).fetchall()
    for table, column in columns:
        assert attackers.fail(role, f"UPDATE {table} SET {column} = NULL") == DENIED
        assert attackers.fail(role, f"SELECT {column} FROM {table}") == DENIED


@pytest.mark.parametrize("role", [*MEMBERS, *FORMER, *STRANGERS])
def test_each_function_is_for_whom_it_is_for(attackers: Attackers, role: str) -> None:
    for name, call in list_functions(attackers):
        code = attackers.fail(role, call)
        if not name.endswith("_v1") or role in STRANGERS:
            assert code == DENIED, name
        elif role in FORMER:
            allowed = ("AN006",) if role == "invited" and name in FOR_INVITED else (NO_MEMBER,)
            assert code in allowed, name
        elif name in FOR_INVITED:
            assert code == NO_MEMBER, name
        elif name in FOR_LEADS:
            assert code in (("", IMPOSSIBLE, "AN007") if role == LEAD else (WRONG_ROLE,)), name
        else:
            assert name in FOR_ALL, f"{name} is new: say here for whom it is"
            assert code == "", name


@pytest.mark.parametrize("role", [*MEMBERS, *FORMER, *STRANGERS])
def test_nobody_becomes_another_role(attackers: Attackers, role: str) -> None:
    prefix = attackers.team.address.login.rpartition("_")[0]
    with attackers.team.connect() as connection:
        query = (
            "SELECT rolname FROM pg_roles WHERE rolname ~ '^(pg_|postgres$)' OR starts_with(rolname, %s) "
            "UNION ALL (SELECT rolname FROM pg_roles "
            "WHERE rolname ~ '^team_' AND NOT starts_with(rolname, %s) LIMIT 10)"  # other tests have made many teams
        )
        names = [name for (name,) in connection.execute(query, (prefix, prefix)).fetchall()]
        [(own,)] = attackers.connections[role].execute("SELECT session_user").fetchall()
    member = f"{prefix}_member"
    assert len(names) > 10
    for name in {*names} - {own, member}:
        assert attackers.fail(role, f'SET ROLE "{name}"') == DENIED, name
        assert attackers.fail(role, f'SET SESSION AUTHORIZATION "{name}"') == DENIED, name
        code = attackers.fail(role, f'GRANT "{name}" TO "{own}"')
        assert code == DENIED or (name == "pg_database_owner" and code in NO_SUCH_MEMBERS), name
        assert attackers.fail(role, f"""ALTER ROLE "{name}" PASSWORD 'x'""") in (DENIED, RESERVED), name
    for statement in (
        *(
            "CREATE ROLE x",
            "CREATE TABLE team.x ()",
            "CREATE SCHEMA x",
            "CREATE TABLE public.x ()",
            "CREATE TEMP TABLE x ()",
        ),
        *("CREATE FUNCTION team.x() RETURNS int LANGUAGE sql AS 'SELECT 1'", f'ALTER ROLE "{own}" CREATEROLE'),
        *("SELECT pg_read_file('PG_VERSION')", "COPY (SELECT 1) TO PROGRAM 'true'", "SELECT lo_create(0)"),
        *(
            "SELECT rolpassword FROM pg_authid",
            f'ALTER ROLE "{own}" BYPASSRLS',
            "ALTER SYSTEM SET log_statement = 'all'",
        ),
    ):
        assert attackers.fail(role, statement) == DENIED, statement


def test_a_session_that_acts_as_the_members_role_is_the_same_member(attackers: Attackers) -> None:
    member = attackers.team.address.login.rpartition("_")[0] + "_member"
    connection = attackers.connections[ANNOTATOR]
    connection.execute(f'SET ROLE "{member}"')
    try:
        assert attackers.server(ANNOTATOR).welcome().member.uid == attackers.uids[ANNOTATOR]
    finally:
        connection.execute("RESET ROLE")


def test_objects_of_the_attackers_own_are_not_taken_for_those_of_the_schema(attackers: Attackers) -> None:
    connection = attackers.connections[ANNOTATOR]
    connection.execute("SET search_path = pg_temp, public, team; SET row_security = off")
    try:
        assert attackers.server(ANNOTATOR).welcome().member.role == ANNOTATOR
        page = attackers.server(ANNOTATOR).pull_items(BEGINNING, 500)
        assert {row.kind for row in page.rows} <= {"person", "label", "assignment", "article", "step", "batch"}
    except RemoteError:
        pass  # row_security = off: an error in place of what one may not read
    finally:
        connection.execute("RESET search_path; RESET row_security")


def test_the_schema_is_as_safe_as_it_is_meant(attackers: Attackers) -> None:
    prefix = attackers.team.address.login.rpartition("_")[0]
    with attackers.team.connect() as connection:
        unsafe = connection.execute(
            "SELECT proname FROM pg_proc WHERE pronamespace = 'team'::regnamespace "
            "AND (prosecdef AND ('search_path=team, pg_temp' = ANY (proconfig)) IS NOT TRUE "
            "OR has_function_privilege('pg_monitor', oid, 'EXECUTE'))"
        ).fetchall()
        assert unsafe == []
        lax = connection.execute(
            "SELECT relname FROM pg_class WHERE relnamespace = 'team'::regnamespace AND relkind = 'r' "
            "AND NOT (relrowsecurity AND relforcerowsecurity)"
        ).fetchall()
        assert lax == [("migration",)]
        roles = connection.execute(
            "SELECT substr(rolname, %s), rolcanlogin, rolsuper OR rolbypassrls OR rolcreatedb OR rolreplication, "
            "rolcreaterole FROM pg_roles WHERE rolname IN (%s, %s, %s, %s) ORDER BY 1",
            (len(prefix) + 2, *(f"{prefix}_{role}" for role in ("owner", "member", "registrar", "doorkeeper"))),
        ).fetchall()
        assert roles == [
            ("doorkeeper", False, False, True),
            ("member", False, False, False),
            ("owner", False, False, False),
            ("registrar", False, False, False),
        ]
        # From PostgreSQL 16 on, whoever makes a role may give it away: the doorkeeper, and only that.
        powers = connection.execute(
            "SELECT r.rolname FROM pg_auth_members m JOIN pg_roles r ON r.oid = m.roleid "
            "WHERE starts_with(r.rolname, %s) AND r.rolname <> %s AND NOT (m.member = %s::regrole "
            """AND to_jsonb(m) @> '{"admin_option": true, "inherit_option": false, "set_option": false}')""",
            (prefix, f"{prefix}_member", f"{prefix}_doorkeeper"),
        ).fetchall()
        assert powers == []
        owned = connection.execute(
            "SELECT proname FROM pg_proc WHERE proowner = %s::regrole ORDER BY 1", (f"{prefix}_doorkeeper",)
        ).fetchall()
        assert owned == [("close_login",), ("end_sessions",), ("save_login",)]


def test_row_level_security_holds_in_functions_of_the_owner(attackers: Attackers) -> None:
    """A function that forgets to ask who calls it gives nothing away, and adds nothing."""
    team, prefix = attackers.team, attackers.team.address.login.rpartition("_")[0]
    article, other = article_item(new_uid()), article_item(new_uid())
    annotator, lead = attackers.uids[ANNOTATOR], attackers.uids[LEAD]
    attackers.push(LEAD, article, other, assignment_item(article["uid"], annotator), step_item(article["uid"], lead))
    columns = "(seq, push, kind, uid, article, owner, annotator, actor, clock, sender, body)"
    settings = "SET search_path = team, pg_temp"
    functions = "team.careless_reading, team.careless_writing, team.careless_changing"
    with team.connect() as connection:
        connection.execute(
            f"""
            CREATE FUNCTION team.careless_reading() RETURNS SETOF text LANGUAGE sql SECURITY DEFINER {settings}
                AS $$ SELECT kind || uid FROM item $$;
            CREATE FUNCTION team.careless_writing(kind text, owner text, annotator text, sender text, article text)
                RETURNS void LANGUAGE sql SECURITY DEFINER {settings} AS $$ INSERT INTO item {columns} VALUES
                (1000000, gen_random_uuid(), kind, '{new_uid()}', article, owner, annotator, '', 1, sender, '') $$;
            CREATE FUNCTION team.careless_changing() RETURNS void LANGUAGE sql SECURITY DEFINER {settings}
                AS $$ UPDATE item SET body = ''; DELETE FROM item $$;
            ALTER FUNCTION team.careless_reading OWNER TO "{prefix}_owner";
            ALTER FUNCTION team.careless_writing OWNER TO "{prefix}_owner";
            ALTER FUNCTION team.careless_changing OWNER TO "{prefix}_owner";
            GRANT EXECUTE ON FUNCTION {functions} TO "{prefix}_member";
            """
        )
    try:
        rows = [row for (row,) in attackers.connections[ANNOTATOR].execute("SELECT team.careless_reading()").fetchall()]
        assert f"article{article['uid']}" in rows
        assert f"article{other['uid']}" not in rows
        assert not [row for row in rows if row.startswith("step")]
        assert not attackers.connections["revoked"].execute("SELECT team.careless_reading()").fetchall()
        forged = (
            ("step", lead, lead, annotator, article["uid"]),
            ("step", annotator, annotator, lead, article["uid"]),
            ("step", annotator, annotator, annotator, other["uid"]),
            ("step", GOLD_UID, GOLD_UID, annotator, article["uid"]),
            ("label", "", "", annotator, ""),
            ("assignment", "", annotator, annotator, other["uid"]),
            ("release", "", "", annotator, article["uid"]),
            ("person", "", lead, annotator, ""),
        )
        for values in forged:
            assert attackers.fail(ANNOTATOR, "SELECT team.careless_writing(%s, %s, %s, %s, %s)", *values) == DENIED, (
                values
            )
        before = len(attackers.server(LEAD).pull_items(BEGINNING, 10_000).rows)
        for role in (ANNOTATOR, LEAD):
            attackers.fail(role, "SELECT team.careless_changing()")
        after = attackers.server(LEAD).pull_items(BEGINNING, 10_000).rows
        assert len(after) == before
        assert all(row.body for row in after)
    finally:
        with team.connect() as connection:
            connection.execute(f"DROP FUNCTION {functions}")


def test_nobody_becomes_another_member_in_a_function_of_the_owner(attackers: Attackers) -> None:
    """Logins and members stay as they are, even if a function forgets to ask who calls it."""
    prefix = attackers.team.address.login.rpartition("_")[0]
    annotator, lead = attackers.uids[ANNOTATOR], attackers.uids[LEAD]
    logins = "SELECT login, member, is_open, joined FROM team.login ORDER BY login"
    members = "SELECT uid, role, is_active FROM team.member ORDER BY uid"
    statements = {
        "own_login": f"UPDATE login SET member = '{lead}' WHERE login = session_user",
        "new_login": f"INSERT INTO login (login, member, joined) VALUES (session_user || '_x', '{lead}', now())",
        "name": "UPDATE login SET login = session_user WHERE login <> session_user",
        "opening": "UPDATE login SET is_open = true, joined = now() WHERE NOT is_open OR joined IS NULL",
        "shutting": "UPDATE login SET is_open = false WHERE login <> session_user",
        "role": f"UPDATE member SET role = 'lead', is_active = true WHERE uid <> '{lead}'",
        "deletion": "DELETE FROM login",
    }
    functions = ", ".join(f"team.careless_{name}" for name in statements)
    with attackers.team.connect() as connection:
        for name, statement in statements.items():
            connection.execute(
                f"""
                CREATE FUNCTION team.careless_{name}() RETURNS void LANGUAGE sql SECURITY DEFINER
                    SET search_path = team, pg_temp AS $$ {statement} $$;
                ALTER FUNCTION team.careless_{name} OWNER TO "{prefix}_owner";
                GRANT EXECUTE ON FUNCTION team.careless_{name} TO "{prefix}_member";
                """
            )
        try:
            before = [connection.execute(query).fetchall() for query in (logins, members)]
            assert len(before[0]) == len(before[1]) == 6
            for role in (ANNOTATOR, CURATOR, "revoked"):
                codes = {name: attackers.fail(role, f"SELECT team.careless_{name}()") for name in statements}
                assert {codes.pop(name) for name in ("own_login", "new_login", "name")} == {DENIED}
                assert set(codes.values()) == {""}  # there is nothing that they could change
                assert [connection.execute(query).fetchall() for query in (logins, members)] == before, role
            assert attackers.server(ANNOTATOR).welcome().member.uid == annotator
        finally:
            connection.execute(f"DROP FUNCTION {functions}")


# Forged items


def prepare(attackers: Attackers) -> tuple[str, str, str]:
    """Return the uids of an article of the annotator's, of one of nobody's, and of the annotator."""
    mine, other, uid = article_item(new_uid()), article_item(new_uid()), attackers.uids[ANNOTATOR]
    assert attackers.push(LEAD, mine, other, assignment_item(mine["uid"], uid)) == {}
    return mine["uid"], other["uid"], uid


def change(item: dict[str, Any], **fields: object) -> dict[str, Any]:
    """Return an item with other fields; ... leaves one out."""
    return {key: value for key, value in {**item, **fields}.items() if value is not ...}


FORGED_STEPS: Final[dict[str, tuple[str, Callable[[str, str, str, str], dict[str, Any]]]]] = {
    "owner": ("right", lambda mine, _other, me, colleague: change(step_item(mine, colleague), annotator=me)),
    "annotator": ("right", lambda mine, _other, me, colleague: change(step_item(mine, me), annotator=colleague)),
    "layer": ("right", lambda mine, _other, _me, colleague: step_item(mine, colleague)),
    "gold": ("right", lambda mine, _other, me, _colleague: step_item(mine, GOLD_UID, actor=me)),
    "actor": ("right", lambda mine, _other, me, colleague: step_item(mine, me, actor=colleague)),
    "article": ("article", lambda _mine, other, me, _colleague: step_item(other, me)),
    "no article": ("article", lambda _mine, _other, me, _colleague: step_item("0" * 64, me)),
    "record of another layer": (
        "layer",
        lambda mine, _other, me, colleague: step_item(mine, me, span_edit(mine, me), span_edit(mine, colleague)),
    ),
    "shared record": ("layer", lambda mine, _other, me, _colleague: step_item(mine, me, zone_edit(mine))),
    "own record as shared": (
        "layer",
        lambda mine, _other, me, _colleague: change(step_item(mine, me), owner=""),
    ),
    "two articles": (
        "layer",
        lambda mine, other, me, _colleague: step_item(mine, me, span_edit(mine, me), span_edit(other, me)),
    ),
    "before of another layer": (
        "layer",
        lambda mine, _other, me, colleague: step_item(
            mine, me, {"before": span_edit(mine, colleague)["after"], "after": span_edit(mine, me)["after"]}
        ),
    ),
    "change of kind": (
        "layer",
        lambda mine, _other, me, _colleague: step_item(
            mine, me, {"before": span_edit(mine, me)["after"], "after": state_edit(mine, me)["after"]}
        ),
    ),
    "nothing": ("layer", lambda mine, _other, me, _colleague: step_item(mine, me, {"before": None, "after": None})),
    "no edits": ("form", lambda mine, _other, me, _colleague: change(step_item(mine, me), edits=[])),
    "edits of another type": ("form", lambda mine, _other, me, _colleague: change(step_item(mine, me), edits={})),
    "text as edit": ("layer", lambda mine, _other, me, _colleague: change(step_item(mine, me), edits=["x"])),
    "null as edit": ("layer", lambda mine, _other, me, _colleague: change(step_item(mine, me), edits=[None])),
    "text as record": (
        "layer",
        lambda mine, _other, me, _colleague: step_item(mine, me, {"before": None, "after": "x"}),
    ),
    "end before start": (
        "layer",
        lambda mine, _other, me, _colleague: step_item(mine, me, span_edit(mine, me, 5, 5)),
    ),
    "negative start": (
        "layer",
        lambda mine, _other, me, _colleague: step_item(mine, me, span_edit(mine, me, -1, 5)),
    ),
    "huge clock": ("form", lambda mine, _other, me, _colleague: step_item(mine, me, clock=1 << 53)),
    "enormous clock": ("form", lambda mine, _other, me, _colleague: step_item(mine, me, clock=10**400)),
    "negative clock": ("form", lambda mine, _other, me, _colleague: step_item(mine, me, clock=-1)),
    "broken clock": ("form", lambda mine, _other, me, _colleague: step_item(mine, me, clock=1.5)),
    "text as clock": ("form", lambda mine, _other, me, _colleague: step_item(mine, me, clock="1")),
    "no clock": ("form", lambda mine, _other, me, _colleague: step_item(mine, me, clock=...)),
    "no time": ("form", lambda mine, _other, me, _colleague: step_item(mine, me, time="yesterday")),
    "time without zone": (
        "form",
        lambda mine, _other, me, _colleague: step_item(mine, me, time="2026-11-27T09:00:00"),
    ),
    "no uid": ("form", lambda mine, _other, me, _colleague: step_item(mine, me, uid="")),
    "long uid": ("form", lambda mine, _other, me, _colleague: step_item(mine, me, uid="u" * 300)),
    "number as uid": ("form", lambda mine, _other, me, _colleague: step_item(mine, me, uid=5)),
    "object as actor": ("form", lambda mine, _other, me, _colleague: step_item(mine, me, actor={})),
    "long device": ("form", lambda mine, _other, me, _colleague: step_item(mine, me, device="d" * 2000)),
    "another kind": ("kind", lambda mine, _other, me, _colleague: step_item(mine, me, kind="release")),
    "no kind": ("kind", lambda mine, _other, me, _colleague: step_item(mine, me, kind=...)),
    "NUL": ("json", lambda mine, _other, me, _colleague: step_item(mine, me, name="tag\0")),
}


@pytest.mark.parametrize("name", FORGED_STEPS)
def test_a_forged_step_is_refused(attackers: Attackers, name: str) -> None:
    mine, other, me = prepare(attackers)
    reason, forge = FORGED_STEPS[name]
    item = forge(mine, other, me, attackers.uids["other"])
    item = {key: value for key, value in item.items() if value is not ...}
    before = attackers.server(LEAD).pull_items(BEGINNING, 100_000).cursor
    answer = attackers.push(ANNOTATOR, item)
    assert set(answer.values()) == {reason}
    assert attackers.server(LEAD).pull_items(BEGINNING, 100_000).cursor == before


def test_a_good_step_is_taken(attackers: Attackers) -> None:
    """All forged steps differ from this one in what is forged."""
    mine, _other, me = prepare(attackers)
    shared = change(step_item(mine, me, zone_edit(mine)), owner="")
    assert attackers.push(ANNOTATOR, step_item(mine, me), step_item(mine, me, actor=me), shared) == {}


@pytest.mark.parametrize("role", [ANNOTATOR, CURATOR])
def test_only_leads_push_labels_articles_batches_and_assignments(attackers: Attackers, role: str) -> None:
    mine, other, _me = prepare(attackers)
    for item in (
        *(label_item(), article_item(new_uid()), batch_item()),
        *(assignment_item(other, attackers.uids[role]), assignment_item(mine, attackers.uids["other"])),
        *(person_item(attackers.uids["other"]), change(person_item(new_uid()), person=attackers.uids["other"])),
        *(change(person_item(attackers.uids["other"]), person=attackers.uids[role]),),
        *(change(person_item(GOLD_UID), person=attackers.uids[role], person_kind="person"),),
    ):
        assert set(attackers.push(role, item).values()) == {"right"}, item["kind"]
    assert attackers.push(LEAD, label_item(), batch_item(), article_item(new_uid())) == {}


@pytest.mark.parametrize(
    ("reason", "fields"),
    [
        *[("hash", {"text": "غيره"}), ("hash", {"uid": "0" * 64}), ("form", {"text": None}), ("form", {"added": "x"})],
        *[("form", {"zones": {}}), ("layer", {"zones": [{"article": "0" * 64, "start": 0, "end": 1}]})],
        *[("layer", {"zones": ["x"]}), ("json", {"title": "\0"}), ("form", {"uid": None})],
    ],
)
def test_a_forged_article_is_refused(attackers: Attackers, reason: str, fields: dict[str, Any]) -> None:
    assert set(attackers.push(LEAD, change(article_item(new_uid()), **fields)).values()) == {reason}


@pytest.mark.parametrize(
    "item",
    [
        *[change(assignment_item("x", "y"), clock=-1), change(assignment_item("x", "y"), is_taken_back="no")],
        *[change(batch_item(), is_blind=0), change(batch_item(), time="now"), change(label_item(), clock=-1)],
        *[change(label_item(), before=None, after=None), change(person_item("p"), person_kind="machine")],
        *[change(person_item("p"), person_kind="gold"), change(person_item(GOLD_UID), person_kind="person")],
    ],
)
def test_other_forged_items_are_refused(attackers: Attackers, item: dict[str, Any]) -> None:
    assert set(attackers.push(LEAD, item).values()) == {"form"}


@pytest.mark.parametrize(
    "text",
    ["", "{", "null", "[]", "5", '"x"', "[" * 100_000, '{"kind":"step","uid":"\\ud800"}', '{"a":1e999999}', "﻿{}"],
)
def test_what_is_no_item_is_refused(attackers: Attackers, text: str) -> None:
    answer = attackers.server(LEAD).push_items([text])
    assert set(answer.values()) <= {"json", "kind"}
    assert answer


def test_a_huge_item_is_refused(attackers: Attackers) -> None:
    huge = '{"kind": "label", "uid": "' + "x" * 100_000_000 + '"}'  # 100 MB
    assert attackers.server(LEAD).push_items([huge]) == {"": "json"}


def test_a_curator_edits_gold_and_no_layer_of_others(attackers: Attackers) -> None:
    mine, other, me = prepare(attackers)
    curator = attackers.uids[CURATOR]
    assert attackers.push(CURATOR, step_item(other, GOLD_UID, actor=curator), step_item(other, curator)) == {}
    for step in (
        *(step_item(mine, me), step_item(mine, me, actor=curator), step_item(mine, GOLD_UID)),
        *(step_item(mine, GOLD_UID, actor=me), change(step_item(mine, me), annotator=GOLD_UID, actor=curator)),
    ):
        assert set(attackers.push(CURATOR, step).values()) == {"right"}


def test_nobody_learns_whether_an_article_is_there(attackers: Attackers) -> None:
    _mine, other, me = prepare(attackers)
    secret, absent = step_item(other, me, uid="u"), step_item("0" * 64, me, uid="u")
    assert attackers.push(ANNOTATOR, secret) == attackers.push(ANNOTATOR, absent)
    server = attackers.server(ANNOTATOR)
    assert server.read_article_items([other]) == server.read_article_items(["0" * 64])
    for article in (other, "0" * 64):
        assert set(attackers.push(ANNOTATOR, assignment_item(article, me, 5)).values()) == {"right"}


def test_a_step_of_anothers_uid_takes_nothing_from_them(attackers: Attackers) -> None:
    mine, _other, me = prepare(attackers)
    attackers.push(LEAD, assignment_item(mine, attackers.uids["other"]))
    theirs = step_item(mine, attackers.uids["other"])
    assert attackers.push("other", theirs) == {}
    assert attackers.push(ANNOTATOR, step_item(mine, me, uid=theirs["uid"])) == {theirs["uid"]: "uid"}
    assert attackers.push("other", theirs) == {}
    rows = [row.body for row in attackers.server(LEAD).read_article_items([mine]) if theirs["uid"] in row.body]
    assert rows == encode(theirs)


def test_nobody_makes_a_step_of_gold_unreadable(attackers: Attackers) -> None:
    """Readers leave out a step whose parts differ in more than their edits."""
    mine, other, _me = prepare(attackers)
    theirs = step_item(mine, GOLD_UID, actor=attackers.uids[LEAD])
    assert attackers.push(LEAD, theirs) == {}
    for fields in ({}, {"actor": attackers.uids[LEAD], "device": "d2"}, {"actor": attackers.uids[LEAD], "clock": 2}):
        part = step_item(other, GOLD_UID, uid=theirs["uid"], **{"actor": attackers.uids[CURATOR], **fields})
        assert set(attackers.push(CURATOR, part).values()) <= {"uid", "right"}
        assert set(attackers.push(LEAD, part).values()) == {"uid"}


def test_an_own_older_identity_is_added_and_kept(attackers: Attackers) -> None:
    alias, me = new_uid(), attackers.uids[ANNOTATOR]
    assert attackers.push(ANNOTATOR, change(person_item(alias), person=me)) == {}
    assert attackers.push(CURATOR, change(person_item(alias), person=attackers.uids[CURATOR])) == {alias: "right"}
    assert attackers.push(LEAD, change(person_item(alias), person=attackers.uids[CURATOR])) == {}


def test_whoever_takes_an_older_identity_first_gets_no_rights_by_it(attackers: Attackers) -> None:
    """What docs/adr/0028 says: it can be taken before its owner sends anything, and the lead sets it right."""
    alias, own, me = new_uid(), attackers.uids[CURATOR], attackers.uids[ANNOTATOR]
    article = article_item(new_uid())
    assert attackers.push(LEAD, article) == {}
    assert attackers.push(ANNOTATOR, change(person_item(alias), person=me)) == {}  # nobody had it yet
    claim = change(person_item(alias), person=own)
    step = step_item(article["uid"], own)
    assert attackers.push(CURATOR, claim, step) == {alias: "right"}  # the work goes on all the same
    for forged in (step_item(article["uid"], own), step_item(article["uid"], alias)):
        assert attackers.push(ANNOTATOR, forged) == {forged["uid"]: "right"}
    seen = {row.body for row in attackers.server(ANNOTATOR).pull_items(BEGINNING, 100_000).rows}
    assert not any(step["uid"] in body or article["uid"] in body for body in seen)
    assert attackers.push(LEAD, claim) == {}


# The way to the server


def test_another_certificate_is_refused(attackers: Attackers) -> None:
    address = attackers.team.address
    with TemporaryDirectory() as folder:
        certificate = make_certificates(Path(folder))
    other = ServerAddress(address.host, address.port, address.database, address.login, certificate)
    with pytest.raises(OtherTeam):
        TeamServer.open(other, attackers.team.password)
    with pytest.raises(OtherTeam):
        TeamServer.open(ServerAddress("localhost", address.port, address.database, address.login), "x")


def test_a_wrong_password_and_a_closed_port_are_told_apart(attackers: Attackers) -> None:
    address = attackers.team.address
    with pytest.raises(AccessDenied):
        TeamServer.open(address, "wrong")
    with pytest.raises(Unreachable):
        TeamServer.open(ServerAddress("localhost", 1, address.database, address.login, address.certificate), "x")


def test_a_connection_without_tls_is_refused(attackers: Attackers) -> None:
    address = attackers.team.address
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(
            host=address.host,
            port=address.port,
            dbname=address.database,
            user=address.login,
            password=attackers.team.password,
            sslmode="disable",
        )


def test_members_of_another_team_of_the_server_stay_out(postgresql_team: PostgresqlTeam, attackers: Attackers) -> None:
    """Two teams in two databases of one server share no roles."""
    address = replace_login(postgresql_team.address, attackers.team.address.login)
    with pytest.raises(AccessDenied):
        TeamServer.open(address, attackers.team.password)
    lead = attackers.connections[LEAD]
    [(theirs,)] = lead.execute(
        "SELECT rolname FROM pg_roles WHERE rolname = %s", (postgresql_team.address.login,)
    ).fetchall()
    for statement in (f"SELECT team.save_login('{theirs}', '', 'infinity')", f"SELECT team.close_login('{theirs}')"):
        assert attackers.fail(LEAD, statement) == DENIED
    with attackers.team.connect() as connection, pytest.raises(psycopg.Error, match="no login of this team"):
        connection.execute(f"SELECT team.close_login('{theirs}')")


def test_the_servers_log_has_no_text_no_password_and_no_secret(postgresql_cluster: Cluster) -> None:
    before = len(postgresql_cluster.read_log())  # other tests have used the server, and the superuser in them
    article = article_item()
    with new_team(postgresql_cluster) as team:
        member, address, password = team.invite("عمر", ANNOTATOR)
        with TeamServer.open(team.address, team.password) as lead:
            lead.push_items(encode(article, label_item(), step_item(article["uid"], team.lead.uid)))
            lead.push_items([encode(article)[0][:-5], '{"kind": "article", "text": "' + WORDS, "قالت"])
            access = lead.invite(member)
            with pytest.raises(AccessDenied):
                TeamServer.open(address, access.secret)
            with pytest.raises(AccessDenied):
                lead._call("enter_v1(%s)", "SCRAM-SHA-256$4096:c2FsdA==$x")
    log = postgresql_cluster.read_log()[before:]
    assert "no member" in log  # what is refused is logged, so the rest could be
    words = {*WORDS.split(), "ملاحظة", "عنوان", password, access.secret, team.password, "SCRAM-SHA"}
    assert [word for word in words if word in log] == []
