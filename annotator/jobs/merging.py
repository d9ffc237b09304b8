"""Work that travels between people: writing changesets, and merging them or whole corpora into a corpus."""

from collections.abc import Collection, Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from annotator.file_ops import explain_os_error
from annotator.i18n import _, count_phrase, format_number, ngettext
from annotator.jobs.corpus_copy import copy_for_dry_run
from annotator.model.changeset import Changeset
from annotator.model.operations import InvalidEdit
from annotator.model.reasons import Code, Reason, os_error_code
from annotator.model.records import Refusal
from annotator.store import backups, copying
from annotator.store.annotator_merging import build_join
from annotator.store.backups import BEFORE_MERGE, Backup
from annotator.store.changesets import read_changeset
from annotator.store.corpus import Corpus
from annotator.store.errors import (
    CorpusError,
    DamagedCorpus,
    MissingCorpus,
    NewerCorpus,
    NotACorpus,
    translating_file_errors,
)
from annotator.store.merging import MergeResult, merge
from annotator.store.other_corpus import has_news, read_other_corpus
from annotator.store.queries.conflicts import OpenConflict, list_conflicts, load_conflict
from annotator.store.verification import read_version
from annotator.team import changeset_file
from annotator.team.changeset_checks import check_changeset
from annotator.team.changeset_file import InvalidChangeset, encode_changeset

_SHORT_UID: Final = 12  # characters, enough to name an article to others
_MAX_UIDS: Final = 5


class UnusableSource(CorpusError):
    """A file cannot be merged, and nothing of it was; `refusal` has the file, line and reason."""

    def __init__(self, refusal: Refusal) -> None:
        self.refusal = refusal
        super().__init__(_("“{path}” cannot be merged. {reason}").format(path=refusal.path, reason=refusal.reason))


class MergeSource(Struct, frozen=True):
    """A changeset, and the file that it comes from."""

    path: Path
    changeset: Changeset


class MergeSummary(Struct, frozen=True):
    """What was merged: the result for each source, and the backup made before, unless there was nothing new."""

    results: tuple[MergeResult, ...]
    backup: Backup | None = None


class WrittenChanges(Struct, frozen=True):
    """The numbers of steps and articles in a changeset that was written, and its bytes."""

    steps: int
    articles: int
    bytes: int


def write_changes(
    corpus: Corpus, path: Path, *, since: Path | None = None, annotators: Collection[str] | None = None
) -> Generator[tuple[int, int], None, WrittenChanges]:
    """Write a changeset of these annotators' steps, or everybody's, to `path`, where no file may exist.

    `since` is a changeset or corpus whose steps are left out. Closed early, it leaves nothing behind. Raises
    UnusableSource, ExistingCorpus, CorpusError.
    """
    known_steps, known_articles = set[str](), None
    if since is not None:
        earlier = yield from read_source(since)
        known_steps = {step.uid for step in earlier.steps}
        if annotators is None:  # whoever sends everybody's work also sends the new articles
            known_articles = {base.article.uid for base in earlier.articles}
    changeset = read_changeset(corpus, known_steps=known_steps, known_articles=known_articles, annotators=annotators)
    try:
        check_changeset(changeset)  # nobody could read another one
        with copying.new_file(path) as temporary, translating_file_errors(path), temporary.open("wb") as file:
            yield from encode_changeset(changeset, file)
    except (InvalidEdit, InvalidChangeset) as error:
        raise CorpusError(str(error)) from error
    with translating_file_errors(path):
        return WrittenChanges(len(changeset.steps), len(changeset.articles), path.stat().st_size)


def read_source(path: Path) -> Generator[tuple[int, int], None, Changeset]:
    """Return the changeset in the file at `path`, or that of the whole corpus there. Raises UnusableSource."""
    try:
        if path.exists() and not (path.is_file() or path.is_dir()):  # a pipe could be waited for in vain
            raise InvalidEdit(Reason(Code.NOT_A_FILE, _("This is neither a file nor a folder.")))
        if not _is_corpus(path):
            return (yield from changeset_file.read_changeset(path))
        changeset = yield from read_other_corpus(path)
        check_changeset(changeset)
        return changeset
    except InvalidChangeset as error:
        raise UnusableSource(Refusal.at(path, error.line, error.reason)) from error
    except InvalidEdit as error:
        raise UnusableSource(Refusal.at(path, 0, error.reason)) from error
    except CorpusError as error:
        raise UnusableSource(Refusal.at(path, 0, Reason(_corpus_error_code(error), str(error)))) from error
    except OSError as error:
        raise UnusableSource(Refusal.at(path, 0, Reason(os_error_code(error), explain_os_error(error)))) from error


def _corpus_error_code(error: CorpusError) -> Code:
    match error:
        case NewerCorpus():
            return Code.NEWER_VERSION
        case DamagedCorpus():
            return Code.DAMAGED_FILE
        case MissingCorpus():
            return Code.FILE_NOT_FOUND
        case _:
            return Code.UNUSABLE_CORPUS


def _is_corpus(path: Path) -> bool:
    """Return whether the file is a corpus, of any version. Raises CorpusError.

    Only SQLite may look: the corpus may be open in this process (see `read_version`).
    """
    try:
        read_version(path)
    except NotACorpus:
        return False
    return True


