"""Standard input, compressed files and encodings: their texts are read as if they lay there in UTF-8."""

import bz2
import codecs
import gzip
import io
import lzma
import os
import random
import stat
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import examples

from annotator.formats.json import jsonl
from annotator.generators import finish
from annotator.jobs.imports import file_reader, sources
from annotator.jobs.imports.file_reader import ReadOptions
from annotator.jobs.imports.importer import ImportOptions, import_paths
from annotator.jobs.imports.sources import REPLACE, STANDARD_INPUT, STRICT
from annotator.model.article_builder import build_article
from annotator.model.records import AnnotatedArticle, Notice, Refusal, Remark, Span
from annotator.store.corpus import Corpus

TEXT = "أعلنت الوزارة 💉 الخطّة يوم 9 يوليوز، كـــما قالت."
LINES = "".join(
    jsonl.encode(build_article(f"{TEXT} {number}", spans=[Span("", "", "ليلى", "PLAN", 17, 23)])) for number in range(3)
).encode()
COMPRESS: dict[str, Callable[[bytes], bytes]] = {".gz": gzip.compress, ".bz2": bz2.compress, ".xz": lzma.compress}


def read(path: Path, options: ReadOptions = ReadOptions()) -> tuple[list[AnnotatedArticle], list[Remark]]:  # noqa: B008
    items = list(file_reader.read(path, options, "ليلى"))
    return (
        [item for item in items if isinstance(item, AnnotatedArticle)],
        [item for item in items if isinstance(item, Remark)],
    )


def write(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


@pytest.fixture
def stdin(monkeypatch: pytest.MonkeyPatch) -> Callable[[bytes], None]:
    """Return a function that lets standard input have these bytes."""
    return lambda data: monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(data)))


@pytest.fixture(autouse=True)
def temporary_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Return the folder of temporary files, and fail if one of them is left."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    yield folder
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("suffix", COMPRESS)
@pytest.mark.parametrize("inner", [".jsonl", ".txt", ""])
def test_compressed_files_are_read(folder: Path, suffix: str, inner: str) -> None:
    path = write(folder / f"news{inner}{suffix}", COMPRESS[suffix](LINES))
    articles, remarks = read(path)
    assert [len(item.spans) for item in articles] == [1, 1, 1]
    assert articles[0].article.text == f"{TEXT} 0"
    assert remarks == []


def test_the_name_inside_decides_where_the_content_does_not(folder: Path) -> None:
    write(folder / "a.txt.gz", gzip.compress(TEXT.encode()))
    write(folder / "a.xyz.gz", gzip.compress(TEXT.encode()))
    assert [item.article.text for item in read(folder / "a.txt.gz")[0]] == [TEXT]
    assert [remark.code for remark in read(folder / "a.xyz.gz")[1]] == ["format_not_recognised"]


def test_remarks_name_the_compressed_file(folder: Path) -> None:
    path = write(folder / "a.jsonl.gz", gzip.compress(LINES + b'{"text": 1}\n'))
    assert [(remark.path, remark.line) for remark in read(path)[1]] == [(str(path), 4)]


@pytest.mark.parametrize("suffix", COMPRESS)
@pytest.mark.parametrize("streams", [2, 5])
def test_streams_one_after_another_are_one_file(folder: Path, suffix: str, streams: int) -> None:
    path = write(folder / f"a.jsonl{suffix}", COMPRESS[suffix](LINES[:50]) + COMPRESS[suffix](LINES[50:]))
    assert len(read(path)[0]) == 3
    assert read(path)[1] == []


