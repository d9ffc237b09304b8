"""Files that were made to do harm: to load, to run, to look elsewhere or to write there, or to fill the memory."""

import os
import socket
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from fuzzing.limited import CAN, limited
from fuzzing.seeds import docbin, document, pdf, seeds
from fuzzing.targets import Reader, can

from annotator.jobs.export.existing_output import CannotExport, WouldReplace
from annotator.jobs.export.exporter import Options, export
from annotator.jobs.imports import file_reader
from annotator.jobs.imports.file_reader import Way
from annotator.jobs.imports.importer import import_paths
from annotator.jobs.imports.preview import look
from annotator.model.labels import decode
from annotator.model.records import Draft, Refusal, Remark
from annotator.resources import resource
from annotator.store.corpus import Corpus

CANARY = "كلمة السر 4711"
BOOM = "بوم"
BOMB = '<!ENTITY e0 "' + BOOM * 10 + '">' + "".join(f'<!ENTITY e{at} "{f"&e{at - 1};" * 10}">' for at in range(1, 12))
W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
PARAGRAPH = "<p>قالت وزارة الصحة، اليوم، إن الخطة ستنجز في سنة 2030 وبعدها بقليل.</p>" * 4


@pytest.fixture(autouse=True)
def asked(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Any]]:
    """What was asked of the network: nothing may be, and nobody gets an answer."""
    found: list[Any] = []

    def refuse(*asked: Any, **_named: Any) -> None:
        found.append(asked)
        raise OSError("no network")

    for name in ("connect", "connect_ex", "sendto"):
        monkeypatch.setattr(socket.socket, name, refuse)
    for name in ("create_connection", "getaddrinfo", "gethostbyname"):
        monkeypatch.setattr(socket, name, refuse)
    yield found
    assert found == []


@pytest.fixture
def secret(tmp_path: Path) -> str:
    """The address of a file that no reader has to do with."""
    path = tmp_path / "elsewhere" / "secret.txt"
    path.parent.mkdir()
    path.write_text(CANARY, encoding="utf-8")
    return path.as_uri()


@pytest.fixture
def corpus(tmp_path: Path) -> Iterator[Corpus]:
    labels = decode(resource("labels", "default.toml").read_bytes())
    made = Corpus.create(tmp_path / "my.corpus", labels)
    yield made
    made.close()


def read(tmp_path: Path, name: str, data: bytes) -> list[Draft | Remark]:
    path = tmp_path / f"a.{name}"
    path.write_bytes(data)
    return list(file_reader.read(path, Way(name), "ليلى"))


def done(job: Any) -> Any:
    while True:
        try:
            next(job)
        except StopIteration as stopped:
            return stopped.value


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


def xmi(head: str, said: str) -> bytes:
    data = seeds()["xmi"][0].decode()
    return data.replace("<xmi:XMI", head + "<xmi:XMI", 1).replace("<cas:NULL", said + "<cas:NULL", 1).encode()


def docx(head: str, said: str) -> bytes:
    body = f"<w:body><w:p><w:r><w:t>قالت {said}</w:t></w:r></w:p></w:body>"
    return document(f'<?xml version="1.0"?>{head}<w:document {W}>{body}</w:document>')


def core(head: str, said: str) -> bytes:
    return document(core=f'<?xml version="1.0"?>{head}<a><title>قالت {said}</title></a>')


def html(head: str, said: str) -> bytes:
    head = head.replace("<!DOCTYPE x", "<!DOCTYPE html")
    return f'<?xml version="1.0"?>{head}<html><body><article>{PARAGRAPH}<p>{said}</p></article></body></html>'.encode()


@pytest.mark.parametrize("attack", ATTACKS)
@pytest.mark.parametrize(("name", "make"), [("xmi", xmi), ("docx", docx), ("docx", core), ("html", html)])
def test_nothing_is_loaded_or_expanded(
    tmp_path: Path, secret: str, name: str, make: Callable[[str, str], bytes], attack: str
) -> None:
    head, said = (part.replace("SECRET", secret) for part in ATTACKS[attack])
    found = read(tmp_path, name, make(head, said))
    assert found
    assert CANARY not in repr(found)
    assert BOOM not in repr(found)
    if name == "html":
        assert isinstance(found[0], Draft)
    elif "<!DOCTYPE" in head:
        assert isinstance(found[0], Refusal)
        assert "declares a document type" in found[0].reason


