"""Each limit is met with one sentence, and what is left of the file is read."""

import io
import re
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from fuzzing.seeds import SEPARATOR, docbin, document, seeds
from fuzzing.targets import can

from annotator import settings
from annotator.formats import registry
from annotator.formats.conll import columns
from annotator.formats.datasets import docbin_reading, docbin_unpacking
from annotator.formats.documents import pdf, plain_text, tables, web, word
from annotator.formats.json import jsonl, spacy_json
from annotator.formats.standoff import annotations
from annotator.jobs.imports import file_reader
from annotator.jobs.imports.file_reader import Way
from annotator.model import limits
from annotator.model.article_builder import draft
from annotator.model.labels import BadLabelSet, decode, is_name
from annotator.model.records import Draft, Note, Remark, Span, Status

PAGE = seeds()["html"][0].decode()
W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
SPANS = ",".join(['{"start": 0, "end": 1, "label": "A"}'] * (limits.SPANS + 1))
LABELS = ",".join(['[0, 1, "A"]'] * (limits.SPANS + 1))
THIRD = "#FORMAT=WebAnno TSV 3.3\n#T_SP=a|b\n\n#Text=a\n1-1\t0-1\ta\t"
CAS = seeds()["xmi"][1].decode()


def page(surplus: str) -> bytes:
    """The page with more in its body: what comes after that is dropped by some versions of libxml2."""
    return PAGE.replace("</body>", f"{surplus}</body>").encode()


def table(depth: int) -> bytes:
    opened, closed = "<w:tr><w:tc>" * depth, "</w:tc></w:tr>" * depth
    return document(f"<w:document {W}><w:body>{opened}<w:p><w:r><w:t>x</w:t></w:r></w:p>{closed}</w:body></w:document>")


