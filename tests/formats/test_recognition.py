"""Which format a file is of is told by a look inside, and no two formats claim the same file."""

from collections import Counter
from pathlib import Path

import pytest

from annotator.formats.conll import conllu
from annotator.formats.json import doccano, jsonl, labelstudio, prodigy
from annotator.formats.registry import FORMATS, recognise
from annotator.jobs.imports import file_reader
from annotator.jobs.imports.file_reader import Way
from annotator.model.article_builder import draft
from annotator.model.records import Draft, Span

EXPECTED = {
    "articles": {"jsonl": 1},
    "html": {"html": 1, "text": 1},
    "ner": {"conll": 2, None: 1},
    "pdf": {"pdf": 5, "jsonl": 1, None: 1},
    "peers/brat": {"brat": 2, "text": 2, None: 2},
    "peers/cassis": {"xmi": 4, None: 2},
    "peers/conll": {"conll": 4},
    "peers/doccano": {"conll": 6, "doccano": 3},
    "peers/label-studio": {"labelstudio": 1, "conll": 1, None: 1},
    "peers/spacy": {"conll": 3, "spacy-json": 1},
    "peers/webanno-tsv": {"webanno": 29},
}


@pytest.mark.parametrize("folder", EXPECTED)
def test_the_files_of_peers_are_recognised(shared: Path, folder: str) -> None:
    files = [path for path in (shared / "data" / folder).iterdir() if path.is_file()]
    found = Counter(format_.NAME if (format_ := recognise(path)) else None for path in files)
    assert found == EXPECTED[folder]


OUTCOMES = {
    "articles": (119, 0, {}),
    "html": (2, 0, {}),
    # A tag that begins a span without saying so; letters such as ﺁ and ﻻ among others; and a licence.
    "ner": (393, 3353, {"Repair": 1, "Notice": 1, "Refusal": 1}),
    # One in presentation forms, one with a Hebrew one; the lines of pairs have no text of their own.
    "pdf": (5, 0, {"Notice": 2, "Refusal": 55}),
    "peers/brat": (4, 11, {"Refusal": 8}),
    "peers/cassis": (4, 22, {"Refusal": 2}),
    "peers/conll": (4, 62, {}),
    "peers/doccano": (13, 50, {"Refusal": 1}),
    "peers/label-studio": (3, 12, {"Refusal": 1}),
    "peers/spacy": (4, 28, {}),
    "peers/webanno-tsv": (29, 64, {"Refusal": 24}),
}
"""Articles, spans, and what is said of the files of each folder, read one by one."""


@pytest.mark.parametrize("folder", OUTCOMES)
def test_the_files_of_peers_are_read(shared: Path, folder: str) -> None:
    files = [path for path in (shared / "data" / folder).iterdir() if path.is_file()]
    found = [item for path in files for item in file_reader.read(path, Way(), "ليلى")]
    items = [item for item in found if isinstance(item, Draft)]
    said = Counter(type(item).__name__ for item in found if not isinstance(item, Draft))
    assert (len(items), sum(len(item.spans) for item in items), said) == OUTCOMES[folder]


ITEM = draft("أمس في وجدة 😀", spans=[Span("uid", "", "ليلى", "DATE", 0, 3)])


@pytest.mark.parametrize("module", [jsonl, doccano, prodigy, labelstudio, conllu], ids=lambda module: module.NAME)
def test_what_is_written_is_recognised_under_the_name_that_is_proposed(tmp_path: Path, module: object) -> None:
    path = tmp_path / f"a{module.SUFFIXES[0]}"  # type: ignore[attr-defined]
    path.write_text(module.HEAD + module.encode(ITEM) + module.FOOT, encoding="utf-8")  # type: ignore[attr-defined]
    assert recognise(path) is module


def test_each_format_has_a_name_of_its_own() -> None:
    assert len({format_.NAME for format_ in FORMATS}) == len(FORMATS)
