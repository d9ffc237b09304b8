"""Hostile files: they must not load, run, read or write anything elsewhere, or fill the memory."""

import gzip
import os
import socket
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from fuzzing.limited import IS_SUPPORTED, run_limited
from fuzzing.seeds import WORD_NAMESPACE, build_docbin, build_docx, build_pdf, build_seeds
from fuzzing.targets import Reader, is_available

from annotator.generators import finish
from annotator.jobs.export.existing_output import CannotExport, WouldReplace
from annotator.jobs.export.exporter import export
from annotator.jobs.export.options import ExportOptions
from annotator.jobs.imports import file_reader
from annotator.jobs.imports.file_reader import ReadOptions
from annotator.jobs.imports.importer import ImportOptions, import_paths
from annotator.jobs.imports.preview import preview_files
from annotator.model.labels import default_labels
from annotator.model.reasons import Code
from annotator.model.records import AnnotatedArticle, Refusal, Remark
from annotator.store.corpus import Corpus
from annotator.team.changeset_file import InvalidChangeset, read_changeset

SECRET_TEXT = "كلمة السر 4711"
BOMB_TEXT = "بوم"
BOMB = (
    '<!ENTITY e0 "'
    + BOMB_TEXT * 10
    + '">'
    + "".join(f'<!ENTITY e{depth} "{f"&e{depth - 1};" * 10}">' for depth in range(1, 12))
)
PARAGRAPH = "<p>قالت وزارة الصحة، اليوم، إن الخطة ستنجز في سنة 2030 وبعدها بقليل.</p>" * 4


@pytest.fixture(autouse=True)
def network_requests(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Any]]:
    """Collect the requests to the network, which get no answer; there must be none."""
    requests: list[Any] = []

    def refuse(*arguments: Any, **_options: Any) -> None:
        requests.append(arguments)
        raise OSError("no network")

    for name in ("connect", "connect_ex", "sendto"):
        monkeypatch.setattr(socket.socket, name, refuse)
    for name in ("create_connection", "getaddrinfo", "gethostbyname"):
        monkeypatch.setattr(socket, name, refuse)
    yield requests
    assert requests == []


@pytest.fixture
def secret(tmp_path: Path) -> str:
    """Return the address of a file that no reader may read."""
    path = tmp_path / "elsewhere" / "secret.txt"
    path.parent.mkdir()
    path.write_text(SECRET_TEXT, encoding="utf-8")
    return path.as_uri()


@pytest.fixture
def corpus(tmp_path: Path) -> Iterator[Corpus]:
    labels = default_labels()
    corpus = Corpus.create(tmp_path / "my.corpus", labels)
    yield corpus
    corpus.close()


def read_data(tmp_path: Path, name: str, data: bytes) -> list[AnnotatedArticle | Remark]:
    path = tmp_path / f"a.{name}"
    path.write_bytes(data)
    return list(file_reader.read(path, ReadOptions(name), "ليلى"))


ATTACKS = {
    "a bomb of entities": (f"<!DOCTYPE x [{BOMB}]>", "&e11;"),
    "an entity in a file": ('<!DOCTYPE x [<!ENTITY f SYSTEM "SECRET">]>', "&f;"),
    "an entity in the network": ('<!DOCTYPE x [<!ENTITY f SYSTEM "http://127.0.0.1:9/x">]>', "&f;"),
    "a parameter entity": ('<!DOCTYPE x [<!ENTITY % p SYSTEM "SECRET">%p;]>', ""),
    "a type that is loaded": ('<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">', ""),
    "a public type": ('<!DOCTYPE x PUBLIC "-//X" "http://127.0.0.1:9/x.dtd">', ""),
    "an inclusion": ("", '<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="SECRET" parse="text"/>'),
    "a sheet of style": ('<?xml-stylesheet href="http://127.0.0.1:9/x.xsl" type="text/xsl"?>', ""),
    "a scheme": (
        "",
        '<a xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="x http://127.0.0.1:9/x"/>',
    ),
}


def build_xmi(head: str, content: str) -> bytes:
    data = build_seeds()["xmi"][0].decode()
    return data.replace("<xmi:XMI", head + "<xmi:XMI", 1).replace("<cas:NULL", content + "<cas:NULL", 1).encode()


def build_body_docx(head: str, content: str) -> bytes:
    body = f"<w:body><w:p><w:r><w:t>قالت {content}</w:t></w:r></w:p></w:body>"
    return build_docx(f'<?xml version="1.0"?>{head}<w:document {WORD_NAMESPACE}>{body}</w:document>')


