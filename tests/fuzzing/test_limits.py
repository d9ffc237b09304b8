"""Each limit gives one message, and the rest of the file is read."""

import io
import re
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from fuzzing.seeds import SEPARATOR, WORD_NAMESPACE, build_docbin, build_docx, build_seeds
from fuzzing.targets import is_available

from annotator import settings
from annotator.formats import registry
from annotator.formats.conll import columns
from annotator.formats.datasets import docbin_reading
from annotator.formats.documents import pdf, plain_text, tables, web, word
from annotator.formats.json import jsonl, spacy_json
from annotator.formats.standoff import annotations
from annotator.jobs.imports import file_reader, sources
from annotator.jobs.imports.file_reader import ReadOptions
from annotator.model import limits
from annotator.model.article_builder import build_article
from annotator.model.labels import InvalidLabelSet, decode, is_label_name
from annotator.model.records import AnnotatedArticle, Note, Remark, Span, Status

PAGE = build_seeds()["html"][0].decode()
SPANS = ",".join(['{"start": 0, "end": 1, "label": "A"}'] * (limits.MAX_SPANS + 1))
LABELS = ",".join(['[0, 1, "A"]'] * (limits.MAX_SPANS + 1))
WEBANNO_3 = "#FORMAT=WebAnno TSV 3.3\n#T_SP=a|b\n\n#Text=a\n1-1\t0-1\ta\t"
CAS = build_seeds()["xmi"][1].decode()


def build_page(surplus: str) -> bytes:
    """Return the page with more in its body; some versions of libxml2 drop what comes after that."""
    return PAGE.replace("</body>", f"{surplus}</body>").encode()


def build_table(depth: int) -> bytes:
    opened, closed = "<w:tr><w:tc>" * depth, "</w:tc></w:tr>" * depth
    return build_docx(
        f"<w:document {WORD_NAMESPACE}><w:body>{opened}<w:p><w:r><w:t>x</w:t></w:r></w:p>{closed}</w:body></w:document>"
    )