def parts(count: int, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as file:
        for name in ("_rels/.rels", "word/document.xml"):
            file.writestr(name, f"<w:document {W}><w:p><w:r><w:t>x</w:t></w:r></w:p></w:document>")
        for at in range(count):
            file.writestr(f"{at:0200}", b"")
    return stream.getvalue()


def apart(size: int) -> bytes:
    lines = (f"#Text=a\n1-1\t{9000 * at}-{9000 * at + 1}\ta\t\n\n" for at in range(size // 9000))
    return ("#FORMAT=WebAnno TSV 3.3\n\n" + "".join(lines)).encode()


MET: dict[str, tuple[str, Callable[[], bytes], str]] = {
    "a text": ("text", lambda: b"a" * (limits.ARTICLE + 1), "The article is longer than 5 million characters."),
    "a line": (
        "jsonl",
        lambda: b'{"text": "' + b"a" * limits.ARTICLE + b'b"}',
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
        lambda: "".join(f"T{at}\tA 0 1\n" for at in range(limits.SPANS + 1)).encode() + SEPARATOR + b"ab",
        "The article has more than 100000 spans.",
    ),
    "tables": ("docx", lambda: table(51), "The document has more than 50 tables within one another."),
    "parts": ("docx", lambda: parts(50_000), "The document has too many parts."),
    "another way of packing": ("docx", lambda: parts(0, zipfile.ZIP_LZMA), "The document is damaged: _rels/.rels"),
    "elements": ("html", lambda: page("<b>x</b>" * 20_000), "The page has more than 20000 elements."),
    "attributes": (
        "html",
        lambda: page("<b" + "".join(f" a{at}=x" for at in range(1001)) + ">"),
        "An element of the page has more than 1000 attributes.",
    ),
    "sentences apart": ("webanno", lambda: apart(11_000_000), "The article is longer than 5 million characters."),
    "layers": (
        "webanno",
        lambda: b" # a | b\n#id=1\n#text=a\n1-1\ta\t_\n" + b"#a|b" * 1001,
        "The file has more than 1000 layers.",
    ),
    "a cell": (
        "csv",
        lambda: b"text,b\nx,y\n" + b"a" * 10_000_001,
        "The row does not read as one of a table: field larger than field limit (10000000)",
    ),
    "a row": (
        "csv",
        lambda: b"text,b\nx,y\n" + b"," * 20_000_001,
        "The row does not read as one of a table: it is longer than 20 million characters",
    ),
    "what is unpacked": (
        "spacy",
        lambda: zlib.compress(bytes(50_000_000)),
        "The file is more than 200 times its size when it is unpacked.",
    ),
}
"""By what there is too much of: the format, the file, and what is said."""


def read(folder: Path, name: str, data: bytes) -> tuple[list[Draft], list[str]]:
    path = folder / f"a{registry.by_name(name).SUFFIXES[0]}"
    if name == "brat":
        data, _separator, beside = data.partition(SEPARATOR)
        path.with_suffix(".txt").write_bytes(beside)
    path.write_bytes(data)
    found = list(file_reader.read(path, Way(name), "ليلى"))
    return [item for item in found if isinstance(item, Draft)], [
        item.reason for item in found if isinstance(item, Remark)
    ]


@pytest.mark.parametrize("much", MET)
def test_a_limit_is_met_with_a_sentence(tmp_path: Path, much: str) -> None:
    name, make, said = MET[much]
    if not can(name):
        pytest.skip("the package that it needs is not installed")
    articles, reasons = read(tmp_path, name, make())
    assert reasons == [said]
    assert len(articles) == (1 if name == "csv" else 0)


@pytest.mark.parametrize(
    "data", [THIRD + "|".join("a" * 200) + "\n", CAS.replace('{"%ID": 2', ('{"%TYPE": "x"}, ' * 200) + '{"%ID": 2')]
)
def test_annotations_have_a_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, data: str) -> None:
    name = "xmi" if data == data.lstrip("#") else "webanno"
    assert len(read(tmp_path, name, data.encode())[0]) == 1
    monkeypatch.setattr(annotations, "MOST", 100)
    assert read(tmp_path, name, data.encode()) == ([], ["The file has more than 100 annotations."])


def test_a_long_line_of_webanno_costs_itself_alone(tmp_path: Path) -> None:
    (article,), reasons = read(tmp_path, "webanno", f"{THIRD}X\n1-2\t2-3\tb\t{'a' * 1_000_000}\n".encode())
    assert ([span.label for span in article.spans], reasons) == (["X"], ["The line is longer than 1 MB."])


def test_as_many_as_the_limit_are_taken(tmp_path: Path) -> None:
    assert len(read(tmp_path, "text", b"a" * limits.ARTICLE)[0]) == 1
    assert len(read(tmp_path, "docx", table(50))[0]) == 1
    spans = SPANS.removesuffix("}").rpartition(",{")[0]
    (article,), _reasons = read(tmp_path, "jsonl", f'{{"text": "ab", "spans": [{spans}]}}'.encode())
    assert len(article.spans) == limits.SPANS


TOML = b'[[label]]\nname = "A"\ncolour = { light = "#b97a1c", dark = "#e0a84a" }\ntitle = {}\n'


@pytest.mark.parametrize(
    ("data", "line", "said"),
    [
        (b"a=" + b"[" * 5000, 0, "does not read as one"),
        (b"a=" + b"1" * 5000, 0, "does not read as one"),
        (b"a" + b".a" * 100_000 + b"=1", 1, "more than 100 dots"),
        (TOML + b"#" * 500_000, 0, "larger than 500 kB"),
        (TOML.replace(b'"A"', b'"' + b"A" * 101 + b'"'), 0, "cannot name a label"),
        (TOML.replace(b"title", b'key = "' + b"1" * 5000 + b'"\ntitle'), 0, "is not one character"),
    ],
)
def test_a_label_set_is_refused_in_a_sentence(data: bytes, line: int, said: str) -> None:
    assert decode(TOML)
    with pytest.raises(BadLabelSet, match=said) as refused:
        decode(data, "a.toml")
    assert (refused.value.refusal.path, refused.value.refusal.line) == ("a.toml", line)


def test_what_is_said_of_a_label_set_is_one_line() -> None:
    with pytest.raises(BadLabelSet) as refused:
        decode(TOML.replace(b"#b97a1c", "#b9\u2028".encode()), "a.toml")
    assert len(refused.value.refusal.reason.splitlines()) == 1


def test_a_label_has_a_hundred_letters_at_most() -> None:
    assert is_name("خ" * 100)
    assert not is_name("خ" * 101)


@pytest.mark.parametrize("data", [b'{"x":' + b"[" * 5000, b'{"zoom": ' + b"1" * 5000 + b"}", b"\xff", b""])
def test_settings_that_do_not_read_are_put_aside(data: bytes) -> None:
    settings.config_dir().mkdir(parents=True, exist_ok=True)
    (settings.config_dir() / "settings.json").write_bytes(data)
    assert settings.load() == settings.Settings()
    assert (settings.config_dir() / "settings.json.bad").read_bytes() == data


def test_what_no_file_holds_is_put_right() -> None:
    said = "a\0b\ud800"
    span = Span("u", "", said, "DATE", 0, 2, said, said)
    found = draft(
        "نص",
        title=said,
        source=said,
        url=said,
        spans=[span],
        states=[Status("", said, "done")],
        notes=[Note("", said, said)],
    )
    article = found.article
    told = [
        article.title,
        article.source,
        article.url,
        found.states[0].annotator,
        found.notes[0].annotator,
        found.notes[0].text,
    ]
    told += [found.spans[0].annotator, found.spans[0].value, found.spans[0].note]
    assert set(told) == {"a\ufffdb\ufffd"}


DOCS = Path(__file__).resolve().parents[2] / "docs" / "import.md"
SHOWN = {
    "characters of an article": limits.ARTICLE,
    "spans of an article": limits.SPANS,
    "characters of a label's name": limits.LABEL,
    "labels that an import adds to, at most": limits.LABELS,
    "files of an import": limits.FILES,
    "remarks on a file, one by one": limits.REMARKS,
    "MB of a text": plain_text.LARGEST // 1_000_000,
    "MB of a page": web.LARGEST // 1_000_000,
    "elements of a page": web.MOST,
    "attributes of an element": web.ATTRIBUTES,
    "million characters of a cell": tables.LARGEST // 1_000_000,
    "million characters of a row": tables.LONGEST // 1_000_000,
    "MB of a part of a document, unpacked": word.LARGEST // 1_000_000,
    "tables within one another": word.TABLES,
    "MB of a PDF": pdf.LARGEST // 1_000_000,
    "pages of a PDF": pdf.MOST,
    "seconds for the pages of a PDF": pdf.LONGEST,
    "MB of a line or a value of JSON": jsonl.LARGEST // 1_000_000,
    "MB of a line of columns": columns.LARGEST // 1_000_000,
    "tokens of an article in columns": columns.LONGEST,
    "MB of an `.ann`, a WebAnno TSV or a CAS": annotations.LARGEST // 1_000_000,
    "annotations of a WebAnno TSV or a CAS": annotations.MOST,
    "MB of spaCy's JSON": spacy_json.LARGEST // 1_000_000,
    "MB of a DocBin, unpacked": docbin_reading.LARGEST // 1_000_000,
    "documents of a DocBin": docbin_unpacking.MOST,
}
"""What docs/import.md says, by its words."""


def test_the_limits_are_those_that_the_page_names() -> None:
    rows = re.findall(r"^\| ([\d,]+) \| (.+?) \|", DOCS.read_text(encoding="utf-8"), re.MULTILINE)
    assert {what: int(number.replace(",", "")) for number, what in rows} == SHOWN


def test_a_docbin_as_it_is_written_is_far_from_the_limit() -> None:
    data = docbin()
    assert len(zlib.decompress(data)) < 10 * len(data)
