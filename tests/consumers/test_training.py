"""Test docs/training.md: its code trains a CRF and a spaCy pipeline on exports, and their suggestions come back.

It takes about two minutes.
"""

import re
from pathlib import Path

import pages
from consumers.reading import consumer

PAGE = pages.DOCS / "training.md"
QUIET = {"ANSI_COLORS_DISABLED": "1", "HF_DATASETS_OFFLINE": "1"}


def test_the_page_trains_what_it_says(tmp_path: Path) -> None:
    for name in ("seqeval", "spacy", "datasets", "pandas"):
        consumer(name)
    (settings,) = pages.blocks(PAGE, "json")
    printed_by_line = {}
    for line, expected, printed in pages.follow(PAGE, tmp_path, **QUIET, HF_HOME=str(tmp_path / "cache")):
        assert pages.prints(expected, printed, roughly=True), f"$ {line}\n{printed}"
        printed_by_line[line] = printed
        if line.startswith("annotator import new.corpus"):
            home = tmp_path / "home" / "config"
            home.mkdir(parents=True)
            (home / "settings.json").write_text(settings, encoding="utf-8")
    everything = "\n".join(printed_by_line.values())
    for scored in (r"micro avg .* ([\d.]+) +\d+$", r"^NER F +([\d.]+)", r"^(\d+) suggestions$"):
        (score,) = re.findall(scored, everything, re.MULTILINE)
        assert float(score) > 0, f"nothing was learned: {scored}"
