"""The key of this computer: one for all processes, replaced if damaged, and readable only by its owner."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from annotator import settings
from annotator.device_key import load_key, load_or_create_key

PRINT_KEY = "from annotator.device_key import load_or_create_key; print(load_or_create_key().hex())"


def key_file() -> Path:
    return settings.data_dir() / "device.key"


def test_key_is_created_once() -> None:
    assert load_key() is None
    key = load_or_create_key()
    assert len(key) == 32
    assert load_or_create_key() == load_key() == key
    assert [file.name for file in key_file().parent.iterdir()] == ["device.key"]


def test_every_process_loads_the_same_key() -> None:
    key = load_or_create_key()
    ended = subprocess.run([sys.executable, "-c", PRINT_KEY], capture_output=True, text=True, check=True)
    assert bytes.fromhex(ended.stdout) == key


def test_concurrent_creation_leaves_one_valid_key() -> None:
    running = [
        subprocess.Popen([sys.executable, "-c", PRINT_KEY], stdout=subprocess.PIPE, text=True) for _number in range(4)
    ]
    keys = {bytes.fromhex(process.communicate()[0]) for process in running}
    assert load_key() in keys


def test_keys_of_two_computers_differ(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    key = load_or_create_key()
    monkeypatch.setenv("ANNOTATOR_HOME", str(tmp_path))
    assert load_or_create_key() != key


@pytest.mark.parametrize("content", [b"", b"short", bytes(33)])
def test_damaged_key_is_replaced(content: bytes) -> None:
    load_or_create_key()
    key_file().write_bytes(content)
    assert load_key() is None
    assert load_or_create_key() == load_key() != content


@pytest.mark.posix_only("Windows has no such permissions: the folder is the person's own")
def test_key_is_readable_only_by_its_owner() -> None:
    load_or_create_key()
    assert stat.S_IMODE(key_file().stat().st_mode) == 0o600


def test_folder_that_cannot_be_made_raises() -> None:
    home = Path(os.environ["ANNOTATOR_HOME"])
    (home / "data").write_bytes(b"")
    with pytest.raises(OSError, match="data"):
        load_or_create_key()
