"""No door through which a path comes opens a corpus that this process has open: its locks would be gone."""

import ast
import os
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import quote

import pytest
from builders import create_corpus
from file_states import standing_locks

from annotator import i18n, open_databases
from annotator.file_ops import explain_os_error
from annotator.formats.report import report_path
from annotator.generators import finish
from annotator.jobs.export import existing_output
from annotator.jobs.export.existing_output import folder_digest
from annotator.jobs.export.exporter import export
from annotator.jobs.export.options import ExportOptions
from annotator.jobs.export.temporary_output import clear_leftovers
from annotator.jobs.imports import file_reader
from annotator.jobs.imports.file_reader import ReadOptions
from annotator.jobs.merging import read_source
from annotator.jobs.training_project import ERRORS, PREDICTIONS, SCORES, _read_data_report, score_project
from annotator.jobs.training_scores import _read_sentences
from annotator.library.opening import create
from annotator.model.operations import InvalidEdit
from annotator.model.records import AnnotatedArticle, Remark
from annotator.open_databases import is_open_here, is_side_file_here
from annotator.paths import hidden_path
from annotator.remotes.folder import FolderRemote
from annotator.remotes.invitation import read_invitation
from annotator.remotes.postgresql.administration import _connect_as_administrator
from annotator.remotes.postgresql.administrator_url import _read_certificate, read_url
from annotator.remotes.remote import BEGINNING, LEAD, Member
from annotator.store.corpus import Corpus
from annotator.store.database_files import SIDE_FILE_SUFFIXES, is_database
from annotator.store.errors import CorpusError
from annotator.store.recovery.salvage import salvage
from annotator.suggest.external import onnx, spacy_pipeline
from annotator.suggest.external.models import CannotSuggest
from annotator.suggest.external.onnx import OnnxModel
from annotator.suggest.external.spacy_pipeline import SpacyPipeline
from annotator.team.changeset_file import read_changeset
from annotator.text import spacy_tokenizer

_QUOTES = {"en": "“", "fr": "«\N{NO-BREAK SPACE}", "ar": "«"}
MakeLink = Callable[[Path], Path]
"""Lets a path be another name of the open corpus, or of a file beside it; return it."""


_ITS_OWN = "the program's own file, by a name of its own in a folder of its own"
_RESOURCE = "what comes with the program or the system"
_IMPORTED = "what sources.open_contents has asked about, or has unpacked"
_NEW = "a file that was not there, or that the program has just made"
_CANNOT_BE_OPEN = {
    "cli/__init__.py": _RESOURCE,
    "cli/agreement.py": _NEW,
    "cli/console.py": _NEW,
    "device_key.py": _ITS_OWN,
    "diagnostics/crash_reports.py": _ITS_OWN,
    "diagnostics/logs.py": _ITS_OWN,
    "file_ops.py": f"{_ITS_OWN}; {_NEW}",
    "formats/conll/columns.py": _IMPORTED,
    "formats/conll/conllu.py": _IMPORTED,
    "formats/datasets/docbin_reading.py": _IMPORTED,
    "formats/documents/pdf.py": _IMPORTED,
    "formats/documents/tables.py": _IMPORTED,
    "formats/documents/web.py": _IMPORTED,
    "formats/documents/word.py": _IMPORTED,
    "formats/json/doccano.py": _IMPORTED,
    "formats/json/jsonl.py": _IMPORTED,
    "formats/json/labelstudio.py": _IMPORTED,
    "formats/registry.py": _IMPORTED,
    "jobs/export/compression.py": _NEW,
    "jobs/export/exporter.py": _NEW,
    "jobs/export/file_output.py": "what check_replaceable has asked about",
    "jobs/export/stream_output.py": _NEW,
    "jobs/merging.py": _NEW,
    "library/opening.py": "a corpus, by SQLite",
    "licenses.py": _RESOURCE,
    "remotes/folder.py": f"what is_regular has asked about; {_NEW}",
    "remotes/invitation.py": _NEW,
    "remotes/memberships.py": _ITS_OWN,
    "remotes/postgresql/administration.py": _RESOURCE,
    "remotes/postgresql/connection.py": _NEW,
    "settings.py": _ITS_OWN,
    "single_instance.py": _ITS_OWN,
    "store/copying.py": _NEW,
    "store/locks.py": "what connect_tracked has asked about",
    "store/shared_memory.py": _RESOURCE,
    "store/verification.py": "what SQLite says is no database: none that is open",
    "suggest/crf/training.py": _NEW,
    "suggest/dates/grammar.py": _RESOURCE,
    "suggest/joining/belief.py": _RESOURCE,
    "suggest/names/data.py": _RESOURCE,
    "system_language.py": _RESOURCE,
    "ui/dialogs/about.py": _RESOURCE,
    "ui/widgets/icons.py": _RESOURCE,
}
"""Why a module that does not ask `open_databases` opens no corpus that is open."""