@pytest.mark.parametrize(
    "said",
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
def test_what_a_pdf_would_do_is_not_done(tmp_path: Path, said: bytes) -> None:
    (found,) = read(tmp_path, "pdf", pdf(catalog=said))
    assert isinstance(found, Draft)
    assert "Hello" in found.article.text


BOMBS = {
    "docx": lambda: document(f"<w:document {W}><w:p><w:t>{'a' * 300_000_000}</w:t></w:p></w:document>"),
    "pdf": lambda: pdf(bytes(400_000_000)),
    "spacy": lambda: zlib.compress(bytes(1_000_000_000)),
    "jsonl": lambda: b'{"text": "a", "spans": ' + b"[" * 10_000_000,
    "doccano": lambda: b'[{"text": "' + b"a" * 200_000_000,
    "csv": lambda: b"text,b\n" + b"," * 150_000_000,
    "conll": lambda: b"a B-X\n" * 20 + b"a" * 200_000_000,
    "webanno": lambda: (
        b"#FORMAT=WebAnno TSV 3.3\n\n"
        + b"".join(b"#Text=a\n1-1\t%d-%d\ta\t\n\n" % (9000 * at, 9000 * at + 1) for at in range(100_000))
    ),
}


@pytest.mark.skipif(not CAN, reason="what a process takes cannot be limited here")
@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_does_not_go_off(name: str) -> None:
    if not can(name):
        pytest.skip("the package that it needs is not installed")
    data, reader = BOMBS[name](), Reader(name)
    said, _seconds, _grown = limited(lambda: reader(data), seconds=60, megabytes=1000)
    assert said == ""


def test_a_docbin_unpickles_nothing(tmp_path: Path) -> None:
    pytest.importorskip("spacy")
    harm = b"cos\nsystem\n(S'touch %s'\ntR." % str(tmp_path / "harmed").encode()
    columns = {name: [harm] for name in ("user_data", "cats", "span_groups")} | {"user_data": [harm, harm]}
    read(tmp_path, "spacy", docbin(**columns))
    read(tmp_path, "spacy", docbin(user_data=[harm]))
    assert not (tmp_path / "harmed").exists()


links = pytest.mark.skipif(os.name == "nt", reason="links and pipes cannot be made here")


@links
def test_a_text_that_is_a_link_to_elsewhere_is_not_read(corpus: Corpus, tmp_path: Path, secret: str) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "a.ann").write_text("T1\tDATE 0 3\n", encoding="utf-8")
    (folder / "a.txt").symlink_to(tmp_path / "elsewhere" / "secret.txt")
    found = done(import_paths(corpus, [folder]))
    outside = tmp_path / "elsewhere" / "secret.txt"
    assert (found.added, [refusal.reason for refusal in found.skipped]) == (
        0,
        [
            f"“a.txt”, which it is read with, is a link to something outside of the folder: {outside}.",
            f"It is a link to something outside of the folder, and is not followed: {outside}.",
        ],
    )
    found = done(import_paths(corpus, [folder / "a.ann"]))  # a folder was not named
    assert (found.added, [refusal.reason for refusal in found.skipped]) == (
        0,
        ["The text that belongs to it, a.txt, is a link to another folder."],
    )


@links
def test_a_text_that_is_a_pipe_is_not_waited_for(corpus: Corpus, tmp_path: Path) -> None:
    (tmp_path / "a.ann").write_text("T1\tDATE 0 3\n", encoding="utf-8")
    os.mkfifo(tmp_path / "a.txt")
    found = done(import_paths(corpus, [tmp_path / "a.ann"]))
    assert [refusal.reason for refusal in found.skipped] == ["The text that belongs to it, a.txt, is no file."]


@links
def test_a_link_out_of_a_folder_is_not_followed(corpus: Corpus, tmp_path: Path, secret: str) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "a.txt").symlink_to(tmp_path / "elsewhere" / "secret.txt")
    (folder / "b.txt").write_text("نص", encoding="utf-8")
    (folder / "c.txt").symlink_to("b.txt")
    (folder / "d").symlink_to(tmp_path / "elsewhere", target_is_directory=True)
    (folder / "e").symlink_to("..", target_is_directory=True)
    found = done(import_paths(corpus, [folder]))
    said = "It is a link to something outside of the folder, and is not followed: "
    outside = {"a.txt": tmp_path / "elsewhere" / "secret.txt", "d": tmp_path / "elsewhere", "e": tmp_path}
    assert found.skipped == [Refusal(str(folder / name), 0, f"{said}{path}.") for name, path in outside.items()]
    assert (found.added, found.duplicates, corpus.article(1).text) == (1, 1, "نص")
    assert {each.path.name for each in done(look(corpus, [folder]))} == {"b.txt", "c.txt"}


