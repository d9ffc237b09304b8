"""Do what docs/team-server.md says, word for word, as root on a bare Debian that is thrown away afterwards.

    server_page.py [--upgrade] [HEADING]     HEADING: the last section that is done

Blocks of `sh` are typed into one shell on the server; a block of `text` behind one is what it must print. In blocks of
`console`, `lead$` and `sanae$` are typed by people at computers of their own: users of this one, for whom the page is
told what travels between them in its words. Blocks of `bash` are not run. tests/pages.py says how output is compared.
With --upgrade the Debian becomes the next one where the page says how, which takes some minutes more.
"""

import os
import re
import shutil
import subprocess
import sys
import time
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


def hand_over(paths: list[Path], people: tuple[str, ...]) -> None:
    """Bring files to people, as an e-mail or a stick would."""
    for path in paths:
        for person in people:
            target = Path("/home", person, path.name)
            if path.is_file() and path != target:
                shutil.copyfile(path, target)
                shutil.chown(target, person, person)
                target.chmod(0o600)


def compare(command: str, expected: str, printed: str) -> None:
    """Raise Unexpected unless a command printed what the page shows."""
    if not pages.prints(expected, printed):
        raise Unexpected(f"{command}\nprints\n{printed}\nand on the page stands\n{expected}")


def follow(blocks: list[Block]) -> None:
    """Do what the blocks say. Raises Unexpected."""
    shell = Shell()
    try:
        for block in blocks:
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
            hand_over(list(Path("/home/lead").glob("*.team")), PEOPLE[1:])
    finally:
        shell.close()
        subprocess.run(["service", "postgresql", "stop"], check=False, capture_output=True)


def main(arguments: list[str]) -> int:
    """Do what the page says and return the exit code."""
    blocks = read_blocks(PAGE.read_text(encoding="utf-8"))
    if "--upgrade" in arguments:
        arguments.remove("--upgrade")
    else:
        blocks = [block for block in blocks if block.heading != UPGRADE]
    if arguments:
        last = max(index for index, block in enumerate(blocks) if block.heading == arguments[0])
        blocks = blocks[: last + 1]
    start = time.monotonic()
    prepare_people()
    ready = time.monotonic()
    try:
        follow(blocks)
    except Unexpected as error:
        print(f"FAILED: {error}", file=sys.stderr)
        return 1
    print(f"all is well: {len(blocks)} blocks, {ready - start:.0f} s to install, {time.monotonic() - ready:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