def opens_files(call: ast.AST) -> bool:
    """Return whether code opens a file by itself: with a mode, or as a whole."""
    match call:
        case ast.Call(func=ast.Name(id="open")) | ast.Call(func=ast.Attribute(value=ast.Name(id="os"), attr="open")):
            return True
        case ast.Call(func=ast.Attribute(attr="open"), args=[ast.Constant(value=str()), *_]):
            return True
        case ast.Call(func=ast.Attribute(attr=name)):
            return name in ("read_bytes", "read_text", "write_bytes", "write_text", "copyfile", "copy2", "from_file")
    return False


def test_each_module_that_opens_files_asks_or_need_not() -> None:
    """A new door is refused a corpus that is open (refuse_open_here), or stands in the table with the reason."""
    package = Path(open_databases.__file__).parent
    modules = {path: path.read_text(encoding="utf-8") for path in package.rglob("*.py")}
    unguarded = {
        path.relative_to(package).as_posix()
        for path, text in modules.items()
        if "open_databases" not in text and any(map(opens_files, ast.walk(ast.parse(text))))
    }
    assert unguarded == _CANNOT_BE_OPEN.keys()


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
    faults = finish(remote.verify()).faults
    assert sum("00000001" in fault for fault in faults) >= 2


def load_model(model: SpacyPipeline | OnnxModel) -> None:
    """Load a model with a library that opens all files of its folder."""

    def read_all(folder: Path | str, *_rest: object, **_options: object) -> None:
        for parent, _folders, names in os.walk(folder, followlinks=True):
            for name in names:
                Path(parent, name).read_bytes()

    with pytest.MonkeyPatch.context() as patch:
        for module in (onnx, spacy_pipeline):
            patch.setattr(module, "is_installed", lambda *_names: True)
        patch.setattr(spacy_tokenizer, "register", lambda: None)
        patch.setitem(sys.modules, "spacy", SimpleNamespace(load=read_all))
        patch.setitem(sys.modules, "onnxruntime", SimpleNamespace())
        tokenizer = SimpleNamespace(from_file=lambda name: read_all(Path(name).parent))
        patch.setitem(sys.modules, "tokenizers", SimpleNamespace(Tokenizer=tokenizer))
        model._get_model()


def build_model(folder: Path, *names: str) -> Path:
    """Write a folder with these files, and a part of it that leads back to it."""
    model = folder / "model"
    (model / "part").mkdir(parents=True)
    (model / "part" / "again").symlink_to(model)
    for name in names:
        (model / name).write_text('{"id2label": {"0": "O"}}', encoding="utf-8")
    return model


def suggest_by_spacy(folder: Path, link: MakeLink, _corpus: Corpus) -> None:
    model = build_model(folder, "config.cfg", "meta.json")
    link(model / "part" / "strings.json")
    load_model(SpacyPipeline(str(model)))


def suggest_by_linked_part(folder: Path, link: MakeLink, _corpus: Corpus) -> None:
    model = build_model(folder, "config.cfg", "meta.json")
    (folder / "elsewhere").mkdir()
    link(folder / "elsewhere" / "strings.json")
    (model / "vocab").symlink_to(folder / "elsewhere")
    load_model(SpacyPipeline(str(model)))


def suggest_by_onnx(folder: Path, link: MakeLink, _corpus: Corpus) -> None:
    model = build_model(folder, "model.onnx", "tokenizer.json")
    link(model / "config.json")
    load_model(OnnxModel(str(model)))


def suggest_by_onnx_weights(folder: Path, link: MakeLink, _corpus: Corpus) -> None:
    model = build_model(folder, "config.json", "tokenizer.json")
    link(model / "model.onnx")
    load_model(OnnxModel(str(model)))


def repair(folder: Path, link: MakeLink, _corpus: Corpus) -> None:
    finish(salvage(link(folder / "damaged.corpus"), folder / "new.corpus"))


def repair_beside_its_log(folder: Path, link: MakeLink, _corpus: Corpus) -> None:
    path = folder / "damaged.corpus"
    path.write_bytes(b"\0" * 4096)
    link(folder / "damaged.corpus-wal")
    finish(salvage(path, folder / "new.corpus"))


