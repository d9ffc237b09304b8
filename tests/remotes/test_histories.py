"""Desktops of a team end alike, whatever happens; `histories.py` runs any number of histories."""

import pytest
from postgresql import Cluster
from remotes.histories import FileHistory, PostgresqlHistory, TeamHistory, run_histories
from remotes.postgresql_carrier import PostgresqlCarrier
from strategies import reduce_count


@pytest.mark.parametrize("history", [TeamHistory, FileHistory])
def test_all_desktops_of_a_team_end_alike(history: type[TeamHistory]) -> None:
    run_histories(history, 4)


def test_all_desktops_of_a_team_at_a_server_end_alike(postgresql_cluster: Cluster) -> None:
    PostgresqlCarrier.cluster = postgresql_cluster
    run_histories(PostgresqlHistory, 2)


@pytest.mark.slow
@pytest.mark.parametrize("history", [TeamHistory, FileHistory])
def test_all_desktops_of_a_team_end_alike_in_many_histories(history: type[TeamHistory]) -> None:
    run_histories(history, reduce_count(100))


@pytest.mark.slow
def test_all_desktops_of_a_team_at_a_server_end_alike_in_many_histories(postgresql_cluster: Cluster) -> None:
    PostgresqlCarrier.cluster = postgresql_cluster
    run_histories(PostgresqlHistory, reduce_count(40))