@pytest.mark.slow
@pytest.mark.parametrize("suffix", COMPRESS)
def test_of_a_damaged_file_what_comes_before_the_damage_is_read(folder: Path, suffix: str) -> None:
    letters = random.Random(7)
    texts = ["".join(letters.choices("ابتثجحخدذرز ", k=1000)) for _number in range(2000)]
    data = "".join(jsonl.encode(build_article(f"أ {text}")) for text in texts).encode()
    compressed = COMPRESS[suffix](data)
    path = write(folder / f"a.jsonl{suffix}", compressed[: len(compressed) * 2 // 3])
    articles, remarks = read(path)
    assert 0 < len(articles) < len(texts)
    assert [item.article.text for item in articles] == [f"أ {text}" for text in texts[: len(articles)]]
    assert remarks[0].code == "damaged_file"
    assert {type(remark) for remark in remarks} == {Refusal}


@pytest.mark.parametrize("suffix", COMPRESS)
def test_bombs_are_refused(folder: Path, suffix: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "MAX_UNPACKED_BYTES", 1_000_000)
    path = write(folder / f"a.txt{suffix}", COMPRESS[suffix](b"\n" * 20_000_000))
    assert [remark.code for remark in read(path)[1]] == ["suspicious_compression"]


def test_xz_that_needs_too_much_memory_is_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "_MAX_LZMA_MEMORY", 1_000_000)
    path = write(folder / "a.txt.xz", lzma.compress(TEXT.encode()))
    assert [remark.code for remark in read(path)[1]] == ["damaged_file"]


def pack(path: Path, files: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return path


def test_archives_are_read_file_by_file(folder: Path) -> None:
    files = {
        "b/1.jsonl": LINES + b"x\n",
        "a/1.ann": b"T1\tPLAN 3 8\t\xd8\xaf\xd8\xb1\xd8\xa7\xd8\xb3\xd8\xa9\n",
        "a/1.txt": "في دراسة جديدة".encode(),
        "../../out.txt": f"{TEXT} 8".encode(),
        "/1.txt": f"{TEXT} 9".encode(),
        "__MACOSX/a/._1.ann": b"\0",
        ".hidden": b"x",
    }
    articles, remarks = read(pack(folder / "all.zip", files))
    assert [item.article.text for item in articles] == [
        f"{TEXT} 8",
        f"{TEXT} 9",
        "في دراسة جديدة",
        *(f"{TEXT} {number}" for number in range(3)),
    ]
    assert [len(item.spans) for item in articles] == [0, 0, 1, 1, 1, 1]
    assert [(remark.path, remark.line) for remark in remarks] == [(f"{folder / 'all.zip'}/b/1.jsonl", 4)]
    assert sorted(path.name for path in folder.parent.iterdir()) == ["folder", "temporary"]


def pack_tar(mode: Literal["w", "w:gz"]) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode=mode) as archive:
        member = tarfile.TarInfo("news.jsonl")
        member.size = len(LINES)
        archive.addfile(member, io.BytesIO(LINES))
    return packed.getvalue()


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.tar", pack_tar("w")),
        ("a.tar.gz", pack_tar("w:gz")),
        ("a.jsonl.zst", b"\x28\xb5\x2f\xfd" + LINES),
        ("a.7z", b"7z\xbc\xaf\x27\x1c\0"),
        ("a.rar", b"Rar!\x1a\x07\0"),
    ],
)
@pytest.mark.parametrize("format_", [None, "jsonl"])
def test_what_is_packed_otherwise_is_to_be_unpacked_first(
    folder: Path, name: str, data: bytes, format_: str | None
) -> None:
    articles, remarks = read(write(folder / name, data), ReadOptions(format=format_))
    assert articles == []
    assert [(remark.path, remark.line, remark.code) for remark in remarks] == [
        (str(folder / name), 0, "format_not_recognised")
    ]
    assert "unpack the file first" in remarks[0].reason


def test_links_in_archives_are_refused(folder: Path) -> None:
    link = zipfile.ZipInfo("link.txt")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(folder / "a.zip", "w") as archive:
        archive.writestr(link, "/etc/hostname")
        archive.writestr("a.txt", TEXT)
    articles, remarks = read(folder / "a.zip")
    assert [item.article.text for item in articles] == [TEXT]
    assert [(remark.path, remark.code) for remark in remarks] == [(f"{folder / 'a.zip'}/link.txt", "not_a_file")]


@pytest.mark.parametrize("name", ["", "a/..", ".."])
def test_members_without_the_name_of_a_file_are_refused(folder: Path, name: str) -> None:
    with zipfile.ZipFile(folder / "a.zip", "w") as archive:
        archive.writestr("a.txt", TEXT)
        archive.writestr("x", TEXT)
        archive.infolist()[1].filename = name
    articles, remarks = read(folder / "a.zip")
    assert [item.article.text for item in articles] == [TEXT]
    assert [remark.path for remark in remarks] == [f"{folder / 'a.zip'}/{name}"]