def read_sources(
    paths: Sequence[Path],
) -> Generator[tuple[int, int], None, tuple[list[MergeSource], list[Refusal]]]:
    """Read the files at these paths; return them, and why others cannot be used."""
    sources: list[MergeSource] = []
    refusals: list[Refusal] = []
    for path in paths:
        try:
            sources.append(MergeSource(path, (yield from read_source(path))))
        except UnusableSource as error:
            refusals.append(error.refusal)
    return sources, refusals


def build_joins(corpus: Corpus, names: Mapping[str, str]) -> list[MergeSource]:
    """Return sources that say no more than that annotators of the corpus are one person each.

    `names` has the name that stays by the one that goes.
    """
    return [MergeSource(corpus.path, build_join(corpus, name, former)) for former, name in names.items()]


def merge_sources(
    corpus: Corpus,
    sources: Sequence[MergeSource],
    *,
    same: Mapping[str, str],
    own_name: str,
    is_dry_run: bool = False,
) -> Generator[tuple[int, int], None, MergeSummary]:
    """Merge these sources one by one, after a backup if any has something new.

    `same` has who annotators of theirs are here, `own_name` works here (see `merge_people`). A dry run changes nothing.
    Closed early, it leaves what was merged. Raises CorpusError.
    """
    if is_dry_run:
        with suppress(_DryRun), corpus.transaction():
            results = yield from _merge_each(corpus, sources, same, own_name)
            raise _DryRun
        return MergeSummary(results)
    backup = None
    if any(has_news(corpus, source.changeset, same) for source in sources):
        backup = yield from backups.create_backup(corpus.path, BEFORE_MERGE)
    return MergeSummary((yield from _merge_each(corpus, sources, same, own_name)), backup)


@contextmanager
def open_copy(path: Path) -> Iterator[Corpus]:
    """Open a copy of the corpus at `path` for a dry run, deleted with the block: the corpus may be write-protected.

    Raises CorpusError.
    """
    with TemporaryDirectory(prefix="annotator-") as folder:
        copy = Path(folder, path.name)
        copy_for_dry_run(path, copy)
        with Corpus.open(copy) as corpus:
            yield corpus


def list_left_out(source: MergeSource, result: MergeResult) -> list[Refusal]:
    """Return what of a source was left out of its merge, and what to do about it."""
    reasons = [
        Reason(Code.NEWER_VERSION, _("step {uid} needs a newer version of the program").format(uid=uid))
        for uid in source.changeset.newer_steps
    ]
    if result.waiting_steps:
        reasons.append(Reason(Code.WAITING_STEPS, _explain_waiting_steps(result)))
    advice = _("Ask whoever sent the file to save it again, and merge that one.")
    for label, count in result.undescribed_labels.items():
        message = ngettext(
            "{count} step was left out because the file does not describe its label “{label}”.",
            "{count} steps were left out because the file does not describe their label “{label}”.",
            count,
        )
        text = f"{message.format(count=format_number(count), label=label)} {advice}"
        reasons.append(Reason(Code.UNDESCRIBED_LABEL, text))
    return [Refusal.at(source.path, 0, reason) for reason in reasons]


def _explain_waiting_steps(result: MergeResult) -> str:
    steps = count_phrase("{count} step waits", "{count} steps wait", len(result.waiting_steps))
    articles = count_phrase(
        "{count} article that is neither here nor in the file",
        "{count} articles that are neither here nor in the file",
        len(result.missing_articles),
    )
    uids = _(", ").join(uid[:_SHORT_UID] for uid in result.missing_articles[:_MAX_UIDS])
    if len(result.missing_articles) > _MAX_UIDS:
        uids += "…"
    text = _("{steps} for {articles} ({uids}): once they are here, merge the file again")
    return text.format(steps=steps, articles=articles, uids=uids)


def load_conflicts(corpus: Corpus, author: str) -> Generator[tuple[int, int], None, list[OpenConflict]]:
    """Return the conflicts that this person has not decided yet, oldest first. Raises CorpusError."""
    conflicts = list_conflicts(corpus, author)
    loaded: list[OpenConflict] = []
    for conflict in conflicts:
        yield len(loaded), len(conflicts)
        loaded.append(load_conflict(corpus, conflict))
    return loaded


def _merge_each(
    corpus: Corpus, sources: Sequence[MergeSource], same: Mapping[str, str], own_name: str
) -> Generator[tuple[int, int], None, tuple[MergeResult, ...]]:
    """Merge the sources; those with steps that wait for an article of a later one, again with that."""
    results: list[MergeResult] = []
    for index, source in enumerate(sources):
        results.append((yield from merge(corpus, source.changeset, same=same, own_name=own_name)))
        if results[index].articles:
            for earlier, result in enumerate(results[:index]):
                if result.waiting_steps:
                    second = yield from merge(corpus, sources[earlier].changeset, same=same, own_name=own_name)
                    results[earlier] = _add_results(result, second)
    return tuple(results)


def _add_results(first: MergeResult, second: MergeResult) -> MergeResult:
    """Return the result of merging a source and merging it again."""
    return replace(
        first,
        steps=first.steps + second.steps,
        conflicts=(*first.conflicts, *second.conflicts),
        waiting_steps=second.waiting_steps,
        missing_articles=second.missing_articles,
    )


class _DryRun(Exception):
    """Rolls back."""
