"""This computer's secret key, which signs files whose origin must be verified, and the uid derived from it.

The key never leaves the program's data folder. If it is lost, whatever it signed is made anew.
"""

import hashlib
import os
from functools import cache
from pathlib import Path
from secrets import token_bytes
from typing import Final

from annotator import settings
from annotator.file_ops import discard_file, replace_file
from annotator.paths import hidden_path

_FILE: Final = "device.key"
_LENGTH: Final = 32  # bytes


def load_key() -> bytes | None:
    """Return the key; None if missing or unreadable."""
    try:
        with _path().open("rb") as file:
            key = file.read(_LENGTH + 1)
    except OSError:
        return None
    return key if len(key) == _LENGTH else None


def load_or_create_key() -> bytes:
    """Return the key, creating it if necessary. Raises OSError if it cannot be saved.

    If two processes create it at once, what the replaced key signed is made anew.
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


def device_uid() -> str:
    """Return what identifies this computer in recorded steps; if no key can be saved, this process."""
    return _derive_device_uid(_path())


@cache
def _derive_device_uid(_key_path: Path) -> str:
    try:
        key = load_or_create_key()
    except OSError:
        key = token_bytes(_LENGTH)
    return hashlib.sha256(b"device uid" + key).hexdigest()[:32]


def _open_privately(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _path() -> Path:
    return settings.data_dir() / _FILE
