"""`annotator config [KEY [VALUE]]`: lists, shows and changes the settings."""

from contextlib import suppress
from typing import Any, Final, Literal, get_args, get_origin

import click
import msgspec
from click.shell_completion import CompletionItem

from annotator import settings
from annotator.cli.annotators import check_name
from annotator.cli.command import decode_argument, json_option, option
from annotator.cli.console import CommandError, print_json, print_table, print_text
from annotator.cli.root import root
from annotator.file_ops import explain_os_error
from annotator.formats.library_errors import explain_error
from annotator.i18n import LazyText, _
from annotator.jobs.settings_problems import describe_unknown_key
from annotator.settings import FIELD_NAMES, SETTING_TYPES, WINDOW_STATE, Settings, convert_value

_ANNOTATOR_KEY: Final = "annotator"
_FLAGS: Final = ("true", "false")


def _complete_key(_context: click.Context, _parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    keys = (key for key in SETTING_TYPES if key not in WINDOW_STATE)
    return [CompletionItem(key) for key in keys if key.startswith(incomplete)]


def _complete_value(context: click.Context, _parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    values = _list_values(SETTING_TYPES.get(context.params.get("key") or ""))
    return [CompletionItem(value) for value in values if value.startswith(incomplete)]


@root.command(
    "config",
    help=LazyText(
        "List your settings, show the one that is called KEY, or set it to VALUE. Lists and tables are written as JSON."
    ),
    examples=(
        (LazyText("List the settings:"), "annotator config"),
        (LazyText("Set your name as an annotator:"), 'annotator config annotator "سلمى"'),
        (
            LazyText("Map a model's labels to those of the corpus:"),
            """annotator config model_labels '{"ORG": "INSTITUTION"}'""",
        ),
        (LazyText("Go back to the default:"), "annotator config model_labels --unset"),
    ),
)
@click.argument("key", required=False, callback=decode_argument, shell_complete=_complete_key)
@click.argument("value", required=False, callback=decode_argument, shell_complete=_complete_value)
@option("--unset", is_flag=True, help=LazyText("Go back to the default of KEY."))
@json_option
def config(key: str | None, value: str | None, unset: bool, as_json: bool) -> None:
    """List, show or change settings."""
    if unset and (key is None or value is not None):
        raise click.UsageError(_("--unset needs a KEY and no VALUE"))
    if key is not None and key not in SETTING_TYPES:
        raise CommandError(describe_unknown_key(key))
    if key is not None and (unset or value is not None):
        _change(key, _default(key) if value is None else _parse(key, value))
    saved = msgspec.to_builtins(settings.load())
    if as_json:
        print_json(saved if key is None else {key: saved[key]})
    elif key is not None:
        print_text("" if saved[key] is None else _format(saved[key]))
    else:
        _print_all(saved)


def _default(key: str) -> Any:
    return getattr(Settings(), FIELD_NAMES[key])


def _change(key: str, value: Any) -> None:
    try:
        settings.change(settings.load(), **{FIELD_NAMES[key]: value})
    except OSError as error:
        message = _("The settings could not be saved: {error}").format(error=explain_os_error(error))
        raise CommandError(message) from error


def _parse(key: str, text: str) -> Any:
    """Parse a value: a text as it is, anything else as JSON. Raises CommandError."""
    values: list[Any] = [text]
    with suppress(msgspec.DecodeError, UnicodeEncodeError, RecursionError):  # a text
        values.append(msgspec.json.decode(text))
    reason = ""
    for value in values:
        try:
            converted = convert_value(key, value)
            return check_name(converted) if key == _ANNOTATOR_KEY and converted else converted
        except msgspec.ValidationError as error:
            reason = explain_error(error)
    if allowed := _list_values(SETTING_TYPES[key]):
        message = _("“{value}” is no value of “{key}”, which may be {allowed}")
        raise CommandError(message.format(value=text, key=key, allowed=_(", ").join(allowed)))
    raise CommandError(_("“{value}” is no value of “{key}”: {error}").format(value=text, key=key, error=reason))


def _list_values(type_: Any) -> list[str]:
    """Return the values that a setting of this type may have, if they are few."""
    if type_ is bool:
        return list(_FLAGS)
    if get_origin(type_) is Literal:
        return list(get_args(type_))
    return [value for part in get_args(type_) for value in _list_values(part)]


def _print_all(saved: dict[str, Any]) -> None:
    rows = [
        [key, _("default") if value == msgspec.to_builtins(_default(key)) else _("set"), _format(value)]
        for key, value in saved.items()
        if key not in WINDOW_STATE
    ]
    print_table([[_("Setting"), "", _("Value")], *rows])
    print_text(_("The settings are in {path}").format(path=settings.settings_path()))


def _format(value: Any) -> str:
    """Return a text as it is, and anything else as JSON."""
    if value in (None, ""):
        return "-"
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()
