"""Training projects: what is written, run and scored; the window opens at each error."""

import csv
import errno
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from builders import create_corpus
from msgspec.structs import replace
from small_disk import fill_disk, small_disk

from annotator import optional_packages
from annotator.generators import finish
from annotator.jobs.export.existing_output import CannotExport
from annotator.jobs.export.options import ExportOptions
from annotator.jobs.training_project import KINDS, InvalidProject, run_project, score_project, write_project
from annotator.model import operations
from annotator.model.links import parse_link
from annotator.model.places import parse_place
from annotator.model.records import Step, new_uid
from annotator.resources import resource_path
from annotator.store.corpus import Corpus, utc_timestamp

ME = "Sanae"
OPTIONS = ExportOptions(state="all", annotator=ME, zones=None, split={"train": 60, "dev": 20, "test": 20}, seed=3)
BODIES = ("وزارة الصحة", "وزارة العدل", "جامعة وجدة", "بلدية العرائش", "مجلس المدينة")


@pytest.fixture
def corpus(tmp_path: Path) -> Iterator[Corpus]:
    """Create a corpus of articles with an institution in each sentence."""
    texts = [
        "\n".join(
            f"أعلنت {BODIES[(number + line) % 5]} يوم {number * 7 + line} خبرا{number}{line} كلمة{number * 31 + line}."
            for line in range(6)
        )
        for number in range(30)
    ]
    with create_corpus(tmp_path / "a.corpus", *texts) as corpus:
        for number, text in enumerate(texts, 1):
            article = corpus.article(number)
            for body in BODIES:
                start = text.find(body)
                while start >= 0:
                    edits = operations.add_span(article, [], ME, "INSTITUTION", start, start + len(body))
                    corpus.apply(Step(new_uid(), ME, utc_timestamp(), "tag", tuple(edits)))
                    start = text.find(body, start + 1)
        yield corpus


def test_a_model_is_trained_and_scored(corpus: Corpus, tmp_path: Path) -> None:
    folder = tmp_path / "project"
    report = finish(write_project(corpus, folder, KINDS["crf"], OPTIONS))
    run_project(folder, KINDS["crf"])
    scores = score_project(corpus, folder)
    assert report.parts
    assert scores.overall.expected == report.parts["test"].written > 0
    assert scores.overall.f1 > 0.9
    written = json.loads((folder / "scores.json").read_bytes())
    assert written["overall"]["f1"] == scores.overall.f1
    assert written["scores"].keys() == {"INSTITUTION"}


