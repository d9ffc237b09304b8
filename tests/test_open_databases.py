"""No door through which a path comes opens a corpus that this process has open: its locks would be gone."""

import os
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from builders import create_corpus
from file_states import standing_locks

from annotator import open_databases
from annotator.generators import finish
from annotator.jobs.export import existing_output
from annotator.jobs.export.existing_output import folder_digest
from annotator.jobs.export.exporter import export
from annotator.jobs.export.options import ExportOptions
from annotator.jobs.imports import file_reader
from annotator.jobs.imports.file_reader import ReadOptions
from annotator.jobs.training_project import _read_data_report
from annotator.jobs.training_scores import _read_sentences
from annotator.library.opening import create
from annotator.model.operations import InvalidEdit
from annotator.model.records import AnnotatedArticle, Remark
from annotator.open_databases import is_open_here, is_side_file_here
from annotator.remotes.folder import FolderRemote
from annotator.remotes.postgresql.administrator_url import _read_certificate
from annotator.remotes.remote import BEGINNING, LEAD, Member
from annotator.store.corpus import Corpus
from annotator.store.database_files import SIDE_FILE_SUFFIXES, is_database
from annotator.store.errors import CorpusError

MakeLink = Callable[[Path], Path]
"""Lets a path be another name of the open corpus, or of a file beside it; return it."""


def read_files(corpus: Corpus, *paths: Path) -> list[AnnotatedArticle | Remark]:
    """Return what an import reads."""
    items: list[AnnotatedArticle | Remark] = []
    remarks: list[Remark] = []
    for path in file_reader.list_files(corpus, paths, None, remarks):
        items += file_reader.read(path, ReadOptions(), "salma")
    return [*items, *remarks]


def import_standoff(folder: Path, link: MakeLink, corpus: Corpus) -> None:
    link(folder / "news.txt")
    (folder / "news.ann").write_text("T1\tDATE 0 3\tخبر\n", encoding="utf-8", newline="\n")
    [refusal] = read_files(corpus, folder)
    assert isinstance(refusal, Remark)
    assert "news.txt" in str(refusal.reason)


def import_with_labels(folder: Path, link: MakeLink, corpus: Corpus) -> None:
    link(folder / "config.xml")
    link(folder / "tasks.json.label_config.json")
    (folder / "tasks.json").write_text('[{"data": {"text": "خبر"}}]', encoding="utf-8", newline="\n")
    [article] = read_files(corpus, folder)
    assert isinstance(article, AnnotatedArticle)


def import_by_number(_folder: Path, link: MakeLink, corpus: Corpus) -> None:
    path = link(_folder / "news.txt")
    number = next(
        descriptor.name
        for descriptor in Path("/proc/self/fd").iterdir()
        if descriptor.exists() and descriptor.samefile(path)
    )
    [refusal] = read_files(corpus, Path("/dev/fd") / number)
    assert isinstance(refusal, Remark)


def create_with_labels(folder: Path, link: MakeLink, _corpus: Corpus) -> None:
    create(folder / "other.corpus", "salma", label_file=link(folder / "labels.toml"))


def export_over_it(folder: Path, link: MakeLink, _corpus: Corpus) -> None:
    with create_corpus(folder / "other.corpus", "خبر آخر") as other:
        finish(export(other, link(folder / "news.jsonl"), ExportOptions("jsonl"), force=True))


def export_report_over_it(folder: Path, link: MakeLink, _corpus: Corpus) -> None:
    link(folder / "news.jsonl.report.json")
    with create_corpus(folder / "other.corpus", "خبر آخر") as other:
        finish(export(other, folder / "news.jsonl", ExportOptions("jsonl")))


def look_for_changes(folder: Path, link: MakeLink, _corpus: Corpus) -> None:
    link(folder / "a.txt")
    folder_digest(folder)


def look_what_it_is(folder: Path, link: MakeLink, _corpus: Corpus) -> None:
    assert is_database(link(folder / "a"))


def train(folder: Path, link: MakeLink, _corpus: Corpus) -> None:
    link(folder / "data.report.json")
    _read_data_report(folder)


def score(folder: Path, link: MakeLink, _corpus: Corpus) -> None:
    list(_read_sentences(link(folder / "predictions.jsonl")))


def prove_name(folder: Path, link: MakeLink, _corpus: Corpus) -> None:
    _read_certificate(link(folder / "ca.crt"))


def meet_in_folder(folder: Path, link: MakeLink, _corpus: Corpus) -> None:
    lead = Member("a" * 32, "Nadia", LEAD)
    remote = FolderRemote.create(folder / "team", team="b" * 32, name="Lab", lead=lead)
    (folder / "team" / ("c" * 32)).mkdir()
    link(folder / "team" / ("c" * 32) / "00000001.changeset")
    link(folder / "team" / ("c" * 32) / "00000001 (copy).changeset")
    link(folder / "team" / "members" / f"{'d' * 32}.json")
    assert remote.pull(BEGINNING, 100).is_last
    assert len(remote.welcome().members) == 1


def test_file_without_an_inode_is_not_taken_for_an_open_corpus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Windows gives 0 for a file that is locked."""
    (tmp_path / "folder").mkdir()
    path = tmp_path / "folder" / "a.txt"
    path.write_text("a", encoding="utf-8")
    with create_corpus(tmp_path / "news.corpus", "خبر") as corpus:
        corpus.annotators()
        for module in (open_databases, existing_output):
            monkeypatch.setattr(module, "file_identity", lambda _path: (0, 0))
        assert not is_open_here(path)
        assert not is_side_file_here(path)
        digest = folder_digest(path.parent)
        path.write_text("b", encoding="utf-8")
        assert folder_digest(path.parent) != digest


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux lists the locks of a process")
@pytest.mark.parametrize("suffix", ["", *SIDE_FILE_SUFFIXES[:2]])
@pytest.mark.parametrize("make_link", [Path.symlink_to, Path.hardlink_to], ids=["symbolic", "hard"])
@pytest.mark.parametrize(
    "open_door",
    [
        import_standoff,
        import_with_labels,
        import_by_number,
        create_with_labels,
        export_over_it,
        export_report_over_it,
        look_for_changes,
        look_what_it_is,
        train,
        score,
        prove_name,
        meet_in_folder,
    ],
)
def test_no_door_opens_the_open_corpus(
    tmp_path: Path,
    open_door: Callable[[Path, MakeLink, Corpus], None],
    make_link: Callable[[Path, Path], None],
    suffix: str,
) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    with create_corpus(folder / "news.corpus", "خبر") as corpus:
        corpus.annotators()
        target = corpus.path.with_name(corpus.path.name + suffix)

        def link(path: Path) -> Path:
            make_link(path, target)
            return path

        locks = standing_locks(corpus.path, os.getpid())
        assert locks
        with suppress(OSError, CorpusError, InvalidEdit):
            open_door(folder, link, corpus)
        assert standing_locks(corpus.path, os.getpid()) == locks
    assert not is_open_here(target)
