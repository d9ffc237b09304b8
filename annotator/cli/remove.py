"""`annotator remove CORPUS ID...`: removes articles from a corpus, or restores them; they stay in the file."""

from pathlib import Path

from annotator.cli.annotators import choose_annotator
from annotator.cli.article_ids import articles_argument, find_articles
from annotator.cli.command import annotator_option, corpus_argument, json_option, option
from annotator.cli.console import EXIT_INCOMPLETE, print_json, print_remarks, print_text, run_with_progress
from annotator.cli.opening import open_corpus
from annotator.cli.root import root
from annotator.i18n import LazyText, _, count_phrase
from annotator.jobs.article_changes import ChangeResult, remove_articles, restore_articles


@root.command(
    "remove",
    help=LazyText(
        "Remove articles from lists, suggestions, statistics and exports of CORPUS, as the window does. They stay in "
        "the file, with their labels, and can be restored. An ID is a number, a uid, or the beginning of a uid; - "
        "stands for the IDs on standard input."
    ),
    examples=(
        (LazyText("Remove two articles:"), "annotator remove news.corpus 1 2"),
        (LazyText("List the removed articles:"), "annotator list news.corpus --removed"),
        (LazyText("Restore an article:"), "annotator remove news.corpus 1 --restore"),
    ),
)
@corpus_argument
@articles_argument
@option("restores", "--restore", is_flag=True, help=LazyText("Restore removed articles."))
@annotator_option(LazyText("Annotator who does it; by default, you."))
@json_option
def remove(corpus: Path, ids: tuple[str, ...], restores: bool, annotator: str | None, as_json: bool) -> int:
    """Remove or restore the articles."""
    with open_corpus(corpus) as opened:
        name = choose_annotator(opened, annotator)
        numbers, skipped = find_articles(opened, ids)
        if restores:
            result = run_with_progress(restore_articles(opened, numbers, name), _("Restoring"))
        else:
            result = run_with_progress(remove_articles(opened, numbers, name), _("Removing"))
    print_remarks(skipped)
    if as_json:
        key = "restored" if restores else "removed"
        print_json({key: result.changed, "unchanged": result.unchanged, "skipped": skipped})
    else:
        print_text(_format_summary(result, restores=restores))
    return EXIT_INCOMPLETE if skipped else 0


def _format_summary(result: ChangeResult, *, restores: bool) -> str:
    if restores:
        parts = [count_phrase("{count} article restored", "{count} articles restored", result.changed)]
    else:
        parts = [count_phrase("{count} article removed", "{count} articles removed", result.changed)]
    if result.unchanged:
        parts.append(count_phrase("{count} was so already", "{count} were so already", result.unchanged))
    return _(", ").join(parts)