def build_core_docx(head: str, content: str) -> bytes:
    return build_docx(core=f'<?xml version="1.0"?>{head}<a><title>قالت {content}</title></a>')


def build_html(head: str, content: str) -> bytes:
    head = head.replace("<!DOCTYPE x", "<!DOCTYPE html")
    return (
        f'<?xml version="1.0"?>{head}<html><body><article>{PARAGRAPH}<p>{content}</p></article></body></html>'.encode()
    )


@pytest.mark.parametrize("attack", ATTACKS)
@pytest.mark.parametrize(
    ("name", "make"), [("xmi", build_xmi), ("docx", build_body_docx), ("docx", build_core_docx), ("html", build_html)]
)
def test_hostile_xml_loads_and_expands_nothing(
    tmp_path: Path, secret: str, name: str, make: Callable[[str, str], bytes], attack: str
) -> None:
    head, content = (part.replace("SECRET", secret) for part in ATTACKS[attack])
    items = read_data(tmp_path, name, make(head, content))
    assert items
    assert SECRET_TEXT not in repr(items)
    assert BOMB_TEXT not in repr(items)
    if name == "html":
        assert isinstance(items[0], AnnotatedArticle)
    elif "<!DOCTYPE" in head:
        assert isinstance(items[0], Refusal)
        assert "contains a DOCTYPE declaration" in items[0].reason


@pytest.mark.parametrize(
    "catalog",
    [
        b"/OpenAction<</S/JavaScript/JS(app.alert\\(1\\))>>",
        b"/OpenAction<</S/URI/URI(http://127.0.0.1:9/)>>",
        b"/OpenAction<</S/Launch/F(/bin/true)>>",
        b"/Names<</EmbeddedFiles<</Names[(a)<</EF<</F 4 0 R>>>>]>>>>",
        b"/AcroForm<</XFA 4 0 R/Fields[1 0 R]>>",
        b"/Extends 1 0 R/Parent 1 0 R",
    ],
    ids=["a script", "an address", "a program", "a file in it", "a form", "itself"],
)
def test_actions_of_a_pdf_are_not_run(tmp_path: Path, catalog: bytes) -> None:
    (item,) = read_data(tmp_path, "pdf", build_pdf(catalog=catalog))
    assert isinstance(item, AnnotatedArticle)
    assert "Hello" in item.article.text


BOMBS = {
    "docx": lambda: build_docx(f"<w:document {WORD_NAMESPACE}><w:p><w:t>{'a' * 300_000_000}</w:t></w:p></w:document>"),
    "pdf": lambda: build_pdf(bytes(400_000_000)),
    "spacy": lambda: zlib.compress(bytes(1_000_000_000)),
    "jsonl": lambda: b'{"text": "a", "spans": ' + b"[" * 10_000_000,
    "doccano": lambda: b'[{"text": "' + b"a" * 200_000_000,
    "csv": lambda: b"text,b\n" + b"," * 150_000_000,
    "conll": lambda: b"a B-X\n" * 20 + b"a" * 200_000_000,
    "webanno": lambda: (
        b"#FORMAT=WebAnno TSV 3.3\n\n"
        + b"".join(b"#Text=a\n1-1\t%d-%d\ta\t\n\n" % (9000 * line, 9000 * line + 1) for line in range(100_000))
    ),
}


@pytest.mark.skipif(not IS_SUPPORTED, reason="what a process takes cannot be limited here")
@pytest.mark.parametrize("name", BOMBS)
def test_bombs_stay_within_time_and_memory(name: str) -> None:
    if not is_available(name):
        pytest.skip("the package that it needs is not installed")
    data, reader = BOMBS[name](), Reader(name)
    error, _seconds, _grown = run_limited(lambda: reader(data), seconds=60, megabytes=1000)
    assert error == ""


