"""What a merge of files brought into a corpus, for the command and the library."""

from collections.abc import Collection, Iterator, Mapping, Sequence

from msgspec import Struct

from annotator.i18n import _
from annotator.jobs.merging import MergeSource, MergeSummary, list_left_out
from annotator.model.display_names import describe_conflict
from annotator.model.records import Refusal
from annotator.store.corpus import Corpus
from annotator.store.errors import CorpusError, NoSuchArticle


class ConflictEntry(Struct, frozen=True):
    """A step that did not fit and waits for its author, in the layer of `annotator`.

    `article` is the article's number, None for one that a dry run would add. `message` says why, `code` in a word.
    """

    article: int | None
    uid: str
    step: str
    annotator: str
    author: str
    message: str
    code: str


class SameName(Struct, frozen=True):
    """An annotator of the file at `path` who has the name of another person here, and the name they got."""

    path: str
    theirs: str
    ours: str


class MergedFile(Struct, frozen=True):
    """What came out of one file.

    `annotators` has, for each of theirs, the name here. Left out were `newer_steps`, which need a newer version of the
    program, and `waiting_steps`, whose articles, `missing_articles`, are neither here nor in the file.
    """

    path: str
    steps: int
    articles: int
    annotators: Mapping[str, str]
    newer_steps: Sequence[str]
    waiting_steps: Sequence[str]
    missing_articles: Sequence[str]


class MergeReport(Struct, frozen=True):
    """What was merged: the numbers of steps and new articles, by file too, and what needs somebody to look at it.

    `annotators` has, for each of theirs, the name here; by file too, since two may have the same. `joined` has, for
    annotators here who turned out to be another one here, the name that they have now. `backup` is the copy made
    before, if anything was new. `skipped` are the files that cannot be merged, and what was left out of others.
    """

    steps: int
    articles: int
    annotators: Mapping[str, str]
    same_names: tuple[SameName, ...]
    conflicts: tuple[ConflictEntry, ...]
    joined: Mapping[str, str]
    files: tuple[MergedFile, ...]
    backup: str | None
    skipped: tuple[Refusal, ...]


def build_report(
    corpus: Corpus,
    sources: Sequence[MergeSource],
    summary: MergeSummary,
    refusals: Sequence[Refusal] = (),
    *,
    apart: Collection[str | None] = (),
) -> MergeReport:
    """Report what was merged from these sources, besides the refused ones, as the corpus is now.

    Names in `apart` are known to be other people's, so they are not reported as the same.
    """
    pairs = list(zip(sources, summary.results, strict=True))
    return MergeReport(
        steps=sum(result.steps for result in summary.results),
        articles=sum(result.articles for result in summary.results),
        annotators={theirs: ours for result in summary.results for theirs, ours in result.people.items()},
        same_names=tuple(
            SameName(str(source.path), name, result.people[name])
            for source, result in pairs
            for name in result.same_names
            if name not in apart
        ),
        conflicts=tuple(_list_conflicts(corpus, summary)),
        joined={former: name for result in summary.results for former, name in result.joined.items()},
        files=tuple(
            MergedFile(
                path=str(source.path),
                steps=result.steps,
                articles=result.articles,
                annotators=result.people,
                newer_steps=source.changeset.newer_steps,
                waiting_steps=result.waiting_steps,
                missing_articles=result.missing_articles,
            )
            for source, result in pairs
        ),
        backup=str(summary.backup.path) if summary.backup else None,
        skipped=(*refusals, *(refusal for pair in pairs for refusal in list_left_out(*pair))),
    )


def check_same(corpus: Corpus, same: Mapping[str, str], *, own_name: str, are_all_here: bool) -> None:
    """Raise CorpusError unless the corpus has the annotators who are to be one with others, or with each other.

    `same` has who annotators of theirs are here; if they `are_all_here`, both are. `own_name` works here, but may not
    have begun.
    """
    names = set(corpus.annotators())
    required_names = [*same, *same.values()] if are_all_here else list(same.values())
    if not are_all_here:
        names.add(own_name)
    unknown = next((name for name in required_names if name not in names), None)
    if unknown is not None:
        raise CorpusError(_("The corpus has no annotator “{name}”.").format(name=unknown))


def _list_conflicts(corpus: Corpus, summary: MergeSummary) -> Iterator[ConflictEntry]:
    for result in summary.results:
        for conflict in result.conflicts:
            try:
                number = corpus.article(conflict.article).id
            except NoSuchArticle:  # a dry run would have added it
                number = None
            reason = describe_conflict(conflict.reason)
            yield ConflictEntry(
                article=number,
                uid=conflict.article,
                step=conflict.step,
                annotator=conflict.annotator,
                author=conflict.author,
                message=reason.text,
                code=reason.code,
            )
