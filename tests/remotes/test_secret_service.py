"""The program with a real keyring: a Secret Service (gnome-keyring) on a D-Bus of the tests' own.

The bus knows no other service, so that no dialog opens, and the keyring is in a temporary folder: the user's own stays
as it is. Without the programs these tests are skipped.
"""

import json
import os
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from postgresql import ADMINISTRATOR_PASSWORD, Cluster

pytestmark = pytest.mark.slow

DAEMON: Final = "gnome-keyring-daemon"
BUS: Final = "dbus-run-session"
SERVICE: Final = "arabic-news-annotator"
CONFIGURATION: Final = """<busconfig>
  <type>session</type>
  <listen>unix:dir={folder}</listen>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
"""
SCRIPT: Final = """
start_keyring() { printf secret | gnome-keyring-daemon --unlock --components=secrets >&2 && echo "$1"; }
start_keyring "$DBUS_SESSION_BUS_ADDRESS"
while read -r line; do start_keyring "$line"; done
"""


class SecretService:
    """A keyring, and the program on computers of several people that all have it."""

    def __init__(self, folder: Path, session: "subprocess.Popen[str]", environment: dict[str, str]) -> None:
        self._folder, self._session, self._environment = folder, session, environment

    def run(self, person: str, *arguments: object, code: int = 0) -> Any:
        """Run a command of the team, which ends with this code; return its JSON, or else what it says."""
        environment = {**self._environment, "ANNOTATOR_HOME": str(self._home(person))}
        command = [sys.executable, "-m", "annotator", "--language", "en", "team", *map(str, arguments), "--json"]
        ended = subprocess.run(
            command, env=environment, cwd=self._folder, capture_output=True, encoding="utf-8", timeout=120
        )
        assert ended.returncode == code, ended.stderr
        return json.loads(ended.stdout) if ended.stdout else ended.stderr

    def read_passwords(self) -> dict[str, str]:
        """Return the program's passwords in the keyring, by the name of the login."""
        secretstorage = pytest.importorskip("secretstorage")
        items = secretstorage.search_items(self._connect(), {"service": SERVICE})
        return {item.get_attributes()["username"].partition("/")[2]: item.get_secret().decode() for item in items}

    def read_files(self, person: str) -> bytes:
        """Return the bytes of all files on somebody's computer."""
        return b"\n".join(path.read_bytes() for path in self._home(person).rglob("*") if path.is_file())

    def lock(self) -> None:
        """Lock the keyring; nobody can unlock it before it is started again."""
        secretstorage = pytest.importorskip("secretstorage")
        secretstorage.get_default_collection(self._connect()).lock()

    def end(self) -> None:
        """End the keyring, and wait until the bus knows that."""
        jeepney = pytest.importorskip("jeepney")
        bus = self._connect()
        [process] = bus.send_and_get_reply(
            jeepney.message_bus.GetConnectionUnixProcessID("org.freedesktop.secrets")
        ).body
        rule = jeepney.MatchRule(type="signal", interface="org.freedesktop.DBus", member="NameOwnerChanged")
        rule.add_arg_condition(0, "org.freedesktop.secrets")
        bus.send_and_get_reply(jeepney.message_bus.AddMatch(rule))
        with bus.filter(rule) as changes:
            os.kill(process, signal.SIGKILL)
            bus.recv_until_filtered(changes, timeout=30)

    def start(self) -> None:
        """Start the keyring again, unlocked and with what it had."""
        assert self._session.stdin
        assert self._session.stdout
        self._session.stdin.write("started\n")
        self._session.stdin.flush()
        assert self._session.stdout.readline() == "started\n"

    def _home(self, person: str) -> Path:
        return self._folder / person

    def _connect(self) -> Any:
        blocking = pytest.importorskip("jeepney.io.blocking")
        return blocking.open_dbus_connection(self._environment["DBUS_SESSION_BUS_ADDRESS"])


