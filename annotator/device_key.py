"""The secret key of this computer, which signs files whose origin the program must verify.

It lies in the program's data folder, and the program never copies it elsewhere. Losing it loses nothing: what was
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
    """Return the key; None if there is none yet or it cannot be read."""
    try:
        with _path().open("rb") as file:
            key = file.read(_LENGTH + 1)
    except OSError:
        return None
    return key if len(key) == _LENGTH else None


def load_or_create_key() -> bytes:
    """Return the key, creating it if necessary. Raises OSError if it cannot be saved.

    When two processes create the first key at the same time, one may sign with a key that is replaced at once: what it
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
