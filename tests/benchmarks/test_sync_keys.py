"""That keys beside a sync are measured, with some steps; how fast they are, no test asks."""

from pathlib import Path

import pytest
import sync_keys
from postgresql import find_programs


@pytest.mark.skipif(find_programs() is None, reason="no PostgreSQL here")
def test_keys_beside_a_sync_are_measured(tmp_path: Path) -> None:
    pytest.importorskip("psycopg")
    *keys, sync = sync_keys.measure(tmp_path, steps=60, pace=20, rounds=2)
    assert [figure.what for figure in keys] == [
        "a key tags a word beside a sync",
        "undo beside a sync",
        "to the next article beside a sync",
    ]
    assert all(figure.median() > 0 and figure.ratio() for figure in keys)
    assert sync.unit == "s"
