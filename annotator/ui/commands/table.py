"""The table of the window's actions, from which menus, keys, the key sheet and tooltips are made.

A new action is a row here: its name (by which settings store custom keys), its text, what it does, and its keys. What
it does is a call of a command or a function in a module of its own, imported late as all dialogs are.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Final, TypeAlias

from PySide6.QtGui import QAction

from annotator.i18n import LANGUAGES, N_, current_language
from annotator.model.records import BODY, BOILERPLATE, DATELINE, DONE, FLAGGED, HEADLINE, SKIPPED
from annotator.ui.actions.keymap import Action, Choice, EditAction, ListMenu, Menu, list_actions
from annotator.ui.central.adjudication_bar import CANDIDATE_ACTIONS
from annotator.ui.commands.window_commands import Commands, late
from annotator.ui.session.recent_corpora import describe_path

_Items: TypeAlias = tuple[Action[Commands] | Choice[Commands] | ListMenu[Commands] | Menu[Commands] | None, ...]

RECENT_CORPORA: Final = ListMenu[Commands](
    N_("Open recent"),
    lambda do: {str(path): describe_path(path) for path in do.corpus.other_recent()},
    lambda do, path: do.corpus.open_recent(Path(path)),
    empty_text=N_("No other corpus yet"),
)
"""The corpora that were opened last."""

_SAVING: Final[_Items] = (
    Action("save_now", N_("Save now"), lambda do: do.corpus.save_now(), ("Ctrl+S",)),
    Action("rescue_copy", N_("Save a rescue copy"), lambda do: do.corpus.rescue_copy(), ("Ctrl+Shift+S",)),
    Action("show_backups", N_("Backups…"), lambda do: do.backups.show_backups(), ("Ctrl+B",)),
)
_TEAM: Final[_Items] = (
    Action("join_team", N_("Join a team…"), lambda do: do.team.join_team(), ("Ctrl+F9",)),
    Action("sync_now", N_("Sync now"), lambda do: do.team.sync_now(), ("Shift+F9",)),
    Action("take_articles", N_("Take articles"), lambda do: do.team.take_articles(), ("Ctrl+Shift+F9",)),
    None,
    Action(
        "give_out_articles", N_("Give out articles…"), late("dialogs.team.assignment.open_dialog"), ("Ctrl+Shift+X",)
    ),
    None,
    Action("merge_changes", N_("Merge changes…"), lambda do: do.merges.merge_files(), ("Ctrl+Shift+Y",)),
    Action("save_changes", N_("Save changes for the team…"), lambda do: do.merges.save_changes(), ("Ctrl+Shift+P",)),
    Action(
        "show_conflicts",
        N_("Conflicts…"),
        lambda do: do.merges.show_conflicts(),
        ("Ctrl+J",),
        describe=lambda do: do.merges.describe_conflicts(),
    ),
    None,
    Action("show_progress", N_("Progress…"), late("dialogs.work_progress.open_dialog"), ("Ctrl+Shift+G",)),
)
_CORPUS: Final[_Items] = (
    Action("new_corpus", N_("New corpus…"), lambda do: do.corpus.new_corpus(), ("Ctrl+N",)),
    Action(
        "corpus_from_files", N_("New corpus from files…"), lambda do: do.corpus.corpus_from_files(), ("Ctrl+Shift+N",)
    ),
    Action("open_corpus", N_("Open corpus…"), lambda do: do.corpus.open_corpus(), ("Ctrl+O",)),
    RECENT_CORPORA,
    None,
    Action("edit_labels", N_("Labels…"), late("dialogs.labels.labels_dialog.open_dialog"), ("Ctrl+Shift+L",)),
    None,
    Action("import_files", N_("Import files…"), lambda do: do.corpus.import_files(), ("Ctrl+I",)),
    Action("import_folder", N_("Import folder…"), lambda do: do.corpus.import_folder(), ("Ctrl+Shift+I",)),
    None,
    Action("export", N_("Export training set…"), late("dialogs.export.open_dialog"), ("Ctrl+E",)),
    None,
    Menu("saving", N_("Saving and backups"), _SAVING),
    None,
    Menu("team", N_("Team"), _TEAM),
    Action("choose_annotator", N_("Switch annotator…"), lambda do: do.annotators.choose_annotator(), ("Ctrl+U",)),
    Action(
        "quit",
        N_("Quit"),
        lambda do: do.window.close(),
        ("Ctrl+Q",),
        runs_during_jobs=True,
        menu_role=QAction.MenuRole.QuitRole,
    ),
)
_FIND: Final[_Items] = (
    Action("find_in_article", N_("Find in article"), lambda do: do.find.find_in_article(), ("Ctrl+F",)),
    Action("find_next", N_("Find next"), lambda do: do.find.step(1), ("F3",)),
    Action("find_previous", N_("Find previous"), lambda do: do.find.step(-1), ("Shift+F3",)),
    Action("find_in_corpus", N_("Search corpus"), lambda do: do.find.find_in_corpus(), ("Ctrl+Shift+F",)),
)
_EDGES: Final[_Items] = (
    EditAction(
        "end_forward", N_("Move end forward one word"), lambda do: do.edges.move_by_word(1, end=True), ("Shift+Left",)
    ),
    EditAction(
        "end_back", N_("Move end back one word"), lambda do: do.edges.move_by_word(-1, end=True), ("Shift+Right",)
    ),
    EditAction(
        "start_forward",
        N_("Move start forward one word"),
        lambda do: do.edges.move_by_word(1, end=False),
        ("Ctrl+Shift+Left",),
    ),
    EditAction(
        "start_back",
        N_("Move start back one word"),
        lambda do: do.edges.move_by_word(-1, end=False),
        ("Ctrl+Shift+Right",),
    ),
    None,
    EditAction(
        "end_forward_letter",
        N_("Move end forward one letter"),
        lambda do: do.edges.move_by_letter(1, end=True),
        ("Alt+Left",),
    ),
    EditAction(
        "end_back_letter",
        N_("Move end back one letter"),
        lambda do: do.edges.move_by_letter(-1, end=True),
        ("Alt+Right",),
    ),
    EditAction(
        "start_forward_letter",
        N_("Move start forward one letter"),
        lambda do: do.edges.move_by_letter(1, end=False),
        ("Alt+Shift+Left",),
    ),
    EditAction(
        "start_back_letter",
        N_("Move start back one letter"),
        lambda do: do.edges.move_by_letter(-1, end=False),
        ("Alt+Shift+Right",),
    ),
)


def _edit_note(do: Commands) -> None:
    """Edit the note of the selected span, or in an adjudication the reason of the last decision."""
    if not do.adjudication.edit_reason():
        do.tagging.edit_note()


_TAG_IN_CORPUS: Final = late("dialogs.occurrences.open_dialog", in_corpus=True)
_EDIT: Final[_Items] = (
    Action(
        "undo",
        N_("Undo"),
        lambda do: do.tagging.undo(),
        ("Ctrl+Z",),
        is_enabled=lambda do: do.tagging.can_undo,
        disabled_reason=N_("There is nothing to undo."),
    ),
    Action(
        "redo",
        N_("Redo"),
        lambda do: do.tagging.redo(),
        ("Ctrl+Shift+Z", "Ctrl+Y"),
        is_enabled=lambda do: do.tagging.can_redo,
        disabled_reason=N_("There is nothing to redo."),
    ),
    None,
    Action("copy", N_("Copy"), lambda do: do.tagging.copy(), ("Ctrl+C",)),
    EditAction(
        "remove",
        N_("Remove span or reject suggestion"),
        lambda do: do.tagging.remove(),
        ("Delete", "Backspace"),
        auto_repeat=False,
    ),
    EditAction(
        "toggle_proclitic", N_("Include or exclude the proclitic"), lambda do: do.edges.toggle_proclitic(), ("Space",)
    ),
    None,
    EditAction(
        "tag_all_here", N_("Tag all occurrences in the article…"), late("dialogs.occurrences.open_dialog"), ("Ctrl+A",)
    ),
    EditAction(
        "tag_all_corpus",
        N_("Tag all occurrences in the corpus…"),
        lambda do: do.adjudication.decide_everywhere() or _TAG_IN_CORPUS(do),
        ("Ctrl+Shift+A",),
        describe=lambda do: do.adjudication.describe_everywhere(),
    ),
    EditAction(
        "toggle_sticky",
        N_("Tag every selection automatically"),
        lambda do: do.tagging.toggle_sticky(),
        ("Ctrl+L",),
        is_checked=lambda do: do.tagging.sticky is not None,
    ),
    None,
    EditAction("edit_value", N_("Edit span value"), lambda do: do.tagging.edit_value(), ("F2",)),
    EditAction(
        "edit_note",
        N_("Edit span note"),
        _edit_note,
        ("Shift+F2",),
    ),
    None,
    Menu("find", N_("Find"), _FIND),
    Menu("edges", N_("Boundaries of the span or suggestion"), _EDGES),
)
_SUGGESTIONS: Final[_Items] = (
    EditAction(
        "accept",
        N_("Accept suggestion"),
        lambda do: do.suggestions.accept(),
        ("Return",),
        in_article=True,
        auto_repeat=False,
    ),
    EditAction(
        "accept_sentence",
        N_("Accept sure suggestions in the sentence"),
        lambda do: do.suggestions.accept_sentence(),
        ("Shift+Return",),
        in_article=True,
        auto_repeat=False,
        describe=lambda do: do.suggestions.describe_sentence(),
    ),
    EditAction(
        "accept_article",
        N_("Accept sure suggestions in the article"),
        lambda do: do.suggestions.accept_article(),
        ("Ctrl+Shift+Return",),
        in_article=True,
        auto_repeat=False,
        describe=lambda do: do.suggestions.describe_article(),
    ),
    EditAction(
        "accept_in_view",
        N_("Accept all suggestions in view"),
        lambda do: do.suggestions.accept_in_view(),
        ("Alt+Return",),
        in_article=True,
        auto_repeat=False,
        describe=lambda do: do.suggestions.describe_in_view(),
    ),
    None,
    Action("next_suggestion", N_("Next suggestion"), lambda do: do.suggestions.step(1), ("F5",)),
    Action("previous_suggestion", N_("Previous suggestion"), lambda do: do.suggestions.step(-1), ("Shift+F5",)),
    None,
    Action(
        "toggle_suggestions",
        N_("Show suggestions"),
        lambda do: do.suggestions.toggle(),
        ("Shift+F4",),
        is_checked=lambda do: do.settings.current.suggestions,
    ),
    Action(
        "show_suggestion_statistics",
        N_("Suggestion statistics…"),
        late("dialogs.suggestion_statistics.open_dialog"),
        ("Ctrl+G",),
        former_name="show_quality",
    ),
)
_ISSUES: Final[_Items] = (
    Action(
        "check_labels",
        N_("Check labels"),
        lambda do: do.issues.check_labels(),
        ("Ctrl+Shift+K",),
        is_enabled=lambda do: do.session.corpus is not None,
        is_checked=lambda do: do.issues.issues.is_active,
        disabled_reason=N_("No corpus is open."),
    ),
    None,
    Action("next_issue", N_("Next issue"), lambda do: do.issues.step(1), ("Ctrl+F5",), former_name="next_question"),
    Action(
        "previous_issue",
        N_("Previous issue"),
        lambda do: do.issues.step(-1),
        ("Ctrl+Shift+F5",),
        former_name="previous_question",
    ),
    None,
    EditAction(
        "apply_fix",
        N_("Apply the fix"),
        lambda do: do.issues.apply_fix(),
        ("Ctrl+R",),
        auto_repeat=False,
        former_name="put_right",
    ),
    EditAction(
        "dismiss_issue",
        N_("Dismiss issue permanently"),
        lambda do: do.issues.dismiss(),
        ("Ctrl+Delete",),
        auto_repeat=False,
        former_name="dismiss_question",
    ),
)
_LINE: Final[_Items] = (
    EditAction("line_headline", N_("Headline"), lambda do: do.tagging.mark_line(HEADLINE), ("F6",)),
    EditAction("line_dateline", N_("Dateline"), lambda do: do.tagging.mark_line(DATELINE), ("F7",)),
    EditAction("line_body", N_("Body"), lambda do: do.tagging.mark_line(BODY), ("F8",)),
    EditAction("line_boilerplate", N_("Boilerplate"), lambda do: do.tagging.mark_line(BOILERPLATE), ("F9",)),
)
_DETAILS: Final[_Items] = (
    EditAction("edit_title", N_("Edit title"), lambda do: do.details.edit_title(), ("Ctrl+T",)),
    EditAction("edit_date", N_("Edit publication date"), lambda do: do.details.edit_date(), ("Ctrl+Shift+T",)),
    EditAction("edit_article_note", N_("Edit article note"), lambda do: do.tagging.edit_article_note(), ("Ctrl+F2",)),
    Action("copy_title", N_("Copy title"), lambda do: do.details.copy_title(), ("Ctrl+Shift+C",)),
    Action("open_source", N_("Open the source on the web"), lambda do: do.details.open_source(), ("Ctrl+Shift+O",)),
    None,
    EditAction(
        "toggle_removed",
        N_("Remove article, or restore it"),
        lambda do: do.details.toggle_removed(),
        ("Ctrl+Shift+Delete",),
        auto_repeat=False,
        describe=lambda do: do.details.describe_removal(),
    ),
    Action(
        "show_removed",
        N_("Show removed articles"),
        lambda do: do.details.toggle_showing_removed(),
        ("Ctrl+Shift+R",),
        is_checked=lambda do: do.details.is_showing_removed,
    ),
)
_ADJUDICATION: Final[_Items] = (
    Action(
        "adjudicate",
        N_("Adjudicate"),
        lambda do: do.adjudication.toggle(),
        ("Ctrl+Shift+J",),
        is_checked=lambda do: do.adjudication.is_active,
    ),
    Action(
        "show_decided_otherwise",
        N_("Decided otherwise…"),
        late("dialogs.team.decided_otherwise.open_dialog"),
        ("Ctrl+Shift+E",),
    ),
    None,
    Action(
        "toggle_preselection",
        N_("Choose at first what most annotators have"),
        lambda do: do.adjudication.toggle_preselection(),
        ("Ctrl+Shift+V",),
        is_checked=lambda do: do.settings.current.preselects_majority,
    ),
    Action(
        "toggle_asking_reason",
        N_("Ask why annotators are overruled"),
        lambda do: do.adjudication.toggle_asking(),
        ("Ctrl+Shift+W",),
        is_checked=lambda do: do.settings.current.asks_reason,
    ),
)
_CANDIDATE_TEXTS: Final = (
    N_("Decide for candidate 1"),
    N_("Decide for candidate 2"),
    N_("Decide for candidate 3"),
    N_("Decide for candidate 4"),
    N_("Decide for candidate 5"),
    N_("Decide for candidate 6"),
    N_("Decide for candidate 7"),
    N_("Decide for candidate 8"),
    N_("Decide for candidate 9"),
)


def _choose(number: int) -> Callable[[Commands], object]:
    return lambda do: do.adjudication.choose(number)


_CANDIDATES: Final[_Items] = tuple(
    EditAction(
        name,
        text,
        _choose(number),
        (f"Ctrl+{number}",),
        auto_repeat=False,
        is_enabled=lambda do: do.adjudication.is_active,
        disabled_reason=N_("This key decides only while you adjudicate."),
    )
    for number, (name, text) in enumerate(zip(CANDIDATE_ACTIONS, _CANDIDATE_TEXTS, strict=True), 1)
)
_ARTICLE: Final[_Items] = (
    EditAction("done_and_next", N_("Done and next"), lambda do: do.tagging.done_and_next(), ("Ctrl+Return",)),
    Action("next_open", N_("Next open article"), lambda do: do.tagging.next_open(), ("Ctrl+Down",)),
    EditAction(
        "done",
        N_("Mark as done"),
        lambda do: do.tagging.toggle_state(DONE),
        ("Ctrl+D",),
        is_checked=lambda do: do.session.article_state == DONE,
    ),
    EditAction(
        "skip",
        N_("Skip"),
        lambda do: do.tagging.toggle_state(SKIPPED),
        ("Ctrl+K",),
        is_checked=lambda do: do.session.article_state == SKIPPED,
    ),
    EditAction(
        "flag",
        N_("Flag for review"),
        lambda do: do.tagging.toggle_state(FLAGGED),
        ("Ctrl+M",),
        is_checked=lambda do: do.session.article_state == FLAGGED,
    ),
    None,
    Action("next_article", N_("Next article"), lambda do: do.session.open_relative(1), ("Alt+Down", "Ctrl+PgDown")),
    Action(
        "previous_article", N_("Previous article"), lambda do: do.session.open_relative(-1), ("Alt+Up", "Ctrl+PgUp")
    ),
    None,
    Action(
        "toggle_informative",
        N_("Most informative articles first"),
        lambda do: do.view.toggle_informative(),
        ("Ctrl+Shift+Down",),
        is_checked=lambda do: do.session.prefers_informative,
        former_name="toggle_instructive",
    ),
    None,
    Menu("line", N_("&Line type"), _LINE),
    Menu("details", N_("&Details"), _DETAILS),
    Menu("adjudication", N_("Adj&udication"), _ADJUDICATION),
)
_FOCUS: Final[_Items] = (
    Action(
        "next_panel",
        N_("Focus next panel"),
        lambda do: do.focus.move_focus(1),
        ("Ctrl+Tab",),
        macos_keys=("Meta+Tab",),
        former_name="next_pane",
    ),
    Action(
        "previous_panel",
        N_("Focus previous panel"),
        lambda do: do.focus.move_focus(-1),
        ("Ctrl+Shift+Tab",),
        macos_keys=("Meta+Shift+Tab",),
        former_name="previous_pane",
    ),
    Action("focus_menu_bar", N_("Focus menu bar"), lambda do: do.view.focus_menu_bar(), ("F10",)),
)
_ZOOM: Final[_Items] = (
    Action("zoom_in", N_("Zoom in"), lambda do: do.view.zoom_by(1), ("Ctrl++", "Ctrl+=")),
    Action("zoom_out", N_("Zoom out"), lambda do: do.view.zoom_by(-1), ("Ctrl+-",)),
    Action("zoom_reset", N_("Reset zoom"), lambda do: do.view.zoom_to(100), ("Ctrl+0",)),
    Action(
        "toggle_compact",
        N_("Compact lines"),
        lambda do: do.view.toggle_compact(),
        ("Ctrl+Shift+D",),
        is_checked=lambda do: do.settings.current.compact,
    ),
)
_VIEW: Final[_Items] = (
    Menu("zoom", N_("Text size"), _ZOOM),
    None,
    Action(
        "toggle_folds",
        N_("Show boilerplate"),
        lambda do: do.article.toggle_folds(),
        ("F4",),
        is_checked=lambda do: do.article.has_open_folds,
    ),
    Action(
        "toggle_invisible",
        N_("Show invisible characters"),
        lambda do: do.view.toggle_invisible(),
        ("Ctrl+Shift+H",),
        is_checked=lambda do: do.settings.current.invisible,
    ),
    Action(
        "toggle_selection_bar",
        N_("Show buttons at the selection"),
        lambda do: do.settings.save(selection_bar=not do.settings.current.selection_bar),
        ("Ctrl+Shift+B",),
        is_checked=lambda do: do.settings.current.selection_bar,
    ),
    None,
    Action(
        "toggle_focus_mode",
        N_("Show only the article"),
        lambda do: do.view.toggle_focus_mode(),
        ("F11",),
        is_checked=lambda do: do.view.layout.is_focused,
    ),
    Action(
        "toggle_articles",
        N_("Show the articles"),
        lambda do: do.view.layout.toggle("articles"),
        ("Ctrl+F11",),
        is_checked=lambda do: do.view.layout.is_open("articles"),
    ),
    Action(
        "toggle_labels",
        N_("Show labels and spans"),
        lambda do: do.view.layout.toggle("labels"),
        ("Shift+F11",),
        is_checked=lambda do: do.view.layout.is_open("labels"),
    ),
    Menu("focus", N_("Go to"), _FOCUS),
    None,
    Choice(
        N_("Language"),
        LANGUAGES,
        lambda do, code: do.settings.save(language=code),
        lambda _do: current_language(),
    ),
    Choice(
        N_("Colours"),
        {"system": N_("System"), "light": N_("Light"), "dark": N_("Dark")},
        lambda do, name: do.settings.save(theme=name),
        lambda do: do.settings.current.theme,
    ),
    Choice(
        N_("Digits"),
        {"western": "0 1 2 3", "eastern": "٠ ١ ٢ ٣"},
        lambda do, kind: do.settings.save(numerals=kind),
        lambda do: do.settings.current.numerals,
    ),
)
_HELP: Final[_Items] = (
    Action(
        "toggle_guidelines",
        N_("Labelling guidelines"),
        lambda do: do.view.toggle_guidelines(),
        ("Shift+F1",),
        is_checked=lambda do: do.view.shows_guidelines,
        former_name="toggle_guide",
    ),
    Action("show_palette", N_("Command palette…"), lambda do: do.palette.toggle(), ("Ctrl+P",)),
    Action("show_keys", N_("Keyboard shortcuts"), lambda do: do.view.show_keys(MENUS), ("F1",)),
    Action("show_welcome", N_("Welcome page"), lambda do: do.welcome.show_welcome()),
    None,
    Action("show_reports", N_("Reports and log"), lambda do: do.view.show_reports(), ("Ctrl+Shift+F1",)),
    Action("about", N_("About Annotator"), late("dialogs.about.open_dialog"), menu_role=QAction.MenuRole.AboutRole),
)
_CARET: Final[_Items] = (
    Action("caret_forward", N_("Next word"), lambda do: do.caret.move_by_word(1), ("Left",)),
    Action("caret_back", N_("Previous word"), lambda do: do.caret.move_by_word(-1), ("Right",)),
    Action("sentence_forward", N_("Next sentence"), lambda do: do.caret.move_by_sentence(1), ("Ctrl+Left",)),
    Action("sentence_back", N_("Previous sentence"), lambda do: do.caret.move_by_sentence(-1), ("Ctrl+Right",)),
    Action("article_start", N_("Start of article"), lambda do: do.caret.move_to_article_edge(-1), ("Ctrl+Home",)),
    Action("article_end", N_("End of article"), lambda do: do.caret.move_to_article_edge(1), ("Ctrl+End",)),
    Action("caret_up", N_("Line up"), lambda do: do.caret.move_by_line(-1), ("Up",)),
    Action("caret_down", N_("Line down"), lambda do: do.caret.move_by_line(1), ("Down",)),
    Action("caret_start", N_("Start of line"), lambda do: do.caret.move_to_line_edge(-1), ("Home",)),
    Action("caret_end", N_("End of line"), lambda do: do.caret.move_to_line_edge(1), ("End",)),
    Action("select_up", N_("Select line up"), lambda do: do.caret.move_by_line(-1, extend=True), ("Shift+Up",)),
    Action("select_down", N_("Select line down"), lambda do: do.caret.move_by_line(1, extend=True), ("Shift+Down",)),
    Action(
        "select_start",
        N_("Select to start of line"),
        lambda do: do.caret.move_to_line_edge(-1, extend=True),
        ("Shift+Home",),
    ),
    Action(
        "select_end", N_("Select to end of line"), lambda do: do.caret.move_to_line_edge(1, extend=True), ("Shift+End",)
    ),
    Action(
        "jump_back", N_("Go back to before the last letter key"), lambda do: do.caret.jump_back(), ("Shift+Backspace",)
    ),
    Action("next_span", N_("Next span"), lambda do: do.caret.select_span(1), ("Tab",)),
    Action("previous_span", N_("Previous span"), lambda do: do.caret.select_span(-1), ("Shift+Tab",)),
    Action(
        "deselect",
        N_("Clear selection"),
        lambda do: do.article.cancel_drag() or do.tagging.deselect() or do.view.leave_focus_mode() or do.issues.leave(),
        ("Escape",),
    ),
)
MENUS: Final[tuple[Menu[Commands], ...]] = (
    Menu("corpus", N_("&Corpus"), _CORPUS),
    Menu("edit", N_("&Edit"), _EDIT),
    Menu("suggestions", N_("&Suggestions"), _SUGGESTIONS),
    Menu("issues", N_("&Issues"), _ISSUES),
    Menu("article", N_("&Article"), _ARTICLE),
    Menu("view", N_("&View"), _VIEW),
    Menu("help", N_("&Help"), _HELP),
    Menu("caret", N_("In the article"), _CARET, in_bar=False),
    Menu("candidates", N_("In an adjudication"), _CANDIDATES, in_bar=False),
)
"""The menus from left to right, and the actions that have only keys."""

ACTIONS: Final = tuple(list_actions(MENUS))
"""Every action, in the order of the menus."""