def test_archives_within_limits(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "MAX_UNPACKED_BYTES", 1_000_000)
    bomb = {f"{number}.txt": b"\n" * 900_000 for number in range(3)}
    assert [remark.code for remark in read(pack(folder / "bomb.zip", bomb))[1]] == ["suspicious_compression"]
    monkeypatch.setattr(sources, "MAX_ARCHIVE_FILES", 2)
    many = {f"{number}.txt": TEXT.encode() for number in range(3)}
    assert [remark.code for remark in read(pack(folder / "many.zip", many))[1]] == ["too_many_files"]


@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_damaged_archives_are_refused(folder: Path, method: int) -> None:
    path = pack(folder / "a.zip", {"1.txt": os.urandom(1000).hex().encode(), "2.txt": TEXT.encode()}, method)
    data = path.read_bytes()
    write(path, data[:100] + bytes(200) + data[300:])
    articles, remarks = read(path)
    assert [item.article.text for item in articles] == [TEXT]
    assert [(remark.path, remark.code) for remark in remarks] == [(f"{path}/1.txt", "damaged_file")]
    assert [remark.code for remark in read(write(path, data[:-30]))[1]] == ["damaged_file"]


@examples(100)
@given(st.sampled_from([".gz", ".bz2", ".xz", ".zip"]), st.data())
def test_no_compressed_bytes_break_the_reader(suffix: str, data: st.DataObject) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if suffix == ".zip":
            content = pack(folder / "a.zip", {"a.jsonl": LINES, "b/c.txt": TEXT.encode()}).read_bytes()
        else:
            content = COMPRESS[suffix](LINES)
        start = data.draw(st.integers(0, len(content)))
        content = content[:start] + data.draw(st.binary(max_size=9)) + content[start + data.draw(st.integers(0, 9)) :]
        articles, remarks = read(write(folder / f"a.jsonl{suffix}", content))
        assert articles or remarks


@pytest.mark.parametrize("compress", [bytes, *COMPRESS.values()])
def test_standard_input_is_read(stdin: Callable[[bytes], None], compress: Callable[[bytes], bytes]) -> None:
    stdin(compress(LINES + b"x\n"))
    articles, remarks = read(STANDARD_INPUT)
    assert [len(item.spans) for item in articles] == [1, 1, 1]
    assert [(remark.path, remark.line) for remark in remarks] == [("-", 4)]


def test_an_archive_on_standard_input_is_read(stdin: Callable[[bytes], None]) -> None:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.jsonl", LINES)
        archive.writestr("b/c.txt", TEXT)
        archive.writestr("d.txt", b"\0")
    stdin(content.getvalue())
    articles, [refusal] = read(STANDARD_INPUT)
    assert [item.article.text for item in articles] == [*(f"{TEXT} {number}" for number in range(3)), TEXT]
    assert (refusal.path, refusal.code) == ("-/d.txt", "binary_file")


def test_standard_input_in_a_named_format(stdin: Callable[[bytes], None], corpus: Corpus) -> None:
    stdin("أعلنت O\nأمس B-DATE\n".encode())
    result = finish(
        import_paths(corpus, [STANDARD_INPUT], ImportOptions(ReadOptions("conll"), annotator="ليلى", jobs=2))
    )
    assert (result.added, result.spans, result.skipped) == (1, 1, [])


def test_closed_standard_input_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", None)
    assert [(remark.path, remark.code) for remark in read(STANDARD_INPUT)[1]] == [("-", "file_unreadable")]


@pytest.mark.posix_only("of descriptors in the file system")
def test_open_files_of_the_process_are_read(corpus: Corpus) -> None:
    output, entrance = os.pipe()
    os.write(entrance, LINES)
    os.close(entrance)
    try:
        result = finish(import_paths(corpus, [Path(f"/dev/fd/{output}")], ImportOptions(annotator="ليلى")))
    finally:
        os.close(output)
    assert (result.added, result.spans) == (3, 3)


