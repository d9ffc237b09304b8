"""Translation of errors into messages for the user."""

import sqlite3
from pathlib import Path

import pytest

from annotator.store.errors import CorpusError, translating_file_errors, translating_sqlite_errors


def test_message_of_a_system_error_has_only_its_reason(tmp_path: Path) -> None:
    path = tmp_path / "a.corpus"
    with pytest.raises(CorpusError) as caught, translating_file_errors(path):
        path.read_bytes()
    assert str(caught.value).endswith(": it is not there: was it moved or deleted?")
    assert "Errno" not in str(caught.value)


def test_message_of_an_unknown_error_has_its_own_words() -> None:
    with pytest.raises(CorpusError, match="the disk says nothing else"), translating_file_errors(Path("a.corpus")):
        raise OSError("the disk says nothing else")


@pytest.mark.parametrize("name", ["SQLITE_CORRUPT", "SQLITE_NOTADB", "SQLITE_CANTOPEN", "SQLITE_IOERR", "SQLITE_ERROR"])
def test_message_has_none_of_the_words_of_sqlite(name: str, tmp_path: Path) -> None:
    error = sqlite3.OperationalError("unable to open database file")
    error.sqlite_errorname = name
    with pytest.raises(CorpusError) as caught, translating_sqlite_errors(tmp_path / "a.corpus"):
        raise error
    assert "unable" not in str(caught.value)
    assert str(caught.value).endswith((".", "?"))
