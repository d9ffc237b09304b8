"""The secret key of this computer, with which the program signs what it must know again in a file from anywhere.

It lies in the program's data folder and never leaves the computer by the program. Without it nothing is lost: what was
signed with it is made anew.
"""

import os
from pathlib import Path
from secrets import token_bytes
from typing import Final

from annotator import settings
from annotator.file_ops import discard_file, replace_file
from annotator.paths import hidden_path

_FILE: Final = "device.key"
_LENGTH: Final = 32  # bytes


def load_key() -> bytes | None:
    """Return the key; None where there is none yet or it cannot be read."""
    try:
        with _path().open("rb") as file:
            key = file.read(_LENGTH + 1)
    except OSError:
        return None
    return key if len(key) == _LENGTH else None


def load_or_create_key() -> bytes:
    """Return the key, a new one where there is none. Raises OSError where it cannot be kept.

    Of two processes that make the first key at the same time one may sign with a key that is replaced at once: what it
    signed is made anew.
    """
    if key := load_key():
        return key
    path = _path()
    path.parent.mkdir(parents=True, exist_ok=True)
    new, key = hidden_path(path, "new"), token_bytes(_LENGTH)
    try:
        with open(new, "xb", opener=_open_privately) as file:
            file.write(key)
        replace_file(new, path)
    finally:
        discard_file(new)
    return key


def _open_privately(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _path() -> Path:
    return settings.data_dir() / _FILE
