"""The language of the commands, click's own sentences among them."""

import gettext
import os

from annotator import i18n
from annotator.i18n import _, ngettext
from annotator.resources import resource


def speak(language: str) -> None:
    """Speak `language` from now on: this program, click, and (by the environment) the window when it opens.

    click takes its sentences from gettext's global domain, in the language that the environment names; so the domain is
    made this program's, whose catalogues hold them (see `of_click`).
    """
    i18n.use(language)
    os.environ["LANGUAGE"] = os.environ["ANNOTATOR_LANGUAGE"] = language
    gettext.bindtextdomain("annotator", str(resource("i18n")))
    gettext.textdomain("annotator")


def of_click() -> list[str]:
    """What click may say in these commands, so that the catalogues take it up."""
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