def test_each_error_leads_to_its_place(corpus: Corpus, tmp_path: Path) -> None:
    folder = tmp_path / "project"
    finish(write_project(corpus, folder, KINDS["crf"], OPTIONS))
    run_project(folder, KINDS["crf"])
    predictions = folder / "predictions.jsonl"
    sentences = [json.loads(line) for line in predictions.read_text(encoding="utf-8").splitlines()]
    for sentence in sentences:
        sentence["predicted"] = ["O"] * len(sentence["tokens"])
    predictions.write_text("\n".join(map(json.dumps, sentences)), encoding="utf-8")
    scores = score_project(corpus, folder)
    with (folder / "errors.tsv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    assert len(rows) == scores.overall.expected == len(scores.errors) > 0
    for row in rows:
        place = parse_place(row["place"])
        assert place
        assert corpus.article(place.article).text[place.start : place.end] == row["expected_text"]
        assert row["expected_text"] in BODIES
        assert (row["error"], row["predicted"]) == ("missed", "")
        assert row["command"].endswith(f" --at {place}")
        assert str(corpus.path.absolute()) in row["command"]
        assert parse_link(row["link"]) == (corpus.path.absolute(), place)


def test_a_program_that_was_changed_is_kept(corpus: Corpus, tmp_path: Path) -> None:
    folder = tmp_path / "project"
    finish(write_project(corpus, folder, KINDS["crf"], OPTIONS))
    (folder / "train.py").write_text("raise SystemExit(7)", encoding="utf-8")
    finish(write_project(corpus, folder, KINDS["crf"], OPTIONS))
    with pytest.raises(InvalidProject, match="exit code 7"):
        run_project(folder, KINDS["crf"])


def test_a_project_of_another_kind_is_left_alone(corpus: Corpus, tmp_path: Path) -> None:
    folder = tmp_path / "project"
    finish(write_project(corpus, folder, KINDS["crf"], OPTIONS))
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    with pytest.raises(InvalidProject, match="--with crf"):
        finish(write_project(corpus, folder, KINDS["spacy"], OPTIONS))
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before


def test_results_never_stand_beside_other_data(corpus: Corpus, tmp_path: Path) -> None:
    folder = tmp_path / "project"
    results = [folder / name for name in ("predictions.jsonl", "scores.json", "errors.tsv")]
    finish(write_project(corpus, folder, KINDS["crf"], OPTIONS))
    run_project(folder, KINDS["crf"])
    score_project(corpus, folder)
    finish(write_project(corpus, folder, KINDS["crf"], OPTIONS))
    assert all(path.exists() for path in results)
    finish(write_project(corpus, folder, KINDS["crf"], replace(OPTIONS, seed=5)))
    assert not any(path.exists() for path in results)


def test_a_training_that_fails_leaves_no_results_of_another(corpus: Corpus, tmp_path: Path) -> None:
    folder = tmp_path / "project"
    finish(write_project(corpus, folder, KINDS["crf"], OPTIONS))
    run_project(folder, KINDS["crf"])
    score_project(corpus, folder)
    (folder / "train.py").write_text("raise SystemExit(3)", encoding="utf-8")
    with pytest.raises(InvalidProject, match="3"):
        run_project(folder, KINDS["crf"])
    assert not [name for name in ("predictions.jsonl", "scores.json", "errors.tsv") if (folder / name).exists()]


def test_a_folder_with_something_else_is_left_alone(corpus: Corpus, tmp_path: Path) -> None:
    folder = tmp_path / "thesis"
    folder.mkdir()
    (folder / "chapter.txt").write_text("x", encoding="utf-8")
    with pytest.raises(InvalidProject, match="something else"):
        finish(write_project(corpus, folder, KINDS["crf"], OPTIONS))
    assert [path.name for path in folder.iterdir()] == ["chapter.txt"]


def test_a_program_of_something_else_is_not_run(corpus: Corpus, tmp_path: Path) -> None:
    """Many a folder has a train.py of its own."""
    folder = tmp_path / "research"
    folder.mkdir()
    (folder / "train.py").write_text("raise SystemExit(7)", encoding="utf-8")
    with pytest.raises(InvalidProject, match="something else"):
        finish(write_project(corpus, folder, KINDS["crf"], OPTIONS))
    assert [path.name for path in folder.iterdir()] == ["train.py"]


def test_a_project_without_its_program_is_completed(corpus: Corpus, tmp_path: Path) -> None:
    folder = tmp_path / "project"
    finish(write_project(corpus, folder, KINDS["crf"], OPTIONS))
    (folder / "train.py").unlink()
    finish(write_project(corpus, folder, KINDS["crf"], OPTIONS))
    assert (folder / "train.py").exists()


def test_nothing_is_learned_from_no_span(tmp_path: Path) -> None:
    texts = [f"خبر رقم {number} عن كلمة{number}." for number in range(30)]
    with create_corpus(tmp_path / "a.corpus", *texts) as corpus:
        edits = operations.set_state(None, corpus.article(1), ME, "done")
        corpus.apply(Step(new_uid(), ME, utc_timestamp(), "state", tuple(edits)))
        with pytest.raises(InvalidProject, match=r"nothing to learn.*data\.report\.json"):
            finish(write_project(corpus, tmp_path / "project", KINDS["crf"], OPTIONS))
    assert not (tmp_path / "project" / "train.py").exists()


def test_an_export_that_fails_leaves_no_empty_folder(corpus: Corpus, tmp_path: Path) -> None:
    with pytest.raises(CannotExport):
        finish(write_project(corpus, tmp_path / "project", KINDS["crf"], replace(OPTIONS, state="done")))
    assert not (tmp_path / "project").exists()
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "data.report.json").write_bytes(b'{"format": "conll2003"}')
    with pytest.raises(CannotExport):
        finish(write_project(corpus, tmp_path / "mine", KINDS["crf"], replace(OPTIONS, state="done")))
    assert (tmp_path / "mine" / "data.report.json").exists()


def test_an_error_stands_among_its_words(corpus: Corpus, tmp_path: Path) -> None:
    folder = tmp_path / "project"
    finish(write_project(corpus, folder, KINDS["crf"], OPTIONS))
    (folder / "train.py").write_text("", encoding="utf-8")
    article = corpus.article(3)
    tokens = article.text[article.text.index(BODIES[3]) :].split()[:5]
    sentence = {"uid": article.uid, "start": article.text.index(BODIES[3]), "tokens": tokens}
    expected = {"expected": ["B-INSTITUTION", "I-INSTITUTION", "O", "O", "O"], "predicted": ["O"] * 5}
    (folder / "predictions.jsonl").write_text(json.dumps({**sentence, **expected}), encoding="utf-8")
    score_project(corpus, folder)
    with (folder / "errors.tsv").open(encoding="utf-8", newline="") as file:
        (row,) = csv.DictReader(file, delimiter="\t")
    before, _mark, rest = row["context"].partition("⟦")
    inside, _mark, after = rest.partition("⟧")
    assert inside == BODIES[3]
    words = article.text.split()
    assert {*before.split(), *after.split()} <= {*words}
    assert 1 <= len(after.split()) <= 10


