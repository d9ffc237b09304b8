"""The language of the commands, including click's own messages."""

import gettext
import os

from annotator import i18n
from annotator.i18n import _, ngettext
from annotator.resources import resource_path


def use_language(language: str) -> None:
    """Switch this program, click and (by the environment) the window to `language`.

    click uses gettext's global domain, in the environment's language. It is set to this program's, whose catalogues
    have click's messages (see `click_messages`).
    """
    i18n.set_language(language)
    os.environ["LANGUAGE"] = os.environ["ANNOTATOR_LANGUAGE"] = language
    gettext.bindtextdomain("annotator", str(resource_path("i18n")))
    gettext.textdomain("annotator")


def click_messages() -> list[str]:
    """Return click's messages in these commands, for the catalogues."""
    return [
        _("Usage:"),
        _("Options"),
        _("Commands"),
        _("Positional arguments"),
        _("Show this message and exit."),
        _("Show the version and exit."),
        _("%(prog)s, version %(version)s"),
        _("default: {default}"),
        _("required"),
        _("Choose from:\n\t{choices}"),
        _("Missing argument"),
        _("Missing option"),
        _("No such option {name!r}."),
        _("Option {name!r} does not take a value."),
        _("Invalid value: {message}"),
        _("Invalid value for {param_hint}: {message}"),
        _("{value!r} is not a valid {number_type}."),
        ngettext("Did you mean {possibility}?", "(Did you mean one of: {possibilities}?)", 1),
        ngettext("Option {name!r} requires an argument.", "Option {name!r} requires {nargs} arguments.", 1),
        ngettext("Got unexpected extra argument ({args})", "Got unexpected extra arguments ({args})", 1),
        ngettext("{value!r} is not {choice}.", "{value!r} is not one of {choices}.", 2),
    ]
