"""Links to places: what is written is read, and nothing else."""

import os
import sys
from pathlib import Path, PurePath, PurePosixPath, PureWindowsPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotator.model.links import InvalidLink, Link, build_link, format_link, has_scheme, parse_link, resolve_link
from annotator.model.places import Place

PLACE = Place("ab12", 6, 13)
SCHEME = "arabic-news-annotator"
FORM = "arabic-news-annotator:///PATH"
NETWORK = "on a network"

letters = st.characters(exclude_categories=("Cc", "Cs"), exclude_characters='/\\:<>"|?*')
names = st.text(letters | st.sampled_from("أخبار مدوّنة %#&=+'~éд"), min_size=1, max_size=20).filter(
    lambda name: name.strip(". ")
) | st.just("أخبار%2F..%2Fيونيو")
posix_names = st.lists(names | st.sampled_from(["a?b#c:d", 'say "no"', "back\\slash", "%41", "c\udcff"]), min_size=1)
posix_paths = posix_names.map(lambda parts: PurePosixPath("/", *parts))
windows_paths = st.builds(
    lambda drive, parts: PureWindowsPath(f"{drive}:\\", *parts), st.sampled_from("CdZ"), st.lists(names, min_size=1)
)
places = st.builds(
    Place, st.from_regex(r"[0-9a-z]{1,64}", fullmatch=True), st.integers(0, 10**9), st.integers(0, 10**9)
)


@given(posix_paths | windows_paths, places)
def test_a_link_is_read_as_it_is_written(corpus: PurePath, place: Place) -> None:
    if sys.platform == "win32" and "c\udcff" in corpus.parts:
        return  # no name there has such bytes
    text = format_link(Link(corpus, place))
    assert text
    assert text.isascii()
    assert not set(text) & set(" \"'<>\\`$&|;()")
    assert parse_link(text, type(corpus)) == Link(corpus, place)


def test_a_link_looks_like_one() -> None:
    corpus = PurePosixPath("/home/سناء/أخبار يونيو.corpus")
    text = format_link(Link(corpus, PLACE))
    assert text == (
        "arabic-news-annotator:///home/%D8%B3%D9%86%D8%A7%D8%A1/"
        "%D8%A3%D8%AE%D8%A8%D8%A7%D8%B1%20%D9%8A%D9%88%D9%86%D9%8A%D9%88.corpus?at=ab12@6-13"
    )
    windows = PureWindowsPath(r"C:\Users\me\news.corpus")
    assert format_link(Link(windows, PLACE)) == f"{SCHEME}:///C:/Users/me/news.corpus?at=ab12@6-13"
    assert format_link(Link(PureWindowsPath("\\\\?\\" + str(windows)), PLACE)) == format_link(Link(windows, PLACE))


@pytest.mark.parametrize(
    "text",
    [
        f"{SCHEME}:/home/me/أ.corpus?at=ab12@6-13",
        f"{SCHEME.upper()}:///home/me/%d8%a3.corpus?at=ab12%406-13",
        f"{SCHEME}:///home/me/أ.corpus?at=ab12@6-13",
    ],
)
def test_what_browsers_and_desktops_make_of_a_link_is_read(text: str) -> None:
    assert has_scheme(text)
    assert parse_link(text, PurePosixPath) == Link(PurePosixPath("/home/me/أ.corpus"), PLACE)


@pytest.mark.parametrize(
    "path",
    [
        *(
            PureWindowsPath(path)
            for path in (r"\\server\share\a.corpus", r"\\?\UNC\server\share\a.corpus", r"\\.\pipe\a")
        ),
        *(
            PureWindowsPath(path)
            for path in (r"\a.corpus", "a.corpus", "C:a.corpus", r"C:\a.corpus:b", "C:\\a\n.corpus")
        ),
        *(PurePosixPath(path) for path in ("//server/a.corpus", "a.corpus", "/a\n.corpus", "/a\x9b.corpus", "/")),
    ],
)
def test_no_link_is_written_that_is_not_read(path: PurePath) -> None:
    assert format_link(Link(path, PLACE)) is None


