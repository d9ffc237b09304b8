"""Commands on work that travels between people: merging what others send, and saving what they are to merge."""

from collections.abc import Generator, Sequence
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QMessageBox

from annotator import settings
from annotator.i18n import _, count_phrase, format_number
from annotator.paths import CHANGESET_SUFFIX, CORPUS_SUFFIX, extend_path, to_file_name
from annotator.store.corpus import Corpus
from annotator.ui.commands.corpus_commands import CorpusCommands
from annotator.ui.session.notice import Notice
from annotator.ui.session.window_context import WindowContext
from annotator.ui.widgets import file_dialogs
from annotator.ui.widgets.bidi_text import isolate, isolate_ltr, isolate_paths
from annotator.ui.widgets.modal import ROLE, MessageBox, warn

if TYPE_CHECKING:
    from annotator.jobs.merging import MergeSource, MergeSummary

_MAX_LISTED: Final = 100
"""Lines of what could not be merged."""


class MergeCommands(QObject):
    """The commands."""

    def __init__(self, context: WindowContext, commands: CorpusCommands) -> None:
        super().__init__(context.window)
        self._context = context
        self._window, self._session, self._tasks = context.window, context.session, context.tasks
        self._commands = commands
        commands.changesets_given.connect(self.merge_paths)

    def merge_files(self) -> None:
        """Ask for changesets or corpora, and merge them."""
        filters = _("Changes and corpora") + f" (*{CHANGESET_SUFFIX} *{CORPUS_SUFFIX} *.zip)"
        names = file_dialogs.choose_files(
            self._window, _("Merge changes"), str(self._commands.default_folder()), filters
        )
        self.merge_paths([extend_path(Path(name)) for name in names])

    def save_changes(self) -> None:
        """Ask where to save the work of the annotator, and the gold layer, for others to merge."""
        corpus, annotator = self._session.corpus, self._session.current.user
        if not corpus or not self._commands.check_idle():
            return
        self._commands.save_typed_text()
        if annotator not in corpus.annotators():
            text = _("There is nothing to send yet: {name} has not worked in this corpus.")
            self._session.notified.emit(text.format(name=isolate(annotator)))
            return
        name = f"{corpus.path.stem} {annotator} {date.today():%Y-%m-%d}{CHANGESET_SUFFIX}"  # noqa: DTZ011 - the person's day
        path = self._commands.default_folder() / to_file_name(name)
        chosen_name = file_dialogs.choose_save_path(
            self._window,
            _("Save changes for the team"),
            str(path),
            _("Changes") + f" (*{CHANGESET_SUFFIX})",
            confirm=False,
        )
        if not chosen_name:
            return
        target = extend_path(Path(chosen_name))
        target = target if target.suffix == CHANGESET_SUFFIX else target.with_name(target.name + CHANGESET_SUFFIX)
        from annotator.jobs.merging import write_changes
        from annotator.store.queries.gold import find_gold

        gold = find_gold(corpus)
        authors = [annotator, gold] if gold else [annotator]

        def announce(written: Any) -> None:
            counts = count_phrase("{count} step", "{count} steps", written.steps)
            text = _("Saved as “{path}”: {counts}. Send this file to whoever merges the work.")
            notice = Notice(text.format(path=isolate_ltr(target.name), counts=counts), folder=target.parent)
            self._session.announced.emit(notice)

        self._tasks.run_on_corpus(
            _("Saving the changes"),
            corpus.path,
            lambda opened: write_changes(opened, target, annotators=authors),
            announce,
            readonly=True,
            cancelled_text=_("Cancelled; nothing was changed."),
        )

    def show_conflicts(self) -> None:
        """List the conflicts of who works here, to decide them."""
        from annotator.ui.dialogs.team.conflicts import open_dialog

        self._commands.save_typed_text()
        open_dialog(self._context)

    def describe_conflicts(self) -> str:
        """Return the text of the action that lists them, with their number, "" for none."""
        count = self._session.conflict_count
        return _("Conflicts ({count})…").format(count=format_number(count)) if count else ""

    def open_dropped(self, names: list[str]) -> None:
        """Import or open dropped files; of another corpus, ask whether to open or to merge it."""
        corpus = self._session.corpus
        path = extend_path(Path(names[0])) if names else None
        is_other = bool(corpus and path and path.absolute() != corpus.path.absolute())
        if not (len(names) == 1 and path and path.suffix == CORPUS_SUFFIX and is_other):
            self._commands.import_or_open(names)
            return
        merge, open_ = _("Merge into this corpus"), _("Open it")
        box = MessageBox(
            QMessageBox.Icon.Question,
            self._window,
            _("Open “{path}”, or merge the work in it into the corpus that is open?").format(path=path),
            {open_: ROLE.AcceptRole, merge: ROLE.ActionRole, _("Cancel"): ROLE.RejectRole},
            default=open_,
        )
        answer = box.ask()
        if answer == open_:
            self._commands.open_path(path)
        elif answer == merge:
            self.merge_paths([path])

    def offer_merge(self, path: Path) -> None:
        """Ask whether to merge a changeset that was opened by a double click, into the corpus that is open."""
        corpus = self._session.corpus
        if not corpus:
            return
        merge = _("Merge")
        box = MessageBox(
            QMessageBox.Icon.Question,
            self._window,
            _("Merge the changes in “{path}” into the corpus “{corpus}”?").format(
                path=isolate_ltr(path.name), corpus=isolate(corpus.path.stem)
            ),
            {merge: ROLE.AcceptRole, _("Cancel"): ROLE.RejectRole},
            information=_("If they belong to another corpus, open that one first, then drop the file on its window."),
            default=merge,
        )
        if box.ask() == merge:
            self.merge_paths([path])

    def merge_paths(self, paths: Sequence[Path]) -> None:
        """Read these changesets and corpora, ask about people of one name, and merge them."""
        corpus = self._session.corpus
        if not paths or not corpus or not self._commands.check_idle():
            return
        self._commands.save_typed_text()
        self._tasks.run_on_corpus(
            _("Reading the changes"),
            corpus.path,
            lambda opened: _read_sources(opened, paths),
            partial(self._merge, corpus.path),
            readonly=True,
            cancelled_text=_("Cancelled; nothing was changed."),
        )

    def _merge(self, path: Path, outcome: "tuple[list[MergeSource], list[str], list[str]]") -> None:
        """Merge what was read, once it is known who is who; `outcome` has sources, refusals and names of two people."""
        from annotator.jobs.merging import merge_sources

        sources, refusals, same_names = outcome
        same: dict[str, str] = {}
        for name in same_names:
            is_same = self._ask_same(name)
            if is_same is None:
                self._session.notified.emit(_("Cancelled; nothing was changed."))
                return
            if is_same:
                same[name] = name
        if not sources:
            warn(self._window, "\n\n".join(refusals[:_MAX_LISTED]))
            return
        self._tasks.run_on_corpus(
            _("Merging"),
            path,
            lambda opened: _merge_and_describe(
                merge_sources(opened, sources, same=same, own_name=settings.load().annotator_name), opened
            ),
            partial(self._show_result, sources, refusals),
            aborted=self._reload,
            cancelled_text=_("The merge was cancelled; what was merged before is kept."),
        )

    def _ask_same(self, name: str) -> bool | None:
        """Ask whether two of this name are one person; None if that is not to be decided now."""
        one, two = _("The same person"), _("Two people")
        box = MessageBox(
            QMessageBox.Icon.Question,
            self._window,
            _("There is {name} in the file and {name} here: are they the same person?").format(name=isolate(name)),
            {two: ROLE.ActionRole, one: ROLE.ActionRole, _("Cancel"): ROLE.RejectRole},
            information=_(
                "The work of one person is put together. Of two people each keeps a layer of their own, and the other "
                "one gets a number behind the name. This is asked only once."
            ),
            default=two,
        )
        answer = box.ask()
        return None if answer not in (one, two) else answer == one

    def _reload(self) -> None:
        self._session.reload_articles()
        self._session.reload()

    def _show_result(
        self, sources: "Sequence[MergeSource]", refusals: Sequence[str], outcome: "tuple[MergeSummary, list[str]]"
    ) -> None:
        """Say what came in, what did not, and how to get back."""
        from annotator.jobs.merging import list_left_out

        summary, conflicts = outcome
        refusals = [
            *refusals,
            *(
                f"{isolate_ltr(source.path.name)}: {refusal.reason}"
                for source, result in zip(sources, summary.results, strict=True)
                for refusal in list_left_out(source, result)
            ),
        ]
        self._reload()
        steps = sum(result.steps for result in summary.results)
        articles = sum(result.articles for result in summary.results)
        joined = {former: name for result in summary.results for former, name in result.joined.items()}
        if not (steps or articles or refusals or joined):
            self._session.notified.emit(_("Everything in the file was here already."))
            return
        counts = [count_phrase("{count} step", "{count} steps", steps)]
        if articles:
            counts.append(count_phrase("{count} new article", "{count} new articles", articles))
        if conflicts:
            counts.append(count_phrase("{count} conflict", "{count} conflicts", len(conflicts)))
        texts = [
            _("{former} and {name} are one person: their work is put together.").format(
                former=isolate(former), name=isolate(name)
            )
            for former, name in joined.items()
        ]
        if conflicts:
            texts.append(_("Steps in conflict changed nothing. They are kept, for their authors to decide."))
        if summary.backup:
            texts.append(_("A backup was made before: to undo the merge, restore it with “Backups…”."))
        own_count = self._session.conflict_count if conflicts else 0
        decide, close = _("Decide now…"), _("Close")
        if own_count:
            texts.append(count_phrase("{count} conflict is yours.", "{count} conflicts are yours.", own_count))
        box = MessageBox(
            QMessageBox.Icon.Warning if refusals else QMessageBox.Icon.Information,
            self._window,
            _("Merged: {counts}").format(counts=_(", ").join(counts)),
            {decide: ROLE.AcceptRole, close: ROLE.RejectRole} if own_count else {close: ROLE.RejectRole},
            information="\n\n".join([*refusals[:_MAX_LISTED], *texts]),
            details="\n".join(conflicts[:_MAX_LISTED]),
            default=decide if own_count else "",
        )
        if box.ask() == decide:
            self.show_conflicts()


