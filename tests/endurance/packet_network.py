"""Computers with a network namespace each, between which and a server IP packets travel as in a bad network.

Packets arrive late and in another order, some twice and some not at all; connections are reset, and a computer has no
network for seconds. A process of its own does that (`packet_relay.py`): TCP, TLS and all above it are the real ones.
"""

import json
import shutil
import subprocess
import sys
from collections.abc import Sequence
from ipaddress import IPv4Interface
from pathlib import Path
from typing import Any, Final

_RELAY: Final = Path(__file__).with_name("packet_relay.py")


class NoNamespaces(Exception):
    """Why there can be no network namespaces here."""


class PacketNetwork:
    """A server's address `server` on this computer, and up to 253 computers that can reach it and nothing else.

    Raises NoNamespaces.
    """

    def __init__(self, seed: int, computers: int) -> None:
        if sys.platform != "linux" or not shutil.which("nsenter"):
            raise NoNamespaces("network namespaces need Linux, and nsenter (on Debian in util-linux)")
        self._relay = subprocess.Popen(
            [sys.executable, _RELAY, str(seed), str(computers)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            encoding="ascii",
        )
        answer = self._read_answer()
        if "error" in answer:
            self.close()
            raise NoNamespaces(f"{answer['error']} (that needs root, and /dev/net/tun)")
        self.server = IPv4Interface(answer["server"])
        self._namespaces: list[int] = answer["namespaces"]

    def enter(self, computer: int) -> Sequence[str]:
        """Return the words before a command by which it runs on a computer, counted from 0."""
        return ("nsenter", f"--net=/proc/{self._relay.pid}/fd/{self._namespaces[computer]}")

    def go_down(self) -> None:
        """Let no packet through, until it goes up."""
        self._order("down")

    def go_up(self) -> None:
        """Let packets through."""
        self._order("up")

    def stop_cutting(self) -> None:
        """Break nothing off from now on; packets are late, lost and in disorder as before."""
        self._order("calm")

    def read_figures(self) -> dict[str, int]:
        """Return the numbers of packets, by what became of them."""
        return self._order("figures")

    def close(self) -> None:
        """Stop for good."""
        self._relay.communicate()

    def _order(self, command: str) -> dict[str, Any]:
        assert self._relay.stdin
        self._relay.stdin.write(f"{command}\n")
        self._relay.stdin.flush()
        return self._read_answer()

    def _read_answer(self) -> dict[str, Any]:
        assert self._relay.stdout
        answer: dict[str, Any] = json.loads(self._relay.stdout.readline())
        return answer
