"""Commands on a corpus of an older version."""

import shutil
from collections.abc import Generator
from pathlib import Path

import pytest
from cli.sample import Run

from annotator.cli import opening
from annotator.generators import finish
from annotator.store.migrating import is_outdated

VERSIONS = Path(__file__).parents[1] / "store" / "versions"


@pytest.mark.parametrize("command", [("list",), ("check",), ("mark", "1", "--state", "done")])
def test_older_corpus_is_migrated_with_a_progress_bar(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...]
) -> None:
    path, labels = tmp_path / "old.corpus", list[str]()
    shutil.copyfile(VERSIONS / "v6.corpus", path)

    def run_and_note(steps: Generator[tuple[int, int], None, None], label: str) -> None:
        labels.append(label)
        finish(steps)

    monkeypatch.setattr(opening, "run_with_progress", run_and_note)
    for _time in range(2):
        name, *arguments = command
        assert run(name, path, *arguments).code == 0
        assert labels == ["Updating the corpus for this version of the program"]
        assert not is_outdated(path)
