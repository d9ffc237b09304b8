"""That the server of a team is measured, with some clients and edits; how fast it is, no test asks."""

from pathlib import Path

import pushing
import pytest
import server_speed
from measuring import Figure
from postgresql import find_programs
from pushing_clients import Outcome

SMALL = server_speed.Scale(4, 0.6, 0.1, 3, 0.6, 2, 60, (5, 20), 3)

pytestmark = pytest.mark.skipif(find_programs() is None, reason="no PostgreSQL here")


def measure(folder: Path, schema: Path) -> tuple[list[Figure], list[str]]:
    pytest.importorskip("psycopg")
    items = list(server_speed.measure(folder, SMALL, schema))
    return [item for item in items if isinstance(item, Figure)], [item for item in items if isinstance(item, str)]


@pytest.mark.skipif(not pushing.PROTOTYPE_SCHEMA.exists(), reason="no ../shared here")
def test_the_server_of_a_team_is_measured_beside_the_prototype(tmp_path: Path) -> None:
    figures, lines = measure(tmp_path, pushing.PROTOTYPE_SCHEMA)
    assert len({figure.what for figure in figures}) == len(figures) == 17
    assert all(figure.median() > 0 and figure.ratio() for figure in figures)
    assert {figure.against for figure in figures} == {
        "the prototype",
        "the prototype into plain SQLite",
        "psycopg alone",
    }
    assert all("0 errors" in line.split(";")[0] and "0 errors" in line.split(";")[1] for line in lines)
    assert len(lines) == 2


def test_without_the_prototype_the_bare_rows_are_what_it_is_compared_with(tmp_path: Path) -> None:
    (missing, *figures), lines = measure(tmp_path, tmp_path / "none.sql")
    assert "not beside this checkout" in missing.why
    assert all(figure.median() > 0 and figure.ratio() for figure in figures)
    assert {figure.against for figure in figures} == {
        "the bare rows",
        "the bare rows into plain SQLite",
        "psycopg alone",
    }
    assert all(line.count(" 0 errors") == 2 for line in lines)


def test_clients_that_fail_are_counted_with_the_reason() -> None:
    outcome = Outcome((), ("TimeoutError: late",), 0)
    line = server_speed._describe_load("many", outcome, "the prototype", outcome + outcome)
    assert "ours: 0 pushes, 1 errors (TimeoutError: late)" in line
    assert "the prototype: 0 pushes, 2 errors (TimeoutError: late)" in line