def open_it(folder: Path, link: MakeLink, _corpus: Corpus) -> None:
    Corpus.open(link(folder / "b.corpus")).close()


def open_backup(folder: Path, link: MakeLink, _corpus: Corpus) -> None:
    Corpus.open_backup(link(folder / "b.corpus")).close()


def open_beside_it(folder: Path, link: MakeLink, _corpus: Corpus) -> None:
    path = folder / "other.corpus"
    create_corpus(path, "خبر آخر").close()
    link(folder / "other.corpus-shm")
    Corpus.open(path).close()


def merge_it(folder: Path, link: MakeLink, _corpus: Corpus) -> None:
    finish(read_source(link(folder / "a.changeset")))


def read_as_changeset(folder: Path, link: MakeLink, _corpus: Corpus) -> None:
    finish(read_changeset(link(folder / "a.changeset")))


def join_by_it(folder: Path, link: MakeLink, _corpus: Corpus) -> None:
    read_invitation(link(folder / "a.team"))


def write_scores_over_it(folder: Path, link: MakeLink, corpus: Corpus) -> None:
    (folder / PREDICTIONS).touch()
    link(folder / SCORES)
    score_project(corpus, folder)


def write_errors_over_it(folder: Path, link: MakeLink, corpus: Corpus) -> None:
    (folder / PREDICTIONS).touch()
    link(folder / ERRORS)
    score_project(corpus, folder)


def clear_up_beside_it(folder: Path, link: MakeLink, _corpus: Corpus) -> None:
    path = folder / "news.jsonl"
    lock = link(hidden_path(path, "lock", "e" * 32))
    clear_leftovers(path, report_path(path))
    assert lock.exists()


def connect_by_it(folder: Path, link: MakeLink, _corpus: Corpus) -> None:
    passwords = link(folder / "pgpass")
    passwords.chmod(0o600)  # libpq opens no other one
    url = f"postgresql://salma@127.0.0.1:1/news?sslmode=disable&passfile={quote(str(passwords), safe='')}"
    with _connect_as_administrator(url, read_url(url), None):
        pass


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


def test_corpus_may_be_in_the_folder_of_a_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No library looks for it there by its own name."""
    monkeypatch.setattr(spacy_pipeline, "is_installed", lambda *_names: True)
    for name in ("config.cfg", "meta.json"):
        (tmp_path / name).touch()
    with create_corpus(tmp_path / "news.corpus", "خبر") as corpus:
        corpus.annotators()
        SpacyPipeline(str(tmp_path)).check()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux lists the locks of a process")
@pytest.mark.parametrize(("suffix", "language"), list(zip(["", *SIDE_FILE_SUFFIXES[:2]], _QUOTES, strict=True)))
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
        suggest_by_spacy,
        suggest_by_linked_part,
        suggest_by_onnx,
        suggest_by_onnx_weights,
        repair,
        repair_beside_its_log,
        open_it,
        open_backup,
        open_beside_it,
        merge_it,
        read_as_changeset,
        join_by_it,
        write_scores_over_it,
        write_errors_over_it,
        clear_up_beside_it,
        connect_by_it,
    ],
)
def test_no_door_opens_the_open_corpus(
    tmp_path: Path,
    open_door: Callable[[Path, MakeLink, Corpus], None],
    make_link: Callable[[Path, Path], None],
    suffix: str,
    language: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What is refused is named, in the language of the reader."""
    i18n.set_language(language)
    monkeypatch.setenv("ANNOTATOR_LANGUAGE", language)
    folder = tmp_path / "folder"
    folder.mkdir()
    with create_corpus(folder / "news.corpus", "خبر") as corpus:
        corpus.annotators()
        target = corpus.path.with_name(corpus.path.name + suffix)

        linked = [corpus.path.name]

        def link(path: Path) -> Path:
            make_link(path, target)
            linked.append(path.name.removesuffix("-shm"))
            return path

        locks = standing_locks(corpus.path, os.getpid())
        assert locks
        refusal = ""
        try:
            open_door(folder, link, corpus)
        except OSError as error:
            refusal = explain_os_error(error)
        except (CorpusError, InvalidEdit, CannotSuggest) as error:
            refusal = str(error)
        assert standing_locks(corpus.path, os.getpid()) == locks
    assert not is_open_here(target)
    if refusal:
        assert any(name in refusal for name in linked)
        assert _QUOTES[language] in refusal
        assert "[Errno" not in refusal
