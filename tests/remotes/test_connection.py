"""Connections to a server: by which authorities one without an authority of its own is known."""

from pathlib import Path

from annotator.remotes.postgresql.connection import certificate_file


def test_a_server_is_known_by_public_authorities_where_it_has_none_of_its_own() -> None:
    with certificate_file(None) as path:  # not "system": the wheels of psycopg find no authorities under that name
        assert "-----BEGIN CERTIFICATE-----" in Path(path).read_text(encoding="utf-8")
    with certificate_file("its own") as path:
        assert Path(path).read_text(encoding="ascii") == "its own"
    assert not Path(path).exists()
