"""What of a text, a path or an error may stand in a log or a report that a person sends to others.

Nothing of an article does, and no name of a file: files of articles are called like their headlines. What an error
says is kept of those alone whose words are Python's own; a key that was not found, or a text that could not be
encoded, may be out of an article. What is kept is ASCII, whatever it is, and `…` for what was not.
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
_PLAIN_SPOKEN: Final = frozenset(
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
"""Of these very kinds, and no kind made from them, the message is about the program and not about what it read."""
_QUOTED: Final = re.compile("“[^”]*”|«[^»]*»")
_STRANGE: Final = re.compile(r"(?:[^\x20-\x7e]+ ?)+")
_SUFFIX: Final = re.compile(r"\.[A-Za-z0-9]{1,8}")
_FIRST, _LAST = 10, 30  # frames of a long trace
_MEMBERS: Final = 5  # of a group of errors
_LONGEST: Final = 300  # characters of a message or a line of code


def scrubbed(text: str) -> str:
    """`text` in one line of ASCII: what is no ASCII, and what the program's sentences put in quotation marks, is `…`
    there, and the person's own folder `~`."""
    if home := _home():
        text = _pattern_of(home, windows=sys.platform == "win32").sub("~", text)
    text = _STRANGE.sub("… ", _QUOTED.sub("…", " ".join(text.split()))).strip()
    return text if len(text) <= _LONGEST else text[:_LONGEST] + "…"


@lru_cache(maxsize=4)
def _pattern_of(folder: str, *, windows: bool) -> re.Pattern[str]:
    """Return what finds a folder in a text in every way in which it may be written there.

    On Windows: in any case, with either slash, with doubled backslashes, as Python writes them in a `repr`, and by the
    short names that the system makes of long ones (`C:\\Users\\SALMAE~1`), which its temporary folder often has.
    """
    if not windows:
        return re.compile(re.escape(folder))
    forms = (re.split(r"[\\/]+", form.rstrip("\\/")) for form in {folder, _short_form(folder)})
    return re.compile("|".join(r"[\\/]+".join(map(re.escape, parts)) for parts in forms), re.IGNORECASE)


def _short_form(folder: str) -> str:
    """Return a folder by the short names (8.3) of Windows; as it is where there are none.

    https://learn.microsoft.com/en-us/windows/win32/api/fileapi/nf-fileapi-getshortpathnamew
    """
    if sys.platform == "win32":
        import ctypes

        buffer = ctypes.create_unicode_buffer(32_768)  # the longest path there is
        length = ctypes.windll.kernel32.GetShortPathNameW(folder, buffer, len(buffer))
        if 0 < length < len(buffer):
            return buffer.value
    return folder


def sign(path: Path) -> str:
    """What tells a file from others and does not say its name: `#3f2a.corpus`."""
    digest = hashlib.sha256(str(path.absolute()).encode("utf-8", "surrogatepass")).hexdigest()
    return f"#{digest[:4]}{path.suffix if _SUFFIX.fullmatch(path.suffix) else ''}"


def described(error: BaseException) -> str:
    """The kind of an error and, where it cannot be out of an article, what it says."""
    kind = type(error)
    name = kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"
    said = ""
    if isinstance(error, OSError):
        said = errno.errorcode.get(error.errno or 0, "")
    elif kind in _PLAIN_SPOKEN:
        said = _said(error)
    elif isinstance(code := getattr(error, "sqlite_errorname", None), str):
        said = code
    return scrubbed(f"{name}: {said}" if said else name)


def traced(error: BaseException) -> Iterator[str]:
    """An error and those that led to it, the first one first: the place of each frame, its line of code, the error.

    Unlike what `traceback` writes, no message gets in that `described` leaves out, and no notes.
    """
    for at, one in enumerate(reversed(list(_chain(error)))):
        yield from ["", "which led to:", ""] if at else []
        yield from _frames(one.__traceback__)
        yield described(one)
        if isinstance(one, BaseExceptionGroup):
            yield from (f"  of which one is {described(member)}" for member in one.exceptions[:_MEMBERS])


def place(error: BaseException) -> str:
    """The kind of an error and where it was raised: what tells it from others."""
    last = error.__traceback__
    while last and last.tb_next:
        last = last.tb_next
    where = f"{_file(last.tb_frame.f_code.co_filename)}:{last.tb_lineno}" if last else ""
    return f"{type(error).__qualname__} {where}"


def _home() -> str:
    try:
        home = Path.home()
    except RuntimeError:  # a person without one
        return ""
    return "" if home == home.parent else str(home)


def _said(error: BaseException) -> str:
    try:
        return str(error)
    except Exception:  # whatever the message was made of: the error itself is told of all the same
        return ""


def _chain(error: BaseException) -> Iterator[BaseException]:
    """An error, what it was raised from, and so on."""
    seen: set[int] = set()
    one: BaseException | None = error
    while one and id(one) not in seen:
        seen.add(id(one))
        yield one
        one = one.__cause__ or (None if one.__suppress_context__ else one.__context__)


def _frames(trace: TracebackType | None) -> Iterator[str]:
    found: list[tuple[Any, int]] = []
    while trace:
        found.append((trace.tb_frame.f_code, trace.tb_lineno))
        trace = trace.tb_next
    left_out = len(found) - _FIRST - _LAST
    for at, (code, line) in enumerate(found):
        if left_out > 0 and at == _FIRST:
            yield f"  … {left_out} more …"
        if left_out <= 0 or not _FIRST <= at < _FIRST + left_out:
            yield f"  {scrubbed(f'{_file(code.co_filename)}:{line} in {code.co_qualname}')}"
            yield f"    {scrubbed(linecache.getline(code.co_filename, line).strip())}"


def _file(name: str) -> str:
    """A file of code without the folders of this machine."""
    path = Path(name)
    for folder in sorted((str(_PACKAGE.parent), *filter(None, sys.path)), key=len, reverse=True):
        if path.is_relative_to(folder):
            return path.relative_to(folder).as_posix()
    return path.name