def _read_sources(
    corpus: Corpus, paths: Sequence[Path]
) -> "Generator[tuple[int, int], None, tuple[list[MergeSource], list[str], list[str]]]":
    """Return the sources, why others are none, and the names of theirs that another person may have here."""
    from annotator.jobs.merging import MergeSource, UnusableSource, read_source
    from annotator.store.annotator_merging import find_same_names

    sources: list[MergeSource] = []
    refusals: list[str] = []
    for path in paths:
        try:
            source = MergeSource(path, (yield from read_source(path)))
        except UnusableSource as error:
            refusals.append(isolate_paths(str(error)))
        else:
            sources.append(source)
    people = [person for source in sources for person in source.changeset.people]
    names = dict.fromkeys(find_same_names(corpus, people, settings.load().annotator_name))
    return sources, refusals, list(names)


def _merge_and_describe(
    steps: "Generator[tuple[int, int], None, MergeSummary]", corpus: Corpus
) -> "Generator[tuple[int, int], None, tuple[MergeSummary, list[str]]]":
    """Merge; return the result, and a line on each conflict."""
    from annotator.model.display_names import article_title, describe_conflict

    summary = yield from steps
    lines = []
    for result in summary.results:
        for conflict in result.conflicts:
            title = article_title(corpus.article(conflict.article), corpus.zones(conflict.article))
            lines.append(f"{isolate(title)} · {isolate(conflict.author)} · {describe_conflict(conflict.reason)}")
    return summary, lines
