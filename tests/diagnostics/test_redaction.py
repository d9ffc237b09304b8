"""Redaction: kinds and locations of errors, and nothing of the article being read."""

import json
import re
import sqlite3
import sys
from pathlib import Path
from typing import cast

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import texts

from annotator.diagnostics import redaction
from annotator.diagnostics.redaction import describe_error, error_location, format_trace, path_fingerprint, redact

ARABIC = re.compile(r"[\u0600-\u06ff\u0750-\u077f\ufb50-\ufdff\ufe70-\ufeff]{3}")
LATIN = "Covid budget of Rabat"


def raise_and_catch(error: BaseException) -> BaseException:
    """Return the error with a trace, as it is caught."""
    article = str(error)  # a local that no trace shows
    try:
        raise error
    except BaseException as caught:
        assert article is not None
        return caught


def failing(operation: str, text: str) -> Exception:
    """Return an error as a library raises it over a text."""
    try:
        if operation == "encode":
            (text + "\ud800").encode("ascii")
        elif operation == "key":
            no_texts: dict[str, str] = {}
            no_texts[text]
        elif operation == "number":
            float(text + "x")
        elif operation == "json":
            json.loads("{" + text)
        elif operation == "msgspec":
            msgspec.json.decode(json.dumps(text), type=int)
        elif operation == "sql":
            sqlite3.connect(":memory:").execute(f'SELECT "{text.replace(chr(0), "")}" FROM "nothing" WHERE')
        elif operation == "attribute":
            getattr(object(), text)
        elif operation == "compare":
            assert text == cast(object, 1), text
        elif operation == "file":
            open(Path("/nowhere") / (text.replace("\0", "").replace("/", "")[:60] + "x"))  # noqa: SIM115, PTH123
    except Exception as error:
        return error
    raise AssertionError(operation)


KINDS = ("encode", "key", "number", "json", "msgspec", "sql", "attribute", "compare", "file")


@given(texts, st.sampled_from(KINDS), st.sampled_from([RuntimeError, ValueError, TypeError, KeyError, ExceptionGroup]))
def test_description_of_an_error_holds_no_words_of_an_article(text: str, what: str, kind: type[Exception]) -> None:
    message = text + " وزارة الصحة"
    error = failing(what, message)
    error.add_note(message)
    outer: Exception = ExceptionGroup(message, [error]) if kind is ExceptionGroup else kind(message)
    outer.__cause__ = error
    lines = "\n".join([describe_error(error), *format_trace(raise_and_catch(outer)), error_location(outer)])
    assert not ARABIC.search(lines)
    assert type(error).__name__ in lines


@pytest.mark.parametrize("what", [kind for kind in KINDS if kind != "attribute"])
def test_trace_holds_no_latin_words_either(what: str) -> None:
    assert "Covid" not in "\n".join(format_trace(failing(what, LATIN)))


def test_messages_of_python_about_the_program_are_kept() -> None:
    assert describe_error(failing("attribute", "spans")) == "AttributeError: 'object' object has no attribute 'spans'"
    assert describe_error(FileNotFoundError(2, "No such file", "/home/salma/news")) == "FileNotFoundError: ENOENT"
    assert describe_error(KeyError("x")) == "KeyError"
    assert describe_error(msgspec.ValidationError("x")) == "msgspec.ValidationError"
    with pytest.raises(sqlite3.OperationalError) as caught:
        sqlite3.connect(":memory:").execute("SELECT 1 FROM nothing")
    assert describe_error(caught.value) == "sqlite3.OperationalError: SQLITE_ERROR"


def test_message_of_a_subclass_is_not_kept() -> None:
    class Loud(RuntimeError):
        pass

    assert describe_error(Loud("Covid")).endswith("Loud")


def test_error_whose_message_fails_is_described() -> None:
    class Broken:
        def __str__(self) -> str:
            raise ValueError

    assert describe_error(RuntimeError(Broken())) == "RuntimeError"


def test_trace_has_file_line_function_and_code_of_each_frame() -> None:
    lines = list(format_trace(failing("key", "x")))
    assert re.fullmatch(r"  \S*test_redaction\.py:\d+ in failing", lines[0])
    assert lines[1] == "    no_texts[text]"
    assert lines[2] == "KeyError"


