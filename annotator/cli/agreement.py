"""`annotator agreement CORPUS`: how far annotators agree, by pair, label, article or week."""

import csv
import os
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, TypeAlias

import click

from annotator.cli.command import FilePath, corpus_argument, json_option, option
from annotator.cli.console import is_standard_output, print_json, print_table, print_text, run_with_progress
from annotator.cli.opening import open_corpus
from annotator.cli.root import root
from annotator.i18n import LazyText, _, count_phrase
from annotator.jobs.agreement import MOMENTS, SPANS, STATES, AgreementOptions, AgreementReport, report_agreement
from annotator.team.agreement import Agreement, SpanScores
from annotator.team.bootstrap import Estimate

Row: TypeAlias = dict[str, Any]
"""The figures of a pair, label, article or week, by name as in JSON."""

_DEFAULT: Final = AgreementOptions()
_PAIR: Final = "pair"
_LABEL: Final = "label"
_ARTICLE: Final = "article"
_WEEK: Final = "week"


def _parse_annotators(_context: click.Context, _parameter: click.Parameter, values: Sequence[str]) -> tuple[str, ...]:
    """Decode names as UTF-8, whatever the locale; none or several."""
    if len(set(values)) == 1:
        raise click.BadParameter(_("name at least two annotators"))
    return tuple(os.fsencode(value).decode("utf-8", "replace") for value in values)


@root.command(
    "agreement",
    help=LazyText(
        "Measure how far annotators agree in the articles of CORPUS that two or more of them have done: "
        "F1 of spans, label given the position, and Krippendorff's alpha, with 95% intervals."
    ),
    examples=(
        (LazyText("Compare all annotators, pair by pair:"), "annotator agreement news.corpus"),
        (
            LazyText("Compare by label, as it was before anybody was corrected:"),
            "annotator agreement news.corpus --by label --as first",
        ),
        (
            LazyText("Write the scores of each article for a spreadsheet:"),
            "annotator agreement news.corpus --by article --csv scores.csv",
        ),
    ),
    page="docs/team.en.md",
)
@corpus_argument
@option(
    "annotators",
    "-a",
    "--annotator",
    metavar="NAME",
    multiple=True,
    callback=_parse_annotators,
    help=LazyText("Compare only annotators named so; repeat it for each of them. By default, all people."),
)
@option(
    "grouping",
    "--by",
    type=click.Choice([_PAIR, _LABEL, _ARTICLE, _WEEK]),
    default=_PAIR,
    show_default=True,
    help=LazyText("What the table has a line for. Weeks are those in which the second annotator was done."),
)
@option(
    "moment",
    "--as",
    type=click.Choice(MOMENTS),
    default=_DEFAULT.moment,
    show_default=True,
    help=LazyText("Compare labels as they are now, or as they were when each annotator was first done."),
)
@option(
    "--spans",
    type=click.Choice(SPANS),
    default=_DEFAULT.spans,
    show_default=True,
    help=LazyText("Compare all spans, or only those labelled by hand, without accepted suggestions."),
)
@option(
    "-s",
    "--state",
    type=click.Choice(STATES),
    default=_DEFAULT.state,
    show_default=True,
    help=LazyText("Compare only articles that both annotators have done, or all that both have begun."),
)
@option(
    "csv_path",
    "--csv",
    metavar="FILE",
    type=FilePath(allow_dash=True),
    help=LazyText("Write the table as CSV to a new FILE, or to standard output if it is -."),
)
@json_option
def measure(corpus: Path, grouping: str, csv_path: Path | None, as_json: bool, **options: Any) -> None:
    """Print how far annotators agree."""
    with open_corpus(corpus, readonly=True) as opened:
        agreement = run_with_progress(report_agreement(opened, AgreementOptions(**options)), _("Comparing"))
    rows = list(_build_rows(agreement, grouping))
    if csv_path:
        _write_csv(csv_path, rows)
    if as_json:
        print_json(_build_record(agreement, grouping, rows))
    elif not is_standard_output(csv_path):
        _print_summary(agreement)
        if rows:
            print_text("")
            print_table(_format_table(grouping, rows))
        if agreement.warnings:
            print_text("")
        for warning in agreement.warnings:
            print_text(warning.message)


def _build_rows(agreement: Agreement, grouping: str) -> Iterator[Row]:
    if grouping == _LABEL:
        for name, label in agreement.labels.items():
            label_scores = {**_build_scores(label.scores), "spans": label.spans}
            yield {"label": name, **label_scores, **_name_estimate("alpha", label.alpha)}
    elif grouping == _ARTICLE:
        for article in agreement.by_article:
            yield {
                "article": article.id,
                "uid": article.uid,
                "annotators": list(article.annotators),
                "exact": article.scores.exact.value,
                "position": article.scores.position.value,
                "overlap": article.scores.overlap.value,
                "alpha": article.alpha,
            }
    elif grouping == _WEEK:
        for week, scores in agreement.weeks.items():
            yield {"week": week or None, **_build_scores(scores)}
    else:
        yield from _build_pairs(agreement)


