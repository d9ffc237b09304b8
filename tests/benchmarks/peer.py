"""Another program's converter, as a process that is told when to convert: `python peer.py NAME FOLDER`.

It runs in the peers' own environment (see packaging/dev.py), so it knows nothing of this project but the files in
FOLDER: `articles.json` with the text and the spans of each, `tasks.json` and `config.xml` for Label Studio. For each
line that it reads it converts all of them once, beginning without a word that it has met before as a program that was
just started, and says in a line how many milliseconds that took. Its first line says that it is there.
"""

import json
import os
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path


def spacy(folder: Path) -> Callable[[], float]:
    """Return a function that makes tags for the tokens of spaCy, without a file."""
    import spacy
    from spacy.training import offsets_to_biluo_tags

    warnings.filterwarnings("ignore", message="\\[W030\\]")  # of spans that it cannot align
    articles = [
        (article["text"], [tuple(span) for span in article["spans"]])
        for article in json.loads((folder / "articles.json").read_text("utf-8"))
    ]

    def convert() -> float:
        new = spacy.blank("ar")
        start = time.perf_counter()
        for text, spans in articles:
            offsets_to_biluo_tags(new.make_doc(text), spans)
        return time.perf_counter() - start

    return convert


def label_studio(folder: Path) -> Callable[[], float]:
    """Return a function that writes a CoNLL 2003 file by Label Studio's converter."""
    from label_studio_sdk.converter import Converter

    config = (folder / "config.xml").read_text("utf-8")
    converter = Converter(config, str(folder), upload_dir=str(folder))

    def convert() -> float:
        start = time.perf_counter()
        converter.convert_to_conll2003(str(folder / "tasks.json"), str(folder / "label-studio"), is_dir=False)
        return time.perf_counter() - start

    return convert


def main(name: str, folder: str) -> int:
    """Convert as often as a line comes in."""
    # What the programs print on their own is not an answer.
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    convert = {"spacy": spacy, "label_studio": label_studio}[name](Path(folder))
    print("ready", file=answers, flush=True)
    for _line in sys.stdin:
        print(convert() * 1000, file=answers, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
