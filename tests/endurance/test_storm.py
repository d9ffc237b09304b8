"""What other programs do to a corpus while a window works at it takes nothing away; storm.py does it for any count."""

import subprocess
import sys
import time
from pathlib import Path
from random import Random

import pytest
from storm import Window
from strategies import reduce_count

from annotator.model.article_builder import build_article
from annotator.model.labels import default_labels
from annotator.store.corpus import Corpus
from annotator.store.database_files import wal_path

HERE = Path(__file__).resolve().parent
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="files are renamed while they are open")


def test_what_was_shown_as_saved_is_there_after_storms(tmp_path: Path) -> None:
    storms = reduce_count(30)
    command = [sys.executable, str(HERE / "storm.py"), "--count", str(storms), "--keep", str(tmp_path / "kept")]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8")
    assert done.returncode == 0, done.stderr
    counts = {what.strip(): int(count) for count, what in (line.split(None, 1) for line in done.stdout.splitlines())}
    assert counts["storms"] == storms
    assert counts["steps shown"] > 2 * storms
    if storms < 30:  # a few need not have everything in them
        return
    happened = ["rename", "replace", "delete", "copy", "write", "kill", "killed", "second window"]
    if "No disk can be mounted" not in done.stderr:
        happened += ["on a medium", "fill", "pull"]
    assert [what for what in happened if not counts.get(what)] == []


def test_the_steps_of_a_corpus_renamed_and_killed_at_once_come_back_with_their_log(tmp_path: Path) -> None:
    """As docs/reliability.md says it: nobody could have told the window the new name."""
    path, renamed = tmp_path / "news.corpus", tmp_path / "new name.corpus"
    with Corpus.create(path, default_labels()) as corpus:
        corpus.add(build_article("أعلنت وزارة الصحة بالرباط، أمس الثلاثاء، عن الخطة الوطنية للتلقيح. " * 20))
    window = Window(tmp_path, path, "Sanae", Random(1))
    end = time.monotonic() + 60
    while len(window.saved) < 5 or not wal_path(path).stat().st_size:
        assert time.monotonic() < end
        time.sleep(0.01)
        window.listen()
    path.rename(renamed)
    window.end(killed=True)
    with Corpus.open(renamed):  # who opens it finds it without the last steps, and leaves everything as it is
        pass
    wal_path(path).rename(wal_path(renamed))
    with Corpus.open(renamed) as corpus:
        assert window.saved <= {step for (step,) in corpus.fetch_tuples("SELECT step FROM edit")}
        assert corpus.fetch_tuples("PRAGMA integrity_check") == [("ok",)]
