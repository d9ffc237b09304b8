"""What the actions of a window work on: its commands, and functions that are imported when they run."""

from collections.abc import Callable
from importlib import import_module

from annotator.ui.actions.panel_focus import PanelFocus
from annotator.ui.article.article_view import ArticleView
from annotator.ui.commands.adjudication_commands import AdjudicationCommands
from annotator.ui.commands.annotator_commands import AnnotatorCommands
from annotator.ui.commands.article_commands import ArticleCommands
from annotator.ui.commands.backup_commands import BackupCommands
from annotator.ui.commands.caret_commands import CaretCommands
from annotator.ui.commands.corpus_commands import CorpusCommands
from annotator.ui.commands.edge_commands import EdgeCommands
from annotator.ui.commands.find_commands import FindCommands
from annotator.ui.commands.issue_commands import IssueCommands
from annotator.ui.commands.merge_commands import MergeCommands
from annotator.ui.commands.palette_commands import PaletteCommands
from annotator.ui.commands.suggestion_commands import SuggestionCommands
from annotator.ui.commands.tagging_commands import TaggingCommands
from annotator.ui.commands.team_commands import TeamCommands
from annotator.ui.commands.view_commands import ViewCommands
from annotator.ui.commands.welcome_commands import WelcomeCommands
from annotator.ui.session.window_context import WindowContext


class Commands(WindowContext, frozen=True):
    """What the actions of a window work on."""

    article: ArticleView
    details: ArticleCommands
    focus: PanelFocus
    corpus: CorpusCommands
    annotators: AnnotatorCommands
    backups: BackupCommands
    merges: MergeCommands
    team: TeamCommands
    tagging: TaggingCommands
    edges: EdgeCommands
    caret: CaretCommands
    find: FindCommands
    suggestions: SuggestionCommands
    issues: IssueCommands
    adjudication: AdjudicationCommands
    palette: PaletteCommands
    view: ViewCommands
    welcome: WelcomeCommands


def late(target: str, **options: bool) -> Callable[[Commands], object]:
    """Return a function of `annotator.ui`, such as "dialogs.about.open_dialog", that is imported when it runs."""
    module, _dot, name = target.rpartition(".")
    return lambda do: getattr(import_module(f"annotator.ui.{module}"), name)(do, **options)
