"""The program in a process of its own, and the processes that a test starts: none outlives it."""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from annotator.paths import is_invitation_path

PATIENCE: Final = 60.0  # seconds until what should be seen must be seen, also on a busy machine
WATCHED_WINDOW: Final = Path(__file__).with_name("watched_window.py")
_STARTED: Final[list["subprocess.Popen[Any]"]] = []  # by the test that runs


def start_process(*command: str | Path, **options: Any) -> "subprocess.Popen[Any]":
    """Start a process that ends with the test, whatever becomes of the test: its windows would disturb the next one."""
    process = subprocess.Popen([*map(str, command)], **options)
    _STARTED.append(process)
    return process


def end_processes() -> None:
    """Kill what the test has started and is still running."""
    while _STARTED:
        process = _STARTED.pop()
        process.kill()
        process.wait(PATIENCE)


class Program:
    """The program in a process of its own."""

    def __init__(
        self,
        *paths: Path,
        asks_name: bool = False,
        environment: Mapping[str, str] | None = None,
        patience: float = PATIENCE,
    ) -> None:
        """Start the program on a corpus, with an invitation, or without any file, and wait until it has the keyboard.

        If it `asks_name`, or whether to join a team, the dialog has it. By default, `environment` is that of the tests.
        """
        self.patience = patience
        command: list[str | Path] = [sys.executable, WATCHED_WINDOW, *paths, *(["--ask-name"] if asks_name else [])]
        self.process = start_process(
            *command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8", env=environment
        )
        if asks_name or any(map(is_invitation_path, paths)):
            self.wait(lambda _state: self.ask("dialog"), "the dialog has the keyboard")
        else:
            self.wait(lambda state: state["focus"], "the window has the keyboard")

    def ask(self, question: str, **details: object) -> Any:
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(json.dumps({"ask": question, **details}) + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        assert answer, f"the program ended with {self.process.wait(PATIENCE)}"
        return json.loads(answer)

    def wait(
        self, seen: Callable[[dict[str, Any]], object], what: str, *, patience: float | None = None
    ) -> dict[str, Any]:
        """Look until this is seen, for so many seconds."""
        deadline = time.monotonic() + (patience or self.patience)
        while True:
            state: dict[str, Any] = self.ask("state")
            if seen(state):
                return state
            assert time.monotonic() < deadline, f"never seen: {what}; but {state}"
            time.sleep(0.02)

    def kill(self) -> None:
        """Kill the process, as the system does when memory runs out: no time for anything."""
        self.process.kill()
        self.process.wait(PATIENCE)
