"""Training projects: a folder with an export of a corpus and a program that trains a model on it and tests it."""

import csv
import errno
import os
import shlex
import signal
import subprocess
import sys
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from fractions import Fraction
from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from annotator import optional_packages
from annotator.formats.conll import conll2003
from annotator.formats.datasets import docbin, huggingface
from annotator.formats.report import Report, report_path
from annotator.i18n import _
from annotator.jobs.export.exporter import export
from annotator.jobs.export.options import ExportOptions
from annotator.jobs.training_scores import ModelError, TestScores, score_predictions
from annotator.model.links import build_link
from annotator.model.places import Place
from annotator.open_databases import refuse_open_here
from annotator.resources import resource_path
from annotator.store.corpus import Corpus
from annotator.store.errors import CorpusError, is_disk_full

SPLIT: Final[Mapping[str, Fraction | int]] = {"train": 80, "dev": 10, "test": 10}
"""How the articles are divided; a project needs parts of these names."""
DATA: Final = "data"
PREDICTIONS: Final = "predictions.jsonl"
SCORES: Final = "scores.json"
ERRORS: Final = "errors.tsv"
_PROGRAM: Final = "train.py"
_README: Final = "README.md"
_SCORING: Final = "score.py"
_STDERR: Final = 2  # the file descriptor: a test may have replaced the stream
_ERROR_COLUMNS: Final = (
    *("place", "error", "expected", "predicted", "expected_text", "predicted_text", "context", "command", "link"),
)
_CONTEXT_LENGTH: Final = 40
"""How many code points of the text stand before an error at most, and after it."""


class ProjectKind(Struct, frozen=True):
    """What trains the model: the format of its data, the parts of it that it needs, and its packages."""

    name: str
    format: str
    parts: tuple[str, ...]
    packages: tuple[str, ...]
    needs_model: bool = False


_SETS: Final = ("train", "test")
KINDS: Final = {
    kind.name: kind
    for kind in (
        ProjectKind("crf", conll2003.FORMAT.name, _SETS, ("pycrfsuite",)),
        ProjectKind("spacy", docbin.FORMAT.name, (*_SETS, "dev"), ("spacy",)),
        ProjectKind(
            "huggingface",
            huggingface.FORMAT.name,
            _SETS,
            ("accelerate", "datasets", "seqeval", "torch", "transformers"),
            needs_model=True,
        ),
    )
}


_RESULTS: Final = (PREDICTIONS, SCORES, ERRORS)


class _DataReport(Struct, frozen=True):
    """What the report of a project's data says of it: its format, and the digest of its files."""

    format: str
    files: str | None = None


class InvalidProject(CorpusError):
    """A project cannot be written or run so."""


def write_project(
    corpus: Corpus, folder: Path, kind: ProjectKind, options: ExportOptions, *, jobs: int = 1
) -> Generator[tuple[int, int], None, Report]:
    """Write the data and the program into a folder; yield the progress and return the report of the export.

    A program that is there is kept, the results of a training on other data are deleted. Raises InvalidProject if the
    folder has something else, such as a project of another kind, or if there is nothing to learn; and what an export
    raises. Then a folder that was not there is not left empty.
    """
    previous = _read_data_report(folder)
    previous_kind = _find_kind(previous.format) if previous else None
    # Not recognised by its program, since that is run: many a folder has a `train.py` of its own.
    if not previous_kind and folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise InvalidProject(_("“{folder}” has something else than a training project in it.").format(folder=folder))
    if previous_kind not in (None, kind):
        message = _("“{folder}” has a project for --with {kind}: choose another folder.")
        raise InvalidProject(message.format(folder=folder, kind=previous_kind.name))
    split = options.split or SPLIT
    if missing := [part for part in kind.parts if part not in split]:
        message = _("Training needs a part “{part}”, which the split does not have.")
        raise InvalidProject(message.format(part=missing[0]))
    data_options = replace(options, format=kind.format, split=split)
    folder.mkdir(parents=True, exist_ok=True)
    try:
        report = yield from export(corpus, folder / DATA, data_options, jobs=jobs)
    except BaseException:
        with suppress(OSError):  # it has something in it
            folder.rmdir()
        raise
    if previous and previous.files != report.files:
        _delete_results(folder)
    if not (report.parts or {})[_SETS[0]].labels:
        message = _("The part {part} has no span, so there is nothing to learn. What became of each: {report}")
        raise InvalidProject(message.format(part=_SETS[0], report=report_path(folder / DATA)))
    for source in sorted([*resource_path("training", kind.name).iterdir(), resource_path("training", _SCORING)]):
        if source.is_file() and not (folder / source.name).exists():
            text = source.read_text(encoding="utf-8")
            if source.name == _README:
                text = text.replace("{command}", _describe_command(corpus.path, folder, kind, data_options))
            # The name of a file may have bytes that are no UTF-8.
            (folder / source.name).write_text(text, encoding="utf-8", errors="replace", newline="\n")
    return report


