"""Do what docs/team-server.md says, word for word, as root on a bare Debian that is thrown away afterwards.

    server_page.py [--upgrade] [--public] [HEADING]     HEADING: the last section that is done

Blocks of `sh` are typed into one shell on the server; a block of `text` behind one is what it must print. In blocks of
`console`, `lead$` and `sanae$` are typed by people at computers of their own: users of this one, for whom the page is
told what travels between them in its words. tests/pages.py says how output is compared.
With --upgrade the Debian becomes the next one where the page says how, which takes some minutes more. With --public the
server's certificate is one of a public authority, which Pebble plays, in place of one of the lab's own. The machine to
which the server moves is this one, without all that made it the old one.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Final, NamedTuple

ROOT: Final = Path(__file__).resolve().parents[2]
sys.path.append(str(ROOT / "tests"))

import pages  # noqa: E402 (it lies among the tests)

PAGE: Final = ROOT / "docs" / "team-server.md"
HOST: Final = "team.example.org"
PEOPLE: Final = ("lead", "sanae")
INSTALLED: Final = Path("/opt/annotator")
SAMPLES: Final = ROOT / "resources" / "samples"
UPGRADE: Final = "A newer Debian"
"""The section that is done with --upgrade only."""
OWN_AUTHORITY: Final = ("A lab without a domain", "Of your own authority")
PUBLIC_AUTHORITY: Final = ("With a domain", "Of a public authority")
"""The sections that are done with --public in place of those above."""
OWN_CERTIFICATE: Final = "?sslrootcert=ca.crt"
"""What the lead leaves out of the address of a database with a public certificate."""
NEW_MACHINE: Final = "On the new machine"
"""The section that is done on another machine."""
_OF_OLD_MACHINE: Final = (
    "/etc/postgresql",
    "/etc/postgresql-team",
    "/root/team-ca",
    "/var/backups/team",
    "/etc/cron.*/team-*",
)
_BLOCK: Final = re.compile(r"^```(\w+)\n(.*?)^```$|^##+ ([^\n]+)$", re.MULTILINE | re.DOTALL)
_END: Final = "__the_block_ends_here__"


class Unexpected(Exception):
    """A block that fails, or prints something else than the page says."""


class Block(NamedTuple):
    """A block of the page: its heading, kind and code, and what it must print, None where the page does not say."""

    heading: str
    kind: str
    code: str
    printed: str | None


class Shell:
    """A shell of root's that blocks are typed into."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            ["bash", "-eu", "-o", "pipefail"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env={**os.environ, "DEBIAN_FRONTEND": "noninteractive", "LANG": "C.UTF-8"},
            cwd="/",
        )
        assert self._process.stdin
        assert self._process.stdout
        self._typed, self._printed = self._process.stdin, self._process.stdout

    def run(self, code: str) -> str:
        """Return what a block prints, of errors too. Raises Unexpected where a command in it fails."""
        self._typed.write(f"{code}\necho {_END}\n")
        self._typed.flush()
        lines: list[str] = []
        for line in self._printed:
            if line.strip() == _END:
                return "".join(lines)
            lines.append(line)
        raise Unexpected(f"{code}\n{''.join(lines)}")

    def close(self) -> None:
        """End the shell."""
        self._typed.close()
        self._process.wait()


def read_blocks(page: str) -> list[Block]:
    """Return the blocks of a page that are run, in its order."""
    blocks, heading = list[Block](), ""
    for kind, code, title in _BLOCK.findall(page):
        if title:
            heading = title
        elif kind in ("sh", "console"):
            blocks.append(Block(heading, kind, code, None))
        elif kind == "text" and blocks and blocks[-1].kind == "sh":
            blocks[-1] = blocks[-1]._replace(printed=code)
    return blocks


def read_steps(code: str) -> list[tuple[str, str, str]]:
    """Return who types what in a block of `console`, and what that prints."""
    parts = re.split(r"^(\w+)\$ (.*)\n", code, flags=re.MULTILINE)[1:]
    return list(zip(parts[::3], parts[1::3], parts[2::3], strict=True))


def prepare_people() -> None:
    """Make the lead and Sanae, who have the program and no keyring, and give the lead some articles."""
    with Path("/etc/hosts").open("a", encoding="utf-8", newline="\n") as file:
        file.write(f"127.0.0.1 {HOST}\n")
    python = INSTALLED / "bin" / "python"
    if not python.exists():
        # By its whole name: a newer Debian means another Python by the short one, and the old one stays.
        subprocess.run([Path(sys.executable).resolve(), "-m", "venv", INSTALLED], check=True)
        constraints = ROOT / "packaging" / "constraints.txt"
        pip: list[str | Path] = [python, "-m", "pip", "install", "--quiet", "--constraint", constraints]
        subprocess.run([*pip, f"{ROOT}[team]"], check=True)
        Path("/usr/local/bin/annotator").symlink_to(INSTALLED / "bin" / "annotator")
    for name in PEOPLE:
        subprocess.run(["useradd", "--create-home", "--shell", "/bin/bash", name], check=True)
    shutil.copytree(SAMPLES, "/home/lead/articles")
    subprocess.run(["chown", "--recursive", "lead:", "/home/lead"], check=True)


def run_as(person: str, command: str) -> str:
    """Return what a command of a person prints. Raises Unexpected where it fails."""
    settings = "ANNOTATOR_LANGUAGE=en LANG=C.UTF-8 COLUMNS=100"
    done = subprocess.run(
        ["runuser", "--login", person, "--command", f"export {settings}; {command}"],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL,
        text=True,
    )
    if done.returncode:
        raise Unexpected(f"{person}$ {command}\n{done.stdout}")
    return done.stdout