def test_the_scores_are_printed_without_the_corpus(corpus: Corpus, tmp_path: Path) -> None:
    pytest.importorskip("seqeval")
    folder = tmp_path / "project"
    finish(write_project(corpus, folder, KINDS["crf"], OPTIONS))
    score = [sys.executable, str(folder / "score.py")]
    ended = subprocess.run(score, capture_output=True, text=True)
    assert (ended.returncode, ended.stderr) == (1, "There are no predictions yet: train.py writes them.\n")
    run_project(folder, KINDS["crf"])
    overall = score_project(corpus, folder).overall
    printed = subprocess.run(score, capture_output=True, text=True, check=True).stdout
    (average,) = (line.split() for line in printed.splitlines() if "micro avg" in line)
    figures = (overall.precision, overall.recall, overall.f1)
    assert average[2:] == [*(f"{figure:.3f}" for figure in figures), str(overall.expected)]
    sentences = (folder / "predictions.jsonl").read_text(encoding="utf-8").splitlines()
    outside = {"expected": ["O"], "predicted": ["O"]}
    (folder / "predictions.jsonl").write_text(json.dumps({**json.loads(sentences[0]), **outside}), encoding="utf-8")
    ended = subprocess.run(score, capture_output=True, text=True)
    assert (ended.returncode, ended.stderr) == (1, "The test set has no span, and none is predicted.\n")


@pytest.mark.posix_only("Windows has another error for a pipe without a reader")
def test_scores_that_nobody_reads_are_no_error(corpus: Corpus, tmp_path: Path) -> None:
    folder = tmp_path / "project"
    finish(write_project(corpus, folder, KINDS["crf"], OPTIONS))
    (folder / "predictions.jsonl").write_text('{"expected": ["B-DATE"], "predicted": ["O"]}', encoding="utf-8")
    package = folder / "seqeval"
    package.mkdir()
    (package / "metrics.py").write_text("def classification_report(*_tags, **_options): return 'scores'")
    command = [sys.executable, str(folder / "score.py")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout
        assert process.stderr
        process.stdout.close()
        assert process.stderr.read() == b""


def test_a_full_disk_is_told_by_its_name(corpus: Corpus, tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk") as disk:
        folder = disk / "project"
        finish(write_project(corpus, folder, KINDS["crf"], OPTIONS))
        fill_disk(disk, spare=1 << 13)
        with pytest.raises(OSError, match=os.strerror(errno.ENOSPC)) as raised:
            run_project(folder, KINDS["crf"])
    assert raised.value.filename == str(folder)


def test_a_split_without_a_test_set_is_refused(corpus: Corpus, tmp_path: Path) -> None:
    options = ExportOptions(state="all", annotator=ME, split={"train": 1, "dev": 1})
    with pytest.raises(InvalidProject, match="“test”"):
        finish(write_project(corpus, tmp_path / "project", KINDS["crf"], options))
    assert not (tmp_path / "project").exists()


def test_missing_packages_are_named_with_what_installs_them(
    corpus: Corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(optional_packages, "is_installed", lambda package: package != "torch")
    with pytest.raises(InvalidProject, match=r"Training needs torch\..*requirements\.txt"):
        run_project(tmp_path, KINDS["huggingface"], ["model"])


@pytest.mark.parametrize(
    ("kind", "package"), [("crf", "pycrfsuite"), ("spacy", "regex"), ("huggingface", "accelerate")]
)
def test_a_program_without_its_packages_says_how_to_get_them(
    kind: str, package: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / f"{package}.py").write_text(f"raise ModuleNotFoundError(name={package!r})", encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    (tmp_path / "project").mkdir()
    program = shutil.copy(resource_path("training", kind) / "train.py", tmp_path / "project")
    ended = subprocess.run([sys.executable, program, "model"], capture_output=True, text=True)
    message = f"{package} is not installed. This installs what is needed: pip install -r requirements.txt\n"
    assert (ended.returncode, ended.stdout, ended.stderr) == (1, "", message)


def test_a_transformer_needs_a_model(tmp_path: Path) -> None:
    program = resource_path("training", "huggingface") / "train.py"
    ended = subprocess.run([sys.executable, program], cwd=tmp_path, capture_output=True, text=True)
    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr.startswith("usage: python train.py MODEL\n")


def test_a_bundle_says_that_it_cannot_run_programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    with pytest.raises(InvalidProject, match=r"cannot run train\.py"):
        run_project(tmp_path, KINDS["crf"])


@pytest.mark.parametrize("kind", KINDS)
def test_every_project_is_complete(kind: str, corpus: Corpus, tmp_path: Path) -> None:
    for package in ("spacy", "pyarrow"):
        pytest.importorskip(package)
    folder = tmp_path / "project"
    finish(write_project(corpus, folder, KINDS[kind], OPTIONS))
    assert {"README.md", "requirements.txt", "score.py", "train.py", "data", "data.report.json"} <= {
        path.name for path in folder.iterdir()
    }
    compile((folder / "train.py").read_text(encoding="utf-8"), "train.py", "exec")


@pytest.mark.posix_only("names are text on Windows")
def test_a_project_is_written_and_run_in_a_folder_whose_name_is_no_text(corpus: Corpus, tmp_path: Path) -> None:
    folder = tmp_path / os.fsdecode(b"\xff")
    finish(write_project(corpus, folder, KINDS["crf"], OPTIONS))
    run_project(folder, KINDS["crf"])
    assert score_project(corpus, folder).overall.f1 > 0.9
    assert "annotator train a.corpus '?' --with crf" in (folder / "README.md").read_text(encoding="utf-8")
