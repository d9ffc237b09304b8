"""Redaction of texts, paths and errors for a log or report that a person sends to others.

Nothing of an article may remain, and no file name, as files are named after headlines. Only Python's own error messages
stay: a missing key or unencodable text may come from an article. Redacted text is ASCII, with `…` for the rest.
"""

import errno
import hashlib
import linecache
import re
import sys
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from types import TracebackType
from typing import Any, Final

_PACKAGE: Final = Path(__file__).resolve().parents[1]
_SAFE_KINDS: Final = frozenset(
    (
        AttributeError,
        ImportError,
        IndexError,
        MemoryError,
        ModuleNotFoundError,
        NameError,
        NotImplementedError,
        RecursionError,
        RuntimeError,
        TypeError,
        UnboundLocalError,
        ZeroDivisionError,
    )
)
"""Only these kinds, without subclasses, have messages about the program, not its data."""
_QUOTED: Final = re.compile("“[^”]*”|«[^»]*»")
_NON_ASCII: Final = re.compile(r"(?:[^\x20-\x7e]+ ?)+")
_PASSWORD: Final = re.compile(
    r"(?i)(://[^\s:/@]*:)[^\s@/]+@|(\b(?:password|secret)[\"']?\s?[=:]\s?[\"']?)[^\s…,;&\"']+"
)
"""A password in a URL, or behind a word that says what it is."""
_SUFFIX: Final = re.compile(r"\.[A-Za-z0-9]{1,8}")
_FIRST, _LAST = 10, 30  # frames of a long trace
_MEMBERS: Final = 5  # of a group of errors
_LONGEST: Final = 300  # characters of a message or a line of code


def redact(text: str) -> str:
    """Return `text` as one line of ASCII.

    Other characters, passwords, and quotations in the program's sentences become `…`; the home folder becomes `~`.
    """
    if home := _home():
        text = _folder_pattern(home, windows=sys.platform == "win32").sub("~", text)
    text = _PASSWORD.sub(lambda match: f"{match[1]}…@" if match[1] else f"{match[2]}…", text)
    text = _NON_ASCII.sub("… ", _QUOTED.sub("…", " ".join(text.split()))).strip()
    return text if len(text) <= _LONGEST else text[:_LONGEST] + "…"


@lru_cache(maxsize=4)
def _folder_pattern(folder: str, *, windows: bool) -> re.Pattern[str]:
    """Return a pattern for every spelling of a folder in a text.

    On Windows: any case, either slash, doubled backslashes as in a `repr`, and the system's short names
    (`C:\\Users\\SALMAE~1`), frequent in its temporary folder.
    """
    if not windows:
        return re.compile(re.escape(folder))
    forms = (re.split(r"[\\/]+", form.rstrip("\\/")) for form in {folder, _short_form(folder)})
    return re.compile("|".join(r"[\\/]+".join(map(re.escape, parts)) for parts in forms), re.IGNORECASE)


def _short_form(folder: str) -> str:
    """Return a folder with the short names (8.3) of Windows, if it has any.

    https://learn.microsoft.com/en-us/windows/win32/api/fileapi/nf-fileapi-getshortpathnamew
    """
    if sys.platform == "win32":
        import ctypes

        buffer = ctypes.create_unicode_buffer(32_768)  # the longest path there is
        length = ctypes.windll.kernel32.GetShortPathNameW(folder, buffer, len(buffer))
        if 0 < length < len(buffer):
            return buffer.value
    return folder


def path_fingerprint(path: Path) -> str:
    """Return a fingerprint that identifies a file without its name: `#3f2a.corpus`."""
    digest = hashlib.sha256(str(path.absolute()).encode("utf-8", "surrogatepass")).hexdigest()
    return f"#{digest[:4]}{path.suffix if _SUFFIX.fullmatch(path.suffix) else ''}"


def describe_error(error: BaseException) -> str:
    """Return an error's kind and its message, unless that may come from an article."""
    kind = type(error)
    name = kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"
    message = ""
    if isinstance(error, OSError):
        message = errno.errorcode.get(error.errno or 0, "")
    elif kind in _SAFE_KINDS:
        message = _message(error)
    elif isinstance(code := getattr(error, "sqlite_errorname", None), str):
        message = code
    return redact(f"{name}: {message}" if message else name)


def format_trace(error: BaseException) -> Iterator[str]:
    """Yield the lines of an error and its causes, first cause first: each frame's location and code, then the error.

    Omits notes and any message that `describe_error` leaves out.
    """
    for index, link in enumerate(reversed(list(_error_chain(error)))):
        yield from ["", "which led to:", ""] if index else []
        yield from _format_frames(link.__traceback__)
        yield describe_error(link)
        if isinstance(link, BaseExceptionGroup):
            yield from (f"  of which one is {describe_error(member)}" for member in link.exceptions[:_MEMBERS])


def error_location(error: BaseException) -> str:
    """Return an error's kind and where it was raised, which identify it."""
    frame = error.__traceback__
    while frame and frame.tb_next:
        frame = frame.tb_next
    location = f"{_source_path(frame.tb_frame.f_code.co_filename)}:{frame.tb_lineno}" if frame else ""
    return f"{type(error).__qualname__} {location}"


def _home() -> str:
    try:
        home = Path.home()
    except RuntimeError:  # the person has none
        return ""
    return "" if home == home.parent else str(home)


def _message(error: BaseException) -> str:
    try:
        return str(error)
    except Exception:  # __str__ of the arguments may fail
        return ""


def _error_chain(error: BaseException) -> Iterator[BaseException]:
    """Yield an error, its cause, that one's cause, and so on."""
    seen_ids: set[int] = set()
    link: BaseException | None = error
    while link and id(link) not in seen_ids:
        seen_ids.add(id(link))
        yield link
        link = link.__cause__ or (None if link.__suppress_context__ else link.__context__)


def _format_frames(trace: TracebackType | None) -> Iterator[str]:
    frames: list[tuple[Any, int]] = []
    while trace:
        frames.append((trace.tb_frame.f_code, trace.tb_lineno))
        trace = trace.tb_next
    omitted = len(frames) - _FIRST - _LAST
    for index, (code, line) in enumerate(frames):
        if omitted > 0 and index == _FIRST:
            yield f"  … {omitted} more …"
        if omitted <= 0 or not _FIRST <= index < _FIRST + omitted:
            yield f"  {redact(f'{_source_path(code.co_filename)}:{line} in {code.co_qualname}')}"
            yield f"    {redact(linecache.getline(code.co_filename, line).strip())}"


def _source_path(name: str) -> str:
    """Return a source file without this machine's folders."""
    path = Path(name)
    for folder in sorted((str(_PACKAGE.parent), *filter(None, sys.path)), key=len, reverse=True):
        if path.is_relative_to(folder):
            return path.relative_to(folder).as_posix()
    return path.name