ENCODINGS = ["utf-8-sig", "utf-16", "utf-32"]
BE = {"utf-16-be": codecs.BOM_UTF16_BE, "utf-32-be": codecs.BOM_UTF32_BE}


@pytest.mark.parametrize("encoding", [*ENCODINGS, *BE])
@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.jsonl", LINES.decode()),
        ("a", LINES.decode()),
        ("a.txt", f"{TEXT}\n{TEXT}"),
        ("a.csv", f'title,text\nخبر,"{TEXT}"\nخبر,"{TEXT}\n2"\n'),
        ("a.conll", "أعلنت O\nالوزارة B-ORG\n"),
        ("a.html", f"<html><body><article><p>{TEXT * 9}</p></article></body></html>"),
    ],
)
def test_texts_with_a_byte_order_mark_are_read(folder: Path, name: str, content: str, encoding: str) -> None:
    expected = read(write(folder / name, content.encode()))
    if name == "a.html" and "32" in encoding:
        return
    mark = BE.get(encoding, b"")
    articles, remarks = read(write(folder / name, mark + content.encode(encoding)))
    assert [item.article.text for item in articles] == [item.article.text for item in expected[0]] != []
    assert remarks == expected[1] == []


def test_json_in_utf16_without_a_mark_is_read(folder: Path) -> None:
    for encoding in ("utf-16-le", "utf-16-be"):
        assert len(read(write(folder / "a.jsonl", LINES.decode().encode(encoding)))[0]) == 3


def test_a_named_encoding_is_that_of_texts_alone(folder: Path) -> None:
    line = '{"text": "أعلنت الوزارة"}\n'
    write(folder / "a.jsonl", line.encode("cp1256"))
    write(folder / "b.html", b'<meta charset="utf-8"><p>' + TEXT.encode() * 9)
    options = ReadOptions(encoding="cp1256")
    assert [item.article.text for item in read(folder / "a.jsonl", options)[0]] == ["أعلنت الوزارة"]
    assert TEXT in read(folder / "b.html", options)[0][0].article.text
    assert [remark.code for remark in read(folder / "a.jsonl")[1]] == ["invalid_encoding"]


def test_invalid_bytes_are_refused_with_their_line_or_replaced_with_a_notice(folder: Path) -> None:
    path = write(folder / "a.txt", f"{TEXT}\n{TEXT}".encode() + b"\xd8\n\xff\xfe.")
    [refusal] = read(path)[1]
    assert refusal.code == "invalid_encoding"
    assert "2" in refusal.reason
    articles, remarks = read(path, ReadOptions(errors=REPLACE))
    assert articles[0].article.text == f"{TEXT}\n{TEXT}\ufffd\n\ufffd\ufffd."
    assert [(type(remark), remark.line, remark.code) for remark in remarks] == [
        (Notice, 2, "characters_replaced"),
        (Notice, 3, "characters_replaced"),
    ]
    assert "2" in remarks[1].reason


def test_invalid_utf16_is_refused_with_its_line(folder: Path) -> None:
    data = f"{TEXT}\n".encode("utf-16") + b"\x00\xd8" + "\n".encode("utf-16-le")
    [refusal] = read(write(folder / "a.txt", data))[1]
    assert (type(refusal), refusal.line, refusal.code) == (Refusal, 2, "invalid_encoding")
    articles, [notice] = read(folder / "a.txt", ReadOptions(errors=REPLACE))
    assert articles[0].article.text == f"{TEXT}\n\ufffd\n"
    assert (type(notice), notice.line) == (Notice, 2)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32"])
@pytest.mark.parametrize("errors", [STRICT, REPLACE])
def test_a_text_without_the_mark_of_its_encoding_is_refused(folder: Path, encoding: str, errors: str) -> None:
    path = write(folder / "a.txt", TEXT.encode(f"{encoding}-le"))
    articles, [refusal] = read(path, ReadOptions(encoding=encoding, errors=errors))
    assert (articles, type(refusal), refusal.line, refusal.code) == ([], Refusal, 1, "invalid_encoding")
    assert f"{encoding.upper()}-LE" in refusal.reason
    assert read(path, ReadOptions(encoding=f"{encoding}-le", errors=errors))[0][0].article.text == TEXT


