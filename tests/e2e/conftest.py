"""The mouse and the keyboard of the screen, and a corpus of two of the sample articles."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from e2e.exports import ARTICLE, command
from e2e.program import end_processes
from e2e.stories import sample_path

if TYPE_CHECKING:
    from e2e.hands import RealInput

OTHER_ARTICLE = "03-night-trains"


@pytest.fixture(scope="session")
def hands() -> "Iterator[RealInput]":
    from e2e.hands import RealInput  # not every system has what it imports

    # For all tests at once: an X server whose last client goes away may begin anew, and turn the next one away.
    devices = RealInput()
    yield devices
    devices.close()


@pytest.fixture(autouse=True)
def _end_of_processes() -> Iterator[None]:
    yield
    end_processes()


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    path = tmp_path / "work.corpus"
    for name in (ARTICLE, OTHER_ARTICLE):
        command("import", path, sample_path(name))
    return path
