"""Every Python that finds this folder in its PYTHONPATH begins with it: it writes down what would reach out.

The file that NETWORK_RECORD names gets a line for each process, and one for each audit event that is about a network
(https://docs.python.org/3/library/audit_events.html). Sockets of the machine's own, such as its screen's, are not.
"""

import os
import socket
import sys
from typing import Any

RECORD = os.environ["NETWORK_RECORD"]
ALONE = ("socket.__new__", "socket.gethostname")
"""What asks nobody: a socket as such, and what this machine is called."""
LOOPBACK = ("127.0.0.1", "::1")
REACHING = ("socket.", "urllib.", "http.", "ftplib.", "imaplib.", "poplib.", "smtplib.", "webbrowser.")


def note(line: str) -> None:
    with open(RECORD, "a", encoding="utf-8") as record:  # noqa: PTH123
        record.write(f"{line}\n")


def hear(event: str, arguments: tuple[Any, ...]) -> None:
    if not event.startswith(REACHING) or event in ALONE:
        return
    if event.startswith("socket.") and getattr(arguments[0], "family", None) == getattr(socket, "AF_UNIX", ""):
        return
    # urllib3, which a library loads, looks so whether this system knows IPv6: it waits for nobody there.
    if event == "socket.bind" and arguments[1][0] in LOOPBACK:
        return
    note(f"reached {event} {arguments!r}")


note(f"watched {' '.join(' '.join(sys.orig_argv).split())}")
sys.addaudithook(hear)
