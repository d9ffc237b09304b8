"""What may be sent to others: kinds and places of errors, and nothing of what was being read when they came."""

import json
import re
import sqlite3
import sys
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from text.texts import texts

from annotator.diagnostics import redaction
from annotator.diagnostics.redaction import described, place, scrubbed, sign, traced

ARABIC = re.compile(r"[\u0600-\u06ff\u0750-\u077f\ufb50-\ufdff\ufe70-\ufeff]{3}")
LATIN = "Covid budget of Rabat"


def raised(error: BaseException) -> BaseException:
    """The error with a trace, as it is caught."""
    article = str(error)  # a local that no trace shows
    try:
        raise error
    except BaseException as caught:
        assert article is not None
        return caught


def failing(what: str, text: str) -> BaseException:
    """An error as a library raises it over a text."""
    try:
        if what == "encode":
            (text + "\ud800").encode("ascii")
        elif what == "key":
            {}[text]
        elif what == "number":
            float(text + "x")
        elif what == "json":
            json.loads("{" + text)
        elif what == "msgspec":
            msgspec.json.decode(json.dumps(text), type=int)
        elif what == "sql":
            sqlite3.connect(":memory:").execute(f'SELECT "{text.replace(chr(0), "")}" FROM "nothing" WHERE')
        elif what == "attribute":
            getattr(object(), text)
        elif what == "compare":
            assert text == 1, text
        elif what == "file":
            open(Path("/nowhere") / (text.replace("\0", "").replace("/", "")[:60] + "x"))  # noqa: SIM115, PTH123
    except Exception as error:
        return error
    raise AssertionError(what)


KINDS = ("encode", "key", "number", "json", "msgspec", "sql", "attribute", "compare", "file")


@given(texts, st.sampled_from(KINDS), st.sampled_from([RuntimeError, ValueError, TypeError, KeyError, ExceptionGroup]))
def test_no_words_of_an_article_are_in_what_is_said_of_an_error(text: str, what: str, kind: type[Exception]) -> None:
    said = text + " وزارة الصحة"
    error = failing(what, said)
    error.add_note(said)
    outer = ExceptionGroup(said, [error]) if kind is ExceptionGroup else kind(said)
    outer.__cause__ = error
    lines = "\n".join([described(error), *traced(raised(outer)), place(outer)])
    assert not ARABIC.search(lines)
    assert type(error).__name__ in lines


@pytest.mark.parametrize("what", [kind for kind in KINDS if kind != "attribute"])
def test_latin_words_are_no_better(what: str) -> None:
    assert "Covid" not in "\n".join(traced(failing(what, LATIN)))


def test_what_python_says_of_the_program_is_kept() -> None:
    assert described(failing("attribute", "spans")) == "AttributeError: 'object' object has no attribute 'spans'"
    assert described(FileNotFoundError(2, "No such file", "/home/salma/news")) == "FileNotFoundError: ENOENT"
    assert described(KeyError("x")) == "KeyError"
    assert described(msgspec.ValidationError("x")) == "msgspec.ValidationError"
    with pytest.raises(sqlite3.OperationalError) as caught:
        sqlite3.connect(":memory:").execute("SELECT 1 FROM nothing")
    assert described(caught.value) == "sqlite3.OperationalError: SQLITE_ERROR"


def test_a_kind_made_from_a_plain_one_says_nothing() -> None:
    class Loud(RuntimeError):
        pass

    assert described(Loud("Covid")).endswith("Loud")


def test_an_error_without_words_is_told_of_all_the_same() -> None:
    class Broken:
        def __str__(self) -> str:
            raise ValueError

    assert described(RuntimeError(Broken())) == "RuntimeError"


def test_a_trace_names_file_line_function_and_code_of_each_frame() -> None:
    lines = list(traced(failing("key", "x")))
    assert re.fullmatch(r"  \S*test_redaction\.py:\d+ in failing", lines[0])
    assert lines[1] == "    {}[text]"
    assert lines[2] == "KeyError"


def test_what_an_error_came_from_is_told_first_and_once() -> None:
    first, second = KeyError("a"), ValueError("b")
    second.__cause__, first.__context__ = first, second  # in a circle
    assert list(traced(second)) == ["KeyError", "", "which led to:", "", "ValueError"]