@pytest.mark.parametrize(
    "path",
    [
        "//server/share/a.corpus",
        "//server/C:/a.corpus",
        "//localhost/home/me/a.corpus",
        "////server/share/a.corpus",
        "///%2Fserver/share/a.corpus",
        "/%2fserver/share/a.corpus",
        "////%3F/UNC/server/share/a.corpus",
        "////./pipe/a",
    ],
)
@pytest.mark.parametrize("path_type", [PurePosixPath, PureWindowsPath])
def test_a_link_leads_to_no_network(path: str, path_type: type[PurePath]) -> None:
    with pytest.raises(InvalidLink, match=NETWORK):
        parse_link(f"{SCHEME}:{path}?at=ab12@6-13", path_type)


@pytest.mark.parametrize(
    "path",
    [
        "///%5C%5Cserver/share/a.corpus",
        "///%5C%5C%3F%5CUNC%5Cserver%5Cshare%5Ca.corpus",
        "///%3F%3F/UNC/server/a.corpus",
        "///server/share/a.corpus",
        "///C:a.corpus",
        "///C:%5C..%5Ca.corpus",
        "///C:/a.corpus:stream",
        "///C:/a%00.corpus",
        "///C:/%FF.corpus" if sys.platform == "win32" else "///C:",
    ],
)
def test_only_drives_are_local_on_windows(path: str) -> None:
    with pytest.raises(InvalidLink, match=FORM):
        parse_link(f"{SCHEME}:{path}?at=ab12@6-13", PureWindowsPath)


@pytest.mark.parametrize(
    "rest",
    [
        *(
            "",
            "//",
            "///",
            "a.corpus?at=ab12@6-13",
            "///a.corpus",
            "///a.corpus?",
            "///a.corpus?at=",
            "///a.corpus?at=ab12",
        ),
        *("///?at=ab12@6-13", "///a.corpus?at=ab12@6-13#b", "///a.corpus#at=ab12@6-13", "///a.corpus?AT=ab12@6-13"),
        *("///a.corpus?at=ab12@6-13&new-window=1", "///a.corpus?language=fr&at=ab12@6-13", "///a.corpus?at=ab12@6-13?"),
        *("///a%0A.corpus?at=ab12@6-13", "///a\n.corpus?at=ab12@6-13", "///a%1B.corpus?at=ab12@6-13"),
        *(
            "///a%C2%9B.corpus?at=ab12@6-13",
            "///a%00?at=ab12@6-13",
            "///a.corpus?at=ab%0112@6-13",
            "///a.corpus?at=@6-13",
        ),
        *("///a.corpus?at=ab12@6-13\n", "///a.corpus?at=ab12@6-13 --new-window", "\t///a.corpus?at=ab12@6-13"),
    ],
)
def test_what_is_no_link_to_a_place_is_refused(rest: str) -> None:
    with pytest.raises(InvalidLink, match=FORM):
        parse_link(f"{SCHEME}:{rest}", PurePosixPath)


@given(st.text() | st.text("/\\:%?#@=&2FfCc5atx.0-9\n").map(lambda rest: f"{SCHEME}:{rest}"))
def test_any_text_is_a_link_or_refused(text: str) -> None:
    for path_type in (PurePosixPath, PureWindowsPath):
        try:
            corpus, _place = parse_link(text, path_type)
        except InvalidLink:
            continue
        assert corpus.is_absolute()
        assert not str(corpus).startswith(("//", "\\\\"))


@pytest.mark.parametrize("text", ["", "news.corpus", SCHEME, "file:///a.corpus", f"x{SCHEME}:///a?at=b@1-2"])
def test_what_has_another_scheme_is_none_of_the_program(text: str) -> None:
    assert not has_scheme(text)
    with pytest.raises(InvalidLink):
        parse_link(text)


def test_a_link_leads_to_a_file_that_is_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "مدوّنات سناء"
    folder.mkdir()
    (folder / "أخبار 100%.corpus").touch()
    monkeypatch.chdir(folder)
    link = build_link(Path("..", folder.name, "أخبار 100%.corpus"), PLACE)
    assert link
    assert resolve_link(link) == (folder / "أخبار 100%.corpus", PLACE)


@pytest.mark.parametrize("name", ["gone.corpus", "folder.corpus", "pipe.corpus", "there.changeset", "there.TEAM"])
def test_a_link_leads_to_nothing_but_a_corpus(tmp_path: Path, name: str) -> None:
    (tmp_path / "folder.corpus").mkdir()
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe.corpus")
    for team_file in ("there.changeset", "there.TEAM"):
        (tmp_path / team_file).touch()
    link = build_link(tmp_path / name, PLACE)
    assert link
    with pytest.raises(InvalidLink, match=name):
        resolve_link(link)