@pytest.mark.skipif(not IS_SUPPORTED, reason="what a process takes cannot be limited here")
def test_a_zip_file_that_asks_for_too_much_memory_is_refused(tmp_path: Path) -> None:
    """What is packed by LZMA says how much its reader has to have."""

    def pack(name: str, data: bytes) -> Path:
        path = tmp_path / f"{name}.zip"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_LZMA) as archive:
            archive.writestr(name, data)
        packed = bytearray(path.read_bytes())
        size = packed.index(name.encode()) + len(name) + 5  # behind versions, a length and a byte of properties
        packed[size : size + 4] = b"\xff" * 4
        path.write_bytes(packed)
        return path

    changeset = pack("a.changeset", gzip.compress(b'{"changeset": {}}\n'))
    text = pack("a.txt", PARAGRAPH.encode())

    def merge() -> None:
        with pytest.raises(InvalidChangeset, match="incomplete or was damaged"):
            finish(read_changeset(changeset))

    def read() -> None:
        [refusal] = file_reader.read(text, ReadOptions(), "salma")
        assert isinstance(refusal, Refusal)
        assert refusal.code is Code.DAMAGED_FILE

    for work in (merge, read):
        assert run_limited(work, seconds=60, megabytes=1000)[0] == ""


def test_a_docbin_unpickles_nothing(tmp_path: Path) -> None:
    pytest.importorskip("spacy")
    harm = b"cos\nsystem\n(S'touch %s'\ntR." % str(tmp_path / "harmed").encode()
    columns = {name: [harm] for name in ("user_data", "cats", "span_groups")} | {"user_data": [harm, harm]}
    read_data(tmp_path, "spacy", build_docbin(**columns))
    read_data(tmp_path, "spacy", build_docbin(user_data=[harm]))
    assert not (tmp_path / "harmed").exists()


links = pytest.mark.skipif(os.name == "nt", reason="links and pipes cannot be made here")


@links
def test_a_text_that_links_outside_is_not_read(corpus: Corpus, tmp_path: Path, secret: str) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "a.ann").write_text("T1\tDATE 0 3\n", encoding="utf-8")
    (folder / "a.txt").symlink_to(tmp_path / "elsewhere" / "secret.txt")
    result = finish(import_paths(corpus, [folder]))
    outside = tmp_path / "elsewhere" / "secret.txt"
    assert (result.added, [refusal.reason for refusal in result.skipped]) == (
        0,
        [
            f"The companion file “a.txt” is a link that points outside the folder: {outside}.",
            f"This link points outside the folder and is not followed: {outside}.",
        ],
    )
    result = finish(import_paths(corpus, [folder / "a.ann"]))  # a folder was not named
    assert (result.added, [refusal.reason for refusal in result.skipped]) == (
        0,
        ["The matching text file a.txt is a link to another folder."],
    )


@links
def test_a_text_that_is_a_pipe_does_not_block(corpus: Corpus, tmp_path: Path) -> None:
    (tmp_path / "a.ann").write_text("T1\tDATE 0 3\n", encoding="utf-8")
    os.mkfifo(tmp_path / "a.txt")
    result = finish(import_paths(corpus, [tmp_path / "a.ann"]))
    assert [refusal.reason for refusal in result.skipped] == ["The matching text file a.txt is not a regular file."]


@links
def test_a_link_out_of_a_folder_is_not_followed(corpus: Corpus, tmp_path: Path, secret: str) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "a.txt").symlink_to(tmp_path / "elsewhere" / "secret.txt")
    (folder / "b.txt").write_text("نص", encoding="utf-8")
    (folder / "c.txt").symlink_to("b.txt")
    (folder / "d").symlink_to(tmp_path / "elsewhere", target_is_directory=True)
    (folder / "e").symlink_to("..", target_is_directory=True)
    result = finish(import_paths(corpus, [folder]))
    reason = "This link points outside the folder and is not followed: "
    outside = {"a.txt": tmp_path / "elsewhere" / "secret.txt", "d": tmp_path / "elsewhere", "e": tmp_path}
    assert result.skipped == [
        Refusal(str(folder / name), 0, f"{reason}{path}.", Code.LINK_OUTSIDE_FOLDER) for name, path in outside.items()
    ]
    assert (result.added, result.duplicates, corpus.article(1).text) == (1, 1, "نص")
    assert {preview.path.name for preview in finish(preview_files(corpus, [folder]))} == {"b.txt", "c.txt"}


@links
def test_a_linked_annotation_does_not_read_a_text_outside(corpus: Corpus, tmp_path: Path, secret: str) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "a.ann").write_text("T1\tDATE 0 3\n", encoding="utf-8")
    (folder / "a.txt").write_text("نص آخر", encoding="utf-8")
    (folder / "b.ann").symlink_to("a.ann")
    (folder / "b.txt").symlink_to(tmp_path / "elsewhere" / "secret.txt")
    result = finish(import_paths(corpus, [folder], ImportOptions(annotator="ليلى")))
    assert result.added == 1
    assert {Path(refusal.path).name for refusal in result.skipped} == {"b.ann", "b.txt"}
    assert corpus.article(1).text == "نص آخر"


