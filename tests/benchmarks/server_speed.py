"""How fast a team's PostgreSQL server takes and gives what its members did, beside the bare rows in a bare table.

The server is on this computer and writes to the disk at each commit: a network adds its round trips.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

import msgspec
from measuring import RUNS, Figure, Size
from postgresql import PostgresqlTeam, find_programs, new_team, run_cluster

from annotator.model.records import Edit, Span, article_uid, new_uid
from annotator.remotes.postgresql.team_server import TeamServer
from annotator.remotes.remote import BEGINNING
from annotator.team.wire import ArticleItem, StepItem, WireItem

PORTIONS: Final = (1, 50, 500, 2_000)
EDITS: Final = 100_000
_ARTICLES: Final = 100
_PULLED_AT_ONCE: Final = 5_000
_TIME: Final = "2026-11-27T09:00:00.000+00:00"
_WORDS: Final = "أعلنت وزارة الصحة يوم الاثنين عن خطة جديدة في الرباط "
_DURABLE: Final = "fsync = on\nfull_page_writes = on\nsynchronous_commit = on\n"
_BARE: Final = "the bare rows"


def measure(portions: Sequence[int] = PORTIONS, edits: int = EDITS, runs: int = RUNS) -> Iterator[Figure]:
    """Every figure; without a server's programs, that it was not measured."""
    programs = find_programs()
    if programs is None:
        yield Figure("what a server of a team takes", [], why="there is no PostgreSQL on this computer")
        return
    with run_cluster(programs, _DURABLE) as cluster, new_team(cluster) as team:
        with team.connect() as connection, TeamServer.open(team.address, team.password) as server:
            connection.execute("CREATE TABLE public.bare (seq bigserial PRIMARY KEY, body text)")
            articles = [_article(number) for number in range(_ARTICLES)]
            server.push_items(_encode(articles))
            yield from _measure_pushes(server, connection, team, portions, runs)
            yield from _measure_all(server, connection, team, edits, portions[-2:])
        yield Figure(
            "connecting to a server", _time(lambda: TeamServer.open(team.address, team.password).close(), runs)
        )


def _measure_pushes(
    server: TeamServer, bare: Any, team: PostgresqlTeam, portions: Sequence[int], runs: int
) -> Iterator[Figure]:
    for count in portions:
        own, reference = list[float](), list[float]()
        for _run in range(max(3, runs // (1 + count // 100))):
            items = _steps(team, count)
            own += _time(lambda items=items: server.push_items(items), 1)  # type: ignore[misc]
            reference += _time(lambda items=items: _insert(bare, items), 1)  # type: ignore[misc]
        yield Figure("a push", own, _BARE, reference, size=Size(count, "edits"))


def _measure_all(
    server: TeamServer, bare: Any, team: PostgresqlTeam, edits: int, portions: Sequence[int]
) -> Iterator[Figure]:
    """Measure so many edits, pushed in portions, and all that is there then pulled."""
    for portion in portions:
        times, reference = list[float](), list[float]()
        for _portion in range(0, edits, portion):
            items = _steps(team, portion)
            times += _time(lambda items=items: server.push_items(items), 1)  # type: ignore[misc]
            reference += _time(lambda items=items: _insert(bare, items), 1)  # type: ignore[misc]
        size = Size(edits, "edits")
        yield Figure(f"all edits, pushed by {portion:,}", [sum(times)], _BARE, [sum(reference)], size=size)
    start = time.perf_counter()
    cursor, is_last, count = BEGINNING, False, 0
    while not is_last and count < edits:
        page = server.pull_items(cursor, _PULLED_AT_ONCE)
        cursor, is_last, count = page.cursor, page.is_last, count + len(page.rows)
    own = 1000 * (time.perf_counter() - start)
    start = time.perf_counter()
    for low in range(0, count, _PULLED_AT_ONCE):
        query = "SELECT * FROM public.bare WHERE seq > %s ORDER BY seq LIMIT %s"
        bare.execute(query, (low, _PULLED_AT_ONCE)).fetchall()
    reference_time = 1000 * (time.perf_counter() - start)
    yield Figure("all edits, pulled", [own], _BARE, [reference_time], size=Size(edits, "edits"))


def _insert(connection: Any, items: list[str]) -> None:
    connection.execute("INSERT INTO public.bare (body) SELECT unnest(%s::text[])", (items,))


def _time(function: Callable[[], object], runs: int) -> list[float]:
    """Return how many milliseconds each call takes."""
    times = []
    for _run in range(runs):
        start = time.perf_counter()
        function()
        times.append(1000 * (time.perf_counter() - start))
    return times


def _article(number: int) -> ArticleItem:
    text = _text(number)
    return ArticleItem(article_uid(text), text, None, None, None, None, _TIME, ())


def _text(number: int) -> str:
    return f"{_WORDS * 20}{number}"


def _steps(team: PostgresqlTeam, count: int) -> list[str]:
    """Return so many steps of the lead, each of one edit."""
    uids = [article_uid(_text(number)) for number in range(_ARTICLES)]
    items: list[WireItem] = []
    for number in range(count):
        article, owner = uids[number % _ARTICLES], team.lead.uid
        span = Span(new_uid(), article, owner, "l1", number % 500, number % 500 + 9)
        head = (new_uid(), 0, article, owner, owner, None, number, "d1", "tag", _TIME, None)
        items.append(StepItem(*head, (Edit(None, span),)))
    return _encode(items)


def _encode(items: Sequence[WireItem]) -> list[str]:
    return [msgspec.json.encode(item).decode() for item in items]
