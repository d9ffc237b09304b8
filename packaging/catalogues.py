"""Compile resources/i18n/*.po for gettext; with `--update`, take up new texts from the code first.

Run by the build, by dev.py and by the tests, so that a compiled catalogue is never older than its source.
"""

import argparse
import io
import os
import re
import string
from pathlib import Path
from typing import Final

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "resources" / "i18n"
KEYWORDS = {"_": None, "N_": None, "ngettext": (1, 2), "pgettext": ((1, "c"), 2)}
KEYWORDS |= {"count_phrase": (1, 2), "LazyText": None}
CLICK: Final[tuple[str | tuple[str, str], ...]] = (
    "Usage:",
    "Options",
    "Commands",
    "Positional arguments",
    "Show this message and exit.",
    "Show the version and exit.",
    "%(prog)s, version %(version)s",
    "default: {default}",
    "required",
    "Choose from:\n\t{choices}",
    "Missing argument",
    "Missing option",
    "No such option {name!r}.",
    "Option {name!r} does not take a value.",
    "Invalid value: {message}",
    "Invalid value for {param_hint}: {message}",
    "{value!r} is not a valid {number_type}.",
    ("Did you mean {possibility}?", "(Did you mean one of: {possibilities}?)"),
    ("Option {name!r} requires an argument.", "Option {name!r} requires {nargs} arguments."),
    ("Got unexpected extra argument ({args})", "Got unexpected extra arguments ({args})"),
    ("{value!r} is not {choice}.", "{value!r} is not one of {choices}."),
)
"""The messages of click that the commands show: texts, and pairs of singular and plural."""

_BREAKABLE_SPACE: Final = re.compile(r"(?<=\S) (?=[:;?!»%](?:\s|$))|(?<=«) ")
"""A space in French that should be a no-break one, narrow before `;`, `?` and `!`."""


def compile_all() -> None:
    """Write FOLDER/LANGUAGE/LC_MESSAGES/annotator.mo for every .po that is newer than it."""
    for source in sorted(FOLDER.glob("*.po")):
        target = FOLDER / source.stem / "LC_MESSAGES" / "annotator.mo"
        if target.exists() and target.stat().st_mtime_ns >= source.stat().st_mtime_ns:
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        compiled = io.BytesIO()
        write_mo(compiled, read_catalogue(source))
        # Replaced at once: a program that starts meanwhile must never read half of it.
        temporary = target.with_suffix(f".{os.getpid()}")
        temporary.write_bytes(compiled.getvalue())
        temporary.replace(target)


def read_catalogue(source: Path) -> Catalog:
    """Return the catalogue of the language that the file is named after, such as `ar.po`."""
    with source.open("rb") as file:
        return read_po(file, locale=source.stem)


def extract_messages() -> Catalog:
    """Return a catalogue without translations of every text in the code that a user sees."""
    catalogue = Catalog(project="annotator", charset="utf-8")
    messages = extract_from_dir(ROOT / "annotator", [("**.py", "python")], keywords=KEYWORDS, comment_tags=["i18n:"])
    for path, _line, message, comments, context in messages:
        # No line numbers: every change of the code would change every catalogue.
        catalogue.add(message, locations=[(f"annotator/{path}", 0)], auto_comments=comments, context=context)
    for message in CLICK:
        catalogue.add(message, locations=[("click", 0)])
    return catalogue


def update_all() -> None:
    """Add new texts to every .po and drop those that the code no longer has, without fuzzy matching."""
    template = extract_messages()
    for source in sorted(FOLDER.glob("*.po")):
        catalogue = read_catalogue(source)
        catalogue.update(template, no_fuzzy_matching=True)
        catalogue.obsolete.clear()
        with source.open("wb") as file:
            write_po(file, catalogue, width=110, sort_by_file=True, omit_header=False)


def find_problems() -> list[str]:
    """Return a line for each text that is not translated, is fuzzy, or has other {names} than its translation.

    In French, spaces at punctuation must be no-break spaces.

    The list is empty when every language is complete.
    """
    wanted = [message for message in extract_messages() if message.id]
    lines = []
    for source in sorted(FOLDER.glob("*.po")):
        catalogue = read_catalogue(source)
        for message in wanted:
            forms = _forms(message.id)
            translation = catalogue.get(forms[0], message.context)
            texts = _forms(translation.string or "") if translation else ()
            if not translation or translation.fuzzy or not all(texts):
                lines.append(f"{source.stem}: not translated: {forms[0]}")
            elif any(not _names(text) <= _names(*forms) for text in texts) or not _names(*forms) <= _names(*texts):
                lines.append(f"{source.stem}: not the same names in braces: {forms[0]}")
            elif source.stem == "fr" and any(map(_BREAKABLE_SPACE.search, texts)):
                lines.append(f"{source.stem}: a line could break before or after a mark: {forms[0]}")
    return lines


def _forms(texts: str | list[str] | tuple[str, ...]) -> tuple[str, ...]:
    return (texts,) if isinstance(texts, str) else tuple(texts)


def _names(*texts: str) -> set[str]:
    return {name for text in texts for _, name, _, _ in string.Formatter().parse(text) if name is not None}


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--update", action="store_true", help="take up new texts, and list what is not translated")
    updating = arguments.parse_args().update
    if updating:
        update_all()
    compile_all()
    if updating:
        print("\n".join(find_problems()) or "every text is translated")
