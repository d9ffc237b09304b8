"""What is read to be merged."""

import os
import sys
from pathlib import Path

import pytest
from builders import create_corpus
from file_states import standing_locks

from annotator.generators import finish
from annotator.jobs.merging import UnusableSource, read_source
from annotator.store.database_files import SIDE_FILE_SUFFIXES


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux lists the locks of a process")
@pytest.mark.parametrize("suffix", SIDE_FILE_SUFFIXES)
def test_files_beside_an_open_corpus_are_never_opened(tmp_path: Path, suffix: str) -> None:
    with create_corpus(tmp_path / "news.corpus", "خبر") as corpus:
        path = corpus.path.with_name(corpus.path.name + suffix)
        path.touch()
        link, hard_link = tmp_path / "link.changeset", tmp_path / "hard.changeset"
        link.symlink_to(path)
        hard_link.hardlink_to(path)
        corpus.annotators()
        locks = standing_locks(corpus.path, os.getpid())
        assert locks
        for source in (path, link, hard_link):
            with pytest.raises(UnusableSource):
                finish(read_source(source))
            assert standing_locks(corpus.path, os.getpid()) == locks


@pytest.mark.posix_only("Windows has no pipes in folders")
def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.changeset")
    with pytest.raises(UnusableSource) as refused:
        finish(read_source(tmp_path / "a.changeset"))
    assert refused.value.refusal.code == "not_a_file"