def _describe_command(corpus: Path, folder: Path, kind: ProjectKind, options: ExportOptions) -> str:
    """Return the command that makes such a project, where the corpus and the folder are at hand."""
    words = ["annotator", "train", corpus.name, folder.absolute().name, "--with", kind.name]
    if kind.needs_model:
        words += ["--model", "MODEL"]
    if options.gold:
        words += ["--gold"]
    if options.annotator is not None:
        words += ["--annotator", options.annotator]
    split = ",".join(f"{part}={weight}" for part, weight in (options.split or {}).items())
    return shlex.join([*words, "--state", options.state, "--split", split, "--seed", str(options.seed)])


def _read_data_report(folder: Path) -> _DataReport | None:
    """Return what the report of the data says; None if there is no report, or none of an export."""
    try:
        refuse_open_here(report_path(folder / DATA))
        return msgspec.json.decode(report_path(folder / DATA).read_bytes(), type=_DataReport)
    except (OSError, msgspec.DecodeError):
        return None


def _find_kind(format_: str) -> ProjectKind | None:
    return next((kind for kind in KINDS.values() if kind.format == format_), None)


def _delete_results(folder: Path) -> None:
    """Delete the predictions of a training and what was counted of them. Raises OSError."""
    for name in _RESULTS:
        (folder / name).unlink(missing_ok=True)


def run_project(folder: Path, kind: ProjectKind, arguments: Sequence[str] = ()) -> None:
    """Run a project's program in its folder; what it prints goes to stderr.

    Predictions, scores and errors of an earlier training are deleted first: if this one fails, they are not its own.
    Raises InvalidProject if a package is missing or the program ends with an error, which it has printed; OSError if
    the disk is full then.
    """
    if getattr(sys, "frozen", False):
        message = _("This copy of Annotator cannot run {program}. Run it in “{folder}” with a Python of your own.")
        raise InvalidProject(message.format(program=_PROGRAM, folder=folder))
    if missing := [package for package in kind.packages if not optional_packages.is_installed(package)]:
        message = _("Training needs {packages}. To install what it needs, run: {command}")
        command = f'pip install -r "{folder / "requirements.txt"}"'
        raise InvalidProject(message.format(packages=_(", ").join(missing), command=command))
    _delete_results(folder)
    program = [sys.executable, _PROGRAM, *arguments]
    if code := _run_program(program, folder):
        if is_disk_full(folder / _PROGRAM):  # libraries that write models may end without a word
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(folder))
        message = _("The training in “{folder}” ended with exit code {code}.")
        raise InvalidProject(message.format(folder=folder, code=code))


def _run_program(program: Sequence[str], folder: Path) -> int:
    """Run a program in a folder and return its exit code.

    Ctrl+C in a terminal is for this process alone, which kills the program: its traceback would tell nobody anything.
    """
    process = None
    try:
        with _interrupts_blocked():
            process = subprocess.Popen(
                program,
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=_STDERR,
                creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
            )
        return process.wait()
    except BaseException:
        if process:
            process.kill()
            process.wait()
        raise


@contextmanager
def _interrupts_blocked() -> Iterator[None]:
    """Block Ctrl+C in the block, and for good in the processes that start there; on Windows their group does it."""
    if sys.platform == "win32":
        yield
        return
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)


def score_project(corpus: Corpus, folder: Path) -> TestScores:
    """Score the predictions of a project, and write the scores and the errors into its folder.

    Raises InvalidPredictions, CorpusError, OSError.
    """
    for name in (SCORES, ERRORS):
        refuse_open_here(folder / name)
    scores = score_predictions(corpus, folder / PREDICTIONS)
    (folder / SCORES).write_bytes(
        msgspec.json.format(msgspec.json.encode({"scores": scores.labels, "overall": scores.overall}), indent=2)
    )
    with (folder / ERRORS).open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter="\t", lineterminator="\n")
        writer.writerow(_ERROR_COLUMNS)
        writer.writerows(_describe_error(corpus, error) for error in scores.errors)
    return scores


def _describe_error(corpus: Corpus, error: ModelError) -> list[str]:
    """Return the row of an error, with the command and the link that open the window there."""
    spans = (error.expected, error.predicted)
    text = corpus.article(error.place.article).text
    quotations = [" ".join(text[span.start : span.end].split()) if span else "" for span in spans]
    labels = [span.label if span else "" for span in spans]
    words = ["annotator", str(corpus.path.absolute()), "--at", str(error.place)]
    command = subprocess.list2cmdline(words) if sys.platform == "win32" else shlex.join(words)
    link = build_link(corpus.path, error.place) or ""
    return [str(error.place), error.kind, *labels, *quotations, _quote_context(text, error.place), command, link]


def _quote_context(text: str, place: Place) -> str:
    """Return the words around a place, and between marks the text of the place."""
    first, last = max(0, place.start - _CONTEXT_LENGTH), place.end + _CONTEXT_LENGTH
    before, after = text[first : place.start], text[place.end : last]
    if first:
        before = before.partition(" ")[2]  # without the rest of a word
    if last < len(text):
        after = after.rpartition(" ")[0]
    return " ".join(f"{before}⟦{text[place.start : place.end]}⟧{after}".split())
