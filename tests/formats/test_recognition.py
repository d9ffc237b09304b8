"""The format of a file is detected by its content, and no two formats claim the same file."""

from collections import Counter
from pathlib import Path

import pytest

from annotator.formats.format import Documents
from annotator.formats.registry import FORMATS, detect_format, get_format
from annotator.jobs.imports import file_reader
from annotator.jobs.imports.file_reader import ReadOptions
from annotator.model.article_builder import build_article
from annotator.model.records import AnnotatedArticle, Span

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
def test_formats_of_sample_files_are_detected(shared: Path, folder: str) -> None:
    files = [path for path in (shared / "data" / folder).iterdir() if path.is_file()]
    items = Counter(format_.name if (format_ := detect_format(path)) else None for path in files)
    assert items == EXPECTED[folder]


OUTCOMES = {
    "articles": (119, 0, {}),
    "html": (2, 0, {}),
    # A span that starts with an inside tag, presentation forms such as ﺁ and ﻻ, and a licence.
    "ner": (393, 3353, {"Repair": 1, "VisualOrderNotice": 1, "Refusal": 1}),
    # One in presentation forms, one with a Hebrew one; the files of pairs contain no articles.
    "pdf": (5, 0, {"VisualOrderNotice": 2, "Refusal": 55}),
    "peers/brat": (4, 11, {"Refusal": 8}),
    "peers/cassis": (4, 22, {"Refusal": 2}),
    "peers/conll": (4, 62, {}),
    "peers/doccano": (13, 50, {"Refusal": 1}),
    "peers/label-studio": (3, 12, {"Refusal": 1}),
    "peers/spacy": (4, 28, {}),
    "peers/webanno-tsv": (29, 64, {"Refusal": 24}),
}
"""Articles, spans and remarks of the files in each folder, read one by one."""


@pytest.mark.parametrize("folder", OUTCOMES)
def test_sample_files_are_read(shared: Path, folder: str) -> None:
    files = [path for path in (shared / "data" / folder).iterdir() if path.is_file()]
    results = [item for path in files for item in file_reader.read(path, ReadOptions(), "ليلى")]
    items = [item for item in results if isinstance(item, AnnotatedArticle)]
    text = Counter(type(item).__name__ for item in results if not isinstance(item, AnnotatedArticle))
    assert (len(items), sum(len(item.spans) for item in items), text) == OUTCOMES[folder]


ITEM = build_article("أمس في وجدة 😀", spans=[Span("uid", "", "ليلى", "DATE", 0, 3)])


@pytest.mark.parametrize("name", ["jsonl", "doccano", "prodigy", "labelstudio"])
def test_written_files_are_detected_under_their_suffix(tmp_path: Path, name: str) -> None:
    format_ = get_format(name)
    assert isinstance(format_.output, Documents)
    path = tmp_path / f"a{format_.suffixes[0]}"
    path.write_text(format_.output.header + format_.output.encode(ITEM) + format_.output.footer, encoding="utf-8")
    assert detect_format(path) is format_


def test_format_names_are_unique() -> None:
    assert len({format_.name for format_ in FORMATS}) == len(FORMATS)
