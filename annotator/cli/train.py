"""`annotator train CORPUS FOLDER --with KIND`: writes a project that trains a model, runs it and scores the model."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from annotator.cli.command import (
    FilePath,
    annotator_option,
    corpus_argument,
    jobs_option,
    json_option,
    option,
    parse_split,
)
from annotator.cli.console import CommandError, print_json, print_message, print_table, print_text, run_with_progress
from annotator.cli.export import format_parts
from annotator.cli.opening import open_corpus
from annotator.cli.root import root
from annotator.i18n import LazyText, _, count_phrase
from annotator.jobs.export.existing_output import CannotExport
from annotator.jobs.export.options import STATES, ExportOptions
from annotator.jobs.export.read_back import NotVerified
from annotator.jobs.training_project import ERRORS, KINDS, SPLIT, run_project, score_project, write_project
from annotator.jobs.training_scores import Score, TestScores

_DEFAULT = ExportOptions()


@root.command(
    "train",
    context_settings={"show_default": True},
    help=LazyText(
        "Write a project into FOLDER that trains a model on the spans of CORPUS, run it, and score the model on the "
        "test set. FOLDER has the data, the program and its settings, the model, the scores, and a list of errors, "
        "each with the command that shows it in the window. A program that is in FOLDER already is kept: change it, "
        "and train again."
    ),
    examples=(
        (LazyText("Train a baseline on the articles that are done:"), "annotator train news.corpus project --with crf"),
    ),
    page="docs/training.md",
)
@corpus_argument
@click.argument("folder", type=FilePath())
@option(
    "kind",
    "--with",
    type=click.Choice(list(KINDS)),
    required=True,
    help=LazyText(
        "What to train: a conditional random field, a pipeline of spaCy, or a transformer of Hugging Face. The last "
        "two need packages that FOLDER lists."
    ),
)
@option(
    "--model",
    metavar="NAME",
    help=LazyText("Model of Hugging Face to start from: a folder, or a name that transformers downloads."),
)
@annotator_option(LazyText("Train on the spans of this annotator; required if there are several."))
@option(
    "-s",
    "--state",
    type=click.Choice(STATES),
    default=_DEFAULT.state,
    help=LazyText("Use only articles that the annotator has marked as done (done), or all articles (all)."),
)
@option("--gold", is_flag=True, help=LazyText("Train on the gold layer of the articles that are adjudicated."))
@option(
    "--split",
    metavar="PART=N,...",
    callback=parse_split,
    default=",".join(f"{part}={share}" for part, share in SPLIT.items()),
    help=LazyText("How to divide the articles into a training, a development and a test set."),
)
@option(
    "--seed",
    metavar="N",
    type=int,
    default=_DEFAULT.seed,
    help=LazyText("Random seed of the split; the same number gives the same one."),
)
@option("--write-only", is_flag=True, help=LazyText("Write the project, and leave the training to you."))
@option(
    "--score",
    "score_only",
    is_flag=True,
    help=LazyText("Score the predictions that are in FOLDER, after a training of your own."),
)
@jobs_option
@json_option
def train(
    corpus: Path,
    folder: Path,
    kind: str,
    model: str | None,
    write_only: bool,
    score_only: bool,
    jobs: int,
    as_json: bool,
    **options: Any,
) -> None:
    """Train a model."""
    project_kind = KINDS[kind]
    if project_kind.needs_model and not (model or write_only or score_only):
        raise click.UsageError(_("--with {kind} needs --model.").format(kind=kind))
    if model and not project_kind.needs_model:
        raise click.UsageError(_("--model is for --with huggingface."))
    if options["gold"] and options["annotator"] is not None:
        raise click.UsageError(_("--gold and --annotator exclude each other."))
    if write_only and score_only:
        raise click.UsageError(_("--write-only and --score exclude each other."))
    scores = None
    with open_corpus(corpus, readonly=True) as opened:
        if not score_only:
            try:
                steps = write_project(opened, folder, project_kind, ExportOptions(**options), jobs=jobs)
                report = run_with_progress(steps, _("Exporting"))
            except (CannotExport, NotVerified) as error:
                raise CommandError(str(error)) from error
            for line in format_parts(report):
                print_message(line)
            for notice in report.noticed:
                print_message(_("note: {reason}").format(reason=notice.reason))
        if not (write_only or score_only):
            print_message(_("training in {folder}").format(folder=folder))
            run_project(folder, project_kind, [_find_model(model)] if model else [])
        if not write_only:
            scores = score_project(opened, folder)
    if as_json:
        print_json(_build_record(folder, scores))
    elif scores:
        print_table(list(_format_scores(scores)))
        errors = count_phrase("{count} error", "{count} errors", len(scores.errors))
        print_text(_("{errors}: {path}").format(errors=errors, path=folder / ERRORS))
    else:
        print_text(_("The project is in {folder}.").format(folder=folder))


def _find_model(model: str) -> str:
    """Return the full path of a model's folder, since the program runs in another one; else the name, as it is."""
    return str(Path(model).absolute()) if Path(model).is_dir() else model


def _build_record(folder: Path, scores: TestScores | None) -> dict[str, Any]:
    if scores is None:
        return {"folder": str(folder), "scores": {}}
    return {
        "folder": str(folder),
        "scores": scores.labels,
        "overall": scores.overall,
        "errors": len(scores.errors),
    }


def _format_scores(scores: TestScores) -> Iterator[tuple[str, ...]]:
    yield (_("Label"), _("Precision"), _("Recall"), "F1", _("Expected"), _("Predicted"))
    for label, score in scores.labels.items():
        yield (label, *_format_score(score))
    yield (_("all"), *_format_score(scores.overall))


def _format_score(score: Score) -> tuple[str, ...]:
    shares = (f"{share:.2f}" for share in (score.precision, score.recall, score.f1))
    return (*shares, str(score.expected), str(score.predicted))