@links
def test_a_text_outside_is_not_read_for_an_annotation_that_is_a_link(
    corpus: Corpus, tmp_path: Path, secret: str
) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "a.ann").write_text("T1\tDATE 0 3\n", encoding="utf-8")
    (folder / "a.txt").write_text("نص آخر", encoding="utf-8")
    (folder / "b.ann").symlink_to("a.ann")
    (folder / "b.txt").symlink_to(tmp_path / "elsewhere" / "secret.txt")
    found = done(import_paths(corpus, [folder], annotator="ليلى"))
    assert found.added == 1
    assert {Path(refusal.path).name for refusal in found.skipped} == {"b.ann", "b.txt"}
    assert corpus.article(1).text == "نص آخر"


@links
def test_a_folder_that_is_named_by_a_link_is_read(corpus: Corpus, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "a.txt").write_text("نص", encoding="utf-8")
    (folder / "b.txt").symlink_to("a.txt")
    (tmp_path / "link").symlink_to("in", target_is_directory=True)
    found = done(import_paths(corpus, [tmp_path / "link"]))
    assert (found.added, found.duplicates, found.skipped) == (1, 1, [])


@links
def test_files_of_a_store_within_the_folder_are_read(corpus: Corpus, tmp_path: Path) -> None:
    """As git-annex keeps them: every file is a link to a file of its own folder."""
    for name, content in (("a.ann", "T1\tDATE 0 2\n"), ("a.txt", "نص")):
        (tmp_path / "in" / ".store" / name).mkdir(parents=True)
        (tmp_path / "in" / ".store" / name / "data").write_text(content, encoding="utf-8")
        (tmp_path / "in" / name).symlink_to(Path(".store", name, "data"))
    found = done(import_paths(corpus, [tmp_path / "in"], annotator="ليلى"))
    assert (found.added, found.spans, found.skipped) == (1, 1, [])


@links
def test_devices_and_sockets_are_passed_over(corpus: Corpus, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "a.txt").symlink_to("/dev/zero")
    os.mkfifo(folder / "b.txt")
    found = done(import_paths(corpus, [folder, Path("/dev/zero")]))
    assert [refusal.reason for refusal in found.skipped] == [
        "It is a link to something outside of the folder, and is not followed: /dev/zero.",
        "This is neither a file nor a folder.",
        "This is neither a file nor a folder.",
    ]


@links
@pytest.mark.parametrize("name", ["jsonl", "brat"])
def test_an_export_writes_through_no_link(corpus: Corpus, tmp_path: Path, name: str) -> None:
    corpus.add(next(file_reader.read(_text(tmp_path), Way(), "")))  # type: ignore[arg-type]
    kept = tmp_path / "kept"
    kept.write_text("x", encoding="utf-8")
    out = tmp_path / "out"
    out.mkdir()
    (out / "a.report.json").symlink_to(kept)
    if name == "jsonl":
        (out / "a").symlink_to(kept)
    else:
        (out / "a").mkdir()
        (out / "a" / "article-00001.txt").symlink_to(kept)
    if name == "jsonl":
        with pytest.raises(WouldReplace):
            done(export(corpus, out / "a", Options(name, state="all")))
        done(export(corpus, out / "a", Options(name, state="all"), force=True))
        assert not (out / "a").is_symlink()
    else:
        with pytest.raises(CannotExport, match="holds something else"):
            done(export(corpus, out / "a", Options(name, state="all")))
    assert kept.read_text(encoding="utf-8") == "x"
    assert not kept.is_symlink()


def _text(tmp_path: Path) -> Path:
    path = tmp_path / "../../x\u202e".replace("/", "_")
    path.with_suffix(".txt").write_text("أمس في وجدة", encoding="utf-8")
    return path.with_suffix(".txt")


@pytest.mark.parametrize("title", ["../../x", "/etc/x", "a\0b", "CON", "x" * 5000, "..", "C:\\x", "a\u202e"])
@pytest.mark.parametrize("name", ["brat", "webanno", "xmi"])
def test_no_title_names_a_file(corpus: Corpus, tmp_path: Path, name: str, title: str) -> None:
    corpus.add(next(_titled(tmp_path, title)))
    out = tmp_path / "out"
    done(export(corpus, out, Options(name, state="all")))
    assert {path.stem for path in out.iterdir()} <= {"article-00001", "annotation", "TypeSystem"}
    assert {path.name for path in tmp_path.iterdir()} <= {"a.jsonl", "out", "out.report.json", "my.corpus"} | {
        f"my.corpus-{kind}" for kind in ("wal", "shm")
    }


def _titled(tmp_path: Path, title: str) -> Iterator[Draft]:
    import msgspec

    path = tmp_path / "a.jsonl"
    path.write_bytes(msgspec.json.encode({"text": "أمس في وجدة", "title": title, "source": title, "url": title}))
    return (item for item in file_reader.read(path, Way("jsonl"), "") if isinstance(item, Draft))