@examples(100)
@given(st.lists(st.sampled_from([*TEXT, "\n", "\u200f", "\u0651", "💉"]), max_size=200), st.integers(1, 7))
def test_blocks_may_end_anywhere(characters: list[str], block: int) -> None:
    text = "".join(characters)
    with tempfile.TemporaryDirectory() as name, pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr(sources, "_BLOCK", block)
        for encoding in ("utf-8", "utf-16", "utf-32"):
            path = write(Path(name, "a"), text.encode(encoding))
            assert b"".join(sources._transcode(path, encoding, STRICT, {}, keeps_bom=False)).decode() == text


def test_too_many_lines_with_invalid_bytes_are_counted_together(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "MAX_REMARKS", 3)
    path = write(folder / "a.txt", b"".join(f"{TEXT} ".encode() + b"\xff\n" for _number in range(9)))
    remarks = read(path, ReadOptions(errors=REPLACE))[1]
    assert [remark.line for remark in remarks] == [1, 2, 3, 0]
    assert "6" in remarks[-1].reason


ANNOTATION = f"T1\tPLAN 17 22\t{TEXT[17:22]}\n"


@pytest.mark.parametrize(
    ("text", "annotation", "options"),
    [
        (TEXT.replace("💉", "!").encode("cp1256"), ANNOTATION.encode("cp1256"), ReadOptions(encoding="cp1256")),
        (TEXT.encode(), ANNOTATION.encode(), ReadOptions(encoding="utf-8")),
        (TEXT.encode() + b"\xff", ANNOTATION.encode(), ReadOptions(errors=REPLACE)),
        (TEXT.encode(), ANNOTATION.encode("utf-16"), ReadOptions(format="brat")),
        (
            f"\ufeff{TEXT}".encode(),
            ANNOTATION.replace("17 22", "18 23").encode(),
            ReadOptions(encoding="utf-8", errors=REPLACE),
        ),
    ],
)
def test_the_text_of_an_annotation_file_is_decoded_with_it(
    folder: Path, text: bytes, annotation: bytes, options: ReadOptions
) -> None:
    write(folder / "a.txt", text)
    [item], remarks = read(write(folder / "a.ann", annotation), options)
    assert [item.article.text[span.start : span.end] for span in item.spans] == [TEXT[17:22]]
    assert [(remark.path, remark.code) for remark in remarks] == [
        (str(folder / "a.txt"), "characters_replaced") for _ in range(b"\xff" in text[-1:])
    ]


def test_a_text_that_cannot_be_decoded_is_named(folder: Path) -> None:
    write(folder / "a.txt", f"{TEXT}\n".encode() + b"\xff")
    articles, [refusal] = read(write(folder / "a.ann", ANNOTATION.encode()), ReadOptions(encoding="utf-8"))
    assert (articles, refusal.path, refusal.line) == ([], str(folder / "a.txt"), 2)


@pytest.mark.posix_only("Windows lets no one make a link without a right of its own")
def test_a_text_that_is_a_link_to_another_folder_is_not_decoded_either(folder: Path) -> None:
    (folder / "other").mkdir()
    (folder / "a.txt").symlink_to(write(folder / "other" / "a.txt", TEXT.encode()))
    articles, [refusal] = read(write(folder / "a.ann", ANNOTATION.encode()), ReadOptions(encoding="utf-8"))
    assert (articles, refusal.code) == ([], "link_outside_folder")


@pytest.mark.parametrize("suffix", [".jsonl", ".json", ".xmi", ".spacy"])
def test_a_name_as_long_as_may_be_stops_no_import(folder: Path, corpus: Corpus, suffix: str) -> None:
    """Files that may lie beside it, such as of labels, would have a longer one."""
    path = write(folder / f"{'x' * (255 - len(suffix))}{suffix}", b"?")
    paths = [path, write(folder / "news.jsonl", LINES)]
    result = finish(import_paths(corpus, paths, ImportOptions(annotator="ليلى")))
    assert result.added >= 3
    assert "name" not in "".join(remark.reason for remark in result.skipped)