def _build_pairs(agreement: Agreement) -> Iterator[Row]:
    for pair in agreement.pairs:
        yield {
            "a": pair.first,
            "b": pair.second,
            **_build_scores(pair.scores),
            **_name_estimate("kappa", pair.kappa),
            "matched": pair.matched,
            **_name_estimate("token_kappa", pair.token_kappa),
            **_name_estimate("labelled_token_kappa", pair.labelled_token_kappa),
        }


def _build_scores(scores: SpanScores) -> Row:
    """Return scores by name; `low` and `high` alone are the edges of the interval of `exact`."""
    return {
        "articles": scores.articles,
        "spans": scores.spans,
        "exact": scores.exact.value,
        "low": scores.exact.low,
        "high": scores.exact.high,
        **_name_estimate("position", scores.position),
        **_name_estimate("overlap", scores.overlap),
    }


def _name_estimate(name: str, estimate: Estimate) -> Row:
    return {name: estimate.value, f"{name}_low": estimate.low, f"{name}_high": estimate.high}


def _build_record(agreement: AgreementReport, grouping: str, rows: Sequence[Row]) -> Row:
    record = {
        "articles": agreement.articles,
        "spans": agreement.spans,
        "accepted": agreement.accepted,
        "overall": _build_scores(agreement.scores),
        "pairs": list(_build_pairs(agreement)),
        **_name_estimate("alpha", agreement.alpha),
        "labels": {
            row["label"]: {key: value for key, value in row.items() if key != "label"}
            for row in _build_rows(agreement, _LABEL)
        },
        "warnings": agreement.warnings,
    }
    if grouping in (_ARTICLE, _WEEK):
        record[f"by_{grouping}"] = rows
    return record


def _write_csv(path: Path, rows: Sequence[Row]) -> None:
    if is_standard_output(path):
        _write_rows(sys.stdout, rows)
    else:
        # "x", since what is there may be anything; the mark tells spreadsheets that it is UTF-8.
        with path.open("x", encoding="utf-8-sig", newline="") as file:
            _write_rows(file, rows)


def _write_rows(file: Any, rows: Sequence[Row]) -> None:
    writer = csv.DictWriter(file, list(rows[0]) if rows else [], lineterminator="\n")
    writer.writeheader()
    for row in rows:
        writer.writerow({key: "; ".join(value) if isinstance(value, list) else value for key, value in row.items()})


def _print_summary(agreement: Agreement) -> None:
    counts = (
        count_phrase("{count} article", "{count} articles", agreement.articles),
        count_phrase("{count} span", "{count} spans", agreement.spans),
    )
    print_text(_(", ").join(counts))
    if agreement.articles:
        for title, estimate in (
            (_("F1 of spans, exact"), agreement.scores.exact),
            (_("Krippendorff's alpha by characters"), agreement.alpha),
        ):
            print_text(_("{name}: {fact}").format(name=title, fact=_format_interval(estimate)))


def _format_table(grouping: str, rows: Sequence[Row]) -> Iterator[list[str]]:
    scores = [_("Exact"), _("95% interval"), _("Position"), _("Overlap")]
    heads: Mapping[str, Iterable[str]] = {
        _PAIR: [_("Articles"), *scores, _("Label kappa"), _("Same edges"), _("Token kappa"), _("Annotators")],
        _LABEL: [_("Spans"), *scores, _("Alpha"), _("Label")],
        _ARTICLE: [_("Exact"), _("Position"), _("Overlap"), _("Alpha"), _("No."), _("Annotators")],
        _WEEK: [_("Articles"), *scores, _("Week")],
    }
    yield list(heads[grouping])
    for row in rows:
        f1 = [_format(row["exact"]), _format_range(row.get("low"), row.get("high"))]
        rest = [_format(row["position"]), _format(row["overlap"])]
        if grouping == _PAIR:
            kappas = [_format(row["kappa"]), str(row["matched"]), _format(row["token_kappa"])]
            yield [str(row["articles"]), *f1, *rest, *kappas, f"{row['a']} – {row['b']}"]
        elif grouping == _LABEL:
            yield [str(row["spans"]), *f1, *rest, _format(row["alpha"]), row["label"]]
        elif grouping == _ARTICLE:
            names = _(", ").join(row["annotators"])
            yield [f1[0], *rest, _format(row["alpha"]), str(row["article"]), names]
        else:
            yield [str(row["articles"]), *f1, *rest, row["week"] or "-"]


def _format_interval(estimate: Estimate) -> str:
    if estimate.low is None or estimate.high is None:
        return _format(estimate.value)
    return f"{_format(estimate.value)} ({_format_range(estimate.low, estimate.high)})"


def _format_range(low: float | None, high: float | None) -> str:
    return "-" if low is None or high is None else f"{low:.2f}–{high:.2f}"


def _format(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"
