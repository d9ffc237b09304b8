"""What the commands and dialogs of a window share."""

from msgspec import Struct
from PySide6.QtWidgets import QWidget

from annotator.ui.session.agreement_cache import AgreementCache
from annotator.ui.session.session import Session
from annotator.ui.session.suggestions import SuggestionModel
from annotator.ui.session.tasks import TaskRunner
from annotator.ui.session.user_settings import UserSettings


class WindowContext(Struct, frozen=True):
    """A window, its session, the tasks that it runs with a progress dialog, and what belongs to them."""

    window: QWidget
    session: Session
    tasks: TaskRunner
    settings: UserSettings
    suggestion_model: SuggestionModel
    agreement_cache: AgreementCache