def hand_over(paths: list[Path], people: Iterable[str]) -> None:
    """Bring files to people, as an e-mail or a stick would."""
    for path in paths:
        for person in people:
            target = Path("/home", person, path.name)
            if path.is_file() and path != target:
                shutil.copyfile(path, target)
                shutil.chown(target, person, person)
                target.chmod(0o600)


def choose(blocks: list[Block], *, upgrades: bool, is_public: bool) -> list[Block]:
    """Return the blocks that are done, as they are typed."""
    left_out = {*(OWN_AUTHORITY if is_public else PUBLIC_AUTHORITY), *(() if upgrades else (UPGRADE,))}
    chosen = [block for block in blocks if block.heading not in left_out]
    if is_public:
        return [block._replace(code=block.code.replace(OWN_CERTIFICATE, "")) for block in chosen]
    return chosen


def start_public_authority() -> subprocess.Popen[bytes]:
    """Start Pebble, have certbot ask it, and let this system and the program trust it as they trust public ones."""
    folder = Path("/root/pebble")
    folder.mkdir()
    settings = {
        "listenAddress": "127.0.0.1:14000",
        "managementListenAddress": "127.0.0.1:15000",
        "certificate": f"{folder}/own.crt",
        "privateKey": f"{folder}/own.key",
        "httpPort": 80,
        "tlsPort": 443,
    }
    (folder / "settings.json").write_text(json.dumps({"pebble": settings}), encoding="utf-8", newline="\n")
    certbot = Path("/root/.config/letsencrypt/cli.ini")
    certbot.parent.mkdir(parents=True)
    answers = ("no-verify-ssl", "agree-tos", "register-unsafely-without-email", "non-interactive")
    lines = ["server = https://127.0.0.1:14000/dir", *(f"{answer} = true" for answer in answers)]
    certbot.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")
    script = """
    apt-get update
    apt-get install --yes pebble openssl curl ca-certificates
    openssl req -x509 -newkey rsa:2048 -noenc -days 2 -subj /CN=pebble -keyout own.key -out own.crt
    """
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(["sh", "-e", "-c", script], check=True, capture_output=True, cwd=folder, env=environment)
    with (folder / "log").open("wb") as log:
        pebble = subprocess.Popen(["pebble", "-config", folder / "settings.json"], stdout=log, stderr=log)
    trust = """
    root=/usr/local/share/ca-certificates/pebble.crt
    curl --silent --show-error --insecure --retry 30 --retry-connrefused --output "$root" https://127.0.0.1:15000/roots/0
    update-ca-certificates
    cat "$root" >> "$("$1" -c "import certifi; print(certifi.where())")"
    """
    subprocess.run(["sh", "-e", "-c", trust, "sh", INSTALLED / "bin" / "python"], check=True, capture_output=True)
    return pebble


def become_new_machine() -> None:
    """Have PostgreSQL as it is just after it was installed, and nothing of the server of before."""
    script = """
    version=$(ls /usr/lib/postgresql | tail --lines=1)
    pg_lsclusters --no-header | while read -r each cluster _; do pg_dropcluster --stop "$each" "$cluster"; done
    rm -rf "$@"
    pg_createcluster --start "$version" main
    """
    paths = [path for pattern in _OF_OLD_MACHINE for path in Path("/").glob(pattern[1:])]
    subprocess.run(["sh", "-e", "-c", script, "sh", *paths], check=True, capture_output=True)


def stop_servers() -> None:
    """Stop what the blocks have started."""
    subprocess.run(["service", "postgresql", "stop"], check=False, capture_output=True)


def compare(command: str, expected: str, printed: str) -> None:
    """Raise Unexpected unless a command printed what the page shows."""
    if not pages.prints(expected, printed):
        raise Unexpected(f"{command}\nprints\n{printed}\nand on the page stands\n{expected}")


def follow(blocks: list[Block]) -> None:
    """Do what the blocks say. Raises Unexpected."""
    shell = Shell()
    heading = ""
    try:
        for block in blocks:
            if block.heading == NEW_MACHINE != heading:
                become_new_machine()
            heading = block.heading
            print(f"== {block.heading}", flush=True)
            if block.kind == "sh":
                print(block.code, flush=True)
                printed = shell.run(block.code)
                print(printed, flush=True)
                if block.printed is not None:
                    compare(block.code, block.printed, printed)
                hand_over([Path("/root/team-ca", name) for name in ("ca.crt", "administrator.txt")], ("lead",))
                continue
            for person, command, expected in read_steps(block.code):
                print(f"{person}$ {command}", flush=True)
                printed = run_as(person, command)
                print(printed, flush=True)
                compare(f"{person}$ {command}", expected, printed)
                hand_over(list(Path("/home", person).glob("*.team")), set(PEOPLE) - {person})
    finally:
        shell.close()
        stop_servers()


def main(arguments: list[str]) -> int:
    """Do what the page says and return the exit code."""
    options = {argument for argument in arguments if argument.startswith("--")}
    arguments = [argument for argument in arguments if argument not in options]
    is_public = "--public" in options
    blocks = choose(read_blocks(PAGE.read_text(encoding="utf-8")), upgrades="--upgrade" in options, is_public=is_public)
    if arguments:
        last = max(index for index, block in enumerate(blocks) if block.heading == arguments[0])
        blocks = blocks[: last + 1]
    start = time.monotonic()
    prepare_people()
    authority = start_public_authority() if is_public else None
    ready = time.monotonic()
    try:
        follow(blocks)
    except Unexpected as error:
        print(f"FAILED: {error}", file=sys.stderr)
        return 1
    finally:
        if authority:
            authority.terminate()
    print(f"all is well: {len(blocks)} blocks, {ready - start:.0f} s to install, {time.monotonic() - ready:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
