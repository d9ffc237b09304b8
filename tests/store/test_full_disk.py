"""Tests of a corpus on a full disk: it can be read, and failures name their reason."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from small_disk import fill_disk, free_disk, small_disk

from annotator import settings
from annotator.jobs.export.exporter import export
from annotator.jobs.export.options import ALL, ExportOptions
from annotator.model.article_builder import build_article
from annotator.model.labels import decode
from annotator.resources import resource_path
from annotator.store.connections import connect
from annotator.store.corpus import Corpus
from annotator.store.errors import CorpusError, FullDisk
from annotator.store.recovery.rescue import copy_file_to_safety


@pytest.fixture
def full(tmp_path: Path) -> Iterator[Path]:
    """Create a corpus with an article on a separate disk that is filled to the last byte."""
    with small_disk(tmp_path / "disk") as folder:
        path, labels = folder / "news.corpus", resource_path("labels", "default.toml")
        with Corpus.create(path, decode(labels.read_bytes(), str(labels))) as corpus:
            corpus.add(build_article("أعلنت وزارة الصحة عن خطة."))
        fill_disk(folder)
        yield path


def test_corpus_on_a_full_disk_is_read_and_exported_to_another_disk(full: Path, tmp_path: Path) -> None:
    with Corpus.open(full, readonly=True) as corpus:
        assert corpus.article(1).text == "أعلنت وزارة الصحة عن خطة."
        for _progress in export(corpus, tmp_path / "train.jsonl", ExportOptions(format="jsonl", state=ALL)):
            pass
    assert "وزارة الصحة" in (tmp_path / "train.jsonl").read_text(encoding="utf-8")
    assert sorted(path.name for path in full.parent.iterdir()) == ["filler", "news.corpus"]


def test_opening_for_writing_reports_the_full_disk(full: Path) -> None:
    with pytest.raises(FullDisk, match="disk is full"):
        Corpus.open(full)
    free_disk(full.parent)
    with Corpus.open(full) as corpus:
        corpus.add(build_article("خبر."))


def test_log_on_a_full_disk_is_read(full: Path) -> None:
    free_disk(full.parent)
    with Corpus.open(full) as corpus:
        corpus.add(build_article("خبر ثان."))
        fill_disk(full.parent)
        with Corpus.open(full, readonly=True) as other:
            assert other.article(2).text == "خبر ثان."


def test_reader_on_a_full_disk_sees_writes_of_others(full: Path) -> None:
    free_disk(full.parent)
    with Corpus.open(full) as corpus, closing(connect(full, "mode=rw", readonly=False)) as db:
        assert corpus.article(1).text == "أعلنت وزارة الصحة عن خطة."
        assert db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0] == 0
        fill_disk(full.parent)
        with Corpus.open(full, readonly=True) as other:
            free_disk(full.parent)
            corpus.add(build_article("خبر ثان."))
            assert other.article(2).text == "خبر ثان."


def test_copy_is_made_in_the_data_folder_if_the_disk_is_full(full: Path) -> None:
    for _step in copy_file_to_safety(full):
        pass
    [copy] = (settings.data_dir() / "rescued").iterdir()
    with Corpus.open(copy, readonly=True) as corpus:
        assert corpus.article(1).text == "أعلنت وزارة الصحة عن خطة."


def test_copy_reports_an_unusable_data_folder(full: Path) -> None:
    settings.data_dir().mkdir(parents=True, exist_ok=True)
    (settings.data_dir() / "rescued").touch()
    with pytest.raises(CorpusError, match="rescued"):
        for _step in copy_file_to_safety(full):
            pass
