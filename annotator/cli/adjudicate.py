"""`annotator adjudicate CORPUS`: fills the gold layer with what annotators agree on, and lists where they differ."""

from collections.abc import Iterator
from pathlib import Path

from annotator.cli.annotators import choose_annotator
from annotator.cli.command import corpus_argument, json_option, option
from annotator.cli.console import print_json, print_table, print_text, run_with_progress
from annotator.cli.opening import open_corpus
from annotator.cli.root import root
from annotator.i18n import LazyText, _, count_phrase
from annotator.jobs.adjudication import AdjudicationResult, ArticleDisagreement, adjudicate
from annotator.team.disagreements import Candidate


@root.command(
    "adjudicate",
    help=LazyText(
        "Compare what annotators have labelled in the articles of CORPUS that at least two of them have done. Without "
        "options, the disagreements that are still to be decided are listed and nothing is changed."
    ),
    examples=(
        (LazyText("List where annotators differ:"), "annotator adjudicate news.corpus"),
        (LazyText("Put what all agree on into the gold layer:"), "annotator adjudicate news.corpus --agreed"),
        (LazyText("Decide as most annotators have it:"), "annotator adjudicate news.corpus --majority"),
    ),
    page="docs/adjudication.en.md",
)
@corpus_argument
@option(
    "--agreed",
    is_flag=True,
    help=LazyText("Put what all agree on into the gold layer; articles without a disagreement are done by it."),
)
@option(
    "--majority", is_flag=True, help=LazyText("Do the same, and decide each disagreement as most annotators have it.")
)
@option("lists", "--list", is_flag=True, help=LazyText("List the disagreements that are left."))
@json_option
def adjudicate_corpus(corpus: Path, agreed: bool, majority: bool, lists: bool, as_json: bool) -> None:
    """Write and list what was asked for."""
    writes = agreed or majority
    with open_corpus(corpus, readonly=not writes) as opened:
        steps = adjudicate(opened, choose_annotator(opened, None), agreed=agreed, majority=majority)
        result = run_with_progress(steps, _("Adjudicating"))
    if as_json:
        print_json(_build_record(result))
        return
    if writes:
        print_text(count_phrase("{count} agreed span added", "{count} agreed spans added", result.agreed))
        print_text(count_phrase("{count} disagreement decided", "{count} disagreements decided", result.decided))
    if lists or not writes:
        print_table(_format_rows(result), heading=lambda _rows: _format_summary(len(result.disagreements)))
    else:
        print_text(_format_summary(len(result.disagreements)))


def _format_summary(count: int) -> str:
    return count_phrase("{count} disagreement to decide", "{count} disagreements to decide", count)


def _build_record(result: AdjudicationResult) -> dict[str, object]:
    return {
        "agreed": result.agreed,
        "decided": result.decided,
        "disagreements": [
            {
                "article": item.article.id,
                "start": item.disagreement.start,
                "end": item.disagreement.end,
                "text": item.article.text[item.disagreement.start : item.disagreement.end],
                "candidates": [_build_candidate(item, candidate) for candidate in item.disagreement.candidates],
            }
            for item in result.disagreements
        ],
    }


def _build_candidate(item: ArticleDisagreement, candidate: Candidate) -> dict[str, object]:
    """Return the record of a candidate: by its longest span, if any, and with all of them."""
    longest = max(candidate.spans, key=lambda span: span.end - span.start, default=None)
    return {
        "label": longest and longest.label,
        "start": longest.start if longest else item.disagreement.start,
        "end": longest.end if longest else item.disagreement.end,
        "annotators": list(candidate.annotators),
        "spans": [
            {"start": span.start, "end": span.end, "label": span.label, "value": span.value} for span in candidate.spans
        ],
    }


def _format_rows(result: AdjudicationResult) -> Iterator[list[str]]:
    """Yield a row for each candidate; those of one disagreement follow each other."""
    for item in result.disagreements:
        for candidate in item.disagreement.candidates:
            labels = ", ".join(span.label for span in candidate.spans)
            words = " … ".join(item.article.text[span.start : span.end] for span in candidate.spans)
            text_range = f"{item.disagreement.start}-{item.disagreement.end}"
            names = _(", ").join(candidate.annotators)
            yield [str(item.article.id), text_range, labels or "-", names, words or _("nothing")]
