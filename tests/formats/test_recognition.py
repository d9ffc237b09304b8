"""The format of a file is detected by its content, and no two formats claim the same file."""

from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from builders import create_corpus, label_words
from consumers.reading import consumer
from hypothesis import given
from hypothesis import strategies as st
from strategies import examples, texts

from annotator.formats.format import Documents
from annotator.formats.registry import FORMATS, WRITTEN_FORMATS, detect_format, get_format
from annotator.generators import finish
from annotator.jobs.export.exporter import export
from annotator.jobs.export.options import ALL, ExportOptions
from annotator.jobs.imports import file_reader
from annotator.jobs.imports.file_reader import ReadOptions
from annotator.model.article_builder import build_article
from annotator.model.records import AnnotatedArticle, Refusal, Span

EXPECTED = {
    "articles": {"jsonl": 1},
    "html": {"html": 1, "text": 1},
    "ner": {"conll": 2, None: 1},
    "pdf": {"pdf": 5, "jsonl": 1, None: 1},
    "peers/brat": {"brat": 2, "text": 2, None: 2},
    "peers/cassis": {"xmi": 2, "cas-json": 2, None: 2},
    "peers/conll": {"conll": 4},
    "peers/doccano": {"conll": 6, "doccano": 3},
    "peers/label-studio": {"labelstudio": 1, "conll": 1, None: 1},
    "peers/spacy": {"conll": 3, "spacy-json": 1},
    "peers/webanno-tsv": {"webanno": 29},
}


@pytest.mark.parametrize("name", ["a", "a.txt", "-"])
@pytest.mark.parametrize("content", ["[]", "{}", " [ ]\n", "{}\n{}\n", '[1, "نص"]', '[["نص", "DATE"]]', "[1]\n[2]\n"])
def test_json_that_no_format_has_is_no_text(tmp_path: Path, name: str, content: str) -> None:
    (tmp_path / name).write_text(content, encoding="utf-8")
    assert detect_format(tmp_path / name) is None


def test_xml_that_no_format_has_is_no_text(tmp_path: Path) -> None:
    (tmp_path / "a").write_text('\ufeff<?xml version="1.0"?>\n<a>نص</a>', encoding="utf-8")
    assert detect_format(tmp_path / "a") is None


@pytest.mark.parametrize("content", ["[1] نص\n[2] نص\n", "{نص}", "[رأي] نص", "[1]\nنص\n", "1", "null", "نص []"])
def test_texts_with_brackets_are_texts(tmp_path: Path, content: str) -> None:
    (tmp_path / "a").write_text(content, encoding="utf-8")
    assert detect_format(tmp_path / "a") is get_format("text")


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


TEXT = "أعلنت وزارة الصحة يوم الثلاثاء 9 يوليوز عن خطة وطنية. 💉\nوقالت الوزارة إن الخطّة تبدأ في وجدة."
LABELLED = [("وزارة الصحة", "INSTITUTION"), ("الثلاثاء 9 يوليوز", "DATE"), ("خطة وطنية", "PLAN")]
READ_AS = {
    **dict.fromkeys(("conll2003", "conll2002", "nested", "wojood"), "conll"),
    **{
        name: name
        for name in ("conllu", "jsonl", "doccano", "prodigy", "labelstudio", "spacy", "webanno", "xmi", "cas-json")
    },
}
"""The format that reads files of another, by the name of that; brat has two files an article, found by their suffixes,
and Hugging Face's folders are not read."""


def test_all_written_formats_are_read_under_a_name() -> None:
    assert {format_.name for format_ in WRITTEN_FORMATS} - READ_AS.keys() == {"brat", "huggingface"}


