"""Compile resources/i18n/*.po for gettext, or take up new texts from the code (`--update`).

Run by the build, by dev.py and by the tests, so that a compiled catalogue is never older than its source.
"""

import argparse
import sys
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "resources" / "i18n"
KEYWORDS = {"_": None, "N_": None, "ngettext": (1, 2), "pgettext": ((1, "c"), 2)}


def compile_all() -> None:
    """Write FOLDER/LANGUAGE/LC_MESSAGES/annotator.mo for every .po that is newer than it."""
    for source in sorted(FOLDER.glob("*.po")):
        target = FOLDER / source.stem / "LC_MESSAGES" / "annotator.mo"
        if target.exists() and target.stat().st_mtime_ns >= source.stat().st_mtime_ns:
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        with source.open("rb") as opened:
            catalogue = read_po(opened, locale=source.stem)
        with target.open("wb") as opened:
            write_mo(opened, catalogue)


def extract() -> Catalog:
    """Every text of the code that a person sees, as a catalogue without translations."""
    catalogue = Catalog(project="annotator", charset="utf-8")
    found = extract_from_dir(ROOT / "annotator", [("**.py", "python")], keywords=KEYWORDS, comment_tags=["i18n:"])
    for path, _line, message, comments, context in found:
        catalogue.add(message, locations=[(f"annotator/{path}", None)], auto_comments=comments, context=context)
    return catalogue


def update() -> None:
    """Take up new texts in every .po, drop those that the code no longer has, and guess nothing."""
    template = extract()
    for source in sorted(FOLDER.glob("*.po")):
        with source.open("rb") as opened:
            catalogue = read_po(opened, locale=source.stem)
        catalogue.update(template, no_fuzzy_matching=True)
        catalogue.obsolete.clear()
        with source.open("wb") as opened:
            write_po(opened, catalogue, width=110, sort_by_file=True, omit_header=False)


def missing() -> list[str]:
    """What is not translated, one line a text: empty when every language is whole."""
    wanted = [(message.id, message.context) for message in extract() if message.id]
    lines = []
    for source in sorted(FOLDER.glob("*.po")):
        with source.open("rb") as opened:
            catalogue = read_po(opened, locale=source.stem)
        for identity, context in wanted:
            key = identity[0] if isinstance(identity, tuple) else identity
            message = catalogue.get(key, context)
            forms = message.string if message else ""
            texts = forms if isinstance(forms, (tuple, list)) else (forms,)
            if not all(texts):
                lines.append(f"{source.stem}: {key}")
    return lines


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--update", action="store_true", help="take up new texts from the code first")
    if arguments.parse_args().update:
        update()
    compile_all()
    print("\n".join(missing()) or "every text is translated", file=sys.stderr)
