"""The language of the commands, including click's own messages."""

import gettext
import os

from annotator import i18n
from annotator.resources import resource_path


def use_language(language: str) -> None:
    """Switch this program, click and (by the environment) the window to `language`.

    click uses gettext's global domain, in the environment's language. It is set to this program's, whose catalogues
    have click's messages too (packaging/catalogues.py).
    """
    i18n.set_language(language)
    os.environ["LANGUAGE"] = os.environ["ANNOTATOR_LANGUAGE"] = language
    gettext.bindtextdomain("annotator", str(resource_path("i18n")))
    gettext.textdomain("annotator")
