"""Let every test start in English, with compiled translations and without settings of the user or the system."""

import contextlib
import ctypes
import gc
import itertools
import os
import re
import sqlite3
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import catalogues
import dev
import pytest
from hypothesis import settings
from postgresql import postgresql_cluster, postgresql_team

from annotator import i18n, open_databases
from annotator.store import opening
from annotator.store.schema import migrations
from annotator.store.sqlite_library import Database

__all__ = ["postgresql_cluster", "postgresql_team"]
"""Fixtures of another file: each file of tests that imported one would have another, and so a server of its own."""

catalogues.compile_all()

# CI tries the same examples each time; `dev.py test --all` chooses its own profile, and looks further.
settings.register_profile("developer", deadline=None, max_examples=15)
settings.register_profile("ci", deadline=None, max_examples=15, derandomize=True, print_blob=True)
settings.register_profile(dev.ALL_EXAMPLES, deadline=None, max_examples=60, print_blob=True)
settings.load_profile("ci" if os.environ.get("CI") else "developer")

MARKED = {
    "slow": (
        *("e2e", "endurance", "fuzzing"),
        *("test_all_screens.py", "test_no_network.py", "test_recipes.py", "test_wheel.py"),
    ),
    "long": ("benchmarks", "peer_servers"),
}
"""Folders and files whose tests all have a mark. In other folders the files and tests themselves have it."""


def pytest_configure(config: pytest.Config) -> None:
    """Give each process of pytest-xdist but the first a screen of its own: windows take the focus from one another."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "gw0")
    if worker != "gw0" and sys.platform == "linux" and os.environ.get("QT_QPA_PLATFORM") == "xcb":
        stack = contextlib.ExitStack()
        os.environ.update(stack.enter_context(dev.virtual_screen()))
        config.add_cleanup(stack.close)


def is_wine() -> bool:
    """Whether Windows is Wine, whose ntdll says so by a function of its own."""
    return sys.platform == "win32" and hasattr(ctypes.WinDLL("ntdll"), "wine_get_version")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests of slow and long folders, and skip the tests that say that they are not for this system."""
    for item in items:
        place = item.path.relative_to(Path(__file__).parent).parts[0]
        for name in (name for name, places in MARKED.items() if place in places):
            item.add_marker(name)
    excluded = {"posix_only": sys.platform == "win32", "not_on_wine": is_wine()}
    for item in items:
        for name in (name for name, applies in excluded.items() if applies):
            for mark in item.iter_markers(name):
                [reason] = mark.args
                item.add_marker(pytest.mark.skip(reason=reason))


def pytest_collection_finish() -> None:
    """Let the garbage collector skip what stays for all tests: that saves it an eighth of their time."""
    gc.collect()
    gc.freeze()


_test_numbers = itertools.count(1)
_NOT_IN_A_NAME = re.compile(r"\W+", re.ASCII)


@pytest.fixture
def _place(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a new folder of the test's own.

    pytest's own `tmp_path` looks through the folders of all earlier tests for a name that is free.
    """
    name = _NOT_IN_A_NAME.sub("_", request.node.name)[:30]
    folder = tmp_path_factory.getbasetemp() / f"{name}{next(_test_numbers)}"
    folder.mkdir()
    return folder


@pytest.fixture
def tmp_path(_place: Path) -> Path:
    """Return an empty folder of the test's own, as pytest's fixture of this name does."""
    folder = _place / "tmp"
    folder.mkdir()
    return folder


@pytest.fixture(autouse=True)
def _a_machine_of_its_own(monkeypatch: pytest.MonkeyPatch, _place: Path) -> None:
    home = _place / "home"
    home.mkdir()
    monkeypatch.setenv("ANNOTATOR_HOME", str(home))
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")  # never the user's
    monkeypatch.delenv("ANNOTATOR_LANGUAGE", raising=False)
    monkeypatch.setattr("annotator.settings.system_languages", tuple)
    monkeypatch.setenv("LC_ALL", "C.UTF-8")  # the same for the commands that a test runs in processes of their own
    i18n.set_language("en")


class _CopiedTables:
    """Gives a new corpus the tables that the migrations made in the first one: making them takes SQLite 30 ms."""

    def __init__(self, copy: sqlite3.Connection) -> None:
        self._copy = copy
        self._is_made = False

    def apply(self, db: Database) -> None:
        """Have an empty database migrated. Stands in for the method of the migrations."""
        if self._is_made:
            self._copy.backup(db.conn)
            return
        migrations.apply(db)
        db.conn.backup(self._copy)
        self._is_made = True


@pytest.fixture(scope="session", autouse=True)
def _tables_are_made_once() -> Iterator[None]:
    copy = sqlite3.connect(":memory:", check_same_thread=False)
    with contextlib.closing(copy), pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr(opening, "migrations", _CopiedTables(copy))
        yield


@pytest.fixture(autouse=True)
def _no_database_stays_open() -> Iterator[None]:
    """Fail a test whose databases outlive it.

    Each later test looks at them when it opens its own, and Wine, which keeps a closed file open as long as another
    handle has locks on it, had 20,000 files open in the end.
    """
    earlier = {id(connection) for connection, _files in _list_open_databases()}  # of fixtures that several tests share
    yield
    deadline = time.monotonic() + 30  # for a thread that is about to end
    while left_open := [files for connection, files in _list_open_databases() if id(connection) not in earlier]:
        assert time.monotonic() < deadline, f"still open: {left_open}"
        gc.collect()  # an exception that the test caught refers to its frames, and they to their corpora
        time.sleep(0.01)


def _list_open_databases() -> list[tuple[object, tuple[Path, tuple[Path, ...]]]]:
    """Return the connections of this process, each with its database and that one's side files."""
    with open_databases._lock:
        return list(open_databases._files.items())


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """Return an empty folder for exports."""
    folder = tmp_path / "out"
    folder.mkdir()
    return folder


@pytest.fixture(scope="session")
def qapp_cls() -> type:
    """Return the program's own class, of which pytest-qt makes the one application of all tests."""
    from annotator.ui.app import Application  # most tests need no window

    return Application


@pytest.fixture(scope="session")
def shared() -> Path:
    """Return the folder of real articles that may be beside the checkout; skips where it is not."""
    folder = Path(__file__).resolve().parents[2] / "shared"
    if not folder.is_dir():
        pytest.skip(f"the real articles ({folder.name}/) are not beside this checkout")
    return folder
