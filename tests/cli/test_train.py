"""`annotator train`: options, output, and the project that is left."""

import json
import os
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from cli.sample import Run

from annotator import optional_packages

WORDS = "ابتثجحخد"


@pytest.fixture
def corpus(run: Run, tmp_path: Path) -> Path:
    """Create a corpus of articles that the rules label."""
    path = tmp_path / "a.corpus"
    texts = [
        f"أعلنت وزارة الصحة يوم 12 ماي 2014 خبر {' '.join(f'كلمة{number}{letter}' for letter in WORDS)}."
        for number in range(30)
    ]
    (tmp_path / "a.jsonl").write_text("\n".join(json.dumps({"text": text}) for text in texts), encoding="utf-8")
    assert run("import", path, tmp_path / "a.jsonl").code == 0
    assert run("suggest", path, "--accept", "--source", "dates").code == 0
    return path


def test_scores_are_printed_and_written(run: Run, corpus: Path, tmp_path: Path) -> None:
    folder = tmp_path / "project"
    ended = run("train", corpus, folder, "--with", "crf", "--state", "all", "--json")
    assert ended.code == 0
    result = json.loads(ended.out)
    assert result["folder"] == str(folder)
    assert result["scores"] == json.loads((folder / "scores.json").read_bytes())["scores"]
    assert result["scores"]["DATE"]["f1"] > 0.9
    text = run("train", corpus, folder, "--with", "crf", "--score").text
    assert text.splitlines()[0].split() == ["Label", "Precision", "Recall", "F1", "Expected", "Predicted"]
    assert text.splitlines()[-1] == f"{result['errors']} errors: {folder / 'errors.tsv'}"


def test_the_sizes_of_the_parts_are_told(run: Run, corpus: Path, tmp_path: Path) -> None:
    ended = run("train", corpus, tmp_path / "project", "--with", "crf", "--state", "all", "--write-only")
    report = json.loads((tmp_path / "project" / "data.report.json").read_bytes())
    for part, counts in report["parts"].items():
        assert f"annotator: {part}: {counts['articles']} articles" in ended.err
        assert f"DATE {counts['labels']['DATE']}\n" in ended.err


@pytest.mark.parametrize("kind", ["crf", "spacy", "huggingface"])
def test_the_command_in_the_readme_is_the_one_that_made_the_project(
    run: Run, corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    for package in ("spacy", "pyarrow"):
        pytest.importorskip(package)
    options = ["--annotator", "Sanae", "--state", "all", "--split", "train=60%,dev=20%,test=20%", "--seed", "3"]
    assert run("suggest", corpus, "--accept", "--source", "dates", "--annotator", "Sanae").code == 0
    assert run("train", corpus, tmp_path / "project", "--with", kind, *options, "--write-only").code == 0
    report = (tmp_path / "project" / "data.report.json").read_bytes()
    lines = (tmp_path / "project" / "README.md").read_text(encoding="utf-8").splitlines()
    command = next(line for line in lines if line.startswith("annotator train"))
    assert "{command}" not in "".join(lines)
    monkeypatch.chdir(tmp_path)
    assert run(*shlex.split(command)[1:], "--write-only").code == 0
    assert (tmp_path / "project" / "data.report.json").read_bytes() == report


def test_a_project_is_written_without_training(run: Run, corpus: Path, tmp_path: Path) -> None:
    ended = run("train", corpus, tmp_path / "project", "--with", "crf", "--state", "all", "--write-only", "--json")
    assert json.loads(ended.out) == {"folder": str(tmp_path / "project"), "scores": {}}
    assert not (tmp_path / "project" / "predictions.jsonl").exists()


@pytest.mark.parametrize(
    "options",
    [
        ["--with", "huggingface"],
        ["--with", "crf", "--model", "x"],
        ["--with", "crf", "--write-only", "--score"],
        ["--with", "crf", "--gold", "--annotator", "Sanae"],
        ["--with", "magic"],
        [],
    ],
)
def test_wrong_usage_writes_nothing(run: Run, corpus: Path, tmp_path: Path, options: list[str]) -> None:
    ended = run("train", corpus, tmp_path / "project", *options)
    assert ended.code == 2
    assert "internal error" not in ended.err
    assert not (tmp_path / "project").exists()


def test_a_folder_of_a_model_is_found_from_where_the_command_runs(
    run: Run, corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The program runs in the folder of the project."""
    monkeypatch.setattr(optional_packages, "is_installed", lambda *_packages: True)
    pytest.importorskip("pyarrow")
    (tmp_path / "tiny").mkdir()
    monkeypatch.chdir(tmp_path)
    options = ["--with", "huggingface", "--state", "all"]
    assert run("train", corpus, "project", *options, "--write-only").code == 0
    program = (
        "import sys, pathlib; pathlib.Path('predictions.jsonl').touch(); pathlib.Path('model').write_text(sys.argv[1])"
    )
    (tmp_path / "project" / "train.py").write_text(program, encoding="utf-8")
    for model, expected in (("tiny", str(tmp_path / "tiny")), ("someone/arabic", "someone/arabic")):
        assert run("train", corpus, "project", *options, "--model", model).code == 0
        assert (tmp_path / "project" / "model").read_text() == expected


def test_nothing_is_trained_on_nothing(run: Run, corpus: Path, tmp_path: Path) -> None:
    ended = run("train", corpus, tmp_path / "project", "--with", "crf")
    assert ended.code == 2
    assert len(ended.err.splitlines()) == 1
    assert not (tmp_path / "project").exists()


@pytest.mark.posix_only("of process groups")
def test_ctrl_c_ends_the_program_without_a_word_of_its_own(run: Run, corpus: Path, tmp_path: Path) -> None:
    options = ["--with", "crf", "--state", "all"]
    assert run("train", corpus, tmp_path / "project", *options, "--write-only").code == 0
    program = "import os, pathlib, time; pathlib.Path('pid').write_text(str(os.getpid())); time.sleep(100)"
    (tmp_path / "project" / "train.py").write_text(program, encoding="utf-8")
    process = subprocess.Popen(
        [sys.executable, "-m", "annotator", "train", str(corpus), str(tmp_path / "project"), *options],
        stderr=subprocess.PIPE,
        process_group=0,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # jobs in the background ignore it
    )
    pid = tmp_path / "project" / "pid"
    while not (pid.exists() and pid.read_text()):
        assert process.poll() is None, process.communicate()
        time.sleep(0.01)
    os.killpg(process.pid, signal.SIGINT)
    _out, err = process.communicate(timeout=60)
    assert process.returncode in (128 + signal.SIGINT, -signal.SIGINT)
    lines = err.decode().splitlines()
    assert [line for line in lines if not line.startswith("annotator: ")] == []
    assert lines[-1] == "annotator: interrupted"
    with pytest.raises(ProcessLookupError):
        os.kill(int(pid.read_text()), 0)
