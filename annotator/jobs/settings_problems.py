"""What is wrong with the file of the settings, as a sentence for people."""

from collections.abc import Callable
from difflib import get_close_matches

from annotator.file_ops import explain_os_error
from annotator.formats.library_errors import explain_error
from annotator.i18n import _
from annotator.settings import SETTING_TYPES, SettingsProblem, settings_path


def describe_problem(problem: SettingsProblem, isolate: Callable[[str], str] = str) -> str:
    """Return file, line, what is wrong, and what applies instead; `isolate` keeps the path from an Arabic text."""
    place = f"{settings_path()}:{problem.line}" if problem.line else str(settings_path())
    return f"{isolate(place)}: {_describe(problem)}"


def describe_unknown_key(key: str) -> str:
    """Return the message that there is no such setting, with the one that is spelt most like it."""
    if similar := get_close_matches(key, SETTING_TYPES, n=1):
        return _("there is no setting “{key}”; did you mean “{similar}”?").format(key=key, similar=similar[0])
    return _("there is no setting “{key}”").format(key=key)


def _describe(problem: SettingsProblem) -> str:
    if problem.error is None:
        return describe_unknown_key(problem.key)
    if isinstance(problem.error, OSError):
        message = _("the settings cannot be read, so the defaults apply: {error}")
        return message.format(error=explain_os_error(problem.error))
    if problem.key:
        message = _("the setting “{key}” is not valid, so its default applies: {error}")
        return message.format(key=problem.key, error=explain_error(problem.error))
    message = _("none of the settings can be used, so the defaults apply: {error}")
    return message.format(error=explain_error(problem.error, problem.data))