def test_a_trace_without_end_is_cut() -> None:
    def deeper(left: int) -> None:
        if left:
            deeper(left - 1)
        else:
            raise RecursionError("too deep")

    with pytest.raises(RecursionError) as caught:
        deeper(200)
    lines = list(traced(caught.value))
    assert len(lines) == 2 * 40 + 2
    assert any("162 more" in line for line in lines)  # 202 frames in all
    assert lines[-1] == "RecursionError: too deep"


def test_the_place_tells_one_error_from_another_and_not_its_message() -> None:
    assert place(failing("key", "a")) == place(failing("key", "b")) != place(failing("number", "a"))


def test_a_file_is_told_by_a_sign(tmp_path: Path) -> None:
    one, other = tmp_path / "وزارة الصحة.corpus", tmp_path / "other.corpus"
    assert sign(one) == sign(one) != sign(other)
    assert re.fullmatch(r"#[0-9a-f]{4}\.corpus", sign(one))
    assert re.fullmatch(r"#[0-9a-f]{4}", sign(tmp_path / "a.خبر"))
    assert re.fullmatch(r"#[0-9a-f]{4}", sign(tmp_path / "bad\udcff"))


def test_what_is_scrubbed_is_one_line_of_ascii(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Path, "home", lambda: Path("/home/salma"))
    assert scrubbed("“My news” is\nin /home/salma/x of وزارة الصحة, 12") == "… is in ~/x of … , 12"
    assert scrubbed("x" * 5000) == "x" * 300 + "…"
    assert scrubbed("") == ""


@pytest.mark.parametrize(
    "written",
    [
        r"C:\Users\Salma Alaoui",
        "C:/Users/Salma Alaoui",
        r"c:\users\SALMA alaoui",
        r"C:\\Users\\Salma Alaoui",
        r"\\?\C:\Users\Salma Alaoui",
        r"\\\\?\\C:\\Users\\Salma Alaoui",
        r"C:\Users/Salma Alaoui",
        r"C:\Users\SALMAA~1",
        "c:/users/salmaa~1",
        r"C:\\Users\\SALMAA~1",
    ],
)
def test_the_home_folder_of_windows_is_hidden_however_it_is_written(
    written: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(redaction.sys, "platform", "win32")
    monkeypatch.setattr(redaction, "_home", lambda: r"C:\Users\Salma Alaoui")
    monkeypatch.setattr(redaction, "_short_form", lambda _folder: r"C:\Users\SALMAA~1")
    redaction._pattern_of.cache_clear()
    said = scrubbed(rf"[Errno 13] '{written}\Documents\x' and C:\Windows, 12")
    redaction._pattern_of.cache_clear()
    assert "salma" not in said.lower()
    assert re.fullmatch(r"\[Errno 13\] '(\\\\\?\\|\\\\\\\\\?\\\\)?~\\Documents\\x' and C:\\Windows, 12", said)


@pytest.mark.skipif(sys.platform != "win32", reason="Windows alone has short names")
def test_windows_is_asked_for_the_short_form(tmp_path: Path) -> None:
    assert Path(redaction._short_form(str(tmp_path))).samefile(tmp_path)
    assert redaction._short_form(str(tmp_path / "missing")) == str(tmp_path / "missing")


def test_elsewhere_a_home_folder_is_hidden_in_its_own_case_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(redaction.sys, "platform", "linux")
    monkeypatch.setattr(redaction, "_home", lambda: "/home/s.a")
    assert scrubbed("/home/s.a/x /home/S.A/x /home/sxa/x") == "~/x /home/S.A/x /home/sxa/x"


@pytest.mark.parametrize("home", [RuntimeError("no home"), Path("/")])
def test_who_has_no_folder_has_none_to_hide(home: object, monkeypatch: pytest.MonkeyPatch) -> None:
    def find() -> Path:
        if isinstance(home, Exception):
            raise home
        return home  # type: ignore[return-value]

    monkeypatch.setattr(Path, "home", find)
    assert scrubbed("/home/salma/x") == "/home/salma/x"


@given(texts)
def test_what_is_scrubbed_once_is_scrubbed(text: str) -> None:
    once = scrubbed(text)
    assert once.replace("…", "").isascii()
    assert scrubbed(once).replace(" ", "") == once.replace(" ", "")