@pytest.mark.parametrize("suffix", ["", ".txt", ".backup-3"])
@pytest.mark.parametrize("name", READ_AS)
def test_written_files_are_recognised_without_their_suffix(tmp_path: Path, name: str, suffix: str) -> None:
    consumer("spacy") if name == "spacy" else None
    item = build_article(TEXT, title="خطة", source="هسبريس", spans=label_words(TEXT, LABELLED, "ليلى"))
    with create_corpus(tmp_path / "a.corpus", item) as corpus:
        finish(export(corpus, tmp_path / "out", ExportOptions(format=name, state=ALL)))
    [file] = [path for path in _list_files(tmp_path / "out") if path.suffix != ".xml"]
    renamed = file.rename(tmp_path / f"news{suffix}")
    format_ = detect_format(renamed)
    assert format_ is get_format(READ_AS[name])
    read = [item for item in format_.read(renamed, "ليلى") if isinstance(item, AnnotatedArticle)]
    assert [Counter(span.label for span in item.spans) for item in read] == [Counter(dict(LABELLED).values())]


def _list_files(path: Path) -> list[Path]:
    return [file for file in path.rglob("*") if file.is_file()] if path.is_dir() else [path]


JSON_NAMES = ["jsonl", "doccano", "prodigy"]
ODD_LINES = [
    "",
    "{",
    "}",
    "[",
    "[]",
    '"',
    "null",
    "7",
    '{"text": ',
    '"text": "ب"}',
    '{"text": "ب", "spans": [}',
    "بلاغ",
    "\\",
]


@examples(100)
@given(
    st.sampled_from(JSON_NAMES),
    st.lists(texts.filter(lambda text: "\0" not in text), min_size=2, max_size=6, unique=True),
    st.sampled_from(ODD_LINES),
    st.sampled_from(["", ".txt", ".jsonl", ".json"]),
    st.data(),
)
def test_one_odd_line_does_not_cost_the_others(
    name: str, contents: list[str], odd: str, suffix: str, data: st.DataObject
) -> None:
    output = get_format(name).output
    assert isinstance(output, Documents)
    # At least one word, so that each text is an article with a span.
    items = [build_article(f"أمس {text}", spans=[Span("", "", "ليلى", "DATE", 0, 3)]) for text in contents]
    lines = [output.encode(item) for item in items]
    is_cut = data.draw(st.booleans())
    index = data.draw(st.integers(0, len(lines) - is_cut))
    if is_cut:  # the odd line is the beginning of a good one
        line = lines.pop(index)
        odd = line[: data.draw(st.integers(0, len(line) - 2))]  # without the last bracket
        items.pop(index)
    lines.insert(index, odd + "\n")
    with TemporaryDirectory() as folder:
        path = Path(folder, f"news{suffix}")
        path.write_text("".join(lines), encoding="utf-8")
        results = list(file_reader.read(path, ReadOptions(), "ليلى"))
    articles = [item for item in results if isinstance(item, AnnotatedArticle)]
    assert [item.article.text for item in articles] == [item.article.text for item in items]
    assert all(len(item.spans) == 1 for item in articles)
    refusals = [item.line for item in results if isinstance(item, Refusal)]
    if odd != "[":  # which begins a list that has no end
        assert set(refusals) <= {index + 1}
    assert bool(refusals) == bool(odd.strip())


@examples(100)
@given(
    st.lists(st.sampled_from(["وزارة B-ORG", "الصحة I-ORG", "في O", "أمس B-DATE"]), min_size=4, max_size=12),
    st.sampled_from(["كلمة", "كلمة B", "كلمة -", "كلمة Q-FOO", "كلمة شيء O", "O", "B-ORG", "كلمة\tO"]),
    st.data(),
)
def test_one_odd_line_of_columns_does_not_cost_the_others(lines: list[str], odd: str, data: st.DataObject) -> None:
    lines = ["أعلنت O", "وزارة B-ORG", *lines]
    index = data.draw(st.integers(0, len(lines)))
    with TemporaryDirectory() as folder:
        path = Path(folder, "news.conll")
        path.write_text("\n".join([*lines[:index], odd, *lines[index:]]) + "\n", encoding="utf-8")
        results = list(file_reader.read(path, ReadOptions(), "ليلى"))
    [item] = [item for item in results if isinstance(item, AnnotatedArticle)]
    words = item.article.text.split()
    assert Counter(words) >= Counter(line.split()[0] for line in lines)
    refusals = [remark for remark in results if isinstance(remark, Refusal)]
    assert all(remark.line == index + 1 for remark in refusals)


def test_format_names_are_unique() -> None:
    assert len({format_.name for format_ in FORMATS}) == len(FORMATS)
