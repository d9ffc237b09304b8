"""Tests of the URIs that SQLite opens files by: https://sqlite.org/uri.html."""

import os
import sqlite3
import sys
import time
from contextlib import closing
from pathlib import Path, PurePath, PurePosixPath, PureWindowsPath
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotator.jobs.export.exporter import export
from annotator.jobs.export.options import ALL, ExportOptions
from annotator.model.article_builder import build_article
from annotator.model.labels import decode
from annotator.resources import resource_path
from annotator.store.checkpoints import Checkpointer
from annotator.store.corpus import Corpus
from annotator.store.database_files import sqlite_uri, wal_path


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (PurePosixPath("/news/a.corpus"), "file:///news/a.corpus?mode=ro"),
        (PurePosixPath("//news/a.corpus"), "file:////news/a.corpus?mode=ro"),
        (PurePosixPath("/a b?c#d%20e&f"), "file:///a%20b%3Fc%23d%2520e%26f?mode=ro"),
        (PurePosixPath("/خبر"), "file:///%D8%AE%D8%A8%D8%B1?mode=ro"),
        (PureWindowsPath(r"C:\news\a.corpus"), "file:C%3A%5Cnews%5Ca.corpus?mode=ro"),
        (PureWindowsPath(r"\\server\share\a.corpus"), "file:%5C%5Cserver%5Cshare%5Ca.corpus?mode=ro"),
        (PureWindowsPath(r"\\?\C:\a.corpus"), "file:%5C%5C%3F%5CC%3A%5Ca.corpus?mode=ro"),
        (PureWindowsPath(r"\\?\UNC\server\share\a"), "file:%5C%5C%3F%5CUNC%5Cserver%5Cshare%5Ca?mode=ro"),
        (PureWindowsPath(r"C:\a b#c%20d&e"), "file:C%3A%5Ca%20b%23c%2520d%26e?mode=ro"),
        (PureWindowsPath("C:\\خبر"), "file:C%3A%5C%D8%AE%D8%A8%D8%B1?mode=ro"),
    ],
    ids=str,
)
def test_uri_contains_the_path_without_an_authority(path: PurePath, expected: str) -> None:
    assert sqlite_uri(path, "mode=ro") == expected


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1))
def test_windows_path_is_unchanged_after_decoding(name: str) -> None:
    path = PureWindowsPath(r"\\server\share") / name
    scheme, _, remainder = sqlite_uri(path, "mode=ro").partition(":")
    path_part, _, query = remainder.partition("?")
    assert (scheme, unquote(path_part), query) == ("file", str(path), "mode=ro")
    assert not set(path_part) & set("/#&")


def test_long_windows_path_uses_the_long_path_vfs() -> None:
    short, long = (PureWindowsPath("C:\\" + "خ" * count) for count in (514, 515))
    assert sqlite_uri(short, "mode=ro").endswith("?mode=ro")
    assert sqlite_uri(long, "mode=ro").endswith("?mode=ro&vfs=win32-longpath")


@pytest.mark.parametrize("name", ["a?b#c%20d&e=f.corpus", "أخبار  اليوم.corpus", "a'b;c.corpus", "\\\\?\\C:.corpus"])
def test_sqlite_opens_the_same_file_as_python(name: str, tmp_path: Path) -> None:
    if sys.platform == "win32" and set(name) & set('?"\\:'):
        pytest.skip("no such name on Windows")
    path = tmp_path / name
    with closing(sqlite3.connect(sqlite_uri(path, "mode=rwc"), uri=True)) as connection:
        connection.execute("CREATE TABLE there (x)")
    assert os.listdir(tmp_path) == [name]  # noqa: PTH208 - names as strings
    with closing(sqlite3.connect(sqlite_uri(path, "mode=ro"), uri=True)) as connection:
        connection.execute("SELECT x FROM there")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such names")
def test_name_that_is_not_utf_8_can_be_opened(tmp_path: Path) -> None:
    path = tmp_path / os.fsdecode(b"a\xff.corpus")
    with closing(sqlite3.connect(sqlite_uri(path, "mode=rwc"), uri=True)) as connection:
        connection.execute("CREATE TABLE there (x)")
    assert path.exists()


@pytest.mark.skipif(sys.platform != "win32", reason="other systems have no such paths")
def test_corpus_on_a_network_share_works_like_any_other(tmp_path: Path) -> None:
    share = Path(rf"\\localhost\{tmp_path.drive[0]}$").joinpath(*tmp_path.parts[1:])
    if not share.is_dir():
        pytest.skip("this computer does not share its drive")
    labels = resource_path("labels", "default.toml")
    with Corpus.create(share / "أخبار.corpus", decode(labels.read_bytes(), str(labels))) as corpus:
        checkpointer = Checkpointer(corpus.path, lambda _self, _error: None)
        corpus.add(build_article("أعلنت الوزارة الخطة."))
        end = time.monotonic() + 10
        while wal_path(corpus.path).stat().st_size:
            assert time.monotonic() < end
            time.sleep(0.05)
        checkpointer.close()
        for _progress in export(corpus, share / "out.jsonl", ExportOptions(format="jsonl", state=ALL)):
            pass
    assert sorted(os.listdir(tmp_path)) == ["out.jsonl", "out.jsonl.report.json", "أخبار.corpus"]  # noqa: PTH208
    with Corpus.open(tmp_path / "أخبار.corpus") as corpus:
        assert corpus.article(1).text == "أعلنت الوزارة الخطة."