@links
def test_a_linked_folder_named_by_the_user_is_read(corpus: Corpus, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "a.txt").write_text("نص", encoding="utf-8")
    (folder / "b.txt").symlink_to("a.txt")
    (tmp_path / "link").symlink_to("in", target_is_directory=True)
    result = finish(import_paths(corpus, [tmp_path / "link"]))
    assert (result.added, result.duplicates, result.skipped) == (1, 1, [])


@links
def test_links_within_the_folder_are_read(corpus: Corpus, tmp_path: Path) -> None:
    """As git-annex keeps them: every file is a link to a file of its own folder."""
    for name, content in (("a.ann", "T1\tDATE 0 2\n"), ("a.txt", "نص")):
        (tmp_path / "in" / ".store" / name).mkdir(parents=True)
        (tmp_path / "in" / ".store" / name / "data").write_text(content, encoding="utf-8")
        (tmp_path / "in" / name).symlink_to(Path(".store", name, "data"))
    result = finish(import_paths(corpus, [tmp_path / "in"], ImportOptions(annotator="ليلى")))
    assert (result.added, result.spans, result.skipped) == (1, 1, [])


@links
def test_devices_and_pipes_are_skipped(corpus: Corpus, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "a.txt").symlink_to("/dev/zero")
    os.mkfifo(folder / "b.txt")
    result = finish(import_paths(corpus, [folder, Path("/dev/zero")]))
    assert [refusal.reason for refusal in result.skipped] == [
        "This link points outside the folder and is not followed: /dev/zero.",
        "This is neither a file nor a folder.",
        "This is neither a file nor a folder.",
    ]


@links
@pytest.mark.parametrize("name", ["jsonl", "brat"])
def test_export_does_not_write_through_links(corpus: Corpus, tmp_path: Path, name: str) -> None:
    corpus.add(next(file_reader.read(_write_text(tmp_path), ReadOptions(), "")))  # type: ignore[arg-type]
    outside = tmp_path / "kept"
    outside.write_text("x", encoding="utf-8")
    out = tmp_path / "out"
    out.mkdir()
    (out / "a.report.json").symlink_to(outside)
    if name == "jsonl":
        (out / "a").symlink_to(outside)
    else:
        (out / "a").mkdir()
        (out / "a" / "article-00001.txt").symlink_to(outside)
    if name == "jsonl":
        with pytest.raises(WouldReplace):
            finish(export(corpus, out / "a", ExportOptions(name, state="all")))
        finish(export(corpus, out / "a", ExportOptions(name, state="all"), force=True))
        assert not (out / "a").is_symlink()
    else:
        with pytest.raises(CannotExport, match="contains something other"):
            finish(export(corpus, out / "a", ExportOptions(name, state="all")))
    assert outside.read_text(encoding="utf-8") == "x"
    assert not outside.is_symlink()


def _write_text(tmp_path: Path) -> Path:
    path = tmp_path / "../../x\u202e".replace("/", "_")
    path.with_suffix(".txt").write_text("أمس في وجدة", encoding="utf-8")
    return path.with_suffix(".txt")


@pytest.mark.parametrize("title", ["../../x", "/etc/x", "a\0b", "CON", "x" * 5000, "..", "C:\\x", "a\u202e"])
@pytest.mark.parametrize("name", ["brat", "webanno", "xmi"])
def test_titles_are_not_used_in_file_names(corpus: Corpus, tmp_path: Path, name: str, title: str) -> None:
    corpus.add(next(_read_titled(tmp_path, title)))
    out = tmp_path / "out"
    finish(export(corpus, out, ExportOptions(name, state="all")))
    assert {path.stem for path in out.iterdir()} <= {"article-00001", "annotation", "TypeSystem"}
    assert {path.name for path in tmp_path.iterdir()} <= {"a.jsonl", "out", "out.report.json", "my.corpus"} | {
        f"my.corpus-{kind}" for kind in ("wal", "shm")
    }


def _read_titled(tmp_path: Path, title: str) -> Iterator[AnnotatedArticle]:
    import msgspec

    path = tmp_path / "a.jsonl"
    path.write_bytes(msgspec.json.encode({"text": "أمس في وجدة", "title": title, "source": title, "url": title}))
    return (item for item in file_reader.read(path, ReadOptions("jsonl"), "") if isinstance(item, AnnotatedArticle))