def build_parts(count: int, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as file:
        for name in ("_rels/.rels", "word/document.xml"):
            file.writestr(name, f"<w:document {WORD_NAMESPACE}><w:p><w:r><w:t>x</w:t></w:r></w:p></w:document>")
        for index in range(count):
            file.writestr(f"{index:0200}", b"")
    return stream.getvalue()


def build_gaps(size: int) -> bytes:
    lines = (f"#Text=a\n1-1\t{9000 * index}-{9000 * index + 1}\ta\t\n\n" for index in range(size // 9000))
    return ("#FORMAT=WebAnno TSV 3.3\n\n" + "".join(lines)).encode()


LIMIT_CASES: dict[str, tuple[str, Callable[[], bytes], str]] = {
    "a text": (
        "text",
        lambda: b"a" * (limits.MAX_ARTICLE_LENGTH + 1),
        "The article is longer than 5 million characters.",
    ),
    "a line": (
        "jsonl",
        lambda: b'{"text": "' + b"a" * limits.MAX_ARTICLE_LENGTH + b'b"}',
        "The article is longer than 5 million characters.",
    ),
    "spans": (
        "jsonl",
        lambda: f'{{"text": "ab", "spans": [{SPANS}]}}'.encode(),
        "The article has more than 100000 spans.",
    ),
    "spans of prodigy": (
        "prodigy",
        lambda: f'{{"text": "ab", "spans": [{SPANS}]}}'.encode(),
        "The article has more than 100000 spans.",
    ),
    "labels of doccano": (
        "doccano",
        lambda: f'{{"text": "ab", "label": [{LABELS}]}}'.encode(),
        "The article has more than 100000 spans.",
    ),
    "results": (
        "labelstudio",
        lambda: f'[{{"data": {{"text": "ab"}}, "annotations": [{{"result": [{SPANS}]}}]}}]'.encode(),
        "The article has more than 100000 spans.",
    ),
    "spans of brat": (
        "brat",
        lambda: "".join(f"T{index}\tA 0 1\n" for index in range(limits.MAX_SPANS + 1)).encode() + SEPARATOR + b"ab",
        "The article has more than 100000 spans.",
    ),
    "tables": ("docx", lambda: build_table(51), "The document has tables nested more than 50 levels deep."),
    "parts": ("docx", lambda: build_parts(50_000), "The document has too many parts."),
    "another way of packing": (
        "docx",
        lambda: build_parts(0, zipfile.ZIP_LZMA),
        "The document is damaged: _rels/.rels",
    ),
    "elements": ("html", lambda: build_page("<b>x</b>" * 20_000), "The page has more than 20000 elements."),
    "attributes": (
        "html",
        lambda: build_page("<b" + "".join(f" a{index}=x" for index in range(1001)) + ">"),
        "An element of the page has more than 1000 attributes.",
    ),
    "sentences apart": ("webanno", lambda: build_gaps(11_000_000), "The article is longer than 5 million characters."),
    "a cell": (
        "csv",
        lambda: b"text,b\nx,y\n" + b"a" * 10_000_001,
        "The row cannot be parsed: field larger than field limit (10000000)",
    ),
    "a row": (
        "csv",
        lambda: b"text,b\nx,y\n" + b"," * 20_000_001,
        "The row cannot be parsed: it is longer than 20 million characters",
    ),
    "what is unpacked": (
        "spacy",
        lambda: zlib.compress(bytes(50_000_000)),
        "The file decompresses to more than 200 times its size.",
    ),
}
"""By what there is too much of: the format, the file, and the message."""


def read_data(folder: Path, name: str, data: bytes) -> tuple[list[AnnotatedArticle], list[str]]:
    path = folder / f"a{registry.get_format(name).suffixes[0]}"
    if name == "brat":
        data, _separator, text = data.partition(SEPARATOR)
        path.with_suffix(".txt").write_bytes(text)
    path.write_bytes(data)
    items = list(file_reader.read(path, ReadOptions(name), "ليلى"))
    return [item for item in items if isinstance(item, AnnotatedArticle)], [
        item.reason for item in items if isinstance(item, Remark)
    ]


@pytest.mark.parametrize("excess", LIMIT_CASES)
def test_each_limit_gives_one_message(tmp_path: Path, excess: str) -> None:
    name, make, message = LIMIT_CASES[excess]
    if not is_available(name):
        pytest.skip("the package that it needs is not installed")
    articles, reasons = read_data(tmp_path, name, make())
    assert reasons == [message]
    assert len(articles) == (1 if name == "csv" else 0)


@pytest.mark.parametrize(
    "data", [WEBANNO_3 + "|".join("a" * 200) + "\n", CAS.replace('{"%ID": 2', ('{"%TYPE": "x"}, ' * 200) + '{"%ID": 2')]
)
def test_annotations_beyond_the_limit_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, data: str) -> None:
    name = "xmi" if data == data.lstrip("#") else "webanno"
    assert len(read_data(tmp_path, name, data.encode())[0]) == 1
    monkeypatch.setattr(annotations, "MAX_ANNOTATIONS", 100)
    assert read_data(tmp_path, name, data.encode()) == ([], ["The file has more than 100 annotations."])


def test_a_long_line_of_webanno_is_refused_and_the_rest_read(tmp_path: Path) -> None:
    (article,), reasons = read_data(tmp_path, "webanno", f"{WEBANNO_3}X\n1-2\t2-3\tb\t{'a' * 1_000_000}\n".encode())
    assert ([span.label for span in article.spans], reasons) == (["X"], ["The line is longer than 1 MB."])


def test_files_at_the_limit_are_read(tmp_path: Path) -> None:
    assert len(read_data(tmp_path, "text", b"a" * limits.MAX_ARTICLE_LENGTH)[0]) == 1
    assert len(read_data(tmp_path, "docx", build_table(50))[0]) == 1
    spans = SPANS.removesuffix("}").rpartition(",{")[0]
    (article,), _reasons = read_data(tmp_path, "jsonl", f'{{"text": "ab", "spans": [{spans}]}}'.encode())
    assert len(article.spans) == limits.MAX_SPANS


TOML = b'[[label]]\nname = "A"\ncolour = { light = "#b97a1c", dark = "#e0a84a" }\ntitle = {}\n'


@pytest.mark.parametrize(
    ("data", "line", "message"),
    [
        (b"a=" + b"[" * 5000, 0, "invalid label set"),
        (b"a=" + b"1" * 5000, 0, "invalid label set"),
        (b"a" + b".a" * 100_000 + b"=1", 1, "more than 100 dots"),
        (TOML + b"#" * 500_000, 0, "larger than 500 kB"),
        (TOML.replace(b'"A"', b'"' + b"A" * 101 + b'"'), 0, "is not a valid label name"),
        (TOML.replace(b"title", b'key = "' + b"1" * 5000 + b'"\ntitle'), 0, "is not a single visible character"),
    ],
)
def test_a_hostile_label_set_is_refused_with_one_message(data: bytes, line: int, message: str) -> None:
    assert decode(TOML)
    with pytest.raises(InvalidLabelSet, match=message) as error:
        decode(data, "a.toml")
    assert (error.value.refusal.path, error.value.refusal.line) == ("a.toml", line)


def test_messages_about_a_label_set_are_one_line() -> None:
    with pytest.raises(InvalidLabelSet) as error:
        decode(TOML.replace(b"#b97a1c", "#b9\u2028".encode()), "a.toml")
    assert len(error.value.refusal.reason.splitlines()) == 1


def test_a_label_has_a_hundred_letters_at_most() -> None:
    assert is_label_name("خ" * 100)
    assert not is_label_name("خ" * 101)


@pytest.mark.parametrize("data", [b'{"x":' + b"[" * 5000, b'{"zoom": ' + b"1" * 5000 + b"}", b"\xff", b""])
def test_invalid_settings_are_kept_aside_by_a_change(data: bytes) -> None:
    settings.config_dir().mkdir(parents=True, exist_ok=True)
    settings.settings_path().write_bytes(data)
    assert settings.load() == settings.Settings()
    assert settings.settings_path().read_bytes() == data
    settings.change(settings.Settings(), zoom=110)
    assert settings.load() == settings.Settings(zoom=110)
    assert (settings.config_dir() / "settings.json.bad").read_bytes() == data


def test_characters_that_cannot_be_stored_are_replaced() -> None:
    text = "a\0b\ud800"
    span = Span("u", "", text, "DATE", 0, 2, text, text)
    item = build_article(
        "نص",
        title=text,
        source=text,
        url=text,
        spans=[span],
        states=[Status("", text, "done")],
        notes=[Note("", text, text)],
    )
    article = item.article
    texts = [
        article.title,
        article.source,
        article.url,
        item.states[0].annotator,
        item.notes[0].annotator,
        item.notes[0].text,
    ]
    texts += [item.spans[0].annotator, item.spans[0].value, item.spans[0].note]
    assert set(texts) == {"a\ufffdb\ufffd"}


DOCS = Path(__file__).resolve().parents[2] / "docs" / "import.md"
DOCUMENTED = {
    "characters of an article": limits.MAX_ARTICLE_LENGTH,
    "spans of an article": limits.MAX_SPANS,
    "characters of a label's name": limits.MAX_LABEL_LENGTH,
    "characters of a new annotator's name": limits.MAX_ANNOTATOR_LENGTH,
    "labels of a corpus that an import adds to": limits.MAX_NEW_LABELS,
    "files of an import": limits.MAX_FILES,
    "files of an archive": sources.MAX_ARCHIVE_FILES,
    "times its size of a compressed file or archive, unpacked, and at least 100 MB": sources.MAX_UNPACKED_RATIO,
    "remarks on a file, one by one": limits.MAX_REMARKS,
    "MB of a text": plain_text.MAX_BYTES // 1_000_000,
    "MB of a page": web.MAX_BYTES // 1_000_000,
    "elements of a page": web.MAX_ELEMENTS,
    "attributes of an element": web.MAX_ATTRIBUTES,
    "million characters of a cell": tables.MAX_CELL_LENGTH // 1_000_000,
    "million characters of a row": tables.MAX_ROW_LENGTH // 1_000_000,
    "MB of a part of a document, unpacked": word.MAX_PART_BYTES // 1_000_000,
    "tables within one another": word.MAX_TABLE_DEPTH,
    "MB of a PDF": pdf.MAX_BYTES // 1_000_000,
    "pages of a PDF": pdf.MAX_PAGES,
    "seconds for the pages of a PDF": pdf.MAX_SECONDS,
    "MB of a line or a value of JSON": jsonl.MAX_LINE_BYTES // 1_000_000,
    "MB of a line of columns": columns.MAX_LINE_BYTES // 1_000_000,
    "tokens of an article in columns": columns.MAX_TOKENS,
    "MB of an `.ann`, a WebAnno TSV or a CAS": annotations.MAX_BYTES // 1_000_000,
    "annotations of a WebAnno TSV or a CAS": annotations.MAX_ANNOTATIONS,
    "MB of spaCy's JSON": spacy_json.MAX_BYTES // 1_000_000,
    "MB of a DocBin, unpacked": docbin_reading.MAX_BYTES // 1_000_000,
    "documents of a DocBin": docbin_reading.MAX_ENTRIES,
}
"""The limits in docs/import.md, by its words."""


def test_limits_match_the_documentation() -> None:
    rows = re.findall(r"^\| ([\d,]+) \| (.+?) \|", DOCS.read_text(encoding="utf-8"), re.MULTILINE)
    assert {name: int(number.replace(",", "")) for number, name in rows} == DOCUMENTED


def test_compression_of_a_normal_docbin_is_far_from_the_limit() -> None:
    data = build_docbin()
    assert len(zlib.decompress(data)) < 10 * len(data)