@pytest.fixture
def secret_service() -> Iterator[SecretService]:
    """Start a bus with an unlocked keyring; both end with this process."""
    for program in (BUS, DAEMON):
        if sys.platform != "linux" or not shutil.which(program):
            pytest.skip(f"no {program} here, so no keyring of the tests' own")
    pytest.importorskip("secretstorage")
    folder = Path(tempfile.mkdtemp(prefix="ss"))  # short: a socket's path has 107 bytes at most
    (folder / "run").mkdir(mode=0o700)
    configuration = folder / "bus.conf"
    configuration.write_text(CONFIGURATION.format(folder=folder / "run"), encoding="utf-8")
    of_user = ("PYTHON_KEYRING_BACKEND", "DBUS_SESSION_BUS_ADDRESS", "GNOME_KEYRING_CONTROL", "DISPLAY")
    environment = {name: value for name, value in os.environ.items() if name not in of_user}
    environment |= dict.fromkeys(("HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME"), str(folder / "home"))
    environment["XDG_RUNTIME_DIR"] = str(folder / "run")
    # The shell ends with its input, and so with this process; the bus with the shell, and the keyring with the bus.
    command = [BUS, f"--config-file={configuration}", "--", "/bin/sh", "-c", SCRIPT]
    with subprocess.Popen(
        command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8"
    ) as session:
        assert session.stdout
        environment["DBUS_SESSION_BUS_ADDRESS"] = session.stdout.readline().strip()
        assert environment["DBUS_SESSION_BUS_ADDRESS"], f"{shlex.join(command)} started no keyring"
        yield SecretService(folder, session, environment)
        assert session.stdin
        session.stdin.close()
    shutil.rmtree(folder)


def test_a_password_is_in_the_keyring_from_joining_to_leaving(
    secret_service: SecretService, postgresql_cluster: Cluster
) -> None:
    run = secret_service.run
    with postgresql_cluster.new_database() as database:
        url = postgresql_cluster.url(database).replace("postgres@", f"postgres:{ADMINISTRATOR_PASSWORD}@")
        assert run("lead", "create", url, "--name", "Lab")["password"] == "keyring"
        [lead_login] = secret_service.read_passwords()

        def invite() -> str:
            return str(run("lead", "invite", "Salma", "salma.team")["path"])

        def login() -> str:
            """Return Salma's login, of which the keyring has the password, and no file."""
            passwords = secret_service.read_passwords()
            assert not any(text.encode() in secret_service.read_files("salma") for text in passwords.values())
            [name] = passwords.keys() - {lead_login}
            return name

        run("salma", "join", invite(), "salma.corpus")
        first = login()
        assert run("salma", "sync", "salma.corpus")["pending"] == 0
        run("salma", "join", invite(), "salma.corpus")  # once more, by another login
        assert login() != first
        assert run("salma", "sync", "salma.corpus")["pending"] == 0

        secret_service.lock()
        assert "unlock it" in run("salma", "sync", "salma.corpus", code=2)
        secret_service.end()
        assert "keyring that can be reached" in run("salma", "sync", "salma.corpus", code=2)
        secret_service.start()
        assert run("salma", "sync", "salma.corpus")["pending"] == 0

        run("salma", "join", invite(), "other.corpus")
        second = login()
        secret_service.lock()
        assert run("salma", "leave", "other.corpus")["keyring"].endswith(f"/{second}")
        secret_service.end()
        secret_service.start()
        run("salma", "join", invite(), "salma.corpus")
        assert run("salma", "leave", "salma.corpus")["keyring"] is None
        assert secret_service.read_passwords().keys() == {lead_login, second}


def test_who_joins_with_a_locked_keyring_is_in_the_team(
    secret_service: SecretService, postgresql_cluster: Cluster
) -> None:
    run = secret_service.run
    with postgresql_cluster.new_database() as database:
        url = postgresql_cluster.url(database).replace("postgres@", f"postgres:{ADMINISTRATOR_PASSWORD}@")
        run("lead", "create", url, "--name", "Lab")
        path = run("lead", "invite", "Salma", "salma.team")["path"]
        secret_service.lock()
        assert run("salma", "join", path, "salma.corpus")["password"] == "file"
        assert run("salma", "sync", "salma.corpus")["pending"] == 0