def test_cause_of_an_error_is_listed_first_and_once() -> None:
    first, second = KeyError("a"), ValueError("b")
    second.__cause__, first.__context__ = first, second  # in a circle
    assert list(format_trace(second)) == ["KeyError", "", "which led to:", "", "ValueError"]


def test_long_trace_is_shortened() -> None:
    def deeper(depth: int) -> None:
        if depth:
            deeper(depth - 1)
        else:
            raise RecursionError("too deep")

    with pytest.raises(RecursionError) as caught:
        deeper(200)
    lines = list(format_trace(caught.value))
    assert len(lines) == 2 * 40 + 2
    assert any("162 more" in line for line in lines)  # 202 frames in all
    assert lines[-1] == "RecursionError: too deep"


def test_location_distinguishes_errors_regardless_of_their_message() -> None:
    assert (
        error_location(failing("key", "a"))
        == error_location(failing("key", "b"))
        != error_location(failing("number", "a"))
    )


def test_path_fingerprint_hides_the_name(tmp_path: Path) -> None:
    corpus, other = tmp_path / "وزارة الصحة.corpus", tmp_path / "other.corpus"
    assert path_fingerprint(corpus) == path_fingerprint(corpus) != path_fingerprint(other)
    assert re.fullmatch(r"#[0-9a-f]{4}\.corpus", path_fingerprint(corpus))
    assert re.fullmatch(r"#[0-9a-f]{4}", path_fingerprint(tmp_path / "a.خبر"))
    assert re.fullmatch(r"#[0-9a-f]{4}", path_fingerprint(tmp_path / "bad\udcff"))


@pytest.mark.parametrize(
    ("text", "redacted"),
    [
        (
            "cannot reach postgresql://salma:p%40ss@db.example:5432/news",
            "cannot reach postgresql://salma:… @db.example:5432/news",
        ),
        ("host=db password=p4ss dbname=news", "host=db password=… dbname=news"),
        ('{"secret": "abc", "until": "2027"}', '{"secret": "… ", "until": "2027"}'),
        ("the password is wrong", "the password is wrong"),
    ],
)
def test_passwords_are_hidden(text: str, redacted: str) -> None:
    assert redact(text) == redacted


def test_redact_returns_one_line_of_ascii(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Path, "home", lambda: Path("/home/salma"))
    assert redact("“My news” is\nin /home/salma/x of وزارة الصحة, 12") == "… is in ~/x of … , 12"
    assert redact("x" * 5000) == "x" * 300 + "…"
    assert redact("") == ""


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
def test_home_folder_of_windows_is_hidden_in_every_spelling(written: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setattr(redaction, "_home", lambda: r"C:\Users\Salma Alaoui")
    monkeypatch.setattr(redaction, "_short_form", lambda _folder: r"C:\Users\SALMAA~1")
    redaction._folder_pattern.cache_clear()
    redacted = redact(rf"[Errno 13] '{written}\Documents\x' and C:\Windows, 12")
    redaction._folder_pattern.cache_clear()
    assert "salma" not in redacted.lower()
    assert re.fullmatch(r"\[Errno 13\] '(\\\\\?\\|\\\\\\\\\?\\\\)?~\\Documents\\x' and C:\\Windows, 12", redacted)


@pytest.mark.skipif(sys.platform != "win32", reason="Windows alone has short names")
def test_short_form_of_a_path_on_windows(tmp_path: Path) -> None:
    assert Path(redaction._short_form(str(tmp_path))).samefile(tmp_path)
    assert redaction._short_form(str(tmp_path / "missing")) == str(tmp_path / "missing")


def test_home_folder_elsewhere_is_hidden_only_in_its_own_case(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(redaction, "_home", lambda: "/home/s.a")
    assert redact("/home/s.a/x /home/S.A/x /home/sxa/x") == "~/x /home/S.A/x /home/sxa/x"


@pytest.mark.parametrize("home", [RuntimeError("no home"), Path("/")])
def test_redact_works_without_a_home_folder(home: object, monkeypatch: pytest.MonkeyPatch) -> None:
    def find() -> Path:
        if isinstance(home, Exception):
            raise home
        return home  # type: ignore[return-value]

    monkeypatch.setattr(Path, "home", find)
    assert redact("/home/salma/x") == "/home/salma/x"


@given(texts)
def test_redact_is_idempotent(text: str) -> None:
    once = redact(text)
    assert once.replace("…", "").isascii()
    assert redact(once).replace(" ", "") == once.replace(" ", "")
